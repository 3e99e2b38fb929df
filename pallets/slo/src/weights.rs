//! Weights of the pallet's calls and hooks.

use frame_support::weights::{constants::RocksDbWeight, Weight};

/// What the pallet's calls and hooks weigh. `n` is the number of anchors, `r` of reports, `w` of witnesses.
pub trait WeightInfo {
	/// The start of a block in the same epoch.
	fn same_epoch() -> Weight;
	/// The first block of an epoch.
	fn begin_epoch(n: u32) -> Weight;
	/// Looking for work when a block has room.
	fn look_for_work() -> Weight;
	fn commit_reports() -> Weight;
	fn authorize_commit_reports() -> Weight;
	fn show_draw() -> Weight;
	fn authorize_show_draw() -> Weight;
	fn open_reports(r: u32) -> Weight;
	fn authorize_open_reports(r: u32) -> Weight;
	/// A node on duty that fails, with `r` reports.
	fn judge_breach(r: u32) -> Weight;
	/// A node that passes its probation, with `r` reports.
	fn judge_pass(r: u32) -> Weight;
	/// One node's breach, with `w` witnesses.
	fn execute(w: u32) -> Weight;
	/// The end of judging.
	fn close_judging(n: u32) -> Weight;
	/// Removing one entry of an epoch.
	fn clear() -> Weight;
	fn forget_conduct() -> Weight;
}

/// For tests: plausible numbers.
impl WeightInfo for () {
	fn same_epoch() -> Weight {
		RocksDbWeight::get().reads(2)
	}

	fn begin_epoch(n: u32) -> Weight {
		micros(50)
			.saturating_add(micros(2).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads_writes(10, 6))
	}

	fn look_for_work() -> Weight {
		RocksDbWeight::get().reads(6)
	}

	fn commit_reports() -> Weight {
		micros(30).saturating_add(RocksDbWeight::get().reads_writes(3, 1))
	}

	fn authorize_commit_reports() -> Weight {
		micros(100).saturating_add(RocksDbWeight::get().reads(4))
	}

	fn show_draw() -> Weight {
		micros(300).saturating_add(RocksDbWeight::get().reads_writes(4, 1))
	}

	fn authorize_show_draw() -> Weight {
		micros(1_500).saturating_add(RocksDbWeight::get().reads(4))
	}

	fn open_reports(r: u32) -> Weight {
		let report = micros(10).saturating_add(RocksDbWeight::get().reads_writes(3, 1));
		micros(50)
			.saturating_add(report.saturating_mul(r.into()))
			.saturating_add(RocksDbWeight::get().reads_writes(2, 2))
	}

	fn authorize_open_reports(r: u32) -> Weight {
		micros(60)
			.saturating_add(micros(2).saturating_mul(r.into()))
			.saturating_add(RocksDbWeight::get().reads(4))
	}

	fn judge_breach(r: u32) -> Weight {
		micros(40)
			.saturating_add(micros(1).saturating_mul(r.into()))
			.saturating_add(RocksDbWeight::get().reads_writes(12, 6))
	}

	fn judge_pass(r: u32) -> Weight {
		micros(40)
			.saturating_add(micros(1).saturating_mul(r.into()))
			.saturating_add(RocksDbWeight::get().reads_writes(12, 7))
	}

	fn execute(w: u32) -> Weight {
		micros(40)
			.saturating_add(micros(1).saturating_mul(w.into()))
			.saturating_add(RocksDbWeight::get().reads_writes(12, 8))
	}

	fn close_judging(n: u32) -> Weight {
		micros(20).saturating_add(
			micros(5)
				.saturating_add(RocksDbWeight::get().reads_writes(1, 1))
				.saturating_mul(n.into()),
		)
	}

	fn clear() -> Weight {
		micros(10).saturating_add(RocksDbWeight::get().reads_writes(1, 1))
	}

	fn forget_conduct() -> Weight {
		micros(30).saturating_add(RocksDbWeight::get().reads_writes(2, 1))
	}
}

const fn micros(count: u64) -> Weight {
	Weight::from_parts(count.saturating_mul(1_000_000), 0)
}
