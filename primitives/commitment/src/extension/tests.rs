//! What certified operations come to.

use super::*;
use proptest::prelude::*;
use smartlayer_operations::{SignedOperation, NO_HOLDER};
use smartlayer_types::{eip712::Domain, rules, AccountId, Authorisation};
use sp_core::{ed25519, Pair};
use std::collections::BTreeSet;

const ISSUER: u8 = 1;
const ALICE: u8 = 2;
const BOB: u8 = 3;
const NODE: u8 = 4;

/// Tickets.
const TICKET: ClassId = 1;
/// An access log: kind 0 issues, 4 is an access that nodes record.
const ACCESS: ClassId = 2;

fn pair(of: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[of; 32])
}

fn account(of: u8) -> AccountId {
	AccountId::new(pair(of).public().0)
}

fn operation(class: ClassId, instance: u64, seq: u64, kind: u8, by: u8) -> Operation {
	let (instance, actor, data) = (instance.into(), account(by), H256::zero());
	Operation { class, instance, seq, kind, actor, to: NO_HOLDER, data, time_ms: 1_000 }
}

fn to(operation: Operation, holder: u8) -> Operation {
	Operation { to: account(holder), ..operation }
}

fn certified(operations: impl IntoIterator<Item = (Operation, u8)>) -> Certified {
	let domain = Domain::of(H256::zero());
	let signed = operations.into_iter().map(|(operation, by)| {
		let digest = operation.digest(&domain);
		let authorisation = Authorisation::Ed25519(pair(by).sign(digest.as_bytes()));
		let verified = SignedOperation { operation, authorisation }.verify(&domain).unwrap();
		(verified.digest(), Arc::new(verified))
	});
	signed.collect()
}

#[derive(Default)]
struct Before {
	states: BTreeMap<(ClassId, InstanceId), InstanceState>,
	taken: BTreeSet<Slot>,
	oldest_ms: u64,
}

impl Judge for Before {
	fn class(&self, class: ClassId) -> Option<Arc<ClassTerms>> {
		let rules = match class {
			TICKET => rules::ticket(),
			ACCESS => rules::access_log(),
			_ => return None,
		};
		let (issuer, operators) = (account(ISSUER), Vec::new());
		Some(Arc::new(ClassTerms { issuer, operators, rules: rules.unwrap() }))
	}

	fn state(&self, class: ClassId, instance: InstanceId) -> InstanceState {
		self.states.get(&(class, instance)).cloned().unwrap_or_default()
	}

	fn is_taken(&self, slot: &Slot) -> bool {
		self.taken.contains(slot)
	}

	fn oldest_ms(&self) -> u64 {
		self.oldest_ms
	}
}

fn life(instance: u64) -> [(Operation, u8); 3] {
	[
		(to(operation(TICKET, instance, 0, 0, ISSUER), ALICE), ISSUER),
		(to(operation(TICKET, instance, 1, 1, ALICE), BOB), ALICE),
		(operation(TICKET, instance, 2, 2, ISSUER), ISSUER),
	]
}

fn seqs(extension: &Extension) -> Vec<u64> {
	let mut seqs: Vec<_> = extension.operations.iter().map(|it| it.seq).collect();
	seqs.sort_unstable();
	seqs
}

#[test]
fn a_chain_of_operations_extends_an_instance() {
	let extension = Extension::of(&certified(life(5)), &Before::default());
	assert_eq!(seqs(&extension), [0, 1, 2]);
	let state = InstanceState { mask: 0b111, ever: 0b111, holder: account(BOB), next_seq: 3 };
	assert_eq!(extension.changes, [((TICKET, 5.into()), state)]);
	assert!(extension.taken.is_empty());
}

#[test]
fn what_stands_behind_a_gap_is_left_out() {
	let [issue, _, redeem] = life(5);
	let extension = Extension::of(&certified([issue, redeem]), &Before::default());
	assert_eq!(seqs(&extension), [0]);
}

#[test]
fn what_an_earlier_snapshot_holds_is_left_out() {
	let first = Extension::of(&certified(life(5)), &Before::default());
	let before = Before { states: first.changes.into_iter().collect(), ..Before::default() };
	assert_eq!(Extension::of(&certified(life(5)), &before), Extension::default());
}

