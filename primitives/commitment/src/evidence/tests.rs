//! What convicts and what does not.

use super::*;
use crate::snapshot::SnapshotBody;
use crate::RejectReason;
use smartlayer_types::{AnchorKey, Authorisation};
use sp_core::{ecdsa, Pair};

const GENESIS: H256 = H256::repeat_byte(0x77);
const BRIDGE: Bridge = Bridge { chain_id: 1, contract: sp_core::H160::repeat_byte(0xb1) };

fn pair(of: u8) -> ecdsa::Pair {
	ecdsa::Pair::from_seed(&[of; 32])
}

fn member(account: u8, key: u8) -> AnchorMember {
	let key = AnchorKey::from(pair(key).public());
	AnchorMember::new(AccountId::new([account; 32]), key).unwrap()
}

/// Set 1 has members 1 to 4; in set 2 member 2 has got key 9. Both are sorted by address.
struct Sets;

impl Archive for Sets {
	fn members(set: SetId) -> Option<Vec<AnchorMember>> {
		let second = match set {
			1 => 2,
			2 => 9,
			_ => return None,
		};
		let mut members = vec![member(1, 1), member(2, second), member(3, 3), member(4, 4)];
		members.sort_by_key(|it| it.address);
		Some(members)
	}

	fn knows(bridge: &Bridge) -> bool {
		*bridge == BRIDGE
	}
}

fn index(set: SetId, account: u8) -> u32 {
	let members = Sets::members(set).unwrap();
	let account = AccountId::new([account; 32]);
	members.iter().position(|it| it.account == account).unwrap() as u32
}

fn sign(key: u8, digest: H256) -> EvmSignature {
	EvmSignature(pair(key).sign_prehashed(&digest.0).0)
}

fn header(number: u64, root: u8) -> LogHeader {
	LogHeader {
		set_id: 1,
		origin: AccountId::new([2; 32]),
		incarnation: 3,
		number,
		parent_hash: H256::zero(),
		batch_root: H256::repeat_byte(root),
		count: 1,
	}
}

fn signed_header(key: u8, statement: LogHeader) -> Signed<LogHeader> {
	Signed { signature: sign(key, statement.hash(GENESIS)), statement }
}

fn headers(first: Signed<LogHeader>, second: Signed<LogHeader>) -> Option<Offence> {
	Evidence::Headers(Box::new([first, second])).verify::<Sets>(GENESIS)
}

fn vector(tick: u32, root: u8) -> Vector {
	Vector { set_id: 1, interval: 8, tick, closing: false, root: H256::repeat_byte(root) }
}

fn signed_vector(key: u8, statement: Vector) -> Signed<Vector> {
	Signed { signature: sign(key, statement.digest(GENESIS)), statement }
}

fn vectors(first: Vector, second: Vector) -> Option<Offence> {
	let pair = [signed_vector(3, first), signed_vector(3, second)];
	Evidence::Vectors(Box::new(pair)).verify::<Sets>(GENESIS)
}

#[test]
fn two_headers_of_one_number_convict() {
	let offence = headers(signed_header(2, header(5, 1)), signed_header(2, header(5, 2))).unwrap();
	let account = AccountId::new([2; 32]);
	let member = index(1, 2);
	let expected = Offence { kind: OffenceKind::Log, set_id: 1, member, account, slot: 3 };
	assert_eq!(offence, expected);
}

#[test]
fn headers_that_an_honest_anchor_signs_do_not_convict() {
	let good = signed_header(2, header(5, 1));
	assert_eq!(headers(good.clone(), good.clone()), None);
	assert_eq!(headers(good.clone(), signed_header(2, header(6, 2))), None);
	let reborn = LogHeader { incarnation: 4, ..header(5, 2) };
	assert_eq!(headers(good.clone(), signed_header(2, reborn)), None);
	let elsewhere = LogHeader { origin: AccountId::new([3; 32]), ..header(5, 2) };
	assert_eq!(headers(good.clone(), signed_header(3, elsewhere)), None);
	// Signed by somebody else, in either place.
	assert_eq!(headers(good.clone(), signed_header(3, header(5, 2))), None);
	assert_eq!(headers(signed_header(3, header(5, 2)), good), None);
}

#[test]
fn a_log_forked_over_a_change_of_keys_convicts_whichever_header_comes_first() {
	let old = signed_header(2, header(5, 1));
	let newer = LogHeader { set_id: 2, ..header(5, 1) };
	let new = signed_header(9, newer.clone());
	let offence = headers(old.clone(), new.clone()).unwrap();
	assert_eq!((offence.set_id, offence.member), (2, index(2, 2)));
	assert_eq!(headers(new, old.clone()), Some(offence));
	// The old key is not the key of the new set.
	assert_eq!(headers(old, signed_header(2, newer)), None);
}

