//! How the keys of the tables are built: numbers are big-endian, so that the order of keys is that of numbers.

use smartlayer_types::AccountId;
use sp_core::H256;
use std::ops::Range;

/// Length of the key of a batch.
pub const LOG_KEY_LENGTH: usize = 32 + 4 + 8;

/// What an anchor has signed or promised, in the order in which they are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum PromiseKind {
	/// The digest accepted for a slot.
	Acceptance = 0,
	/// An operation that was announced.
	Announcement = 1,
	/// A vector that was sent.
	Vector = 2,
	/// A vote on a snapshot, and its signature.
	Vote = 3,
}

/// Key in [`Table::Logs`](super::Table::Logs) of the batch with this number.
pub fn log(origin: &AccountId, incarnation: u32, number: u64) -> Vec<u8> {
	let mut key = Vec::with_capacity(LOG_KEY_LENGTH);
	key.extend_from_slice(origin.as_ref());
	key.extend_from_slice(&incarnation.to_be_bytes());
	key.extend_from_slice(&number.to_be_bytes());
	key
}

/// Keys of a log's batches from one number up to, and without, another.
pub fn log_range(origin: &AccountId, incarnation: u32, numbers: Range<u64>) -> Range<Vec<u8>> {
	log(origin, incarnation, numbers.start)..log(origin, incarnation, numbers.end)
}

/// The number in a key that [`log`] has built; `None` for any other key.
pub fn log_number(key: &[u8]) -> Option<u64> {
	let (_, number) = key.split_last_chunk::<8>()?;
	(key.len() == LOG_KEY_LENGTH).then(|| u64::from_be_bytes(*number))
}

/// Key in [`Table::Promises`](super::Table::Promises): by interval, kind, and what tells those of one kind apart (a
/// slot, a digest, a tick).
pub fn promise(interval: u64, kind: PromiseKind, what: &[u8]) -> Vec<u8> {
	let mut key = Vec::with_capacity(9 + what.len());
	key.extend_from_slice(&interval.to_be_bytes());
	key.push(kind as u8);
	key.extend_from_slice(what);
	key
}

/// Keys of all promises of one kind in an interval.
pub fn promises_of(interval: u64, kind: PromiseKind) -> Range<Vec<u8>> {
	let mut end = interval.to_be_bytes().to_vec();
	end.push(kind as u8 + 1);
	promise(interval, kind, &[])..end
}

/// Key in [`Table::Operations`](super::Table::Operations).
pub fn operation(digest: &H256) -> Vec<u8> {
	digest.as_bytes().to_vec()
}

/// Key in [`Table::Cuts`](super::Table::Cuts), and the beginning of every key of an interval.
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
			one in any::<([u8; 32], u32, u64)>(),
			other in any::<([u8; 32], u32, u64)>(),
		) {
			let key = |(origin, incarnation, number)| log(&AccountId::new(origin), incarnation, number);
			prop_assert_eq!(key(one).cmp(&key(other)), one.cmp(&other));
			prop_assert_eq!(log_number(&key(one)), Some(one.2));
		}

		#[test]
		fn promises_are_in_the_order_of_interval_kind_and_rest(
			one in any::<(u64, bool, Vec<u8>)>(),
			other in any::<(u64, bool, Vec<u8>)>(),
		) {
			let kind = |vote| if vote { PromiseKind::Vote } else { PromiseKind::Acceptance };
			let key = |(interval, vote, what): &(u64, bool, Vec<u8>)| promise(*interval, kind(*vote), what);
			prop_assert_eq!(key(&one).cmp(&key(&other)), one.cmp(&other));
		}

		#[test]
		fn a_range_holds_the_promises_of_its_interval_and_kind_only(
			interval in 1u64..u64::MAX - 1,
			what in any::<Vec<u8>>(),
		) {
			let range = promises_of(interval, PromiseKind::Vector);
			prop_assert!(range.contains(&promise(interval, PromiseKind::Vector, &what)));
			for kind in [PromiseKind::Acceptance, PromiseKind::Announcement, PromiseKind::Vote] {
				prop_assert!(!range.contains(&promise(interval, kind, &what)));
			}
			for other in [interval - 1, interval + 1] {
				prop_assert!(!range.contains(&promise(other, PromiseKind::Vector, &what)));
			}
		}
	}

	#[test]
	fn what_is_pruned_ends_before_the_interval() {
		let pruned = before_interval(7);
		assert!(pruned.contains(&promise(6, PromiseKind::Vote, &[0xff; 40])));
		assert!(!pruned.contains(&interval(7)));
		assert!(!pruned.contains(&promise(7, PromiseKind::Acceptance, &[])));
	}

	#[test]
	fn no_number_is_read_from_a_key_of_another_length() {
		assert_eq!(log_number(&[1; LOG_KEY_LENGTH - 1]), None);
		assert_eq!(log_number(&[1; LOG_KEY_LENGTH + 1]), None);
		assert_eq!(log_number(&[]), None);
	}
}
