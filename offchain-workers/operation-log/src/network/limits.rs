//! How much is allowed.

use super::{MAX_MESSAGE_BYTES, MAX_REQUEST_BYTES};
use std::time::{Duration, Instant};

/// How much may come per second on average, and how much at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
	/// What is allowed in the long run, per second.
	pub per_second: u64,
	/// What is allowed at once after a silence.
	pub burst: u64,
}

/// Bounds of the exchange. What is "per anchor" counts for each other anchor, whatever peer id it uses.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
	/// Messages and requests from an anchor. An honest one sends some vectors and batches per second.
	pub messages: Rate,
	/// Bytes of them.
	pub bytes: Rate,
	/// Requests from an anchor that are looked at; more are refused, as an answer may be large.
	pub requests: Rate,
	/// Requests of an anchor that may be open at once, and requests to it.
	pub open_requests: usize,
	/// How long an anchor is cut off that has sent more than it may.
	pub cut_off: Duration,
	/// Messages that may wait, in each direction, per anchor.
	pub queued_messages: usize,
	/// Bytes of them.
	pub queued_bytes: usize,
	/// How often addresses are looked up.
	pub refresh: Duration,
}

impl Default for Limits {
	fn default() -> Self {
		Self {
			messages: Rate { per_second: 200, burst: 2_000 },
			bytes: Rate { per_second: 8 << 20, burst: 32 << 20 },
			requests: Rate { per_second: 20, burst: 100 },
			open_requests: 4,
			cut_off: Duration::from_secs(60),
			queued_messages: 1_024,
			queued_bytes: 16 << 20,
			refresh: Duration::from_secs(30),
		}
	}
}

impl Limits {
	/// The same, with every bound large enough for one message or request of the largest size.
	pub(super) fn sane(self) -> Self {
		let largest = MAX_MESSAGE_BYTES.max(MAX_REQUEST_BYTES);
		let at_least = |rate: Rate, least| Rate { burst: rate.burst.max(least), ..rate };
		Self {
			messages: at_least(self.messages, 1),
			bytes: at_least(self.bytes, largest as u64),
			requests: at_least(self.requests, 1),
			open_requests: self.open_requests.max(1),
			queued_messages: self.queued_messages.max(1),
			queued_bytes: self.queued_bytes.max(largest),
			refresh: self.refresh.max(Duration::from_millis(10)),
			..self
		}
	}
}

const NANOS: u128 = 1_000_000_000;

/// A token bucket: filled at a rate, emptied by what comes.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
	rate: Rate,
	/// In billionths.
	level: u128,
	at: Instant,
}

impl Bucket {
	/// A full one.
	pub fn new(rate: Rate, now: Instant) -> Self {
		Self { rate, level: u128::from(rate.burst) * NANOS, at: now }
	}

	/// Takes so much out, if it is there.
	pub fn take(&mut self, amount: u64, now: Instant) -> bool {
		let passed = now.saturating_duration_since(self.at).as_nanos();
		let filled = passed.saturating_mul(u128::from(self.rate.per_second));
		let full = u128::from(self.rate.burst) * NANOS;
		self.level = self.level.saturating_add(filled).min(full);
		self.at = self.at.max(now);
		match self.level.checked_sub(u128::from(amount) * NANOS) {
			Some(left) => {
				self.level = left;
				true
			},
			None => false,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	proptest! {
		#[test]
		fn no_more_passes_than_burst_and_rate_allow(
			per_second in 0u64..1_000,
			burst in 1u64..1_000,
			steps in prop::collection::vec((0u64..500, 0u64..300), 1..200),
		) {
			let start = Instant::now();
			let mut bucket = Bucket::new(Rate { per_second, burst }, start);
			let (mut passed, mut millis) = (0, 0);
			for (wait, amount) in steps {
				millis += wait;
				if bucket.take(amount, start + Duration::from_millis(millis)) {
					passed += amount;
				}
				prop_assert!(passed <= burst + per_second * millis / 1_000);
			}
		}

		#[test]
		fn whoever_keeps_to_the_rate_is_never_refused(
			per_second in 1u64..1_000,
			waits in prop::collection::vec(1u64..3_000, 1..200),
		) {
			let start = Instant::now();
			let mut bucket = Bucket::new(Rate { per_second, burst: per_second }, start);
			let mut millis = 0;
			for wait in waits {
				millis += wait;
				let amount = (per_second * wait / 1_000).min(per_second);
				prop_assert!(bucket.take(amount, start + Duration::from_millis(millis)));
			}
		}
	}

	#[test]
	fn a_clock_that_goes_back_fills_nothing() {
		let start = Instant::now() + Duration::from_secs(10);
		let mut bucket = Bucket::new(Rate { per_second: 1, burst: 1 }, start);
		assert!(bucket.take(1, start));
		assert!(!bucket.take(1, start - Duration::from_secs(5)));
		assert!(!bucket.take(1, start));
		assert!(bucket.take(1, start + Duration::from_secs(1)));
	}

	#[test]
	fn the_largest_message_always_fits() {
		let none = Rate { per_second: 0, burst: 0 };
		let limits = Limits { bytes: none, messages: none, queued_bytes: 0, ..Default::default() };
		let limits = limits.sane();
		let now = Instant::now();
		assert!(Bucket::new(limits.bytes, now).take(MAX_MESSAGE_BYTES as u64, now));
		assert!(Bucket::new(limits.messages, now).take(1, now));
		assert!(limits.queued_bytes >= MAX_MESSAGE_BYTES);
	}
}
