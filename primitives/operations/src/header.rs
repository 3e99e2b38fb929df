//! Headers of operation logs: one per batch, signed by the log's anchor.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{
	abi::{self, tag},
	domain, AccountId, Authorisation, SetId,
};
use sp_core::H256;

/// Name of the type of a batch's leaves.
const LEAF: &str = "SmartLayer.Batch.v1";

/// Header of a batch.
///
/// A log belongs to an anchor's account and is one sequence for each incarnation: numbers go on over set changes and
/// new keys, so that one number has one header whatever set and key signed it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct LogHeader {
	/// The set under which the batch was written: its keys judge the signature.
	pub set_id: SetId,
	/// The anchor that received the operations.
	pub origin: AccountId,
	/// Raised on chain after a lost store; numbers begin anew.
	pub incarnation: u32,
	/// Number of the batch in the incarnation.
	pub number: u64,
	/// Hash of the header before; zero in the first.
	pub parent_hash: H256,
	/// Root over the leaves of the batch's entries.
	pub batch_root: H256,
	/// How many operations.
	pub count: u32,
}

impl LogHeader {
	/// The header's hash, which is also what its anchor signs.
	pub fn hash(&self, genesis: H256) -> H256 {
		domain::hash("operation log header", genesis, self)
	}
}

/// An operation in a batch, as far as its signature goes. Who gets the batch computes digest and actor from the
/// operation itself.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct BatchEntry {
	/// Its index in the batch.
	pub index: u32,
	/// Digest of the operation.
	pub digest: H256,
	/// Who is said to have signed it.
	pub actor: AccountId,
	/// The signature.
	pub authorisation: Authorisation,
}

impl BatchEntry {
	/// The entry's leaf under a header's batch root.
	pub fn leaf(&self) -> H256 {
		abi::keccak([
			tag(LEAF).into(),
			self.index.into(),
			self.digest.into(),
			(&self.actor).into(),
			abi::keccak_bytes(&self.authorisation.encode()).into(),
		])
	}

	/// Whether the actor signed the operation.
	pub fn is_signed(&self) -> bool {
		self.authorisation.verify(&self.digest, &self.actor)
	}
}
