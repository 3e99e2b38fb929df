//! Forks of logs that are not followed, but named by a cut: kept aside until the interval is settled.
//!
//! Only what was asked for is kept, so nobody can fill the memory: a batch is taken if its header hashes to what a cut or
//! a later batch names.

use super::{
	effect::{Batch, Effect, Event, Message, Record},
	logs::{batch_root, LogId, OriginLog},
	Context, Engine,
};
use smartlayer_commitment::{Branch, CutEnd, Logs};
use smartlayer_types::AccountId;
use sp_core::H256;
use std::{
	collections::{BTreeMap, HashMap},
	sync::Arc,
};

/// A place in a fork.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tip {
	/// The log.
	pub log: LogId,
	/// The number of a batch.
	pub number: u64,
	/// The hash of its header.
	pub hash: H256,
}

impl Tip {
	/// Where a cut ends.
	pub fn of(end: &CutEnd) -> Self {
		Self { log: id_of(end), number: end.number, hash: end.header_hash }
	}

	/// The batch before.
	fn before<S>(&self, batch: &Batch<S>) -> Self {
		let hash = batch.header.statement.parent_hash;
		Self { log: self.log.clone(), number: self.number.saturating_sub(1), hash }
	}
}

/// Batches that are kept aside, and those that are asked for, by the hashes of their headers.
#[derive(Debug)]
pub(super) struct Aside<S> {
	batches: HashMap<H256, Arc<Batch<S>>>,
	/// With the number behind which batches are wanted.
	wanted: BTreeMap<H256, u64>,
}

impl<S> Default for Aside<S> {
	fn default() -> Self {
		Self { batches: HashMap::new(), wanted: BTreeMap::new() }
	}
}

/// The hash of the header before a branch, and the branch's batches.
type Walk<'a, S> = (H256, Vec<&'a Arc<Batch<S>>>);

impl<C: Context> Engine<C> {
	/// Asks for the batches without which a cut of an interval can't be rebuilt.
	pub fn ask_for(&mut self, interval: u64, end: &CutEnd) {
		let tip = Tip::of(end);
		let Some(round) = self.rounds.get(&interval).filter(|it| it.counts(&tip.log)) else {
			return;
		};
		let floor = round.floor(&tip.log);
		let missing = self.first_missing(tip, floor);
		if let Some(tip) = missing.filter(|_| self.aside.wanted.len() < self.config.aside) {
			self.aside.wanted.insert(tip.hash, floor);
			self.effects.push(Effect::Broadcast(Message::WantBranch(tip)));
		}
	}

	/// Seen from the end of a branch, the first batch that is not held; `None` if all behind the floor are.
	fn first_missing(&self, mut tip: Tip, floor: u64) -> Option<Tip> {
		while tip.number > floor {
			match self.batch_at(&tip) {
				Some(batch) => tip = tip.before(batch),
				None => return Some(tip),
			}
		}
		None
	}

	/// Whether a batch was asked for as one of a branch.
	pub(super) fn is_wanted_aside(&self, hash: &H256) -> bool {
		self.aside.wanted.contains_key(hash)
	}

	/// Keeps a batch if it was asked for; the one before it is wanted next, and whoever answered goes on with it.
	pub(super) fn take_aside(&mut self, batch: &Arc<Batch<C::Signature>>) -> bool {
		if self.aside.wanted.is_empty() {
			return false;
		}
		let header = &batch.header.statement;
		let hash = header.hash(self.genesis);
		let is_whole = header.count as usize == batch.operations.len()
			&& batch.operations.len() <= self.config.batch_operations
			&& header.batch_root == batch_root(&batch.operations);
		let Some(floor) = self.aside.wanted.remove(&hash).filter(|_| is_whole) else {
			return false;
		};
		self.aside.batches.insert(hash, batch.clone());
		let tip = Tip { log: LogId::of(header), number: header.number, hash };
		let is_room = self.aside.batches.len() < self.config.aside;
		if let Some(missing) = self.first_missing(tip, floor).filter(|_| is_room) {
			self.aside.wanted.insert(missing.hash, floor);
		}
		true
	}

	/// Answers who misses a branch, its last batch first.
	pub(super) fn answer_branch(&mut self, now_ms: u64, whom: &AccountId, mut tip: Tip) {
		while let Some(batch) = self.batch_at(&tip).cloned() {
			tip = tip.before(&batch);
			if !self.send_batch(now_ms, whom, batch) {
				return;
			}
		}
	}

	/// A batch of whatever fork.
	fn batch_at(&self, tip: &Tip) -> Option<&Arc<Batch<C::Signature>>> {
		let log = self.logs.get(&tip.log)?;
		let is_followed = log.hash_at(tip.number) == Some(tip.hash);
		let followed = log.batch(tip.number).filter(|_| is_followed);
		// What stands before the first batch of a log that goes on from a cut is aside as well.
		let batch = followed.or_else(|| self.aside.batches.get(&tip.hash));
		batch.filter(|it| it.header.statement.number == tip.number)
	}

