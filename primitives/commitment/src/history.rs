//! The history tree: every confirmed snapshot, kept on chain as the peaks of a mountain range.

use crate::tree::{inner, tag};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{abi, SetId};
use sp_core::{bounded::BoundedVec, ConstU32, H256};

/// Name of the leaf's type.
const LEAF: &str = "SmartLayer.History.v1";

/// The leaf of one snapshot: `keccak256(abi.encode(tag, interval, set_id, snapshot_hash))`.
pub fn history_leaf(interval: u64, set_id: SetId, snapshot_hash: H256) -> H256 {
	abi::keccak([tag(LEAF).into(), interval.into(), set_id.into(), snapshot_hash.into()])
}

/// The roots of the full subtrees of the history tree, from the left, which is the largest.
///
/// Bagged from the right they give the root of the tree that is built level by level, for every number of leaves.
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
pub struct HistoryPeaks {
	/// How many leaves there are.
	pub count: u64,
	/// One peak for each bit of `count` that is set.
	pub peaks: BoundedVec<H256, ConstU32<64>>,
}

impl HistoryPeaks {
	/// Appends a leaf. Logarithmic; amortised, one hash.
	pub fn append(&mut self, leaf: H256) {
		let (mut node, mut full) = (leaf, self.count);
		while full & 1 == 1 {
			let Some(left) = self.peaks.pop() else { break };
			node = inner(left, node);
			full /= 2;
		}
		// 64 peaks are reached with the last number of 64 bits only.
		let _ = self.peaks.try_push(node);
		self.count = self.count.saturating_add(1);
	}

	/// The root; zero while there is no leaf.
	pub fn root(&self) -> H256 {
		let mut from_the_right = self.peaks.iter().rev();
		let Some(last) = from_the_right.next() else { return H256::zero() };
		from_the_right.fold(*last, |right, peak| inner(*peak, right))
	}

	/// Whether there are as many peaks as the count has bits.
	pub fn is_coherent(&self) -> bool {
		usize::try_from(self.count.count_ones()) == Ok(self.peaks.len())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::tree;
	use alloy_primitives::B256;
	use alloy_sol_types::SolValue;

	#[test]
	fn peaks_give_the_root_of_the_tree_built_level_by_level() {
		let mut history = HistoryPeaks::default();
		let mut leaves = Vec::new();
		assert_eq!(history.root(), tree::root(&leaves));
		for interval in 1..=300u64 {
			let leaf = history_leaf(interval, interval / 7, H256::repeat_byte(interval as u8));
			history.append(leaf);
			leaves.push(leaf);
			assert!(history.is_coherent());
			assert_eq!(history.root(), tree::root(&leaves), "{interval} leaves");
		}
		for index in [0, 1, 127, 255, 256, 298, 299] {
			let proof = tree::proof(&leaves, index).unwrap();
			assert!(tree::verify(history.root(), leaves[index], &proof));
		}
	}

	#[test]
	fn bagging_from_the_left_would_be_another_tree() {
		let leaves: Vec<_> = (0..7).map(H256::repeat_byte).collect();
		let mut history = HistoryPeaks::default();
		leaves.iter().for_each(|leaf| history.append(*leaf));
		let left = history.peaks.iter().copied().reduce(inner).unwrap();
		assert_ne!(left, history.root());
	}

	#[test]
	fn leaves_are_those_of_another_implementation() {
		let tag = B256::from(tag(LEAF).0);
		let theirs = (tag, 5u64, 6u64, B256::repeat_byte(7)).abi_encode();
		let ours = history_leaf(5, 6, H256::repeat_byte(7));
		assert_eq!(ours.0, alloy_primitives::keccak256(theirs).0);
	}
}
