//! Parameters as the pallet reads them: inside the bounds that the code enforces, whatever was set.

use crate::{Config, Pallet};
use frame_support::traits::Get;
use smartlayer_types::{registry::MAX_ISSUER_SHARE, time::DAYS, Balance, BlockNumber, SLN};
use sp_runtime::Permill;

/// The most that a shard on a node costs per block.
pub const MAX_RENT_RATE: Balance = SLN;

/// The most shards of a class.
pub const MAX_SHARDS: u32 = 65_536;

/// The shortest period, in blocks.
pub const MIN_PERIOD: BlockNumber = 2;

/// The longest period, in blocks.
pub const MAX_PERIOD: BlockNumber = 365 * DAYS;

impl<T: Config> Pallet<T> {
	pub(crate) fn rent_rate() -> Balance {
		T::RentRate::get().min(MAX_RENT_RATE)
	}

	pub(crate) fn min_rent_period() -> BlockNumber {
		period(T::MinRentPeriod::get())
	}

	pub(crate) fn grace_period() -> BlockNumber {
		period(T::GracePeriod::get())
	}

	pub(crate) fn removal_delay() -> BlockNumber {
		period(T::RemovalDelay::get())
	}

	pub(crate) fn verification_period() -> BlockNumber {
		period(T::VerificationPeriod::get())
	}

	pub(crate) fn rules_notice() -> u64 {
		T::RulesNotice::get().max(1)
	}

	pub(crate) fn max_shards() -> u32 {
		T::MaxShards::get().clamp(1, MAX_SHARDS)
	}

	/// The largest issuer share that a class can have now.
	pub fn max_issuer_share() -> Permill {
		T::MaxIssuerShare::get().min(MAX_ISSUER_SHARE)
	}
}

fn period(blocks: BlockNumber) -> BlockNumber {
	blocks.clamp(MIN_PERIOD, MAX_PERIOD)
}
