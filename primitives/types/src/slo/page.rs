//! Pages of reports, and the root by which an anchor commits to all of them before it shows any.
//!
//! The root is that of a Merkle tree over the pages, filled up with zeros to a power of two, so that every path is as
//! long as the tree is deep. A leaf binds network, epoch, prober and position: a root that somebody copied can't be
//! opened by anybody but the prober it was made for. The salt keeps anyone from guessing what the root hides.

use super::report::Report;
use crate::{domain, AccountId};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{ConstU32, H256};
use sp_runtime::BoundedVec;

/// The most reports in a page.
pub const PAGE_REPORTS: u32 = 128;

/// The most pages of one anchor in one epoch: enough for 131,072 nodes.
pub const MAX_PAGES: u32 = 1_024;

/// The longest path of a page: the logarithm of [`MAX_PAGES`].
pub const MAX_PATH: u32 = 10;

/// Purpose of a leaf's hash.
const LEAF: &str = "slo page";

/// Purpose of the digest that an anchor signs when it commits.
const COMMITMENT: &str = "slo commitment";

/// First in the hash of an inner node. A leaf's hash begins with the length of the protocol's name instead.
const INNER: &[u8; 16] = b"slo page, inner ";

/// Hashes from a leaf's sibling up to below the root.
pub type Path = BoundedVec<H256, ConstU32<MAX_PATH>>;

/// Reports that are opened together.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Page {
	/// Random, and secret until the page is opened.
	pub salt: H256,
	/// The reports, in ascending order of their nodes.
	pub reports: BoundedVec<Report, ConstU32<PAGE_REPORTS>>,
}

impl Page {
	/// How many reports there are.
	pub fn count(&self) -> u32 {
		u32::try_from(self.reports.len()).unwrap_or(PAGE_REPORTS)
	}

	/// Whether the page has reports, in strictly ascending order of nodes, each of coherent numbers.
	pub fn is_coherent(&self) -> bool {
		let ascending = self.reports.iter().zip(self.reports.iter().skip(1));
		!self.reports.is_empty()
			&& ascending.into_iter().all(|(one, next)| one.node < next.node)
			&& self.reports.iter().all(|report| report.measures.is_coherent())
	}

	/// The page's leaf, where it is the prober's page `index` of an epoch.
	pub fn leaf(&self, genesis: H256, epoch: u64, prober: &AccountId, index: u32) -> H256 {
		domain::hash(LEAF, genesis, &(epoch, prober, index, self))
	}
}

/// What an anchor signs with its anchor key to commit to its reports of an epoch.
pub fn commitment_digest(
	genesis: H256,
	epoch: u64,
	prober: &AccountId,
	root: H256,
	pages: u32,
) -> H256 {
	domain::hash(COMMITMENT, genesis, &(epoch, prober, root, pages))
}

/// The root of these leaves; `None` if there are none, or too many.
pub fn root(leaves: &[H256]) -> Option<H256> {
	levels(leaves)?.pop()?.pop()
}

/// The path of a leaf; `None` if there is no such leaf, or there are too many.
pub fn path(leaves: &[H256], index: u32) -> Option<Path> {
	let mut position = usize::try_from(index).ok().filter(|index| *index < leaves.len())?;
	let mut path = Path::new();
	let mut levels = levels(leaves)?;
	levels.pop();
	for level in levels {
		path.try_push(*level.get(position ^ 1)?).ok()?;
		position >>= 1;
	}
	Some(path)
}

/// The root that follows from one of `pages` leaves and its path; `None` if no such leaf can be in such a tree.
pub fn root_of(leaf: H256, index: u32, pages: u32, path: &[H256]) -> Option<H256> {
	let depth = pages.checked_next_power_of_two()?.trailing_zeros();
	if index >= pages || pages > MAX_PAGES || u32::try_from(path.len()).ok()? != depth {
		return None;
	}
	let (root, _) = path.iter().fold((leaf, index), |(hash, position), sibling| {
		let parent = if position % 2 == 0 { inner(&hash, sibling) } else { inner(sibling, &hash) };
		(parent, position >> 1)
	});
	Some(root)
}

fn inner(left: &H256, right: &H256) -> H256 {
	H256(sp_io::hashing::blake2_256(&(INNER, left, right).encode()))
}

