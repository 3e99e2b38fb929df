//! Changes, overlays and commits.

use super::model::{changes, changes_of, state, Model};
use crate::state::{StateError, StateTree};
use proptest::prelude::*;
use smartlayer_commitment::{state_key, Change, StateLeaf};
use sp_core::{H256, U256};

fn open() -> (tempfile::TempDir, StateTree) {
	let folder = tempfile::tempdir().unwrap();
	let tree = StateTree::open(folder.path()).unwrap();
	(folder, tree)
}

fn commit(tree: &mut StateTree, changes: &[Change]) {
	let overlay = tree.apply(changes).unwrap();
	let (interval, root) = (tree.interval() + 1, overlay.root());
	tree.commit(overlay, interval, root).unwrap();
}

#[test]
fn a_new_tree_has_the_first_leaf_alone() {
	let (_folder, tree) = open();
	assert_eq!((tree.root(), tree.count()), (StateLeaf::first().hash(), 1));
	assert_eq!(tree.interval(), 0);
	let proof = tree.prove(1, U256::from(5)).unwrap();
	assert_eq!(proof.verify_under(tree.root(), 1, U256::from(5)), Ok(Default::default()));
	tree.check_everything().unwrap();
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(12))]

	#[test]
	fn every_overlay_and_every_commit_is_what_the_model_says(
		intervals in prop::collection::vec(prop::collection::vec((0u64..400, any::<u64>()), 0..150), 1..6),
		reopen in any::<[bool; 6]>(),
	) {
		let (folder, mut tree) = open();
		let mut model = Model::new();
		for (numbers, reopen) in intervals.into_iter().zip(reopen) {
			let changes = changes(numbers);
			model.apply(&changes);
			let overlay = tree.apply(&changes).unwrap();
			let root = model.root();
			prop_assert_eq!(overlay.root(), root);
			prop_assert_eq!(overlay.count(), model.leaves.len() as u64);
			for ((class, instance), state) in changes.iter().cloned() {
				prop_assert_eq!(overlay.state_of(&tree, class, instance).unwrap(), Some(state.clone()));
				let proof = overlay.prove(&tree, class, instance).unwrap();
				prop_assert_eq!(proof.verify_under(root, class, instance), Ok(state));
			}
			for number in (0..500u64).step_by(17) {
				let (class, instance) = (1 + (number % 3) as u32, U256::from(number));
				let state = model.state_of(class, instance);
				prop_assert_eq!(overlay.state_of(&tree, class, instance).unwrap(), state.clone());
				let proof = overlay.prove(&tree, class, instance).unwrap();
				prop_assert_eq!(proof.verify_under(root, class, instance), Ok(state.unwrap_or_default()));
			}
			let interval = tree.interval() + 1;
			tree.commit(overlay, interval, root).unwrap();
			if reopen {
				drop(tree);
				tree = StateTree::open(folder.path()).unwrap();
			}
			prop_assert_eq!((tree.root(), tree.count()), (root, model.leaves.len() as u64));
			for ((class, instance), state) in changes {
				let proof = tree.prove(class, instance).unwrap();
				prop_assert_eq!(proof.verify_under(root, class, instance), Ok(state));
			}
			tree.check_everything().unwrap();
		}
	}
}

#[test]
fn proposals_are_tried_without_a_trace() {
	let (_folder, mut tree) = open();
	commit(&mut tree, &changes_of(1, 50));
	let before = tree.root();
	let one = tree.apply(&changes_of(2, 50)).unwrap();
	let other = tree.apply(&changes_of(3, 70)).unwrap();
	assert_ne!(one.root(), other.root());
	assert_eq!(tree.root(), before);
	assert_eq!(tree.apply(&changes_of(2, 50)).unwrap().root(), one.root());
	tree.check_everything().unwrap();
}

#[test]
fn an_interval_without_changes_has_the_same_root() {
	let (_folder, mut tree) = open();
	commit(&mut tree, &changes_of(1, 10));
	let (root, count) = (tree.root(), tree.count());
	commit(&mut tree, &[]);
	assert_eq!((tree.root(), tree.count(), tree.interval()), (root, count, 2));
}

#[test]
fn an_overlay_on_another_state_is_refused() {
	let (_folder, mut tree) = open();
	let late = tree.apply(&changes_of(1, 10)).unwrap();
	commit(&mut tree, &changes_of(2, 10));
	let (root, confirmed) = (late.root(), tree.root());
	assert!(matches!(late.state_of(&tree, 1, U256::zero()), Err(StateError::Stale)));
	assert!(matches!(tree.commit(late, 2, root), Err(StateError::Stale)));
	assert_eq!(tree.root(), confirmed);
}

#[test]
fn a_wrong_root_or_interval_is_not_committed() {
	let (_folder, mut tree) = open();
	commit(&mut tree, &changes_of(1, 10));
	let confirmed = tree.root();
	let overlay = tree.apply(&changes_of(2, 10)).unwrap();
	let root = overlay.root();
	let wrong = tree.commit(overlay.clone(), 2, H256::zero());
	assert!(matches!(wrong, Err(StateError::WrongRoot { .. })));
	let old = tree.commit(overlay, 1, root);
	assert!(matches!(old, Err(StateError::OldInterval { confirmed: 1, wanted: 1 })));
	assert_eq!((tree.root(), tree.interval()), (confirmed, 1));
	tree.check_everything().unwrap();
}

#[test]
fn changes_out_of_order_twice_or_of_class_zero_are_refused() {
	let (_folder, tree) = open();
	let change = |class: u32, instance: u64| -> Change { ((class, instance.into()), state(1)) };
	for wrong in [
		vec![change(1, 2), change(1, 1)],
		vec![change(2, 1), change(1, 1)],
		vec![change(1, 1), change(1, 1)],
		vec![change(0, 1)],
	] {
		assert!(matches!(tree.apply(&wrong), Err(StateError::Unordered)));
	}
	assert!(tree.apply(&[change(1, 2), change(2, 1)]).is_ok());
}

#[test]
fn a_folder_is_opened_once() {
	let (folder, tree) = open();
	assert!(matches!(StateTree::open(folder.path()), Err(StateError::InUse(_))));
	drop(tree);
	assert!(StateTree::open(folder.path()).is_ok());
}

#[test]
fn leaves_stand_in_the_order_of_appearance() {
	let (_folder, mut tree) = open();
	let change = |class: u32, instance: u64| -> Change { ((class, instance.into()), state(1)) };
	commit(&mut tree, &[change(5, 1), change(7, 0)]);
	commit(&mut tree, &[change(1, 9), change(5, 1), change(5, 2)]);
	let chunk = tree.chunk(0).unwrap().unwrap();
	let order: Vec<_> =
		chunk.leaves.iter().skip(1).map(|it| (it.class, it.instance.low_u64())).collect();
	assert_eq!(order, [(5, 1), (7, 0), (1, 9), (5, 2)]);
	assert_eq!(chunk.leaves[3].key, state_key(1, 9.into()));
}
