//! What calls weigh.

use frame_support::weights::Weight;

/// Weights of this pallet's calls; the runtime has measured ones.
pub trait WeightInfo {
	/// Register a class with `k` kinds.
	fn register(k: u32) -> Weight;
	fn update() -> Weight;
	/// Set rules of `k` kinds.
	fn set_rules(k: u32) -> Weight;
	fn request_verification() -> Weight;
	fn offer() -> Weight;
	fn accept() -> Weight;
	fn set_suspended() -> Weight;
	fn retire() -> Weight;
	fn pay_rent() -> Weight;
	fn withdraw_rent() -> Weight;
	fn poke() -> Weight;
	fn remove() -> Weight;
	/// Check an action's signature; the action itself comes on top.
	fn submit_for() -> Weight;
	/// The last attestation that verifies a class, in the largest set.
	fn attest() -> Weight;
	/// Check an attestation and its signature.
	fn authorize_attest() -> Weight;
}

/// Plausible weights for tests.
impl WeightInfo for () {
	fn register(k: u32) -> Weight {
		weight(90, 5_000).saturating_add(Weight::from_parts(500_000, 0).saturating_mul(k.into()))
	}

	fn update() -> Weight {
		weight(70, 5_000)
	}

	fn set_rules(k: u32) -> Weight {
		weight(70, 12_000).saturating_add(Weight::from_parts(500_000, 0).saturating_mul(k.into()))
	}

	fn request_verification() -> Weight {
		weight(110, 10_000)
	}

	fn offer() -> Weight {
		weight(25, 5_000)
	}

	fn accept() -> Weight {
		weight(120, 15_000)
	}

	fn set_suspended() -> Weight {
		weight(50, 8_000)
	}

	fn retire() -> Weight {
		weight(60, 10_000)
	}

	fn pay_rent() -> Weight {
		weight(90, 8_000)
	}

	fn withdraw_rent() -> Weight {
		weight(90, 8_000)
	}

	fn poke() -> Weight {
		weight(70, 10_000)
	}

	fn remove() -> Weight {
		weight(100, 12_000)
	}

	fn submit_for() -> Weight {
		weight(80, 4_000)
	}

	fn attest() -> Weight {
		weight(60, 20_000)
	}

	fn authorize_attest() -> Weight {
		weight(90, 20_000)
	}
}

fn weight(microseconds: u64, proof: u64) -> Weight {
	Weight::from_parts(microseconds.saturating_mul(1_000_000), proof)
}
