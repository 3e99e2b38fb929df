//! Intervals, their snapshots, and what anchors owe for them.
//!
//! Time is cut into **intervals**. Each record keeps the anchor set that accepts, announces, votes and signs for the
//! interval, whatever sessions do meanwhile. Once an interval is over and the one before is confirmed, the members of
//! its set take **turns** to propose its snapshot; a quorum of approvals **confirms** it, more than f rejections void the
//! proposal, and a proposal dies with its turn. There is one confirmed snapshot for each interval, ever, because the
//! chain is the arbiter.
//!
//! # Who calls what
//! - Anchors: [`Call::propose`], [`Call::vote`], [`Call::record_signatures`], [`Call::attest_receipt`],
//!   [`Call::raise_incarnation`]. These cost nothing. They are authorised by anchor keys before they enter a block: cheap
//!   state first, signatures last, each refused as soon as the state shows it done.
//! - Anybody: [`Call::report_equivocation`], whose fee is given back when the evidence is good.
//! - Governance: [`Call::add_bridge`], [`Call::remove_bridge`].
//!
//! # Invariants
//! - **Invariant:** the intervals in storage run from the oldest kept to the open one without a gap, and all but the
//!   open one have a last block.
//! - **Invariant:** the history tree has one leaf for each confirmed interval, and nothing that is confirmed changes.
//! - **Invariant:** at most [`Config::MaxUnconfirmed`] intervals wait; when the list is full the open one goes on.
//! - **Invariant:** a vote counts for one proposal in its turn, and each member votes on it once.
//!
//! # Order of hooks
//! `on_initialize` must run after pallet-session's (and so after BABE's): an interval belongs to the set that its first
//! block begins with. The time of an interval's last block is read before the next block's timestamp is set.
//!
//! # Costs
//! `on_initialize` reads three values in most blocks; when an interval ends it reads the new set once. The heaviest call
//! is the vote that confirms, linear in the members of the set. Nothing iterates over what users can make grow.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod api;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod bridges;
mod confirmation;
mod duty;
mod equivocation;
mod incarnation;
mod intervals;
mod proposing;
mod refusal;
mod retention;
#[cfg(test)]
mod tests;
mod traits;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
mod voting;
pub mod weights;

pub use pallet::*;
#[cfg(feature = "runtime-benchmarks")]
pub use traits::BenchmarkHelper;
pub use traits::{Duties, DutySeed, Offences};
pub use types::{Attestations, Incarnation, RegisteredBridge, Remembered};
pub use weights::WeightInfo;

