//! The one tree of the protocol: leaves in order, paired level by level from the left.
//!
//! An inner node is the Keccak-256 of its two children in sorted order and an odd last node moves up unchanged, so
//! that `MerkleProof.verify` of OpenZeppelin or Solady checks every proof. A leaf is the hash of at least 96 bytes
//! whose first word is the tag of the leaf's type, so it is never an inner node nor a leaf of another tree.

use alloc::vec::Vec;
use smartlayer_types::abi;
use sp_core::H256;

pub use smartlayer_types::abi::tag;

/// The node above two nodes.
pub fn inner(left: H256, right: H256) -> H256 {
	let (low, high) = if left <= right { (left, right) } else { (right, left) };
	abi::keccak([low.into(), high.into()])
}

/// One level up.
fn level_above(level: &[H256]) -> Vec<H256> {
	level
		.chunks(2)
		.filter_map(|pair| match pair {
			[left, right] => Some(inner(*left, *right)),
			[odd] => Some(*odd),
			_ => None,
		})
		.collect()
}

/// The root over some leaves; zero over none.
pub fn root(leaves: &[H256]) -> H256 {
	let mut level = leaves.to_vec();
	while level.len() > 1 {
		level = level_above(&level);
	}
	level.first().copied().unwrap_or_default()
}

/// The proof of the leaf at `index`: its siblings from the bottom. `None` if there is no such leaf.
pub fn proof(leaves: &[H256], index: usize) -> Option<Vec<H256>> {
	leaves.get(index)?;
	let (mut level, mut at) = (leaves.to_vec(), index);
	let mut siblings = Vec::new();
	while level.len() > 1 {
		siblings.extend(level.get(at ^ 1));
		level = level_above(&level);
		at /= 2;
	}
	Some(siblings)
}

/// Whether a proof leads from a leaf to a root, as OpenZeppelin's `MerkleProof.verify` does it. Nothing is in a tree
/// without leaves.
pub fn verify(root: H256, leaf: H256, proof: &[H256]) -> bool {
	!root.is_zero() && proof.iter().fold(leaf, |node, sibling| inner(node, *sibling)) == root
}

#[cfg(test)]
mod tests {
	use super::*;

	fn leaves(count: u64) -> Vec<H256> {
		(0..count).map(|it| abi::keccak([it.into(), it.into(), it.into()])).collect()
	}

	#[test]
	fn every_leaf_has_a_proof_and_no_other_leaf_passes_by_it() {
		for count in 1..34u64 {
			let leaves = leaves(count);
			let root = root(&leaves);
			for (index, leaf) in leaves.iter().enumerate() {
				let proof = proof(&leaves, index).unwrap();
				assert!(verify(root, *leaf, &proof));
				let mut flipped = *leaf;
				flipped.0[index % 32] ^= 1;
				assert!(!verify(root, flipped, &proof));
				for step in 0..proof.len() {
					let mut bad = proof.clone();
					bad[step].0[31] ^= 1;
					assert!(!verify(root, *leaf, &bad));
				}
			}
			assert_eq!(proof(&leaves, leaves.len()), None);
		}
	}

	#[test]
	fn an_empty_tree_holds_nothing() {
		assert_eq!(root(&[]), H256::zero());
		assert!(!verify(H256::zero(), H256::zero(), &[]));
	}

	#[test]
	fn inner_nodes_hash_the_sorted_pair() {
		let (low, high) = (H256::repeat_byte(1), H256::repeat_byte(2));
		let bytes = [low.0, high.0].concat();
		assert_eq!(inner(low, high).0, alloy_primitives::keccak256(&bytes).0);
		assert_eq!(inner(low, high), inner(high, low));
	}
}
