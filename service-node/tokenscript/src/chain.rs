//! What the engine needs of a chain. Whoever answers may be slow, broken or lying.

use alloy_primitives::{Address, B256};
use futures::future::BoxFuture;

/// Which events of a contract are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogQuery {
	/// The contract.
	pub address: Address,
	/// What each topic has to be, if it matters. The first is the event's signature.
	pub topics: Vec<Option<B256>>,
	/// The most events that are of use: the newest ones.
	pub limit: usize,
}

impl LogQuery {
	/// Whether an event is one of those that were asked for.
	pub fn matches(&self, log: &Log) -> bool {
		let fits = |(at, wanted): (usize, &Option<B256>)| {
			wanted.as_ref().is_none_or(|wanted| log.topics.get(at) == Some(wanted))
		};
		log.address == self.address && self.topics.iter().enumerate().all(fits)
	}
}

/// An event of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
	/// The contract.
	pub address: Address,
	/// Its topics.
	pub topics: Vec<B256>,
	/// What is not in the topics.
	pub data: Vec<u8>,
}

/// Why a chain gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
	/// Nobody is configured who knows this chain. Final.
	#[error("no endpoint is configured for chain {0}")]
	UnknownChain(u64),
	/// The contract refused the call. Final, until its state changes.
	#[error("the contract refused the call")]
	Reverted,
	/// The answer is larger than the limit. Final.
	#[error("the answer is larger than {0} bytes")]
	TooLarge(usize),
	/// The answer is none. Worth a try elsewhere.
	#[error("the answer of the endpoint is malformed")]
	Malformed,
	/// The endpoint refused the question, with its number for why. Worth a try elsewhere.
	#[error("the endpoint refused with code {0}")]
	Refused(i64),
	/// The endpoint was not reached. Worth another try.
	#[error("the endpoint was not reached")]
	Unreachable,
	/// There was no answer in time. Worth another try.
	#[error("there was no answer in time")]
	TimedOut,
}

impl ChainError {
	/// Whether asking again may help.
	pub const fn is_retryable(&self) -> bool {
		matches!(self, Self::Malformed | Self::Refused(_) | Self::Unreachable | Self::TimedOut)
	}
}

/// Reads EVM chains, at their latest state.
pub trait ChainReader: Send + Sync {
	/// What a contract answers to a call.
	fn call<'a>(
		&'a self,
		chain_id: u64,
		contract: Address,
		data: Vec<u8>,
	) -> BoxFuture<'a, Result<Vec<u8>, ChainError>>;

	/// Events of a contract, oldest first.
	fn logs<'a>(
		&'a self,
		chain_id: u64,
		query: LogQuery,
	) -> BoxFuture<'a, Result<Vec<Log>, ChainError>>;
}

/// No chain at all: for what can be evaluated without one.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoChain;

impl ChainReader for NoChain {
	fn call<'a>(
		&'a self,
		chain_id: u64,
		_contract: Address,
		_data: Vec<u8>,
	) -> BoxFuture<'a, Result<Vec<u8>, ChainError>> {
		Box::pin(async move { Err(ChainError::UnknownChain(chain_id)) })
	}

	fn logs<'a>(
		&'a self,
		chain_id: u64,
		_query: LogQuery,
	) -> BoxFuture<'a, Result<Vec<Log>, ChainError>> {
		Box::pin(async move { Err(ChainError::UnknownChain(chain_id)) })
	}
}