#[test]
fn a_set_outside_the_window_is_not_judged() {
	let forgotten = |root| signed_header(2, LogHeader { set_id: 3, ..header(5, root) });
	assert_eq!(headers(forgotten(1), forgotten(2)), None);
}

#[test]
fn statements_for_another_network_do_not_convict() {
	let pair = [signed_vector(3, vector(1, 1)), signed_vector(3, vector(1, 2))];
	let evidence = Evidence::Vectors(Box::new(pair));
	assert!(evidence.verify::<Sets>(GENESIS).is_some());
	assert_eq!(evidence.verify::<Sets>(H256::zero()), None);
}

#[test]
fn two_vectors_of_one_tick_convict() {
	let offence = vectors(vector(1, 1), vector(1, 2)).unwrap();
	let found = (offence.kind, offence.set_id, offence.member, offence.slot);
	assert_eq!(found, (OffenceKind::Vector, 1, index(1, 3), 8));
	let closing = Vector { closing: true, ..vector(1, 1) };
	assert!(vectors(vector(1, 1), closing).is_some(), "open and closing");
}

#[test]
fn a_vector_after_the_closing_one_convicts() {
	let closing = Vector { closing: true, ..vector(5, 1) };
	assert!(vectors(closing, vector(6, 1)).is_some());
	assert!(vectors(vector(6, 1), closing).is_some());
	assert_eq!(vectors(closing, vector(4, 1)), None);
}

#[test]
fn vectors_that_an_honest_anchor_signs_do_not_convict() {
	assert_eq!(vectors(vector(1, 1), vector(1, 1)), None);
	assert_eq!(vectors(vector(1, 1), vector(2, 2)), None);
	assert_eq!(vectors(vector(1, 1), Vector { interval: 9, ..vector(1, 2) }), None);
	let pair = [signed_vector(3, vector(1, 1)), signed_vector(4, vector(1, 2))];
	assert_eq!(Evidence::Vectors(Box::new(pair)).verify::<Sets>(GENESIS), None);
}

/// An entry with its lists: what is withheld, what is not announced.
type Shown = (OriginEntry, Vec<Position>, Vec<Position>);

fn entry(number: u64, header: u8, withheld: &[(u64, u32)]) -> Shown {
	announcing(number, header, withheld, 0, &[])
}

fn announcing(
	number: u64,
	header: u8,
	withheld: &[(u64, u32)],
	announced: u64,
	unannounced: &[(u64, u32)],
) -> Shown {
	let positions = |list: &[(u64, u32)]| -> Vec<_> {
		list.iter().map(|(number, index)| Position { number: *number, index: *index }).collect()
	};
	let (withheld, unannounced) = (positions(withheld), positions(unannounced));
	let entry = OriginEntry {
		origin: AccountId::new([1; 32]),
		incarnation: 0,
		number,
		header_hash: H256::repeat_byte(header),
		withheld: positions_hash(GENESIS, &withheld).unwrap(),
		announced,
		unannounced: positions_hash(GENESIS, &unannounced).unwrap(),
	};
	(entry, withheld, unannounced)
}

/// A vector of four origins of which one is shown.
fn with_part(tick: u32, shown: Shown) -> (Signed<Vector>, Part) {
	let (entry, withheld, unannounced) = shown;
	let mut leaves: Vec<_> = (5..8).map(H256::repeat_byte).collect();
	leaves.insert(1, entry.leaf());
	let vector = Vector { root: tree::root(&leaves), ..vector(tick, 0) };
	let proof = tree::proof(&leaves, 1).unwrap();
	let part = Part {
		entry,
		withheld: withheld.try_into().unwrap(),
		unannounced: unannounced.try_into().unwrap(),
		proof: proof.try_into().unwrap(),
	};
	(signed_vector(3, vector), part)
}

fn retraction(first: (Signed<Vector>, Part), second: (Signed<Vector>, Part)) -> Option<Offence> {
	Evidence::Retraction(Box::new([first, second])).verify::<Sets>(GENESIS)
}

#[test]
fn taking_back_a_batch_or_a_position_convicts() {
	let before = with_part(1, entry(5, 1, &[(4, 7)]));
	for taken_back in [
		entry(4, 9, &[(4, 7)]),
		entry(5, 2, &[(4, 7)]),
		entry(5, 1, &[(4, 7), (5, 0)]),
		entry(6, 3, &[(3, 1)]),
	] {
		let after = with_part(2, taken_back);
		let offence = retraction(before.clone(), after.clone()).unwrap();
		assert_eq!((offence.kind, offence.slot), (OffenceKind::Vector, 8));
		assert_eq!(retraction(after, before.clone()), None, "the other way round");
	}
}

