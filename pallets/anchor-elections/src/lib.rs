//! Anchors: who stands for election, who votes, who is in office, with which keys, and what an offence costs.
//!
//! **Candidates** register a profile and a bond. **Voters** put stake behind up to sixteen of them; the stake is held,
//! so it can't vote twice, be spent or be bonded. At the end of each **term** the seats are filled by the election
//! provider of the runtime (sequential Phragmén with balancing on chain), with this pallet as its data provider; a
//! second run over those that were not elected finds the runners-up. The result is public for a while, in which the
//! root track can void it; then it takes **office**, at most `f` members per session. An anchor that is removed is
//! replaced by the best runner-up.
//!
//! The pallet is the session manager, and it is the session handler of the anchor key: from the keys that are active
//! and those that are queued it makes the **anchor sets**. It keeps, for the evidence window, every set and the keys
//! of every kind that were *active* in each session, and is the `KeyOwnerProofSystem` for BABE, GRANDPA and anchor
//! keys: a member that rotates its keys still answers for what it signed before.
//!
//! **Offences** wait in a queue in which governance can cancel them, then the slash is taken from the bond and
//! burned. Bonds of those that left stay slashable until the evidence window is over, no slash waits and their set
//! owes nothing.
//!
//! # Who calls it
//! Accounts (candidates, voters); pallet-session (manager and handler); whoever reports equivocations (through
//! [`Pallet`] as `ReportOffence`, which names the offence before pallet-offences passes it on); the commitments
//! pallet ([`Pallet::report_fault`], [`Pallet::did_duty`], [`Pallet::missed_duty`], and the sets).
//!
//! # Invariants
//! - **What an account's ballot and its withdrawals amount to is what is held for votes.**
//! - **What a candidacy or a leaving account has as bond is what is held for it.**
//! - **The order of voters holds every ballot, once, exactly by stake, then by account** (see [`order`]).
//! - **A set changes only when (account, anchor key) of a member changes, and its number then grows by one.**
//! - **Rewards are promised only from what the pot holds and has not promised.**
//! - **No session has fewer anchors than the minimum because of this pallet, whatever is removed.**
//!
//! # Costs
//! A vote changes one path of the order (a dozen nodes of 3.3 kB at the very most, five with a million voters) and up
//! to 32 candidacies. Registering into a full list reads every candidacy (bounded by `MaxCandidates`), and pays for
//! it. An election runs in two blocks, one for each run, in which ballots and candidacies are closed so that both see
//! the same: with 5,000 voters, 1,000 candidates and 16 votes each, a run reads 5,000 ballots, 1,000 candidacies with
//! their judgements and about 160 nodes of the order (at most 313) from the database, some 225 ms by its weights; to
//! solve, the provider adds its own weight, about 210 ms by that of the SDK, which knows neither the number of seats
//! nor balancing. The benchmark of a run includes the provider as the runtime has it, so its weight counts the solver
//! in full. All of it is mandatory weight, in two blocks per term. Dropping the candidates without backing is spread
//! over blocks, [`election::DROPS_PER_BLOCK`] in each; slashes are worked off four at a time.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod api;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod candidacy;
mod duties;
pub mod election;
mod keys;
mod limits;
mod offences;
mod office;
pub mod order;
mod plan;
mod sessions;
mod sets;
mod slashing;
#[cfg(test)]
mod tests;
mod traits;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
mod voting;
pub mod weights;

pub use keys::KeyProof;
pub use offences::{
	BatchOffence, Equivocation, IdentificationTuple, LogEquivocation, SnapshotEquivocation,
	VectorEquivocation, VoteEquivocation,
};
pub use pallet::*;
pub use plan::Plan;
pub use traits::{Duties, Identity};
pub use types::*;
pub use weights::WeightInfo;

use frame_support::traits::fungible::Credit;
use smartlayer_types::AccountId;

/// What was taken from an account and belongs to nobody yet.
pub type CreditOf<T> = Credit<AccountId, <T as Config>::NativeBalance>;

