//! The ladder: warn, jail, slash.

use super::{mock::*, probing::*};
use crate::*;
use frame_support::{assert_noop, dispatch::Pays};
use smartlayer_types::{nodes::NodeState, slo::ladder::Witness, AccountId};
use std::slice;

/// Makes a jailed node active again, as if it had passed a test long ago.
fn reactivate(node: &AccountId) {
	set_state(node, NodeState::Active { since: 0 });
}

/// A round in which the node fails, and the state it comes from.
fn fail(node: &AccountId) -> u64 {
	reactivate(node);
	round_with(slice::from_ref(node), SLOW)
}

#[test]
fn breaches_warn_then_jail_then_slash() {
	run(|| {
		let node = one_node();
		let first = fail(&node);
		assert_eq!(outcomes(), [Done::Warned(node.clone(), first)]);
		let second = fail(&node);
		assert_eq!(outcomes(), [Done::Jailed(node.clone(), second)]);
		for rung in 1..=3 {
			let epoch = fail(&node);
			let jailed = Done::Jailed(node.clone(), epoch);
			assert_eq!(outcomes(), [jailed, Done::Slashed(node.clone(), epoch, rung)]);
		}
	});
}

#[test]
fn breaches_out_of_the_window_do_not_count() {
	run(|| {
		// A round takes two epochs.
		Window::set(4);
		let node = one_node();
		fail(&node);
		fail(&node);
		outcomes();
		let third = fail(&node);
		assert_eq!(outcomes(), [Done::Jailed(node.clone(), third)], "the first is out");
		next_epoch();
		next_epoch();
		next_epoch();
		let last = fail(&node);
		assert_eq!(outcomes(), [Done::Warned(node.clone(), last)], "all others are out");
		assert_eq!(Conducts::<Test>::get(&node).witnesses.len(), 4);
		assert!(Conducts::<Test>::get(&node).witnesses.iter().all(|one| one.epoch == last));
	});
}

#[test]
fn the_window_is_held_within_its_bounds() {
	run(|| {
		let node = one_node();
		Window::set(0);
		assert_eq!(Slo::slo_parameters().ladder_window, 1);
		fail(&node);
		let epoch = fail(&node);
		assert_eq!(outcomes().pop(), Some(Done::Warned(node, epoch)));
		Window::set(u64::MAX);
		assert_eq!(Slo::slo_parameters().ladder_window, MAX_LADDER_WINDOW);
	});
}

#[test]
fn strikes_beyond_what_is_remembered_drop_the_oldest_and_its_witnesses() {
	run(|| {
		Window::set(1_000);
		let node = one_node();
		let witness = |epoch, index| Witness { anchor: anchor(index), epoch };
		let conduct = Conduct {
			jailed: false,
			strikes: (1..=16).collect::<Vec<u64>>().try_into().unwrap(),
			witnesses: vec![witness(16, 9), witness(1, 10)].try_into().unwrap(),
		};
		Conducts::<Test>::insert(&node, conduct);
		begin_epoch(20);
		fail(&node);
		let conduct = Conducts::<Test>::get(&node);
		assert_eq!(conduct.strikes.into_inner(), (2..=16).chain([20]).collect::<Vec<u64>>());
		let kept = |index| conduct.witnesses.iter().any(|one| one.anchor == anchor(index));
		assert!(kept(0) && kept(9) && !kept(10));
	});
}

/// A round with three reports of the node, of which these two probers' are breaches, among seven anchors.
fn witnessed_by(node: &AccountId, witnesses: [u32; 2], third: u32) {
	reactivate(node);
	let drawn = |prober| {
		let output = draw_of(prober, Now::get()).1;
		!Slo::slo_drawn(Now::get(), output, vec![node.clone()]).is_empty()
	};
	// All three must draw the node: if one doesn't, wait for an epoch in which they do.
	while ![witnesses[0], witnesses[1], third].into_iter().all(drawn) {
		next_epoch();
		idle();
	}
	round(&|prober, of| match prober {
		_ if of != node => None,
		_ if witnesses.contains(&prober) => Some(SLOW),
		_ => (prober == third).then_some(GOOD),
	});
}

#[test]
fn a_slash_needs_more_witnesses_than_may_be_faulty() {
	with_anchors(7, || {
		Window::set(100);
		let node = one_node();
		for _ in 0..5 {
			witnessed_by(&node, [0, 1], 2);
		}
		let done = outcomes();
		assert_eq!(done.len(), 5);
		let harmless = |one: &Done| matches!(one, Done::Warned(..) | Done::Jailed(..));
		assert!(done.iter().all(harmless), "the same two of seven may both be faulty: {done:?}");
		// Another witness, in another epoch of the window, is one more than may be faulty.
		witnessed_by(&node, [0, 3], 2);
		assert!(outcomes().iter().any(|one| matches!(one, Done::Slashed(_, _, 4))));
	});
}

#[test]
fn disputed_reports_are_no_witnesses() {
	run(|| {
		let node = one_node();
		let _ = round(&|prober, _| Some(if prober == 0 { DEAD } else { SLOW }));
		let witnesses = Conducts::<Test>::get(&node).witnesses;
		assert_eq!(witnesses.len(), 3);
		assert!(witnesses.iter().all(|witness| witness.anchor != anchor(0)));
	});
}

