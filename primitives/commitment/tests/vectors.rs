//! Holds this crate to the vectors that Solidity and JavaScript are held to.

use codec::{Decode, Encode};
use serde::{de::DeserializeOwned, Serialize};
use serde_json::Value as Json;
use smartlayer_commitment::{
	history_leaf, set_hash, tree, AgeBound, BitmapProof, Bridge, Claim, HistoryPeaks,
	OperationProof, ProofError, Snapshot, SnapshotProof, StateProof, Verifier,
};
use smartlayer_types::{
	anchors::quorum,
	evm::{EvmAddress, EvmSignature},
};
use sp_core::H256;
use std::{fs, path::Path};

/// A file of vectors.
fn vectors(name: &str) -> Json {
	let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors");
	let text = fs::read_to_string(folder.join(name)).expect("the vectors are there");
	serde_json::from_str(&text).expect("the vectors are JSON")
}

/// A field, in the type that the caller wants.
fn field<T: DeserializeOwned>(of: &Json, name: &str) -> T {
	serde_json::from_value(of[name].clone()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A list with as many entries as the file says beside it.
fn list<'a>(of: &'a Json, name: &str, count: &str) -> &'a [Json] {
	let entries = of[name].as_array().expect("a list");
	assert_eq!(entries.len(), field::<usize>(of, count), "{name}");
	entries
}

fn snapshot(json: &Json) -> Snapshot {
	serde_json::from_value(json.clone()).expect("a snapshot")
}

/// The bytes of `0x` and hexadecimal digits.
fn bytes<const N: usize>(json: &Json) -> [u8; N] {
	let text = json.as_str().expect("a string");
	let bytes: sp_core::Bytes = text.parse().expect("hexadecimal digits");
	bytes.0.try_into().expect("as many bytes as it should have")
}

/// `a_name` as `AName`.
fn in_camel_case(name: &str) -> String {
	let capital = |word: &str| {
		let (first, rest) = word.split_at(1);
		first.to_uppercase() + rest
	};
	name.split('_').map(capital).collect()
}

fn bridge() -> Bridge {
	let bridge = &vectors("formats.json")["bridge"];
	Bridge { chain_id: field(bridge, "chain_id"), contract: field(bridge, "contract") }
}

#[test]
fn tags_are_the_hashes_of_their_names() {
	let formats = vectors("formats.json");
	let tags = formats["tags"].as_object().expect("tags by name");
	assert!(tags.len() >= 8);
	for (name, hash) in tags {
		let ours = tree::tag(&format!("SmartLayer.{}.v1", in_camel_case(name)));
		assert_eq!(ours, serde_json::from_value(hash.clone()).expect("a hash"), "{name}");
	}
}

#[test]
fn sets_hash_as_contracts_hash_them() {
	let file = vectors("sets.json");
	for set in list(&file, "sets", "set_count") {
		let members: Vec<EvmAddress> = field(set, "members");
		let count = u32::try_from(members.len()).expect("few members");
		assert_eq!(quorum(count), field::<u32>(set, "quorum"));
		let hash = set_hash(field(set, "set_id"), members);
		assert_eq!(hash, field::<H256>(set, "set_hash"));
	}
}

#[test]
fn snapshots_hash_and_are_signed_as_contracts_have_them() {
	let (file, bridge) = (vectors("snapshots.json"), bridge());
	for entry in list(&file, "snapshots", "snapshot_count") {
		let snapshot = snapshot(&entry["snapshot"]);
		assert_eq!(snapshot.body.hash(), field::<H256>(entry, "body_hash"));
		assert_eq!(snapshot.hash(), field::<H256>(entry, "snapshot_hash"));
		let digest = bridge.digest(snapshot.hash());
		assert_eq!(digest, field::<H256>(entry, "digest"));
		for signed in entry["signatures"].as_array().expect("signatures") {
			let signature = EvmSignature(bytes(&signed["signature"]));
			assert_eq!(signature.recover(&digest), Some(field(signed, "address")));
		}
	}
}

#[test]
fn the_chain_s_peaks_give_each_snapshot_its_history_root() {
	let file = vectors("snapshots.json");
	let mut history = HistoryPeaks::default();
	for entry in list(&file, "snapshots", "snapshot_count") {
		let snapshot = snapshot(&entry["snapshot"]);
		assert_eq!(history.root(), snapshot.body.history_root, "interval {}", snapshot.interval);
		history.append(history_leaf(snapshot.interval, snapshot.set_id, snapshot.hash()));
	}
}

/// A verifier that knows some snapshots.
type Knowing<'a> = Verifier<&'a dyn Fn(u64, H256) -> bool>;

