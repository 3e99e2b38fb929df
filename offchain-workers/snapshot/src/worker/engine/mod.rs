//! When to propose, how to vote, what to settle and what to sign: a state machine without clock, disk and network.
//!
//! Whoever drives it tells it what happens and carries out the [`Effect`]s that it takes from it, **in order**: what is to be
//! stored is on disk before anything behind it goes out.
//!
//! **Invariant:** one vote for a proposal, ever: what is stored is submitted again, whatever is rebuilt later.
//!
//! **Invariant:** one proposal in a turn, and one snapshot hash signed for an interval, ever.
//!
//! **Invariant:** nothing is built on a confirmation that can be orphaned: intervals are settled in order, each when its
//! confirmation is final, and only the one behind the settled one is proposed and voted on.
//!
//! **Invariant:** what is lacking is asked for; nobody rejects for it.

mod effect;
mod jobs;
mod proposing;
mod settling;
mod signing;
mod voting;

#[cfg(test)]
mod tests;

pub use effect::{
	BestView, Effect, Event, Fetched, FinalView, OwnProposal, OwnVote, Rebuilt, Record, Roots,
	Stored, Submission, Task, Unsigned,
};

use super::log::{Standing, WholeCut};
use jobs::{Job, Jobs};
use signing::Collected;
use smartlayer_commitment::{api::AnchorSet, Bridge, ConfirmedSnapshot, Incomplete, Snapshot};
use smartlayer_types::{evm::EvmSignature, AnchorMember, BlockNumber};
use sp_core::H256;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};

/// What the engine asks while it works. Answers come at once.
pub trait Context {
	/// What the driver makes of a cut, to settle it.
	type Product;

	/// Whether this node holds a member's key.
	fn owns(&self, member: &AnchorMember) -> bool;

	/// Signs a digest with the key of a member that this node [`owns`](Self::owns); low `s`.
	fn sign(&self, member: &AnchorMember, digest: H256) -> Option<EvmSignature>;

	/// Whether a settled snapshot holds an operation that is not too old to be announced.
	fn is_settled(&self, digest: &H256) -> bool;
}

/// Delays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
	/// How long, in milliseconds, a proposer waits for everybody's closing vector, counted from its turn's beginning or
	/// from its own closing.
	pub wait_ms: u64,
	/// Blocks at the end of a turn in which a proposer waits no more, so that votes find a place.
	pub reserve: BlockNumber,
	/// Blocks after which the next member in order submits signatures, and everybody again.
	pub collect_step: BlockNumber,
	/// How often taking an interval over has to fail before the whole state is taken over.
	pub patience: u32,
	/// How many confirmed intervals this anchor has to be behind for that.
	pub behind: u64,
}

impl Default for Config {
	fn default() -> Self {
		Self { wait_ms: 6_000, reserve: 3, collect_step: 4, patience: 5, behind: 4 }
	}
}

/// How many bodies of cuts, and snapshots rebuilt along them, are kept.
const KEPT_BODIES: usize = 6;

/// The body of a cut.
#[derive(Clone, Debug)]
enum Body {
	Whole(Arc<WholeCut>),
	Unusable,
}

/// One anchor's part in making snapshots.
pub struct Engine<C: Context> {
	context: C,
	config: Config,
	genesis: H256,
	now_ms: u64,
	/// The interval that was settled last; zero before the first.
	settled: u64,
	best: BestView,
	last: FinalView,
	standing: Option<(u64, Arc<Standing>)>,
	/// Cuts of the interval that is due, by hash; oldest first in `kept`.
	bodies: BTreeMap<H256, Body>,
	kept: Vec<H256>,
	rebuilt: BTreeMap<H256, Arc<Rebuilt<C::Product>>>,
	/// Cuts of confirmed snapshots that did not lead there.
	astray: BTreeSet<H256>,
	/// Own proposals, by interval and turn, with the block after which each was submitted last.
	proposals: BTreeMap<(u64, u64), (OwnProposal, Option<BlockNumber>)>,
	/// The own turn, and when it was first seen with the own closing vector sent.
	turn: Option<Turn>,
	votes: BTreeMap<(u64, H256), (OwnVote, Option<BlockNumber>)>,
	signed: BTreeMap<u64, H256>,
	collected: BTreeMap<(u64, Bridge), Collected>,
	jobs: Jobs,
	/// How often taking over the next interval has failed.
	failures: u32,
	effects: Vec<Effect<C::Product>>,
}

