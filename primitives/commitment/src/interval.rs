//! Intervals: which blocks, which set, which order of turns.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{BlockNumber, SetId};
use sp_core::H256;

/// Number of an interval, from 1. Zero stands for "none yet", as in a contract that has not got a snapshot.
pub type IntervalNumber = u64;

/// The last block of an interval.
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
pub struct LastBlock {
	/// Its number.
	pub number: BlockNumber,
	/// Its hash.
	pub hash: H256,
	/// Its time in milliseconds since 1970.
	pub time_ms: u64,
}

/// What the chain keeps of an interval.
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
pub struct IntervalRecord {
	/// Its first block.
	pub start: BlockNumber,
	/// How many blocks it lasts; more if the list is full when they are over.
	pub length: BlockNumber,
	/// How many blocks a turn of the first round lasts.
	pub turn_length: BlockNumber,
	/// The set that accepts, announces, votes and signs for it.
	pub set_id: SetId,
	/// Hash of the set, as the snapshot before names it.
	pub set_hash: H256,
	/// How many members the set has.
	pub members: u32,
	/// Seed of the order of turns.
	pub seed: H256,
	/// Its last block, known from the next one on.
	pub last: Option<LastBlock>,
}

impl IntervalRecord {
	/// The block from which turns are taken: the later of the interval's end and the confirmation of the one before.
	pub fn duty_start(&self, confirmed_before: BlockNumber) -> Option<BlockNumber> {
		let end = self.last?.number.checked_add(1)?;
		Some(end.max(confirmed_before))
	}
}
