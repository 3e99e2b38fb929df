//! Probation, activity, jail.

use super::mock::*;
use crate::*;
use frame_support::{assert_noop, assert_ok};
use smartlayer_types::nodes::NodeState;

#[test]
fn a_node_becomes_active_after_its_probation() {
	run(|| {
		let who = register(1);
		pass_epochs(PROBATION - 1);
		assert!(!ServiceNodes::passed_probation(&who));
		assert!(ServiceNodes::is_in_probation(&who));
		pass_epochs(1);
		assert!(ServiceNodes::passed_probation(&who));
		assert!(ServiceNodes::is_active(&who));
		assert_eq!(state(&who), NodeState::Active { since: PROBATION });
		assert_eq!(ServiceNodes::active_bonded(), BOND);
		assert!(!ServiceNodes::passed_probation(&who));
	});
}

#[test]
fn probation_lasts_until_the_salt_is_known() {
	run(|| {
		ProbationEpochs::set(0);
		let who = register(1);
		pass_epochs(1);
		assert!(!ServiceNodes::passed_probation(&who));
		pass_epochs(1);
		assert!(ServiceNodes::passed_probation(&who));
	});
}

#[test]
fn a_failed_probation_begins_anew() {
	run(|| {
		let who = register(1);
		pass_epochs(PROBATION);
		assert!(ServiceNodes::jail(&who, PROBATION - 1));
		assert_eq!(state(&who), NodeState::Probation { since: PROBATION });
		assert!(!ServiceNodes::passed_probation(&who));
		pass_epochs(PROBATION);
		assert!(ServiceNodes::passed_probation(&who));
	});
}

#[test]
fn a_failing_node_is_jailed() {
	run(|| {
		let who = active(1);
		let epoch = ServiceNodes::current_epoch();
		pass_epochs(2);
		assert!(ServiceNodes::jail(&who, epoch));
		assert!(is_jailed(&who));
		assert!(!ServiceNodes::is_active(&who));
		assert_eq!(ServiceNodes::active_bonded(), 0);
		assert_eq!(ServiceNodes::total_bonded(), BOND);
		// The same verdict again changes nothing.
		let before = state(&who);
		assert!(!ServiceNodes::jail(&who, epoch));
		assert_eq!(state(&who), before);
	});
}

#[test]
fn a_verdict_from_before_the_probation_does_not_jail_again() {
	run(|| {
		let who = active(1);
		let epoch = ServiceNodes::current_epoch();
		assert!(ServiceNodes::jail(&who, epoch));
		pass_blocks(JAIL);
		pass_epochs(1);
		assert_ok!(ServiceNodes::try_again(signed(1)));
		let probation = state(&who);
		assert!(!ServiceNodes::jail(&who, epoch));
		assert_eq!(state(&who), probation);
		pass_epochs(PROBATION);
		assert!(ServiceNodes::passed_probation(&who));
		assert!(!ServiceNodes::jail(&who, epoch + 1));
		assert!(ServiceNodes::is_active(&who));
	});
}

#[test]
fn verdicts_on_the_future_or_the_distant_past_have_no_effect() {
	run(|| {
		let who = active(1);
		let epoch = ServiceNodes::current_epoch();
		assert!(!ServiceNodes::jail(&who, epoch + 1));
		assert!(!ServiceNodes::warn(&who, epoch + 1));
		assert!(!ServiceNodes::slash(&who, epoch + 1, 1));
		pass_epochs(VERDICT_WINDOW + 1);
		assert!(!ServiceNodes::jail(&who, epoch));
		assert!(!ServiceNodes::warn(&who, epoch));
		assert!(!ServiceNodes::slash(&who, epoch, 1));
		assert!(ServiceNodes::is_active(&who));
	});
}

#[test]
fn verdicts_on_accounts_without_a_node_have_no_effect() {
	run(|| {
		let nobody = account(7);
		assert!(!ServiceNodes::passed_probation(&nobody));
		assert!(!ServiceNodes::warn(&nobody, 0));
		assert!(!ServiceNodes::jail(&nobody, 0));
		assert!(!ServiceNodes::release(&nobody));
		assert!(!ServiceNodes::slash(&nobody, 0, 1));
		assert_eq!(System::events().len(), 0);
	});
}

#[test]
fn a_warning_is_an_event_and_nothing_else() {
	run(|| {
		let who = active(1);
		let (epoch, before) = (ServiceNodes::current_epoch(), node(&who));
		assert!(ServiceNodes::warn(&who, epoch));
		System::assert_last_event(Event::Warned { node: who.clone(), epoch }.into());
		assert_eq!(node(&who), before);
	});
}

#[test]
fn a_jailed_node_tries_again_after_its_time_for_a_fee() {
	run(|| {
		let who = active(1);
		assert_noop!(ServiceNodes::try_again(signed(1)), Error::<Test>::NodeNotJailed);
		assert!(ServiceNodes::jail(&who, ServiceNodes::current_epoch()));
		pass_blocks(JAIL - 1);
		assert_noop!(ServiceNodes::try_again(signed(1)), Error::<Test>::StillJailed);
		pass_blocks(1);
		let before = issuance();
		assert_ok!(ServiceNodes::try_again(signed(1)));
		assert_eq!(issuance(), before - RETRY_FEE);
		assert!(ServiceNodes::is_in_probation(&who));
		assert!(!ServiceNodes::passed_probation(&who));
	});
}

#[test]
fn a_jailed_node_does_not_pass_a_probation_it_is_not_in() {
	run(|| {
		let who = active(1);
		assert!(ServiceNodes::jail(&who, ServiceNodes::current_epoch()));
		pass_epochs(10);
		assert!(!ServiceNodes::passed_probation(&who));
		assert!(is_jailed(&who));
	});
}

#[test]
fn a_released_node_is_tested_at_once_and_without_a_fee() {
	run(|| {
		let who = active(1);
		assert!(!ServiceNodes::release(&who));
		assert!(ServiceNodes::jail(&who, ServiceNodes::current_epoch()));
		let before = issuance();
		assert!(ServiceNodes::release(&who));
		assert!(ServiceNodes::is_in_probation(&who));
		assert_eq!(issuance(), before);
	});
}

#[test]
fn too_small_a_bond_keeps_a_node_in_jail() {
	run(|| {
		let who = active(1);
		let epoch = ServiceNodes::current_epoch();
		assert!(ServiceNodes::slash(&who, epoch, 1));
		pass_blocks(DELAY);
		assert_ok!(ServiceNodes::apply_slash(signed(9), who.clone(), epoch));
		assert!(is_jailed(&who));
		pass_blocks(JAIL);
		assert_noop!(ServiceNodes::try_again(signed(1)), Error::<Test>::BondTooSmall);
		assert_ok!(ServiceNodes::bond_extra(signed(1), BOND - held(&who)));
		assert_ok!(ServiceNodes::try_again(signed(1)));
	});
}

#[test]
fn too_small_a_bond_ends_no_probation() {
	run(|| {
		let who = active(1);
		assert!(ServiceNodes::slash(&who, ServiceNodes::current_epoch(), 1));
		assert!(ServiceNodes::jail(&who, ServiceNodes::current_epoch()));
		pass_blocks(DELAY);
		idle();
		assert!(ServiceNodes::release(&who));
		pass_epochs(PROBATION);
		assert!(!ServiceNodes::passed_probation(&who));
		assert_ok!(ServiceNodes::bond_extra(signed(1), BOND));
		assert!(ServiceNodes::passed_probation(&who));
	});
}
