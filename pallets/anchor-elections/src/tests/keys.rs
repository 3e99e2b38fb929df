//! Session keys: possession, what was active when, and who may purge them.

use super::mock::*;
use crate::{AnchorFault, Error, KeyPeriods, KeyProof, PeriodOf, SlashState, Slashes};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, traits::KeyOwnerProofSystem};
use smartlayer_types::{anchors::key::ANCHOR, AnchorSets};
use sp_core::crypto::KeyTypeId;
use sp_runtime::{Perbill, RuntimeAppPublic};
use sp_session::{GetSessionNumber, GetValidatorCount};
use sp_staking::{
	offence::{Kind, Offence, OffenceError, ReportOffence},
	SessionIndex,
};

const BABE: KeyTypeId = sp_consensus_babe::KEY_TYPE;
const GRANDPA: KeyTypeId = sp_consensus_grandpa::KEY_TYPE;

/// Evidence of a double signature as a consensus pallet reports it.
struct DoubleSignature {
	offender: (smartlayer_types::AccountId, ()),
	session: SessionIndex,
	count: u32,
	slot: u64,
}

impl Offence<(smartlayer_types::AccountId, ())> for DoubleSignature {
	const ID: Kind = *b"babe:equivocatio";
	type Slot = u64;
	fn offenders(&self) -> Vec<(smartlayer_types::AccountId, ())> {
		vec![self.offender.clone()]
	}
	fn session_index(&self) -> SessionIndex {
		self.session
	}
	fn validator_set_count(&self) -> u32 {
		self.count
	}
	fn slot(&self) -> u64 {
		self.slot
	}
	fn slash_fraction(&self, _: u32) -> Perbill {
		Perbill::from_percent(50)
	}
}

fn prove(id: KeyTypeId, key: impl AsRef<[u8]>) -> Option<KeyProof> {
	Anchors::prove((id, key))
}

fn owner(id: KeyTypeId, key: impl AsRef<[u8]>, proof: &KeyProof) -> Option<u8> {
	let (account, ()) = Anchors::check_proof((id, key), proof.clone())?;
	Some(numbers([&account])[0])
}

#[test]
fn keys_of_every_kind_are_proven() {
	run(|| {
		let keys = keys(2);
		for (id, key) in [
			(BABE, keys.babe.to_raw_vec()),
			(GRANDPA, keys.grandpa.to_raw_vec()),
			(ANCHOR, keys.anchor.to_raw_vec()),
		] {
			let proof = prove(id, &key).unwrap();
			assert_eq!((proof.session(), proof.validator_count()), (0, 4));
			assert_eq!(owner(id, &key, &proof), Some(2));
			assert_eq!(Anchors::key_proof(id.0, key), Some(proof.encode()));
		}
		// A key of another kind or of nobody.
		assert_eq!(prove(GRANDPA, &keys.babe), None);
		assert_eq!(prove(BABE, &super::mock::keys(9).babe), None);
	});
}

#[test]
fn forged_proofs_are_refused() {
	run(|| {
		let key = keys(2).babe;
		let proof = prove(BABE, &key).unwrap();
		for forged in [
			KeyProof { session: 1, ..proof.clone() },
			KeyProof { member: 0, ..proof.clone() },
			KeyProof { member: 4, ..proof.clone() },
			KeyProof { count: 3, ..proof.clone() },
			KeyProof { count: 5, ..proof.clone() },
		] {
			assert_eq!(owner(BABE, &key, &forged), None);
		}
		assert_eq!(owner(GRANDPA, &key, &proof), None);
		assert_eq!(owner(BABE, &keys(3).babe, &proof), None);
	});
}

#[test]
fn rotate_then_equivocate_does_not_escape() {
	run(|| {
		run_sessions(1);
		let old = keys(2);
		let proof = prove(BABE, &old.babe).unwrap();
		// The member rotates every key, and the chain goes on until the new ones are active.
		set_keys(2, 52);
		run_sessions(2);
		assert_eq!(prove(BABE, &old.babe), None);
		assert_eq!(prove(BABE, &keys(52).babe).unwrap().session, 3);
		// The historical proofs know nobody with the old key any more; this pallet knows who had it then.
		assert_eq!(pallet_session::Pallet::<Test>::key_owner(BABE, &old.babe.to_raw_vec()), None);
		let offender = Anchors::check_proof((BABE, &old.babe), proof.clone()).unwrap();
		let report = |slot| {
			<Anchors as ReportOffence<_, _, _>>::report_offence(
				vec![],
				DoubleSignature {
					offender: offender.clone(),
					session: proof.session,
					count: proof.count,
					slot,
				},
			)
		};
		assert_eq!(report(7), Ok(()));
		assert_eq!(report(7), Err(OffenceError::DuplicateReport));
		assert_eq!(Slashes::<Test>::iter().count(), 1);
		run_to(System::block_number() + SlashDelay::get());
		assert_eq!(held(2), 500);
		// And the same for the anchor key: the evidence names set and index.
		assert_eq!(Anchors::current(), 1);
		let index = Anchors::members(0).unwrap().iter().position(|m| m.key == old.anchor).unwrap();
		assert_ok!(
			Anchors::report_fault(0, index as u32, AnchorFault::Snapshot, 3, None).map_err(|_| "")
		);
		assert_eq!(Slashes::<Test>::iter().filter(|(id, _)| id.offender == acc(2)).count(), 2);
	});
}

