//! What the calls weigh.

use frame_support::weights::{constants::RocksDbWeight, Weight};

/// Weights of the calls, as benchmarks measure them.
pub trait WeightInfo {
	fn open() -> Weight;
	fn open_with_authorisation() -> Weight;
	fn top_up() -> Weight;
	fn top_up_with_authorisation() -> Weight;
	/// `n` claims of one payee and one issuer, without the steps of their hash chains.
	fn redeem(n: u32) -> Weight;
	/// `s` steps of hash chains.
	fn walk(s: u32) -> Weight;
	/// What a batch costs on top for `c` further pairs of a payee and an issuer.
	fn credit_further(c: u32) -> Weight;
	/// With a last claim, without the steps of its hash chain.
	fn close() -> Weight;
	fn request_close() -> Weight;
	fn request_close_with_authorisation() -> Weight;
	fn finish() -> Weight;
}

/// Reference time in microseconds, and so many reads and writes.
fn estimate(microseconds: u64, reads: u64, writes: u64) -> Weight {
	let proof = reads.saturating_mul(2_800);
	Weight::from_parts(microseconds.saturating_mul(1_000_000), proof)
		.saturating_add(RocksDbWeight::get().reads_writes(reads, writes))
}

/// Estimates for tests. A runtime measures its own.
impl WeightInfo for () {
	fn open() -> Weight {
		estimate(90, 8, 4)
	}

	fn open_with_authorisation() -> Weight {
		estimate(220, 9, 5)
	}

	fn top_up() -> Weight {
		estimate(60, 3, 3)
	}

	fn top_up_with_authorisation() -> Weight {
		estimate(190, 5, 4)
	}

	fn redeem(n: u32) -> Weight {
		estimate(100, 6, 5).saturating_add(estimate(60, 1, 1).saturating_mul(n.into()))
	}

	fn walk(s: u32) -> Weight {
		Weight::from_parts(700_000, 0).saturating_mul(s.into())
	}

	fn credit_further(c: u32) -> Weight {
		estimate(70, 3, 3).saturating_mul(c.into())
	}

	fn close() -> Weight {
		estimate(190, 7, 6)
	}

	fn request_close() -> Weight {
		estimate(20, 1, 1)
	}

	fn request_close_with_authorisation() -> Weight {
		estimate(120, 2, 1)
	}

	fn finish() -> Weight {
		estimate(60, 3, 3)
	}
}
