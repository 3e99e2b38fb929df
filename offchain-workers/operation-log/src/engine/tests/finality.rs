//! Anchors with real keys prove to whoever asks that an operation is final.

use super::*;
use smartlayer_commitment::{FinalityTerms, NotFinal};
use smartlayer_types::{evm::EvmSignature, AnchorKey, AnchorMember};
use sp_core::ecdsa;

impl Signer for ecdsa::Pair {
	type Signature = EvmSignature;

	fn sign(&self, digest: H256) -> EvmSignature {
		EvmSignature(self.sign_prehashed(&digest.0).0)
	}
}

fn key(of: u8) -> ecdsa::Pair {
	ecdsa::Pair::from_seed(&[of; 32])
}

fn members() -> Vec<AnchorMember> {
	let member = |it| AnchorMember::new(anchor(it), AnchorKey::from(key(it).public())).unwrap();
	let mut members: Vec<_> = (1..=4).map(member).collect();
	members.sort_by_key(|it| it.address);
	members
}

/// Four anchors, who hear of everything at once.
struct Four(Vec<(AccountId, Engine<Fresh<ecdsa::Pair>>)>);

impl Four {
	fn new() -> Self {
		let engine = |it| {
			let mut engine =
				Engine::new(Fresh { key: Some(key(it)) }, GENESIS, anchor(it), Config::default());
			let members = members().into_iter().map(|it| it.account);
			let members = members.map(|account| Member { account, incarnation: 0 }).collect();
			engine.enter(NOW, IntervalStart { members, ..start(1, 1) });
			(anchor(it), engine)
		};
		Self((1..=4).map(engine).collect())
	}

	/// Lets time go by, and messages arrive.
	fn run(&mut self, mut now_ms: u64, steps: usize) {
		for _ in 0..steps {
			now_ms += 50;
			let mut messages = Vec::new();
			for (from, engine) in &mut self.0 {
				engine.tick(now_ms);
				let sent = engine.take_effects().into_iter().filter_map(|effect| match effect {
					Effect::Broadcast(message) => Some((None, message)),
					Effect::Send(to, message) => Some((Some(to), message)),
					_ => None,
				});
				messages.extend(sent.map(|(to, message)| (from.clone(), to, message)));
			}
			for (from, to, message) in messages {
				for (account, engine) in &mut self.0 {
					if *account != from && to.as_ref().is_none_or(|it| it == account) {
						engine.receive(now_ms, &from, message.clone());
					}
				}
			}
		}
	}
}

#[test]
fn what_is_final_is_proven_by_every_anchor() {
	let mut four = Four::new();
	four.run(NOW, 40);
	let operations: Vec<_> = (1..=20).map(|it| issue(it, ALICE)).collect();
	for (index, operation) in operations.iter().enumerate() {
		// Some are given to two anchors at once.
		for at in [index % 4, index % 3] {
			four.0[at].1.submit(operation).unwrap();
		}
		if index % 5 == 4 {
			four.run(NOW + 10_000 * (index as u64), 40);
		}
	}
	four.run(NOW + 1_000_000, 40);
	let members = members();
	let terms =
		FinalityTerms { genesis: GENESIS, interval: 1, set_id: 1, members: &members, base: None };
	for (_, engine) in &four.0 {
		for operation in &operations {
			let digest = operation.digest();
			let found = engine.finality(&digest).expect("it is final");
			assert_eq!((found.interval, found.base), (1, 0));
			assert_eq!(found.proof.verify(&digest, &terms), Ok(()));
			assert_eq!(found.proof.announcements.len(), 3);
			assert_eq!(found.proof.verify(&H256::zero(), &terms), Err(NotFinal::NotInBatch));
		}
		assert_eq!(engine.finality(&H256::repeat_byte(8)), None);
	}
}

#[test]
fn what_is_certified_only_has_no_proof() {
	let mut four = Four::new();
	four.run(NOW, 40);
	let operation = issue(1, ALICE);
	four.0[0].1.submit(&operation).unwrap();
	let mut now_ms = NOW + 5_000;
	while four.0[0].1.progress(&operation.digest()).len() < 2 {
		four.run(now_ms, 1);
		now_ms += 50;
	}
	let certified = four.0[0].1.progress(&operation.digest());
	assert_eq!(certified.last(), Some(&Event::Certified(operation.digest(), 1)));
	assert_eq!(four.0[0].1.finality(&operation.digest()), None);
	four.run(now_ms, 40);
	assert!(four.0[0].1.finality(&operation.digest()).is_some());
}
