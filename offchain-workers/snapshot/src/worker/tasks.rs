//! What takes time: asking the log and other anchors, building, settling.

use super::{
	blocking,
	build::{along_cut, Terms},
	chain::Chain,
	engine::{Fetched, Rebuilt, Task},
	exchange::Exchange,
	fetch,
	log::{Log, Settlement, Standing, WholeCut},
	recovery,
	settled::{Settled, SettledError},
	sync::{synchronise, Plan},
	Product, Stopped, Worker, LOG_TARGET,
};
use futures::FutureExt;
use smartlayer_commitment::{ConfirmedSnapshot, Incomplete, Snapshot};
use smartlayer_types::evm::EvmAddress;
use sp_core::H256;
use std::{
	collections::HashMap,
	sync::Arc,
	time::{Duration, Instant},
};

/// The longest that governance can make the window of operations, in milliseconds: the commitments pallet's
/// `MAX_WINDOW`. What is taken is kept for so long, so that no change of the window brings back what is forgotten.
const LONGEST_WINDOW_MS: u64 = 86_400_000;

/// How much longer than the window settled intervals are handed out, in milliseconds.
const MARGIN_MS: u64 = 3_600_000;

/// How many parts are pruned after a settlement.
const PRUNED_PARTS: u32 = 64;

/// How far ahead of the clock, in milliseconds, an operation of an interval can be signed, and then some.
const AHEAD_MS: u64 = 60_000;

/// What came of a task.
pub(super) enum Outcome {
	Looked(u64, Option<Standing>),
	Cut(u64, Option<WholeCut>),
	Rebuilt(H256, Result<Rebuilt<Product>, Incomplete>, Duration),
	Fetched(H256, Fetched),
	TakenOver(Option<Rebuilt<Product>>),
	Synchronised(Option<u64>),
	Settled(u64),
	Answered,
}

impl<C: Chain, L: Log, E: Exchange> Worker<C, L, E> {
	/// Begins a task.
	pub(super) fn start(&mut self, task: Task<Product>) {
		let (log, exchange, settled) =
			(self.log.clone(), self.exchange.clone(), self.settled.clone());
		let genesis = self.genesis;
		let future = match task {
			Task::Look(interval) => {
				async move { Ok(Outcome::Looked(interval, log.standing(interval).await?)) }.boxed()
			},
			Task::Cut(interval) => {
				async move { Ok(Outcome::Cut(interval, log.cut(interval).await?)) }.boxed()
			},
			Task::Rebuild(hash, whole) => async move {
				let began = Instant::now();
				let rebuilt = rebuild(&log, hash, whole, &settled).await?;
				Ok(Outcome::Rebuilt(hash, rebuilt, began.elapsed()))
			}
			.boxed(),
			Task::Fetch { hash, interval, set, proposer } => {
				let proposer = set.members.get(proposer as usize).map(|it| it.address);
				let order = self.order(interval, proposer);
				async move {
					let fetched = fetch::cut(&exchange, genesis, hash, (interval, &set), &order);
					Ok(Outcome::Fetched(hash, fetched.await))
				}
				.boxed()
			},
			Task::TakeOver(confirmed) => {
				let snapshot = confirmed.snapshot;
				let order = self.order(snapshot.interval, None);
				async move {
					let taken =
						fetch::settled_interval(&exchange, genesis, &snapshot, &order, &settled);
					Ok(Outcome::TakenOver(taken.await?))
				}
				.boxed()
			},
			Task::Synchronise(confirmed) => {
				let plan = self.plan(*confirmed);
				async move { synchronised(&log, &exchange, plan, &settled).await }.boxed()
			},
			Task::Settle(confirmed, rebuilt) => {
				let oldest_ms = self.oldest_ms(confirmed.snapshot.interval);
				async move { settle(&log, &settled, confirmed, rebuilt, oldest_ms).await }.boxed()
			},
		};
		self.tasks.push(future);
	}

	/// Tells the engine what came of a task.
	pub(super) fn take(&mut self, outcome: Outcome) {
		let now_ms = self.now_ms();
		let engine = &mut self.engine;
		match outcome {
			Outcome::Looked(interval, standing) => engine.looked(now_ms, interval, standing),
			Outcome::Cut(interval, whole) => engine.drafted(now_ms, interval, whole),
			Outcome::Rebuilt(hash, rebuilt, took) => {
				if let Err(lacking) = &rebuilt {
					log::debug!(target: LOG_TARGET, "can't rebuild cut {hash:?} yet: {lacking:?}");
				}
				self.metrics.build.observe(took.as_secs_f64());
				engine.rebuilt(now_ms, hash, rebuilt);
			},
			Outcome::Fetched(hash, fetched) => engine.fetched(now_ms, hash, fetched),
			Outcome::TakenOver(taken) => {
				if let Some(rebuilt) = &taken {
					log::info!(target: LOG_TARGET, "took over interval {}", rebuilt.interval);
					self.metrics.taken_over.inc();
				}
				engine.taken_over(now_ms, taken);
			},
			Outcome::Synchronised(interval) => {
				engine.synchronised(now_ms, interval);
				self.go_on(interval);
			},
			Outcome::Settled(interval) => {
				engine.settled(now_ms, interval);
				self.go_on(Some(interval));
			},
			Outcome::Answered => self.answering = self.answering.saturating_sub(1),
		}
	}

