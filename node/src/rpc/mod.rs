//! What this node answers over JSON-RPC beside the SDK's own families (`chainHead_*`, `transaction_*`, `chain_*`,
//! `state_*`, `author_*`, `system_*`, ...): nonces, fees, consensus, light-client sync states, operations, and snapshots.

mod operations;
mod snapshots;

use crate::service::{Backend, Client, SelectChain, TransactionPool};
use jsonrpsee::{
	types::{error::INTERNAL_ERROR_CODE, ErrorObjectOwned},
	RpcModule,
};
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
use smartlayer_snapshot::archive::{Archive, NoAnswer};
use smartlayer_types::{opaque::Block, BlockNumber, Hash};
use snapshots::{Snapshots, SnapshotsApiServer};
use sp_keystore::KeystorePtr;
use std::{error::Error, sync::Arc};
use substrate_frame_rpc_system::{System, SystemApiServer};

/// Codes of errors of this network's own methods.
pub mod code {
	/// The operation is refused, for good or for now: `data` says why, and whether it may be given again.
	pub const REFUSED: i32 = -32_100;
	/// Too many wait: try again later.
	pub const BUSY: i32 = -32_101;
	/// More operations at once than are taken: give fewer.
	pub const TOO_MANY: i32 = -32_102;
	/// This node is no anchor: ask one.
	pub const NO_ANCHOR: i32 = -32_103;
	/// There is no proof: the operation is not final, its interval is settled, or so much has followed that the proof would
	/// be too long.
	pub const NOT_FINAL: i32 = -32_104;
	/// The interval is not settled here: try again later.
	pub const NOT_SETTLED: i32 = -32_110;
	/// The operations of the interval are not kept here: ask another anchor.
	pub const PRUNED: i32 = -32_111;
	/// No snapshot that is kept here has the operation: try again after the next one.
	pub const UNKNOWN_OPERATION: i32 = -32_112;
	/// The snapshot under which a proof is wanted is not a later one.
	pub const NOT_BEHIND: i32 = -32_113;
	/// There is no such class or kind.
	pub const NO_SUCH_KIND: i32 = -32_114;
	/// It is recorded, so its absence can't be proven.
	pub const RECORDED: i32 = -32_115;
	/// It is not recorded, so it can't be proven.
	pub const NOT_RECORDED: i32 = -32_116;
}

fn no_anchor() -> ErrorObjectOwned {
	let message = "this node does not record operations: ask an anchor";
	ErrorObjectOwned::owned(code::NO_ANCHOR, message, None::<()>)
}

fn no_answer(why: NoAnswer) -> ErrorObjectOwned {
	let code = match why {
		NoAnswer::NotSettled(_) => code::NOT_SETTLED,
		NoAnswer::Pruned(_) => code::PRUNED,
		NoAnswer::UnknownOperation => code::UNKNOWN_OPERATION,
		NoAnswer::NotBehind { .. } => code::NOT_BEHIND,
		NoAnswer::NoSuchKind => code::NO_SUCH_KIND,
		NoAnswer::Recorded => code::RECORDED,
		NoAnswer::NotRecorded => code::NOT_RECORDED,
		NoAnswer::Busy => code::BUSY,
		NoAnswer::Failed => INTERNAL_ERROR_CODE,
	};
	ErrorObjectOwned::owned(code, why.to_string(), None::<()>)
}

/// What an anchor's methods need.
#[derive(Clone)]
pub struct AnchorDependencies {
	pub log: OperationLog,
	pub archive: Archive,
}

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
	pub anchor: Option<AnchorDependencies>,
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
	let Dependencies { client, pool, select_chain, chain_spec, keystore, babe, grandpa, anchor } =
		dependencies;
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
	methods.merge(
		SyncState::new(chain_spec, client.clone(), grandpa.authority_set, babe)?.into_rpc(),
	)?;
	let (log, archive) = anchor.map(|it| (it.log, it.archive)).unzip();
	methods.merge(Operations::new(log, archive.clone(), subscriptions.clone()).into_rpc())?;
	methods.merge(Snapshots::new(archive, client, subscriptions).into_rpc())?;
	Ok(methods)
}
