//! Saying what was accepted, and counting what others say.

use super::{
	effect::{Effect, Event, Message, Misdeed, Record},
	logs::{LogId, OriginLog},
	round::Round,
	tally::Tally,
	Context, Engine,
};
use smartlayer_commitment::vector_root;
use smartlayer_operations::{
	positions_hash, Contradiction, FullVector, ListedEntry, OriginEntry, Position, Signed, Vector,
};
use smartlayer_types::AccountId;
use sp_core::H256;
use std::sync::Arc;

/// The most positions that a vector lists: more is neither said nor read.
pub const MAX_LISTED: usize = 1 << 17;

impl<C: Context> Engine<C> {
	/// Whether this anchor says anything in a round.
	pub(super) fn may_speak(&self, round: &Round<C::Signature>) -> bool {
		let interval = round.start.interval;
		round.me.is_some()
			&& !round.is_blind
			&& self.recovery.is_none()
			&& interval > self.abstains_to
			&& self.context.signs(interval)
			&& !round.is_closed()
	}

	/// Sends a vector of each open interval that has news; closes those whose time for announcements is over; repeats the
	/// last one where nothing is new.
	pub(super) fn speak(&mut self, now_ms: u64) {
		let intervals: Vec<_> = self.rounds.keys().copied().collect();
		for interval in intervals {
			let closes = self.is_over(now_ms, interval);
			let Some(round) = self.rounds.get(&interval) else { continue };
			if self.may_speak(round) && (round.has_news || closes) {
				self.say(now_ms, interval, closes);
			} else {
				self.repeat(now_ms, interval);
			}
		}
	}

	/// Whether announcements of an interval are over.
	fn is_over(&self, now_ms: u64, interval: u64) -> bool {
		let later = self.rounds.range(interval.saturating_add(1)..).next();
		later.is_some_and(|(_, later)| {
			now_ms >= later.entered_ms.saturating_add(self.config.grace_ms)
		})
	}

	/// Signs, stores, sends and counts the next vector of an interval.
	fn say(&mut self, now_ms: u64, interval: u64, closing: bool) {
		let Some(round) = self.rounds.get(&interval) else { return };
		let Some(me) = round.me else { return };
		let entries = self.entries(round);
		let listed = |it: &ListedEntry| it.withheld.len() + it.unannounced.len();
		if entries.iter().map(listed).sum::<usize>() > MAX_LISTED {
			// Nobody would read it, so nothing may rest on it here either.
			return;
		}
		let Some(root) = vector_root(self.genesis, &entries) else { return };
		let tick = round.spoken.as_ref().map_or(0, |it| it.vector().tick).saturating_add(1);
		let set_id = round.start.set_id;
		let statement = Vector { set_id, interval, tick, closing, root };
		let signature = self.context.sign(interval, statement.digest(self.genesis));
		let signed = Signed { statement, signature };
		let vector = Arc::new(FullVector { signed, entries });
		self.store_counted(interval);
		self.effects.push(Effect::Store(Record::Vector(vector.clone())));
		self.effects.push(Effect::Broadcast(Message::Vector(vector.clone())));
		if let Some(round) = self.rounds.get_mut(&interval) {
			round.spoken = Some(vector.clone());
			round.spoken_ms = now_ms;
			round.has_news = false;
		}
		if closing {
			self.event(Event::Closed(interval));
		}
		self.count(now_ms, interval, me, vector);
	}

	/// Puts on disk what new announcements rest on.
	fn store_counted(&mut self, interval: u64) {
		let Some(round) = self.rounds.get_mut(&interval).filter(|it| it.has_announcements) else {
			return;
		};
		round.has_announcements = false;
		for (member, peer) in round.start.members.iter().zip(&mut round.peers) {
			if let Some(counted) = peer.counted.as_ref().filter(|_| !peer.is_stored) {
				let record = Record::Counted(member.account.clone(), counted.clone());
				self.effects.push(Effect::Store(record));
				peer.is_stored = true;
			}
		}
	}

