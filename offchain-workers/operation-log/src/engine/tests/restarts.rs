//! What an anchor says when it starts: with its store, with an older one, and without its key.

use super::*;

#[test]
fn what_was_stored_is_said_again_and_nothing_else() {
	let mut engine = engine();
	let operation = issue(5, ALICE);
	engine.submit(&operation).unwrap();
	engine.tick(NOW);
	let mut stored = Stored::default();
	for effect in engine.take_effects() {
		match effect {
			Effect::Store(Record::Batch(batch)) => stored.batches.push(batch),
			Effect::Store(Record::Vector(vector)) => stored.vectors = vec![vector],
			_ => {},
		}
	}
	let said = stored.vectors[0].clone();
	let mut again = Engine::restore(
		Fresh { key: Some(()) },
		GENESIS,
		anchor(1),
		Config::default(),
		stored.clone(),
	);
	again.enter(NOW, start(1, 1));
	for other in 2..=3 {
		let newest = Newest { vector: Some(said.clone()), log: None };
		again.receive(NOW, &anchor(other), Message::Newest(newest));
	}
	// A better operation for the slot would have been taken by an anchor without memory.
	again.submit(&issue(5, BOB)).unwrap();
	again.tick(NOW);
	for effect in again.take_effects() {
		if let Effect::Broadcast(Message::Vector(vector)) = effect {
			assert!(vector.vector().tick > said.vector().tick);
			for entry in &said.entries {
				let later = vector.entry(&entry.entry.origin).unwrap();
				assert!(!entry.is_retracted_by(later));
			}
		}
	}
}

#[test]
fn an_anchor_whose_disk_is_older_than_what_others_saw_abstains() {
	let mut engine = engine();
	accept(&mut engine, &issue(5, ALICE));
	let Message::Vector(seen) = agreeing(&engine, 9, false) else { unreachable!() };
	let stored = Stored::default();
	let mut again =
		Engine::restore(Fresh { key: Some(()) }, GENESIS, anchor(1), Config::default(), stored);
	again.enter(NOW, start(1, 1));
	let newest = Newest { vector: Some(seen), log: None };
	again.receive(NOW, &anchor(2), Message::Newest(newest));
	again.receive(NOW, &anchor(3), Message::Newest(Newest { vector: None, log: None }));
	again.tick(NOW);
	let effects = again.take_effects();
	assert!(effects.contains(&Effect::Event(Event::Abstains(1))));
	let speaks = |it: &Effect<()>| matches!(it, Effect::Broadcast(Message::Vector(_)));
	assert!(!effects.iter().any(speaks));
}

#[test]
fn an_anchor_whose_log_is_older_than_what_others_hold_writes_no_batch() {
	let mut engine = Engine::new(Fresh { key: Some(()) }, GENESIS, anchor(1), Config::default());
	engine.enter(NOW, start(1, 1));
	let log = Some((LogId { origin: anchor(1), incarnation: 0 }, 7));
	engine.receive(NOW, &anchor(2), Message::Newest(Newest { vector: None, log: log.clone() }));
	engine.receive(NOW, &anchor(3), Message::Newest(Newest { vector: None, log }));
	assert!(events(&mut engine).contains(&Event::LogIsOlder(7)));
	assert_eq!(engine.submit(&issue(5, ALICE)), Err(Refusal::NotAccepting));
}

#[test]
fn nothing_is_said_before_a_quorum_has_answered() {
	let mut engine = Engine::new(Fresh { key: Some(()) }, GENESIS, anchor(1), Config::default());
	engine.enter(NOW, start(1, 1));
	engine.tick(NOW);
	let asks = |it: &Effect<()>| matches!(it, Effect::Broadcast(Message::AskNewest));
	let speaks = |it: &Effect<()>| matches!(it, Effect::Broadcast(Message::Vector(_)));
	let effects = engine.take_effects();
	assert!(effects.iter().any(asks) && !effects.iter().any(speaks));
	let nothing = || Message::Newest(Newest { vector: None, log: None });
	engine.receive(NOW, &anchor(2), nothing());
	engine.receive(NOW, &anchor(2), nothing());
	engine.tick(NOW);
	assert!(!engine.take_effects().iter().any(speaks), "one anchor, however often it answers");
	engine.receive(NOW, &anchor(4), nothing());
	engine.tick(NOW);
	assert!(engine.take_effects().iter().any(speaks));
}

#[test]
fn an_anchor_alone_is_a_quorum() {
	let mut engine = Engine::new(Fresh { key: Some(()) }, GENESIS, anchor(1), Config::default());
	let alone = vec![Member { account: anchor(1), incarnation: 0 }];
	engine.enter(NOW, IntervalStart { members: alone, ..start(1, 1) });
	let operation = issue(5, ALICE);
	engine.submit(&operation).unwrap();
	engine.tick(NOW);
	engine.tick(NOW);
	let events = events(&mut engine);
	assert!(events.contains(&Event::Certified(operation.digest(), 1)));
	assert!(events.contains(&Event::Final(operation.digest(), 1)));
}

#[test]
fn without_its_key_an_anchor_is_silent_and_acknowledges_nothing() {
	let mut engine = Engine::new(Fresh::<()> { key: None }, GENESIS, anchor(1), Config::default());
	engine.enter(NOW, start(1, 1));
	for other in 2..=3 {
		let nothing = Newest { vector: None, log: None };
		engine.receive(NOW, &anchor(other), Message::Newest(nothing));
	}
	let _ = engine.take_effects();
	assert_eq!(engine.submit(&issue(5, ALICE)), Err(Refusal::NotAccepting));
	engine.receive(
		NOW,
		&anchor(2),
		Message::Batch(batch(2, 1, H256::zero(), vec![issue(6, ALICE)])),
	);
	for step in 0..100 {
		engine.tick(NOW + step * 100);
	}
	let signed = |it: &Effect<()>| {
		matches!(
			it,
			Effect::Broadcast(Message::Batch(_) | Message::Vector(_))
				| Effect::Store(Record::Vector(_))
		)
	};
	assert!(!engine.take_effects().iter().any(signed));
}
