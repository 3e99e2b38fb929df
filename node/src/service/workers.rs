//! What runs beside the chain: authorities find one another, and a node stops before its disk is full.

use super::{network::Network, partial::Client};
use futures::StreamExt;
use sc_authority_discovery::{new_worker_and_service_with_config, Role, Service, WorkerConfig};
use sc_network::{event::Event, Multiaddr, NetworkEventStream};
use sc_service::{Configuration, Error, TaskManager};
use sc_storage_monitor::{StorageMonitorParams, StorageMonitorService};
use sp_keystore::KeystorePtr;
use std::{path::PathBuf, sync::Arc};
use substrate_prometheus_endpoint::Registry;

/// Publishes this authority's addresses, signed, and finds those of the others.
pub struct AuthorityDiscovery {
	is_authority: bool,
	publish_private_addresses: bool,
	public_addresses: Vec<Multiaddr>,
	cache: Option<PathBuf>,
	registry: Option<Registry>,
}

impl AuthorityDiscovery {
	/// The part of the configuration that discovery follows.
	pub fn of(config: &Configuration) -> Self {
		Self {
			is_authority: config.role.is_authority(),
			publish_private_addresses: config.network.allow_non_globals_in_dht,
			public_addresses: config.network.public_addresses.clone(),
			cache: config.network.net_config_path.clone(),
			registry: config.prometheus_registry().cloned(),
		}
	}

	/// Starts, if this node is an authority, and returns what answers for the others' addresses.
	pub fn start(
		self,
		client: Arc<Client>,
		keystore: KeystorePtr,
		network: &Network,
		tasks: &TaskManager,
	) -> Option<Service> {
		if !self.is_authority {
			return None;
		}
		let dht_events =
			network.service.event_stream("authority-discovery").filter_map(|event| async move {
				match event {
					Event::Dht(event) => Some(event),
					_ => None,
				}
			});
		let (worker, service) = new_worker_and_service_with_config(
			WorkerConfig {
				publish_non_global_ips: self.publish_private_addresses,
				public_addresses: self.public_addresses,
				// A record must also be signed with the network key of the node it names.
				strict_record_validation: true,
				persisted_cache_directory: self.cache,
				..Default::default()
			},
			client,
			Arc::new(network.service.clone()),
			Box::pin(dht_events),
			Role::PublishAndDiscover(keystore),
			self.registry,
			tasks.spawn_handle(),
		);
		tasks.spawn_handle().spawn("authority-discovery-worker", None, worker.run());
		Some(service)
	}
}

/// Stops the node while there is still room to stop cleanly.
pub fn watch_storage(
	params: StorageMonitorParams,
	database: Option<PathBuf>,
	tasks: &TaskManager,
) -> Result<(), Error> {
	let Some(database) = database else { return Ok(()) };
	StorageMonitorService::try_spawn(params, database, &tasks.spawn_essential_handle())
		.map_err(|reason| Error::Application(reason.into()))
}
