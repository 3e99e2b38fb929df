//! Raising the incarnation of a log.

use super::mock::*;
use crate::{Call, Error, Event};
use frame_support::{assert_noop, assert_ok};
use smartlayer_operations::IncarnationRaise;

fn raise_as(set_id: u64, member: u32, incarnation: u32) -> Call<Test> {
	let seed = seeds(set_id).get(member as usize).copied().unwrap_or(99);
	let statement = IncarnationRaise { set_id, origin: account(seed), incarnation };
	let signature = sign(seed, statement.digest(Commitments::genesis_hash()));
	Call::raise_incarnation { member, incarnation, signature }
}

fn raise(member: u32, incarnation: u32) -> Call<Test> {
	raise_as(1, member, incarnation)
}

#[test]
fn a_member_begins_its_log_anew_once_in_an_interval() {
	run(|| {
		let origin = account(seeds(1)[2]);
		assert_eq!(Commitments::incarnation(origin.clone()), 0);
		assert_ok!(submit(raise(2, 1)));
		assert_eq!(Commitments::incarnation(origin.clone()), 1);
		System::assert_last_event(
			Event::IncarnationRaised { origin: origin.clone(), incarnation: 1 }.into(),
		);
		assert_eq!(pool(raise(2, 1)), STALE);
		assert_noop!(force(raise(2, 1)), Error::<Test>::AlreadyRecorded);
		assert_eq!(pool(raise(2, 2)), refused(Error::RaisedInThisInterval));
		assert_noop!(force(raise(2, 2)), Error::<Test>::RaisedInThisInterval);
		to_next_interval();
		assert_ok!(submit(raise(2, 2)));
		assert_eq!(Commitments::incarnation(origin), 2);
	});
}

#[test]
fn incarnations_rise_by_one() {
	run(|| {
		for number in [2, u32::MAX] {
			assert_eq!(pool(raise(0, number)), refused(Error::WrongIncarnation));
			assert_noop!(force(raise(0, number)), Error::<Test>::WrongIncarnation);
		}
	});
}

#[test]
fn only_a_member_in_office_raises_its_own() {
	run(|| {
		let Call::raise_incarnation { signature, .. } = raise(0, 1) else { panic!() };
		let forged = Call::raise_incarnation { member: 1, incarnation: 1, signature };
		assert_eq!(pool(forged), BAD_PROOF);
		assert_eq!(pool(raise(4, 1)), refused(Error::NotAMember));
		assert_noop!(force(raise(4, 1)), Error::<Test>::NotAMember);
		office(2, &[5, 6, 7, 8]);
		assert_eq!(pool(raise(0, 1)), BAD_PROOF);
		assert_ok!(submit(raise_as(2, 0, 1)));
	});
}
