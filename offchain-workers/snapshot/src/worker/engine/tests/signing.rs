//! Signatures for bridges.

use super::desk::*;
use crate::worker::{
	engine::{Effect, Event, FinalView, Record, Submission, Unsigned},
	wire::SnapshotSignature,
};
use smartlayer_commitment::{api::AnchorSet, Bridge, RecordedSignatures};
use smartlayer_types::{
	anchors::quorum,
	evm::{EvmAddress, EvmSignature},
};
use sp_core::H256;
use std::sync::Arc;

const BRIDGE: Bridge = Bridge { chain_id: 1, contract: EvmAddress::repeat_byte(0xb1) };
const OTHER: Bridge = Bridge { chain_id: 137, contract: EvmAddress::repeat_byte(0xb2) };

fn unsigned(interval: u64, hash: u8, set: &Arc<AnchorSet>, bridges: &[Bridge]) -> FinalView {
	let hash = H256::repeat_byte(hash);
	let unsigned = Unsigned { interval, hash, set: set.clone(), bridges: bridges.to_vec() };
	FinalView { unsigned: vec![unsigned], ..FinalView::default() }
}

/// What it sends.
fn told(desk: &mut Desk) -> Vec<SnapshotSignature> {
	let mut told = Vec::new();
	for effect in desk.engine.take_effects() {
		match effect {
			Effect::Broadcast(signatures) => told.extend(signatures),
			Effect::Store(record) => desk.stored.push(record),
			_ => {},
		}
	}
	told
}

fn signature(seed: u8, interval: u64, hash: u8, bridge: Bridge) -> SnapshotSignature {
	let digest = bridge.digest(H256::repeat_byte(hash));
	let signature = EvmSignature(pair(seed).sign_prehashed(&digest.0).0);
	SnapshotSignature { interval, bridge, signature }
}

#[test]
fn a_final_snapshot_is_signed_for_every_bridge_whether_or_not_it_was_approved() {
	let set = set_of(7, 1..=4);
	let mut desk = Desk::new(1);
	desk.finalised(unsigned(5, 8, &set, &[BRIDGE, OTHER]));
	assert!(matches!(desk.engine.effects.first(), Some(Effect::Store(Record::Signed(5, _)))));
	let told = told(&mut desk);
	assert_eq!(told, [signature(1, 5, 8, BRIDGE), signature(1, 5, 8, OTHER)]);
	for it in &told {
		assert!(member(1).signed(&it.bridge.digest(H256::repeat_byte(8)), &it.signature));
	}
}

#[test]
fn signatures_are_sent_again_until_they_are_on_chain() {
	let set = set_of(7, 1..=4);
	let mut desk = Desk::new(1);
	desk.finalised(unsigned(5, 8, &set, &[BRIDGE, OTHER]));
	let first = told(&mut desk);
	desk.finalised(unsigned(5, 8, &set, &[OTHER]));
	assert_eq!(told(&mut desk), first[1..]);
	desk.finalised(FinalView::default());
	assert_eq!(told(&mut desk), []);
}

#[test]
fn for_one_interval_there_is_one_hash_ever() {
	let set = set_of(7, 1..=4);
	let mut desk = Desk::new(1);
	desk.finalised(unsigned(5, 8, &set, &[BRIDGE]));
	assert_eq!(told(&mut desk).len(), 1);
	desk.finalised(unsigned(5, 9, &set, &[BRIDGE]));
	assert_eq!(desk.said().1, [Event::AlreadySigned(5)]);
	// Nor after a restart, for whatever bridge, nor once everything else of the interval is forgotten.
	let mut again = desk.restarted();
	again.settle_up_to(50);
	again.finalised(unsigned(5, 9, &set, &[OTHER]));
	assert_eq!(told(&mut again), []);
	again.finalised(unsigned(5, 8, &set, &[OTHER]));
	assert_eq!(told(&mut again).len(), 1);
}

#[test]
fn members_sign_for_the_intervals_of_their_set_after_they_have_left() {
	let (old, new) = (set_of(7, 1..=4), set_of(8, 2..=5));
	let mut left = Desk::new(1);
	let mut view = unsigned(5, 8, &old, &[BRIDGE]);
	view.unsigned.extend(unsigned(6, 9, &new, &[BRIDGE]).unsigned);
	left.finalised(view.clone());
	assert_eq!(told(&mut left), [signature(1, 5, 8, BRIDGE)]);
	let mut joined = Desk::new(5);
	joined.finalised(view);
	assert_eq!(told(&mut joined), [signature(5, 6, 9, BRIDGE)]);
}

