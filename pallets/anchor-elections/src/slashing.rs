//! The queue of slashes: they wait, governance can cancel them, then they are taken and burned.

use crate::{
	Config, Error, Event, HoldReason, LeavingBonds, OffenceId, Pallet, Session, Slash, SlashQueue,
	SlashQueueEnds, SlashQueues, SlashState, Slashes, WaitingSlashes, WeightInfo,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchResult, Weight},
	traits::fungible::hold::Balanced,
};
use smartlayer_types::{AccountId, Balance, BlockNumber};
use sp_runtime::Perbill;

/// Entries of each queue that one block works off.
const PER_BLOCK: u32 = 4;

impl<T: Config> Pallet<T> {
	pub(crate) fn queue_slash(
		offence: OffenceId,
		fraction: Perbill,
		amount: Balance,
		due: BlockNumber,
	) {
		Self::push(SlashQueue::Apply, &offence);
		Self::deposit_event(Event::SlashQueued { offence, fraction, amount, due });
	}

	pub(crate) fn do_cancel_slash(offence: OffenceId) -> DispatchResult {
		let mut slash = Slashes::<T>::get(&offence).ok_or(Error::<T>::NoWaitingSlash)?;
		ensure!(slash.state == SlashState::Waiting, Error::<T>::NoWaitingSlash);
		slash.state = SlashState::Cancelled;
		Self::no_longer_waits(&slash.offender);
		Self::change_candidate(&slash.offender, |candidate| {
			candidate.offences = candidate.offences.saturating_sub(1);
		});
		Slashes::<T>::insert(&offence, slash);
		Self::deposit_event(Event::SlashCancelled { offence });
		Ok(())
	}

	/// Applies slashes that are due and forgets those for which no evidence can come any more, oldest first.
	pub(crate) fn work_off_slashes(now: BlockNumber) -> Weight {
		let mut worked = 0u32;
		for _ in 0..PER_BLOCK {
			let due = |slash: &Slash| slash.due <= now;
			let Some((offence, slash)) = Self::pop(SlashQueue::Apply, due) else { break };
			Self::apply(offence, slash);
			worked = worked.saturating_add(1);
		}
		let session = Session::<T>::get();
		for _ in 0..PER_BLOCK {
			let old = |slash: &Slash| slash.remembered < session;
			let Some((offence, _)) = Self::pop(SlashQueue::Forget, old) else { break };
			Slashes::<T>::remove(offence);
			worked = worked.saturating_add(1);
		}
		<T as Config>::WeightInfo::work_off_slashes(worked)
	}

	/// Takes what the bond still holds of a slash; what is taken is burned.
	fn apply(offence: OffenceId, mut slash: Slash) {
		Self::push(SlashQueue::Forget, &offence);
		if slash.state != SlashState::Waiting {
			return;
		}
		let amount = slash.amount.min(Self::bond_of(&slash.offender));
		let reason = HoldReason::CandidacyBond.into();
		let (credit, missing) = T::NativeBalance::slash(&reason, &slash.offender, amount);
		drop(credit);
		let taken = amount.saturating_sub(missing);
		Self::reduce_bond(&slash.offender, taken);
		Self::no_longer_waits(&slash.offender);
		slash.state = SlashState::Applied;
		slash.amount = taken;
		Slashes::<T>::insert(&offence, slash);
		Self::deposit_event(Event::Slashed { offence, amount: taken });
	}

	/// An account has its bond either as a candidate or as one that left.
	fn reduce_bond(account: &AccountId, amount: Balance) {
		Self::change_candidate(account, |candidate| {
			candidate.bond = candidate.bond.saturating_sub(amount);
		});
		LeavingBonds::<T>::mutate_extant(account, |leaving| {
			leaving.bond = leaving.bond.saturating_sub(amount);
		});
	}

	fn no_longer_waits(account: &AccountId) {
		WaitingSlashes::<T>::mutate_exists(account, |waiting| {
			*waiting = waiting.and_then(|count| count.checked_sub(1)).filter(|count| *count > 0);
		});
	}

	fn push(queue: SlashQueue, offence: &OffenceId) {
		SlashQueueEnds::<T>::mutate(queue, |(_, free)| {
			SlashQueues::<T>::insert(queue, *free, offence);
			*free = free.wrapping_add(1);
		});
	}

	/// The first of a queue, if its time has come.
	fn pop(queue: SlashQueue, ready: impl Fn(&Slash) -> bool) -> Option<(OffenceId, Slash)> {
		let (first, free) = SlashQueueEnds::<T>::get(queue);
		let offence = SlashQueues::<T>::get(queue, first)?;
		let slash = Slashes::<T>::get(&offence)?;
		if !ready(&slash) {
			return None;
		}
		SlashQueues::<T>::remove(queue, first);
		SlashQueueEnds::<T>::insert(queue, (first.wrapping_add(1), free));
		Some((offence, slash))
	}
}
