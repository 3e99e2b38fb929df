//! The commands in documents work: every `sh` block of a document is run, in order, in an empty folder.

use crate::folder;
use smartlayer_cli::devnet::node_beside_this_binary;
use smartlayer_tests::repository;
use std::{env, fs, path::Path, process::Command};

/// The `sh` blocks of a document, as one script that stops at the first failure.
fn script(document: &str) -> String {
	let mut script = String::from("set -euo pipefail\n");
	let mut inside = false;
	for line in document.lines() {
		match line.trim() {
			"```sh" => inside = true,
			"```" => inside = false,
			_ if inside => script.extend([line, "\n"]),
			_ => {},
		}
	}
	script
}

/// Runs the blocks of a document with the built binaries on the path.
fn run(document: &str) {
	let text = fs::read_to_string(repository().join(document)).expect("the document");
	let script = script(&text);
	assert!(script.contains("smartlayer"), "{document} has no commands: is a block marked `sh`?");
	let node = node_beside_this_binary().expect("the workspace was built");
	let binaries = node.parent().map(Path::as_os_str).expect("a binary lies in a folder");
	let path = env::var_os("PATH").unwrap_or_default();
	let folders = [binaries.into()].into_iter().chain(env::split_paths(&path));
	let empty = folder();
	let output = Command::new("bash")
		.args(["-c", &script])
		.env("PATH", env::join_paths(folders).expect("a path"))
		.current_dir(empty.path())
		.output()
		.expect("bash runs");
	assert!(
		output.status.success(),
		"{document} fails with\n{}",
		String::from_utf8_lossy(&output.stderr)
	);
}

#[test]
fn the_commands_for_operators_of_anchors_work() {
	run("docs/operators/anchor.md");
}

#[test]
fn the_commands_for_chain_specifications_work() {
	run("chain-spec/README.md");
}

#[test]
fn only_sh_blocks_become_commands() {
	let text = "```sh\none\n```\ntwo\n```console\nthree\n```\n```sh\nfour\n```\n";
	assert_eq!(script(text), "set -euo pipefail\none\nfour\n");
}
