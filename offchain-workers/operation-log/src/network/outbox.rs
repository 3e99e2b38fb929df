//! What waits to be sent to one peer.

use super::{metrics::Metrics, queue::Queue, Limits};
use parking_lot::Mutex;
use sc_network::MessageSink;
use std::sync::Arc;
use tokio::sync::Notify;

/// Messages for a peer, the oldest dropped when there are too many.
pub(super) struct Outbox {
	/// `None` once the connection has ended.
	queue: Mutex<Option<Queue<Arc<[u8]>>>>,
	changed: Notify,
}

impl Outbox {
	pub fn new(limits: &Limits) -> Arc<Self> {
		let queue = Queue::new(limits.queued_messages, limits.queued_bytes);
		Arc::new(Self { queue: Mutex::new(Some(queue)), changed: Notify::new() })
	}

	/// Queues a message. Returns how many older ones were dropped; `None` if the connection has ended.
	pub fn push(&self, message: Arc<[u8]>) -> Option<u64> {
		let dropped = self.queue.lock().as_mut()?.push(message.len(), message);
		self.changed.notify_one();
		Some(dropped)
	}

	/// The connection has ended.
	pub fn close(&self) {
		*self.queue.lock() = None;
		self.changed.notify_one();
	}

	/// Waits for the oldest message; `None` once the connection has ended.
	async fn next(&self) -> Option<Arc<[u8]>> {
		loop {
			if let Some(message) = self.queue.lock().as_mut()?.pop() {
				return Some(message);
			}
			// A notification that comes before this is stored, and there is one reader only.
			self.changed.notified().await;
		}
	}

	/// Sends what is queued, as fast as the peer takes it, until the connection ends.
	pub async fn send_all(self: Arc<Self>, sink: Box<dyn MessageSink>, metrics: Metrics) {
		while let Some(message) = self.next().await {
			if sink.send_async_notification(message.to_vec()).await.is_err() {
				return;
			}
			metrics.messages_out.inc();
			metrics.bytes_out.inc_by(message.len() as u64);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::{poll, FutureExt};
	use std::pin::pin;

	fn outbox(queued_messages: usize) -> Arc<Outbox> {
		Outbox::new(&Limits { queued_messages, ..Default::default() })
	}

	#[tokio::test]
	async fn messages_come_out_in_order_and_the_oldest_are_dropped() {
		let outbox = outbox(2);
		assert_eq!(outbox.push([1].into()), Some(0));
		assert_eq!(outbox.push([2].into()), Some(0));
		assert_eq!(outbox.push([3].into()), Some(1));
		assert_eq!(outbox.next().await.as_deref(), Some(&[2][..]));
		assert_eq!(outbox.next().await.as_deref(), Some(&[3][..]));
		assert!(outbox.next().now_or_never().is_none());
	}

	#[tokio::test]
	async fn whoever_waits_is_woken_by_a_message_and_by_the_end() {
		let outbox = outbox(2);
		let mut waiting = pin!(outbox.next());
		assert!(poll!(&mut waiting).is_pending());
		outbox.push([1].into());
		assert!(waiting.now_or_never().flatten().is_some());
		let mut waiting = pin!(outbox.next());
		assert!(poll!(&mut waiting).is_pending());
		outbox.close();
		assert_eq!(waiting.now_or_never(), Some(None));
		assert_eq!(outbox.push([1].into()), None);
	}
}
