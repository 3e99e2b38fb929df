//! What the engine gives for a snapshot: a cut to propose, and what a vote looks at.

use super::{effect::Event, round::Round, Context, Engine};
use smartlayer_commitment::{CountedVector, Cut, CutEnd, Logs};
use smartlayer_operations::FullVector;
use smartlayer_types::AccountId;
use sp_core::H256;
use std::{collections::BTreeSet, sync::Arc};

/// A cut with the vectors that it counts, in its order.
#[derive(Clone, Debug, PartialEq)]
pub struct WholeCut<S> {
	/// The cut.
	pub cut: Cut,
	/// The vectors.
	pub vectors: Vec<Arc<FullVector<S>>>,
}

impl<C: Context> Engine<C> {
	/// The cut of an interval that takes in everything this anchor has counted; `None` if it lacks batches, or took no
	/// part.
	pub fn cut(&self, interval: u64) -> Option<WholeCut<C::Signature>> {
		let round = self.rounds.get(&interval).filter(|it| !it.is_blind)?;
		let mut counted = Vec::new();
		// Who contradicts itself has no say in where the cut ends.
		let mut guides = Vec::new();
		for (member, peer) in (0u32..).zip(&round.peers) {
			let said = match (&peer.both, &peer.counted) {
				(Some(both), _) => both.as_slice(),
				(None, Some(vector)) => std::slice::from_ref(vector),
				(None, None) => &[],
			};
			if !matches!(said, [one, other] if one.contradiction(other).is_some()) {
				guides.extend(said.iter().cloned());
			}
			for vector in said {
				let (tick, digest) = (vector.vector().tick, vector.vector().digest(self.genesis));
				counted.push((CountedVector { member, tick, digest }, vector.clone()));
			}
		}
		counted.sort_by_key(|(it, _)| (it.member, it.tick, it.digest));
		let (counted, vectors): (Vec<_>, Vec<_>) = counted.into_iter().unzip();
		let members = round.start.members.iter();
		let ends = members.map(|it| self.end_for(round, &it.account, &guides));
		let mut ends = ends.collect::<Option<Vec<_>>>()?;
		ends.sort_by(|one, other| one.origin.cmp(&other.origin));
		let cut = Cut { set_id: round.start.set_id, interval, ends, vectors: counted };
		Some(WholeCut { cut, vectors })
	}

	/// Where a cut ends in a log: as far as vectors speak of it, in the branch of which most of them speak.
	fn end_for(
		&self,
		round: &Round<C::Signature>,
		origin: &AccountId,
		vectors: &[Arc<FullVector<C::Signature>>],
	) -> Option<CutEnd> {
		let id = round.log_of(origin)?;
		let (floor, floor_hash) = round.floor_tip(&id);
		let entries = vectors.iter().filter_map(|it| it.entry(origin)).map(|it| &it.entry);
		let entries = entries.filter(|it| it.incarnation == id.incarnation && it.number > floor);
		let end = |number, header_hash| CutEnd {
			origin: origin.clone(),
			incarnation: id.incarnation,
			number,
			header_hash,
		};
		let ends: BTreeSet<_> = entries.clone().map(|it| (it.number, it.header_hash)).collect();
		let branches = ends.into_iter().filter_map(|(number, hash)| {
			let end = end(number, hash);
			let branch = self.branch(&end, floor).filter(|it| it.floor_hash == floor_hash)?;
			let on = entries.clone().filter(|it| branch.hash(it.number) == Some(it.header_hash));
			Some((on.count(), number, hash))
		});
		let best = branches.max().map_or((floor, floor_hash), |(_, number, hash)| (number, hash));
		let best = end(best.0, best.1);
		let settled = self.settled_ends(round.start.interval);
		let last = settled.iter().find(|it| it.origin == *origin);
		Some(last.filter(|it| best.is_behind(it, self)).cloned().unwrap_or(best))
	}

	/// Where the cut before an interval's ended.
	fn settled_ends(&self, interval: u64) -> &[CutEnd] {
		self.ends.get(&interval.saturating_sub(1)).map_or(&[], Vec::as_slice)
	}

