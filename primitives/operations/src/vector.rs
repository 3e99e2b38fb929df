//! Vectors: what an anchor has accepted in an interval, several times per second.

use crate::signed::Signed;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{
	abi::{self, tag},
	domain,
	evm::EvmSignature,
	AccountId, SetId,
};
use sp_core::H256;

/// Name of the leaf's type.
const LEAF: &str = "SmartLayer.Vector.v1";

/// What an anchor signs at a tick: the root over one [`OriginEntry`] for each log, so that parts can be shown alone.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Vector {
	/// The interval's set, of which the signer is a member.
	pub set_id: SetId,
	/// The interval.
	pub interval: u64,
	/// Grows with each vector of the interval.
	pub tick: u32,
	/// Whether nothing of the interval follows.
	pub closing: bool,
	/// Root over the leaves of the entries, sorted by origin.
	pub root: H256,
}

impl Vector {
	/// What is signed.
	pub fn digest(&self, genesis: H256) -> H256 {
		domain::hash("acceptance vector", genesis, self)
	}

	/// Whether both are of one set and interval.
	pub fn is_beside(&self, other: &Self) -> bool {
		(self.set_id, self.interval) == (other.set_id, other.interval)
	}

	/// Whether no honest anchor signs both: of the same tick, or a later one after the closing one.
	pub fn conflicts_with(&self, other: &Self) -> bool {
		let follows = |closing: &Self, later: &Self| closing.closing && later.tick > closing.tick;
		self.is_beside(other)
			&& self != other
			&& (self.tick == other.tick || follows(self, other) || follows(other, self))
	}
}

/// An operation's place in a log.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Position {
	/// Number of the batch.
	pub number: u64,
	/// Index in the batch.
	pub index: u32,
}

/// How far a vector follows one log, and what it leaves out.
///
/// An operation up to `number` is **accepted** unless its position is withheld. It is **announced** if it is accepted,
/// stands up to `announced`, and its position is not held back from that. Positions that an earlier cut has covered are
/// in neither list and count for nothing.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct OriginEntry {
	/// The log's anchor.
	pub origin: AccountId,
	/// The log's incarnation.
	pub incarnation: u32,
	/// The last batch that counts.
	pub number: u64,
	/// Hash of its header.
	pub header_hash: H256,
	/// [`positions_hash`] of the positions up to `number` that are neither accepted nor seen certified.
	pub withheld: H256,
	/// The last batch of which anything is announced: at most `number`.
	pub announced: u64,
	/// [`positions_hash`] of the positions up to `announced` that are accepted and not announced.
	pub unannounced: H256,
}

impl OriginEntry {
	/// The entry's leaf under a vector's root.
	pub fn leaf(&self) -> H256 {
		abi::keccak([
			tag(LEAF).into(),
			(&self.origin).into(),
			self.incarnation.into(),
			self.number.into(),
			self.header_hash.into(),
			self.withheld.into(),
			self.announced.into(),
			self.unannounced.into(),
		])
	}
}

/// An entry with what its hashes stand for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ListedEntry {
	/// The entry.
	pub entry: OriginEntry,
	/// The positions that are withheld, ascending.
	pub withheld: Vec<Position>,
	/// The positions that are accepted and not announced, ascending.
	pub unannounced: Vec<Position>,
}

impl ListedEntry {
	/// Whether the lists are those that the entry commits to, and nothing is announced beyond what is accepted.
	pub fn is_coherent(&self, genesis: H256) -> bool {
		self.entry.announced <= self.entry.number
			&& positions_hash(genesis, &self.withheld) == Some(self.entry.withheld)
			&& positions_hash(genesis, &self.unannounced) == Some(self.entry.unannounced)
	}

	/// Whether a position is accepted.
	pub fn accepts(&self, position: &Position) -> bool {
		position.number <= self.entry.number && self.withheld.binary_search(position).is_err()
	}

	/// Whether a position is announced.
	pub fn announces(&self, position: &Position) -> bool {
		position.number <= self.entry.announced
			&& self.accepts(position)
			&& self.unannounced.binary_search(position).is_err()
	}

	/// Whether `later` takes back what this says of the same log: an earlier batch, another batch of the same number, or
	/// a position left out that was accepted or announced.
	pub fn is_retracted_by(&self, later: &Self) -> bool {
		let (before, after) = (&self.entry, &later.entry);
		if (&before.origin, before.incarnation) != (&after.origin, after.incarnation) {
			return false;
		}
		after.number < before.number
			|| (after.number == before.number && after.header_hash != before.header_hash)
			|| after.announced < before.announced
			|| later.withheld.iter().any(|it| self.accepts(it))
			|| later.unannounced.iter().any(|it| self.announces(it))
	}
}

/// A signed vector with everything that its root stands for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct FullVector<Signature = EvmSignature> {
	/// What was signed.
	pub signed: Signed<Vector, Signature>,
	/// The entries, in ascending order of origins, each origin once.
	pub entries: Vec<ListedEntry>,
}

impl<Signature> FullVector<Signature> {
	/// The statement.
	pub const fn vector(&self) -> &Vector {
		&self.signed.statement
	}

	/// The entry of a log.
	pub fn entry(&self, origin: &AccountId) -> Option<&ListedEntry> {
		let at = self.entries.binary_search_by(|it| it.entry.origin.cmp(origin)).ok()?;
		self.entries.get(at)
	}

	/// How this and another vector of the same signer contradict each other; `None` if an honest anchor signs both.
	pub fn contradiction<'a>(&'a self, other: &'a Self) -> Option<Contradiction<'a>> {
		if self.vector().conflicts_with(other.vector()) {
			return Some(Contradiction::Conflict);
		}
		if !self.vector().is_beside(other.vector()) || self.vector() == other.vector() {
			return None;
		}
		let (before, after) =
			if self.vector().tick < other.vector().tick { (self, other) } else { (other, self) };
		let later = |it: &ListedEntry| after.entry(&it.entry.origin);
		let retracted =
			|it: &&ListedEntry| later(it).is_some_and(|later| it.is_retracted_by(later));
		let of_same_log =
			|it: &ListedEntry, later: &ListedEntry| it.entry.incarnation == later.entry.incarnation;
		let omitted = |it: &ListedEntry| !later(it).is_some_and(|later| of_same_log(it, later));
		if let Some(entry) = before.entries.iter().find(retracted) {
			return Some(Contradiction::Retraction(&entry.entry.origin));
		}
		before.entries.iter().any(omitted).then_some(Contradiction::Omission)
	}
}

/// How two vectors of an anchor contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contradiction<'a> {
	/// The statements conflict, whatever their entries say: evidence against it.
	Conflict,
	/// The one with the higher tick takes back what the other one says of this origin's log: evidence as well.
	Retraction(&'a AccountId),
	/// The one with the higher tick says nothing any more of a log. No honest anchor does that, but nothing short of both whole
	/// vectors shows it.
	Omission,
}

/// Commitment to the positions that a vector lists, ascending and each once; `None` if they are not.
pub fn positions_hash(genesis: H256, positions: &[Position]) -> Option<H256> {
	let ascending = positions.windows(2).all(|pair| match pair {
		[before, after] => before < after,
		_ => true,
	});
	ascending.then(|| domain::hash("listed positions", genesis, &positions))
}
