//! Settlement in order, and what happens when the own build does not lead there.

use super::desk::*;
use crate::worker::{
	engine::{Event, Fetched, FinalView, Task},
	log::WholeCut,
};
use smartlayer_commitment::{api::AnchorSet, Choice};
use sp_core::H256;
use std::sync::Arc;

fn four() -> Arc<AnchorSet> {
	set_of(7, 1..=4)
}

/// The tasks that it began since it was asked last.
fn begun(desk: &mut Desk) -> Vec<Task<()>> {
	let _ = desk.said();
	desk.tasks.drain(..).collect()
}

/// An anchor that has voted on what `whole` comes to.
fn voted(whole: &WholeCut) -> (Desk, Arc<AnchorSet>) {
	let set = four();
	let mut desk = Desk::new(1);
	let mut shown = view(10, 1, 0, index_in(&set, 2), &set);
	shown.living = Some(living(whole, &set, 0, index_in(&set, 2)));
	desk.best(shown);
	let submissions = desk.work(None, &[whole], &closed(&[])).0;
	assert_eq!(choices(&submissions), [Choice::Approve]);
	(desk, set)
}

#[test]
fn what_it_rebuilt_is_settled_when_its_confirmation_is_final() {
	let whole = cut(1, &four(), &[0, 1, 2], 1);
	let (mut desk, set) = voted(&whole);
	desk.best(view(12, 2, 0, index_in(&set, 3), &set));
	assert!(begun(&mut desk).is_empty(), "not before it is final");
	desk.finalised(final_view(&[confirmed(&whole, &set)]));
	let tasks = begun(&mut desk);
	let [Task::Settle(of, rebuilt)] = &tasks[..] else { panic!("{tasks:?}") };
	assert_eq!((of.hash, rebuilt.cut_hash), (snapshot(&whole, &set).hash(), hash_of(&whole)));
	desk.finalised(final_view(&[confirmed(&whole, &set)]));
	assert!(begun(&mut desk).is_empty(), "once");
	desk.engine.settled(0, 1);
	assert_eq!(desk.engine.last_settled(), 1);
	assert!(desk.engine.body(&hash_of(&whole)).is_none(), "nobody needs it any more");
}

#[test]
fn what_it_never_saw_is_taken_over_from_others() {
	let set = four();
	let whole = cut(1, &set, &[0, 1, 2], 1);
	let mut desk = Desk::new(1);
	desk.finalised(final_view(&[confirmed(&whole, &set)]));
	assert!(matches!(&begun(&mut desk)[..], [Task::TakeOver(of)] if of.snapshot.interval == 1));
	desk.engine.taken_over(0, None);
	assert!(begun(&mut desk).is_empty(), "not again at once");
	desk.engine.tick(1);
	assert!(matches!(&begun(&mut desk)[..], [Task::TakeOver(_)]));
	desk.engine.taken_over(0, Some(rebuilt(&whole)));
	assert!(matches!(&begun(&mut desk)[..], [Task::Settle(..)]));
}

#[test]
fn what_a_quorum_confirmed_wins_over_the_own_build() {
	let whole = cut(1, &four(), &[0, 1, 2], 1);
	let (mut desk, set) = voted(&whole);
	let mut other = confirmed(&whole, &set);
	other.snapshot.body.state_root = H256::repeat_byte(9);
	other.hash = other.snapshot.hash();
	desk.finalised(final_view(&[other]));
	let (_, events) = desk.said();
	assert_eq!(events, [Event::Differs(1)]);
	assert!(matches!(&begun(&mut desk)[..], [Task::TakeOver(_)]));
}

#[test]
fn a_body_that_can_not_be_rebuilt_in_time_is_taken_over() {
	let set = four();
	let whole = cut(1, &set, &[0, 1, 2], 1);
	let mut desk = Desk::new(1);
	let mut shown = view(10, 1, 0, index_in(&set, 2), &set);
	shown.living = Some(living(&whole, &set, 0, index_in(&set, 2)));
	desk.best(shown);
	desk.engine.looked(0, 1, Some(closed(&[])));
	let hash = hash_of(&whole);
	desk.engine.fetched(0, hash, Fetched::Whole(Arc::new(whole.clone())));
	desk.finalised(final_view(&[confirmed(&whole, &set)]));
	let lacking = smartlayer_commitment::Incomplete::Interval(1);
	desk.engine.rebuilt(0, hash, Err(lacking));
	assert!(begun(&mut desk).iter().any(|it| matches!(it, Task::TakeOver(_))));
}

