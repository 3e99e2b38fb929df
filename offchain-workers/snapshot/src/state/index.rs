//! Where a key's leaf is, or that of the next smaller key.
//!
//! Keys never move and never go away, so the index is sorted runs of (key, position) that are written once, each over the
//! leaves of a range of positions, and a list in memory of the newest. When the list is long it becomes a run, and while
//! a run is not twice as long as the next they are merged: few runs, and each key is written a logarithmic number of
//! times. All of it follows from the leaves: what is missing is made anew, and whoever looks something up compares it with
//! the leaf.

mod run;

pub(super) use run::Entry;

use super::{
	error::{at, StateError},
	journal::sync_folder,
	record::{Key, Record},
};
use rayon::prelude::*;
use run::{Merge, Run, RunWriter};
use std::{
	collections::BTreeMap,
	fs,
	ops::Range,
	path::{Path, PathBuf},
};

/// Keys that the list in memory has before it becomes a run: some twenty megabytes.
const RECENT: usize = 1 << 18;

/// The index of a tree's keys.
#[derive(Debug)]
pub(super) struct Index {
	folder: PathBuf,
	/// Over adjacent ranges of positions, from zero.
	runs: Vec<Run>,
	/// The keys of later positions.
	recent: BTreeMap<Key, u64>,
	/// How many keys there are.
	count: u64,
}

impl Index {
	/// Opens the index of a tree of `leaves` leaves. `read` reads the leaves of a range of positions.
	pub(super) fn open(
		folder: PathBuf,
		leaves: u64,
		read: impl Fn(Range<u64>) -> Result<Vec<Record>, StateError>,
	) -> Result<Self, StateError> {
		fs::create_dir_all(&folder).map_err(at(&folder))?;
		let mut index = Self {
			runs: adjacent_runs(&folder, leaves)?,
			folder,
			recent: BTreeMap::new(),
			count: 0,
		};
		index.count = index.runs.last().map_or(0, |run| run.positions().end);
		while index.count < leaves {
			let to = leaves.min(index.count + RECENT as u64);
			let records = read(index.count..to)?;
			index.extend(records.iter().map(Record::key))?;
		}
		Ok(index)
	}

	/// Adds the keys of the next positions.
	pub(super) fn extend(&mut self, keys: impl IntoIterator<Item = Key>) -> Result<(), StateError> {
		for key in keys {
			self.recent.insert(key, self.count);
			self.count += 1;
		}
		if self.recent.len() >= RECENT {
			self.flush()?;
		}
		Ok(())
	}

	/// Adds many keys at once, as a run of their own, with the next positions. For trees that are just filled: nothing
	/// is merged before [`compact`](Self::compact).
	pub(super) fn append_run(&mut self, mut entries: Vec<Entry>) -> Result<(), StateError> {
		entries.par_sort_unstable();
		let positions = self.count..self.count + entries.len() as u64;
		let mut writer = RunWriter::create(&self.folder, positions.clone())?;
		entries.into_iter().try_for_each(|(key, position)| writer.push(key, position))?;
		self.runs.push(writer.finish()?);
		self.count = positions.end;
		Ok(())
	}

	/// Makes a run of the list in memory, and merges runs that are too much alike.
	fn flush(&mut self) -> Result<(), StateError> {
		let first = self.runs.last().map_or(0, |run| run.positions().end);
		let mut writer = RunWriter::create(&self.folder, first..self.count)?;
		for (key, position) in std::mem::take(&mut self.recent) {
			writer.push(key, position)?;
		}
		self.runs.push(writer.finish()?);
		while let [.., before, last] = self.runs.as_slice() {
			if before.len() >= 2 * last.len() {
				break;
			}
			self.merge_last(2)?;
		}
		Ok(())
	}

	/// Merges the last runs.
	fn merge_last(&mut self, count: usize) -> Result<(), StateError> {
		let runs = self.runs.split_off(self.runs.len() - count);
		let positions = runs[0].positions().start..runs[count - 1].positions().end;
		let mut writer = RunWriter::create(&self.folder, positions)?;
		for entry in Merge::new(&runs)? {
			let (key, position) = entry?;
			writer.push(key, position)?;
		}
		self.runs.push(writer.finish()?);
		runs.into_iter().try_for_each(Run::remove)
	}

	/// Makes one run of everything: look-ups are fastest then. For trees that were just filled.
	pub(super) fn compact(&mut self) -> Result<(), StateError> {
		if !self.recent.is_empty() {
			self.flush()?;
		}
		match self.runs.len() {
			0 | 1 => Ok(()),
			count => self.merge_last(count),
		}
	}

	/// The position of a key's leaf, or of the one with the next smaller key.
	pub(super) fn find(&self, key: &Key) -> Result<Option<u64>, StateError> {
		let mut best =
			self.recent.range(..=*key).next_back().map(|(key, position)| (*key, *position));
		for run in &self.runs {
			if best.is_some_and(|(found, _)| found == *key) {
				break;
			}
			// Keys are distinct, so of two entries the key decides.
			best = best.max(run.find(key)?);
		}
		Ok(best.map(|(_, position)| position))
	}
}

