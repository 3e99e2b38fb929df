//! Slashes and their queue.

use super::mock::*;
use crate::*;
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use smartlayer_types::{nodes::NodeState, AccountId};
use sp_runtime::{DispatchError, Perbill};

fn slashed(who: &AccountId, epoch: u64) {
	pass_blocks(DELAY);
	assert_ok!(ServiceNodes::apply_slash(signed(9), who.clone(), epoch));
}

#[test]
fn a_slash_waits_and_is_then_burned() {
	run(|| {
		let who = active(1);
		let (epoch, before) = (ServiceNodes::current_epoch(), issuance());
		assert!(ServiceNodes::slash(&who, epoch, 1));
		assert_eq!((held(&who), issuance()), (BOND, before));
		pass_blocks(DELAY - 1);
		assert_noop!(
			ServiceNodes::apply_slash(signed(9), who.clone(), epoch),
			Error::<Test>::SlashNotDue
		);
		pass_blocks(1);
		assert_ok!(ServiceNodes::apply_slash(signed(9), who.clone(), epoch));
		assert_eq!(held(&who), BOND - BOND / 5);
		assert_eq!(issuance(), before - BOND / 5);
		assert_eq!(ServiceNodes::total_bonded(), BOND - BOND / 5);
		assert_noop!(
			ServiceNodes::apply_slash(signed(9), who.clone(), epoch),
			Error::<Test>::NoSuchSlash
		);
	});
}

#[test]
fn the_share_rises_with_the_rung_up_to_the_most() {
	run(|| {
		let share = ServiceNodes::slash_share;
		assert_eq!(share(0), Perbill::zero());
		assert_eq!(share(1), Perbill::from_percent(20));
		assert_eq!(share(2), Perbill::from_percent(40));
		assert_eq!(share(3), Perbill::from_percent(60));
		assert_eq!(share(u8::MAX), Perbill::from_percent(60));
	});
}

#[test]
fn the_same_breach_is_slashed_once() {
	run(|| {
		let who = active(1);
		let epoch = ServiceNodes::current_epoch();
		assert!(ServiceNodes::slash(&who, epoch, 1));
		assert!(!ServiceNodes::slash(&who, epoch, 2));
		slashed(&who, epoch);
		assert!(!ServiceNodes::slash(&who, epoch, 1));
		assert_eq!(held(&who), BOND - BOND / 5);
	});
}

#[test]
fn another_epoch_is_another_slash() {
	run(|| {
		let who = active(1);
		let first = ServiceNodes::current_epoch();
		pass_epochs(1);
		// In whatever order the verdicts come.
		assert!(ServiceNodes::slash(&who, first + 1, 1));
		assert!(ServiceNodes::slash(&who, first, 2));
		assert_eq!(node(&who).pending_slashes, 2);
		slashed(&who, first);
		slashed(&who, first + 1);
		assert_eq!(held(&who), BOND - BOND / 5 - BOND * 2 / 5);
		assert_eq!(node(&who).pending_slashes, 0);
	});
}

#[test]
fn slashes_beyond_the_bond_burn_the_bond() {
	run(|| {
		let who = active(1);
		let (first, before) = (ServiceNodes::current_epoch(), issuance());
		pass_epochs(1);
		assert!(ServiceNodes::slash(&who, first, 3));
		assert!(ServiceNodes::slash(&who, first + 1, 3));
		slashed(&who, first);
		slashed(&who, first + 1);
		assert_eq!((held(&who), ServiceNodes::bond_of(&who)), (0, 0));
		assert_eq!(issuance(), before - BOND);
		check();
		// Without a bond there is nothing to slash, and still a way out.
		pass_epochs(1);
		assert!(!ServiceNodes::slash(&who, first + 2, 3));
		assert_ok!(ServiceNodes::leave(signed(1)));
		pass_epochs(MIN_LEAVING_EPOCHS);
		pass_blocks(UNBONDING);
		assert_ok!(ServiceNodes::withdraw(signed(1), who));
	});
}

