//! What the worker reads of the chain: intervals, sets, classes and service nodes, each in the state after an interval's
//! first block.

use crate::engine::{IntervalStart, Member};
use sc_client_api::BlockchainEvents;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use smartlayer_commitment::{api::CommitmentsApi, Evidence};
use smartlayer_operations::ClassTerms;
use smartlayer_types::{
	elections_api::AnchorElectionsApi,
	nodes::NodeState,
	nodes_api::ServiceNodesApi,
	opaque::Block,
	registry_api::{ClassStatus, TokenRegistryApi},
	AccountId, AnchorMember, ClassId, Hash, SetId,
};
use sp_api::{ApiError, ApiExt, ProvideRuntimeApi};
use sp_authority_discovery::AuthorityId;
use sp_blockchain::HeaderBackend;
use std::sync::Arc;

/// Why the chain did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
	/// The runtime failed; it may answer for another block.
	#[error("the runtime does not answer: {0}")]
	Runtime(#[from] ApiError),
	/// The node's pool does not take a report: the offence is known, or too old.
	#[error("the report is not taken")]
	Refused,
	/// The database failed; the node will hardly go on.
	#[error("the database does not answer: {0}")]
	Database(#[from] sp_blockchain::Error),
}

/// An interval whose first block is final.
#[derive(Clone, Debug)]
pub struct Opened {
	/// What the engine needs of it.
	pub start: IntervalStart,
	/// The first block's hash.
	pub at: Hash,
	/// The members of its set, with their keys.
	pub members: Vec<AnchorMember>,
}

/// The chain as the worker sees it.
pub trait Chain: Send + Sync + 'static {
	/// The last final block.
	fn finalised(&self) -> Hash;

	/// The open interval and the last confirmed one in the state of a block.
	fn intervals(&self, at: Hash) -> Result<(u64, u64), ChainError>;

	/// An interval, if its first block is final and the state after it is kept; asked at the last final block.
	fn opened(&self, at: Hash, interval: u64) -> Result<Option<Opened>, ChainError>;

	/// A class in an interval, in the state of a block; `None` if there is none or it is not in use.
	fn class(
		&self,
		at: Hash,
		interval: u64,
		class: ClassId,
	) -> Result<Option<ClassTerms>, ChainError>;

	/// Whether an account is an active service node in the state of a block.
	fn is_active_node(&self, at: Hash, account: &AccountId) -> Result<bool, ChainError>;

	/// Has this node's next block report an offence.
	fn report(&self, evidence: Evidence) -> Result<(), ChainError>;

	/// The members of a set, in the state of a block; `None` if there was none or it is forgotten.
	fn set(&self, at: Hash, set: SetId) -> Result<Option<Vec<AnchorMember>>, ChainError>;

	/// Under which keys members of a set publish their network addresses.
	fn discovery_keys(
		&self,
		at: Hash,
		set: SetId,
	) -> Result<Vec<(AccountId, AuthorityId)>, ChainError>;
}

/// The chain of this node, with the pool that reports go to.
pub struct NodeChain<Client>(pub Arc<Client>, pub OffchainTransactionPoolFactory<Block>);

impl<Client> Chain for NodeChain<Client>
where
	Client: ProvideRuntimeApi<Block>
		+ HeaderBackend<Block>
		+ BlockchainEvents<Block>
		+ Send
		+ Sync
		+ 'static,
	Client::Api: CommitmentsApi<Block>
		+ TokenRegistryApi<Block>
		+ ServiceNodesApi<Block>
		+ AnchorElectionsApi<Block>,
{
	fn finalised(&self) -> Hash {
		self.0.info().finalized_hash
	}

	fn intervals(&self, at: Hash) -> Result<(u64, u64), ChainError> {
		let api = self.0.runtime_api();
		let confirmed = api.last_confirmed(at)?.map_or(0, |it| it.snapshot.interval);
		Ok((api.current_interval(at)?, confirmed))
	}

	fn opened(&self, at: Hash, interval: u64) -> Result<Option<Opened>, ChainError> {
		let Some(record) = self.0.runtime_api().interval(at, interval)? else { return Ok(None) };
		let Some(first) = self.0.hash(record.start)? else { return Ok(None) };
		let api = self.0.runtime_api();
		// Where the state is pruned, or was never here, nothing can be said of the interval.
		let Some(set) = api.set_of(first, interval).ok().flatten() else { return Ok(None) };
		let mut members = Vec::with_capacity(set.members.len());
		for member in &set.members {
			let account = member.account.clone();
			let incarnation = api.incarnation(first, account.clone())?;
			members.push(Member { account, incarnation });
		}
		let start = IntervalStart {
			interval,
			set_id: set.set_id,
			members,
			oldest_ms: api.oldest_operation(first)?,
			base: self.intervals(first)?.1,
			accepting: api.accepting(first)?,
		};
		Ok(Some(Opened { start, at: first, members: set.members }))
	}

	fn class(
		&self,
		at: Hash,
		interval: u64,
		class: ClassId,
	) -> Result<Option<ClassTerms>, ChainError> {
		let api = self.0.runtime_api();
		let Some(info) = api.class(at, class)? else { return Ok(None) };
		let rules = api.rules_at(at, class, interval)?;
		let terms = |rules| ClassTerms { issuer: info.issuer, operators: info.operators, rules };
		Ok(rules.filter(|_| info.status == ClassStatus::Active).map(terms))
	}

	fn is_active_node(&self, at: Hash, account: &AccountId) -> Result<bool, ChainError> {
		let node = self.0.runtime_api().node(at, account.clone())?;
		Ok(node.is_some_and(|it| matches!(it.state, NodeState::Active { .. })))
	}

	fn report(&self, evidence: Evidence) -> Result<(), ChainError> {
		let mut api = self.0.runtime_api();
		api.register_extension(self.1.offchain_transaction_pool(self.0.info().best_hash));
		let submitted = api.submit_evidence(self.0.info().best_hash, evidence)?;
		submitted.ok_or(ChainError::Refused)
	}

	fn set(&self, at: Hash, set: SetId) -> Result<Option<Vec<AnchorMember>>, ChainError> {
		Ok(self.0.runtime_api().set(at, set)?.map(|it| it.members))
	}

	fn discovery_keys(
		&self,
		at: Hash,
		set: SetId,
	) -> Result<Vec<(AccountId, AuthorityId)>, ChainError> {
		let keys = self.0.runtime_api().discovery_keys(at, set)?;
		Ok(keys.into_iter().map(|(account, key)| (account, key.into())).collect())
	}
}
