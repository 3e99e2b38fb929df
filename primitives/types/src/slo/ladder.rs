//! The ladder: what follows from breaches within a window of epochs.
//!
//! A first breach warns, a second jails, a third slashes. A slash also needs witnesses: different anchors whose own
//! reports were breaches, more than may be faulty.

use crate::{anchors::max_faulty, AccountId};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Breaches within the window from which a node is jailed.
pub const JAIL_RUNG: u32 = 2;

/// Breaches within the window from which a node is slashed.
pub const SLASH_RUNG: u32 = 3;

/// What follows from a breach.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Consequence {
	/// Nothing but a warning.
	#[codec(index = 0)]
	Warned,
	/// No longer active, until it passed a test.
	#[codec(index = 1)]
	Jailed,
	/// Jailed, and part of the bond is lost.
	#[codec(index = 2)]
	Slashed,
}

/// What follows from the breach that is the node's `rung`-th within the window, witnessed by so many different
/// anchors of a set of `n`.
pub const fn consequence(rung: u32, witnesses: u32, n: u32) -> Consequence {
	if rung < JAIL_RUNG {
		Consequence::Warned
	} else if rung < SLASH_RUNG || witnesses <= max_faulty(n) {
		Consequence::Jailed
	} else {
		Consequence::Slashed
	}
}

/// Whether an epoch lies within the window of so many epochs that ends with `now`.
pub const fn is_within(epoch: u64, now: u64, window: u64) -> bool {
	epoch <= now && now.saturating_sub(epoch) < window
}

/// An anchor whose report was a breach, and when last it was.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Witness {
	/// The anchor's account: sets and their indices may change within the window.
	pub anchor: AccountId,
	/// The epoch of its last breach report.
	pub epoch: u64,
}

/// The witnesses within the window that ends with `now`, with those of `now` added: each anchor once, the latest
/// first, at most `limit`.
pub fn witnesses(
	before: &[Witness],
	added: &[AccountId],
	now: u64,
	window: u64,
	limit: usize,
) -> Vec<Witness> {
	let mut all: Vec<Witness> = Vec::new();
	let added = added.iter().map(|anchor| Witness { anchor: anchor.clone(), epoch: now });
	let before = before.iter().filter(|one| is_within(one.epoch, now, window)).cloned();
	for witness in added.chain(before) {
		if all.len() < limit && !all.iter().any(|one| one.anchor == witness.anchor) {
			all.push(witness);
		}
	}
	all
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	#[test]
	fn warn_jail_slash() {
		assert_eq!(consequence(1, 99, 100), Consequence::Warned);
		assert_eq!(consequence(2, 99, 100), Consequence::Jailed);
		assert_eq!(consequence(3, 34, 100), Consequence::Slashed);
		assert_eq!(consequence(9, 34, 100), Consequence::Slashed);
	}

	#[test]
	fn no_slash_rests_on_so_few_that_all_may_be_faulty() {
		assert_eq!(consequence(3, 33, 100), Consequence::Jailed);
		assert_eq!(consequence(3, 1, 4), Consequence::Jailed);
		assert_eq!(consequence(3, 2, 4), Consequence::Slashed);
		assert_eq!(consequence(3, 0, 1), Consequence::Jailed);
	}

	#[test]
	fn a_window_holds_its_number_of_epochs() {
		assert!(is_within(10, 10, 1) && !is_within(9, 10, 1));
		assert!(is_within(6, 10, 5) && !is_within(5, 10, 5));
		assert!(!is_within(11, 10, 5));
	}

	#[test]
	fn an_anchor_is_one_witness_however_often_it_reports() {
		let mut all = Vec::new();
		for epoch in 1..=5 {
			all = witnesses(&all, &[account(1)], epoch, 10, 100);
		}
		assert_eq!(all, [Witness { anchor: account(1), epoch: 5 }]);
	}

	proptest! {
		#[test]
		fn witnesses_are_those_of_the_window(
			reports in prop::collection::vec((0u8..5, prop::collection::vec(0u8..8, 0..4)), 1..12),
			window in 1u64..6,
		) {
			let (mut now, mut kept, mut history) = (0u64, Vec::new(), Vec::new());
			for (pause, anchors) in reports {
				now += u64::from(pause) + 1;
				let anchors: Vec<AccountId> = anchors.into_iter().map(account).collect();
				kept = witnesses(&kept, &anchors, now, window, 100);
				history.extend(anchors.into_iter().map(|anchor| (anchor, now)));
			}
			let mut expected: Vec<AccountId> = history
				.into_iter()
				.filter(|(_, epoch)| now - epoch < window)
				.map(|(anchor, _)| anchor)
				.collect();
			expected.sort();
			expected.dedup();
			let mut found: Vec<AccountId> = kept.into_iter().map(|one| one.anchor).collect();
			found.sort();
			prop_assert_eq!(found, expected);
		}
	}
}
