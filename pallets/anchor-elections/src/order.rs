//! All voters in exact order of stake, as a B+ tree in storage.
//!
//! The election takes the voters with the greatest stake, exactly. Bags would be ordered by arrival inside the bag at
//! the boundary; a list of the best alone would lose a voter that ranks again once others have left; one sorted
//! value of 5,000 entries would cost 240 kB per vote. So the order holds every voter, in nodes of up to
//! [`CAPACITY`] entries: a change touches one path and at most one neighbour per level, and a node other than the
//! root is never less than a quarter full, whatever is inserted and removed, so that `h` levels hold at least
//! `16^h` voters and nobody can make the tree deep or thin. The best `n` are read in `n / 16` nodes or fewer.

use crate::{Config, OrderNodes, OrderRoot, Pallet, Rank};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::{
	defensive,
	pallet_prelude::{BoundedVec, ConstU32},
	traits::Get,
};
use scale_info::TypeInfo;

/// Entries in a node.
pub const CAPACITY: u32 = 64;

/// Entries below which a node is joined with a neighbour or filled from it.
pub const MINIMUM: usize = 16;

/// Number of a node. A number is never used twice.
pub type NodeId = u32;

/// In a leaf: voters; their second part is unused. Else: children, each with a rank that none below it is better
/// than. The first child's rank is not looked at.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Node {
	pub leaf: bool,
	pub entries: BoundedVec<(Rank, NodeId), ConstU32<CAPACITY>>,
}

/// Where the tree begins.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Root {
	pub node: NodeId,
	/// Voters in the tree.
	pub voters: u32,
	/// The next node's number.
	pub next: NodeId,
}

/// The order of voters.
pub struct Order<T>(PhantomData<T>);

type Entries = Vec<(Rank, NodeId)>;

impl<T: Config> Order<T> {
	/// Voters in the order.
	pub fn len() -> u32 {
		OrderRoot::<T>::get().map_or(0, |root| root.voters)
	}

	/// Adds a voter that is not in the order.
	pub fn insert(rank: Rank) {
		let mut root = OrderRoot::<T>::get().unwrap_or_else(|| {
			Self::put(0, true, Vec::new());
			Root { node: 0, voters: 0, next: 1 }
		});
		let top = root.node;
		if let Some((separator, right)) = Self::insert_into(&mut root, top, rank.clone()) {
			let above = Self::fresh(&mut root);
			Self::put(above, false, [(rank, root.node), (separator, right)].into());
			root.node = above;
		}
		root.voters = root.voters.saturating_add(1);
		OrderRoot::<T>::put(root);
	}

	/// Removes a voter; its stake must be the one with which it was inserted.
	pub fn remove(rank: &Rank) {
		let Some(mut root) = OrderRoot::<T>::get() else {
			defensive!("a voter is removed from an empty order");
			return;
		};
		if Self::remove_below(root.node, rank).is_none() {
			defensive!("a voter is removed that is not in the order");
			return;
		}
		root.voters = root.voters.saturating_sub(1);
		if let Some(only) = Self::only_child(root.node) {
			OrderNodes::<T>::remove(root.node);
			root.node = only;
		}
		OrderRoot::<T>::put(root);
	}

	/// Visits voters best first, after `after`, until `visit` says `false`.
	pub fn visit(after: Option<&Rank>, visit: &mut impl FnMut(Rank) -> bool) {
		if let Some(root) = OrderRoot::<T>::get() {
			Self::visit_below(root.node, after, visit);
		}
	}

	/// The best `count` voters.
	pub fn best(count: u32) -> Vec<Rank> {
		let mut best = Vec::new();
		let count = usize::try_from(count).unwrap_or(usize::MAX);
		Self::visit(None, &mut |rank| {
			if best.len() < count {
				best.push(rank);
			}
			best.len() < count
		});
		best
	}

	fn fresh(root: &mut Root) -> NodeId {
		let id = root.next;
		root.next = id.saturating_add(1);
		id
	}

	fn put(id: NodeId, leaf: bool, entries: Entries) {
		let entries = BoundedVec::truncate_from(entries);
		OrderNodes::<T>::insert(id, Node { leaf, entries });
	}

	/// The child under which a rank belongs, and its place.
	fn child(node: &Node, rank: &Rank) -> Option<(usize, NodeId)> {
		let place = node.entries.partition_point(|(least, _)| least <= rank).saturating_sub(1);
		node.entries.get(place).map(|(_, id)| (place, *id))
	}

