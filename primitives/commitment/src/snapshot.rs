//! The snapshot of an interval and its hash, as EVM contracts compute it.

use crate::{history_leaf, tree::tag};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{
	abi::{self, Word},
	evm::EvmAddress,
	SetId,
};
use sp_core::H256;

/// Name of the snapshot's type.
const SNAPSHOT: &str = "SmartLayer.Snapshot.v1";

/// Name of the body's type.
const BODY: &str = "SmartLayer.SnapshotBody.v1";

/// Name of the set's type.
const SET: &str = "SmartLayer.Set.v1";

/// The commitment over all operations certified in one interval.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Snapshot {
	/// The interval, from 1.
	pub interval: u64,
	/// The set that certified, votes and signs.
	pub set_id: SetId,
	/// [`set_hash`] of the following interval's set.
	pub next_set_hash: H256,
	/// Everything a contract does not need to store.
	pub body: SnapshotBody,
}

/// The part of a snapshot that contracts know by its hash only.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct SnapshotBody {
	/// Hash of the snapshot before; zero in the first.
	pub parent: H256,
	/// Root of the history tree over all earlier snapshots; zero in the first.
	pub history_root: H256,
	/// Root over (class, kind) of the bitmaps of instances; never zero.
	pub bitmap_root: H256,
	/// Root over the interval's operations; zero if there are none.
	pub operations_root: H256,
	/// Root over the state of every instance that ever had an operation; never zero.
	pub state_root: H256,
	/// How many operations.
	pub operation_count: u64,
	/// Hash of the cut: the logs and vectors that were counted.
	pub cut_hash: H256,
	/// Hash of the interval's last block.
	pub block_hash: H256,
	/// Its number.
	pub block_number: u64,
	/// Its time in seconds since 1970, the unit of `block.timestamp`.
	pub block_time: u64,
}

impl SnapshotBody {
	/// `keccak256(abi.encode(tag, SnapshotBody))`: all members are static, so they stand in the order of declaration.
	pub fn hash(&self) -> H256 {
		abi::keccak([
			tag(BODY).into(),
			self.parent.into(),
			self.history_root.into(),
			self.bitmap_root.into(),
			self.operations_root.into(),
			self.state_root.into(),
			self.operation_count.into(),
			self.cut_hash.into(),
			self.block_hash.into(),
			self.block_number.into(),
			self.block_time.into(),
		])
	}

	/// Whether the roots can be those of trees: two are never zero, one is zero exactly without operations.
	pub fn is_coherent(&self) -> bool {
		!self.bitmap_root.is_zero()
			&& !self.state_root.is_zero()
			&& self.operations_root.is_zero() == (self.operation_count == 0)
	}
}

impl Snapshot {
	/// Its leaf in the history of all later ones.
	pub fn history_leaf(&self) -> H256 {
		history_leaf(self.interval, self.set_id, self.hash())
	}

	/// `keccak256(abi.encode(tag, interval, set_id, next_set_hash, body hash))`.
	pub fn hash(&self) -> H256 {
		abi::keccak([
			tag(SNAPSHOT).into(),
			self.interval.into(),
			self.set_id.into(),
			self.next_set_hash.into(),
			self.body.hash().into(),
		])
	}
}

