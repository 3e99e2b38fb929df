//! Office: changes from session to session, removal and replacement.

use super::mock::*;
use crate::{Elected, Error, Plan, RunnersUp, Seated};
use frame_support::{assert_noop, assert_ok};
use pallet_session::SessionManager;
use proptest::prelude::*;
use smartlayer_types::AccountId;
use sp_runtime::{DispatchError, Perbill};
use std::collections::BTreeSet;

fn remove(n: u8) -> frame_support::dispatch::DispatchResult {
	Anchors::remove_anchor(RuntimeOrigin::root(), acc(n))
}

/// Elects 5 to 8 for the seats of 1 to 4, with 9 and 10 as runners-up.
fn elect_new_anchors() {
	candidates(5..=10);
	for n in 5..=10 {
		vote(n + 20, 1_000_000 - 1_000 * u128::from(n), &[n]);
	}
	run_to_office();
}

#[test]
fn sessions_change_only_with_the_membership() {
	run(|| {
		run_sessions(3);
		assert_eq!(<Anchors as SessionManager<_>>::new_session(9), None);
		assert!(!pallet_session::QueuedChanged::<Test>::get());
		assert_ok!(Anchors::resign(RuntimeOrigin::signed(acc(1))));
		// Nobody can replace it and four are needed.
		assert_eq!(<Anchors as SessionManager<_>>::new_session(9), None);
		MinAnchors::set(1);
		assert!(<Anchors as SessionManager<_>>::new_session(9).is_some());
		assert_eq!(<Anchors as SessionManager<_>>::new_session(10), None);
	});
}

#[test]
fn one_session_replaces_at_most_f_members_best_backed_first() {
	run(|| {
		elect_new_anchors();
		assert_eq!(numbers(Anchors::elected().iter().map(|seat| &seat.account)), [5, 6, 7, 8]);
		let mut before: BTreeSet<u8> = validators().into_iter().collect();
		let mut joined = vec![];
		for _ in 0..7 {
			run_sessions(1);
			let now: BTreeSet<u8> = validators().into_iter().collect();
			// Of four, one may be faulty.
			assert!(now.difference(&before).count() <= 1);
			assert_eq!(now.len(), 4);
			joined.extend(now.difference(&before).copied());
			before = now;
		}
		assert_eq!(joined, [5, 6, 7, 8]);
	});
}

#[test]
fn of_seven_two_are_replaced_at_once() {
	run_on(chain_of(7, 1_000), || {
		Seats::set(7);
		MaxCandidates::set(20);
		SeatShare::set(Perbill::zero());
		candidates(8..=14);
		(8..=14).for_each(|n| vote(n + 20, 900_000, &[n]));
		run_to_office();
		let before: BTreeSet<u8> = (1..=7).collect();
		run_sessions(2);
		let now: BTreeSet<u8> = validators().into_iter().collect();
		assert_eq!(now.difference(&before).count(), 2);
		run_sessions(1);
		let now: BTreeSet<u8> = validators().into_iter().collect();
		assert_eq!(now.difference(&before).count(), 4);
	});
}

#[test]
fn removed_anchor_is_replaced_by_the_best_runner_up() {
	run(|| {
		elect_new_anchors();
		run_sessions(5);
		assert_eq!(validators(), [5, 6, 7, 8]);
		assert_eq!(numbers(Anchors::runners_up().iter().map(|seat| &seat.account)), [9, 10]);
		assert_noop!(
			Anchors::remove_anchor(RuntimeOrigin::signed(acc(1)), acc(6)),
			DispatchError::BadOrigin
		);
		assert_ok!(remove(6));
		run_sessions(2);
		assert_eq!(validators(), [5, 7, 8, 9]);
		assert_eq!(numbers(Anchors::runners_up().iter().map(|seat| &seat.account)), [10]);
		assert_noop!(remove(6), Error::<Test>::NotInOffice);
	});
}

#[test]
fn one_removed_while_a_result_waits_is_replaced_in_it_too() {
	run(|| {
		elect_new_anchors();
		run_sessions(5);
		run_to_result();
		assert_ok!(remove(6));
		let waiting = Anchors::pending_result().unwrap();
		assert_eq!(numbers(waiting.seats.iter().map(|seat| &seat.account)), [5, 7, 8, 9]);
		run_to(waiting.takes_office);
		run_sessions(2);
		assert_eq!(validators(), [5, 7, 8, 9]);
		assert_eq!(numbers(Anchors::runners_up().iter().map(|seat| &seat.account)), [10]);
	});
}

#[test]
fn runner_up_without_keys_is_passed_over() {
	run(|| {
		elect_new_anchors();
		run_sessions(5);
		assert_eq!(validators(), [5, 6, 7, 8]);
		assert_ok!(Session::purge_keys(RuntimeOrigin::signed(acc(9))));
		assert_ok!(remove(6));
		run_sessions(2);
		assert_eq!(validators(), [5, 7, 8, 10]);
	});
}