#[test]
fn going_on_does_not_convict() {
	let before = with_part(1, entry(5, 1, &[(4, 7), (5, 2)]));
	for going_on in [
		entry(5, 1, &[(4, 7), (5, 2)]),
		entry(5, 1, &[(5, 2)]),
		entry(9, 3, &[(4, 7), (6, 0), (9, 1)]),
	] {
		assert_eq!(retraction(before.clone(), with_part(2, going_on)), None);
	}
	let (mut reborn, withheld, unannounced) = entry(1, 9, &[]);
	reborn.incarnation = 1;
	assert_eq!(retraction(before, with_part(2, (reborn, withheld, unannounced))), None);
}

#[test]
fn taking_back_an_announcement_convicts() {
	let before = with_part(1, announcing(5, 1, &[(3, 0)], 4, &[(4, 7)]));
	let after = |announced, unannounced: &[(u64, u32)]| {
		with_part(2, announcing(6, 3, &[], announced, unannounced))
	};
	assert!(retraction(before.clone(), after(3, &[])).is_some());
	assert!(retraction(before.clone(), after(4, &[(4, 6)])).is_some());
	// Not announced before: it stood behind the last batch, was left out, or was not even accepted.
	for unannounced in [&[(5, 0)], &[(4, 7)], &[(3, 0)]] {
		assert_eq!(retraction(before.clone(), after(5, unannounced)), None);
	}
	assert_eq!(retraction(before.clone(), after(6, &[])), None);
}

#[test]
fn a_part_that_is_not_in_the_vector_does_not_convict() {
	let before = with_part(1, entry(5, 1, &[]));
	let (vector, part) = with_part(2, entry(5, 1, &[]));
	let forged = Part { entry: entry(4, 9, &[]).0, ..part.clone() };
	assert_eq!(retraction(before.clone(), (vector.clone(), forged)), None);
	// The entry is true, the positions are not those it commits to.
	let list: sp_core::bounded::BoundedVec<_, _> =
		vec![Position { number: 1, index: 1 }].try_into().unwrap();
	let forged = Part { withheld: list.clone(), ..part.clone() };
	assert_eq!(retraction(before.clone(), (vector.clone(), forged)), None);
	assert_eq!(retraction(before, (vector, Part { unannounced: list, ..part })), None);
}

#[test]
fn two_entries_of_one_origin_in_one_vector_convict() {
	let (one, ..) = entry(5, 1, &[]);
	let (other, ..) = entry(6, 2, &[]);
	let leaves = [one.leaf(), other.leaf()];
	let vector = signed_vector(3, Vector { root: tree::root(&leaves), ..vector(1, 0) });
	let part = |entry, index| Part {
		entry,
		withheld: Default::default(),
		unannounced: Default::default(),
		proof: tree::proof(&leaves, index).unwrap().try_into().unwrap(),
	};
	let first = (vector.clone(), part(one.clone(), 0));
	assert!(retraction(first.clone(), (vector, part(other, 1))).is_some());
	assert_eq!(retraction(first.clone(), first), None);
}

#[test]
fn positions_out_of_order_have_no_commitment() {
	let position = |index| Position { number: 1, index };
	assert!(positions_hash(GENESIS, &[position(1), position(2)]).is_some());
	assert_eq!(positions_hash(GENESIS, &[position(2), position(1)]), None);
	assert_eq!(positions_hash(GENESIS, &[position(1), position(1)]), None);
}

fn vote(key: u8, proposal: u8, choice: Choice) -> Signed<Vote> {
	let statement = Vote { set_id: 1, interval: 8, proposal: H256::repeat_byte(proposal), choice };
	Signed { signature: sign(key, statement.digest(GENESIS)), statement }
}

#[test]
fn approving_and_rejecting_one_proposal_convicts() {
	let votes = |first, second| Evidence::Votes(Box::new([first, second])).verify::<Sets>(GENESIS);
	let reject = Choice::Reject(RejectReason::WrongRoot);
	let other = Choice::Reject(RejectReason::InvalidExtension);
	let offence = votes(vote(4, 1, Choice::Approve), vote(4, 1, reject)).unwrap();
	let found = (offence.kind, offence.member, offence.slot);
	assert_eq!(found, (OffenceKind::Vote, index(1, 4), 8));
	assert_eq!(votes(vote(4, 1, other), vote(4, 1, reject)), None);
	assert_eq!(votes(vote(4, 1, Choice::Approve), vote(4, 1, Choice::Approve)), None);
	assert_eq!(votes(vote(4, 1, Choice::Approve), vote(4, 2, reject)), None);
	assert_eq!(votes(vote(4, 1, Choice::Approve), vote(3, 1, reject)), None);
}

