//! Opening and topping up.

use super::mock::*;
use crate::{Error, Event, MAX_CHALLENGE_PERIOD, MIN_CHALLENGE_PERIOD};
use frame_support::{
	assert_noop, assert_ok,
	traits::{LockIdentifier, LockableCurrency, WithdrawReasons},
};
use smartlayer_promises::{Terms, MAX_CHAIN_LENGTH};
use smartlayer_types::{evm::EvmAddress, AccountId, Balance, ClassId};
use sp_runtime::{DispatchError, Permill, TokenError};

fn try_open(
	payer: AccountId,
	payee: AccountId,
	class: ClassId,
	deposit: Balance,
	salt: u64,
) -> Result<(), DispatchError> {
	frame_support::storage::with_storage_layer(|| {
		Payouts::open(signed(payer), payee, class, deposit, EvmAddress::repeat_byte(9), salt)
	})
}

#[test]
fn open_moves_the_deposit_into_escrow() {
	run(|| {
		let id = usual();
		assert_eq!(balance(&alice()), RICH - DEPOSIT);
		assert_eq!(balance(&Payouts::escrow()), ED + DEPOSIT);
		let opened = Event::Opened {
			channel: id,
			payer: alice(),
			payee: node(),
			class: VERIFIED,
			deposit: DEPOSIT,
			fee: 0,
			salt: 1,
		};
		assert_eq!(events(), [opened]);
	});
}

#[test]
fn open_copies_the_terms_in_force() {
	run(|| {
		let it = channel(usual());
		let shares = [10, 20, 5].map(Permill::from_percent);
		assert_eq!(it.terms, Terms::new(shares[0], shares[1], shares[2]).unwrap());
		assert_eq!(it.issuer, Some(account(100)));
		assert_eq!((it.challenge_period, it.max_chain_length), (CHALLENGE, 100));
		assert_eq!((it.deposit, it.paid, it.closable_at), (DEPOSIT, 0, None));
	});
}

#[test]
fn later_changes_touch_new_channels_only() {
	run(|| {
		let id = usual();
		let before = channel(id);
		BurnedShare::set(Permill::from_percent(30));
		AnchorsShare::set(Permill::from_percent(1));
		IssuerShare::set(Permill::from_percent(2));
		IssuerAccount::set(bob());
		ChallengePeriod::set(99);
		MaxChainLength::set(9);
		assert_eq!(channel(id), before);
		let new = channel(usual());
		assert_eq!(new.terms.burned(), Permill::from_percent(30));
		assert_eq!(new.terms.anchors(), Permill::from_percent(1));
		assert_eq!(new.terms.issuer(), Permill::from_percent(2));
		assert_eq!(new.issuer, Some(bob()));
		assert_eq!((new.challenge_period, new.max_chain_length), (99, 9));
	});
}

#[test]
fn parameters_outside_their_bounds_are_read_as_the_bounds() {
	run(|| {
		BurnedShare::set(Permill::zero());
		IssuerShare::set(Permill::from_percent(90));
		AnchorsShare::set(Permill::from_percent(90));
		ChallengePeriod::set(0);
		MaxChainLength::set(0);
		LeastDeposit::set(0);
		let it = channel(usual());
		assert_eq!(it.terms.burned(), Terms::MIN_BURNED);
		assert_eq!(it.terms.issuer(), Terms::MAX_ISSUER);
		assert!(it.terms.is_within_bounds());
		assert_eq!((it.challenge_period, it.max_chain_length), (MIN_CHALLENGE_PERIOD, 1));
		assert_noop!(
			try_open(alice(), node(), VERIFIED, ED - 1, 5),
			Error::<Test>::DepositTooSmall
		);
		ChallengePeriod::set(u32::MAX);
		MaxChainLength::set(u32::MAX);
		let it = channel(usual());
		assert_eq!(it.challenge_period, MAX_CHALLENGE_PERIOD);
		assert_eq!(it.max_chain_length, MAX_CHAIN_LENGTH);
	});
}

#[test]
fn open_needs_the_least_deposit() {
	run(|| {
		assert_noop!(try_open(alice(), node(), VERIFIED, 999, 1), Error::<Test>::DepositTooSmall);
		assert_ok!(try_open(alice(), node(), VERIFIED, 1_000, 1));
	});
}

#[test]
fn open_needs_an_active_payee() {
	run(|| {
		Inactive::set(vec![node()]);
		assert_noop!(
			try_open(alice(), node(), VERIFIED, DEPOSIT, 1),
			Error::<Test>::PayeeNotActive
		);
	});
}

