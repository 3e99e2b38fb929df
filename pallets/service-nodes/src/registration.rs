//! Registering a node, its endpoint and peer key, its bond, leaving and withdrawing.

use crate::{
	offers, Config, CurrentEpoch, Endpoints, Error, Event, HoldReason, Node, NodeAt, NodeTotals,
	Nodes, Offers, OffersOf, Pallet, PeerKeys, MIN_LEAVING_EPOCHS,
};
use frame_support::{
	defensive, ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::{
		fungible::{hold::Mutate as _, Mutate as _},
		tokens::{Fortitude::Polite, Precision, Preservation::Preserve},
		Get,
	},
};
use smartlayer_types::{
	endpoint::{normalise, Endpoint},
	nodes::{registration_digest, NodeState, PeerKey, Terms},
	AccountId, Balance,
};
use sp_core::{ed25519, H256};
use sp_runtime::traits::{BlockNumberProvider, Zero};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(
		who: &AccountId,
		endpoint: &Endpoint,
		peer_key: PeerKey,
		proof: &ed25519::Signature,
		terms: Terms,
	) -> DispatchResult {
		ensure!(!Nodes::<T>::contains_key(who), Error::<T>::AlreadyRegistered);
		ensure!(offers::are_coherent(&terms), Error::<T>::IncoherentTerms);
		let endpoint = Self::check_identity(who, endpoint, &peer_key, proof)?;

		Self::burn_fee(who, T::RegistrationFee::get())?;
		let epoch = CurrentEpoch::<T>::get();
		let index = Nodes::<T>::count();
		let mut node = Node {
			operator: who.clone(),
			endpoint: endpoint.clone(),
			peer_key,
			state: NodeState::Probation { since: epoch },
			bond: 0,
			index,
			pending_slashes: 0,
		};
		let bond = Self::required_bond(&terms);
		Self::add_bond(who, &mut node, bond)?;
		Nodes::<T>::insert(who, node);
		NodeAt::<T>::insert(index, who);
		Endpoints::<T>::insert(&endpoint, who);
		PeerKeys::<T>::insert(peer_key, who);
		let mut offers = Offers::default();
		offers.agree(epoch, epoch, terms);
		OffersOf::<T>::insert(who, offers);
		Self::open_record(who, epoch);
		Self::deposit_event(Event::Registered {
			node: who.clone(),
			endpoint,
			peer_key,
			terms,
			bond,
		});
		Ok(())
	}

	pub(crate) fn do_update_endpoint(
		who: &AccountId,
		endpoint: &Endpoint,
		peer_key: PeerKey,
		proof: &ed25519::Signature,
	) -> DispatchResult {
		let mut node = Nodes::<T>::get(who).ok_or(Error::<T>::NotRegistered)?;
		ensure!(!node.state.is_leaving(), Error::<T>::NodeLeaving);
		let endpoint = Self::check_identity(who, endpoint, &peer_key, proof)?;
		Endpoints::<T>::remove(&node.endpoint);
		PeerKeys::<T>::remove(node.peer_key);
		Endpoints::<T>::insert(&endpoint, who);
		PeerKeys::<T>::insert(peer_key, who);
		node.endpoint = endpoint.clone();
		node.peer_key = peer_key;
		Nodes::<T>::insert(who, node);
		Self::deposit_event(Event::EndpointChanged { node: who.clone(), endpoint, peer_key });
		Ok(())
	}

	/// The endpoint in its one spelling, if neither it nor the peer key are another node's and the key signed for this
	/// account.
	fn check_identity(
		who: &AccountId,
		endpoint: &Endpoint,
		peer_key: &PeerKey,
		proof: &ed25519::Signature,
	) -> Result<Endpoint, DispatchError> {
		let endpoint = normalise(endpoint, T::DevelopmentEndpoints::get())
			.ok_or(Error::<T>::MalformedEndpoint)?;
		let is_free = |owner: Option<AccountId>| owner.is_none_or(|owner| owner == *who);
		ensure!(is_free(Endpoints::<T>::get(&endpoint)), Error::<T>::EndpointTaken);
		ensure!(is_free(PeerKeys::<T>::get(peer_key)), Error::<T>::PeerKeyTaken);
		let digest = registration_digest(Self::genesis(), who, &endpoint, peer_key);
		let signed = sp_io::crypto::ed25519_verify(proof, digest.as_bytes(), peer_key);
		ensure!(signed, Error::<T>::BadPeerProof);
		Ok(endpoint)
	}

	pub(crate) fn do_set_operator(who: &AccountId, operator: AccountId) -> DispatchResult {
		Nodes::<T>::try_mutate(who, |node| {
			let node = node.as_mut().ok_or(Error::<T>::NotRegistered)?;
			node.operator = operator.clone();
			Self::deposit_event(Event::OperatorChanged { node: who.clone(), operator });
			Ok(())
		})
	}

	pub(crate) fn do_bond_extra(who: &AccountId, amount: Balance) -> DispatchResult {
		let mut node = Nodes::<T>::get(who).ok_or(Error::<T>::NotRegistered)?;
		ensure!(!node.state.is_leaving(), Error::<T>::NodeLeaving);
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		Self::add_bond(who, &mut node, amount)?;
		Nodes::<T>::insert(who, node);
		Ok(())
	}

	/// Holds more of the account; the caller stores the node.
	pub(crate) fn add_bond(who: &AccountId, node: &mut Node, amount: Balance) -> DispatchResult {
		T::Currency::hold(&HoldReason::Bond.into(), who, amount)?;
		let bond = node.bond.saturating_add(amount);
		Self::set_bond(node, bond);
		Self::deposit_event(Event::Bonded { node: who.clone(), amount, bond });
		Ok(())
	}

	/// Sets a node's bond to what is held, and the totals with it.
	pub(crate) fn set_bond(node: &mut Node, bond: Balance) {
		let active = node.state.is_active();
		NodeTotals::<T>::mutate(|totals| {
			totals.bonded = totals.bonded.saturating_sub(node.bond).saturating_add(bond);
			if active {
				totals.active_bonded =
					totals.active_bonded.saturating_sub(node.bond).saturating_add(bond);
			}
		});
		node.bond = bond;
	}

	pub(crate) fn do_leave(who: &AccountId) -> DispatchResult {
		let mut node = Nodes::<T>::get(who).ok_or(Error::<T>::NotRegistered)?;
		ensure!(!node.state.is_leaving(), Error::<T>::NodeLeaving);
		let since = CurrentEpoch::<T>::get();
		let until = T::Blocks::current_block_number().saturating_add(T::UnbondingPeriod::get());
		Self::change_state(who, &mut node, NodeState::Leaving { since, until });
		Nodes::<T>::insert(who, node);
		Ok(())
	}

	pub(crate) fn do_withdraw(who: &AccountId) -> DispatchResult {
		let mut node = Nodes::<T>::get(who).ok_or(Error::<T>::NotRegistered)?;
		let NodeState::Leaving { since, until } = node.state else {
			return Err(Error::<T>::NodeNotLeaving.into());
		};
		let first_epoch = since.saturating_add(MIN_LEAVING_EPOCHS);
		let over =
			T::Blocks::current_block_number() >= until && CurrentEpoch::<T>::get() >= first_epoch;
		ensure!(over, Error::<T>::StillUnbonding);
		ensure!(node.pending_slashes == 0, Error::<T>::SlashesPending);

		let bond = node.bond;
		T::Currency::release(&HoldReason::Bond.into(), who, bond, Precision::Exact)?;
		Self::set_bond(&mut node, 0);
		Self::remove_node(who, &node);
		// Frees the cohort's entry; the salt would be the same if it were drawn later.
		let _ = Self::draw(who);
		Self::deposit_event(Event::Withdrawn { node: who.clone(), bond });
		Ok(())
	}

	/// Removes everything of a node but its account's record. The last node takes its number.
	fn remove_node(who: &AccountId, node: &Node) {
		Nodes::<T>::remove(who);
		OffersOf::<T>::remove(who);
		Endpoints::<T>::remove(&node.endpoint);
		PeerKeys::<T>::remove(node.peer_key);
		let last = Nodes::<T>::count();
		let Some(moved) = NodeAt::<T>::take(last) else {
			defensive!("nodes are numbered without gaps");
			return;
		};
		if node.index != last {
			Nodes::<T>::mutate(&moved, |other| match other {
				Some(other) => other.index = node.index,
				None => {
					defensive!("every number is a node's");
				},
			});
			NodeAt::<T>::insert(node.index, moved);
		}
	}

	/// Burns a fee; the account keeps what it needs to exist.
	pub(crate) fn burn_fee(who: &AccountId, amount: Balance) -> DispatchResult {
		if amount > 0 {
			T::Currency::burn_from(who, amount, Preserve, Precision::Exact, Polite)?;
			Self::deposit_event(Event::FeeBurned { account: who.clone(), amount });
		}
		Ok(())
	}

	/// The genesis hash, which every domain contains.
	pub(crate) fn genesis() -> H256 {
		frame_system::Pallet::<T>::block_hash(
			frame_system::pallet_prelude::BlockNumberFor::<T>::zero(),
		)
	}
}