#[frame_support::pallet]
#[allow(
	clippy::cast_possible_truncation,
	clippy::expect_used,
	clippy::unreachable,
	reason = "what the macro expands to"
)]
pub mod pallet {
	use super::*;
	use crate::order::{Node, NodeId, Root};
	use frame_election_provider_support::ElectionProvider;
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{hold, Inspect, Mutate},
			EnsureOrigin, OnUnbalanced,
		},
	};
	use frame_system::pallet_prelude::*;
	use smartlayer_types::{AnchorMember, Balance, BlockNumber, SetId};
	use sp_core::H256;
	use sp_runtime::Perbill;
	use sp_staking::{
		offence::{Kind, ReportOffence},
		SessionIndex,
	};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	#[pallet::config]
	pub trait Config:
		frame_system::Config<AccountId = AccountId>
		+ pallet_session::Config<ValidatorId = AccountId>
	{
		/// The native token.
		type NativeBalance: Inspect<AccountId, Balance = Balance>
			+ Mutate<AccountId>
			+ hold::Mutate<AccountId, Reason = Self::RuntimeHoldReason>
			+ hold::Balanced<AccountId>;

		/// The runtime's reasons for holds.
		type RuntimeHoldReason: From<HoldReason>;

		/// Who computes elections. It must be able to return `max(MaxAnchors, MaxRunnersUp)` winners on one page, each
		/// with `MaxCountedVoters` backers.
		type ElectionProvider: ElectionProvider<
			AccountId = AccountId,
			BlockNumber = BlockNumberFor<Self>,
			DataProvider = Pallet<Self>,
		>;

		/// Judgements of identities.
		type Identity: crate::Identity;

		/// Whether a candidacy counts only with a judgement.
		type IdentityRequired: Get<bool>;

		/// What anchor sets owe to their intervals.
		type Duties: crate::Duties;

		/// Records offences and passes them to this pallet's `OnOffenceHandler`.
		type Offences: ReportOffence<AccountId, IdentificationTuple, LogEquivocation>
			+ ReportOffence<AccountId, IdentificationTuple, VectorEquivocation>
			+ ReportOffence<AccountId, IdentificationTuple, SnapshotEquivocation>
			+ ReportOffence<AccountId, IdentificationTuple, VoteEquivocation>
			+ ReportOffence<AccountId, IdentificationTuple, BatchOffence>;

		/// Gets the bonds that candidates without backing lose.
		type LostBonds: OnUnbalanced<CreditOf<Self>>;

		/// The root track: may void a result before it is in office.
		type RootOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// May remove anchors and cancel slashes.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// The anchors' pot, from which duties are rewarded.
		type Pot: Get<AccountId>;

		/// The most candidates.
		#[pallet::constant]
		type MaxCandidates: Get<u32>;

		/// The most voters that count in an election: those with the greatest stake.
		#[pallet::constant]
		type MaxCountedVoters: Get<u32>;

		/// The most anchors there can ever be.
		#[pallet::constant]
		type MaxAnchors: Get<u32>;

		/// The most runners-up.
		#[pallet::constant]
		type MaxRunnersUp: Get<u32>;

		/// Seats; read between `MinAnchors` and `MaxAnchors`.
		type Seats: Get<u32>;

		/// The number below which the anchors never shrink: four outside development. Read between 1 and `MaxAnchors`.
		type MinAnchors: Get<u32>;

		/// What a candidate has held.
		type CandidacyBond: Get<Balance>;

		/// The share of total issuance that must approve of a candidate, or it loses its bond; read up to one in a
		/// hundred.
		type CandidacyShare: Get<Perbill>;

		/// The share of total issuance that must be behind a new holder of a seat; read up to one in ten.
		type SeatShare: Get<Perbill>;

		/// The least stake of a ballot.
		type MinVote: Get<Balance>;

		/// Blocks in a term; read from 20 to a year.
		type TermLength: Get<BlockNumber>;

		/// Blocks for which a result is public before it is in office; read from 1 to half a term.
		type PublicationPeriod: Get<BlockNumber>;

		/// Blocks from a withdrawal request until the stake is free; never less than a term, never more than a year.
		type UnlockPeriod: Get<BlockNumber>;

		/// Blocks for which a slash waits; read up to 30 days.
		type SlashDelay: Get<BlockNumber>;

		/// Sessions for which sets and keys are kept and evidence is taken; read from 2 to 10,000.
		type EvidenceSessions: Get<SessionIndex>;

		/// The most that one duty earns.
		type DutyReward: Get<Balance>;

		/// The share of what the pot holds and has not promised that one duty earns, up to `DutyReward`.
		type DutyShare: Get<Perbill>;

		/// Duties missed in a row with the member's vectors absent too after which a seat is lost; read from 2.
		type MissLimit: Get<u32>;

		/// What calls cost.
		type WeightInfo: WeightInfo;
	}

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Why tokens are held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// They vote, or voted and are not free yet.
		#[codec(index = 0)]
		Vote,
		/// They are the bond of a candidate, an anchor, or one that left.
		#[codec(index = 1)]
		CandidacyBond,
	}

	/// Who stands for election.
	#[pallet::storage]
	pub type Candidates<T: Config> =
		CountedStorageMap<_, Blake2_128Concat, AccountId, Candidate, OptionQuery>;

	/// What candidates say about themselves.
	#[pallet::storage]
	pub type Profiles<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Profile, OptionQuery>;

	/// The next candidacy's number.
	#[pallet::storage]
	pub type NextCandidacy<T: Config> = StorageValue<_, CandidacyId, ValueQuery>;

	/// Bonds of those that no longer stand for election.
	#[pallet::storage]
	pub type LeavingBonds<T: Config> =
		StorageMap<_, Blake2_128Concat, AccountId, Leaving, OptionQuery>;

	/// When those that are not in office were last.
	#[pallet::storage]
	pub type Services<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Service, OptionQuery>;

	/// Who votes for whom.
	#[pallet::storage]
	pub type Ballots<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Ballot, OptionQuery>;

	/// Stake that no longer counts and is not free yet.
	#[pallet::storage]
	pub type Withdrawals<T: Config> = StorageMap<
		_,
		Blake2_128Concat,
		AccountId,
		BoundedVec<Unlocking, ConstU32<MAX_UNLOCKING>>,
		ValueQuery,
	>;

	/// Nodes of the order of voters.
	#[pallet::storage]
	pub type OrderNodes<T: Config> = StorageMap<_, Twox64Concat, NodeId, Node, OptionQuery>;

	/// Where the order of voters begins.
	#[pallet::storage]
	pub type OrderRoot<T: Config> = StorageValue<_, Root, OptionQuery>;

	/// The current term.
	#[pallet::storage]
	pub type Term<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The block in which the next election begins.
	#[pallet::storage]
	pub type TermEnds<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

	/// The election that runs.
	#[pallet::storage]
	pub type Election<T: Config> = StorageValue<_, Stage<T::MaxAnchors>, OptionQuery>;

	/// The result that waits for its office.
	#[pallet::storage]
	pub type Pending<T: Config> =
		StorageValue<_, PendingResult<T::MaxAnchors, T::MaxRunnersUp>, OptionQuery>;

	/// Totals and hash of the last election.
	#[pallet::storage]
	pub type LastResult<T: Config> = StorageValue<_, ResultSummary, OptionQuery>;

	/// Candidates without enough backing at the end of the last term: their candidacies end in the next blocks.
	#[pallet::storage]
	pub type Dropping<T: Config> =
		StorageValue<_, BoundedVec<(AccountId, CandidacyId), T::MaxCandidates>, ValueQuery>;

	/// Who is to be in office, best backed first; sessions follow by and by.
	#[pallet::storage]
	pub type Elected<T: Config> = StorageValue<_, BoundedVec<Seat, T::MaxAnchors>, ValueQuery>;

	/// Who replaces an anchor that is removed, best backed first.
	#[pallet::storage]
	pub type RunnersUp<T: Config> = StorageValue<_, BoundedVec<Seat, T::MaxRunnersUp>, ValueQuery>;

	/// The validators of the session that was planned last.
	#[pallet::storage]
	pub type Seated<T: Config> = StorageValue<_, BoundedVec<AccountId, T::MaxAnchors>, ValueQuery>;

	/// Those of them that were removed and still wait for a session without them.
	#[pallet::storage]
	pub type Removed<T: Config> = StorageValue<_, BoundedVec<AccountId, T::MaxAnchors>, ValueQuery>;

	/// The current session.
	#[pallet::storage]
	pub type Session<T: Config> = StorageValue<_, SessionIndex, ValueQuery>;

	/// The set in office.
	#[pallet::storage]
	pub type CurrentSet<T: Config> = StorageValue<_, SetId, ValueQuery>;

	/// The oldest set that is kept.
	#[pallet::storage]
	pub type OldestSet<T: Config> = StorageValue<_, SetId, ValueQuery>;

	/// The sets inside the evidence window.
	#[pallet::storage]
	pub type Sets<T: Config> =
		StorageMap<_, Twox64Concat, SetId, SetRecord<T::MaxAnchors>, OptionQuery>;

	/// The members of the next session, if they are another set.
	#[pallet::storage]
	pub type NextMembers<T: Config> =
		StorageValue<_, BoundedVec<AnchorMember, T::MaxAnchors>, OptionQuery>;

	/// Validators with their active keys, by the number of the period.
	#[pallet::storage]
	pub type KeyPeriods<T: Config> =
		StorageMap<_, Twox64Concat, u32, KeyPeriod<T::MaxAnchors>, OptionQuery>;

	/// The period of keys in which a session inside the evidence window lies.
	#[pallet::storage]
	pub type PeriodOf<T: Config> = StorageMap<_, Twox64Concat, SessionIndex, u32, OptionQuery>;

	/// The oldest session whose keys are kept.
	#[pallet::storage]
	pub type OldestSession<T: Config> = StorageValue<_, SessionIndex, ValueQuery>;

	/// Slashes by what they are for, kept until no evidence for the same can come.
	#[pallet::storage]
	pub type Slashes<T: Config> = StorageMap<_, Blake2_128Concat, OffenceId, Slash, OptionQuery>;

	/// The queues of slashes.
	#[pallet::storage]
	pub type SlashQueues<T: Config> =
		StorageDoubleMap<_, Twox64Concat, SlashQueue, Twox64Concat, u32, OffenceId, OptionQuery>;

	/// First and first free place of each queue.
	#[pallet::storage]
	pub type SlashQueueEnds<T: Config> =
		StorageMap<_, Twox64Concat, SlashQueue, (u32, u32), ValueQuery>;

	/// How many slashes wait for an account.
	#[pallet::storage]
	pub type WaitingSlashes<T: Config> =
		StorageMap<_, Blake2_128Concat, AccountId, u32, ValueQuery>;

	/// Kind and time slot of the offence that is being reported: pallet-offences does not pass them on.
	#[pallet::storage]
	pub type OffenceNow<T: Config> = StorageValue<_, (Kind, H256), OptionQuery>;

	/// Duties that an account missed in a row, its vectors absent too.
	#[pallet::storage]
	pub type Misses<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, u32, ValueQuery>;

	/// Seats lost in this term for missed duties.
	#[pallet::storage]
	pub type TermRemovals<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// What accounts can claim from the pot.
	#[pallet::storage]
	pub type Rewards<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Balance, ValueQuery>;

	/// All that can be claimed from the pot.
	#[pallet::storage]
	pub type Promised<T: Config> = StorageValue<_, Balance, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A candidate registered.
		Registered { candidate: AccountId, id: CandidacyId },
		/// A candidate changed its profile.
		ProfileChanged { candidate: AccountId },
		/// A candidacy ended because the list was full and it was the least backed.
		Evicted { candidate: AccountId },
		/// A candidacy ended because the candidate wanted so.
		CandidacyWithdrawn { candidate: AccountId },
		/// A candidacy ended with the term, under the least share of backing.
		Dropped { candidate: AccountId },
		/// A candidate under the least share of backing lost its bond.
		BondLost { candidate: AccountId, amount: Balance },
		/// A bond is free.
		BondReleased { account: AccountId, amount: Balance },
		/// A ballot counts from now on.
		Voted { voter: AccountId, stake: Balance, candidates: u32 },
		/// Stake no longer counts.
		WithdrawalRequested { voter: AccountId, amount: Balance, free: BlockNumber },
		/// Stake is free.
		Withdrawn { voter: AccountId, amount: Balance },
		/// An election began.
		ElectionStarted { term: u32 },
		/// An election gave no result; who is in office stays.
		ElectionFailed { term: u32 },
		/// A result is public.
		ResultPublished { term: u32, hash: H256, takes_office: BlockNumber },
		/// The root track voided the result; who is in office stays.
		ResultVoided,
		/// A result is in office; sessions follow by and by.
		ResultInOffice,
		/// An account lost its seat.
		SeatRemoved { account: AccountId, reason: Removal, replacement: Option<AccountId> },
		/// The members of a coming session changed.
		SessionPlanned { session: SessionIndex, members: u32 },
		/// Another anchor set is in office.
		NewSet { set: SetId, members: u32 },
		/// A slash waits, or one that waits was raised.
		SlashQueued { offence: OffenceId, fraction: Perbill, amount: Balance, due: BlockNumber },
		/// A slash was taken and burned.
		Slashed { offence: OffenceId, amount: Balance },
		/// Governance cancelled a slash.
		SlashCancelled { offence: OffenceId },
		/// A duty was rewarded.
		DutyRewarded { account: AccountId, amount: Balance },
		/// A duty was missed.
		DutyMissed { account: AccountId, streak: u32 },
		/// A reward was paid from the pot.
		RewardClaimed { account: AccountId, amount: Balance },
	}

	#[pallet::error]
	pub enum Error<T> {
		/// An election runs; ballots and candidacies open again within a few blocks.
		ElectionRuns,
		/// A profile needs a name, an https endpoint, and text in UTF-8.
		IncompleteProfile,
		/// The account is a candidate already.
		AlreadyCandidate,
		/// The bond of an earlier candidacy must be released first.
		StillLeaving,
		/// The account is no candidate.
		NotCandidate,
		/// The account is in office: it must resign.
		InOffice,
		/// The account is not in office.
		NotInOffice,
		/// The list is full of anchors and nobody can be evicted.
		ListFull,
		/// A ballot names nobody.
		NoCandidates,
		/// A ballot names somebody twice.
		SameCandidateTwice,
		/// The stake is below the least.
		StakeTooSmall,
		/// The account has no ballot.
		NoBallot,
		/// As many withdrawals as possible are under way: take out what is free.
		TooManyWithdrawals,
		/// Nothing is free yet.
		NothingFree,
		/// The account has no bond to release.
		NothingToRelease,
		/// The account is still in office, in the next session, or its set still owes to its intervals.
		StillOwes,
		/// Evidence can still be brought, or a slash waits.
		StillSlashable,
		/// There is nothing to claim.
		NothingToClaim,
		/// No result waits for its office.
		NoPendingResult,
		/// No such slash waits.
		NoWaitingSlash,
	}

	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// Profiles and bonds of the first candidates. The validators of the session pallet's genesis are the first
		/// anchors with or without an entry here. A bond of zero holds nothing.
		pub candidates: alloc::vec::Vec<(AccountId, Profile, Balance)>,
		#[serde(skip)]
		pub marker: core::marker::PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self { candidates: alloc::vec::Vec::new(), marker: core::marker::PhantomData }
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			TermEnds::<T>::put(Pallet::<T>::term_length());
			for (account, profile, bond) in &self.candidates {
				Pallet::<T>::found(account, profile, *bond)
					.expect("genesis candidates have their bonds");
			}
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			let now = Self::now();
			let mut weight = <T as Config>::WeightInfo::on_initialize_idle();
			weight.saturating_accrue(Self::enter_office(now));
			weight.saturating_accrue(Self::step_election(now));
			weight.saturating_accrue(Self::drop_unbacked());
			weight.saturating_add(Self::work_off_slashes(now))
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Stands for election, with a bond. In a full list the least backed candidate makes room; it gets its bond back
		/// unless it is under the least share of backing.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::register_weight(T::MaxCandidates::get()))]
		pub fn register(origin: OriginFor<T>, profile: Profile) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let read = Self::do_register(who, profile)?;
			Ok(Some(Self::register_weight(read)).into())
		}

		/// Changes the profile of a candidacy.
		#[pallet::call_index(1)]
		#[pallet::weight(<T as Config>::WeightInfo::update_profile())]
		pub fn update_profile(origin: OriginFor<T>, profile: Profile) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update_profile(who, profile)
		}

		/// Ends a candidacy. Under the least share of backing the bond is lost, as at the end of a term.
		#[pallet::call_index(2)]
		#[pallet::weight(<T as Config>::WeightInfo::withdraw_candidacy())]
		pub fn withdraw_candidacy(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_candidacy(who)
		}

		/// Gives up a seat and the candidacy; the account serves until a session without it begins.
		#[pallet::call_index(3)]
		#[pallet::weight(<T as Config>::WeightInfo::resign())]
		pub fn resign(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_resign(who)
		}

		/// Releases the bond of an account that left, once nothing can be asked of it any more. Anyone may call it.
		#[pallet::call_index(4)]
		#[pallet::weight(<T as Config>::WeightInfo::release_bond())]
		pub fn release_bond(origin: OriginFor<T>, account: AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_release_bond(account)
		}

		/// Puts stake behind up to sixteen candidates, in place of an earlier ballot. If the stake is less than before,
		/// the rest is withdrawn.
		#[pallet::call_index(5)]
		#[pallet::weight(<T as Config>::WeightInfo::vote())]
		pub fn vote(
			origin: OriginFor<T>,
			#[pallet::compact] stake: Balance,
			candidates: BoundedVec<AccountId, ConstU32<MAX_VOTES>>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_vote(who, stake, candidates)
		}

		/// Requests the withdrawal of all stake: it stops counting at once and is free after the unlocking period.
		#[pallet::call_index(6)]
		#[pallet::weight(<T as Config>::WeightInfo::request_withdrawal())]
		pub fn request_withdrawal(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_request_withdrawal(who)
		}

		/// Takes out the stake that is free.
		#[pallet::call_index(7)]
		#[pallet::weight(<T as Config>::WeightInfo::withdraw())]
		pub fn withdraw(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw(who)
		}

		/// Pays an account what its duties earned, from the pot. Anyone may call it.
		#[pallet::call_index(8)]
		#[pallet::weight(<T as Config>::WeightInfo::claim_reward())]
		pub fn claim_reward(origin: OriginFor<T>, account: AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_claim_reward(account)
		}

		/// Voids the result that waits for its office: who is in office stays until the next election.
		#[pallet::call_index(9)]
		#[pallet::weight(<T as Config>::WeightInfo::void_result())]
		pub fn void_result(origin: OriginFor<T>) -> DispatchResult {
			T::RootOrigin::ensure_origin(origin)?;
			Self::do_void_result()
		}

		/// Removes an anchor; the best runner-up replaces it.
		#[pallet::call_index(10)]
		#[pallet::weight(<T as Config>::WeightInfo::remove_anchor())]
		pub fn remove_anchor(origin: OriginFor<T>, account: AccountId) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_remove_anchor(account)
		}

		/// Cancels a slash that waits.
		#[pallet::call_index(11)]
		#[pallet::weight(<T as Config>::WeightInfo::cancel_slash())]
		pub fn cancel_slash(origin: OriginFor<T>, offence: OffenceId) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_cancel_slash(offence)
		}

		/// Removes the session keys of an account that is not in office. The session pallet's own call does not ask
		/// and must be closed by the runtime.
		#[pallet::call_index(12)]
		#[pallet::weight({
			use pallet_session::WeightInfo as _;
			let seats = T::DbWeight::get().reads(3);
			<T as pallet_session::Config>::WeightInfo::purge_keys().saturating_add(seats)
		})]
		pub fn purge_keys(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_purge_keys(who)
		}
	}
}
