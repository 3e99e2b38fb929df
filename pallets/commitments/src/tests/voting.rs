//! Approving, rejecting, confirming, voiding.

use super::mock::*;
use crate::{Call, Error, Event};
use frame_support::{assert_noop, assert_ok};
use smartlayer_commitment::{history_leaf, Choice, HistoryPeaks, RejectReason};
use sp_core::H256;

const APPROVE: Choice = Choice::Approve;
const REJECT: Choice =
	Choice::Reject(RejectReason::OmittedAnnouncement { operation: H256::repeat_byte(0x0b) });

#[test]
fn a_quorum_of_approvals_confirms_and_fewer_do_not() {
	run(|| {
		to_block(11);
		let hash = propose(snapshot());
		assert_ok!(submit(vote(3, hash, APPROVE)));
		assert_ok!(submit(vote(1, hash, APPROVE)));
		assert_eq!(Commitments::last_confirmed(), None);
		let expected = snapshot();
		assert_ok!(submit(vote(0, hash, APPROVE)));
		let confirmed = Commitments::last_confirmed().unwrap();
		assert_eq!((confirmed.snapshot, confirmed.confirmed_at), (expected.clone(), 11));
		assert_eq!(confirmed.hash, expected.hash());
		let mut history = HistoryPeaks::default();
		history.append(history_leaf(1, 1, expected.hash()));
		assert_eq!(Commitments::history(), history);
		System::assert_has_event(
			Event::Confirmed {
				interval: 1,
				set_id: 1,
				snapshot: expected.hash(),
				proposer: confirmed.proposer,
			}
			.into(),
		);
	});
}

#[test]
fn a_vote_counts_once_and_cannot_be_changed() {
	run(|| {
		to_block(11);
		let hash = propose(snapshot());
		assert_ok!(submit(vote(1, hash, APPROVE)));
		for choice in [APPROVE, REJECT] {
			let again = vote(1, hash, choice);
			assert_eq!(pool(again.clone()), STALE);
			assert_noop!(force(again), Error::<Test>::AlreadyVoted);
		}
	});
}

#[test]
fn the_pool_holds_one_vote_of_a_member_on_a_proposal() {
	run(|| {
		to_block(11);
		let hash = propose(snapshot());
		let approval = pool(vote(1, hash, APPROVE)).unwrap();
		assert_eq!(approval.provides, pool(vote(1, hash, REJECT)).unwrap().provides);
		assert_ne!(approval.provides, pool(vote(2, hash, APPROVE)).unwrap().provides);
		assert_eq!((approval.longevity, approval.propagate), (5, true));
	});
}

#[test]
fn more_than_f_rejections_void_and_f_do_not() {
	run(|| {
		to_block(11);
		let hash = propose(snapshot());
		assert_ok!(submit(vote(0, hash, REJECT)));
		assert!(Commitments::living_proposal().is_some());
		assert_ok!(submit(vote(1, hash, REJECT)));
		assert_eq!(Commitments::living_proposal(), None);
		System::assert_has_event(Event::Voided { interval: 1, proposal: hash }.into());
		let late = vote(2, hash, APPROVE);
		assert_eq!(pool(late.clone()), refused(Error::NoSuchProposal));
		assert_noop!(force(late), Error::<Test>::NoSuchProposal);
		assert!(Heard::get().is_empty(), "rejected is not missed");
	});
}

#[test]
fn f_rejections_do_not_stop_a_quorum() {
	run(|| {
		to_block(11);
		let hash = propose(snapshot());
		assert_ok!(submit(vote(2, hash, REJECT)));
		for member in [0, 1, 3] {
			assert_ok!(submit(vote(member, hash, APPROVE)));
		}
		assert!(Commitments::last_confirmed().is_some());
	});
}

#[test]
fn a_proposal_dies_with_its_turn_and_its_votes_with_it() {
	run(|| {
		to_block(11);
		let hash = propose(snapshot());
		assert_ok!(submit(vote(0, hash, APPROVE)));
		assert_ok!(submit(vote(1, hash, APPROVE)));
		let last = vote(2, hash, APPROVE);
		to_block(15);
		assert!(pool(last.clone()).is_ok());
		to_block(16);
		assert_eq!(pool(last.clone()), refused(Error::NoSuchProposal));
		assert_noop!(force(last), Error::<Test>::NoSuchProposal);
		// The same snapshot again is another proposal, on which all vote anew.
		let again = propose(snapshot());
		assert_ne!(again, hash);
		assert_eq!(Commitments::living_proposal().unwrap().approvals.count(), 0);
		assert_ok!(submit(vote(0, again, APPROVE)));
	});
}

