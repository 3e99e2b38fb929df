//! The state of an instance, and how operations change it.

use crate::{class::ClassTerms, operation::Operation, refusal::Refusal, NO_HOLDER};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Ordering;
use scale_info::TypeInfo;
use smartlayer_types::{rules::bit, AccountId, Mask, SignerRole};

/// What is known of an instance that had an operation; the default stands for one that had none.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct InstanceState {
	/// Kinds that were recorded and not cleared since.
	pub mask: Mask,
	/// Kinds that were recorded at any time.
	pub ever: Mask,
	/// Who holds it; [`NO_HOLDER`] until an operation names somebody.
	pub holder: AccountId,
	/// The number of the next sequenced operation.
	pub next_seq: u64,
}

impl Default for InstanceState {
	fn default() -> Self {
		Self { mask: 0, ever: 0, holder: NO_HOLDER, next_seq: 0 }
	}
}

impl InstanceState {
	/// The state after a sequenced operation. The operation passed [`ClassTerms::admit`].
	pub fn after_sequenced(
		&self,
		operation: &Operation,
		class: &ClassTerms,
	) -> Result<Self, Refusal> {
		match operation.seq.cmp(&self.next_seq) {
			Ordering::Less => return Err(Refusal::SlotTaken),
			Ordering::Greater => return Err(Refusal::Gap),
			Ordering::Equal => {},
		}
		let rule = class.rules.check(operation.kind, self.mask)?;
		let holds = self.holder == operation.actor && self.holder != NO_HOLDER;
		if rule.signer == SignerRole::Holder && !holds {
			return Err(Refusal::WrongSigner);
		}
		let own = bit(operation.kind).ok_or(Refusal::NoSuchKind)?;
		Ok(Self {
			mask: (self.mask & !rule.clears) | own,
			ever: self.ever | own,
			holder: if rule.sets_holder { operation.to.clone() } else { self.holder.clone() },
			next_seq: self.next_seq.checked_add(1).ok_or(Refusal::SlotTaken)?,
		})
	}

	/// Whether a recorded kind is allowed in this state, which is the last one that was confirmed before the interval:
	/// so the order of an interval's operations does not matter to it.
	pub fn admits_recorded(
		&self,
		operation: &Operation,
		class: &ClassTerms,
	) -> Result<(), Refusal> {
		class.rules.check(operation.kind, self.mask)?;
		Ok(())
	}