	fn repeat(&mut self, now_ms: u64, interval: u64) {
		let Some(round) = self.rounds.get_mut(&interval) else { return };
		if now_ms < round.spoken_ms.saturating_add(self.config.heartbeat_ms) {
			return;
		}
		if let Some(vector) = &round.spoken {
			round.spoken_ms = now_ms;
			self.effects.push(Effect::Broadcast(Message::Vector(vector.clone())));
		}
	}

	/// The entries of the next vector, in order of origins.
	fn entries(&self, round: &Round<C::Signature>) -> Vec<ListedEntry> {
		let mut ids: Vec<_> =
			round.start.members.iter().filter_map(|it| round.log_of(&it.account)).collect();
		ids.sort_unstable();
		ids.into_iter().filter_map(|id| self.entry(round, &id)).collect()
	}

	/// What to say of a log: what the last vector said, if the log that is followed now goes another way.
	fn entry(&self, round: &Round<C::Signature>, id: &LogId) -> Option<ListedEntry> {
		let log = self.logs.get(id)?;
		let said = round.spoken.as_ref().and_then(|it| it.entry(&id.origin));
		let goes_on =
			said.is_none_or(|it| log.hash_at(it.entry.number) == Some(it.entry.header_hash));
		// Without all batches above the floor, what is not listed would be what was never seen.
		let (floor, floor_hash) = round.floor_tip(id);
		if !goes_on || log.hash_at(floor) != Some(floor_hash) {
			return said.cloned();
		}
		let lists = round.mine.lists(id);
		let announced = lists.announced;
		let withheld: Vec<_> = lists.withheld.into_iter().collect();
		let unannounced: Vec<_> =
			lists.unannounced.into_iter().take_while(|it| it.number <= announced).collect();
		let entry = OriginEntry {
			origin: id.origin.clone(),
			incarnation: id.incarnation,
			number: log.number(),
			header_hash: log.hash(),
			withheld: positions_hash(self.genesis, &withheld)?,
			announced,
			unannounced: positions_hash(self.genesis, &unannounced)?,
		};
		Some(ListedEntry { entry, withheld, unannounced })
	}

	/// Takes another anchor's vector.
	pub(super) fn take_vector(
		&mut self,
		now_ms: u64,
		from: &AccountId,
		vector: Arc<FullVector<C::Signature>>,
	) {
		let interval = vector.vector().interval;
		if vector_root(self.genesis, &vector.entries) != Some(vector.vector().root) {
			return;
		}
		if interval == self.current.saturating_add(1) {
			self.early.insert(from.clone(), vector);
			return;
		}
		let Some(round) = self.rounds.get(&interval) else { return };
		let Some(member) = round.index(from).filter(|it| round.me != Some(*it)) else { return };
		if vector.vector().set_id != round.start.set_id {
			return;
		}
		if self.is_sound(member, &vector) {
			self.count(now_ms, interval, member, vector);
		}
	}

	/// Takes the vectors that came before their interval was entered.
	pub(super) fn take_early(&mut self, now_ms: u64) {
		for (from, vector) in std::mem::take(&mut self.early) {
			self.take_vector(now_ms, &from, vector);
		}
	}

	/// Whether a vector is newer than the last one of its signer, and contradicts neither that nor the one that is counted.
	fn is_sound(&mut self, member: u32, vector: &Arc<FullVector<C::Signature>>) -> bool {
		let Some(round) = self.rounds.get(&vector.vector().interval) else { return false };
		let Some(peer) = round.peers.get(member as usize) else { return false };
		let known = [peer.latest.clone(), peer.counted.clone()];
		for known in known.iter().flatten() {
			if known.contradiction(vector).is_some() {
				self.convict(member, known, vector);
				return false;
			}
		}
		let [latest, _] = &known;
		latest.as_ref().is_none_or(|it| vector.vector().tick > it.vector().tick)
	}

