//! Real processes on loopback, end to end: one binary, because every link of a test costs.
//!
//! Each test makes its own network in its own folder on free ports and ends every process that it started.

mod anchors;
mod bad_input;
mod chain_specs;
mod clients;
mod devnet;
mod documents;
mod equivocation;
mod finality;
mod operations;
mod rules;
mod stopping;

use smartlayer_cli::devnet::{node_beside_this_binary, Network, Node, NodeSettings, Settings};
use std::{net::TcpListener, path::Path, time::Duration};

/// How long a few blocks may take to become final on a busy machine.
const FINALITY: Duration = Duration::from_secs(180);

/// A network of the `local` preset.
fn local(folder: &Path) -> Settings {
	Settings {
		binary: node_beside_this_binary().expect("the workspace was built"),
		folder: folder.to_owned(),
		chain: "local".into(),
		first_port: None,
		extra: Vec::new(),
	}
}

/// A running network of the `local` preset.
async fn local_network(folder: &Path) -> Network {
	Network::start(&local(folder)).await.expect("the network starts")
}

/// How a development node is started: one validator that makes blocks at once.
fn development(folder: &Path) -> NodeSettings {
	NodeSettings {
		name: "dev".into(),
		binary: node_beside_this_binary().expect("the workspace was built"),
		chain: "dev".into(),
		folder: folder.join("dev"),
		peer_port: free_port(),
		rpc_port: free_port(),
		metrics_port: free_port(),
		bootnodes: Vec::new(),
		extra: ["--alice", "--force-authoring", "--unsafe-force-node-key-generation"]
			.map(String::from)
			.to_vec(),
	}
}

/// A running development node.
async fn development_node(settings: NodeSettings) -> Node {
	std::fs::create_dir_all(&settings.folder).expect("a folder for the node");
	let mut node = Node::spawn(settings).expect("the node starts");
	node.ready().await.expect("the node answers");
	node
}

/// A port on loopback that nobody listens on.
fn free_port() -> u16 {
	let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
	listener.local_addr().expect("its address").port()
}

/// A folder for one test.
fn folder() -> tempfile::TempDir {
	tempfile::Builder::new().prefix("smartlayer-e2e-").tempdir().expect("a temporary folder")
}
