//! Offences and the queue of slashes.

use super::mock::*;
use crate::{AnchorFault, Error, Event, OffenceId, SlashState, Slashes, WaitingSlashes};
use frame_support::{assert_noop, assert_ok};
use smartlayer_types::AnchorSets;
use sp_runtime::{DispatchError, Perbill};
use sp_staking::offence::{OffenceDetails, OffenceError, OnOffenceHandler};

/// Index of an account in the set in office at genesis.
fn index(n: u8) -> u32 {
	Anchors::members(0).unwrap().iter().position(|member| member.account == acc(n)).unwrap() as u32
}

fn report(n: u8, fault: AnchorFault, slot: u64) -> Result<(), OffenceError> {
	Anchors::report_fault(0, index(n), fault, slot, Some(acc(50)))
}

fn slash_of(n: u8) -> (OffenceId, crate::Slash) {
	Slashes::<Test>::iter().find(|(id, _)| id.offender == acc(n)).unwrap()
}

fn wait() {
	run_to(System::block_number() + SlashDelay::get());
}

#[test]
fn a_slash_waits_and_is_then_burned() {
	run(|| {
		let issuance = Balances::total_issuance();
		assert_eq!(report(1, AnchorFault::Log, 5), Ok(()));
		let (_, slash) = slash_of(1);
		// (3 / 4)^2 of a thousand.
		assert_eq!((slash.amount, slash.fraction), (563, Perbill::from_parts(562_500_000)));
		run_to(SlashDelay::get());
		assert_eq!((held(1), Balances::total_issuance()), (1_000, issuance));
		run_to(1 + SlashDelay::get());
		assert_eq!((held(1), candidate(1).unwrap().bond), (437, 437));
		assert_eq!(Balances::total_issuance(), issuance - 563);
		assert_eq!(slash_of(1).1.state, SlashState::Applied);
	});
}

#[test]
fn the_same_offence_is_slashed_once_and_another_one_too() {
	run(|| {
		assert_eq!(report(1, AnchorFault::Log, 5), Ok(()));
		assert!(Anchors::is_known_fault(0, index(1), AnchorFault::Log, 5));
		assert_eq!(report(1, AnchorFault::Log, 5), Err(OffenceError::DuplicateReport));
		assert!(!Anchors::is_known_fault(0, index(1), AnchorFault::Log, 6));
		assert_eq!(report(1, AnchorFault::Log, 6), Ok(()));
		assert!(!Anchors::is_known_fault(0, index(1), AnchorFault::Vector, 5));
		assert_eq!(report(1, AnchorFault::Vector, 5), Ok(()));
		assert_eq!((Slashes::<Test>::iter().count(), WaitingSlashes::<Test>::get(acc(1))), (3, 3));
		wait();
		// The bond can't go below nothing, and nothing fails.
		assert_eq!((held(1), WaitingSlashes::<Test>::get(acc(1))), (0, 0));
	});
}

#[test]
fn more_offenders_in_one_slot_raise_the_slash_of_each() {
	run_on(chain_of(10, 1_000), || {
		SlashDelay::set(5);
		assert_eq!(report(1, AnchorFault::Snapshot, 5), Ok(()));
		// (3 / 10)^2 is less than the least.
		assert_eq!(slash_of(1).1.amount, 100);
		assert_eq!(report(2, AnchorFault::Snapshot, 5), Ok(()));
		assert_eq!((slash_of(1).1.amount, slash_of(2).1.amount), (360, 360));
		assert_eq!(WaitingSlashes::<Test>::get(acc(1)), 1);
		wait();
		assert_eq!((held(1), held(2)), (640, 640));
		// What was taken is not taken again.
		assert_eq!(report(3, AnchorFault::Snapshot, 5), Ok(()));
		assert_eq!(slash_of(3).1.amount, 810);
		wait();
		assert_eq!((held(1), held(2), held(3)), (640, 640, 190));
	});
}