/// The submissions of quorums.
fn quorums(desk: &mut Desk) -> Vec<(u64, Bridge, RecordedSignatures)> {
	let submissions = desk.submissions().into_iter();
	let quorum = |it| match it {
		Submission::Signatures(interval, bridge, signatures) => {
			Some((interval, bridge, signatures))
		},
		_ => None,
	};
	submissions.filter_map(quorum).collect()
}

#[test]
fn exactly_a_quorum_is_submitted_in_the_order_of_its_bits() {
	let set = set_of(7, 1..=4);
	// In interval 4 the first member is the first to submit.
	let first = (1..=4).find(|seed| index_in(&set, *seed) == 0).unwrap();
	let mut desk = Desk::new(first);
	desk.finalised(unsigned(4, 8, &set, &[BRIDGE]));
	for seed in 1..=4 {
		desk.engine.received(member(seed).address, &[signature(seed, 4, 8, BRIDGE)]);
	}
	desk.best(view(20, 5, 0, 3, &set));
	let submitted = quorums(&mut desk);
	let [(4, bridge, signatures)] = &submitted[..] else { panic!("{submitted:?}") };
	assert_eq!(*bridge, BRIDGE);
	assert_eq!(signatures.signers.count(), quorum(4));
	assert_eq!(signatures.signatures.len(), 3);
	let digest = BRIDGE.digest(H256::repeat_byte(8));
	for (index, signature) in signatures.signers.members().zip(&signatures.signatures) {
		assert!(set.members[index as usize].signed(&digest, signature));
	}
}

#[test]
fn one_after_the_other_submits_and_each_again_after_a_round() {
	let set = set_of(7, 1..=4);
	let submits_at = |seed: u8| {
		let mut desk = Desk::new(seed);
		desk.finalised(unsigned(4, 8, &set, &[BRIDGE]));
		for other in 1..=4 {
			desk.engine.received(member(other).address, &[signature(other, 4, 8, BRIDGE)]);
		}
		let mut at = Vec::new();
		for number in 100..140 {
			desk.best(view(number, 5, 0, 3, &set));
			at.extend(quorums(&mut desk).iter().map(|_| number));
		}
		at
	};
	for seed in 1..=4 {
		let begin = 100 + 4 * index_in(&set, seed);
		let expected: Vec<_> = (begin..140).step_by(16).collect();
		assert_eq!(submits_at(seed), expected);
	}
}

#[test]
fn fewer_than_a_quorum_are_not_submitted() {
	let set = set_of(7, 1..=4);
	let mut desk = Desk::new(1);
	desk.finalised(unsigned(4, 8, &set, &[BRIDGE]));
	let another = [signature(2, 4, 8, BRIDGE)];
	desk.engine.received(member(2).address, &another);
	desk.engine.received(member(2).address, &another);
	for number in 100..140 {
		desk.best(view(number, 5, 0, 3, &set));
		assert_eq!(quorums(&mut desk), []);
	}
}

#[test]
fn wrong_signatures_count_for_nothing_and_are_reported() {
	let set = set_of(7, 1..=4);
	let mut desk = Desk::new(1);
	desk.finalised(unsigned(4, 8, &set, &[BRIDGE]));
	let _ = told(&mut desk);
	for wrong in [
		signature(3, 4, 8, BRIDGE),
		signature(2, 4, 9, BRIDGE),
		SnapshotSignature { bridge: BRIDGE, ..signature(2, 4, 8, OTHER) },
	] {
		desk.engine.received(member(2).address, &[wrong]);
		assert_eq!(desk.said().1, [Event::BadSignature(member(2).address)]);
	}
	// What nobody asked for, and who is no member, is passed over.
	desk.engine.received(member(2).address, &[signature(2, 3, 8, BRIDGE)]);
	desk.engine.received(member(2).address, &[signature(2, 4, 8, OTHER)]);
	desk.engine.received(member(9).address, &[signature(9, 4, 8, BRIDGE)]);
	assert_eq!(desk.said().1, []);
	assert_eq!(desk.engine.collected[&(4, BRIDGE)].signatures.len(), 1, "the own one");
}

#[test]
fn a_message_has_no_more_signatures_than_it_may() {
	let set = set_of(7, 1..=4);
	let mut desk = Desk::new(1);
	let all = (1..=100).flat_map(|it| unsigned(it, 8, &set, &[BRIDGE]).unsigned);
	desk.finalised(FinalView { unsigned: all.collect(), ..FinalView::default() });
	let told = told(&mut desk);
	assert_eq!((told.len(), told[0].interval), (64, 1), "the oldest first");
}
