//! The attacks on payments that happen on chain.

use super::mock::*;
use crate::{Error, Event};
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::{InspectFreeze, MutateFreeze},
		LockableCurrency, WithdrawReasons,
	},
};
use smartlayer_promises::{
	channel_id, walk, Claim, HashChain, Invalid, Promise, Rejection, RequestClose, Step,
};
use smartlayer_types::{
	eip712::Domain,
	evm::{EvmSignature, HALF_ORDER},
	AccountId, Authorisation, Hash,
};

/// Redeems one claim that must not be paid; returns why it was not.
fn refused(claim: Claim) -> Rejection {
	events();
	assert_ok!(redeem(&[claim]));
	match events()[..] {
		[Event::ClaimSkipped { reason, channel }] if channel == claim.promise.channel => reason,
		ref other => panic!("paid or not reported: {other:?}"),
	}
}

#[test]
fn a_promise_is_not_replayed_on_another_channel_of_the_same_key() {
	run(|| {
		let (one, other) = (usual(), usual());
		let good = claim(one, 1_000);
		let moved = Claim { promise: Promise { channel: other, ..good.promise }, ..good };
		assert_eq!(refused(moved), Rejection::Invalid(Invalid::WrongSignature));
	});
}

#[test]
fn a_promise_for_another_genesis_is_refused() {
	run(|| {
		let promise = claim(usual(), 1_000).promise;
		let elsewhere = Domain::of(Hash::repeat_byte(1));
		let signature = sign(&promise_key(), promise.digest(&elsewhere));
		let foreign = Claim { promise, signature, step: None };
		assert_eq!(refused(foreign), Rejection::Invalid(Invalid::WrongSignature));
	});
}

#[test]
fn a_promise_is_not_replayed_on_a_channel_that_was_opened_again() {
	run(|| {
		let old = usual();
		let promise = claim(old, 1_000);
		assert_ok!(Payouts::close(signed(node()), old, Some(promise)));
		let new = usual();
		assert_ne!(old, new);
		assert_eq!(refused(promise), Rejection::UnknownChannel);
		assert_eq!(channel(new).paid, 0);
	});
}

#[test]
fn the_same_id_never_recurs() {
	run(|| {
		let key = address(&promise_key());
		let id = channel_id(genesis_hash(), &alice(), &node(), VERIFIED, key, 1);
		assert_eq!(usual(), id);
		assert_ok!(Payouts::close(signed(node()), id, None));
		assert_noop!(
			Payouts::open(signed(alice()), node(), VERIFIED, DEPOSIT, key, 1),
			Error::<Test>::SaltNotAboveLast
		);
	});
}

#[test]
fn a_promise_going_backwards_or_shown_again_pays_nothing() {
	run(|| {
		let id = usual();
		assert_ok!(redeem(&[claim(id, 1_000)]));
		assert_eq!(refused(claim(id, 1_000)), Rejection::NothingDue);
		assert_eq!(refused(claim(id, 999)), Rejection::NothingDue);
		assert_eq!(refused(stepped_claim(id, 0, 10, 100, 100)), Rejection::NothingDue);
		assert_eq!(channel(id).paid, 1_000);
	});
}

#[test]
fn chains_never_add_up() {
	run(|| {
		let id = usual();
		assert_ok!(redeem(&[stepped_claim(id, 0, 10, 100, 100)]));
		assert_ok!(redeem(&[stepped_claim(id, 500, 10, 60, 60)]));
		// The second chain ends at 1,100: the first one's 1,000 are in it.
		assert_eq!(channel(id).paid, 1_100);
	});
}

#[test]
fn an_amount_beyond_all_amounts_is_malformed_not_large() {
	run(|| {
		let id = usual();
		for (cumulative, unit) in [(u128::MAX, 1), (1, u128::MAX), (u128::MAX / 2, u128::MAX / 4)] {
			let reason = refused(stepped_claim(id, cumulative, unit, 100, 1));
			assert!(matches!(reason, Rejection::Invalid(Invalid::Malformed(_))), "{reason:?}");
		}
	});
}

#[test]
fn steps_are_not_guessed_from_the_tip_or_from_steps_below() {
	run(|| {
		let id = usual();
		let good = stepped_claim(id, 0, 10, 100, 40);
		let link = good.step.unwrap().preimage;
		let guesses = [
			Step { index: 41, preimage: link },
			Step { index: 41, preimage: walk(link, 1) },
			Step { index: 100, preimage: good.promise.chain.unwrap().tip },
		];
		for guess in guesses {
			let claim = Claim { step: Some(guess), ..good };
			assert_eq!(refused(claim), Rejection::Invalid(Invalid::WrongPreimage));
		}
		// Who knows a step knows all before it: they are worth less.
		let below = Step { index: 39, preimage: walk(link, 1) };
		assert_ok!(redeem(&[Claim { step: Some(below), ..good }]));
		assert_eq!(channel(id).paid, 390);
	});
}

