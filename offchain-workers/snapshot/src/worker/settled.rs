//! The state that settled snapshots left, for whoever judges operations.

use super::{
	ledger::{Ledger, LedgerError, Run},
	log::Settlement,
};
use crate::state::{StateError, StateTree};
use parking_lot::{Mutex, RwLock};
use rayon::prelude::*;
use smartlayer_operations::{InstanceState, Slot, NO_HOLDER};
use smartlayer_types::{eip712::Domain, ClassId, InstanceId};
use sp_core::H256;
use std::sync::Arc;
use tokio::sync::watch;

/// How many settled intervals back an interval can be based on, as the operation log has it.
const RECENT: u64 = 64;

/// How many settled intervals back operations are told to an operation log that starts again.
const KEPT_OPERATIONS: u64 = 8;

/// Why the settled state can't be read. The worker ends, and the node with it.
#[derive(Debug, thiserror::Error)]
pub enum SettledError {
	/// The state tree fails.
	#[error(transparent)]
	State(#[from] StateError),
	/// The ledger fails.
	#[error(transparent)]
	Ledger(#[from] LedgerError),
}

/// The settled state. Clones are cheap and share it; it goes forward with each settlement.
#[derive(Clone)]
pub struct Settled(Arc<Shared>);

struct Shared {
	tree: RwLock<StateTree>,
	ledger: Arc<Ledger>,
	failure: Mutex<Option<SettledError>>,
	/// The interval at whose end the tree is the state.
	progress: watch::Sender<u64>,
}

impl Settled {
	pub(super) fn new(tree: StateTree, ledger: Arc<Ledger>) -> Self {
		let (progress, _) = watch::channel(tree.interval());
		let (tree, failure) = (RwLock::new(tree), Mutex::default());
		Self(Arc::new(Shared { tree, ledger, failure, progress }))
	}

	/// The state of an instance.
	///
	/// Where the disk fails, the answer is a state that no sequenced operation can follow: nothing is accepted on the
	/// strength of it, and the worker ends.
	pub fn state(&self, class: ClassId, instance: InstanceId) -> InstanceState {
		let state = self.try_state(class, instance);
		state.unwrap_or_else(|failure| {
			self.fail(failure);
			InstanceState { mask: u32::MAX, ever: u32::MAX, holder: NO_HOLDER, next_seq: u64::MAX }
		})
	}

	/// Whether a recorded slot was taken by an operation that is not pruned. Where the disk fails, every slot is.
	pub fn is_taken(&self, slot: &Slot) -> bool {
		let taken = self.0.ledger.taken_at(slot);
		taken.map_or_else(
			|failure| {
				self.fail(failure.into());
				true
			},
			|it| it.is_some(),
		)
	}

	/// Recorded slots that were taken by operations signed at or after a time, in milliseconds since 1970, with these
	/// times: at most `limit`, the earliest first.
	pub fn history(&self, since_ms: u64, limit: usize) -> Result<Vec<(u64, Slot)>, SettledError> {
		Ok(self.0.ledger.slots_since(since_ms, limit)?)
	}

	/// The last settled intervals, ascending, with the ends of their cuts: what an operation log that starts again counts
	/// from. Only the last few have their operations, which may still stand above where open intervals begin.
	pub fn recent(&self, genesis: H256) -> Result<Vec<Settlement>, SettledError> {
		let last = self.0.ledger.head()?.settled;
		let mut recent = Vec::new();
		for interval in last.saturating_sub(RECENT - 1).max(1)..=last {
			if let Some(settled) = self.0.ledger.cut(interval)? {
				let count = if last - interval < KEPT_OPERATIONS { u64::MAX } else { 0 };
				let operations = self.0.ledger.run(interval, Run { first: 0, count })?;
				let domain = Domain::of(genesis);
				let operations = operations.par_iter().map(|it| it.digest(&domain)).collect();
				recent.push(Settlement { interval, ends: settled.cut.ends, operations });
			}
		}
		Ok(recent)
	}

	/// The interval at whose end this is the state, and the state's root.
	pub fn root(&self) -> (u64, H256) {
		let tree = self.0.tree.read();
		(tree.interval(), tree.root())
	}

	/// Tells which interval was settled last, whenever that changes.
	pub fn follow(&self) -> watch::Receiver<u64> {
		self.0.progress.subscribe()
	}

	/// The state tree, to read more of it. Settlements wait while the closure runs.
	pub fn with_tree<T>(&self, read: impl FnOnce(&StateTree) -> T) -> T {
		read(&self.0.tree.read())
	}

	/// Whether a settled snapshot holds an operation that is not pruned. Where the disk fails, none does.
	pub(super) fn holds(&self, digest: &H256) -> bool {
		self.0.ledger.holds(digest).unwrap_or_else(|failure| {
			self.fail(failure.into());
			false
		})
	}

	pub(super) fn try_state(
		&self,
		class: ClassId,
		instance: InstanceId,
	) -> Result<InstanceState, SettledError> {
		Ok(self.0.tree.read().state_of(class, instance)?.unwrap_or_default())
	}

	pub(crate) fn ledger(&self) -> &Ledger {
		&self.0.ledger
	}

	/// Changes the tree, or replaces it. Readers wait.
	pub(super) fn change_tree<T>(&self, change: impl FnOnce(&mut StateTree) -> T) -> T {
		let mut tree = self.0.tree.write();
		let changed = change(&mut tree);
		self.0.progress.send_replace(tree.interval());
		changed
	}

	/// Takes note of a failure: the worker ends.
	pub(crate) fn fail(&self, failure: SettledError) {
		log::error!(target: super::LOG_TARGET, "the settled state can't be read: {failure}");
		self.0.failure.lock().get_or_insert(failure);
	}

	/// What went wrong since it was asked last.
	pub(super) fn take_failure(&self) -> Option<SettledError> {
		self.0.failure.lock().take()
	}
}
