//! Carries out on the node's network what the peer table decides.

use super::{
	directory::{peers_of, Found, Search},
	handshake::{self, Identity},
	inbox::{AnchorEvents, Inbox, Reply},
	links::{Link, Links},
	metrics::Metrics,
	misconduct::{Refusal, RequestRefusal},
	peers::{Action, PeerTable},
	AnchorHandle, Directory, Limits, Members, Misbehaviour, NetworkParams, Protocols, LOG_TARGET,
};
use futures::{future::BoxFuture, stream::FuturesUnordered, FutureExt, StreamExt};
use sc_network::{
	config::IncomingRequest,
	multiaddr::Protocol,
	service::traits::{NetworkService, NotificationEvent, ValidationResult},
	Multiaddr, NetworkPeers, NetworkStateInfo, NotificationService, PeerId, ProtocolName,
};
use smartlayer_types::evm::EvmAddress;
use sp_core::H256;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use substrate_prometheus_endpoint::PrometheusError;
use tokio::{
	sync::{mpsc, watch},
	time::{interval, Instant, MissedTickBehavior},
};

/// How many complaints may wait.
const WAITING_REPORTS: usize = 256;

/// How often what lasts for a while is looked at.
const TICK: Duration = Duration::from_secs(1);

/// The task behind the exchange.
pub(super) struct Worker<D> {
	service: Arc<dyn NetworkService>,
	genesis: H256,
	messages: Box<dyn NotificationService>,
	requests: async_channel::Receiver<IncomingRequest>,
	members: watch::Receiver<Members>,
	reports: mpsc::Receiver<(EvmAddress, Misbehaviour)>,
	search: Search<D>,
	identity: Identity,
	table: PeerTable,
	links: Arc<Links>,
	inbox: Arc<Inbox>,
	/// What sends the messages that wait for each peer.
	senders: FuturesUnordered<BoxFuture<'static, ()>>,
	limits: Limits,
	metrics: Metrics,
}

/// Makes the parts of an exchange.
pub(super) fn assemble<D: Directory>(
	params: NetworkParams<D>,
) -> Result<(AnchorHandle, AnchorEvents, Worker<D>), PrometheusError> {
	let NetworkParams { service, protocols, keystore, genesis, members, directory, .. } = params;
	let Protocols { messages, requests, request_name } = protocols;
	let limits = params.limits.sane();
	let metrics = Metrics::new(params.registry.as_ref())?;
	let (to_worker, reports) = mpsc::channel(WAITING_REPORTS);
	let links = Arc::<Links>::default();
	let inbox = Inbox::new(limits);
	let peer = service.local_peer_id();
	let handle =
		AnchorHandle::new(links.clone(), service.clone(), request_name, to_worker, metrics.clone());
	let worker = Worker {
		service,
		genesis,
		messages,
		requests,
		members,
		reports,
		search: Search::new(directory),
		identity: Identity::new(keystore, genesis, peer),
		table: PeerTable::new(peer, limits),
		links,
		inbox: inbox.clone(),
		senders: FuturesUnordered::new(),
		limits,
		metrics,
	};
	Ok((handle, AnchorEvents::new(inbox), worker))
}

/// The time, for the peer table.
fn now() -> std::time::Instant {
	Instant::now().into_std()
}

impl<D: Directory> Worker<D> {
	/// Works until the network, the sender of members or the last handle is gone.
	pub async fn run(mut self) {
		let mut tick = interval(TICK);
		let mut refresh = interval(self.limits.refresh);
		for timer in [&mut tick, &mut refresh] {
			timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
		}
		// The handshake before anything else: no peer is reserved until it is set.
		self.adopt_members();
		loop {
			tokio::select! {
				event = self.messages.next_event() => match event {
					Some(event) => self.on_network_event(event),
					None => break,
				},
				request = self.requests.recv() => match request {
					Ok(request) => self.on_request(request),
					Err(_closed) => break,
				},
				changed = self.members.changed() => {
					if changed.is_err() {
						break;
					}
					self.adopt_members();
					refresh.reset_immediately();
				},
				report = self.reports.recv() => match report {
					Some((anchor, reason)) => {
						let actions = self.table.misbehaved(anchor, reason, now());
						self.perform(actions);
					},
					None => break,
				},
				_ = refresh.tick() => {
					// Keys may have been added meanwhile.
					self.adopt_identity();
					self.search.start(self.members.borrow().clone());
				},
				found = self.search.found() => self.on_found(found),
				_ = tick.tick() => {
					let actions = self.table.tick(now());
					self.perform(actions);
				},
				Some(()) = self.senders.next() => {},
			}
		}
	}

	/// Takes over who may be connected.
	fn adopt_members(&mut self) {
		let members = self.members.borrow_and_update().keys().copied().collect();
		let actions = self.table.set_members(members);
		self.perform(actions);
		self.adopt_identity();
	}

	/// Takes over who this node is.
	fn adopt_identity(&mut self) {
		let before = self.table.own();
		let chosen = self.identity.choose(&self.members.borrow(), before);
		let (own, handshake) = chosen.unzip();
		if own == before && own.is_some() {
			return;
		}
		if own != before {
			log::info!(target: LOG_TARGET, "this node is now anchor {own:?}, it was {before:?}");
		}
		let handshake = handshake.unwrap_or(handshake::EMPTY);
		if self.messages.try_set_handshake(handshake).is_err() {
			log::error!(target: LOG_TARGET, "the network does not take the handshake");
		}
		let actions = self.table.set_own(own);
		self.perform(actions);
	}

