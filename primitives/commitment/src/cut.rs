//! Cuts: what of the anchors' logs and vectors a snapshot takes, and what that certifies.
//!
//! Certified is what a quorum of the counted vectors accepts. It follows from the cut alone, so every member rebuilds the
//! same from the same cut.

use crate::{bitmap::SignerBitmap, tree};
use alloc::{
	collections::{btree_map::Entry, BTreeMap},
	sync::Arc,
	vec::Vec,
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use smartlayer_operations::{FullVector, ListedEntry, Position, VerifiedOperation};
use smartlayer_types::{domain, AccountId, SetId};
use sp_core::H256;

/// Where a cut ends in one log.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct CutEnd {
	/// The log's anchor.
	pub origin: AccountId,
	/// The log's incarnation.
	pub incarnation: u32,
	/// The last batch.
	pub number: u64,
	/// Hash of its header; zero if there is none, with number 0.
	pub header_hash: H256,
}

impl CutEnd {
	/// Whether another end is farther in the same branch, as far as that is held.
	pub fn is_behind(&self, other: &Self, logs: &impl Logs) -> bool {
		self.incarnation == other.incarnation
			&& self.number < other.number
			&& logs.branch(other, self.number).is_some_and(|it| it.floor_hash == self.header_hash)
	}
}

/// A vector that a cut counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct CountedVector {
	/// Index of its signer in the interval's set.
	pub member: u32,
	/// Its tick.
	pub tick: u32,
	/// Its digest.
	pub digest: H256,
}

/// What a proposal rests on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Cut {
	/// The interval's set.
	pub set_id: SetId,
	/// The interval.
	pub interval: u64,
	/// Where it ends in each log, in ascending order of origins, each once.
	pub ends: Vec<CutEnd>,
	/// The vectors that it counts, in ascending order of members, ticks and digests: of each member one, or two if one alone
	/// does not say all.
	pub vectors: Vec<CountedVector>,
}

impl Cut {
	/// The cut's hash, as the snapshot names it.
	pub fn hash(&self, genesis: H256) -> H256 {
		domain::hash("snapshot cut", genesis, self)
	}

	/// Whether logs and vectors come in order, each once, and of no member more than two.
	pub fn is_coherent(&self) -> bool {
		let ends = self.ends.windows(2).all(|pair| match pair {
			[before, after] => before.origin < after.origin,
			_ => true,
		});
		let order = |it: &CountedVector| (it.member, it.tick, it.digest);
		let vectors = self.vectors.windows(2).all(|pair| match pair {
			[before, after] => order(before) < order(after),
			_ => true,
		});
		let no_third = self.vectors.windows(3).all(|three| match three {
			[first, _, third] => first.member < third.member,
			_ => true,
		});
		ends && vectors && no_third
	}

	/// The members whose vectors count.
	pub fn counted(&self) -> SignerBitmap {
		SignerBitmap::of(self.vectors.iter().map(|it| it.member))
	}

	/// Whether the cut ends nowhere behind the interval's floors, and in no log behind the end that the last settled cut has
	/// in the same branch: otherwise later intervals would count what anchors have dropped.
	pub fn goes_on(&self, floors: &Floors, settled: &[CutEnd], logs: &impl Logs) -> bool {
		let known = |origin: &AccountId| settled.iter().find(|it| it.origin == *origin);
		self.ends.iter().all(|end| {
			let (number, header_hash) = floor(floors, &end.origin, end.incarnation);
			let is_behind = end.number < number
				|| (end.number == number && end.header_hash != header_hash)
				|| known(&end.origin).is_some_and(|last| end.is_behind(last, logs));
			!is_behind
		})
	}

	/// Where it ends in a log.
	pub fn end(&self, origin: &AccountId) -> Option<&CutEnd> {
		let at = self.ends.binary_search_by(|it| it.origin.cmp(origin)).ok()?;
		self.ends.get(at)
	}
}

