//! Taking the whole state over from others, when it can't be rebuilt: a new anchor, or a lost disk.
//!
//! Leaves come in chunks, each proven under the state root of a snapshot whose confirmation is final. Which recorded slots
//! are taken follows from the operations of the last intervals, each proven under the operations root of its own confirmed
//! snapshot. Earlier snapshots come with the history root. Nobody is trusted for anything. Others hand out their newest state only: when they settle the next
//! interval meanwhile, it begins anew with that one.

use super::{
	build::taken_by,
	exchange::Exchange,
	fetch::{ask, operations, settled_cut, Nothing},
	ledger::{Entry, Head, SettledCut, Taken},
	recovery::{forget_others, state_folder},
	settled::{Settled, SettledError},
	wire::{Answer, Ask, SNAPSHOTS},
};
use crate::state::{StateChunk, StateSync, StateTree, SyncError};
use smartlayer_commitment::{ConfirmedSnapshot, Cut, HistoryPeaks, Snapshot};
use smartlayer_types::evm::EvmAddress;
use sp_core::H256;
use std::{fs, path::PathBuf};

/// What a synchronisation needs.
pub struct Plan {
	/// The snapshot whose state is taken over.
	pub target: ConfirmedSnapshot,
	/// Snapshots of earlier intervals whose operations can still be repeated.
	pub earlier: Vec<Snapshot>,
	/// Whom to ask, in this order.
	pub order: Vec<EvmAddress>,
	/// The worker's folder.
	pub base: PathBuf,
	/// Genesis hash of the network.
	pub genesis: H256,
}

/// Takes the state over; the cut of its interval is returned, or `None` if nobody has all of it.
pub async fn synchronise<E: Exchange>(
	exchange: &E,
	plan: Plan,
	settled: &Settled,
) -> Result<Option<Cut>, SettledError> {
	let Some(cut) = find_cut(exchange, &plan).await else { return Ok(None) };
	for snapshot in plan.earlier.iter().chain([&plan.target.snapshot]) {
		let Some(taken) = find_taken(exchange, &plan, snapshot).await else { return Ok(None) };
		let settled = settled.clone();
		super::blocking(move || settled.ledger().remember(&taken)).await?;
	}
	if !find_history(exchange, &plan, settled).await? {
		return Ok(None);
	}
	let generation = settled.ledger().head()?.generation.wrapping_add(1);
	let Some(tree) = fill(exchange, &plan, generation).await? else { return Ok(None) };
	let (settled, whole) = (settled.clone(), cut.clone());
	super::blocking(move || take_office(&settled, &plan, tree, &whole, generation)).await?;
	Ok(Some(cut))
}

/// Makes a filled tree the settled state.
fn take_office(
	settled: &Settled,
	plan: &Plan,
	tree: StateTree,
	cut: &Cut,
	generation: u32,
) -> Result<(), SettledError> {
	let body = &plan.target.snapshot.body;
	let head = Head {
		settled: plan.target.snapshot.interval,
		snapshot: plan.target.hash,
		state_root: body.state_root,
		generation,
	};
	// Its operations and changes are not kept: others have them.
	let cut = SettledCut { cut: cut.clone(), changes: 0, block_time: body.block_time };
	let taken = Taken::default();
	let snapshot = &plan.target.snapshot;
	let entry = Entry { snapshot, cut: &cut, operations: &[], changes: &[], taken: &taken };
	settled.change_tree(|old| {
		settled.ledger().settle(&head, &entry)?;
		*old = tree;
		Ok::<_, SettledError>(())
	})?;
	forget_others(&plan.base, generation);
	Ok(())
}

async fn find_cut<E: Exchange>(exchange: &E, plan: &Plan) -> Option<Cut> {
	let snapshot = &plan.target.snapshot;
	for anchor in &plan.order {
		match settled_cut(exchange, snapshot.interval, *anchor).await {
			Ok((cut, _)) if cut.hash(plan.genesis) == snapshot.body.cut_hash => return Some(cut),
			Ok(_) | Err(Nothing::Lie) => exchange.report(*anchor),
			Err(Nothing::Absent) => {},
		}
	}
	None
}

async fn find_taken<E: Exchange>(exchange: &E, plan: &Plan, of: &Snapshot) -> Option<Taken> {
	for anchor in &plan.order {
		match operations(exchange, of, *anchor).await {
			Ok(operations) => return Some(taken_by(plan.genesis, &operations)),
			Err(Nothing::Lie) => exchange.report(*anchor),
			Err(Nothing::Absent) => {},
		}
	}
	None
}