/// What a case's proof shows, as the verifier of the vectors judges it: it knows all snapshots, of whatever age.
fn judge(
	file: &Json,
	case: &Json,
	posted: &[H256],
	check: impl FnOnce(&SnapshotProof, &Knowing) -> Result<(), ProofError>,
) -> Result<(), String> {
	let proof = &file["snapshot_proofs"][field::<usize>(case, "snapshot_proof")];
	if proof["later"].as_array().expect("a list").len() > 1 {
		// Such a proof can't even be read.
		assert!(serde_json::from_value::<SnapshotProof>(proof.clone()).is_err());
		return Err("SurplusHistory".into());
	}
	let is_posted = |interval: u64, hash: H256| {
		let index = usize::try_from(interval).ok().and_then(|it| it.checked_sub(1));
		index.and_then(|index| posted.get(index)) == Some(&hash)
	};
	let shown: SnapshotProof = serde_json::from_value(proof.clone()).expect("a snapshot proof");
	assert_eq!(serde_json::to_value(&shown).expect("JSON"), *proof);
	let verifier =
		Verifier { posted: &is_posted as &dyn Fn(u64, H256) -> bool, age: AgeBound::Any };
	check(&shown, &verifier).map_err(|error| format!("{error:?}"))
}

/// Judges every case of a file, and compares with what the file says; how many hold.
fn judge_all(
	name: &str,
	check: impl Fn(&Json, &SnapshotProof, &Knowing) -> Result<(), ProofError>,
) -> usize {
	let (file, snapshots) = (vectors(name), vectors("snapshots.json"));
	let posted: Vec<H256> = list(&snapshots, "snapshots", "snapshot_count")
		.iter()
		.map(|entry| field(entry, "snapshot_hash"))
		.collect();
	let mut valid = 0;
	for case in list(&file, "cases", "case_count") {
		let judged = judge(&file, case, &posted, |shown, verifier| check(case, shown, verifier));
		let expected = match field::<bool>(case, "valid") {
			true => Ok(()),
			false => Err(field::<String>(case, "error")),
		};
		assert_eq!(judged, expected, "{name}: {}", case["name"]);
		valid += usize::from(judged.is_ok());
	}
	valid
}

fn claim(case: &Json) -> Claim {
	let claim = &case["claim"];
	Claim {
		interval: field(claim, "interval"),
		class: field(claim, "class"),
		instance: field(claim, "instance"),
	}
}

/// A proof, which is written as it is read.
fn proof<T: Serialize + DeserializeOwned>(case: &Json) -> T {
	let proof: T = field(case, "proof");
	assert_eq!(serde_json::to_value(&proof).expect("JSON"), case["proof"], "{}", case["name"]);
	proof
}

#[test]
fn history_proofs_hold_where_contracts_take_them() {
	let valid = judge_all("history.json", |case, shown, verifier| {
		shown.verify(field(&case["claim"], "interval"), verifier).map(|_| ())
	});
	assert!(valid >= 10);
}

#[test]
fn operation_proofs_are_judged_as_contracts_judge_them() {
	let valid = judge_all("operations.json", |case, shown, verifier| {
		let (proof, kind) = (proof::<OperationProof>(case), field(&case["claim"], "kind"));
		proof.verify(&claim(case), kind, shown, verifier).map(|_| ())
	});
	assert!(valid >= 5);
}

#[test]
fn bitmap_proofs_are_judged_as_contracts_judge_them() {
	let valid = judge_all("bitmap.json", |case, shown, verifier| {
		let (proof, kind) = (proof::<BitmapProof>(case), field(&case["claim"], "kind"));
		if field::<bool>(&case["claim"], "recorded") {
			proof.verify_recorded(&claim(case), kind, shown, verifier)
		} else {
			proof.verify_absent(&claim(case), kind, shown, verifier).map(|_| ())
		}
	});
	assert!(valid >= 17);
}

#[test]
fn state_proofs_are_judged_as_contracts_judge_them() {
	let valid = judge_all("state.json", |case, shown, verifier| {
		let (proof, claim) = (proof::<StateProof>(case), claim(case));
		let state = proof.verify(&claim, shown, verifier)?;
		let expected = &case["state"];
		let holder: H256 = field(expected, "holder");
		assert_eq!(state.mask, field::<u32>(expected, "mask"));
		assert_eq!(state.ever, field::<u32>(expected, "ever"));
		assert_eq!(H256(*state.holder.as_ref()), holder);
		assert_eq!(state.next_seq, field::<u64>(expected, "next_seq"));
		for kind in 0..32 {
			let never = match state.ever >> kind & 1 {
				0 => Ok(()),
				_ => Err(ProofError::EverRecorded),
			};
			assert_eq!(proof.verify_never(&claim, kind, shown, verifier), never, "kind {kind}");
		}
		assert_eq!(proof.verify_never(&claim, 32, shown, verifier), Err(ProofError::NoSuchKind));
		Ok(())
	});
	assert!(valid >= 11);
}

#[test]
fn every_proof_is_what_it_was_after_the_codec() {
	fn goes_through<T: Encode + Decode + PartialEq + std::fmt::Debug>(proof: T) {
		assert_eq!(T::decode(&mut &proof.encode()[..]).as_ref(), Ok(&proof));
	}
	for case in list(&vectors("operations.json"), "cases", "case_count") {
		goes_through(proof::<OperationProof>(case));
	}
	for case in list(&vectors("bitmap.json"), "cases", "case_count") {
		goes_through(proof::<BitmapProof>(case));
	}
	for case in list(&vectors("state.json"), "cases", "case_count") {
		goes_through(proof::<StateProof>(case));
	}
}
