//! Anchors as the genesis makes them, and what the composed runtime allows them.

use super::{alice, chain, try_state};
use crate::{
	genesis::presets, AnchorElections, Balances, Commitments, Executive, Header, Runtime,
	RuntimeCall, RuntimeHoldReason, RuntimeOrigin, Session, SessionKeys, System,
	UncheckedExtrinsic,
};
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok,
	traits::{fungible::InspectHold, KeyOwnerProofSystem},
};
use pallet_anchor_elections::HoldReason;
use smartlayer_types::{
	anchors::{key::ANCHOR, quorum},
	time::SLOT_MILLISECONDS,
	AnchorKey, AnchorSets, SLN,
};
use sp_core::{crypto::key_types::BABE, ecdsa, Pair};
use sp_runtime::{traits::Dispatchable, Digest, DigestItem};

/// A first slot that is no multiple of anything.
const FIRST_SLOT: u64 = 567_000_001;

/// Builds the next block, written by the validator whose turn it would be if they took turns, and runs `inside` in it.
fn block(inside: impl FnOnce()) {
	use sp_consensus_babe::{
		digests::{PreDigest, SecondaryPlainPreDigest},
		BABE_ENGINE_ID,
	};
	let number = System::block_number() + 1;
	let slot = FIRST_SLOT + u64::from(number);
	let authors = u32::try_from(Session::validators().len()).unwrap();
	let turn = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
		authority_index: number % authors,
		slot: slot.into(),
	});
	let logs = vec![DigestItem::PreRuntime(BABE_ENGINE_ID, turn.encode())];
	let header = Header {
		parent_hash: System::parent_hash(),
		number,
		state_root: Default::default(),
		extrinsics_root: Default::default(),
		digest: Digest { logs },
	};
	Executive::initialize_block(&header);
	let now = slot * SLOT_MILLISECONDS;
	let time = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now });
	assert_ok!(Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(time)).unwrap());
	inside();
	Executive::finalize_block();
}

fn blocks(count: u32) {
	for _ in 0..count {
		block(|| {});
	}
}

/// A chain that has no blocks yet.
fn unborn(preset: &str) -> sp_io::TestExternalities {
	let mut chain = chain(preset);
	chain.execute_with(|| System::set_block_number(0));
	chain
}

#[test]
fn anchor_keys_of_development_chains_are_derived_from_their_names() {
	chain(presets::LOCAL).execute_with(|| {
		let keys: Vec<AnchorKey> = Session::queued_keys()
			.into_iter()
			.map(|(_, keys): (_, SessionKeys)| keys.anchor)
			.collect();
		let derived = ["//Alice", "//Bob", "//Charlie", "//Dave"]
			.map(|name| AnchorKey::from(ecdsa::Pair::from_string(name, None).unwrap().public()));
		assert_eq!(keys, derived);
	});
}

#[test]
fn the_validators_of_the_genesis_are_the_first_anchor_set_and_have_their_bonds() {
	chain(presets::LOCAL).execute_with(|| {
		let set = AnchorElections::current();
		let members = AnchorElections::members(set).unwrap();
		assert_eq!((set, members.len(), quorum(4)), (0, 4, 3));
		assert!(members.is_sorted_by_key(|member| member.address));
		let reason = RuntimeHoldReason::AnchorElections(HoldReason::CandidacyBond);
		for member in members {
			assert_eq!(Balances::balance_on_hold(&reason, &member.account), 10_000 * SLN);
		}
	});
}

#[test]
fn an_anchor_in_office_can_not_purge_its_keys_by_either_call() {
	chain(presets::LOCAL).execute_with(|| {
		let bare = RuntimeCall::Session(pallet_session::Call::purge_keys {});
		let filtered = frame_system::Error::<Runtime>::CallFiltered;
		assert_eq!(
			bare.dispatch(RuntimeOrigin::signed(alice())).unwrap_err().error,
			filtered.into()
		);
		assert_noop!(
			AnchorElections::purge_keys(RuntimeOrigin::signed(alice())),
			pallet_anchor_elections::Error::<Runtime>::InOffice
		);
	});
}

#[test]
fn sessions_and_intervals_follow_the_blocks() {
	unborn(presets::LOCAL).execute_with(|| {
		blocks(1);
		assert_eq!((Session::current_index(), Commitments::current_interval()), (0, 1));
		blocks(50);
		assert!(Session::current_index() >= 2);
		assert_eq!(Commitments::current_interval(), 3);
		// Nobody joined and nobody left: it is still the first set.
		assert_eq!(AnchorElections::current(), 0);
		try_state();
	});
}

#[test]
fn keys_of_a_past_session_are_proven_from_what_was_active() {
	unborn(presets::LOCAL).execute_with(|| {
		blocks(2);
		let keys = Session::queued_keys().remove(0).1;
		let proof = AnchorElections::prove((BABE, keys.babe.clone())).unwrap();
		blocks(60);
		let owner = AnchorElections::check_proof((BABE, keys.babe.clone()), proof.clone());
		assert_eq!(owner, Some((alice(), ())));
		// The same place is no proof for a key of another kind.
		assert_eq!(AnchorElections::check_proof((ANCHOR, keys.babe), proof), None);
	});
}

#[test]
fn a_term_without_votes_leaves_the_anchors_in_office() {
	unborn(presets::LOCAL).execute_with(|| {
		// A term of five minutes, half a minute of publication, and the sessions after it.
		blocks(160);
		let accounts: Vec<_> = Session::validators();
		assert_eq!(accounts.len(), 4);
		assert_eq!(AnchorElections::current(), 0);
		try_state();
	});
}
