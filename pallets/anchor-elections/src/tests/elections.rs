//! Elections: who is counted, who wins, what is public, and that anyone can recompute it.

use super::mock::*;
use crate::{
	election::{in_order, result_hash, run_hash, scaling_factor, weight_of, Supports},
	Elected, Error, Event, LastResult, Pending, ResultSummary, Totals,
};
use frame_election_provider_support::{
	bounds::ElectionBoundsBuilder, DataProviderBounds, ElectionDataProvider,
};
use frame_support::{assert_noop, assert_ok};
use proptest::prelude::*;
use smartlayer_types::{
	elections_api::{ResultInfo, VoterInfo},
	AccountId,
};
use sp_npos_elections::{assignment_ratio_to_staked_normalized, seq_phragmen, to_supports};
use sp_runtime::{DispatchError, Perbill};

/// What anyone can do with the answers of the runtime API: both runs of an election.
fn recompute(
	result: &ResultInfo,
	voters: &[VoterInfo],
	candidates: &[AccountId],
	seats: usize,
	runners_up: usize,
) -> (Supports, Supports) {
	let first = run_once(result, voters, candidates, seats);
	let rest: Vec<AccountId> = candidates
		.iter()
		.filter(|account| !first.iter().any(|(winner, ..)| winner == *account))
		.cloned()
		.collect();
	let second = run_once(result, voters, &rest, runners_up);
	(first, second)
}

fn run_once(
	result: &ResultInfo,
	voters: &[VoterInfo],
	targets: &[AccountId],
	seats: usize,
) -> Supports {
	let weight = |voter: &VoterInfo| weight_of(voter.stake, result.scaling_factor);
	let input: Vec<_> = voters
		.iter()
		.map(|voter| {
			let votes: Vec<AccountId> =
				voter.candidates.iter().filter(|vote| targets.contains(vote)).cloned().collect();
			(voter.account.clone(), weight(voter), votes)
		})
		.filter(|(_, weight, votes)| *weight > 0 && !votes.is_empty())
		.collect();
	let stakes: std::collections::BTreeMap<_, _> =
		input.iter().map(|(account, weight, _)| (account.clone(), *weight)).collect();
	let outcome = seq_phragmen::<_, Perbill>(
		seats.min(targets.len()),
		targets.to_vec(),
		input,
		Balancing::get(),
	)
	.unwrap();
	let staked =
		assignment_ratio_to_staked_normalized(outcome.assignments, |who: &AccountId| stakes[who])
			.unwrap();
	in_order(
		to_supports(&staked)
			.into_iter()
			.map(|(account, support)| (account, support.total, support.voters))
			.collect(),
	)
}

/// Runs an election and checks that its hash can be recomputed from what the API said in the block before.
fn elect_and_recompute() -> (Supports, Supports) {
	run_to(crate::TermEnds::<Test>::get() - 1);
	let mut voters = vec![];
	// Small pages, so that paging is part of it.
	loop {
		let after = voters.last().map(|v: &VoterInfo| (v.stake, v.account.clone()));
		let page = Anchors::voters(after, 3);
		if page.is_empty() {
			break;
		}
		voters.extend(page);
	}
	voters.truncate(MaxCountedVoters::get() as usize);
	let candidates: Vec<AccountId> = Anchors::candidates(None, 1_000)
		.into_iter()
		.filter(|candidate| candidate.electable)
		.map(|candidate| candidate.account)
		.collect();
	run_to_result();
	let result = Anchors::last_result().unwrap();
	let (seats, runners_up) = recompute(&result, &voters, &candidates, 4, 5);
	let totals = Totals {
		term: result.term,
		block: result.block,
		issuance: result.issuance,
		scaling_factor: result.scaling_factor,
		voters: result.voters,
		candidates: result.candidates,
		counted_weight: result.counted_weight,
	};
	let hash = result_hash(System::block_hash(0), &totals, run_hash(&seats), run_hash(&runners_up));
	assert_eq!(LastResult::<Test>::get(), Some(ResultSummary { totals, hash }));
	(seats, runners_up)
}

fn pending() -> (Vec<u8>, Vec<u8>) {
	let result = Pending::<Test>::get().unwrap();
	let accounts = |seats: &[crate::Seat]| numbers(seats.iter().map(|seat| &seat.account));
	(accounts(&result.seats), accounts(&result.runners_up))
}

#[test]
fn anyone_can_recompute_a_result_from_the_api() {
	run(|| {
		candidates(5..=9);
		vote(20, 900_000, &[5, 6]);
		vote(21, 800_000, &[6, 7]);
		vote(22, 700_000, &[7, 1]);
		vote(23, 600_000, &[8]);
		vote(24, 500_000, &[9, 2]);
		let (seats, runners_up) = elect_and_recompute();
		assert_eq!((seats.len(), runners_up.len()), (4, 3));
		let result = Anchors::last_result().unwrap();
		assert_eq!((result.voters, result.candidates, result.term), (5, 9, 0));
		assert_eq!(result.counted_weight, 3_500_000);
	});
}

