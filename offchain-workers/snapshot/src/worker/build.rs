//! Building a snapshot's roots, along a cut or from what others have settled.

use super::{
	engine::{Rebuilt, Roots},
	ledger::Taken,
	log::Examined,
	settled::{Settled, SettledError},
	Product,
};
use crate::state::StateError;
use parking_lot::Mutex;
use smartlayer_commitment::{
	build::{BitmapTree, OperationsTree},
	Change, Cut, Extension, Judge, Snapshot,
};
use smartlayer_operations::{ClassTerms, InstanceState, Operation, Slot};
use smartlayer_types::{eip712::Domain, ClassId, InstanceId, SignerRole};
use sp_core::H256;
use std::{collections::HashMap, sync::Arc};

/// What decides about certified operations, fetched before so that judging waits for nothing.
pub struct Terms {
	/// Classes as they stand for the interval; those that are not in use are missing.
	pub classes: HashMap<ClassId, Arc<ClassTerms>>,
	/// The earliest time that an operation can have, in milliseconds since 1970.
	pub oldest_ms: u64,
}

/// Judges by the settled state.
struct BySettled<'a> {
	terms: &'a Terms,
	settled: &'a Settled,
	/// The first reason why something could not be read: then nothing that was judged counts.
	failure: Mutex<Option<SettledError>>,
}

impl BySettled<'_> {
	fn note<T>(&self, result: Result<T, SettledError>, otherwise: T) -> T {
		result.unwrap_or_else(|failure| {
			self.failure.lock().get_or_insert(failure);
			otherwise
		})
	}
}

impl Judge for BySettled<'_> {
	fn class(&self, class: ClassId) -> Option<Arc<ClassTerms>> {
		self.terms.classes.get(&class).cloned()
	}

	fn state(&self, class: ClassId, instance: InstanceId) -> InstanceState {
		self.note(self.settled.try_state(class, instance), InstanceState::default())
	}

	/// Older entries count for nothing, whether or not they are pruned here: so all anchors judge alike.
	fn is_taken(&self, slot: &Slot) -> bool {
		let taken = self.note(self.settled.ledger().taken_at(slot).map_err(Into::into), None);
		taken.is_some_and(|time| time >= self.terms.oldest_ms)
	}

	fn oldest_ms(&self) -> u64 {
		self.terms.oldest_ms
	}
}

/// Builds the snapshot that certified operations come to, on top of the settled state. Takes as long as hashing does, on
/// all cores.
pub fn along_cut(
	cut: &Cut,
	cut_hash: H256,
	Examined { certified, goes_on }: &Examined,
	terms: &Terms,
	settled: &Settled,
) -> Result<Rebuilt<Product>, SettledError> {
	let judge = BySettled { terms, settled, failure: Mutex::default() };
	let extension = Extension::of(certified, &judge);
	if let Some(failure) = judge.failure.into_inner() {
		return Err(failure);
	}
	let Extension { operations, changes, taken } = extension;
	let taken = Taken {
		operations: operations.iter().map(|it| (it.digest(), it.time_ms)).collect(),
		slots: taken,
	};
	let overlay = settled.with_tree(|tree| tree.apply(&changes))?;
	let operations: Vec<Operation> = operations.iter().map(|it| (***it).clone()).collect();
	let interval = cut.interval;
	let roots = Roots {
		bitmap: BitmapTree::build(&operations, |it| it).root(),
		operations: OperationsTree::build(interval, &operations, |it| it).root(),
		state: overlay.root(),
		count: operations.len() as u64,
	};
	let digests = taken.operations.iter().map(|(digest, _)| *digest).collect();
	let product = Product { cut: cut.clone(), operations, changes, taken, overlay };
	Ok(Rebuilt { interval, cut_hash, goes_on: *goes_on, roots, digests, product })
}

/// Why what others have settled is not taken.
#[derive(Debug, thiserror::Error)]
pub enum TakeOverError {
	/// It is not what the confirmed snapshot commits to: whoever sent it lies.
	#[error("it is not what the snapshot commits to")]
	Lie,
	/// The own disk fails.
	#[error(transparent)]
	Own(#[from] SettledError),
}

/// What somebody sent of a settled interval.
pub struct Claimed {
	/// Its cut.
	pub cut: Cut,
	/// Operations of its snapshot.
	pub operations: Vec<Operation>,
	/// Instances with new states.
	pub changes: Vec<Change>,
}

/// Whether operations are those of a snapshot, which commits to all of them in their order.
pub fn are_operations_of(snapshot: &Snapshot, operations: &[Operation]) -> bool {
	let tree = OperationsTree::build(snapshot.interval, operations, |it| it);
	operations.len() as u64 == snapshot.body.operation_count
		&& tree.root() == snapshot.body.operations_root
}

/// What operations of a settled interval took. Which kinds are recorded is not known without the class's rules; as a
/// kind never becomes a recorded one or stops being one, a slot for every operation keeps nothing else from being taken.
pub fn taken_by(genesis: H256, operations: &[Operation]) -> Taken {
	let domain = Domain::of(genesis);
	let slot = |it: &Operation| (Slot::of(it, SignerRole::ServiceNode), it.time_ms);
	Taken {
		operations: operations.iter().map(|it| (it.digest(&domain), it.time_ms)).collect(),
		slots: operations.iter().map(slot).collect(),
	}
}

/// Takes a settled interval over from what somebody sent, without a log and without trust: the confirmed snapshot
/// commits to the cut, to the operations, and to the state after the changes.
pub fn from_claim(
	genesis: H256,
	snapshot: &Snapshot,
	claimed: Claimed,
	settled: &Settled,
) -> Result<Rebuilt<Product>, TakeOverError> {
	let Claimed { cut, operations, changes } = claimed;
	let is_whole = cut.hash(genesis) == snapshot.body.cut_hash
		&& cut.interval == snapshot.interval
		&& are_operations_of(snapshot, &operations);
	if !is_whole {
		return Err(TakeOverError::Lie);
	}
	let overlay = settled.with_tree(|tree| tree.apply(&changes)).map_err(|error| match error {
		StateError::Unordered | StateError::Full => TakeOverError::Lie,
		own => TakeOverError::Own(own.into()),
	})?;
	if overlay.root() != snapshot.body.state_root {
		return Err(TakeOverError::Lie);
	}
	let taken = taken_by(genesis, &operations);
	let digests = taken.operations.iter().map(|(digest, _)| *digest).collect();
	let (interval, cut_hash, roots) =
		(snapshot.interval, snapshot.body.cut_hash, Roots::of(snapshot));
	let product = Product { cut, operations, changes, taken, overlay };
	Ok(Rebuilt { interval, cut_hash, goes_on: true, roots, digests, product })
}
