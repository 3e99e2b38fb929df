//! Rent and arrears.

use super::mock::*;
use crate::{Classes, Error, Event};
use frame_support::{assert_noop, assert_ok};
use smartlayer_types::{registry_api::ClassStatus, Balance, ClassId};
use sp_runtime::TokenError;

fn poke(class: ClassId) {
	assert_ok!(Registry::poke(signed(other()), class));
}

#[test]
fn rent_is_charged_by_the_block_and_goes_to_the_rewards() {
	test(|| {
		let class = register();
		poke(class);
		assert_eq!(rewards(), 0);
		pass(7);
		poke(class);
		assert_eq!(rewards(), 7 * PER_BLOCK);
		assert_eq!(balance(&Registry::rent_account()), ED + RENT - 7 * PER_BLOCK);
		assert!(emitted(Event::RentCharged { class, amount: 7 * PER_BLOCK }));
	});
}

#[test]
fn poking_twice_in_a_block_does_nothing() {
	test(|| {
		let class = register();
		pass(7);
		poke(class);
		let before = Classes::<Test>::get(class);
		poke(class);
		assert_eq!(Classes::<Test>::get(class), before);
		assert_eq!(rewards(), 7 * PER_BLOCK);
	});
}

#[test]
fn poking_every_block_charges_what_one_poke_charges() {
	test(|| {
		let (often, once) = (register(), register());
		for _ in 0..15 {
			pass(1);
			poke(often);
		}
		poke(once);
		assert_eq!(Registry::class(often).unwrap().rent, Registry::class(once).unwrap().rent);
		assert_eq!(rewards(), 2 * 15 * PER_BLOCK);
	});
}

#[test]
fn a_class_is_suspended_from_the_block_that_it_can_not_pay() {
	test(|| {
		let class = register_for_long();
		verify(class);
		let left = Registry::class(class).unwrap().rent.balance - RENT;
		assert_ok!(Registry::withdraw_rent(signed(issuer()), class, left));
		pass(20);
		assert_eq!(Registry::status(class), Some(ClassStatus::Active));
		assert!(Registry::payment_terms(class).is_some());
		// Nobody touches it.
		pass(1);
		assert_eq!(Registry::status(class), Some(ClassStatus::InArrears { since: 21 }));
		assert_eq!(Registry::payment_terms(class), None);
		assert_eq!(Registry::verified_class(contract()), Some(class), "it stays verified");
	});
}

#[test]
fn arrears_are_told_once_and_paying_all_of_them_resumes_the_class() {
	test(|| {
		let class = register();
		pass(25);
		poke(class);
		assert!(emitted(Event::ArrearsBegan { class, paid_until: 21 }));
		System::reset_events();
		poke(class);
		assert!(!emitted(Event::ArrearsBegan { class, paid_until: 21 }));
		let rent = Registry::class(class).unwrap().rent;
		assert_eq!((rent.owed, rent.paid_until), (5 * PER_BLOCK, 21));
		// Some of it is not enough.
		assert_ok!(Registry::pay_rent(signed(other()), class, 4 * PER_BLOCK));
		assert_eq!(Registry::status(class), Some(ClassStatus::InArrears { since: 25 }));
		assert_ok!(Registry::pay_rent(signed(other()), class, PER_BLOCK));
		assert_eq!(Registry::status(class), Some(ClassStatus::Active));
		assert!(emitted(Event::ArrearsEnded { class }));
		assert_eq!(rewards(), 25 * PER_BLOCK, "no block is free");
	});
}

#[test]
fn a_poke_retires_a_class_after_the_grace_period_and_not_before() {
	test(|| {
		let class = register();
		assert_eq!(Registry::class(class).unwrap().rent.retires_after, 21 + GRACE);
		go_to(21 + GRACE);
		poke(class);
		assert_eq!(Registry::status(class), Some(ClassStatus::InArrears { since: 21 }));
		pass(1);
		assert_eq!(Registry::status(class), Some(ClassStatus::InArrears { since: 21 }));
		poke(class);
		let since = 22 + GRACE;
		assert_eq!(Registry::status(class), Some(ClassStatus::Retired { since }));
		assert!(emitted(Event::Retired { class }));
		assert!(Registry::class(class).is_some(), "it is not deleted at once");
		assert_eq!(held(&issuer()), deposit_of(class));
		assert_noop!(Registry::pay_rent(signed(issuer()), class, RENT), Error::<Test>::Retired);
	});
}