/// The last batch of each log that counts no more: what stands there was settled by an earlier snapshot, or has to be
/// logged anew.
pub type Floors = BTreeMap<AccountId, CutEnd>;

/// Number and header hash of the last batch of a log that counts no more; both zero in a new incarnation.
pub fn floor(floors: &Floors, origin: &AccountId, incarnation: u32) -> (u64, H256) {
	match floors.get(origin) {
		Some(end) if end.incarnation == incarnation => (end.number, end.header_hash),
		_ => (0, H256::zero()),
	}
}

/// The logs, as far as somebody holds them.
pub trait Logs {
	/// The log that ends as `end` says, behind the batch with number `floor`; `None` if something of it is missing. It
	/// need not be the fork that is followed.
	fn branch(&self, end: &CutEnd, floor: u64) -> Option<Branch<'_>>;
}

/// A part of a log.
#[derive(Clone, Debug)]
pub struct Branch<'a> {
	/// The number of the batch before.
	pub floor: u64,
	/// The hash of its header; zero if there is none.
	pub floor_hash: H256,
	/// The hashes of the headers that follow, with the operations of their batches.
	pub batches: Vec<(H256, &'a [Arc<VerifiedOperation>])>,
}

impl<'a> Branch<'a> {
	/// The hash of the header with a number, if it belongs to this part of the log.
	pub fn hash(&self, number: u64) -> Option<H256> {
		if number == self.floor {
			return Some(self.floor_hash);
		}
		let behind = number.checked_sub(self.floor)?.checked_sub(1)?;
		Some(self.batches.get(usize::try_from(behind).ok()?)?.0)
	}

	/// The batches with their numbers.
	fn numbered(&self) -> impl Iterator<Item = (u64, &'a [Arc<VerifiedOperation>])> + '_ {
		let numbers = self.floor.saturating_add(1)..;
		numbers.zip(self.batches.iter().map(|(_, operations)| *operations))
	}
}

/// The root that a vector signs: over the leaves of its entries. `None` unless the entries are in order and their lists
/// are what they commit to.
pub fn vector_root(genesis: H256, entries: &[ListedEntry]) -> Option<H256> {
	let ordered = entries.windows(2).all(|pair| match pair {
		[before, after] => before.entry.origin < after.entry.origin,
		_ => true,
	});
	let coherent = ordered && entries.iter().all(|it| it.is_coherent(genesis));
	let leaves: Vec<_> = coherent.then(|| entries.iter().map(|it| it.entry.leaf()).collect())?;
	Some(tree::root(&leaves))
}

/// What a quorum accepted, by digest.
pub type Certified = BTreeMap<H256, Arc<VerifiedOperation>>;

/// What is missing to rebuild a cut: ask for it, never reject for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incomplete {
	/// Batches of a log that ends so.
	Log(CutEnd),
	/// A counted vector.
	Vector(CountedVector),
	/// The interval was not entered, or the snapshot on which it is based is not known.
	Interval(u64),
}

