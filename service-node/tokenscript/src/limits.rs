//! What a file or an evaluation may cost.

use std::time::Duration;

/// What a file may contain. A file that goes beyond is refused before it costs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
	/// Bytes of the file. Published files with bundled scripts have up to 2.5 million.
	pub bytes: usize,
	/// Elements inside each other.
	pub depth: usize,
	/// Elements in all.
	pub elements: usize,
	/// Elements of TokenScript's own languages. Names are looked up one by one: this bounds the square.
	pub definitions: usize,
	/// XML attributes, namespace declarations included, of one element.
	pub attributes: usize,
	/// Namespace declarations in force at one place.
	pub namespaces: usize,
	/// Entities that the document type declares.
	pub entities: usize,
	/// Bytes that references to internal entities may expand to, in the whole file.
	pub expansion: usize,
	/// Parts of one filter inside each other.
	pub filter_depth: usize,
}

impl Default for Limits {
	fn default() -> Self {
		Self {
			bytes: 8 << 20,
			depth: 96,
			elements: 200_000,
			definitions: 10_000,
			attributes: 128,
			namespaces: 64,
			entities: 256,
			expansion: 64 << 10,
			filter_depth: 16,
		}
	}
}

/// What one evaluation may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvaluationLimits {
	/// Questions to chains.
	pub reads: usize,
	/// Questions that are under way at once.
	pub concurrency: usize,
	/// How long one question may take.
	pub read_time: Duration,
	/// How long all of them together may take.
	pub total_time: Duration,
	/// Bytes of one answer.
	pub answer_bytes: usize,
	/// Events of one answer.
	pub events: usize,
	/// Bytes of all values that are kept or handed on: a file can refer to a large one again and again.
	pub value_bytes: usize,
	/// Bytes of one page: a file can put a large part into it again and again.
	pub page_bytes: usize,
}

impl Default for EvaluationLimits {
	fn default() -> Self {
		Self {
			reads: 128,
			concurrency: 8,
			read_time: Duration::from_secs(4),
			total_time: Duration::from_secs(15),
			answer_bytes: 256 << 10,
			events: 1_000,
			value_bytes: 8 << 20,
			page_bytes: 16 << 20,
		}
	}
}
