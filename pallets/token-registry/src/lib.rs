//! Token classes: who issued them, what anchors verified about them, what their operations may do, and their rent.
//!
//! # Who calls what
//! An **issuer** registers a class, changes it, sets its operation rules, asks for verification, offers it to another
//! issuer, suspends and retires it: by its own transaction, or by an action that it signs as EIP-712 and anybody
//! submits ([`Call::submit_for`]). **Anybody** pays rent, pokes a class (settles its rent, and retires it after a long
//! time in arrears) and removes a class some time after it was retired. **Anchors** attest, without a fee, whether a
//! contract shows the challenge of a class.
//!
//! # Invariants
//! - Class numbers begin at 1 and are never reused; contract and number of shards of a class never change.
//! - At most one class is verified for a contract, and no retired class is.
//! - Rules change in intervals that lie ahead and keep kinds at their indices; those of open intervals stay readable.
//! - The rent account holds what all classes paid in advance, and at least the existential deposit beside it. What is
//!   held of an issuer for [`HoldReason::ClassDeposit`] is the sum of the deposits of its classes.
//! - A class in arrears is suspended from the very block in which its balance no longer suffices, without anybody
//!   having to touch it; it is never deleted at once.
//!
//! # Costs
//! A deposit per class and byte is held of the issuer until the class is removed. Rent is paid in advance, per shard,
//! node and block. A request for verification costs a fee that is burned. Every call touches one class: nothing here
//! is a loop over classes, and there are no hooks that run in blocks.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod class;
mod deposit;
mod issuer;
mod parameters;
mod reads;
mod rent;
mod rules;
mod submission;
#[cfg(test)]
mod tests;
mod traits;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod verification;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
pub use crate::traits::BenchmarkHelper;
pub use crate::{
	class::{Ballot, Class, Openings, Verification, Verified, Vote},
	pallet::*,
	parameters::{MAX_PERIOD, MAX_RENT_RATE, MAX_SHARDS, MIN_PERIOD},
	rent::Rent,
	rules::{Versions, MAX_RULE_VERSIONS},
	traits::{Intervals, OnRent},
	weights::WeightInfo,
};

use frame_support::traits::fungible::Credit;
use smartlayer_types::AccountId;

/// Money that has left an account and is not in another yet.
pub type CreditOf<T> = Credit<AccountId, <T as Config>::Currency>;

/// A round of verification with as many votes as a set can have members.
pub type BallotOf<T> = Ballot<<T as Config>::MaxAnchors>;

