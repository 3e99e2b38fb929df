//! Forgetting what nobody needs any more.

use super::{decode, tables, Ledger, LedgerError, SettledCut};
use redb::{ReadableTable, WriteTransaction};
use smartlayer_operations::Operation;
use std::ops::Range;

/// Entries that one transaction deletes at most, so that votes don't wait for it.
const AT_ONCE: usize = 4_096;

impl Ledger {
	/// Forgets slots and operations that were signed before a time, in milliseconds since 1970, and a settled interval that
	/// ended before another. The last one is kept in any case. Deletes a part and says whether there may be more.
	pub fn prune(&self, taken_ms: u64, intervals_ms: u64) -> Result<bool, LedgerError> {
		let last = self.head()?.settled;
		let mut deleted = 0;
		self.write_all(|transaction| {
			deleted = prune_taken(transaction, taken_ms)?;
			deleted += prune_intervals(transaction, intervals_ms, last)?;
			Ok(())
		})?;
		Ok(deleted >= AT_ONCE)
	}
}

fn prune_taken(transaction: &WriteTransaction, before_ms: u64) -> Result<usize, LedgerError> {
	let mut by_key = transaction.open_table(tables::TAKEN)?;
	let mut by_time = transaction.open_table(tables::TAKEN_AT)?;
	let keys = tables::before(before_ms);
	let mut deleted = 0;
	let mut old = Vec::new();
	{
		let range = keys.start.as_slice()..keys.end.as_slice();
		for entry in by_time.extract_from_if(range, |_, _| true)?.take(AT_ONCE) {
			old.push(entry?.0.value().to_vec());
		}
	}
	for key in old {
		deleted += 1;
		let (Some(time), Some(what)) = (tables::number(&key), key.get(8..)) else { continue };
		let newest = by_key.get(what)?.and_then(|it| tables::number(it.value()));
		if newest.is_some_and(|newest| newest <= time) {
			by_key.remove(what)?;
		}
	}
	Ok(deleted)
}

/// Deletes the oldest interval, if it is old enough; it counts as much as makes the caller ask again, for there may be more.
fn prune_intervals(
	transaction: &WriteTransaction,
	before_ms: u64,
	last: u64,
) -> Result<usize, LedgerError> {
	let mut cuts = transaction.open_table(tables::CUTS)?;
	let oldest = match cuts.first()? {
		Some((key, value)) => {
			let settled: SettledCut = decode(value.value(), "cuts")?;
			let is_old = settled.block_time.saturating_mul(1_000) < before_ms;
			tables::number(key.value()).filter(|it| is_old && *it < last)
		},
		None => None,
	};
	let Some(oldest) = oldest else { return Ok(0) };
	let keys = tables::before(oldest.saturating_add(1));
	let range = keys.start.as_slice()..keys.end.as_slice();
	cuts.retain_in(range.clone(), |_, _| false)?;
	forget_instances(transaction, &keys)?;
	for table in [tables::OPERATIONS, tables::CHANGES, tables::CLASSES] {
		transaction.open_table(table)?.retain_in(range.clone(), |_, _| false)?;
	}
	Ok(AT_ONCE)
}

/// Deletes where the operations of intervals stand that are about to be deleted.
fn forget_instances(
	transaction: &WriteTransaction,
	intervals: &Range<Vec<u8>>,
) -> Result<(), LedgerError> {
	let operations = transaction.open_table(tables::OPERATIONS)?;
	let mut instances = transaction.open_table(tables::INSTANCES)?;
	for entry in operations.range(intervals.start.as_slice()..intervals.end.as_slice())? {
		let (key, value) = entry?;
		let Some(interval) = tables::number(key.value()) else { continue };
		let page: Vec<Operation> = decode(value.value(), "operations")?;
		for run in
			page.chunk_by(|one, other| (one.class, one.instance) == (other.class, other.instance))
		{
			let Some(Operation { class, instance, .. }) = run.first() else { continue };
			instances.remove(tables::instance(*class, *instance, interval).as_slice())?;
		}
	}
	Ok(())
}
