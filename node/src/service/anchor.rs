//! What a validator does beside the chain as an anchor: it records operations, with the other anchors, and makes snapshots
//! of them.
//!
//! Four tasks, all essential: the exchange between anchors, the one that hands out what arrives, the operation log, and the
//! snapshot worker. What each is driven by, guarantees and loses is on the first page of its crate. Here they are joined:
//! the snapshot worker asks the operation log for cuts and tells it what is settled; the operation log asks for the state
//! that settled snapshots left.

use super::{
	network::Network,
	partial::{Client, TransactionPool},
};
use crate::rpc::AnchorDependencies;
use futures::{
	stream::{poll_fn, select},
	Future, Stream, StreamExt,
};
use sc_client_api::{BlockchainEvents, HeaderBackend};
use sc_service::{Configuration, Error, PruningMode, TaskManager};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use smartlayer_commitment::Incomplete;
use smartlayer_operation_log::{
	engine,
	network::{
		share, AnchorNetwork, Arrivals, ChannelHandle, Limits, Members, Misbehaviour, NetworkParams,
	},
	store::{Store, StoreLimits, StoreParams},
	worker::{self as log_worker, OperationLog},
};
use smartlayer_operations::{ClassTerms, InstanceState, Slot};
use smartlayer_snapshot::archive::Archive;
use smartlayer_snapshot::worker::{
	self as snapshot_worker, Arrival, Examined, Exchange, Log, LogStopped, NoAnswer, Settled,
	Settlement, Standing, WholeCut,
};
use smartlayer_types::{evm::EvmAddress, ClassId, Hash, InstanceId};
use sp_keystore::KeystorePtr;
use std::{path::PathBuf, pin::Pin, sync::Arc};
use substrate_prometheus_endpoint::Registry;
use tokio::sync::{mpsc, oneshot, watch};

/// States that a validator keeps if it is not told otherwise, in blocks. Anchors read what holds for an interval in the state
/// after its first block until its snapshot is settled, and as many as 64 intervals of 200 blocks may wait for theirs.
const KEPT_STATES: u32 = 16_384;

/// Keeps the states that an anchor needs, unless the command line says how many.
pub fn keep_states(config: &mut Configuration) {
	if config.role.is_authority() {
		config.state_pruning.get_or_insert(PruningMode::blocks_pruning(KEPT_STATES));
	}
}

/// What the parts need of the node.
pub struct Anchor {
	folder: PathBuf,
	registry: Option<Registry>,
	pub client: Arc<Client>,
	pub pool: Arc<TransactionPool>,
	pub keystore: KeystorePtr,
}

impl Anchor {
	/// An anchor that keeps what it records beside the chain's database.
	pub fn new(
		config: &Configuration,
		client: Arc<Client>,
		pool: Arc<TransactionPool>,
		keystore: KeystorePtr,
	) -> Self {
		let folder = config.base_path.config_dir(config.chain_spec.id()).join("anchor");
		let registry = config.prometheus_registry().cloned();
		Self { folder, registry, client, pool, keystore }
	}

	/// Starts all tasks, and returns what clients use.
	pub fn start(
		self,
		network: &mut Network,
		directory: sc_authority_discovery::Service,
		tasks: &TaskManager,
	) -> Result<Option<AnchorDependencies>, Error> {
		let Some(protocols) = network.anchors.take() else { return Ok(None) };
		let genesis = self.client.info().genesis_hash;
		let store = self.operations(genesis)?;
		let (folder, settled) = self.snapshots(genesis)?;
		let (members, known) = watch::channel(Members::new());
		let (handle, events, exchange) = AnchorNetwork::new(NetworkParams {
			service: network.service.clone(),
			protocols,
			keystore: self.keystore.clone(),
			genesis,
			members: known,
			directory,
			limits: Limits::default(),
			registry: self.registry.clone(),
		})?;
		let ([operations, snapshot_channel], arrivals, distribution) = share(&handle, events);
		let Arrivals { operations: letters, snapshots: snapshot_letters, questions } = arrivals;
		let pool = OffchainTransactionPoolFactory::new(self.pool.clone());

		let archive = Archive::new(settled.clone());
		let recent = settled.recent(genesis).map_err(failed)?.into_iter().map(settlement).collect();
		let (log, log_worker) = log_worker::new(log_worker::Params {
			chain: Arc::new(log_worker::NodeChain(self.client.clone(), pool.clone())),
			finality: self.finality(),
			settled: Arc::new(SettledState(settled.clone())),
			recent,
			keystore: self.keystore.clone(),
			genesis,
			network: (operations, letters),
			members,
			store,
			config: engine::Config::default(),
			registry: self.registry.clone(),
		})?;
		let blocks = self.client.import_notification_stream();
		let blocks = blocks.filter(|it| futures::future::ready(it.is_new_best)).map(|_| ());
		let snapshot_worker = snapshot_worker::run(snapshot_worker::Params {
			chain: Arc::new(snapshot_worker::NodeChain(self.client.clone(), pool)),
			blocks: Box::pin(blocks),
			finality: self.finality(),
			log: RecordingLog(log.clone()),
			exchange: AnchorExchange(snapshot_channel),
			arrivals: Box::pin(arrivals_of(snapshot_letters, questions)),
			settled,
			folder,
			keystore: self.keystore.clone(),
			genesis,
			config: snapshot_worker::Config::default(),
			registry: self.registry.clone(),
		});

		let tasks = tasks.spawn_essential_handle();
		let group = Some("anchor");
		tasks.spawn("anchor-exchange", group, exchange);
		tasks.spawn("anchor-distribution", group, distribution);
		tasks.spawn_blocking("operation-log", group, telling("operation log", log_worker.run()));
		tasks.spawn_blocking("snapshots", group, telling("snapshot worker", snapshot_worker));
		Ok(Some(AnchorDependencies { log, archive }))
	}

