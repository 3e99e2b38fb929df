//! What the runtime API of service nodes answers.

use crate::{
	CollectedRent, Config, CurrentEpoch, CurrentEra, Endpoints, EraPots, Node, NodeAt, Nodes,
	OffersOf, OldestEra, Pallet, Placement, PointsOf, Records,
};
use alloc::vec::Vec;
use frame_support::traits::Get;
use smartlayer_types::{
	endpoint::normalise,
	nodes::{registration_digest, EraIndex, PeerKey},
	nodes_api::{
		EraStatus, NodeEra, NodeInfo, NodePage, NodeTotals, PendingSlash, MAX_NODES_PER_PAGE,
	},
	AccountId,
};
use sp_core::H256;

impl<T: Config> Pallet<T> {
	/// The node of an account.
	pub fn node(account: &AccountId) -> Option<NodeInfo> {
		Nodes::<T>::get(account).and_then(|node| Self::info(account, node))
	}

	fn info(account: &AccountId, node: Node) -> Option<NodeInfo> {
		let epoch = CurrentEpoch::<T>::get();
		let offers = OffersOf::<T>::get(account);
		let terms = offers.at(epoch)?;
		Some(NodeInfo {
			placeable: Self::placeable(account, &node),
			account: account.clone(),
			operator: node.operator,
			endpoint: node.endpoint,
			peer_key: node.peer_key,
			state: node.state,
			terms,
			next_terms: offers.newest().filter(|newest| *newest != terms),
			bond: node.bond,
			salt: Self::placement_salt(account),
			pending_slashes: node.pending_slashes,
		})
	}

	/// How many shards can be placed on a node in this era: what it offered when the era began.
	fn placeable(account: &AccountId, node: &Node) -> u32 {
		let start = CurrentEra::<T>::get().start;
		let salt_epoch = Records::<T>::get(account).and_then(|record| Self::salt_epoch(&record));
		if !node.state.is_active() || salt_epoch.is_none_or(|known| known > start) {
			return 0;
		}
		OffersOf::<T>::get(account).at(start).map_or(0, |terms| terms.capacity)
	}

	/// The node at an endpoint, in whatever spelling.
	pub fn node_at_endpoint(endpoint: &[u8]) -> Option<AccountId> {
		Endpoints::<T>::get(normalise(endpoint, T::DevelopmentEndpoints::get())?)
	}

	/// Nodes by number.
	pub fn nodes(from: u32, limit: u32) -> NodePage {
		Self::page(from, limit, |_| true)
	}

	/// The active ones among nodes by number.
	pub fn active_nodes(from: u32, limit: u32) -> NodePage {
		Self::page(from, limit, |node| node.state.is_active())
	}

	fn page(from: u32, limit: u32, is_wanted: impl Fn(&Node) -> bool) -> NodePage {
		let count = Nodes::<T>::count();
		let end = from.saturating_add(limit.clamp(1, MAX_NODES_PER_PAGE)).min(count);
		let nodes = (from..end)
			.filter_map(|index| {
				let account = NodeAt::<T>::get(index)?;
				let node = Nodes::<T>::get(&account).filter(&is_wanted)?;
				Self::info(&account, node)
			})
			.collect();
		NodePage { nodes, next: (end < count).then_some(end) }
	}

	/// The slashes that wait for a node.
	pub fn pending_slashes(account: &AccountId) -> Vec<PendingSlash> {
		let mut pending: Vec<_> = Self::slashes_of(account)
			.map(|(epoch, slash)| PendingSlash {
				epoch,
				rung: slash.rung,
				amount: slash.amount,
				due: slash.due,
			})
			.collect();
		pending.sort_by_key(|slash| slash.epoch);
		pending
	}

	/// What a node earned in an era.
	pub fn node_era(era: EraIndex, account: &AccountId) -> NodeEra {
		let points = PointsOf::<T>::get(era, account);
		let pot = EraPots::<T>::get(era);
		NodeEra {
			burned: points.burned,
			placed: T::Placement::placed(era, account),
			jailed: Self::was_jailed(account, era),
			claimed: points.claimed,
			capacity_reward: pot.map_or(0, |pot| Self::capacity_reward(era, account, &pot)),
			paid_call_reward: Self::paid_call_reward(points.burned),
		}
	}

	/// Epoch, era and rent.
	pub fn era_status() -> EraStatus {
		let (era, rent) = (CurrentEra::<T>::get(), CollectedRent::<T>::get());
		EraStatus {
			epoch: CurrentEpoch::<T>::get(),
			era: era.index,
			first_epoch: era.start,
			oldest_claimable: OldestEra::<T>::get(),
			rent: rent.fresh.saturating_add(rent.rolled),
		}
	}

	/// Totals over all nodes.
	pub fn node_totals() -> NodeTotals {
		let totals = crate::NodeTotals::<T>::get();
		NodeTotals {
			nodes: Nodes::<T>::count(),
			active_nodes: totals.active,
			bonded: totals.bonded,
			active_bonded: totals.active_bonded,
		}
	}

	/// What a peer key signs to be registered for an account.
	pub fn registration_digest(
		account: &AccountId,
		endpoint: &[u8],
		key: &PeerKey,
	) -> Option<H256> {
		let endpoint = normalise(endpoint, T::DevelopmentEndpoints::get())?;
		Some(registration_digest(Self::genesis(), account, &endpoint, key))
	}
}
