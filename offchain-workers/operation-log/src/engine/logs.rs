//! The logs of all anchors, as far as this one holds them.

use super::{
	effect::{Batch, Effect, Message, Misdeed, Record},
	Context, Engine,
};
use smartlayer_commitment::tree;
use smartlayer_operations::{BatchEntry, LogHeader, Position, Signed, VerifiedOperation};
use smartlayer_types::AccountId;
use sp_core::H256;
use std::{
	collections::{HashMap, VecDeque},
	sync::Arc,
};

/// Which log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId {
	/// Whose.
	pub origin: AccountId,
	/// Its incarnation.
	pub incarnation: u32,
}

impl LogId {
	/// The log to which a batch belongs.
	pub fn of(header: &LogHeader) -> Self {
		Self { origin: header.origin.clone(), incarnation: header.incarnation }
	}
}

/// A batch with its header's hash.
#[derive(Clone, Debug)]
struct Held<S> {
	batch: Arc<Batch<S>>,
	hash: H256,
}

/// One log, from some batch on without gaps.
#[derive(Clone, Debug)]
pub struct OriginLog<S> {
	/// The number before the first batch that is held, and the hash of that header.
	start: (u64, H256),
	batches: VecDeque<Held<S>>,
	/// Operations in them.
	operations: usize,
	/// Whether it takes no more batches: it was forked, or it is the own log and the store is older than what was sent.
	pub frozen: bool,
	/// Whether two headers of one number were reported.
	is_reported: bool,
	/// When missing batches were last asked for.
	wanted_ms: Option<u64>,
}

impl<S> OriginLog<S> {
	/// An empty log.
	pub const fn empty() -> Self {
		Self::after(0, H256::zero())
	}

	/// A log that goes on behind a batch.
	pub const fn after(number: u64, hash: H256) -> Self {
		Self {
			start: (number, hash),
			batches: VecDeque::new(),
			operations: 0,
			frozen: false,
			is_reported: false,
			wanted_ms: None,
		}
	}

	/// The number of its last batch; zero if there is none.
	pub fn number(&self) -> u64 {
		self.start.0 + self.batches.len() as u64
	}

	/// The hash of its last header; zero if there is none.
	pub fn hash(&self) -> H256 {
		self.batches.back().map_or(self.start.1, |it| it.hash)
	}

	/// The number before the first batch that is held, and the hash of that header.
	pub const fn start(&self) -> (u64, H256) {
		self.start
	}

	/// How many operations it holds.
	pub const fn operations(&self) -> usize {
		self.operations
	}

	fn index(&self, number: u64) -> Option<usize> {
		usize::try_from(number.checked_sub(self.start.0)?.checked_sub(1)?).ok()
	}

	/// The hash of the header with a number; zero for number zero.
	pub fn hash_at(&self, number: u64) -> Option<H256> {
		if number == self.start.0 {
			return Some(self.start.1);
		}
		Some(self.batches.get(self.index(number)?)?.hash)
	}

	/// A batch.
	pub fn batch(&self, number: u64) -> Option<&Arc<Batch<S>>> {
		Some(&self.batches.get(self.index(number)?)?.batch)
	}

	/// The digest at a position.
	pub fn digest_at(&self, position: Position) -> Option<H256> {
		let batch = self.batch(position.number)?;
		Some(batch.operations.get(position.index as usize)?.digest())
	}

	/// Positions and digests of batches after one and up to another.
	pub fn digests(&self, after: u64, up_to: u64) -> impl Iterator<Item = (Position, H256)> + '_ {
		let first = after.max(self.start.0) + 1;
		(first..=up_to.min(self.number())).filter_map(|number| self.batch(number)).flat_map(
			|batch| {
				let number = batch.header.statement.number;
				(0u32..)
					.zip(&batch.operations)
					.map(move |(index, it)| (Position { number, index }, it.digest()))
			},
		)
	}

	/// All digests with their positions.
	pub fn places(&self) -> Vec<(H256, Position)> {
		self.digests(0, u64::MAX).map(|(position, digest)| (digest, position)).collect()
	}

	/// All batches, by the hashes of their headers.
	pub fn into_batches(self) -> impl Iterator<Item = (H256, Arc<Batch<S>>)> {
		self.batches.into_iter().map(|it| (it.hash, it.batch))
	}

	fn push(&mut self, batch: Arc<Batch<S>>, hash: H256) {
		self.operations += batch.operations.len();
		self.batches.push_back(Held { batch, hash });
	}

	/// Drops the batches up to a number, and says what stood in them.
	pub fn drop_up_to(&mut self, number: u64) -> Vec<(H256, Position)> {
		let mut dropped = Vec::new();
		while self.start.0 < number {
			let Some(held) = self.batches.pop_front() else { break };
			self.start = (self.start.0 + 1, held.hash);
			self.operations -= held.batch.operations.len();
			let number = self.start.0;
			let places = (0u32..).zip(&held.batch.operations);
			dropped.extend(places.map(|(index, it)| (it.digest(), Position { number, index })));
		}
		dropped
	}
}

