//! The start of epochs and eras, and what becomes of old eras.

use crate::{
	CollectedRent, Config, CurrentEpoch, CurrentEra, EpochRandomness, Era, EraPot, EraPots, Event,
	OldestEra, OldestPoints, Pallet, Placement, PointsOf, Rent, WeightInfo,
};
use frame_support::{
	pallet_prelude::Weight,
	traits::{fungible::Mutate as _, Get},
	weights::WeightMeter,
};
use smartlayer_types::{
	nodes::{EpochIndex, EraIndex},
	Balance,
};

/// The most cohorts without randomness: those of this epoch and of the one before, and room for one more of each.
pub const MAX_UNSEEDED: u32 = 4;

/// The most records of expired eras that one block's idle time removes.
pub const MAX_POINTS_PER_BLOCK: u32 = 50;

/// The most eras that expire when one ends; two, so that a shorter claim window comes into force.
const MAX_EXPIRING: u32 = 2;

impl<T: Config> Pallet<T> {
	/// Notices that an epoch began.
	pub(crate) fn follow_epochs() -> Weight {
		let epoch = T::Epochs::epoch();
		if epoch == CurrentEpoch::<T>::get() {
			return T::DbWeight::get().reads(2);
		}
		let ended = Self::start_epoch(epoch, T::Epochs::next_randomness());
		if ended {
			T::WeightInfo::start_era()
		} else {
			T::WeightInfo::start_epoch()
		}
	}

	/// What happens at an epoch's start; whether an era ended with the epoch before.
	pub(crate) fn start_epoch(epoch: EpochIndex, randomness: [u8; 32]) -> bool {
		CurrentEpoch::<T>::put(epoch);
		Self::seed_cohorts(epoch, randomness);
		let era = CurrentEra::<T>::get();
		let ends = epoch.saturating_sub(era.start) >= Self::epochs_per_era();
		if ends {
			let next = era.index.saturating_add(1);
			Self::end_era(era.index);
			CurrentEra::<T>::put(Era { index: next, start: epoch });
			Self::expire_eras(next);
		}
		ends
	}

	/// Makes an era's pot of its rent and of inflation. If nothing was placed, the rent waits for the next era.
	fn end_era(era: EraIndex) {
		let placed = T::Placement::total(era);
		let rent = CollectedRent::<T>::get();
		let (mut pot, mut inflation) = (0, 0);
		if placed > 0 && rent != Rent::default() {
			inflation = Self::mint_to_pot(T::InflationShare::get().mul_floor(rent.fresh));
			pot = rent.fresh.saturating_add(rent.rolled).saturating_add(inflation);
			EraPots::<T>::insert(era, EraPot { whole: pot, left: pot, placed });
			CollectedRent::<T>::kill();
		}
		Self::deposit_event(Event::EraEnded { era, pot, inflation });
	}

	/// Mints to the pot and says how much.
	fn mint_to_pot(amount: Balance) -> Balance {
		if amount == 0 {
			return 0;
		}
		T::Currency::mint_into(&Self::pot(), amount).unwrap_or(0)
	}

	/// Ends the time for claims of eras that are too old; what their pots have left goes to the current era.
	fn expire_eras(current: EraIndex) {
		let window = Self::claim_window();
		let mut oldest = OldestEra::<T>::get();
		for _ in 0..MAX_EXPIRING {
			if current.saturating_sub(oldest) <= window {
				break;
			}
			let unclaimed = EraPots::<T>::take(oldest).map_or(0, |pot| pot.left);
			CollectedRent::<T>::mutate(|rent| {
				rent.rolled = rent.rolled.saturating_add(unclaimed);
			});
			Self::deposit_event(Event::EraExpired { era: oldest, unclaimed });
			oldest = oldest.saturating_add(1);
		}
		OldestEra::<T>::put(oldest);
	}

	/// Removes records of expired eras, as far as the block has time for it.
	pub(crate) fn clean_points(meter: &mut WeightMeter) {
		if meter.try_consume(T::DbWeight::get().reads(2)).is_err() {
			return;
		}
		if OldestPoints::<T>::get() >= OldestEra::<T>::get() {
			return;
		}
		let base = T::WeightInfo::clean_points(0);
		let each = T::WeightInfo::clean_points(1).saturating_sub(base);
		let time = meter.remaining().saturating_sub(base);
		let fits = time.checked_div_per_component(&each).unwrap_or(u64::from(MAX_POINTS_PER_BLOCK));
		let limit = u32::try_from(fits).unwrap_or(u32::MAX).min(MAX_POINTS_PER_BLOCK);
		if limit > 0 && meter.try_consume(T::WeightInfo::clean_points(limit)).is_ok() {
			Self::remove_points(limit);
		}
	}

	/// Removes at most `limit` records of the oldest expired era, and passes over that era if it has no more.
	pub(crate) fn remove_points(limit: u32) {
		let era = OldestPoints::<T>::get();
		let limit = usize::try_from(limit).unwrap_or(usize::MAX);
		let removed = PointsOf::<T>::drain_prefix(era).take(limit).count();
		if removed < limit {
			OldestPoints::<T>::put(era.saturating_add(1));
		}
	}
}
