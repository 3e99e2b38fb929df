//! Votes.

use super::desk::*;
use crate::worker::{
	engine::{BestView, Fetched, Submission, Task},
	log::{Standing, WholeCut},
};
use smartlayer_commitment::{
	api::AnchorSet, Choice, Incomplete, LivingProposal, RejectReason, SignerBitmap, Vote,
};
use sp_core::H256;
use std::sync::Arc;

const WRONG: Choice = Choice::Reject(RejectReason::WrongRoot);

fn four() -> Arc<AnchorSet> {
	set_of(7, 1..=4)
}

/// The best chain with a proposal of anchor 2.
fn shown(number: u32, set: &Arc<AnchorSet>, living: LivingProposal) -> BestView {
	BestView { living: Some(living), ..view(number, 1, 0, index_in(set, 2), set) }
}

fn usual() -> (Desk, Arc<AnchorSet>, WholeCut, LivingProposal) {
	let set = four();
	let whole = cut(1, &set, &[0, 1, 2], 1);
	let living = living(&whole, &set, 0, index_in(&set, 2));
	(Desk::new(1), set, whole, living)
}

#[test]
fn what_it_rebuilds_itself_is_approved_and_signed_for_this_proposal() {
	let (mut desk, set, whole, living) = usual();
	desk.best(shown(10, &set, living.clone()));
	let submissions = desk.work(None, &[&whole], &closed(&[operation_of(&whole)])).0;
	let [Submission::Vote(of, vote)] = &submissions[..] else { panic!("{submissions:?}") };
	assert_eq!((*of, vote.choice, vote.member), (living.hash, Choice::Approve, index_in(&set, 1)));
	let said = Vote { set_id: 7, interval: 1, proposal: living.hash, choice: vote.choice };
	assert!(member(1).signed(&said.digest(GENESIS), &vote.signature));
}

#[test]
fn a_vote_is_submitted_after_each_block_until_the_chain_shows_it() {
	let (mut desk, set, whole, mut living) = usual();
	desk.best(shown(10, &set, living.clone()));
	let first = desk.work(None, &[&whole], &closed(&[])).0;
	desk.engine.tick(1);
	assert!(desk.submissions().is_empty());
	desk.best(shown(11, &set, living.clone()));
	assert_eq!(desk.submissions(), first);
	living.approvals = SignerBitmap::of([index_in(&set, 1)]);
	desk.best(shown(12, &set, living));
	assert!(desk.submissions().is_empty());
}

#[test]
fn another_root_count_or_counted_member_is_rejected() {
	let flips: [fn(&mut LivingProposal); 5] = [
		|it| it.snapshot.body.state_root.0[0] ^= 1,
		|it| it.snapshot.body.bitmap_root.0[0] ^= 1,
		|it| it.snapshot.body.operations_root.0[0] ^= 1,
		|it| it.snapshot.body.operation_count += 1,
		|it| it.proposal.counted = SignerBitmap::of([0, 1, 2, 3]),
	];
	for flip in flips {
		let (mut desk, set, whole, mut living) = usual();
		flip(&mut living);
		living.proposal.snapshot_hash = living.snapshot.hash();
		living.hash = living.proposal.hash(GENESIS);
		desk.best(shown(10, &set, living));
		let submissions = desk.work(None, &[&whole], &closed(&[])).0;
		assert_eq!(choices(&submissions), [WRONG]);
	}
}

#[test]
fn what_it_announced_and_is_left_out_is_named_unless_an_earlier_snapshot_holds_it() {
	let (mut desk, set, whole, living) = usual();
	let operation = H256::repeat_byte(9);
	desk.best(shown(10, &set, living.clone()));
	let submissions = desk.work(None, &[&whole], &closed(&[operation])).0;
	let reason = RejectReason::OmittedAnnouncement { operation };
	assert_eq!(choices(&submissions), [Choice::Reject(reason)]);

	let mut desk = Desk::new(1);
	desk.engine.context_mut().settled.insert(operation);
	desk.best(shown(10, &set, living));
	let submissions = desk.work(None, &[&whole], &closed(&[operation])).0;
	assert_eq!(choices(&submissions), [Choice::Approve]);
}

#[test]
fn before_its_closing_vector_it_does_not_vote() {
	let (mut desk, set, whole, living) = usual();
	desk.best(shown(10, &set, living));
	let open = Standing { is_closed: false, ..closed(&[]) };
	assert!(desk.work(None, &[&whole], &open).0.is_empty());
	desk.engine.tick(1);
	assert_eq!(choices(&desk.work(None, &[&whole], &closed(&[])).0), [Choice::Approve]);
}

#[test]
fn what_is_lacking_is_asked_for_and_nobody_rejects_for_it() {
	let (mut desk, set, whole, living) = usual();
	for number in 10..15 {
		desk.best(shown(number, &set, living.clone()));
		assert!(desk.work(None, &[], &closed(&[])).0.is_empty(), "nobody has the body");
	}
	desk.best(shown(15, &set, living.clone()));
	let _ = desk.said();
	let asked: Vec<_> = desk.tasks.drain(..).collect();
	let proposer = index_in(&set, 2);
	assert!(asked
		.iter()
		.any(|it| matches!(it, Task::Fetch { proposer: first, .. } if *first == proposer)));
	let hash = hash_of(&whole);
	desk.engine.fetched(0, hash, Fetched::Whole(Arc::new(whole.clone())));
	let _ = desk.said();
	desk.engine.rebuilt(0, hash, Err(Incomplete::Interval(1)));
	assert!(desk.submissions().is_empty(), "nor for batches");
	desk.tasks.clear();
	desk.best(shown(16, &set, living));
	assert_eq!(choices(&desk.work(None, &[], &closed(&[])).0), [Choice::Approve]);
}

