//! A tree with all its levels, for roots and for proofs of any leaf.

use super::hashing::{hash_pairs, Node};
use crate::proof::Path;
use sp_core::H256;

/// A tree with all its levels, from the leaves up, end to end in one allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MerkleTree {
	nodes: Vec<Node>,
	leaves: usize,
}

/// How many nodes a level has that stands on one of `below`.
const fn width_above(below: usize) -> usize {
	below.div_ceil(2)
}

/// How many nodes a tree has on all levels.
pub(super) fn node_count(leaves: usize) -> usize {
	let (mut count, mut width) = (leaves, leaves);
	while width > 1 {
		width = width_above(width);
		count += width;
	}
	count
}

/// Computes every level above the leaves, which are the first of `nodes`; there is room for [`node_count`] nodes.
pub(super) fn fill(nodes: &mut [Node], leaves: usize) {
	let (mut rest, mut width) = (nodes, leaves);
	while width > 1 {
		let (below, above) = rest.split_at_mut(width);
		let pairs = width / 2;
		hash_pairs(&below[..2 * pairs], &mut above[..pairs]);
		if width % 2 == 1 {
			above[pairs] = below[width - 1];
		}
		(rest, width) = (above, width_above(width));
	}
}

/// The siblings of a leaf, given all nodes of its tree. The leaf must be there.
pub(super) fn path(nodes: &[Node], leaves: usize, index: usize) -> Path {
	let (mut rest, mut width, mut at) = (nodes, leaves, index);
	let mut path = Path::new();
	while width > 1 {
		let (level, above) = rest.split_at(width);
		if let Some(sibling) = level.get(at ^ 1) {
			// No tree in memory is higher than a path may be long.
			let _ = path.try_push(H256(*sibling));
		}
		(rest, width, at) = (above, width_above(width), at / 2);
	}
	path
}

impl MerkleTree {
	/// An empty list with room for some leaves and the tree above them, so that [`build`](Self::build) allocates
	/// nothing.
	pub fn list_for(leaves: usize) -> Vec<Node> {
		Vec::with_capacity(node_count(leaves))
	}

	/// The tree over some leaves, in whose list the other levels are put as well.
	pub fn build(mut nodes: Vec<Node>) -> Self {
		let leaves = nodes.len();
		nodes.resize(node_count(leaves), [0; 32]);
		fill(&mut nodes, leaves);
		Self { nodes, leaves }
	}

	/// The root; zero over no leaves.
	pub fn root(&self) -> H256 {
		self.nodes.last().map(|root| H256(*root)).unwrap_or_default()
	}

	/// The leaves.
	pub fn leaves(&self) -> &[Node] {
		&self.nodes[..self.leaves]
	}

	/// The siblings of the leaf at `index`, from the bottom. `None` if there is no such leaf.
	pub fn path(&self, index: usize) -> Option<Path> {
		(index < self.leaves).then(|| path(&self.nodes, self.leaves, index))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{tree, HistoryPeaks};
	use proptest::prelude::*;
	use rayon::ThreadPoolBuilder;
	use sp_io::hashing::keccak_256;

	fn leaves(count: usize, seed: u8) -> Vec<Node> {
		(0..count).map(|it| keccak_256(&[&it.to_le_bytes()[..], &[seed]].concat())).collect()
	}

	fn hashes(leaves: &[Node]) -> Vec<H256> {
		leaves.iter().map(|leaf| H256(*leaf)).collect()
	}

	#[test]
	fn every_size_has_the_root_and_the_paths_of_the_simple_tree() {
		let all = leaves(600, 1);
		// Their root is that of the simple tree, which takes longer to compute again for every size.
		let mut peaks = HistoryPeaks::default();
		for count in 0..600 {
			let built = MerkleTree::build(all[..count].to_vec());
			let simple = hashes(&all[..count]);
			assert_eq!(built.root(), peaks.root(), "{count} leaves");
			peaks.append(H256(all[count]));
			assert_eq!(built.leaves(), &all[..count]);
			for index in [0, 1, count / 2, count.wrapping_sub(2), count.wrapping_sub(1), count] {
				let path = built.path(index).map(Path::into_inner);
				let leaf = simple.get(index);
				assert_eq!(path.is_some(), leaf.is_some());
				if let (Some(path), Some(leaf), 0) = (&path, leaf, count % 7) {
					assert!(tree::verify(built.root(), *leaf, path), "{index} of {count}");
				}
				if count < 40 {
					assert_eq!(path, tree::proof(&simple, index), "{index} of {count}");
				}
			}
		}
	}

	#[test]
	fn the_number_of_threads_does_not_matter() {
		let leaves = leaves(5_003, 2);
		let alone = MerkleTree::build(leaves.clone());
		for threads in [1, 2, 3, 8] {
			let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
			assert_eq!(pool.install(|| MerkleTree::build(leaves.clone())), alone);
		}
		assert_eq!(alone.root(), tree::root(&hashes(&leaves)));
	}

	#[test]
	fn a_list_with_room_is_not_moved() {
		let mut list = MerkleTree::list_for(1000);
		list.extend(leaves(1000, 3));
		let place = list.as_ptr();
		assert_eq!(MerkleTree::build(list).nodes.as_ptr(), place);
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(8))]

		#[test]
		fn random_trees_are_the_simple_ones(count in 1usize..2000, seed: u8, index: prop::sample::Index) {
			let leaves = leaves(count, seed);
			let (built, simple) = (MerkleTree::build(leaves.clone()), hashes(&leaves));
			let index = index.index(count);
			let path = built.path(index).unwrap();
			prop_assert_eq!(built.root(), tree::root(&simple));
			prop_assert!(tree::verify(built.root(), simple[index], &path));
		}
	}
}
