//! The operations that clients send: real ones, signed once for all schedules.

use smartlayer_operations::{ClassTerms, Operation, SignedOperation, VerifiedOperation, NO_HOLDER};
use smartlayer_types::{eip712::Domain, rules, AccountId, Authorisation, ClassId};
use sp_core::{ed25519, Pair, H256};
use std::sync::{Arc, LazyLock};

/// The network of the simulation.
pub const GENESIS: H256 = H256::repeat_byte(0x51);

/// A class of tickets, of which an owner may sign twice.
const TICKET: ClassId = 1;

/// A class whose accesses service nodes record.
const ACCESS: ClassId = 2;

fn pair(seed: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[seed; 32])
}

fn account(seed: u8) -> AccountId {
	AccountId::new(pair(seed).public().0)
}

const ISSUER: u8 = 201;
const NODE: u8 = 205;
const HOLDERS: [u8; 3] = [202, 203, 204];

/// The service node.
pub fn service_node() -> AccountId {
	account(NODE)
}

/// The terms of a class; they never change.
pub fn terms(class: ClassId) -> Option<Arc<ClassTerms>> {
	static TERMS: LazyLock<[Arc<ClassTerms>; 2]> = LazyLock::new(|| {
		[rules::ticket(), rules::access_log()].map(|rules| {
			let rules = rules.expect("presets are rules");
			Arc::new(ClassTerms { issuer: account(ISSUER), operators: Vec::new(), rules })
		})
	});
	TERMS.get((class as usize).checked_sub(1)?).cloned()
}

/// What somebody signs: class, instance, number, kind, signer, new holder.
struct Step(ClassId, u64, u64, u8, u8, Option<u8>);

fn sign(Step(class, instance, seq, kind, actor, to): Step) -> Arc<VerifiedOperation> {
	let operation = Operation {
		class,
		instance: instance.into(),
		seq,
		kind,
		actor: account(actor),
		to: to.map_or(NO_HOLDER, account),
		data: H256::zero(),
		time_ms: 1,
	};
	let digest = operation.digest(&Domain::of(GENESIS));
	let authorisation = Authorisation::Ed25519(pair(actor).sign(digest.as_bytes()));
	let signed = SignedOperation { operation, authorisation };
	Arc::new(signed.verify(&Domain::of(GENESIS)).expect("signed by its actor"))
}

/// All operations of a schedule.
///
/// Three tickets: the issuer issues each to two holders at once; whoever comes to hold it transfers it, while the issuer
/// redeems it under the same number, and the new holder transfers again. One access log with three accesses.
pub fn all() -> &'static [Arc<VerifiedOperation>] {
	static ALL: LazyLock<Vec<Arc<VerifiedOperation>>> = LazyLock::new(|| {
		let [alice, bob, carol] = HOLDERS;
		let mut steps = Vec::new();
		for instance in 0..3 {
			let ticket = |seq, kind, actor, to| Step(TICKET, instance, seq, kind, actor, to);
			steps.extend([
				ticket(0, 0, ISSUER, Some(alice)),
				ticket(0, 0, ISSUER, Some(bob)),
				ticket(1, 1, alice, Some(carol)),
				ticket(1, 1, bob, Some(carol)),
				ticket(1, 2, ISSUER, None),
				ticket(2, 1, carol, Some(alice)),
			]);
		}
		steps.push(Step(ACCESS, 7, 0, 0, ISSUER, Some(alice)));
		steps.extend((0..3).map(|seq| Step(ACCESS, 7, seq, 4, NODE, None)));
		steps.into_iter().map(sign).collect()
	});
	&ALL
}