	/// Takes note of what a member has said to others, as a proposal's cut counts it. Its signature was checked.
	///
	/// If that contradicts what was counted here, or speaks of another branch of a log, what honest anchors announced on the
	/// strength of the one and of the other is in no cut that counts one of them only. So both are counted from now on.
	pub fn learn(&mut self, member: u32, vector: &Arc<FullVector<C::Signature>>) {
		let interval = vector.vector().interval;
		let Some(round) = self.rounds.get(&interval).filter(|it| it.me != Some(member)) else {
			return;
		};
		let peer = round.peers.get(member as usize);
		let Some(counted) = peer.and_then(|it| it.counted.clone()) else { return };
		if counted.contradiction(vector).is_some() {
			self.convict(member, &counted, vector);
			return;
		}
		let is_elsewhere = counted.entries.iter().any(|listed| {
			let id = round.log_of(&listed.entry.origin);
			let there = id.and_then(|id| Some((self.logs.get(&id)?, id)));
			there.zip(vector.entry(&listed.entry.origin)).is_some_and(|((log, id), other)| {
				let standings = [listed, other].map(|it| standing(log, &id, it));
				standings == [Standing::On, Standing::Off]
					|| standings == [Standing::Off, Standing::On]
			})
		});
		if is_elsewhere {
			self.keep_both(interval, member, &in_order(&counted, vector));
		}
	}

	/// Counts two vectors of a member from now on, unless two that contradict each other are counted already.
	fn keep_both(
		&mut self,
		interval: u64,
		member: u32,
		both: &[Arc<FullVector<C::Signature>>; 2],
	) -> bool {
		let round = self.rounds.get_mut(&interval);
		let Some(peer) = round.and_then(|it| it.peers.get_mut(member as usize)) else {
			return false;
		};
		let is_convicted =
			peer.both.as_ref().is_some_and(|[one, other]| one.contradiction(other).is_some());
		if is_convicted {
			return false;
		}
		peer.both = Some(both.clone());
		true
	}

	/// Keeps two vectors of a member that contradict each other, and reports it; once is enough.
	fn convict(
		&mut self,
		member: u32,
		one: &Arc<FullVector<C::Signature>>,
		other: &Arc<FullVector<C::Signature>>,
	) {
		let interval = one.vector().interval;
		let both = in_order(one, other);
		if !self.keep_both(interval, member, &both) {
			return;
		}
		let misdeed = match one.contradiction(other) {
			Some(Contradiction::Conflict) => {
				Misdeed::Vectors(Box::new(both.map(|it| it.signed.clone())))
			},
			Some(Contradiction::Retraction(origin)) => {
				Misdeed::Retraction(origin.clone(), Box::new(both))
			},
			Some(Contradiction::Omission) | None => return,
		};
		let round = self.rounds.get(&interval);
		let account = round.and_then(|it| it.start.members.get(member as usize));
		if let Some(account) = account.map(|it| it.account.clone()) {
			self.effects.push(Effect::Report(account, misdeed));
		}
	}

	/// Makes a vector its signer's newest and counts what is new in it.
	pub(super) fn count(
		&mut self,
		now_ms: u64,
		interval: u64,
		member: u32,
		vector: Arc<FullVector<C::Signature>>,
	) {
		let Some(round) = self.rounds.get_mut(&interval) else { return };
		let Some(peer) = round.peers.get_mut(member as usize) else { return };
		peer.latest = Some(vector);
		self.count_latest(now_ms, interval, member);
	}

	/// Counts the vectors that could not be counted before a log had these batches.
	pub(super) fn count_waiting(&mut self, now_ms: u64, id: &LogId) {
		let rounds = self.rounds.iter().filter(|(_, round)| round.counts(id));
		let waiting = rounds.flat_map(|(interval, round)| {
			let peers = (0u32..).zip(&round.peers);
			let waits = peers.filter(|(_, peer)| peer.latest != peer.counted);
			waits.map(move |(member, _)| (*interval, member))
		});
		for (interval, member) in waiting.collect::<Vec<_>>() {
			self.count_latest(now_ms, interval, member);
		}
	}

	/// Counts anew what was said in the open intervals, after the branch that is followed of a log has changed: a cut counts
	/// vectors of one branch only.
	pub(super) fn recount(&mut self, now_ms: u64, id: &LogId) {
		let affected = self.rounds.iter().filter(|(_, round)| round.counts(id));
		for interval in affected.map(|(interval, _)| *interval).collect::<Vec<_>>() {
			let Some(round) = self.rounds.get_mut(&interval) else { continue };
			round.tallies.values_mut().for_each(Tally::forget_signers);
			let counted: Vec<_> = round.peers.iter_mut().map(|it| it.counted.take()).collect();
			for (member, vector) in (0u32..).zip(counted) {
				if let Some(vector) = vector {
					self.count_vector(now_ms, interval, member, vector);
				}
				self.count_latest(now_ms, interval, member);
			}
		}
	}

