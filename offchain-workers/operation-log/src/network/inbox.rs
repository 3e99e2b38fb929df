//! What arrives, in the order of each anchor, and in turns between them.
//!
//! Each anchor has a queue of its own, and anchors are read in turns: one that sends much delays only itself. What is
//! oldest is dropped when a queue is full.

use super::{queue::Queue, Limits, LOG_TARGET, MAX_RESPONSE_BYTES};
use futures::{channel::oneshot, task::AtomicWaker, Stream};
use parking_lot::Mutex;
use sc_network::config::OutgoingResponse;
use smartlayer_types::evm::EvmAddress;
use std::{
	collections::{BTreeMap, VecDeque},
	pin::Pin,
	sync::Arc,
	task::{Context, Poll},
};
use substrate_prometheus_endpoint::{Counter, U64};
use tokio::sync::OwnedSemaphorePermit;

/// What happens between this node and the other anchors.
#[derive(Debug)]
pub enum Event {
	/// The anchor can be sent to. It may have missed anything that was sent before.
	Connected(EvmAddress),
	/// It no longer can.
	Disconnected(EvmAddress),
	/// The anchor has sent a message, of at most [`MAX_MESSAGE_BYTES`](super::MAX_MESSAGE_BYTES).
	Message { from: EvmAddress, bytes: Vec<u8> },
	/// The anchor asks for something, in at most [`MAX_REQUEST_BYTES`](super::MAX_REQUEST_BYTES).
	Request { from: EvmAddress, bytes: Vec<u8>, reply: Reply },
}

/// Where an answer goes. Dropping it refuses the request.
#[derive(Debug)]
pub struct Reply {
	to: oneshot::Sender<OutgoingResponse>,
	bytes_out: Counter<U64>,
	/// One of the requests that the anchor may have open.
	_place: OwnedSemaphorePermit,
}

impl Reply {
	pub(super) const fn new(
		to: oneshot::Sender<OutgoingResponse>,
		bytes_out: Counter<U64>,
		place: OwnedSemaphorePermit,
	) -> Self {
		Self { to, bytes_out, _place: place }
	}

	/// Answers. An answer of more than [`MAX_RESPONSE_BYTES`] is refused instead, as the network would not carry it.
	pub fn send(self, bytes: Vec<u8>) {
		if bytes.len() > MAX_RESPONSE_BYTES {
			let length = bytes.len();
			log::error!(target: LOG_TARGET, "an answer of {length} bytes is too large to be sent");
			return;
		}
		self.bytes_out.inc_by(bytes.len() as u64);
		let response = OutgoingResponse {
			result: Ok(bytes),
			reputation_changes: Vec::new(),
			sent_feedback: None,
		};
		// Whoever asked may be gone.
		let _ = self.to.send(response);
	}
}

/// A message, or a request if there is where to reply.
struct Arrival {
	/// Of which connection.
	session: u64,
	bytes: Vec<u8>,
	reply: Option<Reply>,
}

/// What is known and waits of one anchor.
struct Slot {
	/// The connection that is there.
	session: Option<u64>,
	/// The connection that the reader knows of.
	told: Option<u64>,
	queue: Queue<Arrival>,
	/// Whether it is among the anchors that have something for the reader.
	ready: bool,
}

impl Slot {
	/// The connection that the next event belongs to: that of the oldest arrival, or the present one.
	fn next_session(&self) -> Option<u64> {
		self.queue.front().map(|arrival| arrival.session).or(self.session)
	}

	fn has_event(&self) -> bool {
		self.queue.front().is_some() || self.told != self.session
	}

	/// The next event. The reader first learns that the connection it knows has ended, then of the next one, and only
	/// then of what came through it.
	fn next(&mut self, from: EvmAddress) -> Option<Event> {
		let next = self.next_session();
		if self.told != next {
			if self.told.take().is_some() {
				return Some(Event::Disconnected(from));
			}
			self.told = next;
			return Some(Event::Connected(from));
		}
		let Arrival { bytes, reply, .. } = self.queue.pop()?;
		Some(match reply {
			Some(reply) => Event::Request { from, bytes, reply },
			None => Event::Message { from, bytes },
		})
	}
}

