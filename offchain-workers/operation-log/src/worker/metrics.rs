//! What is counted about operations.

use crate::engine::Event;
use smartlayer_operations::Refusal;
use sp_core::H256;
use std::{
	collections::{hash_map::Entry, HashMap},
	time::Instant,
};
use substrate_prometheus_endpoint::{
	register, Counter, CounterVec, Gauge, HistogramOpts, HistogramVec, Opts, PrometheusError,
	Registry, U64,
};

/// The most operations whose latency is measured at a time; of more, some are not.
const MEASURED: usize = 1 << 16;

/// Bounds of the latency's buckets, in seconds: around the second within which operations are to be final.
const LATENCIES: [f64; 12] = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0, 5.0, 30.0, 300.0];

/// The metrics of the worker.
pub(super) struct Metrics {
	/// Steps of operations, by step.
	steps: CounterVec<U64>,
	/// Operations that were not accepted, by reason.
	refused: CounterVec<U64>,
	/// Messages of anchors that were wrong.
	pub refused_messages: Counter<U64>,
	/// Bytes of messages to anchors, each counted once however many receive it.
	pub bytes_sent: Counter<U64>,
	/// Operations of clients that are not logged yet.
	pub queued: Gauge<U64>,
	/// Seconds from when a client gave an operation until a step, by step.
	latency: HistogramVec,
	/// When operations were given that are neither final nor refused.
	given: HashMap<H256, Instant>,
}

impl Metrics {
	/// Makes the metrics, and registers them if there is a registry.
	pub fn register(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
		let name = |name: &str| format!("smartlayer_operations_{name}");
		let by = |what: &str, help: &str, label: &str| {
			CounterVec::new(Opts::new(name(what), help), &[label])
		};
		let metrics = Self {
			steps: by("steps_total", "Steps of operations", "step")?,
			refused: by("refused_total", "Operations not accepted", "reason")?,
			refused_messages: Counter::new(name("refused_messages_total"), "Wrong messages")?,
			bytes_sent: Counter::new(name("bytes_sent_total"), "Bytes of messages to anchors")?,
			queued: Gauge::new(name("queued"), "Operations of clients that are not logged yet")?,
			latency: HistogramVec::new(
				HistogramOpts::new(name("latency_seconds"), "Time from a client's hands to a step")
					.buckets(LATENCIES.into()),
				&["step"],
			)?,
			given: HashMap::new(),
		};
		if let Some(registry) = registry {
			register(metrics.steps.clone(), registry)?;
			register(metrics.refused.clone(), registry)?;
			register(metrics.refused_messages.clone(), registry)?;
			register(metrics.bytes_sent.clone(), registry)?;
			register(metrics.queued.clone(), registry)?;
			register(metrics.latency.clone(), registry)?;
		}
		Ok(metrics)
	}

	/// Takes note of an operation that a client gave.
	pub fn given(&mut self, digest: H256) {
		if self.given.len() < MEASURED {
			self.given.entry(digest).or_insert_with(Instant::now);
		}
	}

	/// Observes how long a step took of an operation that was given here; at the last one it is forgotten.
	fn observe(&mut self, digest: &H256, step: &str, is_last: bool) {
		let Entry::Occupied(given) = self.given.entry(*digest) else { return };
		self.latency.with_label_values(&[step]).observe(given.get().elapsed().as_secs_f64());
		if is_last {
			given.remove();
		}
	}

	/// Counts a step of an operation.
	pub fn count(&mut self, event: &Event) {
		let step = match event {
			Event::Accepted(..) => "accepted",
			Event::Certified(..) => "certified",
			Event::Final(..) => "final",
			Event::Settled(..) => "settled",
			Event::Requeued(..) => "requeued",
			Event::Refused(digest, refusal) => {
				if refusal.is_final() {
					self.given.remove(digest);
				}
				self.refused.with_label_values(&[reason(*refusal)]).inc();
				return;
			},
			Event::LogIsOlder(_) | Event::Abstains(_) | Event::Closed(_) => return,
		};
		self.steps.with_label_values(&[step]).inc();
		match event {
			Event::Certified(digest, _) => self.observe(digest, step, false),
			Event::Final(digest, _) => self.observe(digest, step, true),
			// It became so without being seen to be final.
			Event::Settled(digest, _) => drop(self.given.remove(digest)),
			_ => {},
		}
	}
}

/// A refusal's name in metrics.
const fn reason(refusal: Refusal) -> &'static str {
	match refusal {
		Refusal::BadSignature => "bad_signature",
		Refusal::NoSuchClass => "no_such_class",
		Refusal::NoSuchKind => "no_such_kind",
		Refusal::WrongSigner => "wrong_signer",
		Refusal::WrongHolder => "wrong_holder",
		Refusal::Missing(_) => "missing",
		Refusal::Forbidden(_) => "forbidden",
		Refusal::SlotTaken => "slot_taken",
		Refusal::Gap => "gap",
		Refusal::TooOld => "too_old",
		Refusal::InFuture => "in_future",
		Refusal::Conflict => "conflict",
		Refusal::NotAccepting => "not_accepting",
		Refusal::Full => "full",
	}
}
