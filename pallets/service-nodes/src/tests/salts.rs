//! Placement salts.

use super::mock::*;
use crate::*;
use frame_support::{assert_noop, assert_ok};
use smartlayer_types::nodes::placement_salt;

fn expected(index: u8, epoch: u64) -> sp_core::H256 {
	placement_salt(System::block_hash(0), &randomness(epoch), &account(index))
}

#[test]
fn a_salt_is_made_of_the_randomness_of_the_second_epoch_after_registration() {
	run(|| {
		pass_epochs(5);
		let who = register(1);
		assert_eq!(ServiceNodes::placement_salt(&who), None);
		pass_epochs(1);
		assert_eq!(ServiceNodes::placement_salt(&who), None);
		assert_noop!(ServiceNodes::draw_salt(signed(2), who.clone()), Error::<Test>::SaltUnknown);
		pass_epochs(1);
		assert_eq!(ServiceNodes::placement_salt(&who), Some(expected(1, 7)));
	});
}

#[test]
fn waiting_does_not_change_a_salt() {
	run(|| {
		let (early, late) = (register(1), register(2));
		pass_epochs(2);
		assert_ok!(ServiceNodes::draw_salt(signed(9), early.clone()));
		pass_epochs(200);
		assert_ok!(ServiceNodes::draw_salt(signed(9), late.clone()));
		assert_eq!(Records::<Test>::get(&early).unwrap().salt, Some(expected(1, 2)));
		assert_eq!(Records::<Test>::get(&late).unwrap().salt, Some(expected(2, 2)));
	});
}

#[test]
fn a_salt_is_drawn_once() {
	run(|| {
		let who = register(1);
		pass_epochs(2);
		assert_ok!(ServiceNodes::draw_salt(signed(9), who.clone()));
		assert_noop!(ServiceNodes::draw_salt(signed(9), who.clone()), Error::<Test>::SaltKnown);
		assert_noop!(ServiceNodes::draw_salt(signed(9), account(3)), Error::<Test>::NoRecord);
	});
}

#[test]
fn leaving_and_registering_again_does_not_change_a_salt() {
	run(|| {
		let who = active(1);
		let salt = ServiceNodes::placement_salt(&who);
		assert_eq!(salt, Some(expected(1, 2)));
		assert_ok!(ServiceNodes::leave(signed(1)));
		pass_epochs(MIN_LEAVING_EPOCHS);
		pass_blocks(UNBONDING);
		assert_ok!(ServiceNodes::withdraw(signed(9), who.clone()));
		assert_eq!(ServiceNodes::placement_salt(&who), salt);
		pass_epochs(10);
		register(1);
		pass_epochs(10);
		assert_eq!(ServiceNodes::placement_salt(&who), salt);
	});
}

#[test]
fn leaving_before_the_draw_does_not_change_a_salt() {
	run(|| {
		let who = register(1);
		assert_ok!(ServiceNodes::leave(signed(1)));
		pass_epochs(MIN_LEAVING_EPOCHS);
		pass_blocks(UNBONDING);
		assert_ok!(ServiceNodes::withdraw(signed(1), who.clone()));
		pass_epochs(3);
		register(1);
		pass_epochs(3);
		assert_eq!(ServiceNodes::placement_salt(&who), Some(expected(1, 2)));
	});
}

#[test]
fn accounts_of_one_epoch_have_different_salts() {
	run(|| {
		let salts: std::collections::BTreeSet<_> = (1..=5)
			.map(register)
			.collect::<Vec<_>>()
			.iter()
			.map(|who| {
				while ServiceNodes::placement_salt(who).is_none() {
					pass_epochs(1);
				}
				ServiceNodes::placement_salt(who)
			})
			.collect();
		assert_eq!(salts.len(), 5);
	});
}

#[test]
fn randomness_is_kept_until_the_last_of_its_epoch_has_drawn() {
	run(|| {
		let (one, two) = (register(1), register(2));
		pass_epochs(2);
		assert_ok!(ServiceNodes::draw_salt(signed(9), one));
		assert_eq!(Cohorts::<Test>::get(0).unwrap().waiting, 1);
		assert_ok!(ServiceNodes::draw_salt(signed(9), two));
		assert_eq!(Cohorts::<Test>::iter().count(), 0);
	});
}

#[test]
fn epochs_without_registrations_leave_nothing_behind() {
	run(|| {
		pass_epochs(50);
		assert_eq!(Cohorts::<Test>::iter().count(), 0);
		assert!(Unseeded::<Test>::get().is_empty());
	});
}

#[test]
fn after_skipped_epochs_the_next_one_gives_the_randomness() {
	run(|| {
		pass_epochs(10);
		let one = register(1);
		pass_epochs(1);
		let two = register(2);
		// Epochs 12 to 19 have no block.
		Epoch::set(20);
		pass_blocks(1);
		let three = register(3);
		assert_eq!(ServiceNodes::placement_salt(&one), Some(expected(1, 20)));
		assert_eq!(ServiceNodes::placement_salt(&two), Some(expected(2, 20)));
		pass_epochs(2);
		assert_eq!(ServiceNodes::placement_salt(&one), Some(expected(1, 20)));
		assert_eq!(ServiceNodes::placement_salt(&three), Some(expected(3, 22)));
	});
}

#[test]
fn registrations_in_every_epoch_are_all_seeded() {
	run(|| {
		for index in 1..=8 {
			register(index);
			pass_epochs(1);
		}
		pass_epochs(1);
		for index in 1..=8 {
			let salt = ServiceNodes::placement_salt(&account(index));
			assert_eq!(salt, Some(expected(index, u64::from(index) + 1)));
		}
	});
}

#[test]
fn activation_draws_the_salt() {
	run(|| {
		let who = active(1);
		assert_eq!(Records::<Test>::get(&who).unwrap().salt, Some(expected(1, 2)));
	});
}

#[test]
fn registering_many_nodes_to_choose_a_salt_costs_every_one_its_fee_and_time() {
	run(|| {
		let before = issuance();
		let nodes: Vec<_> = (1..=8).map(register).collect();
		assert_eq!(issuance(), before - 8 * FEE);
		pass_epochs(2);
		// All salts are known; who leaves for a bad one still waits for its bond.
		for (index, who) in (1..=8).zip(&nodes) {
			assert!(ServiceNodes::placement_salt(who).is_some());
			assert_ok!(ServiceNodes::leave(signed(index)));
			let refused = Error::<Test>::StillUnbonding;
			assert_noop!(ServiceNodes::withdraw(signed(index), who.clone()), refused);
		}
		assert_eq!(ServiceNodes::total_bonded(), 8 * BOND);
	});
}
