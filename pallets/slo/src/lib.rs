//! Judges service nodes by what anchors measured of them.
//!
//! # An epoch's way
//!
//! 1. **Probing.** In the first block of an epoch the pallet notes the anchor set, each anchor's VRF key, the epoch's
//!    randomness and K. Each anchor draws its nodes with its VRF ([`smartlayer_types::slo::draw`]), measures them as a
//!    client would, and commits to a Merkle root over pages of reports with [`Call::commit_reports`].
//! 2. **Revealing.** In the next epoch, and only then, it shows its draw once with [`Call::show_draw`], and opens
//!    page after page with [`Call::open_reports`]. Nobody could copy: a page's leaf names its prober.
//! 3. **Judging.** Node by node the medians are held against the node's own terms of the probed epoch
//!    ([`smartlayer_types::slo::verdict`]). Whoever is on probation and keeps them passes. Failing stake adds up.
//! 4. **Executing.** Only when all nodes are judged is it known whether there was an outage
//!    ([`smartlayer_types::slo::guard`]); then each breach has its consequence
//!    ([`smartlayer_types::slo::ladder`]), or in an outage the node is jailed and nothing more.
//! 5. **Clearing.** The epoch's leftovers are removed.
//!
//! Epochs are judged strictly one after the other. Steps 3 to 5 run in `on_idle`, a bounded number of nodes per
//! block, and anybody may do them with [`Call::judge`], [`Call::execute`] and [`Call::advance`].
//!
//! # Who calls it
//!
//! Anchors, without fees: `commit_reports` and `show_draw` are signed by the anchor key. `open_reports` is not:
//! it shows what only the anchor knew, and its pre-image is cheaper to check than a signature. Everything else
//! is open to all, and costs nothing where it did something.
//!
//! # Invariants
//!
//! - **Missing reports, disputed reports and epochs without verdicts never have a consequence.**
//! - A verdict rests on at least K reports, of different anchors, each of which had drawn the node.
//! - A slash rests on three breaches and on breach reports of more than f different anchors within the window, all of
//!   the medians' order of magnitude, and none of an epoch with an outage.
//! - Only nodes on duty have strikes: not those on probation, in jail, or that left before the epoch.
//! - At most [`MAX_EPOCHS`] epochs are kept. If that many await judgement, the current one isn't probed at all.
//!
//! # Costs
//!
//! With 10,000 nodes and K = 3 (7), at most 6 (14) anchors draw a node on average. A report has 56 bytes in a
//! page, so that an epoch's pages have at most 3.4 (7.9) MB in 470 (1,100) transactions; opened, a report takes 36 bytes
//! of storage and a node about 110 more, so that at most two epochs at a time (one opened, one judged) take
//! 6.5 (12.3) MB until the verdicts. What stays is 140 bytes a node, and at most 5 KB for a node with strikes.
//! With [`Config::MaxSteps`] of 50, 10,000 nodes are judged in 200 blocks and, if all of them failed, have their
//! consequences in 200 more, of the 1,200 blocks of an hour. The worst block is one with `MaxSteps` of the
//! heaviest step, beside calls; `on_idle` never takes more than what the block has left, of which ordinary
//! transactions can't take everything.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod api;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod commit;
mod epochs;
mod execute;
mod idle;
mod judge;
mod open;
#[cfg(test)]
mod tests;
mod traits;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
pub use traits::BenchmarkHelper;
pub use traits::{EpochClock, Nodes, ProbeRewards, ProberSets};
pub use types::{
	BreachWitnesses, Commitment, Conduct, LatestVerdict, OpenedReports, Prober, MAX_STRIKES,
};
pub use weights::WeightInfo;

pub use pallet::*;

/// The most epochs that are kept.
pub const MAX_EPOCHS: u32 = 16;

/// How many epochs are kept when all is done, to be looked at.
pub const KEPT_EPOCHS: u32 = 4;

/// The widest that the ladder's window can be, in epochs.
pub const MAX_LADDER_WINDOW: u64 = 1_000;

/// How many blocks an anchor's call stays in the pool.
pub const LONGEVITY: u64 = 64;

#[frame_support::pallet]
#[allow(
	clippy::cast_possible_truncation,
	clippy::expect_used,
	clippy::unreachable,
	reason = "what the macro expands to"
)]
pub mod pallet {
	use super::*;
	use frame_support::pallet_prelude::*;
	use frame_system::{ensure_authorized, pallet_prelude::*};
	use smartlayer_types::{
		evm::EvmSignature,
		slo::{
			draw::DrawProof,
			epoch::EpochRecord,
			ladder::Consequence,
			page::{Page, Path},
			verdict::Outcome,
		},
		AccountId, Balance, SetId,
	};
	use sp_core::H256;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, Hash = H256> {
		/// Weights of calls and hooks.
		type WeightInfo: WeightInfo;

		/// The anchors, and the keys of their VRF.
		type Anchors: ProberSets;

		/// BABE's epochs. Their session hook must run before this pallet's `on_initialize`.
		type Epochs: EpochClock;

		/// The nodes that are judged.
		type Nodes: Nodes;

		/// Rewards for probing.
		type ProbeRewards: ProbeRewards;

		/// K: how many reports a verdict should rest on. Made odd, and held between max(3, f + 1) and the number of
		/// anchors, where an epoch begins.
		type Probers: Get<u32>;

		/// Epochs within which breaches and witnesses add up, held between 1 and [`MAX_LADDER_WINDOW`].
		type LadderWindow: Get<u64>;

		/// The most anchors in a set. An epoch with more is not probed.
		#[pallet::constant]
		type MaxAnchors: Get<u32>;

		/// The most steps of judging, executing and clearing in one block's idle time, or in one call.
		#[pallet::constant]
		type MaxSteps: Get<u32>;

		/// What benchmarks need of others.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper;
	}

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// The epoch of the latest block.
	#[pallet::storage]
	pub type CurrentEpoch<T> = StorageValue<_, u64, OptionQuery>;

