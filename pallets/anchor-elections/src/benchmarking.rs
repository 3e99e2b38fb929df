//! What the calls and hooks cost at their worst.

use crate::{
	election::DROPS_PER_BLOCK, order::Order, Ballot, Ballots, Call, Candidate, Candidates, Config,
	Dropping, Elected, HoldReason, Leaving, LeavingBonds, OffenceId, Pallet, Pending,
	PendingResult, Profile, Profiles, Promised, Rank, Rewards, RunnersUp, Seat, Seated, SlashState,
	Slashes, TermEnds, Unlocking, Withdrawals, MAX_UNLOCKING, MAX_VOTES,
};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
	pallet_prelude::BoundedVec,
	traits::{
		fungible::{hold::Mutate as _, Mutate},
		EnsureOrigin, Get,
	},
};
use frame_system::RawOrigin;
use smartlayer_types::{AccountId, Balance, SLN};
use sp_runtime::Perbill;
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

/// Voters in the order when a ballot changes: enough for three levels.
const VOTERS: u32 = 3_000;

fn worst_profile() -> Profile {
	let text = |start: &str| {
		let mut text = start.as_bytes().to_vec();
		text.resize(128, b'a');
		BoundedVec::truncate_from(text)
	};
	Profile {
		name: text("a"),
		web_site: text("https://"),
		endpoint: text("https://"),
		legal_identifier: text("a"),
		statement: Default::default(),
	}
}

fn funded<T: Config>(name: &'static str, index: u32) -> AccountId {
	let account = account::<AccountId>(name, index, 0);
	T::NativeBalance::set_balance(&account, 1_000_000 * SLN);
	account
}

/// Puts a candidate on the list and holds its bond.
fn list<T: Config>(index: u32, approval: Balance) -> AccountId {
	let who = funded::<T>("candidate", index);
	let bond = T::CandidacyBond::get();
	T::NativeBalance::hold(&HoldReason::CandidacyBond.into(), &who, bond).unwrap();
	Candidates::<T>::insert(&who, Candidate { id: index, bond, approval, offences: 0 });
	Profiles::<T>::insert(&who, worst_profile());
	who
}

/// Fills the list up to `count` candidates.
fn fill<T: Config>(count: u32) -> Vec<AccountId> {
	let room = count.min(T::MaxCandidates::get()).saturating_sub(Candidates::<T>::count());
	(0..room).map(|index| list::<T>(1_000 + index, Balance::from(index))).collect()
}

/// A ballot without its hold, for candidates that follow each other on the list.
fn cast<T: Config>(index: u32, stake: Balance, named: &[AccountId]) -> AccountId {
	let voter = account::<AccountId>("voter", index, 0);
	let named: Vec<(AccountId, u32)> = (0..MAX_VOTES as usize)
		.filter_map(|place| named.get((index as usize + place) % named.len().max(1)))
		.filter_map(|who| Some((who.clone(), Candidates::<T>::get(who)?.id)))
		.collect();
	let mut distinct = named.clone();
	distinct.sort();
	distinct.dedup();
	let candidates = BoundedVec::truncate_from(distinct);
	Ballots::<T>::insert(&voter, Ballot { stake, candidates });
	Order::<T>::insert(Rank { stake, account: voter.clone() });
	voter
}

fn votes(named: &[AccountId]) -> BoundedVec<AccountId, frame_support::traits::ConstU32<MAX_VOTES>> {
	BoundedVec::truncate_from(named.to_vec())
}

/// A voter with a full ballot in a large order, and two sets of candidates.
fn voter<T: Config>() -> (AccountId, Vec<AccountId>) {
	let listed = fill::<T>(2 * MAX_VOTES);
	for index in 0..VOTERS {
		cast::<T>(index, Balance::from(index % 97 + 1) * SLN, &listed);
	}
	let voter = funded::<T>("the voter", 0);
	let first = listed.iter().take(MAX_VOTES as usize).cloned().collect::<Vec<_>>();
	let stake = T::MinVote::get().max(50 * SLN);
	Pallet::<T>::do_vote(voter.clone(), stake, votes(&first)).unwrap();
	(voter, listed)
}

