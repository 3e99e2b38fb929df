//! Reading the ledger.

use super::{
	decode,
	tables::{self, meta, Table},
	Head, Ledger, LedgerError, Run, SettledCut,
};
use crate::worker::{
	engine::{OwnProposal, OwnVote, Stored},
	log::WholeCut,
	wire::PAGE,
};
use redb::{ReadableDatabase, ReadableTable};
use smartlayer_commitment::{Change, Cut, Snapshot};
use smartlayer_operations::{FullVector, Operation, Slot};
use smartlayer_types::{ClassId, InstanceId};
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

	/// Some of a settled interval's operations, one behind the other; fewer, if there are not so many or they are pruned.
	pub fn run(&self, interval: u64, run: Run) -> Result<Vec<Operation>, LedgerError> {
		let page = PAGE as u64;
		let mut found = Vec::new();
		let end = run.first.saturating_add(run.count);
		for number in run.first / page..end.div_ceil(page) {
			let Ok(number) = u32::try_from(number) else { break };
			let Some(operations) = self.operations(interval, number)? else { break };
			let first = u64::from(number) * page;
			let wanted = (first..).zip(operations).filter(|(it, _)| (run.first..end).contains(it));
			found.extend(wanted.map(|(_, operation)| operation));
		}
		Ok(found)
	}

	/// Where the operations of a class stand in a settled interval.
	pub fn of_class(&self, interval: u64, class: ClassId) -> Result<Option<Run>, LedgerError> {
		let bytes = self.get(tables::CLASSES, &tables::class(interval, class))?;
		bytes.map(|it| decode(&it, "classes")).transpose()
	}

	/// Where the operations of an instance stand in settled intervals from one on, ascending; at most `limit` intervals.
	pub fn of_instance(
		&self,
		class: ClassId,
		instance: InstanceId,
		from: u64,
		limit: usize,
	) -> Result<Vec<(u64, Run)>, LedgerError> {
		let table = self.database.begin_read()?.open_table(tables::INSTANCES)?;
		let keys = [from, u64::MAX].map(|it| tables::instance(class, instance, it));
		let mut runs = Vec::new();
		for entry in table.range(keys[0].as_slice()..=keys[1].as_slice())?.take(limit) {
			let (key, value) = entry?;
			let interval = tables::last_number(key.value());
			let interval = interval.ok_or(LedgerError::Unreadable("instances"))?;
			runs.push((interval, decode(value.value(), "instances")?));
		}
		Ok(runs)
	}

	/// Interval and index of an operation in its tree, by its digest.
	pub fn place(&self, digest: &H256) -> Result<Option<(u64, u64)>, LedgerError> {
		let value = self.get(tables::TAKEN, &tables::operation(digest))?;
		let place = value.as_ref().and_then(|it| it.get(8..)?.split_at_checked(8));
		Ok(place.and_then(|(interval, index)| {
			Some((tables::number(interval)?, tables::number(index)?))
		}))
	}

	/// The snapshot of a settled interval.
	pub fn snapshot(&self, interval: u64) -> Result<Option<Snapshot>, LedgerError> {
		let bytes = self.get(tables::SNAPSHOTS, &tables::in_interval(interval, &[]))?;
		bytes.map(|it| decode(&it, "snapshots")).transpose()
	}

	/// Snapshots from an interval on, without a gap; at most `limit`.
	pub fn snapshots(&self, from: u64, limit: usize) -> Result<Vec<Snapshot>, LedgerError> {
		let table = self.database.begin_read()?.open_table(tables::SNAPSHOTS)?;
		let key = tables::in_interval(from, &[]);
		let mut snapshots = Vec::new();
		for (interval, entry) in (from..).zip(table.range(key.as_slice()..)?).take(limit) {
			let snapshot: Snapshot = decode(entry?.1.value(), "snapshots")?;
			if snapshot.interval != interval {
				break;
			}
			snapshots.push(snapshot);
		}
		Ok(snapshots)
	}

	/// The first interval from which on the operations of all settled ones are kept.
	pub fn whole_from(&self) -> Result<u64, LedgerError> {
		let since = self.get(tables::META, meta::WHOLE_FROM)?;
		let since = since.and_then(|it| tables::number(&it)).unwrap_or(1);
		let table = self.database.begin_read()?.open_table(tables::CUTS)?;
		let oldest = table.first()?.and_then(|(key, _)| tables::number(key.value()));
		Ok(since.max(oldest.unwrap_or(1)))
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