/// What the cut certifies: every operation above the floors that a quorum of the counted vectors accepts, at whatever
/// position.
///
/// `vectors` are the counted vectors, in order. A vector's entry counts if it ends in the cut's log at or before the cut's
/// end. Linear in operations; every vector adds as much as it lists.
///
/// Of a member that shows two honest anchors vectors that contradict each other, and by each makes another operation certified,
/// no single vector gives both what they announced. So whoever is shown to contradict itself counts as one that accepts
/// everything: no more than what it could have told each of them. Honest members alone keep two operations from one slot.
pub fn certified<S>(
	cut: &Cut,
	vectors: &[&FullVector<S>],
	floors: &Floors,
	logs: &impl Logs,
	quorum: u32,
) -> Result<Certified, Incomplete> {
	let mut accepted: BTreeMap<H256, (&Arc<VerifiedOperation>, SignerBitmap)> = BTreeMap::new();
	let (layers, contrary) = (layers(cut, vectors), contrary(cut, vectors));
	for end in &cut.ends {
		let (floor, floor_hash) = floor(floors, &end.origin, end.incarnation);
		if end.number <= floor {
			continue;
		}
		let lacking = || Incomplete::Log(end.clone());
		let branch = logs.branch(end, floor).ok_or_else(lacking)?;
		if branch.floor_hash != floor_hash {
			continue;
		}
		let columns = layers.each_ref().map(|it| Column::of(it, end, &branch));
		for (number, operations) in branch.numbered() {
			let covering = columns.each_ref().map(|it| it.covering(number));
			for (index, operation) in (0u32..).zip(operations) {
				let position = Position { number, index };
				let accepting = covering.iter().zip(&columns);
				let accepting =
					accepting.map(|(it, column)| it.without(column.withholding(position)));
				let by = accepting.fold(contrary, SignerBitmap::union);
				match accepted.entry(operation.digest()) {
					Entry::Vacant(entry) => {
						entry.insert((operation, by));
					},
					Entry::Occupied(mut entry) => entry.get_mut().1 = entry.get().1.union(by),
				}
			}
		}
	}
	let by_quorum = accepted.into_iter().filter(|(_, (_, by))| by.count() >= quorum);
	Ok(by_quorum.map(|(digest, (operation, _))| (digest, operation.clone())).collect())
}

/// The members whose two vectors contradict each other.
fn contrary<S>(cut: &Cut, vectors: &[&FullVector<S>]) -> SignerBitmap {
	let pairs = cut.vectors.windows(2).zip(vectors.windows(2));
	let contrary = pairs.filter_map(|it| match it {
		([one, other], [first, second]) if one.member == other.member => {
			first.contradiction(second).map(|_| one.member)
		},
		_ => None,
	});
	SignerBitmap::of(contrary)
}

/// Vectors with their signers, each of another member.
type Layer<'a, S> = Vec<(u32, &'a FullVector<S>)>;

/// The first vectors of all members, and the second ones: what either accepts is accepted, for nothing that was accepted in an
/// interval can be taken back.
fn layers<'a, S>(cut: &Cut, vectors: &[&'a FullVector<S>]) -> [Layer<'a, S>; 2] {
	let mut layers = [Vec::new(), Vec::new()];
	let [first, second] = &mut layers;
	for (counted, vector) in cut.vectors.iter().zip(vectors) {
		let is_second = first.last().is_some_and(|(member, _)| *member == counted.member);
		let layer = if is_second { &mut *second } else { &mut *first };
		layer.push((counted.member, *vector));
	}
	layers
}

/// What the vectors of a layer say of one log.
struct Column {
	/// How far members follow the log.
	ends: Vec<(u64, u32)>,
	/// Who withholds what.
	withheld: BTreeMap<Position, SignerBitmap>,
}

impl Column {
	fn of<S>(layer: &Layer<S>, end: &CutEnd, branch: &Branch<'_>) -> Self {
		let mut column = Self { ends: Vec::new(), withheld: BTreeMap::new() };
		for (member, vector) in layer {
			let Some(listed) = vector.entry(&end.origin) else { continue };
			let entry = &listed.entry;
			let follows = entry.incarnation == end.incarnation
				&& branch.hash(entry.number) == Some(entry.header_hash);
			if follows {
				column.ends.push((entry.number, *member));
				for position in &listed.withheld {
					column.withheld.entry(*position).or_default().insert(*member);
				}
			}
		}
		column
	}

	/// The members that follow the log up to a batch.
	fn covering(&self, number: u64) -> SignerBitmap {
		let reaching = self.ends.iter().filter(|(end, _)| *end >= number);
		SignerBitmap::of(reaching.map(|(_, member)| *member))
	}

	fn withholding(&self, position: Position) -> SignerBitmap {
		self.withheld.get(&position).copied().unwrap_or_default()
	}
}

#[cfg(test)]
mod tests;
