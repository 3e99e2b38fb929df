//! The outage guard.

use super::{mock::*, probing::*};
use crate::*;
use smartlayer_types::{nodes::NodeState, slo::epoch::Stage, AccountId, Balance};

/// Seventy nodes of a hundred each, by as many operators; in the first round all are well. One counts 1/70 of all
/// stake, so that eight of them fail together are more than a tenth.
fn network() -> Vec<AccountId> {
	let nodes = (1..=70).map(|number| add_node(number, 100)).collect();
	round(&|_, _| Some(GOOD));
	nodes
}

#[test]
fn up_to_a_tenth_of_stake_is_no_outage() {
	run(|| {
		let nodes = network();
		let epoch = round_with(&nodes[..7], DEAD);
		assert!(!record(epoch).outage);
		assert_eq!(record(epoch).failing, 700);
		assert_eq!(outcomes().len(), 7);
		assert!(Conducts::<Test>::get(&nodes[0]).strikes.len() == 1);
	});
}

#[test]
fn in_an_outage_nobody_is_slashed_but_whoever_failed_is_jailed() {
	run(|| {
		let nodes = network();
		// One of them has failed twice before: the next breach would slash it.
		for _ in 0..2 {
			round_with(&nodes[..1], DEAD);
			set_state(&nodes[0], NodeState::Active { since: 0 });
		}
		outcomes();
		let epoch = round_with(&nodes[..9], DEAD);
		assert!(record(epoch).outage);
		assert_eq!(record(epoch).failing, 800, "who was not well before does not count");
		let done = outcomes();
		assert_eq!(done.len(), 9);
		let jailed =
			|one: &Done| matches!(one, Done::Jailed(_, jailed_for) if *jailed_for == epoch);
		assert!(done.iter().all(jailed));
		assert_eq!(Conducts::<Test>::get(&nodes[0]).strikes.len(), 2, "there is no strike");
		assert!(Conducts::<Test>::get(&nodes[1]).strikes.is_empty());
		assert!(Conducts::<Test>::get(&nodes[1]).witnesses.is_empty());
	});
}

#[test]
fn whoever_failed_in_an_outage_is_tested_again() {
	run(|| {
		let nodes = network();
		round_with(&nodes[..8], DEAD);
		outcomes();
		set_state(&nodes[0], NodeState::Probation { since: Now::get() - 1 });
		let epoch = round(&|_, _| Some(GOOD));
		assert_eq!(outcomes(), [Done::Passed(nodes[0].clone(), epoch)]);
		assert!(!Conducts::<Test>::get(&nodes[0]).jailed);
	});
}

#[test]
fn switching_off_many_cheap_nodes_holds_no_guard_open() {
	run(|| {
		add_node(200, 1_000_000);
		let cheap: Vec<AccountId> = (1..=40).map(|number| add_node(number, 10)).collect();
		round(&|_, _| Some(GOOD));
		// Nearly all nodes fail, with next to no stake.
		let epoch = round_with(&cheap, DEAD);
		assert!(!record(epoch).outage);
		assert_eq!(outcomes().len(), 40);
	});
}

#[test]
fn one_operator_makes_no_outage_whatever_it_holds() {
	run(|| {
		let (one, other) = (node(100), node(101));
		for number in 1..=20u8 {
			let operator = if number <= 12 { one.clone() } else { other.clone() };
			add_node_as(&node(number), 100, operator);
		}
		round(&|_, _| Some(GOOD));
		let bad: Vec<AccountId> = (1..=12).map(node).collect();
		let epoch = round_with(&bad, DEAD);
		assert_eq!(record(epoch).failing, 40, "2 % of 2,000, though 1,200 failed");
		assert!(!record(epoch).outage);
		assert!(outcomes().iter().all(|one| matches!(one, Done::Warned(..))));
	});
}

#[test]
fn who_was_not_healthy_before_does_not_count() {
	run(|| {
		let nodes = network();
		let first = round_with(&nodes[..8], DEAD);
		assert!(record(first).outage);
		outcomes();
		// They come back without having been well in between, and stay off: the guard is not held open.
		for node in &nodes[..8] {
			set_state(node, NodeState::Active { since: 0 });
		}
		let second = round_with(&nodes[..8], DEAD);
		assert_eq!(record(second).failing, 0);
		assert!(!record(second).outage);
		assert!(outcomes().iter().all(|one| matches!(one, Done::Warned(..))));
	});
}

#[test]
fn nodes_that_were_never_judged_do_not_count() {
	run(|| {
		let nodes: Vec<AccountId> = (1..=10).map(|number| add_node(number, 100)).collect();
		let epoch = round_with(&nodes, DEAD);
		assert_eq!(record(epoch).failing, 0);
		assert!(!record(epoch).outage);
	});
}

#[test]
fn an_epoch_without_verdicts_is_not_the_nodes_fault() {
	run(|| {
		let nodes = network();
		// The network is so bad that too few reports come; then reports come, and nodes are still unreachable.
		round(&|prober, _| (prober == 0).then_some(GOOD));
		let epoch = round_with(&nodes[..8], DEAD);
		assert!(record(epoch).outage);
	});
}

#[test]
fn nodes_in_jail_or_on_probation_do_not_count() {
	run(|| {
		let nodes = network();
		for node in &nodes[..8] {
			set_state(node, NodeState::Probation { since: 0 });
		}
		let epoch = round_with(&nodes[..8], DEAD);
		assert_eq!(record(epoch).failing, 0);
	});
}

#[test]
fn nothing_follows_before_the_whole_epoch_is_judged() {
	run(|| {
		let nodes = network();
		let epoch =
			probe_and_reveal(&|_, of| Some(if nodes[..8].contains(of) { DEAD } else { GOOD }));
		// The one that comes first has consequences as mild as the last.
		for node in nodes.iter().take(69) {
			Slo::do_judge(epoch, node).unwrap();
			assert!(outcomes().is_empty());
			assert_eq!(Slo::do_execute(epoch, &nodes[0]), Err(Error::NotExecuting));
		}
		idle();
		assert!(stage(epoch) > Stage::Judging);
		assert!(record(epoch).outage);
		assert!(outcomes().iter().all(|one| matches!(one, Done::Jailed(..))));
	});
}

#[test]
fn stake_is_that_of_when_judging_began() {
	run(|| {
		let nodes = network();
		let epoch =
			probe_and_reveal(&|_, of| Some(if nodes[..8].contains(of) { DEAD } else { GOOD }));
		// A late bond does not dilute what failed.
		add_node(250, Balance::from(u64::MAX));
		idle_until_done();
		assert_eq!(record(epoch).total_bonded, 7_000);
		assert!(record(epoch).outage);
	});
}