/// The root over a batch's entries.
pub fn batch_root(operations: &[Arc<VerifiedOperation>]) -> H256 {
	let leaf = |(index, it): (u32, &Arc<VerifiedOperation>)| entry_of(index, it).leaf();
	tree::root(&(0u32..).zip(operations).map(leaf).collect::<Vec<_>>())
}

/// The entry of an operation in its batch.
pub(super) fn entry_of(index: u32, operation: &VerifiedOperation) -> BatchEntry {
	let (digest, actor) = (operation.digest(), operation.actor.clone());
	BatchEntry { index, digest, actor, authorisation: operation.signed().authorisation }
}

impl<C: Context> Engine<C> {
	/// A log that is followed.
	pub fn log(&self, id: &LogId) -> Option<&OriginLog<C::Signature>> {
		self.logs.get(id)
	}

	/// Takes a batch that follows on what is held. Asks for what is missing before it, reports what contradicts it.
	pub(super) fn take_batch(
		&mut self,
		now_ms: u64,
		from: &AccountId,
		batch: &Arc<Batch<C::Signature>>,
	) {
		let header = &batch.header.statement;
		let id = LogId::of(header);
		if header.number == 0 || self.take_aside(batch) {
			return;
		}
		let Some(log) = self.logs.get(&id) else { return };
		if header.number <= log.number() {
			self.compare(now_ms, &id, batch);
			return;
		}
		if header.number > log.number() + 1 {
			self.want(now_ms, &id, Some(from));
			return;
		}
		let bound = self.config.live_operations.saturating_mul(2);
		let fits = log.operations() + batch.operations.len() <= bound
			&& batch.operations.len() <= self.config.batch_operations;
		let is_whole = header.count as usize == batch.operations.len()
			&& header.batch_root == batch_root(&batch.operations);
		let is_too_much = *from == id.origin && self.withholds_too_much(&id);
		if log.frozen || !fits || !is_whole || is_too_much {
			return;
		}
		if header.parent_hash == log.hash() {
			self.append(now_ms, batch);
		} else {
			self.diverge(now_ms, &id, from);
		}
	}

	/// Stops following a log that goes on from another header than the one that is held: its anchor signed both. Asks for
	/// the other header, which convicts it.
	fn diverge(&mut self, now_ms: u64, id: &LogId, from: &AccountId) {
		let Some(log) = self.logs.get_mut(id) else { return };
		log.frozen = true;
		let message = Message::Want { log: id.clone(), from: log.number() };
		self.effects.push(Effect::Send(from.clone(), message));
		self.follow_settled(now_ms, id);
	}

	/// Looks whether a batch of a number that is held is another one.
	fn compare(&mut self, now_ms: u64, id: &LogId, batch: &Arc<Batch<C::Signature>>) {
		let Some(log) = self.logs.get_mut(id) else { return };
		let Some(held) = log.batch(batch.header.statement.number) else { return };
		if log.is_reported || held.header.statement == batch.header.statement {
			return;
		}
		let headers = Box::new([held.header.clone(), batch.header.clone()]);
		log.frozen = true;
		log.is_reported = true;
		self.effects.push(Effect::Report(id.origin.clone(), Misdeed::Headers(headers)));
		self.follow_settled(now_ms, id);
	}

	/// Appends a batch to its log: on disk first, then wherever it counts.
	pub(super) fn append(&mut self, now_ms: u64, batch: &Arc<Batch<C::Signature>>) {
		self.effects.push(Effect::Store(Record::Batch(batch.clone())));
		self.insert(batch);
		self.count_waiting(now_ms, &LogId::of(&batch.header.statement));
		let digests: Vec<_> = batch.operations.iter().map(|it| it.digest()).collect();
		self.consider_all(now_ms, &digests);
	}

