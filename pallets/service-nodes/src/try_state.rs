//! What is true of the pallet's state between any two calls.

use crate::{
	Cohorts, CollectedRent, Config, CurrentEpoch, CurrentEra, Endpoints, EraPots, HoldReason,
	NodeAt, NodeTotals, Nodes, OffersOf, OldestEra, OldestPoints, Pallet, PeerKeys, PointsOf,
	Records, SlashOrder, SlashOrderRange, Slashes, Totals, Unseeded,
};
use alloc::collections::BTreeMap;
use frame_support::{
	ensure,
	traits::fungible::{hold::Inspect as _, Inspect as _},
};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks all invariants.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_nodes()?;
		Self::check_totals()?;
		Self::check_maps()?;
		Self::check_salts()?;
		Self::check_slashes()?;
		Self::check_eras()
	}

	fn check_nodes() -> Result<(), TryRuntimeError> {
		for (account, node) in Nodes::<T>::iter() {
			let held = T::Currency::balance_on_hold(&HoldReason::Bond.into(), &account);
			ensure!(held == node.bond, "a bond is what is held for it");
			ensure!(
				NodeAt::<T>::get(node.index).as_ref() == Some(&account),
				"a number is its node's"
			);
			ensure!(
				Endpoints::<T>::get(&node.endpoint).as_ref() == Some(&account),
				"endpoint lost"
			);
			ensure!(PeerKeys::<T>::get(node.peer_key).as_ref() == Some(&account), "peer key lost");
			ensure!(Records::<T>::contains_key(&account), "a node's account has a record");
			let offers = OffersOf::<T>::get(&account);
			ensure!(offers.at(CurrentEpoch::<T>::get()).is_some(), "a node offers something");
			let ascending = offers.0.windows(2).all(|pair| matches!(pair, [a, b] if a.0 < b.0));
			ensure!(ascending, "offers are in order");
		}
		Ok(())
	}

	fn check_totals() -> Result<(), TryRuntimeError> {
		let mut totals = Totals::default();
		for node in Nodes::<T>::iter_values() {
			totals.bonded = totals.bonded.saturating_add(node.bond);
			if node.state.is_active() {
				totals.active_bonded = totals.active_bonded.saturating_add(node.bond);
				totals.active = totals.active.saturating_add(1);
			}
		}
		ensure!(totals == NodeTotals::<T>::get(), "the totals are those of all nodes");
		Ok(())
	}

	fn check_maps() -> Result<(), TryRuntimeError> {
		let nodes = Nodes::<T>::iter_keys().count();
		ensure!(u32::try_from(nodes) == Ok(Nodes::<T>::count()), "nodes are counted");
		ensure!(NodeAt::<T>::iter_keys().count() == nodes, "each node has one number");
		ensure!(Endpoints::<T>::iter_keys().count() == nodes, "each node has one endpoint");
		ensure!(PeerKeys::<T>::iter_keys().count() == nodes, "each node has one peer key");
		ensure!(OffersOf::<T>::iter_keys().count() == nodes, "only nodes have offers");
		Ok(())
	}

	fn check_salts() -> Result<(), TryRuntimeError> {
		let mut waiting = BTreeMap::<_, u32>::new();
		for record in Records::<T>::iter_values().filter(|record| record.salt.is_none()) {
			let entry = waiting.entry(record.registered).or_default();
			*entry = entry.saturating_add(1);
		}
		for (epoch, cohort) in Cohorts::<T>::iter() {
			ensure!(waiting.remove(&epoch) == Some(cohort.waiting), "a cohort counts who waits");
			let unseeded = Unseeded::<T>::get().contains(&epoch);
			ensure!(unseeded == cohort.seed.is_none(), "cohorts without a seed are listed");
			let seeded_in_time = !unseeded || epoch.saturating_add(2) > CurrentEpoch::<T>::get();
			ensure!(seeded_in_time, "a cohort has its seed from the second epoch on");
		}
		ensure!(waiting.is_empty(), "who waits is in a cohort");
		Ok(())
	}

	fn check_slashes() -> Result<(), TryRuntimeError> {
		let mut pending = BTreeMap::<_, u32>::new();
		for (account, epoch, _) in Slashes::<T>::iter() {
			let record = Records::<T>::get(&account);
			let noted = record.is_some_and(|record| record.slashed_epochs.contains(epoch));
			ensure!(noted, "a slash that waits is remembered");
			let entry = pending.entry(account).or_default();
			*entry = entry.saturating_add(1);
		}
		for (account, node) in Nodes::<T>::iter() {
			let waiting = pending.remove(&account).unwrap_or(0);
			ensure!(waiting == node.pending_slashes, "a node counts its slashes");
		}
		ensure!(pending.is_empty(), "a slash waits for a node");
		let (first, next) = SlashOrderRange::<T>::get();
		let in_range = SlashOrder::<T>::iter_keys().all(|number| number >= first && number < next);
		ensure!(in_range, "the queue lies between its ends");
		Ok(())
	}

	fn check_eras() -> Result<(), TryRuntimeError> {
		let (era, oldest) = (CurrentEra::<T>::get(), OldestEra::<T>::get());
		ensure!(era.start <= CurrentEpoch::<T>::get(), "an era begins with an epoch that began");
		let ordered = OldestPoints::<T>::get() <= oldest && oldest <= era.index;
		ensure!(ordered, "records are removed when their era has expired");
		let rent = CollectedRent::<T>::get();
		let mut owed = rent.fresh.saturating_add(rent.rolled);
		for (index, pot) in EraPots::<T>::iter() {
			ensure!(index >= oldest && index < era.index, "a pot is of an era that can be claimed");
			ensure!(pot.left <= pot.whole && pot.placed > 0, "a pot pays what it has");
			owed = owed.saturating_add(pot.left);
		}
		ensure!(T::Currency::balance(&Self::pot()) >= owed, "the pot covers what eras owe");
		let points_kept = PointsOf::<T>::iter_keys()
			.all(|(index, _)| index >= OldestPoints::<T>::get() && index <= era.index);
		ensure!(points_kept, "records are of eras that were not cleaned");
		Ok(())
	}
}
