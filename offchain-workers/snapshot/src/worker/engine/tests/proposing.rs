//! Turns and proposals.

use super::desk::*;
use crate::worker::{
	engine::{Event, Submission, Task},
	log::{Standing, WholeCut},
};
use smartlayer_commitment::{api::AnchorSet, Proposal};
use std::sync::Arc;

fn four() -> Arc<AnchorSet> {
	set_of(7, 1..=4)
}

/// Anchor 1 in its turn, and its cut.
fn in_turn() -> (Desk, Arc<AnchorSet>, WholeCut) {
	let set = four();
	let mut desk = Desk::new(1);
	desk.best(view(10, 1, 0, index_in(&set, 1), &set));
	let whole = cut(1, &set, &[0, 1, 2, 3], 1);
	(desk, set, whole)
}

fn proposal(submissions: &[Submission]) -> Option<&crate::worker::engine::OwnProposal> {
	submissions.iter().find_map(|it| match it {
		Submission::Proposal(own) => Some(&**own),
		_ => None,
	})
}

#[test]
fn the_anchor_in_turn_proposes_what_its_cut_comes_to() {
	let (mut desk, set, whole) = in_turn();
	let (submissions, events) = desk.work(Some(&whole), &[], &closed(&[]));
	let own = proposal(&submissions).unwrap();
	assert_eq!(own.snapshot, snapshot(&whole, &set));
	assert_eq!(own.snapshot.body.block_time, 5, "in seconds");
	let said = Proposal {
		interval: 1,
		turn: 0,
		snapshot_hash: own.snapshot.hash(),
		counted: whole.cut.counted(),
	};
	assert!(member(1).signed(&said.hash(GENESIS), &own.signature));
	assert_eq!(events, [Event::Proposed(1, 0)]);
	assert_eq!(
		desk.engine.body(&hash_of(&whole)).as_deref(),
		Some(&whole),
		"others can ask for it"
	);
}

#[test]
fn out_of_turn_nobody_proposes() {
	let set = four();
	let mut desk = Desk::new(1);
	desk.best(view(10, 1, 0, index_in(&set, 2), &set));
	assert!(desk.work(Some(&cut(1, &set, &[0], 1)), &[], &closed(&[])).0.is_empty());
}

#[test]
fn it_waits_for_closing_vectors_up_to_the_limit() {
	let (mut desk, _, whole) = in_turn();
	let some = Standing { all_closed: false, ..closed(&[]) };
	for _ in 0..5 {
		assert!(desk.work(Some(&whole), &[], &some).0.is_empty());
		desk.now_ms += 1_000;
		desk.engine.tick(desk.now_ms);
	}
	desk.now_ms += 2_000;
	desk.engine.tick(desk.now_ms);
	assert!(proposal(&desk.work(Some(&whole), &[], &some).0).is_some());
}

#[test]
fn near_the_end_of_its_turn_it_waits_no_more() {
	let (mut desk, set, whole) = in_turn();
	let some = Standing { all_closed: false, ..closed(&[]) };
	assert!(desk.work(Some(&whole), &[], &some).0.is_empty());
	desk.best(view(96, 1, 0, index_in(&set, 1), &set));
	assert!(proposal(&desk.work(Some(&whole), &[], &some).0).is_some());
}

#[test]
fn before_its_own_closing_vector_it_proposes_nothing_at_all() {
	let (mut desk, set, whole) = in_turn();
	let open = Standing { is_closed: false, ..closed(&[]) };
	desk.now_ms = 1_000_000;
	desk.best(view(98, 1, 0, index_in(&set, 1), &set));
	assert!(desk.work(Some(&whole), &[], &open).0.is_empty());
}

#[test]
fn a_proposal_is_submitted_after_each_block_until_the_chain_shows_it() {
	let (mut desk, set, whole) = in_turn();
	let first = desk.work(Some(&whole), &[], &closed(&[])).0;
	desk.engine.tick(100);
	assert!(desk.submissions().is_empty(), "once after a block");
	desk.best(view(11, 1, 0, index_in(&set, 1), &set));
	assert_eq!(proposal(&desk.submissions()), proposal(&first), "the same one");
	let mut shown = view(12, 1, 0, index_in(&set, 1), &set);
	shown.living = Some(living(&whole, &set, 0, index_in(&set, 1)));
	desk.best(shown);
	assert_eq!(proposal(&desk.submissions()), None);
}

