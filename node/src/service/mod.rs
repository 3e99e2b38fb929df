//! The node's parts and how they are started: [`ports`] makes sure that they can be reached, [`partial`] opens what every
//! command needs, [`network`] connects, [`consensus`] writes and finalises blocks, [`equivocations`] reports who writes
//! two in one slot, [`workers`] do what runs beside the chain, and [`anchor`] what makes a validator an anchor.

mod anchor;
mod consensus;
mod equivocations;
mod network;
mod partial;
mod ports;
mod workers;

pub use partial::{open, Backend, Client, Parts, SelectChain, TransactionPool};

use crate::rpc;
use anchor::Anchor;
use sc_consensus_grandpa::{FinalityProofProvider, SharedVoterState};
use sc_service::{Configuration, Error, PartialComponents, SpawnTasksParams, TaskManager};
use sc_storage_monitor::StorageMonitorParams;
use std::sync::Arc;

/// Starts a node. It runs until the returned task manager is dropped or one of its essential tasks ends.
pub fn start(
	mut config: Configuration,
	storage: StorageMonitorParams,
) -> Result<TaskManager, Error> {
	ports::claim(&mut config)?;
	anchor::keep_states(&mut config);
	let role = consensus::Role::of(&config);
	let discovery = workers::AuthorityDiscovery::of(&config);
	let database = config.database.path().map(ToOwned::to_owned);

	let PartialComponents {
		client,
		backend,
		task_manager: mut tasks,
		keystore_container,
		select_chain,
		import_queue,
		transaction_pool: pool,
		other: mut halves,
	} = open(&config)?;
	let keystore = keystore_container.keystore();
	let sources = network::Sources {
		client: &client,
		backend: &backend,
		pool: &pool,
		grandpa_link: &halves.grandpa_link,
		tasks: &tasks,
	};
	let (mut network, controls) = network::start(&config, sources, import_queue)?;
	let anchor = Anchor::new(&config, client.clone(), pool.clone(), keystore.clone());
	let addresses = discovery.start(client.clone(), keystore.clone(), &network, &tasks);
	let anchor = match addresses {
		Some(addresses) => anchor.start(&mut network, addresses, &tasks)?,
		None => None,
	};
	let voter_state = SharedVoterState::empty();
	let tools = consensus::Tools {
		client: client.clone(),
		pool: pool.clone(),
		select_chain,
		keystore: keystore.clone(),
		voter_state,
	};

	sc_service::spawn_tasks(SpawnTasksParams {
		rpc_builder: rpc_builder(&config, &tools, &backend, &halves, anchor),
		config,
		client: client.clone(),
		backend,
		task_manager: &mut tasks,
		keystore: keystore.clone(),
		transaction_pool: pool,
		network: network.service.clone(),
		sync_service: network.sync.clone(),
		system_rpc_tx: controls.system_rpc,
		tx_handler_controller: controls.transactions,
		telemetry: halves.telemetry.as_mut(),
		tracing_execute_block: None,
	})?;
	workers::watch_storage(storage, database, &tasks)?;
	equivocations::start(client, tools.pool.clone(), &tasks);
	consensus::start(role, tools, network, halves, &tasks)?;
	Ok(tasks)
}

/// Makes the RPC methods, once for each server.
fn rpc_builder(
	config: &Configuration,
	tools: &consensus::Tools,
	backend: &Arc<Backend>,
	halves: &partial::Consensus,
	anchor: Option<rpc::AnchorDependencies>,
) -> Box<dyn Fn(sc_rpc::SubscriptionTaskExecutor) -> Result<jsonrpsee::RpcModule<()>, Error>> {
	let client = tools.client.clone();
	let pool = tools.pool.clone();
	let select_chain = tools.select_chain.clone();
	let keystore = tools.keystore.clone();
	let chain_spec = config.chain_spec.cloned_box();
	let babe = halves.babe_worker.clone();
	let authority_set = halves.grandpa_link.shared_authority_set().clone();
	let grandpa = rpc::GrandpaDependencies {
		voter_state: tools.voter_state.clone(),
		authority_set: authority_set.clone(),
		justifications: halves.grandpa_link.justification_stream(),
		proofs: FinalityProofProvider::new_for_service(backend.clone(), Some(authority_set)),
	};
	Box::new(move |subscriptions| {
		let dependencies = rpc::Dependencies {
			client: client.clone(),
			pool: pool.clone(),
			select_chain: select_chain.clone(),
			chain_spec: chain_spec.cloned_box(),
			keystore: keystore.clone(),
			babe: babe.clone(),
			grandpa: grandpa.clone(),
			anchor: anchor.clone(),
		};
		rpc::methods(dependencies, subscriptions).map_err(Error::Application)
	})
}
