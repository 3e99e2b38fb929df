//! What a node offers, from which epoch on, and what it offered in the epochs that verdicts reach.

use crate::{Config, Error, Event, Node, Nodes, Offers, OffersOf, Pallet, VERDICT_WINDOW};
use frame_support::{defensive, ensure, pallet_prelude::DispatchResult};
use smartlayer_types::{
	nodes::{EpochIndex, Terms},
	AccountId,
};

impl Offers {
	/// The terms in force in an epoch; `None` before the first.
	pub fn at(&self, epoch: EpochIndex) -> Option<Terms> {
		self.0.iter().rev().find(|(from, _)| *from <= epoch).map(|(_, terms)| *terms)
	}

	/// The terms agreed last, whether or not in force.
	pub fn newest(&self) -> Option<Terms> {
		self.0.last().map(|(_, terms)| *terms)
	}

	/// Terms that count from an epoch on, in place of later ones; entries that no verdict can reach in `now` go.
	pub(crate) fn agree(&mut self, now: EpochIndex, from: EpochIndex, terms: Terms) {
		let oldest = now.saturating_sub(VERDICT_WINDOW);
		self.0.retain(|(start, _)| *start < from);
		while self.0.get(1).is_some_and(|(start, _)| *start <= oldest) {
			self.0.remove(0);
		}
		if self.0.try_push((from, terms)).is_err() {
			defensive!("one entry per epoch of the window, one before and one after");
		}
	}
}

/// Whether the numbers can be true together, and the node offers anything at all.
pub(crate) fn are_coherent(terms: &Terms) -> bool {
	terms.sla.is_coherent() && terms.capacity > 0
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_update_terms(who: &AccountId, terms: Terms) -> DispatchResult {
		let mut node = Nodes::<T>::get(who).ok_or(Error::<T>::NotRegistered)?;
		ensure!(!node.state.is_leaving(), Error::<T>::NodeLeaving);
		ensure!(are_coherent(&terms), Error::<T>::IncoherentTerms);
		let missing = Self::required_bond(&terms).saturating_sub(node.bond);
		if missing > 0 {
			Self::add_bond(who, &mut node, missing)?;
			Nodes::<T>::insert(who, node);
		}
		let now = crate::CurrentEpoch::<T>::get();
		let from = now.saturating_add(1);
		OffersOf::<T>::mutate(who, |offers| offers.agree(now, from, terms));
		Self::deposit_event(Event::TermsChanged { node: who.clone(), from, terms });
		Ok(())
	}

	/// Whether a node's bond is what the terms it agreed last require.
	pub(crate) fn is_bonded(who: &AccountId, node: &Node) -> bool {
		let newest = OffersOf::<T>::get(who).newest();
		newest.is_some_and(|terms| node.bond >= Self::required_bond(&terms))
	}
}