/// Finds the snapshots before the target's, all of which its history root commits to. `false` if nobody has them.
async fn find_history<E: Exchange>(
	exchange: &E,
	plan: &Plan,
	settled: &Settled,
) -> Result<bool, SettledError> {
	let target = &plan.target.snapshot;
	for anchor in &plan.order {
		let snapshots = match snapshots_before(exchange, target.interval, *anchor).await {
			Ok(snapshots) => snapshots,
			Err(Nothing::Absent) => continue,
			Err(Nothing::Lie) => {
				exchange.report(*anchor);
				continue;
			},
		};
		let (root, settled) = (target.body.history_root, settled.clone());
		let remember = move || {
			let is_history = history_root(&snapshots) == root;
			if is_history {
				settled.ledger().remember_snapshots(&snapshots)?;
			}
			Ok::<_, SettledError>(is_history)
		};
		if super::blocking(remember).await? {
			return Ok(true);
		}
		exchange.report(*anchor);
	}
	Ok(false)
}

/// Asks for all snapshots before an interval's.
async fn snapshots_before<E: Exchange>(
	exchange: &E,
	end: u64,
	whom: EvmAddress,
) -> Result<Vec<Snapshot>, Nothing> {
	let mut snapshots: Vec<Snapshot> = Vec::new();
	loop {
		let from = snapshots.last().map_or(0, |it| it.interval) + 1;
		if from >= end {
			return Ok(snapshots);
		}
		let Answer::Snapshots(some) = ask(exchange, whom, Ask::Snapshots { from }).await? else {
			return Err(Nothing::Lie);
		};
		let is_next = (from..).zip(&some).all(|(interval, it)| it.interval == interval);
		// As much as an answer holds: whoever tells it piece by piece holds others up.
		let wanted = usize::try_from(end - from).unwrap_or(SNAPSHOTS).min(SNAPSHOTS);
		if some.len() < wanted || !is_next {
			return Err(Nothing::Lie);
		}
		snapshots.extend(some.into_iter().take_while(|it| it.interval < end));
	}
}

/// The history root of the snapshot behind these, which begin with the first.
pub fn history_root<'a>(snapshots: impl IntoIterator<Item = &'a Snapshot>) -> H256 {
	let mut peaks = HistoryPeaks::default();
	for snapshot in snapshots {
		peaks.append(snapshot.history_leaf());
	}
	peaks.root()
}

/// Fills a new folder with the leaves, from one anchor after the other.
async fn fill<E: Exchange>(
	exchange: &E,
	plan: &Plan,
	generation: u32,
) -> Result<Option<StateTree>, SettledError> {
	let folder = state_folder(&plan.base, generation);
	let (interval, root) = (plan.target.snapshot.interval, plan.target.snapshot.body.state_root);
	let begin = move || {
		// What an earlier attempt left.
		let _ = fs::remove_dir_all(&folder);
		StateSync::start(&folder, interval, root)
	};
	let mut sync = super::blocking(begin).await?;
	let mut anchors = plan.order.iter();
	let mut anchor = anchors.next();
	while let (Some(from), Some(whom)) = (sync.next(), anchor) {
		let chunk = match ask(exchange, *whom, Ask::State { interval, from }).await {
			Ok(Answer::State(chunk)) => Ok(chunk),
			Ok(_) => Err(Nothing::Lie),
			Err(nothing) => Err(nothing),
		};
		let taken = match chunk {
			Ok(chunk) => {
				let (back, result) = accept(sync, chunk).await;
				sync = back;
				result?
			},
			Err(nothing) => Err(nothing),
		};
		if let Err(nothing) = taken {
			if nothing == Nothing::Lie {
				exchange.report(*whom);
			}
			anchor = anchors.next();
		}
	}
	if sync.next().is_some() {
		return Ok(None);
	}
	match super::blocking(move || sync.finish()).await {
		Ok(tree) => Ok(Some(tree)),
		Err(SyncError::State(failure)) => Err(failure.into()),
		Err(_) => Ok(None),
	}
}

type Accepted = Result<Result<(), Nothing>, SettledError>;

async fn accept(mut sync: StateSync, chunk: Box<StateChunk>) -> (StateSync, Accepted) {
	super::blocking(move || {
		let result = match sync.accept(&chunk) {
			Ok(()) => Ok(Ok(())),
			Err(SyncError::State(failure)) => Err(failure.into()),
			Err(_) => Ok(Err(Nothing::Lie)),
		};
		(sync, result)
	})
	.await
}
