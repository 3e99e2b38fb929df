//! Ending channels.

use super::mock::*;
use crate::{Channels, Error, Event};
use frame_support::{assert_noop, assert_ok};
use smartlayer_promises::Claim;
use smartlayer_types::{evm::EvmSignature, Hash};

#[test]
fn close_by_the_payee_gives_the_rest_back_at_once() {
	run(|| {
		let id = usual();
		assert_ok!(redeem(&[claim(id, 4_000)]));
		events();
		assert_ok!(Payouts::close(signed(node()), id, None));
		assert_eq!(Payouts::channel(id), None);
		assert_eq!(balance(&alice()), RICH - 4_000);
		assert_eq!(events(), [Event::Closed { channel: id, refunded: 6_000, burned: 0 }]);
	});
}

#[test]
fn close_pays_the_last_claim_first() {
	run(|| {
		let id = usual();
		assert_ok!(Payouts::close(signed(node()), id, Some(stepped_claim(id, 1_000, 100, 20, 10))));
		assert_eq!(balance(&alice()), RICH - 2_000);
		assert_eq!(balance(&node()), ED + 2_000 * 65 / 100);
	});
}

#[test]
fn close_with_a_claim_that_was_paid_already_just_closes() {
	run(|| {
		let id = usual();
		assert_ok!(redeem(&[claim(id, 4_000)]));
		assert_ok!(Payouts::close(signed(node()), id, Some(claim(id, 4_000))));
		assert_eq!(balance(&alice()), RICH - 4_000);
	});
}

#[test]
fn close_with_a_bad_claim_changes_nothing() {
	run(|| {
		let (id, other) = (usual(), usual());
		let close = |claim: Claim| {
			frame_support::storage::with_storage_layer(|| {
				Payouts::close(signed(node()), id, Some(claim))
			})
		};
		let forged = Claim { signature: EvmSignature([1; 65]), ..claim(id, 1) };
		assert_noop!(close(forged), Error::<Test>::WrongPromiseSignature);
		assert_noop!(close(claim(other, 1)), Error::<Test>::ClaimOfAnotherChannel);
		assert_noop!(close(stepped_claim(id, 0, 1, 101, 1)), Error::<Test>::MalformedPromise);
		let mut astray = stepped_claim(id, 0, 1, 100, 1);
		astray.step.as_mut().unwrap().index = 2;
		assert_noop!(close(astray), Error::<Test>::WrongStep);
	});
}

#[test]
fn close_for_a_payee_who_cannot_be_paid_changes_nothing() {
	run(|| {
		let id = open(alice(), account(60), VERIFIED, DEPOSIT);
		assert_noop!(
			frame_support::storage::with_storage_layer(|| {
				Payouts::close(signed(account(60)), id, Some(claim(id, 5)))
			}),
			Error::<Test>::PayeeNotCreditable
		);
	});
}

#[test]
fn only_the_payee_closes_at_once() {
	run(|| {
		let id = usual();
		assert_noop!(Payouts::close(signed(alice()), id, None), Error::<Test>::NotPayee);
		assert_noop!(Payouts::close(signed(anyone()), id, None), Error::<Test>::NotPayee);
	});
}

#[test]
fn a_closed_channel_cannot_be_touched_again() {
	run(|| {
		let id = usual();
		assert_ok!(Payouts::close(signed(node()), id, None));
		assert_noop!(Payouts::close(signed(node()), id, None), Error::<Test>::UnknownChannel);
		assert_noop!(Payouts::finish(signed(anyone()), id), Error::<Test>::UnknownChannel);
		assert_noop!(Payouts::request_close(signed(alice()), id), Error::<Test>::UnknownChannel);
		assert_eq!(balance(&alice()), RICH);
	});
}

#[test]
fn request_close_begins_the_challenge_period() {
	run(|| {
		let id = usual();
		events();
		at_block(10);
		assert_ok!(Payouts::request_close(signed(alice()), id));
		let closable_at = 10 + CHALLENGE;
		assert_eq!(channel(id).closable_at, Some(closable_at));
		assert_eq!(events(), [Event::CloseRequested { channel: id, closable_at }]);
	});
}

#[test]
fn only_the_payer_requests_closing() {
	run(|| {
		let id = usual();
		assert_noop!(Payouts::request_close(signed(node()), id), Error::<Test>::NotPayer);
		assert_noop!(Payouts::request_close(signed(anyone()), id), Error::<Test>::NotPayer);
	});
}

