//! A sorted run of keys in a file.
//!
//! A header, then entries of 40 bytes (key, position) in ascending order, in blocks of 64; then the first eight bytes of
//! each block's first key, which are kept in memory; then a checksum of header and those. To find a key takes a
//! search in memory and the reading of one block.

use crate::state::{
	error::{at, StateError},
	journal::sync_folder,
	record::Key,
};
use sp_io::hashing::blake2_256;
use std::{
	cmp::Reverse,
	collections::BinaryHeap,
	fs::{self, File},
	io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write},
	ops::Range,
	os::unix::fs::FileExt,
	path::{Path, PathBuf},
};

/// With what a file begins: what it is, and its version.
const MAGIC: [u8; 8] = *b"SLindex1";

/// Bytes before the entries: what it is, the first position, the number of entries.
const HEADER_BYTES: u64 = 24;

/// Bytes of a key and its position.
const ENTRY_BYTES: usize = 40;

/// Entries of a block.
const BLOCK: usize = 64;

/// A key and its position.
pub(in crate::state) type Entry = (Key, u64);

/// A sorted run of the keys of a range of positions.
#[derive(Debug)]
pub(super) struct Run {
	path: PathBuf,
	file: File,
	positions: Range<u64>,
	/// Beginnings of the blocks' first keys.
	blocks: Vec<u64>,
}

/// The beginning of a key, in the same order.
fn beginning(key: &Key) -> u64 {
	let [a, b, c, d, e, f, g, h, ..] = *key;
	u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

fn decode(bytes: &[u8]) -> Option<Entry> {
	let (key, position) = bytes.split_first_chunk::<32>()?;
	Some((*key, u64::from_be_bytes(position.try_into().ok()?)))
}

fn header(positions: &Range<u64>) -> Vec<u8> {
	let count = positions.end - positions.start;
	[&MAGIC[..], &positions.start.to_le_bytes(), &count.to_le_bytes()].concat()
}

impl Run {
	/// Opens a file; `None` if it is not a whole run.
	pub(super) fn open(path: &Path) -> Result<Option<Self>, StateError> {
		let mut file = File::open(path).map_err(at(path))?;
		let size = file.metadata().map_err(at(path))?.len();
		let mut start = [0; HEADER_BYTES as usize];
		if size < HEADER_BYTES {
			return Ok(None);
		}
		file.read_exact(&mut start).map_err(at(path))?;
		let (magic, numbers) = start.split_at(8);
		let number = |bytes: &[u8]| bytes.try_into().map_or(u64::MAX, u64::from_le_bytes);
		let (first, count) = (number(&numbers[..8]), number(&numbers[8..]));
		let blocks = count.div_ceil(BLOCK as u64);
		let wanted = count
			.checked_mul(ENTRY_BYTES as u64)
			.and_then(|entries| entries.checked_add(HEADER_BYTES + 32)?.checked_add(8 * blocks));
		if magic != MAGIC || first.checked_add(count).is_none() || wanted != Some(size) {
			return Ok(None);
		}
		let mut end = Vec::new();
		file.seek(SeekFrom::Start(HEADER_BYTES + count * ENTRY_BYTES as u64)).map_err(at(path))?;
		file.read_to_end(&mut end).map_err(at(path))?;
		let Some((blocks, checksum)) = end.split_last_chunk::<32>() else { return Ok(None) };
		if blake2_256(&[&start[..], blocks].concat()) != *checksum {
			return Ok(None);
		}
		let blocks = blocks.chunks_exact(8).map(number).collect();
		Ok(Some(Self { path: path.to_owned(), file, positions: first..first + count, blocks }))
	}

	/// The positions whose keys it has.
	pub(super) fn positions(&self) -> Range<u64> {
		self.positions.clone()
	}

	/// How many keys it has.
	pub(super) fn len(&self) -> u64 {
		self.positions.end - self.positions.start
	}

	/// Removes the file.
	pub(super) fn remove(self) -> Result<(), StateError> {
		fs::remove_file(&self.path).map_err(at(&self.path))
	}

	/// The entry of a key, or of the next smaller one.
	pub(super) fn find(&self, key: &Key) -> Result<Option<Entry>, StateError> {
		// Blocks from there on begin with larger keys. The one before may as well if they only begin alike.
		let mut block = self.blocks.partition_point(|first| *first <= beginning(key));
		let mut bytes = [0; BLOCK * ENTRY_BYTES];
		while let Some(before) = block.checked_sub(1) {
			let first = before * BLOCK;
			let count = BLOCK.min(self.len() as usize - first);
			let bytes = &mut bytes[..count * ENTRY_BYTES];
			let place = HEADER_BYTES + (first * ENTRY_BYTES) as u64;
			self.file.read_exact_at(bytes, place).map_err(at(&self.path))?;
			let (entries, _) = bytes.as_chunks::<ENTRY_BYTES>();
			let found = entries.partition_point(|entry| entry[..32] <= key[..]);
			if let Some(found) = found.checked_sub(1) {
				return Ok(decode(&entries[found]));
			}
			block = before;
		}
		Ok(None)
	}
}

/// Writes a run, whose entries must come in ascending order.
#[derive(Debug)]
pub(super) struct RunWriter {
	path: PathBuf,
	file: BufWriter<File>,
	positions: Range<u64>,
	written: u64,
	blocks: Vec<u8>,
}

impl RunWriter {
	/// Begins the run of some positions.
	pub(super) fn create(folder: &Path, positions: Range<u64>) -> Result<Self, StateError> {
		let path = folder.join(format!("{:012}-{:012}", positions.start, positions.end));
		let unfinished = path.with_extension("unfinished");
		let file = File::create(&unfinished).map_err(at(&unfinished))?;
		let mut file = BufWriter::with_capacity(1 << 18, file);
		file.write_all(&header(&positions)).map_err(at(&path))?;
		Ok(Self { path, file, positions, written: 0, blocks: Vec::new() })
	}

	/// Adds an entry.
	pub(super) fn push(&mut self, key: Key, position: u64) -> Result<(), StateError> {
		if self.written.is_multiple_of(BLOCK as u64) {
			self.blocks.extend(beginning(&key).to_le_bytes());
		}
		self.written += 1;
		let write = |file: &mut BufWriter<File>| {
			file.write_all(&key)?;
			file.write_all(&position.to_be_bytes())
		};
		write(&mut self.file).map_err(at(&self.path))
	}

	/// Makes the run durable and gives it its name.
	pub(super) fn finish(self) -> Result<Run, StateError> {
		let Self { path, mut file, positions, blocks, .. } = self;
		let checksum = blake2_256(&[&header(&positions)[..], &blocks].concat());
		let write = |file: &mut BufWriter<File>| {
			file.write_all(&blocks)?;
			file.write_all(&checksum)?;
			file.flush()?;
			file.get_ref().sync_all()
		};
		write(&mut file).map_err(at(&path))?;
		fs::rename(path.with_extension("unfinished"), &path).map_err(at(&path))?;
		path.parent().map_or(Ok(()), sync_folder)?;
		let blocks = blocks.as_chunks().0.iter().map(|it| u64::from_le_bytes(*it)).collect();
		let file = File::open(&path).map_err(at(&path))?;
		Ok(Run { path, file, positions, blocks })
	}
}

/// The entries of some runs in ascending order.
pub(super) struct Merge<'a> {
	sources: Vec<Source<'a>>,
	/// The next entry of each source that has one, the smallest first.
	next: BinaryHeap<Reverse<(Entry, usize)>>,
}

