//! From a client's signature to finality: what four anchors in one process need, against bare verification in the same run.
//!
//! `cargo bench -p smartlayer-operation-log --bench finality`. Everything but disk, network and chain: operations of three kinds
//! of wallets are checked, submitted, logged, sent as bytes, read and checked by the three others, counted by vectors, until all
//! are final for all. `OPERATIONS` says how many, and `RUNS` how often; medians count. Time goes by in ticks of a hundred
//! milliseconds, in each of which every anchor gets so many operations; how long the work of a tick takes is what is measured.

use codec::Encode;
use rayon::prelude::*;
use smartlayer_operation_log::{
	engine::{Config, Context, Effect, Engine, Event, IntervalStart, Member, Message},
	worker::{Checks, Wire},
};
use smartlayer_operations::{ClassTerms, InstanceState, Operation, SignedOperation, Slot};
use smartlayer_types::{
	eip712::Domain,
	evm::{evm_account, EvmSignature},
	rules, AccountId, AnchorKey, AnchorMember, Authorisation, ClassId, InstanceId,
};
use sp_core::{ecdsa, ed25519, sr25519, Pair, H256};
use std::{
	env,
	sync::Arc,
	time::{Duration, Instant},
};

const GENESIS: H256 = H256::repeat_byte(3);

/// Operations that each anchor is given in a tick.
const AT_ONCE: usize = 512;

/// Milliseconds of a tick.
const TICK: u64 = 100;

/// One issuer for each kind of wallet.
struct Wallets(sr25519::Pair, ed25519::Pair, ecdsa::Pair);

impl Wallets {
	fn new() -> Self {
		let seed = [7; 32];
		Self(
			sr25519::Pair::from_seed(&seed),
			ed25519::Pair::from_seed(&seed),
			ecdsa::Pair::from_seed(&seed),
		)
	}

	fn account(&self, class: ClassId) -> AccountId {
		match class {
			1 => AccountId::new(self.0.public().0),
			2 => AccountId::new(self.1.public().0),
			_ => member(&self.2)
				.map_or_else(|| AccountId::new([0; 32]), |it| evm_account(it.address)),
		}
	}

	/// The issue of a ticket in one of three classes.
	fn issue(&self, number: usize, domain: &Domain) -> SignedOperation {
		let class = 1 + (number % 3) as ClassId;
		let operation = Operation {
			class,
			instance: number.into(),
			seq: 0,
			kind: 0,
			actor: self.account(class),
			to: AccountId::new([9; 32]),
			data: H256::zero(),
			time_ms: 100_000,
		};
		let digest = operation.digest(domain);
		let authorisation = match class {
			1 => Authorisation::Sr25519(self.0.sign(digest.as_bytes())),
			2 => Authorisation::Ed25519(self.1.sign(digest.as_bytes())),
			_ => Authorisation::Evm(EvmSignature(self.2.sign_prehashed(&digest.0).0)),
		};
		SignedOperation { operation, authorisation }
	}
}

fn member(key: &ecdsa::Pair) -> Option<AnchorMember> {
	let public = key.public();
	AnchorMember::new(AccountId::new([public.0[1]; 32]), AnchorKey::from(public))
}

/// Three classes of tickets, nothing settled, and a key.
struct Facts {
	key: ecdsa::Pair,
	classes: Arc<[Arc<ClassTerms>; 3]>,
}

impl Context for Facts {
	type Signature = EvmSignature;

	fn signs(&self, _: u64) -> bool {
		true
	}

	fn sign(&self, _: u64, digest: H256) -> EvmSignature {
		EvmSignature(self.key.sign_prehashed(&digest.0).0)
	}

