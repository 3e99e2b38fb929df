//! Who may be connected, and how much each may send: what happens goes in, what is to be done comes out.
//!
//! Nothing here waits, reads a clock or knows a network. **Invariants**, checked by the tests after every step: a linked
//! peer stands for exactly one anchor and an anchor has at most one peer; linked anchors are members, neither this node's
//! own nor cut off; for each anchor, connecting and disconnecting alternate.

use super::{
	limits::{Bucket, Limits},
	misconduct::{Refusal, RequestRefusal, FLOOD, OVERSIZED, STRANGER},
	Misbehaviour, MAX_REQUEST_BYTES,
};
use sc_network::{PeerId, ReputationChange};
use smartlayer_types::evm::EvmAddress;
use std::{
	collections::{BTreeMap, BTreeSet},
	time::{Duration, Instant},
};

/// How long a peer is not dialled whose handshake was refused although it is known under an anchor's id: it has no key yet,
/// or one of the two nodes has not seen the new set.
const REFUSED_FOR: Duration = Duration::from_secs(10);

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
	/// Connect to these peers and to nobody else; disconnect all others.
	Reserve(BTreeSet<PeerId>),
	/// Change a peer's reputation.
	Report(PeerId, ReputationChange),
	/// The anchor can be talked to, at this peer.
	Connected(EvmAddress, PeerId),
	/// It no longer can. Anything more from the peer is ignored.
	Disconnected(EvmAddress),
	/// The anchor was cut off: to be counted.
	CutOff(EvmAddress),
}

/// What an anchor may still send. It outlives connections, so that nothing is won by connecting again.
struct Allowance {
	messages: Bucket,
	bytes: Bucket,
	requests: Bucket,
}

impl Allowance {
	fn new(limits: &Limits, now: Instant) -> Self {
		Self {
			messages: Bucket::new(limits.messages, now),
			bytes: Bucket::new(limits.bytes, now),
			requests: Bucket::new(limits.requests, now),
		}
	}
}

/// All peers of the protocol.
pub(super) struct PeerTable {
	local: PeerId,
	limits: Limits,
	/// The anchor that this node is.
	own: Option<EvmAddress>,
	members: BTreeSet<EvmAddress>,
	/// Peers that are published under an anchor's authority id.
	known: BTreeMap<EvmAddress, BTreeSet<PeerId>>,
	/// Connected peers, both ways.
	anchors: BTreeMap<PeerId, EvmAddress>,
	peers: BTreeMap<EvmAddress, PeerId>,
	/// Peers that made room for a newer one of the same anchor. They stay away while that one is there.
	displaced: BTreeMap<PeerId, EvmAddress>,
	/// Until when anchors are cut off.
	cut_off: BTreeMap<EvmAddress, Instant>,
	/// Until when peers are not dialled.
	refused: BTreeMap<PeerId, Instant>,
	allowances: BTreeMap<EvmAddress, Allowance>,
	/// What was last asked of the network.
	reserved: BTreeSet<PeerId>,
}

impl PeerTable {
	/// A table of the node with this peer id: nobody, among nobody.
	pub fn new(local: PeerId, limits: Limits) -> Self {
		Self {
			local,
			limits,
			own: None,
			members: BTreeSet::new(),
			known: BTreeMap::new(),
			anchors: BTreeMap::new(),
			peers: BTreeMap::new(),
			displaced: BTreeMap::new(),
			cut_off: BTreeMap::new(),
			refused: BTreeMap::new(),
			allowances: BTreeMap::new(),
			reserved: BTreeSet::new(),
		}
	}

	/// The anchor that this node is.
	pub const fn own(&self) -> Option<EvmAddress> {
		self.own
	}

	/// Sets who this node is. If that changes, all connections are closed, as they were opened with another handshake.
	pub fn set_own(&mut self, own: Option<EvmAddress>) -> Vec<Action> {
		if own == self.own {
			return Vec::new();
		}
		self.own = own;
		let mut actions = Vec::new();
		for anchor in self.peers.keys().copied().collect::<Vec<_>>() {
			self.unlink(anchor, &mut actions);
		}
		if !self.reserved.is_empty() {
			self.reserved.clear();
			actions.push(Action::Reserve(BTreeSet::new()));
		}
		self.reserve(&mut actions);
		actions
	}

