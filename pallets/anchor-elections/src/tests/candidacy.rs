//! Candidacies and their bonds.

use super::mock::*;
use crate::{Error, LeavingBonds};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use smartlayer_types::AnchorSets;

fn register(n: u8) -> frame_support::dispatch::DispatchResult {
	Anchors::register(RuntimeOrigin::signed(acc(n)), profile()).map(|_| ()).map_err(|e| e.error)
}

fn leave(n: u8) -> frame_support::dispatch::DispatchResult {
	Anchors::withdraw_candidacy(RuntimeOrigin::signed(acc(n)))
}

fn release(n: u8) -> frame_support::dispatch::DispatchResult {
	Anchors::release_bond(RuntimeOrigin::signed(acc(60)), acc(n))
}

/// Stake that is more than the least share of backing.
const BACKING: u128 = 50_000;

#[test]
fn candidate_registers_with_profile_and_bond() {
	run(|| {
		assert_ok!(register(5));
		assert_eq!(held(5), 1_000);
		let listed = Anchors::candidates(Some(acc(4)), 10);
		assert_eq!(listed.len(), 1);
		assert_eq!(
			(&listed[0].account, listed[0].name.as_slice()),
			(&acc(5), b"Example Foundation".as_slice())
		);
		assert!(listed[0].electable && !listed[0].has_keys && !listed[0].seated);
		assert_noop!(register(5), Error::<Test>::AlreadyCandidate);
	});
}

#[test]
fn incomplete_profiles_are_refused() {
	run(|| {
		let refused = |change: fn(&mut crate::Profile)| {
			let mut profile = profile();
			change(&mut profile);
			let call = Anchors::register(RuntimeOrigin::signed(acc(5)), profile.clone());
			assert_eq!(call.map_err(|e| e.error), Err(Error::<Test>::IncompleteProfile.into()));
			assert_noop!(
				Anchors::update_profile(RuntimeOrigin::signed(acc(1)), profile),
				Error::<Test>::IncompleteProfile
			);
		};
		refused(|profile| profile.name = Default::default());
		refused(|profile| {
			profile.endpoint = b"http://anchor.example.org".to_vec().try_into().unwrap();
		});
		refused(|profile| profile.endpoint = b"https://".to_vec().try_into().unwrap());
		refused(|profile| profile.endpoint = b"https://a b".to_vec().try_into().unwrap());
		refused(|profile| profile.legal_identifier = vec![0xff].try_into().unwrap());
	});
}

#[test]
fn candidate_changes_its_profile() {
	run(|| {
		let mut changed = profile();
		changed.statement = Default::default();
		assert_ok!(Anchors::update_profile(RuntimeOrigin::signed(acc(1)), changed.clone()));
		assert_eq!(crate::Profiles::<Test>::get(acc(1)), Some(changed));
		assert_noop!(
			Anchors::update_profile(RuntimeOrigin::signed(acc(9)), profile()),
			Error::<Test>::NotCandidate
		);
	});
}

#[test]
fn full_list_evicts_the_least_backed_and_returns_its_bond() {
	run(|| {
		MaxCandidates::set(7);
		candidates([5, 6, 7]);
		vote(10, BACKING + 2, &[5]);
		vote(11, BACKING + 1, &[6]);
		vote(12, BACKING, &[7]);
		assert_ok!(register(8));
		assert_eq!(candidate(7), None);
		assert_eq!((held(7), free(7)), (0, ENDOWMENT));
		assert!(candidate(8).is_some() && candidate(5).is_some() && candidate(6).is_some());
	});
}

#[test]
fn evicted_candidate_under_the_least_share_loses_its_bond() {
	run(|| {
		MaxCandidates::set(5);
		let treasury = free(200);
		assert_ok!(register(5));
		assert_ok!(register(6));
		assert_eq!((candidate(5), held(5), free(5)), (None, 0, ENDOWMENT - 1_000));
		assert_eq!(free(200), treasury + 1_000);
	});
}

#[test]
fn candidacy_spam_costs_a_bond_each_and_never_evicts_anchors() {
	run(|| {
		MaxCandidates::set(4);
		// The four anchors have no votes at all, and stay.
		assert_noop!(register(5), Error::<Test>::ListFull);
		MaxCandidates::set(5);
		for n in 5..15 {
			assert_ok!(register(n));
		}
		assert_eq!(free(200), ENDOWMENT + 9 * 1_000);
		assert!((1..=4).all(|n| candidate(n).is_some()));
	});
}

#[test]
fn candidate_under_the_least_share_at_the_end_of_the_term_loses_its_bond() {
	run(|| {
		candidates([5, 6]);
		vote(10, BACKING, &[5]);
		run_to_result();
		run_to(System::block_number() + 1);
		assert_eq!((candidate(6), held(6), free(6)), (None, 0, ENDOWMENT - 1_000));
		assert_eq!((candidate(5).is_some(), held(5)), (true, 1_000));
		// Anchors without votes stay.
		assert!((1..=4).all(|n| candidate(n).is_some() && held(n) == 1_000));
	});
}

