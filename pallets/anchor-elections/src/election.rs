//! Elections: what the provider is given, how the two runs follow each other, what is kept of the result.

use crate::{
	order::Order, Ballots, CandidacyId, Candidate, Candidates, Config, Dropping, Election, Event,
	Identity, LastResult, Pallet, Pending, PendingResult, ResultSummary, Seat, Seated, Stage, Term,
	TermEnds, TermRemovals, Totals, WeightInfo, MAX_VOTES,
};
use alloc::{
	collections::{btree_map::BTreeMap, btree_set::BTreeSet},
	vec::Vec,
};
use frame_election_provider_support::{
	data_provider, DataProviderBounds, ElectionDataProvider, ElectionProvider, ExtendedBalance,
	PageIndex, VoteWeight, VoterOf,
};
use frame_support::{
	pallet_prelude::{BoundedVec, ConstU32, Weight},
	traits::{fungible::Inspect, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use smartlayer_types::{domain, AccountId, Balance, BlockNumber};
use sp_core::H256;
use sp_runtime::traits::{BlakeTwo256, Hash};

/// Candidacies that end in one block for lack of backing.
pub const DROPS_PER_BLOCK: u32 = 25;

/// Blocks for which an asynchronous provider may work on one election.
const PATIENCE: BlockNumber = 600;

/// What the hash of a result is for.
pub const RESULT_PURPOSE: &str = "anchor election result";

/// Those elected in one run, by account, each with its backers and their weight, by account.
pub type Supports = Vec<(AccountId, ExtendedBalance, Vec<(AccountId, ExtendedBalance)>)>;

/// Puts supports into the order in which they are hashed.
pub fn in_order(mut supports: Supports) -> Supports {
	for (_, _, backers) in &mut supports {
		backers.sort();
	}
	supports.sort();
	supports
}

/// Hash of one run.
pub fn run_hash(supports: &Supports) -> H256 {
	BlakeTwo256::hash_of(supports)
}

/// Hash of a full result.
pub fn result_hash(genesis: H256, totals: &Totals, seats: H256, runners_up: H256) -> H256 {
	domain::hash(RESULT_PURPOSE, genesis, &(totals, seats, runners_up))
}

/// By what the stake of votes is divided so that all of it fits 64 bits.
pub fn scaling_factor(issuance: Balance) -> Balance {
	issuance.checked_div(VoteWeight::MAX.into()).unwrap_or_default().saturating_add(1)
}

/// The weight of a stake.
pub fn weight_of(stake: Balance, factor: Balance) -> VoteWeight {
	let weight = stake.checked_div(factor).unwrap_or_default();
	VoteWeight::try_from(weight).unwrap_or(VoteWeight::MAX)
}

impl<T: Config> Pallet<T> {
	/// Begins an election at the end of a term, and takes the provider's results when they are ready.
	pub(crate) fn step_election(now: BlockNumber) -> Weight {
		let stage = match Election::<T>::get() {
			Some(stage) => stage,
			None if now >= TermEnds::<T>::get() => Self::begin(now),
			None => return Weight::zero(),
		};
		let totals = match &stage {
			Stage::Seats { totals } | Stage::RunnersUp { totals, .. } => totals.clone(),
		};
		match T::ElectionProvider::status() {
			Ok(Some(_)) => match Self::collect() {
				Some(supports) => Self::advance(stage, supports, now),
				None => Self::fail(now),
			},
			_ if now > totals.block.saturating_add(PATIENCE) => Self::fail(now),
			_ => {},
		}
		<T as Config>::WeightInfo::election_run(totals.voters, totals.candidates)
	}

	fn begin(now: BlockNumber) -> Stage<T::MaxAnchors> {
		let issuance = T::NativeBalance::total_issuance();
		let scaling_factor = scaling_factor(issuance);
		let voters = Self::counted_voters(T::MaxCountedVoters::get(), scaling_factor, &[]);
		let totals = Totals {
			term: Term::<T>::get(),
			block: now,
			issuance,
			scaling_factor,
			voters: u32::try_from(voters.len()).unwrap_or(u32::MAX),
			candidates: u32::try_from(Self::electable(&[]).len()).unwrap_or(u32::MAX),
			counted_weight: voters
				.iter()
				.fold(0u128, |sum, (_, weight, _)| sum.saturating_add(u128::from(*weight))),
		};
		Self::deposit_event(Event::ElectionStarted { term: totals.term });
		let stage = Stage::Seats { totals };
		Election::<T>::put(&stage);
		// A provider that can't start says so in its status.
		let _ = T::ElectionProvider::start();
		stage
	}

	/// The provider's result, all pages together.
	fn collect() -> Option<Supports> {
		let mut all: BTreeMap<AccountId, (ExtendedBalance, Vec<(AccountId, ExtendedBalance)>)> =
			BTreeMap::new();
		for page in (T::ElectionProvider::lsp()..=T::ElectionProvider::msp()).rev() {
			let supports = T::ElectionProvider::elect(page).ok()?;
			for (account, support) in supports.0 {
				let entry = all.entry(account).or_default();
				entry.0 = entry.0.saturating_add(support.total);
				entry.1.extend(support.voters);
			}
		}
		let supports = all.into_iter().map(|(account, (total, backers))| (account, total, backers));
		Some(in_order(supports.collect()))
	}

	fn advance(stage: Stage<T::MaxAnchors>, supports: Supports, now: BlockNumber) {
		let hash = run_hash(&supports);
		match stage {
			Stage::Seats { totals } => {
				let seats = Self::best_first(supports, totals.scaling_factor);
				let seats = BoundedVec::truncate_from(seats);
				Election::<T>::put(Stage::RunnersUp { totals, seats_hash: hash, seats });
				let _ = T::ElectionProvider::start();
			},
			Stage::RunnersUp { totals, seats_hash, seats } => {
				let runners_up = Self::best_first(supports, totals.scaling_factor);
				Self::publish(totals, seats_hash, hash, seats, runners_up, now);
			},
		}
	}

	/// Seats in order of backing, then account: the provider gives no order.
	fn best_first(supports: Supports, factor: Balance) -> Vec<Seat> {
		let mut seats: Vec<Seat> = supports
			.into_iter()
			.map(|(account, total, _)| Seat { account, backing: total.saturating_mul(factor) })
			.collect();
		seats.sort_by(|a, b| b.backing.cmp(&a.backing).then_with(|| a.account.cmp(&b.account)));
		seats
	}

	fn publish(
		totals: Totals,
		seats_hash: H256,
		runners_up_hash: H256,
		seats: BoundedVec<Seat, T::MaxAnchors>,
		runners_up: Vec<Seat>,
		now: BlockNumber,
	) {
		let hash = result_hash(Self::genesis_hash(), &totals, seats_hash, runners_up_hash);
		let least = Self::least_backing(totals.issuance);
		let sufficient = seats.into_iter().filter(|seat| seat.backing >= least);
		let takes_office = now.saturating_add(Self::publication_period());
		Self::deposit_event(Event::ResultPublished { term: totals.term, hash, takes_office });
		Pending::<T>::put(PendingResult {
			seats: BoundedVec::truncate_from(sufficient.collect()),
			runners_up: BoundedVec::truncate_from(runners_up),
			takes_office,
		});
		Self::note_unbacked(totals.issuance);
		Self::end_term(totals.block);
		LastResult::<T>::put(ResultSummary { totals, hash });
	}

	fn fail(now: BlockNumber) {
		Self::deposit_event(Event::ElectionFailed { term: Term::<T>::get() });
		Self::end_term(now);
	}

	fn end_term(from: BlockNumber) {
		Election::<T>::kill();
		TermRemovals::<T>::kill();
		Term::<T>::mutate(|term| *term = term.saturating_add(1));
		TermEnds::<T>::put(from.saturating_add(Self::term_length()));
	}

	/// Notes whose candidacy ends with the term: who is not in office and approved by too little.
	fn note_unbacked(issuance: Balance) {
		let least = Self::least_approval(issuance);
		let seated = Seated::<T>::get();
		let unbacked: Vec<(AccountId, CandidacyId)> = Candidates::<T>::iter()
			.filter(|(account, candidate)| candidate.approval < least && !seated.contains(account))
			.map(|(account, candidate)| (account, candidate.id))
			.collect();
		Dropping::<T>::put(BoundedVec::truncate_from(unbacked));
	}

	/// BLAKE2b hash of the first block.
	fn genesis_hash() -> H256 {
		let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::default());
		let mut genesis = H256::zero();
		for (to, from) in genesis.0.iter_mut().zip(hash.as_ref()) {
			*to = *from;
		}
		genesis
	}

	/// Whether a candidacy counts.
	pub(crate) fn is_electable(account: &AccountId, candidate: &Candidate) -> bool {
		candidate.offences == 0 && (!T::IdentityRequired::get() || T::Identity::is_judged(account))
	}

	/// Who can be elected, with the numbers of their candidacies.
	fn electable(without: &[Seat]) -> BTreeMap<AccountId, CandidacyId> {
		let without: BTreeSet<&AccountId> = without.iter().map(|seat| &seat.account).collect();
		Candidates::<T>::iter()
			.filter(|(account, candidate)| {
				!without.contains(account) && Self::is_electable(account, candidate)
			})
			.map(|(account, candidate)| (account, candidate.id))
			.collect()
	}

	/// Of the `count` voters with the greatest stake, those that vote for anybody who can be elected.
	fn counted_voters(count: u32, factor: Balance, without: &[Seat]) -> Vec<VoterOf<Self>> {
		let electable = Self::electable(without);
		let voter = |rank: crate::Rank| {
			let ballot = Ballots::<T>::get(&rank.account)?;
			let weight = weight_of(rank.stake, factor);
			let votes: Vec<AccountId> = ballot
				.candidates
				.into_iter()
				.filter(|(account, id)| electable.get(account) == Some(id))
				.map(|(account, _)| account)
				.collect();
			(weight > 0 && !votes.is_empty())
				.then(|| (rank.account, weight, BoundedVec::truncate_from(votes)))
		};
		Order::<T>::best(count).into_iter().filter_map(voter).collect()
	}

	/// The scaling factor and those that are elected already, of the election that runs.
	fn under_way() -> (Balance, Vec<Seat>) {
		match Election::<T>::get() {
			Some(Stage::Seats { totals }) => (totals.scaling_factor, Vec::new()),
			Some(Stage::RunnersUp { totals, seats, .. }) => {
				(totals.scaling_factor, seats.into_inner())
			},
			None => (scaling_factor(T::NativeBalance::total_issuance()), Vec::new()),
		}
	}
}

/// One page holds everything.
impl<T: Config> ElectionDataProvider for Pallet<T> {
	type AccountId = AccountId;
	type BlockNumber = BlockNumberFor<T>;
	type MaxVotesPerVoter = ConstU32<MAX_VOTES>;

	/// In order of accounts.
	fn electable_targets(
		bounds: DataProviderBounds,
		page: PageIndex,
	) -> data_provider::Result<Vec<AccountId>> {
		if page > 0 {
			return Ok(Vec::new());
		}
		let (_, elected) = Self::under_way();
		let targets: Vec<AccountId> = Self::electable(&elected).into_keys().collect();
		if bounds.slice_exhausted(&targets) {
			return Err("the provider takes fewer targets than there are candidates");
		}
		Ok(targets)
	}

	/// In order of stake, then account; what is beyond the bound is left out.
	fn electing_voters(
		bounds: DataProviderBounds,
		page: PageIndex,
	) -> data_provider::Result<Vec<VoterOf<Self>>> {
		if page > 0 {
			return Ok(Vec::new());
		}
		let (factor, elected) = Self::under_way();
		let bound = bounds.count.map_or(u32::MAX, |count| count.0);
		let count = T::MaxCountedVoters::get().min(bound);
		let mut voters = Self::counted_voters(count, factor, &elected);
		while bounds.slice_exhausted(&voters) && voters.pop().is_some() {}
		Ok(voters)
	}

	fn desired_targets() -> data_provider::Result<u32> {
		let (_, elected) = Self::under_way();
		let wanted = match Election::<T>::get() {
			Some(Stage::RunnersUp { .. }) => T::MaxRunnersUp::get(),
			_ => Self::seats(),
		};
		let available = u32::try_from(Self::electable(&elected).len()).unwrap_or(u32::MAX);
		Ok(wanted.min(available))
	}

	fn next_election_prediction(_: BlockNumberFor<T>) -> BlockNumberFor<T> {
		TermEnds::<T>::get().into()
	}
}
