//! A chain reader over HTTP JSON-RPC, with limits of time and size.

use crate::chain::{ChainError, ChainReader, Log, LogQuery};
use alloy_primitives::{hex, Address, B256};
use futures::{future::BoxFuture, FutureExt};
use reqwest::{redirect::Policy, Client, Response};
use serde::Deserialize;
use serde_json::{json, Value as Json};
use std::{collections::BTreeMap, time::Duration};

/// Where a chain is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RpcEndpoint {
	/// The address of the JSON-RPC service.
	pub url: String,
	/// The block from which on events are asked for: endpoints refuse long ranges.
	pub first_block: u64,
}

/// The client could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no HTTP client can be made: the system's certificates can't be read")]
pub struct RpcError;

/// Chains and where each is asked.
#[derive(Clone, Debug)]
pub struct RpcChains {
	client: Client,
	endpoints: BTreeMap<u64, RpcEndpoint>,
	largest_answer: usize,
}

/// What an answer's envelope takes beside its value.
const ENVELOPE: usize = 4 << 10;

#[derive(Deserialize)]
struct Answer {
	id: Json,
	result: Option<Json>,
	error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
	code: i64,
}

#[derive(Deserialize)]
struct LogAnswer {
	address: Address,
	topics: Vec<B256>,
	data: String,
	#[serde(default)]
	removed: bool,
}

impl RpcChains {
	/// A reader of these chains. Redirects are not followed: an endpoint is where its operator put it.
	pub fn new(
		endpoints: BTreeMap<u64, RpcEndpoint>,
		timeout: Duration,
		largest_answer: usize,
	) -> Result<Self, RpcError> {
		let client = Client::builder().timeout(timeout).redirect(Policy::none()).build();
		Ok(Self { client: client.map_err(|_| RpcError)?, endpoints, largest_answer })
	}

	async fn ask(&self, chain_id: u64, method: &str, params: Json) -> Result<Json, ChainError> {
		let endpoint = self.endpoint(chain_id)?;
		let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
		let response = self.client.post(&endpoint.url).json(&body).send().await;
		let response = response.map_err(|error| unreached(&error))?;
		// Refusals come with an error's status as well.
		let answer: Answer = serde_json::from_slice(&self.body(response).await?)
			.map_err(|_| ChainError::Malformed)?;
		if answer.id != json!(1) {
			return Err(ChainError::Malformed);
		}
		match (answer.result, answer.error) {
			(_, Some(Refusal { code: 3 })) => Err(ChainError::Reverted),
			(_, Some(refusal)) => Err(ChainError::Refused(refusal.code)),
			(Some(result), None) => Ok(result),
			(None, None) => Err(ChainError::Malformed),
		}
	}

	fn endpoint(&self, chain_id: u64) -> Result<&RpcEndpoint, ChainError> {
		self.endpoints.get(&chain_id).ok_or(ChainError::UnknownChain(chain_id))
	}

	/// The body, read piece by piece: its announced length may be a lie.
	async fn body(&self, mut response: Response) -> Result<Vec<u8>, ChainError> {
		// Bytes are two digits each.
		let limit = self.largest_answer.saturating_mul(2).saturating_add(ENVELOPE);
		let mut body = Vec::new();
		while let Some(piece) = response.chunk().await.map_err(|error| unreached(&error))? {
			if body.len() + piece.len() > limit {
				return Err(ChainError::TooLarge(self.largest_answer));
			}
			body.extend_from_slice(&piece);
		}
		Ok(body)
	}
}

fn unreached(error: &reqwest::Error) -> ChainError {
	if error.is_timeout() {
		ChainError::TimedOut
	} else {
		ChainError::Unreachable
	}
}

fn bytes(text: &str) -> Result<Vec<u8>, ChainError> {
	let digits = text.strip_prefix("0x").ok_or(ChainError::Malformed)?;
	hex::decode(digits).map_err(|_| ChainError::Malformed)
}

