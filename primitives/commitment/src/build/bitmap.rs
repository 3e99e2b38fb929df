//! The bitmap of an interval: an upper tree over (class, kind), under each key a tree over words of 256 instances.

use super::{
	hashing::{hash_preimages, put, Node},
	merkle::{fill, node_count, path},
	MerkleTree,
};
use crate::{
	bitmap_key,
	leaf::{BITMAP_KEY, BITMAP_WORD},
	proof::{BitmapProof, Path},
	tree::tag,
	END_OF_KEYS, END_OF_WORDS,
};
use core::ops::Range;
use rayon::prelude::*;
use smartlayer_operations::Operation;
use smartlayer_types::{ClassId, InstanceId, Kind};
use sp_core::{H256, U256};

/// Lower trees that one task builds at least: most have few leaves.
const GRAIN: usize = 64;

/// A word of a lower tree, with its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Word {
	index: U256,
	bits: U256,
	next: U256,
}

/// A key, the words under it, and the nodes of their tree.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lower {
	key: u64,
	words: Range<usize>,
	nodes: Range<usize>,
}

/// The bitmap of an interval with all levels of all its trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitmapTree {
	/// All words, by key and index.
	words: Vec<Word>,
	/// All lower trees, by key.
	lower: Vec<Lower>,
	/// Their nodes, end to end.
	nodes: Vec<Node>,
	upper: MerkleTree,
}

/// The word and the bit of an instance.
fn place(instance: InstanceId) -> (U256, usize) {
	(instance >> 8u8, usize::from(instance.byte(0)))
}

/// What was recorded, by key and instance.
fn recorded<T: Sync>(
	items: &[T],
	operation: impl Fn(&T) -> &Operation + Sync,
) -> Vec<(u64, InstanceId)> {
	let key = |item: &T| {
		let Operation { class, kind, instance, .. } = operation(item);
		(bitmap_key(*class, *kind), *instance)
	};
	let mut recorded: Vec<_> = items.par_iter().map(key).collect();
	recorded.par_sort_unstable();
	recorded
}

/// The words and lower trees of what was recorded.
fn words(recorded: &[(u64, InstanceId)]) -> (Vec<Word>, Vec<Lower>) {
	let (mut words, mut lower) = (Vec::new(), Vec::new());
	let mut nodes = 0;
	for group in recorded.chunk_by(|one, other| one.0 == other.0) {
		let first = words.len();
		// A lower tree has word 0 always, so that it begins somewhere.
		let mut word = Word { index: U256::zero(), bits: U256::zero(), next: END_OF_WORDS };
		for (_, instance) in group {
			let (index, bit) = place(*instance);
			if index != word.index {
				words.push(Word { next: index, ..word });
				word = Word { index, bits: U256::zero(), next: END_OF_WORDS };
			}
			word.bits |= U256::one() << bit;
		}
		words.push(word);
		let count = node_count(words.len() - first);
		let (words, nodes_here) = (first..words.len(), nodes..nodes + count);
		lower.push(Lower { key: group[0].0, words, nodes: nodes_here });
		nodes += count;
	}
	(words, lower)
}

/// The nodes of all lower trees, end to end.
fn lower_nodes(words: &[Word], lower: &[Lower]) -> Vec<Node> {
	let tag = tag(BITMAP_WORD);
	let write = |word: &Word, preimage: &mut [u8; 128]| {
		put(preimage, 0, tag.as_bytes());
		put(preimage, 1, &word.index.to_big_endian());
		put(preimage, 2, &word.bits.to_big_endian());
		put(preimage, 3, &word.next.to_big_endian());
	};
	let mut nodes = vec![[0; 32]; lower.last().map_or(0, |it| it.nodes.end)];
	let (mut rest, mut trees) = (nodes.as_mut_slice(), Vec::with_capacity(lower.len()));
	for it in lower {
		let (own, others) = rest.split_at_mut(it.nodes.len());
		trees.push((own, &words[it.words.clone()]));
		rest = others;
	}
	trees.into_par_iter().with_min_len(GRAIN).for_each(|(nodes, words)| {
		hash_preimages(words, &mut nodes[..words.len()], write);
		fill(nodes, words.len());
	});
	nodes
}

