//! Whether leaves that arrive from the left, part by part, are those under a known root.
//!
//! Pairs are hashed in sorted order, so a path does not say where a leaf stands. Whoever receives a tree part by part
//! keeps the peaks of what it has and asks with each part only for the nodes on its right: what is on the left must be
//! its own. So nobody can show a part twice, leave one out, or present one in another's place.

use crate::{proof::Path, tree::inner, HistoryPeaks};
use sp_core::H256;

/// How many nodes a level has: `count` leaves, halved `level` times, rounded up.
fn width(count: u64, level: u32) -> u64 {
	let below = u64::MAX.checked_shl(level).map_or(u64::MAX, |high| !high);
	count.checked_shr(level).unwrap_or(0).saturating_add(u64::from(count & below != 0))
}

/// Height of a tree: how often a level is halved until one node is left.
fn height(count: u64) -> u32 {
	count.saturating_sub(1).checked_ilog2().map_or(0, |log| log.saturating_add(1))
}

/// The levels at which the first `have` of `total` leaves end inside of a pair, so that its right half is needed, with
/// the index of that half.
fn gaps(have: u64, total: u64) -> impl Iterator<Item = (u32, u64)> {
	(have.trailing_zeros()..height(total)).filter_map(move |level| {
		// The last node that the leaves reach into; its sibling is on the right if it is a left one.
		let last = width(have, level).checked_sub(1)?;
		let right = last.checked_add(1)?;
		(last & 1 == 0 && right < width(total, level)).then_some((level, right))
	})
}

/// What a receiver of the first `have` of `total` leaves needs to check them: nodes by level and index, from the bottom.
/// `None` if there are not so many leaves or a node is not to be had.
pub fn right_nodes(
	have: u64,
	total: u64,
	mut node: impl FnMut(u32, u64) -> Option<H256>,
) -> Option<Path> {
	if have == 0 || have > total {
		return None;
	}
	let mut path = Path::new();
	for (level, index) in gaps(have, total) {
		path.try_push(node(level, index)?).ok()?;
	}
	Some(path)
}

/// The root of a tree of `total` leaves that begins with those under some peaks, given the nodes on the right. `None` if
/// there are none, too many, or not the right number of nodes.
pub fn root_with_right_nodes(peaks: &HistoryPeaks, total: u64, right: &[H256]) -> Option<H256> {
	let have = peaks.count;
	if have == 0 || have > total || !peaks.is_coherent() {
		return None;
	}
	let (mut left, mut right) = (peaks.peaks.iter().rev(), right.iter());
	// The smallest peak ends where the leaves end.
	let mut node = *left.next()?;
	let mut gaps = gaps(have, total).peekable();
	for level in have.trailing_zeros()..height(total) {
		let is_gap = gaps.next_if(|(at, _)| *at == level).is_some();
		let is_right_half = width(have, level).checked_sub(1)? & 1 == 1;
		if is_gap {
			node = inner(node, *right.next()?);
		} else if is_right_half {
			node = inner(*left.next()?, node);
		}
	}
	(left.next().is_none() && right.next().is_none()).then_some(node)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::tree;
	use alloc::vec::Vec;

	fn leaves(count: u64) -> Vec<H256> {
		(0..count).map(H256::from_low_u64_be).collect()
	}

	fn node(leaves: &[H256], level: u32, index: u64) -> Option<H256> {
		let from = usize::try_from(index << level).ok()?;
		let to = (from + (1usize << level)).min(leaves.len());
		Some(tree::root(leaves.get(from..to)?))
	}

	fn peaks(leaves: &[H256]) -> HistoryPeaks {
		let mut peaks = HistoryPeaks::default();
		leaves.iter().for_each(|leaf| peaks.append(*leaf));
		peaks
	}

	#[test]
	fn every_beginning_of_every_tree_leads_to_its_root() {
		for total in 1..40u64 {
			let all = leaves(total);
			for have in 1..=total {
				let right =
					right_nodes(have, total, |level, index| node(&all, level, index)).unwrap();
				let peaks = peaks(&all[..usize::try_from(have).unwrap()]);
				let root = root_with_right_nodes(&peaks, total, &right);
				assert_eq!(root, Some(tree::root(&all)), "{have} of {total}");
			}
		}
	}

	#[test]
	fn no_node_may_be_missing_surplus_or_another() {
		let all = leaves(23);
		let right = right_nodes(8, 23, |level, index| node(&all, level, index)).unwrap();
		let (peaks, root) = (peaks(&all[..8]), Some(tree::root(&all)));
		assert_eq!(root_with_right_nodes(&peaks, 23, &right), root);
		assert_eq!(root_with_right_nodes(&peaks, 23, &right[1..]), None);
		assert_eq!(root_with_right_nodes(&peaks, 23, &[&right[..], &right[..]].concat()), None);
		let reversed: Vec<_> = right.iter().rev().copied().collect();
		assert_ne!(root_with_right_nodes(&peaks, 23, &reversed), root);
	}

	#[test]
	fn leaves_shown_twice_or_left_out_lead_elsewhere() {
		let all = leaves(16);
		let right = right_nodes(8, 16, |level, index| node(&all, level, index)).unwrap();
		let root = Some(tree::root(&all));
		let twice = [&all[..4], &all[..4]].concat();
		assert_ne!(root_with_right_nodes(&peaks(&twice), 16, &right), root);
		let later = [&all[..4], &all[8..12]].concat();
		assert_ne!(root_with_right_nodes(&peaks(&later), 16, &right), root);
	}

	#[test]
	fn a_wrong_number_of_leaves_is_noticed_at_the_end_at_the_latest() {
		let all = leaves(13);
		let (peaks, root) = (peaks(&all), Some(tree::root(&all)));
		assert_eq!(root_with_right_nodes(&peaks, 13, &[]), root);
		for total in 14..40 {
			assert_ne!(root_with_right_nodes(&peaks, total, &[]), root);
		}
		assert_eq!(root_with_right_nodes(&peaks, 12, &[]), None);
	}

	#[test]
	fn nothing_leads_nowhere() {
		assert_eq!(root_with_right_nodes(&HistoryPeaks::default(), 0, &[]), None);
		assert_eq!(right_nodes(0, 4, |_, _| Some(H256::zero())), None);
		assert_eq!(right_nodes(5, 4, |_, _| Some(H256::zero())), None);
	}
}
