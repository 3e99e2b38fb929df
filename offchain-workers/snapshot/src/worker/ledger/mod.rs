//! The worker's memory: what it has said, what is settled, and what of that can't come again.
//!
//! One file of redb. Every write is a transaction of its own that is on disk when it returns, flushed twice as the
//! operation log's store does, so that a damaged last transaction is seen and never silently dropped.
//!
//! The state tree is in a folder beside it and can't share a transaction with it. A settlement is therefore written **here
//! first**, with everything that it takes to repeat it ([`Ledger::settle`]), and then in the tree; [`super::recovery`]
//! finishes what a kill between the two has left.

mod error;
mod pruning;
mod reading;
mod tables;

#[cfg(test)]
mod tests;

pub use error::LedgerError;

use super::{engine::Record, wire::PAGE};
use codec::{Decode, Encode};
use redb::{Builder, Database, ReadableTable, WriteTransaction};
use smartlayer_commitment::{Change, Cut, Snapshot};
use smartlayer_operations::{Operation, Slot};
use sp_core::H256;
use std::{fs, path::Path};
use tables::{meta, Table, ALL};

/// The format that this version reads and writes.
const FORMAT: u32 = 2;

/// How many bytes of the file are kept in memory.
const CACHE_BYTES: usize = 64 << 20;

/// What is settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Head {
	/// The interval that was settled last; zero before the first.
	pub settled: u64,
	/// Hash of its snapshot.
	pub snapshot: H256,
	/// Root of the state at its end; zero before the first.
	pub state_root: H256,
	/// Which folder holds the state: it is another one after each synchronisation.
	pub generation: u32,
}

/// The cut of a settled interval, with how much there is of the rest.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SettledCut {
	/// The cut.
	pub cut: Cut,
	/// How many instances changed.
	pub changes: u64,
	/// Time of the interval's last block, in seconds since 1970.
	pub block_time: u64,
}

/// Operations that stand one behind the other in an interval's tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Run {
	/// Index of the first one.
	pub first: u64,
	/// How many.
	pub count: u64,
}

/// What a snapshot took, so that it does not come again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
	/// Digests of operations, with the times at which they were signed, in milliseconds since 1970.
	pub operations: Vec<(H256, u64)>,
	/// Recorded slots, likewise.
	pub slots: Vec<(Slot, u64)>,
}

/// A settled interval.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
	/// Its snapshot.
	pub snapshot: &'a Snapshot,
	/// Where the cut ended, and the size of the rest.
	pub cut: &'a SettledCut,
	/// Operations, in the order of the tree: all, or none if they were not taken over.
	pub operations: &'a [Operation],
	/// Changes, in their order.
	pub changes: &'a [Change],
	/// What is taken.
	pub taken: &'a Taken,
}

/// The worker's memory.
#[derive(Debug)]
pub struct Ledger {
	database: Database,
}

impl Ledger {
	/// Opens the ledger in a file, or makes it.
	pub fn open(path: &Path, genesis: H256) -> Result<Self, LedgerError> {
		if let Some(folder) = path.parent() {
			let failed = |reason| LedgerError::Folder { path: folder.to_owned(), reason };
			fs::create_dir_all(folder).map_err(failed)?;
		}
		let failed = |reason| LedgerError::Open { path: path.to_owned(), reason: Box::new(reason) };
		let mut builder = Builder::new();
		builder.set_cache_size(CACHE_BYTES);
		builder.set_check_integrity_on_open(true);
		let ledger = Self { database: builder.create(path).map_err(failed)? };
		ledger.identify(genesis)?;
		Ok(ledger)
	}

	/// Makes the tables of a new file; refuses one of another network or version.
	fn identify(&self, genesis: H256) -> Result<(), LedgerError> {
		let mut found: Option<(u32, H256)> = None;
		self.write_all(|transaction| {
			for table in ALL {
				transaction.open_table(table)?;
			}
			let mut table = transaction.open_table(tables::META)?;
			let known = table.get(meta::IDENTITY)?.map(|it| it.value().to_vec());
			match known {
				Some(bytes) => found = Some(decode(&bytes, "meta")?),
				None => {
					table.insert(meta::IDENTITY, (FORMAT, genesis).encode().as_slice())?;
				},
			}
			Ok(())
		})?;
		match found {
			Some((format, _)) if format != FORMAT => Err(LedgerError::Unreadable("meta")),
			Some((_, found)) if found != genesis => {
				Err(LedgerError::OtherGenesis { found, expected: genesis })
			},
			_ => Ok(()),
		}
	}

	/// Writes one transaction, which is on disk when this returns.
	fn write_all(
		&self,
		write: impl FnOnce(&WriteTransaction) -> Result<(), LedgerError>,
	) -> Result<(), LedgerError> {
		let mut transaction = self.database.begin_write()?;
		transaction.set_two_phase_commit(true);
		write(&transaction)?;
		Ok(transaction.commit()?)
	}

	/// Writes what has to be on disk before it is said.
	pub fn record(&self, record: &Record) -> Result<(), LedgerError> {
		self.write_all(|transaction| match record {
			Record::Proposal(own, whole) => {
				let key = tables::in_interval(own.snapshot.interval, &own.turn.to_be_bytes());
				let value = (own, &whole.cut, &whole.vectors).encode();
				put(transaction, tables::PROPOSALS, &key, &value)
			},
			Record::Vote(interval, proposal, vote) => {
				let key = tables::in_interval(*interval, proposal.as_bytes());
				put(transaction, tables::VOTES, &key, &vote.encode())
			},
			Record::Signed(interval, hash) => {
				let key = tables::in_interval(*interval, &[]);
				put(transaction, tables::SIGNED, &key, hash.as_bytes())
			},
		})
	}

