//! What must hold of every schedule.

use crate::{chain::Chain, ledger::Ledger};
use smartlayer_commitment::Judge;
use smartlayer_operation_log::engine::Event;
use smartlayer_operations::{Slot, VerifiedOperation};
use smartlayer_types::SignerRole;
use sp_core::H256;
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt,
	sync::Arc,
};

/// A property that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
	/// Two operations for one slot were certified in the interval.
	TwoCertificates(u64),
	/// Two operations for one slot became final, in these intervals.
	TwoFinals(u64, u64),
	/// An operation that was final in this interval is not in its snapshot, nor in an earlier one.
	FinalLost(u64),
	/// No snapshot came of this interval for a long time after everything had become calm.
	Stopped(u64),
	/// A valid operation was never committed.
	NeverCommitted(Slot),
	/// An anchor that did nothing wrong was reported.
	WronglyReported(u8),
}

impl fmt::Display for Violation {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "{self:?}")
	}
}

/// What honest anchors have seen.
#[derive(Default)]
pub struct Properties {
	certified: BTreeMap<(u64, Slot), H256>,
	finals: BTreeMap<Slot, (u64, H256)>,
	slots: BTreeMap<H256, Slot>,
}

impl Properties {
	pub fn new(operations: &[Arc<VerifiedOperation>]) -> Self {
		let slots = operations.iter().map(|it| (it.digest(), slot(it))).collect();
		Self { slots, ..Self::default() }
	}

	/// How many operations became final.
	pub fn finals(&self) -> usize {
		self.finals.len()
	}

	/// Checks what an honest anchor saw.
	pub fn observe(&mut self, chain: &Chain, event: &Event) -> Result<(), Violation> {
		match event {
			Event::Certified(digest, interval) => {
				let Some(slot) = self.slots.get(digest).cloned() else { return Ok(()) };
				let first = *self.certified.entry((*interval, slot)).or_insert(*digest);
				if first != *digest {
					return Err(Violation::TwoCertificates(*interval));
				}
			},
			Event::Final(digest, interval) => {
				let Some(slot) = self.slots.get(digest).cloned() else { return Ok(()) };
				let (before, first) = *self.finals.entry(slot).or_insert((*interval, *digest));
				if first != *digest {
					return Err(Violation::TwoFinals(before, *interval));
				}
				let settled = chain.ledgers.get(*interval as usize);
				if settled.is_some_and(|it| !it.operations.contains(digest)) {
					return Err(Violation::FinalLost(*interval));
				}
			},
			_ => {},
		}
		Ok(())
	}

	/// Checks a snapshot that became final.
	pub fn check_snapshot(&self, ledger: &Ledger) -> Result<(), Violation> {
		let lost = self.finals.values().any(|(interval, digest)| {
			*interval <= ledger.interval && !ledger.operations.contains(digest)
		});
		if lost {
			return Err(Violation::FinalLost(ledger.interval));
		}
		Ok(())
	}

	/// Checks that nothing valid was left over, after everything was calm for long enough.
	pub fn check_committed(
		&self,
		ledger: &Ledger,
		submitted: &BTreeSet<H256>,
		operations: &[Arc<VerifiedOperation>],
	) -> Result<(), Violation> {
		for operation in operations.iter().filter(|it| submitted.contains(&it.digest())) {
			let Some(class) = ledger.class(operation.class) else { continue };
			let state = ledger.state(operation.class, operation.instance);
			let slot = slot(operation);
			let could_follow = match slot {
				Slot::Sequenced { .. } => state.after_sequenced(operation, &class).is_ok(),
				Slot::Recorded { .. } => {
					!ledger.is_taken(&slot) && state.admits_recorded(operation, &class).is_ok()
				},
			};
			if could_follow {
				return Err(Violation::NeverCommitted(slot));
			}
		}
		Ok(())
	}
}

fn slot(operation: &VerifiedOperation) -> Slot {
	let class = crate::operations::terms(operation.class);
	let rule = class.and_then(|it| it.rules.kind(operation.kind).map(|rule| rule.signer));
	Slot::of(operation, rule.unwrap_or(SignerRole::Issuer))
}