/// An anchor with a full list of runners-up, none of whom can replace it.
fn anchor<T: Config>() -> AccountId {
	let who = list::<T>(0, 0);
	let seat = |account: AccountId| Seat { account, backing: 1 };
	let others = |name, count: u32| -> Vec<Seat> {
		(0..count).map(|index| seat(account::<AccountId>(name, index, 0))).collect()
	};
	let mut elected = others("elected", T::MaxAnchors::get() - 1);
	elected.push(seat(who.clone()));
	let accounts = elected.iter().map(|seat| seat.account.clone()).collect();
	Seated::<T>::put(BoundedVec::truncate_from(accounts));
	Elected::<T>::put(BoundedVec::truncate_from(elected));
	let runners_up = others("runner-up", T::MaxRunnersUp::get());
	RunnersUp::<T>::put(BoundedVec::truncate_from(runners_up.clone()));
	Pending::<T>::put(PendingResult {
		seats: BoundedVec::truncate_from(vec![seat(who.clone())]),
		runners_up: BoundedVec::truncate_from(runners_up),
		takes_office: 1_000_000,
	});
	who
}

/// Reports this many offences of one account each in its own session.
fn offences<T: Config>(count: u32) -> AccountId {
	let who = anchor::<T>();
	for session in 0..count {
		let details = [OffenceDetails { offender: (who.clone(), ()), reporters: vec![] }];
		Pallet::<T>::on_offence(&details, &[Perbill::from_percent(5)], session);
	}
	who
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register() {
		let who = funded::<T>("new", 0);
		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), worst_profile());
		assert!(Candidates::<T>::contains_key(who));
	}

	#[benchmark]
	fn evict(c: Linear<20, 1_000>) {
		fill::<T>(c);
		let before = Candidates::<T>::count();
		#[block]
		{
			Pallet::<T>::evict_least_backed().unwrap();
		}
		assert_eq!(Candidates::<T>::count() + 1, before);
	}

	#[benchmark]
	fn update_profile() {
		let who = list::<T>(0, 0);
		#[extrinsic_call]
		_(RawOrigin::Signed(who), worst_profile());
	}

	#[benchmark]
	fn withdraw_candidacy() {
		let who = list::<T>(0, 0);
		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));
		assert!(!Candidates::<T>::contains_key(who));
	}

	#[benchmark]
	fn resign() {
		let who = anchor::<T>();
		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));
		assert!(!Candidates::<T>::contains_key(who));
	}

	#[benchmark]
	fn release_bond() {
		let who = list::<T>(0, 0);
		Candidates::<T>::remove(&who);
		Profiles::<T>::remove(&who);
		let leaving = Leaving { bond: T::CandidacyBond::get(), since: 0 };
		LeavingBonds::<T>::insert(&who, leaving);
		let caller = whitelisted_caller();
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), who.clone());
		assert!(!LeavingBonds::<T>::contains_key(who));
	}

	#[benchmark]
	fn vote() {
		let (voter, listed) = voter::<T>();
		let stake = Ballots::<T>::get(&voter).unwrap().stake + SLN;
		let other: Vec<AccountId> = listed.into_iter().rev().take(MAX_VOTES as usize).collect();
		let named = votes(&other);
		#[extrinsic_call]
		_(RawOrigin::Signed(voter.clone()), stake, named);
		assert_eq!(Ballots::<T>::get(voter).unwrap().stake, stake);
	}

	#[benchmark]
	fn request_withdrawal() {
		let (voter, _) = voter::<T>();
		#[extrinsic_call]
		_(RawOrigin::Signed(voter.clone()));
		assert!(!Ballots::<T>::contains_key(voter));
	}

	#[benchmark]
	fn withdraw() {
		let who = funded::<T>("voter", 0);
		T::NativeBalance::hold(&HoldReason::Vote.into(), &who, Balance::from(MAX_UNLOCKING))
			.unwrap();
		let list = (0..MAX_UNLOCKING).map(|_| Unlocking { amount: 1, at: 0 }).collect();
		Withdrawals::<T>::insert(&who, BoundedVec::truncate_from(list));
		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));
		assert!(Withdrawals::<T>::get(who).is_empty());
	}

	#[benchmark]
	fn claim_reward() {
		let who = funded::<T>("anchor", 0);
		T::NativeBalance::set_balance(&T::Pot::get(), 1_000 * SLN);
		Rewards::<T>::insert(&who, SLN);
		Promised::<T>::put(SLN);
		let caller = whitelisted_caller();
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), who.clone());
		assert_eq!(Rewards::<T>::get(who), 0);
	}

	#[benchmark]
	fn void_result() -> Result<(), BenchmarkError> {
		anchor::<T>();
		let origin =
			T::RootOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin);
		assert!(!Pending::<T>::exists());
		Ok(())
	}

	#[benchmark]
	fn remove_anchor() -> Result<(), BenchmarkError> {
		let who = anchor::<T>();
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, who.clone());
		assert!(!Elected::<T>::get().iter().any(|seat| seat.account == who));
		Ok(())
	}

	#[benchmark]
	fn cancel_slash() -> Result<(), BenchmarkError> {
		offences::<T>(1);
		let (id, _) = Slashes::<T>::iter().next().unwrap();
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id.clone());
		assert_eq!(Slashes::<T>::get(id).unwrap().state, SlashState::Cancelled);
		Ok(())
	}

	#[benchmark]
	fn on_initialize_idle() {
		TermEnds::<T>::put(1_000_000);
		#[block]
		{
			let now = Pallet::<T>::now();
			Pallet::<T>::enter_office(now);
			Pallet::<T>::step_election(now);
			Pallet::<T>::drop_unbacked();
			Pallet::<T>::work_off_slashes(now);
		}
	}

	/// The first of the two runs, which also counts the voters.
	#[benchmark]
	fn election_run(v: Linear<100, 5_000>, c: Linear<20, 1_000>) {
		let listed = fill::<T>(c);
		for index in 0..v.min(T::MaxCountedVoters::get()) {
			cast::<T>(index, Balance::from(index % 97 + 1) * SLN, &listed);
		}
		TermEnds::<T>::put(0);
		#[block]
		{
			Pallet::<T>::step_election(Pallet::<T>::now());
		}
		assert!(crate::Election::<T>::exists());
	}

	#[benchmark]
	fn enter_office() {
		anchor::<T>();
		Pending::<T>::mutate_extant(|result| result.takes_office = 0);
		#[block]
		{
			Pallet::<T>::enter_office(Pallet::<T>::now());
		}
		assert!(!Pending::<T>::exists());
	}

	#[benchmark]
	fn drop_unbacked(c: Linear<1, 25>) {
		let listed: Vec<_> = (0..c.min(DROPS_PER_BLOCK)).map(|n| (list::<T>(n, 0), n)).collect();
		Dropping::<T>::put(BoundedVec::truncate_from(listed));
		#[block]
		{
			Pallet::<T>::drop_unbacked();
		}
		assert!(Dropping::<T>::get().is_empty());
	}

	#[benchmark]
	fn work_off_slashes(s: Linear<1, 4>) {
		let who = offences::<T>(s);
		#[block]
		{
			Pallet::<T>::work_off_slashes(u32::MAX);
		}
		assert_eq!(crate::WaitingSlashes::<T>::get(who), 0);
	}

	#[benchmark]
	fn on_offence(o: Linear<1, 10>) {
		let who = anchor::<T>();
		let details: Vec<_> = (0..o)
			.map(|index| {
				let offender = if index == 0 { who.clone() } else { list::<T>(index, 0) };
				OffenceDetails { offender: (offender, ()), reporters: vec![] }
			})
			.collect();
		let fractions = vec![Perbill::from_percent(5); o as usize];
		#[block]
		{
			Pallet::<T>::on_offence(&details, &fractions, 1);
		}
		let id = OffenceId { kind: [0; 16], session: 1, slot: Default::default(), offender: who };
		assert!(Slashes::<T>::contains_key(id));
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::tests::mock::chain_of(4, 0),
		crate::tests::mock::Test
	);
}
