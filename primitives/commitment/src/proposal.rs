//! Proposals of snapshots, votes on them, and what a quorum of approvals makes of one.

#![allow(clippy::cast_possible_truncation, reason = "`codec` numbers the variants")]

use crate::{bitmap::SignerBitmap, snapshot::Snapshot};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{domain, BlockNumber, SetId};
use sp_core::H256;

/// What a proposer signs and voters name. One for each turn: it dies with the turn.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Proposal {
	/// The interval.
	pub interval: u64,
	/// Number of the turn, see [`crate::turns::Turn::ordinal`].
	pub turn: u64,
	/// Hash of the snapshot, which holds the hash of the cut.
	pub snapshot_hash: H256,
	/// The members whose vectors the cut counts. Voters check it with the cut.
	pub counted: SignerBitmap,
}

impl Proposal {
	/// The proposal's hash, which is also what the proposer signs.
	pub fn hash(&self, genesis: H256) -> H256 {
		domain::hash("snapshot proposal", genesis, self)
	}
}

/// Why a voter rejects. Lacking data is never a reason.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum RejectReason {
	/// The cut gives another root.
	#[codec(index = 0)]
	WrongRoot,
	/// An instance's state is extended against its class's rules.
	#[codec(index = 1)]
	InvalidExtension,
	/// An operation that the voter announced is left out.
	#[codec(index = 2)]
	OmittedAnnouncement {
		/// Digest of the operation, whose certificate the voter shows to whoever asks.
		operation: H256,
	},
}

/// What a voter decides.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Choice {
	/// The snapshot is what the voter rebuilt.
	#[codec(index = 0)]
	Approve,
	/// It is not.
	#[codec(index = 1)]
	Reject(RejectReason),
}

/// A member's vote on one proposal: no other proposal, not even of the same snapshot, can be given it.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Vote {
	/// The interval's set, of which the voter is a member.
	pub set_id: SetId,
	/// The interval.
	pub interval: u64,
	/// [`Proposal::hash`].
	pub proposal: H256,
	/// The decision.
	pub choice: Choice,
}

impl Vote {
	/// What is signed.
	pub fn digest(&self, genesis: H256) -> H256 {
		domain::hash("snapshot vote", genesis, self)
	}
}

/// A proposal on chain, with its votes.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct LivingProposal {
	/// What was proposed.
	pub proposal: Proposal,
	/// [`Proposal::hash`].
	pub hash: H256,
	/// The snapshot.
	pub snapshot: Snapshot,
	/// The proposer's index in the interval's set.
	pub proposer: u32,
	/// The block after the turn's last: from it on no vote counts.
	pub end: BlockNumber,
	/// Who approved.
	pub approvals: SignerBitmap,
	/// Who rejected.
	pub rejections: SignerBitmap,
	/// Whether more than f rejected. It keeps its place until the turn ends, so that no second one takes it.
	pub voided: bool,
}

/// The snapshot of an interval, for ever.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ConfirmedSnapshot {
	/// The snapshot.
	pub snapshot: Snapshot,
	/// Its hash: what every member of the set signs for each bridge once the confirmation is final.
	pub hash: H256,
	/// Who proposed it: index in the interval's set.
	pub proposer: u32,
	/// The block that confirmed it.
	pub confirmed_at: BlockNumber,
}
