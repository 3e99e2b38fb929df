//! What is seen of two blocks in one slot, with headers that are really sealed.
//!
//! The file is taken in by its path, because the node has no test harness of its own (see its manifest).

#[path = "../src/service/equivocations/sightings.rs"]
mod sightings;

use sightings::{Limits, Proof, Sightings};
use smartlayer_types::{Hash, Header};
use sp_consensus_babe::{
	check_equivocation_proof,
	digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest},
	AuthorityId, AuthorityIndex, AuthorityPair, BabeAuthorityWeight,
};
use sp_core::Pair;
use sp_runtime::{Digest, DigestItem};

/// More than any test needs.
const AMPLE: Limits = Limits { slots: 1_000, bytes: 1_000_000 };

/// The key of an authority.
fn key(index: AuthorityIndex) -> AuthorityPair {
	AuthorityPair::from_string(&format!("//{index}"), None).expect("a derivation path")
}

/// An epoch's authorities, in their order.
fn authorities(count: AuthorityIndex) -> Vec<(AuthorityId, BabeAuthorityWeight)> {
	(0..count).map(|index| (key(index).public(), 1)).collect()
}

/// A header before its seal; `content` makes it differ from others of its slot.
fn unsealed(index: AuthorityIndex, slot: u64, content: u64) -> Header {
	let turn = SecondaryPlainPreDigest { authority_index: index, slot: slot.into() };
	Header {
		parent_hash: Hash::repeat_byte(1),
		number: 7,
		state_root: Hash::repeat_byte(2),
		extrinsics_root: Hash::from_low_u64_be(content),
		digest: Digest { logs: vec![DigestItem::babe_pre_digest(PreDigest::SecondaryPlain(turn))] },
	}
}

/// Puts the seal of a key on a header.
fn seal(mut header: Header, key: &AuthorityPair) -> Header {
	let signature = key.sign(header.hash().as_ref());
	header.digest.push(DigestItem::babe_seal(signature));
	header
}

/// A header of an authority's turn, sealed by it.
fn header(index: AuthorityIndex, slot: u64, content: u64) -> Header {
	seal(unsealed(index, slot, content), &key(index))
}

/// Notes headers of an epoch with four authorities, and gives the proofs.
fn note(sightings: &mut Sightings, headers: &[Header]) -> Vec<Proof> {
	let authorities = authorities(4);
	headers.iter().filter_map(|header| sightings.note(header, &authorities)).collect()
}

/// The proofs in some headers.
fn proofs(headers: &[Header]) -> Vec<Proof> {
	note(&mut Sightings::new(AMPLE), headers)
}

#[test]
fn two_blocks_of_one_author_in_one_slot_make_a_proof_that_the_chain_takes() {
	let (first, second) = (header(2, 10, 1), header(2, 10, 2));
	let found = proofs(&[first.clone(), header(1, 10, 3), second.clone()]);
	let [proof] = found.as_slice() else { panic!("{} proofs", found.len()) };
	assert_eq!((&proof.offender, *proof.slot), (&key(2).public(), 10));
	assert_eq!((&proof.first_header, &proof.second_header), (&first, &second));
	assert!(check_equivocation_proof(proof.clone()));
}

#[test]
fn the_same_block_twice_is_no_offence() {
	let block = header(0, 10, 1);
	assert_eq!(proofs(&[block.clone(), block.clone(), block]), []);
}

#[test]
fn blocks_of_one_slot_by_two_authors_are_no_offence() {
	assert_eq!(proofs(&[header(0, 10, 1), header(1, 10, 1), header(2, 10, 2)]), []);
}

#[test]
fn blocks_of_one_author_in_two_slots_are_no_offence() {
	assert_eq!(proofs(&[header(0, 10, 1), header(0, 11, 1), header(0, 12, 2)]), []);
}

