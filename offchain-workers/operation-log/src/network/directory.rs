//! Where the network addresses of anchors are found.

use super::Members;
use futures::{
	future::{pending, BoxFuture},
	FutureExt,
};
use sc_authority_discovery::Service;
use sc_network::{Multiaddr, PeerId};
use smartlayer_types::evm::EvmAddress;
use sp_authority_discovery::AuthorityId;
use std::{
	collections::{BTreeMap, BTreeSet},
	future::Future,
	time::Duration,
};
use tokio::time::timeout;

/// How many peers are taken of one anchor: a node and its stand-ins.
const MAX_PEERS: usize = 4;

/// How many addresses are taken of one peer.
const MAX_ADDRESSES: usize = 8;

/// How long one look-up may take. The directory answers from memory; should it hang, the others are still looked up.
const LOOK_UP_TIMEOUT: Duration = Duration::from_secs(5);

/// Finds the addresses of authorities.
pub trait Directory: Send + 'static {
	/// The addresses published under an authority id, each with the peer's id at its end. Empty if none are known.
	fn addresses(&mut self, of: AuthorityId) -> impl Future<Output = Vec<Multiaddr>> + Send;
}

impl Directory for Service {
	async fn addresses(&mut self, of: AuthorityId) -> Vec<Multiaddr> {
		let found = self.get_addresses_by_authority_id(of).await;
		let mut addresses: Vec<_> = found.into_iter().flatten().collect();
		addresses.sort();
		addresses
	}
}

/// Addresses of the peers of each anchor.
pub(super) type Found = BTreeMap<EvmAddress, BTreeMap<PeerId, Vec<Multiaddr>>>;

/// Looks up members while the worker does other things: one look-up at a time.
pub(super) struct Search<D> {
	/// Not here while something is looked up.
	directory: Option<D>,
	running: Option<BoxFuture<'static, (D, Found)>>,
	/// Whom to look up after that.
	next: Option<Members>,
	/// How long each of them may take.
	patience: Duration,
}

impl<D: Directory> Search<D> {
	pub const fn new(directory: D) -> Self {
		let patience = LOOK_UP_TIMEOUT;
		Self { directory: Some(directory), running: None, next: None, patience }
	}

	/// Looks up these members, at once or after those who are being looked up.
	pub fn start(&mut self, members: Members) {
		match self.directory.take() {
			Some(directory) => {
				self.running = Some(look_up(directory, members, self.patience).boxed());
			},
			None => self.next = Some(members),
		}
	}

	/// Waits for what is found. Nothing is lost if the future is dropped.
	pub async fn found(&mut self) -> Found {
		let Some(running) = &mut self.running else { return pending().await };
		let (directory, found) = running.await;
		self.running = None;
		self.directory = Some(directory);
		if let Some(members) = self.next.take() {
			self.start(members);
		}
		found
	}
}

/// Looks up all members, one after another, and returns the directory for the next time.
async fn look_up<D: Directory>(
	mut directory: D,
	members: Members,
	patience: Duration,
) -> (D, Found) {
	let mut found = Found::new();
	for (anchor, authority) in members {
		let addresses = timeout(patience, directory.addresses(authority)).await;
		found.insert(anchor, by_peer(addresses.unwrap_or_default()));
	}
	(directory, found)
}

/// The peer ids that were found.
pub(super) fn peers_of(found: &Found) -> BTreeMap<EvmAddress, BTreeSet<PeerId>> {
	found.iter().map(|(anchor, peers)| (*anchor, peers.keys().copied().collect())).collect()
}

/// The addresses by the peer at their end, no more than are allowed.
fn by_peer(addresses: Vec<Multiaddr>) -> BTreeMap<PeerId, Vec<Multiaddr>> {
	let mut peers = BTreeMap::<_, Vec<_>>::new();
	for address in addresses {
		let Some(peer) = PeerId::try_from_multiaddr(&address) else { continue };
		if peers.len() == MAX_PEERS && !peers.contains_key(&peer) {
			continue;
		}
		let known = peers.entry(peer).or_default();
		if known.len() < MAX_ADDRESSES {
			known.push(address);
		}
	}
	peers
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::network::tests::authority;
	use std::collections::HashMap;

	fn address(peer: PeerId, port: u16) -> Multiaddr {
		format!("/ip4/127.0.0.1/tcp/{port}/p2p/{peer}").parse().unwrap()
	}

	#[test]
	fn addresses_are_grouped_by_peer() {
		let (one, other) = (PeerId::random(), PeerId::random());
		let found = by_peer(vec![address(one, 1), address(other, 2), address(one, 3)]);
		assert_eq!(found[&one], [address(one, 1), address(one, 3)]);
		assert_eq!(found[&other], [address(other, 2)]);
	}

	#[test]
	fn addresses_without_a_peer_are_left_out() {
		assert!(by_peer(vec!["/ip4/127.0.0.1/tcp/1".parse().unwrap()]).is_empty());
	}

	#[test]
	fn no_more_peers_and_addresses_are_taken_than_allowed() {
		let peer = PeerId::random();
		let found = by_peer((0..100).map(|port| address(peer, port)).collect());
		assert_eq!(found[&peer].len(), MAX_ADDRESSES);
		let found = by_peer((0..100).map(|port| address(PeerId::random(), port)).collect());
		assert_eq!(found.len(), MAX_PEERS);
	}

	const PATIENCE: Duration = Duration::from_millis(200);

	/// Answers for some and hangs for all others.
	struct Slow(HashMap<AuthorityId, Multiaddr>);

	impl Directory for Slow {
		async fn addresses(&mut self, of: AuthorityId) -> Vec<Multiaddr> {
			match self.0.get(&of) {
				Some(address) => vec![address.clone()],
				None => std::future::pending().await,
			}
		}
	}

	#[tokio::test]
	async fn a_search_that_is_asked_for_meanwhile_follows() {
		let peer = PeerId::random();
		let mut search = Search::new(Slow(HashMap::from([(authority(2), address(peer, 1))])));
		search.patience = PATIENCE;
		assert!(search.found().now_or_never().is_none(), "nothing is looked up");
		let anchor = EvmAddress::repeat_byte;
		search.start([(anchor(1), authority(1))].into());
		search.start([(anchor(3), authority(1))].into());
		search.start([(anchor(2), authority(2))].into());
		assert!(search.found().now_or_never().is_none(), "it hangs");
		assert_eq!(search.found().await, Found::from([(anchor(1), BTreeMap::new())]));
		let found = BTreeMap::from([(peer, vec![address(peer, 1)])]);
		assert_eq!(search.found().await, Found::from([(anchor(2), found)]));
		assert!(search.found().now_or_never().is_none());
	}

	#[tokio::test]
	async fn a_look_up_that_hangs_does_not_hold_up_the_others() {
		let peer = PeerId::random();
		let directory = Slow(HashMap::from([(authority(2), address(peer, 1))]));
		let anchor = EvmAddress::repeat_byte;
		let members = [(anchor(1), authority(1)), (anchor(2), authority(2))];
		let (_, found) = look_up(directory, members.into(), PATIENCE).await;
		assert_eq!(found[&anchor(1)], BTreeMap::new());
		assert_eq!(found[&anchor(2)], BTreeMap::from([(peer, vec![address(peer, 1)])]));
	}
}
