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
	time::{DAYS, HOURS},
	AccountId, BlockNumber,
};

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
