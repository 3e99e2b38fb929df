//! Verdicts: the medians of a node's reports, held against its own terms.

use super::report::{Measures, OpenedReport};
use crate::Sla;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How many times more or less than the median is off in order of magnitude.
pub const MAGNITUDE: u32 = 10;

/// Shares below this, one percent, are all taken for this when orders of magnitude are compared.
const SHARE_FLOOR: u16 = 100;

/// Latencies below this, in milliseconds, are all taken for this when orders of magnitude are compared: a prober
/// in the node's own data centre is not off.
const LATENCY_FLOOR: u32 = 10;

/// What became of a node in an epoch.
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
pub enum Outcome {
	/// Too few reports: nothing follows.
	#[codec(index = 0)]
	Undecided,
	/// The medians keep the node's own terms.
	#[codec(index = 1)]
	Healthy,
	/// The medians do not.
	#[codec(index = 2)]
	Breach,
}

/// The verdict over a node in an epoch.
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
pub struct Verdict {
	/// The epoch in which the node was probed.
	pub epoch: u64,
	/// What became of it.
	pub outcome: Outcome,
	/// How many reports were opened.
	pub reports: u32,
	/// The medians; `None` where too few reports were opened.
	pub median: Option<Measures>,
}

/// What follows from a node's reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
	/// The medians of the reports that count.
	pub median: Measures,
	/// Whether the medians breach the node's terms.
	pub breach: bool,
	/// Probers whose reports are of the medians' order of magnitude, in the order of the reports.
	pub credible: Vec<u32>,
	/// Those of them whose own report breaches the terms.
	pub witnesses: Vec<u32>,
}

/// Judges a node by its reports, of which at least `k` are needed; `None` where there are fewer, or `k` is zero.
pub fn judge(reports: &[OpenedReport], k: u32, terms: &Sla) -> Option<Judgement> {
	let needed = usize::try_from(k).ok().filter(|needed| *needed > 0)?;
	if reports.len() < needed {
		return None;
	}
	let median = medians(&counted(reports))?;
	let credible = || reports.iter().filter(|report| !is_far_off(&report.measures, &median));
	let breaching = credible().filter(|report| report.measures.breaches(terms));
	Some(Judgement {
		median,
		breach: median.breaches(terms),
		witnesses: breaching.map(|report| report.prober).collect(),
		credible: credible().map(|report| report.prober).collect(),
	})
}

/// The reports that count: all, or without that of the highest lot where their number is even.
fn counted(reports: &[OpenedReport]) -> Vec<Measures> {
	let mut sorted: Vec<&OpenedReport> = reports.iter().collect();
	sorted.sort_unstable_by_key(|report| (report.lot, report.prober));
	if sorted.len().is_multiple_of(2) {
		sorted.pop();
	}
	sorted.into_iter().map(|report| report.measures).collect()
}

/// The median of every measure by itself; `None` without reports.
pub fn medians(reports: &[Measures]) -> Option<Measures> {
	Some(Measures {
		probes: median(reports, |report| report.probes)?,
		answered: median(reports, |report| report.answered)?,
		correct: median(reports, |report| report.correct)?,
		latency_p50: median(reports, |report| report.latency_p50)?,
		latency_p95: median(reports, |report| report.latency_p95)?,
		latency_p99: median(reports, |report| report.latency_p99)?,
		throughput: median(reports, |report| report.throughput)?,
	})
}

/// The middle of an odd number of values, the upper of both middles of an even one.
fn median<V: Ord + Copy>(reports: &[Measures], measure: impl Fn(&Measures) -> V) -> Option<V> {
	let mut values: Vec<V> = reports.iter().map(measure).collect();
	values.sort_unstable();
	values.get(values.len() / 2).copied()
}

/// Whether a report differs from the medians by more than an order of magnitude in any measure.
///
/// Latency, throughput and data of a node that did not answer are not known, so nothing but that is compared then.
pub fn is_far_off(report: &Measures, median: &Measures) -> bool {
	if share_apart(report.answered, median.answered) {
		return true;
	}
	if report.answered == 0 || median.answered == 0 {
		return false;
	}
	share_apart(report.correct, median.correct)
		|| latency_apart(report.latency_p50, median.latency_p50)
		|| latency_apart(report.latency_p95, median.latency_p95)
		|| latency_apart(report.latency_p99, median.latency_p99)
		|| apart(report.throughput.max(1), median.throughput.max(1))
}

fn share_apart(one: u16, other: u16) -> bool {
	apart(one.max(SHARE_FLOOR).into(), other.max(SHARE_FLOOR).into())
}

fn latency_apart(one: u32, other: u32) -> bool {
	apart(one.max(LATENCY_FLOOR), other.max(LATENCY_FLOOR))
}

