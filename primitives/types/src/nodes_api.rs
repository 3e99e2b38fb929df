//! The runtime API of service nodes: what clients, probers and the placement of shards read.

use crate::{
	endpoint::Endpoint,
	nodes::{EpochIndex, EraIndex, NodeState, PeerKey, Terms},
	AccountId, Balance, BlockNumber,
};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Perbill;

/// The most nodes that one call returns.
pub const MAX_NODES_PER_PAGE: u32 = 1_000;

/// A registered node.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct NodeInfo {
	/// Who registered it, holds its bond and is paid.
	pub account: AccountId,
	/// Who runs it: nodes of one operator count together where only so much of one operator may count.
	pub operator: AccountId,
	/// Where it answers.
	pub endpoint: Endpoint,
	/// Its key in the peer-to-peer network; see [`crate::nodes::peer_id`].
	pub peer_key: PeerKey,
	/// Its state.
	pub state: NodeState,
	/// What it offers in this epoch.
	pub terms: Terms,
	/// What it offers from the next epoch, if that differs.
	pub next_terms: Option<Terms>,
	/// What is held of its account.
	pub bond: Balance,
	/// Its placement salt; `None` until the second epoch after registration.
	pub salt: Option<H256>,
	/// Shards that can be placed on it in this era: its capacity when the era began, zero for a node that is not
	/// active or whose salt was unknown then.
	pub placeable: u32,
	/// Slashes that wait in the queue.
	pub pending_slashes: u32,
}

/// Some of all nodes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct NodePage {
	/// The nodes of this page that were asked for.
	pub nodes: Vec<NodeInfo>,
	/// Where the next page begins; `None` after the last. Pages fit together if they are read at one block.
	pub next: Option<u32>,
}

/// A slash that waits.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct PendingSlash {
	/// The epoch of the breach.
	pub epoch: EpochIndex,
	/// Which repeat of a breach it answers.
	pub rung: u8,
	/// What is burned of the bond, if that much is left of it.
	pub amount: Balance,
	/// The first block in which it can be applied.
	pub due: BlockNumber,
}

/// What a node earned in an era.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct NodeEra {
	/// What was burned of the payments to it.
	pub burned: Balance,
	/// Shards that were placed on it.
	pub placed: u32,
	/// Whether it was in jail at any time of the era.
	pub jailed: bool,
	/// Whether the reward has been claimed.
	pub claimed: bool,
	/// What a claim pays for capacity; zero while the era lasts.
	pub capacity_reward: Balance,
	/// What a claim pays for paid calls.
	pub paid_call_reward: Balance,
}

/// The eras and epochs in which the chain is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct EraStatus {
	/// The epoch.
	pub epoch: EpochIndex,
	/// The era; the reward for any era before it can be claimed.
	pub era: EraIndex,
	/// The era's first epoch.
	pub first_epoch: EpochIndex,
	/// The oldest era whose reward can be claimed.
	pub oldest_claimable: EraIndex,
	/// Rent that came in for this era, and what older eras left.
	pub rent: Balance,
}

/// Totals over all nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct NodeTotals {
	/// Registered nodes, in whatever state.
	pub nodes: u32,
	/// Active nodes.
	pub active_nodes: u32,
	/// All bonds.
	pub bonded: Balance,
	/// The bonds of active nodes.
	pub active_bonded: Balance,
}

/// The parameters in force, inside their bounds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct NodeParameters {
	/// Burned at registration.
	pub registration_fee: Balance,
	/// Burned when a jailed node asks for another probation.
	pub retry_fee: Balance,
	/// The bond's fixed part.
	pub bond_base: Balance,
	/// The bond's part for each shard of capacity.
	pub bond_per_capacity: Balance,
	/// The bond's part for each call per second.
	pub bond_per_throughput: Balance,
	/// The shortest probation, in epochs.
	pub probation_epochs: EpochIndex,
	/// The shortest stay in jail, in blocks.
	pub jail_period: BlockNumber,
	/// From leaving to withdrawing the bond, in blocks.
	pub unbonding_period: BlockNumber,
	/// From a slash's verdict to its application, in blocks.
	pub slash_delay: BlockNumber,
	/// Share of the bond that a slash of the first rung burns; each further rung adds as much.
	pub slash_step: Perbill,
	/// The largest share of the bond that one slash burns.
	pub max_slash: Perbill,
	/// Epochs in an era.
	pub epochs_per_era: EpochIndex,
	/// How many eras a reward can be claimed after its own.
	pub claim_window: EraIndex,
	/// What inflation adds to rent, as a share of it.
	pub inflation_share: Perbill,
	/// Reward for paid calls, as a share of what was burned.
	pub paid_call_share: Perbill,
	/// Whether endpoints of plain HTTP and local names are taken.
	pub development_endpoints: bool,
}

sp_api::decl_runtime_apis! {
	/// Reads service nodes.
	pub trait ServiceNodesApi {
		/// The node of an account.
		fn node(account: AccountId) -> Option<NodeInfo>;

		/// The node at an endpoint, in whatever spelling.
		fn node_at_endpoint(endpoint: Vec<u8>) -> Option<AccountId>;

		/// Nodes in whatever state: those numbered `from` and following, at most `limit`.
		fn nodes(from: u32, limit: u32) -> NodePage;

		/// The active ones among the nodes numbered `from` and following, of which at most `limit` are looked at.
		fn active_nodes(from: u32, limit: u32) -> NodePage;

		/// The placement salt of an account, also after its node has gone; `None` as long as it is unknown.
		fn placement_salt(account: AccountId) -> Option<H256>;

		/// What a node offered in an epoch; `None` for one that was not registered or is too long ago.
		fn terms_at(account: AccountId, epoch: EpochIndex) -> Option<Terms>;

		/// The slashes that wait for a node.
		fn pending_slashes(account: AccountId) -> Vec<PendingSlash>;

		/// What a node earned in an era.
		fn node_era(era: EraIndex, account: AccountId) -> NodeEra;

		/// Epoch, era and rent.
		fn era_status() -> EraStatus;

		/// Totals over all nodes.
		fn node_totals() -> NodeTotals;

		/// The parameters in force.
		fn node_parameters() -> NodeParameters;

		/// What is bonded for these terms.
		fn required_bond(terms: Terms) -> Balance;

		/// The 32 bytes that a peer key signs to be registered for an account; `None` for a malformed endpoint.
		fn registration_digest(account: AccountId, endpoint: Vec<u8>, key: PeerKey) -> Option<H256>;
	}
}
