//! A chain whose answers a test decides.

use alloy_primitives::{keccak256, Address};
use futures::{future::BoxFuture, FutureExt};
use smartlayer_tokenscript::{ChainError, ChainReader, Log, LogQuery};
use std::{sync::Mutex, time::Duration};

/// A call that was asked: chain, contract, data.
pub type Asked = (u64, Address, Vec<u8>);
pub type Answer = dyn Fn(&Asked) -> Result<Vec<u8>, ChainError> + Send + Sync;

/// A chain that gives a test's answers, after a while.
pub struct Scripted {
	pub answer: Box<Answer>,
	pub logs: Result<Vec<Log>, ChainError>,
	pub after: Duration,
	pub asked: Mutex<Vec<Asked>>,
	pub queries: Mutex<Vec<LogQuery>>,
}

impl Scripted {
	pub fn new(
		answer: impl Fn(&Asked) -> Result<Vec<u8>, ChainError> + Send + Sync + 'static,
	) -> Self {
		Self {
			answer: Box::new(answer),
			logs: Ok(Vec::new()),
			after: Duration::ZERO,
			asked: Mutex::default(),
			queries: Mutex::default(),
		}
	}

	/// A chain that answers every call with the same.
	pub fn always(answer: Vec<u8>) -> Self {
		Self::new(move |_| Ok(answer.clone()))
	}

	/// A chain with these events only.
	pub fn with_logs(logs: Vec<Log>) -> Self {
		Self { logs: Ok(logs), ..Self::new(|_| Err(ChainError::Reverted)) }
	}

	pub fn calls(&self) -> usize {
		self.asked.lock().unwrap().len()
	}
}

impl ChainReader for Scripted {
	fn call<'a>(
		&'a self,
		chain_id: u64,
		contract: Address,
		data: Vec<u8>,
	) -> BoxFuture<'a, Result<Vec<u8>, ChainError>> {
		let asked = (chain_id, contract, data);
		async move {
			tokio::time::sleep(self.after).await;
			self.asked.lock().unwrap().push(asked.clone());
			(self.answer)(&asked)
		}
		.boxed()
	}

	fn logs<'a>(
		&'a self,
		_chain_id: u64,
		query: LogQuery,
	) -> BoxFuture<'a, Result<Vec<Log>, ChainError>> {
		async move {
			tokio::time::sleep(self.after).await;
			self.queries.lock().unwrap().push(query);
			self.logs.clone()
		}
		.boxed()
	}
}

/// A number as a word of an answer.
pub fn word(number: u64) -> Vec<u8> {
	[[0; 24].to_vec(), number.to_be_bytes().to_vec()].concat()
}

/// A text as an answer.
pub fn text(text: &str) -> Vec<u8> {
	let mut answer = [word(32), word(text.len() as u64), text.as_bytes().to_vec()].concat();
	answer.resize(answer.len().next_multiple_of(32), 0);
	answer
}

/// The selector of a function.
pub fn selector(signature: &str) -> Vec<u8> {
	keccak256(signature)[..4].to_vec()
}
