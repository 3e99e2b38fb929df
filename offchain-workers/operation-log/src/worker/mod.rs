//! The task that joins chain, network, store and clients around the engine.
//!
//! One task owns the engine and does everything in rounds: it takes what has arrived, lets the engine work, writes what
//! is to be stored in one commit, waits until that is on disk, and only then sends and answers. So a hundred messages
//! cost one flush, and nothing is said that a kill could make untrue.

mod chain;
mod facts;
mod handle;
mod metrics;
mod records;
mod round;
mod watch;
mod wire;

pub use chain::{Chain, ChainError, NodeChain, Opened};
pub use facts::{Failure, Settled};
pub use handle::{Event, Examined, OperationLog, Standing, Submitted, Unanswered, MAX_SUBMISSION};
pub use records::LoadError;
pub use watch::Watch;
pub use wire::{Bad, Checks, Wire, WireBatch};

use crate::{
	engine::{Config, Engine, Settlement, KEPT_ENDS},
	network::{ChannelHandle, Letter, Members},
	store::{Store, StoreError},
};
use facts::Facts;
use futures::{Stream, StreamExt};
use handle::Command;
use metrics::Metrics;
use smartlayer_types::{
	anchors::key::ANCHOR, eip712::Domain, evm::EvmAddress, AccountId, AnchorKey, AnchorMember,
	SetId,
};
use sp_core::{ecdsa, H256};
use sp_keystore::KeystorePtr;
use std::{
	collections::{BTreeMap, HashMap},
	pin::Pin,
	sync::Arc,
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use substrate_prometheus_endpoint::{PrometheusError, Registry};
use tokio::{
	sync::{mpsc, watch as latest},
	time::{interval, MissedTickBehavior},
};
use watch::Watchers;

/// The target of this module's log lines.
const LOG_TARGET: &str = "operation-log";

/// How often the engine does what is due.
const TICK: Duration = Duration::from_millis(100);

/// How many submissions and questions may wait.
const COMMANDS: usize = 256;

/// Bytes of messages after which a round takes no more: what is written in one round stays small.
const ROUND_BYTES: usize = 1 << 20;

/// Operations of clients after which a round takes no more.
const ROUND_OPERATIONS: usize = 4 * MAX_SUBMISSION;

/// What the worker needs.
pub struct Params<C> {
	/// The chain.
	pub chain: Arc<C>,
	/// Says that there are new final blocks.
	pub finality: Pin<Box<dyn Stream<Item = ()> + Send>>,
	/// States that settled snapshots left.
	pub settled: Arc<dyn Settled>,
	/// The last settled intervals, ascending: without where their cuts ended, no interval that is based on them can be
	/// entered.
	pub recent: Vec<Settlement>,
	/// Holds the anchor key, if this node has one.
	pub keystore: KeystorePtr,
	/// Genesis hash of the network.
	pub genesis: H256,
	/// The other anchors, and what they send.
	pub network: (ChannelHandle, mpsc::Receiver<Letter>),
	/// Where the worker says who they are.
	pub members: latest::Sender<Members>,
	/// Its store.
	pub store: Store,
	/// Bounds and delays.
	pub config: Config,
	/// Where metrics are registered.
	pub registry: Option<Registry>,
}

/// Why the worker ended.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
	/// What was stored can't be taken up.
	#[error(transparent)]
	Load(#[from] LoadError),
	/// The store does not write.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// Chain or key store do not answer.
	#[error(transparent)]
	Failure(#[from] Failure),
}

/// The worker.
pub struct Worker<C: Chain> {
	chain: Arc<C>,
	finality: Pin<Box<dyn Stream<Item = ()> + Send>>,
	settled: Arc<dyn Settled>,
	keystore: KeystorePtr,
	network: ChannelHandle,
	arrivals: mpsc::Receiver<Letter>,
	members: latest::Sender<Members>,
	store: Store,
	config: Config,
	checks: wire::Checks,
	/// The engine, once this node's key is that of an anchor.
	engine: Option<(AccountId, Engine<Facts<C>>)>,
	/// The newest anchor address of each account, and the other way round, over all sets that count.
	accounts: HashMap<EvmAddress, AccountId>,
	addresses: HashMap<AccountId, EvmAddress>,
	/// Intervals whose first block is final and that are not settled, for an engine that begins later.
	opened: BTreeMap<u64, Opened>,
	/// The interval that was entered last.
	entered: u64,
	/// The interval that was settled last.
	settled_to: u64,
	/// What was settled before the engine began.
	recent: Vec<Settlement>,
	/// The members of the sets that still count, with the ids under which they publish addresses.
	reachable: BTreeMap<SetId, Members>,
	commands: mpsc::Receiver<Command>,
	watchers: Watchers,
	metrics: Metrics,
}

/// Makes the worker, and the handle by which it is used.
pub fn new<C: Chain>(params: Params<C>) -> Result<(OperationLog, Worker<C>), PrometheusError> {
	let (commands, asked) = mpsc::channel(COMMANDS);
	let watchers = Watchers::default();
	let domain = Domain::of(params.genesis);
	let (network, arrivals) = params.network;
	let worker = Worker {
		chain: params.chain,
		finality: params.finality,
		settled: params.settled,
		keystore: params.keystore,
		network,
		arrivals,
		members: params.members,
		store: params.store,
		config: params.config,
		checks: wire::Checks::new(params.genesis),
		engine: None,
		accounts: HashMap::new(),
		addresses: HashMap::new(),
		opened: BTreeMap::new(),
		entered: 0,
		settled_to: params.recent.last().map_or(0, |it| it.interval),
		recent: params.recent,
		reachable: BTreeMap::new(),
		commands: asked,
		watchers: watchers.clone(),
		metrics: Metrics::register(params.registry.as_ref())?,
	};
	Ok((OperationLog { commands, watchers, domain }, worker))
}

impl<C: Chain> Worker<C> {
	/// Works until something fails that the node must not go on without, or the network ends.
	pub async fn run(mut self) -> Result<(), Stopped> {
		let mut ticks = interval(TICK);
		ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		self.follow_chain()?;
		loop {
			let mut waiting = round::Waiting::default();
			tokio::select! {
				arrival = self.arrivals.recv() => {
					let Some(arrival) = arrival else { return Ok(()) };
					self.arrive_all(arrival);
				},
				command = self.commands.recv() => {
					let Some(command) = command else { return Ok(()) };
					self.obey_all(command, &mut waiting)?;
				},
				news = self.finality.next() => {
					if news.is_none() {
						return Ok(());
					}
					self.follow_chain()?;
				},
				_ = ticks.tick() => self.tick(),
			}
			self.carry_out(waiting).await?;
		}
	}

	/// Takes what has arrived, as much as a round may have.
	fn arrive_all(&mut self, first: Letter) {
		let (mut next, mut bytes) = (Some(first), 0);
		while let Some((from, letter)) = next {
			bytes += letter.len();
			self.arrive((from, letter));
			next = self.arrivals.try_recv().ok().filter(|_| bytes < ROUND_BYTES);
		}
	}

	/// Does what is asked, as much as a round may have.
	fn obey_all(&mut self, first: Command, waiting: &mut round::Waiting) -> Result<(), Stopped> {
		self.obey(first, waiting)?;
		while waiting.operations() < ROUND_OPERATIONS {
			let Ok(command) = self.commands.try_recv() else { break };
			self.obey(command, waiting)?;
		}
		Ok(())
	}

	fn tick(&mut self) {
		if let Some((_, engine)) = &mut self.engine {
			engine.tick(now_ms());
		}
	}

	/// Looks which intervals are open in the last final block, and lets the engine enter them.
	fn follow_chain(&mut self) -> Result<(), Stopped> {
		let at = self.chain.finalised();
		let (current, confirmed) = self.chain.intervals(at).map_err(Failure::from)?;
		let known = self.opened.last_key_value().map_or(0, |(interval, _)| *interval);
		for interval in known.max(self.settled_to) + 1..=current {
			match self.chain.opened(at, interval).map_err(Failure::from)? {
				Some(opened) => {
					self.meet(at, opened.start.set_id)?;
					self.opened.insert(interval, opened);
				},
				// So long ago that the chain forgot it: the snapshot worker takes it over from others.
				None if interval <= confirmed => {},
				None => break,
			}
		}
		self.enter_opened()
	}

	/// Takes note of the members of a set and of the one before, whose last words still count, so that they can be reached
	/// and checked.
	fn meet(&mut self, at: H256, set: SetId) -> Result<(), Stopped> {
		for set in [set.saturating_sub(1), set] {
			if self.reachable.contains_key(&set) {
				continue;
			}
			let Some(members) = self.chain.set(at, set).map_err(Failure::from)? else { continue };
			self.checks.learn(set, &members);
			for AnchorMember { account, address, .. } in &members {
				self.accounts.insert(*address, account.clone());
				self.addresses.insert(account.clone(), *address);
			}
			let keys = self.chain.discovery_keys(at, set).map_err(Failure::from)?;
			let reachable = keys
				.into_iter()
				.filter_map(|(account, key)| Some((*self.addresses.get(&account)?, key)));
			self.reachable.insert(set, reachable.collect());
		}
		self.say_who_counts();
		Ok(())
	}

	/// Tells the network whom to connect to: the members of all sets that still count.
	fn say_who_counts(&self) {
		let all: Members =
			self.reachable.values().flatten().map(|(a, k)| (*a, k.clone())).collect();
		self.members.send_if_modified(|known| {
			let is_news = *known != all;
			*known = all;
			is_news
		});
	}

	/// Takes note of a final snapshot.
	fn settle(&mut self, settlement: Settlement) -> Result<(), Stopped> {
		let interval = settlement.interval;
		self.settled_to = self.settled_to.max(interval);
		if let Some((_, engine)) = &mut self.engine {
			engine.settle(now_ms(), settlement);
			engine.context_mut().close(interval);
		} else {
			self.recent.retain(|it| it.interval.saturating_add(KEPT_ENDS) > interval);
			self.recent.push(settlement);
		}
		self.opened.retain(|it, _| *it > interval);
		if let Some(oldest) = self.opened.values().map(|it| it.start.set_id).min() {
			let kept = oldest.saturating_sub(1);
			self.checks.forget_before(kept);
			self.reachable.retain(|set, _| *set >= kept);
			self.say_who_counts();
		}
		self.enter_opened()
	}

	/// Lets the engine enter what is opened, in order, as far as it knows where the cuts ended on which intervals are based.
	fn enter_opened(&mut self) -> Result<(), Stopped> {
		let first = self.entered.saturating_add(1);
		for interval in
			self.opened.range(first..).map(|(interval, _)| *interval).collect::<Vec<_>>()
		{
			let Some(opened) = self.opened.get(&interval).cloned() else { return Ok(()) };
			if opened.start.base > self.settled_to {
				return Ok(());
			}
			if !self.enter(opened)? {
				return Ok(());
			}
			self.entered = interval;
		}
		Ok(())
	}

	/// Lets the engine enter an interval; makes it first, if this node's key is that of a member. `false` if it is not: the
	/// key store may get the key later.
	fn enter(&mut self, opened: Opened) -> Result<bool, Stopped> {
		let own = self.own_member(opened.members.iter());
		if self.engine.is_none() {
			// Who has just left the set still gives what clients gave it to the others.
			let known = || self.own_member(self.checks.members());
			let Some((me, _)) = own.clone().or_else(known) else { return Ok(false) };
			let stored = records::load(&self.store, &self.checks)?;
			let facts = Facts::new(self.chain.clone(), self.settled.clone(), self.keystore.clone());
			let (genesis, config) = (self.checks.genesis(), self.config.clone());
			let mut engine = Engine::restore(facts, genesis, me.clone(), config, stored);
			for settlement in std::mem::take(&mut self.recent) {
				engine.settle(now_ms(), settlement);
			}
			log::info!(target: LOG_TARGET, "recording operations as anchor {me}");
			self.engine = Some((me, engine));
		}
		if let Some((_, engine)) = &mut self.engine {
			let key = own.map(|(_, key)| key);
			engine.context_mut().open(opened.start.interval, opened.at, key);
			engine.enter(now_ms(), opened.start);
		}
		Ok(true)
	}

	/// The member whose anchor key this node holds.
	fn own_member<'a>(
		&self,
		mut members: impl Iterator<Item = &'a AnchorMember>,
	) -> Option<(AccountId, AnchorKey)> {
		let own = self.keystore.ecdsa_public_keys(ANCHOR);
		let is_own = |it: &&'a AnchorMember| {
			let key: &ecdsa::Public = it.key.as_ref();
			own.contains(key)
		};
		members.find(is_own).map(|it| (it.account.clone(), it.key.clone()))
	}
}

/// Milliseconds since 1970.
fn now_ms() -> u64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
