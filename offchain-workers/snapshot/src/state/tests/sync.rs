//! Taking the state over from others.

use super::model::changes;
use crate::state::{StateChunk, StateSync, StateTree, SyncError, CHUNK_LEAVES};
use codec::{Decode, Encode};
use sp_core::H256;

/// A tree of three chunks, the last one not full.
fn filled() -> (tempfile::TempDir, StateTree) {
	let folder = tempfile::tempdir().unwrap();
	let mut tree = StateTree::open(folder.path()).unwrap();
	for (interval, numbers) in (1..).zip([0..5000u64, 4900..9000, 0..20]) {
		let overlay = tree.apply(&changes(numbers.map(|it| (it, it + interval)))).unwrap();
		let root = overlay.root();
		tree.commit(overlay, interval, root).unwrap();
	}
	assert!(tree.count() > 2 * CHUNK_LEAVES && tree.count() < 3 * CHUNK_LEAVES);
	(folder, tree)
}

fn start(tree: &StateTree) -> (tempfile::TempDir, StateSync) {
	let folder = tempfile::tempdir().unwrap();
	let sync = StateSync::start(folder.path(), tree.interval(), tree.root()).unwrap();
	(folder, sync)
}

fn chunk(tree: &StateTree, number: u64) -> StateChunk {
	tree.chunk(number * CHUNK_LEAVES).unwrap().unwrap()
}

#[test]
fn a_state_is_taken_over_chunk_by_chunk_and_goes_on_from_there() {
	let (_there, mut tree) = filled();
	let (here, mut sync) = start(&tree);
	while let Some(from) = sync.next() {
		let sent = tree.chunk(from).unwrap().unwrap().encode();
		sync.accept(&StateChunk::decode(&mut &sent[..]).unwrap()).unwrap();
	}
	let mut copy = sync.finish().unwrap();
	assert_eq!((copy.root(), copy.count(), copy.interval()), (tree.root(), tree.count(), 3));
	copy.check_everything().unwrap();
	let more = changes((100..200u64).chain(9_000..9_500).map(|it| (it, 7)));
	for tree in [&mut tree, &mut copy] {
		let overlay = tree.apply(&more).unwrap();
		let root = overlay.root();
		tree.commit(overlay, 4, root).unwrap();
	}
	assert_eq!(copy.root(), tree.root());
	drop(copy);
	assert_eq!(StateTree::open(here.path()).unwrap().root(), tree.root());
}

#[test]
fn every_lie_is_found_out_with_the_chunk_and_another_peer_goes_on() {
	let (_there, tree) = filled();
	let (_here, mut sync) = start(&tree);
	let lies: [fn(&mut StateChunk); 7] = [
		|it| it.leaves[77].mask ^= 1,
		|it| it.leaves[4000].next_key += 1.into(),
		|it| it.right[0].0[0] ^= 1,
		|it| it.right.clear(),
		|it| it.total -= 4096,
		|it| it.total += 100_000,
		|it| it.leaves.swap_remove(5).mask = 0,
	];
	for lie in lies {
		let mut chunk = chunk(&tree, 0);
		lie(&mut chunk);
		let refused = sync.accept(&chunk);
		assert!(
			matches!(refused, Err(SyncError::NotIncluded | SyncError::WrongLength { .. })),
			"{refused:?}"
		);
		assert_eq!(sync.next(), Some(0));
	}
	for number in 0..3 {
		sync.accept(&chunk(&tree, number)).unwrap();
	}
	assert_eq!(sync.finish().unwrap().root(), tree.root());
}

#[test]
fn a_chunk_in_another_s_place_is_refused() {
	let (_there, tree) = filled();
	let (_here, mut sync) = start(&tree);
	sync.accept(&chunk(&tree, 0)).unwrap();
	let moved = |number| StateChunk { from: CHUNK_LEAVES, ..chunk(&tree, number) };
	assert!(matches!(sync.accept(&moved(0)), Err(SyncError::NotIncluded)));
	assert!(matches!(sync.accept(&moved(2)), Err(SyncError::WrongLength { .. })));
	let skipped = chunk(&tree, 2);
	assert!(matches!(sync.accept(&skipped), Err(SyncError::NotNext { wanted: CHUNK_LEAVES, .. })));
	sync.accept(&chunk(&tree, 1)).unwrap();
	assert_eq!(sync.next(), Some(2 * CHUNK_LEAVES));
}

#[test]
fn a_state_that_is_said_to_end_early_is_not_the_state() {
	let (_there, tree) = filled();
	let (here, mut sync) = start(&tree);
	let end = StateChunk { total: CHUNK_LEAVES, right: Default::default(), ..chunk(&tree, 0) };
	assert!(matches!(sync.accept(&end), Err(SyncError::NotIncluded)));
	sync.accept(&chunk(&tree, 0)).unwrap();
	assert!(matches!(sync.finish(), Err(SyncError::Incomplete)));
	assert_eq!(StateTree::open(here.path()).unwrap().count(), 1);
}

#[test]
fn a_state_under_another_root_is_refused() {
	let (_there, tree) = filled();
	let folder = tempfile::tempdir().unwrap();
	let mut sync = StateSync::start(folder.path(), 3, H256::repeat_byte(1)).unwrap();
	assert!(matches!(sync.accept(&chunk(&tree, 0)), Err(SyncError::NotIncluded)));
}

#[test]
fn chunks_begin_at_multiples_and_are_bounded() {
	let (_there, tree) = filled();
	assert_eq!(tree.chunk(1).unwrap(), None);
	assert_eq!(tree.chunk(3 * CHUNK_LEAVES).unwrap(), None);
	assert_eq!(tree.chunk(CHUNK_LEAVES * (u64::MAX / CHUNK_LEAVES)).unwrap(), None);
	let large = (0u64, 0u64, vec![chunk(&tree, 0).leaves[0].clone(); 4097], Vec::<H256>::new());
	assert!(StateChunk::decode(&mut &large.encode()[..]).is_err());
}

#[test]
fn a_folder_with_a_state_is_not_overwritten() {
	let (there, tree) = filled();
	let root = tree.root();
	drop(tree);
	assert!(StateSync::start(there.path(), 3, root).is_err());
	assert_eq!(StateTree::open(there.path()).unwrap().root(), root);
}
