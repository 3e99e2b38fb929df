//! Files that are not what was written.

use super::model::{changes_of, Model};
use crate::state::{Damage, StateError, StateTree};
use proptest::prelude::*;
use std::{
	collections::BTreeMap,
	fs,
	path::{Path, PathBuf},
};

/// The files of a folder and its folders.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
	let mut files = BTreeMap::new();
	for entry in fs::read_dir(folder).unwrap() {
		let path = entry.unwrap().path();
		if path.is_dir() {
			files.extend(self::files(&path));
		} else {
			files.insert(path.clone(), fs::read(&path).unwrap());
		}
	}
	files
}

fn step(tree: &mut StateTree, model: &mut Model, interval: u64) {
	let changes = changes_of(interval, 60);
	let overlay = tree.apply(&changes).unwrap();
	model.apply(&changes);
	assert_eq!(overlay.root(), model.root());
	tree.commit(overlay, interval, model.root()).unwrap();
}

/// A folder with some commits.
fn filled(commits: u64) -> (tempfile::TempDir, Model) {
	let (folder, mut model) = (tempfile::tempdir().unwrap(), Model::new());
	let mut tree = StateTree::open(folder.path()).unwrap();
	(1..=commits).for_each(|interval| step(&mut tree, &mut model, interval));
	tree.flush().unwrap();
	(folder, model)
}

fn spoil(folder: &Path, name: &str, spoil: impl FnOnce(&mut Vec<u8>)) {
	let path = folder.join(name);
	let mut bytes = fs::read(&path).unwrap();
	spoil(&mut bytes);
	fs::write(&path, bytes).unwrap();
}

fn damage_at_open(folder: &Path) -> Option<Damage> {
	match StateTree::open(folder) {
		Err(StateError::Damaged { damage, .. }) => Some(damage),
		_ => None,
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(16))]

	/// What a power cut leaves behind: of some commits after the last flush any blocks of any file may be on disk, and
	/// the journal is.
	#[test]
	fn the_journal_mends_whatever_mixture_of_old_and_new_is_on_disk(
		commits in 1u64..4, which in prop::collection::vec(any::<bool>(), 64),
	) {
		let (folder, mut model) = filled(3);
		let old = files(folder.path());
		let mut tree = StateTree::open(folder.path()).unwrap();
		(4..4 + commits).for_each(|interval| step(&mut tree, &mut model, interval));
		drop(tree);
		let mut turn = which.iter().cycle();
		for (path, new) in files(folder.path()) {
			let name = path.file_name().unwrap().to_str().unwrap();
			if name != "leaves" && !name.starts_with("nodes") {
				continue;
			}
			let old = &old[&path];
			let mut mixed = new.clone();
			for (start, block) in mixed.chunks_mut(512).enumerate().map(|(it, block)| (it * 512, block)) {
				if *turn.next().unwrap() {
					// A file may not have grown, or may have grown by zeros.
					let kept = old.get(start..(start + block.len()).min(old.len())).unwrap_or_default();
					block.fill(0);
					block[..kept.len()].copy_from_slice(kept);
				}
			}
			if which[0] && old.len() < mixed.len() {
				mixed.truncate(old.len());
			}
			fs::write(&path, mixed).unwrap();
		}
		let tree = StateTree::open(folder.path()).unwrap();
		prop_assert_eq!((tree.root(), tree.interval()), (model.root(), 3 + commits));
		tree.check_everything().unwrap();
	}
}

#[test]
fn a_damaged_journal_is_an_error_and_not_an_older_state() {
	let (folder, mut model) = filled(2);
	let mut tree = StateTree::open(folder.path()).unwrap();
	step(&mut tree, &mut model, 3);
	drop(tree);
	let entry =
		files(folder.path()).into_keys().find(|it| it.parent().unwrap().ends_with("journal"));
	let name = entry.unwrap().strip_prefix(folder.path()).unwrap().to_owned();
	spoil(folder.path(), name.to_str().unwrap(), |bytes| bytes[200] ^= 1);
	assert_eq!(damage_at_open(folder.path()), Some(Damage::Checksum));
}

#[test]
fn a_missing_commit_is_noticed() {
	let (folder, mut model) = filled(2);
	let mut tree = StateTree::open(folder.path()).unwrap();
	(3..6).for_each(|interval| step(&mut tree, &mut model, interval));
	drop(tree);
	let entries: Vec<_> = files(folder.path())
		.into_keys()
		.filter(|it| it.parent().unwrap().ends_with("journal"))
		.collect();
	assert_eq!(entries.len(), 3);
	fs::remove_file(&entries[1]).unwrap();
	assert_eq!(damage_at_open(folder.path()), Some(Damage::Gap));
}

#[test]
fn changed_upper_nodes_are_noticed_when_the_folder_is_opened() {
	for (file, byte) in [("nodes-5", 0), ("nodes-5", 126 * 32), ("nodes-1", 5), ("nodes-0", 70)] {
		let (folder, _) = filled(2);
		spoil(folder.path(), file, |bytes| bytes[byte] ^= 1);
		assert_eq!(damage_at_open(folder.path()), Some(Damage::Root), "{file}");
	}
}

#[test]
fn a_file_that_ends_early_is_noticed_when_the_folder_is_opened() {
	for file in ["leaves", "nodes-0", "nodes-3"] {
		let (folder, _) = filled(2);
		spoil(folder.path(), file, |bytes| bytes.truncate(bytes.len() - 100));
		assert_eq!(damage_at_open(folder.path()), Some(Damage::TooShort), "{file}");
	}
}

#[test]
fn a_changed_head_is_noticed() {
	let (folder, _) = filled(2);
	spoil(folder.path(), "head", |bytes| bytes[20] ^= 1);
	assert_eq!(damage_at_open(folder.path()), Some(Damage::Checksum));
}

#[test]
fn a_changed_leaf_proves_nothing() {
	let (folder, model) = filled(2);
	// The mask of leaf 3.
	spoil(folder.path(), "leaves", |bytes| bytes[3 * 148 + 103] ^= 1);
	let tree = StateTree::open(folder.path()).unwrap();
	let leaf = &model.leaves[3];
	let proof = tree.prove(leaf.class, leaf.instance);
	assert!(matches!(proof, Err(StateError::Damaged { damage: Damage::Leaf, .. })));
	let everything = tree.check_everything();
	assert!(matches!(everything, Err(StateError::Damaged { damage: Damage::Leaf, .. })));
}

#[test]
fn a_changed_key_is_not_found() {
	let (folder, model) = filled(2);
	spoil(folder.path(), "leaves", |bytes| bytes[3 * 148] ^= 0x80);
	let tree = StateTree::open(folder.path());
	let leaf = &model.leaves[3];
	// The index is made of the leaves here, so the key is somewhere else, or nowhere.
	let found = tree.and_then(|tree| tree.prove(leaf.class, leaf.instance));
	assert!(matches!(found, Err(StateError::Damaged { .. })));
}

#[test]
fn an_index_that_is_lost_is_made_anew() {
	let (folder, mut model) = filled(3);
	fs::remove_dir_all(folder.path().join("index")).unwrap();
	let mut tree = StateTree::open(folder.path()).unwrap();
	step(&mut tree, &mut model, 4);
	tree.check_everything().unwrap();
}

#[test]
fn a_folder_that_was_not_finished_counts_as_empty() {
	let (folder, _) = filled(2);
	fs::remove_file(folder.path().join("head")).unwrap();
	let tree = StateTree::open(folder.path()).unwrap();
	assert_eq!((tree.count(), tree.interval()), (1, 0));
	tree.check_everything().unwrap();
}
