//! Starting again: what the store says, and what others have seen of this anchor.

use super::{
	effect::{Batch, Effect, Event, Message, Newest, Stored},
	forks::Tip,
	logs::{LogId, OriginLog},
	Config, Context, Engine,
};
use smartlayer_operations::{FullVector, Position, Slot, VerifiedOperation};
use smartlayer_types::{anchors::quorum, AccountId};
use sp_core::H256;
use std::{
	collections::{BTreeMap, BTreeSet, VecDeque},
	sync::Arc,
};

/// Who has answered, and when the question was sent.
#[derive(Debug, Default)]
pub(super) struct Recovery {
	answers: BTreeSet<AccountId>,
	asked_ms: Option<u64>,
}

impl<C: Context> Engine<C> {
	/// An anchor that starts again with what its store holds. The driver then settles the last settled interval and
	/// enters the unsettled ones, in order.
	pub fn restore(
		context: C,
		genesis: H256,
		me: AccountId,
		config: Config,
		stored: Stored<C::Signature>,
	) -> Self {
		let mut engine = Self::new(context, genesis, me, config);
		let vectors = stored.vectors.into_iter().map(|it| (it.vector().interval, it));
		engine.stored = vectors.collect();
		for (member, vector) in stored.counted {
			engine.counted.entry(vector.vector().interval).or_default().push((member, vector));
		}
		let mut logs: BTreeMap<LogId, BTreeMap<(u64, H256), _>> = BTreeMap::new();
		for batch in stored.batches {
			let header = &batch.header.statement;
			let place = (header.number, header.hash(engine.genesis));
			logs.entry(LogId::of(header)).or_default().insert(place, batch);
		}
		for (id, batches) in logs {
			engine.restore_log(id, batches);
		}
		engine
	}

	/// Takes up a log: the branch of which the own newest vector speaks is followed, what else is held is kept aside.
	fn restore_log(
		&mut self,
		id: LogId,
		mut batches: BTreeMap<(u64, H256), Arc<Batch<C::Signature>>>,
	) {
		let Some((mut place, mut first)) = self
			.last_said(&id)
			.and_then(|said| batches.remove_entry(&said))
			.or_else(|| batches.pop_first())
		else {
			return;
		};
		let mut branch = VecDeque::from([first.clone()]);
		let mut tip = place;
		loop {
			let before = (place.0.saturating_sub(1), first.header.statement.parent_hash);
			let Some(batch) = batches.remove(&before) else { break };
			branch.push_front(batch.clone());
			(place, first) = (before, batch);
		}
		loop {
			let number = tip.0.saturating_add(1);
			let mut next = batches.range((number, H256::zero())..=(number, H256::repeat_byte(255)));
			let follows = next.find(|(_, it)| it.header.statement.parent_hash == tip.1);
			let Some(next) = follows.map(|(place, _)| *place) else { break };
			branch.extend(batches.remove(&next));
			tip = next;
		}
		let start = OriginLog::after(place.0.saturating_sub(1), first.header.statement.parent_hash);
		self.logs.insert(id.clone(), start);
		for batch in &branch {
			self.insert(batch);
		}
		// Another batch of the same number is a fork.
		if let Some(log) = self.logs.get_mut(&id) {
			log.frozen = batches.keys().any(|(number, _)| (place.0..=tip.0).contains(number));
		}
		for batch in batches.values() {
			self.keep_aside(batch);
		}
	}

	/// The last batch of a log of which an own vector speaks, and the hash of its header.
	fn last_said(&self, id: &LogId) -> Option<(u64, H256)> {
		let entries = self.stored.values().rev().filter_map(|it| it.entry(&id.origin));
		let mut of_log = entries.filter(|it| it.entry.incarnation == id.incarnation);
		of_log.next().map(|it| (it.entry.number, it.entry.header_hash))
	}

	/// Takes up in a round what the stored vector of its interval says: what was accepted stays accepted, what was
	/// announced stays announced.
	pub(super) fn restore_round(&mut self, now_ms: u64, interval: u64) {
		self.restore_own(now_ms, interval);
		for (from, vector) in self.counted.remove(&interval).unwrap_or_default() {
			self.take_vector(now_ms, &from, vector);
		}
	}