/// The upper tree.
fn upper_tree(lower: &[Lower], nodes: &[Node]) -> MerkleTree {
	let tag = tag(BITMAP_KEY);
	let write = |(key, root, next): &(u64, Node, u64), preimage: &mut [u8; 128]| {
		put(preimage, 0, tag.as_bytes());
		put(preimage, 1, &key.to_be_bytes());
		put(preimage, 2, root);
		put(preimage, 3, &next.to_be_bytes());
	};
	let next = |index: usize| lower.get(index).map_or(END_OF_KEYS, |it| it.key);
	let mut keys = vec![(0, [0; 32], next(0))];
	keys.extend(
		lower
			.iter()
			.enumerate()
			.map(|(index, it)| (it.key, nodes[it.nodes.end - 1], next(index + 1))),
	);
	let mut leaves = MerkleTree::list_for(keys.len());
	leaves.resize(keys.len(), [0; 32]);
	hash_preimages(&keys, &mut leaves, write);
	MerkleTree::build(leaves)
}

impl BitmapTree {
	/// The bitmap of an interval's operations, which `operation` finds in what the caller has, in whatever order. Their
	/// classes are from 1 and their kinds below 32, as rules have it.
	pub fn build<T: Sync>(items: &[T], operation: impl Fn(&T) -> &Operation + Sync) -> Self {
		let (words, lower) = words(&recorded(items, operation));
		let nodes = lower_nodes(&words, &lower);
		let upper = upper_tree(&lower, &nodes);
		Self { words, lower, nodes, upper }
	}

	/// The root; never zero.
	pub fn root(&self) -> H256 {
		self.upper.root()
	}

	/// What shows whether an operation was recorded: the bit, or one of the three forms of absence. `None` for class
	/// zero, of which there is nothing to show.
	pub fn prove(&self, class: ClassId, kind: Kind, instance: InstanceId) -> Option<BitmapProof> {
		if class == 0 {
			return None;
		}
		let key = bitmap_key(class, kind);
		// Leaf 0 of the upper tree stands before all keys.
		let at = self.lower.partition_point(|it| it.key <= key);
		let next_key = self.lower.get(at).map_or(END_OF_KEYS, |it| it.key);
		let before = at.checked_sub(1).map(|before| &self.lower[before]);
		let mut proof = BitmapProof {
			key: before.map_or(0, |it| it.key),
			lower_root: before.map(|it| H256(self.nodes[it.nodes.end - 1])).unwrap_or_default(),
			next_key,
			key_path: self.upper.path(at)?,
			word_index: U256::zero(),
			word: U256::zero(),
			next_word_index: U256::zero(),
			word_path: Path::new(),
		};
		if let Some(lower) = before.filter(|it| it.key == key) {
			self.prove_word(lower, instance, &mut proof);
		}
		Some(proof)
	}

	/// Adds the word of an instance, or the one before the gap in which it would stand.
	fn prove_word(&self, lower: &Lower, instance: InstanceId, proof: &mut BitmapProof) {
		let (index, _) = place(instance);
		let words = &self.words[lower.words.clone()];
		// Word 0 is always there.
		let at = words.partition_point(|it| it.index <= index) - 1;
		(proof.word_index, proof.word) = (words[at].index, words[at].bits);
		proof.next_word_index = words[at].next;
		proof.word_path = path(&self.nodes[lower.nodes.clone()], words.len(), at);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		proof::{Absence, Finding},
		tree, BitmapKeyLeaf, BitmapWordLeaf,
	};
	use proptest::prelude::*;
	use smartlayer_types::AccountId;
	use std::collections::{BTreeMap, BTreeSet};

	fn operation((class, kind, instance): (ClassId, Kind, U256)) -> Operation {
		let nobody = AccountId::new([0; 32]);
		let (actor, to, data) = (nobody.clone(), nobody, H256::zero());
		Operation { class, instance, seq: 0, kind, actor, to, data, time_ms: 0 }
	}

	fn build(recorded: &BTreeSet<(ClassId, Kind, U256)>) -> BitmapTree {
		BitmapTree::build(&recorded.iter().copied().map(operation).collect::<Vec<_>>(), |it| it)
	}

