//! What begins with an epoch, and the order in which epochs are worked on.

use super::{mock::*, probing::*};
use crate::*;
use frame_support::{traits::Hooks, weights::Weight};
use smartlayer_types::slo::epoch::Stage;

#[test]
fn first_block_fixes_set_randomness_and_probers() {
	run(|| {
		let record = record(1);
		assert_eq!((record.set, record.anchors, record.probers), (5, 4, 3));
		assert_eq!(record.randomness, randomness(1));
		assert_eq!(record.stage, Stage::Probing);
		assert_eq!(events(), [Event::EpochBegun { epoch: 1, set: 5, probers: 3 }]);

		AnchorCount::set(20);
		Slo::on_initialize(3);
		assert_eq!(super::mock::record(1), record);
	});
}

#[test]
fn k_is_odd_above_the_faulty_and_at_most_all() {
	for (anchors, wanted, k) in
		[(1, 3, 1), (2, 3, 1), (4, 50, 3), (5, 4, 5), (20, 0, 7), (20, 8, 9)]
	{
		with_anchors(anchors, || {
			WantedProbers::set(wanted);
			next_epoch();
			assert_eq!(record(2).probers, k, "{wanted} wanted of {anchors}");
		});
	}
}

#[test]
fn parameters_changed_within_an_epoch_count_from_the_next() {
	with_anchors(20, || {
		WantedProbers::set(11);
		assert_eq!(record(1).probers, 7);
		next_epoch();
		assert_eq!((record(1).probers, record(2).probers), (7, 11));
	});
}

#[test]
fn an_epoch_without_randomness_or_with_too_many_or_no_anchors_is_not_probed() {
	run(|| {
		events();
		HasRandomness::set(false);
		next_epoch();
		HasRandomness::set(true);
		AnchorCount::set(21);
		next_epoch();
		AnchorCount::set(0);
		next_epoch();
		let skipped = |epoch| Event::EpochSkipped { epoch };
		assert_eq!(events(), [skipped(2), skipped(3), skipped(4)]);
		assert_eq!(Schedule::<Test>::get().into_inner(), [1]);
		assert_eq!(stage(1), Stage::Judging);
	});
}

#[test]
fn reveal_lasts_through_the_next_epoch_that_has_blocks() {
	run(|| {
		begin_epoch(7);
		assert_eq!((stage(1), stage(7)), (Stage::Revealing, Stage::Probing));
		begin_epoch(9);
		assert_eq!(
			(stage(1), stage(7), stage(9)),
			(Stage::Judging, Stage::Revealing, Stage::Probing)
		);
	});
}

#[test]
fn nothing_is_probed_while_too_many_epochs_await_judgement() {
	run(|| {
		for _ in 1..MAX_EPOCHS {
			next_epoch();
		}
		events();
		next_epoch();
		assert_eq!(events(), [Event::EpochSkipped { epoch: 17 }]);
		idle_until_done();
		next_epoch();
		assert_eq!(stage(18), Stage::Probing);
	});
}

#[test]
fn few_epochs_are_kept_once_all_is_done() {
	run(|| {
		for _ in 0..30 {
			next_epoch();
			idle();
		}
		let kept: Vec<u64> = Slo::slo_epochs().iter().map(|record| record.epoch).collect();
		assert_eq!(kept, [26, 27, 28, 29, 30, 31]);
	});
}

#[test]
fn an_epoch_is_not_judged_before_the_one_before_it_is_done() {
	run(|| {
		let node = one_node();
		let first = probe(&|_, _| Some(GOOD));
		next_epoch();
		first.iter().for_each(Prepared::reveal);
		let second = probe(&|_, _| Some(GOOD));
		next_epoch();
		second.iter().for_each(Prepared::reveal);
		next_epoch();
		assert_eq!((stage(1), stage(2)), (Stage::Judging, Stage::Judging));
		assert_eq!(Slo::do_judge(2, &node), Err(Error::NotJudging));
		idle_until_done();
		assert_eq!((stage(1), stage(2)), (Stage::Done, Stage::Done));
	});
}

#[test]
fn idle_time_is_used_within_its_bounds() {
	run(|| {
		for number in 1..=60 {
			add_node(number, 100);
		}
		probe_and_reveal(&|_, _| Some(GOOD));
		assert_eq!(Slo::on_idle(1, Weight::zero()), Weight::zero());
		let step = Slo::weight_of_judging(4).max(<() as WeightInfo>::close_judging(4));
		let step = step.max(<() as WeightInfo>::execute(4));
		let room = <() as WeightInfo>::look_for_work().saturating_add(step.saturating_mul(3));
		let used = Slo::on_idle(1, room);
		assert!(used.all_lte(room));
		assert_eq!(record(1).judged, 3);
		Slo::on_idle(1, Weight::MAX);
		assert_eq!(record(1).judged, 53, "at most MaxSteps in a block");
	});
}

#[test]
fn anybody_may_do_what_idle_time_is_for() {
	run(|| {
		let node = one_node();
		probe_and_reveal(&|_, _| Some(DEAD));
		let origin = || RuntimeOrigin::signed(super::mock::node(99));
		for _ in 0..8 {
			let paid = Slo::advance(origin(), 1).unwrap();
			assert_eq!(paid.pays_fee, frame_support::dispatch::Pays::No);
		}
		while Slo::epoch_at_work().is_some() {
			Slo::advance(origin(), u32::MAX).unwrap();
		}
		assert_eq!(stage(1), Stage::Done);
		assert!(outcomes().contains(&Done::Warned(node, 1)));
		frame_support::assert_noop!(Slo::advance(origin(), 1), Error::<Test>::NothingToDo);
	});
}

#[test]
fn advancing_by_no_step_is_refused() {
	run(|| {
		next_epoch();
		next_epoch();
		let origin = RuntimeOrigin::signed(node(99));
		frame_support::assert_noop!(Slo::advance(origin, 0), Error::<Test>::NothingToDo);
	});
}
