//! Writing blocks with BABE and finalising them with GRANDPA.

use super::{
	network::Network,
	partial::{self, Client, Consensus, SelectChain, TransactionPool, JUSTIFICATION_PERIOD},
};
use sc_consensus_babe::{BabeParams, SlotProportion};
use sc_consensus_grandpa::{GrandpaParams, SharedVoterState, VotingRulesBuilder};
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;
use sc_service::{Configuration, Error, TaskManager};
use sc_telemetry::TelemetryHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_keystore::KeystorePtr;
use std::{sync::Arc, time::Duration};
use substrate_prometheus_endpoint::Registry;

/// How long a GRANDPA message takes to reach everybody: a round lasts about four of these, so that finality keeps up
/// with a block every three seconds.
const GOSSIP_DURATION: Duration = Duration::from_millis(333);

/// The share of a slot in which a block is built, so that it arrives before the next slot.
const PROPOSAL_SLOT_PORTION: f32 = 2. / 3.;

/// Slots between two blocks at most, while finality lags: an anchor network of known organisations recovers by
/// hand, and must not have to wait an hour for the first block after it.
const MAX_BACKOFF_SLOTS: u32 = 10;

/// What this node is in consensus.
pub struct Role {
	name: String,
	role: sc_service::Role,
	force_authoring: bool,
	finality: bool,
	registry: Option<Registry>,
}

impl Role {
	/// The part of the configuration that consensus follows.
	pub fn of(config: &Configuration) -> Self {
		Self {
			name: config.network.node_name.clone(),
			role: config.role,
			force_authoring: config.force_authoring,
			finality: !config.disable_grandpa,
			registry: config.prometheus_registry().cloned(),
		}
	}
}

/// What consensus works with.
pub struct Tools {
	pub client: Arc<Client>,
	pub pool: Arc<TransactionPool>,
	pub select_chain: SelectChain,
	pub keystore: KeystorePtr,
	pub voter_state: SharedVoterState,
}

/// Starts to write blocks, if this node is an authority, and to follow and vote on finality.
pub fn start(
	role: Role,
	tools: Tools,
	network: Network,
	consensus: Consensus,
	tasks: &TaskManager,
) -> Result<(), Error> {
	let Consensus { block_import, babe_link, grandpa_link, telemetry, .. } = consensus;
	let telemetry = telemetry.map(|telemetry| telemetry.handle());
	if role.role.is_authority() {
		start_authoring(
			&role,
			&tools,
			&network,
			block_import,
			babe_link,
			telemetry.clone(),
			tasks,
		)?;
	}
	if role.finality {
		start_finality(role, tools, network, grandpa_link, telemetry, tasks)?;
	}
	Ok(())
}

fn start_authoring(
	role: &Role,
	tools: &Tools,
	network: &Network,
	block_import: partial::BabeImport,
	babe_link: partial::Babe,
	telemetry: Option<TelemetryHandle>,
	tasks: &TaskManager,
) -> Result<(), Error> {
	let proposer = sc_basic_authorship::ProposerFactory::new(
		tasks.spawn_handle(),
		tools.client.clone(),
		tools.pool.clone(),
		role.registry.as_ref(),
		telemetry.clone(),
	);
	let slot_duration = babe_link.config().slot_duration();
	let babe = sc_consensus_babe::start_babe(BabeParams {
		keystore: tools.keystore.clone(),
		client: tools.client.clone(),
		select_chain: tools.select_chain.clone(),
		block_import,
		env: proposer,
		sync_oracle: network.sync.clone(),
		justification_sync_link: network.sync.clone(),
		create_inherent_data_providers: move |_, ()| async move {
			Ok(partial::inherents(slot_duration))
		},
		force_authoring: role.force_authoring,
		backoff_authoring_blocks: Some(BackoffAuthoringOnFinalizedHeadLagging {
			max_interval: MAX_BACKOFF_SLOTS,
			..Default::default()
		}),
		babe_link,
		block_proposal_slot_portion: SlotProportion::new(PROPOSAL_SLOT_PORTION),
		max_block_proposal_slot_portion: None,
		telemetry,
	})?;
	tasks.spawn_essential_handle().spawn_blocking("babe", Some("block-authoring"), babe);
	Ok(())
}

fn start_finality(
	role: Role,
	tools: Tools,
	network: Network,
	link: partial::Grandpa,
	telemetry: Option<TelemetryHandle>,
	tasks: &TaskManager,
) -> Result<(), Error> {
	let voter = sc_consensus_grandpa::run_grandpa_voter(GrandpaParams {
		config: sc_consensus_grandpa::Config {
			gossip_duration: GOSSIP_DURATION,
			justification_generation_period: JUSTIFICATION_PERIOD,
			name: Some(role.name),
			observer_enabled: false,
			// Only authorities vote; everybody else follows the votes without a key.
			keystore: role.role.is_authority().then_some(tools.keystore),
			local_role: role.role,
			telemetry: telemetry.clone(),
			protocol_name: network.grandpa_protocol,
		},
		link,
		network: network.service,
		sync: network.sync,
		notification_service: network.grandpa_notifications,
		voting_rule: VotingRulesBuilder::default().build(),
		prometheus_registry: role.registry,
		shared_voter_state: tools.voter_state,
		telemetry,
		offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(tools.pool),
	})?;
	tasks.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
	Ok(())
}
