//! Reading the ledger.

use super::{
	decode,
	tables::{self, meta, Table},
	Head, Ledger, LedgerError, SettledCut,
};
use crate::worker::{
	engine::{OwnProposal, OwnVote, Stored},
	log::WholeCut,
};
use redb::ReadableDatabase;
use smartlayer_commitment::{Change, Cut};
use smartlayer_operations::{FullVector, Operation, Slot};
use sp_core::H256;
use std::{ops::Bound, sync::Arc};

impl Ledger {
	/// What is settled.
	pub fn head(&self) -> Result<Head, LedgerError> {
		let bytes = self.get(tables::META, meta::HEAD)?;
		bytes.map_or(Ok(Head::default()), |it| decode(&it, "meta"))
	}

	/// What the engine begins with.
	pub fn stored(&self) -> Result<Stored, LedgerError> {
		let mut stored = Stored { settled: self.head()?.settled, ..Stored::default() };
		let after = tables::in_interval(stored.settled.saturating_add(1), &[]);
		self.each(tables::PROPOSALS, &after, |_, value| {
			let (own, cut, vectors): (OwnProposal, Cut, Vec<Arc<FullVector>>) =
				decode(value, "proposals")?;
			stored.proposals.push((own, Arc::new(WholeCut { cut, vectors })));
			Ok(())
		})?;
		self.each(tables::VOTES, &after, |key, value| {
			let unreadable = || LedgerError::Unreadable("votes");
			let interval = tables::number(key).ok_or_else(unreadable)?;
			let proposal = key.get(8..).and_then(|it| <[u8; 32]>::try_from(it).ok());
			let proposal = H256(proposal.ok_or_else(unreadable)?);
			stored.votes.push((interval, proposal, decode::<OwnVote>(value, "votes")?));
			Ok(())
		})?;
		self.each(tables::SIGNED, &[], |key, value| {
			let interval = tables::number(key).ok_or(LedgerError::Unreadable("signed"))?;
			stored.signed.push((interval, decode(value, "signed")?));
			Ok(())
		})?;
		Ok(stored)
	}

	/// When the operation was signed that took a recorded slot, in milliseconds since 1970.
	pub fn taken_at(&self, slot: &Slot) -> Result<Option<u64>, LedgerError> {
		let time = self.get(tables::TAKEN, &tables::slot(slot))?;
		Ok(time.and_then(|it| tables::number(&it)))
	}

	/// Whether a settled snapshot holds an operation that is not pruned.
	pub fn holds(&self, digest: &H256) -> Result<bool, LedgerError> {
		Ok(self.get(tables::TAKEN, &tables::operation(digest))?.is_some())
	}

	/// Recorded slots that were taken by operations signed at or after a time, with these times: at most `limit`, the
	/// earliest first.
	pub fn slots_since(&self, time_ms: u64, limit: usize) -> Result<Vec<(u64, Slot)>, LedgerError> {
		let table = self.database.begin_read()?.open_table(tables::TAKEN_AT)?;
		let from = tables::in_interval(time_ms, &[]);
		let mut slots = Vec::new();
		for entry in table.range(from.as_slice()..)? {
			if slots.len() >= limit {
				break;
			}
			let (key, _) = entry?;
			let key = key.value();
			let (time, what) = (tables::number(key), key.get(8..).and_then(tables::is_slot));
			if let (Some(time), Some(slot)) = (time, what) {
				slots.push((time, decode(slot, "taken-at")?));
			}
		}
		Ok(slots)
	}

	/// The cut of a settled interval, as long as it is kept.
	pub fn cut(&self, interval: u64) -> Result<Option<SettledCut>, LedgerError> {
		let bytes = self.get(tables::CUTS, &tables::in_interval(interval, &[]))?;
		bytes.map(|it| decode(&it, "cuts")).transpose()
	}

	/// A page of a settled interval's operations.
	pub fn operations(
		&self,
		interval: u64,
		page: u32,
	) -> Result<Option<Vec<Operation>>, LedgerError> {
		let bytes = self.get(tables::OPERATIONS, &tables::page(interval, page))?;
		bytes.map(|it| decode(&it, "operations")).transpose()
	}

	/// A page of a settled interval's changes.
	pub fn changes(&self, interval: u64, page: u32) -> Result<Option<Vec<Change>>, LedgerError> {
		let bytes = self.get(tables::CHANGES, &tables::page(interval, page))?;
		bytes.map(|it| decode(&it, "changes")).transpose()
	}

	fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
		let table = self.database.begin_read()?.open_table(table)?;
		Ok(table.get(key)?.map(|it| it.value().to_vec()))
	}

	fn each(
		&self,
		table: Table,
		from: &[u8],
		mut visit: impl FnMut(&[u8], &[u8]) -> Result<(), LedgerError>,
	) -> Result<(), LedgerError> {
		let table = self.database.begin_read()?.open_table(table)?;
		for entry in table.range::<&[u8]>((Bound::Included(from), Bound::Unbounded))? {
			let (key, value) = entry?;
			visit(key.value(), value.value())?;
		}
		Ok(())
	}
}
