//! The operations tree of an interval.

use super::{
	hashing::{hash_preimages, put},
	MerkleTree,
};
use crate::{proof::OperationProof, tree::tag};
use smartlayer_operations::Operation;
use sp_core::H256;

/// Name of the type of the leaves.
const LEAF: &str = "SmartLayer.Operation.v1";

/// The tree over the operations of an interval, which the caller keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationsTree {
	tree: MerkleTree,
}

impl OperationsTree {
	/// The tree over the operations of an interval, which `operation` finds in what the caller has. They are in the order
	/// of [`Extension::operations`](crate::Extension).
	pub fn build<T: Sync>(
		interval: u64,
		items: &[T],
		operation: impl Fn(&T) -> &Operation + Sync,
	) -> Self {
		let tag = tag(LEAF);
		let write = |item: &T, preimage: &mut [u8; 320]| {
			let operation = operation(item);
			put(preimage, 0, tag.as_bytes());
			put(preimage, 1, &interval.to_be_bytes());
			put(preimage, 2, &operation.class.to_be_bytes());
			put(preimage, 3, &operation.instance.to_big_endian());
			put(preimage, 4, &operation.seq.to_be_bytes());
			put(preimage, 5, &[operation.kind]);
			put(preimage, 6, operation.actor.as_ref());
			put(preimage, 7, operation.to.as_ref());
			put(preimage, 8, operation.data.as_bytes());
			put(preimage, 9, &operation.time_ms.to_be_bytes());
		};
		let mut leaves = MerkleTree::list_for(items.len());
		leaves.resize(items.len(), [0; 32]);
		hash_preimages(items, &mut leaves, write);
		Self { tree: MerkleTree::build(leaves) }
	}

	/// The root; zero without operations.
	pub fn root(&self) -> H256 {
		self.tree.root()
	}

	/// The proof of the operation at `index`, which is the one given.
	pub fn prove(&self, index: usize, operation: &Operation) -> Option<OperationProof> {
		let path = self.tree.path(index)?;
		Some(OperationProof { operation: operation.clone(), path })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::tree;
	use proptest::prelude::*;
	use sp_core::U256;

	prop_compose! {
		fn operations()(
			fields in prop::collection::vec(
				any::<(u32, [u8; 32], u64, u8, [u8; 32], [u8; 32], [u8; 32], u64)>(), 0..300,
			),
		) -> Vec<Operation> {
			fields.into_iter().map(|(class, instance, seq, kind, actor, to, data, time_ms)| Operation {
				class,
				instance: U256::from_big_endian(&instance),
				seq,
				kind,
				actor: actor.into(),
				to: to.into(),
				data: H256(data),
				time_ms,
			}).collect()
		}
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(24))]

		#[test]
		fn leaves_are_those_of_operations(interval: u64, operations in operations()) {
			let built = OperationsTree::build(interval, &operations, |it| it);
			let leaves: Vec<_> = operations.iter().map(|it| it.leaf(interval)).collect();
			prop_assert_eq!(built.root(), tree::root(&leaves));
			for (index, operation) in operations.iter().enumerate() {
				let proof = built.prove(index, operation).unwrap();
				prop_assert_eq!(proof.verify_under(built.root(), interval), Ok(operation));
			}
			prop_assert_eq!(built.tree.path(operations.len()), None);
		}
	}
}
