//! What is counted about snapshots.

use super::engine::Event;
use smartlayer_commitment::{Choice, RejectReason};
use substrate_prometheus_endpoint::{
	register, Counter, CounterVec, Gauge, Histogram, HistogramOpts, Opts, PrometheusError,
	Registry, U64,
};

/// Upper bounds of the buckets for the time of one build, in seconds.
const BUILD_SECONDS: [f64; 10] = [0.01, 0.03, 0.1, 0.3, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0];

/// The metrics of the worker.
pub(super) struct Metrics {
	/// The interval that was settled last.
	pub settled: Gauge<U64>,
	/// Intervals that are confirmed in a final block and not settled here.
	pub lag: Gauge<U64>,
	/// How long rebuilding along a cut takes, certification included.
	pub build: Histogram,
	/// Intervals that were taken over from others instead of rebuilt.
	pub taken_over: Counter<U64>,
	/// Messages and answers of anchors that were wrong.
	pub lies: Counter<U64>,
	proposals: Counter<U64>,
	missed: Counter<U64>,
	/// By choice.
	votes: CounterVec<U64>,
	signatures: Counter<U64>,
}

impl Metrics {
	/// Makes the metrics, and registers them if there is a registry.
	pub fn register(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
		let name = |name: &str| format!("smartlayer_snapshots_{name}");
		let counter = |it: &str, help: &str| Counter::<U64>::new(name(it), help);
		let gauge = |it: &str, help: &str| Gauge::<U64>::new(name(it), help);
		let build = HistogramOpts::new(name("build_seconds"), "Time to rebuild one snapshot")
			.buckets(BUILD_SECONDS.to_vec());
		let votes = Opts::new(name("votes_total"), "Own votes on proposals");
		let metrics = Self {
			settled: gauge("settled_interval", "The interval that was settled last")?,
			lag: gauge("unsettled_intervals", "Confirmed intervals that are not settled here")?,
			build: Histogram::with_opts(build)?,
			taken_over: counter("taken_over_total", "Intervals taken over from other anchors")?,
			lies: counter("refused_messages_total", "Wrong messages and answers")?,
			proposals: counter("proposals_total", "Own proposals")?,
			missed: counter("missed_turns_total", "Own turns without a proposal")?,
			votes: CounterVec::new(votes, &["choice"])?,
			signatures: counter("signatures_total", "Own signatures of snapshots for bridges")?,
		};
		if let Some(registry) = registry {
			metrics.register_all(registry)?;
		}
		Ok(metrics)
	}

	fn register_all(&self, registry: &Registry) -> Result<(), PrometheusError> {
		register(self.settled.clone(), registry)?;
		register(self.lag.clone(), registry)?;
		register(self.build.clone(), registry)?;
		register(self.votes.clone(), registry)?;
		for counter in
			[&self.taken_over, &self.lies, &self.proposals, &self.missed, &self.signatures]
		{
			register(counter.clone(), registry)?;
		}
		Ok(())
	}

	/// Counts what the engine did.
	pub fn count(&self, event: &Event) {
		match event {
			Event::Proposed(..) => self.proposals.inc(),
			Event::MissedTurn(..) => self.missed.inc(),
			Event::Voted(_, choice) => self.votes.with_label_values(&[name(choice)]).inc(),
			Event::Signed(_, bridges) => self.signatures.inc_by(u64::from(*bridges)),
			Event::BadSignature(_) => self.lies.inc(),
			Event::AlreadySigned(_) | Event::Differs(_) | Event::NoKey(_) => {},
		}
	}
}

/// A choice's name in metrics.
const fn name(choice: &Choice) -> &'static str {
	match choice {
		Choice::Approve => "approve",
		Choice::Reject(RejectReason::WrongRoot) => "wrong_root",
		Choice::Reject(RejectReason::InvalidExtension) => "invalid_extension",
		Choice::Reject(RejectReason::OmittedAnnouncement { .. }) => "omitted_announcement",
	}
}