/// What is left of a run.
struct Source<'a> {
	run: &'a Run,
	file: BufReader<File>,
	left: u64,
}

impl<'a> Source<'a> {
	fn new(run: &'a Run) -> Result<Self, StateError> {
		let mut file = File::open(&run.path).map_err(at(&run.path))?;
		file.seek(SeekFrom::Start(HEADER_BYTES)).map_err(at(&run.path))?;
		Ok(Self { run, file: BufReader::with_capacity(1 << 18, file), left: run.len() })
	}

	fn next(&mut self) -> Result<Option<Entry>, StateError> {
		if self.left == 0 {
			return Ok(None);
		}
		self.left -= 1;
		let mut bytes = [0; ENTRY_BYTES];
		self.file.read_exact(&mut bytes).map_err(at(&self.run.path))?;
		Ok(decode(&bytes))
	}
}

impl<'a> Merge<'a> {
	/// Begins to merge.
	pub(super) fn new(runs: &'a [Run]) -> Result<Self, StateError> {
		let sources = runs.iter().map(Source::new).collect::<Result<_, _>>()?;
		let mut merge = Self { sources, next: BinaryHeap::new() };
		(0..runs.len()).try_for_each(|source| merge.advance(source))?;
		Ok(merge)
	}

	fn advance(&mut self, source: usize) -> Result<(), StateError> {
		self.next.extend(self.sources[source].next()?.map(|entry| Reverse((entry, source))));
		Ok(())
	}
}

impl Iterator for Merge<'_> {
	type Item = Result<Entry, StateError>;

	fn next(&mut self) -> Option<Self::Item> {
		let Reverse((entry, source)) = self.next.pop()?;
		Some(self.advance(source).map(|()| entry))
	}
}
