//! The specifications in `chain-spec/` are what this runtime generates.

use serde_json::Value;
use smartlayer_cli::devnet::node_beside_this_binary;
use smartlayer_tests::repository;
use std::{fs, process::Command};

/// The key of the runtime's code in a raw specification: ":code".
const CODE_KEY: &str = "0x3a636f6465";

/// A specification as the node exports it.
fn exported(chain: &str, raw: bool) -> Value {
	let mut command = Command::new(node_beside_this_binary().expect("the workspace was built"));
	command.args(["export-chain-spec", "--chain", chain]);
	if raw {
		command.arg("--raw");
	}
	let output = command.output().expect("the node runs");
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	serde_json::from_slice(&output.stdout).expect("a specification is JSON")
}

/// Takes the runtime's code out: a megabyte that changes with every compiler, and is checked by the hash of the state
/// that it makes.
fn without_code(mut specification: Value) -> Value {
	for (path, key) in [("/genesis/runtimeGenesis", "code"), ("/genesis/raw/top", CODE_KEY)] {
		if let Some(Value::Object(holder)) = specification.pointer_mut(path) {
			let code = holder.get(key).and_then(Value::as_str).expect("a specification has code");
			assert!(code.len() > 200_000, "the code has {} digits only", code.len());
			holder.insert(key.into(), "0x".into());
		}
	}
	specification
}

#[test]
fn the_specifications_in_the_repository_are_generated_from_this_runtime() {
	let update = std::env::var_os("UPDATE_CHAIN_SPECS").is_some();
	let cases = [
		("dev", "development.json", false),
		("dev", "development.raw.json", true),
		("local", "local.json", false),
		("local", "local.raw.json", true),
		("staging", "staging.json", false),
	];
	for (chain, file, raw) in cases {
		let path = repository().join("chain-spec").join(file);
		let generated = without_code(exported(chain, raw));
		if update {
			let text = serde_json::to_string_pretty(&generated).expect("JSON") + "\n";
			fs::write(&path, text).expect("chain-spec/ can be written");
		}
		let kept = fs::read(&path).expect("the specification is in the repository");
		let kept: Value = serde_json::from_slice(&kept).expect("a specification is JSON");
		assert!(kept == generated, "{file} is out of date: run scripts/chain-spec");
	}
}

#[test]
fn the_staging_specification_names_no_account() {
	let staging = exported("staging", false);
	let patch = &staging["genesis"]["runtimeGenesis"]["patch"];
	assert_eq!(patch["session"]["keys"], serde_json::json!([]));
	assert_eq!(patch["balances"]["balances"], serde_json::json!([]));
	assert!(patch.get("sudo").is_none(), "staging must have no sudo key");
	assert_eq!(staging["properties"]["tokenSymbol"], "SLN");
	assert_eq!(staging["properties"]["tokenDecimals"], 18);
	assert_eq!(staging["properties"]["ss58Format"], 42);
}