	fn count_latest(&mut self, now_ms: u64, interval: u64, member: u32) {
		let Some(round) = self.rounds.get(&interval) else { return };
		let Some(peer) = round.peers.get(member as usize) else { return };
		if let Some(latest) = peer.latest.clone().filter(|it| Some(it) != peer.counted.as_ref()) {
			self.count_vector(now_ms, interval, member, latest);
		}
	}

	/// Counts a member's newest vector, if each of its entries can be judged, and it stays on the branches that the one
	/// counted before was on.
	///
	/// Whole or not at all: so what was certified here is certified by vectors that a cut of this anchor can count.
	fn count_vector(
		&mut self,
		now_ms: u64,
		interval: u64,
		member: u32,
		vector: Arc<FullVector<C::Signature>>,
	) {
		let Some(round) = self.rounds.get(&interval) else { return };
		let Some(peer) = round.peers.get(member as usize) else { return };
		let before = peer.counted.clone();
		let is_mine = round.me == Some(member);
		let mut news = News::default();
		for listed in &vector.entries {
			let Some(id) = round.log_of(&listed.entry.origin) else { continue };
			let Some(log) = self.logs.get(&id) else { continue };
			let counted = before.as_ref().and_then(|it| it.entry(&id.origin));
			let was_on = counted.is_some_and(|it| standing(log, &id, it) == Standing::On);
			match standing(log, &id, listed) {
				Standing::On => news.add(round, log, &id, counted.filter(|_| was_on), listed),
				Standing::Off if was_on => return,
				Standing::Off => {},
				Standing::Unknown => {
					let from = round.start.members.get(member as usize);
					let from = from.map(|it| it.account.clone());
					self.want(now_ms, &id, from.as_ref());
					return;
				},
			}
		}
		let peer = self.rounds.get_mut(&interval).and_then(|it| it.peers.get_mut(member as usize));
		if let Some(peer) = peer {
			peer.counted = Some(vector);
			// What this anchor says itself is stored as such.
			peer.is_stored = is_mine;
		}
		for digest in news.accepted {
			self.count_acceptance(now_ms, interval, member, digest);
		}
		for digest in news.announced {
			self.count_announcement(now_ms, interval, member, digest);
		}
	}

	fn count_acceptance(&mut self, now_ms: u64, interval: u64, member: u32, digest: H256) {
		let was_decided = self.decided_in(&digest).is_some();
		let Some(round) = self.rounds.get_mut(&interval) else { return };
		let tally = round.tallies.entry(digest).or_default();
		if !tally.accept(member, round.quorum) {
			return;
		}
		if !was_decided {
			self.event(Event::Certified(digest, interval));
		}
		self.announce(interval, &digest);
		let slot = self.pool.get(&digest).and_then(|it| it.slot.clone());
		if let (Some(slot), Some(round)) = (slot, self.rounds.get_mut(&interval)) {
			round.certified.insert(slot.clone(), digest);
			if interval == self.current {
				self.advance(now_ms, &slot);
			}
		}
	}

	/// Announces what is certified, unless the interval is closed.
	fn announce(&mut self, interval: u64, digest: &H256) {
		let Some(round) = self.rounds.get(&interval) else { return };
		let late = !self.config.rules.close_before_vote && round.is_closed();
		let is_said = round.tallies.get(digest).is_some_and(|it| it.i_announced);
		if is_said || (!self.may_speak(round) && !late) {
			return;
		}
		let places = self.pool.get(digest).map(|it| it.places.clone()).unwrap_or_default();
		let Some(round) = self.rounds.get_mut(&interval) else { return };
		round.tallies.entry(*digest).or_default().i_announced = true;
		round.mine.announce(&places);
		round.has_news = true;
		round.has_announcements = true;
	}

