//! Proofs that operations are final, for whoever relies on them before there is a snapshot.

use super::{
	effect::part,
	forks::Tip,
	logs::{entry_of, LogId},
	round::Round,
	Context, Engine,
};
use smartlayer_commitment::{
	finality::{Announcement, FinalityProof, Place, MAX_HEADERS},
	tree,
};
use smartlayer_operations::{BatchEntry, FullVector, Position};
use smartlayer_types::evm::EvmSignature;
use sp_core::{bounded::BoundedVec, H256};
use std::sync::Arc;

/// A proof, but for the cut on which its interval is based.
#[derive(Clone, Debug, PartialEq)]
pub struct Finality {
	/// The interval.
	pub interval: u64,
	/// The interval of the cut on which it is based; zero before the first snapshot.
	pub base: u64,
	/// The proof; its base is missing.
	pub proof: FinalityProof,
}

/// A vector, and the place that it announces.
type Announced = (LogId, Position, Arc<FullVector<EvmSignature>>);

impl<C: Context<Signature = EvmSignature>> Engine<C> {
	/// The proof that an operation is final in an interval that is not settled. `None` if it is not, or if so much has
	/// followed since that the proof would be too long: then it is in a snapshot soon.
	pub fn finality(&self, digest: &H256) -> Option<Finality> {
		let final_in = |it: &&Round<_>| it.tallies.get(digest).is_some_and(|it| it.is_final);
		self.rounds.values().rev().filter(final_in).find_map(|it| self.finality_in(it, digest))
	}

	/// The proof from what was said in one interval.
	fn finality_in(&self, round: &Round<EvmSignature>, digest: &H256) -> Option<Finality> {
		let mut announced = self.announced_places(round, digest);
		// The longest part of a log comes first, so that the others find themselves in it.
		announced.sort_by_key(|places| {
			places.first().map(|(id, position, vector)| {
				let end = vector.entry(&id.origin).map_or(0, |it| it.entry.number);
				(id.clone(), *position, std::cmp::Reverse(end))
			})
		});
		let (places, announcements) = (BoundedVec::default(), BoundedVec::default());
		let mut proof = FinalityProof { base: None, places, announcements };
		let quorum = usize::try_from(round.quorum).ok()?;
		for places in announced {
			if proof.announcements.len() >= quorum {
				break;
			}
			// In another fork something else may stand at the same place.
			let _ = places.iter().find_map(|it| self.add(&mut proof, digest, it));
		}
		let is_whole = proof.announcements.len() >= quorum;
		let (interval, base) = (round.start.interval, round.start.base);
		is_whole.then_some(Finality { interval, base, proof })
	}

	/// What members announce of an operation: of each, all places that its vector may speak of.
	fn announced_places(&self, round: &Round<EvmSignature>, digest: &H256) -> Vec<Vec<Announced>> {
		let places = self.pool.get(digest).map(|it| it.places.as_slice()).unwrap_or_default();
		let counts =
			|id: &LogId, position: &Position| round.counts(id) && position.number > round.floor(id);
		let vectors = round.peers.iter().filter_map(|it| it.counted.as_ref());
		let announced = vectors.filter_map(|vector| {
			let announces = |(id, position): &&(LogId, Position)| {
				let entry = vector.entry(&id.origin);
				let entry = entry.filter(|it| it.entry.incarnation == id.incarnation);
				counts(id, position) && entry.is_some_and(|it| it.announces(position))
			};
			let named =
				|(id, position): &(LogId, Position)| (id.clone(), *position, vector.clone());
			let found: Vec<_> = places.iter().filter(announces).map(named).collect();
			(!found.is_empty()).then_some(found)
		});
		announced.collect()
	}

	/// Adds an announcement, and the place if it is not there yet; nothing, if one of them does not fit in.
	fn add(&self, proof: &mut FinalityProof, digest: &H256, announced: &Announced) -> Option<()> {
		let (id, position, vector) = announced;
		let (vector, part) = part(vector, &id.origin)?;
		let (number, hash) = (part.entry.number, part.entry.header_hash);
		let has = |it: &Place| {
			it.headers
				.first()
				.is_some_and(|it| (&it.origin, it.number) == (&id.origin, position.number))
				&& it.entry.index == position.index
				&& it.reaches(number, hash, self.genesis)
		};
		let at = match proof.places.iter().position(has) {
			Some(at) => at,
			None => {
				let place = self.place(digest, Tip { log: id.clone(), number, hash }, *position)?;
				proof.places.try_push(place).ok()?;
				proof.places.len() - 1
			},
		};
		let place = u32::try_from(at).ok()?;
		proof.announcements.try_push(Announcement { place, vector, part }).ok()
	}

	/// An operation's place in the fork that ends at a tip.
	fn place(&self, digest: &H256, tip: Tip, position: Position) -> Option<Place> {
		if tip.number.checked_sub(position.number)? >= u64::from(MAX_HEADERS) {
			return None;
		}
		let (_, batches) = self.walk(tip, position.number.checked_sub(1)?)?;
		let operations = &batches.first()?.operations;
		let entries: Vec<_> = (0u32..).zip(operations).map(|(at, it)| entry_of(at, it)).collect();
		let index = usize::try_from(position.index).ok()?;
		let entry = entries.get(index).filter(|it| it.digest == *digest)?.clone();
		let leaves: Vec<_> = entries.iter().map(BatchEntry::leaf).collect();
		let path = tree::proof(&leaves, index)?.try_into().ok()?;
		let headers: Vec<_> = batches.iter().map(|it| it.header.statement.clone()).collect();
		Some(Place { entry, path, headers: headers.try_into().ok()? })
	}
}
