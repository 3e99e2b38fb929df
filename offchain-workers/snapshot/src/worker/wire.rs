//! What anchors tell and ask each other about snapshots.

#![allow(clippy::cast_possible_truncation, reason = "`codec` numbers the variants")]

use crate::state::StateChunk;
use codec::{Decode, DecodeAll, DecodeWithMemTracking, Encode};
use smartlayer_commitment::{Bridge, Change, Cut, Snapshot};
use smartlayer_operations::{FullVector, Operation};
use smartlayer_types::evm::EvmSignature;
use sp_core::{bounded::BoundedVec, ConstU32, H256};
use std::sync::Arc;

/// The most signatures of one message.
pub const MAX_SIGNATURES: u32 = 64;

/// Operations, or changes, of one page: at most some 1.2 megabytes.
pub const PAGE: usize = 8_192;

/// Snapshots of one page: some 0.7 megabytes.
pub const SNAPSHOTS: usize = 2_048;

/// Bytes of vectors that are enough for one answer: no further one joins it then.
pub const VECTOR_BYTES: usize = 1 << 20;

/// The sender's signature of a confirmed snapshot for a bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct SnapshotSignature {
	/// The snapshot's interval.
	pub interval: u64,
	/// The bridge.
	pub bridge: Bridge,
	/// Of [`Bridge::digest`].
	pub signature: EvmSignature,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Tell {
	/// Signatures of the sender.
	#[codec(index = 0)]
	Signatures(BoundedVec<SnapshotSignature, ConstU32<MAX_SIGNATURES>>),
}

/// A request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Ask {
	/// The cut with a hash.
	#[codec(index = 0)]
	Cut {
		/// Its hash.
		hash: H256,
	},
	/// The vectors that it counts.
	#[codec(index = 1)]
	Vectors {
		/// The cut's hash.
		hash: H256,
		/// Index of the first one.
		from: u32,
	},
	/// The cut of a settled interval.
	#[codec(index = 2)]
	Settled {
		/// The interval.
		interval: u64,
	},
	/// Operations of its snapshot, in their order.
	#[codec(index = 3)]
	Operations {
		/// The interval.
		interval: u64,
		/// Number of the page.
		page: u32,
	},
	/// Instances that it changed, with their new states.
	#[codec(index = 4)]
	Changes {
		/// The interval.
		interval: u64,
		/// Number of the page.
		page: u32,
	},
	/// Leaves of the state at the end of an interval.
	#[codec(index = 5)]
	State {
		/// The interval.
		interval: u64,
		/// Position of the first leaf.
		from: u64,
	},
	/// Snapshots of settled intervals.
	#[codec(index = 6)]
	Snapshots {
		/// The first interval.
		from: u64,
	},
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Answer {
	/// It is not to be had here.
	#[codec(index = 0)]
	Nothing,
	/// A cut.
	#[codec(index = 1)]
	Cut(Box<Cut>),
	/// Vectors, at least one.
	#[codec(index = 2)]
	Vectors(Vec<Arc<FullVector>>),
	/// The cut of a settled interval, and how many instances the interval changed.
	#[codec(index = 3)]
	Settled(Box<Cut>, u64),
	/// A page of operations: full, but for the last one.
	#[codec(index = 4)]
	Operations(Vec<Operation>),
	/// A page of changes: full, but for the last one.
	#[codec(index = 5)]
	Changes(Vec<Change>),
	/// Leaves.
	#[codec(index = 6)]
	State(Box<StateChunk>),
	/// Snapshots, one behind the other: at least one.
	#[codec(index = 7)]
	Snapshots(Vec<Snapshot>),
}

/// Reads a message, a request or an answer; nothing may follow it.
pub fn read<T: Decode>(bytes: &[u8]) -> Option<T> {
	T::decode_all(&mut &*bytes).ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use smartlayer_types::evm::EvmAddress;

	fn signature(interval: u64) -> SnapshotSignature {
		let bridge = Bridge { chain_id: 1, contract: EvmAddress::repeat_byte(2) };
		SnapshotSignature { interval, bridge, signature: EvmSignature([3; 65]) }
	}

	#[test]
	fn what_is_written_is_read_and_nothing_may_follow() {
		let asks = [
			Ask::Cut { hash: H256::repeat_byte(1) },
			Ask::Vectors { hash: H256::repeat_byte(1), from: 3 },
			Ask::Settled { interval: 7 },
			Ask::Operations { interval: 7, page: 1 },
			Ask::Changes { interval: 7, page: 1 },
			Ask::State { interval: 7, from: 4_096 },
			Ask::Snapshots { from: 7 },
		];
		for (index, ask) in (0u8..).zip(asks) {
			let mut bytes = ask.encode();
			assert_eq!(bytes[0], index, "indices are part of the format");
			assert_eq!(read(&bytes), Some(ask));
			bytes.push(0);
			assert_eq!(read::<Ask>(&bytes), None);
		}
	}

	#[test]
	fn a_message_has_at_most_as_many_signatures_as_allowed() {
		let some: Vec<_> = (0..u64::from(MAX_SIGNATURES)).map(signature).collect();
		let told = Tell::Signatures(some.clone().try_into().unwrap());
		assert_eq!(read(&told.encode()), Some(told));
		let more = [some, vec![signature(0)]].concat();
		assert_eq!(read::<Tell>(&(0u8, more).encode()), None);
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(256))]

		#[test]
		fn random_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
			for (read, written) in [
				(read::<Ask>(&bytes).is_some(), read::<Ask>(&bytes).map(|it| it.encode())),
				(read::<Tell>(&bytes).is_some(), read::<Tell>(&bytes).map(|it| it.encode())),
				(read::<Answer>(&bytes).is_some(), read::<Answer>(&bytes).map(|it| it.encode())),
			] {
				prop_assert_eq!(written.as_deref(), read.then_some(&bytes[..]));
			}
		}
	}
}
