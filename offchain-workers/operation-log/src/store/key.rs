//! How the keys of the tables are built: numbers are big-endian, so that the order of keys is that of numbers.

use smartlayer_types::AccountId;
use sp_core::H256;
use std::ops::Range;

/// What an anchor has signed or promised, in the order in which they are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum PromiseKind {
	/// The own newest vector.
	Vector = 0,
	/// Another member's newest vector, on which own announcements rest.
	Counted = 1,
}

/// Key in [`Table::Logs`](super::Table::Logs) of the batch with this header: of a forked log, both forks are kept.
pub fn batch(origin: &AccountId, incarnation: u32, number: u64, header_hash: &H256) -> Vec<u8> {
	let mut key = log(origin, incarnation, number);
	key.extend_from_slice(header_hash.as_bytes());
	key
}

/// Where the keys of a log's batches with this number begin.
fn log(origin: &AccountId, incarnation: u32, number: u64) -> Vec<u8> {
	let mut key = Vec::with_capacity(32 + 4 + 8 + 32);
	key.extend_from_slice(origin.as_ref());
	key.extend_from_slice(&incarnation.to_be_bytes());
	key.extend_from_slice(&number.to_be_bytes());
	key
}

/// Keys of a log's batches, forks included, from one number up to, and without, another.
pub fn log_range(origin: &AccountId, incarnation: u32, numbers: Range<u64>) -> Range<Vec<u8>> {
	log(origin, incarnation, numbers.start)..log(origin, incarnation, numbers.end)
}

/// Key in [`Table::Promises`](super::Table::Promises): by interval, kind, and what tells those of one kind apart.
pub fn promise(interval: u64, kind: PromiseKind, what: &[u8]) -> Vec<u8> {
	let mut key = Vec::with_capacity(9 + what.len());
	key.extend_from_slice(&interval.to_be_bytes());
	key.push(kind as u8);
	key.extend_from_slice(what);
	key
}

/// The beginning of every key of an interval.
pub fn interval(interval: u64) -> Vec<u8> {
	interval.to_be_bytes().to_vec()
}

/// Keys that begin with an interval before this one: what may be pruned.
pub fn before_interval(end: u64) -> Range<Vec<u8>> {
	Vec::new()..interval(end)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	proptest! {
		#[test]
		fn batches_are_in_the_order_of_origin_incarnation_and_number(
			one in any::<([u8; 32], u32, u64, [u8; 32])>(),
			other in any::<([u8; 32], u32, u64, [u8; 32])>(),
		) {
			let key = |(origin, incarnation, number, hash)| {
				batch(&AccountId::new(origin), incarnation, number, &H256(hash))
			};
			prop_assert_eq!(key(one).cmp(&key(other)), one.cmp(&other));
		}

		#[test]
		fn a_range_of_a_log_holds_all_its_forks_between_two_numbers(
			(origin, incarnation, hash) in any::<([u8; 32], u32, [u8; 32])>(),
			numbers in any::<[u64; 3]>(),
		) {
			let [from, to, number] = numbers;
			let origin = AccountId::new(origin);
			let range = log_range(&origin, incarnation, from..to);
			let key = batch(&origin, incarnation, number, &H256(hash));
			prop_assert_eq!(range.contains(&key), (from..to).contains(&number));
		}

		#[test]
		fn promises_are_in_the_order_of_interval_kind_and_rest(
			one in any::<(u64, bool, Vec<u8>)>(),
			other in any::<(u64, bool, Vec<u8>)>(),
		) {
			let kind = |later| if later { PromiseKind::Counted } else { PromiseKind::Vector };
			let key = |(interval, later, what): &(u64, bool, Vec<u8>)| promise(*interval, kind(*later), what);
			prop_assert_eq!(key(&one).cmp(&key(&other)), one.cmp(&other));
		}
	}

	#[test]
	fn what_is_pruned_ends_before_the_interval() {
		let pruned = before_interval(7);
		assert!(pruned.contains(&promise(6, PromiseKind::Counted, &[0xff; 40])));
		assert!(!pruned.contains(&interval(7)));
		assert!(!pruned.contains(&promise(7, PromiseKind::Vector, &[])));
	}
}