#[test]
fn a_restarted_anchor_proposes_the_same_in_the_same_turn() {
	let (mut desk, set, whole) = in_turn();
	let first = desk.work(Some(&whole), &[], &closed(&[])).0;
	let mut again = desk.restarted();
	again.best(view(11, 1, 0, index_in(&set, 1), &set));
	let other = cut(1, &set, &[0, 1, 2], 9);
	let second = again.work(Some(&other), &[], &closed(&[])).0;
	assert_eq!(proposal(&second), proposal(&first));
	assert_eq!(again.engine.body(&hash_of(&whole)).as_deref(), Some(&whole));
}

#[test]
fn after_a_void_there_is_no_other_proposal_in_the_turn_but_one_in_a_later_turn() {
	let (mut desk, set, whole) = in_turn();
	let first = desk.work(Some(&whole), &[], &closed(&[])).0;
	// The chain shows no living proposal any more: this one was voided.
	desk.best(view(12, 1, 0, index_in(&set, 1), &set));
	let other = cut(1, &set, &[0, 1, 2], 2);
	let again = desk.work(Some(&other), &[], &closed(&[])).0;
	assert_eq!(proposal(&again), proposal(&first), "which the chain refuses");
	desk.best(view(101, 1, 4, index_in(&set, 1), &set));
	let later = desk.work(Some(&other), &[], &closed(&[])).0;
	let later = proposal(&later).unwrap();
	assert_eq!((later.turn, later.snapshot.body.cut_hash), (4, hash_of(&other)));
}

#[test]
fn while_a_proposal_lives_nobody_proposes_another() {
	let set = four();
	let mut desk = Desk::new(1);
	let whole = cut(1, &set, &[0, 1, 2], 3);
	let mut shown = view(10, 1, 1, index_in(&set, 1), &set);
	shown.living = Some(living(&whole, &set, 0, index_in(&set, 2)));
	desk.best(shown);
	let (submissions, _) = desk.work(Some(&cut(1, &set, &[0], 1)), &[&whole], &closed(&[]));
	assert_eq!(proposal(&submissions), None);
}

#[test]
fn on_a_confirmation_that_is_not_final_nothing_is_built() {
	let set = four();
	let mut desk = Desk::new(1);
	desk.best(view(10, 2, 0, index_in(&set, 1), &set));
	let whole = cut(2, &set, &[0, 1, 2], 1);
	assert!(desk.work(Some(&whole), &[], &closed(&[])).0.is_empty());
	desk.settle_up_to(1);
	desk.engine.tick(1);
	assert!(proposal(&desk.work(Some(&whole), &[], &closed(&[])).0).is_some());
}

#[test]
fn a_turn_without_a_proposal_is_missed_but_not_if_the_interval_is_confirmed() {
	let (mut desk, set, _) = in_turn();
	desk.best(view(100, 1, 1, index_in(&set, 2), &set));
	assert_eq!(desk.said().1, [Event::MissedTurn(1, 0)]);
	let (mut desk, set, _) = in_turn();
	desk.best(view(20, 2, 0, index_in(&set, 2), &set));
	assert_eq!(desk.said().1, []);
}

#[test]
fn a_log_that_took_no_part_gives_no_cut_and_no_proposal() {
	let (mut desk, _, _) = in_turn();
	assert!(desk.work(None, &[], &closed(&[])).0.is_empty());
}

#[test]
fn a_cut_that_can_not_be_rebuilt_yet_is_tried_again() {
	let (mut desk, set, whole) = in_turn();
	let _ = desk.said();
	desk.engine.looked(0, 1, Some(closed(&[])));
	let _ = desk.said();
	desk.engine.drafted(0, 1, Some(whole.clone()));
	let _ = desk.said();
	let lacking = smartlayer_commitment::Incomplete::Interval(1);
	desk.engine.rebuilt(0, hash_of(&whole), Err(lacking));
	desk.tasks.clear();
	assert!(desk.submissions().is_empty());
	assert!(desk.tasks.is_empty(), "not at once");
	desk.best(view(11, 1, 0, index_in(&set, 1), &set));
	let _ = desk.said();
	assert!(desk
		.tasks
		.iter()
		.any(|it| matches!(it, Task::Rebuild(hash, _) if *hash == hash_of(&whole))));
	assert!(proposal(&desk.work(Some(&whole), &[], &closed(&[])).0).is_some());
}