	/// The batches of a branch behind a number, in order, and the hash of the header before them.
	pub(super) fn walk(&self, mut tip: Tip, floor: u64) -> Option<Walk<'_, C::Signature>> {
		let mut batches = Vec::new();
		while tip.number > floor {
			let batch = self.batch_at(&tip)?;
			tip = tip.before(batch);
			batches.push(batch);
		}
		batches.reverse();
		Some((tip.hash, batches))
	}

	/// Follows the fork of a log that a settled cut names. The other one is kept aside for as long as an interval may
	/// still be cut along it.
	pub(super) fn choose_fork(&mut self, now_ms: u64, end: &CutEnd) {
		let id = id_of(end);
		let Some(log) = self.logs.get(&id) else { return };
		let is_followed = log.hash_at(end.number).map_or(!log.frozen, |it| it == end.header_hash);
		if is_followed {
			return;
		}
		// As far back as an open interval counts.
		let open = self.rounds.values().filter(|it| it.counts(&id)).map(|it| it.floor(&id));
		let floor = open.min().unwrap_or_default().max(log.start().0);
		let Some((floor_hash, batches)) = self.walk(Tip::of(end), floor) else {
			self.go_on_from(end);
			self.freeze(now_ms, &id);
			return;
		};
		let batches: Vec<_> = batches.into_iter().cloned().collect();
		self.leave(&id, floor, floor_hash);
		for batch in batches {
			self.effects.push(Effect::Store(Record::Batch(batch.clone())));
			self.insert(&batch);
		}
		self.freeze(now_ms, &id);
	}

	/// Takes no more batches of a forked log, of which another branch is followed now.
	fn freeze(&mut self, now_ms: u64, id: &LogId) {
		if let Some(log) = self.logs.get_mut(id) {
			log.frozen = true;
		}
		self.recount(now_ms, id);
	}

	/// Follows a log that was just found to be forked as the last settled cut does.
	pub(super) fn follow_settled(&mut self, now_ms: u64, id: &LogId) {
		let ends = self.ends.get(&self.settled).into_iter().flatten();
		if let Some(end) = ends.into_iter().find(|it| id_of(it) == *id).cloned() {
			self.choose_fork(now_ms, &end);
		}
	}

	/// Goes on in a log where a cut ended, without what stands before.
	pub(super) fn go_on_from(&mut self, end: &CutEnd) {
		let id = id_of(end);
		if id.origin == self.me {
			// Others have more of it than the own store: it goes on in a new incarnation.
			if let Some(log) = self.logs.get_mut(&id) {
				log.frozen = true;
				self.event(Event::LogIsOlder(end.number));
			}
			return;
		}
		self.leave(&id, end.number, end.header_hash);
	}

	/// Keeps aside what is held of a log; it goes on behind a batch.
	fn leave(&mut self, id: &LogId, number: u64, hash: H256) {
		let Some(log) = self.logs.insert(id.clone(), OriginLog::after(number, hash)) else {
			return;
		};
		for (digest, position) in log.places() {
			self.pool.remove_place(&digest, id, position);
		}
		for (hash, batch) in log.into_batches() {
			self.aside.batches.insert(hash, batch);
		}
		for round in self.rounds.values_mut() {
			round.mine.forget(id);
		}
	}

	/// Keeps a stored batch that is not on the branch that is followed.
	pub(super) fn keep_aside(&mut self, batch: &Arc<Batch<C::Signature>>) {
		let hash = batch.header.statement.hash(self.genesis);
		self.aside.batches.insert(hash, batch.clone());
	}

	/// Forgets what is aside and stands at or below the floors of all open intervals.
	pub(super) fn forget_forks(&mut self) {
		self.aside.wanted.clear();
		// What is aside may be what own vectors speak of, in intervals that were not entered since the start.
		if self.current == 0 || !self.stored.is_empty() {
			return;
		}
		let rounds = &self.rounds;
		let counts = |batch: &Arc<Batch<C::Signature>>| {
			let header = &batch.header.statement;
			let id = LogId::of(header);
			let mut open = rounds.values().filter(|it| it.counts(&id));
			open.any(|it| header.number > it.floor(&id))
		};
		self.aside.batches.retain(|_, batch| counts(batch));
	}
}

impl<C: Context> Logs for Engine<C> {
	fn branch(&self, end: &CutEnd, floor: u64) -> Option<Branch<'_>> {
		let (floor_hash, batches) = self.walk(Tip::of(end), floor)?;
		// Each header's hash is the next one's parent; the last is the end's.
		let parents = batches.iter().skip(1).map(|it| it.header.statement.parent_hash);
		let hashes = parents.chain([end.header_hash]);
		let batches = hashes.zip(&batches).map(|(hash, it)| (hash, it.operations.as_slice()));
		Some(Branch { floor, floor_hash, batches: batches.collect() })
	}
}

pub(super) fn id_of(end: &CutEnd) -> LogId {
	LogId { origin: end.origin.clone(), incarnation: end.incarnation }
}
