//! Filling an empty folder with leaves in their order.

use super::{
	error::{at, StateError},
	head::Head,
	index::{Entry, Index},
	journal::Journal,
	nodes::NodeChanges,
	pages::{PageFiles, MAX_LEAVES},
	record::{hash_records, Record, RECORD_BYTES},
	tree::StateTree,
};
use smartlayer_commitment::StateLeaf;
use sp_core::H256;
use std::{
	fs::{self, File, OpenOptions},
	io,
	ops::Range,
	os::unix::fs::FileExt,
	path::{Path, PathBuf},
};

/// Keys that are sorted in memory before they go into the index: some forty megabytes.
const KEYS_PER_RUN: usize = 1 << 20;

/// The files of a tree.
#[derive(Debug)]
pub(super) struct Files {
	/// Their folder.
	pub folder: PathBuf,
	/// Leaves.
	pub records: RecordFile,
	/// Nodes.
	pub pages: PageFiles,
	/// Held as long as the folder is open.
	_lock: File,
}

/// The file of leaves.
#[derive(Debug)]
pub(super) struct RecordFile {
	path: PathBuf,
	file: File,
}

impl RecordFile {
	fn open(path: PathBuf) -> Result<Self, StateError> {
		let file =
			OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
		let file = file.map_err(at(&path))?;
		Ok(Self { path, file })
	}

	/// Where the file is.
	pub(super) fn path(&self) -> &Path {
		&self.path
	}

	/// Reads a leaf.
	pub(super) fn read(&self, position: u64) -> Result<Record, StateError> {
		let mut record = Record([0; RECORD_BYTES]);
		let place = position * RECORD_BYTES as u64;
		self.file.read_exact_at(&mut record.0, place).map_err(at(&self.path))?;
		Ok(record)
	}

	/// Reads the leaves of a range.
	pub(super) fn read_range(&self, range: Range<u64>) -> Result<Vec<Record>, StateError> {
		let mut bytes = vec![0; (range.end - range.start) as usize * RECORD_BYTES];
		let place = range.start * RECORD_BYTES as u64;
		self.file.read_exact_at(&mut bytes, place).map_err(at(&self.path))?;
		let (records, _) = bytes.as_chunks();
		Ok(records.iter().map(|record| Record(*record)).collect())
	}

	/// Writes leaves that stand next to each other.
	pub(super) fn write(&self, position: u64, records: &[Record]) -> Result<(), StateError> {
		let place = position * RECORD_BYTES as u64;
		let written = match records {
			[Record(record)] => self.file.write_all_at(record, place),
			records => {
				let bytes: Vec<_> = records.iter().map(|Record(record)| *record).collect();
				self.file.write_all_at(bytes.as_flattened(), place)
			},
		};
		written.map_err(at(&self.path))
	}

	/// Waits until everything is on the disk.
	pub(super) fn sync(&self) -> Result<(), StateError> {
		self.file.sync_data().map_err(at(&self.path))
	}
}

impl Files {
	/// Opens a folder, or makes it, for this process alone.
	pub(super) fn open(folder: &Path) -> Result<Self, StateError> {
		fs::create_dir_all(folder).map_err(at(folder))?;
		let path = folder.join("lock");
		let lock = File::create(&path).map_err(at(&path))?;
		match lock.try_lock() {
			Ok(()) => {},
			Err(fs::TryLockError::WouldBlock) => return Err(StateError::InUse(folder.to_owned())),
			Err(fs::TryLockError::Error(error)) => return Err(at(&path)(error)),
		}
		let records = RecordFile::open(folder.join("leaves"))?;
		Ok(Self {
			folder: folder.to_owned(),
			records,
			pages: PageFiles::open(folder)?,
			_lock: lock,
		})
	}

	/// The file that says what the others hold.
	pub(super) fn head(&self) -> PathBuf {
		self.folder.join("head")
	}

	/// The journal.
	pub(super) fn journal(&self) -> Result<Journal, StateError> {
		Journal::open(self.folder.join("journal"))
	}

	/// The index.
	pub(super) fn index(&self, leaves: u64) -> Result<Index, StateError> {
		Index::open(self.folder.join("index"), leaves, |range| self.records.read_range(range))
	}

	/// Waits until everything is on the disk.
	pub(super) fn sync(&self) -> Result<(), StateError> {
		self.records.sync()?;
		self.pages.sync()
	}

	/// Removes everything but the lock.
	fn clear(&self) -> Result<(), StateError> {
		self.pages.clear()?;
		self.records.file.set_len(0).map_err(at(&self.records.path))?;
		for name in ["index", "journal"] {
			let path = self.folder.join(name);
			match fs::remove_dir_all(&path) {
				Err(error) if error.kind() != io::ErrorKind::NotFound => {
					return Err(at(&path)(error))
				},
				_ => {},
			}
		}
		Ok(())
	}
}

/// Fills an empty folder with leaves in their order. A folder that was not [finished](Self::finish) counts as empty.
#[derive(Debug)]
pub struct StateWriter {
	files: Files,
	index: Index,
	/// Keys that are not in the index yet.
	keys: Vec<Entry>,
	leaves: u64,
	root: H256,
}

impl StateWriter {
	/// Begins in a folder without a tree.
	pub fn create(folder: &Path) -> Result<Self, StateError> {
		Self::in_files(Files::open(folder)?)
	}

	/// Begins in the files of a folder without a tree.
	pub(super) fn in_files(files: Files) -> Result<Self, StateError> {
		if Head::read(&files.head())?.is_some() {
			return Err(StateError::NotEmpty(files.folder));
		}
		files.clear()?;
		let index = files.index(0)?;
		Ok(Self { files, index, keys: Vec::new(), leaves: 0, root: H256::zero() })
	}

	/// Leaves so far.
	pub fn count(&self) -> u64 {
		self.leaves
	}

	/// The root over the leaves so far; zero before the first.
	pub fn root(&self) -> H256 {
		self.root
	}

	/// Appends leaves. Some ten thousand at a time are best.
	pub fn push(&mut self, leaves: &[StateLeaf]) -> Result<(), StateError> {
		let records: Vec<_> = leaves.iter().map(Record::from).collect();
		self.push_records(&records)
	}

	pub(super) fn push_records(&mut self, records: &[Record]) -> Result<(), StateError> {
		let (before, after) = (self.leaves, self.leaves + records.len() as u64);
		if after > MAX_LEAVES {
			return Err(StateError::Full);
		}
		let leaves = (before..).zip(hash_records(records, |it| it)).collect();
		let nodes = NodeChanges::above(&self.files.pages, before, after, leaves)?;
		self.files.records.write(before, records)?;
		nodes.write(&self.files.pages, before)?;
		self.keys.extend(records.iter().map(Record::key).zip(before..));
		if self.keys.len() >= KEYS_PER_RUN {
			self.index.append_run(std::mem::take(&mut self.keys))?;
		}
		self.leaves = after;
		self.root = nodes.root().map_or(self.root, H256);
		Ok(())
	}

	/// Makes it the confirmed state at the end of an interval.
	pub fn finish(mut self, interval: u64) -> Result<StateTree, StateError> {
		self.index.append_run(std::mem::take(&mut self.keys))?;
		self.index.compact()?;
		self.files.sync()?;
		let Self { files, index, leaves, root, .. } = self;
		let head = Head { sequence: 0, interval, leaves, root: root.0 };
		head.write(&files.head())?;
		StateTree::in_files(files, index, head)
	}
}