	/// Sets who may be connected.
	pub fn set_members(&mut self, members: BTreeSet<EvmAddress>) -> Vec<Action> {
		let mut actions = Vec::new();
		self.members = members;
		self.known.retain(|anchor, _| self.members.contains(anchor));
		self.allowances.retain(|anchor, _| self.members.contains(anchor));
		self.cut_off.retain(|anchor, _| self.members.contains(anchor));
		// Who was no member may be one now.
		self.refused.clear();
		let gone = self.peers.keys().filter(|anchor| !self.members.contains(anchor));
		for anchor in gone.copied().collect::<Vec<_>>() {
			self.unlink(anchor, &mut actions);
		}
		self.reserve(&mut actions);
		actions
	}

	/// Sets under which peer ids members can be found. A member for which nothing is found keeps what was found before.
	pub fn set_known(&mut self, found: BTreeMap<EvmAddress, BTreeSet<PeerId>>) -> Vec<Action> {
		for (anchor, peers) in found {
			if self.members.contains(&anchor) && !peers.is_empty() {
				self.known.insert(anchor, peers);
			}
		}
		let mut actions = Vec::new();
		self.reserve(&mut actions);
		actions
	}

	/// Whether a peer may be connected as the anchor that signed its handshake.
	pub fn admit(&self, signer: Option<EvmAddress>, now: Instant) -> Result<EvmAddress, Refusal> {
		let own = self.own.ok_or(Refusal::Nobody)?;
		let anchor = signer.ok_or(Refusal::Unsigned)?;
		if anchor == own {
			return Err(Refusal::OwnKey);
		}
		if !self.members.contains(&anchor) {
			return Err(Refusal::NotMember);
		}
		if self.cut_off.get(&anchor).is_some_and(|until| now < *until) {
			return Err(Refusal::CutOff);
		}
		Ok(anchor)
	}

	/// A peer's substream was not accepted.
	pub fn refused(&mut self, peer: PeerId, refusal: Refusal, now: Instant) -> Vec<Action> {
		let mut actions = Vec::new();
		actions.extend(refusal.cost().map(|cost| Action::Report(peer, cost)));
		// Only who was to be connected can have come so far: the map is no larger than that set. A connection that is there
		// stays.
		if self.reserved.contains(&peer) && !self.anchors.contains_key(&peer) {
			self.refused.insert(peer, now + REFUSED_FOR);
		}
		self.reserve(&mut actions);
		actions
	}

	/// A substream is open, with this anchor's signature in the handshake. Where this node has dialled, it is the first time
	/// that it sees the handshake.
	pub fn opened(
		&mut self,
		peer: PeerId,
		signer: Option<EvmAddress>,
		now: Instant,
	) -> Result<Vec<Action>, (Refusal, Vec<Action>)> {
		let mut actions = Vec::new();
		if let Some(before) = self.anchors.get(&peer) {
			// The network says when a substream closes; should it not, this one still counts.
			self.unlink(*before, &mut actions);
		}
		let anchor = match self.admit(signer, now) {
			Ok(anchor) => anchor,
			Err(refusal) => {
				actions.extend(self.refused(peer, refusal, now));
				return Err((refusal, actions));
			},
		};
		if let Some(older) = self.peers.get(&anchor).copied() {
			self.unlink(anchor, &mut actions);
			self.displaced.insert(older, anchor);
		}
		self.displaced.remove(&peer);
		self.refused.remove(&peer);
		self.anchors.insert(peer, anchor);
		self.peers.insert(anchor, peer);
		let allowance = || Allowance::new(&self.limits, now);
		self.allowances.entry(anchor).or_insert_with(allowance);
		actions.push(Action::Connected(anchor, peer));
		self.reserve(&mut actions);
		Ok(actions)
	}

	/// A substream is closed.
	pub fn closed(&mut self, peer: PeerId) -> Vec<Action> {
		let mut actions = Vec::new();
		if let Some(anchor) = self.anchors.get(&peer) {
			self.unlink(*anchor, &mut actions);
		}
		self.reserve(&mut actions);
		actions
	}

