//! The snapshot worker: cut, build, propose, vote, settle, sign.
//!
//! - **What drives it**: every new best block (turns, proposals, votes), every final block (what is settled and signed),
//!   messages and requests of other anchors, and a timer for what is being waited for. [`engine`] decides, as a state
//!   machine of its own; the task here reads, computes, writes and sends for it.
//! - **What it guarantees**: a vote, an own proposal and the hash that is signed for an interval are on disk before they
//!   are sent, and nothing contrary is ever sent, not after a kill either. Intervals are settled in order, each once its
//!   confirmation is final, and what [`Settled`] answers survives a kill at any moment. Nothing that another anchor sends is
//!   used before it is proven or, where that is not possible, signed by whom it names.
//! - **What it loses when it stops**: what is computed and not settled, and cuts' bodies that it did not propose itself.
//!   Both are asked for and computed again.
//! - **Must the node stop with it?** Yes: an anchor that neither proposes nor votes misses its duties silently, and one whose
//!   disk fails must not go on accepting operations on a state that it can't read.
//!
//! # Parts
//! - [`engine`]: what to do. [`build`]: roots along a cut. [`recovery`]: what is written in which order, and how a kill is
//!   repaired. [`ledger`]: the worker's memory. [`sync`]: the whole state from others.
//! - [`body`], [`fetch`], [`answers`], [`wire`]: what anchors send each other, and how it is checked.
//! - [`Log`], [`Exchange`], [`Chain`]: what the node connects.

mod answers;
pub mod body;
mod build;
mod chain;
pub mod engine;
mod exchange;
mod fetch;
mod follow;
mod keys;
pub mod ledger;
mod log;
mod metrics;
mod recovery;
mod settled;
mod sync;
mod tasks;
pub mod wire;

#[cfg(test)]
pub(crate) mod tests;

pub use chain::{Chain, ChainError, NodeChain};
pub use engine::Config;
pub use exchange::{Arrival, Exchange, NoAnswer};
pub use log::{Examined, Log, LogStopped, Settlement, Standing, WholeCut};
pub use recovery::{open, OpenError};
pub use settled::{Settled, SettledError};

use crate::state::Overlay;
use engine::{Effect, Engine, Event};
use follow::Bridges;
use futures::{future::BoxFuture, stream::FuturesUnordered, Stream, StreamExt};
use keys::Keys;
use ledger::Taken;
use metrics::Metrics;
use smartlayer_commitment::{Change, Cut};
use smartlayer_operations::Operation;
use smartlayer_types::evm::EvmAddress;
use sp_core::H256;
use sp_keystore::KeystorePtr;
use std::{
	path::PathBuf,
	pin::Pin,
	sync::Arc,
	time::{Duration, Instant},
};
use substrate_prometheus_endpoint::{PrometheusError, Registry};
use tasks::Outcome;
use tokio::time::{interval, MissedTickBehavior};

/// The target of this module's log lines.
const LOG_TARGET: &str = "snapshot";

/// How often what is waited for is looked at again.
const TICK: Duration = Duration::from_millis(500);

/// How many requests are answered from the disk at a time; more are refused.
const ANSWERS: usize = 8;

/// What the driver makes of a cut: everything that it takes to settle the interval.
#[derive(Debug)]
pub struct Product {
	/// The cut.
	pub cut: Cut,
	/// The snapshot's operations, in the order of their tree.
	pub operations: Vec<Operation>,
	/// The instances that they change.
	pub changes: Vec<Change>,
	/// What can't come again.
	pub taken: Taken,
	/// The state after the changes.
	pub overlay: Overlay,
}

/// A stream of something.
type Source<T> = Pin<Box<dyn Stream<Item = T> + Send>>;

/// What the worker needs.
pub struct Params<C, L, E> {
	/// The chain.
	pub chain: Arc<C>,
	/// Says that the best chain has another last block.
	pub blocks: Source<()>,
	/// Says that there are new final blocks.
	pub finality: Source<()>,
	/// The operation log.
	pub log: L,
	/// The other anchors.
	pub exchange: E,
	/// What comes from them.
	pub arrivals: Source<Arrival>,
	/// What [`open`] has found in `folder`.
	pub settled: Settled,
	/// The worker's folder.
	pub folder: PathBuf,
	/// Holds the anchor key, if this node has one.
	pub keystore: KeystorePtr,
	/// Genesis hash of the network.
	pub genesis: H256,
	/// Delays.
	pub config: Config,
	/// Where metrics are registered.
	pub registry: Option<Registry>,
}

