//! What the pallet's calls and hooks cost. The runtime brings measured weights; those of `()` are for tests.

use frame_support::weights::{constants::RocksDbWeight, Weight};

/// Weights of calls and hooks.
pub trait WeightInfo {
	/// Registering, without making room.
	fn register() -> Weight;
	/// Making room in a list of `c` candidates.
	fn evict(c: u32) -> Weight;
	fn update_profile() -> Weight;
	fn withdraw_candidacy() -> Weight;
	fn resign() -> Weight;
	fn release_bond() -> Weight;
	fn vote() -> Weight;
	fn request_withdrawal() -> Weight;
	fn withdraw() -> Weight;
	fn claim_reward() -> Weight;
	fn void_result() -> Weight;
	fn remove_anchor() -> Weight;
	fn cancel_slash() -> Weight;
	/// A block in which nothing is due.
	fn on_initialize_idle() -> Weight;
	/// One run of an election with `v` voters and `c` candidates.
	fn election_run(v: u32, c: u32) -> Weight;
	fn enter_office() -> Weight;
	/// Ending `c` candidacies.
	fn drop_unbacked(c: u32) -> Weight;
	/// Applying or forgetting `s` slashes.
	fn work_off_slashes(s: u32) -> Weight;
	/// Handling an offence of `o` offenders.
	fn on_offence(o: u32) -> Weight;
}

fn database(reads: u64, writes: u64) -> Weight {
	Weight::from_parts(20_000_000, 10_000).saturating_add(each(1, reads, writes))
}

fn each(count: u32, reads: u64, writes: u64) -> Weight {
	let database = RocksDbWeight::get().reads_writes(reads, writes);
	database.saturating_mul(u64::from(count))
}

impl WeightInfo for () {
	fn register() -> Weight {
		database(8, 7)
	}
	fn evict(c: u32) -> Weight {
		database(10, 6).saturating_add(each(c, 1, 0))
	}
	fn update_profile() -> Weight {
		database(1, 1)
	}
	fn withdraw_candidacy() -> Weight {
		database(8, 5)
	}
	fn resign() -> Weight {
		database(14, 9)
	}
	fn release_bond() -> Weight {
		database(8, 4)
	}
	fn vote() -> Weight {
		database(60, 56)
	}
	fn request_withdrawal() -> Weight {
		database(36, 34)
	}
	fn withdraw() -> Weight {
		database(3, 3)
	}
	fn claim_reward() -> Weight {
		database(5, 5)
	}
	fn void_result() -> Weight {
		database(1, 1)
	}
	fn remove_anchor() -> Weight {
		database(12, 6)
	}
	fn cancel_slash() -> Weight {
		database(3, 3)
	}
	fn on_initialize_idle() -> Weight {
		database(8, 0)
	}
	fn election_run(v: u32, c: u32) -> Weight {
		database(12, 10).saturating_add(each(v, 1, 0)).saturating_add(each(c, 4, 0))
	}
	fn enter_office() -> Weight {
		database(110, 4)
	}
	fn drop_unbacked(c: u32) -> Weight {
		database(4, 1).saturating_add(each(c, 6, 5))
	}
	fn work_off_slashes(s: u32) -> Weight {
		database(5, 2).saturating_add(each(s, 6, 7))
	}
	fn on_offence(o: u32) -> Weight {
		database(2, 1).saturating_add(each(o, 16, 12))
	}
}
