//! Time, counted in slots and blocks of three seconds.

use crate::BlockNumber;

/// Length of a BABE slot in milliseconds, the same on every network and for ever.
pub const SLOT_MILLISECONDS: u64 = 3_000;

/// Blocks in a minute, if no slot stays empty.
pub const MINUTES: BlockNumber = 20;

/// Blocks in an hour.
pub const HOURS: BlockNumber = 60 * MINUTES;

/// Blocks in a day.
pub const DAYS: BlockNumber = 24 * HOURS;

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_minute_of_blocks_lasts_a_minute() {
		assert_eq!(u64::from(MINUTES) * SLOT_MILLISECONDS, 60_000);
	}
}