	/// Announces what became certified before this anchor knew that it may speak.
	pub(super) fn announce_certified(&mut self) {
		for interval in self.rounds.keys().copied().collect::<Vec<_>>() {
			let Some(round) = self.rounds.get(&interval) else { continue };
			let silent = round.tallies.iter().filter(|(_, it)| it.is_certified && !it.i_announced);
			let mut silent: Vec<_> = silent.map(|(digest, _)| *digest).collect();
			silent.sort_unstable();
			for digest in silent {
				self.announce(interval, &digest);
			}
		}
	}

	/// Takes what is final or settled in an interval off the lists of later ones.
	pub(super) fn unlist(&mut self, interval: u64, digest: &H256) {
		let places = self.pool.get(digest).map(|it| it.places.as_slice()).unwrap_or_default();
		let later = self.rounds.range_mut(interval.saturating_add(1)..);
		for (_, round) in later.filter(|(_, round)| !round.is_closed()) {
			round.tallies.entry(*digest).or_default().say_all();
			round.mine.announce(places);
			round.has_news = true;
		}
	}

	fn count_announcement(&mut self, now_ms: u64, interval: u64, member: u32, digest: H256) {
		let was_decided = self.decided_in(&digest).is_some();
		let Some(round) = self.rounds.get_mut(&interval) else { return };
		let tally = round.tallies.entry(digest).or_default();
		if !tally.announce(member, round.quorum) {
			return;
		}
		if !was_decided {
			self.event(Event::Final(digest, interval));
		}
		self.unlist(interval, &digest);
		let slot = self.pool.get(&digest).and_then(|it| it.slot.clone());
		if let Some(slot) = slot.filter(|_| self.pool.is_open(&digest)) {
			self.finals.insert(slot.clone(), digest);
			self.advance(now_ms, &slot);
		}
	}
}

/// Two vectors of a member, in the order in which it signed them.
fn in_order<S>(one: &Arc<FullVector<S>>, other: &Arc<FullVector<S>>) -> [Arc<FullVector<S>>; 2] {
	let mut both = [one.clone(), other.clone()];
	both.sort_by_key(|it| it.vector().tick);
	both
}

/// How an entry stands to the log that is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
	/// It ends in it.
	On,
	/// It ends in another branch.
	Off,
	/// It ends behind what is held.
	Unknown,
}

fn standing<S>(log: &OriginLog<S>, id: &LogId, listed: &ListedEntry) -> Standing {
	let OriginEntry { incarnation, number, header_hash, .. } = listed.entry;
	if incarnation != id.incarnation {
		return Standing::Off;
	}
	if number > log.number() && !log.frozen {
		return Standing::Unknown;
	}
	if log.hash_at(number) == Some(header_hash) {
		Standing::On
	} else {
		Standing::Off
	}
}

/// What a vector says that the one counted before did not.
#[derive(Default)]
struct News {
	accepted: Vec<H256>,
	announced: Vec<H256>,
}

impl News {
	/// Adds what is new in an entry.
	fn add<S: Clone>(
		&mut self,
		round: &Round<S>,
		log: &OriginLog<S>,
		id: &LogId,
		before: Option<&ListedEntry>,
		after: &ListedEntry,
	) {
		let floor = round.floor(id);
		let (number, announced) = before.map_or((0, 0), |it| (it.entry.number, it.entry.announced));
		let fresh = |from: u64, to: u64| log.digests(from.max(floor), to);
		let accepted = fresh(number, after.entry.number).filter(|(it, _)| after.accepts(it));
		self.accepted.extend(accepted.map(|(_, digest)| digest));
		let announcements =
			fresh(announced, after.entry.announced).filter(|(it, _)| after.announces(it));
		self.announced.extend(announcements.map(|(_, digest)| digest));
		let Some(before) = before else { return };
		let digest = |it: &Position| log.digest_at(*it).filter(|_| it.number > floor);
		let withheld = before.withheld.iter();
		let taken = withheld.clone().filter(|it| after.accepts(it));
		self.accepted.extend(taken.filter_map(digest));
		let announced = withheld.chain(&before.unannounced).filter(|it| after.announces(it));
		self.announced.extend(announced.filter_map(digest));
	}
}