#[derive(Default)]
struct State {
	slots: BTreeMap<EvmAddress, Slot>,
	/// Anchors with events, in turns.
	ready: VecDeque<EvmAddress>,
	sessions: u64,
	closed: bool,
}

impl State {
	fn mark_ready(&mut self, anchor: EvmAddress) {
		if let Some(slot) = self.slots.get_mut(&anchor) {
			if !slot.ready && slot.has_event() {
				slot.ready = true;
				self.ready.push_back(anchor);
			}
		}
	}

	fn next(&mut self) -> Option<Event> {
		loop {
			let anchor = self.ready.pop_front()?;
			let Some(slot) = self.slots.get_mut(&anchor) else { continue };
			slot.ready = false;
			// None if the connection has come and gone meanwhile.
			let event = slot.next(anchor);
			if slot.session.is_none() && slot.told.is_none() && !slot.has_event() {
				self.slots.remove(&anchor);
			}
			self.mark_ready(anchor);
			if event.is_some() {
				return event;
			}
		}
	}
}

/// The writing end.
pub(super) struct Inbox {
	state: Mutex<State>,
	reader: AtomicWaker,
	limits: Limits,
}

impl Inbox {
	pub fn new(limits: Limits) -> Arc<Self> {
		Arc::new(Self { state: Mutex::default(), reader: AtomicWaker::new(), limits })
	}

	/// A connection of an anchor has begun.
	pub fn connected(&self, anchor: EvmAddress) {
		let mut state = self.state.lock();
		state.sessions += 1;
		let session = state.sessions;
		let limits = &self.limits;
		let slot = state.slots.entry(anchor).or_insert_with(|| Slot {
			session: None,
			told: None,
			queue: Queue::new(limits.queued_messages, limits.queued_bytes),
			ready: false,
		});
		slot.session = Some(session);
		self.wake(state, anchor);
	}

	/// The connection of an anchor has ended.
	pub fn disconnected(&self, anchor: EvmAddress) {
		let mut state = self.state.lock();
		if let Some(slot) = state.slots.get_mut(&anchor) {
			slot.session = None;
		}
		self.wake(state, anchor);
	}

	/// A message, or a request if there is where to reply, of an anchor that is connected. Returns how many older ones
	/// were dropped.
	pub fn push(&self, anchor: EvmAddress, bytes: Vec<u8>, reply: Option<Reply>) -> u64 {
		let mut state = self.state.lock();
		let slot = state.slots.get_mut(&anchor);
		let Some((slot, session)) = slot.and_then(|slot| slot.session.map(|now| (slot, now)))
		else {
			return 1;
		};
		let dropped = slot.queue.push(bytes.len(), Arrival { session, bytes, reply });
		self.wake(state, anchor);
		dropped
	}

	/// Nothing more will come.
	pub fn close(&self) {
		let mut state = self.state.lock();
		let anchors: Vec<_> = state.slots.keys().copied().collect();
		for anchor in anchors {
			if let Some(slot) = state.slots.get_mut(&anchor) {
				slot.session = None;
			}
			state.mark_ready(anchor);
		}
		state.closed = true;
		drop(state);
		self.reader.wake();
	}

	fn wake(&self, mut state: parking_lot::MutexGuard<'_, State>, anchor: EvmAddress) {
		state.mark_ready(anchor);
		drop(state);
		self.reader.wake();
	}
}

/// What happens, as a stream; it ends with the exchange.
///
/// For each anchor, [`Event::Connected`] and [`Event::Disconnected`] alternate, and everything of it comes between them.
pub struct AnchorEvents {
	inbox: Arc<Inbox>,
}

impl AnchorEvents {
	pub(super) const fn new(inbox: Arc<Inbox>) -> Self {
		Self { inbox }
	}

	fn take(&self) -> Poll<Option<Event>> {
		let mut state = self.inbox.state.lock();
		match state.next() {
			Some(event) => Poll::Ready(Some(event)),
			None if state.closed => Poll::Ready(None),
			None => Poll::Pending,
		}
	}
}

impl Stream for AnchorEvents {
	type Item = Event;

	fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
		let taken = self.take();
		if taken.is_ready() {
			return taken;
		}
		self.inbox.reader.register(context.waker());
		// Something may have come before the registration.
		self.take()
	}
}
