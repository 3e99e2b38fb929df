//! Operations recorded by anchors: given over JSON-RPC, final within a moment, in a snapshot that all confirm.

use crate::{clients::run_client, folder, local_network, FINALITY};
use smartlayer_cli::devnet::Validator;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wallets_record_operations_and_see_them_into_a_snapshot() {
	let folder = folder();
	let mut network = local_network(folder.path()).await;
	network.finalizes(1, FINALITY).await.expect("the network works");
	let urls = [Validator::Alice, Validator::Bob].map(|it| network.settings(it).rpc_url());

	run_client("operations.mjs", &[&urls[0], &urls[1]]).await;
	network.stop().await.expect("all stop");
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
