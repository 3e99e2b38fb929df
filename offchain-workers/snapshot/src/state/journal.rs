//! Changes that are durable and may not be in the files yet.
//!
//! One file for each committed interval since the files were last flushed. It is complete or does not exist: it gets its
//! name when all of it is on the disk. It has the changed leaves only; nodes follow from them.

use super::{
	error::{at, damaged, Damage, StateError},
	record::{Record, RECORD_BYTES},
};
use codec::{Decode, Encode};
use smartlayer_commitment::build::Node;
use sp_io::hashing::blake2_256;
use std::{
	fs::{self, File},
	io::Write,
	path::{Path, PathBuf},
};

/// With what a file begins: what it is, and its version.
const MAGIC: [u8; 8] = *b"SLjourn1";

/// Bytes of a changed leaf: its place and its record.
const ENTRY_BYTES: usize = 8 + RECORD_BYTES;

/// What a commit is about.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Step {
	/// Commits are numbered.
	pub sequence: u64,
	/// The interval whose end this is.
	pub interval: u64,
	/// Leaves before and after.
	pub leaves: (u64, u64),
	/// Roots before and after.
	pub roots: (Node, Node),
}

/// A commit as it stands in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
	/// What it is about.
	pub step: Step,
	/// Changed and new leaves by position, ascending.
	pub records: Vec<(u64, Record)>,
}

/// The folder of the journal.
#[derive(Debug)]
pub(super) struct Journal {
	folder: PathBuf,
}

/// Makes a folder's list of files durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), StateError> {
	File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

/// Writes a file that is complete or does not exist, under its name or another one.
pub(super) fn write_whole(path: &Path, parts: &[&[u8]]) -> Result<(), StateError> {
	let unfinished = path.with_extension("unfinished");
	let mut file = File::create(&unfinished).map_err(at(&unfinished))?;
	parts.iter().try_for_each(|part| file.write_all(part)).map_err(at(&unfinished))?;
	file.sync_all().map_err(at(&unfinished))?;
	fs::rename(&unfinished, path).map_err(at(path))?;
	path.parent().map_or(Ok(()), sync_folder)
}

impl Journal {
	/// Opens the folder, or makes it.
	pub(super) fn open(folder: PathBuf) -> Result<Self, StateError> {
		fs::create_dir_all(&folder).map_err(at(&folder))?;
		Ok(Self { folder })
	}

	fn path(&self, sequence: u64) -> PathBuf {
		self.folder.join(format!("{sequence:020}"))
	}

	/// The commits that the folder has, ascending; what was never finished is removed.
	fn sequences(&self) -> Result<Vec<u64>, StateError> {
		let mut sequences = Vec::new();
		for file in fs::read_dir(&self.folder).map_err(at(&self.folder))? {
			let file = file.map_err(at(&self.folder))?;
			match file.file_name().to_str().and_then(|name| name.parse().ok()) {
				Some(sequence) => sequences.push(sequence),
				None => fs::remove_file(file.path()).map_err(at(&self.folder))?,
			}
		}
		sequences.sort_unstable();
		Ok(sequences)
	}

	/// Makes a commit durable.
	pub(super) fn append(&self, entry: &Entry) -> Result<(), StateError> {
		let mut bytes = Vec::with_capacity(256 + entry.records.len() * ENTRY_BYTES);
		bytes.extend(MAGIC);
		entry.step.encode_to(&mut bytes);
		bytes.extend((entry.records.len() as u64).to_le_bytes());
		for (position, Record(record)) in &entry.records {
			bytes.extend_from_slice(&position.to_le_bytes());
			bytes.extend_from_slice(record);
		}
		let checksum = blake2_256(&bytes);
		write_whole(&self.path(entry.step.sequence), &[&bytes, &checksum])
	}

