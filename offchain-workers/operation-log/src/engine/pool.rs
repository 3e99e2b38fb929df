//! The operations that are known and not settled.

use super::logs::LogId;
use smartlayer_operations::{Position, Rank, Slot, VerifiedOperation};
use sp_core::H256;
use std::{
	collections::{BTreeMap, HashMap},
	sync::Arc,
};

/// An operation and where it stands.
#[derive(Debug)]
pub(super) struct Pooled {
	pub operation: Arc<VerifiedOperation>,
	/// Its slot, once its class is known.
	pub slot: Option<Slot>,
	/// Its places in the logs.
	pub places: Vec<(LogId, Position)>,
	/// Whether a client gave it to this anchor, which sees to it that it is logged.
	pub is_mine: bool,
	/// The settled interval whose snapshot holds it.
	pub settled: Option<u64>,
}

/// All of them, by digest and by slot.
#[derive(Debug, Default)]
pub(super) struct Pool {
	operations: HashMap<H256, Pooled>,
	slots: HashMap<Slot, BTreeMap<Rank, H256>>,
}

impl Pool {
	pub fn get(&self, digest: &H256) -> Option<&Pooled> {
		self.operations.get(digest)
	}

	/// Adds a place of an operation.
	pub fn insert(&mut self, operation: &Arc<VerifiedOperation>, log: &LogId, position: Position) {
		self.entry(operation).places.push((log.clone(), position));
	}

	/// Adds an operation that a client gave to this anchor.
	pub fn insert_own(&mut self, operation: &Arc<VerifiedOperation>) {
		self.entry(operation).is_mine = true;
	}

	fn entry(&mut self, operation: &Arc<VerifiedOperation>) -> &mut Pooled {
		self.operations.entry(operation.digest()).or_insert_with(|| Pooled {
			operation: operation.clone(),
			slot: None,
			places: Vec::new(),
			is_mine: false,
			settled: None,
		})
	}

	/// Puts an operation into its slot, where the best few are kept.
	pub fn assign(&mut self, digest: &H256, slot: &Slot, rank: Rank, kept: usize) {
		let Some(pooled) = self.operations.get_mut(digest) else { return };
		pooled.slot = Some(slot.clone());
		let candidates = self.slots.entry(slot.clone()).or_default();
		candidates.insert(rank, *digest);
		if candidates.len() > kept {
			candidates.pop_last();
		}
	}

	/// The operations for a slot, best first.
	pub fn candidates(&self, slot: &Slot) -> Vec<H256> {
		self.slots.get(slot).map(|it| it.values().copied().collect()).unwrap_or_default()
	}

	/// The best operation for a slot.
	pub fn best(&self, slot: &Slot) -> Option<&Pooled> {
		self.get(self.slots.get(slot)?.values().next()?)
	}

	/// Marks what a settled interval's snapshot holds, and returns what was there beside it for its slot.
	pub fn settle(&mut self, digest: &H256, interval: u64) -> Vec<H256> {
		let Some(pooled) = self.operations.get_mut(digest) else { return Vec::new() };
		pooled.settled = Some(interval);
		let candidates = pooled.slot.as_ref().and_then(|slot| self.slots.remove(slot));
		candidates.into_iter().flat_map(BTreeMap::into_values).filter(|it| it != digest).collect()
	}

	/// Whether an operation is known and not settled.
	pub fn is_open(&self, digest: &H256) -> bool {
		self.get(digest).is_some_and(|it| it.settled.is_none())
	}

	pub fn remove_place(&mut self, digest: &H256, log: &LogId, position: Position) {
		if let Some(pooled) = self.operations.get_mut(digest) {
			pooled.places.retain(|(at, it)| (at, *it) != (log, position));
		}
	}

	/// No longer sees to it that an operation is logged.
	pub fn disown(&mut self, digest: &H256) {
		if let Some(pooled) = self.operations.get_mut(digest) {
			pooled.is_mine = false;
		}
	}

	/// Digests of all that is not settled, in an order that is the same everywhere.
	pub fn open(&self) -> Vec<H256> {
		let open = self.operations.iter().filter(|(_, it)| it.settled.is_none());
		let mut digests: Vec<_> = open.map(|(digest, _)| *digest).collect();
		digests.sort_unstable();
		digests
	}

	/// Forgets what stands nowhere and is nobody's here.
	pub fn sweep(&mut self) {
		let is_kept = |it: &Pooled| !it.places.is_empty() || (it.is_mine && it.settled.is_none());
		self.operations.retain(|_, it| is_kept(it));
		let operations = &self.operations;
		self.slots.retain(|_, candidates| {
			candidates.retain(|_, digest| operations.contains_key(digest));
			!candidates.is_empty()
		});
	}
}
