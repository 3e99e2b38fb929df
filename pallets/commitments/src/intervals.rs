//! The list of intervals: when one ends and the next begins.

use crate::{
	traits::DutySeed, weights::WeightInfo, Config, CurrentInterval, Event, HandOvers, Intervals,
	LastConfirmed, OldestKept, Pallet,
};
use alloc::vec::Vec;
use frame_support::{
	traits::{Get, Time},
	weights::Weight,
};
use smartlayer_commitment::{set_hash, IntervalNumber, IntervalRecord, LastBlock};
use smartlayer_types::{
	time::{HOURS, MINUTES},
	AnchorMember, AnchorSets, BlockNumber, SetId,
};
use sp_core::H256;
use sp_runtime::traits::{SaturatedConversion, Zero};

/// The shortest interval, in blocks.
pub const MIN_LENGTH: BlockNumber = 2;

/// The longest interval, in blocks.
pub const MAX_LENGTH: BlockNumber = 24 * HOURS;

/// The shortest turn of the first round, in blocks: one for the proposal, one for the votes.
pub const MIN_TURN: BlockNumber = 2;

/// The longest turn of the first round, in blocks.
pub const MAX_TURN: BlockNumber = 60 * MINUTES;

/// The shortest window of operations, in milliseconds: a client's clock may be wrong, and intervals may have to wait.
pub const MIN_WINDOW: u64 = 60_000;

/// The longest, in milliseconds: for so long the slots of recorded operations are remembered.
pub const MAX_WINDOW: u64 = 86_400_000;

impl<T: Config> Pallet<T> {
	/// The block that is being built.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}

	/// The network's genesis hash: part of everything that anchors sign.
	pub fn genesis_hash() -> H256 {
		frame_system::Pallet::<T>::block_hash(
			frame_system::pallet_prelude::BlockNumberFor::<T>::zero(),
		)
	}

	/// How long an interval that begins now lasts.
	pub fn interval_length() -> BlockNumber {
		T::IntervalLength::get().clamp(MIN_LENGTH, MAX_LENGTH)
	}

	/// How long a turn of the first round of an interval that begins now lasts.
	pub fn turn_length() -> BlockNumber {
		T::TurnLength::get().clamp(MIN_TURN, MAX_TURN)
	}

	/// How many intervals may wait before anchors stop accepting.
	pub fn backlog_limit() -> u32 {
		let most = T::MaxUnconfirmed::get().saturating_sub(1).max(1);
		T::BacklogLimit::get().clamp(1, most)
	}

	/// How many intervals are over and not confirmed.
	pub fn backlog() -> u64 {
		let over = CurrentInterval::<T>::get().saturating_sub(1);
		over.saturating_sub(LastConfirmed::<T>::get())
	}

	/// Whether anchors accept operations: not while too many intervals wait.
	pub fn accepting() -> bool {
		!CurrentInterval::<T>::get().is_zero() && Self::backlog() < u64::from(Self::backlog_limit())
	}

	/// How much earlier than the first block of an interval its operations may have been signed, in milliseconds.
	pub fn operation_window() -> u64 {
		T::OperationWindow::get().clamp(MIN_WINDOW, MAX_WINDOW)
	}

	/// The earliest time that an operation of the open interval can have, if this is the state after its first block: in
	/// milliseconds since 1970.
	pub fn oldest_operation() -> u64 {
		T::Time::now().saturating_sub(Self::operation_window())
	}

	/// Ends the open interval if it has lasted its time and begins the next.
	///
	/// While the list is full the open interval goes on: the list never grows beyond its bound.
	pub(crate) fn begin_block() -> Weight {
		let quiet = T::WeightInfo::begin_block();
		let (current, now) = (CurrentInterval::<T>::get(), Self::now());
		let open = Intervals::<T>::get(current);
		if let Some(record) = &open {
			let over = now >= record.start.saturating_add(record.length);
			let waiting = current.saturating_sub(LastConfirmed::<T>::get());
			if !over || waiting >= u64::from(T::MaxUnconfirmed::get()) {
				return quiet;
			}
		}
		let Some(next) = Self::record_that_begins(now) else { return quiet };
		if let Some(record) = open {
			Self::end(current, record, now, next.set_id);
		} else {
			OldestKept::<T>::put(1);
		}
		Self::begin(current.saturating_add(1), &next);
		quiet.saturating_add(T::WeightInfo::begin_interval(next.members))
	}

	/// The record of an interval that begins in this block; `None` while the set in office is not known.
	fn record_that_begins(now: BlockNumber) -> Option<IntervalRecord> {
		let set_id = T::Sets::current();
		let members = Self::members_of(set_id)?;
		Some(IntervalRecord {
			start: now,
			length: Self::interval_length(),
			turn_length: Self::turn_length(),
			set_id,
			set_hash: set_hash(set_id, members.iter().map(|it| it.address)),
			members: u32::try_from(members.len()).ok()?,
			seed: T::Seed::seed(),
			last: None,
		})
	}

	/// Writes down an interval's last block, which is the parent of this one.
	fn end(interval: IntervalNumber, record: IntervalRecord, now: BlockNumber, next: SetId) {
		let last = LastBlock {
			number: now.saturating_sub(1),
			hash: frame_system::Pallet::<T>::parent_hash(),
			time_ms: T::Time::now(),
		};
		if record.set_id != next {
			HandOvers::<T>::insert(record.set_id, interval);
		}
		Intervals::<T>::insert(interval, IntervalRecord { last: Some(last), ..record });
	}

	fn begin(interval: IntervalNumber, record: &IntervalRecord) {
		Intervals::<T>::insert(interval, record);
		CurrentInterval::<T>::put(interval);
		Self::deposit_event(Event::IntervalBegan { interval, set_id: record.set_id });
	}

	/// The members of a set; `None` if it is not known, empty, or larger than a set can be.
	pub(crate) fn members_of(set: SetId) -> Option<Vec<AnchorMember>> {
		let members = T::Sets::members(set)?;
		let count = u32::try_from(members.len()).ok()?;
		(1..=T::MaxMembers::get()).contains(&count).then_some(members)
	}
}
