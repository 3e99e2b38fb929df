//! What is recorded of a snapshot's way to a bridge: signatures and receipts.

use crate::{
	bitmap::{SignerBitmap, MAX_MEMBERS},
	bridge::Bridge,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{domain, evm::EvmSignature, SetId};
use sp_core::{bounded::BoundedVec, ConstU32, H256};

/// The signatures of a snapshot for one bridge: exactly a quorum.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct RecordedSignatures {
	/// Who signed.
	pub signers: SignerBitmap,
	/// Their signatures, in the order of the bits.
	pub signatures: BoundedVec<EvmSignature, ConstU32<MAX_MEMBERS>>,
}

/// Where a snapshot entered an EVM chain, with enough confirmations.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Receipt {
	/// Hash of the transaction.
	pub transaction: H256,
	/// Number of its block.
	pub block: u64,
}

/// What a member of the current set signs to attest a receipt.
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
pub struct ReceiptAttestation {
	/// The set of which the signer is a member.
	pub set_id: SetId,
	/// The interval whose snapshot was posted.
	pub interval: u64,
	/// The contract.
	pub bridge: Bridge,
	/// Where it was posted.
	pub receipt: Receipt,
}

impl ReceiptAttestation {
	/// What is signed.
	pub fn digest(&self, genesis: H256) -> H256 {
		domain::hash("bridge receipt", genesis, self)
	}
}
