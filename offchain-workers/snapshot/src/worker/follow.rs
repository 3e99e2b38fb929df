//! What the worker reads when the chain goes on, and what it does with what others send.

use super::{
	answers::{from_body, from_settled},
	blocking,
	chain::{Chain, ChainError},
	engine::{FinalView, Submission, Unsigned},
	exchange::{Arrival, Exchange},
	log::Log,
	tasks::Outcome,
	wire::{read, Answer, Ask, SnapshotSignature, Tell},
	Worker, ANSWERS, LOG_TARGET,
};
use codec::Encode;
use futures::FutureExt;
use smartlayer_commitment::{api::AnchorSet, Bridge};
use smartlayer_types::{evm::EvmAddress, Hash};
use sp_core::H256;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};
use tokio::sync::oneshot;

/// Confirmed snapshots that are looked at together.
const CONFIRMED_AT_ONCE: u64 = 8;

/// How many of the last confirmed intervals are signed.
const SIGNED_BACK: u64 = 256;

/// What is known of signatures on chain; all of it is final.
#[derive(Default)]
pub(super) struct Bridges {
	/// Signatures that are on chain, or can't come there any more.
	recorded: BTreeSet<(u64, Bridge)>,
	/// Hash and set of confirmed intervals.
	intervals: BTreeMap<u64, (H256, Arc<AnchorSet>)>,
}

impl Bridges {
	/// What is not on chain of the last confirmed intervals.
	fn unsigned(
		&mut self,
		chain: &impl Chain,
		at: Hash,
		last: u64,
	) -> Result<Vec<Unsigned>, ChainError> {
		let bridges = chain.bridges(at)?;
		let first = last.saturating_sub(SIGNED_BACK - 1).max(1);
		self.recorded.retain(|(interval, _)| *interval >= first);
		self.intervals.retain(|interval, _| *interval >= first);
		let mut unsigned = Vec::new();
		for interval in first..=last {
			let mut missing = Vec::new();
			for bridge in &bridges {
				let key = (interval, *bridge);
				if self.recorded.contains(&key) {
					continue;
				}
				if chain.is_signed(at, interval, *bridge)? {
					self.recorded.insert(key);
				} else {
					missing.push(*bridge);
				}
			}
			if missing.is_empty() {
				continue;
			}
			match self.interval(chain, at, interval)? {
				Some((hash, set)) => {
					unsigned.push(Unsigned { interval, hash, set, bridges: missing });
				},
				// Pruned: nobody can sign it any more, and nobody has to look again.
				None => self.recorded.extend(missing.into_iter().map(|it| (interval, it))),
			}
		}
		Ok(unsigned)
	}

	fn interval(
		&mut self,
		chain: &impl Chain,
		at: Hash,
		interval: u64,
	) -> Result<Option<(H256, Arc<AnchorSet>)>, ChainError> {
		if let Some(known) = self.intervals.get(&interval) {
			return Ok(Some(known.clone()));
		}
		let confirmed = chain.confirmed(at, interval)?;
		let (Some(confirmed), Some(set)) = (confirmed, chain.set_of(at, interval)?) else {
			return Ok(None);
		};
		let known = (confirmed.hash, Arc::new(set));
		self.intervals.insert(interval, known.clone());
		Ok(Some(known))
	}
}

impl<C: Chain, L: Log, E: Exchange> Worker<C, L, E> {
	/// Looks at the best chain.
	pub(super) fn follow_best(&mut self) {
		self.engine.context_mut().refresh();
		match self.chain.view(self.chain.best()) {
			Ok(view) => {
				if let Some(set) = &view.set {
					self.meet(&set.clone());
				}
				let now_ms = self.now_ms();
				self.engine.best(now_ms, view);
			},
			// The next block is another chance.
			Err(error) => log::warn!(target: LOG_TARGET, "the best block: {error}"),
		}
	}