/// `keccak256(abi.encode(tag, set_id, address[]))`, the addresses ascending.
///
/// A dynamic array is encoded as the offset of its data (three words), then its length, then its elements.
pub fn set_hash(set: SetId, addresses: impl IntoIterator<Item = EvmAddress>) -> H256 {
	let mut addresses: Vec<_> = addresses.into_iter().collect();
	addresses.sort_unstable();
	let length = u64::try_from(addresses.len()).unwrap_or(u64::MAX);
	let head: [Word; 4] = [tag(SET).into(), set.into(), 96u64.into(), length.into()];
	let elements = addresses.into_iter().map(Word::from);
	let bytes: Vec<u8> = head.into_iter().chain(elements).flat_map(|it| *it.as_bytes()).collect();
	abi::keccak_bytes(&bytes)
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloy_primitives::{Address, B256};
	use alloy_sol_types::{sol, SolValue};

	sol! {
		struct Body {
			bytes32 parent; bytes32 history_root; bytes32 bitmap_root; bytes32 operations_root;
			bytes32 state_root; uint64 operation_count; bytes32 cut_hash; bytes32 block_hash;
			uint64 block_number; uint64 block_time;
		}
	}

	fn word(byte: u8) -> B256 {
		B256::repeat_byte(byte)
	}

	pub(crate) fn snapshot() -> Snapshot {
		Snapshot {
			interval: 11,
			set_id: 12,
			next_set_hash: H256::repeat_byte(13),
			body: SnapshotBody {
				parent: H256::repeat_byte(1),
				history_root: H256::repeat_byte(2),
				bitmap_root: H256::repeat_byte(3),
				operations_root: H256::repeat_byte(4),
				state_root: H256::repeat_byte(5),
				operation_count: 6,
				cut_hash: H256::repeat_byte(7),
				block_hash: H256::repeat_byte(8),
				block_number: 9,
				block_time: 10,
			},
		}
	}

	#[test]
	fn hashes_are_those_of_another_implementation() {
		let body = Body {
			parent: word(1),
			history_root: word(2),
			bitmap_root: word(3),
			operations_root: word(4),
			state_root: word(5),
			operation_count: 6,
			cut_hash: word(7),
			block_hash: word(8),
			block_number: 9,
			block_time: 10,
		};
		let body = (B256::from(tag(BODY).0), body).abi_encode();
		let body = alloy_primitives::keccak256(body);
		assert_eq!(snapshot().body.hash().0, body.0);
		let theirs = (B256::from(tag(SNAPSHOT).0), 11u64, 12u64, word(13), body).abi_encode();
		assert_eq!(snapshot().hash().0, alloy_primitives::keccak256(theirs).0);
	}

	#[test]
	fn set_hashes_are_those_of_another_implementation() {
		for count in 0..5u8 {
			let addresses: Vec<_> = (0..count).map(|it| EvmAddress::repeat_byte(it + 1)).collect();
			let theirs: Vec<_> = (0..count).map(|it| Address::repeat_byte(it + 1)).collect();
			let theirs = (B256::from(tag(SET).0), 77u64, theirs).abi_encode_params();
			assert_eq!(set_hash(77, addresses.clone()).0, alloy_primitives::keccak256(theirs).0);
			assert_eq!(
				set_hash(77, addresses.iter().rev().copied()),
				set_hash(77, addresses.clone())
			);
			assert_ne!(set_hash(78, addresses.clone()), set_hash(77, addresses));
		}
	}

	#[test]
	fn every_field_counts() {
		let flips: [fn(&mut Snapshot); 13] = [
			|it| it.interval += 1,
			|it| it.set_id += 1,
			|it| it.next_set_hash.0[0] ^= 1,
			|it| it.body.parent.0[0] ^= 1,
			|it| it.body.history_root.0[0] ^= 1,
			|it| it.body.bitmap_root.0[0] ^= 1,
			|it| it.body.operations_root.0[0] ^= 1,
			|it| it.body.state_root.0[0] ^= 1,
			|it| it.body.operation_count += 1,
			|it| it.body.cut_hash.0[0] ^= 1,
			|it| it.body.block_hash.0[0] ^= 1,
			|it| it.body.block_number += 1,
			|it| it.body.block_time += 1,
		];
		for flip in flips {
			let mut other = snapshot();
			flip(&mut other);
			assert_ne!(other.hash(), snapshot().hash());
		}
	}

	#[test]
	fn roots_of_impossible_trees_are_incoherent() {
		assert!(snapshot().body.is_coherent());
		let none =
			SnapshotBody { operations_root: H256::zero(), operation_count: 0, ..snapshot().body };
		assert!(none.is_coherent());
		assert!(!SnapshotBody { bitmap_root: H256::zero(), ..snapshot().body }.is_coherent());
		assert!(!SnapshotBody { state_root: H256::zero(), ..snapshot().body }.is_coherent());
		assert!(!SnapshotBody { operation_count: 0, ..snapshot().body }.is_coherent());
		assert!(!SnapshotBody { operation_count: 1, ..none }.is_coherent());
	}
}
