//! Service levels: what a node offers and what a class asks for.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// A service level. An offer satisfies a demand if it is as good in every measure.
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
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sla {
	/// Share of probes that are answered correctly, in hundredths of a percent: 9,950 is 99.5 %.
	pub availability: u16,
	/// Time within which half of the answers come, in milliseconds.
	pub latency_p50: u32,
	/// Time within which 95 of 100 answers come, in milliseconds.
	pub latency_p95: u32,
	/// Time within which 99 of 100 answers come, in milliseconds.
	pub latency_p99: u32,
	/// Calls answered per second.
	pub throughput: u32,
}

impl Sla {
	/// Availability of a node that always answers.
	pub const FULL_AVAILABILITY: u16 = 10_000;

	/// A level that every node offers: a class that asks for nothing asks for this.
	pub const NONE: Self = Self {
		availability: 0,
		latency_p50: u32::MAX,
		latency_p95: u32::MAX,
		latency_p99: u32::MAX,
		throughput: 0,
	};

	/// Whether the numbers can be true together: availability at most full, percentiles in order.
	pub const fn is_coherent(&self) -> bool {
		self.availability <= Self::FULL_AVAILABILITY
			&& self.latency_p50 <= self.latency_p95
			&& self.latency_p95 <= self.latency_p99
	}

	/// Whether whoever keeps this level also keeps `demand`.
	pub const fn satisfies(&self, demand: &Self) -> bool {
		self.availability >= demand.availability
			&& self.latency_p50 <= demand.latency_p50
			&& self.latency_p95 <= demand.latency_p95
			&& self.latency_p99 <= demand.latency_p99
			&& self.throughput >= demand.throughput
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const OFFER: Sla = Sla {
		availability: 9_950,
		latency_p50: 50,
		latency_p95: 200,
		latency_p99: 500,
		throughput: 100,
	};

	#[test]
	fn an_offer_satisfies_what_it_reaches_in_every_measure() {
		assert!(OFFER.satisfies(&OFFER));
		assert!(OFFER.satisfies(&Sla::NONE));
		let stricter = [
			Sla { availability: 9_951, ..OFFER },
			Sla { latency_p50: 49, ..OFFER },
			Sla { latency_p95: 199, ..OFFER },
			Sla { latency_p99: 499, ..OFFER },
			Sla { throughput: 101, ..OFFER },
		];
		for demand in stricter {
			assert!(!OFFER.satisfies(&demand), "{demand:?}");
			assert!(demand.satisfies(&OFFER), "{demand:?}");
		}
	}

	#[test]
	fn percentiles_out_of_order_are_incoherent() {
		assert!(OFFER.is_coherent() && Sla::NONE.is_coherent());
		assert!(!Sla { availability: 10_001, ..OFFER }.is_coherent());
		assert!(!Sla { latency_p50: 201, ..OFFER }.is_coherent());
		assert!(!Sla { latency_p95: 501, ..OFFER }.is_coherent());
	}
}
