//! One round of work: what arrived, what was asked, and carrying out what came of it.

use super::{
	chain::Chain,
	handle::{Command, Examined, Standing, Submitted},
	now_ms,
	records::write_of,
	wire::{Bad, Wire},
	Event, Stopped, Worker, LOG_TARGET,
};
use crate::{
	engine::{Effect, LogId, Message},
	network::{Letter, Misbehaviour},
	store::{key, Table, Write},
};
use codec::Encode;
use smartlayer_commitment::{certified, Evidence, Incomplete};
use smartlayer_operations::{Refusal, SignedOperation};
use smartlayer_types::{evm::EvmSignature, AccountId};
use std::ops::Range;
use tokio::sync::oneshot;

/// How many bytes one commit has: half of what the store takes.
const COMMIT_BYTES: usize = 8 << 20;

/// Answers that wait until what was taken is on disk.
#[derive(Default)]
pub struct Waiting {
	submissions: Vec<(oneshot::Sender<Submitted>, Submitted)>,
	settled: Vec<oneshot::Sender<()>>,
}

impl<C: Chain> Worker<C> {
	/// Takes what comes from another anchor.
	pub(super) fn arrive(&mut self, (from, bytes): Letter) {
		let Some(account) = self.accounts.get(&from).cloned() else { return };
		let Some((me, engine)) = &mut self.engine else { return };
		let checked = Wire::read(&bytes).and_then(|wire| self.checks.check(&account, me, wire));
		match checked {
			Ok(message) => engine.receive(now_ms(), &account, message),
			// It may know more of the chain than this node.
			Err(Bad::UnknownSet(_)) => {},
			Err(bad) => {
				log::warn!(target: LOG_TARGET, "refused a message of anchor {account}: {bad}");
				self.metrics.refused_messages.inc();
				if let Bad::Operation(evidence) = bad {
					self.report(*evidence);
				}
				self.network.report_bad(from, Misbehaviour::Invalid);
			},
		}
	}

	/// Does what is asked of this worker.
	pub(super) fn obey(&mut self, command: Command, waiting: &mut Waiting) -> Result<(), Stopped> {
		match command {
			Command::Submit(operations, answer) => {
				let results = self.submit(&operations);
				waiting.submissions.push((answer, results));
			},
			Command::Cut(interval, answer) => {
				let engine = self.engine.as_ref();
				let _ = answer.send(engine.and_then(|(_, it)| it.cut(interval)));
			},
			Command::Certify(cut, answer) => {
				let _ = answer.send(self.certify(&cut));
			},
			Command::Standing(interval, answer) => {
				let _ = answer.send(self.standing(interval));
			},
			Command::Class(interval, class, answer) => {
				use crate::engine::Context;
				let engine = self.engine.as_ref();
				let _ = answer.send(engine.and_then(|(_, it)| it.context().class(interval, class)));
			},
			Command::Settle(settlement, answer) => {
				self.settle(settlement)?;
				waiting.settled.push(answer);
			},
		}
		Ok(())
	}

	fn submit(&mut self, operations: &[SignedOperation]) -> Submitted {
		let checked = self.checks.operations(operations);
		let results = checked.into_iter().map(|checked| {
			let (_, engine) = self.engine.as_mut().ok_or(Refusal::NotAccepting)?;
			let operation = checked?;
			engine.submit(&operation)?;
			Ok(operation.digest())
		});
		results.collect()
	}

	fn certify(
		&mut self,
		whole: &crate::engine::WholeCut<EvmSignature>,
	) -> Result<Examined, Incomplete> {
		let interval = whole.cut.interval;
		let (_, engine) = self.engine.as_mut().ok_or(Incomplete::Interval(interval))?;
		let (Some(floors), Some(quorum)) = (engine.floors(interval), engine.quorum(interval))
		else {
			return Err(Incomplete::Interval(interval));
		};
		let vectors: Vec<_> = whole.vectors.iter().map(|it| &**it).collect();
		let result = certified(&whole.cut, &vectors, floors, &*engine, quorum);
		if let Err(Incomplete::Log(end)) = &result {
			engine.ask_for(interval, end);
		}
		Ok(Examined { certified: result?, goes_on: engine.goes_on(&whole.cut) })
	}

	fn standing(&self, interval: u64) -> Option<Standing> {
		let (_, engine) = self.engine.as_ref()?;
		let opened = self.opened.get(&interval)?;
		Some(Standing {
			is_closed: engine.is_closed(interval),
			all_closed: engine.all_closed(interval),
			announced: engine.announced(interval),
			oldest_ms: opened.start.oldest_ms,
		})
	}