	/// Opens what the operation log keeps.
	fn operations(&self, genesis: Hash) -> Result<Store, Error> {
		let params = StoreParams {
			directory: self.folder.join("operations"),
			genesis,
			limits: StoreLimits::default(),
			registry: self.registry.clone(),
		};
		Store::open(&params).map_err(failed)
	}

	/// Opens what the snapshot worker keeps, and says where.
	fn snapshots(&self, genesis: Hash) -> Result<(PathBuf, Settled), Error> {
		let folder = self.folder.join("snapshots");
		std::fs::create_dir_all(&folder)?;
		let settled = snapshot_worker::open(&folder, genesis).map_err(failed)?;
		Ok((folder, settled))
	}

	/// Says that there are new final blocks.
	fn finality(&self) -> Pin<Box<dyn Stream<Item = ()> + Send>> {
		Box::pin(self.client.finality_notification_stream().map(|_| ()))
	}
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Error {
	Error::Application(error.into())
}

/// Says why a part ended, before the node ends with it.
async fn telling<E: std::error::Error>(part: &str, work: impl Future<Output = Result<(), E>>) {
	if let Err(error) = work.await {
		log::error!(target: "anchor", "the {part} stopped, and this node with it: {error}");
	}
}

/// The state that settled snapshots left, for the operation log.
struct SettledState(Settled);

impl log_worker::Settled for SettledState {
	fn state(&self, class: ClassId, instance: InstanceId) -> InstanceState {
		self.0.state(class, instance)
	}

	fn is_taken(&self, slot: &Slot) -> bool {
		self.0.is_taken(slot)
	}
}

fn settlement(of: Settlement) -> engine::Settlement {
	let Settlement { interval, ends, operations } = of;
	engine::Settlement { interval, ends, operations }
}

/// The operation log, for the snapshot worker.
#[derive(Clone)]
struct RecordingLog(OperationLog);

impl Log for RecordingLog {
	async fn cut(&self, interval: u64) -> Result<Option<WholeCut>, LogStopped> {
		let whole = self.0.cut(interval).await.map_err(|_| LogStopped)?;
		Ok(whole.map(|engine::WholeCut { cut, vectors }| WholeCut { cut, vectors }))
	}

	async fn certify(
		&self,
		cut: Arc<WholeCut>,
	) -> Result<Result<Examined, Incomplete>, LogStopped> {
		let WholeCut { cut, vectors } = Arc::unwrap_or_clone(cut);
		let whole = Arc::new(engine::WholeCut { cut, vectors });
		let examined = self.0.certify(whole).await.map_err(|_| LogStopped)?;
		Ok(examined.map(|it| Examined { certified: it.certified, goes_on: it.goes_on }))
	}

	async fn standing(&self, interval: u64) -> Result<Option<Standing>, LogStopped> {
		let standing = self.0.standing(interval).await.map_err(|_| LogStopped)?;
		Ok(standing.map(|it| Standing {
			is_closed: it.is_closed,
			all_closed: it.all_closed,
			announced: it.announced,
			oldest_ms: it.oldest_ms,
		}))
	}

	async fn class(
		&self,
		interval: u64,
		class: ClassId,
	) -> Result<Option<Arc<ClassTerms>>, LogStopped> {
		self.0.class(interval, class).await.map_err(|_| LogStopped)
	}

	async fn settle(&self, settled: Settlement) -> Result<(), LogStopped> {
		self.0.settle(settlement(settled)).await.map_err(|_| LogStopped)
	}
}

/// The other anchors, for the snapshot worker.
#[derive(Clone)]
struct AnchorExchange(ChannelHandle);

impl Exchange for AnchorExchange {
	fn broadcast(&self, bytes: Vec<u8>) {
		if let Err(error) = self.0.broadcast(bytes) {
			log::error!(target: "anchor", "a message can't be sent: {error}");
		}
	}

	async fn request(&self, to: EvmAddress, bytes: Vec<u8>) -> Result<Vec<u8>, NoAnswer> {
		self.0.request(to, bytes).await.map_err(|_| NoAnswer)
	}

	fn report(&self, anchor: EvmAddress) {
		self.0.report_bad(anchor, Misbehaviour::Invalid);
	}
}

/// What other anchors tell and ask the snapshot worker.
fn arrivals_of(
	mut letters: mpsc::Receiver<smartlayer_operation_log::network::Letter>,
	mut questions: mpsc::Receiver<smartlayer_operation_log::network::Question>,
) -> impl Stream<Item = Arrival> + Send {
	let letters = poll_fn(move |context| letters.poll_recv(context));
	let letters = letters.map(|(from, bytes)| Arrival::Message { from, bytes });
	let questions = poll_fn(move |context| questions.poll_recv(context));
	let questions = questions.map(|(from, bytes, to)| {
		let (reply, answer) = oneshot::channel::<Vec<u8>>();
		tokio::spawn(async move {
			if let Ok(bytes) = answer.await {
				to.send(bytes);
			}
		});
		Arrival::Request { from, bytes, reply }
	});
	select(letters, questions)
}
