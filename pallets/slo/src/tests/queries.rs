//! What clients and probers are told.

use super::{mock::*, probing::*};
use smartlayer_types::slo::{
	api::{CommitmentState, GuardState, SloParameters},
	epoch::Stage,
	verdict::Outcome,
};

#[test]
fn parameters_are_told_within_their_bounds() {
	with_anchors(20, || {
		WantedProbers::set(1);
		let parameters = SloParameters {
			probers: 7,
			oversampling: 2,
			ladder_window: 20,
			page_reports: 128,
			max_pages: 1_024,
			max_epochs: 16,
		};
		assert_eq!(Slo::slo_parameters(), parameters);
	});
}

#[test]
fn epochs_are_listed_with_their_stages() {
	run(|| {
		next_epoch();
		next_epoch();
		let stages: Vec<(u64, Stage)> =
			Slo::slo_epochs().iter().map(|record| (record.epoch, record.stage)).collect();
		assert_eq!(stages, [(1, Stage::Judging), (2, Stage::Revealing), (3, Stage::Probing)]);
	});
}

#[test]
fn commitments_tell_what_is_still_closed() {
	run(|| {
		let nodes: Vec<_> = (1..=5).map(|number| (add_node(number, 100), GOOD)).collect();
		let reports = prepare_in(1, 2, nodes, 2);
		submit(reports.commit()).unwrap();
		let state = |drawn, closed: &[u32]| {
			let account = anchor(2);
			vec![CommitmentState { prober: 2, account, drawn, pages: 3, closed: closed.to_vec() }]
		};
		assert_eq!(Slo::slo_commitments(1), state(false, &[0, 1, 2]));
		next_epoch();
		submit(reports.show()).unwrap();
		submit(reports.open(1)).unwrap();
		assert_eq!(Slo::slo_commitments(1), state(true, &[0, 2]));
		assert!(Slo::slo_commitments(9).is_empty());
	});
}

#[test]
fn unresolved_reports_and_verdicts_are_listed_in_parts() {
	run(|| {
		for number in 1..=5 {
			add_node(number, 100);
		}
		probe_and_reveal(&|_, _| Some(GOOD));
		let first = Slo::slo_unresolved(1, None, 2);
		let rest = Slo::slo_unresolved(1, Some(first[1].node.clone()), 100);
		assert_eq!((first.len(), rest.len()), (2, 3));
		assert!(first.iter().all(|one| one.reports.len() == 4 && one.median == Some(GOOD)));
		assert!(rest.iter().all(|one| !first.contains(one)));

		assert_eq!(Slo::slo_verdict(1, node(1)), None);
		idle_until_done();
		assert!(Slo::slo_unresolved(1, None, 100).is_empty());
		assert_eq!(Slo::slo_verdict(1, node(1)).unwrap().outcome, Outcome::Healthy);
		assert_eq!(Slo::slo_verdict(2, node(1)), None);
		let first = Slo::slo_verdicts(None, 2);
		let rest = Slo::slo_verdicts(Some(first[1].0.clone()), 100);
		assert_eq!((first.len(), rest.len()), (2, 3));
	});
}

#[test]
fn the_guard_tells_its_state() {
	run(|| {
		for number in 1..=10 {
			add_node(number, 100);
		}
		round(&|_, _| Some(GOOD));
		let epoch = probe_and_reveal(&|_, _| Some(DEAD));
		let mut state = GuardState {
			total_bonded: 1_000,
			operator_cap: 20,
			failing: 0,
			outage: false,
			complete: false,
		};
		assert_eq!(Slo::slo_guard(epoch), Some(state));
		for number in 1..=6 {
			Slo::do_judge(epoch, &node(number)).unwrap();
		}
		state.failing = 120;
		state.outage = true;
		assert_eq!(Slo::slo_guard(epoch), Some(state));
		idle_until_done();
		let end = GuardState { failing: 200, complete: true, ..state };
		assert_eq!(Slo::slo_guard(epoch), Some(end));
		assert_eq!(Slo::slo_guard(99), None);
	});
}
