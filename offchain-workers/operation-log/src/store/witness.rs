//! A second memory of how many transactions were acknowledged, in a file beside the store.
//!
//! The store verifies itself by checksums, which show damage but not age: an old copy of the file is without fault, and
//! so is the transaction before the last one if the byte that chooses between the two is damaged. The mark is written
//! after a transaction is on disk and before anybody is told. It is not flushed: it survives a kill of the process, and
//! what a loss of power takes from it only makes it say less. So it never accuses a good store.

use smartlayer_types::domain;
use sp_core::H256;
use std::{
	fs::{File, OpenOptions},
	io::{self, ErrorKind, Read, Seek, SeekFrom, Write},
	path::Path,
};

/// The number, then a hash over it.
const LENGTH: usize = 8 + 32;

/// The file beside the store.
pub(super) struct Witness {
	file: File,
	genesis: H256,
}

impl Witness {
	/// Opens or makes the file, and reads the last recorded number from it: 0 if it is new, and also if it is damaged,
	/// for then it knows nothing.
	pub fn open(path: &Path, genesis: H256) -> io::Result<(Self, u64)> {
		let mut options = OpenOptions::new();
		let mut file = options.read(true).write(true).create(true).truncate(false).open(path)?;
		let mut bytes = [0; LENGTH];
		let recorded = match file.read_exact(&mut bytes) {
			Ok(()) => decode(&bytes, genesis).unwrap_or(0),
			Err(error) if error.kind() == ErrorKind::UnexpectedEof => 0,
			Err(error) => return Err(error),
		};
		Ok((Self { file, genesis }, recorded))
	}

	/// Records a number.
	pub fn record(&mut self, sequence: u64) -> io::Result<()> {
		self.file.seek(SeekFrom::Start(0))?;
		self.file.write_all(&encode(sequence, self.genesis))
	}
}

fn encode(sequence: u64, genesis: H256) -> [u8; LENGTH] {
	let mut bytes = [0; LENGTH];
	let (number, hash) = bytes.split_at_mut(8);
	number.copy_from_slice(&sequence.to_le_bytes());
	hash.copy_from_slice(domain::hash("store mark", genesis, &sequence).as_bytes());
	bytes
}

fn decode(bytes: &[u8; LENGTH], genesis: H256) -> Option<u64> {
	let (number, _) = bytes.split_first_chunk::<8>()?;
	let sequence = u64::from_le_bytes(*number);
	(encode(sequence, genesis) == *bytes).then_some(sequence)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_was_recorded_is_read_again() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("mark");
		let genesis = H256::repeat_byte(1);
		let (mut witness, recorded) = Witness::open(&path, genesis).unwrap();
		assert_eq!(recorded, 0);
		for sequence in [1, 2, u64::MAX] {
			witness.record(sequence).unwrap();
			assert_eq!(Witness::open(&path, genesis).unwrap().1, sequence);
		}
		assert_eq!(Witness::open(&path, H256::zero()).unwrap().1, 0, "of another network");
	}

	#[test]
	fn a_damaged_or_short_mark_knows_nothing() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("mark");
		let good = encode(77, H256::zero());
		for bit in 0..LENGTH * 8 {
			let mut damaged = good;
			damaged[bit / 8] ^= 1 << (bit % 8);
			std::fs::write(&path, damaged).unwrap();
			assert_eq!(Witness::open(&path, H256::zero()).unwrap().1, 0);
		}
		std::fs::write(&path, &good[..LENGTH - 1]).unwrap();
		assert_eq!(Witness::open(&path, H256::zero()).unwrap().1, 0);
	}
}
