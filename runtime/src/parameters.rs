//! Parameters that governance can change, and the bounds inside which the code reads them.
//!
//! A value outside its bounds can be stored but has no effect: whoever reads it, reads it through [`Within`].

#![allow(clippy::cast_possible_truncation, reason = "`dynamic_params` numbers its entries")]

use crate::{governance::origins::GeneralAdmin, Runtime, RuntimeOrigin};
use core::marker::PhantomData;
use frame_support::{
	dynamic_params::{dynamic_pallet_params, dynamic_params},
	traits::{EitherOf, EnsureOrigin, EnsureOriginWithArg, Get},
};
use frame_system::EnsureRoot;
use smartlayer_types::{
	time::{DAYS, HOURS, MINUTES},
	AccountId, Balance, BlockNumber, MICRO_SLN, SLN,
};
use sp_runtime::{Perbill, Permill};

/// The shortest period that a parameter can stand for, in blocks.
pub const MIN_PERIOD: BlockNumber = 2;

/// The longest period that a parameter can stand for, in blocks.
pub const MAX_PERIOD: BlockNumber = 365 * DAYS;

/// The parameters and what they are where neither genesis nor governance says otherwise. Periods are in blocks.
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod dynamic_params {
	use super::*;

	/// How long the steps of a referendum last.
	#[dynamic_pallet_params]
	#[codec(index = 0)]
	pub mod governance {
		/// From submission to the first moment at which deciding can begin.
		#[codec(index = 0)]
		pub static PreparePeriod: BlockNumber = 2 * HOURS;

		/// The longest that deciding takes, after which a referendum is rejected.
		#[codec(index = 1)]
		pub static DecisionPeriod: BlockNumber = 14 * DAYS;

		/// How long approval must last without a break.
		#[codec(index = 2)]
		pub static ConfirmPeriod: BlockNumber = DAYS;

		/// From confirmation to enactment, at least.
		#[codec(index = 3)]
		pub static EnactmentPeriod: BlockNumber = DAYS;

		/// How long a vote of conviction one locks its stake after the referendum; higher convictions lock for
		/// multiples of this.
		#[codec(index = 4)]
		pub static VoteLockingPeriod: BlockNumber = 7 * DAYS;
	}

	/// How the treasury pays.
	#[dynamic_pallet_params]
	#[codec(index = 1)]
	pub mod treasury {
		/// Between two rounds of paying approved spends.
		#[codec(index = 0)]
		pub static SpendPeriod: BlockNumber = 7 * DAYS;

		/// How long an approved spend can be claimed.
		#[codec(index = 1)]
		pub static PayoutPeriod: BlockNumber = 30 * DAYS;
	}

	/// How channels pay. They keep what held when they were opened.
	#[dynamic_pallet_params]
	#[codec(index = 2)]
	pub mod payments {
		/// The share of a payment that is burned.
		#[codec(index = 0)]
		pub static BurnedShare: Permill = Permill::from_percent(10);

		/// The share of a payment that goes to the anchors' pot.
		#[codec(index = 1)]
		pub static AnchorsShare: Permill = Permill::from_percent(5);

		/// From the request to close a channel until it can be finished.
		#[codec(index = 2)]
		pub static ChallengePeriod: BlockNumber = DAYS;

		/// The most steps of a promise's hash chain.
		#[codec(index = 3)]
		pub static MaxChainLength: u32 = 1_024;

		/// The least deposit: a thousand times what redeeming costs.
		#[codec(index = 4)]
		pub static LeastDeposit: Balance = SLN;
	}

	/// Token classes.
	#[dynamic_pallet_params]
	#[codec(index = 3)]
	pub mod classes {
		/// What a shard on one node costs per block.
		#[codec(index = 0)]
		pub static RentRate: Balance = MICRO_SLN;

		/// For how long rent must be paid in advance.
		#[codec(index = 1)]
		pub static MinRentPeriod: BlockNumber = 30 * DAYS;

		/// How long a class can be in arrears before it is retired.
		#[codec(index = 2)]
		pub static GracePeriod: BlockNumber = 14 * DAYS;

		/// How long a retired class is kept.
		#[codec(index = 3)]
		pub static RemovalDelay: BlockNumber = 28 * DAYS;

		/// What a request for verification costs.
		#[codec(index = 4)]
		pub static VerificationFee: Balance = 10 * SLN;

		/// How long anchors have to verify a class.
		#[codec(index = 5)]
		pub static VerificationPeriod: BlockNumber = DAYS;

		/// How many intervals ahead rules must be set.
		#[codec(index = 6)]
		pub static RulesNotice: u64 = 2;

		/// The largest share of an issuer.
		#[codec(index = 7)]
		pub static MaxIssuerShare: Permill = Permill::from_percent(30);

		/// The most shards of a class.
		#[codec(index = 8)]
		pub static MaxShards: u32 = 4_096;

		/// The most nodes that hold a shard.
		#[codec(index = 9)]
		pub static MaxRedundancy: u32 = 64;
	}

	/// Service nodes.
	#[dynamic_pallet_params]
	#[codec(index = 4)]
	pub mod nodes {
		/// Burned at registration.
		#[codec(index = 0)]
		pub static RegistrationFee: Balance = 10 * SLN;

		/// Burned when a jailed node asks for another probation.
		#[codec(index = 1)]
		pub static RetryFee: Balance = 5 * SLN;

		/// The bond's fixed part. It outweighs the rest: it is what choosing among placement salts would cost.
		#[codec(index = 2)]
		pub static BondBase: Balance = 10_000 * SLN;

		/// The bond's part for each shard of capacity.
		#[codec(index = 3)]
		pub static BondPerCapacity: Balance = 10 * SLN;

		/// The bond's part for each call per second.
		#[codec(index = 4)]
		pub static BondPerThroughput: Balance = SLN;

		/// The shortest probation, in epochs.
		#[codec(index = 5)]
		pub static ProbationEpochs: u64 = 24;

		/// The shortest stay in jail.
		#[codec(index = 6)]
		pub static JailPeriod: BlockNumber = 6 * HOURS;

		/// From leaving to withdrawing the bond.
		#[codec(index = 7)]
		pub static UnbondingPeriod: BlockNumber = 28 * DAYS;

		/// How long a slash waits.
		#[codec(index = 8)]
		pub static SlashDelay: BlockNumber = 7 * DAYS;

		/// Share of the bond that each rung of the ladder adds to a slash.
		#[codec(index = 9)]
		pub static SlashStep: Perbill = Perbill::from_percent(5);

		/// The largest share of the bond that one slash takes.
		#[codec(index = 10)]
		pub static MaxSlash: Perbill = Perbill::from_percent(50);

		/// Epochs in an era.
		#[codec(index = 11)]
		pub static EpochsPerEra: u64 = 24;

		/// How many eras a reward can be claimed after its own.
		#[codec(index = 12)]
		pub static ClaimWindow: u32 = 84;

		/// What inflation adds to rent, as a share of it.
		#[codec(index = 13)]
		pub static InflationShare: Perbill = Perbill::from_percent(50);

		/// Reward for paid calls, as a share of what they burned.
		#[codec(index = 14)]
		pub static PaidCallShare: Perbill = Perbill::from_percent(50);

		/// Whether nodes may have local endpoints without encryption: true on development chains alone.
		#[codec(index = 15)]
		pub static DevelopmentEndpoints: bool = false;
	}

	/// Anchors and their election.
	#[dynamic_pallet_params]
	#[codec(index = 5)]
	pub mod elections {
		/// Whether a candidacy counts only with a judgement of its identity.
		#[codec(index = 0)]
		pub static IdentityRequired: bool = false;

		/// How many anchors are elected.
		#[codec(index = 1)]
		pub static Seats: u32 = 21;

		/// The number below which the anchors never shrink: four, but on development chains.
		#[codec(index = 2)]
		pub static MinAnchors: u32 = 4;

		/// The bond of a candidate.
		#[codec(index = 3)]
		pub static CandidacyBond: Balance = 10_000 * SLN;

		/// The share of total issuance that must approve of a candidate, or it loses its bond.
		#[codec(index = 4)]
		pub static CandidacyShare: Perbill = Perbill::from_parts(100_000);

		/// The share of total issuance that must be behind a new holder of a seat.
		#[codec(index = 5)]
		pub static SeatShare: Perbill = Perbill::from_parts(5_000_000);

		/// The least stake of a ballot.
		#[codec(index = 6)]
		pub static MinVote: Balance = 10 * SLN;

		/// The length of a term.
		#[codec(index = 7)]
		pub static TermLength: BlockNumber = 28 * DAYS;

		/// How long a result is public before it takes office.
		#[codec(index = 8)]
		pub static PublicationPeriod: BlockNumber = 3 * DAYS;

		/// From a withdrawal request until the stake is free; at least a term.
		#[codec(index = 9)]
		pub static UnlockPeriod: BlockNumber = 28 * DAYS;

		/// How long a slash waits.
		#[codec(index = 10)]
		pub static SlashDelay: BlockNumber = 7 * DAYS;

		/// The most that one duty earns.
		#[codec(index = 11)]
		pub static DutyReward: Balance = 100 * SLN;

		/// The share of the pot that one duty earns, up to that.
		#[codec(index = 12)]
		pub static DutyShare: Perbill = Perbill::from_parts(1_000_000);

		/// Duties missed in a row after which a silent anchor loses its seat.
		#[codec(index = 13)]
		pub static MissLimit: u32 = 8;
	}

	/// Intervals and their snapshots.
	#[dynamic_pallet_params]
	#[codec(index = 6)]
	pub mod intervals {
		/// The length of an interval.
		#[codec(index = 0)]
		pub static Length: BlockNumber = 10 * MINUTES;

		/// The length of a turn of the first round.
		#[codec(index = 1)]
		pub static TurnLength: BlockNumber = MINUTES / 2;

		/// How many intervals may wait for their snapshots before anchors stop accepting operations.
		#[codec(index = 2)]
		pub static BacklogLimit: u32 = 12;

		/// For how many intervals snapshots, signatures and receipts are kept.
		#[codec(index = 3)]
		pub static Retention: u32 = 4_320;

		/// How much earlier than an interval's first block its operations may have been signed, in milliseconds.
		#[codec(index = 4)]
		pub static OperationWindow: u64 = 2 * 60 * 60 * 1_000;
	}

	/// Measuring service levels.
	#[dynamic_pallet_params]
	#[codec(index = 7)]
	pub mod slo {
		/// How many reports a verdict should rest on.
		#[codec(index = 0)]
		pub static Probers: u32 = 3;

		/// Epochs within which breaches add up.
		#[codec(index = 1)]
		pub static LadderWindow: u64 = 168;
	}
}

