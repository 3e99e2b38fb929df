//! Redeeming batches.

use super::mock::*;
use crate::Event;
use frame_support::{assert_ok, traits::fungible::Mutate, BoundedVec};
use smartlayer_promises::{Claim, Invalid, Malformed, Rejection, Split};
use smartlayer_types::{evm::EvmSignature, Hash};

/// The reasons for which claims were skipped.
fn skipped() -> Vec<Rejection> {
	let events = events().into_iter().filter_map(|event| match event {
		Event::ClaimSkipped { reason, .. } => Some(reason),
		_ => None,
	});
	events.collect()
}

#[test]
fn redeem_pays_what_was_promised() {
	run(|| {
		let id = usual();
		events();
		let before = issuance();
		assert_ok!(redeem(&[claim(id, 4_000)]));
		let split = Split { burned: 400, issuer: 800, anchors: 200, payee: 2_600 };
		let redeemed =
			Event::Redeemed { channel: id, payee: node(), issuer: Some(account(100)), split };
		assert_eq!(events(), [redeemed]);
		assert_eq!(balance(&node()), ED + 2_600);
		assert_eq!(balance(&account(100)), ED + 800);
		assert_eq!(balance(&account(200)), ED + 200);
		assert_eq!(issuance(), before - 400);
		assert_eq!(channel(id).paid, 4_000);
		assert_eq!(BurnedThrough::get(), [(node(), 400)]);
	});
}

#[test]
fn redeem_pays_only_what_was_not_paid_before() {
	run(|| {
		let id = usual();
		assert_ok!(redeem(&[claim(id, 4_000)]));
		assert_ok!(redeem(&[claim(id, 5_000)]));
		assert_eq!(channel(id).paid, 5_000);
		assert_eq!(balance(&node()), ED + 2_600 + 650);
	});
}

#[test]
fn redeem_pays_for_revealed_steps() {
	run(|| {
		let id = usual();
		assert_ok!(redeem(&[stepped_claim(id, 1_000, 10, 100, 50)]));
		assert_eq!(channel(id).paid, 1_500);
		assert_ok!(redeem(&[stepped_claim(id, 1_000, 10, 100, 100)]));
		assert_eq!(channel(id).paid, 2_000);
	});
}

#[test]
fn a_promise_above_the_deposit_pays_the_deposit() {
	run(|| {
		let id = usual();
		assert_ok!(redeem(&[claim(id, DEPOSIT + 1)]));
		assert_eq!(channel(id).paid, DEPOSIT);
		assert_ok!(redeem(&[claim(id, u128::MAX)]));
		assert_eq!(channel(id).paid, DEPOSIT);
		assert_eq!(balance(&alice()), RICH - DEPOSIT);
		// What is added later stands behind the same promise.
		assert_ok!(Payouts::top_up(signed(alice()), id, 500));
		assert_ok!(redeem(&[claim(id, u128::MAX)]));
		assert_eq!(channel(id).paid, DEPOSIT + 500);
	});
}

#[test]
fn anyone_redeems_for_anyone() {
	run(|| {
		let id = usual();
		let claims = BoundedVec::try_from(vec![claim(id, 1_000)]).unwrap();
		assert_ok!(Payouts::redeem(signed(bob()), claims));
		assert_eq!(balance(&bob()), RICH);
		assert_eq!(balance(&node()), ED + 650);
	});
}

#[test]
fn redeem_skips_settled_channel() {
	run(|| {
		let (settled, gone, open_one) = (usual(), usual(), usual());
		let stale = claim(settled, 1_000);
		assert_ok!(redeem(&[stale]));
		assert_ok!(Payouts::close(signed(node()), gone, None));
		events();
		assert_ok!(redeem(&[stale, claim(gone, 5), claim(open_one, 100)]));
		assert_eq!(channel(open_one).paid, 100);
		assert_eq!(channel(settled).paid, 1_000);
		assert_eq!(skipped(), [Rejection::NothingDue, Rejection::UnknownChannel]);
	});
}

#[test]
fn a_poisoned_batch_pays_its_good_claims() {
	run(|| {
		let (bad, good) = (usual(), usual());
		events();
		let forged = Claim { signature: EvmSignature([1; 65]), ..claim(bad, 1) };
		let mut astray = stepped_claim(bad, 0, 1, 100, 7);
		astray.step.as_mut().unwrap().index = 8;
		let mut outside = stepped_claim(bad, 0, 1, 100, 7);
		outside.step.as_mut().unwrap().index = u32::MAX;
		let claims = [
			forged,
			claim(Hash::repeat_byte(7), 1),
			astray,
			outside,
			stepped_claim(bad, 0, 1, 101, 1),
			stepped_claim(bad, 0, 0, 10, 1),
			stepped_claim(bad, u128::MAX, 1, 10, 1),
			claim(bad, 0),
			claim(good, 100),
		];
		assert_ok!(redeem(&claims));
		assert_eq!((channel(bad).paid, channel(good).paid), (0, 100));
		let reasons = [
			Rejection::Invalid(Invalid::WrongSignature),
			Rejection::UnknownChannel,
			Rejection::Invalid(Invalid::WrongPreimage),
			Rejection::Invalid(Invalid::NoSuchStep),
			Rejection::Invalid(Invalid::Malformed(Malformed::ExcessiveLength)),
			Rejection::Invalid(Invalid::Malformed(Malformed::ZeroUnit)),
			Rejection::Invalid(Invalid::Malformed(Malformed::Overflow)),
			Rejection::NothingDue,
		];
		assert_eq!(skipped(), reasons);
	});
}

