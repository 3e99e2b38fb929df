//! What is counted about the exchange.

use substrate_prometheus_endpoint::{
	register, Counter, CounterVec, Gauge, Opts, PrometheusError, Registry, U64,
};

#[derive(Clone)]
pub(super) struct Metrics {
	/// Messages handed on.
	pub messages_in: Counter<U64>,
	/// Messages given to the network.
	pub messages_out: Counter<U64>,
	/// Bytes of messages, requests and answers from anchors.
	pub bytes_in: Counter<U64>,
	/// Bytes of messages, requests and answers to anchors.
	pub bytes_out: Counter<U64>,
	/// Messages dropped because nobody has read them in time.
	pub dropped_in: Counter<U64>,
	/// Messages dropped because the peer is too slow.
	pub dropped_out: Counter<U64>,
	/// Handshakes that were refused, by reason.
	pub refused: CounterVec<U64>,
	/// Requests that were refused, by reason.
	pub refused_requests: CounterVec<U64>,
	/// Anchors that were cut off.
	pub cut_off: Counter<U64>,
	/// Anchors that are connected.
	pub connected: Gauge<U64>,
}

impl Metrics {
	/// Makes the metrics, and registers them if there is a registry.
	pub fn new(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
		let counter = |name: &str, help: &str| {
			Counter::new(format!("smartlayer_anchor_network_{name}"), help)
		};
		let by_reason = |name: &str, help: &str| {
			let options = Opts::new(format!("smartlayer_anchor_network_{name}"), help);
			CounterVec::new(options, &["reason"])
		};
		let metrics = Self {
			messages_in: counter("messages_in_total", "Messages from anchors")?,
			messages_out: counter("messages_out_total", "Messages to anchors")?,
			bytes_in: counter("bytes_in_total", "Bytes from anchors")?,
			bytes_out: counter("bytes_out_total", "Bytes to anchors")?,
			dropped_in: counter("dropped_in_total", "Messages dropped before they were read")?,
			dropped_out: counter("dropped_out_total", "Messages dropped before they were sent")?,
			refused: by_reason("refused_peers_total", "Handshakes refused")?,
			refused_requests: by_reason("refused_requests_total", "Requests refused")?,
			cut_off: counter("cut_off_total", "Anchors cut off for a while")?,
			connected: Gauge::new("smartlayer_anchor_network_connected", "Connected anchors")?,
		};
		if let Some(registry) = registry {
			metrics.register(registry)?;
		}
		Ok(metrics)
	}

	fn register(&self, registry: &Registry) -> Result<(), PrometheusError> {
		let counters = [
			&self.messages_in,
			&self.messages_out,
			&self.bytes_in,
			&self.bytes_out,
			&self.dropped_in,
			&self.dropped_out,
			&self.cut_off,
		];
		for counter in counters {
			register(counter.clone(), registry)?;
		}
		register(self.refused.clone(), registry)?;
		register(self.refused_requests.clone(), registry)?;
		register(self.connected.clone(), registry)?;
		Ok(())
	}
}
