//! Vectors: what an anchor has accepted in an interval, several times per second.

use crate::tree::tag;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{abi, domain, AccountId, SetId};
use sp_core::H256;

/// Name of the leaf's type.
const LEAF: &str = "SmartLayer.Vector.v1";

/// What an anchor signs at a tick: the root over one [`OriginEntry`] for each log, so that parts can be shown alone.
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
pub struct Vector {
	/// The interval's set, of which the signer is a member.
	pub set_id: SetId,
	/// The interval.
	pub interval: u64,
	/// Grows with each vector of the interval.
	pub tick: u32,
	/// Whether nothing of the interval follows.
	pub closing: bool,
	/// Root over the leaves of the entries, sorted by origin.
	pub root: H256,
}

impl Vector {
	/// What is signed.
	pub fn digest(&self, genesis: H256) -> H256 {
		domain::hash("acceptance vector", genesis, self)
	}
}

/// An operation's place in a log.
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
pub struct Position {
	/// Number of the batch.
	pub number: u64,
	/// Index in the batch.
	pub index: u32,
}

/// How far a vector follows one log, and what it holds back.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct OriginEntry {
	/// The log's anchor.
	pub origin: AccountId,
	/// The log's incarnation.
	pub incarnation: u32,
	/// The last batch that counts.
	pub number: u64,
	/// Hash of its header.
	pub header_hash: H256,
	/// [`OriginEntry::withheld_hash`] of the positions up to it that are neither accepted nor seen certified. What is
	/// not listed is accepted, or announced.
	pub withheld: H256,
}

impl OriginEntry {
	/// The entry's leaf under a vector's root.
	pub fn leaf(&self) -> H256 {
		abi::keccak([
			tag(LEAF).into(),
			(&self.origin).into(),
			self.incarnation.into(),
			self.number.into(),
			self.header_hash.into(),
			self.withheld.into(),
		])
	}

	/// Commitment to the positions that are held back, ascending and each once; `None` if they are not.
	pub fn withheld_hash(genesis: H256, positions: &[Position]) -> Option<H256> {
		let ascending = positions.windows(2).all(|pair| match pair {
			[before, after] => before < after,
			_ => true,
		});
		let positions: Vec<_> = ascending.then(|| positions.to_vec())?;
		Some(domain::hash("withheld positions", genesis, &positions))
	}
}
