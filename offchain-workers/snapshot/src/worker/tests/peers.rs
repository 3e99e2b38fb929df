//! Taking over from others, some of whom lie.

use super::network::*;
use crate::worker::{
	engine::Fetched,
	fetch, recovery,
	sync::{synchronise, Plan},
	wire::{Answer, Ask, PAGE},
};
use codec::Encode;
use smartlayer_types::evm::EvmAddress;
use sp_core::H256;
use std::sync::Arc;

/// Runs an exchange on a runtime of its own.
fn run<T>(future: impl std::future::Future<Output = T>) -> T {
	tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap().block_on(future)
}

fn whole(interval: u64) -> crate::worker::WholeCut {
	crate::worker::WholeCut { cut: cut_of(interval), vectors: Vec::new() }
}

#[test]
fn a_body_is_taken_from_whoever_has_it_and_liars_are_reported() {
	let (set, whole) = (set_of(7, 1..=4), whole(3));
	let anchor = Anchor::after(&[]);
	let peers = Peers::default();
	let order: Vec<_> = [1, 2, 3].map(|it| peers.add(it, &anchor.settled)).into();
	peers.add_body(&whole);
	peers.corrupt(1, |_, _| Answer::Cut(Box::new(cut_of(4))).encode());
	peers.corrupt(2, |_, _| vec![9; 40]);
	let hash = whole.cut.hash(GENESIS);
	let fetched = run(fetch::cut(&peers, GENESIS, hash, (3, &set), &order));
	assert!(matches!(fetched, Fetched::Whole(it) if *it == whole));
	assert_eq!(peers.reported(), order[..2]);
}

#[test]
fn what_nobody_has_is_nowhere_and_nobody_is_blamed() {
	let set = set_of(7, 1..=4);
	let anchor = Anchor::after(&[]);
	let peers = Peers::default();
	let order = [peers.add(1, &anchor.settled), EvmAddress::repeat_byte(9)];
	let hash = cut_of(3).hash(GENESIS);
	let fetched = run(fetch::cut(&peers, GENESIS, hash, (3, &set), &order));
	assert!(matches!(fetched, Fetched::Nowhere));
	assert_eq!(peers.reported(), []);
}

#[test]
fn an_answer_larger_than_answers_may_be_is_a_lie() {
	let set = set_of(7, 1..=4);
	let anchor = Anchor::after(&[]);
	let peers = Peers::default();
	let order = [peers.add(1, &anchor.settled)];
	peers.corrupt(1, |_, _| vec![0; (4 << 20) + 1]);
	let hash = cut_of(3).hash(GENESIS);
	let fetched = run(fetch::cut(&peers, GENESIS, hash, (3, &set), &order));
	assert!(matches!(fetched, Fetched::Nowhere));
	assert_eq!(peers.reported(), order);
}

#[test]
fn an_interval_is_taken_over_without_a_log() {
	let theirs = Anchor::after(&[10, 2 * PAGE as u64 + 5]);
	let ours = Anchor::after(&[10]);
	let peers = Peers::default();
	let order = [peers.add(1, &theirs.settled)];
	let snapshot = &theirs.confirmed[1];
	let taken = fetch::settled_interval(&peers, GENESIS, &snapshot.snapshot, &order, &ours.settled);
	let taken = run(taken).unwrap().unwrap();
	recovery::settle(&ours.settled, snapshot, &taken).unwrap();
	assert_eq!(ours.settled.root(), theirs.settled.root());
	// Nothing of it can come again.
	for operation in &taken.product.operations {
		let slot =
			smartlayer_operations::Slot::of(operation, smartlayer_types::SignerRole::ServiceNode);
		assert!(ours.settled.is_taken(&slot));
	}
	assert!(taken.digests.iter().all(|it| ours.settled.holds(it)));
	assert_eq!(peers.reported(), []);
}

#[test]
fn no_lie_about_an_interval_is_taken_over() {
	let theirs = Anchor::after(&[10, 20]);
	let lies: [fn(&Ask, Answer) -> Vec<u8>; 7] = [
		|_, answer| match answer {
			Answer::Settled(mut cut, count) => {
				cut.interval = 9;
				Answer::Settled(cut, count).encode()
			},
			other => other.encode(),
		},
		|_, answer| match answer {
			Answer::Settled(cut, _) => Answer::Settled(cut, u64::MAX).encode(),
			other => other.encode(),
		},
		|_, answer| match answer {
			Answer::Settled(cut, count) => Answer::Settled(cut, count - 1).encode(),
			other => other.encode(),
		},
		|_, answer| match answer {
			Answer::Operations(mut all) => {
				all[3].seq += 1;
				Answer::Operations(all).encode()
			},
			other => other.encode(),
		},
		|_, answer| match answer {
			Answer::Operations(mut all) => {
				all.pop();
				Answer::Operations(all).encode()
			},
			other => other.encode(),
		},
		|_, answer| match answer {
			Answer::Changes(mut all) => {
				all[3].1.next_seq += 1;
				Answer::Changes(all).encode()
			},
			other => other.encode(),
		},
		|_, answer| match answer {
			Answer::Changes(mut all) => {
				all.swap(0, 1);
				Answer::Changes(all).encode()
			},
			other => other.encode(),
		},
	];
	for lie in lies {
		let ours = Anchor::after(&[10]);
		let peers = Peers::default();
		let order = [peers.add(1, &theirs.settled), peers.add(2, &theirs.settled)];
		peers.corrupt(1, lie);
		let snapshot = &theirs.confirmed[1].snapshot;
		let taken = fetch::settled_interval(&peers, GENESIS, snapshot, &order, &ours.settled);
		let taken = run(taken).unwrap().unwrap();
		assert_eq!(taken.roots.state, theirs.settled.root().1, "from the other one");
		assert_eq!(peers.reported(), order[..1]);
	}
}

