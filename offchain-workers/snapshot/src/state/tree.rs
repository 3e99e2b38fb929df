//! The confirmed state.

use super::{
	error::{damaged, Damage, StateError},
	head::Head,
	index::Index,
	journal::{Entry, Journal, Step},
	nodes::NodeChanges,
	overlay::Overlay,
	pages::{width, Page, EMPTY, FANOUT, PAGE_LEVELS, STEPS},
	record::{hash_records, key_of, Key, Record},
	sync::{StateChunk, CHUNK_LEAVES},
	writer::{Files, StateWriter},
};
use rayon::prelude::*;
use smartlayer_commitment::{proof::Path, range, tree as simple, StateLeaf, StateProof};
use smartlayer_operations::InstanceState;
use smartlayer_types::{ClassId, InstanceId};
use sp_core::H256;
use std::{collections::BTreeMap, path};

/// Commits after which the files are flushed and the journal is emptied.
const COMMITS_PER_FLUSH: u64 = 8;

/// Pages whose leaves are compared together.
const PAGES_PER_PART: u64 = 256;

/// The confirmed state of all instances, in a folder of its own.
#[derive(Debug)]
pub struct StateTree {
	files: Files,
	journal: Journal,
	index: Index,
	/// The last commit.
	head: Head,
	/// The last commit that the files are known to hold.
	flushed: u64,
	/// Whether a commit failed after it was durable, so that the files hold a part of it.
	unfinished: bool,
}

impl StateTree {
	/// Opens the tree of a folder, or makes one without instances. Finishes what a killed process began.
	pub fn open(folder: &path::Path) -> Result<Self, StateError> {
		let files = Files::open(folder)?;
		let Some(mut head) = Head::read(&files.head())? else {
			let mut writer = StateWriter::in_files(files)?;
			writer.push(&[StateLeaf::first()])?;
			return writer.finish(0);
		};
		let journal = files.journal()?;
		let entries = journal.after(head.sequence)?;
		if let Some(last) = entries.last() {
			let step = last.step.clone();
			redo(&files, &head, entries)?;
			head = Head {
				sequence: step.sequence,
				interval: step.interval,
				leaves: step.leaves.1,
				root: step.roots.1,
			};
			files.sync()?;
			head.write(&files.head())?;
		}
		journal.forget(head.sequence)?;
		let index = files.index(head.leaves)?;
		Self::in_files(files, index, head)
	}

	/// The tree of files that hold a commit.
	pub(super) fn in_files(files: Files, index: Index, head: Head) -> Result<Self, StateError> {
		files.pages.check_top(head.leaves, &head.root)?;
		// The last leaf is there.
		files.records.read(head.leaves.saturating_sub(1))?;
		let journal = files.journal()?;
		Ok(Self { files, journal, index, head, flushed: head.sequence, unfinished: false })
	}

	pub(super) fn files(&self) -> &Files {
		&self.files
	}

	pub(super) fn sequence(&self) -> u64 {
		self.head.sequence
	}

	pub(super) fn damaged_leaves(&self, damage: Damage) -> StateError {
		damaged(self.files.records.path(), damage)
	}

	/// Refuses to work on files that hold a part of a commit.
	pub(super) fn require_finished(&self) -> Result<(), StateError> {
		if self.unfinished {
			return Err(StateError::Unfinished);
		}
		Ok(())
	}

	/// The root.
	pub fn root(&self) -> H256 {
		H256(self.head.root)
	}

	/// How many leaves there are, the first one included, which stands for no instance.
	pub fn count(&self) -> u64 {
		self.head.leaves
	}

	/// The interval at whose end this is the state; zero before the first.
	pub fn interval(&self) -> u64 {
		self.head.interval
	}

	/// The leaf of a key or of the next smaller one, with its position.
	pub(super) fn find(&self, key: &Key) -> Result<(u64, Record), StateError> {
		let position = self.index.find(key)?.ok_or_else(|| self.damaged_leaves(Damage::Key))?;
		let record = self.files.records.read(position)?;
		if !record.covers(key) {
			return Err(self.damaged_leaves(Damage::Key));
		}
		Ok((position, record))
	}

