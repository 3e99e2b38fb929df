//! How this pallet meets others: what it asks of them, and what it offers them.

use smartlayer_types::nodes::{EpochIndex, EraIndex, Terms};
use smartlayer_types::Balance;

/// BABE's epochs. The runtime answers from pallet-babe.
pub trait EpochRandomness {
	/// The index of the epoch to which the current block belongs.
	fn epoch() -> EpochIndex;

	/// The randomness that was announced at this epoch's start for the next epoch. It is made of the VRF outputs of
	/// the epoch before this one, and does not change while this epoch lasts.
	fn next_randomness() -> [u8; 32];
}

/// Which shards were placed where.
pub trait Placement<AccountId> {
	/// Shards placed on a node in an era. Does not change once the era is over.
	fn placed(era: EraIndex, node: &AccountId) -> u32;

	/// Shards placed on all nodes in an era; asked when the era ends, and must not change afterwards.
	fn total(era: EraIndex) -> u64;
}

/// Nothing is placed.
impl<AccountId> Placement<AccountId> for () {
	fn placed(_: EraIndex, _: &AccountId) -> u32 {
		0
	}

	fn total(_: EraIndex) -> u64 {
		0
	}
}

/// What the judge of service levels decides about nodes.
///
/// No verdict fails: one that does not fit the node's state or comes too late has no effect, and says so with
/// `false`. Verdicts on one epoch may come in any order.
pub trait NodeVerdicts<AccountId> {
	/// The node passed its serviceability test: it becomes active, unless its probation was too short, its bond is too
	/// small or its salt unknown, in which case the test goes on.
	fn passed_probation(node: &AccountId) -> bool;

	/// The node broke its service level in an epoch; the first rung of the ladder.
	fn warn(node: &AccountId, epoch: EpochIndex) -> bool;

	/// The node failed in an epoch: an active node is jailed, a probation begins anew, and a node that left since then
	/// is not rewarded for its capacity.
	fn jail(node: &AccountId, epoch: EpochIndex) -> bool;

	/// A jailed node may begin its probation now and without a fee.
	fn release(node: &AccountId) -> bool;

	/// Queues a slash for a breach in an epoch. `rung` counts the slashes of the ladder's window from 1; the share of
	/// the bond rises with it.
	fn slash(node: &AccountId, epoch: EpochIndex, rung: u8) -> bool;
}

/// What others read of nodes.
pub trait NodeReads<AccountId> {
	/// Whether the account has a node that can be placed and called.
	fn is_active(account: &AccountId) -> bool;

	/// Whether the account has a node that is tested.
	fn is_in_probation(account: &AccountId) -> bool;

	/// The number of nodes in whatever state.
	fn count() -> u32;

	/// A node by its number below [`Self::count`].
	fn at(index: u32) -> Option<AccountId>;

	/// The bond of the account's node; zero without a node.
	fn bond_of(account: &AccountId) -> Balance;

	/// All bonds.
	fn total_bonded() -> Balance;

	/// The bonds of active nodes.
	fn active_bonded() -> Balance;

	/// Who runs the account's node.
	fn operator_of(account: &AccountId) -> Option<AccountId>;

	/// What the account's node offered in an epoch: what a verdict on that epoch is judged by.
	fn terms_at(account: &AccountId, epoch: EpochIndex) -> Option<Terms>;
}

/// Takes note of what was burned of payments to nodes.
pub trait BurnRecords<AccountId> {
	/// `amount` was burned of a payment to `payee`. Has no effect for an account without a node.
	fn on_burned(payee: &AccountId, amount: Balance);
}