/// An own turn.
struct Turn {
	interval: u64,
	ordinal: u64,
	/// Since when the own closing vector is known to be sent.
	closed_since: Option<u64>,
	draft: Option<H256>,
}

impl<C: Context> Engine<C> {
	/// An anchor with what its store holds.
	pub fn restore(context: C, genesis: H256, config: Config, stored: Stored) -> Self {
		let mut engine = Self {
			context,
			config,
			genesis,
			now_ms: 0,
			settled: stored.settled,
			best: BestView::default(),
			last: FinalView::default(),
			standing: None,
			bodies: BTreeMap::new(),
			kept: Vec::new(),
			rebuilt: BTreeMap::new(),
			astray: BTreeSet::new(),
			proposals: BTreeMap::new(),
			turn: None,
			votes: BTreeMap::new(),
			signed: stored.signed.into_iter().collect(),
			collected: BTreeMap::new(),
			jobs: Jobs::default(),
			failures: 0,
			effects: Vec::new(),
		};
		for (proposal, whole) in stored.proposals {
			engine.keep_body(proposal.snapshot.body.cut_hash, Body::Whole(whole));
			let key = (proposal.snapshot.interval, proposal.turn);
			engine.proposals.insert(key, (proposal, None));
		}
		for (interval, proposal, vote) in stored.votes {
			engine.votes.insert((interval, proposal), (vote, None));
		}
		engine
	}

	/// What is to be done, in order.
	#[must_use]
	pub fn take_effects(&mut self) -> Vec<Effect<C::Product>> {
		std::mem::take(&mut self.effects)
	}

	/// What answers the engine's questions.
	pub const fn context(&self) -> &C {
		&self.context
	}

	/// The same, to change it.
	pub fn context_mut(&mut self) -> &mut C {
		&mut self.context
	}

	/// The interval that was settled last; zero before the first.
	pub const fn last_settled(&self) -> u64 {
		self.settled
	}

	/// The body of a cut, for others that ask.
	pub fn body(&self, hash: &H256) -> Option<Arc<WholeCut>> {
		match self.bodies.get(hash)? {
			Body::Whole(whole) => Some(whole.clone()),
			Body::Unusable => None,
		}
	}

	/// The best chain has another last block.
	pub fn best(&mut self, now_ms: u64, view: BestView) {
		self.note_turn(&view);
		self.best = view;
		self.jobs.cool();
		self.step(now_ms);
		self.collect();
	}

	/// More is final.
	pub fn finalised(&mut self, now_ms: u64, view: FinalView) {
		self.last = view;
		self.sign();
		self.step(now_ms);
	}

	/// Time goes by.
	pub fn tick(&mut self, now_ms: u64) {
		self.jobs.cool();
		self.step(now_ms);
	}

	/// The outcome of [`Task::Look`].
	pub fn looked(&mut self, now_ms: u64, interval: u64, standing: Option<Standing>) {
		self.jobs.rest(Job::Look);
		self.standing = standing.map(|it| (interval, Arc::new(it)));
		self.step(now_ms);
	}