	/// The state of an instance; `None` if it never had an operation.
	pub fn state_of(
		&self,
		class: ClassId,
		instance: InstanceId,
	) -> Result<Option<InstanceState>, StateError> {
		self.require_finished()?;
		let key = key_of(class, instance);
		let (_, record) = self.find(&key)?;
		Ok((record.key() == key).then(|| record.leaf().state()))
	}

	/// What shows the state of an instance under [`root`](Self::root), or that it has none.
	pub fn prove(&self, class: ClassId, instance: InstanceId) -> Result<StateProof, StateError> {
		self.require_finished()?;
		let (position, record) = self.find(&key_of(class, instance))?;
		self.prove_leaf(position, &record, self.count(), None)
	}

	/// The proof of a leaf in a tree of `leaves` leaves with some changes. It is checked before it is given out.
	pub(super) fn prove_leaf(
		&self,
		position: u64,
		record: &Record,
		leaves: u64,
		changes: Option<&NodeChanges>,
	) -> Result<StateProof, StateError> {
		let mut path = Path::new();
		for level in 0..PAGE_LEVELS {
			let page = position >> (STEPS * (level + 1));
			let mut nodes = EMPTY;
			if page < width(self.count(), STEPS * (level + 1)) {
				self.files.pages.read(level, page, &mut nodes)?;
			}
			siblings(position, leaves, level, &nodes, changes, &mut path);
		}
		let root = changes.and_then(NodeChanges::root).unwrap_or(self.head.root);
		let leaf = record.leaf();
		if !simple::verify(H256(root), leaf.hash(), &path) {
			return Err(self.damaged_leaves(Damage::Leaf));
		}
		Ok(StateProof { leaf, path })
	}

	/// Makes changes durable: the state at the end of an interval, which must have this root. When it returns, they
	/// survive whatever happens; while it runs, the old or the new state does.
	pub fn commit(
		&mut self,
		overlay: Overlay,
		interval: u64,
		root: H256,
	) -> Result<(), StateError> {
		self.require_finished()?;
		if overlay.sequence != self.sequence() {
			return Err(StateError::Stale);
		}
		if overlay.root != root {
			return Err(StateError::WrongRoot { found: overlay.root, wanted: root });
		}
		if interval <= self.interval() {
			return Err(StateError::OldInterval { confirmed: self.interval(), wanted: interval });
		}
		let Overlay { before, leaves, records, nodes, .. } = overlay;
		let sequence = self.sequence() + 1;
		let roots = (self.head.root, root.0);
		let step = Step { sequence, interval, leaves: (before, leaves), roots };
		let entry = Entry { step, records };
		self.journal.append(&entry)?;
		self.unfinished = true;
		write_records(&self.files, before, &entry.records)?;
		nodes.write(&self.files.pages, before)?;
		let new = entry.records.partition_point(|(position, _)| *position < before);
		self.index.extend(entry.records[new..].iter().map(|(_, record)| record.key()))?;
		self.head = Head { sequence, interval, leaves, root: root.0 };
		self.unfinished = false;
		if sequence - self.flushed >= COMMITS_PER_FLUSH {
			self.flush()?;
		}
		Ok(())
	}

	/// Waits until the files hold everything, and empties the journal. Nothing depends on it but the room that the journal
	/// takes and the time that opening takes.
	pub fn flush(&mut self) -> Result<(), StateError> {
		self.require_finished()?;
		self.files.sync()?;
		self.head.write(&self.files.head())?;
		self.flushed = self.head.sequence;
		self.journal.forget(self.flushed)
	}

	/// Some leaves from a position on, which must be a multiple of [`CHUNK_LEAVES`], with what proves them to whoever has
	/// all leaves before. `None` if there are none.
	pub fn chunk(&self, from: u64) -> Result<Option<StateChunk>, StateError> {
		self.require_finished()?;
		if !from.is_multiple_of(CHUNK_LEAVES) || from >= self.count() {
			return Ok(None);
		}
		let to = self.count().min(from + CHUNK_LEAVES);
		let leaves = self.files.records.read_range(from..to)?.iter().map(Record::leaf).collect();
		let mut failure = None;
		let chunks = self.count().div_ceil(CHUNK_LEAVES);
		let right = range::right_nodes(from / CHUNK_LEAVES + 1, chunks, |level, index| {
			let level = CHUNK_LEAVES.trailing_zeros() + level;
			let node = self.files.pages.node(level as usize, index);
			node.map_err(|error| failure = Some(error)).ok().map(H256)
		});
		match (failure, right) {
			(Some(error), _) => Err(error),
			(None, Some(right)) => StateChunk::new(from, self.count(), leaves, right).map(Some),
			(None, None) => Err(self.damaged_leaves(Damage::Gap)),
		}
	}

