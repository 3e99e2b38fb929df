//! Operations recorded by anchors: given over JSON-RPC, final within a moment, in a snapshot that all confirm.

use crate::{clients::run_client, finality::metric, folder, local_network, FINALITY};
use codec::DecodeAll;
use serde_json::Value as Json;
use smartlayer_cli::devnet::Validator;
use smartlayer_commitment::{api::AnchorSet, FinalityProof, FinalityTerms, NotFinal};
use sp_core::{bytes::from_hex, H256};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wallets_record_operations_and_see_them_into_a_snapshot() {
	let folder = folder();
	let mut network = local_network(folder.path()).await;
	network.finalizes(1, FINALITY).await.expect("the network works");
	let urls = [Validator::Alice, Validator::Bob].map(|it| network.settings(it).rpc_url());

	let said = run_client("operations.mjs", &[&urls[0], &urls[1]]).await;
	assert_final(&said["finality"]);
	// Of what was given to this anchor it is known how long it took.
	let metrics = network.settings(Validator::Alice).metrics_url();
	for step in ["certified", "final"] {
		let name = "smartlayer_operations_latency_seconds_count";
		metric(&metrics, &format!("{name}{{step=\"{step}\""), |count| count >= 1.).await;
	}
	network.stop().await.expect("all stop");
}

/// Checks the proof that an operation is final, against what the chain says of its interval.
fn assert_final(said: &Json) {
	let bytes = |it: &Json| from_hex(it.as_str().expect("hexadecimal")).expect("bytes");
	let hash = |it: &Json| H256::from_slice(&bytes(it));
	let proof = FinalityProof::decode_all(&mut &bytes(&said["proof"])[..]).expect("a proof");
	let set = AnchorSet::decode_all(&mut &bytes(&said["set"])[..]).expect("a set");
	let terms = FinalityTerms {
		genesis: hash(&said["genesis"]),
		interval: said["interval"].as_u64().expect("a number"),
		set_id: set.set_id,
		members: &set.members,
		base: Some(&said["base"]).filter(|it| !it.is_null()).map(hash),
	};
	let digest = hash(&said["digest"]);
	assert_eq!(proof.verify(&digest, &terms), Ok(()));
	let later = FinalityTerms { interval: terms.interval + 1, ..terms };
	assert_eq!(proof.verify(&digest, &later), Err(NotFinal::WrongAnnouncement));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledged_operation_survives_when_all_anchors_are_killed_at_once() {
	let folder = folder();
	let mut network = local_network(folder.path()).await;
	network.finalizes(1, FINALITY).await.expect("the network works");
	let url = network.settings(Validator::Alice).rpc_url();

	// When this returns, one anchor has said that it has the operation.
	run_client("survival.mjs", &["give", &url]).await;
	for validator in Validator::ALL {
		network.take(validator).kill().await.expect("it is killed");
	}
	for validator in Validator::ALL {
		network.spawn(validator).expect("it starts again");
	}
	for node in network.nodes() {
		node.ready().await.expect("it answers again");
	}
	run_client("survival.mjs", &["count", &url, "1"]).await;
	network.stop().await.expect("all stop");
}