impl ChainReader for RpcChains {
	fn call<'a>(
		&'a self,
		chain_id: u64,
		contract: Address,
		data: Vec<u8>,
	) -> BoxFuture<'a, Result<Vec<u8>, ChainError>> {
		let call = json!({ "to": contract, "data": format!("0x{}", hex::encode(data)) });
		async move {
			let result = self.ask(chain_id, "eth_call", json!([call, "latest"])).await?;
			bytes(result.as_str().ok_or(ChainError::Malformed)?)
		}
		.boxed()
	}

	fn logs<'a>(
		&'a self,
		chain_id: u64,
		query: LogQuery,
	) -> BoxFuture<'a, Result<Vec<Log>, ChainError>> {
		async move {
			let first = format!("{:#x}", self.endpoint(chain_id)?.first_block);
			let filter = json!({
				"address": query.address, "topics": query.topics,
				"fromBlock": first, "toBlock": "latest",
			});
			let result = self.ask(chain_id, "eth_getLogs", json!([filter])).await?;
			let answers: Vec<LogAnswer> =
				serde_json::from_value(result).map_err(|_| ChainError::Malformed)?;
			let logs = answers.into_iter().filter(|it| !it.removed).map(|it| {
				Ok(Log { address: it.address, topics: it.topics, data: bytes(&it.data)? })
			});
			logs.collect()
		}
		.boxed()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::{
		io::{AsyncReadExt, AsyncWriteExt},
		net::TcpListener,
	};

	/// A server that gives one answer, after a while, and then closes.
	async fn serve(answer: Vec<u8>, after: Duration) -> RpcChains {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		tokio::spawn(async move {
			let (mut stream, _) = listener.accept().await.unwrap();
			let mut request = vec![0; 4_096];
			let _ = stream.read(&mut request).await;
			tokio::time::sleep(after).await;
			let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", answer.len());
			let _ = stream.write_all(&[head.as_bytes(), &answer].concat()).await;
		});
		let endpoints = BTreeMap::from([(1, RpcEndpoint { url, first_block: 0 })]);
		RpcChains::new(endpoints, Duration::from_millis(300), 1_000).unwrap()
	}

	async fn call(answer: &str) -> Result<Vec<u8>, ChainError> {
		let chains = serve(answer.as_bytes().to_vec(), Duration::ZERO).await;
		chains.call(1, Address::ZERO, vec![1]).await
	}

	#[tokio::test]
	async fn an_answer_is_its_bytes() {
		let answer = r#"{"jsonrpc":"2.0","id":1,"result":"0x0102"}"#;
		assert_eq!(call(answer).await, Ok(vec![1, 2]));
	}

	#[tokio::test]
	async fn refusals_and_nonsense_are_told_apart() {
		for (answer, error) in [
			(r#"{"id":1,"error":{"code":3,"message":"reverted"}}"#, ChainError::Reverted),
			(r#"{"id":1,"error":{"code":-32005}}"#, ChainError::Refused(-32_005)),
			(r#"{"id":2,"result":"0x"}"#, ChainError::Malformed),
			(r#"{"id":1}"#, ChainError::Malformed),
			(r#"{"id":1,"result":"0x1"}"#, ChainError::Malformed),
			(r#"{"id":1,"result":{}}"#, ChainError::Malformed),
			("<html>", ChainError::Malformed),
		] {
			assert_eq!(call(answer).await, Err(error), "{answer}");
		}
	}

	#[tokio::test]
	async fn a_large_answer_is_not_read_to_its_end() {
		let answer = format!(r#"{{"id":1,"result":"0x{}"}}"#, "00".repeat(100_000));
		assert_eq!(call(&answer).await, Err(ChainError::TooLarge(1_000)));
	}

	#[tokio::test]
	async fn an_endpoint_that_hangs_is_left() {
		let chains = serve(Vec::new(), Duration::from_secs(20)).await;
		let answer = chains.call(1, Address::ZERO, vec![]).await;
		assert_eq!(answer, Err(ChainError::TimedOut));
	}

	#[tokio::test]
	async fn a_chain_without_an_endpoint_is_unknown() {
		let chains = RpcChains::new(BTreeMap::new(), Duration::from_secs(1), 1_000).unwrap();
		let answer = chains.call(5, Address::ZERO, vec![]).await;
		assert_eq!(answer, Err(ChainError::UnknownChain(5)));
	}

	#[tokio::test]
	async fn events_are_read_without_those_that_were_taken_back() {
		let topic = B256::repeat_byte(1);
		let log = |removed| {
			json!({
				"address": Address::ZERO, "topics": [topic], "data": "0x07", "removed": removed,
				"blockNumber": "0x1",
			})
		};
		let answer = json!({ "id": 1, "result": [log(false), log(true)] }).to_string();
		let chains = serve(answer.into_bytes(), Duration::ZERO).await;
		let query = LogQuery { address: Address::ZERO, topics: vec![Some(topic), None], limit: 9 };
		let expected = Log { address: Address::ZERO, topics: vec![topic], data: vec![7] };
		assert_eq!(chains.logs(1, query).await, Ok(vec![expected]));
	}
}
