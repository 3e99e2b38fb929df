//! Taking operations from clients and messages from anchors, and what happens as time goes by.

use super::{
	effect::{Effect, Event, Message},
	logs::LogId,
	pool::Pooled,
	Context, Engine,
};
use smartlayer_operations::{Position, Refusal, VerifiedOperation};
use smartlayer_types::AccountId;
use std::{collections::BTreeMap, sync::Arc};

impl<C: Context> Engine<C> {
	/// Takes an operation from a client: it is logged with the next batch. Giving it twice is harmless.
	///
	/// What is refused here leaves no trace. What comes of the others is told by events.
	pub fn submit(&mut self, operation: &Arc<VerifiedOperation>) -> Result<(), Refusal> {
		let known = self.pool.get(&operation.digest());
		if known.is_some_and(|it| it.settled.is_some()) {
			return Ok(());
		}
		// While it can't be logged it can't be acknowledged either, given before or not.
		let id = self.own_log().filter(|_| self.recovery.is_none());
		let id = id.ok_or(Refusal::NotAccepting)?;
		if known.is_some_and(|it| it.is_mine) {
			return Ok(());
		}
		let logged = self.logs.get(&id).map_or(0, super::OriginLog::operations);
		let is_full = logged + self.queue.len() >= self.config.live_operations;
		if is_full || self.withholds_too_much(&id) {
			return Err(Refusal::Full);
		}
		let class =
			self.context.class(self.current, operation.class).ok_or(Refusal::NoSuchClass)?;
		let interval = self.current;
		class.admit(operation, || {
			let instance = operation.instance;
			self.context.serves(interval, &operation.actor, operation.class, instance)
		})?;
		let oldest_ms = self.rounds.get(&interval).map_or(0, |it| it.start.oldest_ms);
		if operation.time_ms < oldest_ms {
			return Err(Refusal::TooOld);
		}
		let rule = class.rules.kind(operation.kind).ok_or(Refusal::NoSuchKind)?;
		if !rule.is_recorded() {
			let next = self.context.state(operation.class, operation.instance).next_seq;
			if operation.seq < next {
				return Err(Refusal::SlotTaken);
			}
			if operation.seq - next > self.config.ahead_operations {
				return Err(Refusal::Gap);
			}
		}
		// It is logged here even if it stands in another's log, which may be forked or not reach everybody.
		self.pool.insert_own(operation);
		self.queue.push_back(operation.clone());
		Ok(())
	}

	/// Takes a message of another anchor, whose signatures were checked.
	pub fn receive(&mut self, now_ms: u64, from: &AccountId, message: Message<C::Signature>) {
		match message {
			Message::Batch(batch) => self.take_batch(now_ms, from, &batch),
			Message::Vector(vector) => self.take_vector(now_ms, from, vector),
			Message::Operations(operations) => self.take_over(&operations),
			Message::Want { log, from: number } => self.answer(now_ms, from, &log, number),
			Message::WantBranch(tip) => self.answer_branch(now_ms, from, tip),
			Message::AskNewest => self.answer_newest(from),
			Message::Newest(newest) => self.take_newest(from, newest),
		}
	}

	/// Does what is due: logs what clients gave, looks at what waited for its time, speaks, asks again.
	pub fn tick(&mut self, now_ms: u64) {
		self.ask_newest(now_ms);
		self.flush(now_ms);
		self.consider_waiting(now_ms);
		self.speak(now_ms);
		self.ask_again(now_ms);
	}

	/// How many operations of clients are not logged yet.
	pub fn queued(&self) -> usize {
		self.queue.len()
	}

	/// Logs what clients gave, in as few batches as the bound allows.
	pub fn flush(&mut self, now_ms: u64) {
		if self.recovery.is_some() || self.own_log().is_none() {
			return;
		}
		while !self.queue.is_empty() {
			let count = self.queue.len().min(self.config.batch_operations);
			let operations = self.queue.drain(..count).collect();
			self.write(now_ms, operations);
		}
	}