#[test]
fn an_author_is_reported_once_for_a_slot_and_again_for_the_next() {
	let twice = |slot| [header(0, slot, 1), header(0, slot, 2), header(0, slot, 3)];
	let slots: Vec<u64> =
		proofs(&[twice(10), twice(11)].concat()).iter().map(|it| *it.slot).collect();
	assert_eq!(slots, [10, 11]);
}

#[test]
fn headers_without_their_seals_prove_nothing() {
	assert_eq!(proofs(&[unsealed(0, 10, 1), unsealed(0, 10, 2)]), []);
}

#[test]
fn a_seal_of_another_key_proves_nothing() {
	let forged = seal(unsealed(0, 10, 2), &key(1));
	assert_eq!(proofs(&[header(0, 10, 1), forged.clone()]), []);
	// Nor does it hide what the author does afterwards.
	assert_eq!(proofs(&[header(0, 10, 1), forged, header(0, 10, 3)]).len(), 1);
}

#[test]
fn headers_that_name_no_author_are_passed_over() {
	let beyond = seal(unsealed(4, 10, 1), &key(4));
	let mut bare = header(0, 10, 1);
	bare.digest = Digest::default();
	let mut sightings = Sightings::new(AMPLE);
	assert_eq!(note(&mut sightings, &[beyond, bare]), []);
	assert_eq!(sightings.slots(), 0);
}

#[test]
fn a_key_with_another_place_in_another_epoch_is_told_apart() {
	let (before, mut after) = (authorities(2), authorities(2));
	after.reverse();
	let mut sightings = Sightings::new(AMPLE);
	let under_another_index = seal(unsealed(1, 10, 2), &key(0));
	assert_eq!(sightings.note(&header(0, 10, 1), &before), None);
	assert_eq!(sightings.note(&under_another_index, &after), None);
	assert!(sightings.note(&header(0, 10, 3), &before).is_some());
}

#[test]
fn old_slots_are_forgotten() {
	let mut sightings = Sightings::new(Limits { slots: 10, ..AMPLE });
	assert_eq!(note(&mut sightings, &[header(0, 1, 1), header(0, 2, 1), header(1, 11, 1)]), []);
	assert_eq!(sightings.slots(), 2, "slot 1 is ten slots old");
	assert!(sightings.is_over(1.into()) && !sightings.is_over(2.into()));
	// What comes too late is not even noted; what is in time still counts.
	assert_eq!(note(&mut sightings, &[header(0, 1, 2), header(0, 1, 3)]), []);
	assert_eq!(sightings.slots(), 2);
	assert_eq!(note(&mut sightings, &[header(0, 2, 2)]).len(), 1);
}

#[test]
fn forks_of_one_slot_take_no_more_memory_than_its_first_block() {
	let mut sightings = Sightings::new(AMPLE);
	let authorities = authorities(1);
	assert_eq!(sightings.note(&header(0, 10, 0), &authorities), None);
	let held = sightings.bytes();
	let found =
		(1..500).filter_map(|content| sightings.note(&header(0, 10, content), &authorities));
	assert_eq!(found.count(), 1);
	assert_eq!((sightings.bytes(), sightings.slots()), (held, 1));
}

#[test]
fn memory_stays_within_its_limit_however_many_slots_have_forks() {
	let limits = Limits { slots: 1_000, bytes: 5_000 };
	let mut sightings = Sightings::new(limits);
	let mut most = 0;
	for slot in 0..200 {
		assert_eq!(note(&mut sightings, &[0, 1, 2, 3].map(|index| header(index, slot, slot))), []);
		assert!(sightings.bytes() <= limits.bytes, "{} bytes", sightings.bytes());
		most = most.max(sightings.bytes());
	}
	assert!(most > limits.bytes / 2, "hardly anything was kept");
	// The newest slots are those that are kept.
	assert_eq!(note(&mut sightings, &[header(0, 199, 0)]).len(), 1);
	assert_eq!(note(&mut sightings, &[header(0, 0, 1)]), []);
}