#[test]
fn seats_and_runners_up_are_ordered_by_backing_then_account() {
	run(|| {
		candidates(5..=12);
		for (voter, stake, named) in [
			(20, 900_000, 12),
			(21, 910_000, 11),
			(22, 900_000, 10),
			(23, 920_000, 9),
			(24, 700_000, 8),
			(25, 710_000, 7),
			(26, 700_000, 6),
			(27, 650_000, 5),
		] {
			vote(voter, stake, &[named]);
		}
		run_to_result();
		assert_eq!(pending(), (vec![9, 11, 10, 12], vec![7, 6, 8, 5]));
	});
}

#[test]
fn dust_votes_do_not_displace_stake() {
	run(|| {
		MaxCountedVoters::set(5);
		candidates([5, 6]);
		// Dust comes first, and is many times the bound.
		(20..60).for_each(|voter| vote(voter, 10, &[6]));
		(10..15).for_each(|voter| vote(voter, 900_000, &[1, 2, 3, 5]));
		run_to_result();
		assert_eq!(LastResult::<Test>::get().unwrap().totals.voters, 5);
		assert_eq!(LastResult::<Test>::get().unwrap().totals.counted_weight, 4_500_000);
		let (mut seats, runners_up) = pending();
		seats.sort();
		assert_eq!(seats, [1, 2, 3, 5]);
		assert_eq!(runners_up, Vec::<u8>::new());
	});
}

fn counted() -> Vec<u8> {
	let voters = Anchors::electing_voters(DataProviderBounds::default(), 0).unwrap();
	numbers(voters.iter().map(|(account, ..)| account))
}

#[test]
fn the_bound_is_exact_and_not_by_arrival() {
	run(|| {
		MaxCountedVoters::set(3);
		for voter in [14, 13, 12, 11] {
			vote(voter, 100, &[1]);
		}
		assert_eq!(counted(), [11, 12, 13]);
		assert_eq!(Anchors::counted_minimum(), 100);
		vote(20, 101, &[1]);
		assert_eq!(counted(), [20, 11, 12]);
		// One unit more is enough, one less is too little.
		vote(14, 102, &[1]);
		assert_eq!(counted(), [14, 20, 11]);
		vote(21, 99, &[1]);
		assert_eq!(counted(), [14, 20, 11]);
	});
}

#[test]
fn a_displaced_voter_counts_again_once_others_have_left() {
	run(|| {
		MaxCountedVoters::set(2);
		vote(10, 100, &[1]);
		vote(11, 200, &[1]);
		assert_eq!(Anchors::counted_minimum(), 100);
		vote(12, 300, &[1]);
		assert_eq!((counted(), Anchors::counted_minimum()), (vec![12, 11], 200));
		assert_ok!(Anchors::request_withdrawal(RuntimeOrigin::signed(acc(11))));
		assert_eq!((counted(), Anchors::counted_minimum()), (vec![12, 10], 100));
	});
}

#[test]
fn the_providers_bound_is_exact_too() {
	run(|| {
		(10..20).for_each(|voter| vote(voter, 1_000 + u128::from(voter), &[1]));
		let bounds = ElectionBoundsBuilder::default().voters_count(3.into()).build();
		let voters = Anchors::electing_voters(bounds.voters, 0).unwrap();
		assert_eq!(numbers(voters.iter().map(|(account, ..)| account)), [19, 18, 17]);
	});
}

#[test]
fn votes_survive_candidates_that_are_gone() {
	run(|| {
		candidates([5, 6]);
		vote(10, 900_000, &[5, 6]);
		vote(11, 900_000, &[5]);
		assert_ok!(Anchors::withdraw_candidacy(RuntimeOrigin::signed(acc(5))));
		let voters = Anchors::electing_voters(DataProviderBounds::default(), 0).unwrap();
		// The ballot without a living candidate elects nobody; the other still counts.
		assert_eq!(voters.len(), 1);
		assert_eq!((&voters[0].0, numbers(&voters[0].2)), (&acc(10), vec![6]));
		elect_and_recompute();
	});
}

#[test]
fn candidates_without_a_judgement_do_not_count_where_one_is_required() {
	run(|| {
		candidates([5, 6]);
		vote(10, 900_000, &[5]);
		vote(11, 800_000, &[6]);
		IdentityRequired::set(true);
		Judged::set(vec![acc(6)]);
		let electable = |n: u8| {
			Anchors::candidates(None, 100)
				.into_iter()
				.find(|c| c.account == acc(n))
				.unwrap()
				.electable
		};
		assert!(!electable(5) && electable(6) && !electable(1));
		run_to_result();
		assert_eq!(pending().0, [6]);
		run_to(System::block_number() + PublicationPeriod::get());
		// The holders of the other seats stay.
		assert_eq!(Elected::<Test>::get().len(), 4);
	});
}

#[test]
fn a_seat_needs_its_share_of_issuance_or_its_holder_stays() {
	run(|| {
		// One in a hundred of 62 million.
		candidates([5, 6]);
		vote(10, 620_000, &[5]);
		vote(11, 619_999, &[6]);
		run_to_office();
		let elected = numbers(Anchors::elected().iter().map(|seat| &seat.account));
		assert_eq!(elected[0], 5);
		assert!(!elected.contains(&6));
		assert_eq!(elected.len(), 4);
		assert_eq!(Anchors::elected()[0].backing, 620_000);
	});
}