#[test]
fn a_chain_of_another_promise_does_not_serve_this_one() {
	run(|| {
		let id = usual();
		let plain = claim(id, 100);
		let links = HashChain::new([3; 32], 10).unwrap();
		let step = Step { index: 5, preimage: links.preimage(5).unwrap() };
		let reason = refused(Claim { step: Some(step), ..plain });
		assert_eq!(reason, Rejection::Invalid(Invalid::NoSuchStep));
		// A chain put in afterwards is not signed.
		let stepped = stepped_claim(id, 100, 10, 10, 5);
		let reason = refused(Claim { signature: plain.signature, ..stepped });
		assert_eq!(reason, Rejection::Invalid(Invalid::WrongSignature));
	});
}

#[test]
fn a_malleated_signature_is_refused() {
	run(|| {
		let good = claim(usual(), 100);
		let mut twin = good.signature.0;
		// Anything above half the order, as the twin of a good signature is.
		twin[32..64].copy_from_slice(&HALF_ORDER);
		twin[63] += 1;
		let reason = refused(Claim { signature: EvmSignature(twin), ..good });
		assert_eq!(reason, Rejection::Invalid(Invalid::WrongSignature));
	});
}

#[test]
fn a_signature_for_another_purpose_is_no_promise_and_no_request() {
	run(|| {
		let id = usual();
		let request = sign(&promise_key(), RequestClose { channel: id }.digest(&domain()));
		let reason = refused(Claim { signature: request, ..claim(id, 100) });
		assert_eq!(reason, Rejection::Invalid(Invalid::WrongSignature));
		let promise = Authorisation::Evm(claim(id, 100).signature);
		assert_noop!(
			Payouts::request_close_with_authorisation(signed(anyone()), id, promise),
			Error::<Test>::WrongAuthorisation
		);
	});
}

#[test]
fn a_lock_on_the_payer_freezes_no_payment_and_no_refund() {
	run(|| {
		let id = usual();
		<Balances as LockableCurrency<AccountId>>::set_lock(
			*b"pyconvot",
			&alice(),
			u128::MAX,
			WithdrawReasons::all(),
		);
		assert_ok!(redeem(&[claim(id, 4_000)]));
		assert_eq!(balance(&node()), ED + 2_600);
		assert_ok!(Payouts::request_close(signed(alice()), id));
		after_blocks(CHALLENGE);
		assert_ok!(Payouts::finish(signed(anyone()), id));
		assert_eq!(balance(&alice()), RICH - 4_000);
		// And nothing locked gets out.
		assert!(Payouts::open(
			signed(alice()),
			node(),
			VERIFIED,
			DEPOSIT,
			address(&promise_key()),
			9
		)
		.is_err());
	});
}

#[test]
fn frozen_tokens_do_not_go_into_escrow() {
	run(|| {
		assert_ok!(Balances::set_freeze(&Freeze::Vote, &alice(), RICH - 500));
		assert_eq!(Balances::balance_frozen(&Freeze::Vote, &alice()), RICH - 500);
		let try_open = frame_support::storage::with_storage_layer(|| {
			Payouts::open(signed(alice()), node(), VERIFIED, 1_000, address(&promise_key()), 1)
		});
		assert_eq!(try_open, Err(sp_runtime::TokenError::Frozen.into()));
	});
}

#[test]
fn a_dispute_cannot_be_prolonged_cancelled_or_shortened() {
	run(|| {
		let id = usual();
		assert_ok!(Payouts::request_close(signed(alice()), id));
		let closable_at = channel(id).closable_at;
		ChallengePeriod::set(10_000);
		after_blocks(10);
		assert!(Payouts::request_close(signed(alice()), id).is_err());
		assert!(Payouts::top_up(signed(alice()), id, 5).is_err());
		assert!(Payouts::finish(signed(alice()), id).is_err());
		assert_ok!(redeem(&[claim(id, 10)]));
		assert_eq!(channel(id).closable_at, closable_at);
	});
}

#[test]
fn whoever_pays_itself_loses_the_burned_share() {
	run(|| {
		// Alice pays a node of her own for a class of her own.
		IssuerAccount::set(alice());
		let id = open(alice(), alice(), VERIFIED, DEPOSIT);
		let before = issuance();
		assert_ok!(redeem(&[claim(id, DEPOSIT)]));
		assert_ok!(Payouts::close(signed(alice()), id, None));
		let lost = RICH - balance(&alice());
		assert_eq!(lost, DEPOSIT * 15 / 100);
		assert_eq!(before - issuance(), DEPOSIT / 10);
		assert_eq!(BurnedThrough::get(), [(alice(), DEPOSIT / 10)]);
	});
}

#[test]
fn a_payer_who_owns_the_class_gets_back_the_issuer_share_only() {
	run(|| {
		IssuerAccount::set(alice());
		let id = usual();
		assert_ok!(redeem(&[claim(id, DEPOSIT)]));
		assert_eq!(balance(&alice()), RICH - DEPOSIT + DEPOSIT / 5);
		assert_eq!(balance(&node()), ED + DEPOSIT * 65 / 100);
	});
}

#[test]
fn redeeming_ahead_of_the_payee_takes_nothing_from_it() {
	run(|| {
		let id = usual();
		// Somebody shows an old promise before the payee closes with the newest.
		assert_ok!(redeem(&[claim(id, 10)]));
		assert_ok!(Payouts::close(signed(node()), id, Some(claim(id, 5_000))));
		assert_eq!(balance(&alice()), RICH - 5_000);
	});
}