	fn class(&self, _: u64, class: ClassId) -> Option<Arc<ClassTerms>> {
		self.classes.get(class as usize - 1).cloned()
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

struct Anchor {
	account: AccountId,
	engine: Engine<Facts>,
	checks: Checks,
	finals: usize,
	received: usize,
}

fn anchors(wallets: &Wallets) -> Vec<Anchor> {
	let terms = |class| {
		let (issuer, operators) = (wallets.account(class), Vec::new());
		Arc::new(ClassTerms { issuer, operators, rules: rules::ticket().expect("rules") })
	};
	let classes = Arc::new([1, 2, 3].map(terms));
	let keys: Vec<_> = (1..=4).map(|it| ecdsa::Pair::from_seed(&[it; 32])).collect();
	let mut members: Vec<_> = keys.iter().filter_map(member).collect();
	members.sort_by_key(|it| it.address);
	let start = IntervalStart {
		interval: 1,
		set_id: 1,
		members: members
			.iter()
			.map(|it| Member { account: it.account.clone(), incarnation: 0 })
			.collect(),
		oldest_ms: 1,
		base: 0,
		accepting: true,
	};
	let anchor = |key: ecdsa::Pair| {
		let account = member(&key).expect("a key").account;
		let facts = Facts { key, classes: classes.clone() };
		let mut engine = Engine::new(facts, GENESIS, account.clone(), Config::default());
		engine.enter(0, start.clone());
		let mut checks = Checks::new(GENESIS);
		checks.learn(1, &members);
		Anchor { account, engine, checks, finals: 0, received: 0 }
	};
	keys.into_iter().map(anchor).collect()
}

/// Takes what every anchor wants to say to the others, as bytes.
fn exchange(anchors: &mut [Anchor], now_ms: u64) {
	loop {
		let mut letters: Vec<(AccountId, Option<AccountId>, Vec<u8>)> = Vec::new();
		for anchor in anchors.iter_mut() {
			for effect in anchor.engine.take_effects() {
				let mut send = |to, message: &Message<EvmSignature>| {
					let bytes = Wire::of(message).expect("it is short enough").encode();
					letters.push((anchor.account.clone(), to, bytes));
				};
				match effect {
					Effect::Broadcast(message) => send(None, &message),
					Effect::Send(to, message) => send(Some(to), &message),
					Effect::Event(Event::Final(..)) => anchor.finals += 1,
					_ => {},
				}
			}
		}
		if letters.is_empty() {
			return;
		}
		for (from, to, bytes) in letters {
			for anchor in anchors.iter_mut() {
				if anchor.account == from || to.as_ref().is_some_and(|it| *it != anchor.account) {
					continue;
				}
				anchor.received += bytes.len();
				let wire = Wire::read(&bytes).expect("it was written here");
				let message = anchor.checks.check(&from, &anchor.account, wire);
				anchor.engine.receive(now_ms, &from, message.expect("it is signed"));
			}
		}
	}
}

/// What one run took.
struct Run {
	/// Until all is final for all.
	took: Duration,
	/// Bytes that one anchor received.
	received: usize,
	/// Ticks until the last operation was final, counted from the last submission.
	ticks: u64,
}

fn run(wallets: &Wallets, operations: &[SignedOperation]) -> Run {
	let mut anchors = anchors(wallets);
	let mut now_ms = 100_000;
	// They ask one another for their newest vectors first.
	for _ in 0..10 {
		for anchor in &mut anchors {
			anchor.engine.tick(now_ms);
		}
		exchange(&mut anchors, now_ms);
		now_ms += TICK;
	}
	anchors.iter_mut().for_each(|it| it.received = 0);
	let began = Instant::now();
	for some in operations.chunks(4 * AT_ONCE) {
		for (anchor, given) in anchors.iter_mut().zip(some.chunks(AT_ONCE)) {
			for checked in anchor.checks.operations(given) {
				anchor.engine.submit(&checked.expect("it is signed")).expect("it is taken");
			}
			anchor.engine.flush(now_ms);
		}
		exchange(&mut anchors, now_ms);
		for anchor in &mut anchors {
			anchor.engine.tick(now_ms);
		}
		exchange(&mut anchors, now_ms);
		now_ms += TICK;
	}
	let mut ticks = 0;
	while anchors.iter().any(|it| it.finals < operations.len()) {
		for anchor in &mut anchors {
			anchor.engine.tick(now_ms);
		}
		exchange(&mut anchors, now_ms);
		now_ms += TICK;
		ticks += 1;
		assert!(ticks < 100, "they do not become final");
	}
	let received = anchors.iter().map(|it| it.received).max().unwrap_or(0);
	Run { took: began.elapsed(), received, ticks }
}

fn number(variable: &str, default: usize) -> usize {
	env::var(variable).ok().and_then(|it| it.parse().ok()).unwrap_or(default)
}

fn median<T: PartialOrd + Copy>(mut of: Vec<T>) -> T {
	of.sort_by(|one, other| one.partial_cmp(other).expect("numbers"));
	of[of.len() / 2]
}

fn main() {
	let (count, runs) = (number("OPERATIONS", 20_000), number("RUNS", 5));
	let cores = rayon::current_num_threads();
	let (wallets, domain) = (Wallets::new(), Domain::of(GENESIS));
	let issue = |it: usize| wallets.issue(it, &domain);
	let operations: Vec<_> = (0..count).into_par_iter().map(issue).collect();
	let digests: Vec<_> = operations.iter().map(|it| it.operation.digest(&domain)).collect();
	let size = operations.iter().map(Encode::encoded_size).sum::<usize>() / count;
	let (mut bare, mut checked, mut taken) = (Vec::new(), Vec::new(), Vec::new());
	let checks = Checks::new(GENESIS);
	for _ in 0..runs {
		let began = Instant::now();
		let verify = |(it, digest): (&SignedOperation, &H256)| {
			it.authorisation.verify(digest, &it.operation.actor)
		};
		assert!(operations.par_iter().zip(&digests).all(verify));
		bare.push(began.elapsed());
		let began = Instant::now();
		for some in operations.chunks(AT_ONCE) {
			assert!(checks.operations(some).iter().all(Result::is_ok));
		}
		checked.push(began.elapsed());
		taken.push(run(&wallets, &operations));
	}
	let (bare, checked) = (median(bare), median(checked));
	let took = median(taken.iter().map(|it| it.took).collect());
	let received = median(taken.iter().map(|it| it.received).collect());
	let ticks = median(taken.iter().map(|it| it.ticks).collect());
	let rate = |times: usize, took: Duration| (times * count) as f64 / took.as_secs_f64();
	println!("{count} operations of {size} bytes, {cores} cores, median of {runs} runs");
	println!("bare verification           {:>9.0} signatures/s", rate(1, bare));
	println!(
		"checked in batches of {AT_ONCE}   {:>9.0} operations/s, {:.0} % of that",
		rate(1, checked),
		100. * bare.as_secs_f64() / checked.as_secs_f64(),
	);
	println!(
		"final, by four anchors      {:>9.0} operations/s, {:.0} a core; {:.0} % of four bare verifications of each",
		rate(1, took),
		rate(1, took) / cores as f64,
		400. * bare.as_secs_f64() / took.as_secs_f64(),
	);
	println!("the last is final after     {:>9} ms of ticks", ticks * TICK);
	println!(
		"received by one anchor      {:>9.0} bytes for each operation of another, {:.2} x its size",
		received as f64 / (count * 3 / 4) as f64,
		received as f64 / (count * 3 / 4 * size) as f64,
	);
}
