//! The outage guard: when too much stake fails at once, the fault is taken to be the network's.
//!
//! It weighs stake, because a count of nodes could be raised by switching off cheap ones; it counts each operator at
//! most with a fiftieth of all stake, so that no single operator's nodes make an outage; and whoever was not healthy
//! the epoch before does not count, so that it can't be held open.

use crate::Balance;

/// Slashes are suspended when more than one part in so many of all bonded stake fails: a tenth.
pub const OUTAGE_PARTS: Balance = 10;

/// One operator counts with at most one part in so many of all bonded stake: 2 %.
pub const OPERATOR_PARTS: Balance = 50;

/// The most of one operator's failing stake that counts, of all bonded stake.
pub const fn operator_cap(total: Balance) -> Balance {
	total / OPERATOR_PARTS
}

/// By how much the counted failing stake grows when `stake` more of an operator fails, of which `before` had failed
/// already.
pub fn added(total: Balance, before: Balance, stake: Balance) -> Balance {
	let cap = operator_cap(total);
	before.saturating_add(stake).min(cap).saturating_sub(before.min(cap))
}

/// Whether this much counted failing stake, of all bonded stake, is an outage.
pub const fn is_outage(total: Balance, failing: Balance) -> bool {
	// The same as `failing * OUTAGE_PARTS > total` of whole numbers, and can't overflow.
	failing > total / OUTAGE_PARTS
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn an_outage_is_more_than_a_tenth() {
		assert!(!is_outage(1_000, 100));
		assert!(is_outage(1_000, 101));
		assert!(!is_outage(0, 0));
		assert!(is_outage(Balance::MAX, Balance::MAX));
	}

	#[test]
	fn five_operators_are_no_outage_whatever_they_hold() {
		let total = 1_000;
		let failing: Balance = (0..5).map(|_| added(total, 0, 200)).sum();
		assert_eq!(failing, 100);
		assert!(!is_outage(total, failing));
		assert!(is_outage(total, failing + added(total, 0, 20)));
	}

	proptest! {
		#[test]
		fn an_operator_counts_the_same_in_one_node_or_in_many(
			total: Balance, stakes in prop::collection::vec(any::<u64>(), 0..10),
		) {
			let mut before = 0;
			let mut counted = 0;
			for stake in stakes {
				counted += added(total, before, stake.into());
				before += Balance::from(stake);
			}
			prop_assert_eq!(counted, before.min(operator_cap(total)));
		}
	}
}