	fn on_found(&mut self, found: Found) {
		let peers = peers_of(&found);
		for (peer, addresses) in found.into_values().flatten() {
			for address in addresses {
				self.service.add_known_address(peer, address);
			}
		}
		let actions = self.table.set_known(peers);
		self.perform(actions);
	}

	fn on_network_event(&mut self, event: NotificationEvent) {
		match event {
			NotificationEvent::ValidateInboundSubstream { peer, handshake, result_tx } => {
				let signer = handshake::signer(&handshake, self.genesis, &peer);
				let result = match self.table.admit(signer, now()) {
					Ok(_) => ValidationResult::Accept,
					Err(refusal) => {
						let actions = self.table.refused(peer, refusal, now());
						self.refuse(peer, refusal, actions);
						ValidationResult::Reject
					},
				};
				// The network may have given up on the peer.
				let _ = result_tx.send(result);
			},
			NotificationEvent::NotificationStreamOpened { peer, handshake, .. } => {
				let signer = handshake::signer(&handshake, self.genesis, &peer);
				match self.table.opened(peer, signer, now()) {
					Ok(actions) => self.perform(actions),
					Err((refusal, actions)) => self.refuse(peer, refusal, actions),
				}
			},
			NotificationEvent::NotificationStreamClosed { peer } => {
				let actions = self.table.closed(peer);
				self.perform(actions);
			},
			NotificationEvent::NotificationReceived { peer, notification } => {
				self.on_message(peer, notification);
			},
		}
	}

	fn refuse(&mut self, peer: PeerId, refusal: Refusal, actions: Vec<Action>) {
		let reason = refusal.name();
		if refusal == Refusal::OwnKey {
			log::error!(
				target: LOG_TARGET,
				"{peer} runs with this node's anchor key: stop one of the two, or both will be slashed"
			);
		} else {
			log::debug!(target: LOG_TARGET, "{peer} is refused: {reason}");
		}
		self.metrics.refused.with_label_values(&[reason]).inc();
		self.perform(actions);
	}

	fn on_message(&mut self, peer: PeerId, bytes: Vec<u8>) {
		let length = bytes.len();
		let (from, actions) = self.table.received(peer, length, now());
		self.perform(actions);
		let Some(from) = from else { return };
		self.metrics.messages_in.inc();
		self.metrics.bytes_in.inc_by(length as u64);
		self.metrics.dropped_in.inc_by(self.inbox.push(from, bytes, None));
	}

	fn on_request(&mut self, request: IncomingRequest) {
		let IncomingRequest { peer, payload, pending_response } = request;
		let (from, actions) = self.table.requested(peer, payload.len(), now());
		self.perform(actions);
		let place = from.and_then(|from| {
			let link = self.links.get(from).ok_or(RequestRefusal::Stranger)?;
			let place = link.incoming.try_acquire_owned();
			Ok((from, place.map_err(|_full| RequestRefusal::Busy)?))
		});
		match place {
			Ok((from, place)) => {
				self.metrics.bytes_in.inc_by(payload.len() as u64);
				let reply = Reply::new(pending_response, self.metrics.bytes_out.clone(), place);
				self.metrics.dropped_in.inc_by(self.inbox.push(from, payload, Some(reply)));
			},
			// The response channel is dropped, which refuses.
			Err(refusal) => {
				self.metrics.refused_requests.with_label_values(&[refusal.name()]).inc();
			},
		}
	}

	fn perform(&mut self, actions: Vec<Action>) {
		for action in actions {
			match action {
				Action::Reserve(peers) => self.reserve(&peers),
				Action::Report(peer, cost) => self.service.report_peer(peer, cost),
				Action::Connected(anchor, peer) => self.connect(anchor, peer),
				Action::Disconnected(anchor) => {
					self.metrics.connected.set(self.links.remove(anchor) as u64);
					self.inbox.disconnected(anchor);
					log::debug!(target: LOG_TARGET, "anchor {anchor:?} is disconnected");
				},
				Action::CutOff(anchor) => {
					let seconds = self.limits.cut_off.as_secs();
					log::warn!(target: LOG_TARGET, "anchor {anchor:?} is cut off for {seconds} s");
					self.metrics.cut_off.inc();
				},
			}
		}
	}

	fn connect(&mut self, anchor: EvmAddress, peer: PeerId) {
		let link = Link::new(peer, &self.limits);
		// Without a sink the substream has closed already, which the next event says.
		if let Some(sink) = self.messages.message_sink(&peer) {
			let sending = link.outbox.clone().send_all(sink, self.metrics.clone());
			self.senders.push(sending.boxed());
		}
		self.metrics.connected.set(self.links.insert(anchor, link) as u64);
		self.inbox.connected(anchor);
		log::debug!(target: LOG_TARGET, "anchor {anchor:?} is connected as {peer}");
	}
}

impl<D> Worker<D> {
	/// Makes these peers, and no others, those that the network keeps connected.
	fn reserve(&self, peers: &BTreeSet<PeerId>) {
		let address = |peer: &PeerId| Multiaddr::empty().with(Protocol::P2p((*peer).into()));
		let name: ProtocolName = self.messages.protocol().clone();
		let peers = peers.iter().map(address).collect();
		if let Err(reason) = self.service.set_reserved_peers(name, peers) {
			log::error!(target: LOG_TARGET, "the network does not take the peers: {reason}");
		}
	}
}

impl<D> Drop for Worker<D> {
	fn drop(&mut self) {
		self.reserve(&BTreeSet::new());
		self.links.clear();
		self.metrics.connected.set(0);
		self.inbox.close();
	}
}
