//! What is written is found again, of this network only, until it is pruned.

use super::*;
use crate::worker::{
	engine::{OwnProposal, OwnVote},
	log::WholeCut,
};
use smartlayer_commitment::{Choice, RejectReason, SignerBitmap, Snapshot, SnapshotBody};
use smartlayer_operations::{InstanceState, NO_HOLDER};
use smartlayer_types::{evm::EvmSignature, AccountId};
use std::sync::Arc;

const GENESIS: H256 = H256::repeat_byte(1);

fn open(folder: &tempfile::TempDir) -> Ledger {
	Ledger::open(&folder.path().join("ledger"), GENESIS).unwrap()
}

fn cut(interval: u64) -> Cut {
	Cut { set_id: 7, interval, ends: Vec::new(), vectors: Vec::new() }
}

fn snapshot(interval: u64) -> Snapshot {
	with_count(interval, 0)
}

fn with_count(interval: u64, operation_count: u64) -> Snapshot {
	let body = SnapshotBody {
		parent: H256::zero(),
		history_root: H256::zero(),
		bitmap_root: H256::repeat_byte(1),
		operations_root: H256::zero(),
		state_root: H256::repeat_byte(2),
		operation_count,
		cut_hash: cut(interval).hash(GENESIS),
		block_hash: H256::zero(),
		block_number: 0,
		block_time: 0,
	};
	Snapshot { interval, set_id: 7, next_set_hash: H256::zero(), body }
}

fn proposal(interval: u64, turn: u64) -> (OwnProposal, Arc<WholeCut>) {
	let (counted, signature) = (SignerBitmap::of([1]), EvmSignature([5; 65]));
	let own = OwnProposal { turn, snapshot: snapshot(interval), counted, signature };
	(own, Arc::new(WholeCut { cut: cut(interval), vectors: Vec::new() }))
}

fn vote(choice: Choice) -> OwnVote {
	OwnVote { member: 3, choice, signature: EvmSignature([6; 65]) }
}

fn slot(seq: u64) -> Slot {
	let (instance, actor) = (9.into(), AccountId::new([1; 32]));
	Slot::Recorded { class: 1, instance, kind: 4, actor, seq }
}

fn operation(seq: u64) -> Operation {
	let (instance, actor) = (9.into(), AccountId::new([1; 32]));
	let data = H256::zero();
	Operation { class: 1, instance, seq, kind: 4, actor, to: NO_HOLDER, data, time_ms: 5 }
}

fn head(settled: u64) -> Head {
	Head {
		settled,
		snapshot: H256::repeat_byte(3),
		state_root: H256::repeat_byte(4),
		generation: 2,
	}
}

fn settle(ledger: &Ledger, interval: u64, count: u64, taken: &Taken) {
	let cut = SettledCut { cut: cut(interval), changes: count, block_time: interval * 100 };
	let snapshot = with_count(interval, count);
	let operations: Vec<_> = (0..count).map(operation).collect();
	let changes: Vec<_> = (0..count).map(|it| ((1, it.into()), InstanceState::default())).collect();
	let (operations, changes) = (&operations, &changes);
	let entry = Entry { snapshot: &snapshot, cut: &cut, operations, changes, taken };
	ledger.settle(&head(interval), &entry).unwrap();
}

#[test]
fn what_was_said_is_found_again_after_a_restart() {
	let folder = tempfile::tempdir().unwrap();
	let (own, whole) = proposal(1, 4);
	let digest = H256::repeat_byte(8);
	let reject = Choice::Reject(RejectReason::WrongRoot);
	{
		let ledger = open(&folder);
		ledger.record(&Record::Proposal(Box::new(own.clone()), whole.clone())).unwrap();
		ledger.record(&Record::Vote(1, digest, vote(reject))).unwrap();
		ledger.record(&Record::Signed(1, digest)).unwrap();
	}
	let stored = open(&folder).stored().unwrap();
	assert_eq!(stored.settled, 0);
	assert_eq!(stored.proposals, [(own, whole)]);
	assert_eq!(stored.votes, [(1, digest, vote(reject))]);
	assert_eq!(stored.signed, [(1, digest)]);
}

#[test]
fn a_settled_interval_needs_neither_votes_nor_proposals_but_what_was_signed_stays() {
	let folder = tempfile::tempdir().unwrap();
	let ledger = open(&folder);
	let digest = H256::repeat_byte(8);
	for interval in 1..=3 {
		let (own, whole) = proposal(interval, 0);
		ledger.record(&Record::Proposal(Box::new(own), whole)).unwrap();
		ledger.record(&Record::Vote(interval, digest, vote(Choice::Approve))).unwrap();
		ledger.record(&Record::Signed(interval, digest)).unwrap();
	}
	settle(&ledger, 2, 0, &Taken::default());
	let stored = ledger.stored().unwrap();
	assert_eq!(stored.settled, 2);
	assert_eq!(stored.votes, [(3, digest, vote(Choice::Approve))]);
	assert_eq!(stored.proposals, [proposal(3, 0)]);
	assert_eq!(stored.signed.len(), 3);
	assert_eq!(ledger.head().unwrap(), head(2));
}