#[test]
fn a_cut_that_is_none_is_rejected() {
	let (mut desk, set, whole, living) = usual();
	desk.best(shown(10, &set, living));
	let _ = desk.work(None, &[], &closed(&[]));
	desk.engine.fetched(0, hash_of(&whole), Fetched::Unusable);
	assert_eq!(choices(&desk.submissions()), [WRONG]);
}

#[test]
fn a_restarted_anchor_repeats_its_vote_whatever_it_would_say_now() {
	let (mut desk, set, whole, living) = usual();
	desk.best(shown(10, &set, living.clone()));
	let first = desk.work(None, &[&whole], &closed(&[])).0;
	let mut again = desk.restarted();
	again.best(shown(11, &set, living));
	let second = again.work(None, &[&whole], &closed(&[H256::repeat_byte(9)])).0;
	assert_eq!(second, first);
	assert_eq!(choices(&second), [Choice::Approve]);
}

#[test]
fn a_block_that_comes_back_finds_the_same_vote() {
	let (mut desk, set, whole, living) = usual();
	desk.best(shown(10, &set, living.clone()));
	let first = desk.work(None, &[&whole], &closed(&[])).0;
	// Another fork, in which the interval is confirmed already, and back.
	desk.best(view(11, 2, 0, index_in(&set, 3), &set));
	assert!(desk.work(None, &[&whole], &closed(&[])).0.is_empty());
	desk.best(shown(11, &set, living));
	assert_eq!(desk.work(None, &[&whole], &closed(&[H256::repeat_byte(9)])).0, first);
}

#[test]
fn the_same_snapshot_in_a_later_turn_is_another_proposal() {
	let (mut desk, set, whole, first) = usual();
	desk.best(shown(10, &set, first.clone()));
	let _ = desk.work(None, &[&whole], &closed(&[]));
	let second = living(&whole, &set, 1, index_in(&set, 3));
	assert_ne!(first.hash, second.hash);
	desk.best(shown(20, &set, second.clone()));
	let submissions = desk.work(None, &[&whole], &closed(&[])).0;
	assert!(matches!(&submissions[..], [Submission::Vote(of, _)] if *of == second.hash));
}

#[test]
fn nobody_votes_on_what_dies_with_the_next_block_or_was_voided() {
	let (mut desk, set, whole, living) = usual();
	desk.best(shown(10, &set, LivingProposal { end: 11, ..living.clone() }));
	assert!(desk.work(None, &[&whole], &closed(&[])).0.is_empty());
	desk.best(shown(10, &set, LivingProposal { voided: true, ..living.clone() }));
	assert!(desk.work(None, &[&whole], &closed(&[])).0.is_empty());
	desk.best(shown(10, &set, LivingProposal { end: 12, ..living }));
	assert_eq!(choices(&desk.work(None, &[&whole], &closed(&[])).0), [Choice::Approve]);
}

#[test]
fn who_is_no_member_does_not_vote_and_who_has_left_still_does() {
	let (_, set, whole, living) = usual();
	let mut stranger = Desk::new(9);
	stranger.best(shown(10, &set, living.clone()));
	assert!(stranger.work(None, &[&whole], &closed(&[])).0.is_empty());
	// The set in office is another one by now; the interval's own set decides.
	let mut left = Desk::new(1);
	left.best(shown(10, &set, living));
	assert_eq!(choices(&left.work(None, &[&whole], &closed(&[])).0), [Choice::Approve]);
}

#[test]
fn a_proposer_votes_on_its_own_proposal_without_asking_or_building_again() {
	let set = four();
	let mut desk = Desk::new(1);
	let own = index_in(&set, 1);
	desk.best(view(10, 1, 0, own, &set));
	let whole = cut(1, &set, &[0, 1, 2, 3], 1);
	let _ = desk.work(Some(&whole), &[], &closed(&[]));
	let mut shown = view(11, 1, 0, own, &set);
	shown.living = Some(living(&whole, &set, 0, own));
	desk.best(shown);
	assert_eq!(choices(&desk.submissions()), [Choice::Approve]);
	assert!(desk.tasks.is_empty());
}

#[test]
fn a_cut_that_goes_back_is_rejected() {
	let (mut desk, set, whole, living) = usual();
	desk.best(shown(10, &set, living));
	desk.engine.looked(0, 1, Some(closed(&[])));
	let hash = hash_of(&whole);
	desk.engine.fetched(0, hash, Fetched::Whole(Arc::new(whole.clone())));
	let back = crate::worker::engine::Rebuilt { goes_on: false, ..rebuilt(&whole) };
	desk.engine.rebuilt(0, hash, Ok(back));
	assert_eq!(choices(&desk.submissions()), [WRONG]);
}
