//! Clients that nobody here wrote connect to the network and use it.

use crate::{folder, local_network, FINALITY};
use serde_json::Value as Json;
use smartlayer_cli::devnet::{Network, Validator};
use smartlayer_tests::repository;
use std::{fs, path::Path, process::Output};
use subxt::{
	dynamic::{self, Value},
	OnlineClient, PolkadotConfig,
};
use subxt_signer::sr25519::dev;
use tokio::process::Command;

/// One SLN.
const SLN: u128 = 1_000_000_000_000_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_of_others_send_transfers_and_follow_the_chain() {
	let folder = folder();
	let mut network = local_network(folder.path()).await;
	network.finalizes(1, FINALITY).await.expect("the network works");
	let url = network.settings(Validator::Alice).rpc_url();

	subxt_sends_a_transfer(&url).await;
	for script in ["polkadot-js.mjs", "papi.mjs", "metadata-hash.mjs"] {
		run_client(script, &[&url]).await;
	}
	let specification = specification_with_bootnodes(folder.path(), &mut network).await;
	run_client("smoldot.mjs", &[&specification]).await;
	network.stop().await.expect("all stop");
}

/// `subxt`: a transfer of one SLN to a fresh account, final, and the balance that it made.
async fn subxt_sends_a_transfer(url: &str) {
	let client = OnlineClient::<PolkadotConfig>::from_insecure_url(url).await.expect("connected");
	let recipient = [7u8; 32];
	let transfer = dynamic::transaction(
		"Balances",
		"transfer_keep_alive",
		vec![Value::unnamed_variant("Id", [Value::from_bytes(recipient)]), Value::u128(SLN)],
	);
	let at = client.at_current_block().await.expect("a block");
	let included = at
		.transactions()
		.sign_and_submit_then_watch_default(&transfer, &dev::alice())
		.await
		.expect("the transaction is taken")
		.wait_for_finalized()
		.await
		.expect("it becomes final");
	included.wait_for_success().await.expect("it succeeds");

	let at = client.at_block(included.block_hash()).await.expect("its block");
	let account = dynamic::storage::<([u8; 32],), Value>("System", "Account");
	let found = at.storage().fetch(account, (recipient,)).await.expect("the account");
	let found = found.decode().expect("it decodes");
	let free = subxt::ext::scale_value::At::at(&found, "data")
		.and_then(|data| subxt::ext::scale_value::At::at(data, "free"))
		.and_then(Value::as_u128);
	assert_eq!(free, Some(SLN));
}

/// Runs a script of `tests/clients`; it must succeed and print one line of JSON, which is shown and
/// returned.
pub(crate) async fn run_client(script: &str, arguments: &[&str]) -> Json {
	let clients = repository().join("tests/clients");
	assert!(
		clients.join("node_modules").is_dir(),
		"the JavaScript clients are not installed: run ./scripts/setup"
	);
	let output = Command::new("node")
		.arg(script)
		.args(arguments)
		.current_dir(&clients)
		.kill_on_drop(true)
		.output()
		.await
		.expect("Node.js runs");
	let line = said(script, &output);
	println!("{script}: {line}");
	line
}

fn said(script: &str, output: &Output) -> Json {
	let stderr = String::from_utf8_lossy(&output.stderr);
	assert!(output.status.success(), "{script} failed:\n{stderr}");
	serde_json::from_slice(&output.stdout)
		.unwrap_or_else(|reason| panic!("{script} did not print one line of JSON: {reason}"))
}

/// The network's raw specification, with the addresses of its nodes as a light client needs them.
async fn specification_with_bootnodes(folder: &Path, network: &mut Network) -> String {
	let alice = network.settings(Validator::Alice).clone();
	let bob = network.settings(Validator::Bob).clone();
	let output = Command::new(&alice.binary)
		.args(["export-chain-spec", "--chain", "local", "--raw"])
		.output()
		.await
		.expect("the node runs");
	let mut specification = said("export-chain-spec", &output);
	// Each node lists the others: between them, two know all four.
	let mut addresses = [alice.bootnodes, bob.bootnodes].concat();
	addresses.sort();
	addresses.dedup();
	specification["bootNodes"] = addresses.into();
	let path = folder.join("local-with-bootnodes.json");
	fs::write(&path, specification.to_string()).expect("the specification can be written");
	path.to_string_lossy().into_owned()
}
