//! Placement salts: drawn once for every account, from randomness that nobody knew when it registered.

use crate::{
	Cohorts, Config, CurrentEpoch, Error, Event, Pallet, Recent, Record, Records, Unseeded,
};
use frame_support::{defensive, pallet_prelude::DispatchResult};
use smartlayer_types::{
	nodes::{placement_salt, EpochIndex},
	AccountId,
};
use sp_core::H256;

/// From an account's first registration to the epoch at whose start its randomness is announced. What is announced at
/// the start of epoch r + 2 is made of the VRF outputs of epoch r + 1: all of them lie behind the registration.
const EPOCHS_TO_SEED: EpochIndex = 2;

impl<T: Config> Pallet<T> {
	/// Begins the record of an account that registers for the first time; one that has a record keeps it.
	pub(crate) fn open_record(who: &AccountId, epoch: EpochIndex) {
		if Records::<T>::contains_key(who) {
			return;
		}
		let record = Record {
			registered: epoch,
			salt: None,
			jailed_eras: Recent::default(),
			slashed_epochs: Recent::default(),
		};
		Records::<T>::insert(who, record);
		Cohorts::<T>::mutate(epoch, |cohort| {
			let cohort = cohort.get_or_insert_default();
			cohort.waiting = cohort.waiting.saturating_add(1);
		});
		Unseeded::<T>::mutate(|unseeded| {
			if !unseeded.contains(&epoch) && unseeded.try_push(epoch).is_err() {
				defensive!("cohorts wait for two epochs");
			}
		});
	}

	/// Gives its randomness to every cohort whose second epoch after registration begins with this one. If BABE
	/// skipped epochs, that is the first epoch which was not skipped: its randomness was as unknown.
	pub(crate) fn seed_cohorts(epoch: EpochIndex, randomness: [u8; 32]) {
		Unseeded::<T>::mutate(|unseeded| {
			unseeded.retain(|registered| {
				let wait = registered.saturating_add(EPOCHS_TO_SEED) > epoch;
				if !wait {
					Cohorts::<T>::mutate_extant(registered, |cohort| {
						cohort.seed = Some(randomness);
					});
				}
				wait
			});
		});
	}

	/// The placement salt of an account: as drawn, or as it would be drawn now.
	pub fn placement_salt(who: &AccountId) -> Option<H256> {
		Self::salt_of(who, &Records::<T>::get(who)?)
	}

	fn salt_of(who: &AccountId, record: &Record) -> Option<H256> {
		record.salt.or_else(|| {
			let seed = Cohorts::<T>::get(record.registered)?.seed?;
			Some(placement_salt(Self::genesis(), &seed, who))
		})
	}

	/// The epoch at whose start an account's salt became known; `None` while it is unknown.
	pub(crate) fn salt_epoch(record: &Record) -> Option<EpochIndex> {
		let epoch = record.registered.saturating_add(EPOCHS_TO_SEED);
		(epoch <= CurrentEpoch::<T>::get()).then_some(epoch)
	}

	/// Draws the salt of an account, if it was not drawn; `None` as long as it is unknown.
	pub(crate) fn draw(who: &AccountId) -> Option<H256> {
		let mut record = Records::<T>::get(who)?;
		if record.salt.is_some() {
			return record.salt;
		}
		let salt = Self::salt_of(who, &record)?;
		Cohorts::<T>::mutate_exists(record.registered, |cohort| {
			let Some(some) = cohort else { return };
			some.waiting = some.waiting.saturating_sub(1);
			if some.waiting == 0 {
				*cohort = None;
			}
		});
		record.salt = Some(salt);
		Records::<T>::insert(who, record);
		Self::deposit_event(Event::SaltDrawn { account: who.clone(), salt });
		Some(salt)
	}

	pub(crate) fn do_draw_salt(who: &AccountId) -> DispatchResult {
		let record = Records::<T>::get(who).ok_or(Error::<T>::NoRecord)?;
		frame_support::ensure!(record.salt.is_none(), Error::<T>::SaltKnown);
		Self::draw(who).ok_or(Error::<T>::SaltUnknown)?;
		Ok(())
	}
}
