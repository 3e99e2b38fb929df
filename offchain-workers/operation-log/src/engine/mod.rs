//! The rules by which an anchor logs, accepts, announces and closes: a state machine without time, disk or network.
//!
//! Whoever drives it tells it what happens ([`Engine::enter`], [`Engine::settle`], [`Engine::submit`],
//! [`Engine::receive`], [`Engine::tick`]) and carries out the [`Effect`]s that it takes from it, **in order**: what is to be
//! stored is on disk before anything behind it is sent. The worker does that with a clock, a store and a network, the
//! simulation with seeded randomness.
//!
//! **Invariant:** in an interval an anchor accepts at most one operation for a slot, and takes nothing back: not after a
//! restart either, because acceptance counts from the vector that says so, and the vector is stored before it is sent.
//!
//! **Invariant:** an anchor announces only what it holds in full and has seen certified, and announces nothing after its
//! closing vector.
//!
//! The rules are those of PROTOCOL sections 5.1 and 5.2. Where they speak of what an anchor must not do, the rule can be
//! switched off ([`Rules`]), so that the simulation shows what it is there for.

mod acceptance;
mod config;
mod cutting;
mod effect;
mod finality;
mod forks;
mod interval;
mod logs;
mod mine;
mod pool;
mod recovery;
mod round;
mod submission;
mod tally;
mod vectors;

#[cfg(test)]
mod tests;

pub use config::{Config, Rules};
pub use cutting::WholeCut;
pub use effect::{Batch, Effect, Event, Message, Misdeed, Newest, Record, Stored};
pub use finality::Finality;
pub use forks::Tip;
pub use interval::{IntervalStart, Member, Settlement, KEPT_ENDS};
pub use logs::{batch_root, LogId, OriginLog};
pub use vectors::MAX_LISTED;

use forks::Aside;
use pool::Pool;
use recovery::Recovery;
use round::Round;
use smartlayer_commitment::{CutEnd, Floors};
use smartlayer_operations::{ClassTerms, FullVector, InstanceState, Slot, VerifiedOperation};
use smartlayer_types::{AccountId, ClassId, InstanceId};
use sp_core::H256;
use std::{
	collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
	fmt::Debug,
	sync::Arc,
};

/// What the engine asks while it works. Answers come at once: the driver keeps them at hand.
pub trait Context {
	/// What stands for a signature. Checking those of others is the driver's business.
	type Signature: Clone + Debug + PartialEq;

	/// Whether this anchor holds the key that it has in an interval's set: without it, it is silent.
	fn signs(&self, interval: u64) -> bool;

	/// Signs a digest with that key.
	fn sign(&self, interval: u64, digest: H256) -> Self::Signature;

	/// A class as it stands after the interval's first block; `None` if there is none or it is not in use.
	fn class(&self, interval: u64, class: ClassId) -> Option<Arc<ClassTerms>>;

	/// Whether an account is a service node that records for the instance.
	fn serves(&self, interval: u64, node: &AccountId, class: ClassId, instance: InstanceId)
		-> bool;

	/// The state of an instance after the snapshot that was settled last.
	fn state(&self, class: ClassId, instance: InstanceId) -> InstanceState;

	/// Whether a recorded slot was taken by a settled operation that is not too old to recur.
	fn is_taken(&self, slot: &Slot) -> bool;
}

/// What a member has said.
type Said<S> = (AccountId, Arc<FullVector<S>>);

/// One anchor's part in recording operations.
pub struct Engine<C: Context> {
	context: C,
	config: Config,
	genesis: H256,
	me: AccountId,
	/// The logs that are followed, the own one among them.
	logs: BTreeMap<LogId, OriginLog<C::Signature>>,
	pool: Pool,
	/// Intervals that were entered and are not settled.
	rounds: BTreeMap<u64, Round<C::Signature>>,
	/// The interval that was entered last; zero before the first.
	current: u64,
	/// The interval that was settled last; zero before the first.
	settled: u64,
	/// Where the cuts of settled intervals ended, as far back as an interval can still be based on them.
	ends: BTreeMap<u64, Vec<CutEnd>>,
	/// Sequenced slots whose operation is final in an interval that is not settled.
	finals: HashMap<Slot, H256>,
	/// States beyond the settled ones: after what is final, and after what is certified in the current interval.
	heads: HashMap<(ClassId, InstanceId), InstanceState>,
	/// Operations that claim to be signed in the future, by the time at which to look again.
	waiting: BTreeSet<(u64, H256)>,
	/// Operations that clients gave to this anchor and that are not logged yet.
	queue: VecDeque<Arc<VerifiedOperation>>,
	/// Vectors of the next interval, which others entered before: the newest of each.
	early: BTreeMap<AccountId, Arc<FullVector<C::Signature>>>,
	/// The own newest vectors of intervals that were not entered since the start, from the store.
	stored: BTreeMap<u64, Arc<FullVector<C::Signature>>>,
	/// Vectors of members in intervals that were not entered since the start, from the store.
	counted: BTreeMap<u64, Vec<Said<C::Signature>>>,
	aside: Aside<C::Signature>,
	/// Since when, and how many operations were sent to an anchor in answer to its requests.
	answered: HashMap<AccountId, (u64, usize)>,
	recovery: Option<Recovery>,
	/// Up to this interval the anchor says nothing: its store is older than what others have seen of it.
	abstains_to: u64,
	effects: Vec<Effect<C::Signature>>,
}

impl<C: Context> Engine<C> {
	/// A new anchor with nothing on its disk.
	pub fn new(context: C, genesis: H256, me: AccountId, config: Config) -> Self {
		Self {
			context,
			config,
			genesis,
			me,
			logs: BTreeMap::new(),
			pool: Pool::default(),
			rounds: BTreeMap::new(),
			current: 0,
			settled: 0,
			ends: BTreeMap::new(),
			finals: HashMap::new(),
			heads: HashMap::new(),
			waiting: BTreeSet::new(),
			queue: VecDeque::new(),
			early: BTreeMap::new(),
			stored: BTreeMap::new(),
			counted: BTreeMap::new(),
			aside: Aside::default(),
			answered: HashMap::new(),
			recovery: Some(Recovery::default()),
			abstains_to: 0,
			effects: Vec::new(),
		}
	}

	/// What is to be done, in order.
	#[must_use]
	pub fn take_effects(&mut self) -> Vec<Effect<C::Signature>> {
		std::mem::take(&mut self.effects)
	}

	/// The interval that was entered last; zero before the first.
	pub const fn current(&self) -> u64 {
		self.current
	}

	/// The interval that was settled last; zero before the first.
	pub const fn settled(&self) -> u64 {
		self.settled
	}

	/// The last batches that do not count in an interval.
	pub fn floors(&self, interval: u64) -> Option<&Floors> {
		let round = self.rounds.get(&interval).filter(|it| !it.is_blind)?;
		Some(&round.floors)
	}

	/// What answers the engine's questions.
	pub const fn context(&self) -> &C {
		&self.context
	}

	/// The same, to change it.
	pub fn context_mut(&mut self) -> &mut C {
		&mut self.context
	}

	fn event(&mut self, event: Event) {
		self.effects.push(Effect::Event(event));
	}
}
