//! Bridges, signatures for them, and receipts.

use super::mock::*;
use crate::{Call, Error, Event};
use frame_support::{assert_noop, assert_ok};
use smartlayer_commitment::{
	Bridge, Receipt, ReceiptAttestation, RecordedSignatures, SignerBitmap,
};
use sp_core::{H160, H256};
use sp_runtime::DispatchError;

const RECEIPT: Receipt = Receipt { transaction: H256::repeat_byte(7), block: 99 };

fn with(signatures: RecordedSignatures) -> Call<Test> {
	Call::record_signatures { interval: 1, bridge: BRIDGE, signatures }
}

#[test]
fn governance_registers_a_bounded_number_of_bridges() {
	run(|| {
		let by_anyone = RuntimeOrigin::signed(account(1));
		assert_noop!(Commitments::add_bridge(by_anyone.clone(), BRIDGE), DispatchError::BadOrigin);
		assert_noop!(Commitments::remove_bridge(by_anyone, BRIDGE), DispatchError::BadOrigin);
		add_bridge(BRIDGE);
		let root = RuntimeOrigin::root;
		assert_noop!(Commitments::add_bridge(root(), BRIDGE), Error::<Test>::BridgeExists);
		add_bridge(OTHER_BRIDGE);
		let third = Bridge { chain_id: 3, ..BRIDGE };
		assert_noop!(Commitments::add_bridge(root(), third), Error::<Test>::TooManyBridges);
		assert_noop!(Commitments::remove_bridge(root(), third), Error::<Test>::UnknownBridge);
		assert_ok!(Commitments::remove_bridge(root(), BRIDGE));
		assert_eq!(Commitments::bridges(), [OTHER_BRIDGE]);
		for nowhere in
			[Bridge { chain_id: 0, ..BRIDGE }, Bridge { contract: H160::zero(), ..BRIDGE }]
		{
			assert_noop!(Commitments::add_bridge(root(), nowhere), Error::<Test>::UnknownBridge);
		}
	});
}

#[test]
fn a_quorum_of_signatures_is_kept_once() {
	run(|| {
		add_bridge(BRIDGE);
		confirm_next();
		let call = record(1, BRIDGE);
		let valid = pool(call.clone()).unwrap();
		assert_eq!((valid.propagate, valid.provides.len()), (true, 1));
		assert_ok!(submit(call.clone()));
		let signers = SignerBitmap::of(0..3);
		assert_eq!(Commitments::signatures(1, BRIDGE).unwrap().signers, signers);
		let event = Event::SignaturesRecorded { interval: 1, bridge: BRIDGE, signers };
		System::assert_has_event(event.into());
		assert_eq!(pool(call.clone()), STALE);
		assert_noop!(force(call), Error::<Test>::AlreadyRecorded);
		// By others of the set, too.
		assert_eq!(pool(with(signatures_by(&[1, 2, 3], 1, BRIDGE))), STALE);
	});
}

#[test]
fn exactly_a_quorum_of_distinct_members_signs() {
	run(|| {
		add_bridge(BRIDGE);
		confirm_next();
		let good = signatures_by(&[0, 1, 2], 1, BRIDGE);
		let bits = |members: &[u32]| RecordedSignatures {
			signers: SignerBitmap::of(members.iter().copied()),
			..good.clone()
		};
		for bad in [
			signatures_by(&[], 1, BRIDGE),
			signatures_by(&[0, 1], 1, BRIDGE),
			signatures_by(&[0, 1, 2, 3], 1, BRIDGE),
			bits(&[0, 1]),
			bits(&[0, 1, 4]),
			bits(&[0, 1, 255]),
		] {
			assert_eq!(pool(with(bad.clone())), refused(Error::NotAQuorum));
			assert_noop!(force(with(bad)), Error::<Test>::NotAQuorum);
		}
		// One member three times: bits name distinct members, whose keys differ.
		let one = good.signatures[0];
		let same = vec![one, one, one].try_into().unwrap();
		assert_eq!(pool(with(RecordedSignatures { signatures: same, ..good })), BAD_PROOF);
	});
}

#[test]
fn signatures_are_of_this_snapshot_for_this_bridge_by_these_members() {
	run(|| {
		add_bridge(BRIDGE);
		add_bridge(OTHER_BRIDGE);
		confirm_next();
		confirm_next();
		assert_eq!(pool(with(signatures_by(&[0, 1, 2], 2, BRIDGE))), BAD_PROOF);
		assert_eq!(pool(with(signatures_by(&[0, 1, 2], 1, OTHER_BRIDGE))), BAD_PROOF);
		let good = signatures_by(&[0, 1, 2], 1, BRIDGE);
		let signers = SignerBitmap::of([1, 2, 3]);
		assert_eq!(pool(with(RecordedSignatures { signers, ..good.clone() })), BAD_PROOF);
		for index in 0..3 {
			let mut flipped = good.clone();
			flipped.signatures[index].0[10] ^= 1;
			assert_eq!(pool(with(flipped)), BAD_PROOF);
		}
		assert_ok!(submit(with(good)));
	});
}

#[test]
fn a_high_s_is_refused() {
	run(|| {
		add_bridge(BRIDGE);
		confirm_next();
		let mut twin = signatures_by(&[0, 1, 2], 1, BRIDGE);
		let order = sp_core::U256::from_str_radix(
			"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
			16,
		)
		.unwrap();
		let signature = &mut twin.signatures[1].0;
		let s = sp_core::U256::from_big_endian(&signature[32..64]);
		signature[32..64].copy_from_slice(&(order - s).to_big_endian());
		signature[64] ^= 1;
		assert_eq!(pool(with(twin)), BAD_PROOF);
	});
}

