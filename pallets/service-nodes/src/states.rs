//! The states of a node, what changes them, and what others read of a node.

use crate::{
	slashes, BurnRecords, Config, CurrentEpoch, CurrentEra, Error, Event, Node, NodeAt, NodeReads,
	NodeTotals, NodeVerdicts, Nodes, OffersOf, Pallet, Records, VERDICT_WINDOW,
};
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get};
use smartlayer_types::{
	nodes::{EpochIndex, EraIndex, NodeState, Terms},
	AccountId, Balance,
};
use sp_runtime::traits::BlockNumberProvider;

impl<T: Config> Pallet<T> {
	/// Brings a node into another state, and the totals and its account's record with it; the caller stores the node.
	pub(crate) fn change_state(who: &AccountId, node: &mut Node, state: NodeState) {
		let (was, is) = (node.state.is_active(), state.is_active());
		if was != is {
			NodeTotals::<T>::mutate(|totals| {
				totals.active_bonded = if is {
					totals.active_bonded.saturating_add(node.bond)
				} else {
					totals.active_bonded.saturating_sub(node.bond)
				};
				totals.active = if is {
					totals.active.saturating_add(1)
				} else {
					totals.active.saturating_sub(1)
				};
			});
		}
		if let NodeState::Jailed { era, .. } = node.state {
			let now = CurrentEra::<T>::get().index;
			Records::<T>::mutate_extant(who, |record| {
				record.jailed_eras.mark_all(era.into(), now.into());
			});
		}
		node.state = state;
		Self::deposit_event(Event::StateChanged { node: who.clone(), state });
	}

	/// Jails a node from now on; the caller stores it.
	pub(crate) fn put_in_jail(who: &AccountId, node: &mut Node) {
		let until = T::Blocks::current_block_number().saturating_add(T::JailPeriod::get());
		let (since, era) = (CurrentEpoch::<T>::get(), CurrentEra::<T>::get().index);
		Self::change_state(who, node, NodeState::Jailed { since, era, until });
	}

	/// Takes the reward for capacity from a node that left in an epoch and would be jailed now: that of this era, and
	/// of the one before if it left in it.
	fn forfeit_capacity(who: &AccountId, left: EpochIndex) {
		let era = CurrentEra::<T>::get();
		let first = if left < era.start { era.index.saturating_sub(1) } else { era.index };
		Records::<T>::mutate_extant(who, |record| {
			record.jailed_eras.mark_all(first.into(), era.index.into());
		});
	}

	/// Whether an account's node was in jail at any time of an era, or left it ahead of a verdict.
	pub fn was_jailed(who: &AccountId, era: EraIndex) -> bool {
		let jailed_since = |node: Node| match node.state {
			NodeState::Jailed { era: first, .. } => era >= first,
			_ => false,
		};
		Records::<T>::get(who).is_some_and(|record| record.jailed_eras.contains(era.into()))
			|| Nodes::<T>::get(who).is_some_and(jailed_since)
	}

	pub(crate) fn do_try_again(who: &AccountId) -> DispatchResult {
		let mut node = Nodes::<T>::get(who).ok_or(Error::<T>::NotRegistered)?;
		let NodeState::Jailed { until, .. } = node.state else {
			return Err(Error::<T>::NodeNotJailed.into());
		};
		ensure!(T::Blocks::current_block_number() >= until, Error::<T>::StillJailed);
		ensure!(Self::is_bonded(who, &node), Error::<T>::BondTooSmall);
		Self::burn_fee(who, T::RetryFee::get())?;
		let since = CurrentEpoch::<T>::get();
		Self::change_state(who, &mut node, NodeState::Probation { since });
		Nodes::<T>::insert(who, node);
		Ok(())
	}

	/// Whether a verdict on this epoch can still be passed.
	pub(crate) fn is_within_reach(epoch: EpochIndex) -> bool {
		let now = CurrentEpoch::<T>::get();
		epoch <= now && now.saturating_sub(epoch) <= VERDICT_WINDOW
	}

