//! Single rules of the engine; how they work together is what the simulation looks at.

mod finality;
mod hostile;
mod restarts;

use super::*;
use smartlayer_operations::{
	Operation, Position, Refusal, Signed, SignedOperation, Vector, VerifiedOperation,
};
use smartlayer_types::{eip712::Domain, rules, Authorisation};
use sp_core::{ed25519, Pair};

const GENESIS: H256 = H256::repeat_byte(3);
const TICKET: ClassId = 1;
const NOW: u64 = 100_000;

fn pair(of: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[of; 32])
}

fn account(of: u8) -> AccountId {
	AccountId::new(pair(of).public().0)
}

fn anchor(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

const ISSUER: u8 = 101;
const ALICE: u8 = 102;
const BOB: u8 = 103;

/// How an anchor of a test signs.
trait Signer {
	type Signature: Clone + std::fmt::Debug + PartialEq;

	fn sign(&self, digest: H256) -> Self::Signature;
}

/// Where signatures do not matter.
impl Signer for () {
	type Signature = ();

	fn sign(&self, _: H256) {}
}

/// Tickets of one issuer, nothing settled.
struct Fresh<K = ()> {
	/// The key, if it holds it.
	key: Option<K>,
}

impl<K: Signer> Context for Fresh<K> {
	type Signature = K::Signature;

	fn signs(&self, _: u64) -> bool {
		self.key.is_some()
	}

	fn sign(&self, _: u64, digest: H256) -> K::Signature {
		self.key.as_ref().map(|it| it.sign(digest)).expect("it signs only if it can")
	}

	fn class(&self, _: u64, class: ClassId) -> Option<Arc<ClassTerms>> {
		let rules = rules::ticket().ok().filter(|_| class == TICKET)?;
		Some(Arc::new(ClassTerms { issuer: account(ISSUER), operators: Vec::new(), rules }))
	}

	fn serves(&self, _: u64, _: &AccountId, _: ClassId, _: InstanceId) -> bool {
		false
	}

	fn state(&self, _: ClassId, _: InstanceId) -> InstanceState {
		InstanceState::default()
	}

	fn is_taken(&self, _: &Slot) -> bool {
		false
	}
}

fn signed(operation: Operation, by: u8) -> Arc<VerifiedOperation> {
	let domain = Domain::of(GENESIS);
	let digest = operation.digest(&domain);
	let authorisation = Authorisation::Ed25519(pair(by).sign(digest.as_bytes()));
	Arc::new(SignedOperation { operation, authorisation }.verify(&domain).unwrap())
}

fn issue_at(instance: u64, holder: u8, time_ms: u64) -> Arc<VerifiedOperation> {
	let operation = Operation {
		class: TICKET,
		instance: instance.into(),
		seq: 0,
		kind: 0,
		actor: account(ISSUER),
		to: account(holder),
		data: H256::zero(),
		time_ms,
	};
	signed(operation, ISSUER)
}

fn issue(instance: u64, holder: u8) -> Arc<VerifiedOperation> {
	issue_at(instance, holder, NOW)
}

fn transfer(instance: u64, from: u8) -> Arc<VerifiedOperation> {
	let operation = Operation {
		class: TICKET,
		instance: instance.into(),
		seq: 1,
		kind: 1,
		actor: account(from),
		to: account(BOB),
		data: H256::zero(),
		time_ms: NOW,
	};
	signed(operation, from)
}

fn start(interval: u64, set_id: u64) -> IntervalStart {
	IntervalStart {
		interval,
		set_id,
		members: (1..=4).map(|it| Member { account: anchor(it), incarnation: 0 }).collect(),
		oldest_ms: 1_000,
		base: 0,
		accepting: true,
	}
}

/// Anchor 1 of four, in interval 1, after the others have answered that they know nothing of it.
fn engine() -> Engine<Fresh> {
	engine_with(Config::default())
}

fn engine_with(config: Config) -> Engine<Fresh> {
	let mut engine = Engine::new(Fresh { key: Some(()) }, GENESIS, anchor(1), config);
	engine.enter(NOW, start(1, 1));
	for other in 2..=3 {
		let nothing = Newest { vector: None, log: None };
		engine.receive(NOW, &anchor(other), Message::Newest(nothing));
	}
	let _ = engine.take_effects();
	engine
}

fn batch(
	origin: u8,
	number: u64,
	parent_hash: H256,
	operations: Vec<Arc<VerifiedOperation>>,
) -> Arc<Batch<()>> {
	let statement = smartlayer_operations::LogHeader {
		set_id: 1,
		origin: anchor(origin),
		incarnation: 0,
		number,
		parent_hash,
		batch_root: batch_root(&operations),
		count: operations.len() as u32,
	};
	Arc::new(Batch { header: Signed { statement, signature: () }, operations })
}

/// A vector by which another anchor accepts or announces everything that anchor 1 holds.
fn agreeing(engine: &Engine<Fresh>, tick: u32, announces: bool) -> Message<()> {
	Message::Vector(saying(engine, tick, announces, &[]))
}

/// The same, but for positions of anchor 1's log.
fn saying(
	engine: &Engine<Fresh>,
	tick: u32,
	announces: bool,
	withheld: &[Position],
) -> Arc<FullVector<()>> {
	use smartlayer_operations::{positions_hash, ListedEntry, OriginEntry};
	let nothing = positions_hash(GENESIS, &[]).unwrap();
	let entries = (1..=4).map(|origin| {
		let id = LogId { origin: anchor(origin), incarnation: 0 };
		let log = engine.log(&id).unwrap();
		let withheld = if origin == 1 { withheld.to_vec() } else { Vec::new() };
		let entry = OriginEntry {
			origin: id.origin,
			incarnation: 0,
			number: log.number(),
			header_hash: log.hash(),
			withheld: positions_hash(GENESIS, &withheld).unwrap(),
			announced: if announces { log.number() } else { 0 },
			unannounced: nothing,
		};
		ListedEntry { entry, withheld, unannounced: Vec::new() }
	});
	let entries: Vec<_> = entries.collect();
	let root = smartlayer_commitment::vector_root(GENESIS, &entries).unwrap();
	let statement = Vector { set_id: 1, interval: 1, tick, closing: false, root };
	Arc::new(FullVector { signed: Signed { statement, signature: () }, entries })
}

fn events(engine: &mut Engine<Fresh>) -> Vec<Event> {
	let effects = engine.take_effects().into_iter();
	effects
		.filter_map(|effect| match effect {
			Effect::Event(event) => Some(event),
			_ => None,
		})
		.collect()
}

fn refusals(engine: &mut Engine<Fresh>, of: &VerifiedOperation) -> Vec<Refusal> {
	let events = events(engine).into_iter();
	events
		.filter_map(|event| match event {
			Event::Refused(digest, refusal) if digest == of.digest() => Some(refusal),
			_ => None,
		})
		.collect()
}

/// Has anchor 1 log and accept an operation.
fn accept(engine: &mut Engine<Fresh>, operation: &Arc<VerifiedOperation>) {
	engine.submit(operation).unwrap();
	engine.tick(NOW);
	assert!(events(engine).contains(&Event::Accepted(operation.digest(), 1)));
}

#[test]
fn an_operation_is_accepted_certified_and_final() {
	let mut engine = engine();
	let operation = issue(5, ALICE);
	accept(&mut engine, &operation);
	for other in 2..=3 {
		let vector = agreeing(&engine, 1, false);
		engine.receive(NOW, &anchor(other), vector);
	}
	assert_eq!(events(&mut engine), [Event::Certified(operation.digest(), 1)]);
	assert!(!engine.is_final(&operation.digest()));
	for other in 2..=3 {
		let vector = agreeing(&engine, 2, true);
		engine.receive(NOW, &anchor(other), vector);
	}
	assert!(events(&mut engine).is_empty(), "two announcements of four are no quorum");
	engine.tick(NOW);
	assert_eq!(events(&mut engine), [Event::Final(operation.digest(), 1)]);
}

#[test]
fn what_is_said_was_stored_before() {
	let mut engine = engine();
	engine.submit(&issue(5, ALICE)).unwrap();
	engine.tick(NOW);
	let effects = engine.take_effects();
	let at = |wanted: fn(&Effect<()>) -> bool| effects.iter().position(wanted).unwrap();
	let stored_batch = at(|it| matches!(it, Effect::Store(Record::Batch(_))));
	let sent_batch = at(|it| matches!(it, Effect::Broadcast(Message::Batch(_))));
	let stored_vector = at(|it| matches!(it, Effect::Store(Record::Vector(_))));
	let sent_vector = at(|it| matches!(it, Effect::Broadcast(Message::Vector(_))));
	assert!(stored_batch < sent_batch);
	assert!(stored_batch < stored_vector, "a vector covers stored batches only");
	assert!(stored_vector < sent_vector);
}

#[test]
fn of_two_operations_for_a_slot_the_first_is_kept_in_the_interval() {
	let mut engine = engine();
	let (first, second) = (issue(5, ALICE), issue(5, BOB));
	accept(&mut engine, &first);
	engine.submit(&second).unwrap();
	engine.tick(NOW);
	assert!(!events(&mut engine).contains(&Event::Accepted(second.digest(), 1)));
}

#[test]
fn of_two_operations_that_come_together_the_best_is_taken() {
	let mut engine = engine();
	let both = [issue(5, ALICE), issue(5, BOB)];
	let [best, worse] = if both[0].digest() < both[1].digest() {
		[&both[0], &both[1]]
	} else {
		[&both[1], &both[0]]
	};
	let batch = batch(2, 1, H256::zero(), vec![worse.clone(), best.clone()]);
	engine.receive(NOW, &anchor(2), Message::Batch(batch));
	assert_eq!(events(&mut engine), [Event::Accepted(best.digest(), 1)]);
}

#[test]
fn what_follows_waits_for_the_certificate_of_what_it_follows() {
	let mut engine = engine();
	let (first, second) = (issue(5, ALICE), transfer(5, ALICE));
	accept(&mut engine, &first);
	engine.submit(&second).unwrap();
	engine.tick(NOW);
	assert_eq!(refusals(&mut engine, &second), [Refusal::Gap]);
	for other in 2..=3 {
		let vector = agreeing(&engine, 1, false);
		engine.receive(NOW, &anchor(other), vector);
	}
	assert!(events(&mut engine).contains(&Event::Accepted(second.digest(), 1)));
}

#[test]
fn operations_from_the_future_wait_and_old_ones_are_refused() {
	let mut engine = engine();
	let ahead = Config::default().ahead_ms;
	let (early, old) = (issue_at(5, ALICE, NOW + ahead + 1), issue_at(6, ALICE, 999));
	engine.submit(&early).unwrap();
	assert_eq!(engine.submit(&old), Err(Refusal::TooOld));
	engine.tick(NOW);
	assert_eq!(refusals(&mut engine, &early), [Refusal::InFuture]);
	engine.tick(NOW + 1);
	assert!(events(&mut engine).contains(&Event::Accepted(early.digest(), 1)));
}

#[test]
fn a_log_takes_no_more_than_its_bound() {
	let mut engine = engine_with(Config { live_operations: 2, ..Config::default() });
	engine.submit(&issue(1, ALICE)).unwrap();
	engine.submit(&issue(2, ALICE)).unwrap();
	assert_eq!(engine.submit(&issue(3, ALICE)), Err(Refusal::Full));
	engine.submit(&issue(1, ALICE)).expect("what is known is no news");
	engine.tick(NOW);
	assert_eq!(engine.submit(&issue(3, ALICE)), Err(Refusal::Full));

	// Another's log is followed up to twice the bound.
	let many = (10..15).map(|it| issue(it, ALICE)).collect();
	engine.receive(NOW, &anchor(2), Message::Batch(batch(2, 1, H256::zero(), many)));
	let id = LogId { origin: anchor(2), incarnation: 0 };
	assert_eq!(engine.log(&id).unwrap().number(), 0);
}

#[test]
fn a_gap_is_asked_for_once_in_a_while() {
	let mut engine = engine();
	let late = batch(2, 3, H256::repeat_byte(8), vec![issue(5, ALICE)]);
	let is_want = |it: &Effect<()>| matches!(it, Effect::Send(_, Message::Want { from: 1, .. }));
	engine.receive(NOW, &anchor(2), Message::Batch(late.clone()));
	assert!(engine.take_effects().iter().any(is_want));
	engine.receive(NOW, &anchor(2), Message::Batch(late.clone()));
	assert!(!engine.take_effects().iter().any(is_want));
	let later = NOW + Config::default().want_ms;
	engine.receive(later, &anchor(2), Message::Batch(late));
	assert!(engine.take_effects().iter().any(is_want));
}

#[test]
fn an_interval_is_closed_after_the_grace_and_says_nothing_more() {
	let mut engine = engine();
	let operation = issue(5, ALICE);
	accept(&mut engine, &operation);
	engine.enter(NOW, start(2, 1));
	engine.tick(NOW);
	assert!(!engine.is_closed(1));
	let later = NOW + Config::default().grace_ms;
	engine.tick(later);
	assert!(engine.is_closed(1));
	let _ = engine.take_effects();
	// The certificate comes too late to be announced.
	for other in 2..=3 {
		let vector = agreeing(&engine, 1, false);
		engine.receive(later, &anchor(other), vector);
	}
	assert!(events(&mut engine).contains(&Event::Certified(operation.digest(), 1)));
	assert!(engine.announced(1).is_empty());
}

#[test]
fn under_a_new_set_nothing_is_accepted_before_the_old_set_is_done() {
	let mut engine = engine();
	engine.enter(NOW, start(2, 2));
	let operation = issue(5, ALICE);
	engine.submit(&operation).unwrap();
	engine.tick(NOW);
	assert_eq!(refusals(&mut engine, &operation), [Refusal::NotAccepting]);
	let settlement = Settlement { interval: 1, ends: Vec::new(), operations: Vec::new() };
	engine.settle(NOW, settlement);
	assert!(events(&mut engine).contains(&Event::Accepted(operation.digest(), 2)));
}

#[test]
fn while_an_acceptance_is_undecided_the_next_interval_accepts_the_same_only() {
	let mut engine = engine();
	let (first, second) = (issue(5, ALICE), issue(5, BOB));
	accept(&mut engine, &first);
	engine.enter(NOW, start(2, 1));
	assert!(events(&mut engine).contains(&Event::Accepted(first.digest(), 2)));
	engine.submit(&second).unwrap();
	engine.tick(NOW);
	assert!(!events(&mut engine).contains(&Event::Accepted(second.digest(), 2)));
}

#[test]
fn nothing_is_acknowledged_that_can_t_be_logged_yet() {
	let mut engine = Engine::new(Fresh { key: Some(()) }, GENESIS, anchor(1), Config::default());
	engine.enter(NOW, start(1, 1));
	let operation = issue(5, ALICE);
	// The others have not said yet what they have seen of this anchor.
	assert_eq!(engine.submit(&operation), Err(Refusal::NotAccepting));
	assert_eq!(engine.submit(&operation), Err(Refusal::NotAccepting));
}

#[test]
fn an_interval_is_cut_by_nobody_who_does_not_know_what_it_is_based_on() {
	let mut engine = engine();
	engine.enter(NOW, IntervalStart { base: 1, ..start(2, 1) });
	assert!(engine.floors(2).is_none(), "the end of interval 1 is not known");
	assert!(engine.cut(2).is_none());
}
#[test]
fn whoever_asks_again_is_told_how_far_an_operation_is() {
	let mut engine = engine();
	let operation = issue(5, ALICE);
	let digest = operation.digest();
	assert_eq!(engine.progress(&digest), []);
	accept(&mut engine, &operation);
	let accepted = Event::Accepted(digest, 1);
	assert_eq!(engine.progress(&digest), std::slice::from_ref(&accepted));
	for (tick, announces) in [(1, false), (2, true)] {
		for other in 2..=3 {
			let vector = agreeing(&engine, tick, announces);
			engine.receive(NOW, &anchor(other), vector);
		}
	}
	engine.tick(NOW);
	let steps = [accepted, Event::Certified(digest, 1), Event::Final(digest, 1)];
	assert_eq!(engine.progress(&digest), steps);
	let id = LogId { origin: anchor(1), incarnation: 0 };
	let log = engine.log(&id).unwrap();
	let (number, header_hash) = (log.number(), log.hash());
	let ends = vec![CutEnd { origin: id.origin, incarnation: 0, number, header_hash }];
	engine.settle(NOW, Settlement { interval: 1, ends, operations: vec![digest] });
	assert_eq!(engine.progress(&digest), [Event::Settled(digest, 1)]);
}

#[test]
fn a_batch_that_is_held_is_no_news() {
	let mut engine = engine();
	let (one, other) = (
		batch(2, 1, H256::zero(), vec![issue(5, ALICE)]),
		batch(2, 1, H256::zero(), vec![issue(6, ALICE)]),
	);
	assert!(!engine.holds(&one.header.statement));
	engine.receive(NOW, &anchor(2), Message::Batch(one.clone()));
	assert!(engine.holds(&one.header.statement));
	assert!(!engine.holds(&other.header.statement), "a fork is news");
}

/// How many positions the newest own vector of an interval lists.
fn listed(engine: &mut Engine<Fresh>, interval: u64) -> usize {
	let effects = engine.take_effects().into_iter();
	let spoken = effects.filter_map(|it| match it {
		Effect::Broadcast(Message::Vector(it)) if it.vector().interval == interval => Some(it),
		_ => None,
	});
	let newest = spoken.last().expect("it spoke");
	newest.entries.iter().map(|it| it.withheld.len() + it.unannounced.len()).sum()
}

#[test]
fn what_is_final_or_settled_is_on_no_list_of_the_next_interval() {
	let mut engine = engine();
	let [one, other] = [issue(5, ALICE), issue(6, ALICE)];
	engine.submit(&one).unwrap();
	engine.submit(&other).unwrap();
	engine.tick(NOW);
	// Both are certified, one is final before the next interval begins.
	let only_one = [Position { number: 1, index: 1 }];
	for (tick, announces) in [(1, false), (2, true)] {
		for other in 2..=3 {
			let vector = saying(&engine, tick, announces, &only_one);
			engine.receive(NOW, &anchor(other), Message::Vector(vector));
		}
		engine.tick(NOW + u64::from(tick));
	}
	assert!(engine.is_final(&one.digest()) && !engine.is_final(&other.digest()));
	engine.enter(NOW + 10, start(2, 1));
	engine.tick(NOW + 2_000);
	assert_eq!(
		listed(&mut engine, 2),
		1,
		"the other one, which is accepted again and not announced"
	);
	assert_eq!(engine.progress(&one.digest()).last(), Some(&Event::Final(one.digest(), 1)));

	let id = LogId { origin: anchor(1), incarnation: 0 };
	let log = engine.log(&id).unwrap();
	let (number, header_hash) = (log.number(), log.hash());
	let ends = vec![CutEnd { origin: id.origin, incarnation: 0, number, header_hash }];
	let operations = vec![one.digest(), other.digest()];
	engine.settle(NOW + 2_000, Settlement { interval: 1, ends, operations });
	assert!(engine.announced(2).is_empty(), "they are in an earlier snapshot");
	engine.tick(NOW + 4_000);
	assert_eq!(listed(&mut engine, 2), 0);
}
