//! What the worker reads of the chain and submits to it.

use super::engine::{BestView, Submission};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use smartlayer_commitment::{
	api::{AnchorSet, CommitmentsApi},
	Bridge, ConfirmedSnapshot,
};
use smartlayer_types::{opaque::Block, BlockNumber, Hash};
use sp_api::{ApiError, ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use std::sync::Arc;

/// Why the chain did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
	/// The runtime failed; it may answer for another block.
	#[error("the runtime does not answer: {0}")]
	Runtime(#[from] ApiError),
	/// The database failed; the node will hardly go on.
	#[error("the database does not answer: {0}")]
	Database(#[from] sp_blockchain::Error),
	/// The pool does not take a submission: it is there, too late, or too early. It is tried again after the next block.
	#[error("the pool does not take it")]
	Refused,
}

/// The chain as the worker sees it.
pub trait Chain: Send + Sync + 'static {
	/// The last block of the best chain.
	fn best(&self) -> Hash;

	/// The last final block.
	fn finalised(&self) -> Hash;

	/// What holds for a block on top of one.
	fn view(&self, at: Hash) -> Result<BestView, ChainError>;

	/// The last confirmed snapshot in the state of a block.
	fn last_confirmed(&self, at: Hash) -> Result<Option<ConfirmedSnapshot>, ChainError>;

	/// The snapshot of an interval, as long as the chain keeps it.
	fn confirmed(&self, at: Hash, interval: u64) -> Result<Option<ConfirmedSnapshot>, ChainError>;

	/// The set of an interval, as long as the chain keeps it.
	fn set_of(&self, at: Hash, interval: u64) -> Result<Option<AnchorSet>, ChainError>;

	/// The registered bridges.
	fn bridges(&self, at: Hash) -> Result<Vec<Bridge>, ChainError>;

	/// Whether signatures of an interval's snapshot are on chain.
	fn is_signed(&self, at: Hash, interval: u64, bridge: Bridge) -> Result<bool, ChainError>;

	/// The earliest time, in milliseconds since 1970, that an operation of an interval can have; `None` if the state after
	/// its first block is not kept.
	fn oldest_ms(&self, at: Hash, interval: u64) -> Result<Option<u64>, ChainError>;

	/// Gives something to the pool, judged on top of a block.
	fn submit(&self, at: Hash, submission: Submission) -> Result<(), ChainError>;
}

/// The chain of this node, with the pool that submissions go to.
pub struct NodeChain<Client>(pub Arc<Client>, pub OffchainTransactionPoolFactory<Block>);

impl<Client> Chain for NodeChain<Client>
where
	Client: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	Client::Api: CommitmentsApi<Block>,
{
	fn best(&self) -> Hash {
		self.0.info().best_hash
	}

	fn finalised(&self) -> Hash {
		self.0.info().finalized_hash
	}

	fn view(&self, at: Hash) -> Result<BestView, ChainError> {
		let api = self.0.runtime_api();
		let number: BlockNumber = self.0.number(at)?.unwrap_or_default();
		let expected = api.expected(at)?;
		let set = expected.as_ref().map(|it| api.set_of(at, it.interval)).transpose()?;
		Ok(BestView {
			number,
			duty: api.duty(at, number.saturating_add(1))?,
			expected,
			living: api.living_proposal(at)?,
			set: set.flatten().map(Arc::new),
		})
	}

	fn last_confirmed(&self, at: Hash) -> Result<Option<ConfirmedSnapshot>, ChainError> {
		Ok(self.0.runtime_api().last_confirmed(at)?)
	}

	fn confirmed(&self, at: Hash, interval: u64) -> Result<Option<ConfirmedSnapshot>, ChainError> {
		Ok(self.0.runtime_api().snapshot(at, interval)?)
	}

	fn set_of(&self, at: Hash, interval: u64) -> Result<Option<AnchorSet>, ChainError> {
		Ok(self.0.runtime_api().set_of(at, interval)?)
	}

	fn bridges(&self, at: Hash) -> Result<Vec<Bridge>, ChainError> {
		Ok(self.0.runtime_api().bridges(at)?)
	}

	fn is_signed(&self, at: Hash, interval: u64, bridge: Bridge) -> Result<bool, ChainError> {
		Ok(self.0.runtime_api().signatures(at, interval, bridge)?.is_some())
	}

	fn oldest_ms(&self, at: Hash, interval: u64) -> Result<Option<u64>, ChainError> {
		let api = self.0.runtime_api();
		let Some(record) = api.interval(at, interval)? else { return Ok(None) };
		let Some(first) = self.0.hash(record.start)? else { return Ok(None) };
		// Where states are pruned the answer is missing, which costs nothing but a later look.
		Ok(api.oldest_operation(first).ok())
	}

	fn submit(&self, at: Hash, submission: Submission) -> Result<(), ChainError> {
		let mut api = self.0.runtime_api();
		api.register_extension(self.1.offchain_transaction_pool(at));
		let taken = match submission {
			Submission::Proposal(own) => {
				api.submit_proposal(at, own.snapshot, own.counted, own.signature)?
			},
			Submission::Vote(proposal, vote) => {
				api.submit_vote(at, vote.member, proposal, vote.choice, vote.signature)?
			},
			Submission::Signatures(interval, bridge, signatures) => {
				api.submit_signatures(at, interval, bridge, signatures)?
			},
		};
		taken.ok_or(ChainError::Refused)
	}
}
