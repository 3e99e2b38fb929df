//! Extensions: what certified operations make of the state that the snapshot before left.

use crate::cut::Certified;
use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};
use smartlayer_operations::{ClassTerms, InstanceState, Operation, Slot, VerifiedOperation};
use smartlayer_types::{ClassId, InstanceId, SignerRole};
use sp_core::H256;

/// What decides about certified operations. All of it follows from the chain up to the interval's first block and from
/// the confirmed snapshots before.
pub trait Judge {
	/// A class as it stands for the interval; `None` if there is none or it is not in use.
	fn class(&self, class: ClassId) -> Option<Arc<ClassTerms>>;

	/// The state of an instance in the snapshot before.
	fn state(&self, class: ClassId, instance: InstanceId) -> InstanceState;

	/// Whether a recorded slot was taken by an operation of an earlier snapshot that is not older than
	/// [`Self::oldest_ms`].
	fn is_taken(&self, slot: &Slot) -> bool;

	/// The earliest time, in milliseconds since 1970, that an operation of the interval can have: the first block's less
	/// the window.
	fn oldest_ms(&self) -> u64;
}

/// An instance and the state that the interval leaves it in.
pub type Change = ((ClassId, InstanceId), InstanceState);

/// What a snapshot adds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extension {
	/// The operations, in the order of the operations tree.
	pub operations: Vec<Arc<VerifiedOperation>>,
	/// The instances they touch, ascending, with their new states.
	pub changes: Vec<Change>,
	/// The recorded slots that are taken now.
	pub taken: Vec<(Slot, u64)>,
}

/// The order of an operation's leaf: by class, instance, sequenced before recorded, actor, number, kind.
fn order(it: &(bool, Arc<VerifiedOperation>)) -> impl Ord {
	let (recorded, operation) = it;
	let Operation { class, instance, seq, kind, ref actor, .. } = ***operation;
	// Sequenced operations of one instance differ in number; who signed them comes first in the tree all the same.
	(class, instance, *recorded, actor.clone(), seq, kind)
}

/// Certified operations by instance: those in sequence, by number, and those that service nodes recorded.
#[derive(Default)]
struct Group {
	sequenced: BTreeMap<(u64, H256), Arc<VerifiedOperation>>,
	recorded: BTreeMap<(Slot, H256), Arc<VerifiedOperation>>,
}

impl Extension {
	/// Extends the state by what was certified. An operation that does not fit is left out: signed too early, in a class
	/// that is gone, behind a gap, for a slot that is taken, or against the rules.
	pub fn of(certified: &Certified, judge: &impl Judge) -> Self {
		let mut groups: BTreeMap<(ClassId, InstanceId), Group> = BTreeMap::new();
		for (digest, operation) in certified {
			let Some(class) = judge.class(operation.class) else { continue };
			let Ok(rule) = class.admit(operation, || true) else { continue };
			if operation.time_ms < judge.oldest_ms() {
				continue;
			}
			let group = groups.entry((operation.class, operation.instance)).or_default();
			if rule.is_recorded() {
				let slot = Slot::of(operation, SignerRole::ServiceNode);
				group.recorded.insert((slot, *digest), operation.clone());
			} else {
				group.sequenced.insert((operation.seq, *digest), operation.clone());
			}
		}
		let mut extension = Self::default();
		let mut leaves = Vec::new();
		for (instance, group) in groups {
			extension.extend(instance, group, judge, &mut leaves);
		}
		leaves.sort_by_cached_key(order);
		extension.operations = leaves.into_iter().map(|(_, operation)| operation).collect();
		extension
	}

	fn extend(
		&mut self,
		instance: (ClassId, InstanceId),
		group: Group,
		judge: &impl Judge,
		leaves: &mut Vec<(bool, Arc<VerifiedOperation>)>,
	) {
		let Some(class) = judge.class(instance.0) else { return };
		let before = judge.state(instance.0, instance.1);
		let mut state = before.clone();
		for operation in group.sequenced.into_values() {
			if let Ok(next) = state.after_sequenced(&operation, &class) {
				state = next;
				leaves.push((false, operation));
			}
		}
		let mut last: Option<Slot> = None;
		for ((slot, _), operation) in group.recorded {
			// Two certificates for one slot would need a faulty third: the first counts, for everybody alike.
			if last.as_ref() == Some(&slot) || judge.is_taken(&slot) {
				continue;
			}
			state = state.after_recorded(&operation);
			self.taken.push((slot.clone(), operation.time_ms));
			leaves.push((true, operation));
			last = Some(slot);
		}
		if state != before {
			self.changes.push((instance, state));
		}
	}
}

#[cfg(test)]
mod tests;