/// A parameter, held between `MIN` and `MAX` where it is read.
pub struct Within<Parameter, const MIN: BlockNumber, const MAX: BlockNumber>(
	PhantomData<Parameter>,
);

impl<Parameter: Get<BlockNumber>, const MIN: BlockNumber, const MAX: BlockNumber> Get<BlockNumber>
	for Within<Parameter, MIN, MAX>
{
	fn get() -> BlockNumber {
		Parameter::get().max(MIN).min(MAX)
	}
}

/// Who may change parameters: root, and the general admin's track.
pub struct ParameterAdmin;

impl EnsureOriginWithArg<RuntimeOrigin, RuntimeParametersKey> for ParameterAdmin {
	type Success = ();

	fn try_origin(
		origin: RuntimeOrigin,
		_: &RuntimeParametersKey,
	) -> Result<Self::Success, RuntimeOrigin> {
		EitherOf::<EnsureRoot<AccountId>, GeneralAdmin>::try_origin(origin)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn try_successful_origin(_: &RuntimeParametersKey) -> Result<RuntimeOrigin, ()> {
		Ok(RuntimeOrigin::root())
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl Default for RuntimeParameters {
	fn default() -> Self {
		use dynamic_params::governance::{Parameters, PreparePeriod};
		Self::Governance(Parameters::PreparePeriod(PreparePeriod, Some(HOURS)))
	}
}
