//! What the genesis of a network sets: the length of an epoch for ever, and the first values of parameters.
//!
//! A development chain differs from production here and nowhere else, so one runtime serves both.

use crate::{parameters::RuntimeParameters, Runtime};
use alloc::vec::Vec;
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

/// First values of the parameters that differ between networks; see [`crate::parameters`] for what each means.
/// Periods are in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FirstValues {
	pub governance: GovernanceValues,
	pub treasury: TreasuryValues,
	pub payments: PaymentValues,
	pub classes: ClassValues,
	pub nodes: NodeValues,
	pub elections: ElectionValues,
	pub intervals: IntervalValues,
}

/// Declares the first values of one group of parameters, and how they become parameters.
macro_rules! first_values {
	($(#[$doc:meta])* $name:ident of $group:ident as $variant:ident {
		$($field:ident: $parameter:ident = $value:ty,)+
	}) => {
		$(#[$doc])*
		#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
		#[serde(rename_all = "camelCase", deny_unknown_fields)]
		pub struct $name {
			$(pub $field: $value,)+
		}

		impl $name {
			fn into_parameters(self) -> Vec<RuntimeParameters> {
				use crate::parameters::dynamic_params::$group;
				alloc::vec![$(RuntimeParameters::$variant($group::Parameters::$parameter(
					$group::$parameter,
					Some(self.$field),
				)),)+]
			}
		}
	};
}

first_values! {
	/// How long the steps of a referendum last.
	GovernanceValues of governance as Governance {
		prepare_period: PreparePeriod = BlockNumber,
		decision_period: DecisionPeriod = BlockNumber,
		confirm_period: ConfirmPeriod = BlockNumber,
		enactment_period: EnactmentPeriod = BlockNumber,
		vote_locking_period: VoteLockingPeriod = BlockNumber,
	}
}

first_values! {
	/// When the treasury pays.
	TreasuryValues of treasury as Treasury {
		spend_period: SpendPeriod = BlockNumber,
		payout_period: PayoutPeriod = BlockNumber,
	}
}

first_values! {
	/// How channels close.
	PaymentValues of payments as Payments {
		challenge_period: ChallengePeriod = BlockNumber,
	}
}

first_values! {
	/// What the life of a class is made of.
	ClassValues of classes as Classes {
		min_rent_period: MinRentPeriod = BlockNumber,
		grace_period: GracePeriod = BlockNumber,
		removal_delay: RemovalDelay = BlockNumber,
		verification_period: VerificationPeriod = BlockNumber,
	}
}

first_values! {
	/// What the life of a service node is made of.
	NodeValues of nodes as Nodes {
		probation_epochs: ProbationEpochs = u64,
		jail_period: JailPeriod = BlockNumber,
		unbonding_period: UnbondingPeriod = BlockNumber,
		slash_delay: SlashDelay = BlockNumber,
		epochs_per_era: EpochsPerEra = u64,
		development_endpoints: DevelopmentEndpoints = bool,
	}
}

first_values! {
	/// How many anchors there are, and what a term is made of.
	ElectionValues of elections as Elections {
		seats: Seats = u32,
		min_anchors: MinAnchors = u32,
		term_length: TermLength = BlockNumber,
		publication_period: PublicationPeriod = BlockNumber,
		unlock_period: UnlockPeriod = BlockNumber,
		slash_delay: SlashDelay = BlockNumber,
	}
}

first_values! {
	/// How long intervals and turns are.
	IntervalValues of intervals as Intervals {
		length: Length = BlockNumber,
		turn_length: TurnLength = BlockNumber,
	}
}

impl FirstValues {
	fn into_parameters(self) -> impl Iterator<Item = RuntimeParameters> {
		[
			self.governance.into_parameters(),
			self.treasury.into_parameters(),
			self.payments.into_parameters(),
			self.classes.into_parameters(),
			self.nodes.into_parameters(),
			self.elections.into_parameters(),
			self.intervals.into_parameters(),
		]
		.into_iter()
		.flatten()
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
		/// First values of parameters; without them, the defaults of [`crate::parameters`] hold.
		pub first_values: Option<FirstValues>,
		#[serde(skip)]
		pub marker: PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self { epoch_length: DEFAULT_EPOCH_LENGTH, first_values: None, marker: PhantomData }
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
			for parameter in self.first_values.into_iter().flat_map(FirstValues::into_parameters) {
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
