//! Leaves of the bitmap trees and of the state tree, and their keys.
//!
//! The leaf of an operation is [`Operation::leaf`](smartlayer_operations::Operation::leaf), that of a snapshot
//! [`history_leaf`](crate::history_leaf).

use crate::tree::tag;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_operations::{InstanceState, NO_HOLDER};
use smartlayer_types::{abi, AccountId, ClassId, InstanceId, Kind};
use sp_core::{H256, U256};

/// One above the largest key of the upper bitmap tree.
pub const END_OF_KEYS: u64 = 1 << 40;

/// One above the largest index of a word of a lower bitmap tree: 2^248.
pub const END_OF_WORDS: U256 = U256([0, 0, 0, 1 << 56]);

/// What follows the largest key of the state tree.
pub const END_OF_STATES: U256 = U256::MAX;

/// Name of the type of the upper bitmap tree's leaves.
pub(crate) const BITMAP_KEY: &str = "SmartLayer.BitmapKey.v1";

/// Name of the type of the lower bitmap trees' leaves.
pub(crate) const BITMAP_WORD: &str = "SmartLayer.BitmapWord.v1";

/// Name of the type of the state tree's leaves.
pub(crate) const STATE: &str = "SmartLayer.State.v1";

/// Key of the upper bitmap tree: `class * 256 + kind`. At most 40 bits are used.
pub fn bitmap_key(class: ClassId, kind: Kind) -> u64 {
	u64::from(class) << 8 | u64::from(kind)
}

/// Key of an instance in the state tree: `keccak256(abi.encode(class, instance))` as a number.
pub fn state_key(class: ClassId, instance: InstanceId) -> U256 {
	U256::from_big_endian(abi::keccak([class.into(), instance.into()]).as_bytes())
}

/// A leaf of the upper bitmap tree: a key that is present, and the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BitmapKeyLeaf {
	/// [`bitmap_key`]; zero in the first leaf, which stands for no class.
	pub key: u64,
	/// Root of the lower tree; zero in the first leaf.
	pub lower_root: H256,
	/// The next larger key, at last [`END_OF_KEYS`].
	pub next_key: u64,
}

impl BitmapKeyLeaf {
	/// `keccak256(abi.encode(tag, key, lower_root, next_key))`.
	pub fn hash(&self) -> H256 {
		abi::keccak([
			tag(BITMAP_KEY).into(),
			self.key.into(),
			self.lower_root.into(),
			self.next_key.into(),
		])
	}
}

/// A leaf of a lower bitmap tree: 256 instances of one class and kind, and where the next are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BitmapWordLeaf {
	/// Instances `256 * word_index` to `256 * word_index + 255`.
	pub word_index: U256,
	/// Bit j is instance `256 * word_index + j`.
	pub word: U256,
	/// The next larger index that is present, at last [`END_OF_WORDS`].
	pub next_word_index: U256,
}

impl BitmapWordLeaf {
	/// `keccak256(abi.encode(tag, word_index, word, next_word_index))`.
	pub fn hash(&self) -> H256 {
		abi::keccak([
			tag(BITMAP_WORD).into(),
			self.word_index.into(),
			self.word.into(),
			self.next_word_index.into(),
		])
	}
}

/// A leaf of the state tree: one instance as it stands at the end of an interval.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct StateLeaf {
	/// [`state_key`]; zero in the first leaf, which stands for no instance.
	pub key: U256,
	/// The instance's class.
	pub class: ClassId,
	/// The instance.
	pub instance: InstanceId,
	/// Kinds in force: bit `kind`.
	pub mask: u32,
	/// Kinds recorded at any time: bit `kind`.
	pub ever: u32,
	/// Who holds it.
	#[cfg_attr(feature = "std", serde(with = "crate::proof::json::account"))]
	pub holder: AccountId,
	/// The number of the next sequenced operation.
	pub next_seq: u64,
	/// The next larger key in the tree, at last [`END_OF_STATES`].
	pub next_key: U256,
}

impl StateLeaf {
	/// The leaf with which every state tree begins, alone in its tree.
	pub fn first() -> Self {
		let (key, instance) = (U256::zero(), U256::zero());
		let (class, mask, ever, next_seq) = (0, 0, 0, 0);
		let (holder, next_key) = (NO_HOLDER, END_OF_STATES);
		Self { key, class, instance, mask, ever, holder, next_seq, next_key }
	}

	/// `keccak256(abi.encode(tag, key, class, instance, mask, ever, holder, next_seq, next_key))`.
	pub fn hash(&self) -> H256 {
		abi::keccak([
			tag(STATE).into(),
			self.key.into(),
			self.class.into(),
			self.instance.into(),
			self.mask.into(),
			self.ever.into(),
			(&self.holder).into(),
			self.next_seq.into(),
			self.next_key.into(),
		])
	}

	/// The state of its instance.
	pub fn state(&self) -> InstanceState {
		InstanceState {
			mask: self.mask,
			ever: self.ever,
			holder: self.holder.clone(),
			next_seq: self.next_seq,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloy_primitives::{keccak256, B256, U256 as Theirs};
	use alloy_sol_types::SolValue;

	fn theirs(number: U256) -> Theirs {
		Theirs::from_be_bytes(number.to_big_endian())
	}

	fn their_tag(name: &str) -> B256 {
		keccak256(name)
	}

	#[test]
	fn the_ends_are_powers_of_two() {
		assert_eq!(END_OF_KEYS, bitmap_key(u32::MAX, 255) + 1);
		assert_eq!(END_OF_WORDS, U256::one() << 248);
	}

	#[test]
	fn bitmap_leaves_are_those_of_another_implementation() {
		let ours = BitmapKeyLeaf { key: 257, lower_root: H256::repeat_byte(3), next_key: 1 << 39 };
		let encoded =
			(their_tag(BITMAP_KEY), 257u64, B256::repeat_byte(3), 1u64 << 39).abi_encode();
		assert_eq!(ours.hash().0, keccak256(encoded).0);
		let (index, word) = (END_OF_WORDS - 1, U256::MAX - 5);
		let ours = BitmapWordLeaf { word_index: index, word, next_word_index: END_OF_WORDS };
		let encoded = (their_tag(BITMAP_WORD), theirs(index), theirs(word), theirs(END_OF_WORDS))
			.abi_encode();
		assert_eq!(ours.hash().0, keccak256(encoded).0);
	}

	#[test]
	fn state_leaves_are_those_of_another_implementation() {
		let (class, instance) = (u32::MAX, U256::MAX - 9);
		let key = state_key(class, instance);
		let encoded = (class, theirs(instance)).abi_encode();
		assert_eq!(key.to_big_endian(), keccak256(encoded).0);
		let (mask, ever, next_seq) = (0b101, u32::MAX, u64::MAX);
		let (holder, next_key) = (AccountId::new([9; 32]), END_OF_STATES);
		let ours = StateLeaf { key, class, instance, mask, ever, holder, next_seq, next_key };
		let encoded = (
			their_tag(STATE),
			theirs(key),
			class,
			theirs(instance),
			mask,
			ever,
			B256::repeat_byte(9),
			next_seq,
			theirs(next_key),
		)
			.abi_encode();
		assert_eq!(ours.hash().0, keccak256(encoded).0);
	}
}