#[test]
fn closing_is_requested_once() {
	run(|| {
		let id = usual();
		assert_ok!(Payouts::request_close(signed(alice()), id));
		after_blocks(CHALLENGE - 1);
		assert_noop!(Payouts::request_close(signed(alice()), id), Error::<Test>::AlreadyClosing);
		assert_noop!(
			Payouts::request_close_with_authorisation(
				signed(anyone()),
				id,
				closing(&promise_key(), id)
			),
			Error::<Test>::AlreadyClosing
		);
	});
}

#[test]
fn finish_waits_for_the_request_and_the_whole_period() {
	run(|| {
		let id = usual();
		assert_noop!(Payouts::finish(signed(anyone()), id), Error::<Test>::NotClosing);
		at_block(10);
		assert_ok!(Payouts::request_close(signed(alice()), id));
		at_block(10 + CHALLENGE - 1);
		assert_noop!(Payouts::finish(signed(alice()), id), Error::<Test>::ChallengePeriodRunning);
		at_block(10 + CHALLENGE);
		events();
		assert_ok!(Payouts::finish(signed(anyone()), id));
		assert_eq!(events(), [Event::Closed { channel: id, refunded: DEPOSIT, burned: 0 }]);
		assert_eq!(balance(&alice()), RICH);
		assert_eq!(Channels::<Test>::iter().count(), 0);
	});
}

#[test]
fn every_promise_counts_until_finish() {
	run(|| {
		let id = usual();
		assert_ok!(redeem(&[claim(id, 100)]));
		assert_ok!(Payouts::request_close(signed(alice()), id));
		after_blocks(CHALLENGE - 1);
		assert_ok!(redeem(&[claim(id, 1_000)]));
		assert_eq!(channel(id).paid, 1_000);
		// Nobody finished yet, though the period is over.
		after_blocks(100);
		assert_ok!(redeem(&[claim(id, 2_000)]));
		assert_eq!(channel(id).paid, 2_000);
		assert_ok!(Payouts::finish(signed(anyone()), id));
		assert_eq!(balance(&alice()), RICH - 2_000);
	});
}

#[test]
fn the_payee_closes_in_the_challenge_period_too() {
	run(|| {
		let id = usual();
		assert_ok!(Payouts::request_close(signed(alice()), id));
		assert_ok!(Payouts::close(signed(node()), id, Some(claim(id, 3_000))));
		assert_eq!(balance(&alice()), RICH - 3_000);
	});
}

#[test]
fn a_payer_who_is_gone_does_not_keep_a_channel_open() {
	run(|| {
		let id = usual();
		assert_ok!(redeem(&[claim(id, DEPOSIT - ED + 1)]));
		assert_ok!(Balances::transfer_all(signed(alice()), bob(), false));
		assert!(!System::account_exists(&alice()));
		let before = issuance();
		events();
		assert_ok!(Payouts::close(signed(node()), id, None));
		assert_eq!(events(), [Event::Closed { channel: id, refunded: 0, burned: ED - 1 }]);
		assert_eq!(issuance(), before - (ED - 1));
	});
}

#[test]
fn a_payer_who_is_gone_gets_back_what_makes_an_account() {
	run(|| {
		let id = usual();
		assert_ok!(redeem(&[claim(id, DEPOSIT - ED)]));
		assert_ok!(Balances::transfer_all(signed(alice()), bob(), false));
		assert_ok!(Payouts::close(signed(node()), id, None));
		assert_eq!(balance(&alice()), ED);
	});
}

#[test]
fn an_empty_channel_ends_without_a_refund() {
	run(|| {
		let id = usual();
		assert_ok!(redeem(&[claim(id, DEPOSIT)]));
		events();
		assert_ok!(Payouts::close(signed(node()), id, None));
		assert_eq!(events(), [Event::Closed { channel: id, refunded: 0, burned: 0 }]);
	});
}

#[test]
fn an_unknown_channel_is_not_closed() {
	run(|| {
		let id = Hash::repeat_byte(1);
		let authorisation = closing(&promise_key(), id);
		assert_noop!(
			Payouts::request_close_with_authorisation(signed(anyone()), id, authorisation),
			Error::<Test>::UnknownChannel
		);
	});
}
