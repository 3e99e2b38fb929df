//! Which intervals are kept, and when a set that is out of office is done.

use crate::{
	Attested, Bridges, Config, CurrentInterval, Event, HandOvers, Intervals, LastConfirmed,
	OldestKept, Overdue, Pallet, Receipts, Signatures, Snapshots,
};
use frame_support::traits::Get;
use smartlayer_commitment::IntervalNumber;
use smartlayer_types::{AnchorSets, SetId};

/// The fewest confirmed intervals that are kept.
pub const MIN_RETENTION: u32 = 8;

/// The most confirmed intervals that are kept.
pub const MAX_RETENTION: u32 = 100_000;

/// How many intervals are pruned with a confirmation: more than are confirmed, so that a shorter retention takes hold.
const PRUNED_AT_ONCE: u32 = 2;

/// The most intervals that are kept for their hand-over alone.
pub const MAX_OVERDUE: u32 = 32;

/// The most bridges of one interval, removed ones included, whose entries are pruned.
const PRUNED_BRIDGES: u32 = 256;

impl<T: Config> Pallet<T> {
	/// For how many intervals snapshots are kept.
	pub fn retention() -> u32 {
		T::Retention::get().clamp(MIN_RETENTION, MAX_RETENTION)
	}

	/// Whether members of a set still owe anything: it is in office, the open interval is its own, or its last interval is
	/// not confirmed or not handed over.
	pub fn owes(set: SetId) -> bool {
		let open = Intervals::<T>::get(CurrentInterval::<T>::get());
		if T::Sets::current() == set || open.is_some_and(|it| it.set_id == set) {
			return true;
		}
		HandOvers::<T>::get(set).is_some_and(|interval| {
			interval > LastConfirmed::<T>::get() || !Self::is_handed_over(interval)
		})
	}

	/// Whether the snapshot of a set's last interval, which names the next set, is signed for every bridge that was there.
	/// What is signed, anyone can post.
	pub(crate) fn is_handed_over(interval: IntervalNumber) -> bool {
		Bridges::<T>::get()
			.iter()
			.filter(|it| it.since <= interval)
			.all(|it| Signatures::<T>::contains_key(interval, it.bridge))
	}

	/// Releases a set if a confirmed interval was its last and is handed over.
	pub(crate) fn settle_hand_over(interval: IntervalNumber, set_id: SetId) {
		if HandOvers::<T>::get(set_id) != Some(interval) || !Self::is_handed_over(interval) {
			return;
		}
		HandOvers::<T>::remove(set_id);
		Self::deposit_event(Event::HandedOver { set_id, interval });
		let overdue = Overdue::<T>::mutate(|list| {
			let before = list.len();
			list.retain(|it| *it != interval);
			list.len() < before
		});
		if overdue {
			Self::forget(interval);
		}
	}

	/// Prunes the oldest intervals beyond retention, a few with each confirmation.
	pub(crate) fn prune() {
		let kept_from = LastConfirmed::<T>::get().saturating_sub(Self::retention().into());
		for _ in 0..PRUNED_AT_ONCE {
			let oldest = OldestKept::<T>::get();
			if oldest > kept_from {
				break;
			}
			OldestKept::<T>::put(oldest.saturating_add(1));
			Self::prune_one(oldest);
		}
		Self::look_again_at_overdue();
	}

	/// Forgets an interval, or sets it aside if its set has not handed over.
	fn prune_one(interval: IntervalNumber) {
		let set = Intervals::<T>::get(interval).map(|it| it.set_id);
		let owed = set.filter(|it| HandOvers::<T>::get(it) == Some(interval));
		let Some(set_id) = owed else { return Self::forget(interval) };
		if Self::is_handed_over(interval) {
			HandOvers::<T>::remove(set_id);
			return Self::forget(interval);
		}
		let given_up = Overdue::<T>::mutate(|list| {
			let given_up = list.is_full().then(|| list.remove(0));
			let _ = list.try_push(interval);
			given_up
		});
		if let Some(oldest) = given_up {
			Self::give_up(oldest);
		}
	}

	/// Lets go of an interval that waited too long, so that neither bonds nor storage wait for a dead bridge for ever.
	fn give_up(interval: IntervalNumber) {
		if let Some(record) = Intervals::<T>::get(interval) {
			HandOvers::<T>::remove(record.set_id);
			let set_id = record.set_id;
			Self::deposit_event(Event::HandOverGivenUp { set_id, interval });
		}
		Self::forget(interval);
	}

	/// Looks at the oldest interval that is set aside: a bridge that was removed is owed nothing any more.
	fn look_again_at_overdue() {
		let Some(oldest) = Overdue::<T>::get().first().copied() else { return };
		if let Some(record) = Intervals::<T>::get(oldest) {
			Self::settle_hand_over(oldest, record.set_id);
		}
	}

	/// Removes everything about an interval; the history tree still proves its snapshot.
	fn forget(interval: IntervalNumber) {
		Intervals::<T>::remove(interval);
		Snapshots::<T>::remove(interval);
		let _ = Signatures::<T>::clear_prefix(interval, PRUNED_BRIDGES, None);
		let _ = Attested::<T>::clear_prefix(interval, PRUNED_BRIDGES, None);
		let _ = Receipts::<T>::clear_prefix(interval, PRUNED_BRIDGES, None);
	}
}