#[test]
fn open_needs_a_class() {
	run(|| {
		assert_noop!(try_open(alice(), node(), UNKNOWN, DEPOSIT, 1), Error::<Test>::UnknownClass);
	});
}

#[test]
fn salts_only_rise() {
	run(|| {
		assert_noop!(
			try_open(alice(), node(), VERIFIED, DEPOSIT, 0),
			Error::<Test>::SaltNotAboveLast
		);
		assert_ok!(try_open(alice(), node(), VERIFIED, DEPOSIT, 7));
		for salt in [7, 6, 1, 0] {
			assert_noop!(
				try_open(alice(), node(), VERIFIED, DEPOSIT, salt),
				Error::<Test>::SaltNotAboveLast
			);
		}
		assert_ok!(try_open(alice(), node(), VERIFIED, DEPOSIT, 8));
		// Others have salts of their own.
		assert_ok!(try_open(bob(), node(), VERIFIED, DEPOSIT, 1));
	});
}

#[test]
fn a_salt_outlives_its_channel_and_its_payer() {
	run(|| {
		let id = usual();
		assert_ok!(Payouts::close(signed(node()), id, None));
		assert_ok!(Balances::transfer_all(signed(alice()), bob(), false));
		assert!(!System::account_exists(&alice()));
		assert_ok!(Balances::transfer_allow_death(signed(bob()), alice(), RICH));
		assert_noop!(
			try_open(alice(), node(), VERIFIED, DEPOSIT, 1),
			Error::<Test>::SaltNotAboveLast
		);
	});
}

#[test]
fn open_leaves_the_payer_its_existential_deposit() {
	run(|| {
		assert!(try_open(alice(), node(), VERIFIED, RICH - ED + 1, 1).is_err());
		assert!(try_open(alice(), node(), VERIFIED, RICH, 1).is_err());
		assert_eq!(Payouts::last_salt(alice()), 0);
		assert_ok!(try_open(alice(), node(), VERIFIED, RICH - ED, 1));
		assert_eq!(balance(&alice()), ED);
	});
}

#[test]
fn locked_tokens_do_not_go_into_escrow() {
	run(|| {
		const VOTE: LockIdentifier = *b"pyconvot";
		<Balances as LockableCurrency<AccountId>>::set_lock(
			VOTE,
			&alice(),
			RICH - 5_000,
			WithdrawReasons::all(),
		);
		assert_noop!(try_open(alice(), node(), VERIFIED, 5_001, 1), TokenError::Frozen);
		let id = open(alice(), node(), VERIFIED, 4_000);
		assert_noop!(Payouts::top_up(signed(alice()), id, 1_001), TokenError::Frozen);
		assert_ok!(Payouts::top_up(signed(alice()), id, 1_000));
	});
}

#[test]
fn top_up_adds_to_the_deposit() {
	run(|| {
		let id = usual();
		events();
		assert_ok!(Payouts::top_up(signed(alice()), id, 500));
		assert_eq!(channel(id).deposit, DEPOSIT + 500);
		assert_eq!(balance(&alice()), RICH - DEPOSIT - 500);
		let topped_up = Event::ToppedUp { channel: id, added: 500, deposit: DEPOSIT + 500, fee: 0 };
		assert_eq!(events(), [topped_up]);
	});
}

#[test]
fn only_the_payer_tops_up() {
	run(|| {
		let id = usual();
		assert_noop!(Payouts::top_up(signed(bob()), id, 500), Error::<Test>::NotPayer);
		assert_noop!(Payouts::top_up(signed(node()), id, 500), Error::<Test>::NotPayer);
	});
}

#[test]
fn a_closing_channel_is_not_topped_up() {
	run(|| {
		let id = usual();
		assert_ok!(Payouts::request_close(signed(alice()), id));
		assert_noop!(Payouts::top_up(signed(alice()), id, 500), Error::<Test>::AlreadyClosing);
	});
}

#[test]
fn top_up_of_nothing_or_nowhere_or_too_much_changes_nothing() {
	run(|| {
		let id = usual();
		assert_noop!(Payouts::top_up(signed(alice()), id, 0), Error::<Test>::AmountIsZero);
		assert_noop!(
			Payouts::top_up(signed(alice()), Default::default(), 1),
			Error::<Test>::UnknownChannel
		);
		assert_noop!(Payouts::top_up(signed(alice()), id, Balance::MAX), Error::<Test>::Overflow);
		assert_noop!(Payouts::top_up(signed(alice()), id, RICH), TokenError::FundsUnavailable);
	});
}
