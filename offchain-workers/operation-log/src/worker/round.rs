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
	engine::{Effect, LogId, Message, WholeCut},
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

/// How far ahead of the clock an operation may be that is taken from a client, to wait until its time has come: nothing
/// else would make room for operations of the year 3000.
const FUTURE_MS: u64 = 10 * 60 * 1_000;

/// What a proof of finality costs, in operations.
const PROOF: usize = 256;

/// Answers that wait until what was taken is on disk.
#[derive(Default)]
pub struct Waiting {
	submissions: Vec<(oneshot::Sender<Submitted>, Submitted)>,
	/// Questions about what this anchor says: others convict who says something else after a kill.
	questions: Vec<Command>,
	settled: Vec<oneshot::Sender<()>>,
}

impl Waiting {
	/// How much work waits, in operations that were given: a proof costs as much as some of them.
	pub fn operations(&self) -> usize {
		let given: usize = self.submissions.iter().map(|(_, results)| results.len().max(1)).sum();
		let cost = |it: &Command| if matches!(it, Command::Finality(..)) { PROOF } else { 1 };
		given + self.questions.iter().map(cost).sum::<usize>()
	}
}

impl<C: Chain> Worker<C> {
	/// Takes what comes from another anchor.
	pub(super) fn arrive(&mut self, (from, bytes): Letter) {
		let Some(account) = self.accounts.get(&from).cloned() else { return };
		let Some((me, engine)) = &mut self.engine else { return };
		let wire = Wire::read(&bytes);
		// Whoever passes on what everybody has costs no check of signatures.
		if matches!(&wire, Ok(Wire::Batch(it)) if engine.holds(&it.header.statement)) {
			return;
		}
		match wire.and_then(|it| self.checks.check(&account, me, it)) {
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
			Command::Certify(cut, answer) => {
				let _ = answer.send(self.certify(&cut));
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
			question @ (Command::Progress(..)
			| Command::Finality(..)
			| Command::Cut(..)
			| Command::Standing(..)) => waiting.questions.push(question),
		}
		Ok(())
	}

	/// Answers from what is on disk. Who asked may not be there any more.
	fn tell_asker(&self, question: Command) {
		let engine = self.engine.as_ref().map(|(_, it)| it);
		match question {
			Command::Progress(digest, answer) => {
				let _ = answer.send(engine.map(|it| it.progress(&digest)).unwrap_or_default());
			},
			Command::Finality(digest, answer) => {
				let _ = answer.send(engine.and_then(|it| it.finality(&digest)));
			},
			Command::Cut(interval, answer) => {
				let _ = answer.send(engine.and_then(|it| it.cut(interval)));
			},
			Command::Standing(interval, answer) => {
				let _ = answer.send(self.standing(interval));
			},
			Command::Submit(..)
			| Command::Certify(..)
			| Command::Class(..)
			| Command::Settle(..) => {},
		}
	}

	fn submit(&mut self, operations: &[SignedOperation]) -> Submitted {
		let checked = self.checks.operations(operations);
		let latest_ms = now_ms().saturating_add(FUTURE_MS);
		let results = checked.into_iter().map(|checked| {
			let (_, engine) = self.engine.as_mut().ok_or(Refusal::NotAccepting)?;
			let operation = checked?;
			if operation.time_ms > latest_ms {
				return Err(Refusal::InFuture);
			}
			let is_news = !engine.knows(&operation.digest());
			engine.submit(&operation)?;
			if is_news {
				self.metrics.given(operation.digest());
			}
			Ok(operation.digest())
		});
		results.collect()
	}

	fn certify(&mut self, whole: &WholeCut<EvmSignature>) -> Result<Examined, Incomplete> {
		let interval = whole.cut.interval;
		let (_, engine) = self.engine.as_mut().ok_or(Incomplete::Interval(interval))?;
		for (counted, vector) in whole.cut.vectors.iter().zip(&whole.vectors) {
			engine.learn(counted.member, vector);
		}
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
			self.answer(waiting);
			return Ok(());
		};
		if !waiting.submissions.is_empty() {
			// What was taken is logged now, so that it is on disk when the answers go out.
			engine.flush(now_ms());
		}
		self.metrics.queued.set(engine.queued() as u64);
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
				Effect::Event(event) => self.tell(&event),
			}
		}
		self.answer(waiting);
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

	/// The bytes of a message; `None` if it is too long to be read by anybody.
	fn bytes(message: &Message<EvmSignature>) -> Option<Vec<u8>> {
		let wire = Wire::of(message);
		if wire.is_none() {
			log::error!(target: LOG_TARGET, "a vector lists more operations than others would read");
		}
		wire.map(|it| it.encode())
	}

	fn broadcast(&self, message: &Message<EvmSignature>) {
		let Some(bytes) = Self::bytes(message) else { return };
		self.metrics.bytes_sent.inc_by(bytes.len() as u64);
		if let Err(error) = self.network.broadcast(bytes) {
			log::error!(target: LOG_TARGET, "a message can't be sent: {error}");
		}
	}

	fn send(&self, to: &AccountId, message: &Message<EvmSignature>) {
		let Some(address) = self.addresses.get(to) else { return };
		let Some(bytes) = Self::bytes(message) else { return };
		self.metrics.bytes_sent.inc_by(bytes.len() as u64);
		// Who is not connected asks again when it is.
		let _ = self.network.send(*address, bytes);
	}

	fn tell(&mut self, event: &Event) {
		self.metrics.count(event);
		match event {
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
		self.watchers.tell(event);
	}

	/// Gives the answers that waited for the disk. Nobody may be there any more to hear them.
	fn answer(&self, waiting: Waiting) {
		for (answer, results) in waiting.submissions {
			let _ = answer.send(results);
		}
		waiting.questions.into_iter().for_each(|it| self.tell_asker(it));
		for answer in waiting.settled {
			let _ = answer.send(());
		}
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
		let size = write.size();
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
