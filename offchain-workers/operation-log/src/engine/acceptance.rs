//! Which operations an anchor accepts.

use super::{effect::Event, round::Round, Context, Engine};
use smartlayer_operations::{InstanceState, Rank, Refusal, Slot};
use smartlayer_types::{ClassId, InstanceId, KindRule};
use sp_core::H256;

impl<C: Context> Engine<C> {
	/// Looks at all operations again, after something has changed for all of them.
	pub(super) fn reconsider_all(&mut self, now_ms: u64) {
		let open = self.pool.open();
		self.consider_all(now_ms, &open);
	}

	/// Looks at operations that came together: all slots first, so that the best for each is taken and not the first.
	pub(super) fn consider_all(&mut self, now_ms: u64, digests: &[H256]) {
		for digest in digests {
			// What is refused here is refused again below, and told then.
			let _ = self.assign(digest);
		}
		for digest in digests {
			self.consider(now_ms, digest);
		}
	}

	/// Accepts the best operation for an operation's slot, if there is one that can be accepted now.
	pub(super) fn consider(&mut self, now_ms: u64, digest: &H256) {
		let slot = match self.assign(digest) {
			Ok(slot) => slot,
			Err(refusal) => {
				self.refuse(digest, refusal);
				return;
			},
		};
		let best = self.pool.candidates(&slot).into_iter().find(|candidate| {
			match self.is_acceptable(now_ms, candidate, &slot) {
				Ok(()) => true,
				Err(refusal) => {
					self.wait_for(candidate, refusal);
					self.refuse(candidate, refusal);
					false
				},
			}
		});
		if let Some(best) = best {
			match self.can_take(&best, &slot) {
				Ok(()) => self.accept(&best, slot),
				Err(refusal) => self.refuse(&best, refusal),
			}
		}
	}

	/// Finds out an operation's slot.
	fn assign(&mut self, digest: &H256) -> Result<Slot, Refusal> {
		let pooled = self.pool.get(digest).ok_or(Refusal::NotAccepting)?;
		if pooled.settled.is_some() {
			return Err(Refusal::SlotTaken);
		}
		if let Some(slot) = &pooled.slot {
			return Ok(slot.clone());
		}
		let operation = pooled.operation.clone();
		let class =
			self.context.class(self.current, operation.class).ok_or(Refusal::NoSuchClass)?;
		let role = class.rules.kind(operation.kind).ok_or(Refusal::NoSuchKind)?.signer;
		let slot = Slot::of(&operation, role);
		self.pool.assign(digest, &slot, Rank::of(role, *digest), self.config.candidates);
		Ok(slot)
	}

	/// Whether an operation could be accepted now if it were the only one for its slot.
	fn is_acceptable(&self, now_ms: u64, digest: &H256, slot: &Slot) -> Result<(), Refusal> {
		let pooled = self.pool.get(digest).ok_or(Refusal::NotAccepting)?;
		let round = self.accepting_round()?;
		let operation = &pooled.operation;
		if operation.time_ms < round.start.oldest_ms {
			return Err(Refusal::TooOld);
		}
		if operation.time_ms > now_ms.saturating_add(self.config.ahead_ms) {
			return Err(Refusal::InFuture);
		}
		let live = |(log, position): &(_, smartlayer_operations::Position)| {
			round.counts(log) && position.number > round.floor(log)
		};
		if !pooled.places.iter().any(live) {
			return Err(Refusal::NotAccepting);
		}
		let interval = round.start.interval;
		let class = self.context.class(interval, operation.class).ok_or(Refusal::NoSuchClass)?;
		let instance = operation.instance;
		let serves = || self.context.serves(interval, &operation.actor, operation.class, instance);
		let rule: &KindRule = class.admit(operation, serves)?;
		if rule.is_recorded() {
			if self.context.is_taken(slot) {
				return Err(Refusal::SlotTaken);
			}
			let state = self.context.state(operation.class, instance);
			return state.admits_recorded(operation, &class);
		}
		let state = if self.config.rules.predecessor_certified {
			self.head(operation.class, instance)
		} else {
			self.own_head(operation.class, instance)
		};
		state.after_sequenced(operation, &class).map(|_| ())
	}

	/// Looks at an operation again when its time has come.
	fn wait_for(&mut self, digest: &H256, refusal: Refusal) {
		if let (Refusal::InFuture, Some(pooled)) = (refusal, self.pool.get(digest)) {
			let due_ms = pooled.operation.time_ms.saturating_sub(self.config.ahead_ms);
			self.waiting.insert((due_ms, *digest));
		}
	}

	/// Looks at the operations whose time has come.
	pub(super) fn consider_waiting(&mut self, now_ms: u64) {
		while let Some((due_ms, digest)) = self.waiting.first().copied() {
			if due_ms > now_ms {
				break;
			}
			self.waiting.pop_first();
			self.consider(now_ms, &digest);
		}
	}

