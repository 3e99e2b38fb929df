//! What follows from breaches: the ladder, or in an outage only jail.

use crate::{
	types::{BreachWitnesses, Conduct},
	Breaches, Conducts, Config, CurrentEpoch, Epochs, Error, Event, Nodes, Pallet, Probers,
};
use frame_support::{traits::Get, BoundedVec};
use smartlayer_types::{
	slo::{
		epoch::{EpochRecord, Stage},
		ladder::{self, Consequence, SLASH_RUNG},
	},
	AccountId,
};
use sp_runtime::{DispatchResult, Vec};

impl<T: Config> Pallet<T> {
	/// Gives one breach its consequence; tells how many witnesses it had.
	pub(crate) fn do_execute(epoch: u64, node: &AccountId) -> Result<u32, Error<T>> {
		let mut record = Self::at_work(epoch, Stage::Executing, Error::<T>::NotExecuting)?;
		let witnesses = Breaches::<T>::take(epoch, node).ok_or(Error::<T>::NoBreach)?;
		let count = Self::execute_breach(&mut record, node, &witnesses);
		Epochs::<T>::insert(epoch, record);
		Ok(count)
	}

	/// Gives a breach that was removed from storage its consequence; tells how many witnesses it had.
	pub(crate) fn execute_breach(
		record: &mut EpochRecord,
		node: &AccountId,
		witnesses: &BreachWitnesses<T::MaxAnchors>,
	) -> u32 {
		record.executed = record.executed.saturating_add(1);
		let epoch = record.epoch;
		if !Self::was_on_duty(node, epoch) {
			Self::deposit_event(Event::BreachDropped { epoch, node: node.clone() });
		} else if record.outage {
			Self::jail(node, epoch);
			Self::deposit_event(Event::BreachExcused { epoch, node: node.clone() });
		} else {
			Self::climb(record, node, witnesses);
		}
		u32::try_from(witnesses.len()).unwrap_or(u32::MAX)
	}

	/// One strike more, and what follows from it.
	fn climb(record: &EpochRecord, node: &AccountId, witnesses: &BreachWitnesses<T::MaxAnchors>) {
		let epoch = record.epoch;
		let conduct = Conducts::<T>::mutate(node, |conduct| {
			Self::add_strike(conduct, epoch, &Self::accounts(epoch, witnesses));
			conduct.clone()
		});
		let rung = u32::try_from(conduct.strikes.len()).unwrap_or(u32::MAX);
		let witnesses = u32::try_from(conduct.witnesses.len()).unwrap_or(u32::MAX);
		let consequence = ladder::consequence(rung, witnesses, record.anchors);
		match consequence {
			Consequence::Warned => T::Nodes::warn(node, epoch),
			Consequence::Jailed => Self::jail(node, epoch),
			Consequence::Slashed => {
				Self::jail(node, epoch);
				let above = rung.saturating_sub(SLASH_RUNG).saturating_add(1);
				T::Nodes::slash(node, epoch, u8::try_from(above).unwrap_or(u8::MAX));
			},
		}
		Self::deposit_event(Event::BreachExecuted {
			epoch,
			node: node.clone(),
			consequence,
			rung,
			witnesses,
		});
	}

	fn jail(node: &AccountId, epoch: u64) {
		Conducts::<T>::mutate(node, |conduct| conduct.jailed = true);
		T::Nodes::jail(node, epoch);
	}

	/// Adds a strike and its witnesses, and forgets those that are out of the window.
	fn add_strike(conduct: &mut Conduct<T::MaxAnchors>, epoch: u64, anchors: &[AccountId]) {
		let window = Self::ladder_window();
		conduct.strikes.retain(|strike| ladder::is_within(*strike, epoch, window));
		if conduct.strikes.is_full() {
			conduct.strikes.remove(0);
		}
		// There is room now.
		let _ = conduct.strikes.try_push(epoch);
		let limit = usize::try_from(T::MaxAnchors::get()).unwrap_or(usize::MAX);
		let witnesses = ladder::witnesses(&conduct.witnesses, anchors, epoch, window, limit);
		conduct.witnesses = BoundedVec::truncate_from(witnesses);
		// A strike that had no room any more takes its witnesses along.
		let oldest = conduct.strikes.first().copied().unwrap_or(epoch);
		conduct.witnesses.retain(|witness| witness.epoch >= oldest);
	}

	/// The accounts of members of an epoch's set.
	fn accounts(epoch: u64, members: &[u32]) -> Vec<AccountId> {
		let probers = Probers::<T>::get(epoch);
		let account = |member: &u32| {
			let prober = probers.get(usize::try_from(*member).ok()?)?;
			Some(prober.account.clone())
		};
		members.iter().filter_map(account).collect()
	}

	/// Forgets a node that is gone and has no strikes within the window.
	pub(crate) fn do_forget(node: &AccountId) -> DispatchResult {
		let now = CurrentEpoch::<T>::get().unwrap_or_default();
		// Verdicts lag: an epoch that still awaits judgement looks back further than the current one.
		let window = Self::ladder_window().saturating_add(crate::MAX_EPOCHS.into());
		let counts = |strike: &u64| ladder::is_within(*strike, now, window);
		let known = Conducts::<T>::contains_key(node) || crate::Verdicts::<T>::contains_key(node);
		if !known {
			return Err(Error::<T>::NothingToDo.into());
		}
		if T::Nodes::state(node).is_some() || Conducts::<T>::get(node).strikes.iter().any(counts) {
			return Err(Error::<T>::StillRemembered.into());
		}
		Conducts::<T>::remove(node);
		crate::Verdicts::<T>::remove(node);
		Self::deposit_event(Event::ConductForgotten { node: node.clone() });
		Ok(())
	}
}