fn plan(theirs: &Anchor, ours: &Anchor, order: &[EvmAddress]) -> Plan {
	let (target, earlier) = theirs.confirmed.split_last().unwrap();
	Plan {
		target: target.clone(),
		earlier: earlier.iter().map(|it| it.snapshot.clone()).collect(),
		order: order.to_vec(),
		base: ours.folder.path().to_owned(),
		genesis: GENESIS,
	}
}

#[test]
fn a_new_anchor_takes_over_the_whole_state_and_what_is_taken() {
	let theirs = Anchor::after(&[9_000, 10, 30]);
	let ours = Anchor::after(&[]);
	let peers = Peers::default();
	let order = [peers.add(1, &theirs.settled)];
	let cut = run(synchronise(&peers, plan(&theirs, &ours, &order), &ours.settled)).unwrap();
	assert_eq!(cut, Some(cut_of(3)));
	assert_eq!(ours.settled.root(), theirs.settled.root());
	for interval in 1..=3u64 {
		for operation in operations_of(interval, 10) {
			let role = smartlayer_types::SignerRole::ServiceNode;
			assert!(ours.settled.is_taken(&smartlayer_operations::Slot::of(&operation, role)));
		}
	}
	let mut ours = ours.reopened();
	assert_eq!(ours.settled.root(), theirs.settled.root());
	// It goes on from there.
	let next = rebuilt_on(&ours.settled, 4, 10);
	recovery::settle(&ours.settled, &confirmed(&ours.settled, &next), &next).unwrap();
	ours = ours.reopened();
	assert_eq!(ours.settled.root(), (4, next.roots.state));
}

#[test]
fn liars_do_not_stop_a_synchronisation_and_nothing_of_theirs_stays() {
	let theirs = Anchor::after(&[9_000]);
	let ours = Anchor::after(&[]);
	let peers = Peers::default();
	let order = [peers.add(1, &theirs.settled), peers.add(2, &theirs.settled)];
	peers.corrupt(1, |ask, answer| match (ask, answer) {
		(Ask::State { from: 4_096, .. }, Answer::State(mut chunk)) => {
			chunk.leaves[7].mask ^= 1;
			Answer::State(chunk).encode()
		},
		(_, other) => other.encode(),
	});
	let done = run(synchronise(&peers, plan(&theirs, &ours, &order), &ours.settled)).unwrap();
	assert!(done.is_some());
	assert_eq!(ours.settled.root(), theirs.settled.root());
	assert_eq!(peers.reported(), order[..1]);
	let firsts =
		peers.asked().into_iter().filter(|(_, ask)| matches!(ask, Ask::State { from: 0, .. }));
	assert_eq!(firsts.count(), 1, "what was proven is not asked for again");
}

#[test]
fn no_lie_about_earlier_snapshots_is_taken_over() {
	let theirs = Anchor::after(&[5, 5, 5]);
	let lies: [fn(&mut Vec<smartlayer_commitment::Snapshot>); 4] = [
		|all| all[1].body.state_root = H256::zero(),
		|all| all.swap(0, 1),
		// One at a time would do, and would take for ever.
		|all| all.truncate(1),
		Vec::clear,
	];
	for lie in lies {
		let ours = Anchor::after(&[]);
		let peers = Peers::default();
		let order = [peers.add(1, &theirs.settled), peers.add(2, &theirs.settled)];
		peers.corrupt(1, move |_, answer| match answer {
			Answer::Snapshots(mut all) => {
				lie(&mut all);
				Answer::Snapshots(all).encode()
			},
			other => other.encode(),
		});
		let done = run(synchronise(&peers, plan(&theirs, &ours, &order), &ours.settled)).unwrap();
		assert!(done.is_some(), "from the other one");
		assert_eq!(peers.reported(), order[..1]);
		for it in &theirs.confirmed {
			let interval = it.snapshot.interval;
			let held = ours.settled.ledger().snapshot(interval).unwrap();
			assert_eq!(held.as_ref(), Some(&it.snapshot));
		}
	}
}

#[test]
fn a_state_that_went_on_meanwhile_is_not_taken_for_the_wanted_one() {
	let mut theirs = Anchor::after(&[10, 10]);
	theirs.confirmed.pop();
	let ours = Anchor::after(&[]);
	let peers = Peers::default();
	let order = [peers.add(1, &theirs.settled)];
	let done = run(synchronise(&peers, plan(&theirs, &ours, &order), &ours.settled)).unwrap();
	assert_eq!(done, None, "theirs is at interval 2, interval 1 was wanted");
	assert_eq!(ours.reopened().settled.root().0, 0);
	assert_eq!(peers.reported(), []);
}

#[test]
fn a_body_with_many_vectors_comes_in_parts() {
	let whole = super::together::with_vectors(3, 4, 700_000);
	let set = set_of(7, 1..=4);
	let anchor = Anchor::after(&[]);
	let peers = Peers::default();
	let order = [peers.add(1, &anchor.settled)];
	peers.add_body(&whole);
	let hash = whole.cut.hash(GENESIS);
	let fetched = run(fetch::cut(&peers, GENESIS, hash, (3, &set), &order));
	assert!(matches!(fetched, Fetched::Whole(it) if it == Arc::new(whole)));
	let parts = peers.asked().into_iter().filter(|(_, ask)| matches!(ask, Ask::Vectors { .. }));
	assert_eq!(parts.count(), 2);
}
