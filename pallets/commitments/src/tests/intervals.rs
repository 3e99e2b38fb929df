//! When intervals begin and end, and what their records say.

use super::mock::*;
use smartlayer_commitment::{set_hash, LastBlock};
use smartlayer_types::AnchorSets;
use sp_core::H256;

#[test]
fn the_first_block_begins_interval_one() {
	run(|| {
		assert_eq!(Commitments::current_interval(), 1);
		let record = Commitments::interval(1).unwrap();
		assert_eq!((record.start, record.length, record.turn_length), (1, 10, 5));
		assert_eq!((record.set_id, record.members, record.last), (1, 4, None));
		assert_eq!(record.seed, H256::repeat_byte(0x5e));
		let members = Sets::members(1).unwrap();
		assert_eq!(record.set_hash, set_hash(1, members.iter().map(|it| it.address)));
	});
}

#[test]
fn an_interval_begins_where_the_last_ended_and_knows_its_last_block() {
	run(|| {
		to_block(10);
		assert_eq!(Commitments::current_interval(), 1);
		to_block(11);
		assert_eq!(Commitments::current_interval(), 2);
		// Hash and time of block 10, not of the block that is being built.
		let last = LastBlock { number: 10, hash: block_hash(10), time_ms: block_time(10) };
		assert_eq!(Commitments::interval(1).unwrap().last, Some(last));
		assert_eq!(Commitments::interval(2).unwrap().start, 11);
		System::assert_last_event(crate::Event::IntervalBegan { interval: 2, set_id: 1 }.into());
	});
}

#[test]
fn an_interval_lasts_the_length_that_was_in_force_when_it_began() {
	run(|| {
		IntervalLength::set(4);
		TurnLength::set(3);
		to_block(10);
		assert_eq!(Commitments::current_interval(), 1);
		to_block(11);
		let record = Commitments::interval(2).unwrap();
		assert_eq!((record.length, record.turn_length), (4, 3));
		to_block(15);
		assert_eq!(Commitments::current_interval(), 3);
	});
}

#[test]
fn parameters_out_of_bounds_are_read_as_their_bounds() {
	run(|| {
		for (value, length, turn) in [
			(0, crate::intervals::MIN_LENGTH, crate::intervals::MIN_TURN),
			(u32::MAX, crate::intervals::MAX_LENGTH, crate::intervals::MAX_TURN),
		] {
			IntervalLength::set(value);
			TurnLength::set(value);
			assert_eq!(Commitments::interval_length(), length);
			assert_eq!(Commitments::turn_length(), turn);
		}
		BacklogLimit::set(0);
		assert_eq!(Commitments::backlog_limit(), 1);
		BacklogLimit::set(u32::MAX);
		assert_eq!(Commitments::backlog_limit(), 4);
		OperationWindow::set(0);
		assert_eq!(Commitments::operation_window(), crate::intervals::MIN_WINDOW);
		OperationWindow::set(u64::MAX);
		assert_eq!(Commitments::operation_window(), crate::intervals::MAX_WINDOW);
		Retention::set(0);
		assert_eq!(Commitments::retention(), crate::retention::MIN_RETENTION);
		Retention::set(u32::MAX);
		assert_eq!(Commitments::retention(), crate::retention::MAX_RETENTION);
	});
}

#[test]
fn a_set_that_takes_office_in_mid_interval_has_the_next_one() {
	run(|| {
		to_block(5);
		office(2, &[5, 6, 7, 8]);
		to_block(10);
		assert_eq!(Commitments::interval(1).unwrap().set_id, 1);
		to_block(11);
		assert_eq!(Commitments::interval(2).unwrap().set_id, 2);
		assert_eq!(Commitments::next_set(1).unwrap().set_id, 2);
		assert_eq!(Commitments::set_of(1).unwrap().set_id, 1);
	});
}

#[test]
fn a_set_change_in_the_first_block_counts_and_one_block_later_does_not() {
	for (block, set) in [(10, 2), (11, 1)] {
		run(|| {
			to_block(block);
			office(2, &[5, 6, 7, 8]);
			to_block(12);
			let record = Commitments::interval(2).unwrap();
			assert_eq!((record.start, record.set_id), (11, set));
		});
	}
}

#[test]
fn anchors_stop_accepting_when_too_many_intervals_wait() {
	run(|| {
		assert!(Commitments::accepting());
		to_block(30);
		assert_eq!(Commitments::backlog(), 2);
		assert!(Commitments::accepting());
		to_block(31);
		assert_eq!(Commitments::backlog(), 3);
		assert!(!Commitments::accepting());
		confirm();
		assert!(Commitments::accepting());
	});
}

#[test]
fn the_list_never_outgrows_its_bound_and_the_open_interval_goes_on() {
	run(|| {
		to_block(300);
		assert_eq!(Commitments::current_interval(), 5);
		assert_eq!(Commitments::interval(5).unwrap().start, 41);
		Commitments::do_try_state().unwrap();
		confirm();
		next_block();
		assert_eq!(Commitments::current_interval(), 6);
		let last = Commitments::interval(5).unwrap().last.unwrap();
		assert_eq!((last.number, last.hash), (300, block_hash(300)));
	});
}

#[test]
fn a_backlog_is_worked_off_one_by_one() {
	run(|| {
		to_block(300);
		for interval in 1..=4 {
			confirm();
			assert_eq!(Commitments::last_confirmed().unwrap().snapshot.interval, interval);
		}
		assert_eq!(Commitments::expected(), None);
		assert_eq!(Commitments::backlog(), 0);
	});
}

#[test]
fn no_interval_begins_while_the_set_in_office_is_unknown() {
	run(|| {
		CurrentSet::set(9);
		to_block(25);
		assert_eq!(Commitments::current_interval(), 1);
		office(9, &[5, 6, 7, 8]);
		next_block();
		assert_eq!(Commitments::interval(2).unwrap().set_id, 9);
		assert_eq!(Commitments::interval(1).unwrap().last.unwrap().number, 25);
	});
}

#[test]
fn a_set_that_is_too_large_or_empty_gets_no_interval() {
	run(|| {
		office(2, &(1..=17).collect::<Vec<_>>());
		to_block(15);
		assert_eq!(Commitments::current_interval(), 1);
		office(3, &[]);
		to_block(20);
		assert_eq!(Commitments::current_interval(), 1);
	});
}

#[test]
fn lists_are_bounded() {
	run(|| {
		to_block(31);
		let list = Commitments::intervals(2, 2);
		assert_eq!(list.iter().map(|it| it.0).collect::<Vec<_>>(), [2, 3]);
		assert_eq!(Commitments::intervals(0, u32::MAX).len(), 4);
		assert_eq!(Commitments::intervals(u64::MAX, u32::MAX).len(), 0);
	});
}

#[test]
fn operations_may_be_older_than_their_interval_by_the_window() {
	run(|| {
		OperationWindow::set(100_000);
		Now::set(1_000_000);
		assert_eq!(Commitments::oldest_operation(), 900_000);
		Now::set(5);
		assert_eq!(Commitments::oldest_operation(), 0);
	});
}
