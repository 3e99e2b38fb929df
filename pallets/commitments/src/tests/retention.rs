//! What is kept, and when a set is done.

use super::mock::*;
use crate::{Error, Event, HandOvers, Intervals, Overdue, Signatures, Snapshots};
use frame_support::assert_ok;

#[test]
fn old_intervals_are_pruned_and_the_history_goes_on() {
	run(|| {
		add_bridge(BRIDGE);
		for interval in 1..=20 {
			confirm_next();
			submit(record(interval, BRIDGE)).unwrap();
		}
		assert_eq!(Commitments::history().count, 20);
		for interval in 1..=20u64 {
			let kept = interval > 12;
			assert_eq!(Commitments::interval(interval).is_some(), kept, "{interval}");
			assert_eq!(Commitments::snapshot(interval).is_some(), kept);
			assert_eq!(Commitments::signatures(interval, BRIDGE).is_some(), kept);
		}
	});
}

#[test]
fn a_shorter_retention_takes_hold_a_few_at_a_time() {
	run(|| {
		Retention::set(20);
		confirm_many(20);
		Retention::set(8);
		for expected in [21 - 2 + 1, 22 - 4 + 1, 23 - 6 + 1] {
			confirm_next();
			// Confirmed ones that are kept, and the open one.
			assert_eq!(Intervals::<Test>::iter().count(), expected);
			assert_eq!(Snapshots::<Test>::iter().count(), expected - 1);
		}
	});
}

#[test]
fn a_set_in_office_owes() {
	run(|| {
		assert!(Commitments::owes(1));
		assert!(!Commitments::owes(2));
		office(2, &[5, 6, 7, 8]);
		assert!(Commitments::owes(1), "the open interval is its own");
		assert!(Commitments::owes(2), "in office, before its first interval");
	});
}

#[test]
fn a_set_is_done_once_its_last_interval_is_confirmed_and_signed_for_every_bridge() {
	run(|| {
		add_bridge(BRIDGE);
		add_bridge(OTHER_BRIDGE);
		office(2, &[5, 6, 7, 8]);
		to_next_interval();
		assert!(Commitments::owes(1), "not confirmed");
		confirm();
		assert!(Commitments::owes(1), "not signed");
		submit(record(1, BRIDGE)).unwrap();
		assert!(Commitments::owes(1), "not signed for the other bridge");
		submit(record(1, OTHER_BRIDGE)).unwrap();
		assert!(!Commitments::owes(1));
		System::assert_has_event(Event::HandedOver { set_id: 1, interval: 1 }.into());
		assert!(Commitments::owes(2));
	});
}

#[test]
fn without_bridges_confirmation_is_all() {
	run(|| {
		office(2, &[5, 6, 7, 8]);
		to_next_interval();
		assert!(Commitments::owes(1));
		confirm();
		assert!(!Commitments::owes(1));
		assert_eq!(HandOvers::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_bridge_is_owed_nothing_of_sets_that_left_before_it_came() {
	run(|| {
		add_bridge(BRIDGE);
		office(2, &[5, 6, 7, 8]);
		confirm_next();
		add_bridge(OTHER_BRIDGE);
		submit(record(1, BRIDGE)).unwrap();
		assert!(!Commitments::owes(1));
	});
}

#[test]
fn a_set_of_no_interval_owes_nothing_after_office() {
	run(|| {
		office(2, &[5, 6, 7, 8]);
		office(3, &[5, 6, 7, 9]);
		confirm_next();
		assert!(!Commitments::owes(2));
		assert!(Commitments::owes(3));
	});
}

#[test]
fn a_hand_over_is_kept_beyond_retention_until_it_is_signed() {
	run(|| {
		add_bridge(BRIDGE);
		office(2, &[5, 6, 7, 8]);
		confirm_many(20);
		assert!(Commitments::owes(1));
		assert_eq!(Overdue::<Test>::get().to_vec(), [1]);
		assert_eq!(Commitments::snapshot(2), None);
		assert_ok!(submit(record(1, BRIDGE)));
		assert!(!Commitments::owes(1));
		assert_eq!(Commitments::snapshot(1), None);
		assert_eq!(Signatures::<Test>::iter().count(), 0);
		assert!(Overdue::<Test>::get().is_empty());
	});
}

#[test]
fn removing_a_dead_bridge_releases_sets() {
	run(|| {
		add_bridge(BRIDGE);
		office(2, &[5, 6, 7, 8]);
		confirm_many(20);
		assert!(Commitments::owes(1));
		Commitments::remove_bridge(RuntimeOrigin::root(), BRIDGE).unwrap();
		assert!(!Commitments::owes(1));
		confirm_next();
		assert_eq!(Commitments::interval(1), None);
		assert_eq!(HandOvers::<Test>::iter().count(), 0);
	});
}

#[test]
fn what_waits_for_hand_overs_is_bounded() {
	run(|| {
		add_bridge(BRIDGE);
		IntervalLength::set(2);
		let last = u64::from(crate::retention::MAX_OVERDUE) + 12;
		for set in 2..=last {
			office(set, &[1, 2, 3, 4 + (set % 50) as u8]);
			confirm_next();
			let event = Event::HandOverGivenUp { set_id: 1, interval: 1 }.into();
			let given_up = System::events().iter().any(|it| it.event == event);
			assert_eq!(given_up, set == u64::from(crate::retention::MAX_OVERDUE) + 10);
		}
		assert_eq!(Overdue::<Test>::get().len(), crate::retention::MAX_OVERDUE as usize);
		assert!(!Commitments::owes(1));
		assert!(Commitments::owes(last - 1));
	});
}

#[test]
fn signatures_of_a_pruned_interval_are_refused() {
	run(|| {
		add_bridge(BRIDGE);
		confirm_next();
		let call = record(1, BRIDGE);
		confirm_many(10);
		assert_eq!(pool(call), refused(Error::NotConfirmed));
	});
}
