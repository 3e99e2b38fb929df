//! Weights of the calls and hooks.

use frame_support::weights::{constants::RocksDbWeight, Weight};

/// What a call or hook costs. `m` is the number of members of a set.
pub trait WeightInfo {
	/// A block in which no interval ends.
	fn begin_block() -> Weight;
	/// What it costs more when an interval ends and the next begins.
	fn begin_interval(m: u32) -> Weight;
	fn propose(m: u32) -> Weight;
	fn authorize_propose(m: u32) -> Weight;
	/// A vote that is counted, or voids.
	fn vote(m: u32) -> Weight;
	/// A vote that confirms, with as many misses as count, and prunes.
	fn vote_that_confirms(m: u32) -> Weight;
	fn authorize_vote(m: u32) -> Weight;
	/// `s` signatures.
	fn record_signatures(s: u32) -> Weight;
	fn authorize_record_signatures(s: u32) -> Weight;
	fn attest_receipt(m: u32) -> Weight;
	fn authorize_attest_receipt(m: u32) -> Weight;
	fn raise_incarnation(m: u32) -> Weight;
	fn authorize_raise_incarnation(m: u32) -> Weight;
	/// `h` positions and nodes of proofs.
	fn report_equivocation(h: u32, m: u32) -> Weight;
	fn add_bridge() -> Weight;
	fn remove_bridge() -> Weight;
}

/// Microseconds, and reads and writes, for tests.
fn plausible(microseconds: u64, reads: u64, writes: u64) -> Weight {
	Weight::from_parts(microseconds.saturating_mul(1_000_000), 4_096)
		.saturating_add(RocksDbWeight::get().reads_writes(reads, writes))
}

/// `constant` microseconds and one more for each of `count`.
fn linear(constant: u64, count: u32, reads: u64, writes: u64) -> Weight {
	plausible(constant.saturating_add(count.into()), reads, writes)
}

impl WeightInfo for () {
	fn begin_block() -> Weight {
		plausible(5, 4, 0)
	}
	fn begin_interval(m: u32) -> Weight {
		linear(20, m, 5, 4)
	}
	fn propose(m: u32) -> Weight {
		linear(40, m, 10, 2)
	}
	fn authorize_propose(m: u32) -> Weight {
		linear(100, m, 10, 0)
	}
	fn vote(m: u32) -> Weight {
		linear(20, m, 5, 1)
	}
	fn vote_that_confirms(m: u32) -> Weight {
		linear(
			60,
			m.saturating_mul(2),
			u64::from(m).saturating_add(20),
			u64::from(m).saturating_add(16),
		)
	}
	fn authorize_vote(m: u32) -> Weight {
		linear(80, m, 6, 0)
	}
	fn record_signatures(s: u32) -> Weight {
		linear(20, s, 6, 2)
	}
	fn authorize_record_signatures(s: u32) -> Weight {
		linear(50, s.saturating_mul(60), 6, 0)
	}
	fn attest_receipt(m: u32) -> Weight {
		linear(20, m, 6, 2)
	}
	fn authorize_attest_receipt(m: u32) -> Weight {
		linear(80, m, 6, 0)
	}
	fn raise_incarnation(m: u32) -> Weight {
		linear(20, m, 4, 1)
	}
	fn authorize_raise_incarnation(m: u32) -> Weight {
		linear(80, m, 4, 0)
	}
	fn report_equivocation(h: u32, m: u32) -> Weight {
		linear(150, h.saturating_add(m), 6, 5)
	}
	fn add_bridge() -> Weight {
		plausible(20, 2, 1)
	}
	fn remove_bridge() -> Weight {
		plausible(20, 1, 1)
	}
}