#[test]
fn a_vote_on_one_proposal_is_none_on_another() {
	run(|| {
		to_block(11);
		let first = propose(snapshot());
		let Call::vote { signature, .. } = vote(0, first, APPROVE) else { panic!() };
		to_next_turn();
		let second = propose(snapshot());
		let replayed = Call::vote { member: 0, proposal: second, choice: APPROVE, signature };
		assert_eq!(pool(replayed), BAD_PROOF);
	});
}

#[test]
fn only_the_members_signature_of_this_choice_counts() {
	run(|| {
		to_block(11);
		let hash = propose(snapshot());
		let Call::vote { signature, .. } = vote(0, hash, APPROVE) else { panic!() };
		let with =
			|member, choice, signature| Call::vote { member, proposal: hash, choice, signature };
		assert_eq!(pool(with(1, APPROVE, signature)), BAD_PROOF, "another member");
		assert_eq!(pool(with(0, REJECT, signature)), BAD_PROOF, "another choice");
		let mut flipped = signature;
		flipped.0[40] ^= 1;
		assert_eq!(pool(with(0, APPROVE, flipped)), BAD_PROOF);
		assert_eq!(pool(with(4, APPROVE, signature)), refused(Error::NotAMember));
		assert_noop!(force(with(4, APPROVE, signature)), Error::<Test>::NotAMember);
		assert_eq!(pool(with(u32::MAX, APPROVE, signature)), refused(Error::NotAMember));
	});
}

#[test]
fn a_confirmed_interval_takes_no_more_votes() {
	run(|| {
		to_block(11);
		let hash = propose(snapshot());
		let late = vote(3, hash, APPROVE);
		for member in 0..3 {
			assert_ok!(submit(vote(member, hash, APPROVE)));
		}
		assert_eq!(pool(late.clone()), refused(Error::NoSuchProposal));
		assert_noop!(force(late), Error::<Test>::NoSuchProposal);
	});
}

#[test]
fn members_of_the_intervals_set_vote_whoever_is_in_office() {
	run(|| {
		to_block(5);
		office(2, &[5, 6, 7, 8]);
		to_block(11);
		let hash = propose(snapshot());
		let vote =
			smartlayer_commitment::Vote { set_id: 2, interval: 1, proposal: hash, choice: APPROVE };
		let signature = sign(seeds(2)[0], vote.digest(Commitments::genesis_hash()));
		let call = Call::vote { member: 0, proposal: hash, choice: APPROVE, signature };
		assert_eq!(pool(call), BAD_PROOF);
		for member in 0..3 {
			assert_ok!(submit(super::mock::vote(member, hash, APPROVE)));
		}
		assert_eq!(Commitments::last_confirmed().unwrap().snapshot.set_id, 1);
	});
}

#[test]
fn snapshots_are_a_chain_with_one_history() {
	run(|| {
		let hashes: Vec<_> = (0..20).map(|_| confirm_next()).collect();
		let leaves: Vec<_> = (1u64..)
			.zip(&hashes)
			.map(|(interval, hash)| history_leaf(interval, 1, *hash))
			.collect();
		let root = smartlayer_commitment::tree::root(&leaves);
		assert_eq!(Commitments::history().root(), root);
		for (index, leaf) in leaves.iter().enumerate() {
			let proof = smartlayer_commitment::tree::proof(&leaves, index).unwrap();
			assert!(smartlayer_commitment::tree::verify(root, *leaf, &proof));
		}
	});
}

#[test]
fn a_vote_that_does_not_confirm_weighs_less() {
	run(|| {
		to_block(11);
		let hash = propose(snapshot());
		let light = submit(vote(0, hash, APPROVE)).unwrap();
		assert_ok!(submit(vote(1, hash, APPROVE)));
		let heavy = submit(vote(2, hash, APPROVE)).unwrap();
		assert!(light.actual_weight.is_some());
		assert_eq!(heavy.actual_weight, None);
	});
}