	fn restore_own(&mut self, now_ms: u64, interval: u64) {
		let Some(vector) = self.stored.remove(&interval) else { return };
		let Some(round) = self.rounds.get(&interval) else { return };
		let Some(me) = round.me else { return };
		let mut said = Vec::new();
		for listed in &vector.entries {
			let entry = &listed.entry;
			let id = LogId { origin: entry.origin.clone(), incarnation: entry.incarnation };
			let tip = Tip { log: id.clone(), number: entry.number, hash: entry.header_hash };
			let Some((_, batches)) = self.walk(tip, round.floor(&id)) else { continue };
			for batch in batches {
				let number = batch.header.statement.number;
				for (index, operation) in (0u32..).zip(&batch.operations) {
					let position = Position { number, index };
					if listed.accepts(&position) {
						said.push((operation.clone(), listed.announces(&position)));
					}
				}
			}
		}
		for (operation, announces) in said {
			self.restore_acceptance(interval, &operation, announces);
		}
		if let Some(round) = self.rounds.get_mut(&interval) {
			round.spoken = Some(vector.clone());
			round.has_news = true;
		}
		self.count(now_ms, interval, me, vector);
	}

	fn restore_acceptance(
		&mut self,
		interval: u64,
		operation: &VerifiedOperation,
		announces: bool,
	) {
		let digest = operation.digest();
		let class = self.context.class(interval, operation.class);
		let rule = class.as_ref().and_then(|it| it.rules.kind(operation.kind));
		let slot = rule.map(|it| Slot::of(operation, it.signer));
		let places = self.pool.get(&digest).map(|it| it.places.clone()).unwrap_or_default();
		let Some(round) = self.rounds.get_mut(&interval) else { return };
		let tally = round.tallies.entry(digest).or_default();
		tally.i_accepted = true;
		round.mine.accept(&places);
		if let Some(slot) = slot {
			round.accepted.insert(slot, digest);
		}
		if announces {
			tally.i_announced = true;
			round.mine.announce(&places);
		}
	}

	/// Asks all others for what they have seen of this anchor, and goes on if there is nobody to ask.
	pub(super) fn ask_newest(&mut self, now_ms: u64) {
		let Some(recovery) = &mut self.recovery else { return };
		let is_due = |at: u64| now_ms >= at.saturating_add(self.config.want_ms);
		if self.current > 0 && recovery.asked_ms.is_none_or(is_due) {
			recovery.asked_ms = Some(now_ms);
			self.effects.push(Effect::Broadcast(Message::AskNewest));
			self.try_to_recover();
		}
	}

	/// Tells another anchor the newest that was seen of it.
	pub(super) fn answer_newest(&mut self, whom: &AccountId) {
		let vectors = self.rounds.values().rev().filter_map(|round| {
			let member = round.index(whom)?;
			round.peers.get(member as usize)?.latest.clone()
		});
		let vector = vectors.chain(self.early.get(whom).cloned()).max_by_key(|it| {
			let vector = it.vector();
			(vector.interval, vector.tick)
		});
		let logs = self.logs.iter().filter(|(id, _)| id.origin == *whom);
		let log = logs.map(|(id, log)| (id.clone(), log.number())).next_back();
		let newest = Message::Newest(Newest { vector, log });
		self.effects.push(Effect::Send(whom.clone(), newest));
	}

	/// Compares what another anchor has seen of this one with what the store held.
	pub(super) fn take_newest(&mut self, from: &AccountId, newest: Newest<C::Signature>) {
		if self.recovery.is_none() || *from == self.me {
			return;
		}
		if let Some(seen) = newest.vector {
			self.compare_vector(&seen);
		}
		if let Some((id, number)) = newest.log.filter(|(id, _)| id.origin == self.me) {
			let held = self.logs.get_mut(&id).filter(|log| log.number() < number);
			if let Some(log) = held {
				log.frozen = true;
				self.event(Event::LogIsOlder(number));
			}
		}
		if let Some(recovery) = &mut self.recovery {
			recovery.answers.insert(from.clone());
		}
		self.try_to_recover();
	}

	fn compare_vector(&mut self, seen: &FullVector<C::Signature>) {
		let seen = seen.vector();
		let spoken = self.rounds.get(&seen.interval).and_then(|it| it.spoken.as_ref());
		let own = spoken.or_else(|| self.stored.get(&seen.interval));
		let is_known = own.is_some_and(|it| it.vector().tick >= seen.tick);
		if !is_known && seen.interval > self.abstains_to.max(self.settled) {
			self.abstains_to = seen.interval;
			self.event(Event::Abstains(seen.interval));
		}
	}

	/// Goes on once a quorum, this anchor among them, has been heard.
	fn try_to_recover(&mut self) {
		let Some(recovery) = &self.recovery else { return };
		let Some(round) = self.rounds.get(&self.current) else { return };
		let members = &round.start.members;
		let heard = members.iter().filter(|it| recovery.answers.contains(&it.account)).count();
		let needed = u32::try_from(members.len()).map_or(u32::MAX, quorum) as usize;
		if !self.config.rules.recover || heard + 1 >= needed {
			self.recovery = None;
			self.announce_certified();
		}
	}
}
