//! One interval, from entering it to its settlement.

use super::{
	interval::IntervalStart,
	logs::{LogId, OriginLog},
	mine::Mine,
	tally::Tallies,
};
use smartlayer_commitment::{floor, Floors};
use smartlayer_operations::{FullVector, Slot};
use smartlayer_types::{anchors::quorum, AccountId};
use sp_core::H256;
use std::{collections::HashMap, sync::Arc};

/// What a member has said.
#[derive(Clone, Debug)]
pub(super) struct Peer<S> {
	/// Its newest vector.
	pub latest: Option<Arc<FullVector<S>>>,
	/// The newest one that was counted: one whose every entry could be judged.
	pub counted: Option<Arc<FullVector<S>>>,
	/// Whether that is on disk.
	pub is_stored: bool,
	/// Two vectors that a cut has to count both: they contradict each other, or follow different branches of a log.
	pub both: Option<[Arc<FullVector<S>>; 2]>,
}

impl<S> Peer<S> {
	const fn new() -> Self {
		Self { latest: None, counted: None, is_stored: false, both: None }
	}
}

/// One interval.
#[derive(Debug)]
pub(super) struct Round<S> {
	pub start: IntervalStart,
	/// Empty and of no use if [`Self::is_blind`].
	pub floors: Floors,
	/// The anchor does not know where the cut ended on which the interval is based: it takes no part.
	pub is_blind: bool,
	pub quorum: u32,
	/// The own index in the set.
	pub me: Option<u32>,
	pub entered_ms: u64,
	/// What was accepted, by slot.
	pub accepted: HashMap<Slot, H256>,
	/// What is certified, by slot.
	pub certified: HashMap<Slot, H256>,
	pub tallies: Tallies,
	pub peers: Vec<Peer<S>>,
	pub mine: Mine,
	/// The own newest vector.
	pub spoken: Option<Arc<FullVector<S>>>,
	/// When it was sent.
	pub spoken_ms: u64,
	/// Whether the next vector says more.
	pub has_news: bool,
	/// Whether it announces more.
	pub has_announcements: bool,
}

impl<S: Clone> Round<S> {
	pub fn new(start: IntervalStart, floors: Option<Floors>, me: &AccountId, now_ms: u64) -> Self {
		let count = start.members.len();
		let position = start.members.iter().position(|it| it.account == *me);
		Self {
			is_blind: floors.is_none(),
			floors: floors.unwrap_or_default(),
			quorum: u32::try_from(count).map_or(u32::MAX, quorum),
			me: position.and_then(|it| u32::try_from(it).ok()),
			start,
			entered_ms: now_ms,
			accepted: HashMap::new(),
			certified: HashMap::new(),
			tallies: Tallies::new(),
			peers: vec![Peer::new(); count],
			mine: Mine::default(),
			spoken: None,
			spoken_ms: 0,
			has_news: true,
			has_announcements: false,
		}
	}

	/// The index of a member.
	pub fn index(&self, account: &AccountId) -> Option<u32> {
		let at = self.start.members.iter().position(|it| it.account == *account)?;
		u32::try_from(at).ok()
	}

	/// The log of a member in this interval.
	pub fn log_of(&self, account: &AccountId) -> Option<LogId> {
		let member = self.start.members.iter().find(|it| it.account == *account)?;
		Some(LogId { origin: account.clone(), incarnation: member.incarnation })
	}

	/// Whether a log is that of a member in this interval.
	pub fn counts(&self, id: &LogId) -> bool {
		self.log_of(&id.origin).as_ref() == Some(id)
	}

	/// The number of the last batch of a log that does not count.
	pub fn floor(&self, id: &LogId) -> u64 {
		self.floor_tip(id).0
	}

	/// The same with the hash of its header.
	pub fn floor_tip(&self, id: &LogId) -> (u64, H256) {
		floor(&self.floors, &id.origin, id.incarnation)
	}

	/// Takes the batches of a log after a number into the own lists. What was decided in an earlier interval is not listed: it
	/// is in an earlier snapshot, or will be, and saying so again costs nothing, while lists of all that happened lately
	/// would be long.
	pub fn cover(
		&mut self,
		id: &LogId,
		log: &OriginLog<S>,
		after: u64,
		decided_in: impl Fn(&H256) -> Option<u64>,
	) {
		let after = after.max(self.floor(id));
		let own = self.start.interval;
		let is_decided = |it: &H256| decided_in(it).is_some_and(|it| it < own);
		for (_, digest) in log.digests(after, u64::MAX).filter(|(_, it)| is_decided(it)) {
			if !self.is_closed() {
				self.tallies.entry(digest).or_default().say_all();
			}
		}
		self.mine.cover(id, log, after, &self.tallies);
		self.has_news |= !self.is_closed();
	}

	/// Whether this anchor signed its closing vector.
	pub fn is_closed(&self) -> bool {
		self.spoken.as_ref().is_some_and(|it| it.vector().closing)
	}
}