fn snapshot(key: u8, bridge: Bridge, interval: u64, root: u8) -> (Bridge, Signed<Snapshot>) {
	let body = SnapshotBody {
		parent: H256::zero(),
		history_root: H256::zero(),
		bitmap_root: H256::repeat_byte(root),
		operations_root: H256::zero(),
		state_root: H256::repeat_byte(1),
		operation_count: 0,
		cut_hash: H256::zero(),
		block_hash: H256::zero(),
		block_number: 1,
		block_time: 2,
	};
	let statement = Snapshot { interval, set_id: 1, next_set_hash: H256::zero(), body };
	(bridge, Signed { signature: sign(key, bridge.digest(statement.hash())), statement })
}

#[test]
fn signing_two_snapshots_of_one_interval_convicts() {
	let judge =
		|first, second| Evidence::Snapshots(Box::new([first, second])).verify::<Sets>(GENESIS);
	let first = snapshot(1, BRIDGE, 8, 1);
	let offence = judge(first.clone(), snapshot(1, BRIDGE, 8, 2)).unwrap();
	let found = (offence.kind, offence.member, offence.slot);
	assert_eq!(found, (OffenceKind::Snapshot, index(1, 1), 8));
	assert_eq!(judge(first.clone(), first.clone()), None);
	assert_eq!(judge(first.clone(), snapshot(1, BRIDGE, 9, 2)), None);
	assert_eq!(judge(first.clone(), snapshot(2, BRIDGE, 8, 2)), None);
	// What was signed for another network's contract was not signed here.
	let foreign = Bridge { chain_id: 2, ..BRIDGE };
	assert_eq!(judge(first.clone(), snapshot(1, foreign, 8, 2)), None);
	assert_eq!(judge(snapshot(1, foreign, 8, 2), first), None);
}

fn entry_of_batch(signer: u8) -> BatchEntry {
	let digest = H256::repeat_byte(0xd1);
	BatchEntry {
		index: 1,
		digest,
		actor: smartlayer_types::evm::evm_account(member(7, 7).address),
		authorisation: Authorisation::Evm(sign(signer, digest)),
	}
}

fn batch(signer: u8, entry: &BatchEntry, shown: BatchEntry) -> Option<Offence> {
	let leaves = [H256::repeat_byte(1), entry.leaf(), H256::repeat_byte(2)];
	let header = LogHeader { batch_root: tree::root(&leaves), ..header(5, 0) };
	let proof = tree::proof(&leaves, 1).unwrap().try_into().unwrap();
	let shown = Box::new((signed_header(signer, header), shown));
	Evidence::Batch(shown, proof).verify::<Sets>(GENESIS)
}

#[test]
fn a_batch_with_an_invalid_signature_convicts() {
	let bad = entry_of_batch(8);
	let offence = batch(2, &bad, bad.clone()).unwrap();
	let found = (offence.kind, offence.member, offence.slot);
	assert_eq!(found, (OffenceKind::Batch, index(1, 2), 3));
	assert_eq!(batch(3, &bad, bad.clone()), None, "a header that its anchor did not sign");
}

#[test]
fn a_batch_of_good_signatures_does_not_convict() {
	let good = entry_of_batch(7);
	assert_eq!(batch(2, &good, good.clone()), None);
	// Entries that are not in the batch.
	assert_eq!(batch(2, &good, entry_of_batch(8)), None);
	assert_eq!(batch(2, &good, BatchEntry { digest: H256::zero(), ..good.clone() }), None);
	assert_eq!(
		batch(2, &good, BatchEntry { actor: AccountId::new([1; 32]), ..good.clone() }),
		None
	);
}

#[test]
fn one_offence_has_one_id_however_it_is_shown() {
	let first = vectors(vector(1, 1), vector(1, 2)).unwrap();
	let second = vectors(vector(2, 3), vector(2, 4)).unwrap();
	assert_eq!(first.id(GENESIS), second.id(GENESIS));
	let elsewhere = |root| Vector { interval: 9, ..vector(1, root) };
	let third = vectors(elsewhere(1), elsewhere(2)).unwrap();
	assert_ne!(first.id(GENESIS), third.id(GENESIS));
}

#[test]
fn evidence_of_random_bytes_is_refused_without_harm() {
	for seed in 0..200u8 {
		let bytes: Vec<u8> =
			(0..64).flat_map(|it| sp_io::hashing::blake2_256(&[seed, it])).collect();
		let mut bytes = bytes.as_slice();
		if let Ok(evidence) = Evidence::decode(&mut bytes) {
			assert_eq!(evidence.verify::<Sets>(GENESIS), None);
		}
	}
}