	/// The epochs that are kept, the oldest first.
	#[pallet::storage]
	pub type Schedule<T> = StorageValue<_, BoundedVec<u64, ConstU32<MAX_EPOCHS>>, ValueQuery>;

	/// What is known of each epoch in the schedule.
	#[pallet::storage]
	pub type Epochs<T> = StorageMap<_, Twox64Concat, u64, EpochRecord, OptionQuery>;

	/// The anchors that probe in an epoch, by their index in its set.
	#[pallet::storage]
	pub type Probers<T: Config> =
		StorageMap<_, Twox64Concat, u64, BoundedVec<Prober, T::MaxAnchors>, ValueQuery>;

	/// What anchors committed to, by epoch and index of the anchor.
	#[pallet::storage]
	pub type Commitments<T> =
		StorageDoubleMap<_, Twox64Concat, u64, Twox64Concat, u32, Commitment, OptionQuery>;

	/// Opened reports that await judgement, by epoch and node.
	#[pallet::storage]
	pub type Reports<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		u64,
		Blake2_128Concat,
		AccountId,
		OpenedReports<T::MaxAnchors>,
		ValueQuery,
	>;

	/// Points of the anchors of an epoch that is judged, by their index in its set.
	#[pallet::storage]
	pub type Points<T: Config> =
		StorageMap<_, Twox64Concat, u64, BoundedVec<u32, T::MaxAnchors>, ValueQuery>;

	/// Failing stake of each operator in an epoch that is judged, before the cap.
	#[pallet::storage]
	pub type FailingStake<T> =
		StorageDoubleMap<_, Twox64Concat, u64, Blake2_128Concat, AccountId, Balance, ValueQuery>;

	/// Breaches that await their consequence, by epoch and node.
	#[pallet::storage]
	pub type Breaches<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		u64,
		Blake2_128Concat,
		AccountId,
		BreachWitnesses<T::MaxAnchors>,
		OptionQuery,
	>;

	/// The latest verdict over each node.
	#[pallet::storage]
	pub type Verdicts<T> = StorageMap<_, Blake2_128Concat, AccountId, LatestVerdict, OptionQuery>;

