//! Entering intervals and settling them.

use super::{
	effect::{Effect, Event},
	forks::id_of,
	logs::{LogId, OriginLog},
	round::Round,
	Context, Engine,
};
use smartlayer_commitment::{floor, CutEnd, Floors};
use smartlayer_operations::Refusal;
use smartlayer_types::{AccountId, SetId};
use sp_core::H256;

/// A member of an interval's set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
	/// Its account.
	pub account: AccountId,
	/// The incarnation of its log after the interval's first block.
	pub incarnation: u32,
}

/// What the state after an interval's first block says. The block is final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntervalStart {
	/// The interval.
	pub interval: u64,
	/// Its set.
	pub set_id: SetId,
	/// The set's members, in its order.
	pub members: Vec<Member>,
	/// The earliest time, in milliseconds since 1970, that an operation can have.
	pub oldest_ms: u64,
	/// The last interval whose snapshot was confirmed by then; zero if none.
	pub base: u64,
	/// Whether anchors accept operations: not while too many intervals wait for their snapshots.
	pub accepting: bool,
}

/// A snapshot that was confirmed in a final block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
	/// Its interval.
	pub interval: u64,
	/// Where its cut ended.
	pub ends: Vec<CutEnd>,
	/// Its operations.
	pub operations: Vec<H256>,
}

/// How many settled intervals behind the last one an interval can be based on.
pub const KEPT_ENDS: u64 = 64;

impl<C: Context> Engine<C> {
	/// Enters an interval; earlier ones are never entered again. What was accepted before goes out first.
	pub fn enter(&mut self, now_ms: u64, start: IntervalStart) {
		let interval = start.interval;
		if interval <= self.current || interval <= self.settled {
			return;
		}
		self.speak(now_ms);
		self.follow(&start);
		let floors = self.floors_on(start.base);
		let mut round = Round::new(start, floors, &self.me, now_ms);
		for (id, log) in &self.logs {
			if round.counts(id) {
				round.cover(id, log, 0, |it| self.decided_in(it));
			}
		}
		self.rounds.insert(interval, round);
		self.current = interval;
		self.restore_round(now_ms, interval);
		self.take_early(now_ms);
		self.heads.clear();
		self.reconsider_all(now_ms);
		self.log_anew(interval);
		self.ask_newest(now_ms);
	}

	/// Follows the logs of an interval's members, in their incarnations, at the latest from where the cut ended on which
	/// the interval is based.
	fn follow(&mut self, start: &IntervalStart) {
		for Member { account, incarnation } in &start.members {
			let id = LogId { origin: account.clone(), incarnation: *incarnation };
			let ends = self.ends.get(&start.base).into_iter().flatten();
			let end = ends.clone().find(|it| id_of(it) == id).cloned();
			let counted_before = self.rounds.values().any(|it| it.counts(&id));
			let held = self.logs.entry(id).or_insert_with(OriginLog::empty).number();
			// What stands before the floor and is missing is of no use, unless an earlier interval counts it.
			if let Some(end) = end.filter(|it| it.number > held && !counted_before) {
				self.go_on_from(&end);
			}
		}
	}

	/// Where the cut of a settled interval ended; `None` if that is not known here.
	fn floors_on(&self, base: u64) -> Option<Floors> {
		if base == 0 {
			return Some(Floors::new());
		}
		let ends = self.ends.get(&base)?;
		Some(ends.iter().map(|it| (it.origin.clone(), it.clone())).collect())
	}

	/// Takes note of a snapshot. The context already answers for the state after it. In order of intervals; what was
	/// missed while the anchor was away may be left out.
	pub fn settle(&mut self, now_ms: u64, settlement: Settlement) {
		let Settlement { interval, ends, operations } = settlement;
		if interval <= self.settled {
			return;
		}
		self.settled = interval;
		self.rounds.retain(|round, _| *round > interval);
		self.stored.retain(|round, _| *round > interval);
		self.counted.retain(|round, _| *round > interval);
		self.heads.clear();
		for digest in operations {
			let others = self.pool.settle(&digest, interval);
			self.unlist(interval, &digest);
			self.event(Event::Settled(digest, interval));
			for other in others {
				self.refuse(&other, Refusal::SlotTaken);
			}
		}
		let pool = &self.pool;
		self.finals.retain(|_, digest| pool.is_open(digest));
		for end in &ends {
			self.choose_fork(now_ms, end);
		}
		self.forget_forks();
		self.effects.push(Effect::ForgetInterval(interval));
		self.ends.insert(interval, ends);
		self.ends.retain(|settled, _| settled.saturating_add(KEPT_ENDS) > interval);
		self.forget();
		self.reconsider_all(now_ms);
	}

	/// Drops batches and operations that no unsettled interval can count, and none to come.
	fn forget(&mut self) {
		// Nobody knows yet what the intervals are based on that were not entered since the start.
		// And what waits to be logged anew has its only copy where it was.
		if !self.stored.is_empty() || !self.queue.is_empty() {
			return;
		}
		// Intervals to come are based on no earlier one than those that were entered.
		let base = self.rounds.values().map(|it| it.start.base).min();
		let Some(floors) = base.and_then(|it| self.floors_on(it)) else { return };
		for (id, log) in &mut self.logs {
			let (number, hash) = floor(&floors, &id.origin, id.incarnation);
			if log.hash_at(number) == Some(hash) && log.start().0 < number {
				for (digest, position) in log.drop_up_to(number) {
					self.pool.remove_place(&digest, id, position);
				}
				self.effects.push(Effect::Forget(id.clone(), number));
			}
		}
		let rounds = &self.rounds;
		let newest = rounds.last_key_value().map(|(_, round)| round);
		let is_over = |id: &LogId| {
			newest.is_some_and(|it| it.log_of(&id.origin).is_some_and(|log| log > *id))
				&& !rounds.values().any(|it| it.counts(id))
		};
		let over: Vec<_> = self.logs.keys().filter(|id| is_over(id)).cloned().collect();
		for id in over {
			self.effects.push(Effect::Forget(id.clone(), u64::MAX));
			for (digest, position) in
				self.logs.remove(&id).map(|it| it.places()).unwrap_or_default()
			{
				self.pool.remove_place(&digest, &id, position);
			}
		}
		self.pool.sweep();
		let pool = &self.pool;
		self.waiting.retain(|(_, digest)| pool.is_open(digest));
	}
}
