//! Which rules hold in which interval.

use super::mock::*;
use crate::{Error, Event};
use frame_support::{assert_noop, assert_ok};
use smartlayer_types::{ClassId, Rules};
use sp_runtime::DispatchResult;

fn set_rules(class: ClassId, number: u32, from: u64) -> DispatchResult {
	Registry::set_rules(signed(issuer()), class, kinds_with(number), from)
}

fn rules_with(number: u32) -> Option<Rules> {
	Some(Rules::try_from(kinds_with(number)).unwrap())
}

fn tickets() -> Option<Rules> {
	Some(Rules::try_from(kinds_of_tickets()).unwrap())
}

/// An interval begins, and all but the last few are confirmed.
fn begin_interval(interval: u64) {
	CurrentInterval::set(interval);
	OldestOpen::set(interval - 2);
}

#[test]
fn the_rules_of_a_new_class_hold_from_the_next_interval_on() {
	test(|| {
		let class = register();
		assert_eq!(Registry::rules_at(class, 100), None);
		assert_eq!(Registry::rules_at(class, 101), tickets());
		assert_eq!(Registry::rules_at(class, u64::MAX), tickets());
		assert_eq!(Registry::rules_at(class + 1, 101), None);
	});
}

#[test]
fn new_rules_hold_from_their_interval_on_and_old_ones_until_then() {
	test(|| {
		let class = register();
		begin_interval(110);
		assert_ok!(set_rules(class, 1, 115));
		for interval in [101, 110, 114] {
			assert_eq!(Registry::rules_at(class, interval), tickets());
		}
		for interval in [115, 116] {
			assert_eq!(Registry::rules_at(class, interval), rules_with(1));
		}
		// The interval does not change what holds, whenever it is asked.
		begin_interval(116);
		assert_eq!(Registry::rules_at(class, 114), tickets());
		assert_eq!(Registry::rules_at(class, 115), rules_with(1));
		assert!(emitted(Event::RulesSet { class, from: 115 }));
	});
}

#[test]
fn rules_do_not_change_inside_an_interval() {
	test(|| {
		let class = register();
		begin_interval(110);
		for from in [0, 109, 110] {
			assert_noop!(set_rules(class, 1, from), Error::<Test>::IntervalTooEarly);
		}
		// Not even if the parameter says so.
		RulesNotice::set(0);
		assert_noop!(set_rules(class, 1, 110), Error::<Test>::IntervalTooEarly);
		RulesNotice::set(3);
		assert_noop!(set_rules(class, 1, 112), Error::<Test>::IntervalTooEarly);
		assert_ok!(set_rules(class, 1, 113));
	});
}

#[test]
fn at_most_one_change_is_pending() {
	test(|| {
		let class = register();
		begin_interval(110);
		assert_ok!(set_rules(class, 1, 120));
		assert_ok!(set_rules(class, 2, 130));
		assert_eq!(Registry::rules_at(class, 125), tickets());
		assert_eq!(Registry::rules_at(class, 130), rules_with(2));
		assert_ok!(set_rules(class, 3, 112));
		assert_eq!(Registry::rules_at(class, 130), rules_with(3));
		assert_eq!(Registry::rules_versions(class).len(), 2);
	});
}

#[test]
fn rules_of_open_intervals_stay_and_those_of_closed_ones_go() {
	test(|| {
		let class = register();
		CurrentInterval::set(101);
		for from in 103..=105 {
			// The same kinds again and again, so that they can follow each other.
			assert_ok!(set_rules(class, 0, from));
			CurrentInterval::set(from);
		}
		// Intervals from 98 on are open: all four versions are needed.
		assert_noop!(set_rules(class, 0, 106), Error::<Test>::RulesStillInUse);
		assert_eq!(Registry::rules_at(class, 102), tickets());
		OldestOpen::set(103);
		assert_ok!(set_rules(class, 0, 106));
		let kept: Vec<_> = Registry::rules_versions(class).iter().map(|it| it.from).collect();
		assert_eq!(kept, [103, 104, 105, 106]);
		assert_eq!(Registry::rules_at(class, 102), None);
		assert_eq!(Registry::rules_at(class, 103), rules_with(0));
	});
}

#[test]
fn new_rules_keep_the_kinds_that_held() {
	test(|| {
		let class = register();
		begin_interval(110);
		assert_ok!(set_rules(class, 1, 111));
		// What never held binds nobody.
		assert_ok!(set_rules(class, 2, 111));
		begin_interval(111);
		assert_noop!(set_rules(class, 1, 112), Error::<Test>::KindsMoved);
		let rules = kinds_of_tickets();
		assert_noop!(
			Registry::set_rules(signed(issuer()), class, rules, 112),
			Error::<Test>::KindsMoved
		);
		let mut rules = kinds_with(2);
		rules[1].forbids = 0;
		assert_ok!(Registry::set_rules(signed(issuer()), class, rules, 112));
	});
}

#[test]
fn set_rules_refuses_kinds_that_are_no_rules() {
	test(|| {
		let class = register();
		let mut rules = kinds_of_tickets();
		rules[0].requires = 0b10;
		assert_noop!(
			Registry::set_rules(signed(issuer()), class, rules, 200),
			Error::<Test>::UnreachableKind
		);
	});
}

#[test]
fn rules_count_for_the_deposit() {
	test(|| {
		let class = register();
		let before = held(&issuer());
		begin_interval(110);
		assert_ok!(set_rules(class, 1, 111));
		assert!(held(&issuer()) > before);
		assert_eq!(held(&issuer()), deposit_of(class));
	});
}