/// The runs of a folder as far as they lie end to end from position zero; the others are removed.
fn adjacent_runs(folder: &Path, leaves: u64) -> Result<Vec<Run>, StateError> {
	let mut runs = Vec::new();
	for file in fs::read_dir(folder).map_err(at(folder))? {
		let path = file.map_err(at(folder))?.path();
		let unfinished = path.extension().is_some();
		match if unfinished { None } else { Run::open(&path)? } {
			Some(run) if run.positions().end <= leaves => runs.push(run),
			_ => fs::remove_file(&path).map_err(at(&path))?,
		}
	}
	// After an interrupted merge the merged run and its parts are there: the longer one counts.
	runs.sort_by_key(|run| (run.positions().start, u64::MAX - run.positions().end));
	let mut adjacent: Vec<Run> = Vec::new();
	for run in runs {
		if run.positions().start == adjacent.last().map_or(0, |run| run.positions().end) {
			adjacent.push(run);
		} else {
			run.remove()?;
		}
	}
	sync_folder(folder)?;
	Ok(adjacent)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use sp_io::hashing::keccak_256;

	fn key(number: u64) -> Key {
		keccak_256(&number.to_le_bytes())
	}

	fn record(number: u64) -> Record {
		Record::new(1, number.into(), key(number), [0; 32])
	}

	fn open(folder: &Path, leaves: u64) -> Index {
		let read = |range: Range<u64>| Ok(range.map(record).collect());
		Index::open(folder.join("index"), leaves, read).unwrap()
	}

	/// Makes a run of what is in memory after each part.
	fn with_parts(folder: &Path, parts: &[u64]) -> Index {
		let mut index = open(folder, 0);
		for part in parts {
			let count = index.count;
			index.extend((count..count + part).map(key)).unwrap();
			index.flush().unwrap();
		}
		index
	}

	/// All keys in order, to compare with.
	fn sorted(leaves: u64) -> BTreeMap<Key, u64> {
		(0..leaves).map(|it| (key(it), it)).collect()
	}

	fn expected(sorted: &BTreeMap<Key, u64>, wanted: &Key) -> Option<u64> {
		sorted.range(..=*wanted).next_back().map(|(_, position)| *position)
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(24))]

		#[test]
		fn every_key_and_every_gap_is_found(
			parts in prop::collection::vec(1u64..300, 1..6), more in 0u64..50, asked in prop::collection::vec(any::<[u8; 32]>(), 30),
		) {
			let folder = tempfile::tempdir().unwrap();
			let mut index = with_parts(folder.path(), &parts);
			let count = index.count + more;
			index.extend((index.count..count).map(key)).unwrap();
			let sorted = sorted(count);
			let present = (0..count).step_by(7).map(key);
			for wanted in asked.into_iter().chain(present) {
				prop_assert_eq!(index.find(&wanted).unwrap(), expected(&sorted, &wanted));
			}
			drop(index);
			let again = open(folder.path(), count);
			for wanted in (0..count).step_by(11).map(key) {
				prop_assert_eq!(again.find(&wanted).unwrap(), expected(&sorted, &wanted));
			}
		}
	}

	#[test]
	fn runs_are_few_and_one_when_compacted() {
		let folder = tempfile::tempdir().unwrap();
		let mut index = with_parts(folder.path(), &[100; 13]);
		let lengths: Vec<_> = index.runs.iter().map(Run::len).collect();
		assert!(lengths.len() <= 4, "{lengths:?}");
		assert_eq!(lengths.iter().sum::<u64>(), 1300);
		index.compact().unwrap();
		assert_eq!(index.runs.len(), 1);
		assert_eq!(fs::read_dir(folder.path().join("index")).unwrap().count(), 1);
		for number in 0..1300 {
			assert_eq!(index.find(&key(number)).unwrap(), Some(number));
		}
	}

	#[test]
	fn runs_that_are_missing_or_damaged_are_made_anew() {
		let folder = tempfile::tempdir().unwrap();
		drop(with_parts(folder.path(), &[400, 100]));
		let mut files: Vec<_> = fs::read_dir(folder.path().join("index"))
			.unwrap()
			.map(|it| it.unwrap().path())
			.collect();
		files.sort();
		assert_eq!(files.len(), 2);
		fs::write(&files[0], b"nothing").unwrap();
		let index = open(folder.path(), 500);
		for number in 0..500 {
			assert_eq!(index.find(&key(number)).unwrap(), Some(number));
		}
	}

	#[test]
	fn keys_beyond_the_tree_are_forgotten() {
		let folder = tempfile::tempdir().unwrap();
		drop(with_parts(folder.path(), &[100]));
		let (index, sorted) = (open(folder.path(), 50), sorted(50));
		for number in 0..100 {
			assert_eq!(index.find(&key(number)).unwrap(), expected(&sorted, &key(number)));
		}
	}
}
