//! What others submit for a payer.

use super::mock::*;
use crate::{Error, Event};
use frame_support::{assert_noop, assert_ok};
use smartlayer_promises::{ChannelId, Open, TopUp};
use smartlayer_types::{eip712::Domain, Authorisation, Hash};
use sp_core::{sr25519, Pair};
use sp_runtime::DispatchResult;

#[test]
fn anyone_opens_a_channel_that_a_wallet_signed() {
	run(|| {
		Fee::set(60);
		let order = order();
		assert_ok!(Payouts::open_with_authorisation(
			signed(anyone()),
			order.clone(),
			by_wallet(&order)
		));
		let id = order.channel(genesis_hash());
		let it = channel(id);
		assert_eq!((it.payer, it.deposit), (wallet_account(), DEPOSIT - 60));
		assert_eq!(balance(&anyone()), RICH + 60);
		assert_eq!(balance(&wallet_account()), RICH - DEPOSIT);
		assert!(matches!(events()[..], [Event::Opened { fee: 60, .. }]));
	});
}

#[test]
fn a_substrate_account_authorises_too() {
	run(|| {
		let pair = sr25519::Pair::from_seed(&[1; 32]);
		let payer = smartlayer_types::AccountId::from(pair.public());
		assert_ok!(Balances::transfer_allow_death(signed(bob()), payer.clone(), 2 * DEPOSIT));
		let order = Open { payer, ..order() };
		let signature = pair.sign(order.digest(&domain()).as_bytes());
		assert_ok!(Payouts::open_with_authorisation(
			signed(anyone()),
			order,
			Authorisation::Sr25519(signature)
		));
	});
}

#[test]
fn a_submitter_gets_at_most_what_the_payer_allows() {
	run(|| {
		Fee::set(5_000);
		let order = order();
		assert_ok!(Payouts::open_with_authorisation(
			signed(anyone()),
			order.clone(),
			by_wallet(&order)
		));
		assert_eq!(balance(&anyone()), RICH + 100);
		assert_eq!(channel(order.channel(genesis_hash())).deposit, DEPOSIT - 100);
	});
}

#[test]
fn a_submitter_who_cannot_be_credited_gets_nothing() {
	run(|| {
		Fee::set(ED - 1);
		let order = order();
		let poor = account(51);
		assert_ok!(Payouts::open_with_authorisation(
			signed(poor),
			order.clone(),
			by_wallet(&order)
		));
		assert_eq!(channel(order.channel(genesis_hash())).deposit, DEPOSIT);
	});
}

#[test]
fn the_deposit_after_the_fee_must_reach_the_least_deposit() {
	run(|| {
		Fee::set(60);
		let order = Open { deposit: 1_059, ..order() };
		assert_noop!(
			frame_support::storage::with_storage_layer(|| Payouts::open_with_authorisation(
				signed(anyone()),
				order.clone(),
				by_wallet(&order)
			)),
			Error::<Test>::DepositTooSmall
		);
	});
}

#[test]
fn an_order_opens_one_channel_only() {
	run(|| {
		let order = order();
		let authorisation = by_wallet(&order);
		assert_ok!(Payouts::open_with_authorisation(
			signed(anyone()),
			order.clone(),
			authorisation
		));
		assert_noop!(
			Payouts::open_with_authorisation(signed(anyone()), order.clone(), authorisation),
			Error::<Test>::SaltNotAboveLast
		);
		assert_ok!(Payouts::close(signed(node()), order.channel(genesis_hash()), None));
		assert_noop!(
			Payouts::open_with_authorisation(signed(anyone()), order, authorisation),
			Error::<Test>::SaltNotAboveLast
		);
	});
}

#[test]
fn an_order_ends_with_its_last_block() {
	run(|| {
		let order = order();
		at_block(21);
		assert_noop!(
			Payouts::open_with_authorisation(signed(anyone()), order.clone(), by_wallet(&order)),
			Error::<Test>::AuthorisationExpired
		);
		at_block(20);
		assert_ok!(Payouts::open_with_authorisation(
			signed(anyone()),
			order.clone(),
			by_wallet(&order)
		));
	});
}

#[test]
fn an_order_that_was_changed_or_signed_by_another_is_refused() {
	run(|| {
		let order = order();
		let authorisation = by_wallet(&order);
		let changed = [
			Open { payer: alice(), ..order.clone() },
			Open { payee: other_node(), ..order.clone() },
			Open { class: UNVERIFIED, ..order.clone() },
			Open { deposit: DEPOSIT + 1, ..order.clone() },
			Open { promise_key: address(&wallet()), ..order.clone() },
			Open { salt: 2, ..order.clone() },
			Open { max_fee: 101, ..order.clone() },
			Open { valid_until: 21, ..order.clone() },
		];
		for changed in changed {
			assert_noop!(
				Payouts::open_with_authorisation(signed(anyone()), changed, authorisation),
				Error::<Test>::WrongAuthorisation
			);
		}
		let foreign = Authorisation::Evm(sign(&promise_key(), order.digest(&domain())));
		assert_noop!(
			Payouts::open_with_authorisation(signed(anyone()), order, foreign),
			Error::<Test>::WrongAuthorisation
		);
	});
}

