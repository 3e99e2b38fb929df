//! Service nodes: registration, bonds, placement salts, probation and jail, slashes and rewards.
//!
//! A **node** belongs to the account that registered it, one node to an account. The account holds the bond, pays the
//! fees, is slashed and is paid.
//!
//! # Who calls it
//!
//! - An operator registers a node, changes what it offers, leaves and withdraws: the calls of origin `Signed`.
//! - The judge of service levels passes verdicts through [`NodeVerdicts`]. Nothing of it can fail: a verdict that does
//!   not fit has no effect.
//! - Whoever collects rent hands it to [`RentToNodes`]; whoever pays calls out reports what was burned through
//!   [`BurnRecords`].
//! - Everybody may claim a reward for a node, fix a salt that is known, and apply a slash that is due.
//!
//! # States
//!
//! ```text
//!              passed_probation               jail, or a bond too small after a slash
//!  register -> Probation -----------> Active ------------------------------------> Jailed
//!                  ^  ^---- jail (begins anew)                                       |
//!                  +--------------------- try_again, release ------------------------+
//!  Probation, Active, Jailed -- leave --> Leaving -- withdraw --> gone
//! ```
//!
//! # Invariants
//!
//! - **The hold of an account for [`HoldReason::Bond`] is its node's bond.** Slashing and withdrawing are all that
//!   lowers it: what is offered less is not released, or a node could escape a verdict by offering less.
//! - **A verdict on an epoch is judged by the terms of that epoch.** New terms count from the next epoch, and the terms
//!   of the last [`VERDICT_WINDOW`] epochs are kept.
//! - **An account has one placement salt for ever**, made of the randomness that BABE announced at the start of the
//!   second epoch after its first registration, which nobody knew before. Neither leaving nor waiting changes it: that
//!   randomness is kept until the last account of its epoch has drawn. Who registers a hundred nodes to keep the three
//!   best-placed pays a hundred fees, and has a hundred bonds locked for a probation and an unbonding period.
//! - **A breach is slashed once**: the key of a slash is (node, epoch), also after it was applied or cancelled; another
//!   epoch is another slash. A bond is not withdrawn while a slash waits.
//! - **The pot's account covers what eras owe for capacity.** Inflation adds to each unit of rent once and at most as
//!   much as that unit.
//! - **A reward for paid calls is at most half of what was burned**, so that whoever pays itself loses.
//!
//! # Costs
//!
//! The hooks' work does not depend on the number of nodes: at the start of an epoch at most [`MAX_UNSEEDED`] seeds are
//! written and one era is closed; idle time applies at most [`MAX_SLASHES_PER_BLOCK`] slashes and removes at most
//! [`MAX_POINTS_PER_BLOCK`] records of expired eras. Rewards are claimed one by one.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod api;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod eras;
mod offers;
mod parameters;
mod recent;
mod registration;
mod rewards;
mod salts;
mod slashes;
mod states;
#[cfg(test)]
mod tests;
mod traits;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use eras::{MAX_POINTS_PER_BLOCK, MAX_UNSEEDED};
pub use pallet::*;
pub use parameters::{MAX_CLAIM_WINDOW, MAX_EPOCHS_PER_ERA, MIN_PROBATION_EPOCHS};
pub use recent::Recent;
pub use rewards::RentToNodes;
pub use slashes::MAX_SLASHES_PER_BLOCK;
pub use traits::{BurnRecords, EpochRandomness, NodeReads, NodeVerdicts, Placement};
pub use types::{
	Cohort, Era, EraPoints, EraPot, Node, Offers, QueuedSlash, Record, Rent, Totals, MAX_OFFERS,
	MIN_LEAVING_EPOCHS, VERDICT_WINDOW,
};
pub use weights::WeightInfo;

