//! Questions to chains, within limits of number, time and size.

use super::EvaluationError;
use crate::{
	chain::{ChainError, ChainReader, Log, LogQuery},
	limits::EvaluationLimits,
	Value,
};
use alloy_primitives::Address;
use std::{
	future::Future,
	sync::atomic::{AtomicUsize, Ordering},
};
use tokio::time::Instant;

/// A chain reader with what is left of an evaluation's limits.
pub(super) struct Reads<'a> {
	chain: &'a dyn ChainReader,
	pub(super) limits: EvaluationLimits,
	asked: AtomicUsize,
	kept: AtomicUsize,
	deadline: Instant,
}

impl<'a> Reads<'a> {
	/// The clock starts now.
	pub(super) fn new(chain: &'a dyn ChainReader, limits: EvaluationLimits) -> Self {
		let deadline = Instant::now() + limits.total_time;
		Self { chain, limits, asked: AtomicUsize::new(0), kept: AtomicUsize::new(0), deadline }
	}

	pub(super) async fn call(
		&self,
		chain_id: u64,
		contract: Address,
		data: Vec<u8>,
	) -> Result<Vec<u8>, EvaluationError> {
		self.count()?;
		let answer = self.in_time(self.chain.call(chain_id, contract, data)).await?;
		self.check_size(answer.len())?;
		Ok(answer)
	}

	/// Events that were asked for, and no others: an endpoint that sends others is not believed at all.
	pub(super) async fn logs(
		&self,
		chain_id: u64,
		query: LogQuery,
	) -> Result<Vec<Log>, EvaluationError> {
		self.count()?;
		let limit = query.limit;
		let mut logs = self.in_time(self.chain.logs(chain_id, query.clone())).await?;
		self.check_size(logs.iter().map(|log| log.data.len() + 32 * log.topics.len()).sum())?;
		if !logs.iter().all(|log| query.matches(log)) {
			return Err(EvaluationError::WrongEvent);
		}
		logs.drain(..logs.len().saturating_sub(limit));
		Ok(logs)
	}

	/// Counts a value that is kept or handed on.
	pub(super) fn keep(&self, value: &Value) -> Result<(), EvaluationError> {
		let bytes = value.size();
		let before = self.kept.fetch_add(bytes, Ordering::Relaxed);
		if before.saturating_add(bytes) > self.limits.value_bytes {
			return Err(EvaluationError::TooMuch(self.limits.value_bytes));
		}
		Ok(())
	}

	fn count(&self) -> Result<(), EvaluationError> {
		if self.asked.fetch_add(1, Ordering::Relaxed) >= self.limits.reads {
			return Err(EvaluationError::TooManyReads(self.limits.reads));
		}
		Ok(())
	}

	fn check_size(&self, bytes: usize) -> Result<(), ChainError> {
		if bytes > self.limits.answer_bytes {
			return Err(ChainError::TooLarge(self.limits.answer_bytes));
		}
		Ok(())
	}

	async fn in_time<T>(
		&self,
		question: impl Future<Output = Result<T, ChainError>>,
	) -> Result<T, ChainError> {
		let deadline = self.deadline.min(Instant::now() + self.limits.read_time);
		let answer = tokio::time::timeout_at(deadline, question).await;
		answer.unwrap_or(Err(ChainError::TimedOut))
	}
}
