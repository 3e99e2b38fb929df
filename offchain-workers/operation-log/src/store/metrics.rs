//! What is counted about the store.

use substrate_prometheus_endpoint::{
	register, Counter, Gauge, Histogram, HistogramOpts, PrometheusError, Registry, U64,
};

/// Upper bounds of the buckets for the time of one flush, in seconds: from a fast NVMe disk to one in trouble.
const FLUSH_SECONDS: [f64; 11] =
	[0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0];

#[derive(Clone)]
pub(super) struct Metrics {
	/// Commits that are on disk.
	pub commits: Counter<U64>,
	/// Transactions that hold them. Commits by transactions is how many share a flush.
	pub transactions: Counter<U64>,
	/// Bytes of keys and values in them.
	pub bytes: Counter<U64>,
	/// Entries deleted by pruning.
	pub pruned: Counter<U64>,
	/// Commits and prunes that wait for the thread.
	pub queued: Gauge<U64>,
	/// How long a transaction takes, flush included.
	pub flush: Histogram,
}

impl Metrics {
	/// Makes the metrics, and registers them if there is a registry.
	pub fn new(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
		let name = |name: &str| format!("smartlayer_operation_store_{name}");
		let flush =
			HistogramOpts::new(name("flush_seconds"), "Time to write and flush one transaction")
				.buckets(FLUSH_SECONDS.to_vec());
		let metrics = Self {
			commits: Counter::new(name("commits_total"), "Commits on disk")?,
			transactions: Counter::new(name("transactions_total"), "Transactions on disk")?,
			bytes: Counter::new(name("written_bytes_total"), "Bytes of keys and values written")?,
			pruned: Counter::new(name("pruned_entries_total"), "Entries deleted by pruning")?,
			queued: Gauge::new(name("queued"), "Commits and prunes that wait")?,
			flush: Histogram::with_opts(flush)?,
		};
		if let Some(registry) = registry {
			register(metrics.commits.clone(), registry)?;
			register(metrics.transactions.clone(), registry)?;
			register(metrics.bytes.clone(), registry)?;
			register(metrics.pruned.clone(), registry)?;
			register(metrics.queued.clone(), registry)?;
			register(metrics.flush.clone(), registry)?;
		}
		Ok(metrics)
	}
}
