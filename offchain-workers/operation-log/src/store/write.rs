//! What a commit consists of.

use super::Table;

/// One change of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
	/// Where.
	pub table: Table,
	/// The key, see [`key`](super::key).
	pub key: Vec<u8>,
	/// What the key holds from now on; `None` deletes it.
	pub value: Option<Vec<u8>>,
}

impl Write {
	/// Sets a key.
	pub fn put(table: Table, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
		Self { table, key: key.into(), value: Some(value.into()) }
	}

	/// Deletes a key.
	pub fn delete(table: Table, key: impl Into<Vec<u8>>) -> Self {
		Self { table, key: key.into(), value: None }
	}

	/// How many bytes key and value are.
	pub fn size(&self) -> usize {
		self.key.len() + self.value.as_ref().map_or(0, Vec::len)
	}
}

/// How many bytes of keys and values these are.
pub(super) fn size_of(writes: &[Write]) -> usize {
	writes.iter().map(Write::size).sum()
}