#[test]
fn the_share_of_a_seat_is_held_inside_its_bound() {
	run(|| {
		SeatShare::set(Perbill::one());
		candidates([5]);
		// More than a tenth of the issuance together.
		(20..28).for_each(|voter| vote(voter, 900_000, &[5]));
		run_to_result();
		assert_eq!(pending().0, [5]);
	});
}

#[test]
fn a_result_is_public_before_it_is_in_office() {
	run(|| {
		candidates([5]);
		vote(10, 900_000, &[5]);
		run_to_result();
		let published = System::block_number();
		let info = Anchors::pending_result().unwrap();
		assert_eq!(info.takes_office, published + PublicationPeriod::get());
		run_to(info.takes_office - 1);
		assert!(!Elected::<Test>::get().iter().any(|seat| seat.account == acc(5)));
		run_to(info.takes_office);
		assert!(Elected::<Test>::get().iter().any(|seat| seat.account == acc(5)));
		assert_eq!(Anchors::pending_result(), None);
	});
}

#[test]
fn the_root_track_can_void_a_result() {
	run(|| {
		candidates([5]);
		vote(10, 900_000, &[5]);
		assert_noop!(Anchors::void_result(RuntimeOrigin::root()), Error::<Test>::NoPendingResult);
		run_to_result();
		assert_noop!(Anchors::void_result(RuntimeOrigin::signed(acc(1))), DispatchError::BadOrigin);
		assert_ok!(Anchors::void_result(RuntimeOrigin::root()));
		run_to(System::block_number() + PublicationPeriod::get() + 1);
		assert!(!Elected::<Test>::get().iter().any(|seat| seat.account == acc(5)));
		// The next election elects again.
		run_to_office();
		assert!(Elected::<Test>::get().iter().any(|seat| seat.account == acc(5)));
	});
}

#[test]
fn an_election_that_fails_leaves_everybody_in_office_and_opens_ballots_again() {
	run(|| {
		Bounds::set(ElectionBoundsBuilder::default().targets_count(2.into()).build());
		run_to(TermLength::get());
		assert!(events().contains(&Event::ElectionFailed { term: 0 }));
		assert_eq!((Pending::<Test>::get(), Anchors::term().election_runs), (None, false));
		assert_eq!(Anchors::term().ends, 2 * TermLength::get());
		assert_eq!(validators(), [1, 2, 3, 4]);
		vote(10, 500, &[1]);
	});
}

#[test]
fn a_provider_may_take_its_time_but_not_for_ever() {
	run(|| {
		Ready::set(false);
		vote(10, 900_000, &[1]);
		run_to(TermLength::get() + 100);
		assert!(Anchors::term().election_runs);
		Ready::set(true);
		run_to(TermLength::get() + 102);
		assert!(Pending::<Test>::exists() && !Anchors::term().election_runs);
		// Nothing comes of the next one.
		Ready::set(false);
		let ends = crate::TermEnds::<Test>::get();
		let waits = System::block_number().max(ends) + 601;
		run_to(waits + 1);
		assert!(events().contains(&Event::ElectionFailed { term: 1 }));
		assert!(!Anchors::term().election_runs);
	});
}

#[test]
fn the_term_is_held_inside_its_bounds() {
	run(|| {
		TermLength::set(0);
		run_to_result();
		let ends = crate::TermEnds::<Test>::get();
		assert_eq!(ends - LastResult::<Test>::get().unwrap().totals.block, 20);
	});
}

#[test]
fn stake_of_any_size_fits_the_weights() {
	let issuance = u128::from(u64::MAX) * 1_000 + 7;
	let factor = scaling_factor(issuance);
	assert!(u128::from(weight_of(issuance, factor)) <= u128::from(u64::MAX));
	assert_eq!(weight_of(factor - 1, factor), 0);
	assert_eq!(weight_of(factor * 5, factor), 5);
	assert_eq!(scaling_factor(1_000), 1);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(6))]

	#[test]
	fn results_equal_those_of_the_npos_crate(
		ballots in prop::collection::vec((10u8..50, 10u128..900_000, prop::collection::btree_set(1u8..10, 1..6)), 1..40),
		bound in 1u32..40,
	) {
		run(|| {
			MaxCountedVoters::set(bound);
			candidates(5..=9);
			for (voter, stake, named) in ballots {
				let _ = try_vote(voter, stake, &named.into_iter().collect::<Vec<u8>>());
			}
			let (seats, _) = elect_and_recompute();
			let least = Anchors::least_backing(Balances::total_issuance());
			let sufficient: Vec<&AccountId> =
				seats.iter().filter(|(_, total, _)| *total >= least).map(|(who, ..)| who).collect();
			let (mut winners, _) = pending();
			winners.sort();
			assert_eq!(winners, sorted(sufficient));
		});
	}
}
