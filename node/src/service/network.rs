//! The connection to other nodes: litep2p, with the protocols of synchronisation, transactions and finality.

use super::partial::{Backend, Client, Grandpa, TransactionPool};
use sc_client_api::HeaderBackend;
use sc_consensus_grandpa::warp_proof;
use sc_network::{
	config::{FullNetworkConfiguration, NetworkBackendType},
	service::traits::NetworkService,
	Litep2pNetworkBackend, NetworkBackend, NotificationService, ProtocolName,
};
use sc_network_sync::SyncingService;
use sc_network_transactions::TransactionsHandlerController;
use sc_service::{
	build_network, BuildNetworkParams, Configuration, Error, ImportQueue, TaskManager,
	WarpSyncConfig,
};
use sc_utils::mpsc::TracingUnboundedSender;
use smartlayer_operation_log::network::{protocols, Protocols};
use smartlayer_types::{opaque::Block, Hash};
use std::sync::Arc;

/// A network that runs.
pub struct Network {
	pub service: Arc<dyn NetworkService>,
	pub sync: Arc<SyncingService<Block>>,
	pub grandpa_protocol: ProtocolName,
	pub grandpa_notifications: Box<dyn NotificationService>,
	/// This node's ends of the protocols between anchors, if it is a validator.
	pub anchors: Option<Protocols>,
}

/// How the tasks of the SDK steer the network.
pub struct Controls {
	pub system_rpc: TracingUnboundedSender<sc_rpc::system::Request<Block>>,
	pub transactions: TransactionsHandlerController<Hash>,
}

/// What the network serves from.
pub struct Sources<'a> {
	pub client: &'a Arc<Client>,
	pub backend: &'a Arc<Backend>,
	pub pool: &'a Arc<TransactionPool>,
	pub grandpa_link: &'a Grandpa,
	pub tasks: &'a TaskManager,
}

/// Connects.
pub fn start(
	config: &Configuration,
	sources: Sources<'_>,
	import_queue: impl ImportQueue<Block> + 'static,
) -> Result<(Network, Controls), Error> {
	if !matches!(config.network.network_backend, NetworkBackendType::Litep2p) {
		return Err(Error::Other(
			"this node speaks litep2p only: leave out --network-backend".into(),
		));
	}
	type Litep2p = Litep2pNetworkBackend;
	let registry = config.prometheus_registry();
	let mut net_config =
		FullNetworkConfiguration::<Block, Hash, Litep2p>::new(&config.network, registry.cloned());
	let metrics = <Litep2p as NetworkBackend<Block, Hash>>::register_notification_metrics(registry);

	let grandpa_protocol = sc_consensus_grandpa::protocol_standard_name(
		&sources.client.info().genesis_hash,
		&config.chain_spec,
	);
	let (grandpa_config, grandpa_notifications) =
		sc_consensus_grandpa::grandpa_peers_set_config::<Block, Litep2p>(
			grandpa_protocol.clone(),
			metrics.clone(),
			net_config.peer_store_handle(),
		);
	net_config.add_notification_protocol(grandpa_config);

	let genesis = sources.client.info().genesis_hash;
	let anchors = config.role.is_authority().then(|| {
		let (messages, requests, ends) = protocols::<Block, Litep2p>(
			genesis,
			config.chain_spec.fork_id(),
			metrics.clone(),
			net_config.peer_store_handle(),
		);
		net_config.add_notification_protocol(messages);
		net_config.add_request_response_protocol(requests);
		ends
	});

	let warp_proofs = warp_proof::NetworkProvider::new(
		sources.backend.clone(),
		sources.grandpa_link.shared_authority_set().clone(),
		Vec::new(),
	);
	let (service, system_rpc, transactions, sync, _bitswap) = build_network(BuildNetworkParams {
		config,
		net_config,
		client: sources.client.clone(),
		transaction_pool: sources.pool.clone(),
		spawn_handle: sources.tasks.spawn_handle(),
		spawn_essential_handle: sources.tasks.spawn_essential_handle(),
		import_queue,
		block_announce_validator_builder: None,
		warp_sync_config: Some(WarpSyncConfig::WithProvider(Arc::new(warp_proofs))),
		block_relay: None,
		metrics,
		gap_sync_body_policy: None,
	})?;
	let network = Network { service, sync, grandpa_protocol, grandpa_notifications, anchors };
	Ok((network, Controls { system_rpc, transactions }))
}
