//! A quorum of announcements is a proof; anything less, and anything changed, is none.

use super::*;
use crate::cut::{CountedVector, CutEnd};
use codec::DecodeAll;
use smartlayer_operations::{positions_hash, ListedEntry, OriginEntry};
use smartlayer_types::{evm::EvmSignature, AccountId, AnchorKey, Authorisation};
use sp_core::{ecdsa, Pair};

const GENESIS: H256 = H256::repeat_byte(0x77);
const DIGEST: H256 = H256::repeat_byte(0x0d);
const INTERVAL: u64 = 8;

fn pair(of: u8) -> ecdsa::Pair {
	ecdsa::Pair::from_seed(&[of; 32])
}

fn account(of: u8) -> AccountId {
	AccountId::new([of; 32])
}

fn members() -> Vec<AnchorMember> {
	let member = |it| AnchorMember::new(account(it), AnchorKey::from(pair(it).public())).unwrap();
	let mut members: Vec<_> = (1..=4).map(member).collect();
	members.sort_by_key(|it| it.address);
	members
}

fn base() -> Cut {
	let end = |of| CutEnd {
		origin: account(of),
		incarnation: 0,
		number: 3,
		header_hash: H256::repeat_byte(3),
	};
	let vectors = vec![CountedVector { member: 1, tick: 4, digest: H256::repeat_byte(1) }];
	Cut { set_id: 1, interval: INTERVAL - 1, ends: vec![end(1), end(2)], vectors }
}

/// The operation in the batch with a number of an anchor's log, of which some batches are shown.
fn place(origin: u8, number: u64, shown: u64) -> Place {
	let authorisation = Authorisation::Evm(EvmSignature([9; 65]));
	let entry = |index, digest| BatchEntry { index, digest, actor: account(7), authorisation };
	let entries = [entry(0, H256::repeat_byte(5)), entry(1, DIGEST), entry(2, H256::zero())];
	let leaves: Vec<_> = entries.iter().map(BatchEntry::leaf).collect();
	let mut headers: Vec<LogHeader> = Vec::new();
	for number in number..number + shown {
		headers.push(LogHeader {
			set_id: 1,
			origin: account(origin),
			incarnation: 0,
			number,
			parent_hash: headers.last().map_or(H256::repeat_byte(4), |it| it.hash(GENESIS)),
			batch_root: tree::root(&leaves),
			count: 3,
		});
	}
	let path = tree::proof(&leaves, 1).unwrap().try_into().unwrap();
	Place { entry: entries[1].clone(), path, headers: headers.try_into().unwrap() }
}

fn positions(of: &[(u64, u32)]) -> Vec<Position> {
	of.iter().map(|(number, index)| Position { number: *number, index: *index }).collect()
}

/// What a member says of a place's log, up to the batch some steps behind the operation's.
struct Said {
	steps: usize,
	announced: u64,
	withheld: Vec<Position>,
	unannounced: Vec<Position>,
}

impl Default for Said {
	fn default() -> Self {
		let (withheld, unannounced) = (positions(&[(5, 0)]), positions(&[(5, 2)]));
		Self { steps: 1, announced: 5, withheld, unannounced }
	}
}

fn announcement(of: u8, place: (u32, &Place), said: Said) -> Announcement {
	let header = &place.1.headers[said.steps];
	let entry = OriginEntry {
		origin: header.origin.clone(),
		incarnation: header.incarnation,
		number: header.number,
		header_hash: header.hash(GENESIS),
		withheld: positions_hash(GENESIS, &said.withheld).unwrap(),
		announced: said.announced,
		unannounced: positions_hash(GENESIS, &said.unannounced).unwrap(),
	};
	let other = OriginEntry { origin: account(4), ..entry.clone() };
	let leaves = [entry.leaf(), other.leaf()];
	let root = tree::root(&leaves);
	let statement = Vector { set_id: 1, interval: INTERVAL, tick: 9, closing: false, root };
	let signature = EvmSignature(pair(of).sign_prehashed(&statement.digest(GENESIS).0).0);
	let proof = tree::proof(&leaves, 0).unwrap().try_into().unwrap();
	let ListedEntry { withheld, unannounced, .. } = ListedEntry {
		entry: entry.clone(),
		withheld: said.withheld,
		unannounced: said.unannounced,
	};
	let (withheld, unannounced) = (withheld.try_into().unwrap(), unannounced.try_into().unwrap());
	let part = Part { entry, withheld, unannounced, proof };
	Announcement { place: place.0, vector: Signed { statement, signature }, part }
}

/// Two members announce the operation in one log, a third one in another.
fn proof() -> FinalityProof {
	let places = [place(1, 5, 4), place(3, 5, 1)];
	let far = Said { steps: 3, announced: 7, ..Said::default() };
	let announcements = vec![
		announcement(1, (0, &places[0]), Said::default()),
		announcement(2, (0, &places[0]), far),
		announcement(3, (1, &places[1]), Said { steps: 0, ..Said::default() }),
	];
	proof_of(places.into(), announcements)
}

fn proof_of(places: Vec<Place>, announcements: Vec<Announcement>) -> FinalityProof {
	let (places, announcements) = (places.try_into().unwrap(), announcements.try_into().unwrap());
	FinalityProof { base: Some(base()), places, announcements }
}

fn verify(proof: &FinalityProof) -> Result<(), NotFinal> {
	verify_with(proof, Some(base().hash(GENESIS)))
}