#[test]
fn a_payment_in_time_prolongs_the_grace_period() {
	test(|| {
		let class = register();
		go_to(21 + GRACE);
		assert_ok!(Registry::pay_rent(signed(other()), class, 2 * PER_BLOCK));
		pass(1);
		poke(class);
		assert_eq!(Registry::status(class), Some(ClassStatus::InArrears { since: 23 }));
	});
}

#[test]
fn grace_is_bounded_whatever_the_parameter_says() {
	test(|| {
		GracePeriod::set(0);
		let class = register();
		assert_eq!(Registry::class(class).unwrap().rent.retires_after, 21 + crate::MIN_PERIOD);
		GracePeriod::set(u32::MAX);
		assert_eq!(Registry::class(class).unwrap().rent.retires_after, 21 + crate::MAX_PERIOD);
	});
}

#[test]
fn a_new_rate_counts_from_the_next_touch_on() {
	test(|| {
		let class = register_for_long();
		pass(10);
		RentRate::set(4);
		poke(class);
		assert_eq!(rewards(), 10 * PER_BLOCK, "what was before costs what it cost");
		pass(1);
		poke(class);
		assert_eq!(rewards(), 12 * PER_BLOCK);
		RentRate::set(0);
		pass(1);
		poke(class);
		assert_eq!(rewards(), 14 * PER_BLOCK);
		pass(100);
		poke(class);
		assert_eq!(rewards(), 14 * PER_BLOCK);
		assert_eq!(Registry::class(class).unwrap().rent.paid_until, u32::MAX);
	});
}

#[test]
fn a_new_rate_does_not_count_for_arrears() {
	test(|| {
		let class = register();
		pass(25);
		RentRate::set(200);
		poke(class);
		assert_eq!(Registry::class(class).unwrap().rent.owed, 5 * PER_BLOCK);
	});
}

#[test]
fn anybody_pays_rent() {
	test(|| {
		let class = register();
		assert_ok!(Registry::pay_rent(signed(other()), class, RENT));
		assert_eq!(balance(&other()), RICH - RENT);
		assert_eq!(Registry::class(class).unwrap().rent.balance, 2 * RENT);
		assert_noop!(Registry::pay_rent(signed(other()), class, 0), Error::<Test>::NothingToDo);
		assert_noop!(
			Registry::pay_rent(signed(other()), class, RICH),
			TokenError::FundsUnavailable
		);
		assert_noop!(
			Registry::pay_rent(signed(other()), class, Balance::MAX),
			Error::<Test>::AmountTooLarge
		);
	});
}

#[test]
fn rent_for_the_least_period_can_not_be_withdrawn() {
	test(|| {
		let class = register();
		pass(4);
		// 16 blocks are left, and 10 must be.
		let spare = 6 * PER_BLOCK;
		assert_noop!(
			Registry::withdraw_rent(signed(issuer()), class, spare + 1),
			Error::<Test>::PayMoreRentInAdvance
		);
		assert_noop!(
			Registry::withdraw_rent(signed(issuer()), class, RENT),
			Error::<Test>::AmountTooLarge
		);
		let before = balance(&issuer());
		assert_ok!(Registry::withdraw_rent(signed(issuer()), class, spare));
		assert_eq!(balance(&issuer()), before + spare);
		assert_eq!(rewards(), 4 * PER_BLOCK, "what fell due was charged first");
		assert_noop!(
			Registry::withdraw_rent(signed(issuer()), class, 1),
			Error::<Test>::PayMoreRentInAdvance
		);
	});
}

#[test]
fn nothing_is_withdrawn_in_arrears() {
	test(|| {
		let class = register();
		assert_ok!(Registry::pay_rent(signed(other()), class, 1));
		pass(25);
		assert_noop!(
			Registry::withdraw_rent(signed(issuer()), class, 1),
			Error::<Test>::PayMoreRentInAdvance
		);
	});
}

#[test]
fn a_retired_class_gives_its_rent_back_at_once() {
	test(|| {
		let class = register();
		assert_ok!(Registry::retire(signed(issuer()), class));
		assert_ok!(Registry::withdraw_rent(signed(issuer()), class, RENT));
		pass(100);
		assert_eq!(Registry::class(class).unwrap().rent.owed, 0);
		assert_eq!(rewards(), 0);
	});
}

#[test]
fn a_class_does_not_spend_what_another_paid() {
	test(|| {
		let (poor, rich) = (register(), register_for_long());
		pass(30);
		poke(poor);
		assert_eq!(rewards(), RENT);
		assert_eq!(Registry::class(poor).unwrap().rent.balance, 0);
		let left = Classes::<Test>::get(rich).unwrap().rent.balance;
		assert_eq!(balance(&Registry::rent_account()), ED + left);
	});
}
