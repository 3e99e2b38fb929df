//! Calls in any order leave the state as it must be.

use super::{mock::*, probing::*};
use proptest::prelude::*;
use smartlayer_types::{
	nodes::NodeState,
	slo::{
		epoch::{EpochRecord, Stage},
		report::Measures,
	},
	AccountId,
};

#[derive(Clone, Debug)]
enum Step {
	Epoch(u64),
	Commit(u32, Measures),
	Show(u32),
	Open(u32, u32),
	Judge(u8),
	Execute(u8),
	Advance(u32),
	Reactivate(u8),
	Remove(u8),
}

fn step() -> impl Strategy<Value = Step> {
	let measures = prop_oneof![Just(GOOD), Just(SLOW), Just(DEAD)];
	prop_oneof![
		4 => (1u64..3).prop_map(Step::Epoch),
		9 => (0u32..4, measures).prop_map(|(prober, measures)| Step::Commit(prober, measures)),
		9 => (0u32..4).prop_map(Step::Show),
		18 => (0u32..4, 0u32..3).prop_map(|(prober, page)| Step::Open(prober, page)),
		3 => (1u8..7).prop_map(Step::Judge),
		3 => (1u8..7).prop_map(Step::Execute),
		4 => (0u32..9).prop_map(Step::Advance),
		2 => (1u8..7).prop_map(Step::Reactivate),
		1 => (1u8..7).prop_map(Step::Remove),
	]
}

/// Applies a step to the epoch it is meant for; most steps are refused at most times.
fn apply(step: Step, committed: &mut Vec<Prepared>) {
	let by = || RuntimeOrigin::signed(node(99));
	let working = Slo::epoch_at_work().map_or(0, |record| record.epoch);
	let latest = |prober: u32, all: &[Prepared]| {
		all.iter().rev().find(|one| one.prober == prober && one.epoch < Now::get()).cloned()
	};
	match step {
		Step::Epoch(more) => begin_epoch(Now::get() + more),
		Step::Commit(prober, measures) => {
			let reports = (1..7).map(|number| (node(number), measures)).collect();
			let prepared = prepare_in(Now::get(), prober, reports, 2);
			if submit(prepared.commit()).is_ok() {
				committed.push(prepared);
			}
		},
		Step::Show(prober) => {
			let _ = latest(prober, committed).map(|prepared| submit(prepared.show()));
		},
		Step::Open(prober, page) => {
			let _ = latest(prober, committed).map(|prepared| submit(prepared.open(page)));
		},
		Step::Judge(number) => drop(Slo::judge(by(), working, node(number))),
		Step::Execute(number) => drop(Slo::execute(by(), working, node(number))),
		Step::Advance(steps) => drop(Slo::advance(by(), steps)),
		Step::Reactivate(number) => change_nodes(|all| {
			if let Some(node) = all.get_mut(&node(number)) {
				node.state = NodeState::Active { since: 0 };
			}
		}),
		Step::Remove(number) => drop(change_nodes(|all| all.remove(&node(number)))),
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(10))]

	#[test]
	fn state_holds_after_every_step(steps in prop::collection::vec(step(), 30..90)) {
		run(|| {
			for number in 1..7 {
				add_node(number, 100);
			}
			let mut committed = Vec::new();
			let mut slashed: Vec<(AccountId, u64)> = Vec::new();
			for step in steps {
				apply(step, &mut committed);
				Slo::do_try_state().unwrap();
				for done in outcomes() {
					if let Done::Slashed(node, epoch, rung) = done {
						assert!(rung >= 1);
						assert!(!slashed.contains(&(node.clone(), epoch)), "once an epoch");
						slashed.push((node, epoch));
					}
				}
			}
			idle_until_done();
			let left = |record: &EpochRecord| {
				record.stage >= Stage::Judging
					&& record.stage != Stage::Done
			};
			assert!(!Slo::slo_epochs().iter().any(left));
		});
	}
}
