//! Who may know whom, as ARCHITECTURE.md says.

use crate::{folder, metadata};
use cargo_metadata::DependencyKind;
use std::collections::BTreeMap;

/// A layer (the first folder of a crate's path) and the layers that it may depend on.
const MAY_DEPEND_ON: [(&str, &[&str]); 8] = [
	("primitives", &["primitives"]),
	("pallets", &["primitives"]),
	("runtime", &["primitives", "pallets"]),
	("offchain-workers", &["primitives"]),
	("service-node", &["primitives", "service-node"]),
	("cli", &["primitives"]),
	("node", &["primitives", "runtime", "offchain-workers"]),
	("tests", &["primitives", "cli", "service-node", "offchain-workers"]),
];

/// The one crate among the tests that is built on the runtime.
const FUZZER: &str = "tests/fuzz";

fn layer(folder: &str) -> &str {
	folder.split('/').next().unwrap_or(folder)
}

fn allowed(from: &str, to: &str) -> bool {
	let rule = MAY_DEPEND_ON.iter().find(|(layer, _)| *layer == from);
	let (_, targets) = rule.unwrap_or_else(|| panic!("the folder {from} is not in the list"));
	targets.contains(&to)
}

#[test]
fn crates_depend_only_on_layers_they_may_know() {
	let metadata = metadata();
	let folders: BTreeMap<_, _> =
		metadata.workspace_packages().iter().map(|it| (it.name.to_string(), folder(it))).collect();
	let mut wrong = Vec::new();
	for package in metadata.workspace_packages() {
		let from = folder(package);
		for dependency in &package.dependencies {
			let Some(to) = folders.get(&dependency.name) else { continue };
			// A pallet's own tests may put it beside another pallet.
			let test_beside = dependency.kind == DependencyKind::Development
				&& layer(&from) == "pallets"
				&& layer(to) == "pallets";
			// The fuzzer calls the assembled runtime itself.
			let fuzzed = from == FUZZER && ["runtime", "pallets"].contains(&layer(to));
			if !allowed(layer(&from), layer(to)) && !test_beside && !fuzzed {
				wrong.push(format!("{from} must not depend on {to}"));
			}
		}
	}
	assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn primitives_know_neither_frame_nor_the_outside() {
	const FOREIGN: [&str; 6] = ["frame-", "pallet-", "sc-", "tokio", "jsonrpsee", "reqwest"];
	let metadata = metadata();
	for package in metadata.workspace_packages() {
		if layer(&folder(package)) != "primitives" {
			continue;
		}
		let normal = package.dependencies.iter().filter(|it| it.kind == DependencyKind::Normal);
		for dependency in normal {
			let foreign = FOREIGN.iter().any(|prefix| dependency.name.starts_with(prefix));
			assert!(!foreign, "{} must not depend on {}", package.name, dependency.name);
		}
	}
}

#[test]
fn the_list_refuses_what_it_should() {
	assert!(!allowed("primitives", "pallets"));
	assert!(!allowed("pallets", "pallets"));
	assert!(!allowed("offchain-workers", "runtime"));
	assert!(!allowed("cli", "runtime"));
	assert!(!allowed("service-node", "node"));
	assert!(allowed("node", "runtime"));
}
