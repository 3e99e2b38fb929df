//! Reading what is on disk.

use super::{error::IntoFault, StoreError, Table};
use redb::{Database, ReadOnlyTable, ReadTransaction, ReadableDatabase, StorageError};
use std::ops::Range;

/// A key and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// The store as it was when the view was taken.
pub struct View {
	transaction: ReadTransaction,
}

impl View {
	pub(super) fn of(database: &Database) -> Result<Self, StoreError> {
		let transaction = database.begin_read().map_err(IntoFault::into_fault)?;
		Ok(Self { transaction })
	}

	/// The value of a key.
	pub fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
		let value = self.table(table)?.get(key)?;
		Ok(value.map(|value| value.value().to_vec()))
	}

	/// The first entries from the first key up to, and without, the second, in the order of keys; at most `limit`.
	pub fn range(
		&self,
		table: Table,
		keys: Range<Vec<u8>>,
		limit: usize,
	) -> Result<Vec<Entry>, StoreError> {
		if keys.is_empty() {
			return Ok(Vec::new());
		}
		let entries = self.table(table)?.range(keys.start.as_slice()..keys.end.as_slice())?;
		let entry = |found: Result<_, StorageError>| found.map(owned).map_err(StoreError::from);
		entries.take(limit).map(entry).collect()
	}

	fn table(
		&self,
		table: Table,
	) -> Result<ReadOnlyTable<&'static [u8], &'static [u8]>, StoreError> {
		let table = self.transaction.open_table(table.definition());
		Ok(table.map_err(IntoFault::into_fault)?)
	}
}

type Guard = redb::AccessGuard<'static, &'static [u8]>;

fn owned((key, value): (Guard, Guard)) -> Entry {
	(key.value().to_vec(), value.value().to_vec())
}
