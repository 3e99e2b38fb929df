//! What every command that touches the chain needs: database, client, transaction pool, import queue.

use super::equivocations::ImportReports;
use sc_consensus_babe::{BabeBlockImport, BabeLink, BabeWorkerHandle};
use sc_consensus_grandpa::{GrandpaBlockImport, GrandpaPruningFilter, LinkHalf};
use sc_executor::WasmExecutor;
use sc_service::{Configuration, Error, PartialComponents, TaskManager};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sc_transaction_pool::TransactionPoolHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use smartlayer_runtime::apis::RuntimeApi;
use smartlayer_types::opaque::Block;
use sp_consensus_babe::{inherents::BabeCreateInherentDataProviders, SlotDuration};
use std::sync::Arc;

/// Runs the chain's Wasm with the SDK's own host functions and no others: with more, light clients and tools could not
/// run it.
type Executor = WasmExecutor<sp_io::SubstrateHostFunctions>;

/// The chain as this node sees it.
pub type Client = sc_service::TFullClient<Block, RuntimeApi, Executor>;

/// The database.
pub type Backend = sc_service::TFullBackend<Block>;

/// How the best chain is chosen: the longest above the finalised block.
pub type SelectChain = sc_consensus::LongestChain<Backend, Block>;

/// Transactions that wait for a block.
pub type TransactionPool = TransactionPoolHandle<Block, Client>;

type GrandpaImport = GrandpaBlockImport<Backend, Block, Client, SelectChain>;

/// The way of this node's own blocks into the database.
pub type BabeImport = BabeBlockImport<
	Block,
	Client,
	GrandpaImport,
	BabeCreateInherentDataProviders<Block>,
	SelectChain,
>;

/// BABE's state that authoring shares with import.
pub type Babe = BabeLink<Block>;

/// GRANDPA's state that voting shares with import.
pub type Grandpa = LinkHalf<Block, Client, SelectChain>;

type ImportQueue = sc_consensus::DefaultImportQueue<Block>;

/// The ends of consensus that authoring, finality and RPC take up.
pub struct Consensus {
	pub block_import: BabeImport,
	pub babe_link: Babe,
	pub babe_worker: BabeWorkerHandle<Block>,
	pub grandpa_link: Grandpa,
	pub telemetry: Option<Telemetry>,
}

/// An opened node that does nothing yet.
pub type Parts =
	PartialComponents<Client, Backend, SelectChain, ImportQueue, TransactionPool, Consensus>;

/// How often a justification is kept and served, in blocks; justifications of set changes are always kept.
pub const JUSTIFICATION_PERIOD: u32 = 512;

/// Opens the database and builds what stands on it.
pub fn open(config: &Configuration) -> Result<Parts, Error> {
	let telemetry = telemetry(config)?;
	let (client, backend, keystore_container, task_manager) =
		sc_service::new_full_parts::<Block, RuntimeApi, _>(
			config,
			telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
			sc_service::new_wasm_executor(&config.executor),
			// Blocks with justifications outlive pruning: warp synchronisation is served from them.
			vec![Arc::new(GrandpaPruningFilter)],
		)
		.map_err(|reason| not_opened(config, reason))?;
	let client = Arc::new(client);
	let telemetry = telemetry.map(|(worker, telemetry)| {
		task_manager.spawn_handle().spawn("telemetry", None, worker.run());
		telemetry
	});
	let select_chain = sc_consensus::LongestChain::new(backend.clone());
	let transaction_pool = Arc::new(
		sc_transaction_pool::Builder::new(
			task_manager.spawn_essential_handle(),
			client.clone(),
			config.role.is_authority().into(),
		)
		.with_options(config.transaction_pool.clone())
		.with_prometheus(config.prometheus_registry())
		.build(),
	);
	let (import_queue, consensus) =
		consensus(config, &client, &select_chain, &task_manager, telemetry)?;
	Ok(PartialComponents {
		client,
		backend,
		task_manager,
		keystore_container,
		select_chain,
		import_queue,
		transaction_pool,
		other: consensus,
	})
}

/// Says which database it was, and what can be done.
fn not_opened(config: &Configuration, reason: Error) -> Error {
	let path = config.database.path().map_or_else(String::new, |path| path.display().to_string());
	Error::Other(format!(
		"the database {path} can't be opened: {reason}. Put back a copy, or remove it with purge-chain and \
		 synchronise again"
	))
}

fn telemetry(config: &Configuration) -> Result<Option<(TelemetryWorker, Telemetry)>, Error> {
	let endpoints = config.telemetry_endpoints.clone().filter(|endpoints| !endpoints.is_empty());
	let Some(endpoints) = endpoints else { return Ok(None) };
	let worker = TelemetryWorker::new(16)?;
	let telemetry = worker.handle().new_telemetry(endpoints);
	Ok(Some((worker, telemetry)))
}

/// The way of a block into the database: BABE's checks, then GRANDPA's.
fn consensus(
	config: &Configuration,
	client: &Arc<Client>,
	select_chain: &SelectChain,
	tasks: &TaskManager,
	telemetry: Option<Telemetry>,
) -> Result<(ImportQueue, Consensus), Error> {
	let telemetry_handle = telemetry.as_ref().map(Telemetry::handle);
	let (grandpa_import, grandpa_link) = sc_consensus_grandpa::block_import(
		client.clone(),
		JUSTIFICATION_PERIOD,
		client,
		select_chain.clone(),
		telemetry_handle.clone(),
	)?;
	let babe_config = sc_consensus_babe::configuration(&**client)?;
	let slot_duration = babe_config.slot_duration();
	let (block_import, babe_link) = sc_consensus_babe::block_import(
		babe_config,
		grandpa_import.clone(),
		client.clone(),
		Arc::new(move |_, _| async move { Ok(inherents(slot_duration)) })
			as BabeCreateInherentDataProviders<Block>,
		select_chain.clone(),
		OffchainTransactionPoolFactory::new(ImportReports),
	)?;
	let (import_queue, babe_worker) =
		sc_consensus_babe::import_queue(sc_consensus_babe::ImportQueueParams {
			link: babe_link.clone(),
			block_import: block_import.clone(),
			justification_import: Some(Box::new(grandpa_import)),
			client: client.clone(),
			slot_duration,
			spawner: &tasks.spawn_essential_handle(),
			registry: config.prometheus_registry(),
			telemetry: telemetry_handle,
		})?;
	Ok((import_queue, Consensus { block_import, babe_link, babe_worker, grandpa_link, telemetry }))
}

/// What a block says of its time: the clock, and the slot that follows from it.
pub fn inherents(
	slot_duration: SlotDuration,
) -> (sp_consensus_babe::inherents::InherentDataProvider, sp_timestamp::InherentDataProvider) {
	let timestamp = sp_timestamp::InherentDataProvider::from_system_time();
	let slot = sp_consensus_babe::inherents::InherentDataProvider::from_timestamp_and_slot_duration(
		*timestamp,
		slot_duration,
	);
	(slot, timestamp)
}