#[test]
fn settled_intervals_are_found_page_by_page() {
	let folder = tempfile::tempdir().unwrap();
	let ledger = open(&folder);
	let count = PAGE as u64 + 1;
	settle(&ledger, 1, count, &Taken::default());
	assert_eq!(ledger.cut(1).unwrap().unwrap().changes, count);
	assert_eq!(ledger.operations(1, 0).unwrap().unwrap().len(), PAGE);
	assert_eq!(ledger.operations(1, 1).unwrap().unwrap(), [operation(PAGE as u64)]);
	assert_eq!(ledger.operations(1, 2).unwrap(), None);
	assert_eq!(ledger.changes(1, 1).unwrap().unwrap().len(), 1);
	assert_eq!(ledger.cut(2).unwrap(), None);
}

#[test]
fn operations_are_found_by_class_by_instance_and_by_digest_until_they_are_pruned() {
	let folder = tempfile::tempdir().unwrap();
	let ledger = open(&folder);
	let at = |class: u32, instance: u64, seq| Operation {
		class,
		instance: instance.into(),
		..operation(seq)
	};
	// The second class begins on the first page and ends on the second.
	let first = PAGE as u64 - 3;
	let few = (0..first).map(|it| at(1, it, 0));
	let operations: Vec<_> =
		few.chain((0..5).map(|it| at(2, 8, it))).chain([at(2, 9, 0)]).collect();
	let digests: Vec<_> = (0..operations.len() as u64).map(H256::from_low_u64_be).collect();
	let taken =
		Taken { operations: digests.iter().map(|it| (*it, 5)).collect(), slots: Vec::new() };
	let nothing = Taken::default();
	let later = (2, &operations[first as usize..], &nothing);
	for (interval, operations, taken) in [(1, &operations[..], &taken), later] {
		let (cut, snapshot) = (cut(interval), with_count(interval, operations.len() as u64));
		let cut = SettledCut { cut, changes: 0, block_time: interval * 100 };
		let entry = Entry { snapshot: &snapshot, cut: &cut, operations, changes: &[], taken };
		ledger.settle(&head(interval), &entry).unwrap();
	}
	assert_eq!(ledger.of_class(1, 2).unwrap(), Some(Run { first, count: 6 }));
	assert_eq!(ledger.of_class(1, 3).unwrap(), None);
	let all = [(1, Run { first, count: 5 }), (2, Run { first: 0, count: 5 })];
	assert_eq!(ledger.of_instance(2, 8.into(), 1, 10).unwrap(), all);
	assert_eq!(ledger.of_instance(2, 8.into(), 1, 1).unwrap(), all[..1]);
	assert_eq!(ledger.of_instance(2, 8.into(), 2, 10).unwrap(), all[1..]);
	assert_eq!(ledger.of_instance(2, 7.into(), 1, 10).unwrap(), []);
	let run = Run { first: first + 1, count: 4 };
	assert_eq!(ledger.run(1, run).unwrap(), (1..5).map(|it| at(2, 8, it)).collect::<Vec<_>>());
	assert_eq!(ledger.run(1, Run { first: first + 5, count: 9 }).unwrap(), [at(2, 9, 0)]);
	assert_eq!(ledger.place(&digests[PAGE]).unwrap(), Some((1, PAGE as u64)));
	assert_eq!(ledger.place(&H256::repeat_byte(9)).unwrap(), None);
	// What is taken over later without a place does not make the place forgotten.
	ledger.remember(&taken).unwrap();
	assert_eq!(ledger.place(&digests[PAGE]).unwrap(), Some((1, PAGE as u64)));
	assert_eq!(ledger.whole_from().unwrap(), 1);

	ledger.prune(0, u64::MAX).unwrap();
	assert_eq!(ledger.whole_from().unwrap(), 2);
	assert_eq!(ledger.of_class(1, 2).unwrap(), None);
	assert_eq!(ledger.of_instance(2, 8.into(), 1, 10).unwrap(), all[1..]);
	assert_eq!(ledger.of_instance(1, 0.into(), 1, 10).unwrap(), []);
	assert_eq!(ledger.run(1, run).unwrap(), []);
	let snapshots = [with_count(1, first + 6), with_count(2, 6)];
	assert_eq!(ledger.snapshots(1, 10).unwrap(), snapshots, "kept for ever");
	assert_eq!(ledger.snapshots(2, 10).unwrap(), snapshots[1..]);
	assert_eq!(ledger.snapshots(0, 10).unwrap(), []);
	ledger.remember_snapshots(&[snapshot(4)]).unwrap();
	assert_eq!(ledger.snapshots(1, 10).unwrap().len(), 2, "without a gap");
}

