//! What the pallet stores.

use crate::Recent;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::BoundedVec;
use scale_info::TypeInfo;
use smartlayer_types::{
	endpoint::Endpoint,
	nodes::{EpochIndex, EraIndex, NodeState, PeerKey, Terms},
	AccountId, Balance, BlockNumber,
};
use sp_core::{ConstU32, H256};

/// How many epochs back a verdict may reach. Reports are opened in the epoch after the probed one and judged in the
/// one after that; the rest is for an operator's appeal, an outage of the chain's, and a longer procedure to come.
pub const VERDICT_WINDOW: EpochIndex = 32;

/// The fewest epochs from leaving to withdrawing, so that the verdict on the last epoch of service comes before.
pub const MIN_LEAVING_EPOCHS: EpochIndex = 4;

/// One entry for each epoch of the window, one for the terms in force before it, one for the next epoch.
pub const MAX_OFFERS: u32 = 34;

/// A registered node.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Node {
	/// Who runs it; its own account unless it named another.
	pub operator: AccountId,
	/// Where it answers, in the one spelling.
	pub endpoint: Endpoint,
	/// Its key in the peer-to-peer network.
	pub peer_key: PeerKey,
	/// Its state.
	pub state: NodeState,
	/// What is held of its account.
	pub bond: Balance,
	/// Its number in `NodeAt`.
	pub index: u32,
	/// Slashes that wait.
	pub pending_slashes: u32,
}

/// What a node offers: the terms with the epochs from which they count, oldest first.
#[derive(
	Clone,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Offers(pub BoundedVec<(EpochIndex, Terms), ConstU32<MAX_OFFERS>>);

/// What is kept of an account for ever, so that neither leaving nor another registration undoes it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Record {
	/// The epoch of its first registration.
	pub registered: EpochIndex,
	/// Its placement salt, once drawn.
	pub salt: Option<H256>,
	/// The eras in which its node was in jail, or left ahead of a verdict; not those of a stay that lasts.
	pub jailed_eras: Recent,
	/// The epochs for which its node was slashed, whatever became of the slash.
	pub slashed_epochs: Recent,
}

/// Accounts that first registered in one epoch and have not drawn their salts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Cohort {
	/// How many they are.
	pub waiting: u32,
	/// The randomness announced at the start of the second epoch after theirs.
	pub seed: Option<[u8; 32]>,
}

/// A slash that waits.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct QueuedSlash {
	/// Which repeat of a breach it answers.
	pub rung: u8,
	/// What it burns, if the bond still has that much.
	pub amount: Balance,
	/// The first block in which it can be applied.
	pub due: BlockNumber,
}

/// Sums over all nodes; their number is counted with the map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Totals {
	/// All bonds.
	pub bonded: Balance,
	/// Bonds of active nodes.
	pub active_bonded: Balance,
	/// Active nodes.
	pub active: u32,
}

/// An era.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Era {
	/// Its number.
	pub index: EraIndex,
	/// Its first epoch.
	pub start: EpochIndex,
}

/// Rent that waits for the end of an era.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Rent {
	/// Rent to which inflation has not added.
	pub fresh: Balance,
	/// What pots of older eras left; inflation has added to it.
	pub rolled: Balance,
}

/// What an era pays for capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct EraPot {
	/// All of it.
	pub whole: Balance,
	/// What has not been claimed.
	pub left: Balance,
	/// The shards that were placed on all nodes, above zero.
	pub placed: u64,
}

/// What is recorded of a node in an era.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct EraPoints {
	/// What was burned of payments to it.
	pub burned: Balance,
	/// Whether its reward has been claimed.
	pub claimed: bool,
}