#[test]
fn without_a_runner_up_a_seat_stays_empty_but_not_below_the_minimum() {
	run(|| {
		assert_ok!(remove(1));
		assert_ok!(remove(2));
		run_sessions(4);
		assert_eq!(validators(), [1, 2, 3, 4]);
		MinAnchors::set(3);
		run_sessions(2);
		// In the order of removal.
		assert_eq!(validators(), [2, 3, 4]);
		run_sessions(4);
		assert_eq!(validators(), [2, 3, 4]);
	});
}

#[test]
fn the_elected_without_keys_do_not_take_office() {
	run(|| {
		assert_ok!(Anchors::register(RuntimeOrigin::signed(acc(5)), profile()));
		vote(10, 900_000, &[5]);
		run_to_office();
		run_sessions(4);
		assert_eq!(validators(), [1, 2, 3, 4]);
		set_keys(5, 5);
		run_sessions(2);
		assert!(validators().contains(&5));
	});
}

#[test]
fn more_seats_are_filled_and_fewer_are_emptied_step_by_step() {
	run(|| {
		candidates([5, 6]);
		Seats::set(6);
		(1..=6).for_each(|n| vote(n + 20, 900_000 + u128::from(n), &[n]));
		run_to_office();
		run_sessions(2);
		assert_eq!(validators().len(), 5);
		run_sessions(2);
		assert_eq!(validators(), [1, 2, 3, 4, 5, 6]);
		Seats::set(4);
		run_to_office();
		run_sessions(2);
		assert_eq!(validators().len(), 5);
		run_sessions(3);
		// The best backed stay.
		assert_eq!(validators(), [3, 4, 5, 6]);
	});
}

#[test]
fn one_removed_before_its_office_does_not_take_it() {
	run(|| {
		candidates(5..=9);
		(5..=9).for_each(|n| vote(n + 20, 900_000 + u128::from(n), &[n]));
		run_to_result();
		run_to(System::block_number() + 1);
		assert_ok!(Anchors::withdraw_candidacy(RuntimeOrigin::signed(acc(9))));
		run_to(System::block_number() + PublicationPeriod::get());
		let elected = numbers(Anchors::elected().iter().map(|seat| &seat.account));
		assert_eq!(&elected[..3], [8, 7, 6]);
		assert!(!elected.contains(&9));
	});
}

#[test]
fn removed_anchor_that_is_elected_again_stays() {
	run(|| {
		assert_ok!(remove(1));
		run_sessions(2);
		assert_eq!(validators(), [1, 2, 3, 4]);
		vote(10, 900_000, &[1]);
		run_to_office();
		MinAnchors::set(1);
		run_sessions(3);
		assert!(validators().contains(&1));
	});
}

#[test]
fn runners_up_never_sit_twice() {
	run(|| {
		elect_new_anchors();
		assert_ok!(remove(5));
		let elected: BTreeSet<AccountId> =
			Elected::<Test>::get().into_iter().map(|seat| seat.account).collect();
		assert_eq!(elected.len(), Elected::<Test>::get().len());
		assert!(RunnersUp::<Test>::get().iter().all(|seat| !elected.contains(&seat.account)));
		assert!(!Seated::<Test>::get().contains(&acc(5)) || elected.contains(&acc(9)));
	});
}

proptest! {
	#[test]
	fn plans_keep_their_bounds_and_reach_the_target(
		seated in prop::collection::btree_set(1u8..30, 1..15),
		target in prop::collection::btree_set(1u8..30, 0..12),
		removed in prop::collection::btree_set(1u8..30, 0..6),
		seats in 4usize..12,
		changes in 1usize..5,
	) {
		let accounts = |set: &BTreeSet<u8>| set.iter().map(|n| acc(*n)).collect::<Vec<_>>();
		let target: BTreeSet<u8> = target.difference(&removed).copied().take(seats).collect();
		let removed: BTreeSet<u8> = removed.intersection(&seated).copied().collect();
		let least = 4.min(seated.len());
		let mut members = accounts(&seated);
		for _ in 0..60 {
			let before: BTreeSet<_> = members.iter().cloned().collect();
			let next = Plan {
				seated: &members,
				target: &accounts(&target),
				removed: &accounts(&removed),
				seats,
				least,
				changes,
			}
			.members();
			let now: BTreeSet<_> = next.iter().cloned().collect();
			prop_assert_eq!(now.len(), next.len(), "nobody sits twice");
			prop_assert!(now.len() >= least);
			prop_assert!(now.len() <= before.len().max(seats));
			prop_assert!(before.difference(&now).count() <= changes);
			prop_assert!(now.difference(&before).count() <= changes);
			members = next;
		}
		prop_assert!(accounts(&target).iter().all(|account| members.contains(account)));
		prop_assert!(members.len() <= seats.max(least));
	}
}
