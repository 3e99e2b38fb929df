//! Holds this crate to the vectors that Solidity and JavaScript are held to.

use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use smartlayer_commitment::{
	history_leaf, set_hash, tree, Bridge, HistoryPeaks, Snapshot, SnapshotBody,
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
	let body = &json["body"];
	Snapshot {
		interval: field(json, "interval"),
		set_id: field(json, "set_id"),
		next_set_hash: field(json, "next_set_hash"),
		body: SnapshotBody {
			parent: field(body, "parent"),
			history_root: field(body, "history_root"),
			bitmap_root: field(body, "bitmap_root"),
			operations_root: field(body, "operations_root"),
			state_root: field(body, "state_root"),
			operation_count: field(body, "operation_count"),
			cut_hash: field(body, "cut_hash"),
			block_hash: field(body, "block_hash"),
			block_number: field(body, "block_number"),
			block_time: field(body, "block_time"),
		},
	}
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

#[test]
fn history_proofs_hold_where_contracts_take_them() {
	let (file, posted) = (vectors("history.json"), vectors("snapshots.json"));
	let stored: Vec<H256> = list(&posted, "snapshots", "snapshot_count")
		.iter()
		.map(|entry| field(entry, "snapshot_hash"))
		.collect();
	let mut valid = 0;
	for case in list(&file, "cases", "case_count") {
		let proof = &file["snapshot_proofs"][field::<usize>(case, "snapshot_proof")];
		let shown = snapshot(&proof["snapshot"]);
		let later: Vec<Snapshot> =
			proof["later"].as_array().expect("a list").iter().map(snapshot).collect();
		let path: Vec<H256> = field(proof, "history");
		let is_posted = |it: &Snapshot| {
			let index = usize::try_from(it.interval).ok().and_then(|it| it.checked_sub(1));
			index.and_then(|index| stored.get(index)) == Some(&it.hash())
		};
		let proven = match later.as_slice() {
			[] => path.is_empty() && is_posted(&shown),
			[later] => {
				let leaf = history_leaf(shown.interval, shown.set_id, shown.hash());
				is_posted(later) && tree::verify(later.body.history_root, leaf, &path)
			},
			_ => false,
		};
		let holds = proven && shown.interval == field::<u64>(&case["claim"], "interval");
		assert_eq!(holds, field::<bool>(case, "valid"), "{}", case["name"]);
		valid += u32::from(holds);
	}
	assert!(valid >= 10);
}
