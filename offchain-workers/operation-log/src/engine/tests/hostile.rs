//! What faulty anchors and clients try.

use super::*;

#[test]
fn a_forked_log_is_reported_and_followed_no_further() {
	let mut engine = engine();
	let one = batch(2, 1, H256::zero(), vec![issue(5, ALICE)]);
	let other = batch(2, 1, H256::zero(), vec![issue(6, ALICE)]);
	engine.receive(NOW, &anchor(2), Message::Batch(one.clone()));
	engine.receive(NOW, &anchor(2), Message::Batch(one.clone()));
	let is_report = |it: &Effect<()>| matches!(it, Effect::Report(whom, Misdeed::Headers(_)) if *whom == anchor(2));
	assert!(!engine.take_effects().iter().any(is_report), "a copy is no fork");
	engine.receive(NOW, &anchor(3), Message::Batch(other));
	assert!(engine.take_effects().iter().any(is_report));
	let next = batch(2, 2, one.header.statement.hash(GENESIS), vec![issue(7, ALICE)]);
	engine.receive(NOW, &anchor(2), Message::Batch(next));
	let id = LogId { origin: anchor(2), incarnation: 0 };
	assert_eq!(engine.log(&id).unwrap().number(), 1);
}

#[test]
fn batches_that_are_not_what_their_header_says_are_not_taken() {
	let mut engine = engine();
	let good = batch(2, 1, H256::zero(), vec![issue(5, ALICE)]);
	let mut wrong_root = (*good).clone();
	wrong_root.operations = vec![issue(6, ALICE)];
	let mut wrong_count = (*good).clone();
	wrong_count.header.statement.count = 2;
	let mut zero = (*good).clone();
	zero.header.statement.number = 0;
	for bad in [wrong_root, wrong_count, zero] {
		engine.receive(NOW, &anchor(2), Message::Batch(Arc::new(bad)));
	}
	let id = LogId { origin: anchor(2), incarnation: 0 };
	assert_eq!(engine.log(&id).unwrap().number(), 0);
	engine.receive(NOW, &anchor(2), Message::Batch(good));
	assert_eq!(engine.log(&id).unwrap().number(), 1);
}

#[test]
fn a_log_that_goes_on_from_another_header_is_followed_no_further() {
	let mut engine = engine();
	let first = batch(2, 1, H256::zero(), vec![issue(5, ALICE)]);
	let other = batch(2, 2, H256::repeat_byte(1), vec![issue(6, ALICE)]);
	let good = batch(2, 2, first.header.statement.hash(GENESIS), vec![issue(7, ALICE)]);
	engine.receive(NOW, &anchor(2), Message::Batch(first));
	engine.receive(NOW, &anchor(3), Message::Batch(other));
	// Its anchor signed two headers of number 1: the other one is asked for, to report it.
	let asks = |it: &Effect<()>| matches!(it, Effect::Send(_, Message::Want { from: 1, .. }));
	assert!(engine.take_effects().iter().any(asks));
	engine.receive(NOW, &anchor(2), Message::Batch(good));
	let id = LogId { origin: anchor(2), incarnation: 0 };
	assert_eq!(engine.log(&id).unwrap().number(), 1);
}

#[test]
fn a_vector_that_takes_something_back_is_reported_and_not_counted() {
	let mut engine = engine();
	let operation = issue(5, ALICE);
	accept(&mut engine, &operation);
	let Message::Vector(honest) = agreeing(&engine, 2, false) else { unreachable!() };
	let mut back = (*honest).clone();
	for listed in &mut back.entries {
		listed.entry.number = 0;
		listed.entry.header_hash = H256::zero();
	}
	back.signed.statement.tick = 3;
	back.signed.statement.root =
		smartlayer_commitment::vector_root(GENESIS, &back.entries).unwrap();
	engine.receive(NOW, &anchor(2), Message::Vector(honest));
	engine.receive(NOW, &anchor(2), Message::Vector(Arc::new(back)));
	let is_report = |it: &Effect<()>| matches!(it, Effect::Report(_, Misdeed::Retraction(..)));
	assert!(engine.take_effects().iter().any(is_report));
}

#[test]
fn two_vectors_of_one_tick_and_one_after_the_closing_are_reported() {
	for closing in [false, true] {
		let mut engine = engine();
		let Message::Vector(first) = agreeing(&engine, 2, false) else { unreachable!() };
		let mut first = (*first).clone();
		first.signed.statement.closing = closing;
		engine.receive(NOW, &anchor(2), Message::Vector(Arc::new(first)));
		accept(&mut engine, &issue(5, ALICE));
		let second = agreeing(&engine, if closing { 3 } else { 2 }, false);
		engine.receive(NOW, &anchor(2), second);
		let is_report = |it: &Effect<()>| matches!(it, Effect::Report(_, Misdeed::Vectors(_)));
		assert!(engine.take_effects().iter().any(is_report));
	}
}