#[test]
fn a_node_on_probation_or_in_jail_has_no_strikes() {
	run(|| {
		let node = one_node();
		for state in
			[NodeState::Probation { since: 0 }, NodeState::Jailed { since: 0, era: 0, until: 0 }]
		{
			set_state(&node, state);
			for _ in 0..4 {
				round_with(slice::from_ref(&node), DEAD);
			}
		}
		let tested = |one: &Done| matches!(one, Done::Failed(..));
		assert!(outcomes().iter().all(tested));
		assert!(!Conducts::<Test>::contains_key(node));
	});
}

#[test]
fn an_epoch_that_began_before_the_node_was_active_has_no_consequence() {
	run(|| {
		let node = one_node();
		set_state(&node, NodeState::Active { since: 1 });
		round_with(slice::from_ref(&node), DEAD);
		assert!(outcomes().is_empty());
		round_with(slice::from_ref(&node), DEAD);
		assert_eq!(outcomes().len(), 1);
	});
}

#[test]
fn leaving_before_the_verdict_does_not_help() {
	run(|| {
		let node = one_node();
		fail(&node);
		fail(&node);
		outcomes();
		reactivate(&node);
		Conducts::<Test>::mutate(&node, |conduct| conduct.jailed = false);
		let epoch = probe_and_reveal(&|_, of| Some(if *of == node { SLOW } else { GOOD }));
		set_state(&node, NodeState::Leaving { since: epoch, until: 0 });
		idle_until_done();
		assert_eq!(outcomes(), [Done::Slashed(node, epoch, 1)]);
	});
}

#[test]
fn who_left_need_not_serve_in_later_epochs() {
	run(|| {
		let node = one_node();
		set_state(&node, NodeState::Leaving { since: 0, until: 0 });
		round_with(slice::from_ref(&node), DEAD);
		assert!(outcomes().is_empty());
	});
}

#[test]
fn who_leaves_from_jail_is_not_slashed_for_being_off() {
	run(|| {
		let node = one_node();
		fail(&node);
		fail(&node);
		outcomes();
		let epoch = probe_and_reveal(&|_, of| Some(if *of == node { DEAD } else { GOOD }));
		set_state(&node, NodeState::Leaving { since: epoch, until: 0 });
		idle_until_done();
		assert!(outcomes().is_empty());
	});
}

#[test]
fn a_pass_ends_jail() {
	run(|| {
		let node = one_node();
		fail(&node);
		fail(&node);
		assert!(Conducts::<Test>::get(&node).jailed);
		set_state(&node, NodeState::Probation { since: Now::get() - 1 });
		round(&|_, _| Some(GOOD));
		assert!(!Conducts::<Test>::get(&node).jailed);
		assert_eq!(Conducts::<Test>::get(&node).strikes.len(), 2, "strikes stay");
	});
}

#[test]
fn who_left_duty_before_the_consequence_has_none() {
	run(|| {
		let node = one_node();
		let epoch = probe_and_reveal(&|_, _| Some(DEAD));
		Slo::do_judge(epoch, &node).unwrap();
		set_state(&node, NodeState::Jailed { since: 0, era: 0, until: 0 });
		events();
		idle_until_done();
		assert!(events().contains(&Event::BreachDropped { epoch, node: node.clone() }));
		assert!(!Conducts::<Test>::contains_key(node));
	});
}

#[test]
fn anybody_may_draw_the_consequence_once_all_are_judged() {
	run(|| {
		let (node, other) = (one_node(), super::mock::node(200));
		let by = || RuntimeOrigin::signed(super::mock::node(9));
		probe_and_reveal(&|_, of| Some(if *of == node { SLOW } else { GOOD }));
		Slo::judge(by(), 1, node.clone()).unwrap();
		assert_noop!(Slo::execute(by(), 1, node.clone()), Error::<Test>::NotExecuting);
		Slo::judge(by(), 1, other.clone()).unwrap();
		Slo::advance(by(), 1).unwrap();
		assert_noop!(Slo::execute(by(), 1, other), Error::<Test>::NoBreach);
		let paid = Slo::execute(by(), 1, node.clone()).unwrap();
		assert_eq!(paid.pays_fee, Pays::No);
		assert_eq!(outcomes(), [Done::Warned(node.clone(), 1)]);
		assert_noop!(Slo::execute(by(), 1, node), Error::<Test>::NoBreach);
	});
}

#[test]
fn only_a_node_that_is_gone_and_whose_strikes_are_out_of_the_window_is_forgotten() {
	run(|| {
		Window::set(4);
		let node = one_node();
		let by = || RuntimeOrigin::signed(super::mock::node(9));
		fail(&node);
		let forget = || Slo::forget_conduct(by(), node.clone());
		for _ in 0..25 {
			next_epoch();
			idle();
		}
		assert_noop!(forget(), Error::<Test>::StillRemembered);
		fail(&node);
		change_nodes(|all| all.remove(&node));
		assert_noop!(forget(), Error::<Test>::StillRemembered);
		for _ in 0..25 {
			next_epoch();
			idle();
		}
		forget().unwrap();
		assert!(!Conducts::<Test>::contains_key(&node) && !Verdicts::<Test>::contains_key(&node));
		assert_noop!(forget(), Error::<Test>::NothingToDo);
	});
}