	/// Puts a batch into its log and into the lists of the open rounds.
	pub(super) fn insert(&mut self, batch: &Arc<Batch<C::Signature>>) {
		let header = &batch.header.statement;
		let id = LogId::of(header);
		let digests = batch.operations.iter().map(|it| it.digest());
		let decided: HashMap<_, _> =
			digests.filter_map(|it| Some((it, self.decided_in(&it)?))).collect();
		let Some(log) = self.logs.get_mut(&id) else { return };
		let before = log.number();
		log.push(batch.clone(), header.hash(self.genesis));
		log.wanted_ms = None;
		for (index, operation) in (0u32..).zip(&batch.operations) {
			let position = Position { number: header.number, index };
			self.pool.insert(operation, &id, position);
			if id.origin == self.me {
				self.pool.insert_own(operation);
			}
		}
		for round in self.rounds.values_mut().filter(|it| it.counts(&id)) {
			round.cover(&id, log, before, |it| decided.get(it).copied());
		}
	}

	/// Asks for the batches of a log that are missing, not too often: somebody who must have them, else all.
	pub(super) fn want(&mut self, now_ms: u64, id: &LogId, whom: Option<&AccountId>) {
		let Some(log) = self.logs.get_mut(id) else { return };
		if log.wanted_ms.is_some_and(|at| now_ms < at.saturating_add(self.config.want_ms)) {
			return;
		}
		log.wanted_ms = Some(now_ms);
		let message = Message::Want { log: id.clone(), from: log.number() + 1 };
		self.effects.push(match whom {
			Some(whom) => Effect::Send(whom.clone(), message),
			None => Effect::Broadcast(message),
		});
	}

	/// Answers who misses batches.
	pub(super) fn answer(&mut self, now_ms: u64, whom: &AccountId, id: &LogId, from: u64) {
		for number in from.. {
			let batch = self.logs.get(id).and_then(|log| log.batch(number)).cloned();
			if !batch.is_some_and(|it| self.send_batch(now_ms, whom, it)) {
				return;
			}
		}
	}

	/// Sends a batch in answer to a request, unless too much was sent to the same anchor just now: it asks again.
	pub(super) fn send_batch(
		&mut self,
		now_ms: u64,
		whom: &AccountId,
		batch: Arc<Batch<C::Signature>>,
	) -> bool {
		let (since_ms, sent) = self.answered.entry(whom.clone()).or_insert((now_ms, 0));
		if now_ms >= since_ms.saturating_add(self.config.want_ms) {
			(*since_ms, *sent) = (now_ms, 0);
		}
		if *sent >= self.config.answered_operations {
			return false;
		}
		*sent += batch.operations.len().max(1);
		self.effects.push(Effect::Send(whom.clone(), Message::Batch(batch)));
		true
	}

	/// Adds a batch to the own log, if that can still be written to.
	pub(super) fn write(&mut self, now_ms: u64, operations: Vec<Arc<VerifiedOperation>>) {
		let Some(id) = self.own_log() else { return };
		let Some(round) = self.rounds.get(&self.current) else { return };
		let Some(log) = self.logs.get(&id) else { return };
		let Ok(count) = u32::try_from(operations.len()) else { return };
		let statement = LogHeader {
			set_id: round.start.set_id,
			origin: id.origin,
			incarnation: id.incarnation,
			number: log.number() + 1,
			parent_hash: log.hash(),
			batch_root: batch_root(&operations),
			count,
		};
		let signature = self.context.sign(self.current, statement.hash(self.genesis));
		let batch = Arc::new(Batch { header: Signed { statement, signature }, operations });
		self.append(now_ms, &batch);
		self.effects.push(Effect::Broadcast(Message::Batch(batch)));
	}

	/// Whether a batch with this header would be no news.
	pub fn holds(&self, header: &LogHeader) -> bool {
		let hash = header.hash(self.genesis);
		let log = self.logs.get(&LogId::of(header));
		let held = log.and_then(|it| it.hash_at(header.number));
		held == Some(hash) && !self.is_wanted_aside(&hash)
	}

	/// The own log in the current interval, unless it is frozen or nothing can be signed.
	pub(super) fn own_log(&self) -> Option<LogId> {
		let id = self.rounds.get(&self.current)?.log_of(&self.me)?;
		self.logs.get(&id).filter(|log| !log.frozen && self.context.signs(self.current))?;
		Some(id)
	}
}