	/// Writes what is to be stored, waits for the disk, then sends and answers.
	pub(super) async fn carry_out(&mut self, waiting: Waiting) -> Result<(), Stopped> {
		let Some((_, engine)) = &mut self.engine else {
			answer(waiting);
			return Ok(());
		};
		if !waiting.submissions.is_empty() {
			// What was taken is logged now, so that it is on disk when the answers go out.
			engine.flush(now_ms());
		}
		let effects = engine.take_effects();
		if let Some(failure) = engine.context().take_failure() {
			return Err(failure.into());
		}
		let genesis = self.checks.genesis();
		let writes = effects.iter().filter_map(|effect| match effect {
			Effect::Store(record) => Some(write_of(genesis, record)),
			_ => None,
		});
		for writes in commits(writes) {
			self.store.commit(writes).await?;
		}
		for effect in effects {
			match effect {
				Effect::Store(_) => {},
				Effect::Forget(LogId { origin, incarnation }, up_to) => {
					let keys = key::log_range(&origin, incarnation, 0..up_to.saturating_add(1));
					self.forget(Table::Logs, keys);
				},
				Effect::ForgetInterval(interval) => {
					let keys = key::before_interval(interval.saturating_add(1));
					self.forget(Table::Promises, keys);
				},
				Effect::Broadcast(message) => self.broadcast(&message),
				Effect::Send(to, message) => self.send(&to, &message),
				Effect::Report(whom, misdeed) => {
					log::warn!(target: LOG_TARGET, "anchor {whom} contradicts itself");
					if let Some(evidence) = misdeed.into_evidence() {
						self.report(evidence);
					}
				},
				Effect::Event(event) => self.tell(event),
			}
		}
		answer(waiting);
		Ok(())
	}

	/// Deletes what is needed no more. Nobody waits for that: what a kill leaves behind is deleted later.
	fn forget(&self, table: Table, keys: Range<Vec<u8>>) {
		let store = self.store.clone();
		tokio::spawn(async move {
			if let Err(error) = store.prune(table, keys).await {
				log::warn!(target: LOG_TARGET, "old entries stay in the store: {error}");
			}
		});
	}

	fn broadcast(&self, message: &Message<EvmSignature>) {
		let bytes = Wire::of(message).encode();
		self.metrics.bytes_sent.inc_by(bytes.len() as u64);
		if let Err(error) = self.network.broadcast(bytes) {
			log::error!(target: LOG_TARGET, "a message can't be sent: {error}");
		}
	}

	fn send(&self, to: &AccountId, message: &Message<EvmSignature>) {
		let Some(address) = self.addresses.get(to) else { return };
		let bytes = Wire::of(message).encode();
		self.metrics.bytes_sent.inc_by(bytes.len() as u64);
		// Who is not connected asks again when it is.
		let _ = self.network.send(*address, bytes);
	}

	fn tell(&mut self, event: Event) {
		self.metrics.count(&event);
		match &event {
			Event::LogIsOlder(number) => log::error!(
				target: LOG_TARGET,
				"the store is older than what others have of this anchor's log (batch {number}): \
				it writes nothing more until its incarnation is raised",
			),
			Event::Abstains(interval) => log::error!(
				target: LOG_TARGET,
				"the store is older than what others have seen of this anchor: it says nothing up \
				to interval {interval}",
			),
			_ => {},
		}
		// Nobody may be listening.
		let _ = self.events.send(event);
	}

	/// Takes evidence to the chain.
	fn report(&self, evidence: Evidence) {
		if let Err(error) = self.chain.report(evidence) {
			log::error!(target: LOG_TARGET, "evidence can't be submitted: {error}");
		}
	}
}

/// Divides writes into commits, in their order.
fn commits(writes: impl Iterator<Item = Write>) -> Vec<Vec<Write>> {
	let mut commits: Vec<Vec<Write>> = Vec::new();
	let mut bytes = COMMIT_BYTES;
	for write in writes {
		let size = write.key.len() + write.value.as_ref().map_or(0, Vec::len);
		if bytes.saturating_add(size) > COMMIT_BYTES {
			commits.push(Vec::new());
			bytes = 0;
		}
		bytes += size;
		if let Some(last) = commits.last_mut() {
			last.push(write);
		}
	}
	commits
}

fn answer(waiting: Waiting) {
	for (answer, results) in waiting.submissions {
		let _ = answer.send(results);
	}
	for answer in waiting.settled {
		let _ = answer.send(());
	}
}
