//! Operations over JSON-RPC: giving them to this anchor and watching what comes of them.
//!
//! Errors: [`code`] lists them; each message says what to do.

use jsonrpsee::{
	core::{async_trait, RpcResult, SubscriptionResult},
	proc_macros::rpc,
	types::ErrorObjectOwned,
	PendingSubscriptionSink, SubscriptionMessage,
};
use sc_rpc::SubscriptionTaskExecutor;
use serde::{Deserialize, Serialize};
use smartlayer_operation_log::worker::{Event, OperationLog, Unanswered};
use smartlayer_operations::{Operation, Refusal, SignedOperation};
use smartlayer_types::{evm::EvmSignature, AccountId, Authorisation};
use sp_core::{bytes, ecdsa, ed25519, sr25519, H256, U256};
use tokio::sync::broadcast::error::RecvError;

/// Codes of errors.
pub mod code {
	/// The operation is refused, for good or for now: `data` says why, and whether it may be given again.
	pub const REFUSED: i32 = -32_100;
	/// Too many wait: try again later.
	pub const BUSY: i32 = -32_101;
	/// More operations at once than are taken: give fewer.
	pub const TOO_MANY: i32 = -32_102;
	/// This node does not record operations: ask an anchor.
	pub const NO_ANCHOR: i32 = -32_103;
}

/// An operation, as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperationJson {
	/// The class.
	pub class: u32,
	/// The instance: hexadecimal, `0x...`.
	pub instance: U256,
	/// Its number.
	pub seq: u64,
	/// The kind.
	pub kind: u8,
	/// The signer's account, 32 bytes.
	pub actor: H256,
	/// The new holder's account, or zero.
	pub to: H256,
	/// Commitment to the payload.
	pub data: H256,
	/// When it was signed, in milliseconds since 1970.
	pub time_ms: u64,
	/// The signature.
	pub signature: SignatureJson,
}

/// A signature of an operation's EIP-712 digest, as JSON: `{"evm": "0x..."}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum SignatureJson {
	/// 64 bytes.
	Sr25519(Hex),
	/// 64 bytes.
	Ed25519(Hex),
	/// 65 bytes, over BLAKE2b-256 of the digest, as the SDK signs.
	Ecdsa(Hex),
	/// 65 bytes, as Ethereum wallets sign.
	Evm(Hex),
}

/// Bytes in hexadecimal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hex(#[serde(with = "bytes")] pub Vec<u8>);

impl TryFrom<SignatureJson> for Authorisation {
	type Error = Refusal;

	fn try_from(json: SignatureJson) -> Result<Self, Refusal> {
		fn exactly<const N: usize>(hex: &Hex) -> Result<[u8; N], Refusal> {
			hex.0.as_slice().try_into().map_err(|_| Refusal::BadSignature)
		}
		Ok(match json {
			SignatureJson::Sr25519(hex) => {
				Self::Sr25519(sr25519::Signature::from_raw(exactly(&hex)?))
			},
			SignatureJson::Ed25519(hex) => {
				Self::Ed25519(ed25519::Signature::from_raw(exactly(&hex)?))
			},
			SignatureJson::Ecdsa(hex) => Self::Ecdsa(ecdsa::Signature::from_raw(exactly(&hex)?)),
			SignatureJson::Evm(hex) => Self::Evm(EvmSignature(exactly(&hex)?)),
		})
	}
}

impl TryFrom<OperationJson> for SignedOperation {
	type Error = Refusal;

	fn try_from(json: OperationJson) -> Result<Self, Refusal> {
		let operation = Operation {
			class: json.class,
			instance: json.instance,
			seq: json.seq,
			kind: json.kind,
			actor: AccountId::new(json.actor.0),
			to: AccountId::new(json.to.0),
			data: json.data,
			time_ms: json.time_ms,
		};
		Ok(Self { operation, authorisation: json.signature.try_into()? })
	}
}

/// What came of one operation of a submission.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Submission {
	/// It is on this anchor's disk: its digest, to watch it by.
	Submitted(H256),
	/// It is not taken.
	Refused(RefusalJson),
}

/// Why an operation is not accepted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusalJson {
	/// The reason's name.
	pub reason: String,
	/// Whether nothing makes it acceptable: else it may be given again.
	pub is_final: bool,
}

impl From<Refusal> for RefusalJson {
	fn from(refusal: Refusal) -> Self {
		Self { reason: format!("{refusal:?}"), is_final: refusal.is_final() }
	}
}

/// A step in an operation's life.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "step")]
pub enum Step {
	/// This anchor accepted it in the interval.
	Accepted {
		/// The interval.
		interval: u64,
	},
	/// A quorum accepted it.
	Certified {
		/// The interval.
		interval: u64,
	},
	/// A quorum announced it: it will be in the interval's snapshot or in an earlier one.
	Final {
		/// The interval.
		interval: u64,
	},
	/// It is in the interval's snapshot.
	InSnapshot {
		/// The interval.
		interval: u64,
	},
	/// It is recorded anew in the interval.
	Requeued {
		/// The interval.
		interval: u64,
	},
	/// It is not accepted.
	Refused(RefusalJson),
}

/// The step that an event is for one operation; `None` if it is none.
fn step(event: &Event, of: &H256) -> Option<Step> {
	let (digest, step) = match event {
		Event::Accepted(digest, interval) => (digest, Step::Accepted { interval: *interval }),
		Event::Certified(digest, interval) => (digest, Step::Certified { interval: *interval }),
		Event::Final(digest, interval) => (digest, Step::Final { interval: *interval }),
		Event::Settled(digest, interval) => (digest, Step::InSnapshot { interval: *interval }),
		Event::Requeued(digest, interval) => (digest, Step::Requeued { interval: *interval }),
		Event::Refused(digest, refusal) => (digest, Step::Refused((*refusal).into())),
		Event::LogIsOlder(_) | Event::Abstains(_) | Event::Closed(_) => return None,
	};
	(digest == of).then_some(step)
}

