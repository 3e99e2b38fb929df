//! What is counted about operations.

use crate::engine::Event;
use smartlayer_operations::Refusal;
use substrate_prometheus_endpoint::{
	register, Counter, CounterVec, Opts, PrometheusError, Registry, U64,
};

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
		};
		if let Some(registry) = registry {
			register(metrics.steps.clone(), registry)?;
			register(metrics.refused.clone(), registry)?;
			register(metrics.refused_messages.clone(), registry)?;
			register(metrics.bytes_sent.clone(), registry)?;
		}
		Ok(metrics)
	}

	/// Counts a step of an operation.
	pub fn count(&self, event: &Event) {
		let step = match event {
			Event::Accepted(..) => "accepted",
			Event::Certified(..) => "certified",
			Event::Final(..) => "final",
			Event::Settled(..) => "settled",
			Event::Requeued(..) => "requeued",
			Event::Refused(_, refusal) => {
				self.refused.with_label_values(&[reason(*refusal)]).inc();
				return;
			},
			Event::LogIsOlder(_) | Event::Abstains(_) | Event::Closed(_) => return,
		};
		self.steps.with_label_values(&[step]).inc();
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
