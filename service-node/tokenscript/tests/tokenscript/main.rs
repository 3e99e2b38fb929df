//! The engine on published files, on strangers' files and against chains that misbehave.

mod evaluation;
mod examples;
mod hostile;
mod pages;
mod scripted;
mod signed;

use smartlayer_tokenscript::{Limits, TokenScript};
use std::{fs, path::PathBuf};

fn path(folder: &str, name: &str) -> PathBuf {
	[env!("CARGO_MANIFEST_DIR"), "tests", folder, name].iter().collect()
}

fn bytes(folder: &str, name: &str) -> Vec<u8> {
	fs::read(path(folder, name)).unwrap()
}

fn parse(bytes: &[u8]) -> TokenScript {
	TokenScript::parse(bytes, &Limits::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn example(name: &str) -> TokenScript {
	parse(&bytes("examples", &format!("{name}.xml")))
}

/// A file of the newest family with some elements in its root.
fn file(inner: &str) -> Vec<u8> {
	format!(
		"<ts:token xmlns:ts=\"http://tokenscript.org/2024/01/tokenscript\" \
		 xmlns:ethereum=\"urn:ethereum:constantinople\" xmlns:asnx=\"urn:ietf:params:xml:ns:asnx\" \
		 xmlns:h=\"http://www.w3.org/1999/xhtml\" name=\"Test\">\n{inner}\n</ts:token>"
	)
	.into_bytes()
}
