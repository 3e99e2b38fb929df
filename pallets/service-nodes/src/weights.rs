//! What the calls and hooks cost.

use frame_support::weights::{constants::RocksDbWeight, Weight};

/// Weights of calls and hooks.
pub trait WeightInfo {
	fn register() -> Weight;
	fn update_endpoint() -> Weight;
	fn update_terms() -> Weight;
	fn set_operator() -> Weight;
	fn bond_extra() -> Weight;
	fn leave() -> Weight;
	fn withdraw() -> Weight;
	fn try_again() -> Weight;
	fn draw_salt() -> Weight;
	fn apply_slash() -> Weight;
	fn cancel_slash() -> Weight;
	fn claim() -> Weight;
	/// `n`: claims in the batch.
	fn claim_many(n: u32) -> Weight;
	/// The start of an epoch in the middle of an era.
	fn start_epoch() -> Weight;
	/// The start of an epoch with which an era begins.
	fn start_era() -> Weight;
	/// `n`: records of an expired era that are removed.
	fn clean_points(n: u32) -> Weight;
	/// The verdict that a node passed its probation.
	fn passed_probation() -> Weight;
	/// The verdict that a node failed; also that of a release.
	fn jail() -> Weight;
	/// The verdict that a node is slashed.
	fn slash() -> Weight;
	/// A note of what was burned of a payment.
	fn on_burned() -> Weight;
	/// Rent that comes in.
	fn on_rent() -> Weight;
}

/// A weight of so many microseconds and accesses to storage.
fn weight(micros: u64, reads: u64, writes: u64) -> Weight {
	Weight::from_parts(micros.saturating_mul(1_000_000), reads.saturating_mul(4_000))
		.saturating_add(RocksDbWeight::get().reads_writes(reads, writes))
}

/// Plausible weights for tests.
impl WeightInfo for () {
	fn register() -> Weight {
		weight(150, 11, 12)
	}
	fn update_endpoint() -> Weight {
		weight(90, 4, 5)
	}
	fn update_terms() -> Weight {
		weight(60, 6, 4)
	}
	fn set_operator() -> Weight {
		weight(20, 1, 1)
	}
	fn bond_extra() -> Weight {
		weight(50, 4, 3)
	}
	fn leave() -> Weight {
		weight(30, 5, 3)
	}
	fn withdraw() -> Weight {
		weight(90, 11, 12)
	}
	fn try_again() -> Weight {
		weight(50, 7, 4)
	}
	fn draw_salt() -> Weight {
		weight(25, 3, 2)
	}
	fn apply_slash() -> Weight {
		weight(60, 8, 6)
	}
	fn cancel_slash() -> Weight {
		weight(25, 2, 2)
	}
	fn claim() -> Weight {
		weight(80, 10, 5)
	}
	fn claim_many(n: u32) -> Weight {
		weight(10, 2, 0).saturating_add(Self::claim().saturating_mul(n.into()))
	}
	fn start_epoch() -> Weight {
		weight(30, 9, 7)
	}
	fn start_era() -> Weight {
		weight(90, 18, 16)
	}
	fn clean_points(n: u32) -> Weight {
		let each = Weight::from_parts(2_000_000, 100)
			.saturating_add(RocksDbWeight::get().reads_writes(1, 1));
		weight(10, 2, 1).saturating_add(each.saturating_mul(n.into()))
	}
	fn passed_probation() -> Weight {
		weight(40, 6, 4)
	}
	fn jail() -> Weight {
		weight(30, 5, 3)
	}
	fn slash() -> Weight {
		weight(40, 6, 5)
	}
	fn on_burned() -> Weight {
		weight(10, 3, 1)
	}
	fn on_rent() -> Weight {
		weight(20, 2, 2)
	}
}