#[test]
fn governance_cancels_a_slash_for_good() {
	run(|| {
		let who = active(1);
		let epoch = ServiceNodes::current_epoch();
		assert!(ServiceNodes::slash(&who, epoch, 1));
		assert_noop!(
			ServiceNodes::cancel_slash(signed(1), who.clone(), epoch),
			DispatchError::BadOrigin
		);
		assert_ok!(ServiceNodes::cancel_slash(RuntimeOrigin::root(), who.clone(), epoch));
		assert_eq!(node(&who).pending_slashes, 0);
		assert!(!ServiceNodes::slash(&who, epoch, 1));
		pass_blocks(DELAY);
		idle();
		assert_eq!(held(&who), BOND);
		assert_noop!(
			ServiceNodes::cancel_slash(RuntimeOrigin::root(), who.clone(), epoch),
			Error::<Test>::NoSuchSlash
		);
	});
}

#[test]
fn a_slash_is_measured_when_the_verdict_comes() {
	run(|| {
		let who = active(1);
		let epoch = ServiceNodes::current_epoch();
		assert!(ServiceNodes::slash(&who, epoch, 1));
		assert_ok!(ServiceNodes::bond_extra(signed(1), 10_000));
		slashed(&who, epoch);
		assert_eq!(held(&who), BOND + 10_000 - BOND / 5);
		// What is left is enough for the terms: the node goes on.
		assert!(ServiceNodes::is_active(&who));
	});
}

#[test]
fn a_node_whose_bond_became_too_small_is_jailed() {
	run(|| {
		let who = active(1);
		let epoch = ServiceNodes::current_epoch();
		assert!(ServiceNodes::slash(&who, epoch, 1));
		slashed(&who, epoch);
		assert!(is_jailed(&who));
		assert_eq!(ServiceNodes::active_bonded(), 0);
	});
}

#[test]
fn idle_time_applies_what_is_due_in_order() {
	run(|| {
		let (one, two, three) = (register(1), register(2), register(3));
		assert!(ServiceNodes::slash(&one, 0, 1));
		assert!(ServiceNodes::slash(&two, 0, 1));
		pass_blocks(1);
		assert!(ServiceNodes::slash(&three, 0, 1));
		// One is applied by hand, and passed over.
		pass_blocks(DELAY - 1);
		assert_ok!(ServiceNodes::apply_slash(signed(9), one.clone(), 0));
		idle();
		assert_eq!(held(&two), BOND - BOND / 5);
		assert_eq!(held(&three), BOND);
		assert_eq!(SlashOrder::<Test>::iter().count(), 1);
		pass_blocks(1);
		idle();
		assert_eq!(held(&three), BOND - BOND / 5);
		assert_eq!(held(&one), BOND - BOND / 5);
		assert_eq!(SlashOrder::<Test>::iter().count(), 0);
	});
}

#[test]
fn idle_time_applies_a_bounded_number_within_its_weight() {
	run(|| {
		let who = register(1);
		pass_epochs(MAX_SLASHES_PER_BLOCK.into());
		for epoch in 0..=u64::from(MAX_SLASHES_PER_BLOCK) {
			assert!(ServiceNodes::slash(&who, epoch, 1));
		}
		pass_blocks(DELAY);
		let used = ServiceNodes::on_idle(System::block_number(), Weight::zero());
		assert_eq!((used, Slashes::<Test>::iter().count()), (Weight::zero(), 11));
		let limit = <() as WeightInfo>::apply_slash().saturating_mul(3) / 2;
		let used = ServiceNodes::on_idle(System::block_number(), limit);
		assert!(used.all_lte(limit));
		assert_eq!(Slashes::<Test>::iter().count(), 10);
		check();
		let who_else = register(2);
		pass_epochs(1);
		assert!(ServiceNodes::slash(&who_else, ServiceNodes::current_epoch(), 1));
		pass_blocks(DELAY);
		idle();
		assert_eq!(Slashes::<Test>::iter().count(), 1);
		idle();
		assert_eq!(Slashes::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_node_in_probation_or_jail_can_be_slashed() {
	run(|| {
		let who = register(1);
		assert!(ServiceNodes::slash(&who, 0, 1));
		slashed(&who, 0);
		assert!(matches!(state(&who), NodeState::Jailed { .. }));
		pass_epochs(1);
		assert!(ServiceNodes::slash(&who, 1, 1));
		slashed(&who, 1);
	});
}

#[test]
fn a_slash_of_rung_zero_is_none() {
	run(|| {
		let who = active(1);
		assert!(!ServiceNodes::slash(&who, ServiceNodes::current_epoch(), 0));
		assert_eq!(node(&who).pending_slashes, 0);
	});
}
