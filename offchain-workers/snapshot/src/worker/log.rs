//! What the worker needs of the operation log.

use smartlayer_commitment::{Certified, Cut, CutEnd, Incomplete};
use smartlayer_operations::{ClassTerms, FullVector};
use smartlayer_types::ClassId;
use sp_core::H256;
use std::{future::Future, sync::Arc};

/// A cut with the vectors that it counts, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeCut {
	/// The cut.
	pub cut: Cut,
	/// The vectors.
	pub vectors: Vec<Arc<FullVector>>,
}

/// How an interval stands that is not settled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
	/// Whether this anchor signed its closing vector: before, it does not vote.
	pub is_closed: bool,
	/// Whether every member's closing vector has come.
	pub all_closed: bool,
	/// What this anchor announced; final once it has closed.
	pub announced: Vec<H256>,
	/// The earliest time that an operation can have, in milliseconds since 1970.
	pub oldest_ms: u64,
}

/// What the log makes of a cut.
#[derive(Clone, Debug, Default)]
pub struct Examined {
	/// What it certifies.
	pub certified: Certified,
	/// Whether it goes on from the interval's floors and from the last settled cut ([`Cut::goes_on`]): one that does not
	/// is rejected.
	pub goes_on: bool,
}

/// A snapshot that was confirmed in a final block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
	/// Its interval.
	pub interval: u64,
	/// Where its cut ended.
	pub ends: Vec<CutEnd>,
	/// Digests of its operations.
	pub operations: Vec<H256>,
}

/// Why the operation log does not answer: it has ended, and the node with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operation log has stopped")]
pub struct LogStopped;

/// The operation log of this node.
pub trait Log: Clone + Send + Sync + 'static {
	/// The cut that takes in everything this anchor has seen of an interval; `None` if it took no part or lacks batches.
	fn cut(
		&self,
		interval: u64,
	) -> impl Future<Output = Result<Option<WholeCut>, LogStopped>> + Send;

	/// What a cut certifies, and whether it goes on. What is missing for that is asked for; try again soon.
	fn certify(
		&self,
		cut: Arc<WholeCut>,
	) -> impl Future<Output = Result<Result<Examined, Incomplete>, LogStopped>> + Send;

	/// How an interval stands; `None` if it is settled or was not entered.
	fn standing(
		&self,
		interval: u64,
	) -> impl Future<Output = Result<Option<Standing>, LogStopped>> + Send;

	/// A class as it stands for an interval; `None` if there is none or it is not in use.
	fn class(
		&self,
		interval: u64,
		class: ClassId,
	) -> impl Future<Output = Result<Option<Arc<ClassTerms>>, LogStopped>> + Send;

	/// Takes note of a final snapshot, when [`Settled`](super::Settled) answers for the state after it already.
	fn settle(&self, settlement: Settlement)
		-> impl Future<Output = Result<(), LogStopped>> + Send;
}
