//! The nodes that change when leaves change.

use super::{
	error::StateError,
	pages::{slot, width, width_in_page, Page, PageFiles, EMPTY, FANOUT, PAGE_LEVELS, STEPS},
};
use rayon::prelude::*;
use smartlayer_commitment::build::{hash_pairs, Node};

/// Pages that a task reads together, so that their hashes fill vectors and their nodes a cache.
const PAGES_PER_TASK: usize = 64;

/// A node with its index on its level.
pub(super) type Placed = (u64, Node);

/// Changed nodes by level from the leaves up, ascending. The last level has the root; all are empty without a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NodeChanges {
	levels: Vec<Vec<Placed>>,
}

impl NodeChanges {
	/// A changed node.
	pub(super) fn get(&self, level: usize, index: u64) -> Option<Node> {
		let level = self.levels.get(level)?;
		let at = level.binary_search_by_key(&index, |(index, _)| *index).ok()?;
		Some(level[at].1)
	}

	/// The new root, if anything changed.
	pub(super) fn root(&self) -> Option<Node> {
		self.get(STEPS * PAGE_LEVELS, 0)
	}

	/// Computes what changes above some leaves. The tree on disk has `before` leaves and the new one `after`; every leaf that
	/// is not on disk is among the changed ones, which ascend.
	pub(super) fn above(
		files: &PageFiles,
		before: u64,
		after: u64,
		leaves: Vec<Placed>,
	) -> Result<Self, StateError> {
		let mut levels = vec![leaves];
		if levels[0].is_empty() {
			return Ok(Self { levels });
		}
		for level in 0..PAGE_LEVELS {
			let changed = &levels[STEPS * level];
			let rise = Rise {
				files,
				level,
				pages_before: width(before, STEPS * (level + 1)),
				width: width(after, STEPS * level),
			};
			let pages: Vec<&[Placed]> =
				changed.chunk_by(|one, other| one.0 / FANOUT == other.0 / FANOUT).collect();
			let tasks: Vec<Task> = pages
				.par_chunks(PAGES_PER_TASK)
				.map(|pages| rise.task(pages))
				.collect::<Result<_, _>>()?;
			for step in 0..STEPS {
				let parts: Vec<_> = tasks.iter().map(|task| task[step].as_slice()).collect();
				levels.push(parts.concat());
			}
		}
		Ok(Self { levels })
	}

	/// Writes the changed nodes into their pages.
	pub(super) fn write(&self, files: &PageFiles, before: u64) -> Result<(), StateError> {
		for level in 0..PAGE_LEVELS {
			let Some(changed) = self.levels.get(STEPS * level) else { return Ok(()) };
			let pages: Vec<u64> = changed
				.chunk_by(|one, other| one.0 / FANOUT == other.0 / FANOUT)
				.map(|page| page[0].0 / FANOUT)
				.collect();
			let pages_before = width(before, STEPS * (level + 1));
			pages
				.par_chunks(PAGES_PER_TASK)
				.try_for_each(|pages| self.write_pages(files, level, pages_before, pages))?;
		}
		Ok(())
	}

	fn write_pages(
		&self,
		files: &PageFiles,
		level: usize,
		pages_before: u64,
		pages: &[u64],
	) -> Result<(), StateError> {
		// Of each level of the pages, the changes that are still to be written.
		let mut rest: [&[Placed]; STEPS + 1] = std::array::from_fn(|step| {
			let nodes = &self.levels[STEPS * level + step];
			let first = pages[0] * (FANOUT >> step);
			&nodes[nodes.partition_point(|(index, _)| *index < first)..]
		});
		for number in pages {
			let mut page = EMPTY;
			if *number < pages_before {
				files.read(level, *number, &mut page)?;
			}
			for (step, rest) in rest.iter_mut().enumerate() {
				let (first, count) = (number * (FANOUT >> step), FANOUT >> step);
				let own = rest.iter().take_while(|(index, _)| *index < first + count).count();
				for (index, node) in &rest[..own] {
					page[slot(step, index - first)] = *node;
				}
				*rest = &rest[own..];
			}
			files.write(level, *number, &page)?;
		}
		Ok(())
	}
}

/// One level of pages, on the way up.
struct Rise<'a> {
	files: &'a PageFiles,
	level: usize,
	/// Pages that are on disk.
	pages_before: u64,
	/// Nodes of the pages' lowest level in the new tree.
	width: u64,
}