	/// Writes a settlement: everything of it, or nothing. Votes and proposals up to it are forgotten.
	pub fn settle(&self, head: &Head, entry: &Entry) -> Result<(), LedgerError> {
		let interval = head.settled;
		let follows = self.head()?.settled.checked_add(1) == Some(interval);
		self.write_all(|transaction| {
			put(transaction, tables::META, meta::HEAD, &head.encode())?;
			put(
				transaction,
				tables::CUTS,
				&tables::in_interval(interval, &[]),
				&entry.cut.encode(),
			)?;
			let is_whole = entry.operations.len() as u64 == entry.snapshot.body.operation_count;
			if !follows || !is_whole {
				let next = interval.saturating_add(u64::from(!is_whole)).to_be_bytes();
				put(transaction, tables::META, meta::WHOLE_FROM, &next)?;
			}
			let snapshots = tables::in_interval(interval, &[]);
			put(transaction, tables::SNAPSHOTS, &snapshots, &entry.snapshot.encode())?;
			put_pages(transaction, tables::OPERATIONS, interval, entry.operations)?;
			put_pages(transaction, tables::CHANGES, interval, entry.changes)?;
			put_runs(transaction, interval, entry.operations)?;
			put_taken(transaction, Some(interval), entry.taken)?;
			for table in [tables::PROPOSALS, tables::VOTES] {
				let mut table = transaction.open_table(table)?;
				let keys = tables::before(interval.saturating_add(1));
				table.retain_in(keys.start.as_slice()..keys.end.as_slice(), |_, _| false)?;
			}
			Ok(())
		})
	}

	/// Writes what an earlier interval took, which was taken over. It harms nobody if nothing comes of that.
	pub fn remember(&self, taken: &Taken) -> Result<(), LedgerError> {
		self.write_all(|transaction| put_taken(transaction, None, taken))
	}

	/// Writes earlier snapshots, which were taken over.
	pub fn remember_snapshots(&self, snapshots: &[Snapshot]) -> Result<(), LedgerError> {
		self.write_all(|transaction| {
			let mut table = transaction.open_table(tables::SNAPSHOTS)?;
			for snapshot in snapshots {
				let key = tables::in_interval(snapshot.interval, &[]);
				table.insert(key.as_slice(), snapshot.encode().as_slice())?;
			}
			Ok(())
		})
	}
}

fn put(
	transaction: &WriteTransaction,
	table: Table,
	key: &[u8],
	value: &[u8],
) -> Result<(), LedgerError> {
	transaction.open_table(table)?.insert(key, value)?;
	Ok(())
}

/// Writes items in pages; none if there are no items.
fn put_pages<T: Encode>(
	transaction: &WriteTransaction,
	table: Table,
	interval: u64,
	items: &[T],
) -> Result<(), LedgerError> {
	let mut table = transaction.open_table(table)?;
	for (number, page) in (0u32..).zip(items.chunks(PAGE)) {
		table.insert(tables::page(interval, number).as_slice(), page.encode().as_slice())?;
	}
	Ok(())
}

/// Writes where operations, which are in the order of their tree, stand.
fn put_runs(
	transaction: &WriteTransaction,
	interval: u64,
	operations: &[Operation],
) -> Result<(), LedgerError> {
	let mut classes = transaction.open_table(tables::CLASSES)?;
	let mut instances = transaction.open_table(tables::INSTANCES)?;
	let mut first = 0;
	for run in operations.chunk_by(|one, other| one.class == other.class) {
		let Some(Operation { class, .. }) = run.first() else { continue };
		let value = Run { first, count: run.len() as u64 }.encode();
		classes.insert(tables::class(interval, *class).as_slice(), value.as_slice())?;
		for run in run.chunk_by(|one, other| one.instance == other.instance) {
			let Some(Operation { instance, .. }) = run.first() else { continue };
			let (key, count) = (tables::instance(*class, *instance, interval), run.len() as u64);
			instances.insert(key.as_slice(), Run { first, count }.encode().as_slice())?;
			first += count;
		}
	}
	Ok(())
}

/// Writes what is taken; its operations are those of the interval, if one is named.
fn put_taken(
	transaction: &WriteTransaction,
	interval: Option<u64>,
	taken: &Taken,
) -> Result<(), LedgerError> {
	let mut by_key = transaction.open_table(tables::TAKEN)?;
	let mut by_time = transaction.open_table(tables::TAKEN_AT)?;
	for (index, (digest, time)) in (0u64..).zip(&taken.operations) {
		let key = tables::operation(digest);
		let place = interval.map(|it| [it.to_be_bytes(), index.to_be_bytes()].concat());
		let value = tables::in_interval(*time, &place.unwrap_or_default());
		// Whose place is known keeps it.
		if interval.is_some() || by_key.get(key.as_slice())?.is_none() {
			by_key.insert(key.as_slice(), value.as_slice())?;
		}
		by_time.insert(tables::in_interval(*time, &key).as_slice(), [].as_slice())?;
	}
	for (slot, time) in &taken.slots {
		let key = tables::slot(slot);
		// Of two operations for one slot, an hour apart, the later one keeps it taken for longer.
		let known = by_key.get(key.as_slice())?.and_then(|it| tables::number(it.value()));
		let time = known.map_or(*time, |known| known.max(*time));
		by_key.insert(key.as_slice(), time.to_be_bytes().as_slice())?;
		by_time.insert(tables::in_interval(time, &key).as_slice(), [].as_slice())?;
	}
	Ok(())
}

/// Reads a value.
fn decode<T: codec::DecodeAll>(bytes: &[u8], table: &'static str) -> Result<T, LedgerError> {
	T::decode_all(&mut &*bytes).map_err(|_| LedgerError::Unreadable(table))
}
