//! Nodes on disk: pages of 64 nodes and the six levels above them.
//!
//! A page is 4096 bytes: 64 nodes, the 32 above them, then 16, 8, 4, 2, and 1, and an unused place. The page above has that
//! last one among its 64. Six files hold six levels of pages, enough for 2^36 leaves; their last page's last node is the
//! root. Where a node moves up alone the page has it on both levels.

use super::error::{at, damaged, Damage, StateError};
use smartlayer_commitment::build::{hash_pairs, Node};
use std::{
	fs::{File, OpenOptions},
	os::unix::fs::FileExt,
	path::{Path, PathBuf},
};

/// Nodes of a page's lowest level.
pub(super) const FANOUT: u64 = 64;

/// Levels of the tree from a page's lowest to its root.
pub(super) const STEPS: usize = 6;

/// Levels of pages.
pub(super) const PAGE_LEVELS: usize = 6;

/// The most leaves.
pub(super) const MAX_LEAVES: u64 = 1 << (STEPS * PAGE_LEVELS);

/// A page's nodes.
pub(super) type Page = [Node; 128];

/// An empty page.
pub(super) const EMPTY: Page = [[0; 32]; 128];

/// Where the levels of a page begin.
const OFFSETS: [usize; STEPS + 1] = [0, 64, 96, 112, 120, 124, 126];

/// The place of the root of a page.
pub(super) const ROOT: usize = OFFSETS[STEPS];

/// The place of a node within a page: the `index`th of a level above the page's lowest.
pub(super) fn slot(step: usize, index: u64) -> usize {
	// Below 64.
	OFFSETS[step] + index as usize
}

/// How many nodes the tree has on a level.
pub(super) fn width(leaves: u64, level: usize) -> u64 {
	leaves.div_ceil(1 << level)
}

/// How many nodes a page has on its lowest level, in a level of pages whose nodes number `width`.
pub(super) fn width_in_page(width: u64, page: u64) -> u64 {
	width.saturating_sub(page * FANOUT).min(FANOUT)
}

/// Computes a page's upper levels from its lowest, which has `count` nodes.
pub(super) fn fill(page: &mut Page, count: u64) {
	let mut width = count as usize;
	for step in 0..STEPS {
		let (below, above) = page.split_at_mut(OFFSETS[step + 1]);
		let below = &below[OFFSETS[step]..];
		hash_pairs(&below[..width / 2 * 2], &mut above[..width / 2]);
		if width % 2 == 1 {
			above[width / 2] = below[width - 1];
		}
		width = width.div_ceil(2);
	}
}

/// The files of all pages.
#[derive(Debug)]
pub(super) struct PageFiles {
	files: Vec<(PathBuf, File)>,
}

impl PageFiles {
	/// Opens the files, or makes them.
	pub(super) fn open(folder: &Path) -> Result<Self, StateError> {
		let open = |level| {
			let path = folder.join(format!("nodes-{level}"));
			let file =
				OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
			file.map_err(at(&path)).map(|file| (path, file))
		};
		Ok(Self { files: (0..PAGE_LEVELS).map(open).collect::<Result<_, _>>()? })
	}

	/// Empties the files.
	pub(super) fn clear(&self) -> Result<(), StateError> {
		self.files.iter().try_for_each(|(path, file)| file.set_len(0).map_err(at(path)))
	}

	/// Reads a page.
	pub(super) fn read(&self, level: usize, page: u64, to: &mut Page) -> Result<(), StateError> {
		let (path, file) = &self.files[level];
		file.read_exact_at(to.as_flattened_mut(), page * 4096).map_err(at(path))
	}

	/// Writes a page.
	pub(super) fn write(&self, level: usize, page: u64, from: &Page) -> Result<(), StateError> {
		let (path, file) = &self.files[level];
		file.write_all_at(from.as_flattened(), page * 4096).map_err(at(path))
	}

	/// Waits until everything is on the disk.
	pub(super) fn sync(&self) -> Result<(), StateError> {
		self.files.iter().try_for_each(|(path, file)| file.sync_data().map_err(at(path)))
	}

	/// A node of a tree of `leaves` leaves; it must be there.
	pub(super) fn node(&self, level: usize, index: u64) -> Result<Node, StateError> {
		let pages = (level / STEPS).min(PAGE_LEVELS - 1);
		let step = level - pages * STEPS;
		let (path, file) = &self.files[pages];
		let (page, within) = (index >> (STEPS - step), index & ((FANOUT >> step) - 1));
		let mut node = [0; 32];
		let place = page * 4096 + 32 * slot(step, within) as u64;
		file.read_exact_at(&mut node, place).map_err(at(path))?;
		Ok(node)
	}

	/// The root.
	pub(super) fn root(&self) -> Result<Node, StateError> {
		self.node(STEPS * PAGE_LEVELS, 0)
	}

	/// Computes the root from the lowest level of pages that has few of them, and compares every node on the way.
	pub(super) fn check_top(&self, leaves: u64, root: &Node) -> Result<(), StateError> {
		let pages = |level: usize| width(leaves, STEPS * (level + 1));
		let lowest =
			(0..PAGE_LEVELS).find(|level| pages(*level) <= FANOUT).unwrap_or(PAGE_LEVELS - 1);
		for level in lowest..PAGE_LEVELS {
			self.check_level(level, leaves)?;
		}
		if self.root()? != *root {
			return Err(damaged(&self.files[PAGE_LEVELS - 1].0, Damage::Root));
		}
		Ok(())
	}

	/// Compares every node of a level of pages with what is below it, and the roots of its pages with the level above.
	pub(super) fn check_level(&self, level: usize, leaves: u64) -> Result<(), StateError> {
		let nodes = width(leaves, STEPS * level);
		for page in 0..nodes.div_ceil(FANOUT) {
			let count = width_in_page(nodes, page);
			let mut stored = EMPTY;
			self.read(level, page, &mut stored)?;
			let mut computed = EMPTY;
			computed[..count as usize].copy_from_slice(&stored[..count as usize]);
			fill(&mut computed, count);
			let above = if level + 1 < PAGE_LEVELS {
				self.node(STEPS * (level + 1), page)?
			} else {
				stored[ROOT]
			};
			let same = (0..=STEPS).all(|step| {
				let nodes = slot(step, 0)..slot(step, 0) + width(count, step) as usize;
				stored[nodes.clone()] == computed[nodes]
			});
			if !same || above != stored[ROOT] {
				return Err(damaged(&self.files[level].0, Damage::Root));
			}
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use smartlayer_commitment::tree;
	use sp_core::H256;

	#[test]
	fn a_page_s_levels_are_those_of_the_tree() {
		for count in 1..=64u8 {
			let leaves: Vec<_> = (0..count).map(|it| H256::repeat_byte(it + 1)).collect();
			let mut page = EMPTY;
			leaves.iter().zip(&mut page).for_each(|(leaf, place)| *place = leaf.0);
			fill(&mut page, count.into());
			assert_eq!(page[ROOT], tree::root(&leaves).0, "{count} leaves");
		}
	}

	#[test]
	fn levels_of_a_page_do_not_overlap() {
		for step in 0..STEPS {
			assert_eq!(slot(step, FANOUT >> step), slot(step + 1, 0));
		}
		assert_eq!(ROOT, 126);
	}
}
