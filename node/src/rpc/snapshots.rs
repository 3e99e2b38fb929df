//! Snapshots, states and operations over JSON-RPC, with proofs that need no trust in this node.
//!
//! Proofs are in the forms of the shared test vectors, with the protocol's names of fields, as contracts and libraries take
//! them. Errors: [`code`](super::code) lists them; each message says what is the matter.

use super::no_answer;
use crate::service::Client;
use futures::future::{select, Either, Future};
use jsonrpsee::{
	core::{async_trait, RpcResult, SubscriptionResult},
	proc_macros::rpc,
	PendingSubscriptionSink, SubscriptionMessage, SubscriptionSink,
};
use sc_client_api::HeaderBackend;
use sc_rpc::SubscriptionTaskExecutor;
use serde::{Deserialize, Serialize};
use smartlayer_commitment::{
	proof::Finding, BitmapProof, OperationProof, Snapshot, SnapshotProof, StateProof,
};
use smartlayer_operations::{InstanceState, Operation};
use smartlayer_snapshot::archive::{Archive, NoAnswer, Page, Place, Proven};
use smartlayer_types::{
	eip712::Domain, registry_api::TokenRegistryApi, rules::bit, ClassId, Kind, Mask, SignerRole,
};
use sp_api::ProvideRuntimeApi;
use sp_core::{H256, U256};
use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

/// How long a subscription waits before it reads on, if too many questions are asked at once.
const PAUSE: Duration = Duration::from_millis(250);

/// A snapshot with its hash.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SnapshotJson {
	/// What contracts store.
	pub hash: H256,
	/// The snapshot.
	pub snapshot: Snapshot,
}

/// The state of an instance.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstanceJson {
	/// The interval after which this is the state.
	pub interval: u64,
	/// Kinds that were recorded and not cleared since, one bit each.
	pub mask: u32,
	/// Kinds that were ever recorded.
	pub ever: u32,
	/// The holder's account; `null` if there is none.
	pub holder: Option<H256>,
	/// The number of the next sequenced operation.
	pub next_seq: u64,
}

impl From<(u64, InstanceState)> for InstanceJson {
	fn from((interval, state): (u64, InstanceState)) -> Self {
		let holder = Some(H256(state.holder.into())).filter(|it| !it.is_zero());
		let InstanceState { mask, ever, next_seq, .. } = state;
		Self { interval, mask, ever, holder, next_seq }
	}
}

/// A place in the order of all operations.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceJson {
	/// The interval.
	pub interval: u64,
	/// Index in its operations tree.
	pub index: u64,
}

/// An operation that is in a snapshot.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedJson {
	/// The snapshot's interval.
	pub interval: u64,
	/// Index in its operations tree.
	pub index: u64,
	/// What its actor signed: by this its proof is asked for.
	pub digest: H256,
	/// The class.
	pub class: ClassId,
	/// The instance.
	pub instance: U256,
	/// Its number.
	pub seq: u64,
	/// The kind.
	pub kind: Kind,
	/// The signer's account.
	pub actor: H256,
	/// The new holder's account, or zero.
	pub to: H256,
	/// Commitment to the payload.
	pub data: H256,
	/// When it was signed, in milliseconds since 1970.
	pub time_ms: u64,
}

impl RecordedJson {
	fn of((Place { interval, index }, operation): &(Place, Operation), domain: &Domain) -> Self {
		let Operation { class, instance, seq, kind, data, time_ms, .. } = *operation;
		let [actor, to] = [&operation.actor, &operation.to].map(|it| H256(*it.as_ref()));
		let digest = operation.digest(domain);
		let (interval, index) = (*interval, *index);
		Self { interval, index, digest, class, instance, seq, kind, actor, to, data, time_ms }
	}
}

/// Operations in their order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PageJson {
	/// The operations.
	pub operations: Vec<RecordedJson>,
	/// Where the next page begins.
	pub next: PlaceJson,
	/// The last settled interval: if `next` is behind it, there is no more now.
	pub settled: u64,
}

/// A proof with what shows the snapshot that it is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProvenJson<P> {
	/// The interval that it speaks of.
	pub interval: u64,
	/// The proof.
	pub proof: P,
	/// The interval's snapshot, alone or under a later one.
	pub shown: SnapshotProof,
}

impl<P> From<Proven<P>> for ProvenJson<P> {
	fn from(Proven { interval, proof, shown }: Proven<P>) -> Self {
		Self { interval, proof, shown }
	}
}

/// Snapshots and what is in them.
#[rpc(server, namespace = "smartlayer")]
pub trait SnapshotsApi {
	/// The snapshot of an interval, or the last one that is settled here.
	#[method(name = "snapshot", blocking)]
	fn snapshot(&self, interval: Option<u64>) -> RpcResult<SnapshotJson>;

	/// The state of an instance after the last settled interval.
	#[method(name = "instanceState", blocking)]
	fn instance_state(&self, class: ClassId, instance: U256) -> RpcResult<InstanceJson>;

