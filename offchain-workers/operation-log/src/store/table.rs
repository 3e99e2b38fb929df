//! The tables of the store.

use redb::TableDefinition;

/// A table: keys and values are bytes, keys are ordered byte by byte.
pub(super) type Definition = TableDefinition<'static, &'static [u8], &'static [u8]>;

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
	/// Batches of every followed log: (origin, incarnation, number, hash), see [`key::batch`](super::key::batch).
	Logs,
	/// What this anchor has signed, and what that rests on: vectors and votes, by interval, see
	/// [`key::promise`](super::key::promise).
	Promises,
}

impl Table {
	/// All tables.
	pub const ALL: [Self; 2] = [Self::Logs, Self::Promises];

	/// The table in the file. Names are part of the format.
	pub(super) const fn definition(self) -> Definition {
		TableDefinition::new(match self {
			Self::Logs => "logs",
			Self::Promises => "promises",
		})
	}
}

/// What the file says of itself. It is a table apart, so that nothing the worker writes can overwrite it.
pub(super) const FORMAT: Definition = TableDefinition::new("format");

/// Keys of [`FORMAT`].
pub(super) mod format {
	/// The format's number, four bytes, little-endian.
	pub const VERSION: &[u8] = b"version";
	/// The genesis hash of the network.
	pub const GENESIS: &[u8] = b"genesis";
	/// How many transactions were written, eight bytes, little-endian.
	pub const SEQUENCE: &[u8] = b"sequence";
}

/// The format that this version writes and reads: the tables above and the keys of [`key`](super::key).
pub(super) const FORMAT_VERSION: u32 = 1;
