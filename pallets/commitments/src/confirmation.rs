//! What a quorum of approvals does.

use crate::{
	traits::Duties, Config, ConfirmedAt, Event, History, LastConfirmed, Living, Pallet, Proposers,
	Snapshots,
};
use smartlayer_commitment::{history_leaf, ConfirmedSnapshot, IntervalRecord, LivingProposal};

impl<T: Config> Pallet<T> {
	/// Makes a proposal the snapshot of its interval, for ever.
	pub(crate) fn confirm(living: LivingProposal, record: &IntervalRecord) {
		let LivingProposal { proposal, snapshot, proposer, .. } = living;
		let (interval, hash) = (proposal.interval, proposal.snapshot_hash);
		let confirmed_at = Self::now();
		History::<T>::mutate(|it| it.append(history_leaf(interval, record.set_id, hash)));
		Snapshots::<T>::insert(
			interval,
			ConfirmedSnapshot { snapshot, hash, proposer, confirmed_at },
		);
		LastConfirmed::<T>::put(interval);
		ConfirmedAt::<T>::put(confirmed_at);
		Living::<T>::kill();
		let proposers = Proposers::<T>::take();
		Self::deposit_event(Event::Confirmed {
			interval,
			set_id: record.set_id,
			snapshot: hash,
			proposer,
		});
		T::Duties::did(record.set_id, proposer);
		Self::settle_duty(interval, record, proposal.turn, &proposers, &proposal.counted);
		Self::settle_hand_over(interval, record.set_id);
		Self::prune();
	}
}
