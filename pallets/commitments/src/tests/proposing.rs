//! Who may propose what, and how the pool refuses everything else.

use super::mock::*;
use crate::{Call, Error};
use frame_support::{assert_noop, assert_ok};
use smartlayer_commitment::{Choice, RejectReason, SignerBitmap, Snapshot};
use sp_core::H256;

#[test]
fn the_member_in_turn_proposes_once() {
	run(|| {
		to_block(11);
		let call = proposal(snapshot());
		let valid = pool(call.clone()).unwrap();
		assert_eq!((valid.longevity, valid.propagate, valid.provides.len()), (5, true, 1));
		assert_ok!(submit(call.clone()));
		let living = Commitments::living_proposal().unwrap();
		assert_eq!((living.end, living.proposal.turn), (16, 0));
		assert_eq!(living.snapshot, snapshot());
		// Again, or another one in the same turn.
		assert_eq!(pool(call.clone()), STALE);
		assert_noop!(force(call), Error::<Test>::TurnTaken);
		let mut other = snapshot();
		other.body.cut_hash = H256::repeat_byte(9);
		assert_eq!(pool(proposal(other)), STALE);
	});
}

#[test]
fn the_tag_is_one_for_each_turn_so_that_the_pool_holds_one_proposal() {
	run(|| {
		to_block(11);
		let mut other = snapshot();
		other.body.cut_hash = H256::repeat_byte(9);
		let first = pool(proposal(snapshot())).unwrap();
		assert_eq!(first.provides, pool(proposal(other)).unwrap().provides);
		to_next_turn();
		assert_ne!(first.provides, pool(proposal(snapshot())).unwrap().provides);
	});
}

#[test]
fn a_proposal_out_of_turn_does_not_enter_a_block() {
	run(|| {
		to_block(11);
		let in_turn = proposer();
		for seed in [1, 2, 3, 4, 5] {
			let accepted = pool(proposal_by(seed, snapshot())).is_ok();
			assert_eq!(accepted, seed == in_turn);
		}
		let early = proposal(snapshot());
		to_next_turn();
		assert_eq!(pool(early), BAD_PROOF, "signed for the turn before");
	});
}

#[test]
fn a_proposal_needs_an_interval_that_is_over_and_due() {
	run(|| {
		to_block(11);
		let snapshot = snapshot();
		confirm();
		let old = proposal_by(1, snapshot);
		assert_eq!(pool(old.clone()), refused(Error::NotDue));
		assert_noop!(force(old), Error::<Test>::NotDue);
		to_next_interval();
		for interval in [1, 3] {
			let call = proposal(Snapshot { interval, ..super::mock::snapshot() });
			assert_eq!(pool(call.clone()), refused(Error::NotDue));
			assert_noop!(force(call), Error::<Test>::NotDue);
		}
	});
}

#[test]
fn every_field_that_the_chain_knows_is_compared() {
	let changes: [fn(&mut Snapshot); 7] = [
		|it| it.set_id += 1,
		|it| it.next_set_hash.0[0] ^= 1,
		|it| it.body.parent.0[0] ^= 1,
		|it| it.body.history_root.0[0] ^= 1,
		|it| it.body.block_hash.0[0] ^= 1,
		|it| it.body.block_number += 1,
		|it| it.body.block_time += 1,
	];
	run(|| {
		confirm_next();
		to_next_interval();
		for change in changes {
			let mut snapshot = snapshot();
			change(&mut snapshot);
			let call = proposal(snapshot);
			assert_eq!(pool(call.clone()), refused(Error::SnapshotDiffers));
			assert_noop!(force(call), Error::<Test>::SnapshotDiffers);
		}
		assert_ok!(submit(proposal(snapshot())));
	});
}

#[test]
fn what_the_chain_knows_is_true() {
	run(|| {
		let first = confirm_next();
		let peaks = Commitments::history();
		office(2, &[5, 6, 7, 8]);
		to_next_interval();
		let expected = Commitments::expected().unwrap();
		assert_eq!((expected.interval, expected.set_id), (2, 1));
		assert_eq!(expected.next_set_hash, Commitments::set(2).unwrap().hash);
		assert_eq!(expected.parent, first);
		assert_eq!(peaks.count, 1);
		let leaf = smartlayer_commitment::history_leaf(1, 1, first);
		assert_eq!(expected.history_root, leaf);
		assert_eq!(expected.block.number, 20);
		assert_eq!(snapshot().body.block_time, block_time(20) / 1_000);
	});
}

#[test]
fn the_first_snapshot_has_no_parent_and_no_history() {
	run(|| {
		to_block(11);
		let expected = Commitments::expected().unwrap();
		assert_eq!((expected.parent, expected.history_root), (H256::zero(), H256::zero()));
	});
}

#[test]
fn impossible_roots_and_padding_bits_are_refused() {
	let changes: [fn(&mut Snapshot); 4] = [
		|it| it.body.bitmap_root = H256::zero(),
		|it| it.body.state_root = H256::zero(),
		|it| it.body.operation_count = 1,
		|it| it.body.operations_root = H256::repeat_byte(1),
	];
	run(|| {
		to_block(11);
		for change in changes {
			let mut snapshot = snapshot();
			change(&mut snapshot);
			let call = proposal(snapshot);
			assert_eq!(pool(call.clone()), refused(Error::Incoherent));
			assert_noop!(force(call), Error::<Test>::Incoherent);
		}
		let Call::propose { snapshot, signature, .. } = proposal(snapshot()) else { panic!() };
		let counted = SignerBitmap::of([4]);
		let call = Call::propose { snapshot, counted, signature };
		assert_eq!(pool(call), refused(Error::Incoherent));
	});
}

#[test]
fn what_is_counted_is_signed() {
	run(|| {
		to_block(11);
		let Call::propose { snapshot, signature, .. } = proposal(snapshot()) else { panic!() };
		let counted = SignerBitmap::of([0]);
		assert_eq!(pool(Call::propose { snapshot, counted, signature }), BAD_PROOF);
	});
}

#[test]
fn a_voided_proposal_keeps_the_turn() {
	run(|| {
		to_block(11);
		let hash = propose(snapshot());
		for member in 0..2 {
			let reject = Choice::Reject(RejectReason::WrongRoot);
			assert_ok!(submit(vote(member, hash, reject)));
		}
		let mut other = snapshot();
		other.body.cut_hash = H256::repeat_byte(9);
		assert_eq!(pool(proposal(other)), STALE);
		to_next_turn();
		assert_ok!(submit(proposal(snapshot())));
	});
}

#[test]
fn only_the_authorised_origin_proposes() {
	run(|| {
		to_block(11);
		let Call::propose { snapshot, counted, signature } = proposal(snapshot()) else { panic!() };
		for origin in
			[RuntimeOrigin::root(), RuntimeOrigin::none(), RuntimeOrigin::signed(account(1))]
		{
			assert_noop!(
				Commitments::propose(origin, snapshot.clone(), counted, signature),
				sp_runtime::DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn nobody_proposes_for_a_set_that_is_not_known_any_more() {
	run(|| {
		to_block(11);
		let call = proposal(snapshot());
		Seeds::set(Default::default());
		assert_eq!(pool(call), refused(Error::UnknownSet));
	});
}
