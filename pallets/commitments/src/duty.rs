//! Duty: what has to be proposed, whose turn it is, and who missed it.

use crate::{traits::Duties, Config, ConfirmedAt, Intervals, LastConfirmed, Pallet, Snapshots};
use alloc::vec::Vec;
use smartlayer_commitment::{
	api::{Duty, Expected},
	turns::{self, Turn},
	IntervalNumber, IntervalRecord, SignerBitmap,
};
use smartlayer_types::{anchors::max_faulty, AnchorMember, BlockNumber};
use sp_core::H256;

impl<T: Config> Pallet<T> {
	/// The interval whose snapshot is due: the first that is not confirmed, if it is over.
	pub(crate) fn due() -> Option<(IntervalNumber, IntervalRecord)> {
		let interval = LastConfirmed::<T>::get().checked_add(1)?;
		let record = Intervals::<T>::get(interval).filter(|it| it.last.is_some())?;
		Some((interval, record))
	}

	/// The turn of a due interval at a block.
	pub(crate) fn turn_of(record: &IntervalRecord, at: BlockNumber) -> Option<Turn> {
		let start = record.duty_start(ConfirmedAt::<T>::get())?;
		turns::turn_at(start, record.members, record.turn_length, at)
	}

	/// The order of turns among the members of an interval's set.
	pub(crate) fn order_of(
		interval: IntervalNumber,
		record: &IntervalRecord,
		members: &[AnchorMember],
	) -> Vec<u32> {
		let accounts = members.iter().map(|it| &it.account);
		turns::order(Self::genesis_hash(), record.seed, interval, accounts)
	}

	/// The member whose turn it is.
	pub(crate) fn in_turn(
		interval: IntervalNumber,
		record: &IntervalRecord,
		turn: &Turn,
	) -> Option<(u32, AnchorMember)> {
		let members = Self::members_of(record.set_id)?;
		let order = Self::order_of(interval, record, &members);
		let index = *order.get(usize::try_from(turn.position).ok()?)?;
		let member = members.into_iter().nth(usize::try_from(index).ok()?)?;
		Some((index, member))
	}

	/// Whose turn it is at a block, as far as the present state tells.
	pub fn duty(at: BlockNumber) -> Option<Duty> {
		let (interval, record) = Self::due()?;
		let turn = Self::turn_of(&record, at)?;
		let (proposer, member) = Self::in_turn(interval, &record, &turn)?;
		Some(Duty { interval, turn, proposer, account: member.account })
	}

	/// What the next proposal has to say.
	pub fn expected() -> Option<Expected> {
		let (interval, record) = Self::due()?;
		let next = Intervals::<T>::get(interval.checked_add(1)?)?;
		let parent = Snapshots::<T>::get(LastConfirmed::<T>::get()).map(|it| it.hash);
		Some(Expected {
			interval,
			set_id: record.set_id,
			next_set_hash: next.set_hash,
			parent: parent.unwrap_or(H256::zero()),
			history_root: Self::history().root(),
			block: record.last?,
		})
	}

	/// Reports who did its duty for an interval and who missed it, when its snapshot is confirmed.
	///
	/// A member misses if a turn of it has ended and it has proposed in none. Where more than f missed, something else
	/// than they is broken and none counts.
	pub(crate) fn settle_duty(
		interval: IntervalNumber,
		record: &IntervalRecord,
		confirmed_turn: u64,
		proposers: &SignerBitmap,
		counted: &SignerBitmap,
	) {
		let Some(members) = Self::members_of(record.set_id) else { return };
		let ended = usize::try_from(confirmed_turn).unwrap_or(usize::MAX);
		let missed: Vec<_> = Self::order_of(interval, record, &members)
			.into_iter()
			.take(ended)
			.filter(|member| !proposers.contains(*member))
			.collect();
		let most = usize::try_from(max_faulty(record.members)).unwrap_or(usize::MAX);
		if missed.len() <= most {
			for member in missed {
				T::Duties::missed(record.set_id, member, !counted.contains(member));
			}
		}
	}
}
