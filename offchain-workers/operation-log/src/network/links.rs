//! The connected anchors, as whoever sends sees them.

use super::{outbox::Outbox, Limits};
use parking_lot::RwLock;
use sc_network::PeerId;
use smartlayer_types::evm::EvmAddress;
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::Semaphore;

/// How to reach a connected anchor.
#[derive(Clone)]
pub(super) struct Link {
	pub peer: PeerId,
	pub outbox: Arc<Outbox>,
	/// Places for requests of the anchor.
	pub incoming: Arc<Semaphore>,
	/// Places for requests to the anchor.
	pub outgoing: Arc<Semaphore>,
}

impl Link {
	pub fn new(peer: PeerId, limits: &Limits) -> Self {
		let places = || Arc::new(Semaphore::new(limits.open_requests));
		Self { peer, outbox: Outbox::new(limits), incoming: places(), outgoing: places() }
	}
}

/// All of them. The worker changes them, handles read them.
#[derive(Default)]
pub(super) struct Links(RwLock<BTreeMap<EvmAddress, Link>>);

impl Links {
	/// Adds an anchor, and returns how many there are.
	pub fn insert(&self, anchor: EvmAddress, link: Link) -> usize {
		let mut links = self.0.write();
		if let Some(older) = links.insert(anchor, link) {
			older.outbox.close();
		}
		links.len()
	}

	/// Removes an anchor, and returns how many are left.
	pub fn remove(&self, anchor: EvmAddress) -> usize {
		let mut links = self.0.write();
		if let Some(link) = links.remove(&anchor) {
			link.outbox.close();
		}
		links.len()
	}

	/// Removes all.
	pub fn clear(&self) {
		std::mem::take(&mut *self.0.write()).values().for_each(|link| link.outbox.close());
	}

	pub fn get(&self, anchor: EvmAddress) -> Option<Link> {
		self.0.read().get(&anchor).cloned()
	}

	/// The connected anchors.
	pub fn anchors(&self) -> Vec<EvmAddress> {
		self.0.read().keys().copied().collect()
	}

	/// Calls the function for each.
	pub fn for_each(&self, act: impl FnMut(&Link)) {
		self.0.read().values().for_each(act);
	}
}