	/// Operations of an instance in their order, at most 1,000, from a place on.
	#[method(name = "operations", blocking)]
	fn operations(
		&self,
		class: ClassId,
		instance: U256,
		from: Option<PlaceJson>,
	) -> RpcResult<PageJson>;

	/// The proof of an operation by its digest, under its own snapshot or that of interval `under`.
	#[method(name = "operationProof", blocking)]
	fn operation_proof(
		&self,
		digest: H256,
		under: Option<u64>,
	) -> RpcResult<ProvenJson<OperationProof>>;

	/// The proof that an operation of a kind is recorded for an instance in an interval.
	#[method(name = "bitProof", blocking)]
	fn bit_proof(
		&self,
		class: ClassId,
		instance: U256,
		kind: Kind,
		interval: u64,
		under: Option<u64>,
	) -> RpcResult<ProvenJson<BitmapProof>>;

	/// The proof that none is.
	#[method(name = "absenceProof", blocking)]
	fn absence_proof(
		&self,
		class: ClassId,
		instance: U256,
		kind: Kind,
		interval: u64,
		under: Option<u64>,
	) -> RpcResult<ProvenJson<BitmapProof>>;

	/// The proof of an instance's state after the last settled interval, or that it has none.
	#[method(name = "stateProof", blocking)]
	fn state_proof(&self, class: ClassId, instance: U256) -> RpcResult<ProvenJson<StateProof>>;

	/// The proof of a snapshot under that of a later interval.
	#[method(name = "historyProof", blocking)]
	fn history_proof(&self, interval: u64, under: u64) -> RpcResult<SnapshotProof>;

	/// Operations of a class that its issuer signs, in their order from a place on: those that are settled, and each that
	/// follows.
	#[subscription(
		name = "attestations" => "attestation",
		unsubscribe = "unsubscribeAttestations",
		item = RecordedJson,
	)]
	async fn attestations(&self, class: ClassId, from: Option<PlaceJson>) -> SubscriptionResult;
}

/// The methods of an anchor.
pub struct Snapshots {
	archive: Option<Archive>,
	client: Arc<Client>,
	domain: Domain,
	executor: SubscriptionTaskExecutor,
}

impl Snapshots {
	/// Methods over what this node has settled, if it is an anchor.
	pub fn new(
		archive: Option<Archive>,
		client: Arc<Client>,
		executor: SubscriptionTaskExecutor,
	) -> Self {
		let domain = Domain::of(client.info().genesis_hash);
		Self { archive, client, domain, executor }
	}

	fn archive(&self) -> RpcResult<&Archive> {
		self.archive.as_ref().ok_or_else(super::no_anchor)
	}

	fn bitmap(
		&self,
		of: (ClassId, U256),
		kind: Kind,
		(interval, under): (u64, Option<u64>),
	) -> RpcResult<(ProvenJson<BitmapProof>, Finding)> {
		let proven = self.archive()?.bitmap_proof(of, kind, interval, under);
		let (proven, finding) = proven.map_err(no_answer)?;
		Ok((proven.into(), finding))
	}

	/// What a subscription needs, and the first page.
	async fn begin(
		&self,
		class: ClassId,
		from: Option<PlaceJson>,
	) -> RpcResult<(Attestations, Page)> {
		let (archive, client) = (self.archive()?.clone(), self.client.clone());
		let attestations = Attestations { archive, client, domain: self.domain, class };
		let page = attestations.page(place(from)).await.map_err(no_answer)?;
		Ok((attestations, page))
	}
}

/// The kinds that somebody signs under any version of a class's rules that is kept, one bit each; `None` if there is no such
/// class.
fn kinds(client: &Client, class: ClassId, signer: SignerRole) -> Result<Option<Mask>, NoAnswer> {
	let at = client.info().finalized_hash;
	let versions = client.runtime_api().rules_versions(at, class).map_err(|_| NoAnswer::Failed)?;
	let kinds = versions.iter().flat_map(|it| (0u8..).zip(it.rules.kinds()));
	let signed = kinds.filter(|(_, rule)| rule.signer == signer);
	let mask = signed.filter_map(|(kind, _)| bit(kind)).fold(0, |mask, bit| mask | bit);
	Ok((!versions.is_empty()).then_some(mask))
}

fn place(from: Option<PlaceJson>) -> Place {
	from.map_or_else(Place::default, |PlaceJson { interval, index }| Place { interval, index })
}

#[async_trait]
impl SnapshotsApiServer for Snapshots {
	fn snapshot(&self, interval: Option<u64>) -> RpcResult<SnapshotJson> {
		let snapshot = self.archive()?.snapshot(interval).map_err(no_answer)?;
		Ok(SnapshotJson { hash: snapshot.hash(), snapshot })
	}

	fn instance_state(&self, class: ClassId, instance: U256) -> RpcResult<InstanceJson> {
		self.archive()?.state(class, instance).map(Into::into).map_err(no_answer)
	}