/// Of each level above the pages' lowest, what changes.
type Task = [Vec<Placed>; STEPS];

impl Rise<'_> {
	/// Reads some pages and computes what changes in them.
	fn task(&self, changed: &[&[Placed]]) -> Result<Task, StateError> {
		let mut pages = vec![EMPTY; changed.len()];
		let mut touched = Vec::new();
		for (place, (page, nodes)) in pages.iter_mut().zip(changed).enumerate() {
			let number = nodes[0].0 / FANOUT;
			if number < self.pages_before {
				self.files.read(self.level, number, page)?;
			}
			for (index, node) in *nodes {
				page[slot(0, index % FANOUT)] = *node;
				touched.push((place, index % FANOUT));
			}
		}
		let numbers: Vec<u64> = changed.iter().map(|nodes| nodes[0].0 / FANOUT).collect();
		let mut buffers = (Vec::new(), Vec::new());
		Ok(std::array::from_fn(|step| {
			touched.iter_mut().for_each(|(_, index)| *index /= 2);
			touched.dedup();
			self.step(step, &numbers, &touched, &mut pages, &mut buffers);
			let placed = |&(place, index): &(usize, u64)| {
				let above = FANOUT >> (step + 1);
				(numbers[place] * above + index, pages[place][slot(step + 1, index)])
			};
			touched.iter().map(placed).collect()
		}))
	}

	/// Computes the touched nodes of one level of the pages from the level below.
	fn step(
		&self,
		step: usize,
		numbers: &[u64],
		touched: &[(usize, u64)],
		pages: &mut [Page],
		(below, above): &mut (Vec<Node>, Vec<Node>),
	) {
		below.clear();
		let has_right = |place: usize, index: u64| {
			let count = width_in_page(self.width, numbers[place]);
			2 * index + 1 < width(count, step)
		};
		for &(place, index) in touched {
			let left = slot(step, 2 * index);
			if has_right(place, index) {
				below.extend([pages[place][left], pages[place][left + 1]]);
			} else {
				pages[place][slot(step + 1, index)] = pages[place][left];
			}
		}
		above.resize(below.len() / 2, [0; 32]);
		hash_pairs(below, above);
		let mut hashed = above.iter();
		for &(place, index) in touched {
			if has_right(place, index) {
				if let Some(node) = hashed.next() {
					pages[place][slot(step + 1, index)] = *node;
				}
			}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use smartlayer_commitment::tree;
	use sp_core::H256;
	use sp_io::hashing::keccak_256;

	fn node(number: u64) -> Node {
		keccak_256(&number.to_le_bytes())
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(16))]

		/// Trees that grow and change step by step, over the ends of pages.
		#[test]
		fn the_root_is_that_of_the_whole_tree(
			steps in prop::collection::vec((0u64..150, prop::collection::vec(any::<u64>(), 0..20)), 1..8),
		) {
			let folder = tempfile::tempdir().unwrap();
			let files = PageFiles::open(folder.path()).unwrap();
			let mut leaves: Vec<Node> = vec![];
			for (turn, (more, changes)) in (1u64..).zip(steps) {
				let before = leaves.len() as u64;
				leaves.extend((0..more).map(|it| node(turn * 1000 + it)));
				if leaves.is_empty() {
					continue;
				}
				let mut changed: Vec<u64> = changes.iter().map(|it| it % leaves.len() as u64).collect();
				for index in &changed {
					leaves[*index as usize] = node(turn * 2000 + index);
				}
				changed.extend(before..leaves.len() as u64);
				changed.sort_unstable();
				changed.dedup();
				let placed = changed.iter().map(|it| (*it, leaves[*it as usize])).collect();
				let after = leaves.len() as u64;
				let nodes = NodeChanges::above(&files, before, after, placed).unwrap();
				let hashes: Vec<_> = leaves.iter().map(|it| H256(*it)).collect();
				let root = tree::root(&hashes).0;
				prop_assert_eq!(nodes.root().is_none(), changed.is_empty());
				nodes.write(&files, before).unwrap();
				prop_assert_eq!(files.root().unwrap(), root);
				files.check_top(after, &root).unwrap();
				files.check_level(0, after).unwrap();
			}
		}
	}
}