fn numbered(instance: u64, seq: u64) -> Arc<VerifiedOperation> {
	let operation = Operation { seq, ..transfer(instance, ALICE).signed().clone().operation };
	signed(operation, ALICE)
}

#[test]
fn a_number_far_ahead_is_refused_at_once() {
	let mut engine = engine_with(Config { ahead_operations: 10, ..Config::default() });
	assert_eq!(engine.submit(&numbered(5, 11)), Err(Refusal::Gap));
	assert_eq!(engine.submit(&numbered(5, 10)), Ok(()));
}

#[test]
fn a_log_full_of_what_nobody_accepts_is_not_taken_from_its_anchor() {
	let mut engine = engine_with(Config { listed_operations: 8, ..Config::default() });
	let junk = |number, parent| batch(4, number, parent, vec![numbered(number, 1)]);
	let mut parent = H256::zero();
	let batches: Vec<_> = (1..=3)
		.map(|number| {
			let next = junk(number, parent);
			parent = next.header.statement.hash(GENESIS);
			next
		})
		.collect();
	for batch in &batches {
		engine.receive(NOW, &anchor(4), Message::Batch(batch.clone()));
	}
	// A quarter of what may be listed is each member's share.
	let id = LogId { origin: anchor(4), incarnation: 0 };
	assert_eq!(engine.log(&id).unwrap().number(), 2);
	// Another's vector may speak of it: from that one it is taken.
	engine.receive(NOW, &anchor(2), Message::Batch(batches[2].clone()));
	assert_eq!(engine.log(&id).unwrap().number(), 3);
}

#[test]
fn an_anchor_that_fills_its_own_log_with_junk_takes_no_more() {
	let mut engine = engine_with(Config { listed_operations: 4, ..Config::default() });
	engine.submit(&numbered(5, 1)).unwrap();
	engine.tick(NOW);
	assert_eq!(engine.submit(&numbered(6, 1)), Err(Refusal::Full));
}

#[test]
fn who_asks_for_batches_again_and_again_gets_so_many_in_a_time() {
	let mut engine = engine_with(Config { answered_operations: 2, ..Config::default() });
	for instance in 1..=4 {
		accept(&mut engine, &issue(instance, ALICE));
	}
	let log = LogId { origin: anchor(1), incarnation: 0 };
	let mut ask = |now_ms| {
		engine.receive(now_ms, &anchor(2), Message::Want { log: log.clone(), from: 1 });
		let sent = engine.take_effects().into_iter();
		sent.filter(|it| matches!(it, Effect::Send(_, Message::Batch(_)))).count()
	};
	assert_eq!([ask(NOW), ask(NOW), ask(NOW + 499), ask(NOW + 500)], [2, 0, 0, 2]);
}

/// What a cut of an anchor certifies.
fn certified_by(engine: &Engine<Fresh>) -> Vec<H256> {
	let WholeCut { cut, vectors } = engine.cut(1).unwrap();
	assert!(cut.is_coherent());
	let vectors: Vec<_> = vectors.iter().map(|it| &**it).collect();
	let floors = engine.floors(1).unwrap();
	let certified = smartlayer_commitment::certified(&cut, &vectors, floors, engine, 3).unwrap();
	certified.into_keys().collect()
}

#[test]
fn who_tells_two_anchors_something_else_can_t_keep_them_from_agreeing_on_a_cut() {
	let mut engine = engine();
	let [one, other] = [issue(5, ALICE), issue(6, ALICE)];
	engine.submit(&one).unwrap();
	accept(&mut engine, &other);
	let position = |index| Position { number: 1, index };
	// Anchor 2 accepts both, anchor 3 neither. The faulty one tells anchor 1 that it accepts one, and anchor 2 that it accepts
	// the other: each of them sees a certificate, and announces what the other one's cut does not hold.
	let told = [position(1), position(0)].map(|it| saying(&engine, 1, false, &[it]));
	engine.receive(NOW, &anchor(2), Message::Vector(saying(&engine, 1, false, &[])));
	engine.receive(
		NOW,
		&anchor(3),
		Message::Vector(saying(&engine, 1, false, &[position(0), position(1)])),
	);
	engine.receive(NOW, &anchor(4), Message::Vector(told[0].clone()));
	assert!(events(&mut engine).contains(&Event::Certified(one.digest(), 1)));
	assert_eq!(certified_by(&engine), [one.digest()]);

	engine.learn(3, &told[0]);
	assert_eq!(engine.cut(1).unwrap().vectors.len(), 4, "what is known is no news");
	// A proposal's cut counts what the other anchor was told.
	engine.learn(3, &told[1]);
	let reported = |it: &Effect<()>| matches!(it, Effect::Report(whom, Misdeed::Vectors(_)) if *whom == anchor(4));
	assert_eq!(engine.take_effects().iter().filter(|it| reported(it)).count(), 1);
	let mut both = [one.digest(), other.digest()];
	both.sort_unstable();
	assert_eq!(certified_by(&engine), both);
	engine.learn(3, &told[1]);
	assert!(!engine.take_effects().iter().any(reported), "once is enough");
}