#[test]
fn keys_registered_after_the_plan_are_not_taken_for_active() {
	run(|| {
		run_sessions(1);
		set_keys(2, 52);
		run_sessions(1);
		// Session 2 was planned before the rotation.
		assert!(prove(BABE, &keys(2).babe).is_some() && prove(BABE, &keys(52).babe).is_none());
		run_sessions(1);
		assert!(prove(BABE, &keys(2).babe).is_none() && prove(BABE, &keys(52).babe).is_some());
	});
}

#[test]
fn keys_are_kept_for_the_evidence_window_and_shared_by_sessions() {
	run(|| {
		let proof = prove(BABE, &keys(2).babe).unwrap();
		run_sessions(EvidenceSessions::get());
		assert_eq!(owner(BABE, &keys(2).babe, &proof), Some(2));
		assert_eq!(KeyPeriods::<Test>::iter().count(), 1);
		run_sessions(1);
		assert_eq!(owner(BABE, &keys(2).babe, &proof), None);
		set_keys(2, 52);
		run_sessions(2);
		assert_eq!(KeyPeriods::<Test>::iter().count(), 2);
		run_sessions(EvidenceSessions::get() + 1);
		assert_eq!(KeyPeriods::<Test>::iter().count(), 1);
		assert_eq!(PeriodOf::<Test>::iter().count() as u32, EvidenceSessions::get() + 1);
	});
}

#[test]
fn registration_proves_possession_of_every_key() {
	let mut ext = chain_of(4, 0);
	ext.register_extension(sp_keystore::KeystoreExt::new(
		sp_keystore::testing::MemoryKeystore::new(),
	));
	run_on(ext, || {
		let owner = acc(5).encode();
		let generated = Keys::generate(&owner, None);
		let proof = generated.proof.encode();
		let call = |who: u8, proof: Vec<u8>| {
			Session::set_keys(RuntimeOrigin::signed(acc(who)), generated.keys.clone(), proof)
		};
		let invalid = pallet_session::Error::<Test>::InvalidProof;
		assert_noop!(call(5, vec![]), invalid);
		// Somebody else's proof is no proof.
		assert_noop!(call(6, proof.clone()), pallet_session::Error::<Test>::InvalidProof);
		// Each of the signatures counts: the last is that of the anchor key.
		let mut forged = proof.clone();
		*forged.last_mut().unwrap() ^= 1;
		forged[70] ^= 1;
		assert_noop!(call(5, forged), pallet_session::Error::<Test>::InvalidProof);
		assert_ok!(call(5, proof));
		assert!(Anchors::has_keys(&acc(5)));
	});
}

#[test]
fn anchors_in_office_may_not_purge_their_keys() {
	run(|| {
		MinAnchors::set(1);
		let purge = || Anchors::purge_keys(RuntimeOrigin::signed(acc(1)));
		assert_noop!(purge(), Error::<Test>::InOffice);
		assert_ok!(Anchors::resign(RuntimeOrigin::signed(acc(1))));
		assert_noop!(purge(), Error::<Test>::InOffice);
		run_sessions(1);
		assert_noop!(purge(), Error::<Test>::InOffice);
		run_sessions(1);
		assert_ok!(purge());
		assert!(!Anchors::has_keys(&acc(1)));
	});
}

#[test]
fn slashes_of_leavers_are_taken_from_what_waits() {
	run(|| {
		MinAnchors::set(1);
		assert_ok!(Anchors::resign(RuntimeOrigin::signed(acc(1))));
		run_sessions(2);
		assert!(!validators().contains(&1));
		// It left, then evidence of what it signed in office comes.
		let index = Anchors::members(0).unwrap().iter().position(|m| m.account == acc(1)).unwrap();
		Anchors::report_fault(0, index as u32, AnchorFault::Vector, 1, Some(acc(9))).unwrap();
		run_to(System::block_number() + SlashDelay::get());
		let (_, slash) = Slashes::<Test>::iter().next().unwrap();
		assert_eq!((slash.state, slash.amount), (SlashState::Applied, 563));
		assert_eq!(held(1), 1_000 - 563);
	});
}
