//! What the test binaries of this folder share: where the repository is.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn repository() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR"))
		.parent()
		.expect("tests/ lies in the repository")
		.to_owned()
}
