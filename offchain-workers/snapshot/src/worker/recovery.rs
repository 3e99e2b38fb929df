//! Settling an interval on disk, so that a kill at any moment is repaired at the next start.
//!
//! Order: the ledger first, with cut, operations, changes and the roots that they lead to, in one transaction; then the
//! state tree; then the operation log is told. A kill before the first leaves the interval unsettled, and it is
//! settled again. A kill before the second leaves the tree one interval behind: [`open`] puts the changes of the ledger
//! on it. A kill before the third is no loss: the log learns of later settlements.
//!
//! A synchronised state is filled in a folder of its own, whose number the ledger takes over when it is complete.

use super::{
	engine::Rebuilt,
	ledger::{Entry, Head, Ledger, LedgerError, SettledCut},
	settled::{Settled, SettledError},
	Product,
};
use crate::state::{StateError, StateTree};
use smartlayer_commitment::ConfirmedSnapshot;
use sp_core::H256;
use std::{
	fs,
	path::{Path, PathBuf},
	sync::Arc,
};

/// Name of the ledger's file.
const LEDGER: &str = "snapshots.redb";

/// Why what is on disk can't be taken up. None of these heals by trying again.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
	/// The ledger.
	#[error(transparent)]
	Ledger(#[from] LedgerError),
	/// The state.
	#[error(transparent)]
	State(#[from] StateError),
	/// Ledger and state are of different ages: one of them was replaced.
	#[error(
		"the ledger is at interval {ledger}, the state at interval {state}: they don't belong together; move the folder \
		 away to synchronise anew"
	)]
	Apart {
		/// The ledger's.
		ledger: u64,
		/// The state's.
		state: u64,
	},
}

/// The folder of a state.
pub fn state_folder(base: &Path, generation: u32) -> PathBuf {
	base.join(format!("state-{generation}"))
}

/// Opens what is in a folder, and finishes what a killed process began.
pub fn open(base: &Path, genesis: H256) -> Result<Settled, OpenError> {
	let ledger = Ledger::open(&base.join(LEDGER), genesis)?;
	let head = ledger.head()?;
	forget_others(base, head.generation);
	let mut tree = StateTree::open(&state_folder(base, head.generation))?;
	let apart = OpenError::Apart { ledger: head.settled, state: tree.interval() };
	if tree.interval().checked_add(1) == Some(head.settled) {
		let mut changes = Vec::new();
		for page in 0u32.. {
			let Some(part) = ledger.changes(head.settled, page)? else { break };
			changes.extend(part);
		}
		let overlay = tree.apply(&changes)?;
		tree.commit(overlay, head.settled, head.state_root)?;
	}
	if tree.interval() != head.settled || (head.settled > 0 && tree.root() != head.state_root) {
		return Err(apart);
	}
	Ok(Settled::new(tree, Arc::new(ledger)))
}

/// Removes the folders of other states: synchronised in part, or replaced.
pub fn forget_others(base: &Path, generation: u32) {
	let kept = state_folder(base, generation);
	let folders = fs::read_dir(base).into_iter().flatten().filter_map(Result::ok);
	for path in folders.map(|it| it.path()) {
		let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
		let is_state = name.strip_prefix("state-").is_some_and(|it| it.parse::<u32>().is_ok());
		if is_state && path != kept {
			if let Err(error) = fs::remove_dir_all(&path) {
				log::warn!(target: super::LOG_TARGET, "{} stays: {error}", path.display());
			}
		}
	}
}

/// Settles an interval in the ledger: the first half.
pub fn write_down(
	settled: &Settled,
	confirmed: &ConfirmedSnapshot,
	rebuilt: &Rebuilt<Product>,
) -> Result<(), SettledError> {
	let ledger = settled.ledger();
	let body = &confirmed.snapshot.body;
	let head = Head {
		settled: rebuilt.interval,
		snapshot: confirmed.hash,
		state_root: body.state_root,
		generation: ledger.head()?.generation,
	};
	let Product { cut, operations, changes, taken, .. } = &rebuilt.product;
	let cut =
		SettledCut { cut: cut.clone(), changes: changes.len() as u64, block_time: body.block_time };
	let snapshot = &confirmed.snapshot;
	Ok(ledger.settle(&head, &Entry { snapshot, cut: &cut, operations, changes, taken })?)
}

/// Settles an interval: when this returns, it is on disk, and everybody who asks is answered from the state after it.
pub fn settle(
	settled: &Settled,
	confirmed: &ConfirmedSnapshot,
	rebuilt: &Rebuilt<Product>,
) -> Result<(), SettledError> {
	write_down(settled, confirmed, rebuilt)?;
	let (overlay, root) = (rebuilt.product.overlay.clone(), confirmed.snapshot.body.state_root);
	Ok(settled.change_tree(|tree| tree.commit(overlay, rebuilt.interval, root))?)
}
