//! What this node answers over JSON-RPC beside the SDK's own families (`chainHead_*`, `transaction_*`, `chain_*`,
//! `state_*`, `author_*`, `system_*`, ...): nonces, fees, consensus, light-client sync states, and operations.

mod operations;

use crate::service::{Backend, Client, SelectChain, TransactionPool};
use jsonrpsee::RpcModule;
use operations::{Operations, OperationsApiServer};
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::SubscriptionTaskExecutor;
use sc_sync_state_rpc::{SyncState, SyncStateApiServer};
use smartlayer_operation_log::worker::OperationLog;
use smartlayer_types::{opaque::Block, BlockNumber, Hash};
use sp_keystore::KeystorePtr;
use std::{error::Error, sync::Arc};
use substrate_frame_rpc_system::{System, SystemApiServer};

/// What the methods need.
pub struct Dependencies {
	pub client: Arc<Client>,
	pub pool: Arc<TransactionPool>,
	pub select_chain: SelectChain,
	pub chain_spec: Box<dyn sc_service::ChainSpec>,
	pub keystore: KeystorePtr,
	pub babe: BabeWorkerHandle<Block>,
	pub grandpa: GrandpaDependencies,
	/// Only on validators.
	pub operation_log: Option<OperationLog>,
}

/// What the methods about finality need.
#[derive(Clone)]
pub struct GrandpaDependencies {
	pub voter_state: SharedVoterState,
	pub authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	pub justifications: GrandpaJustificationStream<Block>,
	pub proofs: Arc<FinalityProofProvider<Backend, Block>>,
}

/// All methods of this node.
pub fn methods(
	dependencies: Dependencies,
	subscriptions: SubscriptionTaskExecutor,
) -> Result<RpcModule<()>, Box<dyn Error + Send + Sync>> {
	let Dependencies {
		client,
		pool,
		select_chain,
		chain_spec,
		keystore,
		babe,
		grandpa,
		operation_log,
	} = dependencies;
	let mut methods = RpcModule::new(());
	methods.merge(System::new(client.clone(), pool).into_rpc())?;
	methods.merge(TransactionPayment::new(client.clone()).into_rpc())?;
	methods.merge(Babe::new(client.clone(), babe.clone(), keystore, select_chain).into_rpc())?;
	methods.merge(
		Grandpa::new(
			subscriptions.clone(),
			grandpa.authority_set.clone(),
			grandpa.voter_state,
			grandpa.justifications,
			grandpa.proofs,
		)
		.into_rpc(),
	)?;
	methods.merge(SyncState::new(chain_spec, client, grandpa.authority_set, babe)?.into_rpc())?;
	methods.merge(Operations::new(operation_log, subscriptions).into_rpc())?;
	Ok(methods)
}
