//! Turns, and who is said to have done or missed its duty.

use super::mock::*;
use smartlayer_types::AnchorSets;
use std::collections::BTreeSet;

#[test]
fn nobody_is_in_turn_before_an_interval_is_over() {
	run(|| {
		to_block(10);
		assert_eq!(Commitments::duty(10), None);
		assert_eq!(Commitments::expected(), None);
	});
}

#[test]
fn every_member_takes_a_turn_and_then_turns_double() {
	run(|| {
		to_block(11);
		let order = Commitments::turn_order(1).unwrap();
		assert_eq!(order.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from([0, 1, 2, 3]));
		for (position, member) in order.iter().enumerate() {
			let block = 11 + 5 * position as u32;
			for now in [block, block + 4] {
				assert_eq!(Commitments::duty(now).unwrap().proposer, *member);
			}
		}
		let again = Commitments::duty(31).unwrap();
		assert_eq!((again.proposer, again.turn.round, again.turn.end), (order[0], 1, 41));
		let members = Sets::members(1).unwrap();
		assert_eq!(again.account, members[order[0] as usize].account);
	});
}

#[test]
fn turns_begin_at_the_confirmation_before_if_that_is_later() {
	run(|| {
		to_block(47);
		confirm();
		// Interval 2 was over at block 21.
		let duty = Commitments::duty(47).unwrap();
		assert_eq!((duty.interval, duty.turn.ordinal, duty.turn.start), (2, 0, 47));
	});
}

#[test]
fn turns_keep_the_length_that_was_in_force_when_the_interval_began() {
	run(|| {
		to_block(11);
		TurnLength::set(100);
		assert_eq!(Commitments::duty(11).unwrap().turn.end, 16);
	});
}

#[test]
fn the_set_of_an_interval_has_its_duty_whoever_is_in_office() {
	run(|| {
		office(2, &[5, 6, 7, 8]);
		to_block(11);
		let duty = Commitments::duty(11).unwrap();
		assert!(Sets::members(1).unwrap().iter().any(|it| it.account == duty.account));
		confirm();
		assert_eq!(Commitments::last_confirmed().unwrap().snapshot.set_id, 1);
	});
}

#[test]
fn whose_proposal_is_confirmed_did_its_duty() {
	run(|| {
		to_block(11);
		let proposer = Commitments::duty(11).unwrap().proposer;
		confirm();
		assert_eq!(Heard::take(), [(1, proposer, None)]);
	});
}

#[test]
fn who_proposes_nothing_misses_and_absent_vectors_are_told() {
	run(|| {
		to_block(11);
		let order = Commitments::turn_order(1).unwrap();
		to_next_turn();
		confirm();
		// The mock's proposals count the vectors of members 0 to 2.
		let missed = (1, order[0], Some(order[0] == 3));
		assert_eq!(Heard::take(), [(1, order[1], None), missed]);
	});
}

#[test]
fn a_proposal_that_is_not_confirmed_in_its_turn_is_no_miss() {
	run(|| {
		to_block(11);
		propose(snapshot());
		to_next_turn();
		let proposer = Commitments::duty(16).unwrap().proposer;
		confirm();
		assert_eq!(Heard::take(), [(1, proposer, None)]);
	});
}

#[test]
fn no_miss_counts_where_more_than_f_missed() {
	run(|| {
		to_block(11);
		to_next_turn();
		to_next_turn();
		let proposer = Commitments::duty(21).unwrap().proposer;
		confirm();
		assert_eq!(Heard::take(), [(1, proposer, None)]);
	});
}

#[test]
fn misses_of_one_interval_are_not_those_of_the_next() {
	run(|| {
		to_block(11);
		to_next_turn();
		confirm();
		Heard::take();
		to_next_interval();
		let proposer = Commitments::duty(21).unwrap().proposer;
		confirm();
		assert_eq!(Heard::take(), [(1, proposer, None)]);
	});
}