	/// Looks at what is final.
	pub(super) fn follow_final(&mut self) {
		match self.final_view() {
			Ok(view) => {
				let newest = view.newest.as_ref().map_or(0, |it| it.snapshot.interval);
				self.metrics.lag.set(newest.saturating_sub(self.engine.last_settled()));
				let now_ms = self.now_ms();
				self.engine.finalised(now_ms, view);
			},
			Err(error) => log::warn!(target: LOG_TARGET, "the last final block: {error}"),
		}
	}

	fn final_view(&mut self) -> Result<FinalView, ChainError> {
		let at = self.chain.finalised();
		let Some(newest) = self.chain.last_confirmed(at)? else { return Ok(FinalView::default()) };
		let last = newest.snapshot.interval;
		if let Some(set) = self.chain.set_of(at, last)? {
			self.meet(&set);
		}
		let first = self.engine.last_settled().saturating_add(1);
		let mut confirmed = Vec::new();
		for interval in first..=last.min(first.saturating_add(CONFIRMED_AT_ONCE - 1)) {
			confirmed.extend(self.chain.confirmed(at, interval)?);
		}
		let unsigned = self.bridges.unsigned(&*self.chain, at, last)?;
		Ok(FinalView { confirmed, newest: Some(newest), unsigned })
	}

	/// Takes note of who can be asked.
	fn meet(&mut self, set: &AnchorSet) {
		use super::engine::Context;
		let keys = self.engine.context();
		let others = set.members.iter().filter(|it| !keys.owns(it)).map(|it| it.address);
		let others: Vec<_> = others.collect();
		// Those of the set before may still have what is asked for.
		let before = self.others.iter().filter(|it| !others.contains(it)).copied();
		let before: Vec<_> = before.take(others.len()).collect();
		self.others = [others, before].concat();
	}

	/// Takes what comes from another anchor.
	pub(super) fn arrive(&mut self, arrival: Arrival) {
		match arrival {
			Arrival::Message { from, bytes } => match read::<Tell>(&bytes) {
				Some(Tell::Signatures(signatures)) => {
					self.engine.received(from, &signatures);
				},
				None => self.refuse(from),
			},
			Arrival::Request { from, bytes, reply } => match read::<Ask>(&bytes) {
				Some(ask) => self.answer(ask, reply),
				None => self.refuse(from),
			},
		}
	}

	fn refuse(&self, from: EvmAddress) {
		log::warn!(target: LOG_TARGET, "anchor {from:?} sent what can't be decoded");
		self.metrics.lies.inc();
		self.exchange.report(from);
	}

	fn answer(&mut self, ask: Ask, reply: oneshot::Sender<Vec<u8>>) {
		if let Ask::Cut { hash } | Ask::Vectors { hash, .. } = &ask {
			let body = self.engine.body(hash);
			let answer = body.map_or(Answer::Nothing, |it| from_body(&ask, &it));
			// Who asked may have gone, here and below.
			let _ = reply.send(answer.encode());
			return;
		}
		if self.answering >= ANSWERS {
			return;
		}
		self.answering += 1;
		let settled = self.settled.clone();
		let answer = async move {
			let answer = blocking(move || from_settled(&ask, &settled)).await?;
			let _ = reply.send(answer.encode());
			Ok(Outcome::Answered)
		};
		self.tasks.push(answer.boxed());
	}

	/// Submits something; the engine does it again after each block until the chain shows it.
	pub(super) fn submit(&self, submission: Submission) {
		match self.chain.submit(self.chain.best(), submission) {
			Ok(()) => {},
			Err(ChainError::Refused) => {
				log::debug!(target: LOG_TARGET, "the pool does not take a submission");
			},
			Err(error) => log::warn!(target: LOG_TARGET, "can't submit: {error}"),
		}
	}

	pub(super) fn broadcast(&self, signatures: Vec<SnapshotSignature>) {
		if let Ok(signatures) = signatures.try_into() {
			self.exchange.broadcast(Tell::Signatures(signatures).encode());
		}
	}
}
