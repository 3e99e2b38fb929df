//! How the rest of the operation log sends, asks and complains.

use super::{
	links::Links, metrics::Metrics, Misbehaviour, LOG_TARGET, MAX_MESSAGE_BYTES, MAX_REQUEST_BYTES,
	MAX_RESPONSE_BYTES, REQUEST_TIMEOUT,
};
use sc_network::{
	service::traits::NetworkService, IfDisconnected, NetworkRequest, OutboundFailure, ProtocolName,
	RequestFailure,
};
use smartlayer_types::evm::EvmAddress;
use std::{sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::timeout};

/// Added to the network's own time limit, which comes first unless the network itself hangs.
const GRACE: Duration = Duration::from_secs(1);

/// Why a message was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
	/// Final: it is larger than messages may be.
	#[error("a message of {0} bytes is larger than {MAX_MESSAGE_BYTES}")]
	TooLarge(usize),
	/// The anchor is not connected: it will see the gap and ask.
	#[error("the anchor is not connected")]
	NotConnected,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
	/// Final: the request is larger than requests may be.
	#[error("a request of {0} bytes is larger than {MAX_REQUEST_BYTES}")]
	TooLarge(usize),
	/// The anchor is not connected. Ask another.
	#[error("the anchor is not connected")]
	NotConnected,
	/// This node has as many requests open with the anchor as it may. Wait for one of them, or ask another.
	#[error("too many requests are open with the anchor")]
	Busy,
	/// The anchor does not answer this, or not now. Ask another.
	#[error("the anchor has refused the request")]
	Refused,
	/// No answer in time. Ask another.
	#[error("the anchor has not answered in time")]
	TimedOut,
	/// The connection was lost or could not be used. Ask another.
	#[error("the connection to the anchor failed")]
	Failed,
}

impl RequestError {
	/// Whether the same request may succeed with another anchor or later.
	pub const fn is_retryable(self) -> bool {
		!matches!(self, Self::TooLarge(_))
	}
}

/// Sends to anchors. Clones are cheap; the exchange ends with the last one.
#[derive(Clone)]
pub struct AnchorHandle {
	links: Arc<Links>,
	service: Arc<dyn NetworkService>,
	request_name: ProtocolName,
	reports: mpsc::Sender<(EvmAddress, Misbehaviour)>,
	metrics: Metrics,
}

impl AnchorHandle {
	pub(super) const fn new(
		links: Arc<Links>,
		service: Arc<dyn NetworkService>,
		request_name: ProtocolName,
		reports: mpsc::Sender<(EvmAddress, Misbehaviour)>,
		metrics: Metrics,
	) -> Self {
		Self { links, service, request_name, reports, metrics }
	}

	/// The anchors that are connected.
	pub fn connected(&self) -> Vec<EvmAddress> {
		self.links.anchors()
	}

	/// Queues a message for every connected anchor, and returns for how many. Never waits: what a slow anchor can't take is
	/// dropped, the oldest first.
	pub fn broadcast(&self, bytes: Vec<u8>) -> Result<usize, SendError> {
		let message = message(bytes)?;
		let mut queued = 0;
		self.links.for_each(|link| {
			if let Some(dropped) = link.outbox.push(message.clone()) {
				self.metrics.dropped_out.inc_by(dropped);
				queued += 1;
			}
		});
		Ok(queued)
	}

	/// Queues a message for one anchor.
	pub fn send(&self, to: EvmAddress, bytes: Vec<u8>) -> Result<(), SendError> {
		let message = message(bytes)?;
		let link = self.links.get(to).ok_or(SendError::NotConnected)?;
		let dropped = link.outbox.push(message).ok_or(SendError::NotConnected)?;
		self.metrics.dropped_out.inc_by(dropped);
		Ok(())
	}

	/// Asks an anchor, and waits for the answer, which has at most [`MAX_RESPONSE_BYTES`] bytes and is **not** checked
	/// otherwise.
	pub async fn request(&self, to: EvmAddress, bytes: Vec<u8>) -> Result<Vec<u8>, RequestError> {
		if bytes.len() > MAX_REQUEST_BYTES {
			return Err(RequestError::TooLarge(bytes.len()));
		}
		let link = self.links.get(to).ok_or(RequestError::NotConnected)?;
		let _place = link.outgoing.try_acquire().map_err(|_full| RequestError::Busy)?;
		self.metrics.bytes_out.inc_by(bytes.len() as u64);
		let name = self.request_name.clone();
		let connected = IfDisconnected::ImmediateError;
		let answer = self.service.request(link.peer, name, bytes, None, connected);
		let answer = timeout(REQUEST_TIMEOUT + GRACE, answer).await;
		let (answer, _) = answer.map_err(|_elapsed| RequestError::TimedOut)?.map_err(failure)?;
		if answer.len() > MAX_RESPONSE_BYTES {
			return Err(RequestError::Failed);
		}
		self.metrics.bytes_in.inc_by(answer.len() as u64);
		Ok(answer)
	}

	/// Says that what an anchor has sent is wrong. It costs the peer's reputation, and some of it cuts the anchor off.
	pub fn report_bad(&self, anchor: EvmAddress, reason: Misbehaviour) {
		log::warn!(target: LOG_TARGET, "anchor {anchor:?} misbehaves: {reason:?}");
		// When reports come faster than they are worked off, those that wait say enough.
		let _ = self.reports.try_send((anchor, reason));
	}
}

fn message(bytes: Vec<u8>) -> Result<Arc<[u8]>, SendError> {
	if bytes.len() > MAX_MESSAGE_BYTES {
		return Err(SendError::TooLarge(bytes.len()));
	}
	Ok(bytes.into())
}

fn failure(failure: RequestFailure) -> RequestError {
	match failure {
		RequestFailure::NotConnected => RequestError::NotConnected,
		RequestFailure::Refused => RequestError::Refused,
		RequestFailure::Network(OutboundFailure::Timeout) => RequestError::TimedOut,
		RequestFailure::UnknownProtocol
		| RequestFailure::InvalidRequest
		| RequestFailure::Obsolete
		| RequestFailure::Network(_) => RequestError::Failed,
	}
}