	/// The outcome of [`Task::Rebuild`].
	pub fn rebuilt(
		&mut self,
		now_ms: u64,
		cut_hash: H256,
		result: Result<Rebuilt<C::Product>, Incomplete>,
	) {
		match result {
			Ok(rebuilt) => {
				self.jobs.end(Job::Rebuild(cut_hash));
				// While an interval is being settled, what was made of it may mix the states before and after.
				if rebuilt.interval == self.settled + 1 && !self.is_settling() {
					self.rebuilt.insert(cut_hash, Arc::new(rebuilt));
				}
			},
			Err(_) => {
				self.jobs.rest(Job::Rebuild(cut_hash));
				if self.confirmed_next().is_some_and(|it| it.snapshot.body.cut_hash == cut_hash) {
					self.astray.insert(cut_hash);
				}
			},
		}
		self.step(now_ms);
	}

	/// The outcome of [`Task::Fetch`].
	pub fn fetched(&mut self, now_ms: u64, hash: H256, fetched: Fetched) {
		match fetched {
			Fetched::Whole(whole) if whole.cut.interval > self.settled => {
				self.keep_body(hash, Body::Whole(whole));
			},
			Fetched::Unusable => self.keep_body(hash, Body::Unusable),
			Fetched::Whole(_) | Fetched::Nowhere => {},
		}
		self.jobs.rest(Job::Fetch(hash));
		self.step(now_ms);
	}

	fn step(&mut self, now_ms: u64) {
		self.now_ms = now_ms;
		self.settle();
		if !self.is_settling() {
			self.vote();
			self.propose();
		}
	}

	fn start(&mut self, job: Job, task: impl FnOnce() -> Task<C::Product>) {
		if self.jobs.begin(job) {
			self.effects.push(Effect::Start(task()));
		}
	}

	fn event(&mut self, event: Event) {
		self.effects.push(Effect::Event(event));
	}

	/// How an interval stands, once it is known that this anchor has closed it; else it is asked again.
	fn closed(&mut self, interval: u64) -> Option<Arc<Standing>> {
		let known = self.standing.as_ref().filter(|(of, it)| *of == interval && it.is_closed);
		let known = known.map(|(_, standing)| standing.clone());
		if known.is_none() {
			self.start(Job::Look, || Task::Look(interval));
		}
		known
	}

	/// What was made of a cut; else it is begun.
	fn build(&mut self, hash: H256, whole: &Arc<WholeCut>) -> Option<Arc<Rebuilt<C::Product>>> {
		let known = self.rebuilt.get(&hash).cloned();
		if known.is_none() {
			self.start(Job::Rebuild(hash), || Task::Rebuild(hash, whole.clone()));
		}
		known
	}

	/// Keeps a cut's body, and drops the oldest that nobody needs.
	fn keep_body(&mut self, hash: H256, body: Body) {
		if self.bodies.insert(hash, body).is_none() {
			self.kept.push(hash);
		}
		let living = self.best.living.as_ref().map(|it| it.snapshot.body.cut_hash);
		let draft = self.turn.as_ref().and_then(|it| it.draft);
		while self.kept.len() > KEPT_BODIES {
			let is_idle = |it: &H256| Some(*it) != living && Some(*it) != draft && *it != hash;
			let Some(at) = self.kept.iter().position(is_idle) else { return };
			let dropped = self.kept.remove(at);
			self.bodies.remove(&dropped);
			self.rebuilt.remove(&dropped);
		}
	}

	/// The member of a set whose key this node holds.
	fn seat<'a>(&self, set: &'a AnchorSet) -> Option<(u32, &'a AnchorMember)> {
		(0u32..).zip(&set.members).find(|(_, it)| self.context.owns(it))
	}

	fn confirmed_next(&self) -> Option<&ConfirmedSnapshot> {
		let next = self.settled.checked_add(1)?;
		self.last.confirmed.iter().find(|it| it.snapshot.interval == next)
	}
}

/// Whether a snapshot says what was rebuilt.
fn says<P>(snapshot: &Snapshot, rebuilt: &Rebuilt<P>) -> bool {
	snapshot.interval == rebuilt.interval
		&& snapshot.body.cut_hash == rebuilt.cut_hash
		&& Roots::of(snapshot) == rebuilt.roots
}