	fn operations(
		&self,
		class: ClassId,
		instance: U256,
		from: Option<PlaceJson>,
	) -> RpcResult<PageJson> {
		let archive = self.archive()?;
		// Of a class that there is not, nothing is recorded.
		let recorded = || Ok(kinds(&self.client, class, SignerRole::ServiceNode)?.unwrap_or(0));
		let page = archive.operations((class, instance), recorded, place(from));
		let page = page.map_err(no_answer)?;
		let Page { operations, next, settled } = page;
		let recorded = |it: &(Place, Operation)| RecordedJson::of(it, &self.domain);
		let next = PlaceJson { interval: next.interval, index: next.index };
		Ok(PageJson { operations: operations.iter().map(recorded).collect(), next, settled })
	}

	fn operation_proof(
		&self,
		digest: H256,
		under: Option<u64>,
	) -> RpcResult<ProvenJson<OperationProof>> {
		self.archive()?.operation_proof(&digest, under).map(Into::into).map_err(no_answer)
	}

	fn bit_proof(
		&self,
		class: ClassId,
		instance: U256,
		kind: Kind,
		interval: u64,
		under: Option<u64>,
	) -> RpcResult<ProvenJson<BitmapProof>> {
		match self.bitmap((class, instance), kind, (interval, under))? {
			(proven, Finding::Recorded) => Ok(proven),
			(_, Finding::Absent(_)) => Err(no_answer(NoAnswer::NotRecorded)),
		}
	}

	fn absence_proof(
		&self,
		class: ClassId,
		instance: U256,
		kind: Kind,
		interval: u64,
		under: Option<u64>,
	) -> RpcResult<ProvenJson<BitmapProof>> {
		match self.bitmap((class, instance), kind, (interval, under))? {
			(proven, Finding::Absent(_)) => Ok(proven),
			(_, Finding::Recorded) => Err(no_answer(NoAnswer::Recorded)),
		}
	}

	fn state_proof(&self, class: ClassId, instance: U256) -> RpcResult<ProvenJson<StateProof>> {
		self.archive()?.state_proof(class, instance).map(Into::into).map_err(no_answer)
	}

	fn history_proof(&self, interval: u64, under: u64) -> RpcResult<SnapshotProof> {
		self.archive()?.history_proof(interval, under).map_err(no_answer)
	}

	async fn attestations(
		&self,
		pending: PendingSubscriptionSink,
		class: ClassId,
		from: Option<PlaceJson>,
	) -> SubscriptionResult {
		let (attestations, page) = match self.begin(class, from).await {
			Ok(begun) => begun,
			Err(error) => {
				pending.reject(error).await;
				return Ok(());
			},
		};
		let sink = pending.accept().await?;
		let tell = async move { attestations.tell(page, sink).await };
		self.executor.spawn("smartlayer-attestations", Some("rpc"), Box::pin(tell));
		Ok(())
	}
}

/// The operations of a class that its issuer signs.
#[derive(Clone)]
struct Attestations {
	archive: Archive,
	client: Arc<Client>,
	domain: Domain,
	class: ClassId,
}

impl Attestations {
	/// A page, read where blocking is allowed.
	async fn page(&self, from: Place) -> Result<Page, NoAnswer> {
		let this = self.clone();
		let read = move || {
			let issued = || {
				let kinds = kinds(&this.client, this.class, SignerRole::Issuer)?;
				kinds.ok_or(NoAnswer::NoSuchKind)
			};
			this.archive.operations_of_kinds(this.class, issued, from)
		};
		// If it does not end, the node is shutting down.
		tokio::task::spawn_blocking(read).await.unwrap_or(Err(NoAnswer::Failed))
	}

	/// Tells page after page, until the client leaves or what it has not read is pruned.
	async fn tell(self, mut page: Page, sink: SubscriptionSink) {
		let mut settled = self.archive.follow();
		loop {
			for operation in &page.operations {
				let recorded = RecordedJson::of(operation, &self.domain);
				let Ok(message) = SubscriptionMessage::from_json(&recorded) else { return };
				if sink.send(message).await.is_err() {
					return;
				}
			}
			let from = page.next;
			let is_there = settled.wait_for(|it| *it >= from.interval);
			if !before_it_closes(&sink, is_there).await {
				return;
			}
			page = loop {
				match self.page(from).await {
					Ok(next) => break next,
					Err(NoAnswer::Busy) if before_it_closes(&sink, pause()).await => {},
					Err(_) => return,
				}
			};
		}
	}
}

/// Waits for something; `false` if it fails or the client leaves before.
async fn before_it_closes<T, E>(
	sink: &SubscriptionSink,
	event: impl Future<Output = Result<T, E>>,
) -> bool {
	let (event, closed) = (pin!(event), pin!(sink.closed()));
	matches!(select(event, closed).await, Either::Left((Ok(_), _)))
}

/// A moment, after which fewer questions may be asked.
async fn pause() -> Result<(), Infallible> {
	tokio::time::sleep(PAUSE).await;
	Ok(())
}
