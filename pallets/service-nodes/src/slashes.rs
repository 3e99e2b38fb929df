//! Slashes: queued by verdict, cancelled by governance, applied by anyone once they are due.

use crate::{
	Config, CurrentEpoch, Error, Event, HoldReason, Nodes, Pallet, QueuedSlash, Records,
	SlashOrder, SlashOrderRange, Slashes, WeightInfo,
};
use frame_support::{
	defensive, ensure,
	pallet_prelude::DispatchResult,
	traits::{
		fungible::hold::Mutate as _,
		tokens::{Fortitude::Force, Precision::BestEffort},
		Get,
	},
	weights::WeightMeter,
};
use smartlayer_types::{
	nodes::{EpochIndex, NodeState},
	AccountId,
};
use sp_runtime::traits::BlockNumberProvider;

/// The most slashes that one block's idle time applies.
pub const MAX_SLASHES_PER_BLOCK: u32 = 10;

/// Queues a slash for a breach; `None` if this breach can't be slashed or was.
pub(crate) fn queue<T: Config>(who: &AccountId, epoch: EpochIndex, rung: u8) -> Option<()> {
	let mut node = Nodes::<T>::get(who)?;
	let mut record = Records::<T>::get(who)?;
	if !Pallet::<T>::is_within_reach(epoch) || record.slashed_epochs.contains(epoch) {
		return None;
	}
	// Who was not registered then broke nothing, and who left in an earlier epoch owed nothing.
	Pallet::<T>::terms_at(who, epoch)?;
	if matches!(node.state, NodeState::Leaving { since, .. } if epoch > since) {
		return None;
	}
	let amount = Pallet::<T>::slash_share(rung).mul_floor(node.bond);
	if amount == 0 {
		return None;
	}
	record.slashed_epochs.mark(epoch);
	Records::<T>::insert(who, record);
	node.pending_slashes = node.pending_slashes.saturating_add(1);
	Nodes::<T>::insert(who, node);
	let due = T::Blocks::current_block_number().saturating_add(T::SlashDelay::get());
	Slashes::<T>::insert(who, epoch, QueuedSlash { rung, amount, due });
	SlashOrderRange::<T>::mutate(|(_, next)| {
		SlashOrder::<T>::insert(*next, (who, epoch));
		*next = next.saturating_add(1);
	});
	let node = who.clone();
	Pallet::<T>::deposit_event(Event::SlashQueued { node, epoch, rung, amount, due });
	Some(())
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_cancel_slash(who: &AccountId, epoch: EpochIndex) -> DispatchResult {
		Slashes::<T>::take(who, epoch).ok_or(Error::<T>::NoSuchSlash)?;
		Nodes::<T>::mutate(who, |node| match node {
			Some(node) => node.pending_slashes = node.pending_slashes.saturating_sub(1),
			None => {
				defensive!("a node with a slash is not withdrawn");
			},
		});
		Self::deposit_event(Event::SlashCancelled { node: who.clone(), epoch });
		Ok(())
	}

	pub(crate) fn do_apply_slash(who: &AccountId, epoch: EpochIndex) -> DispatchResult {
		let slash = Slashes::<T>::get(who, epoch).ok_or(Error::<T>::NoSuchSlash)?;
		ensure!(T::Blocks::current_block_number() >= slash.due, Error::<T>::SlashNotDue);
		let mut node = Nodes::<T>::get(who).ok_or(Error::<T>::NotRegistered)?;
		let reason = HoldReason::Bond.into();
		let most = slash.amount.min(node.bond);
		let amount = T::Currency::burn_held(&reason, who, most, BestEffort, Force)?;
		Slashes::<T>::remove(who, epoch);
		let bond = node.bond.saturating_sub(amount);
		Self::set_bond(&mut node, bond);
		node.pending_slashes = node.pending_slashes.saturating_sub(1);
		let serves = matches!(node.state, NodeState::Active { .. } | NodeState::Probation { .. });
		if serves && !Self::is_bonded(who, &node) {
			Self::put_in_jail(who, &mut node);
		}
		Nodes::<T>::insert(who, node);
		Self::deposit_event(Event::Slashed { node: who.clone(), epoch, amount });
		Ok(())
	}

	/// Applies the slashes at the queue's head that are due, as far as the block has time for it.
	pub(crate) fn apply_due_slashes(meter: &mut WeightMeter) {
		if meter.try_consume(T::DbWeight::get().reads(1)).is_err() {
			return;
		}
		let (first, next) = SlashOrderRange::<T>::get();
		let last = next.min(first.saturating_add(MAX_SLASHES_PER_BLOCK.into()));
		let mut passed = first;
		while passed < last {
			let head = T::WeightInfo::apply_slash().saturating_add(T::DbWeight::get().writes(2));
			if meter.try_consume(head).is_err() || !Self::pass_head(passed) {
				break;
			}
			passed = passed.saturating_add(1);
		}
		if passed > first {
			SlashOrderRange::<T>::put((passed, next));
		}
	}

	/// Applies the slash with this number in the queue, unless it is gone; `false` if it is not due.
	fn pass_head(number: u64) -> bool {
		if let Some((who, epoch)) = SlashOrder::<T>::get(number) {
			let slash = Slashes::<T>::get(&who, epoch);
			if slash.is_some_and(|slash| T::Blocks::current_block_number() < slash.due) {
				return false;
			}
			// A slash that was applied or cancelled is passed over; one that can't be applied waits for a call.
			let applied =
				frame_support::storage::with_storage_layer(|| Self::do_apply_slash(&who, epoch));
			let gone = applied == Err(Error::<T>::NoSuchSlash.into());
			if applied.is_err() && !gone {
				defensive!("what is held can be burned");
			}
		}
		SlashOrder::<T>::remove(number);
		true
	}

	/// The epochs for which slashes of a node wait, with the slashes.
	pub(crate) fn slashes_of(who: &AccountId) -> impl Iterator<Item = (EpochIndex, QueuedSlash)> {
		Slashes::<T>::iter_prefix(who)
	}

	/// The epoch in which the chain is.
	pub fn current_epoch() -> EpochIndex {
		CurrentEpoch::<T>::get()
	}
}
