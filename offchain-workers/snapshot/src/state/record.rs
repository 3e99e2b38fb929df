//! A leaf as it stands in the file of leaves.

use smartlayer_commitment::{
	build::{hash_preimages, put, Node},
	state_key, tree, StateLeaf,
};
use smartlayer_operations::InstanceState;
use smartlayer_types::{AccountId, ClassId, InstanceId};
use sp_core::{H256, U256};

/// Bytes of a leaf in the file.
pub(super) const RECORD_BYTES: usize = 148;

/// A key of the state tree, big-endian, so that bytes are in the order of numbers.
pub(super) type Key = [u8; 32];

/// Where the fields stand. Numbers are big-endian, so that the words of a pre-image are copies.
mod fields {
	use std::ops::Range;
	pub(super) const KEY: Range<usize> = 0..32;
	pub(super) const NEXT_KEY: Range<usize> = 32..64;
	pub(super) const CLASS: Range<usize> = 64..68;
	pub(super) const INSTANCE: Range<usize> = 68..100;
	pub(super) const MASK: Range<usize> = 100..104;
	pub(super) const EVER: Range<usize> = 104..108;
	pub(super) const HOLDER: Range<usize> = 108..140;
	pub(super) const NEXT_SEQ: Range<usize> = 140..148;
}

/// A leaf of the state tree in 148 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record(pub(super) [u8; RECORD_BYTES]);

impl Record {
	/// The leaf of an instance.
	pub(super) fn new(class: ClassId, instance: InstanceId, key: Key, next: Key) -> Self {
		let mut record = Self([0; RECORD_BYTES]);
		record.0[fields::KEY].copy_from_slice(&key);
		record.0[fields::CLASS].copy_from_slice(&class.to_be_bytes());
		record.0[fields::INSTANCE].copy_from_slice(&instance.to_big_endian());
		record.set_next_key(next);
		record
	}

	fn bytes<const N: usize>(&self, from: std::ops::Range<usize>) -> [u8; N] {
		let mut bytes = [0; N];
		bytes.copy_from_slice(&self.0[from]);
		bytes
	}

	/// The leaf's key.
	pub(super) fn key(&self) -> Key {
		self.bytes(fields::KEY)
	}

	/// The next larger key.
	pub(super) fn next_key(&self) -> Key {
		self.bytes(fields::NEXT_KEY)
	}

	/// Whether a key is this leaf's or falls into the gap behind it.
	pub(super) fn covers(&self, key: &Key) -> bool {
		self.key() <= *key && *key < self.next_key()
	}

	/// Links the leaf to another one.
	pub(super) fn set_next_key(&mut self, next: Key) {
		self.0[fields::NEXT_KEY].copy_from_slice(&next);
	}

	/// Changes the instance's state.
	pub(super) fn set_state(&mut self, state: &InstanceState) {
		self.0[fields::MASK].copy_from_slice(&state.mask.to_be_bytes());
		self.0[fields::EVER].copy_from_slice(&state.ever.to_be_bytes());
		self.0[fields::HOLDER].copy_from_slice(state.holder.as_ref());
		self.0[fields::NEXT_SEQ].copy_from_slice(&state.next_seq.to_be_bytes());
	}

	/// The leaf as proofs show it.
	pub(super) fn leaf(&self) -> StateLeaf {
		StateLeaf {
			key: U256::from_big_endian(&self.0[fields::KEY]),
			class: u32::from_be_bytes(self.bytes(fields::CLASS)),
			instance: U256::from_big_endian(&self.0[fields::INSTANCE]),
			mask: u32::from_be_bytes(self.bytes(fields::MASK)),
			ever: u32::from_be_bytes(self.bytes(fields::EVER)),
			holder: AccountId::new(self.bytes(fields::HOLDER)),
			next_seq: u64::from_be_bytes(self.bytes(fields::NEXT_SEQ)),
			next_key: U256::from_big_endian(&self.0[fields::NEXT_KEY]),
		}
	}
}

impl From<&StateLeaf> for Record {
	fn from(leaf: &StateLeaf) -> Self {
		let (key, next) = (leaf.key.to_big_endian(), leaf.next_key.to_big_endian());
		let mut record = Self::new(leaf.class, leaf.instance, key, next);
		record.set_state(&leaf.state());
		record
	}
}

/// The key of an instance.
pub(super) fn key_of(class: ClassId, instance: InstanceId) -> Key {
	state_key(class, instance).to_big_endian()
}

/// The keys of many instances.
pub(super) fn keys_of<T: Sync>(
	items: &[T],
	instance: impl Fn(&T) -> (ClassId, InstanceId) + Sync,
) -> Vec<Key> {
	let mut keys = vec![[0; 32]; items.len()];
	hash_preimages(items, &mut keys, |item, preimage: &mut [u8; 64]| {
		let (class, instance) = instance(item);
		put(preimage, 0, &class.to_be_bytes());
		put(preimage, 1, &instance.to_big_endian());
	});
	keys
}

/// The leaves' nodes.
pub(super) fn hash_records<T: Sync>(
	items: &[T],
	record: impl Fn(&T) -> &Record + Sync,
) -> Vec<Node> {
	let tag: H256 = tree::tag(LEAF);
	let mut nodes = vec![[0; 32]; items.len()];
	hash_preimages(items, &mut nodes, |item, preimage: &mut [u8; 288]| {
		let Record(bytes) = record(item);
		put(preimage, 0, tag.as_bytes());
		put(preimage, 1, &bytes[fields::KEY]);
		put(preimage, 2, &bytes[fields::CLASS]);
		put(preimage, 3, &bytes[fields::INSTANCE]);
		put(preimage, 4, &bytes[fields::MASK]);
		put(preimage, 5, &bytes[fields::EVER]);
		put(preimage, 6, &bytes[fields::HOLDER]);
		put(preimage, 7, &bytes[fields::NEXT_SEQ]);
		put(preimage, 8, &bytes[fields::NEXT_KEY]);
	});
	nodes
}

/// Name of the type of the leaves.
const LEAF: &str = "SmartLayer.State.v1";

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	proptest! {
		#[test]
		fn a_record_is_its_leaf(
			class: u32, instance: [u8; 32], mask: u32, ever: u32, holder: [u8; 32], next_seq: u64, next: [u8; 32],
		) {
			let instance = U256::from_big_endian(&instance);
			let leaf = StateLeaf {
				key: state_key(class, instance),
				class,
				instance,
				mask,
				ever,
				holder: holder.into(),
				next_seq,
				next_key: U256::from_big_endian(&next),
			};
			let record = Record::from(&leaf);
			prop_assert_eq!(record.leaf(), leaf.clone());
			prop_assert_eq!(keys_of(&[()], |_| (class, instance)), vec![record.key()]);
			prop_assert_eq!(hash_records(&[record], |it| it), vec![leaf.hash().0]);
		}
	}
}