	/// The state after a recorded operation: its bit, and nothing else.
	#[must_use]
	pub fn after_recorded(&self, operation: &Operation) -> Self {
		let own = bit(operation.kind).unwrap_or(0);
		Self { mask: self.mask | own, ever: self.ever | own, ..self.clone() }
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec;
	use proptest::prelude::*;
	use smartlayer_types::rules;
	use sp_core::H256;

	const ISSUER: AccountId = AccountId::new([1; 32]);
	const ALICE: AccountId = AccountId::new([2; 32]);
	const BOB: AccountId = AccountId::new([3; 32]);
	const NODE: AccountId = AccountId::new([4; 32]);

	fn class(rules: Result<smartlayer_types::Rules, smartlayer_types::RulesError>) -> ClassTerms {
		ClassTerms { issuer: ISSUER, operators: vec![], rules: rules.unwrap() }
	}

	fn operation(seq: u64, kind: u8, actor: AccountId, to: AccountId) -> Operation {
		let (class, instance, data) = (1, 5.into(), H256::zero());
		Operation { class, instance, seq, kind, actor, to, data, time_ms: 0 }
	}

	fn run(
		class: &ClassTerms,
		steps: &[(u8, AccountId, AccountId)],
	) -> Result<InstanceState, Refusal> {
		(0..).zip(steps).try_fold(InstanceState::default(), |state, (seq, (kind, actor, to))| {
			let operation = operation(seq, *kind, actor.clone(), to.clone());
			class.admit(&operation, || false)?;
			state.after_sequenced(&operation, class)
		})
	}

	#[test]
	fn a_ticket_goes_from_hand_to_hand_until_it_is_redeemed() {
		let ticket = class(rules::ticket());
		let steps = [(0, ISSUER, ALICE), (1, ALICE, BOB), (2, ISSUER, NO_HOLDER)];
		let state = run(&ticket, &steps).unwrap();
		assert_eq!(state, InstanceState { mask: 0b111, ever: 0b111, holder: BOB, next_seq: 3 });
		for (kind, actor, to) in [(0, ISSUER, BOB), (1, BOB, ALICE), (2, ISSUER, NO_HOLDER)] {
			let more = operation(3, kind, actor, to);
			assert!(matches!(state.after_sequenced(&more, &ticket), Err(Refusal::Forbidden(_))));
		}
	}

	#[test]
	fn only_the_holder_transfers_and_only_the_issuer_issues() {
		let ticket = class(rules::ticket());
		assert_eq!(run(&ticket, &[(0, ALICE, ALICE)]), Err(Refusal::WrongSigner));
		assert_eq!(run(&ticket, &[(0, ISSUER, ALICE), (1, BOB, BOB)]), Err(Refusal::WrongSigner));
		assert_eq!(
			run(&ticket, &[(0, ISSUER, ALICE), (1, ISSUER, BOB)]),
			Err(Refusal::WrongSigner)
		);
	}

	#[test]
	fn an_operator_signs_as_the_issuer() {
		let mut ticket = class(rules::ticket());
		assert_eq!(run(&ticket, &[(0, BOB, ALICE)]), Err(Refusal::WrongSigner));
		ticket.operators = vec![ALICE, BOB];
		assert!(run(&ticket, &[(0, BOB, ALICE)]).is_ok());
	}

	#[test]
	fn nobody_holds_what_has_no_holder() {
		// The account of zeros is nobody's, but an attacker may claim to be it.
		let class = class(rules::ticket());
		let state = InstanceState { mask: 1, ever: 1, holder: NO_HOLDER, next_seq: 1 };
		let transfer = operation(1, 1, NO_HOLDER, BOB);
		assert_eq!(state.after_sequenced(&transfer, &class), Err(Refusal::WrongSigner));
	}

	#[test]
	fn a_new_holder_is_named_where_the_kind_does_and_nowhere_else() {
		let ticket = class(rules::ticket());
		assert_eq!(run(&ticket, &[(0, ISSUER, NO_HOLDER)]), Err(Refusal::WrongHolder));
		let redeemed = [(0, ISSUER, ALICE), (2, ISSUER, ALICE)];
		assert_eq!(run(&ticket, &redeemed), Err(Refusal::WrongHolder));
	}

	#[test]
	fn numbers_have_no_gap_and_recur_never() {
		let ticket = class(rules::ticket());
		let state = run(&ticket, &[(0, ISSUER, ALICE)]).unwrap();
		let transfer = |seq| state.after_sequenced(&operation(seq, 1, ALICE, BOB), &ticket);
		assert_eq!(transfer(0), Err(Refusal::SlotTaken));
		assert!(transfer(1).is_ok());
		assert_eq!(transfer(2), Err(Refusal::Gap));
		let last = InstanceState { next_seq: u64::MAX, ..state.clone() };
		let operation = operation(u64::MAX, 1, ALICE, BOB);
		assert_eq!(last.after_sequenced(&operation, &ticket), Err(Refusal::SlotTaken));
	}

	#[test]
	fn service_nodes_record_what_they_serve() {
		let log = class(rules::access_log());
		let access = operation(0, 4, NODE, NO_HOLDER);
		assert_eq!(log.admit(&access, || false), Err(Refusal::WrongSigner));
		assert!(log.admit(&access, || true).is_ok());
		let nothing = InstanceState::default();
		assert_eq!(nothing.admits_recorded(&access, &log), Err(Refusal::Missing(1)));
		let issued = run(&log, &[(0, ISSUER, ALICE)]).unwrap();
		assert!(issued.admits_recorded(&access, &log).is_ok());
		let after = issued.after_recorded(&access);
		assert_eq!(after, InstanceState { mask: 0b10001, ever: 0b10001, ..issued });
	}

	proptest! {
		/// What a service node records never stands in the way of a sequenced operation.
		#[test]
		fn recorded_operations_block_no_owner(kinds in prop::collection::vec(0u8..6, 0..20)) {
			let class = class(rules::subscription());
			let mut state = run(&class, &[(0, ISSUER, ALICE)]).unwrap();
			for kind in kinds {
				let actor = if kind == 1 || kind == 4 { ALICE } else { ISSUER };
				let to = if kind < 2 { ALICE } else { NO_HOLDER };
				let next = operation(state.next_seq, kind, actor, to);
				let recorded = state.after_recorded(&operation(0, 5, NODE, NO_HOLDER));
				let (bare, behind) =
					(state.after_sequenced(&next, &class), recorded.after_sequenced(&next, &class));
				prop_assert_eq!(bare.is_ok(), behind.is_ok());
				if let (Ok(bare), Ok(behind)) = (bare, behind) {
					prop_assert_eq!(bare.after_recorded(&operation(0, 5, NODE, NO_HOLDER)), behind);
				}
				state = state.after_sequenced(&next, &class).unwrap_or(state);
			}
		}
	}
}
