//! What is stored of a class.

#![allow(clippy::cast_possible_truncation, reason = "the codec's derive numbers variants so")]

use crate::rent::Rent;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	traits::Get, BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;
use smartlayer_types::{
	evm::EvmAddress,
	registry::{Contract, Finding, Operators, PaymentTerms, Service, Sources},
	AccountId, Balance, BlockNumber, SetId,
};

/// A class, without its rules.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Class {
	/// Whose it is.
	pub issuer: AccountId,
	/// Never changes.
	pub contract: Contract,
	pub sources: Sources,
	pub service: Service,
	/// Never changes: instances would move to other nodes.
	pub shards: u32,
	pub terms: PaymentTerms,
	pub operators: Operators,
	/// Who may take the class over.
	pub offered_to: Option<AccountId>,
	/// Whether its issuer suspended it.
	pub suspended: bool,
	/// The block in which it ended.
	pub retired_at: Option<BlockNumber>,
	pub verification: Verification,
	/// Rounds of verification so far: the number of the latest.
	pub rounds: u32,
	pub rent: Rent,
	/// What is held of the issuer for the storage of this class.
	pub deposit: Balance,
	/// The size of the rules that are kept, for the deposit.
	pub rules_bytes: u32,
}

/// Whether a quorum of anchors found the challenge of a class.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Verification {
	/// No quorum did, or one found later that it is gone.
	#[codec(index = 0)]
	Unverified,
	/// A quorum did.
	#[codec(index = 1)]
	Verified(Verified),
}

/// What a quorum of anchors found.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Verified {
	/// What `owner()` returned; zero if the contract has no such function.
	pub owner: EvmAddress,
	/// The least of the blocks at which the quorum read the contract.
	pub target_block: u64,
	/// Who signed the challenge as the owner, if anybody did.
	pub signed_by: Option<EvmAddress>,
	/// When the quorum was reached.
	pub at: BlockNumber,
}

/// A round of verification: who attested what so far.
///
/// Findings are kept and not only a bit per member, because the owner that goes on record is the one that a quorum
/// agrees on: were it the first one attested, one faulty anchor could spoil a round.
#[derive(
	CloneNoBound, DebugNoBound, PartialEqNoBound, EqNoBound, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(MaxAnchors))]
pub struct Ballot<MaxAnchors: Get<u32>> {
	/// No two rounds of a class have the same number.
	pub round: u32,
	/// The set whose members attest. Another set starts counting anew.
	pub set: SetId,
	/// The last block in which attestations are taken.
	pub deadline: BlockNumber,
	/// Who signed the challenge as the contract's owner, if anybody did.
	pub signed_by: Option<EvmAddress>,
	/// One vote per member.
	pub votes: BoundedVec<Vote, MaxAnchors>,
}

/// What a member of the set found.
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
	/// Index in the set.
	pub member: u32,
	pub finding: Finding,
}

/// How many rounds a member opened by itself lately.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Openings {
	/// The set in which the member has this index.
	pub set: SetId,
	/// The first block that counts.
	pub since: BlockNumber,
	/// Rounds opened.
	pub count: u32,
}