#[frame_support::pallet]
#[allow(
	clippy::cast_possible_truncation,
	clippy::expect_used,
	clippy::unreachable,
	reason = "what the macros expand to"
)]
pub mod pallet {
	use super::*;
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{hold, Balanced, Mutate},
		weights::WeightMeter,
		PalletId,
	};
	use frame_system::pallet_prelude::*;
	use smartlayer_types::{
		endpoint::Endpoint,
		nodes::{EpochIndex, EraIndex, NodeState, PeerKey, Terms},
		AccountId, Balance, BlockNumber,
	};
	use sp_core::{ed25519, H256};
	use sp_runtime::{traits::BlockNumberProvider, Perbill};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, Hash = H256> {
		/// The native token.
		type Currency: Mutate<AccountId, Balance = Balance>
			+ Balanced<AccountId>
			+ hold::Mutate<AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// The chain's height: periods are counted in blocks.
		type Blocks: BlockNumberProvider<BlockNumber = BlockNumber>;

		/// BABE's epochs and their randomness. This pallet must be initialised after BABE and the session.
		type Epochs: EpochRandomness;

		/// Which shards were placed where.
		type Placement: Placement<AccountId>;

		/// Who can cancel slashes.
		type SlashAdmin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Account in which rent waits for those who earned it.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Whether endpoints of plain HTTP and local names are taken: on development chains.
		type DevelopmentEndpoints: Get<bool>;

		/// Burned at registration.
		type RegistrationFee: Get<Balance>;

		/// Burned when a jailed node asks for another probation.
		type RetryFee: Get<Balance>;

		/// The bond's fixed part. It is what choosing among salts costs, as capacity can be offered later: it should
		/// be the larger part of a usual bond.
		type BondBase: Get<Balance>;

		/// The bond's part for each shard of capacity.
		type BondPerCapacity: Get<Balance>;

		/// The bond's part for each call per second of throughput.
		type BondPerThroughput: Get<Balance>;

		/// The shortest probation, in epochs; at least [`MIN_PROBATION_EPOCHS`], so that the salt is known.
		type ProbationEpochs: Get<EpochIndex>;

		/// The shortest stay in jail, in blocks.
		type JailPeriod: Get<BlockNumber>;

		/// From leaving to withdrawing the bond, in blocks, and at least [`MIN_LEAVING_EPOCHS`] epochs.
		type UnbondingPeriod: Get<BlockNumber>;

		/// From the verdict to a slash, in blocks: the time for governance to cancel it.
		type SlashDelay: Get<BlockNumber>;

		/// Share of the bond that a slash of the first rung burns; each further rung adds as much.
		type SlashStep: Get<Perbill>;

		/// The largest share of the bond that one slash burns; at most all of it.
		type MaxSlash: Get<Perbill>;

		/// Epochs in an era, from 1 to [`MAX_EPOCHS_PER_ERA`].
		type EpochsPerEra: Get<EpochIndex>;

		/// How many eras a reward can be claimed after its own, from 1 to [`MAX_CLAIM_WINDOW`].
		type ClaimWindow: Get<EraIndex>;

		/// What inflation adds to rent, as a share of it; at most as much again.
		type InflationShare: Get<Perbill>;

		/// Reward for paid calls, as a share of what was burned; at most half.
		type PaidCallShare: Get<Perbill>;

		/// The most rewards that one call can claim.
		#[pallet::constant]
		type MaxClaims: Get<u32>;

		/// Weights of calls and hooks.
		type WeightInfo: WeightInfo;

		/// Sets up what benchmarks need of others.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper;
	}

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The bond of a service node.
		#[codec(index = 0)]
		Bond,
	}

	/// Registered nodes.
	#[pallet::storage]
	pub type Nodes<T: Config> = CountedStorageMap<_, Blake2_128Concat, AccountId, Node>;

	/// The account of each node by its number, without gaps: the last takes the number of one that goes.
	#[pallet::storage]
	pub type NodeAt<T: Config> = StorageMap<_, Twox64Concat, u32, AccountId>;

	/// What each node offers and offered.
	#[pallet::storage]
	pub type OffersOf<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Offers, ValueQuery>;

	/// Whose an endpoint is.
	#[pallet::storage]
	pub type Endpoints<T: Config> = StorageMap<_, Blake2_128Concat, Endpoint, AccountId>;

	/// Whose a peer key is.
	#[pallet::storage]
	pub type PeerKeys<T: Config> = StorageMap<_, Blake2_128Concat, PeerKey, AccountId>;

	/// What is kept for ever of every account that ever registered a node.
	#[pallet::storage]
	pub type Records<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, Record>;

	/// Sums over all nodes.
	#[pallet::storage]
	pub type NodeTotals<T: Config> = StorageValue<_, Totals, ValueQuery>;

	/// The epoch that this pallet last saw begin.
	#[pallet::storage]
	pub type CurrentEpoch<T: Config> = StorageValue<_, EpochIndex, ValueQuery>;

	/// Accounts that first registered in an epoch and have not drawn their salts, with what to draw from.
	#[pallet::storage]
	pub type Cohorts<T: Config> = StorageMap<_, Twox64Concat, EpochIndex, Cohort>;

	/// The epochs whose cohorts have no randomness yet.
	#[pallet::storage]
	pub type Unseeded<T: Config> =
		StorageValue<_, BoundedVec<EpochIndex, ConstU32<MAX_UNSEEDED>>, ValueQuery>;

	/// Slashes that wait, by node and epoch of the breach.
	#[pallet::storage]
	pub type Slashes<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, AccountId, Twox64Concat, EpochIndex, QueuedSlash>;

	/// The same slashes in the order in which they came; entries of applied and cancelled ones are passed over.
	#[pallet::storage]
	pub type SlashOrder<T: Config> = StorageMap<_, Twox64Concat, u64, (AccountId, EpochIndex)>;

	/// The first number in [`SlashOrder`], and the next to give.
	#[pallet::storage]
	pub type SlashOrderRange<T: Config> = StorageValue<_, (u64, u64), ValueQuery>;

	/// The era in which the chain is.
	#[pallet::storage]
	pub type CurrentEra<T: Config> = StorageValue<_, Era, ValueQuery>;

	/// The oldest era whose rewards can be claimed; never falls.
	#[pallet::storage]
	pub type OldestEra<T: Config> = StorageValue<_, EraIndex, ValueQuery>;

	/// The oldest era of which [`PointsOf`] may have records.
	#[pallet::storage]
	pub type OldestPoints<T: Config> = StorageValue<_, EraIndex, ValueQuery>;

	/// Rent of the current era.
	#[pallet::storage]
	pub type CollectedRent<T: Config> = StorageValue<_, Rent, ValueQuery>;

	/// What an era that ended pays for capacity.
	#[pallet::storage]
	pub type EraPots<T: Config> = StorageMap<_, Twox64Concat, EraIndex, EraPot>;

	/// What is recorded of a node in an era.
	#[pallet::storage]
	pub type PointsOf<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		EraIndex,
		Blake2_128Concat,
		AccountId,
		EraPoints,
		ValueQuery,
	>;

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		#[serde(skip)]
		pub marker: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// Funds the pot, so that it exists whatever rent comes in.
		fn build(&self) {
			Pallet::<T>::fund_pot();
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A node was registered.
		Registered {
			node: AccountId,
			endpoint: Endpoint,
			peer_key: PeerKey,
			terms: Terms,
			bond: Balance,
		},
		/// A node is in another state.
		StateChanged { node: AccountId, state: NodeState },
		/// A node has another endpoint or peer key.
		EndpointChanged { node: AccountId, endpoint: Endpoint, peer_key: PeerKey },
		/// A node offers something else from an epoch on.
		TermsChanged { node: AccountId, from: EpochIndex, terms: Terms },
		/// A node named who runs it.
		OperatorChanged { node: AccountId, operator: AccountId },
		/// A bond grew.
		Bonded { node: AccountId, amount: Balance, bond: Balance },
		/// A node is gone, and its bond released.
		Withdrawn { node: AccountId, bond: Balance },
		/// A fee was burned.
		FeeBurned { account: AccountId, amount: Balance },
		/// An account's placement salt is known.
		SaltDrawn { account: AccountId, salt: H256 },
		/// A node broke its service level; nothing else follows.
		Warned { node: AccountId, epoch: EpochIndex },
		/// A slash waits.
		SlashQueued {
			node: AccountId,
			epoch: EpochIndex,
			rung: u8,
			amount: Balance,
			due: BlockNumber,
		},
		/// A slash was cancelled.
		SlashCancelled { node: AccountId, epoch: EpochIndex },
		/// A slash was applied, and this much burned.
		Slashed { node: AccountId, epoch: EpochIndex, amount: Balance },
		/// Rent came in.
		RentReceived { amount: Balance },
		/// Rent could not be kept and was burned.
		RentBurned { amount: Balance },
		/// An era ended; its pot pays for capacity, and this much of it is new money.
		EraEnded { era: EraIndex, pot: Balance, inflation: Balance },
		/// An era's rewards can't be claimed any more; this much goes to those of the current era.
		EraExpired { era: EraIndex, unclaimed: Balance },
		/// A node was rewarded for an era.
		Claimed { era: EraIndex, node: AccountId, capacity: Balance, paid_calls: Balance },
		/// A claim in a batch failed and was left out.
		ClaimSkipped { era: EraIndex, node: AccountId, reason: DispatchError },
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The account has a node; withdraw it before registering another.
		AlreadyRegistered,
		/// The account has no node.
		NotRegistered,
		/// The endpoint must be an origin such as https://node.example.org:8443.
		MalformedEndpoint,
		/// Another node has this endpoint.
		EndpointTaken,
		/// Another node has this peer key.
		PeerKeyTaken,
		/// The peer key must sign the account, the endpoint in its one spelling, and itself.
		BadPeerProof,
		/// Availability is at most full, percentiles are in ascending order, capacity is not zero.
		IncoherentTerms,
		/// The node is leaving; withdraw and register again.
		NodeLeaving,
		/// The node is not leaving; call `leave` first.
		NodeNotLeaving,
		/// The unbonding period is not over.
		StillUnbonding,
		/// Slashes of this node wait; apply them first.
		SlashesPending,
		/// The node is not in jail.
		NodeNotJailed,
		/// The jail period is not over.
		StillJailed,
		/// The bond is below what the terms require; call `bond_extra` first.
		BondTooSmall,
		/// An amount must be above zero.
		ZeroAmount,
		/// The account never registered a node.
		NoRecord,
		/// The randomness for this salt is announced at the start of the second epoch after registration.
		SaltUnknown,
		/// The salt has been drawn.
		SaltKnown,
		/// No slash of this node for this epoch waits.
		NoSuchSlash,
		/// The slash can't be applied yet.
		SlashNotDue,
		/// Rewards can be claimed when their era is over.
		EraNotOver,
		/// The rewards of this era could be claimed for some eras, which are over.
		EraTooOld,
		/// The node's reward for this era was claimed.
		AlreadyClaimed,
		/// The node earned nothing in this era.
		NothingToClaim,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::follow_epochs()
		}

		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(remaining);
			Self::apply_due_slashes(&mut meter);
			Self::clean_points(&mut meter);
			meter.consumed()
		}

		fn integrity_test() {
			assert!(T::MaxClaims::get() > 0, "a batch of no claims is no batch");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers the caller's node, bonds what its terms require and burns the registration fee.
		///
		/// `proof` is the peer key's signature of [`smartlayer_types::nodes::registration_digest`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register())]
		pub fn register(
			origin: OriginFor<T>,
			endpoint: Endpoint,
			peer_key: PeerKey,
			proof: ed25519::Signature,
			terms: Terms,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register(&who, &endpoint, peer_key, &proof, terms)
		}

		/// Gives the caller's node another endpoint or peer key, with the same proof as at registration.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::update_endpoint())]
		pub fn update_endpoint(
			origin: OriginFor<T>,
			endpoint: Endpoint,
			peer_key: PeerKey,
			proof: ed25519::Signature,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update_endpoint(&who, &endpoint, peer_key, &proof)
		}

		/// Changes what the caller's node offers from the next epoch on, and bonds what is missing for it.
		///
		/// Nothing is released where less is offered.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::update_terms())]
		pub fn update_terms(origin: OriginFor<T>, terms: Terms) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update_terms(&who, terms)
		}

		/// Names who runs the caller's node: the account under which nodes of one operator count together.
		///
		/// It gives that account no rights, and the node no more weight than it has by itself.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::set_operator())]
		pub fn set_operator(origin: OriginFor<T>, operator: AccountId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_operator(&who, operator)
		}

		/// Adds to the bond of the caller's node.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::bond_extra())]
		pub fn bond_extra(
			origin: OriginFor<T>,
			#[pallet::compact] amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_bond_extra(&who, amount)
		}

		/// Ends the service of the caller's node and begins the unbonding period.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::leave())]
		pub fn leave(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_leave(&who)
		}

		/// Removes a node whose unbonding period is over and releases its bond. Anyone may call it.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::withdraw())]
		pub fn withdraw(origin: OriginFor<T>, node: AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_withdraw(&node)
		}

		/// Begins another probation of the caller's node after its jail period, for a fee that is burned.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::try_again())]
		pub fn try_again(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_try_again(&who)
		}

		/// Fixes the placement salt of an account whose randomness is known. Anyone may call it; it changes nothing
		/// about the salt when that happens.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::draw_salt())]
		pub fn draw_salt(origin: OriginFor<T>, account: AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_draw_salt(&account)
		}

		/// Applies a slash that is due. Anyone may call it.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::apply_slash())]
		pub fn apply_slash(
			origin: OriginFor<T>,
			node: AccountId,
			#[pallet::compact] epoch: EpochIndex,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_apply_slash(&node, epoch)
		}

		/// Cancels a slash that waits; the same breach can't be slashed again.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::cancel_slash())]
		pub fn cancel_slash(
			origin: OriginFor<T>,
			node: AccountId,
			#[pallet::compact] epoch: EpochIndex,
		) -> DispatchResult {
			T::SlashAdmin::ensure_origin(origin)?;
			Self::do_cancel_slash(&node, epoch)
		}

		/// Pays a node its reward for an era that is over. Anyone may call it.
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::claim())]
		pub fn claim(
			origin: OriginFor<T>,
			#[pallet::compact] era: EraIndex,
			node: AccountId,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_claim(era, &node)
		}

		/// Pays several rewards; a claim that fails is left out with an event.
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::claim_many(u32::try_from(claims.len()).unwrap_or(u32::MAX)))]
		pub fn claim_many(
			origin: OriginFor<T>,
			claims: BoundedVec<(EraIndex, AccountId), T::MaxClaims>,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_claim_many(claims);
			Ok(())
		}
	}
}
