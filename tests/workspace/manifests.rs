//! What every crate's manifest must say.

use crate::{folder, metadata};
use std::{collections::BTreeMap, fs};

#[test]
fn every_crate_inherits_lints_and_carries_the_licence() {
	let metadata = metadata();
	for package in metadata.workspace_packages() {
		let manifest = fs::read_to_string(&package.manifest_path).expect("a manifest");
		let place = folder(package);
		assert!(manifest.contains("[lints]\nworkspace = true"), "{place} has lints of its own");
		assert_eq!(package.license.as_deref(), Some("Apache-2.0"), "{place}");
		assert!(package.description.is_some(), "{place} says nothing of itself");
		assert_eq!(package.publish.as_deref(), Some(&[][..]), "{place} could be published");
	}
}

#[test]
fn versions_are_named_once_in_the_workspace() {
	let metadata = metadata();
	for package in metadata.workspace_packages() {
		let manifest = fs::read_to_string(&package.manifest_path).expect("a manifest");
		let own: Vec<_> = manifest.lines().filter(|line| line.contains("version = \"")).collect();
		assert!(own.is_empty(), "{} names versions itself: {own:?}", folder(package));
	}
}

#[test]
fn the_sdk_is_compiled_once() {
	let metadata = metadata();
	let mut versions = BTreeMap::<_, Vec<_>>::new();
	let sdk = ["frame-", "pallet-", "sc-", "sp-"];
	for package in &metadata.packages {
		if sdk.iter().any(|prefix| package.name.starts_with(prefix)) {
			versions.entry(package.name.as_str()).or_default().push(package.version.to_string());
		}
	}
	// `sp-crypto-hashing` and the like are small leaves; what counts is that no FRAME or client crate comes twice.
	let twice: Vec<_> = versions
		.iter()
		.filter(|(name, found)| found.len() > 1 && !name.starts_with("sp-"))
		.collect();
	assert!(twice.is_empty(), "two release lines at once: {twice:?}");
}
