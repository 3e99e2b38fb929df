//! A feature of a crate that goes into the runtime switches on the same feature in everything below it.

use crate::{folder, metadata};
use cargo_metadata::{DependencyKind, Metadata, Package};

/// The features that go all the way down.
const FEATURES: [&str; 3] = ["std", "runtime-benchmarks", "try-runtime"];

/// The layers whose crates are compiled to Wasm.
const WASM_LAYERS: [&str; 3] = ["primitives/", "pallets/", "runtime"];

/// The package that a dependency resolves to.
fn resolved<'a>(metadata: &'a Metadata, from: &Package, name: &str) -> Option<&'a Package> {
	let nodes = &metadata.resolve.as_ref()?.nodes;
	let node = nodes.iter().find(|node| node.id == from.id)?;
	node.dependencies
		.iter()
		.filter_map(|id| metadata.packages.iter().find(|package| &package.id == id))
		.find(|package| package.name == name)
}

/// Whether a feature's list switches it on in a dependency, optional or not.
fn propagates(list: &[String], dependency: &str, feature: &str) -> bool {
	let always = format!("{dependency}/{feature}");
	let if_there = format!("{dependency}?/{feature}");
	list.iter().any(|entry| *entry == always || *entry == if_there)
}

/// What is missing in one crate.
fn gaps(metadata: &Metadata, package: &Package) -> Vec<String> {
	let mut gaps = Vec::new();
	let normal = package.dependencies.iter().filter(|it| it.kind == DependencyKind::Normal);
	for dependency in normal {
		let Some(target) = resolved(metadata, package, &dependency.name) else { continue };
		let name = dependency.rename.as_ref().unwrap_or(&dependency.name);
		for feature in FEATURES.into_iter().filter(|it| target.features.contains_key(*it)) {
			let list = package.features.get(feature).map(Vec::as_slice).unwrap_or_default();
			if !propagates(list, name, feature) {
				gaps.push(format!("{}: {feature} lacks \"{name}/{feature}\"", folder(package)));
			}
		}
		if dependency.uses_default_features && target.features.contains_key("std") {
			gaps.push(format!("{}: {name} must have no default features", folder(package)));
		}
	}
	gaps
}

#[test]
fn features_go_all_the_way_down() {
	let metadata = metadata();
	let packages = metadata.workspace_packages();
	let wasm = packages.iter().filter(|package| {
		let folder = folder(package);
		WASM_LAYERS.iter().any(|layer| folder.starts_with(layer))
	});
	let gaps: Vec<_> = wasm.flat_map(|package| gaps(&metadata, package)).collect();
	assert!(gaps.is_empty(), "{gaps:#?}");
}

#[test]
fn a_missing_entry_is_a_gap() {
	let list = ["pallet-babe/std".to_owned(), "frame-benchmarking?/std".to_owned()];
	assert!(propagates(&list, "pallet-babe", "std"));
	assert!(propagates(&list, "frame-benchmarking", "std"));
	assert!(!propagates(&list, "pallet-grandpa", "std"));
	assert!(!propagates(&list, "pallet-babe", "try-runtime"));
}