#[test]
fn the_share_is_held_inside_its_bound() {
	run(|| {
		CandidacyShare::set(sp_runtime::Perbill::from_percent(90));
		candidates([5]);
		vote(10, ENDOWMENT - 1, &[5]);
		// One in a hundred of the issuance is less than this, nine in ten is more.
		assert!(candidate(5).unwrap().approval < Balances::total_issuance() / 10 * 9);
		run_to_result();
		run_to(System::block_number() + 1);
		assert!(candidate(5).is_some());
	});
}

#[test]
fn leaving_before_the_end_of_the_term_is_no_way_around_the_share() {
	run(|| {
		candidates([5, 6]);
		vote(10, BACKING, &[5]);
		assert_ok!(leave(5));
		assert_ok!(leave(6));
		assert_eq!((free(5), free(6)), (ENDOWMENT, ENDOWMENT - 1_000));
		assert_noop!(leave(5), Error::<Test>::NotCandidate);
	});
}

#[test]
fn candidacies_are_closed_while_an_election_runs() {
	run(|| {
		candidates([5]);
		run_to(TermLength::get());
		assert_noop!(register(6), Error::<Test>::ElectionRuns);
		assert_noop!(leave(5), Error::<Test>::ElectionRuns);
		assert_noop!(Anchors::resign(RuntimeOrigin::signed(acc(1))), Error::<Test>::ElectionRuns);
	});
}

#[test]
fn anchor_resigns_and_does_not_just_withdraw() {
	run(|| {
		assert_noop!(leave(1), Error::<Test>::InOffice);
		assert_noop!(Anchors::resign(RuntimeOrigin::signed(acc(9))), Error::<Test>::NotInOffice);
		assert_ok!(Anchors::resign(RuntimeOrigin::signed(acc(1))));
		assert_eq!(candidate(1), None);
		assert_eq!(LeavingBonds::<Test>::get(acc(1)).unwrap().bond, 1_000);
		assert_noop!(register(1), Error::<Test>::StillLeaving);
	});
}

/// Anchor 1 resigns and is replaced by 5 in session `s`; returns the last set of anchor 1.
fn replace_anchor_one() -> u64 {
	candidates([5]);
	vote(10, ENDOWMENT - 1, &[5]);
	vote(11, ENDOWMENT - 1, &[1, 2, 3, 4]);
	run_to_office();
	// Five were elected for four seats: one runner-up or replaced anchor; make room by resignation.
	let sitting = *validators().first().unwrap();
	assert_ok!(Anchors::resign(RuntimeOrigin::signed(acc(sitting))));
	let last = Anchors::current();
	run_sessions(3);
	assert!(!validators().contains(&sitting));
	last
}

#[test]
fn bond_waits_for_the_set_for_evidence_and_for_the_slash_delay() {
	run(|| {
		MinAnchors::set(1);
		assert_ok!(Anchors::resign(RuntimeOrigin::signed(acc(1))));
		assert_noop!(release(1), Error::<Test>::StillOwes);
		run_sessions(1);
		// Planned without it, but still active.
		assert!(validators().contains(&1));
		assert_noop!(release(1), Error::<Test>::StillOwes);
		run_sessions(1);
		assert_eq!(validators(), [2, 3, 4]);
		let ended = Session::current_index();
		assert_noop!(release(1), Error::<Test>::StillSlashable);
		run_sessions(EvidenceSessions::get());
		assert_eq!(Session::current_index(), ended + EvidenceSessions::get());
		assert_noop!(release(1), Error::<Test>::StillSlashable);
		run_sessions(1);
		// The last interval of its set is not confirmed yet, or the hand-over not recorded.
		Owing::set(vec![0]);
		assert_noop!(release(1), Error::<Test>::StillOwes);
		Owing::set(vec![]);
		assert_ok!(release(1));
		assert_eq!((held(1), free(1)), (0, ENDOWMENT));
		assert_noop!(release(1), Error::<Test>::NothingToRelease);
	});
}

#[test]
fn bond_waits_while_a_slash_waits() {
	run(|| {
		MinAnchors::set(1);
		SlashDelay::set(300);
		Anchors::report_fault(0, 0, crate::AnchorFault::Log, 1, None).unwrap();
		let offender = numbers(Anchors::members(0).unwrap().iter().map(|m| &m.account))[0];
		assert_ok!(Anchors::resign(RuntimeOrigin::signed(acc(offender))));
		run_sessions(2 + EvidenceSessions::get() + 1);
		assert_noop!(release(offender), Error::<Test>::StillSlashable);
	});
}

#[test]
fn replaced_anchor_keeps_its_bond_on_hold() {
	run(|| {
		let last = replace_anchor_one();
		assert!(last < Anchors::current());
		let bonds: u128 = (1..=5).map(held).sum();
		assert_eq!(bonds, 5 * 1_000);
	});
}

#[test]
fn genesis_anchors_need_no_bond() {
	run_on(chain_of(1, 0), || {
		assert_eq!((held(1), candidate(1).unwrap().bond), (0, 0));
		assert_eq!(validators(), [1]);
		assert_eq!(sorted(Anchors::elected().iter().map(|seat| &seat.account)), [1]);
		assert_eq!(Balances::total_balance(&acc(1)), ENDOWMENT);
		assert_eq!(crate::Profiles::<Test>::get(acc(1)), Some(profile()));
	});
}