#[test]
fn governance_cancels_a_slash_that_waits() {
	run(|| {
		report(1, AnchorFault::Log, 5).unwrap();
		assert_eq!(candidate(1).unwrap().offences, 1);
		let (id, _) = slash_of(1);
		let cancel = |origin| Anchors::cancel_slash(origin, id.clone());
		assert_noop!(cancel(RuntimeOrigin::signed(acc(1))), DispatchError::BadOrigin);
		assert_ok!(cancel(RuntimeOrigin::root()));
		assert_eq!(candidate(1).unwrap().offences, 0);
		assert_noop!(cancel(RuntimeOrigin::root()), Error::<Test>::NoWaitingSlash);
		wait();
		assert_eq!((held(1), slash_of(1).1.state), (1_000, SlashState::Cancelled));
		// The same offence does not come back; another one does.
		assert_eq!(report(1, AnchorFault::Log, 5), Err(OffenceError::DuplicateReport));
		assert_eq!(report(1, AnchorFault::Log, 6), Ok(()));
		wait();
		assert_eq!(held(1), 437);
		let (id, _) =
			Slashes::<Test>::iter().find(|(_, s)| s.state == SlashState::Applied).unwrap();
		assert_noop!(
			Anchors::cancel_slash(RuntimeOrigin::root(), id),
			Error::<Test>::NoWaitingSlash
		);
	});
}

#[test]
fn an_offender_loses_its_seat_is_disabled_and_not_elected() {
	run(|| {
		candidates([5, 6]);
		(1..=5).for_each(|n| vote(n + 20, 900_000 - u128::from(n), &[n]));
		run_to_office();
		assert_eq!(validators(), [1, 2, 3, 4]);
		assert_eq!(numbers(Anchors::runners_up().iter().map(|seat| &seat.account)), [5]);
		report(1, AnchorFault::Log, 5).unwrap();
		assert_eq!(Session::disabled_validators().len(), 1);
		run_sessions(2);
		assert_eq!(validators(), [2, 3, 4, 5]);
		run_to_office();
		run_sessions(2);
		assert_eq!(validators(), [2, 3, 4, 5]);
	});
}

#[test]
fn faults_of_strangers_and_of_forgotten_sets_are_refused() {
	run(|| {
		let unknown = Err(OffenceError::Other(0));
		assert_eq!(Anchors::report_fault(0, 4, AnchorFault::Log, 1, None), unknown);
		assert_eq!(Anchors::report_fault(7, 0, AnchorFault::Log, 1, None), unknown);
		assert!(Anchors::is_known_fault(7, 0, AnchorFault::Log, 1));
		set_keys(1, 51);
		run_sessions(2 + EvidenceSessions::get() + 1);
		assert_eq!(Anchors::report_fault(0, 0, AnchorFault::Log, 1, None), unknown);
	});
}

#[test]
fn offences_that_come_without_a_name_are_known_by_session() {
	run(|| {
		let details = [OffenceDetails { offender: (acc(1), ()), reporters: vec![] }];
		Anchors::on_offence(&details, &[Perbill::from_percent(20)], 0);
		Anchors::on_offence(&details, &[Perbill::from_percent(10)], 0);
		assert_eq!(slash_of(1).1.amount, 200);
		Anchors::on_offence(&details, &[Perbill::from_percent(10)], 1);
		assert_eq!(Slashes::<Test>::iter().count(), 2);
		// Nobody at all, and a stranger, do no harm.
		Anchors::on_offence(&[], &[], 1);
		let stranger = [OffenceDetails { offender: (acc(99), ()), reporters: vec![] }];
		Anchors::on_offence(&stranger, &[Perbill::one()], 1);
		wait();
		assert_eq!(held(1), 700);
	});
}

#[test]
fn a_slash_never_waits_longer_than_its_bound() {
	run(|| {
		SlashDelay::set(u32::MAX);
		report(1, AnchorFault::Log, 5).unwrap();
		assert_eq!(slash_of(1).1.due, 1 + 30 * smartlayer_types::time::DAYS);
	});
}

#[test]
fn slashes_are_forgotten_once_no_evidence_can_come() {
	run(|| {
		report(1, AnchorFault::Log, 5).unwrap();
		run_sessions(EvidenceSessions::get() + 1);
		assert_eq!(Slashes::<Test>::iter().count(), 1);
		run_sessions(2);
		assert_eq!(Slashes::<Test>::iter().count(), 0);
	});
}

#[test]
fn many_slashes_are_worked_off_over_blocks() {
	run(|| {
		(0..10).for_each(|slot| report(1, AnchorFault::Vector, slot).unwrap());
		run_to(1 + SlashDelay::get());
		assert_eq!(WaitingSlashes::<Test>::get(acc(1)), 6);
		run_to(3 + SlashDelay::get());
		assert_eq!(WaitingSlashes::<Test>::get(acc(1)), 0);
		let taken: u128 = events()
			.into_iter()
			.map(|event| if let Event::Slashed { amount, .. } = event { amount } else { 0 })
			.sum();
		assert_eq!(taken, 1_000);
	});
}