	/// Inserts below a node. If the node had to be split: the new right part and the least rank in it.
	fn insert_into(root: &mut Root, id: NodeId, rank: Rank) -> Option<(Rank, NodeId)> {
		let Some(node) = OrderNodes::<T>::get(id) else {
			defensive!("a node of the order is missing");
			return None;
		};
		let (place, entry) = if node.leaf {
			(node.entries.partition_point(|(other, _)| *other < rank), (rank, 0))
		} else {
			let (place, child) = Self::child(&node, &rank)?;
			(place.saturating_add(1), Self::insert_into(root, child, rank)?)
		};
		let mut entries = node.entries.into_inner();
		entries.insert(place, entry);
		if entries.len() <= CAPACITY as usize {
			Self::put(id, node.leaf, entries);
			return None;
		}
		let right = entries.split_off(entries.len() / 2);
		let separator = right.first().map(|(rank, _)| rank.clone())?;
		let right_id = Self::fresh(root);
		Self::put(id, node.leaf, entries);
		Self::put(right_id, node.leaf, right);
		Some((separator, right_id))
	}

	/// Removes below a node: how many entries the node has left, or `None` if the rank was not found.
	fn remove_below(id: NodeId, rank: &Rank) -> Option<usize> {
		let mut node = OrderNodes::<T>::get(id)?;
		if node.leaf {
			let place = node.entries.binary_search_by(|(other, _)| other.cmp(rank)).ok()?;
			node.entries.remove(place);
		} else {
			let (place, child) = Self::child(&node, rank)?;
			if Self::remove_below(child, rank)? >= MINIMUM {
				return Some(node.entries.len());
			}
			Self::fill(&mut node, place);
		}
		let left = node.entries.len();
		OrderNodes::<T>::insert(id, node);
		Some(left)
	}

	/// Joins the child at `place` with a neighbour, or shares their entries evenly if one node can't hold them.
	fn fill(parent: &mut Node, place: usize) {
		let left_place = place.saturating_sub(1);
		let right_place = left_place.saturating_add(1);
		let mut entries = core::mem::take(&mut parent.entries).into_inner();
		if let (Some((_, left_id)), Some((separator, right_id))) =
			(entries.get(left_place).cloned(), entries.get(right_place).cloned())
		{
			match Self::join(left_id, right_id, separator) {
				Some(separator) => {
					if let Some((rank, _)) = entries.get_mut(right_place) {
						*rank = separator;
					}
				},
				None => {
					entries.remove(right_place);
				},
			}
		}
		parent.entries = BoundedVec::truncate_from(entries);
	}

	/// Moves the right node's entries into the left one if they fit; else shares them evenly and gives the least
	/// rank that is in the right node now.
	fn join(left_id: NodeId, right_id: NodeId, separator: Rank) -> Option<Rank> {
		let left = OrderNodes::<T>::get(left_id)?;
		let right = OrderNodes::<T>::get(right_id)?;
		let mut all = left.entries.into_inner();
		let mut from_right = right.entries.into_inner();
		if let (false, Some((rank, _))) = (right.leaf, from_right.first_mut()) {
			// A first child's rank was not looked at so far: the parent knew better.
			*rank = separator;
		}
		all.append(&mut from_right);
		if all.len() <= CAPACITY as usize {
			Self::put(left_id, left.leaf, all);
			OrderNodes::<T>::remove(right_id);
			return None;
		}
		let half = all.split_off(all.len() / 2);
		let separator = half.first().map(|(rank, _)| rank.clone());
		Self::put(left_id, left.leaf, all);
		Self::put(right_id, right.leaf, half);
		separator
	}

	fn only_child(id: NodeId) -> Option<NodeId> {
		let node = OrderNodes::<T>::get(id)?;
		match node.entries.as_slice() {
			[(_, only)] if !node.leaf => Some(*only),
			_ => None,
		}
	}

	/// Whether to go on.
	fn visit_below(id: NodeId, after: Option<&Rank>, visit: &mut impl FnMut(Rank) -> bool) -> bool {
		let Some(node) = OrderNodes::<T>::get(id) else { return true };
		let first = match after {
			None => 0,
			Some(after) if node.leaf => node.entries.partition_point(|(rank, _)| rank <= after),
			Some(after) => Self::child(&node, after).map_or(0, |(place, _)| place),
		};
		for (place, (rank, child)) in node.entries.into_iter().enumerate().skip(first) {
			let go_on = if node.leaf {
				visit(rank)
			} else {
				let after = after.filter(|_| place == first);
				Self::visit_below(child, after, visit)
			};
			if !go_on {
				return false;
			}
		}
		true
	}
}

impl<T: Config> Pallet<T> {
	/// The stake of the last voter that counts; zero while there is room for all.
	pub fn counted_minimum() -> smartlayer_types::Balance {
		let room = T::MaxCountedVoters::get();
		if Order::<T>::len() < room {
			return 0;
		}
		Order::<T>::best(room).last().map_or(0, |rank| rank.stake)
	}
}