#[test]
fn nothing_is_recorded_for_an_unknown_bridge_or_an_unconfirmed_interval() {
	run(|| {
		add_bridge(BRIDGE);
		to_next_interval();
		let early = with(signatures_by(&[0, 1, 2], 1, BRIDGE));
		assert_eq!(pool(early.clone()), refused(Error::NotConfirmed));
		assert_noop!(force(early), Error::<Test>::NotConfirmed);
		confirm();
		let unknown = record(1, OTHER_BRIDGE);
		assert_eq!(pool(unknown.clone()), refused(Error::UnknownBridge));
		assert_noop!(force(unknown), Error::<Test>::UnknownBridge);
	});
}

#[test]
fn members_that_left_sign_for_their_intervals() {
	run(|| {
		add_bridge(BRIDGE);
		office(2, &[5, 6, 7, 8]);
		confirm_next();
		assert_ok!(submit(record(1, BRIDGE)));
		confirm_next();
		assert_eq!(Commitments::snapshot(2).unwrap().snapshot.set_id, 2);
		assert_ok!(submit(record(2, BRIDGE)));
	});
}

fn attest_as(set_id: u64, member: u32, receipt: Receipt) -> Call<Test> {
	let statement = ReceiptAttestation { set_id, interval: 1, bridge: BRIDGE, receipt };
	let seed = seeds(set_id).get(member as usize).copied().unwrap_or(99);
	let signature = sign(seed, statement.digest(Commitments::genesis_hash()));
	Call::attest_receipt { member, interval: 1, bridge: BRIDGE, receipt, signature }
}

fn attest(member: u32, receipt: Receipt) -> Call<Test> {
	attest_as(1, member, receipt)
}

fn signed() {
	add_bridge(BRIDGE);
	confirm_next();
	submit(record(1, BRIDGE)).unwrap();
}

#[test]
fn a_quorum_of_attestations_makes_a_receipt() {
	run(|| {
		signed();
		assert_ok!(submit(attest(0, RECEIPT)));
		assert_ok!(submit(attest(2, RECEIPT)));
		assert_eq!(Commitments::receipt(1, BRIDGE), None);
		assert_ok!(submit(attest(3, RECEIPT)));
		assert_eq!(Commitments::receipt(1, BRIDGE), Some(RECEIPT));
		let late = attest(1, RECEIPT);
		assert_eq!(pool(late.clone()), STALE);
		assert_noop!(force(late), Error::<Test>::AlreadyRecorded);
	});
}

#[test]
fn attestations_of_different_receipts_do_not_add_up() {
	run(|| {
		signed();
		let other = Receipt { block: 100, ..RECEIPT };
		for (member, receipt) in [(0, RECEIPT), (1, RECEIPT), (2, other), (3, other)] {
			assert_ok!(submit(attest(member, receipt)));
		}
		assert_eq!(Commitments::receipt(1, BRIDGE), None);
	});
}

#[test]
fn a_member_attests_once() {
	run(|| {
		signed();
		assert_ok!(submit(attest(0, RECEIPT)));
		for receipt in [RECEIPT, Receipt { block: 1, ..RECEIPT }] {
			assert_eq!(pool(attest(0, receipt)), STALE);
			assert_noop!(force(attest(0, receipt)), Error::<Test>::AlreadyVoted);
		}
		assert_eq!(pool(attest(4, RECEIPT)), refused(Error::NotAMember));
		assert_noop!(force(attest(4, RECEIPT)), Error::<Test>::NotAMember);
		let Call::attest_receipt { signature, .. } = attest(1, RECEIPT) else { panic!() };
		let forged = Call::attest_receipt {
			member: 2,
			interval: 1,
			bridge: BRIDGE,
			receipt: RECEIPT,
			signature,
		};
		assert_eq!(pool(forged), BAD_PROOF);
	});
}

#[test]
fn the_set_in_office_attests_and_begins_anew() {
	run(|| {
		signed();
		assert_ok!(submit(attest(0, RECEIPT)));
		assert_ok!(submit(attest(1, RECEIPT)));
		office(2, &[5, 6, 7, 8]);
		assert_eq!(pool(attest(2, RECEIPT)), BAD_PROOF, "a member that left");
		assert_ok!(submit(attest_as(2, 0, RECEIPT)));
		assert_eq!(Commitments::receipt(1, BRIDGE), None);
		assert_ok!(submit(attest_as(2, 1, RECEIPT)));
		assert_ok!(submit(attest_as(2, 2, RECEIPT)));
		assert_eq!(Commitments::receipt(1, BRIDGE), Some(RECEIPT));
	});
}

#[test]
fn nothing_was_posted_without_signatures() {
	run(|| {
		add_bridge(BRIDGE);
		confirm_next();
		assert_eq!(pool(attest(0, RECEIPT)), refused(Error::NotConfirmed));
		assert_noop!(force(attest(0, RECEIPT)), Error::<Test>::NotConfirmed);
		submit(record(1, BRIDGE)).unwrap();
		Commitments::remove_bridge(RuntimeOrigin::root(), BRIDGE).unwrap();
		assert_eq!(pool(attest(0, RECEIPT)), refused(Error::UnknownBridge));
	});
}