#[test]
fn an_order_for_another_network_is_refused() {
	run(|| {
		let order = order();
		let elsewhere = Domain::of(Hash::repeat_byte(1));
		let authorisation = Authorisation::Evm(sign(&wallet(), order.digest(&elsewhere)));
		assert_noop!(
			Payouts::open_with_authorisation(signed(anyone()), order, authorisation),
			Error::<Test>::WrongAuthorisation
		);
	});
}

#[test]
fn the_promise_key_requests_closing_through_anyone() {
	run(|| {
		let id = usual();
		let authorisation = closing(&promise_key(), id);
		assert_ok!(Payouts::request_close_with_authorisation(signed(anyone()), id, authorisation));
		assert_eq!(channel(id).closable_at, Some(1 + CHALLENGE));
	});
}

#[test]
fn a_wallet_requests_closing_through_anyone() {
	run(|| {
		let order = order();
		assert_ok!(Payouts::open_with_authorisation(
			signed(anyone()),
			order.clone(),
			by_wallet(&order)
		));
		let id = order.channel(genesis_hash());
		let authorisation = closing(&wallet(), id);
		assert_ok!(Payouts::request_close_with_authorisation(signed(anyone()), id, authorisation));
		assert!(channel(id).is_closing());
	});
}

#[test]
fn a_request_to_close_of_a_stranger_or_for_another_channel_is_refused() {
	run(|| {
		let (id, other) = (usual(), usual());
		for authorisation in [closing(&wallet(), id), closing(&promise_key(), other)] {
			assert_noop!(
				Payouts::request_close_with_authorisation(signed(anyone()), id, authorisation),
				Error::<Test>::WrongAuthorisation
			);
		}
	});
}

/// A channel that the wallet opened.
fn of_wallet() -> ChannelId {
	let order = order();
	let authorisation = by_wallet(&order);
	assert_ok!(Payouts::open_with_authorisation(signed(anyone()), order.clone(), authorisation));
	order.channel(genesis_hash())
}

fn top_up(order: TopUp, authorisation: Authorisation) -> DispatchResult {
	frame_support::storage::with_storage_layer(|| {
		Payouts::top_up_with_authorisation(signed(anyone()), order, authorisation)
	})
}

#[test]
fn anyone_tops_up_what_a_wallet_signed() {
	run(|| {
		let id = of_wallet();
		Fee::set(60);
		events();
		let order = more(id, 500);
		assert_ok!(top_up(order, more_by_wallet(&order)));
		let deposit = DEPOSIT + 440;
		assert_eq!(channel(id).deposit, deposit);
		assert_eq!(balance(&wallet_account()), RICH - DEPOSIT - 500);
		assert_eq!(balance(&anyone()), RICH + 60);
		assert_eq!(events(), [Event::ToppedUp { channel: id, added: 440, deposit, fee: 60 }]);
	});
}

#[test]
fn an_order_tops_up_once_only() {
	run(|| {
		let id = of_wallet();
		Fee::set(60);
		let order = more(id, 500);
		assert_ok!(top_up(order, more_by_wallet(&order)));
		assert_noop!(top_up(order, more_by_wallet(&order)), Error::<Test>::DepositIsAnother);
		// One that would add nothing does not pay its submitter either.
		let order = more(id, 60);
		assert_noop!(top_up(order, more_by_wallet(&order)), Error::<Test>::AmountIsZero);
	});
}

#[test]
fn an_order_to_top_up_ends_with_its_last_block() {
	run(|| {
		let order = more(of_wallet(), 500);
		at_block(21);
		assert_noop!(top_up(order, more_by_wallet(&order)), Error::<Test>::AuthorisationExpired);
		at_block(20);
		assert_ok!(top_up(order, more_by_wallet(&order)));
	});
}

#[test]
fn an_order_to_top_up_that_was_changed_or_signed_by_another_is_refused() {
	run(|| {
		let id = of_wallet();
		let order = more(id, 500);
		let authorisation = more_by_wallet(&order);
		let changed = [
			TopUp { channel: usual(), ..order },
			TopUp { amount: 501, ..order },
			TopUp { max_fee: 101, ..order },
			TopUp { valid_until: 21, ..order },
		];
		for changed in changed {
			assert_noop!(top_up(changed, authorisation), Error::<Test>::WrongAuthorisation);
		}
		let by_key = Authorisation::Evm(sign(&promise_key(), order.digest(&domain())));
		assert_noop!(top_up(order, by_key), Error::<Test>::WrongAuthorisation);
	});
}

#[test]
fn a_closing_channel_is_not_topped_up_by_order_either() {
	run(|| {
		let id = of_wallet();
		let order = more(id, 500);
		let authorisation = closing(&wallet(), id);
		assert_ok!(Payouts::request_close_with_authorisation(signed(anyone()), id, authorisation));
		assert_noop!(top_up(order, more_by_wallet(&order)), Error::<Test>::AlreadyClosing);
	});
}