	/// The commits after one, in order and without gap.
	pub(super) fn after(&self, sequence: u64) -> Result<Vec<Entry>, StateError> {
		let sequences = self.sequences()?.into_iter().filter(|it| *it > sequence);
		let mut entries: Vec<Entry> = Vec::new();
		for (expected, found) in (sequence + 1..).zip(sequences) {
			if found != expected {
				return Err(damaged(&self.path(expected), Damage::Gap));
			}
			let path = self.path(found);
			let bytes = fs::read(&path).map_err(at(&path))?;
			let entry = decode(&bytes).map_err(|damage| damaged(&path, damage))?;
			if entry.step.sequence != found {
				return Err(damaged(&path, Damage::Foreign));
			}
			entries.push(entry);
		}
		Ok(entries)
	}

	/// Forgets commits up to one.
	pub(super) fn forget(&self, sequence: u64) -> Result<(), StateError> {
		for old in self.sequences()?.into_iter().filter(|it| *it <= sequence) {
			let path = self.path(old);
			fs::remove_file(&path).map_err(at(&path))?;
		}
		Ok(())
	}
}

/// The commit that some bytes are.
fn decode(bytes: &[u8]) -> Result<Entry, Damage> {
	let (content, checksum) = bytes.split_last_chunk::<32>().ok_or(Damage::TooShort)?;
	if blake2_256(content) != *checksum {
		return Err(Damage::Checksum);
	}
	let mut content = content.strip_prefix(&MAGIC).ok_or(Damage::Foreign)?;
	let step = Step::decode(&mut content).map_err(|_| Damage::TooShort)?;
	let (count, content) = content.split_first_chunk::<8>().ok_or(Damage::TooShort)?;
	let entries = content.chunks_exact(ENTRY_BYTES);
	if u64::from_le_bytes(*count) != entries.len() as u64 || !entries.remainder().is_empty() {
		return Err(Damage::TooShort);
	}
	let entry = |bytes: &[u8]| {
		let (position, record) = bytes.split_first_chunk::<8>()?;
		Some((u64::from_le_bytes(*position), Record(record.try_into().ok()?)))
	};
	let records = entries.map(entry).collect::<Option<_>>().ok_or(Damage::TooShort)?;
	Ok(Entry { step, records })
}

#[cfg(test)]
mod tests {
	use super::*;

	fn entry(sequence: u64) -> Entry {
		let step = Step { sequence, interval: 9, leaves: (1, 3), roots: ([1; 32], [2; 32]) };
		let record = |byte| Record([byte; RECORD_BYTES]);
		Entry { step, records: vec![(0, record(4)), (2, record(5))] }
	}

	fn journal() -> (tempfile::TempDir, Journal) {
		let folder = tempfile::tempdir().unwrap();
		let journal = Journal::open(folder.path().join("journal")).unwrap();
		(folder, journal)
	}

	#[test]
	fn commits_are_found_again_in_order() {
		let (_folder, journal) = journal();
		for sequence in [2, 3, 4] {
			journal.append(&entry(sequence)).unwrap();
		}
		assert_eq!(journal.after(1).unwrap(), [entry(2), entry(3), entry(4)]);
		assert_eq!(journal.after(3).unwrap(), [entry(4)]);
		journal.forget(3).unwrap();
		assert_eq!(journal.after(3).unwrap(), [entry(4)]);
		assert!(matches!(journal.after(1), Err(StateError::Damaged { damage: Damage::Gap, .. })));
	}

	#[test]
	fn what_was_never_finished_is_nothing() {
		let (_folder, journal) = journal();
		journal.append(&entry(1)).unwrap();
		fs::write(journal.path(2).with_extension("unfinished"), b"half of it").unwrap();
		assert_eq!(journal.after(0).unwrap(), [entry(1)]);
	}

	#[test]
	fn every_changed_byte_is_noticed() {
		let (_folder, journal) = journal();
		journal.append(&entry(1)).unwrap();
		let path = journal.path(1);
		let bytes = fs::read(&path).unwrap();
		for index in 0..bytes.len() {
			let mut changed = bytes.clone();
			changed[index] ^= 1;
			fs::write(&path, changed).unwrap();
			assert!(matches!(journal.after(0), Err(StateError::Damaged { .. })), "byte {index}");
		}
		for length in [0, 8, 31, 32, 100, bytes.len() - 1] {
			fs::write(&path, &bytes[..length]).unwrap();
			assert!(matches!(journal.after(0), Err(StateError::Damaged { .. })), "{length} bytes");
		}
	}
}
