//! Operations over JSON-RPC: giving them to this anchor and watching what comes of them.
//!
//! Errors: [`code`](super::code) lists them; each message says what to do.

use super::code;
use codec::Encode;
use jsonrpsee::{
	core::{async_trait, RpcResult, SubscriptionResult},
	proc_macros::rpc,
	types::ErrorObjectOwned,
	PendingSubscriptionSink, SubscriptionMessage,
};
use sc_rpc::SubscriptionTaskExecutor;
use serde::{Deserialize, Serialize};
use smartlayer_commitment::Cut;
use smartlayer_operation_log::{
	engine::Finality,
	worker::{Event, OperationLog, Unanswered, Watch},
};
use smartlayer_operations::{Operation, Refusal, SignedOperation};
use smartlayer_snapshot::archive::{Archive, NoAnswer};
use smartlayer_types::{evm::EvmSignature, AccountId, Authorisation};
use sp_core::{bytes, ecdsa, ed25519, sr25519, H256, U256};

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

/// The step that an event is; `None` if it is none of an operation.
fn step(event: &Event) -> Option<Step> {
	Some(match *event {
		Event::Accepted(_, interval) => Step::Accepted { interval },
		Event::Certified(_, interval) => Step::Certified { interval },
		Event::Final(_, interval) => Step::Final { interval },
		Event::Settled(_, interval) => Step::InSnapshot { interval },
		Event::Requeued(_, interval) => Step::Requeued { interval },
		Event::Refused(_, refusal) => Step::Refused(refusal.into()),
		Event::LogIsOlder(_) | Event::Abstains(_) | Event::Closed(_) => return None,
	})
}

/// The proof that an operation is final.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FinalityJson {
	/// The interval in which it is.
	pub interval: u64,
	/// The proof, in SCALE.
	pub proof: Hex,
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

	/// The proof that an operation is final, before its interval's snapshot is settled.
	#[method(name = "finalityProof")]
	async fn finality_proof(&self, digest: H256) -> RpcResult<FinalityJson>;

	/// Gives an operation to this anchor and tells every step of its life, to the last. Whoever gives it again is told how
	/// far it is. A watcher that reads too slowly is told no more: give it again.
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
	archive: Option<Archive>,
	executor: SubscriptionTaskExecutor,
}

impl Operations {
	/// Methods over this node's operation log and what is settled, if it is an anchor.
	pub const fn new(
		log: Option<OperationLog>,
		archive: Option<Archive>,
		executor: SubscriptionTaskExecutor,
	) -> Self {
		Self { log, archive, executor }
	}

	fn log(&self) -> RpcResult<&OperationLog> {
		self.log.as_ref().ok_or_else(super::no_anchor)
	}

	async fn follow(&self, operation: OperationJson) -> RpcResult<Watch> {
		let operation = operation.try_into().map_err(refused)?;
		self.log()?.follow(operation).await.map_err(unanswered)?.map_err(refused)
	}

	/// The cut of a settled interval.
	async fn cut(&self, interval: u64) -> RpcResult<Cut> {
		let archive = self.archive.clone().ok_or_else(super::no_anchor)?;
		let read = tokio::task::spawn_blocking(move || archive.cut(interval)).await;
		read.unwrap_or(Err(NoAnswer::Failed)).map_err(super::no_answer)
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

	async fn finality_proof(&self, digest: H256) -> RpcResult<FinalityJson> {
		let finality = self.log()?.finality(digest).await.map_err(unanswered)?;
		let Finality { interval, base, mut proof } = finality.ok_or_else(|| {
			let message = "no proof: the operation is not final, its interval is settled (ask for operationProof), \
				or too much has followed (wait for the snapshot)";
			ErrorObjectOwned::owned(code::NOT_FINAL, message, None::<()>)
		})?;
		if base > 0 {
			proof.base = Some(self.cut(base).await?);
		}
		Ok(FinalityJson { interval, proof: Hex(proof.encode()) })
	}

	async fn watch_operation(
		&self,
		pending: PendingSubscriptionSink,
		operation: OperationJson,
	) -> SubscriptionResult {
		let mut watch = match self.follow(operation).await {
			Ok(watch) => watch,
			Err(error) => {
				pending.reject(error).await;
				return Ok(());
			},
		};
		let sink = pending.accept().await?;
		let watch = async move {
			loop {
				let event = tokio::select! {
					event = watch.next() => event,
					() = sink.closed() => return,
				};
				let Some(event) = event else { return };
				let Some(step) = step(&event) else { continue };
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
