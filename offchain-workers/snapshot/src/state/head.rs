//! What the files are known to hold: the last commit that is in all of them.

use super::{
	error::{at, damaged, Damage, StateError},
	journal::write_whole,
};
use codec::{Decode, Encode};
use smartlayer_commitment::build::Node;
use sp_io::hashing::blake2_256;
use std::{fs, io, path::Path};

/// With what the file begins: what it is, and its version.
const MAGIC: [u8; 8] = *b"SLstate1";

/// The state of the files. While there are commits in the journal the files may hold some of their changes already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Head {
	/// Number of the last commit that is in the files.
	pub sequence: u64,
	/// The interval whose end this is; zero before the first.
	pub interval: u64,
	/// How many leaves there are.
	pub leaves: u64,
	/// The root.
	pub root: Node,
}

impl Head {
	/// The file's content; `None` if there is no file, which is written last when a tree is made.
	pub(super) fn read(path: &Path) -> Result<Option<Self>, StateError> {
		let bytes = match fs::read(path) {
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
			other => other.map_err(at(path))?,
		};
		let (content, checksum) =
			bytes.split_last_chunk::<32>().ok_or_else(|| damaged(path, Damage::TooShort))?;
		if blake2_256(content) != *checksum {
			return Err(damaged(path, Damage::Checksum));
		}
		let mut content =
			content.strip_prefix(&MAGIC).ok_or_else(|| damaged(path, Damage::Foreign))?;
		Self::decode(&mut content).map(Some).map_err(|_| damaged(path, Damage::TooShort))
	}

	/// Replaces the file's content.
	pub(super) fn write(&self, path: &Path) -> Result<(), StateError> {
		let content = [&MAGIC[..], &self.encode()].concat();
		write_whole(path, &[&content, &blake2_256(&content)])
	}
}
