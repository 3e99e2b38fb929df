//! Genesis, and that the check of the state finds what it looks for.

use super::mock::*;
use crate::Channels;
use frame_support::traits::fungible::Mutate;

/// Spoils the state, asserts that this is found, and mends it.
fn finds(spoil: impl FnOnce(&mut smartlayer_promises::Channel)) {
	run(|| {
		let id = usual();
		let good = channel(id);
		let mut bad = good.clone();
		spoil(&mut bad);
		Channels::<Test>::insert(id, bad);
		assert!(Payouts::do_try_state().is_err());
		Channels::<Test>::insert(id, good);
	});
}

#[test]
fn the_pots_exist_from_genesis() {
	run(|| {
		assert_eq!(balance(&Payouts::escrow()), ED);
		assert_eq!(balance(&account(200)), ED);
	});
}

#[test]
fn pots_with_money_are_left_as_they_are() {
	run(|| {
		let before = issuance();
		Payouts::fund_pots();
		assert_eq!(issuance(), before);
	});
}

#[test]
fn the_check_finds_broken_channels() {
	finds(|channel| channel.deposit = 0);
	finds(|channel| channel.paid = channel.deposit + 1);
	finds(|channel| channel.issuer = None);
	finds(|channel| channel.max_chain_length = 0);
	finds(|channel| channel.max_chain_length = smartlayer_promises::MAX_CHAIN_LENGTH + 1);
	finds(|channel| channel.closable_at = Some(2 + CHALLENGE));
	finds(|channel| channel.payer = anyone());
}

#[test]
fn the_check_finds_missing_money() {
	finds(|channel| channel.deposit += 1);
	run(|| {
		usual();
		Balances::set_balance(&Payouts::escrow(), ED + DEPOSIT - 1);
		assert!(Payouts::do_try_state().is_err());
		Balances::set_balance(&Payouts::escrow(), ED + DEPOSIT);
	});
}