	/// Whether a cut goes on from what is settled: a member rejects one that goes back.
	pub fn goes_on(&self, cut: &Cut) -> bool {
		let floors = self.floors(cut.interval);
		floors.is_some_and(|it| cut.goes_on(it, self.settled_ends(cut.interval), self))
	}

	/// Whether every member's closing vector of an interval has come.
	pub fn all_closed(&self, interval: u64) -> bool {
		let closed = |round: &Round<C::Signature>| {
			round.peers.iter().all(|it| it.counted.as_ref().is_some_and(|it| it.vector().closing))
		};
		self.rounds.get(&interval).is_some_and(closed)
	}

	/// Whether this anchor signed its closing vector of an interval: before, it does not vote.
	pub fn is_closed(&self, interval: u64) -> bool {
		let closed = self.rounds.get(&interval).is_some_and(Round::is_closed);
		closed || !self.config.rules.close_before_vote
	}

	/// The quorum of an interval's set.
	pub fn quorum(&self, interval: u64) -> Option<u32> {
		Some(self.rounds.get(&interval)?.quorum)
	}

	/// What this anchor announced in an interval: it approves no snapshot without it.
	pub fn announced(&self, interval: u64) -> Vec<H256> {
		let Some(round) = self.rounds.get(&interval) else { return Vec::new() };
		// What is in an earlier snapshot does not have to be in this one.
		let is_open = |digest: &H256| self.pool.get(digest).is_none_or(|it| it.settled.is_none());
		let announced =
			round.tallies.iter().filter(|(digest, it)| it.i_announced && is_open(digest));
		let mut announced: Vec<_> = announced.map(|(digest, _)| *digest).collect();
		announced.sort_unstable();
		announced
	}

	/// Whether a quorum announced an operation in an interval that is not settled.
	pub fn is_final(&self, digest: &H256) -> bool {
		let tallies = self.rounds.values().filter_map(|it| it.tallies.get(digest));
		tallies.into_iter().any(|it| it.is_final)
	}

	/// The interval whose snapshot holds an operation, or in which it became final first.
	pub(super) fn decided_in(&self, digest: &H256) -> Option<u64> {
		let settled = self.pool.get(digest).and_then(|it| it.settled);
		settled.or_else(|| {
			let is_final = |it: &Round<_>| it.tallies.get(digest).is_some_and(|it| it.is_final);
			self.rounds.iter().find(|(_, it)| is_final(it)).map(|(interval, _)| *interval)
		})
	}

	/// Whether this anchor sees to it that an operation is recorded: a client gave it to it.
	pub fn is_own(&self, digest: &H256) -> bool {
		self.pool.get(digest).is_some_and(|it| it.is_mine && it.settled.is_none())
	}

	/// Whether an operation is here, settled or not.
	pub fn knows(&self, digest: &H256) -> bool {
		self.pool.get(digest).is_some()
	}

	/// How far an operation is, as the events that told it: for whoever asks again.
	pub fn progress(&self, digest: &H256) -> Vec<Event> {
		if let Some(interval) = self.pool.get(digest).and_then(|it| it.settled) {
			return vec![Event::Settled(*digest, interval)];
		}
		let of = |(interval, it): (&u64, &Round<_>)| Some((*interval, *it.tallies.get(digest)?));
		let tallies: Vec<_> = self.rounds.iter().filter_map(of).collect();
		// It is final in the first interval in which it became so.
		let is_final = tallies.iter().find(|(_, it)| it.is_final);
		let is_accepted = || tallies.iter().rev().find(|(_, it)| it.i_accepted || it.is_certified);
		let Some((interval, tally)) = is_final.or_else(is_accepted).copied() else {
			return Vec::new();
		};
		let steps = [
			(tally.i_accepted, Event::Accepted(*digest, interval)),
			(tally.is_certified, Event::Certified(*digest, interval)),
			(tally.is_final, Event::Final(*digest, interval)),
		];
		steps.into_iter().filter(|(is_so, _)| *is_so).map(|(_, event)| event).collect()
	}
}
