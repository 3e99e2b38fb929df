//! Which headers were seen in a slot, by author: two different ones of one author are an equivocation.

use codec::Encode;
use smartlayer_types::Header;
use sp_consensus_babe::{
	check_equivocation_proof, digests::CompatibleDigestItem, AuthorityId, AuthorityIndex,
	BabeAuthorityWeight, EquivocationProof, Slot,
};
use std::collections::{btree_map::Entry, BTreeMap};

/// Evidence that one author wrote two blocks in one slot, as the chain takes it.
pub type Proof = EquivocationProof<Header>;

/// How much is remembered.
#[derive(Clone, Copy)]
pub struct Limits {
	/// Slots, counted back from the newest one seen.
	pub slots: u64,
	/// Bytes of encoded headers. Beyond it the oldest slots are forgotten before their time.
	pub bytes: usize,
}

/// What is known of an author in a slot.
enum Sighting {
	Once(Box<Header>),
	/// Twice, of which the proof was given: the chain punishes an author once for a slot.
	Twice,
}

/// The authors of one slot. The index is part of the key because the chain takes two headers of one index only, and
/// forks around a change of the set can give a key another index.
#[derive(Default)]
struct Authors {
	seen: BTreeMap<(AuthorityIndex, AuthorityId), Sighting>,
	bytes: usize,
}

/// The headers of the latest slots.
///
/// One for each author and slot: however many forks somebody sends, a further header of the same author and slot is
/// either known or the proof of an offence, and takes no room.
pub struct Sightings {
	limits: Limits,
	slots: BTreeMap<Slot, Authors>,
	bytes: usize,
}

impl Sightings {
	pub fn new(limits: Limits) -> Self {
		Self { limits, slots: BTreeMap::new(), bytes: 0 }
	}

	/// Notes a header with its seal, as it was imported; `authorities` are those of its epoch, in their order.
	///
	/// Gives a proof where the author signed a different header of this slot before, once for each author and slot.
	pub fn note(
		&mut self,
		header: &Header,
		authorities: &[(AuthorityId, BabeAuthorityWeight)],
	) -> Option<Proof> {
		let mut logs = header.digest.logs.iter();
		let claim = logs.find_map(CompatibleDigestItem::as_babe_pre_digest)?;
		let (slot, index) = (claim.slot(), claim.authority_index());
		let (author, _) = authorities.get(usize::try_from(index).ok()?)?;
		if self.is_over(slot) {
			return None;
		}
		let authors = self.slots.entry(slot).or_default();
		match authors.seen.entry((index, author.clone())) {
			Entry::Occupied(mut entry) => {
				let Sighting::Once(first) = entry.get() else { return None };
				let proof = proof(slot, author, first, header)?;
				entry.insert(Sighting::Twice);
				Some(proof)
			},
			Entry::Vacant(entry) => {
				entry.insert(Sighting::Once(Box::new(header.clone())));
				let bytes = header.encoded_size();
				authors.bytes += bytes;
				self.bytes += bytes;
				self.forget();
				None
			},
		}
	}

	/// Whether a slot is too old to be of interest.
	pub fn is_over(&self, slot: Slot) -> bool {
		let newest = self.slots.last_key_value().map(|(newest, _)| *newest);
		newest.is_some_and(|newest| *newest.saturating_sub(*slot) >= self.limits.slots)
	}

	/// Bytes of encoded headers that are held.
	#[cfg(test)]
	#[allow(dead_code, reason = "tests/equivocations.rs includes this file")]
	pub fn bytes(&self) -> usize {
		self.bytes
	}

	/// Slots of which something is held.
	#[cfg(test)]
	#[allow(dead_code, reason = "tests/equivocations.rs includes this file")]
	pub fn slots(&self) -> usize {
		self.slots.len()
	}

	/// Forgets the oldest slots until the rest is within the limits.
	fn forget(&mut self) {
		while let Some((slot, authors)) = self.slots.first_key_value() {
			let (slot, bytes) = (*slot, authors.bytes);
			if self.bytes <= self.limits.bytes && !self.is_over(slot) {
				return;
			}
			self.slots.remove(&slot);
			self.bytes -= bytes;
		}
	}
}

/// The proof, if the chain will take it: two different headers, each with the author's seal.
fn proof(slot: Slot, author: &AuthorityId, first: &Header, second: &Header) -> Option<Proof> {
	let proof = EquivocationProof {
		offender: author.clone(),
		slot,
		first_header: first.clone(),
		second_header: second.clone(),
	};
	check_equivocation_proof(proof.clone()).then_some(proof)
}
