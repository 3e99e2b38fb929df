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
