//! A validator whose key runs twice signs twice: the others report it on chain.

use crate::{folder, free_port, local_network, FINALITY};
use smartlayer_cli::devnet::{Node, Validator};
use std::time::Duration;
use subxt::{dynamic::Value, OnlineClient, PolkadotConfig};

/// How long until the copies have voted twice in one round, and the report is in a block.
///
/// It is the double vote that counts here: this SDK line reports double blocks with headers whose seal is taken off, and
/// the runtime rightly refuses them. Two copies that see the same blocks rarely vote differently.
const REPORT: Duration = Duration::from_secs(480);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_runs_twice_is_reported_on_chain() {
	let folder = folder();
	let mut network = local_network(folder.path()).await;
	network.finalizes(2, FINALITY).await.expect("the network works");
	let honest = network.settings(Validator::Bob).rpc_url();

	// The same keys in another process, with an identity and ports of its own.
	let mut copy = network.settings(Validator::Dave).clone();
	copy.name = "dave-again".into();
	copy.folder = folder.path().join("dave-again");
	(copy.peer_port, copy.rpc_port, copy.metrics_port) = (free_port(), free_port(), free_port());
	copy.extra.push("--unsafe-force-node-key-generation".into());
	std::fs::create_dir_all(&copy.folder).expect("a folder for the copy");
	let mut copy = Node::spawn(copy).expect("the copy starts");
	copy.ready().await.expect("the copy answers");

	let reported = tokio::time::timeout(REPORT, reported_offence(&honest))
		.await
		.expect("an offence is reported in time");
	assert!(
		["babe:equivocatio", "grandpa:equivoca"].contains(&reported.as_str()),
		"{reported} is not an equivocation"
	);
	copy.kill().await.expect("the copy ends");
	network.stop().await.expect("all stop");
}

/// The kind of the first offence in a final block.
async fn reported_offence(url: &str) -> String {
	let client = OnlineClient::<PolkadotConfig>::from_insecure_url(url).await.expect("connected");
	let mut blocks = client.stream_blocks().await.expect("final blocks");
	while let Some(block) = blocks.next().await {
		let block = block.expect("a block");
		let at = block.at().await.expect("the state of a final block");
		let events = at.events().fetch().await.expect("its events");
		for event in events.iter() {
			let event = event.expect("an event that decodes");
			if (event.pallet_name(), event.event_name()) == ("Offences", "Offence") {
				let fields: Value<_> = event.decode_fields_unchecked_as().expect("its fields");
				return kind_of(&fields.remove_context());
			}
		}
	}
	panic!("the stream of final blocks ended");
}

/// The sixteen characters that name an offence.
fn kind_of(fields: &Value) -> String {
	use subxt::ext::scale_value::At;
	let kind = fields.at("kind").expect("an offence has a kind");
	(0..16)
		.filter_map(|index| kind.at(index)?.as_u128())
		.filter_map(|byte| char::from_u32(u32::try_from(byte).ok()?))
		.collect()
}
