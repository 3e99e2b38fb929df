//! What the genesis of a network sets: the length of an epoch for ever, and the first values of parameters.
//!
//! A development chain differs from production here and nowhere else, so one runtime serves both.

use crate::{
	parameters::{
		dynamic_params::{governance, treasury},
		RuntimeParameters,
	},
	Runtime,
};
use frame_support::traits::Get;
use serde::{Deserialize, Serialize};
use smartlayer_types::{time::HOURS, BlockNumber};

pub use pallet::*;

/// The shortest epoch, in slots: below this BABE's randomness would be drawn from too few blocks.
pub const MIN_EPOCH_LENGTH: u32 = 10;

/// The longest epoch, in slots: a day.
pub const MAX_EPOCH_LENGTH: u32 = 24 * HOURS;

/// The length of an epoch where genesis does not say otherwise, in slots: an hour.
pub const DEFAULT_EPOCH_LENGTH: u32 = HOURS;

/// First values of the parameters that are periods, in blocks; see [`crate::parameters`] for what each means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Periods {
	pub prepare: BlockNumber,
	pub decision: BlockNumber,
	pub confirm: BlockNumber,
	pub enactment: BlockNumber,
	pub vote_locking: BlockNumber,
	pub treasury_spend: BlockNumber,
	pub treasury_payout: BlockNumber,
}

impl Periods {
	fn into_parameters(self) -> [RuntimeParameters; 7] {
		use governance::Parameters as Governance;
		use treasury::Parameters as Treasury;
		let governance = RuntimeParameters::Governance;
		let treasury = RuntimeParameters::Treasury;
		[
			governance(Governance::PreparePeriod(governance::PreparePeriod, Some(self.prepare))),
			governance(Governance::DecisionPeriod(governance::DecisionPeriod, Some(self.decision))),
			governance(Governance::ConfirmPeriod(governance::ConfirmPeriod, Some(self.confirm))),
			governance(Governance::EnactmentPeriod(
				governance::EnactmentPeriod,
				Some(self.enactment),
			)),
			governance(Governance::VoteLockingPeriod(
				governance::VoteLockingPeriod,
				Some(self.vote_locking),
			)),
			treasury(Treasury::SpendPeriod(treasury::SpendPeriod, Some(self.treasury_spend))),
			treasury(Treasury::PayoutPeriod(treasury::PayoutPeriod, Some(self.treasury_payout))),
		]
	}
}

#[frame_support::pallet]
#[allow(clippy::expect_used, clippy::unreachable, reason = "what the macro expands to")]
pub mod pallet {
	use super::*;
	use frame_support::{pallet_prelude::*, traits::dynamic_params::AggregatedKeyValue};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	#[pallet::config]
	pub trait Config:
		frame_system::Config + pallet_parameters::Config<RuntimeParameters = RuntimeParameters>
	{
	}

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Slots in an epoch. Written by the genesis, by nothing else.
	#[pallet::storage]
	pub type EpochLength<T: Config> = StorageValue<_, u32, ValueQuery, DefaultEpochLength>;

	#[pallet::type_value]
	pub fn DefaultEpochLength() -> u32 {
		DEFAULT_EPOCH_LENGTH
	}

	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// Slots in an epoch, from [`MIN_EPOCH_LENGTH`] to [`MAX_EPOCH_LENGTH`].
		pub epoch_length: u32,
		/// First values of periods; without them, the defaults of [`crate::parameters`] hold.
		pub periods: Option<Periods>,
		#[serde(skip)]
		pub marker: PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self { epoch_length: DEFAULT_EPOCH_LENGTH, periods: None, marker: PhantomData }
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(
				(MIN_EPOCH_LENGTH..=MAX_EPOCH_LENGTH).contains(&self.epoch_length),
				"genesis.epochLength must be from {MIN_EPOCH_LENGTH} to {MAX_EPOCH_LENGTH} slots",
			);
			EpochLength::<T>::put(self.epoch_length);
			for parameter in self.periods.iter().flat_map(|periods| periods.into_parameters()) {
				let (key, value) = parameter.into_parts();
				pallet_parameters::Parameters::<T>::set(key, value);
			}
		}
	}
}

/// Slots in an epoch of this network.
pub struct EpochDuration;

impl Get<u64> for EpochDuration {
	fn get() -> u64 {
		EpochLength::<Runtime>::get().clamp(MIN_EPOCH_LENGTH, MAX_EPOCH_LENGTH).into()
	}
}
