//! Reports: what one anchor measured of one node in one epoch.

use crate::{AccountId, Sla};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What a share of everything is, in hundredths of a percent.
pub const FULL_SHARE: u16 = Sla::FULL_AVAILABILITY;

/// What a prober measured of a node, or the medians of several probers.
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
)]
pub struct Measures {
	/// How often the node was asked. A node that was not asked has no report: it is missing.
	pub probes: u32,
	/// Share of probes that were answered, in hundredths of a percent.
	pub answered: u16,
	/// Share of checked answers whose data was right, in hundredths of a percent; full where nothing could be
	/// checked, zero where nothing was answered.
	pub correct: u16,
	/// Time within which half of the answers came, in milliseconds.
	pub latency_p50: u32,
	/// Time within which 95 of 100 answers came, in milliseconds.
	pub latency_p95: u32,
	/// Time within which 99 of 100 answers came, in milliseconds.
	pub latency_p99: u32,
	/// Calls answered per second.
	pub throughput: u32,
}

impl Measures {
	/// What is measured of a node that answered none of so many probes.
	pub const fn unanswered(probes: u32) -> Self {
		Self {
			probes,
			answered: 0,
			correct: 0,
			latency_p50: u32::MAX,
			latency_p95: u32::MAX,
			latency_p99: u32::MAX,
			throughput: 0,
		}
	}

	/// Whether the numbers can be true together. There is one way to say that nothing was answered.
	pub fn is_coherent(&self) -> bool {
		if self.probes == 0 {
			return false;
		}
		if self.answered == 0 {
			return *self == Self::unanswered(self.probes);
		}
		self.answered <= FULL_SHARE
			&& self.correct <= FULL_SHARE
			&& self.latency_p50 <= self.latency_p95
			&& self.latency_p95 <= self.latency_p99
	}

	/// The service level that was kept. Its availability is the share of probes that were answered, and rightly:
	/// the product of both shares, rounded in favour of the node.
	pub fn level(&self) -> Sla {
		let product = u32::from(self.answered).saturating_mul(u32::from(self.correct));
		let availability = product.div_ceil(u32::from(FULL_SHARE));
		Sla {
			availability: u16::try_from(availability).unwrap_or(FULL_SHARE),
			latency_p50: self.latency_p50,
			latency_p95: self.latency_p95,
			latency_p99: self.latency_p99,
			throughput: self.throughput,
		}
	}

	/// Whether this is less than what was offered, in any measure.
	pub fn breaches(&self, terms: &Sla) -> bool {
		!self.level().satisfies(terms)
	}
}

/// One line of an anchor's reports.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Report {
	/// The node that was probed.
	pub node: AccountId,
	/// What was measured.
	pub measures: Measures,
}

/// A report that was opened, as the chain keeps it until the verdict.
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
)]
pub struct OpenedReport {
	/// Index of the prober in the anchor set of the epoch.
	pub prober: u32,
	/// The prober's lot for this node, see [`super::draw::lot`].
	pub lot: u64,
	/// What was measured.
	pub measures: Measures,
}

#[cfg(test)]
mod tests {
	use super::*;

	const GOOD: Measures = Measures {
		probes: 20,
		answered: 9_990,
		correct: FULL_SHARE,
		latency_p50: 40,
		latency_p95: 90,
		latency_p99: 200,
		throughput: 50,
	};

	#[test]
	fn numbers_that_contradict_each_other_are_incoherent() {
		assert!(GOOD.is_coherent() && Measures::unanswered(3).is_coherent());
		for wrong in [
			Measures { probes: 0, ..GOOD },
			Measures { answered: FULL_SHARE + 1, ..GOOD },
			Measures { correct: FULL_SHARE + 1, ..GOOD },
			Measures { latency_p50: 91, ..GOOD },
			Measures { latency_p95: 201, ..GOOD },
			Measures { answered: 0, ..GOOD },
			Measures::unanswered(0),
		] {
			assert!(!wrong.is_coherent(), "{wrong:?}");
		}
	}

	#[test]
	fn wrong_data_counts_like_no_answer() {
		let terms = Sla { availability: 9_900, ..Sla::NONE };
		assert!(!GOOD.breaches(&terms));
		assert!(Measures { correct: 9_000, ..GOOD }.breaches(&terms));
		assert!(Measures { answered: 9_000, ..GOOD }.breaches(&terms));
		assert!(Measures::unanswered(1).breaches(&terms));
		// Both shares together are what was answered rightly.
		assert!(Measures { answered: 9_940, correct: 9_940, ..GOOD }.breaches(&terms));
		assert_eq!(Measures { answered: 1, correct: 1, ..GOOD }.level().availability, 1);
	}

	#[test]
	fn every_measure_can_breach() {
		let terms = GOOD.level();
		assert!(!GOOD.breaches(&terms));
		assert!(Measures { latency_p50: 41, ..GOOD }.breaches(&terms));
		assert!(Measures { latency_p95: 91, ..GOOD }.breaches(&terms));
		assert!(Measures { latency_p99: 201, ..GOOD }.breaches(&terms));
		assert!(Measures { throughput: 49, ..GOOD }.breaches(&terms));
	}
}
