//! The changes of an interval on top of the confirmed state, in memory.

use super::{
	error::{Damage, StateError},
	nodes::{NodeChanges, Placed},
	pages::MAX_LEAVES,
	record::{hash_records, key_of, keys_of, Key, Record},
	tree::StateTree,
};
use rayon::prelude::*;
use smartlayer_commitment::{Change, StateProof};
use smartlayer_operations::InstanceState;
use smartlayer_types::{ClassId, InstanceId};
use sp_core::H256;
use std::collections::BTreeMap;

/// The changes of an interval on top of the confirmed state, in memory: some hundreds of bytes for each change.
#[derive(Clone, Debug)]
pub struct Overlay {
	/// The commit that it stands on.
	pub(super) sequence: u64,
	/// Leaves of that one.
	pub(super) before: u64,
	/// Leaves with the changes.
	pub(super) leaves: u64,
	pub(super) root: H256,
	/// Changed and new leaves by position, ascending.
	pub(super) records: Vec<(u64, Record)>,
	/// New keys, ascending, with their positions.
	pub(super) appeared: Vec<(Key, u64)>,
	/// Changed nodes.
	pub(super) nodes: NodeChanges,
}

/// Where a change goes.
enum Target {
	/// The leaf that is there, changed.
	Present(u64, Record),
	/// Behind the leaf with the next smaller key.
	Gap(u64, Record),
}

/// Whether changes ascend strictly, with classes from 1.
fn in_order(changes: &[Change]) -> bool {
	changes.first().is_none_or(|((class, _), _)| *class > 0)
		&& changes.windows(2).all(|pair| pair[0].0 < pair[1].0)
}

/// New instances on their way into the tree.
#[derive(Default)]
struct Appearing {
	/// In the order of the changes, which is that of their positions.
	records: Vec<Record>,
	/// Key, index among the records, and the confirmed leaf behind which it comes.
	keys: Vec<(Key, usize, u64, Record)>,
}

impl Appearing {
	/// Links the new leaves, and the confirmed ones before them, in the order of keys.
	fn link(&mut self, changed: &mut BTreeMap<u64, Record>) {
		self.keys.sort_unstable_by_key(|(key, ..)| *key);
		for gap in self.keys.chunk_by(|one, other| one.2 == other.2) {
			let (first, _, position, before) = gap[0];
			let next = gap.iter().skip(1).map(|it| it.0).chain([before.next_key()]);
			for ((_, index, ..), next) in gap.iter().zip(next) {
				self.records[*index].set_next_key(next);
			}
			changed.entry(position).or_insert(before).set_next_key(first);
		}
	}
}

impl StateTree {
	/// Puts the changes of an interval on top of the confirmed state, without writing to the disk. They ascend by class and
	/// instance, as those of an [`Extension`](smartlayer_commitment::Extension) do.
	pub fn apply(&self, changes: &[Change]) -> Result<Overlay, StateError> {
		if !in_order(changes) {
			return Err(StateError::Unordered);
		}
		self.require_finished()?;
		let before = self.count();
		let mut changed = BTreeMap::new();
		let mut appearing = Appearing::default();
		for (((class, instance), state), target) in changes.iter().zip(self.targets(changes)?) {
			match target {
				(_, Target::Present(position, mut record)) => {
					record.set_state(state);
					changed.insert(position, record);
				},
				(key, Target::Gap(position, record)) => {
					let index = appearing.records.len();
					appearing.keys.push((key, index, position, record));
					let mut own = Record::new(*class, *instance, key, key);
					own.set_state(state);
					appearing.records.push(own);
				},
			}
		}
		appearing.link(&mut changed);
		let leaves = before + appearing.records.len() as u64;
		if leaves > MAX_LEAVES {
			return Err(StateError::Full);
		}
		let appeared = appearing.keys.iter().map(|it| (it.0, before + it.1 as u64)).collect();
		let records: Vec<_> =
			changed.into_iter().chain((before..).zip(appearing.records)).collect();
		let nodes = self.nodes_above(&records, leaves)?;
		let root = nodes.root().map_or(self.root(), H256);
		Ok(Overlay { sequence: self.sequence(), before, leaves, root, records, appeared, nodes })
	}

	/// Where changes go.
	fn targets(&self, changes: &[Change]) -> Result<Vec<(Key, Target)>, StateError> {
		let keys = keys_of(changes, |(instance, _)| *instance);
		let target = |key: Key| {
			let (position, record) = self.find(&key)?;
			let target = if record.key() == key { Target::Present } else { Target::Gap };
			Ok((key, target(position, record)))
		};
		keys.into_par_iter().with_min_len(64).map(target).collect()
	}

	/// What changes above changed leaves.
	fn nodes_above(
		&self,
		records: &[(u64, Record)],
		leaves: u64,
	) -> Result<NodeChanges, StateError> {
		let hashes = hash_records(records, |(_, record)| record);
		let placed: Vec<Placed> = records.iter().map(|it| it.0).zip(hashes).collect();
		NodeChanges::above(&self.files().pages, self.count(), leaves, placed)
	}
}

impl Overlay {
	/// The root with the changes.
	pub fn root(&self) -> H256 {
		self.root
	}

	/// How many leaves there are with the changes, the first one included.
	pub fn count(&self) -> u64 {
		self.leaves
	}

	/// The leaf of a key or of the next smaller one, with its position.
	fn find(&self, tree: &StateTree, key: &Key) -> Result<(u64, Record), StateError> {
		if self.sequence != tree.sequence() {
			return Err(StateError::Stale);
		}
		let (position, record) = tree.find(key)?;
		let confirmed = (record.key(), position);
		let next = self.appeared.partition_point(|(new, _)| new <= key);
		let new = next.checked_sub(1).map(|at| self.appeared[at]);
		let (_, position) = new.map_or(confirmed, |new| new.max(confirmed));
		let changed = self.records.binary_search_by_key(&position, |(position, _)| *position);
		let record = changed.map_or(record, |at| self.records[at].1);
		if !record.covers(key) {
			return Err(tree.damaged_leaves(Damage::Key));
		}
		Ok((position, record))
	}

	/// The state of an instance with the changes; `None` if it never had an operation. `tree` is the one that they were
	/// put on.
	pub fn state_of(
		&self,
		tree: &StateTree,
		class: ClassId,
		instance: InstanceId,
	) -> Result<Option<InstanceState>, StateError> {
		let key = key_of(class, instance);
		let (_, record) = self.find(tree, &key)?;
		Ok((record.key() == key).then(|| record.leaf().state()))
	}

	/// What shows the state of an instance under [`root`](Self::root), or that it has none. `tree` is the one that the
	/// changes were put on.
	pub fn prove(
		&self,
		tree: &StateTree,
		class: ClassId,
		instance: InstanceId,
	) -> Result<StateProof, StateError> {
		let (position, record) = self.find(tree, &key_of(class, instance))?;
		tree.prove_leaf(position, &record, self.leaves, Some(&self.nodes))
	}
}