/// All levels of the tree, from the leaves, filled up, to the root alone.
fn levels(leaves: &[H256]) -> Option<Vec<Vec<H256>>> {
	let count = u32::try_from(leaves.len()).ok().filter(|count| (1..=MAX_PAGES).contains(count))?;
	let mut level = leaves.to_vec();
	level.resize(usize::try_from(count.checked_next_power_of_two()?).ok()?, H256::zero());
	let mut levels = Vec::new();
	while level.len() > 1 {
		let above = level.chunks(2).filter_map(|pair| match pair {
			[left, right] => Some(inner(left, right)),
			_ => None,
		});
		let above = above.collect();
		levels.push(core::mem::replace(&mut level, above));
	}
	levels.push(level);
	Some(levels)
}

#[cfg(test)]
mod tests {
	use super::{super::report::Measures, *};
	use proptest::prelude::*;

	fn leaves(count: u32) -> Vec<H256> {
		(0..count).map(|number| domain::hash("test", H256::zero(), &number)).collect()
	}

	fn page(nodes: &[u8]) -> Page {
		let report = |node: &u8| Report {
			node: AccountId::new([*node; 32]),
			measures: Measures::unanswered(1),
		};
		let reports = nodes.iter().map(report).collect::<Vec<_>>();
		Page { salt: H256::repeat_byte(1), reports: reports.try_into().unwrap() }
	}

	#[test]
	fn bounds_belong_together() {
		assert_eq!(1 << MAX_PATH, MAX_PAGES);
		assert!(root(&leaves(MAX_PAGES)).is_some());
		assert_eq!(root(&leaves(MAX_PAGES + 1)), None);
		assert_eq!(root(&[]), None);
		assert_eq!(root_of(H256::zero(), 0, 0, &[]), None);
		assert_eq!(path(&leaves(3), 3), None);
	}

	#[test]
	fn the_largest_page_fits_into_eight_kilobytes() {
		assert!(Page::max_encoded_len() < 8 * 1024, "{}", Page::max_encoded_len());
	}

	#[test]
	fn nodes_must_ascend() {
		assert!(page(&[1, 2, 9]).is_coherent());
		assert!(!page(&[]).is_coherent());
		assert!(!page(&[1, 1]).is_coherent());
		assert!(!page(&[2, 1]).is_coherent());
	}

	#[test]
	fn a_leaf_binds_all_that_it_stands_for() {
		let (genesis, prober) = (H256::repeat_byte(1), AccountId::new([1; 32]));
		let leaf = page(&[1]).leaf(genesis, 4, &prober, 0);
		assert_ne!(leaf, page(&[1]).leaf(H256::zero(), 4, &prober, 0));
		assert_ne!(leaf, page(&[1]).leaf(genesis, 5, &prober, 0));
		assert_ne!(leaf, page(&[1]).leaf(genesis, 4, &AccountId::new([2; 32]), 0));
		assert_ne!(leaf, page(&[1]).leaf(genesis, 4, &prober, 1));
		assert_ne!(leaf, page(&[2]).leaf(genesis, 4, &prober, 0));
		let other = Page { salt: H256::zero(), ..page(&[1]) };
		assert_ne!(leaf, other.leaf(genesis, 4, &prober, 0));
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(64))]

		#[test]
		fn every_leaf_leads_to_the_root_and_from_its_place_only(
			count in 1u32..70, index in 0u32..70, moved in 0u32..70,
		) {
			let leaves = leaves(count);
			let index = index % count;
			let leaf = leaves[index as usize];
			let path = path(&leaves, index).unwrap();
			let root = root(&leaves).unwrap();
			prop_assert_eq!(root_of(leaf, index, count, &path), Some(root));
			if moved != index {
				prop_assert_ne!(root_of(leaf, moved, count, &path), Some(root));
			}
		}

		#[test]
		fn a_wrong_bit_leads_elsewhere(count in 2u32..70, index in 0u32..70, bit in 0usize..2_048) {
			let leaves = leaves(count);
			let index = index % count;
			let mut path = path(&leaves, index).unwrap();
			let place = bit / 256 % path.len();
			path[place].0[bit % 256 / 8] ^= 1 << (bit % 8);
			let leaf = leaves[index as usize];
			prop_assert_ne!(root_of(leaf, index, count, &path), root(&leaves));
			prop_assert_eq!(root_of(leaf, index, count, &path[1..]), None);
		}
	}

	#[test]
	fn an_inner_node_is_no_leaf() {
		let leaves = leaves(4);
		let inner = inner(&leaves[0], &leaves[1]);
		let path = path(&leaves, 0).unwrap();
		assert_eq!(root_of(inner, 0, 4, &path[1..]), None);
		assert_ne!(root_of(inner, 0, 2, &path[1..]), None, "the number of pages is what tells");
	}
}
