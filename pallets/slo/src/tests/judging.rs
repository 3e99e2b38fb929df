//! Verdicts.

use super::{mock::*, probing::*};
use crate::*;
use frame_support::{assert_noop, dispatch::Pays};
use proptest::prelude::*;
use smartlayer_types::{
	nodes::NodeState,
	slo::{
		report::Measures,
		verdict::{Outcome, Verdict},
	},
	AccountId, Sla,
};
use std::slice;

fn verdict_of(node: &AccountId) -> Verdict {
	Verdicts::<Test>::get(node).unwrap().verdict
}

fn by(node: u8) -> RuntimeOrigin {
	RuntimeOrigin::signed(super::mock::node(node))
}

#[test]
fn a_node_that_keeps_its_terms_is_healthy() {
	run(|| {
		let node = one_node();
		let epoch = round(&|_, _| Some(GOOD));
		let healthy = Verdict { epoch, outcome: Outcome::Healthy, reports: 4, median: Some(GOOD) };
		assert_eq!(verdict_of(&node), healthy);
		assert!(outcomes().is_empty());
	});
}

#[test]
fn medians_below_the_terms_are_a_breach() {
	run(|| {
		let node = one_node();
		for measures in [SLOW, DEAD, Measures { correct: 9_000, ..GOOD }] {
			round_with(slice::from_ref(&node), measures);
			assert_eq!(verdict_of(&node).outcome, Outcome::Breach);
			assert_eq!(verdict_of(&node).median, Some(measures));
		}
	});
}

#[test]
fn one_prober_that_lies_changes_nothing() {
	run(|| {
		let node = one_node();
		round(&|prober, _| Some(if prober == 2 { DEAD } else { GOOD }));
		assert_eq!(verdict_of(&node).outcome, Outcome::Healthy);
		round(&|prober, _| Some(if prober == 2 { GOOD } else { DEAD }));
		assert_eq!(verdict_of(&node).outcome, Outcome::Breach);
	});
}

#[test]
fn an_honest_node_behind_one_bad_link_is_healthy() {
	run(|| {
		let node = one_node();
		for _ in 0..5 {
			round(&|prober, _| Some(if prober == 0 { SLOW } else { GOOD }));
			assert_eq!(verdict_of(&node).outcome, Outcome::Healthy);
		}
		assert!(outcomes().is_empty());
		assert!(!Conducts::<Test>::contains_key(node), "nor does it have witnesses");
	});
}

#[test]
fn one_prober_that_withholds_its_report_prevents_no_verdict() {
	run(|| {
		let node = one_node();
		round(&|prober, _| (prober != 1).then_some(DEAD));
		assert_eq!(verdict_of(&node).outcome, Outcome::Breach);
		assert_eq!(verdict_of(&node).reports, 3);
	});
}

#[test]
fn too_few_reports_decide_nothing() {
	run(|| {
		let node = one_node();
		let epoch = round(&|prober, _| (prober < 2).then_some(DEAD));
		let undecided = Verdict { epoch, outcome: Outcome::Undecided, reports: 2, median: None };
		assert_eq!(verdict_of(&node), undecided);
		assert!(outcomes().is_empty());
		assert_eq!(Rewards::get().pop().unwrap(), (epoch, vec![]));
	});
}

#[test]
fn a_withheld_reveal_leaves_the_node_without_verdict() {
	run(|| {
		let node = one_node();
		let all = probe(&|_, _| Some(DEAD));
		next_epoch();
		all.iter().take(2).for_each(Prepared::reveal);
		next_epoch();
		idle_until_done();
		assert_eq!(verdict_of(&node).outcome, Outcome::Undecided);
		assert!(outcomes().is_empty());
	});
}

#[test]
fn a_downgrade_before_the_verdict_does_not_help() {
	run(|| {
		let node = one_node();
		let epoch = Now::get();
		let all = probe(&|_, _| Some(DEAD));
		set_terms(&node, epoch + 1, Sla::NONE);
		next_epoch();
		all.iter().for_each(Prepared::reveal);
		next_epoch();
		idle_until_done();
		assert_eq!(verdict_of(&node).outcome, Outcome::Breach);
		// It counts for the next epoch that is probed.
		round(&|_, _| Some(DEAD));
		assert_eq!(verdict_of(&node).outcome, Outcome::Healthy);
	});
}

#[test]
fn a_node_that_is_gone_is_not_judged() {
	run(|| {
		let node = one_node();
		probe_and_reveal(&|_, of| Some(if *of == node { DEAD } else { GOOD }));
		change_nodes(|all| all.remove(&node));
		idle_until_done();
		assert_eq!(verdict_of(&node).outcome, Outcome::Undecided);
		assert!(outcomes().is_empty());
	});
}

