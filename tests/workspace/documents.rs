//! Documents stay true: what they link to exists, and they speak of the project alone.

use smartlayer_tests::repository;
use std::{fs, path::PathBuf, process::Command};

/// The text files that git knows, from the root of the repository.
fn tracked() -> Vec<PathBuf> {
	let output = Command::new("git")
		.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
		.current_dir(repository())
		.output()
		.expect("git runs");
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	let names = String::from_utf8(output.stdout).expect("file names are UTF-8");
	names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect()
}

/// The documents, with their text.
fn documents() -> Vec<(PathBuf, String)> {
	tracked()
		.into_iter()
		.filter(|path| path.extension().is_some_and(|extension| extension == "md"))
		.filter_map(|path| Some((path.clone(), fs::read_to_string(repository().join(path)).ok()?)))
		.collect()
}

/// The targets of Markdown links in a text.
fn links(text: &str) -> Vec<&str> {
	text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

#[test]
fn links_between_documents_lead_somewhere() {
	let mut broken = Vec::new();
	for (path, text) in documents() {
		let folder = repository().join(&path).parent().expect("a file has a folder").to_owned();
		for link in links(&text) {
			let target = link.split('#').next().unwrap_or_default();
			if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
				continue;
			}
			if !folder.join(target).exists() {
				broken.push(format!("{}: {link}", path.display()));
			}
		}
	}
	assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn scripts_that_documents_name_exist_and_can_be_run() {
	let mut missing = Vec::new();
	for (path, text) in documents() {
		for word in text.split(|c: char| c.is_whitespace() || "`()\"'".contains(c)) {
			let Some(script) = word.strip_prefix("./scripts/") else { continue };
			let script = script.trim_end_matches(['.', ',', ';', ':']);
			if !repository().join("scripts").join(script).is_file() {
				missing.push(format!("{}: ./scripts/{script}", path.display()));
			}
		}
	}
	assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn files_name_no_machine() {
	// Spelt in two parts, or this file would find itself.
	let forbidden =
		[["/ro", "ot/"].concat(), ["/wo", "rk/"].concat(), ["regis", "try.npmjs"].concat()];
	let mut found = Vec::new();
	for path in tracked() {
		let Ok(text) = fs::read_to_string(repository().join(&path)) else { continue };
		for word in &forbidden {
			if text.contains(word.as_str()) {
				found.push(format!("{}: {word}", path.display()));
			}
		}
	}
	assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_changelog_has_the_form_it_claims() {
	let text = fs::read_to_string(repository().join("CHANGELOG.md")).expect("a changelog");
	assert!(text.contains("## [Unreleased]"));
	assert!(text.contains("keepachangelog.com"));
}
