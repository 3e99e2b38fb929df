//! The chain as anchors see it: intervals, proposals and votes, confirmations that are orphaned or become final.

use crate::{ledger::Ledger, scenario::Scenario};
use smartlayer_commitment::Extension;
use smartlayer_operation_log::engine::WholeCut;
use smartlayer_types::anchors::{max_faulty, quorum};
use sp_core::H256;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};

/// How long an interval lasts.
pub const INTERVAL_MS: u64 = 300;

/// How long a turn lasts.
pub const TURN_MS: u64 = 80;

/// How many intervals may wait for their snapshots.
const BACKLOG: u64 = 6;

/// An interval's first block.
#[derive(Clone, Copy, Debug)]
pub struct Start {
	pub at_ms: u64,
	/// The last interval that was confirmed by then.
	pub base: u64,
	/// Whether anchors accept operations.
	pub accepting: bool,
}

/// A proposal in its turn.
#[derive(Clone, Debug)]
pub struct Proposal {
	pub interval: u64,
	pub cut: WholeCut<()>,
	/// What it says the cut comes to.
	pub operations: Vec<H256>,
	pub extension: Extension,
	approvals: BTreeSet<u8>,
	rejections: BTreeSet<u8>,
	/// Once it is confirmed: when that is final, or orphaned.
	fate: Option<(u64, bool)>,
}

/// The chain.
pub struct Chain {
	/// The first blocks of intervals, from 1 on.
	pub starts: BTreeMap<u64, Start>,
	/// The ledger after each settled interval; the first is that before any.
	pub ledgers: Vec<Arc<Ledger>>,
	pub living: Option<Proposal>,
	turn: u64,
	turn_ms: u64,
}

impl Chain {
	pub fn new() -> Self {
		let ledgers = vec![Arc::default()];
		let starts = BTreeMap::new();
		Self { starts, ledgers, living: None, turn: 0, turn_ms: 0 }
	}

	/// The interval that was settled last.
	pub fn settled(&self) -> u64 {
		self.ledgers.len() as u64 - 1
	}

	/// The interval whose snapshot is due, once it is over.
	pub fn due(&self) -> Option<u64> {
		let due = self.settled() + 1;
		self.starts.contains_key(&(due + 1)).then_some(due)
	}

	/// Begins the next interval, if it is time.
	pub fn begin(&mut self, now_ms: u64) {
		let last = self.starts.last_key_value().map(|(interval, start)| (*interval, start.at_ms));
		let (interval, at_ms) =
			last.map_or((1, 0), |(interval, at)| (interval + 1, at + INTERVAL_MS));
		if now_ms >= at_ms {
			let base = self.settled();
			let accepting = interval - base <= BACKLOG;
			self.starts.insert(interval, Start { at_ms: now_ms, base, accepting });
		}
	}

	/// Whose turn it is to propose, and since when; the next one's after a while.
	pub fn turn(&mut self, scenario: &Scenario, now_ms: u64) -> Option<(u64, u8, u64)> {
		let due = self.due()?;
		if now_ms >= self.turn_ms + TURN_MS {
			self.next_turn(now_ms);
		}
		let (_, set) = scenario.set(due);
		let member = set[((due + self.turn) % set.len() as u64) as usize];
		self.living.is_none().then_some((due, member, self.turn_ms))
	}

	fn next_turn(&mut self, now_ms: u64) {
		let is_confirmed = self.living.as_ref().is_some_and(|it| it.fate.is_some());
		if !is_confirmed {
			self.living = None;
		}
		self.turn += 1;
		self.turn_ms = now_ms;
	}

	pub fn propose(&mut self, cut: WholeCut<()>, operations: Vec<H256>, extension: Extension) {
		self.living = Some(Proposal {
			interval: cut.cut.interval,
			cut,
			operations,
			extension,
			approvals: BTreeSet::new(),
			rejections: BTreeSet::new(),
			fate: None,
		});
	}

	/// Whether somebody has voted on the living proposal.
	pub fn has_voted(&self, member: u8) -> bool {
		let voted =
			|it: &Proposal| it.approvals.contains(&member) || it.rejections.contains(&member);
		self.living.as_ref().is_some_and(voted)
	}

	/// Counts a vote; a quorum of approvals confirms, and `fate` says what comes of that.
	pub fn vote(
		&mut self,
		scenario: &Scenario,
		member: u8,
		approves: bool,
		fate: impl FnOnce() -> (u64, bool),
	) {
		let Some(living) = &mut self.living else { return };
		let (_, set) = scenario.set(living.interval);
		let votes = if approves { &mut living.approvals } else { &mut living.rejections };
		votes.insert(member);
		let n = set.len() as u32;
		if living.approvals.len() as u32 >= quorum(n) && living.fate.is_none() {
			living.fate = Some(fate());
		} else if living.rejections.len() as u32 > max_faulty(n) && living.fate.is_none() {
			self.living = None;
		}
	}

	/// Lets confirmations become final or vanish.
	pub fn finalise(&mut self, now_ms: u64) {
		let fate = self.living.as_ref().and_then(|it| it.fate);
		let Some((_, is_final)) = fate.filter(|(at_ms, _)| now_ms >= *at_ms) else { return };
		let Some(living) = self.living.take() else { return };
		if is_final {
			let last = &self.ledgers[self.ledgers.len() - 1];
			let next = last.after(&living.extension, &living.cut.cut.ends);
			self.ledgers.push(Arc::new(next));
		}
		self.next_turn(now_ms);
	}
}