	/// A message has come. The anchor it is from, if it is to be handed on.
	pub fn received(
		&mut self,
		peer: PeerId,
		bytes: usize,
		now: Instant,
	) -> (Option<EvmAddress>, Vec<Action>) {
		let Some(anchor) = self.anchors.get(&peer).copied() else {
			// On its way when the peer was disconnected.
			return (None, Vec::new());
		};
		if self.spend(anchor, bytes, now) {
			(Some(anchor), Vec::new())
		} else {
			(None, self.cut(anchor, FLOOD, now))
		}
	}

	/// A request has come. The anchor it is from, if it is to be handed on.
	pub fn requested(
		&mut self,
		peer: PeerId,
		bytes: usize,
		now: Instant,
	) -> (Result<EvmAddress, RequestRefusal>, Vec<Action>) {
		let Some(anchor) = self.anchors.get(&peer).copied() else {
			return (Err(RequestRefusal::Stranger), vec![Action::Report(peer, STRANGER)]);
		};
		if bytes > MAX_REQUEST_BYTES {
			return (Err(RequestRefusal::Oversized), self.cut(anchor, OVERSIZED, now));
		}
		if !self.spend(anchor, bytes, now) {
			return (Err(RequestRefusal::Flood), self.cut(anchor, FLOOD, now));
		}
		let allowance = self.allowances.get_mut(&anchor);
		let allowed = allowance.is_some_and(|allowance| allowance.requests.take(1, now));
		(if allowed { Ok(anchor) } else { Err(RequestRefusal::Busy) }, Vec::new())
	}

	/// The operation log has found something wrong with what an anchor sent.
	pub fn misbehaved(
		&mut self,
		anchor: EvmAddress,
		misbehaviour: Misbehaviour,
		now: Instant,
	) -> Vec<Action> {
		if misbehaviour.cuts_off() {
			return self.cut(anchor, misbehaviour.cost(), now);
		}
		let peer = self.peers.get(&anchor);
		peer.map(|peer| Action::Report(*peer, misbehaviour.cost())).into_iter().collect()
	}

	/// Time has passed.
	pub fn tick(&mut self, now: Instant) -> Vec<Action> {
		self.cut_off.retain(|_, until| now < *until);
		self.refused.retain(|_, until| now < *until);
		let mut actions = Vec::new();
		self.reserve(&mut actions);
		actions
	}

	/// Takes a message of this size out of what an anchor may send.
	fn spend(&mut self, anchor: EvmAddress, bytes: usize, now: Instant) -> bool {
		let Some(allowance) = self.allowances.get_mut(&anchor) else { return false };
		allowance.messages.take(1, now) && allowance.bytes.take(bytes as u64, now)
	}

	/// Reports an anchor's peer and cuts the anchor off.
	fn cut(&mut self, anchor: EvmAddress, cost: ReputationChange, now: Instant) -> Vec<Action> {
		let Some(peer) = self.peers.get(&anchor).copied() else { return Vec::new() };
		let until = now + self.limits.cut_off;
		self.cut_off.insert(anchor, until);
		// It may be known under another anchor's id too.
		self.refused.insert(peer, until);
		let mut actions = vec![Action::Report(peer, cost), Action::CutOff(anchor)];
		self.unlink(anchor, &mut actions);
		self.reserve(&mut actions);
		actions
	}

	fn unlink(&mut self, anchor: EvmAddress, actions: &mut Vec<Action>) {
		let Some(peer) = self.peers.remove(&anchor) else { return };
		self.anchors.remove(&peer);
		self.displaced.retain(|_, of| *of != anchor);
		actions.push(Action::Disconnected(anchor));
	}

	/// Asks for the peers that are to be connected, if they are others than before.
	fn reserve(&mut self, actions: &mut Vec<Action>) {
		let wanted = self.wanted();
		if wanted != self.reserved {
			self.reserved.clone_from(&wanted);
			actions.push(Action::Reserve(wanted));
		}
	}

	fn wanted(&self) -> BTreeSet<PeerId> {
		let Some(own) = self.own else { return BTreeSet::new() };
		let away = |anchor: &EvmAddress| *anchor == own || self.cut_off.contains_key(anchor);
		let known = self.known.iter().filter(|(anchor, _)| !away(anchor));
		let known = known.flat_map(|(_, peers)| peers);
		let wanted = known.chain(self.anchors.keys()).filter(|peer| {
			**peer != self.local
				&& !self.refused.contains_key(peer)
				&& !self.displaced.contains_key(peer)
		});
		wanted.copied().collect()
	}
}
