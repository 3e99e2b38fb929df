//! Bad input is answered with one clear line and a failure, and nothing is lost.

use crate::{development, development_node, folder, FINALITY};
use smartlayer_cli::devnet::NodeSettings;
use std::{
	fs,
	net::TcpListener,
	path::Path,
	process::{Command, Output, Stdio},
	time::{Duration, Instant},
};

/// A node that can't start says so within this time.
const REFUSAL: Duration = Duration::from_secs(60);

/// Runs the node's binary until it ends by itself.
fn run(settings: &NodeSettings, arguments: &[&str]) -> Output {
	let mut child = Command::new(&settings.binary)
		.args(arguments)
		.stdin(Stdio::null())
		.stdout(Stdio::piped())
		.stderr(Stdio::piped())
		.spawn()
		.expect("the node runs");
	let start = Instant::now();
	while child.try_wait().expect("its state").is_none() {
		if start.elapsed() > REFUSAL {
			child.kill().expect("it can be killed");
			panic!("{arguments:?} was not refused");
		}
		std::thread::sleep(Duration::from_millis(50));
	}
	child.wait_with_output().expect("its output")
}

/// The one line that says why, of a run that must have failed.
fn refusal(output: &Output) -> String {
	assert!(!output.status.success(), "it succeeded");
	let text = String::from_utf8_lossy(&output.stderr);
	assert!(!text.contains("panicked"), "a panic is no answer:\n{text}");
	let errors: Vec<_> = text.lines().filter(|line| line.starts_with("Error: ")).collect();
	let [error] = errors[..] else { panic!("one line that starts with 'Error: ', not:\n{text}") };
	error.to_owned()
}

/// The arguments of a node that would run.
fn arguments(settings: &NodeSettings) -> Vec<String> {
	[
		"--chain",
		&settings.chain,
		"--alice",
		"--unsafe-force-node-key-generation",
		"--no-mdns",
		"--base-path",
		&settings.folder.to_string_lossy(),
		"--listen-addr",
		&format!("/ip4/127.0.0.1/tcp/{}/ws", settings.peer_port),
		"--rpc-port",
		&settings.rpc_port.to_string(),
		"--prometheus-port",
		&settings.metrics_port.to_string(),
	]
	.map(String::from)
	.to_vec()
}

fn start(settings: &NodeSettings) -> Output {
	let arguments = arguments(settings);
	run(settings, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn an_unknown_chain_is_refused_with_the_known_ones() {
	let folder = folder();
	let settings = NodeSettings { chain: "no-such-chain".into(), ..development(folder.path()) };
	let told = refusal(&start(&settings));
	assert!(told.contains("no-such-chain") && told.contains("dev, local, staging"), "{told}");
}

#[test]
fn a_specification_that_is_no_json_is_refused_with_its_name() {
	let folder = folder();
	let broken = folder.path().join("broken.json");
	fs::write(&broken, "{\"name\": \"half").expect("a file");
	let chain = broken.to_string_lossy().into_owned();
	let settings = NodeSettings { chain, ..development(folder.path()) };
	let told = refusal(&start(&settings));
	assert!(told.contains("broken.json"), "{told}");
}

#[test]
fn a_port_in_use_is_refused_with_its_number() {
	let folder = folder();
	let settings = development(folder.path());
	let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
	let port = taken.local_addr().expect("its address").port();
	for settings in [
		NodeSettings { rpc_port: port, ..settings.clone() },
		NodeSettings { metrics_port: port, ..settings.clone() },
		NodeSettings { peer_port: port, ..settings },
	] {
		let told = refusal(&start(&settings));
		assert!(told.contains(&port.to_string()), "{told}");
	}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_another_chain_or_with_damage_is_refused_and_left_alone() {
	let folder = folder();
	let settings = development(folder.path());
	let mut node = development_node(settings.clone()).await;
	node.finalizes(1, FINALITY).await.expect("it finalises");
	node.stop().await.expect("it ends");

	let database = settings.folder.join("chains/smartlayer_dev/paritydb/full");
	let metadata = database.join("metadata");
	let whole = fs::read(&metadata).expect("ParityDB keeps its layout in `metadata`");
	fs::write(&metadata, &whole[..whole.len() / 2]).expect("the file can be cut");
	let before = sizes(&database);
	let told = refusal(&start(&settings));
	assert!(told.to_lowercase().contains("database"), "{told}");
	assert_eq!(sizes(&database), before, "a refused database must not be touched");

	fs::write(&metadata, &whole).expect("the file can be mended");
	let mut node = development_node(settings).await;
	node.finalizes(2, FINALITY).await.expect("the mended database goes on");
	node.stop().await.expect("it ends");
}

/// The files of a database and their sizes.
fn sizes(database: &Path) -> Vec<(String, u64)> {
	let mut sizes: Vec<_> = fs::read_dir(database)
		.expect("the database")
		.map(|entry| entry.expect("an entry"))
		.filter(|entry| entry.file_name() != "lock")
		.map(|entry| {
			let length = entry.metadata().expect("its size").len();
			(entry.file_name().to_string_lossy().into_owned(), length)
		})
		.collect();
	sizes.sort();
	sizes
}

#[test]
fn a_key_of_unknown_type_or_shape_is_refused() {
	let folder = folder();
	let settings = development(folder.path());
	let base_path = settings.folder.to_string_lossy().into_owned();
	let insert = |key_type: &str, suri: &str| {
		let command = ["key", "insert", "--chain", "dev", "--base-path", &base_path];
		let rest = ["--key-type", key_type, "--scheme", "sr25519", "--suri", suri];
		run(&settings, &[command.as_slice(), rest.as_slice()].concat())
	};
	let told = refusal(&insert("no-such-type", "//Alice"));
	assert!(told.to_lowercase().contains("key type"), "{told}");
	refusal(&insert("babe", "not a secret"));
	assert!(insert("babe", "//Alice").status.success(), "a good key is taken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_requests_get_json_rpc_errors_and_the_node_goes_on() {
	let folder = folder();
	let mut node = development_node(development(folder.path())).await;
	let url = node.settings().rpc_url().replace("ws://", "http://");
	let client = reqwest::Client::new();
	let post = |body: &'static str| {
		let request = client.post(&url).header("content-type", "application/json").body(body);
		async move { request.send().await.expect("an answer").text().await.expect("its text") }
	};
	let cases = [
		("{", -32700),
		("[]", -32600),
		(r#"{"jsonrpc":"2.0","id":1}"#, -32600),
		(r#"{"jsonrpc":"2.0","id":1,"method":"no_such_method","params":[]}"#, -32601),
		(r#"{"jsonrpc":"2.0","id":1,"method":"chain_getBlock","params":["0x12"]}"#, -32602),
		(r#"{"jsonrpc":"2.0","id":1,"method":"author_submitExtrinsic","params":["0x00"]}"#, 1002),
		(
			r#"{"jsonrpc":"2.0","id":1,"method":"author_insertKey","params":["toolong","//A","0x00"]}"#,
			1040,
		),
	];
	for (body, code) in cases {
		let answer = post(body).await;
		let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
		assert_eq!(answer["error"]["code"], code, "{body} was answered with {answer}");
	}
	node.finalizes(2, FINALITY).await.expect("the node goes on");
	node.stop().await.expect("it ends");
}
