//! How payments are divided, and what becomes of shares that can't be paid.

use super::mock::*;
use crate::Event;
use frame_support::assert_ok;
use smartlayer_promises::Split;
use sp_runtime::Permill;

fn splits() -> Vec<Split> {
	let events = events().into_iter().filter_map(|event| match event {
		Event::Redeemed { split, .. } => Some(split),
		_ => None,
	});
	events.collect()
}

#[test]
fn the_issuer_share_of_an_unverified_class_is_burned() {
	run(|| {
		let id = open(alice(), node(), UNVERIFIED, DEPOSIT);
		let before = issuance();
		assert_ok!(redeem(&[claim(id, 1_000)]));
		assert_eq!(splits(), [Split { burned: 300, issuer: 0, anchors: 50, payee: 650 }]);
		assert_eq!(issuance(), before - 300);
		assert_eq!(BurnedThrough::get(), [(node(), 300)]);
	});
}

#[test]
fn an_issuer_who_cannot_be_credited_is_burned_and_reported() {
	run(|| {
		IssuerAccount::set(account(61));
		let id = usual();
		let before = issuance();
		// A fifth of 45 does not make an account.
		assert_ok!(redeem(&[claim(id, 45)]));
		assert_eq!(splits(), [Split { burned: 5 + 9, issuer: 0, anchors: 2, payee: 29 }]);
		assert_eq!(issuance(), before - 14);
		assert_eq!(balance(&account(61)), 0);
		assert_eq!(BurnedThrough::get(), [(node(), 14)]);
	});
}

#[test]
fn an_issuer_is_credited_for_the_whole_batch() {
	run(|| {
		IssuerAccount::set(account(61));
		let (first, second) = (usual(), open(bob(), other_node(), VERIFIED, DEPOSIT));
		assert_ok!(redeem(&[claim(first, 45), claim(second, 45)]));
		assert_eq!(balance(&account(61)), 18);
	});
}

#[test]
fn one_issuer_who_cannot_be_credited_leaves_the_others_theirs() {
	run(|| {
		let good = usual();
		IssuerAccount::set(account(61));
		let bad = open(bob(), other_node(), VERIFIED, DEPOSIT);
		assert_ok!(redeem(&[claim(bad, 45), claim(good, 1_000)]));
		assert_eq!(balance(&account(100)), ED + 200);
		assert_eq!(BurnedThrough::get(), [(node(), 100), (other_node(), 14)]);
	});
}

#[test]
fn a_payee_who_is_its_own_issuer_can_be_made_by_both_shares() {
	run(|| {
		IssuerAccount::set(account(61));
		let id = open(alice(), account(61), VERIFIED, DEPOSIT);
		assert_ok!(redeem(&[claim(id, 20)]));
		assert_eq!(splits(), [Split { burned: 2, issuer: 4, anchors: 1, payee: 13 }]);
		assert_eq!(balance(&account(61)), 17);
	});
}

#[test]
fn a_pot_that_cannot_be_credited_is_burned_and_reported() {
	run(|| {
		AnchorsPot::set(account(62));
		let id = usual();
		let before = issuance();
		assert_ok!(redeem(&[claim(id, 100)]));
		assert_eq!(splits(), [Split { burned: 15, issuer: 20, anchors: 0, payee: 65 }]);
		assert_eq!(issuance(), before - 15);
		assert_eq!(BurnedThrough::get(), [(node(), 15)]);
	});
}

#[test]
fn dust_does_not_escape_the_burn() {
	run(|| {
		let (whole, cut) = (usual(), open(alice(), other_node(), VERIFIED, DEPOSIT));
		assert_ok!(redeem(&[claim(whole, 95)]));
		for value in 1..=95 {
			assert_ok!(redeem(&[claim(cut, value)]));
		}
		let burned = |who| {
			let log = BurnedThrough::get().into_iter().filter(|(payee, _)| *payee == who);
			log.map(|(_, amount)| amount).sum::<u128>()
		};
		assert_eq!(burned(node()), 10);
		assert_eq!(burned(other_node()), 95);
		assert_eq!(balance(&other_node()), ED);
	});
}

#[test]
fn a_share_of_zero_is_no_share_that_fails() {
	run(|| {
		AnchorsShare::set(Permill::zero());
		AnchorsPot::set(account(62));
		IssuerShare::set(Permill::zero());
		IssuerAccount::set(account(61));
		let id = usual();
		assert_ok!(redeem(&[claim(id, 1_000)]));
		assert_eq!(splits(), [Split { burned: 100, issuer: 0, anchors: 0, payee: 900 }]);
	});
}