fn apart(one: u32, other: u32) -> bool {
	u64::from(one.max(other)) > u64::from(one.min(other)).saturating_mul(MAGNITUDE.into())
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const GOOD: Measures = Measures {
		probes: 20,
		answered: 10_000,
		correct: 10_000,
		latency_p50: 40,
		latency_p95: 90,
		latency_p99: 200,
		throughput: 50,
	};
	const TERMS: Sla = Sla {
		availability: 9_900,
		latency_p50: 50,
		latency_p95: 100,
		latency_p99: 300,
		throughput: 40,
	};

	fn reports(measures: &[Measures]) -> Vec<OpenedReport> {
		(0u32..)
			.zip(measures)
			.map(|(prober, measures)| OpenedReport {
				prober,
				lot: u64::from(prober),
				measures: *measures,
			})
			.collect()
	}

	#[test]
	fn too_few_reports_decide_nothing() {
		assert_eq!(judge(&reports(&[GOOD; 2]), 3, &TERMS), None);
		assert_eq!(judge(&[], 0, &TERMS), None);
		assert!(judge(&reports(&[GOOD; 3]), 3, &TERMS).is_some());
	}

	#[test]
	fn one_liar_of_three_changes_nothing() {
		let dead = Measures::unanswered(20);
		let verdict = judge(&reports(&[GOOD, dead, GOOD]), 3, &TERMS).unwrap();
		assert!(!verdict.breach);
		assert_eq!(verdict.credible, [0, 2]);
		assert!(verdict.witnesses.is_empty());
		// Nor does one who praises a dead node.
		let verdict = judge(&reports(&[dead, GOOD, dead]), 3, &TERMS).unwrap();
		assert!(verdict.breach);
		assert_eq!((verdict.credible, verdict.witnesses), (vec![0, 2], vec![0, 2]));
	}

	#[test]
	fn of_an_even_number_the_highest_lot_is_left_out() {
		let dead = Measures::unanswered(20);
		let four = reports(&[GOOD, GOOD, dead, dead]);
		assert!(!judge(&four, 3, &TERMS).unwrap().breach);
		let mut other = four;
		for (lot, report) in (0..4u64).rev().zip(other.iter_mut()) {
			report.lot = lot;
		}
		assert!(judge(&other, 3, &TERMS).unwrap().breach);
	}

	#[test]
	fn an_order_of_magnitude_is_ten_times() {
		for (far, near) in [
			(Measures { latency_p99: 2_001, ..GOOD }, Measures { latency_p99: 2_000, ..GOOD }),
			(Measures { latency_p50: 401, ..GOOD }, Measures { latency_p50: 400, ..GOOD }),
			(Measures { latency_p95: 901, ..GOOD }, Measures { latency_p95: 900, ..GOOD }),
			(Measures { throughput: 4, ..GOOD }, Measures { throughput: 5, ..GOOD }),
			(Measures { throughput: 501, ..GOOD }, Measures { throughput: 500, ..GOOD }),
			(Measures { answered: 999, ..GOOD }, Measures { answered: 1_000, ..GOOD }),
			(Measures { correct: 999, ..GOOD }, Measures { correct: 1_000, ..GOOD }),
			(Measures::unanswered(1), Measures { latency_p50: 1, ..GOOD }),
		] {
			assert!(is_far_off(&far, &GOOD), "{far:?}");
			assert!(!is_far_off(&near, &GOOD), "{near:?}");
		}
		// A node that went down in the end: some probers still got a few answers.
		let few = Measures { answered: 50, ..GOOD };
		assert!(!is_far_off(&few, &Measures::unanswered(20)));
		assert!(!is_far_off(&Measures::unanswered(20), &few));
	}

	fn measures() -> impl Strategy<Value = Measures> {
		let answered = (1u32..50, 1u16..=10_000, 0u16..=10_000, 0u32..9_000, 0u32..9_000);
		let answered = (answered, 0u32..9_000, 0u32..1_000).prop_map(
			|((probes, answered, correct, p50, more), most, throughput)| Measures {
				probes,
				answered,
				correct,
				latency_p50: p50,
				latency_p95: p50 + more,
				latency_p99: p50 + more + most,
				throughput,
			},
		);
		prop_oneof![4 => answered, 1 => (1u32..50).prop_map(Measures::unanswered)]
	}

	proptest! {
		#[test]
		fn medians_lie_between_honest_reports_if_these_are_the_majority(
			honest in prop::collection::vec(measures(), 4..8),
			liars in prop::collection::vec(measures(), 0..4),
		) {
			let honest_medians = [
				|m: &Measures| u64::from(m.answered),
				|m: &Measures| u64::from(m.correct),
				|m: &Measures| u64::from(m.latency_p50),
				|m: &Measures| u64::from(m.latency_p95),
				|m: &Measures| u64::from(m.latency_p99),
				|m: &Measures| u64::from(m.throughput),
			];
			let all: Vec<Measures> = honest.iter().chain(&liars).copied().collect();
			let median = medians(&all).unwrap();
			for measure in honest_medians {
				let values = || honest.iter().map(measure);
				prop_assert!(values().min().unwrap() <= measure(&median));
				prop_assert!(measure(&median) <= values().max().unwrap());
			}
			prop_assert!(median.latency_p50 <= median.latency_p95);
			prop_assert!(median.latency_p95 <= median.latency_p99);
		}

		#[test]
		fn the_order_of_reports_does_not_matter(
			measures in prop::collection::vec(measures(), 3..9), swap in 0usize..9,
		) {
			let one = reports(&measures);
			let mut other = one.clone();
			let last = other.len() - 1;
			other.swap(0, swap % (last + 1));
			let (one, other) = (judge(&one, 3, &TERMS).unwrap(), judge(&other, 3, &TERMS).unwrap());
			prop_assert_eq!(one.median, other.median);
			prop_assert_eq!(one.credible.len(), other.credible.len());
			prop_assert_eq!(one.witnesses.len(), other.witnesses.len());
		}

		#[test]
		fn witnesses_are_credible_and_whoever_is_equal_to_the_median_is(
			measures in prop::collection::vec(measures(), 3..9),
		) {
			let judgement = judge(&reports(&measures), 3, &TERMS).unwrap();
			prop_assert!(judgement.witnesses.iter().all(|one| judgement.credible.contains(one)));
			prop_assert!(!is_far_off(&judgement.median, &judgement.median));
		}
	}
}
