//! Epochs: their first block, and the order in which they are judged.

use crate::{
	types::Prober, CurrentEpoch, Epochs, Event, Pallet, Probers, Schedule, KEPT_EPOCHS,
	MAX_LADDER_WINDOW,
};
use crate::{Config, EpochClock, Error, Nodes, ProberSets, WeightInfo};
use frame_support::{defensive, traits::Get, weights::Weight, BoundedVec};
use smartlayer_types::{
	slo::{
		draw,
		epoch::{EpochRecord, Stage},
	},
	AnchorSets,
};
use sp_core::H256;
use sp_runtime::Vec;

impl<T: Config> Pallet<T> {
	/// The genesis hash, by which all that is signed and hashed is bound to this network.
	pub(crate) fn genesis() -> H256 {
		frame_system::Pallet::<T>::block_hash(
			frame_system::pallet_prelude::BlockNumberFor::<T>::default(),
		)
	}

	/// The ladder's window in epochs, within its bounds.
	pub(crate) fn ladder_window() -> u64 {
		T::LadderWindow::get().clamp(1, MAX_LADDER_WINDOW)
	}

	/// The epoch of this name, if it is kept.
	pub(crate) fn epoch(epoch: u64) -> Result<EpochRecord, Error<T>> {
		Epochs::<T>::get(epoch).ok_or(Error::<T>::UnknownEpoch)
	}

	/// The first block of an epoch moves the epochs before it on and begins the new one; other blocks do nothing.
	pub(crate) fn do_initialize() -> Weight {
		let now = T::Epochs::index();
		if CurrentEpoch::<T>::get() == Some(now) {
			return T::WeightInfo::same_epoch();
		}
		CurrentEpoch::<T>::put(now);
		let mut schedule = Schedule::<T>::get();
		// Only the two latest can be in one of the stages that end with an epoch.
		for epoch in schedule.iter().rev().take(2) {
			Self::end_stage(*epoch);
		}
		Self::make_room(&mut schedule);
		let begun = Self::new_record(now).filter(|_| schedule.try_push(now).is_ok());
		let Some((record, probers)) = begun else {
			Schedule::<T>::put(schedule);
			Self::deposit_event(Event::EpochSkipped { epoch: now });
			return T::WeightInfo::begin_epoch(T::MaxAnchors::get());
		};
		Schedule::<T>::put(schedule);
		Probers::<T>::insert(now, probers);
		Epochs::<T>::insert(now, record);
		let EpochRecord { set, probers, .. } = record;
		Self::deposit_event(Event::EpochBegun { epoch: now, set, probers });
		T::WeightInfo::begin_epoch(record.anchors)
	}

	/// Ends a stage that lasts as long as an epoch.
	fn end_stage(epoch: u64) {
		Epochs::<T>::mutate(epoch, |record| match record {
			Some(record) if record.stage == Stage::Probing => record.stage = Stage::Revealing,
			Some(record) if record.stage == Stage::Revealing => {
				record.stage = Stage::Judging;
				record.total_bonded = T::Nodes::total_bonded();
			},
			Some(_) => {},
			None => {
				defensive!("every epoch in the schedule has a record");
			},
		});
	}

	/// Removes the oldest record if the schedule is full and the oldest is done.
	fn make_room(
		schedule: &mut BoundedVec<u64, frame_support::traits::ConstU32<{ crate::MAX_EPOCHS }>>,
	) {
		let Some(oldest) = schedule.first().copied().filter(|_| schedule.is_full()) else {
			return;
		};
		if Epochs::<T>::get(oldest).is_some_and(|record| record.stage == Stage::Done) {
			schedule.remove(0);
			Epochs::<T>::remove(oldest);
		}
	}

	/// The record of an epoch that begins now, and who probes in it; `None` if nobody can.
	fn new_record(epoch: u64) -> Option<(EpochRecord, BoundedVec<Prober, T::MaxAnchors>)> {
		let randomness = T::Epochs::randomness(epoch)?;
		let set = T::Anchors::current();
		let members = T::Anchors::members(set).filter(|members| !members.is_empty())?;
		let probers: Vec<Prober> = (0u32..)
			.zip(members)
			.map(|(index, member)| Prober {
				account: member.account,
				address: member.address,
				vrf_key: T::Anchors::vrf_key(set, index),
			})
			.collect();
		let probers = BoundedVec::try_from(probers).ok()?;
		let anchors = u32::try_from(probers.len()).ok()?;
		let record = EpochRecord {
			epoch,
			stage: Stage::Probing,
			set,
			randomness,
			anchors,
			probers: draw::probers(T::Probers::get(), anchors),
			reported: 0,
			judged: 0,
			breaches: 0,
			executed: 0,
			total_bonded: 0,
			failing: 0,
			outage: false,
		};
		Some((record, probers))
	}

	/// The oldest epoch that isn't done, if its reveal is over: the only one that is worked on.
	pub(crate) fn epoch_at_work() -> Option<EpochRecord> {
		let schedule = Schedule::<T>::get();
		let mut records = schedule.iter().filter_map(Epochs::<T>::get);
		records
			.find(|record| record.stage != Stage::Done)
			.filter(|record| record.stage >= Stage::Judging)
	}

	/// Notes that nothing is left to do for an epoch, and keeps the records of the latest such epochs only.
	pub(crate) fn finish(record: &mut EpochRecord) {
		record.stage = Stage::Done;
		Probers::<T>::remove(record.epoch);
		Schedule::<T>::mutate(|schedule| {
			let done = schedule.iter().take_while(|epoch| **epoch < record.epoch).count();
			let kept = usize::try_from(KEPT_EPOCHS).unwrap_or(usize::MAX);
			if done >= kept {
				Epochs::<T>::remove(schedule.remove(0));
			}
		});
		Self::deposit_event(Event::EpochDone { epoch: record.epoch });
	}
}
