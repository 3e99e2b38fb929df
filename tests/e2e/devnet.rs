//! `smartlayer devnet`, as a person runs it.

use crate::{folder, FINALITY};
use nix::{
	sys::signal::{kill, Signal},
	unistd::Pid,
};
use smartlayer_cli::devnet::{node_beside_this_binary, until};
use std::{
	fs,
	net::TcpStream,
	path::Path,
	process::{ExitStatus, Stdio},
	time::Duration,
};
use tokio::process::{Child, Command};

/// Starts the command on a folder, with its output in a file.
fn start(base_path: &Path, output: &Path) -> Child {
	let node = node_beside_this_binary().expect("the workspace was built");
	let output = fs::File::create(output).expect("a file for the output");
	Command::new(node.with_file_name("smartlayer"))
		.args(["devnet".as_ref(), "--base-path".as_ref(), base_path.as_os_str()])
		.stdin(Stdio::null())
		.stdout(output.try_clone().expect("the file again"))
		.stderr(output)
		.kill_on_drop(true)
		.spawn()
		.expect("smartlayer runs")
}

/// Waits for the table and returns the RPC ports and final blocks in it.
async fn table(output: &Path) -> Vec<(u16, u32)> {
	until("a table of four validators", FINALITY, || async move {
		let text = fs::read_to_string(output).map_err(|reason| reason.to_string())?;
		let rows: Vec<_> = text.lines().filter_map(row).collect();
		if rows.len() == 4 && text.contains("Ctrl-C") {
			Ok(rows)
		} else {
			Err(text)
		}
	})
	.await
	.expect("the network is shown")
}

/// The RPC port and the final block in a row of the table.
fn row(line: &str) -> Option<(u16, u32)> {
	let after = |mark: &str| line.split(mark).nth(1)?.split_whitespace().next();
	Some((after("ws://127.0.0.1:")?.parse().ok()?, after("#")?.parse().ok()?))
}

async fn terminate(mut devnet: Child) -> ExitStatus {
	let id = i32::try_from(devnet.id().expect("it runs")).expect("a process id");
	kill(Pid::from_raw(id), Signal::SIGTERM).expect("it can be signalled");
	let ended = tokio::time::timeout(Duration::from_secs(30), devnet.wait()).await;
	ended.expect("it ends in time").expect("its status")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_ends_with_its_command_and_goes_on_with_its_folder() {
	let folder = folder();
	let (base_path, output) = (folder.path().join("network"), folder.path().join("output"));

	let devnet = start(&base_path, &output);
	let first = table(&output).await;
	assert!(terminate(devnet).await.success(), "an end that was asked for is no failure");
	for (port, _) in &first {
		assert!(TcpStream::connect(("127.0.0.1", *port)).is_err(), "a node outlived the command");
	}

	let devnet = start(&base_path, &output);
	let second = table(&output).await;
	terminate(devnet).await;
	let newest = |rows: &[(u16, u32)]| rows.iter().map(|(_, block)| *block).max();
	assert!(newest(&second) >= newest(&first), "the network forgot its blocks");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_dies_is_named_with_the_end_of_its_log() {
	let folder = folder();
	let (base_path, output) = (folder.path().join("network"), folder.path().join("output"));
	// A damaged key makes one of the four fail.
	let charlie = base_path.join("charlie");
	fs::create_dir_all(charlie.join("chains/smartlayer_local")).expect("a folder");
	fs::write(charlie.join("chains/smartlayer_local/paritydb"), "no folder").expect("a file");

	let mut devnet = start(&base_path, &output);
	let ended = tokio::time::timeout(FINALITY, devnet.wait()).await.expect("it ends in time");
	assert!(!ended.expect("its status").success());
	let told = fs::read_to_string(&output).expect("its output");
	assert!(told.contains("charlie ended by itself") && told.contains("charlie.log"), "{told}");
}
