//! How others use the operation log: clients give operations and watch them, the snapshot worker cuts and settles.

use super::watch::{Watch, Watchers};
use crate::engine::{Finality, Settlement, WholeCut};
use smartlayer_commitment::{Certified, Incomplete};
use smartlayer_operations::{ClassTerms, Refusal, SignedOperation};
use smartlayer_types::{eip712::Domain, evm::EvmSignature, ClassId};
use sp_core::H256;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// A step in an operation's life, as whoever watches it is told.
pub use crate::engine::Event;

/// The most operations of one submission.
pub const MAX_SUBMISSION: usize = 1_024;

/// What comes of each operation of a submission: its digest, or why it is refused.
pub type Submitted = Vec<Result<H256, Refusal>>;

/// What the worker is asked.
pub(super) enum Command {
	/// Takes operations, and answers when those that are taken are on disk.
	Submit(Vec<SignedOperation>, oneshot::Sender<Submitted>),
	/// Tells how far an operation is, once that is on disk.
	Progress(H256, oneshot::Sender<Vec<Event>>),
	/// Proves that an operation is final, likewise.
	Finality(H256, oneshot::Sender<Option<Finality>>),
	/// Makes a cut.
	Cut(u64, oneshot::Sender<Option<WholeCut<EvmSignature>>>),
	/// Rebuilds what a cut certifies.
	Certify(Arc<WholeCut<EvmSignature>>, oneshot::Sender<Result<Examined, Incomplete>>),
	/// Tells how an interval stands.
	Standing(u64, oneshot::Sender<Option<Standing>>),
	/// Answers with a class as it stands for an interval.
	Class(u64, ClassId, oneshot::Sender<Option<Arc<ClassTerms>>>),
	/// Takes note of a final snapshot.
	Settle(Settlement, oneshot::Sender<()>),
}

/// How an interval that is not settled stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
	/// Whether this anchor signed its closing vector: before, it does not vote.
	pub is_closed: bool,
	/// Whether every member's closing vector has come.
	pub all_closed: bool,
	/// What this anchor announced.
	pub announced: Vec<H256>,
	/// The earliest time that an operation can have, in milliseconds since 1970.
	pub oldest_ms: u64,
}

/// What the log makes of a cut.
#[derive(Clone, Debug)]
pub struct Examined {
	/// What it certifies.
	pub certified: Certified,
	/// Whether it goes on from the interval's floors and from the last settled cut: one that does not is rejected.
	pub goes_on: bool,
}

/// Why the operation log did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
	/// Final: the worker has ended.
	#[error("the operation log has stopped")]
	Stopped,
	/// Final: more operations than one submission may have.
	#[error("{0} operations at once; at most {MAX_SUBMISSION}")]
	TooMany(usize),
	/// Try again later: as many submissions wait, or as many operations are watched, as may.
	#[error("too many submissions wait, or too many operations are watched")]
	Busy,
}

/// The operation log of this node. Clones are cheap.
#[derive(Clone)]
pub struct OperationLog {
	pub(super) commands: mpsc::Sender<Command>,
	pub(super) watchers: Watchers,
	pub(super) domain: Domain,
}

impl OperationLog {
	/// Gives operations to this anchor. The answer comes when those that were taken are on disk; giving one twice is
	/// harmless.
	pub async fn submit(&self, operations: Vec<SignedOperation>) -> Result<Submitted, Unanswered> {
		if operations.len() > MAX_SUBMISSION {
			return Err(Unanswered::TooMany(operations.len()));
		}
		self.try_ask(|answer| Command::Submit(operations, answer)).await
	}

	/// Gives an operation to this anchor and follows it: every step of its life, and those that it has already taken if it
	/// was given before.
	pub async fn follow(
		&self,
		operation: SignedOperation,
	) -> Result<Result<Watch, Refusal>, Unanswered> {
		let digest = operation.operation.digest(&self.domain);
		let mut watch = self.watchers.watch(digest).ok_or(Unanswered::Busy)?;
		let submitted = self.submit(vec![operation]).await?;
		if let Some(Err(refusal)) = submitted.into_iter().next() {
			return Ok(Err(refusal));
		}
		watch.catch_up(self.try_ask(|answer| Command::Progress(digest, answer)).await?);
		Ok(Ok(watch))
	}

	/// The proof that an operation is final, but for the cut on which its interval is based; `None` if it is not, or if its
	/// interval is settled.
	pub async fn finality(&self, digest: H256) -> Result<Option<Finality>, Unanswered> {
		self.try_ask(|answer| Command::Finality(digest, answer)).await
	}

	/// The cut that takes in everything this anchor has seen of an interval; `None` if it took no part.
	pub async fn cut(&self, interval: u64) -> Result<Option<WholeCut<EvmSignature>>, Unanswered> {
		self.ask(|answer| Command::Cut(interval, answer)).await
	}

	/// What a cut certifies. What is missing for that is asked for; try again soon.
	pub async fn certify(
		&self,
		cut: Arc<WholeCut<EvmSignature>>,
	) -> Result<Result<Examined, Incomplete>, Unanswered> {
		self.ask(|answer| Command::Certify(cut, answer)).await
	}

	/// How an interval stands; `None` if it is settled or was not entered.
	pub async fn standing(&self, interval: u64) -> Result<Option<Standing>, Unanswered> {
		self.ask(|answer| Command::Standing(interval, answer)).await
	}

	/// A class as it stands for an interval.
	pub async fn class(
		&self,
		interval: u64,
		class: ClassId,
	) -> Result<Option<Arc<ClassTerms>>, Unanswered> {
		self.ask(|answer| Command::Class(interval, class, answer)).await
	}

	/// Takes note of a snapshot whose confirmation is final. What answers for settled states answers for it already.
	pub async fn settle(&self, settlement: Settlement) -> Result<(), Unanswered> {
		self.ask(|answer| Command::Settle(settlement, answer)).await
	}

	/// Asks for a client: not if many wait, so that nobody else waits behind them.
	async fn try_ask<T>(
		&self,
		command: impl FnOnce(oneshot::Sender<T>) -> Command,
	) -> Result<T, Unanswered> {
		let (answer, answered) = oneshot::channel();
		self.commands.try_send(command(answer)).map_err(|error| match error {
			mpsc::error::TrySendError::Full(_) => Unanswered::Busy,
			mpsc::error::TrySendError::Closed(_) => Unanswered::Stopped,
		})?;
		answered.await.map_err(|_| Unanswered::Stopped)
	}

	async fn ask<T>(
		&self,
		command: impl FnOnce(oneshot::Sender<T>) -> Command,
	) -> Result<T, Unanswered> {
		let (answer, answered) = oneshot::channel();
		self.commands.send(command(answer)).await.map_err(|_| Unanswered::Stopped)?;
		answered.await.map_err(|_| Unanswered::Stopped)
	}
}