#[allow(
	clippy::cast_possible_truncation,
	clippy::expect_used,
	clippy::unreachable,
	reason = "what the macro expands to"
)]
#[allow(clippy::large_enum_variant, reason = "calls are decoded one at a time")]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		traits::{Duties, DutySeed, Offences},
		types::{Attestations, Incarnation, RegisteredBridge, Remembered},
		weights::WeightInfo,
	};
	use alloc::boxed::Box;
	use frame_support::{
		pallet_prelude::*,
		traits::{EnsureOrigin, Time},
	};
	use frame_system::{
		ensure_authorized, offchain::CreateAuthorizedTransaction, pallet_prelude::*,
	};
	use smartlayer_commitment::{
		Bridge, Choice, ConfirmedSnapshot, Evidence, HistoryPeaks, IntervalNumber, IntervalRecord,
		LivingProposal, Offence, Receipt, RecordedSignatures, RejectReason, SignerBitmap, Snapshot,
		MAX_MEMBERS,
	};
	use smartlayer_types::{evm::EvmSignature, AccountId, AnchorSets, BlockNumber, SetId};
	use sp_core::H256;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config:
		CreateAuthorizedTransaction<Call<Self>>
		+ frame_system::Config<AccountId = AccountId, Hash = H256>
	{
		/// Who the anchors are and were. It must keep the members of a set for which [`Pallet::owes`] is true.
		type Sets: AnchorSets;

		/// The seed of the order of turns.
		type Seed: DutySeed;

		/// The time of the last block, in milliseconds, until this block's inherent sets it.
		type Time: Time<Moment = u64>;

		/// Who hears of duties done and missed.
		type Duties: Duties;

		/// Who hears of offences.
		type Offences: Offences;

		/// Who registers bridges.
		type BridgeOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// How long an interval lasts, in blocks. Read between [`super::intervals::MIN_LENGTH`] and
		/// [`super::intervals::MAX_LENGTH`] when an interval begins.
		type IntervalLength: Get<BlockNumber>;

		/// How long a turn of the first round lasts, in blocks. Read between [`super::intervals::MIN_TURN`] and
		/// [`super::intervals::MAX_TURN`] when an interval begins.
		type TurnLength: Get<BlockNumber>;

		/// How many intervals may wait for their snapshot before anchors stop accepting operations. Read between 1
		/// and [`Config::MaxUnconfirmed`] less one.
		type BacklogLimit: Get<u32>;

		/// How much earlier than an interval's first block its operations may have been signed, in milliseconds. Read
		/// between [`super::intervals::MIN_WINDOW`] and [`super::intervals::MAX_WINDOW`].
		type OperationWindow: Get<u64>;

		/// For how many intervals confirmed snapshots, signatures and receipts are kept. Read between
		/// [`super::retention::MIN_RETENTION`] and [`super::retention::MAX_RETENTION`].
		type Retention: Get<u32>;

		/// The most unconfirmed intervals, the open one included; at least 2.
		#[pallet::constant]
		type MaxUnconfirmed: Get<u32>;

		/// The most members of a set; at most [`MAX_MEMBERS`].
		#[pallet::constant]
		type MaxMembers: Get<u32>;

		/// The most bridges.
		#[pallet::constant]
		type MaxBridges: Get<u32>;

		/// How many offences are remembered, so that each is reported once.
		#[pallet::constant]
		type MaxOffences: Get<u32>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;

		/// Sets for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: super::BenchmarkHelper;
	}

	/// The open interval; zero before the first block.
	#[pallet::storage]
	pub type CurrentInterval<T> = StorageValue<_, IntervalNumber, ValueQuery>;

	/// The last interval whose snapshot is confirmed.
	#[pallet::storage]
	pub type LastConfirmed<T> = StorageValue<_, IntervalNumber, ValueQuery>;

	/// The block that confirmed it.
	#[pallet::storage]
	pub type ConfirmedAt<T> = StorageValue<_, BlockNumber, ValueQuery>;

	/// The first interval that is not pruned.
	#[pallet::storage]
	pub type OldestKept<T> = StorageValue<_, IntervalNumber, ValueQuery>;

	/// The intervals, from the oldest kept to the open one.
	#[pallet::storage]
	pub type Intervals<T> = StorageMap<_, Twox64Concat, IntervalNumber, IntervalRecord>;

	/// The confirmed snapshots.
	#[pallet::storage]
	pub type Snapshots<T> = StorageMap<_, Twox64Concat, IntervalNumber, ConfirmedSnapshot>;

	/// The history tree over all confirmed snapshots.
	#[pallet::storage]
	pub type History<T> = StorageValue<_, HistoryPeaks, ValueQuery>;

	/// The last proposal of the interval that is due. It lives until its turn ends.
	#[pallet::storage]
	pub type Living<T> = StorageValue<_, LivingProposal>;

	/// Who has proposed for the interval that is due.
	#[pallet::storage]
	pub type Proposers<T> = StorageValue<_, SignerBitmap, ValueQuery>;

	/// The last interval of each set that is out of office and has not handed over on every bridge.
	#[pallet::storage]
	pub type HandOvers<T> = StorageMap<_, Twox64Concat, SetId, IntervalNumber>;

	/// Intervals that are older than retention but wait for a hand-over.
	#[pallet::storage]
	pub type Overdue<T> = StorageValue<
		_,
		BoundedVec<IntervalNumber, ConstU32<{ super::retention::MAX_OVERDUE }>>,
		ValueQuery,
	>;

	/// The bridges.
	#[pallet::storage]
	pub type Bridges<T: Config> =
		StorageValue<_, BoundedVec<RegisteredBridge, T::MaxBridges>, ValueQuery>;

	/// Signatures of snapshots, a quorum of each.
	#[pallet::storage]
	pub type Signatures<T> =
		StorageDoubleMap<_, Twox64Concat, IntervalNumber, Twox64Concat, Bridge, RecordedSignatures>;

	/// Attestations of receipts that are no quorum yet.
	#[pallet::storage]
	pub type Attested<T> = StorageDoubleMap<
		_,
		Twox64Concat,
		IntervalNumber,
		Twox64Concat,
		Bridge,
		Attestations,
		ValueQuery,
	>;

	/// Receipts, each attested by a quorum.
	#[pallet::storage]
	pub type Receipts<T> =
		StorageDoubleMap<_, Twox64Concat, IntervalNumber, Twox64Concat, Bridge, Receipt>;

	/// Incarnations of the logs that were begun anew. Kept for ever: no incarnation comes back.
	#[pallet::storage]
	pub type Incarnations<T> = StorageMap<_, Blake2_128Concat, AccountId, Incarnation, ValueQuery>;

	/// The offences that were reported, with their numbers.
	#[pallet::storage]
	pub type Reported<T> = StorageMap<_, Identity, H256, u64>;

	/// The same by number, so that the oldest is forgotten when there are too many.
	#[pallet::storage]
	pub type ReportedInOrder<T> = StorageMap<_, Twox64Concat, u64, H256>;

	/// Which numbers are in use.
	#[pallet::storage]
	pub type ReportedRange<T> = StorageValue<_, Remembered, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An interval began.
		IntervalBegan { interval: IntervalNumber, set_id: SetId },
		/// A snapshot was proposed.
		Proposed {
			interval: IntervalNumber,
			turn: u64,
			proposer: u32,
			proposal: H256,
			snapshot: H256,
		},
		/// A member approved a proposal.
		Approved { proposal: H256, member: u32 },
		/// A member rejected a proposal.
		Rejected { proposal: H256, member: u32, reason: RejectReason },
		/// More than f members rejected a proposal: the next turn's member proposes.
		Voided { interval: IntervalNumber, proposal: H256 },
		/// A quorum approved: this is the interval's snapshot.
		Confirmed { interval: IntervalNumber, set_id: SetId, snapshot: H256, proposer: u32 },
		/// A quorum's signatures of a snapshot are on chain, for anyone to post.
		SignaturesRecorded { interval: IntervalNumber, bridge: Bridge, signers: SignerBitmap },
		/// A set out of office has nothing left to do.
		HandedOver { set_id: SetId, interval: IntervalNumber },
		/// Too many sets wait for their hand-over: the oldest is let go.
		HandOverGivenUp { set_id: SetId, interval: IntervalNumber },
		/// A quorum attested where a snapshot was posted.
		ReceiptRecorded { interval: IntervalNumber, bridge: Bridge, receipt: Receipt },
		/// An anchor begins its log anew.
		IncarnationRaised { origin: AccountId, incarnation: u32 },
		/// A bridge was registered.
		BridgeAdded { bridge: Bridge },
		/// A bridge was removed.
		BridgeRemoved { bridge: Bridge },
		/// An offence was proven. No reporter: the author of the block is.
		OffenceReported { offence: Offence, reporter: Option<AccountId> },
	}

	#[pallet::error]
	pub enum Error<T> {
		/// Nothing to propose: no interval is over and unconfirmed, or it is another one.
		NotDue,
		/// A field that the chain knows is another one: read `expected` again.
		SnapshotDiffers,
		/// Roots or counts are those of no tree, or members are counted that the set does not have.
		Incoherent,
		/// The turn has its proposal already: wait for the next turn.
		TurnTaken,
		/// It is somebody else's turn, or the signature is not that of the member in turn.
		NotInTurn,
		/// No such proposal lives: its turn is over, or it was voided, replaced or confirmed.
		NoSuchProposal,
		/// The member has voted on this proposal.
		AlreadyVoted,
		/// The set has no member with this index.
		NotAMember,
		/// The set is not known any more.
		UnknownSet,
		/// The signature is not the member's, or has a high `s`.
		BadSignature,
		/// There is no confirmed snapshot of this interval, or it is not kept any more.
		NotConfirmed,
		/// The signers are not exactly a quorum of the set with one signature each.
		NotAQuorum,
		/// It is on chain already.
		AlreadyRecorded,
		/// No such bridge is registered: governance adds it.
		UnknownBridge,
		/// The bridge is registered already.
		BridgeExists,
		/// There are as many bridges as there can be: remove one.
		TooManyBridges,
		/// The next incarnation is another number.
		WrongIncarnation,
		/// An incarnation is raised once in an interval.
		RaisedInThisInterval,
		/// The statements show no offence by a member of a set that is still known.
		NoOffence,
		/// This offence was reported.
		AlreadyReported,
		/// Without a signer, only the node that writes the block reports: sign the report.
		NotFromThisNode,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::begin_block()
		}

		fn integrity_test() {
			assert!(T::MaxMembers::get() <= MAX_MEMBERS, "more members than bits");
			assert!(T::MaxUnconfirmed::get() >= 2, "an interval ends when the next one begins");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Proposes the snapshot of the interval that is due, in one's turn.
		///
		/// `counted` are the members whose vectors the cut counts. Signed by the member in turn, over the
		/// [`smartlayer_commitment::Proposal`] of this turn.
		#[pallet::call_index(0)]
		#[pallet::weight((
			T::WeightInfo::propose(T::MaxMembers::get()),
			DispatchClass::Operational,
			Pays::No
		))]
		#[pallet::authorize(Self::authorize_propose)]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_propose(T::MaxMembers::get()))]
		pub fn propose(
			origin: OriginFor<T>,
			snapshot: Snapshot,
			counted: SignerBitmap,
			_signature: EvmSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_propose(snapshot, counted)
		}

		/// Votes on the living proposal. Signed over the [`smartlayer_commitment::Vote`].
		#[pallet::call_index(1)]
		#[pallet::weight((
			T::WeightInfo::vote_that_confirms(T::MaxMembers::get()),
			DispatchClass::Operational,
			Pays::No
		))]
		#[pallet::authorize(Self::authorize_vote)]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_vote(T::MaxMembers::get()))]
		pub fn vote(
			origin: OriginFor<T>,
			member: u32,
			proposal: H256,
			choice: Choice,
			_signature: EvmSignature,
		) -> DispatchResultWithPostInfo {
			ensure_authorized(origin)?;
			Self::do_vote(member, proposal, choice)
		}

		/// Records the signatures of a confirmed snapshot for a bridge: exactly a quorum, in the order of the bits.
		///
		/// Anybody who has collected them may submit them: they authorise themselves.
		#[pallet::call_index(2)]
		#[pallet::weight((
			T::WeightInfo::record_signatures(signatures.signers.count()),
			DispatchClass::Operational,
			Pays::No
		))]
		#[pallet::authorize(Self::authorize_signatures)]
		#[pallet::weight_of_authorize(
			T::WeightInfo::authorize_record_signatures(signatures.signers.count())
		)]
		pub fn record_signatures(
			origin: OriginFor<T>,
			interval: IntervalNumber,
			bridge: Bridge,
			signatures: RecordedSignatures,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_record_signatures(interval, bridge, signatures)
		}

		/// Attests where a snapshot was posted. Signed by a member of the set in office, over the
		/// [`smartlayer_commitment::ReceiptAttestation`].
		#[pallet::call_index(3)]
		#[pallet::weight((
			T::WeightInfo::attest_receipt(T::MaxMembers::get()),
			DispatchClass::Operational,
			Pays::No
		))]
		#[pallet::authorize(Self::authorize_receipt)]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_attest_receipt(
			T::MaxMembers::get()
		))]
		pub fn attest_receipt(
			origin: OriginFor<T>,
			member: u32,
			interval: IntervalNumber,
			bridge: Bridge,
			receipt: Receipt,
			_signature: EvmSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_attest_receipt(member, interval, bridge, receipt)
		}

		/// Raises the incarnation of a member's log by one, once in an interval. Signed by a member of the set in office,
		/// over the [`smartlayer_operations::IncarnationRaise`].
		#[pallet::call_index(4)]
		#[pallet::weight((
			T::WeightInfo::raise_incarnation(T::MaxMembers::get()),
			DispatchClass::Operational,
			Pays::No
		))]
		#[pallet::authorize(Self::authorize_raise)]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_raise_incarnation(
			T::MaxMembers::get()
		))]
		pub fn raise_incarnation(
			origin: OriginFor<T>,
			member: u32,
			incarnation: u32,
			_signature: EvmSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_raise_incarnation(member, incarnation)
		}

		/// Reports an offence of an anchor. The fee is given back when the evidence is good and new.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::report_equivocation(evidence.size(), T::MaxMembers::get()))]
		pub fn report_equivocation(
			origin: OriginFor<T>,
			evidence: Box<Evidence>,
		) -> DispatchResultWithPostInfo {
			let reporter = ensure_signed(origin)?;
			Self::do_report(Some(reporter), &evidence)?;
			Ok(Pays::No.into())
		}

		/// Registers a bridge, for which snapshots are signed from now on.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::add_bridge())]
		pub fn add_bridge(origin: OriginFor<T>, bridge: Bridge) -> DispatchResult {
			T::BridgeOrigin::ensure_origin(origin)?;
			Self::do_add_bridge(bridge)
		}

		/// Removes a bridge: nobody owes it anything any more, and signatures for it are no evidence any more.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::remove_bridge())]
		pub fn remove_bridge(origin: OriginFor<T>, bridge: Bridge) -> DispatchResult {
			T::BridgeOrigin::ensure_origin(origin)?;
			Self::do_remove_bridge(bridge)
		}

		/// Reports an offence of an anchor, in a block of the node that found it: it is not passed on.
		#[pallet::call_index(8)]
		#[pallet::weight((
			T::WeightInfo::report_equivocation(evidence.size(), T::MaxMembers::get()),
			DispatchClass::Operational,
			Pays::No
		))]
		#[pallet::authorize(Self::authorize_report)]
		#[pallet::weight_of_authorize(T::WeightInfo::report_equivocation(
			evidence.size(),
			T::MaxMembers::get()
		))]
		pub fn report_equivocation_unsigned(
			origin: OriginFor<T>,
			evidence: Box<Evidence>,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_report(None, &evidence)
		}
	}
}
