//! The rules on chain, used from outside: candidacy and vote, a service node, a class, a payment channel.

use crate::{clients::run_client, folder, local_network, FINALITY};
use smartlayer_cli::devnet::Validator;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_votes_pays_through_a_channel_and_sees_what_was_burned() {
	let folder = folder();
	let mut network = local_network(folder.path()).await;
	network.finalizes(1, FINALITY).await.expect("the network works");
	let url = network.settings(Validator::Alice).rpc_url();

	run_client("rules.mjs", &[&url]).await;
	network.stop().await.expect("all stop");
}