	/// Looks what is next, now that an interval is settled.
	fn go_on(&mut self, settled: Option<u64>) {
		if let Some(interval) = settled {
			log::info!(target: LOG_TARGET, "settled interval {interval}");
			self.metrics.settled.set(interval);
			self.follow_final();
		}
	}

	/// Whom to ask, in which order: not always the same one first.
	fn order(&self, interval: u64, first: Option<EvmAddress>) -> Vec<EvmAddress> {
		let mut others: Vec<_> =
			self.others.iter().filter(|it| Some(**it) != first).copied().collect();
		let count = others.len().max(1) as u64;
		others.rotate_left(usize::try_from(interval % count).unwrap_or(0));
		let own = |it: &EvmAddress| self.others.contains(it);
		first.filter(own).into_iter().chain(others).collect()
	}

	/// The earliest time that operations of the interval behind one can have.
	fn oldest_ms(&self, interval: u64) -> Option<u64> {
		let at = self.chain.finalised();
		self.chain.oldest_ms(at, interval.checked_add(1)?).ok().flatten()
	}

	fn plan(&self, target: ConfirmedSnapshot) -> Plan {
		let at = self.chain.finalised();
		let (interval, end) = (target.snapshot.interval, target.snapshot.body.block_time);
		let oldest_ms = self.oldest_ms(interval);
		let oldest_ms = oldest_ms
			.unwrap_or_else(|| end.saturating_mul(1_000).saturating_sub(LONGEST_WINDOW_MS));
		let mut earlier: Vec<Snapshot> = Vec::new();
		for interval in (1..interval).rev() {
			let Ok(Some(confirmed)) = self.chain.confirmed(at, interval) else { break };
			let end_ms = confirmed.snapshot.body.block_time.saturating_mul(1_000);
			if end_ms.saturating_add(AHEAD_MS) < oldest_ms {
				break;
			}
			earlier.push(confirmed.snapshot);
		}
		let order = self.order(interval, None);
		Plan { target, earlier, order, base: self.folder.clone(), genesis: self.genesis }
	}
}

/// Rebuilds a snapshot along a cut.
async fn rebuild(
	log: &impl Log,
	hash: H256,
	whole: Arc<WholeCut>,
	settled: &Settled,
) -> Result<Result<Rebuilt<Product>, Incomplete>, Stopped> {
	let interval = whole.cut.interval;
	let examined = match log.certify(whole.clone()).await? {
		Ok(examined) => examined,
		Err(lacking) => return Ok(Err(lacking)),
	};
	let Some(standing) = log.standing(interval).await? else {
		return Ok(Err(Incomplete::Interval(interval)));
	};
	let mut terms = Terms { classes: HashMap::new(), oldest_ms: standing.oldest_ms };
	let mut asked = std::collections::HashSet::new();
	for operation in examined.certified.values() {
		if asked.insert(operation.class) {
			if let Some(class) = log.class(interval, operation.class).await? {
				terms.classes.insert(operation.class, class);
			}
		}
	}
	let settled = settled.clone();
	let build = move || along_cut(&whole.cut, hash, &examined, &terms, &settled);
	Ok(Ok(blocking(build).await?))
}

/// Settles an interval: on disk first, then the log is told.
async fn settle(
	log: &impl Log,
	settled: &Settled,
	confirmed: Box<ConfirmedSnapshot>,
	rebuilt: Arc<Rebuilt<Product>>,
	oldest_ms: Option<u64>,
) -> Result<Outcome, Stopped> {
	let interval = rebuilt.interval;
	let (ends, digests) =
		(rebuilt.product.cut.ends.clone(), rebuilt.digests.iter().copied().collect());
	let state = settled.clone();
	blocking(move || recovery::settle(&state, &confirmed, &rebuilt)).await?;
	log.settle(Settlement { interval, ends, operations: digests }).await?;
	if let Some(oldest_ms) = oldest_ms {
		let state = settled.clone();
		blocking(move || prune(&state, oldest_ms)).await?;
	}
	Ok(Outcome::Settled(interval))
}

/// Forgets what no interval to come can ask for.
fn prune(settled: &Settled, oldest_ms: u64) -> Result<(), SettledError> {
	let taken_ms = oldest_ms.saturating_sub(LONGEST_WINDOW_MS);
	let intervals_ms = oldest_ms.saturating_sub(MARGIN_MS);
	for _ in 0..PRUNED_PARTS {
		if !settled.ledger().prune(taken_ms, intervals_ms)? {
			break;
		}
	}
	Ok(())
}

async fn synchronised<E: Exchange>(
	log: &impl Log,
	exchange: &E,
	plan: Plan,
	settled: &Settled,
) -> Result<Outcome, Stopped> {
	let interval = plan.target.snapshot.interval;
	::log::info!(target: LOG_TARGET, "taking over the state after interval {interval}");
	let Some(cut) = synchronise(exchange, plan, settled).await? else {
		return Ok(Outcome::Synchronised(None));
	};
	log.settle(Settlement { interval, ends: cut.ends, operations: Vec::new() }).await?;
	Ok(Outcome::Synchronised(Some(interval)))
}
