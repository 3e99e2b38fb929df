//! The state tree as simply as it can be said, and changes for it.

use smartlayer_commitment::{state_key, tree, Change, StateLeaf};
use smartlayer_operations::InstanceState;
use smartlayer_types::{AccountId, ClassId, InstanceId};
use sp_core::{H256, U256};
use sp_io::hashing::keccak_256;

/// The leaves of a tree.
#[derive(Clone)]
pub(super) struct Model {
	pub(super) leaves: Vec<StateLeaf>,
}

impl Model {
	pub(super) fn new() -> Self {
		Self { leaves: vec![StateLeaf::first()] }
	}

	/// The leaf of an instance, or the one whose gap it falls into.
	pub(super) fn leaf(&mut self, class: ClassId, instance: InstanceId) -> &mut StateLeaf {
		let key = state_key(class, instance);
		let covers = |leaf: &&mut StateLeaf| leaf.key <= key && key < leaf.next_key;
		self.leaves.iter_mut().find(covers).expect("keys are linked from end to end")
	}

	pub(super) fn state_of(
		&mut self,
		class: ClassId,
		instance: InstanceId,
	) -> Option<InstanceState> {
		let leaf = self.leaf(class, instance);
		(leaf.key == state_key(class, instance)).then(|| leaf.state())
	}

	pub(super) fn apply(&mut self, changes: &[Change]) {
		for ((class, instance), _) in changes {
			let (class, instance, key) = (*class, *instance, state_key(*class, *instance));
			let before = self.leaf(class, instance);
			if before.key != key {
				let next_key = std::mem::replace(&mut before.next_key, key);
				self.leaves.push(StateLeaf {
					key,
					class,
					instance,
					next_key,
					..StateLeaf::first()
				});
			}
		}
		for ((class, instance), state) in changes {
			let leaf = self.leaf(*class, *instance);
			(leaf.mask, leaf.ever) = (state.mask, state.ever);
			(leaf.holder, leaf.next_seq) = (state.holder.clone(), state.next_seq);
		}
	}

	pub(super) fn root(&self) -> H256 {
		tree::root(&self.leaves.iter().map(StateLeaf::hash).collect::<Vec<_>>())
	}
}

/// A state that differs from others.
pub(super) fn state(number: u64) -> InstanceState {
	let mask = number as u32;
	InstanceState {
		mask,
		ever: mask | 1,
		holder: AccountId::new(keccak_256(&number.to_le_bytes())),
		next_seq: number,
	}
}

/// Changes in order, of instances that are numbers below `range` in one of three classes.
pub(super) fn changes(numbers: impl IntoIterator<Item = (u64, u64)>) -> Vec<Change> {
	let mut changes: Vec<_> = numbers
		.into_iter()
		.map(|(instance, state)| {
			let class = 1 + (instance % 3) as u32;
			// Some small, some large.
			let instance =
				if instance % 2 == 0 { U256::from(instance) } else { U256::MAX - instance };
			((class, instance), self::state(state))
		})
		.collect();
	changes.sort_by_key(|it| it.0);
	changes.dedup_by_key(|it| it.0);
	changes
}

/// The changes of an interval: always the same ones, old and new instances among them.
pub(super) fn changes_of(interval: u64, count: u64) -> Vec<Change> {
	let random = |index: u64| {
		let hash = keccak_256(&[interval.to_le_bytes(), index.to_le_bytes()].concat());
		u64::from_le_bytes([hash[0], hash[1], hash[2], hash[3], 0, 0, 0, 0])
	};
	changes((0..count).map(|index| (random(index) % (20 * count), interval * 1000 + index)))
}
