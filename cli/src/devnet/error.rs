//! What can go wrong with processes that somebody else must find out about.

use std::{io, path::PathBuf, time::Duration};

/// Why the network is not as it was asked to be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// The node's binary is not where it was looked for.
	#[error("{0} is missing: build it with ./scripts/devnet, or say where it is with --node")]
	NoBinary(PathBuf),
	/// A file or folder of the network could not be written or read.
	#[error("{path}: {source}")]
	File { path: PathBuf, source: io::Error },
	/// A process could not be started or signalled.
	#[error("{name}: {source}")]
	Process { name: String, source: io::Error },
	/// A command of the node failed.
	#[error("`{command}` failed: {stderr}")]
	Command { command: String, stderr: String },
	/// A node ended by itself.
	#[error("{name} ended by itself ({status}); the end of {log}:\n{tail}", log = log.display())]
	Ended { name: String, status: String, log: PathBuf, tail: String },
	/// Something did not happen in time.
	#[error("{what} did not happen within {} s{}", within.as_secs(), last_seen(.last))]
	TooLate { what: String, within: Duration, last: String },
	/// A node's RPC could not be reached or refused a request.
	#[error("RPC of {name}: {source}")]
	Rpc { name: String, source: subxt::rpcs::Error },
}

fn last_seen(last: &str) -> String {
	if last.is_empty() {
		String::new()
	} else {
		format!("; last seen: {last}")
	}
}