#[test]
fn what_is_too_old_or_of_no_class_is_left_out() {
	let before = Before { oldest_ms: 1_001, ..Before::default() };
	assert_eq!(Extension::of(&certified(life(5)), &before), Extension::default());
	let before = Before { oldest_ms: 1_000, ..Before::default() };
	assert_eq!(Extension::of(&certified(life(5)), &before).operations.len(), 3);
	let nowhere = [(to(operation(9, 5, 0, 0, ISSUER), ALICE), ISSUER)];
	assert_eq!(Extension::of(&certified(nowhere), &Before::default()), Extension::default());
}

#[test]
fn who_is_not_the_issuer_issues_nothing() {
	let forged = [(to(operation(TICKET, 5, 0, 0, BOB), BOB), BOB)];
	assert_eq!(Extension::of(&certified(forged), &Before::default()), Extension::default());
}

#[test]
fn recorded_operations_set_their_bit_and_take_their_slot_once() {
	let issue = (to(operation(ACCESS, 7, 0, 0, ISSUER), ALICE), ISSUER);
	let access = |seq| (operation(ACCESS, 7, seq, 4, NODE), NODE);
	let extension = Extension::of(&certified([issue, access(0), access(1)]), &Before::default());
	assert_eq!(extension.operations.len(), 3);
	assert_eq!(extension.changes[0].1.mask, 0b1_0001);
	assert_eq!(extension.changes[0].1.next_seq, 1, "recorded operations are not in sequence");
	assert_eq!(extension.taken.len(), 2);

	let taken = extension.taken.iter().map(|(slot, _)| slot.clone()).collect();
	let states = extension.changes.into_iter().collect();
	let before = Before { states, taken, oldest_ms: 0 };
	let again = Extension::of(&certified([access(0), access(1), access(2)]), &before);
	assert_eq!(seqs(&again), [2]);
}

#[test]
fn of_two_certified_operations_for_one_slot_one_is_taken() {
	// More than f anchors are faulty; all honest ones still build the same.
	let other = |data| Operation { data, ..operation(ACCESS, 7, 0, 4, NODE) };
	let two = [other(H256::zero()), other(H256::repeat_byte(1))].map(|it| (it, NODE));
	assert_eq!(Extension::of(&certified(two), &Before::default()).operations.len(), 1);
	let issues = [ALICE, BOB].map(|it| (to(operation(TICKET, 5, 0, 0, ISSUER), it), ISSUER));
	assert_eq!(Extension::of(&certified(issues), &Before::default()).operations.len(), 1);
}

#[test]
fn operations_stand_in_the_order_of_their_tree() {
	let mut all: Vec<_> = life(9).into_iter().chain(life(3)).collect();
	all.push((to(operation(ACCESS, 1, 0, 0, ISSUER), ALICE), ISSUER));
	all.push((operation(ACCESS, 1, 5, 4, NODE), NODE));
	all.push((operation(ACCESS, 1, 5, 3, NODE), NODE));
	let extension = Extension::of(&certified(all), &Before::default());
	let order: Vec<_> = extension
		.operations
		.iter()
		.map(|it| (it.class, it.instance.as_u64(), it.kind >= 3, it.actor.clone(), it.seq, it.kind))
		.collect();
	let mut sorted = order.clone();
	sorted.sort();
	assert_eq!(order, sorted);
	assert_eq!(order.len(), 9);
	let instances: Vec<_> = extension.changes.iter().map(|it| it.0).collect();
	assert_eq!(instances, [(TICKET, 3.into()), (TICKET, 9.into()), (ACCESS, 1.into())]);
}

proptest! {
	/// Whatever is certified, in however many snapshots it comes: nothing recurs, nothing has a gap, and the state is what
	/// the operations in sequence make of it.
	#[test]
	fn snapshots_follow_on_each_other(
		intervals in prop::collection::vec(prop::collection::vec((0u64..3, 0usize..3), 0..6), 1..5),
	) {
		let mut before = Before::default();
		let mut seen = BTreeSet::new();
		for chosen in intervals {
			let chosen = chosen.into_iter().map(|(instance, step)| life(instance)[step].clone());
			let extension = Extension::of(&certified(chosen), &before);
			for operation in &extension.operations {
				prop_assert!(seen.insert(operation.digest()));
			}
			before.states.extend(extension.changes);
		}
		let steps: u64 = before.states.values().map(|it| it.next_seq).sum();
		prop_assert_eq!(steps, seen.len() as u64);
	}
}