#[test]
fn intervals_are_settled_in_order() {
	let set = four();
	let (first, second) = (cut(1, &set, &[0, 1, 2], 1), cut(2, &set, &[0, 1, 2], 1));
	let mut desk = Desk::new(1);
	desk.finalised(final_view(&[confirmed(&first, &set), confirmed(&second, &set)]));
	assert!(matches!(&begun(&mut desk)[..], [Task::TakeOver(of)] if of.snapshot.interval == 1));
	desk.engine.taken_over(0, Some(rebuilt(&second)));
	assert!(!begun(&mut desk).iter().any(|it| matches!(it, Task::Settle(..))), "not out of order");
	desk.engine.tick(1);
	let _ = begun(&mut desk);
	desk.engine.taken_over(0, Some(rebuilt(&first)));
	assert!(matches!(&begun(&mut desk)[..], [Task::Settle(of, _)] if of.snapshot.interval == 1));
	desk.engine.settled(0, 1);
	desk.engine.tick(2);
	assert!(matches!(&begun(&mut desk)[..], [Task::TakeOver(of)] if of.snapshot.interval == 2));
}

#[test]
fn what_the_chain_keeps_no_more_is_synchronised() {
	let set = four();
	let mut desk = Desk::new(1);
	let newest = confirmed(&cut(900, &set, &[0, 1, 2], 1), &set);
	desk.finalised(FinalView { newest: Some(newest), ..FinalView::default() });
	assert!(
		matches!(&begun(&mut desk)[..], [Task::Synchronise(to)] if to.snapshot.interval == 900)
	);
	desk.engine.synchronised(0, None);
	desk.engine.tick(1);
	assert!(matches!(&begun(&mut desk)[..], [Task::Synchronise(_)]));
	desk.engine.synchronised(0, Some(900));
	assert_eq!(desk.engine.last_settled(), 900);
}

#[test]
fn what_nobody_gives_for_long_is_synchronised_but_only_far_behind() {
	let set = four();
	let fail = |behind: u64| {
		let mut desk = Desk::new(1);
		let all: Vec<_> =
			(1..=behind).map(|it| confirmed(&cut(it, &set, &[0, 1, 2], 1), &set)).collect();
		desk.finalised(final_view(&all));
		for now in 1..10 {
			let tasks = begun(&mut desk);
			if tasks.iter().any(|it| matches!(it, Task::Synchronise(_))) {
				return Some(now);
			}
			desk.engine.taken_over(now, None);
			desk.engine.tick(now);
		}
		None
	};
	assert_eq!(fail(4), Some(6));
	assert_eq!(fail(3), None, "the others settle it soon");
}

#[test]
fn while_it_settles_it_neither_votes_nor_proposes() {
	let whole = cut(1, &four(), &[0, 1, 2], 1);
	let (mut desk, set) = voted(&whole);
	desk.finalised(final_view(&[confirmed(&whole, &set)]));
	let _ = begun(&mut desk);
	let mut shown = view(13, 1, 0, index_in(&set, 2), &set);
	shown.living = Some(living(&whole, &set, 0, index_in(&set, 2)));
	desk.best(shown);
	assert!(desk.submissions().is_empty());
}

#[test]
fn of_two_confirmations_the_final_one_counts() {
	let set = four();
	let (first, second) = (cut(1, &set, &[0, 1, 2], 1), cut(1, &set, &[1, 2, 3], 2));
	let (mut desk, set) = voted(&first);
	// The first is confirmed in a block that is orphaned; in the other fork a second one was proposed.
	desk.best(view(11, 2, 0, index_in(&set, 3), &set));
	let mut shown = view(12, 1, 1, index_in(&set, 3), &set);
	shown.living = Some(living(&second, &set, 1, index_in(&set, 3)));
	desk.best(shown);
	let submissions = desk.work(None, &[&second], &closed(&[])).0;
	assert_eq!(choices(&submissions), [Choice::Approve], "another proposal, another vote");
	desk.finalised(final_view(&[confirmed(&second, &set)]));
	assert!(begun(&mut desk).iter().any(|it| {
		matches!(it, Task::Settle(_, rebuilt) if rebuilt.cut_hash == hash_of(&second))
	}));
}

#[test]
fn a_build_that_ends_after_its_interval_was_settled_counts_for_nothing() {
	let set = four();
	let whole = cut(1, &set, &[0, 1, 2], 1);
	let mut desk = Desk::new(1);
	desk.settle_up_to(1);
	desk.engine.rebuilt(0, hash_of(&whole), Ok(rebuilt(&whole)));
	desk.finalised(final_view(&[confirmed(&cut(2, &set, &[0, 1, 2], 1), &set)]));
	assert!(begun(&mut desk).iter().all(|it| matches!(it, Task::TakeOver(_))));
}
