//! The history tree with all its nodes: proofs of any snapshot under any later one.

use super::hashing::Node;
use crate::{proof::Path, tree::inner};
use sp_core::H256;

/// Every full subtree of the history tree: each level has the nodes over complete pairs, so none ever changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryTree {
	levels: Vec<Vec<Node>>,
}

impl HistoryTree {
	/// How many leaves there are.
	pub fn count(&self) -> usize {
		self.levels.first().map_or(0, Vec::len)
	}

	/// Appends the leaf of the next snapshot. Amortised, one hash.
	pub fn append(&mut self, leaf: H256) {
		let mut node = leaf.0;
		for level in 0.. {
			if level == self.levels.len() {
				self.levels.push(Vec::new());
			}
			let nodes = &mut self.levels[level];
			nodes.push(node);
			let [.., left, right] = nodes[..] else { return };
			if nodes.len() % 2 == 1 {
				return;
			}
			node = inner(H256(left), H256(right)).0;
		}
	}

	/// A node of the tree over the first `count` leaves; there must be such a node. On the right edge a subtree is not
	/// full, and what is above it is computed.
	fn node(&self, level: usize, index: usize, count: usize) -> H256 {
		if (index + 1) << level <= count {
			return H256(self.levels[level][index]);
		}
		let left = self.node(level - 1, 2 * index, count);
		if (2 * index + 1) << (level - 1) < count {
			inner(left, self.node(level - 1, 2 * index + 1, count))
		} else {
			left
		}
	}

	/// The root over the first `count` leaves; zero over none. `None` if there are fewer.
	pub fn root(&self, count: usize) -> Option<H256> {
		if count == 0 {
			return Some(H256::zero());
		}
		let height = count.next_power_of_two().trailing_zeros();
		(count <= self.count()).then(|| self.node(height as usize, 0, count))
	}

	/// The siblings of the leaf at `index` in the tree over the first `count` leaves. `None` if there is no such leaf.
	pub fn path(&self, index: usize, count: usize) -> Option<Path> {
		if index >= count || count > self.count() {
			return None;
		}
		let mut path = Path::new();
		let (mut level, mut at, mut width) = (0, index, count);
		while width > 1 {
			if at ^ 1 < width {
				path.try_push(self.node(level, at ^ 1, count)).ok()?;
			}
			(level, at, width) = (level + 1, at / 2, width.div_ceil(2));
		}
		Some(path)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::tree;

	#[test]
	fn every_snapshot_is_proven_under_every_later_one() {
		let leaves: Vec<_> = (1..=40).map(H256::from_low_u64_be).collect();
		let mut history = HistoryTree::default();
		assert_eq!(history.root(0), Some(H256::zero()));
		leaves.iter().for_each(|leaf| history.append(*leaf));
		assert_eq!(history.count(), 40);
		for count in 1..=40 {
			let earlier = &leaves[..count];
			assert_eq!(history.root(count), Some(tree::root(earlier)));
			for index in 0..count {
				let path = history.path(index, count).map(Path::into_inner);
				assert_eq!(path, tree::proof(earlier, index), "{index} of {count}");
			}
			assert_eq!(history.path(count, count), None);
		}
		assert_eq!(history.root(41), None);
		assert_eq!(history.path(0, 41), None);
	}
}
