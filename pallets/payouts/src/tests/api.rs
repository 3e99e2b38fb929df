//! What clients and service nodes read.

use super::mock::*;
use frame_support::assert_ok;
use smartlayer_promises::{Claim, Invalid, Parameters, Quote, Rejection, Split, Terms};
use smartlayer_types::{evm::EvmSignature, Hash};
use sp_runtime::Permill;

#[test]
fn parameters_are_those_within_bounds() {
	run(|| {
		Fee::set(44);
		BurnedShare::set(Permill::zero());
		ChallengePeriod::set(0);
		let expected = Parameters {
			least_deposit: 1_000,
			burned: Terms::MIN_BURNED,
			anchors: Permill::from_percent(5),
			challenge_period: crate::MIN_CHALLENGE_PERIOD,
			max_chain_length: 100,
			submission_fee: 44,
			max_claims: 100,
		};
		assert_eq!(Payouts::parameters(), expected);
	});
}

#[test]
fn terms_are_known_before_opening() {
	run(|| {
		let expected = channel(usual()).terms;
		assert_eq!(Payouts::terms(node(), VERIFIED), Some(expected));
		assert_eq!(Payouts::terms(node(), UNVERIFIED), Some(expected.without_issuer()));
		assert_eq!(Payouts::terms(node(), UNKNOWN), None);
		Inactive::set(vec![node()]);
		assert_eq!(Payouts::terms(node(), VERIFIED), None);
	});
}

#[test]
fn a_quote_says_what_a_claim_would_pay() {
	run(|| {
		let id = usual();
		assert_ok!(redeem(&[claim(id, 1_000)]));
		let quote = Payouts::quote(claim(id, 5_000)).unwrap();
		let split = Split { burned: 400, issuer: 800, anchors: 200, payee: 2_600 };
		assert_eq!(quote, Quote { value: 5_000, amount: 4_000, split });
		let quote = Payouts::quote(claim(id, DEPOSIT + 7)).unwrap();
		assert_eq!((quote.value, quote.amount), (DEPOSIT + 7, DEPOSIT - 1_000));
	});
}

#[test]
fn a_quote_says_why_a_claim_would_be_skipped() {
	run(|| {
		let id = usual();
		assert_eq!(Payouts::quote(claim(Hash::zero(), 1)), Err(Rejection::UnknownChannel));
		assert_eq!(Payouts::quote(claim(id, 0)), Err(Rejection::NothingDue));
		let forged = Claim { signature: EvmSignature([1; 65]), ..claim(id, 1) };
		assert_eq!(Payouts::quote(forged), Err(Rejection::Invalid(Invalid::WrongSignature)));
		let nobody = open(alice(), account(60), VERIFIED, DEPOSIT);
		assert_eq!(Payouts::quote(claim(nobody, 10)), Err(Rejection::PayeeNotCreditable));
	});
}

#[test]
fn a_quote_burns_what_could_not_be_credited() {
	run(|| {
		IssuerAccount::set(account(61));
		let id = usual();
		let quote = Payouts::quote(claim(id, 45)).unwrap();
		assert_eq!(quote.split, Split { burned: 14, issuer: 0, anchors: 2, payee: 29 });
	});
}

#[test]
fn the_last_salt_is_known() {
	run(|| {
		assert_eq!(Payouts::last_salt(alice()), 0);
		usual();
		usual();
		assert_eq!(Payouts::last_salt(alice()), 2);
	});
}