/// Why the worker ended.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
	/// The settled state can't be read or written.
	#[error(transparent)]
	Settled(#[from] SettledError),
	/// The operation log has ended.
	#[error(transparent)]
	Log(#[from] LogStopped),
	/// The metrics' names are taken.
	#[error(transparent)]
	Metrics(#[from] PrometheusError),
}

/// The worker.
pub struct Worker<C: Chain, L: Log, E: Exchange> {
	chain: Arc<C>,
	log: L,
	exchange: E,
	settled: Settled,
	folder: PathBuf,
	genesis: H256,
	engine: Engine<Keys>,
	bridges: Bridges,
	/// The other anchors, as far as their sets are known.
	others: Vec<EvmAddress>,
	/// What takes time.
	tasks: FuturesUnordered<BoxFuture<'static, Result<Outcome, Stopped>>>,
	/// How many of them answer requests.
	answering: usize,
	metrics: Metrics,
	began: Instant,
}

/// Works until something fails that the node must not go on without, or one of its sources ends.
pub async fn run<C: Chain, L: Log, E: Exchange>(params: Params<C, L, E>) -> Result<(), Stopped> {
	let Params { mut blocks, mut finality, mut arrivals, settled, .. } = params;
	let stored = settled.ledger().stored().map_err(SettledError::from)?;
	let keys = Keys::new(params.keystore, settled.clone());
	let mut worker = Worker {
		chain: params.chain,
		log: params.log,
		exchange: params.exchange,
		settled,
		folder: params.folder,
		genesis: params.genesis,
		engine: Engine::restore(keys, params.genesis, params.config, stored),
		bridges: Bridges::default(),
		others: Vec::new(),
		tasks: FuturesUnordered::new(),
		answering: 0,
		metrics: Metrics::register(params.registry.as_ref())?,
		began: Instant::now(),
	};
	worker.begin().await?;
	let mut ticks = interval(TICK);
	ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
	loop {
		tokio::select! {
			news = blocks.next() => match news {
				Some(()) => worker.follow_best(),
				None => return Ok(()),
			},
			news = finality.next() => match news {
				Some(()) => worker.follow_final(),
				None => return Ok(()),
			},
			arrival = arrivals.next() => match arrival {
				Some(arrival) => worker.arrive(arrival),
				None => return Ok(()),
			},
			Some(outcome) = worker.tasks.next() => worker.take(outcome?),
			_ = ticks.tick() => {
				let now_ms = worker.now_ms();
				worker.engine.tick(now_ms);
			},
		}
		worker.carry_out().await?;
	}
}

impl<C: Chain, L: Log, E: Exchange> Worker<C, L, E> {
	/// Tells the log what is settled, and looks at the chain for the first time.
	async fn begin(&mut self) -> Result<(), Stopped> {
		let (interval, root) = self.settled.root();
		::log::info!(target: LOG_TARGET, "the state is that after interval {interval}, {root:?}");
		self.metrics.settled.set(interval);
		for settlement in self.settled.recent(self.genesis)? {
			self.log.settle(settlement).await?;
		}
		self.follow_final();
		self.follow_best();
		self.carry_out().await
	}

	/// Milliseconds since the worker began: nothing but waiting depends on them.
	fn now_ms(&self) -> u64 {
		u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
	}

	/// Does what the engine wants, in its order.
	async fn carry_out(&mut self) -> Result<(), Stopped> {
		let effects = self.engine.take_effects();
		if let Some(failure) = self.settled.take_failure() {
			return Err(failure.into());
		}
		for effect in effects {
			match effect {
				Effect::Store(record) => {
					let settled = self.settled.clone();
					let stored = blocking(move || settled.ledger().record(&record)).await;
					stored.map_err(SettledError::from)?;
				},
				Effect::Submit(submission) => self.submit(submission),
				Effect::Broadcast(signatures) => self.broadcast(signatures),
				Effect::Start(task) => self.start(task),
				Effect::Event(event) => self.tell(event),
			}
		}
		Ok(())
	}

	fn tell(&self, event: Event) {
		self.metrics.count(&event);
		match event {
			Event::Proposed(interval, turn) => {
				::log::info!(target: LOG_TARGET, "proposed interval {interval} in turn {turn}");
			},
			Event::Voted(interval, choice) => {
				::log::info!(target: LOG_TARGET, "voted on interval {interval}: {choice:?}");
			},
			Event::Signed(interval, bridges) => ::log::info!(
				target: LOG_TARGET,
				"signed the snapshot of interval {interval} for {bridges} bridges",
			),
			Event::MissedTurn(interval, turn) => ::log::warn!(
				target: LOG_TARGET,
				"turn {turn} of interval {interval} went by without a proposal of this anchor",
			),
			Event::AlreadySigned(interval) => ::log::error!(
				target: LOG_TARGET,
				"another snapshot of interval {interval} was signed before, this one is not: has the chain's database \
				 been replaced?",
			),
			Event::Differs(interval) => ::log::error!(
				target: LOG_TARGET,
				"a quorum confirmed another snapshot of interval {interval} than this anchor built: it takes over theirs",
			),
			Event::BadSignature(anchor) => {
				::log::warn!(target: LOG_TARGET, "anchor {anchor:?} sent a wrong signature");
				self.exchange.report(anchor);
			},
			Event::NoKey(interval) => ::log::error!(
				target: LOG_TARGET,
				"the key store does not sign for interval {interval}",
			),
		}
	}
}

/// Runs something that computes or waits for the disk, outside of the threads that serve everybody.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
	match tokio::task::spawn_blocking(work).await {
		Ok(done) => done,
		Err(failed) => match failed.try_into_panic() {
			Ok(panic) => std::panic::resume_unwind(panic),
			// The node is shutting down: nobody waits for this any more.
			Err(_) => std::future::pending().await,
		},
	}
}
