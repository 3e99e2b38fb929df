//! Leaving, and what an account keeps behind.

use super::mock::{era as current_era, *};
use crate::*;
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};

fn unbond() {
	pass_epochs(MIN_LEAVING_EPOCHS);
	pass_blocks(UNBONDING);
}

#[test]
fn a_node_withdraws_after_the_unbonding_period() {
	run(|| {
		let who = active(1);
		assert_noop!(ServiceNodes::withdraw(signed(1), who.clone()), Error::<Test>::NodeNotLeaving);
		assert_ok!(ServiceNodes::leave(signed(1)));
		assert!(!ServiceNodes::is_active(&who));
		assert_eq!(ServiceNodes::active_bonded(), 0);
		pass_epochs(MIN_LEAVING_EPOCHS);
		pass_blocks(UNBONDING - u32::try_from(MIN_LEAVING_EPOCHS).unwrap() - 1);
		assert_noop!(ServiceNodes::withdraw(signed(1), who.clone()), Error::<Test>::StillUnbonding);
		pass_blocks(1);
		assert_ok!(ServiceNodes::withdraw(signed(9), who.clone()));
		assert_eq!(held(&who), 0);
		assert_eq!(Balances::balance(&who), FUNDS - FEE);
		assert_eq!(ServiceNodes::total_bonded(), 0);
		assert_eq!(ServiceNodes::bond_of(&who), 0);
	});
}

#[test]
fn a_node_does_not_withdraw_before_the_last_verdict_is_due() {
	run(|| {
		let who = active(1);
		assert_ok!(ServiceNodes::leave(signed(1)));
		pass_blocks(UNBONDING * 2);
		pass_epochs(MIN_LEAVING_EPOCHS - 1);
		assert_noop!(ServiceNodes::withdraw(signed(1), who.clone()), Error::<Test>::StillUnbonding);
		pass_epochs(1);
		assert_ok!(ServiceNodes::withdraw(signed(1), who));
	});
}

#[test]
fn a_leaving_node_changes_nothing_any_more() {
	run(|| {
		let who = active(1);
		assert_ok!(ServiceNodes::leave(signed(1)));
		let leaving = Error::<Test>::NodeLeaving;
		assert_noop!(ServiceNodes::leave(signed(1)), leaving);
		assert_noop!(ServiceNodes::update_terms(signed(1), terms(1)), Error::<Test>::NodeLeaving);
		assert_noop!(ServiceNodes::bond_extra(signed(1), 5), Error::<Test>::NodeLeaving);
		let proof = proof(&who, &endpoint_of(3), &peer(3));
		assert_noop!(
			ServiceNodes::update_endpoint(signed(1), endpoint_of(3), peer_key(3), proof),
			Error::<Test>::NodeLeaving
		);
		assert!(!ServiceNodes::release(&who));
		assert!(!ServiceNodes::passed_probation(&who));
		assert!(state(&who).is_leaving());
	});
}

#[test]
fn a_withdrawn_endpoint_and_key_are_free() {
	run(|| {
		let who = active(1);
		assert_ok!(ServiceNodes::leave(signed(1)));
		let again = proof(&account(2), &endpoint_of(1), &peer(1));
		let register =
			|| ServiceNodes::register(signed(2), endpoint_of(1), peer_key(1), again, terms(10));
		assert_noop!(register(), Error::<Test>::EndpointTaken);
		unbond();
		assert_ok!(ServiceNodes::withdraw(signed(1), who));
		assert_ok!(register());
	});
}

#[test]
fn who_leaves_can_still_be_slashed() {
	run(|| {
		let who = active(1);
		let epoch = ServiceNodes::current_epoch();
		assert_ok!(ServiceNodes::leave(signed(1)));
		pass_epochs(2);
		assert!(ServiceNodes::slash(&who, epoch, 1));
		let before = issuance();
		pass_blocks(DELAY);
		assert_ok!(ServiceNodes::apply_slash(signed(9), who.clone(), epoch));
		assert_eq!(issuance(), before - BOND / 5);
		unbond();
		assert_ok!(ServiceNodes::withdraw(signed(1), who.clone()));
		assert_eq!(Balances::balance(&who), FUNDS - FEE - BOND / 5);
	});
}

#[test]
fn a_bond_is_not_withdrawn_while_a_slash_waits() {
	run(|| {
		let who = active(1);
		let epoch = ServiceNodes::current_epoch();
		assert_ok!(ServiceNodes::leave(signed(1)));
		unbond();
		assert!(ServiceNodes::slash(&who, epoch, 1));
		assert_noop!(ServiceNodes::withdraw(signed(1), who.clone()), Error::<Test>::SlashesPending);
		assert_ok!(ServiceNodes::cancel_slash(RuntimeOrigin::root(), who.clone(), epoch));
		assert_ok!(ServiceNodes::withdraw(signed(1), who));
	});
}

#[test]
fn who_left_owes_nothing_for_later_epochs() {
	run(|| {
		let who = active(1);
		assert_ok!(ServiceNodes::leave(signed(1)));
		pass_epochs(1);
		assert!(!ServiceNodes::slash(&who, ServiceNodes::current_epoch(), 1));
	});
}

#[test]
fn another_registration_does_not_answer_for_the_one_before() {
	run(|| {
		let who = active(1);
		let epoch = ServiceNodes::current_epoch();
		assert_ok!(ServiceNodes::leave(signed(1)));
		pass_epochs(MIN_LEAVING_EPOCHS);
		pass_blocks(UNBONDING);
		assert_ok!(ServiceNodes::withdraw(signed(1), who.clone()));
		register(1);
		assert!(!ServiceNodes::slash(&who, epoch, 1));
	});
}

#[test]
fn the_last_node_takes_the_number_of_one_that_goes() {
	run(|| {
		for index in 1..=4 {
			register(index);
		}
		assert_ok!(ServiceNodes::leave(signed(2)));
		unbond();
		assert_ok!(ServiceNodes::withdraw(signed(2), account(2)));
		let accounts: Vec<_> = (0..ServiceNodes::count()).map(ServiceNodes::at).collect();
		assert_eq!(accounts, [Some(account(1)), Some(account(4)), Some(account(3))]);
		assert_ok!(ServiceNodes::leave(signed(3)));
		unbond();
		assert_ok!(ServiceNodes::withdraw(signed(3), account(3)));
		check();
		assert_eq!(ServiceNodes::count(), 2);
	});
}

#[test]
fn leaving_ahead_of_the_verdict_does_not_save_the_reward() {
	run(|| {
		let who = active(1);
		pass_era();
		pass_era();
		let (era, failed) = (current_era(), ServiceNodes::current_epoch());
		assert_ok!(ServiceNodes::leave(signed(1)));
		// A verdict on an epoch after it left is none.
		pass_epochs(1);
		assert!(!ServiceNodes::jail(&who, failed + 1));
		assert!(!ServiceNodes::was_jailed(&who, era));
		assert!(ServiceNodes::jail(&who, failed));
		assert!(state(&who).is_leaving());
		assert!(ServiceNodes::was_jailed(&who, era));
		assert!(!ServiceNodes::was_jailed(&who, era - 1));
		// A verdict that comes in the next era is about this one as well.
		let other = register(2);
		pass_era();
		pass_epochs(2);
		assert!(ServiceNodes::passed_probation(&other));
		let failed = ServiceNodes::current_epoch();
		let left = current_era();
		assert_ok!(ServiceNodes::leave(signed(2)));
		pass_era();
		assert!(ServiceNodes::jail(&other, failed));
		assert!(ServiceNodes::was_jailed(&other, left));
	});
}