	/// The root by the simple tree and the leaves one by one.
	fn simple_root(recorded: &BTreeSet<(ClassId, Kind, U256)>) -> H256 {
		let mut keys: BTreeMap<u64, BTreeMap<U256, U256>> = BTreeMap::new();
		for (class, kind, instance) in recorded {
			let words = keys.entry(bitmap_key(*class, *kind)).or_default();
			words.entry(U256::zero()).or_default();
			let bits = words.entry(instance / 256).or_default();
			*bits |= U256::one() << (instance % 256);
		}
		let lower_root = |words: &BTreeMap<U256, U256>| {
			let next: Vec<_> = words.keys().skip(1).copied().chain([END_OF_WORDS]).collect();
			let leaf = |((word_index, word), next): ((&U256, &U256), &U256)| BitmapWordLeaf {
				word_index: *word_index,
				word: *word,
				next_word_index: *next,
			};
			let leaves: Vec<_> = words.iter().zip(&next).map(|it| leaf(it).hash()).collect();
			tree::root(&leaves)
		};
		let mut upper = vec![(0, H256::zero())];
		upper.extend(keys.iter().map(|(key, words)| (*key, lower_root(words))));
		let next = upper.iter().skip(1).map(|it| it.0).chain([END_OF_KEYS]);
		let leaf = |(&(key, lower_root), next_key): (&(u64, H256), u64)| {
			BitmapKeyLeaf { key, lower_root, next_key }.hash()
		};
		tree::root(&upper.iter().zip(next).map(leaf).collect::<Vec<_>>())
	}

	/// Few classes and kinds, and instances around the ends of words and of the whole range.
	fn place_of_interest() -> impl Strategy<Value = (ClassId, Kind, U256)> {
		let class = prop_oneof![1u32..4, Just(u32::MAX)];
		let instance = prop_oneof![
			(0u64..1030).prop_map(U256::from),
			(0u64..600).prop_map(|it| U256::MAX - it),
			Just(U256::one() << 255),
		];
		(class, prop_oneof![0u8..3, Just(31u8)], instance)
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(48))]

		#[test]
		fn every_bit_and_every_absence_is_proven(
			recorded in prop::collection::btree_set(place_of_interest(), 0..120),
			asked in prop::collection::vec(place_of_interest(), 40),
		) {
			let built = build(&recorded);
			prop_assert_eq!(built.root(), simple_root(&recorded));
			for (class, kind, instance) in asked.into_iter().chain(recorded.iter().copied()) {
				let proof = built.prove(class, kind, instance).unwrap();
				let found = proof.find_under(built.root(), class, kind, instance).unwrap();
				prop_assert_eq!(found == Finding::Recorded, recorded.contains(&(class, kind, instance)));
			}
		}
	}

	#[test]
	fn absence_has_three_forms() {
		let built = build(&BTreeSet::from([(2, 1, U256::from(5)), (2, 1, U256::from(1000))]));
		let find = |class, kind, instance: u64| {
			let proof = built.prove(class, kind, instance.into()).unwrap();
			proof.find_under(built.root(), class, kind, instance.into()).unwrap()
		};
		assert_eq!(find(2, 1, 5), Finding::Recorded);
		assert_eq!(find(2, 1, 1000), Finding::Recorded);
		assert_eq!(find(2, 1, 6), Finding::Absent(Absence::ClearBit));
		assert_eq!(find(2, 1, 300), Finding::Absent(Absence::NoWord));
		assert_eq!(find(2, 1, 9000), Finding::Absent(Absence::NoWord));
		for (class, kind) in [(1, 1), (2, 0), (2, 2), (3, 1), (u32::MAX, 31)] {
			assert_eq!(find(class, kind, 5), Finding::Absent(Absence::NoKey));
		}
	}

	#[test]
	fn an_empty_interval_has_a_root_too() {
		let built = BitmapTree::build::<Operation>(&[], |it| it);
		let leaf = BitmapKeyLeaf { key: 0, lower_root: H256::zero(), next_key: END_OF_KEYS };
		assert_eq!(built.root(), leaf.hash());
		assert_eq!(built.prove(0, 0, U256::zero()), None);
	}

	#[test]
	fn many_classes_with_few_instances_each() {
		let recorded: BTreeSet<_> =
			(1..2000u32).map(|class| (class, 0, U256::from(class % 3) << 250)).collect();
		assert_eq!(build(&recorded).root(), simple_root(&recorded));
	}
}