fn verify_with(proof: &FinalityProof, base: Option<H256>) -> Result<(), NotFinal> {
	let (members, interval) = (members(), INTERVAL);
	let terms = FinalityTerms { genesis: GENESIS, interval, set_id: 1, members: &members, base };
	proof.verify(&DIGEST, &terms)
}

#[test]
fn a_quorum_of_announcements_is_a_proof_and_with_one_bit_flipped_is_none() {
	let proof = proof();
	assert_eq!(verify(&proof), Ok(()));
	let bytes = proof.encode();
	assert_eq!(FinalityProof::decode_all(&mut &bytes[..]), Ok(proof));
	let mut decoded = 0;
	for bit in 0..bytes.len() * 8 {
		let mut flipped = bytes.clone();
		flipped[bit / 8] ^= 1 << (bit % 8);
		if let Ok(other) = FinalityProof::decode_all(&mut &flipped[..]) {
			assert!(verify(&other).is_err(), "bit {bit}");
			decoded += 1;
		}
	}
	assert!(decoded > 10_000);
}

#[test]
fn fewer_are_no_quorum_and_nobody_counts_twice() {
	let FinalityProof { places, announcements, .. } = proof();
	let some = |indices: &[usize]| {
		let chosen = indices.iter().map(|it| announcements[*it].clone()).collect();
		verify(&proof_of(places.to_vec(), chosen))
	};
	assert_eq!(some(&[0, 1]), Err(NotFinal::NoQuorum));
	assert_eq!(some(&[]), Err(NotFinal::NoQuorum));
	assert_eq!(some(&[0, 1, 0]), Err(NotFinal::WrongSigner));
	let stranger = announcement(9, (0, &places[0]), Said::default());
	let with = |it| vec![announcements[0].clone(), announcements[1].clone(), it];
	assert_eq!(verify(&proof_of(places.to_vec(), with(stranger))), Err(NotFinal::WrongSigner));
	let nowhere = Announcement { place: 2, ..announcements[2].clone() };
	assert_eq!(verify(&proof_of(places.to_vec(), with(nowhere))), Err(NotFinal::WrongAnnouncement));
	// Of an empty set nobody is a quorum.
	let terms = FinalityTerms {
		genesis: GENESIS,
		interval: INTERVAL,
		set_id: 1,
		members: &[],
		base: Some(base().hash(GENESIS)),
	};
	assert_eq!(proof_of(Vec::new(), Vec::new()).verify(&DIGEST, &terms), Err(NotFinal::NoQuorum));
}

#[test]
fn what_a_vector_leaves_out_is_not_announced() {
	let says = |said: Said| {
		let FinalityProof { places, mut announcements, .. } = proof();
		announcements[0] = announcement(1, (0, &places[0]), said);
		verify(&proof_of(places.to_vec(), announcements.to_vec()))
	};
	assert_eq!(says(Said::default()), Ok(()));
	let own = positions(&[(5, 1)]);
	let withheld = Said { withheld: own.clone(), ..Said::default() };
	assert_eq!(says(withheld), Err(NotFinal::NotAnnounced));
	let unannounced = Said { unannounced: own, ..Said::default() };
	assert_eq!(says(unannounced), Err(NotFinal::NotAnnounced));
	assert_eq!(says(Said { announced: 4, ..Said::default() }), Err(NotFinal::NotAnnounced));
}

#[test]
fn a_place_that_an_earlier_cut_covered_counts_for_nothing() {
	let places = vec![place(1, 3, 2)];
	let announce = |of| announcement(of, (0, &places[0]), Said { announced: 3, ..Said::default() });
	let proof = proof_of(places.clone(), [1, 2, 3].map(announce).into());
	assert_eq!(verify(&proof), Err(NotFinal::Covered));
	// The interval is based on another cut than the proof says.
	let without = FinalityProof { base: None, ..proof };
	assert_eq!(verify(&without), Err(NotFinal::WrongBase));
	assert_eq!(verify_with(&without, None), Ok(()), "before the first snapshot");
}

#[test]
fn another_log_another_interval_and_a_gap_are_noticed() {
	let FinalityProof { places, announcements, .. } = proof();
	let elsewhere = Announcement { place: 1, ..announcements[0].clone() };
	let chosen = vec![elsewhere, announcements[1].clone(), announcements[2].clone()];
	let proof = proof_of(places.to_vec(), chosen);
	assert_eq!(verify(&proof), Err(NotFinal::WrongAnnouncement));

	let mut gap = places.to_vec();
	gap[0].headers.remove(1);
	let proof = proof_of(gap, announcements.to_vec());
	assert_eq!(verify(&proof), Err(NotFinal::BrokenLog));
	let mut more = places.to_vec();
	more[1] = place(3, 5, 2);
	let proof = proof_of(more, announcements.to_vec());
	assert_eq!(verify(&proof), Err(NotFinal::Surplus));

	let members = members();
	let terms = |interval, set_id| FinalityTerms {
		genesis: GENESIS,
		interval,
		set_id,
		members: &members,
		base: Some(base().hash(GENESIS)),
	};
	let proof = proof_of(places.to_vec(), announcements.to_vec());
	assert_eq!(proof.verify(&DIGEST, &terms(INTERVAL, 1)), Ok(()));
	let wrong = Err(NotFinal::WrongAnnouncement);
	assert_eq!(proof.verify(&DIGEST, &terms(INTERVAL + 1, 1)), wrong);
	assert_eq!(proof.verify(&DIGEST, &terms(INTERVAL, 2)), wrong);
	let other = proof.verify(&H256::zero(), &terms(INTERVAL, 1));
	assert_eq!(other, Err(NotFinal::NotInBatch));
}