	/// Whether nothing that was accepted, certified or final before stands in the way.
	fn can_take(&self, digest: &H256, slot: &Slot) -> Result<(), Refusal> {
		let taken = |by: Option<&H256>| by.is_some_and(|it| it != digest);
		let round = self.accepting_round()?;
		if self.finals.contains_key(slot) {
			return Err(Refusal::SlotTaken);
		}
		if taken(round.certified.get(slot)) {
			return Err(Refusal::Conflict);
		}
		if self.config.rules.one_per_slot && taken(round.accepted.get(slot)) {
			return Err(Refusal::Conflict);
		}
		let earlier = self.rounds.range(..self.current).map(|(_, round)| round);
		for earlier in earlier {
			if self.config.rules.same_digest && taken(earlier.accepted.get(slot)) {
				return Err(Refusal::Conflict);
			}
		}
		Ok(())
	}

	/// The current round, if this anchor accepts anything in it.
	fn accepting_round(&self) -> Result<&Round<C::Signature>, Refusal> {
		let round = self.rounds.get(&self.current).ok_or(Refusal::NotAccepting)?;
		let set = round.start.set_id;
		let of_old_set = |earlier: &Round<_>| earlier.start.set_id != set;
		let waits = self.config.rules.wait_for_old_set
			&& (self.rounds.range(..self.current).any(|(_, round)| of_old_set(round))
				|| self.skipped_an_interval());
		let takes_part = self.may_speak(round) && round.start.accepting && !waits;
		takes_part.then_some(round).ok_or(Refusal::NotAccepting)
	}

	/// Whether an interval behind the settled ones was never entered: its set is not known here.
	fn skipped_an_interval(&self) -> bool {
		self.current.saturating_sub(self.settled) != self.rounds.len() as u64
	}

	fn accept(&mut self, digest: &H256, slot: Slot) {
		let Some(round) = self.rounds.get_mut(&self.current) else { return };
		let tally = round.tallies.entry(*digest).or_default();
		if tally.i_accepted {
			return;
		}
		tally.i_accepted = true;
		round.accepted.insert(slot, *digest);
		round.has_news = true;
		if let Some(pooled) = self.pool.get(digest) {
			round.mine.accept(&pooled.places);
		}
		self.event(Event::Accepted(*digest, self.current));
	}

	/// Tells who gave the operation to this anchor why it is not accepted, and forgets it if it never will be.
	pub(super) fn refuse(&mut self, digest: &H256, refusal: Refusal) {
		let Some(pooled) = self.pool.get(digest) else { return };
		if !pooled.is_mine || pooled.settled.is_some() {
			return;
		}
		let is_in = self.rounds.values().any(|round| {
			round.tallies.get(digest).is_some_and(|it| it.i_accepted || it.is_certified)
		});
		if is_in {
			return;
		}
		if refusal.is_final() {
			self.pool.disown(digest);
		}
		self.event(Event::Refused(*digest, refusal));
	}

	/// The state of an instance after everything that is settled, known final, or certified in the current interval.
	pub(super) fn head(&self, class: ClassId, instance: InstanceId) -> InstanceState {
		let settled = || self.context.state(class, instance);
		let mut state = self.heads.get(&(class, instance)).cloned().unwrap_or_else(settled);
		let Some(terms) = self.context.class(self.current, class) else { return state };
		let certified = self.rounds.get(&self.current).map(|it| &it.certified);
		loop {
			let next = Slot::Sequenced { class, instance, seq: state.next_seq };
			let decided = self.finals.get(&next).or_else(|| certified?.get(&next));
			let pooled = decided.and_then(|digest| self.pool.get(digest));
			match pooled.map(|it| state.after_sequenced(&it.operation, &terms)) {
				Some(Ok(next)) => state = next,
				_ => return state,
			}
		}
	}

	/// The state after what this anchor accepted itself: what [`Self::head`] would be without certificates.
	fn own_head(&self, class: ClassId, instance: InstanceId) -> InstanceState {
		let mut state = self.head(class, instance);
		let Some(round) = self.rounds.get(&self.current) else { return state };
		let Some(terms) = self.context.class(self.current, class) else { return state };
		while let Some(pooled) = round
			.accepted
			.get(&Slot::Sequenced { class, instance, seq: state.next_seq })
			.and_then(|digest| self.pool.get(digest))
		{
			let Ok(next) = state.after_sequenced(&pooled.operation, &terms) else { break };
			state = next;
		}
		state
	}

	/// Looks at what can follow on an operation that is final, or certified in the current interval.
	pub(super) fn advance(&mut self, now_ms: u64, slot: &Slot) {
		let Slot::Sequenced { .. } = slot else { return };
		let (class, instance) = slot.instance();
		let head = self.head(class, instance);
		let next = Slot::Sequenced { class, instance, seq: head.next_seq };
		self.heads.insert((class, instance), head);
		if let Some(candidate) = self.pool.candidates(&next).first().copied() {
			self.consider(now_ms, &candidate);
		}
	}
}