	/// What an account's node offered in an epoch that verdicts can reach, or offers in a later one.
	pub fn terms_at(who: &AccountId, epoch: EpochIndex) -> Option<Terms> {
		let oldest = CurrentEpoch::<T>::get().saturating_sub(VERDICT_WINDOW);
		(epoch >= oldest).then(|| OffersOf::<T>::get(who).at(epoch))?
	}
}

impl<T: Config> NodeVerdicts<AccountId> for Pallet<T> {
	fn passed_probation(who: &AccountId) -> bool {
		let Some(mut node) = Nodes::<T>::get(who) else { return false };
		let NodeState::Probation { since: begun } = node.state else { return false };
		let since = CurrentEpoch::<T>::get();
		let long_enough = since >= begun.saturating_add(Self::probation_epochs());
		if !long_enough || !Self::is_bonded(who, &node) || Self::draw(who).is_none() {
			return false;
		}
		Self::change_state(who, &mut node, NodeState::Active { since });
		Nodes::<T>::insert(who, node);
		true
	}

	fn warn(who: &AccountId, epoch: EpochIndex) -> bool {
		let fits = Nodes::<T>::contains_key(who)
			&& Self::is_within_reach(epoch)
			&& Self::terms_at(who, epoch).is_some();
		if fits {
			Self::deposit_event(Event::Warned { node: who.clone(), epoch });
		}
		fits
	}

	fn jail(who: &AccountId, epoch: EpochIndex) -> bool {
		let Some(mut node) = Nodes::<T>::get(who) else { return false };
		if !Self::is_within_reach(epoch) {
			return false;
		}
		match node.state {
			// A verdict on an epoch before this state began was answered by the state before.
			NodeState::Active { since } if epoch >= since => Self::put_in_jail(who, &mut node),
			NodeState::Probation { since } if epoch >= since => {
				let since = CurrentEpoch::<T>::get();
				Self::change_state(who, &mut node, NodeState::Probation { since });
			},
			// Leaving ahead of the verdict saves the bond from nothing, and the reward neither.
			NodeState::Leaving { since, .. } if epoch <= since => {
				Self::forfeit_capacity(who, since);
			},
			_ => return false,
		}
		Nodes::<T>::insert(who, node);
		true
	}

	fn release(who: &AccountId) -> bool {
		let Some(mut node) = Nodes::<T>::get(who) else { return false };
		if !matches!(node.state, NodeState::Jailed { .. }) {
			return false;
		}
		let since = CurrentEpoch::<T>::get();
		Self::change_state(who, &mut node, NodeState::Probation { since });
		Nodes::<T>::insert(who, node);
		true
	}

	fn slash(who: &AccountId, epoch: EpochIndex, rung: u8) -> bool {
		slashes::queue::<T>(who, epoch, rung).is_some()
	}
}

impl<T: Config> NodeReads<AccountId> for Pallet<T> {
	fn is_active(account: &AccountId) -> bool {
		Nodes::<T>::get(account).is_some_and(|node| node.state.is_active())
	}

	fn is_in_probation(account: &AccountId) -> bool {
		Nodes::<T>::get(account)
			.is_some_and(|node| matches!(node.state, NodeState::Probation { .. }))
	}

	fn count() -> u32 {
		Nodes::<T>::count()
	}

	fn at(index: u32) -> Option<AccountId> {
		NodeAt::<T>::get(index)
	}

	fn bond_of(account: &AccountId) -> Balance {
		Nodes::<T>::get(account).map_or(0, |node| node.bond)
	}

	fn total_bonded() -> Balance {
		NodeTotals::<T>::get().bonded
	}

	fn active_bonded() -> Balance {
		NodeTotals::<T>::get().active_bonded
	}

	fn operator_of(account: &AccountId) -> Option<AccountId> {
		Nodes::<T>::get(account).map(|node| node.operator)
	}

	fn terms_at(account: &AccountId, epoch: EpochIndex) -> Option<Terms> {
		Self::terms_at(account, epoch)
	}
}

impl<T: Config> BurnRecords<AccountId> for Pallet<T> {
	fn on_burned(payee: &AccountId, amount: Balance) {
		Self::record_burned(payee, amount);
	}
}
