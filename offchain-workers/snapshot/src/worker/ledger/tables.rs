//! The tables of the ledger and their keys: numbers are big-endian, so that the order of keys is that of numbers.

use codec::Encode;
use redb::TableDefinition;
use smartlayer_operations::Slot;
use smartlayer_types::{ClassId, InstanceId};
use sp_core::H256;
use std::ops::Range;

/// A table: keys and values are bytes, keys are ordered byte by byte.
pub(super) type Table = TableDefinition<'static, &'static [u8], &'static [u8]>;

/// Single values, by name.
pub(super) const META: Table = TableDefinition::new("meta");
/// Own proposals with their cuts, by interval and turn.
pub(super) const PROPOSALS: Table = TableDefinition::new("proposals");
/// Own votes, by interval and proposal.
pub(super) const VOTES: Table = TableDefinition::new("votes");
/// The hash that was signed, by interval; kept for ever, some four megabytes in a year of five-minute intervals.
pub(super) const SIGNED: Table = TableDefinition::new("signed");
/// Cuts of settled intervals, by interval.
pub(super) const CUTS: Table = TableDefinition::new("cuts");
/// Their operations, by interval and page.
pub(super) const OPERATIONS: Table = TableDefinition::new("operations");
/// Where operations of a class stand in an interval, by interval and class: [`Run`](super::Run)s.
pub(super) const CLASSES: Table = TableDefinition::new("classes");
/// Where operations of an instance stand, by class, instance and interval: likewise.
pub(super) const INSTANCES: Table = TableDefinition::new("instances");
/// Snapshots, by interval; kept for ever, some thirty megabytes in a year of five-minute intervals.
pub(super) const SNAPSHOTS: Table = TableDefinition::new("snapshots");
/// The instances that they changed, by interval and page.
pub(super) const CHANGES: Table = TableDefinition::new("changes");
/// When what can't come again was signed: by digest of an operation, or recorded slot. Of an operation whose place is known,
/// that follows: interval and index.
pub(super) const TAKEN: Table = TableDefinition::new("taken");
/// The same by time.
pub(super) const TAKEN_AT: Table = TableDefinition::new("taken-at");

/// All of them.
pub(super) const ALL: [Table; 12] = [
	META, PROPOSALS, VOTES, SIGNED, CUTS, OPERATIONS, CLASSES, INSTANCES, SNAPSHOTS, CHANGES,
	TAKEN, TAKEN_AT,
];

/// Names of single values.
pub(super) mod meta {
	/// The format's number and the network's genesis hash.
	pub const IDENTITY: &[u8] = b"identity";
	/// What is settled.
	pub const HEAD: &[u8] = b"head";
	/// The first interval from which on operations of all are here, unless they are pruned.
	pub const WHOLE_FROM: &[u8] = b"whole-from";
}

/// How keys of [`TAKEN`] begin.
const OPERATION: u8 = 0;
const SLOT: u8 = 1;

/// The key of something in an interval.
pub(super) fn in_interval(interval: u64, what: &[u8]) -> Vec<u8> {
	[&interval.to_be_bytes()[..], what].concat()
}

/// The key of a page of an interval.
pub(super) fn page(interval: u64, page: u32) -> Vec<u8> {
	in_interval(interval, &page.to_be_bytes())
}

/// The key of a class in an interval.
pub(super) fn class(interval: u64, class: ClassId) -> Vec<u8> {
	in_interval(interval, &class.to_be_bytes())
}

/// The key of an instance in an interval.
pub(super) fn instance(class: ClassId, instance: InstanceId, interval: u64) -> Vec<u8> {
	[&class.to_be_bytes()[..], &instance.to_big_endian(), &interval.to_be_bytes()].concat()
}

/// The interval with which a key of [`INSTANCES`] ends.
pub(super) fn last_number(key: &[u8]) -> Option<u64> {
	key.last_chunk::<8>().map(|it| u64::from_be_bytes(*it))
}

/// Keys that begin with an interval before this one.
pub(super) fn before(interval: u64) -> Range<Vec<u8>> {
	Vec::new()..in_interval(interval, &[])
}

/// The number with which a key begins.
pub(super) fn number(key: &[u8]) -> Option<u64> {
	key.first_chunk::<8>().map(|it| u64::from_be_bytes(*it))
}

/// The key of an operation in [`TAKEN`].
pub(super) fn operation(digest: &H256) -> Vec<u8> {
	[&[OPERATION][..], digest.as_bytes()].concat()
}

/// The key of a recorded slot in [`TAKEN`].
pub(super) fn slot(slot: &Slot) -> Vec<u8> {
	(SLOT, slot).encode()
}

/// The slot of a key of [`TAKEN`].
pub(super) fn is_slot(key: &[u8]) -> Option<&[u8]> {
	key.split_first().filter(|(kind, _)| **kind == SLOT).map(|(_, slot)| slot)
}
