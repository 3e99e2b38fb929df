//! A validator whose key runs twice writes two blocks in one slot: the others report it on chain.

use crate::{folder, free_port, local_network, FINALITY};
use smartlayer_cli::devnet::{Node, Validator};
use std::time::Duration;
use subxt::{dynamic::Value, OnlineClient, PolkadotConfig};

/// How long until the copies have written two blocks in one slot, and the report is in a final block. A validator of
/// four has every fourth slot or so; the rest is for starting the copy and for a busy machine.
const REPORT: Duration = Duration::from_secs(150);

/// The kind of an offence: two blocks in one slot.
const TWO_BLOCKS: &str = "babe:equivocatio";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_runs_twice_is_reported_on_chain() {
	let folder = folder();
	let mut network = local_network(folder.path()).await;
	network.finalizes(2, FINALITY).await.expect("the network works");
	// Watched from before the offence: whoever committed it writes no more blocks in this session.
	let honest = network.settings(Validator::Bob).rpc_url();
	let report = tokio::spawn(async move { reported(&honest, TWO_BLOCKS).await });

	// The same keys in another process, with an identity and ports of its own.
	let mut copy = network.settings(Validator::Dave).clone();
	copy.name = "dave-again".into();
	copy.folder = folder.path().join("dave-again");
	(copy.peer_port, copy.rpc_port, copy.metrics_port) = (free_port(), free_port(), free_port());
	copy.extra.push("--unsafe-force-node-key-generation".into());
	std::fs::create_dir_all(&copy.folder).expect("a folder for the copy");
	let mut copy = Node::spawn(copy).expect("the copy starts");
	copy.ready().await.expect("the copy answers");

	tokio::time::timeout(REPORT, report)
		.await
		.expect("the two blocks are reported in time")
		.expect("final blocks are read");
	copy.kill().await.expect("the copy ends");
	network.stop().await.expect("all stop");
}

/// Waits for an offence of this kind in a final block. The copies may vote twice as well: that is another kind.
async fn reported(url: &str, kind: &str) {
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
				if kind_of(&fields.remove_context()) == kind {
					return;
				}
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
