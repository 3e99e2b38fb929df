//! Rules of the workspace that no compiler checks: who may depend on whom, features, manifests, documents.

mod documents;
mod edges;
mod features;
mod manifests;

use cargo_metadata::{Metadata, MetadataCommand, Package};
use smartlayer_tests::repository;

/// What cargo knows of the workspace, as locked.
fn metadata() -> Metadata {
	MetadataCommand::new()
		.manifest_path(repository().join("Cargo.toml"))
		.other_options(["--locked".to_owned(), "--offline".to_owned()])
		.exec()
		.expect("cargo metadata")
}

/// Where a package lies, from the root of the repository: `pallets/payouts`, for instance.
fn folder(package: &Package) -> String {
	let folder = package.manifest_path.parent().expect("a manifest lies in a folder");
	let relative = folder.as_std_path().strip_prefix(repository());
	relative
		.expect("a member of the workspace lies in the repository")
		.to_string_lossy()
		.into_owned()
}