	/// Sees to it that own operations stand where they count in an interval: in the own log, or in that of a member if this
	/// anchor is none any more.
	pub(super) fn log_anew(&mut self, interval: u64) {
		let lost = self.lost(interval);
		if self.rounds.get(&interval).is_some_and(|it| it.me.is_some()) {
			for operation in lost {
				self.event(Event::Requeued(operation.digest(), interval));
				self.queue.push_back(operation);
			}
		} else {
			self.queue.clear();
			self.hand_over(interval, &lost);
		}
	}

	/// Gives operations to a member, each interval to another one: it may be faulty or away.
	fn hand_over(&mut self, interval: u64, operations: &[Arc<VerifiedOperation>]) {
		let members = self.rounds.get(&interval).map(|it| it.start.members.as_slice());
		let members = members.unwrap_or_default();
		let turn = interval.checked_rem(members.len() as u64).unwrap_or_default();
		let Some(member) = members.get(turn as usize).map(|it| it.account.clone()) else { return };
		for some in operations.chunks(self.config.batch_operations) {
			let message = Message::Operations(some.to_vec());
			self.effects.push(Effect::Send(member.clone(), message));
		}
	}

	/// Takes operations of clients from an anchor that is no member any more.
	fn take_over(&mut self, operations: &[Arc<VerifiedOperation>]) {
		for operation in operations.iter().take(self.config.batch_operations) {
			// What is refused, or what this anchor has no room for, comes to another one with the next interval.
			let _ = self.submit(operation);
		}
	}

	/// Own operations that are neither settled nor final and stand at no place of the own log that counts in an interval, each
	/// with the best that is known for its slot: if every anchor logs that, all take the same.
	fn lost(&self, interval: u64) -> Vec<Arc<VerifiedOperation>> {
		let Some(round) = self.rounds.get(&interval) else { return Vec::new() };
		let is_lost = |it: &Pooled| {
			let counts = |(id, position): &(LogId, Position)| {
				id.origin == self.me && round.counts(id) && position.number > round.floor(id)
			};
			!it.places.iter().any(counts) && it.operation.time_ms >= round.start.oldest_ms
		};
		let mut lost = BTreeMap::new();
		for digest in self.pool.open() {
			let Some(pooled) = self.pool.get(&digest).filter(|it| it.is_mine) else { continue };
			// What was never logged is still in the queue.
			let is_queued = pooled.places.is_empty() && round.me.is_some();
			if is_queued || !is_lost(pooled) || self.is_final(&digest) {
				continue;
			}
			lost.insert(digest, pooled.operation.clone());
			let best = pooled.slot.as_ref().and_then(|it| self.pool.best(it));
			if let Some(best) = best.filter(|it| is_lost(it)) {
				lost.insert(best.operation.digest(), best.operation.clone());
			}
		}
		lost.into_values().collect()
	}

	/// Whether so many positions of a log are not accepted that vectors would become too long to be sent.
	pub(super) fn withholds_too_much(&self, id: &LogId) -> bool {
		self.rounds.get(&self.current).is_some_and(|round| {
			let fair = self.config.listed_operations / round.start.members.len().max(1);
			round.mine.withheld(id) >= fair
		})
	}

	/// Asks for batches that vectors speak of and that are still missing.
	fn ask_again(&mut self, now_ms: u64) {
		let Some(round) = self.rounds.get(&self.current) else { return };
		let mut missing = Vec::new();
		for member in &round.start.members {
			let Some(id) = round.log_of(&member.account) else { continue };
			let held = self.logs.get(&id).map_or(0, super::OriginLog::number);
			let is_behind = self.rounds.values().filter(|it| it.counts(&id)).any(|round| {
				let said = round.peers.iter().filter_map(|it| it.latest.as_ref());
				said.filter_map(|it| it.entry(&id.origin)).any(|it| it.entry.number > held)
			});
			if is_behind {
				missing.push(id);
			}
		}
		for id in missing {
			self.want(now_ms, &id, None);
		}
	}
}