#[test]
fn a_state_that_was_taken_over_comes_without_operations() {
	let folder = tempfile::tempdir().unwrap();
	let ledger = open(&folder);
	settle(&ledger, 1, 3, &Taken::default());
	let (cut, snapshot) = (cut(5), with_count(5, 3));
	let cut = SettledCut { cut, changes: 0, block_time: 500 };
	let taken = Taken::default();
	let entry =
		Entry { snapshot: &snapshot, cut: &cut, operations: &[], changes: &[], taken: &taken };
	ledger.settle(&head(5), &entry).unwrap();
	settle(&ledger, 6, 3, &Taken::default());
	assert_eq!(ledger.whole_from().unwrap(), 6);
	// One without operations leaves a gap before it as well.
	settle(&ledger, 9, 0, &Taken::default());
	assert_eq!(ledger.whole_from().unwrap(), 9);
}

#[test]
fn what_is_taken_stays_taken_until_its_time_is_over() {
	let folder = tempfile::tempdir().unwrap();
	let ledger = open(&folder);
	let digests: Vec<_> = (0..4u8).map(H256::repeat_byte).collect();
	let times = [100, 200, 300, 400];
	let taken = Taken {
		operations: digests.iter().copied().zip(times).collect(),
		slots: (0..4).map(slot).zip(times).collect(),
	};
	settle(&ledger, 1, 0, &taken);
	let listed: Vec<_> = [300, 400].into_iter().zip([slot(2), slot(3)]).collect();
	assert_eq!(ledger.slots_since(201, 10).unwrap(), listed);
	assert_eq!(ledger.slots_since(201, 1).unwrap(), listed[..1]);
	assert!(!ledger.prune(300, 0).unwrap());
	let held: Vec<_> = digests.iter().map(|it| ledger.holds(it).unwrap()).collect();
	assert_eq!(held, [false, false, true, true]);
	let taken: Vec<_> = (0..5).map(|it| ledger.taken_at(&slot(it)).unwrap()).collect();
	assert_eq!(taken, [None, None, Some(300), Some(400), None]);
	assert_eq!(ledger.slots_since(0, 10).unwrap(), listed);
}

#[test]
fn a_slot_that_is_taken_twice_is_taken_as_long_as_the_later_time_says() {
	let folder = tempfile::tempdir().unwrap();
	let ledger = open(&folder);
	for time in [100, 500, 300] {
		let taken = Taken { slots: vec![(slot(1), time)], ..Taken::default() };
		ledger.remember(&taken).unwrap();
	}
	ledger.prune(400, 0).unwrap();
	assert_eq!(ledger.taken_at(&slot(1)).unwrap(), Some(500));
	ledger.prune(501, 0).unwrap();
	assert_eq!(ledger.taken_at(&slot(1)).unwrap(), None);
}

#[test]
fn many_old_entries_are_pruned_part_by_part() {
	let folder = tempfile::tempdir().unwrap();
	let ledger = open(&folder);
	let taken = Taken { slots: (0..5_000).map(|it| (slot(it), it)).collect(), ..Taken::default() };
	ledger.remember(&taken).unwrap();
	assert!(ledger.prune(u64::MAX, 0).unwrap());
	assert_eq!(ledger.taken_at(&slot(4_095)).unwrap(), None);
	assert_eq!(ledger.taken_at(&slot(4_096)).unwrap(), Some(4_096));
	assert!(!ledger.prune(u64::MAX, 0).unwrap());
	assert_eq!(ledger.taken_at(&slot(4_999)).unwrap(), None);
}

#[test]
fn old_intervals_are_pruned_but_the_last_one_is_kept() {
	let folder = tempfile::tempdir().unwrap();
	let ledger = open(&folder);
	for interval in 1..=4 {
		settle(&ledger, interval, 3, &Taken::default());
	}
	assert!(ledger.prune(0, 250_000).unwrap(), "one after the other");
	assert!(ledger.cut(2).unwrap().is_some());
	while ledger.prune(0, 250_000).unwrap() {}
	let kept: Vec<_> = (1..=4).map(|it| ledger.cut(it).unwrap().is_some()).collect();
	assert_eq!(kept, [false, false, true, true]);
	assert_eq!(ledger.operations(2, 0).unwrap(), None);
	assert_eq!(ledger.changes(2, 0).unwrap(), None);
	while ledger.prune(0, u64::MAX).unwrap() {}
	assert_eq!(ledger.cut(3).unwrap(), None);
	assert!(ledger.cut(4).unwrap().is_some() && ledger.changes(4, 0).unwrap().is_some());
}

#[test]
fn the_ledger_of_another_network_or_a_damaged_one_is_refused() {
	let folder = tempfile::tempdir().unwrap();
	drop(open(&folder));
	let path = folder.path().join("ledger");
	let other = Ledger::open(&path, H256::repeat_byte(2));
	assert!(matches!(other, Err(LedgerError::OtherGenesis { .. })));
	let bytes = std::fs::read(&path).unwrap();
	std::fs::write(&path, &bytes[..100]).unwrap();
	assert!(Ledger::open(&path, GENESIS).is_err());
	std::fs::write(&path, b"something else entirely").unwrap();
	assert!(Ledger::open(&path, GENESIS).is_err());
}