#[frame_support::pallet]
#[allow(
	clippy::cast_possible_truncation,
	clippy::expect_used,
	clippy::unreachable,
	reason = "what the macro expands to"
)]
pub mod pallet {
	use super::*;
	use crate::submission::kinds;
	use alloc::boxed::Box;
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Balanced, Inspect, Mutate, MutateHold},
		PalletId,
	};
	use frame_system::{ensure_authorized, pallet_prelude::*};
	use smartlayer_types::{
		evm::{EvmAddress, EvmSignature},
		registry::{Attestation, Changes, Contract, Finding, IssuerAction, Registration},
		AnchorSets, Authorisation, Balance, BlockNumber, ClassId, KindRules, SetId,
	};
	use sp_runtime::Permill;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	#[pallet::config]
	pub trait Config:
		frame_system::Config<AccountId = AccountId, Hash = smartlayer_types::Hash>
	{
		/// Why money is held.
		type RuntimeHoldReason: From<HoldReason>;

		/// The native token.
		type Currency: Inspect<AccountId, Balance = Balance>
			+ Mutate<AccountId>
			+ Balanced<AccountId>
			+ MutateHold<AccountId, Reason = Self::RuntimeHoldReason>;

		/// Who the anchors are.
		type Anchors: AnchorSets;

		/// Which interval this is.
		type Intervals: Intervals;

		/// Who gets rent that fell due.
		type OnRent: OnRent<CreditOf<Self>>;

		/// Names the account in which rent lies that was paid in advance.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// What is held for a class, whatever its size.
		#[pallet::constant]
		type ClassDeposit: Get<Balance>;

		/// What is held for each byte of a class's URIs, operators and rules.
		#[pallet::constant]
		type ByteDeposit: Get<Balance>;

		/// What a shard on one node costs per block; at most [`MAX_RENT_RATE`].
		type RentRate: Get<Balance>;

		/// For how many blocks rent must be paid in advance at registration, and left when some is withdrawn; from
		/// [`MIN_PERIOD`] to [`MAX_PERIOD`].
		type MinRentPeriod: Get<BlockNumber>;

		/// How many blocks a class can be in arrears before it is retired; from [`MIN_PERIOD`] to [`MAX_PERIOD`].
		type GracePeriod: Get<BlockNumber>;

		/// How many blocks a class is kept after it was retired; from [`MIN_PERIOD`] to [`MAX_PERIOD`].
		type RemovalDelay: Get<BlockNumber>;

		/// What a request for verification costs; it is burned.
		type VerificationFee: Get<Balance>;

		/// How many blocks anchors have to verify a class; from [`MIN_PERIOD`] to [`MAX_PERIOD`].
		type VerificationPeriod: Get<BlockNumber>;

		/// How many rounds on verified classes an anchor can open within a verification period.
		#[pallet::constant]
		type MaxOpenings: Get<u32>;

		/// How many intervals ahead rules must be set; at least one.
		type RulesNotice: Get<u64>;

		/// The largest issuer share; at most [`smartlayer_types::registry::MAX_ISSUER_SHARE`].
		type MaxIssuerShare: Get<Permill>;

		/// The most shards of a class; at most [`MAX_SHARDS`].
		type MaxShards: Get<u32>;

		/// The most nodes that hold a shard.
		type MaxRedundancy: Get<u32>;

		/// The most members of an anchor set.
		#[pallet::constant]
		type MaxAnchors: Get<u32>;

		/// What calls weigh.
		type WeightInfo: WeightInfo;

		/// What benchmarks need of other pallets.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper;
	}

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// A class is stored.
		#[codec(index = 0)]
		ClassDeposit,
	}

	/// The number of the next class.
	#[pallet::storage]
	pub type NextClassId<T: Config> = StorageValue<_, ClassId, ValueQuery, FirstClassId>;

	#[pallet::type_value]
	pub fn FirstClassId() -> ClassId {
		1
	}

	/// All classes that were not removed.
	#[pallet::storage]
	pub type Classes<T: Config> = StorageMap<_, Twox64Concat, ClassId, Class>;

	/// Their rules: those that hold, those that will, and those that held in intervals still open.
	#[pallet::storage]
	pub type RuleVersions<T: Config> = StorageMap<_, Twox64Concat, ClassId, Versions, ValueQuery>;

	/// The class that is verified for a contract.
	#[pallet::storage]
	pub type VerifiedClass<T: Config> = StorageMap<_, Blake2_128Concat, Contract, ClassId>;

	/// The latest round of verification of a class, until it has an outcome.
	#[pallet::storage]
	pub type Ballots<T: Config> = StorageMap<_, Twox64Concat, ClassId, BallotOf<T>>;

	/// Rounds that members of the anchor set opened lately, by index.
	#[pallet::storage]
	pub type OpenedRounds<T: Config> = StorageMap<_, Twox64Concat, u32, Openings>;

	/// The nonce of an issuer's next signed action; never forgotten.
	#[pallet::storage]
	pub type IssuerNonce<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, u64, ValueQuery>;

	/// Brings the account for rent into being.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		#[serde(skip)]
		#[doc(hidden)]
		pub marker: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			Pallet::<T>::fund_rent_account();
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A class was registered.
		Registered { class: ClassId, issuer: AccountId, contract: Contract },
		/// An issuer changed a class.
		Updated { class: ClassId },
		/// New rules hold from an interval on.
		RulesSet { class: ClassId, from: u64 },
		/// Anchors are asked to verify a class.
		VerificationRequested { class: ClassId, round: u32, signed_by: Option<EvmAddress> },
		/// An anchor attested what it found.
		Attested { class: ClassId, round: u32, set: SetId, member: u32, finding: Finding },
		/// A quorum found the class's challenge.
		Verified { class: ClassId, round: u32, owner: EvmAddress, target_block: u64 },
		/// Too many anchors did not find it.
		VerificationFailed { class: ClassId, round: u32 },
		/// A quorum found that the challenge is gone.
		VerificationRevoked { class: ClassId, round: u32 },
		/// A class is offered to another issuer, or no longer.
		Offered { class: ClassId, to: Option<AccountId> },
		/// A class has another issuer.
		Transferred { class: ClassId, from: AccountId, to: AccountId },
		/// An issuer suspended a class or ended the suspension.
		SuspensionSet { class: ClassId, suspended: bool },
		/// Rent was paid in advance, or arrears were.
		RentPaid { class: ClassId, who: AccountId, amount: Balance },
		/// Rent that was paid in advance went back to the issuer.
		RentWithdrawn { class: ClassId, amount: Balance },
		/// Rent fell due and was paid.
		RentCharged { class: ClassId, amount: Balance },
		/// Rent is paid only up to a block that has passed: the class is suspended since.
		ArrearsBegan { class: ClassId, paid_until: BlockNumber },
		/// All that was owed is paid.
		ArrearsEnded { class: ClassId },
		/// A class ended.
		Retired { class: ClassId },
		/// A retired class was deleted.
		Removed { class: ClassId, issuer: AccountId },
	}

	#[pallet::error]
	pub enum Error<T> {
		/// No class has this number.
		NoSuchClass,
		/// The class belongs to another issuer.
		NotIssuer,
		/// The class was retired and does not come back.
		Retired,
		/// All class numbers are used.
		NoMoreClasses,
		/// Chain id and address of the contract must not be zero.
		InvalidContract,
		/// URIs are printable ASCII without spaces, and that of the TokenScript is not empty.
		InvalidUri,
		/// A class has at least one shard and at most `MaxShards`.
		InvalidShards,
		/// Availability must be at most full, and percentiles of latency in order.
		IncoherentSla,
		/// At least one node must suffice, at most as many as hold a shard, and those at most `MaxRedundancy`.
		InvalidRedundancy,
		/// The issuer's share is above the largest one.
		ShareTooLarge,
		/// Rules need at least one kind.
		NoKinds,
		/// Kinds are named with `a-z`, `0-9`, `-` and `_`.
		BadKindName,
		/// Two kinds have one name.
		DuplicateKindName,
		/// A mask has bits of kinds that do not exist.
		UnknownKinds,
		/// A kind requires what it forbids.
		ContradictoryKind,
		/// A kind clears itself or one that is `once`.
		KindClearsOnce,
		/// A kind that service nodes sign must not be `once`, forbid itself, clear anything or set the holder.
		RecordedKindDoesMore,
		/// A kind that issuer or holder sign must not forbid or clear one that service nodes sign.
		KindDependsOnRecorded,
		/// A kind could never happen, whatever happened before.
		UnreachableKind,
		/// Rules must hold from a later interval on, at least `RulesNotice` ahead.
		IntervalTooEarly,
		/// New rules must keep every kind with its index and name, signed by service nodes or not as before.
		KindsMoved,
		/// Too many versions of the rules are still needed: wait until intervals are confirmed.
		RulesStillInUse,
		/// The class is verified already; anchors attest changes by themselves.
		AlreadyVerified,
		/// Another class is verified for the contract.
		ContractTaken,
		/// A round of verification is open: wait for its outcome.
		RoundOpen,
		/// No such round of verification is open.
		NoRound,
		/// All numbers of rounds are used.
		NoMoreRounds,
		/// Only the anchor set in office attests.
		NotInOffice,
		/// The member has attested in this round.
		AlreadyAttested,
		/// The member opened too many rounds lately.
		TooManyRounds,
		/// The signature is malformed or somebody else's.
		BadSignature,
		/// The action's last block has passed.
		Expired,
		/// The action does not carry the issuer's next nonce.
		WrongNonce,
		/// The class is not offered to this account.
		NotOffered,
		/// Nothing would change.
		NothingToDo,
		/// The amount is above what there is, or can be.
		AmountTooLarge,
		/// Rent must be paid in advance for the least period.
		PayMoreRentInAdvance,
		/// Pay what is owed first.
		InArrears,
		/// Retire the class first.
		NotRetired,
		/// The class must be kept for a while after it was retired.
		RetiredTooRecently,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MaxAnchors::get() > 0, "somebody must be able to attest");
			assert!(T::MaxRedundancy::get() > 0, "somebody must be able to hold a shard");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers a class; its rules hold from the next interval on. `rent` is paid in advance, at least for the
		/// least period, and a deposit for the class's storage is held.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register(kinds(registration.rules.len())))]
		pub fn register(
			origin: OriginFor<T>,
			registration: Box<Registration>,
			rent: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register(who, *registration, rent)
		}

		/// Changes what a class says about its sources, service, payment terms or operators.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::update())]
		pub fn update(
			origin: OriginFor<T>,
			class: ClassId,
			changes: Box<Changes>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_update(&who, class, *changes)
		}

		/// Sets the rules that hold from an interval on which lies ahead. They replace rules that were set before and
		/// do not hold yet.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::set_rules(kinds(rules.len())))]
		pub fn set_rules(
			origin: OriginFor<T>,
			class: ClassId,
			rules: KindRules,
			from: u64,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_rules(&who, class, rules, from)
		}

		/// Asks anchors to verify a class, for a fee. The contract shows the challenge by a script URI, or its owner
		/// signed it.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::request_verification())]
		pub fn request_verification(
			origin: OriginFor<T>,
			class: ClassId,
			owner_signature: Option<EvmSignature>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_request_verification(&who, class, owner_signature)
		}

		/// Offers a class to another issuer; `None` takes the offer back.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::offer())]
		pub fn offer(
			origin: OriginFor<T>,
			class: ClassId,
			to: Option<AccountId>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_offer(&who, class, to)
		}

		/// Takes over a class that was offered, with its rent. It is unverified and has no operators afterwards.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::accept())]
		pub fn accept(origin: OriginFor<T>, class: ClassId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_accept(who, class)
		}

		/// Suspends a class, or ends the suspension. It costs rent as before.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::set_suspended())]
		pub fn set_suspended(
			origin: OriginFor<T>,
			class: ClassId,
			suspended: bool,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_suspended(&who, class, suspended)
		}

		/// Ends a class for good.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::retire())]
		pub fn retire(origin: OriginFor<T>, class: ClassId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_retire(&who, class)
		}

		/// Pays rent in advance, or arrears, for anybody's class.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::pay_rent())]
		pub fn pay_rent(origin: OriginFor<T>, class: ClassId, amount: Balance) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_pay_rent(who, class, amount)
		}

		/// Gives the issuer back rent that was paid in advance; enough for the least period must be left, unless the
		/// class is retired.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::withdraw_rent())]
		pub fn withdraw_rent(
			origin: OriginFor<T>,
			class: ClassId,
			amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_rent(who, class, amount)
		}

		/// Settles a class's rent; retires it if it has been in arrears for longer than the grace period.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::poke())]
		pub fn poke(origin: OriginFor<T>, class: ClassId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_poke(class)
		}

		/// Deletes a class that was retired a while ago, and gives its issuer back deposit and rent.
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::remove())]
		pub fn remove(origin: OriginFor<T>, class: ClassId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_remove(class)
		}

		/// Does what an issuer signed. The submitter pays the transaction's fee, the issuer all else.
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::submit_for().saturating_add(Pallet::<T>::weight_of(action)))]
		pub fn submit_for(
			origin: OriginFor<T>,
			issuer: AccountId,
			nonce: u64,
			valid_until: BlockNumber,
			action: IssuerAction,
			authorisation: Authorisation,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_submit_for(issuer, nonce, valid_until, action, &authorisation)
		}

		/// Attests what an anchor found in a class's contract. Costs no fee: only a member of the set in office can, once
		/// per round.
		#[pallet::call_index(13)]
		#[pallet::weight((T::WeightInfo::attest(), DispatchClass::Operational, Pays::No))]
		#[pallet::authorize(Pallet::<T>::authorize_attestation)]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_attest())]
		pub fn attest(
			origin: OriginFor<T>,
			attestation: Attestation,
			member: u32,
			signature: EvmSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			let _ = signature;
			Self::do_attest(attestation, member)
		}
	}
}