/// Operations.
#[rpc(server, namespace = "smartlayer")]
pub trait OperationsApi {
	/// Gives an operation to this anchor and returns its digest once it is on disk. Giving it twice is harmless.
	#[method(name = "submitOperation")]
	async fn submit_operation(&self, operation: OperationJson) -> RpcResult<H256>;

	/// Gives many at once; each is answered for itself, in order.
	#[method(name = "submitOperations")]
	async fn submit_operations(&self, operations: Vec<OperationJson>)
		-> RpcResult<Vec<Submission>>;

	/// Gives an operation to this anchor and tells every step of its life, to the last.
	#[subscription(
		name = "watchOperation" => "operation",
		unsubscribe = "unwatchOperation",
		item = Step,
	)]
	async fn watch_operation(&self, operation: OperationJson) -> SubscriptionResult;
}

/// The methods of an anchor.
pub struct Operations {
	log: Option<OperationLog>,
	executor: SubscriptionTaskExecutor,
}

impl Operations {
	/// Methods over this node's operation log, if it has one.
	pub const fn new(log: Option<OperationLog>, executor: SubscriptionTaskExecutor) -> Self {
		Self { log, executor }
	}

	fn log(&self) -> RpcResult<&OperationLog> {
		self.log.as_ref().ok_or_else(|| {
			let message = "this node does not record operations: ask an anchor";
			ErrorObjectOwned::owned(code::NO_ANCHOR, message, None::<()>)
		})
	}

	async fn submit(
		&self,
		operations: Vec<OperationJson>,
	) -> RpcResult<Vec<Result<H256, Refusal>>> {
		let parsed: Vec<Result<SignedOperation, Refusal>> =
			operations.into_iter().map(TryInto::try_into).collect();
		let good = parsed.iter().filter_map(|it| it.as_ref().ok().cloned()).collect();
		let mut taken = self.log()?.submit(good).await.map_err(unanswered)?.into_iter();
		let answers = parsed.into_iter().map(|parsed| match parsed {
			Ok(_) => taken.next().unwrap_or(Err(Refusal::NotAccepting)),
			Err(refusal) => Err(refusal),
		});
		Ok(answers.collect())
	}
}

fn unanswered(why: Unanswered) -> ErrorObjectOwned {
	let code = match why {
		Unanswered::Stopped => code::NO_ANCHOR,
		Unanswered::TooMany(_) => code::TOO_MANY,
		Unanswered::Busy => code::BUSY,
	};
	ErrorObjectOwned::owned(code, why.to_string(), None::<()>)
}

fn refused(refusal: Refusal) -> ErrorObjectOwned {
	let json = RefusalJson::from(refusal);
	let what = if json.is_final { "sign another one" } else { "it may be given again" };
	let message = format!("the operation is refused ({}): {what}", json.reason);
	ErrorObjectOwned::owned(code::REFUSED, message, Some(json))
}

#[async_trait]
impl OperationsApiServer for Operations {
	async fn submit_operation(&self, operation: OperationJson) -> RpcResult<H256> {
		let answers = self.submit(vec![operation]).await?;
		let answer = answers.into_iter().next().unwrap_or(Err(Refusal::NotAccepting));
		answer.map_err(refused)
	}

	async fn submit_operations(
		&self,
		operations: Vec<OperationJson>,
	) -> RpcResult<Vec<Submission>> {
		let answers = self.submit(operations).await?;
		let submission = |answer: Result<H256, Refusal>| match answer {
			Ok(digest) => Submission::Submitted(digest),
			Err(refusal) => Submission::Refused(refusal.into()),
		};
		Ok(answers.into_iter().map(submission).collect())
	}

	async fn watch_operation(
		&self,
		pending: PendingSubscriptionSink,
		operation: OperationJson,
	) -> SubscriptionResult {
		// Listening begins before the operation is given, so that no step is missed.
		let mut events = match self.log() {
			Ok(log) => log.events(),
			Err(error) => {
				pending.reject(error).await;
				return Ok(());
			},
		};
		let answers = match self.submit(vec![operation]).await {
			Ok(answers) => answers,
			Err(error) => {
				pending.reject(error).await;
				return Ok(());
			},
		};
		let digest = match answers.into_iter().next().unwrap_or(Err(Refusal::NotAccepting)) {
			Ok(digest) => digest,
			Err(refusal) => {
				pending.reject(refused(refusal)).await;
				return Ok(());
			},
		};
		let sink = pending.accept().await?;
		let watch = async move {
			loop {
				let event = tokio::select! {
					event = events.recv() => event,
					() = sink.closed() => return,
				};
				let step = match event {
					Ok(event) => step(&event, &digest),
					Err(RecvError::Lagged(_)) => None,
					Err(RecvError::Closed) => return,
				};
				let Some(step) = step else { continue };
				let is_last = matches!(&step, Step::InSnapshot { .. })
					|| matches!(&step, Step::Refused(refusal) if refusal.is_final);
				let Ok(message) = SubscriptionMessage::from_json(&step) else { return };
				if sink.send(message).await.is_err() || is_last {
					return;
				}
			}
		};
		self.executor.spawn("smartlayer-watch-operation", Some("rpc"), Box::pin(watch));
		Ok(())
	}
}
