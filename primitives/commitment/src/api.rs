//! What clients and workers read of intervals and snapshots, and how workers submit.

use crate::{
	bitmap::SignerBitmap,
	bridge::Bridge,
	evidence::Evidence,
	history::HistoryPeaks,
	interval::{IntervalNumber, IntervalRecord, LastBlock},
	proposal::{Choice, ConfirmedSnapshot, LivingProposal},
	receipt::{Receipt, RecordedSignatures},
	snapshot::Snapshot,
	turns::Turn,
};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;
use smartlayer_types::{evm::EvmSignature, AccountId, AnchorMember, BlockNumber, SetId};
use sp_core::H256;

/// An anchor set with its members and its hash.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct AnchorSet {
	/// Its number.
	pub set_id: SetId,
	/// What snapshots and contracts know it by.
	pub hash: H256,
	/// Its members, in ascending order of their addresses.
	pub members: Vec<AnchorMember>,
}

/// A turn and who takes it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Duty {
	/// The interval to propose.
	pub interval: IntervalNumber,
	/// The turn.
	pub turn: Turn,
	/// Index of the proposer in the interval's set.
	pub proposer: u32,
	/// The proposer.
	pub account: AccountId,
}

/// The fields of the next snapshot that the chain knows; a proposal that differs in one is refused.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Expected {
	/// The interval.
	pub interval: IntervalNumber,
	/// Its set.
	pub set_id: SetId,
	/// Hash of the following interval's set.
	pub next_set_hash: H256,
	/// Hash of the snapshot before.
	pub parent: H256,
	/// Root of the history tree.
	pub history_root: H256,
	/// The interval's last block.
	pub block: LastBlock,
}

sp_api::decl_runtime_apis! {
	/// Intervals, duty, proposals, snapshots, and what belongs to bridges.
	pub trait CommitmentsApi {
		/// The open interval; zero before the first block.
		fn current_interval() -> IntervalNumber;

		/// The record of an interval, open, unconfirmed, or kept.
		fn interval(interval: IntervalNumber) -> Option<IntervalRecord>;

		/// The list: at most `limit` records (and at most 256) from `from` on.
		fn intervals(from: IntervalNumber, limit: u32) -> Vec<(IntervalNumber, IntervalRecord)>;

		/// Whether anchors accept operations: not while too many intervals are unconfirmed.
		fn accepting() -> bool;

		/// The earliest time that an operation of an interval can have, in milliseconds since 1970: to be asked in the state
		/// after the interval's first block.
		fn oldest_operation() -> u64;

		/// The order of turns of an interval: indices into its set.
		fn turn_order(interval: IntervalNumber) -> Option<Vec<u32>>;

		/// Whose turn it is at a block, as far as the present state tells.
		fn duty(at: BlockNumber) -> Option<Duty>;

		/// What the next proposal has to say.
		fn expected() -> Option<Expected>;

		/// The proposal that can be voted on in a block on top of this state.
		fn living_proposal() -> Option<LivingProposal>;

		/// The last confirmed snapshot.
		fn last_confirmed() -> Option<ConfirmedSnapshot>;

		/// The snapshot of an interval, as long as it is kept.
		fn snapshot(interval: IntervalNumber) -> Option<ConfirmedSnapshot>;

		/// Peaks of the history tree and number of its leaves.
		fn history() -> HistoryPeaks;

		/// A set with its members.
		fn set(set: SetId) -> Option<AnchorSet>;

		/// The set of an interval.
		fn set_of(interval: IntervalNumber) -> Option<AnchorSet>;

		/// The set that follows an interval's; known once the interval has ended.
		fn next_set(interval: IntervalNumber) -> Option<AnchorSet>;

		/// Whether members of a set still owe votes or signatures.
		fn owes(set: SetId) -> bool;

		/// The registered bridges.
		fn bridges() -> Vec<Bridge>;

		/// The signatures of an interval's snapshot for a bridge, once they are a quorum.
		fn signatures(interval: IntervalNumber, bridge: Bridge) -> Option<RecordedSignatures>;

		/// Where an interval's snapshot was posted, once a quorum has attested it.
		fn receipt(interval: IntervalNumber, bridge: Bridge) -> Option<Receipt>;

		/// The incarnation of an anchor's log.
		fn incarnation(origin: AccountId) -> u32;

		/// Submits a proposal.
		fn submit_proposal(
			snapshot: Snapshot,
			counted: SignerBitmap,
			signature: EvmSignature,
		) -> Option<()>;

		/// Submits a vote on the living proposal.
		fn submit_vote(
			member: u32,
			proposal: H256,
			choice: Choice,
			signature: EvmSignature,
		) -> Option<()>;

		/// Submits a quorum of signatures.
		fn submit_signatures(
			interval: IntervalNumber,
			bridge: Bridge,
			signatures: RecordedSignatures,
		) -> Option<()>;

		/// Submits the attestation of a receipt.
		fn submit_receipt(
			member: u32,
			interval: IntervalNumber,
			bridge: Bridge,
			receipt: Receipt,
			signature: EvmSignature,
		) -> Option<()>;

		/// Submits evidence of an anchor's offence, which this node's next block will hold.
		fn submit_evidence(evidence: Evidence) -> Option<()>;

		/// Submits the raise of a log's incarnation.
		fn submit_incarnation(
			member: u32,
			incarnation: u32,
			signature: EvmSignature,
		) -> Option<()>;
	}
}