	/// Strikes of nodes that breached their terms while on duty.
	#[pallet::storage]
	pub type Conducts<T: Config> =
		StorageMap<_, Blake2_128Concat, AccountId, Conduct<T::MaxAnchors>, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An epoch began in which nodes are probed by the anchors of `set`; a verdict needs `probers` reports.
		EpochBegun { epoch: u64, set: SetId, probers: u32 },
		/// An epoch began in which no nodes are probed: too many await judgement, or there is no anchor set of
		/// supported size, or no randomness.
		EpochSkipped { epoch: u64 },
		/// An anchor committed to its reports.
		ReportsCommitted { epoch: u64, prober: u32, root: H256, pages: u32 },
		/// An anchor showed which nodes are its own.
		DrawShown { epoch: u64, prober: u32, output: [u8; 32] },
		/// An anchor opened a page. Reports of nodes that were not there, or that another page had, don't count.
		ReportsOpened { epoch: u64, prober: u32, page: u32, counted: u32, skipped: u32 },
		/// A node was judged by so many reports.
		NodeJudged { epoch: u64, node: AccountId, outcome: Outcome, reports: u32 },
		/// All nodes of an epoch are judged.
		EpochJudged { epoch: u64, failing: Balance, total_bonded: Balance, outage: bool },
		/// A breach had its consequence: it was the node's `rung`-th within the window, witnessed by so many different
		/// anchors.
		BreachExecuted {
			epoch: u64,
			node: AccountId,
			consequence: Consequence,
			rung: u32,
			witnesses: u32,
		},
		/// A node failed in an outage: it is jailed if it was active, and there is no strike.
		BreachExcused { epoch: u64, node: AccountId },
		/// A node was not on duty any more when its breach was to have a consequence.
		BreachDropped { epoch: u64, node: AccountId },
		/// Nothing is left to do for an epoch.
		EpochDone { epoch: u64 },
		/// What was remembered of a node was removed.
		ConductForgotten { node: AccountId },
	}

	#[pallet::error]
	#[derive(PartialEq, Eq)]
	pub enum Error<T> {
		/// No such epoch is kept.
		UnknownEpoch,
		/// Commit while the epoch lasts.
		NotProbing,
		/// Show and open in the epoch after the probed one: that has not begun.
		NotRevealing,
		/// Show and open in the epoch after the probed one: that is over.
		RevealOver,
		/// This epoch's nodes aren't to be judged now: earlier epochs come first, and the revealing epoch must be over.
		NotJudging,
		/// This epoch's breaches aren't to have consequences now: all of its nodes must be judged first.
		NotExecuting,
		/// The epoch's set has no such member.
		UnknownProber,
		/// The member has no key for the VRF.
		NoVrfKey,
		/// The number of pages must be from 1 to the maximum.
		BadPageCount,
		/// The member committed already.
		AlreadyCommitted,
		/// The member did not commit to reports.
		NotCommitted,
		/// The member showed its draw already.
		AlreadyShown,
		/// Show the draw first.
		NotShown,
		/// The page is open already.
		AlreadyOpen,
		/// The commitment has no such page.
		UnknownPage,
		/// Reports must be of ascending nodes, and their numbers coherent.
		BadPage,
		/// The page isn't what was committed to.
		WrongRoot,
		/// The page has a report of a node that isn't the prober's own.
		NotDrawn,
		/// The anchor key did not sign this.
		BadSignature,
		/// The VRF proof isn't the member's for this epoch.
		BadProof,
		/// There are no reports of this node.
		NoReports,
		/// There is no breach of this node.
		NoBreach,
		/// There is nothing to do.
		NothingToDo,
		/// A node is remembered as long as it exists and as its strikes count.
		StillRemembered,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::do_initialize()
		}

		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			Self::do_idle(remaining)
		}

		#[cfg(feature = "std")]
		fn integrity_test() {
			assert!(T::MaxAnchors::get() > 0, "MaxAnchors must be above zero");
			assert!(T::MaxSteps::get() > 0, "MaxSteps must be above zero");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Commits the member to its reports of the epoch that lasts, once.
		#[pallet::call_index(0)]
		#[pallet::weight((T::WeightInfo::commit_reports(), DispatchClass::Operational, Pays::No))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_commit_reports())]
		#[pallet::authorize(Pallet::<T>::authorize_commit)]
		pub fn commit_reports(
			origin: OriginFor<T>,
			epoch: u64,
			prober: u32,
			root: H256,
			pages: u32,
			_signature: EvmSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_commit(epoch, prober, root, pages)
		}

		/// Shows which nodes were the member's own, in the epoch after the probed one, once.
		#[pallet::call_index(1)]
		#[pallet::weight((T::WeightInfo::show_draw(), DispatchClass::Operational, Pays::No))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_show_draw())]
		#[pallet::authorize(Pallet::<T>::authorize_draw)]
		pub fn show_draw(
			origin: OriginFor<T>,
			epoch: u64,
			prober: u32,
			shown: DrawProof,
			_signature: EvmSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_show(epoch, prober, &shown)
		}

		/// Opens a page of reports, in the epoch after the probed one, once.
		#[pallet::call_index(2)]
		#[pallet::weight((
			T::WeightInfo::open_reports(page.count()),
			DispatchClass::Operational,
			Pays::No
		))]
		#[pallet::weight_of_authorize(
			T::WeightInfo::authorize_open_reports(page.count())
		)]
		#[pallet::authorize(Pallet::<T>::authorize_page)]
		pub fn open_reports(
			origin: OriginFor<T>,
			epoch: u64,
			prober: u32,
			index: u32,
			_path: Path,
			page: Page,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_open(epoch, prober, index, &page)
		}

		/// Judges a node by its opened reports. Anybody may do that; it costs nothing if it was to be done.
		#[pallet::call_index(3)]
		#[pallet::weight(Pallet::<T>::weight_of_judging(T::MaxAnchors::get()))]
		pub fn judge(
			origin: OriginFor<T>,
			epoch: u64,
			node: AccountId,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let reports = Self::do_judge(epoch, &node)?;
			Ok((Some(Self::weight_of_judging(reports)), Pays::No).into())
		}

		/// Gives a breach its consequence. Anybody may do that; it costs nothing if it was to be done.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::execute(T::MaxAnchors::get()))]
		pub fn execute(
			origin: OriginFor<T>,
			epoch: u64,
			node: AccountId,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let witnesses = Self::do_execute(epoch, &node)?;
			Ok((Some(T::WeightInfo::execute(witnesses)), Pays::No).into())
		}

		/// Does up to so many steps of what idle time is for. Anybody may do that; it costs nothing if there was
		/// something to do.
		#[pallet::call_index(5)]
		#[pallet::weight(Pallet::<T>::weight_of_steps(*steps))]
		pub fn advance(origin: OriginFor<T>, steps: u32) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let done = Self::do_advance(steps)?;
			Ok((Some(Self::weight_of_steps(done)), Pays::No).into())
		}

		/// Removes what is remembered of a node that is gone, and whose strikes don't count any more.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::forget_conduct())]
		pub fn forget_conduct(origin: OriginFor<T>, node: AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_forget(&node)
		}
	}
}
