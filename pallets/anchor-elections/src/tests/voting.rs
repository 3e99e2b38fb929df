//! Ballots and withdrawals.

use super::mock::*;
use crate::{Ballots, Error};
use frame_support::{
	assert_noop, assert_ok,
	traits::{fungible::Mutate, tokens::Preservation},
};
use proptest::prelude::*;
use sp_runtime::TokenError;

fn request(n: u8) -> frame_support::dispatch::DispatchResult {
	Anchors::request_withdrawal(RuntimeOrigin::signed(acc(n)))
}

fn withdraw(n: u8) -> frame_support::dispatch::DispatchResult {
	Anchors::withdraw(RuntimeOrigin::signed(acc(n)))
}

#[test]
fn stake_is_held_and_counts_whole_for_each_named() {
	run(|| {
		vote(10, 500, &[1, 2]);
		assert_eq!(held(10), 500);
		assert_eq!((candidate(1).unwrap().approval, candidate(2).unwrap().approval), (500, 500));
		assert_eq!(candidate(3).unwrap().approval, 0);
	});
}

#[test]
fn ballots_that_name_nobody_strangers_or_somebody_twice_are_refused() {
	run(|| {
		assert_noop!(try_vote(10, 500, &[]), Error::<Test>::NoCandidates);
		assert_noop!(try_vote(10, 500, &[9]), Error::<Test>::NotCandidate);
		assert_noop!(try_vote(10, 500, &[1, 1]), Error::<Test>::SameCandidateTwice);
		assert_noop!(try_vote(10, 9, &[1]), Error::<Test>::StakeTooSmall);
	});
}

#[test]
fn one_token_does_not_vote_twice() {
	run(|| {
		vote(10, ENDOWMENT - 1, &[1]);
		// A second ballot replaces the first; more stake than there is can't be held.
		assert_noop!(try_vote(10, ENDOWMENT + 1, &[1]), TokenError::FundsUnavailable);
		vote(10, ENDOWMENT - 1, &[2]);
		assert_eq!(
			(candidate(1).unwrap().approval, candidate(2).unwrap().approval),
			(0, ENDOWMENT - 1)
		);
	});
}

#[test]
fn a_voting_token_is_neither_spent_nor_bonded() {
	run(|| {
		vote(10, ENDOWMENT - 100, &[1]);
		let spent =
			<Balances as Mutate<_>>::transfer(&acc(10), &acc(11), 500, Preservation::Expendable);
		assert_eq!(spent, Err(TokenError::FundsUnavailable.into()));
		assert_noop!(
			Anchors::register(RuntimeOrigin::signed(acc(10)), profile()),
			TokenError::FundsUnavailable
		);
	});
}

#[test]
fn requested_withdrawal_stops_counting_at_once() {
	run(|| {
		vote(10, 500, &[1]);
		assert_ok!(request(10));
		assert_eq!(candidate(1).unwrap().approval, 0);
		assert_eq!(Ballots::<Test>::get(acc(10)), None);
		assert_eq!(Anchors::voters(None, 10), vec![]);
		// The stake is still held.
		assert_eq!(held(10), 500);
		assert_noop!(request(10), Error::<Test>::NoBallot);
	});
}

#[test]
fn unlocking_lasts_and_then_the_stake_is_free() {
	run(|| {
		vote(10, 500, &[1]);
		assert_ok!(request(10));
		run_to(1 + UnlockPeriod::get() - 1);
		assert_noop!(withdraw(10), Error::<Test>::NothingFree);
		run_to(1 + UnlockPeriod::get());
		assert_ok!(withdraw(10));
		assert_eq!((held(10), free(10)), (0, ENDOWMENT));
		assert_noop!(withdraw(10), Error::<Test>::NothingFree);
	});
}

#[test]
fn unlocking_lasts_a_term_however_short_the_parameter() {
	run(|| {
		UnlockPeriod::set(1);
		vote(10, 500, &[1]);
		assert_ok!(request(10));
		run_to(TermLength::get());
		assert_noop!(withdraw(10), Error::<Test>::NothingFree);
		run_to(1 + TermLength::get());
		assert_ok!(withdraw(10));
	});
}

#[test]
fn less_stake_withdraws_the_difference() {
	run(|| {
		vote(10, 500, &[1]);
		vote(10, 200, &[1]);
		assert_eq!((candidate(1).unwrap().approval, held(10)), (200, 500));
		let votes = Anchors::votes_of(acc(10));
		assert_eq!((votes.stake, votes.unlocking), (200, vec![(300, 1 + UnlockPeriod::get())]));
	});
}

#[test]
fn withdrawals_are_bounded() {
	run(|| {
		for n in 0..crate::MAX_UNLOCKING {
			vote(10, 1_000 - 10 * u128::from(n), &[1]);
			run_to(2 + n);
		}
		vote(10, 500, &[1]);
		run_to(30);
		assert_noop!(try_vote(10, 400, &[1]), Error::<Test>::TooManyWithdrawals);
		assert_noop!(request(10), Error::<Test>::TooManyWithdrawals);
	});
}

#[test]
fn a_ballot_does_not_count_for_a_later_candidacy_of_the_same_account() {
	run(|| {
		candidates([5]);
		vote(10, 900_000, &[5, 1]);
		assert_ok!(Anchors::withdraw_candidacy(RuntimeOrigin::signed(acc(5))));
		assert_eq!(numbers(&Anchors::votes_of(acc(10)).candidates), [1]);
		assert_ok!(Anchors::register(RuntimeOrigin::signed(acc(5)), profile()));
		assert_eq!(candidate(5).unwrap().approval, 0);
		assert_eq!(numbers(&Anchors::votes_of(acc(10)).candidates), [1]);
		// Changing the old ballot takes nothing from the new candidacy.
		vote(11, 1_000, &[5]);
		vote(10, 900_000, &[1]);
		assert_eq!(candidate(5).unwrap().approval, 1_000);
	});
}

#[test]
fn ballots_are_closed_while_an_election_runs() {
	run(|| {
		vote(10, 500, &[1]);
		run_to(TermLength::get());
		assert!(Anchors::term().election_runs);
		assert_noop!(try_vote(11, 500, &[1]), Error::<Test>::ElectionRuns);
		assert_noop!(request(10), Error::<Test>::ElectionRuns);
		run_to(TermLength::get() + 1);
		assert!(!Anchors::term().election_runs);
		vote(11, 500, &[1]);
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(10))]

	/// Votes, withdrawals and waiting at random: what is held is what votes or unlocks (the invariants say so), and no
	/// token appears or disappears.
	#[test]
	fn stake_is_conserved(steps in prop::collection::vec((10u8..14, 0u8..4, 10u128..2_000_000, 1u8..5), 1..60)) {
		run(|| {
			let before = Balances::total_issuance();
			for (voter, step, stake, named) in steps {
				match step {
					0 | 1 => {
						let named: Vec<u8> = (1..=named.min(4)).collect();
						let _ = try_vote(voter, stake, &named);
					},
					2 => {
						let _ = request(voter);
					},
					_ => {
						run_to(System::block_number() + u32::from(named) * 7);
						let _ = withdraw(voter);
					},
				}
				assert_eq!(free(voter) + held(voter), ENDOWMENT);
			}
			assert_eq!(Balances::total_issuance(), before);
		});
	}
}
