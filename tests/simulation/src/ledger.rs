//! What settled snapshots left: the answers that every anchor gives itself.

use crate::operations::terms;
use smartlayer_commitment::{CutEnd, Extension, Judge};
use smartlayer_operations::{ClassTerms, InstanceState, Slot};
use smartlayer_types::{ClassId, InstanceId};
use sp_core::H256;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};

/// The state after some settled interval.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
	/// The interval; zero before the first.
	pub interval: u64,
	states: BTreeMap<(ClassId, InstanceId), InstanceState>,
	taken: BTreeSet<Slot>,
	/// Every operation of every snapshot.
	pub operations: BTreeSet<H256>,
	/// Where the interval's cut ended.
	pub ends: Vec<CutEnd>,
}

impl Ledger {
	/// The state one interval later.
	pub fn after(&self, extension: &Extension, ends: &[CutEnd]) -> Self {
		let mut next = self.clone();
		next.interval += 1;
		next.states.extend(extension.changes.iter().cloned());
		next.taken.extend(extension.taken.iter().map(|(slot, _)| slot.clone()));
		next.operations.extend(extension.operations.iter().map(|it| it.digest()));
		next.ends = ends.to_vec();
		next
	}
}

impl Judge for Ledger {
	fn class(&self, class: ClassId) -> Option<Arc<ClassTerms>> {
		terms(class)
	}

	fn state(&self, class: ClassId, instance: InstanceId) -> InstanceState {
		self.states.get(&(class, instance)).cloned().unwrap_or_default()
	}

	fn is_taken(&self, slot: &Slot) -> bool {
		self.taken.contains(slot)
	}

	fn oldest_ms(&self) -> u64 {
		0
	}
}
