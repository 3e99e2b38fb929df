//! What the pallet asks of others, and tells them.

use smartlayer_types::{nodes::NodeState, AccountId, AnchorSets, Balance, SetId, Sla};
use sp_core::sr25519;
use sp_runtime::Vec;

/// Anchors and the keys of their VRF.
pub trait ProberSets: AnchorSets {
	/// The BABE session key of a member of the set in office.
	///
	/// It is read in the first block of an epoch and kept for that epoch. It must have been chosen before the
	/// epoch's randomness could be known, as session keys are, which take effect two sessions after they were set.
	fn vrf_key(set: SetId, member: u32) -> Option<sr25519::Public>;
}

/// BABE's epochs.
pub trait EpochClock {
	/// The number of the epoch that lasts. It grows, by more than one where epochs passed without a block.
	fn index() -> u64;

	/// The randomness of the epoch that lasts; `None` for any other that is not known.
	fn randomness(epoch: u64) -> Option<[u8; 32]>;
}

/// Service nodes, as far as verdicts need them and have consequences. No method can fail.
pub trait Nodes {
	/// What the node offered in that epoch, whatever it offers now; `None` if it was not there to be probed. Known
	/// for the epochs that await their verdicts (at most [`crate::MAX_EPOCHS`]).
	fn terms(node: &AccountId, epoch: u64) -> Option<Sla>;

	/// The state of a registered node.
	fn state(node: &AccountId) -> Option<NodeState>;

	/// What can be slashed of the node.
	fn bond(node: &AccountId) -> Balance;

	/// What can be slashed of all nodes.
	fn total_bonded() -> Balance;

	/// Who runs the node.
	fn operator(node: &AccountId) -> AccountId;

	/// The node on probation kept its terms in this epoch, all of which it was tested.
	fn passed_probation(node: &AccountId, epoch: u64);

	/// The node on probation breached its terms in this epoch, all of which it was tested: its test begins anew.
	fn failed_probation(node: &AccountId, epoch: u64);

	/// The node breached its terms for the first time within the window.
	fn warn(node: &AccountId, epoch: u64);

	/// The node is not active any more, not paid, and tested again. A node that left meanwhile is not paid for the
	/// epoch in which it left.
	fn jail(node: &AccountId, epoch: u64);

	/// The node loses part of its bond, after the slash delay. `rung` counts breaches within the window from the
	/// first that slashes, which is 1. Called at most once for an epoch.
	fn slash(node: &AccountId, epoch: u64, rung: u8);
}

/// Rewards for probing.
pub trait ProbeRewards {
	/// Points of the anchors that probed in an epoch: one for each report that was of the medians' order of
	/// magnitude. Called once per epoch, with at most as many anchors as there were in the set.
	fn reward(epoch: u64, points: Vec<(AccountId, u32)>);
}

impl ProbeRewards for () {
	fn reward(_: u64, _: Vec<(AccountId, u32)>) {}
}

/// What benchmarks need of others.
#[cfg(feature = "runtime-benchmarks")]
pub trait BenchmarkHelper {
	/// Has a set of so many anchors in office, with keys for the VRF. It need not be able to sign.
	fn set_anchors(count: u32);

	/// Has the clock in this epoch, with randomness.
	fn set_epoch(epoch: u64);

	/// Registers a node with terms that an unanswered report breaches, and a bond, since before all epochs: active, or
	/// on probation that one good epoch more ends.
	fn add_node(node: &AccountId, active: bool);
}