#[test]
fn anybody_may_judge_once_the_reveal_is_over_for_nothing() {
	run(|| {
		let node = one_node();
		let all = probe(&|_, _| Some(GOOD));
		assert_noop!(Slo::judge(by(9), 1, node.clone()), Error::<Test>::NotJudging);
		next_epoch();
		all.iter().for_each(Prepared::reveal);
		assert_noop!(Slo::judge(by(9), 1, node.clone()), Error::<Test>::NotJudging);
		next_epoch();
		assert_noop!(Slo::judge(by(9), 2, node.clone()), Error::<Test>::NotJudging);
		assert_noop!(Slo::judge(by(9), 1, super::mock::node(7)), Error::<Test>::NoReports);
		let paid = Slo::judge(by(9), 1, node.clone()).unwrap();
		assert_eq!(paid.pays_fee, Pays::No);
		assert_noop!(Slo::judge(by(9), 1, node.clone()), Error::<Test>::NoReports);
		assert_eq!(verdict_of(&node).outcome, Outcome::Healthy);
	});
}

#[test]
fn whoever_passes_on_probation_becomes_active() {
	run(|| {
		let node = one_node();
		set_state(&node, NodeState::Probation { since: 0 });
		let failed = round_with(slice::from_ref(&node), SLOW);
		let again = [Done::Failed(node.clone(), failed)];
		assert_eq!(outcomes(), again, "a failed test has no other consequence");
		let epoch = round(&|_, _| Some(GOOD));
		assert_eq!(outcomes(), [Done::Passed(node.clone(), epoch)]);
		round(&|_, _| Some(GOOD));
		assert!(outcomes().is_empty());
	});
}

#[test]
fn a_test_is_a_whole_epoch() {
	run(|| {
		let node = one_node();
		for measures in [GOOD, SLOW] {
			let begun = Now::get();
			set_state(&node, NodeState::Probation { since: begun });
			assert_eq!(round_with(slice::from_ref(&node), measures), begun);
			assert!(outcomes().is_empty());
		}
		set_state(&node, NodeState::Probation { since: Now::get() - 1 });
		let epoch = round(&|_, _| Some(GOOD));
		assert_eq!(outcomes(), [Done::Passed(node, epoch)]);
	});
}

#[test]
fn too_few_reports_pass_nobody() {
	run(|| {
		let node = one_node();
		set_state(&node, NodeState::Probation { since: 0 });
		round(&|prober, _| (prober < 2).then_some(GOOD));
		assert!(outcomes().is_empty());
	});
}

#[test]
fn reports_far_off_earn_nothing_and_all_others_a_point() {
	run(|| {
		let node = one_node();
		let epoch = round(&|prober, of| {
			let lie = Measures { throughput: 501, ..GOOD };
			Some(if prober == 3 && *of == node { lie } else { GOOD })
		});
		let points = |prober, points| (anchor(prober), points);
		let all = vec![points(0, 2), points(1, 2), points(2, 2), points(3, 1)];
		assert_eq!(Rewards::take(), [(epoch, all)]);
	});
}

#[test]
fn whoever_reports_nothing_earns_nothing() {
	run(|| {
		one_node();
		let epoch = round(&|prober, _| (prober != 0).then_some(GOOD));
		let earned = [1, 2, 3].map(|prober| (anchor(prober), 2)).to_vec();
		assert_eq!(Rewards::take(), [(epoch, earned)]);
	});
}

fn lie() -> impl Strategy<Value = Option<Measures>> {
	let numbers = (1u16..=10_000, 0u16..=10_000, 0u32..2_000, 0u32..2_000, 0u32..1_000);
	let lie = numbers.prop_map(|(answered, correct, p50, more, throughput)| Measures {
		probes: 9,
		answered,
		correct,
		latency_p50: p50,
		latency_p95: p50 + more,
		latency_p99: p50 + 2 * more,
		throughput,
	});
	prop_oneof![3 => lie.prop_map(Some), 1 => Just(Some(DEAD)), 1 => Just(None)]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(4))]

	#[test]
	fn whatever_one_of_four_says_the_truth_decides(
		liar in 0u32..4, lies in prop::collection::vec(lie(), 4), well in any::<bool>(),
	) {
		run(|| {
			let node = one_node();
			let truth = if well { GOOD } else { SLOW };
			for lie in lies {
				round(&|prober, _| if prober == liar { lie } else { Some(truth) });
				let expected = if well { Outcome::Healthy } else { Outcome::Breach };
				assert_eq!(verdict_of(&node).outcome, expected);
				set_state(&node, NodeState::Active { since: 0 });
			}
			assert!(!well || outcomes().is_empty());
		});
	}
}
