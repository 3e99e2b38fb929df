//! Two users of one exchange: the first byte of a message says for whom it is.

use super::{AnchorEvents, AnchorHandle, Event, Misbehaviour, Reply, RequestError, SendError};
use futures::{Future, StreamExt};
use smartlayer_types::evm::EvmAddress;
use tokio::sync::mpsc;

/// How many messages wait for each user; further ones wait in the exchange, which drops the oldest.
const WAITING: usize = 256;

/// For whom a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Channel {
	/// The operation log.
	Operations = 0,
	/// The snapshot worker.
	Snapshots = 1,
}

/// A message and who has sent it.
pub type Letter = (EvmAddress, Vec<u8>);

/// A request, who asks, and where the answer goes.
pub type Question = (EvmAddress, Vec<u8>, Reply);

/// Sends for one user.
#[derive(Clone)]
pub struct ChannelHandle {
	handle: AnchorHandle,
	channel: Channel,
}

impl ChannelHandle {
	/// Queues a message for every connected anchor, see [`AnchorHandle::broadcast`].
	pub fn broadcast(&self, bytes: Vec<u8>) -> Result<usize, SendError> {
		self.handle.broadcast(self.addressed(bytes))
	}

	/// Queues a message for one anchor, see [`AnchorHandle::send`].
	pub fn send(&self, to: EvmAddress, bytes: Vec<u8>) -> Result<(), SendError> {
		self.handle.send(to, self.addressed(bytes))
	}

	/// Asks an anchor, see [`AnchorHandle::request`].
	pub async fn request(&self, to: EvmAddress, bytes: Vec<u8>) -> Result<Vec<u8>, RequestError> {
		self.handle.request(to, bytes).await
	}

	/// Says that what an anchor has sent is wrong.
	pub fn report_bad(&self, anchor: EvmAddress, reason: Misbehaviour) {
		self.handle.report_bad(anchor, reason);
	}

	fn addressed(&self, mut bytes: Vec<u8>) -> Vec<u8> {
		bytes.insert(0, self.channel as u8);
		bytes
	}
}

/// What arrives for the two users.
pub struct Arrivals {
	/// Messages for the operation log.
	pub operations: mpsc::Receiver<Letter>,
	/// Messages for the snapshot worker.
	pub snapshots: mpsc::Receiver<Letter>,
	/// Requests: the snapshot worker answers them.
	pub questions: mpsc::Receiver<Question>,
}

/// Gives one exchange to two users. The future hands out what arrives until the exchange or a user ends.
pub fn share(
	handle: &AnchorHandle,
	events: AnchorEvents,
) -> ([ChannelHandle; 2], Arrivals, impl Future<Output = ()> + Send) {
	let (to_operations, operations) = mpsc::channel(WAITING);
	let (to_snapshots, snapshots) = mpsc::channel(WAITING);
	let (ask, questions) = mpsc::channel(WAITING);
	let handles = [Channel::Operations, Channel::Snapshots]
		.map(|channel| ChannelHandle { handle: handle.clone(), channel });
	let reporter = handle.clone();
	let work = async move {
		let mut events = events;
		while let Some(event) = events.next().await {
			let sent = match event {
				Event::Connected(_) | Event::Disconnected(_) => true,
				Event::Request { from, bytes, reply } => {
					ask.send((from, bytes, reply)).await.is_ok()
				},
				Event::Message { from, mut bytes } => {
					let to = match bytes.first() {
						Some(0) => &to_operations,
						Some(1) => &to_snapshots,
						_ => {
							reporter.report_bad(from, Misbehaviour::Invalid);
							continue;
						},
					};
					bytes.remove(0);
					to.send((from, bytes)).await.is_ok()
				},
			};
			if !sent {
				return;
			}
		}
	};
	(handles, Arrivals { operations, snapshots, questions }, work)
}
