//! Kills between the two halves of a settlement.

use super::network::{confirmed, rebuilt_on, Anchor, GENESIS};
use crate::{
	state::StateTree,
	worker::{open, recovery, OpenError},
};

#[test]
fn what_is_settled_is_answered_from_and_survives() {
	let anchor = Anchor::after(&[10, 10, 10]);
	let root = anchor.settled.root();
	assert_eq!(root.0, 3);
	assert_eq!(anchor.settled.state(1, 1.into()).next_seq, 4);
	assert_eq!(anchor.settled.state(1, 2_000_009.into()).next_seq, 1);
	let again = anchor.reopened();
	assert_eq!(again.settled.root(), root);
	assert_eq!(again.settled.state(1, 1.into()).next_seq, 4);
	let recent: Vec<_> =
		again.settled.recent(GENESIS).unwrap().iter().map(|it| it.interval).collect();
	assert_eq!(recent, [1, 2, 3]);
	let last = again.settled.recent(GENESIS).unwrap().pop().unwrap();
	let domain = smartlayer_types::eip712::Domain::of(GENESIS);
	let digests: Vec<_> =
		super::network::operations_of(3, 10).iter().map(|it| it.digest(&domain)).collect();
	assert_eq!(last.operations, digests);
}

#[test]
fn a_kill_before_the_tree_is_repaired_with_what_the_ledger_holds() {
	let anchor = Anchor::after(&[10, 10]);
	let next = rebuilt_on(&anchor.settled, 3, 20_000);
	let snapshot = confirmed(&anchor.settled, &next);
	recovery::write_down(&anchor.settled, &snapshot, &next).unwrap();
	assert_eq!(anchor.settled.root().0, 2, "killed here");
	let again = anchor.reopened();
	assert_eq!(again.settled.root(), (3, snapshot.snapshot.body.state_root));
	assert_eq!(again.settled.state(1, 3_019_999.into()).next_seq, 1);
	again.settled.with_tree(StateTree::check_everything).unwrap();
	assert_eq!(again.reopened().settled.root().0, 3, "once");
}

#[test]
fn a_kill_before_the_ledger_leaves_the_interval_unsettled() {
	let anchor = Anchor::after(&[10, 10]);
	let next = rebuilt_on(&anchor.settled, 3, 10);
	let again = anchor.reopened();
	assert_eq!(again.settled.root().0, 2);
	let snapshot = confirmed(&again.settled, &next);
	recovery::settle(&again.settled, &snapshot, &rebuilt_on(&again.settled, 3, 10)).unwrap();
	assert_eq!(again.settled.root(), (3, next.roots.state));
}

#[test]
fn halves_that_do_not_belong_together_are_refused() {
	let (one, other) = (Anchor::after(&[10, 10, 10, 10]), Anchor::after(&[10]));
	let folders = [one, other].map(|it| {
		let Anchor { folder, settled, .. } = it;
		drop(settled);
		folder
	});
	let state = |at: usize| recovery::state_folder(folders[at].path(), 0);
	std::fs::remove_dir_all(state(0)).unwrap();
	std::fs::rename(state(1), state(0)).unwrap();
	let apart = open(folders[0].path(), GENESIS);
	assert!(matches!(apart, Err(OpenError::Apart { ledger: 4, state: 1 })));
}

#[test]
fn what_a_synchronisation_left_in_part_is_removed() {
	let anchor = Anchor::after(&[10]);
	let left = recovery::state_folder(anchor.folder.path(), 1);
	std::fs::create_dir_all(&left).unwrap();
	let again = anchor.reopened();
	assert!(!left.exists());
	assert!(recovery::state_folder(again.folder.path(), 0).exists());
}