#[test]
fn a_payee_that_cannot_be_credited_is_skipped_with_all_its_claims() {
	run(|| {
		let nobody = account(60);
		let first = open(alice(), nobody.clone(), VERIFIED, DEPOSIT);
		let second = open(bob(), nobody.clone(), VERIFIED, DEPOSIT);
		let good = usual();
		events();
		// Of 6 the payee gets 4: twice that is not enough for an account.
		assert_ok!(redeem(&[claim(first, 6), claim(good, 100), claim(second, 6)]));
		assert_eq!(skipped(), [Rejection::PayeeNotCreditable; 2]);
		assert_eq!((channel(first).paid, channel(second).paid), (0, 0));
		assert_eq!(channel(good).paid, 100);
		assert_eq!(balance(&nobody), 0);
		assert_eq!(BurnedThrough::get(), [(node(), 10)]);
	});
}

#[test]
fn claims_of_one_payee_are_credited_together() {
	run(|| {
		let new = account(60);
		let first = open(alice(), new.clone(), VERIFIED, DEPOSIT);
		let second = open(bob(), new.clone(), VERIFIED, DEPOSIT);
		System::reset_events();
		// Either alone would be too little to make an account.
		assert_ok!(redeem(&[claim(first, 10), claim(second, 10)]));
		assert_eq!(balance(&new), 14);
		let deposits = System::events().into_iter().filter(|record| {
			matches!(record.event, RuntimeEvent::Balances(pallet_balances::Event::Deposit { .. }))
		});
		// The payee and the issuer once each; the anchors' share of so little is nothing.
		assert_eq!(deposits.count(), 2);
		assert_eq!(BurnedThrough::get(), [(new, 2)]);
	});
}

#[test]
fn a_batch_of_many_payees_pays_each_its_own() {
	run(|| {
		let mine = usual();
		let other = open(bob(), other_node(), UNVERIFIED, DEPOSIT);
		assert_ok!(redeem(&[claim(other, 2_000), claim(mine, 1_000), claim(other, 3_000)]));
		assert_eq!(balance(&node()), ED + 650);
		assert_eq!(balance(&other_node()), ED + 1_950);
		assert_eq!(balance(&account(100)), ED + 200);
		assert_eq!(balance(&account(200)), ED + 150 + 50);
		assert_eq!(BurnedThrough::get(), [(node(), 100), (other_node(), 900)]);
	});
}

#[test]
fn the_same_claim_twice_in_a_batch_pays_once() {
	run(|| {
		let id = usual();
		events();
		assert_ok!(redeem(&[claim(id, 1_000), claim(id, 1_000), claim(id, 999)]));
		assert_eq!(channel(id).paid, 1_000);
		assert_eq!(skipped(), [Rejection::NothingDue; 2]);
	});
}

#[test]
fn a_payee_that_is_no_longer_active_is_paid() {
	run(|| {
		let id = usual();
		Inactive::set(vec![node()]);
		assert_ok!(redeem(&[claim(id, 1_000)]));
		assert_eq!(balance(&node()), ED + 650);
	});
}

#[test]
fn an_empty_batch_does_nothing() {
	run(|| {
		System::reset_events();
		assert_ok!(redeem(&[]));
		assert!(System::events().is_empty());
	});
}

#[test]
fn a_full_batch_is_paid() {
	run(|| {
		let ids: Vec<_> = (0..100).map(|_| open(alice(), node(), VERIFIED, 1_000)).collect();
		let claims: Vec<_> = ids.iter().map(|id| claim(*id, 1_000)).collect();
		assert_ok!(redeem(&claims));
		assert_eq!(balance(&node()), ED + 65_000);
		assert_eq!(BurnedThrough::get(), [(node(), 10_000)]);
	});
}

#[test]
fn what_is_sent_to_escrow_past_the_pallet_changes_no_payment() {
	run(|| {
		let id = usual();
		assert_ok!(Balances::transfer(
			&bob(),
			&Payouts::escrow(),
			777,
			frame_support::traits::tokens::Preservation::Preserve
		));
		Donated::set(777);
		assert_ok!(redeem(&[claim(id, u128::MAX)]));
		assert_ok!(Payouts::close(signed(node()), id, None));
		assert_eq!(balance(&alice()), RICH - DEPOSIT);
	});
}