	/// Compares every leaf and every node with what is on disk. Reads everything: minutes where there are many leaves.
	pub fn check_everything(&self) -> Result<(), StateError> {
		self.require_finished()?;
		let pages = width(self.count(), STEPS);
		(0..pages.div_ceil(PAGES_PER_PART)).into_par_iter().try_for_each(|part| {
			let first = part * PAGES_PER_PART * FANOUT;
			let range = first..self.count().min(first + PAGES_PER_PART * FANOUT);
			let nodes = hash_records(&self.files.records.read_range(range.clone())?, |it| it);
			let mut page: Page = EMPTY;
			for (number, nodes) in (first / FANOUT..).zip(nodes.chunks(FANOUT as usize)) {
				self.files.pages.read(0, number, &mut page)?;
				if page[..nodes.len()] != *nodes {
					return Err(self.damaged_leaves(Damage::Leaf));
				}
			}
			Ok(())
		})?;
		(0..PAGE_LEVELS).try_for_each(|level| self.files.pages.check_level(level, self.count()))?;
		self.files.pages.check_top(self.count(), &self.head.root)
	}
}

/// Adds the siblings on one level of pages to a path.
fn siblings(
	position: u64,
	leaves: u64,
	level: usize,
	page: &Page,
	changes: Option<&NodeChanges>,
	path: &mut Path,
) {
	for step in 0..STEPS {
		let height = STEPS * level + step;
		let sibling = (position >> height) ^ 1;
		if sibling >= width(leaves, height) {
			continue;
		}
		let within = super::pages::slot(step, sibling & ((FANOUT >> step) - 1));
		let changed = changes.and_then(|changes| changes.get(height, sibling));
		// No tree is higher than a path may be long.
		let _ = path.try_push(H256(changed.unwrap_or(page[within])));
	}
}

/// Writes changed leaves where they stand, and new ones together behind the others.
fn write_records(files: &Files, before: u64, records: &[(u64, Record)]) -> Result<(), StateError> {
	let (changed, new) =
		records.split_at(records.partition_point(|(position, _)| *position < before));
	changed.par_iter().with_min_len(256).try_for_each(|(position, record)| {
		files.records.write(*position, std::slice::from_ref(record))
	})?;
	let new: Vec<_> = new.iter().map(|(_, record)| *record).collect();
	files.records.write(before, &new)
}

/// Brings files up to the last commit of the journal, whatever part of which commits they hold: all that any of them
/// changes is written anew, in the order of commits, and what they leave alone is as it was.
fn redo(files: &Files, head: &Head, entries: Vec<Entry>) -> Result<(), StateError> {
	let journal = files.folder.join("journal");
	let (mut leaves, mut root) = (head.leaves, head.root);
	let mut records = BTreeMap::new();
	for Entry { step, records: changed } in entries {
		if (step.leaves.0, step.roots.0) != (leaves, root) {
			return Err(damaged(&journal, Damage::Gap));
		}
		(leaves, root) = (step.leaves.1, step.roots.1);
		records.extend(changed);
	}
	let records: Vec<(u64, Record)> = records.into_iter().collect();
	let hashes = hash_records(&records, |(_, record)| record);
	let placed = records.iter().map(|it| it.0).zip(hashes).collect();
	let nodes = NodeChanges::above(&files.pages, head.leaves, leaves, placed)?;
	if nodes.root().unwrap_or(head.root) != root {
		return Err(damaged(&files.folder, Damage::Root));
	}
	write_records(files, head.leaves, &records)?;
	nodes.write(&files.pages, head.leaves)
}
