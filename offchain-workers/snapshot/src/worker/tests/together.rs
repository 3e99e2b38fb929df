//! Four workers with real disks and keys, on a chain and logs in memory.

use super::network::{member, set_of, GENESIS};
use crate::worker::{
	engine::{BestView, Config, Submission},
	exchange::{Arrival, Exchange, NoAnswer},
	log::{Examined, Log, LogStopped, Settlement, Standing, WholeCut},
	open, run,
	sync::history_root,
	Chain, ChainError, Params, Settled,
};
use futures::StreamExt;
use parking_lot::Mutex;
use smartlayer_commitment::{
	api::{AnchorSet, Duty, Expected},
	turns, vector_root, Bridge, Certified, Choice, ConfirmedSnapshot, CountedVector, Cut,
	Incomplete, LastBlock, LivingProposal, Proposal, RecordedSignatures, SignerBitmap,
};
use smartlayer_operations::{
	positions_hash, ClassTerms, FullVector, ListedEntry, Operation, OriginEntry, Position, Signed,
	SignedOperation, Vector,
};
use smartlayer_types::{
	anchors::{key::ANCHOR, quorum},
	eip712::Domain,
	evm::{EvmAddress, EvmSignature},
	rules, AccountId, Authorisation, ClassId, Hash,
};
use sp_core::{ed25519, Pair, H256};
use sp_keystore::{testing::MemoryKeystore, Keystore};
use std::{
	collections::{BTreeMap, BTreeSet},
	path::Path,
	sync::Arc,
	time::Duration,
};
use tokio::{
	sync::{mpsc, oneshot},
	task::JoinHandle,
	time::{sleep, timeout},
};

const BRIDGE: Bridge = Bridge { chain_id: 1, contract: EvmAddress::repeat_byte(0xb1) };

/// For how many intervals the chain keeps snapshots.
const RETENTION: u64 = 3;

/// How many blocks are not final.
const NOT_FINAL: usize = 2;

/// A cut with signed vectors that withhold some positions of no log.
pub fn with_vectors(interval: u64, members: u8, bytes: usize) -> WholeCut {
	let set = set_of(7, 1..=members);
	let withheld: Vec<_> =
		(0..bytes as u32 / 12).map(|index| Position { number: 1, index }).collect();
	let entry = OriginEntry {
		origin: AccountId::new([1; 32]),
		incarnation: 0,
		number: 1,
		header_hash: H256::repeat_byte(1),
		withheld: positions_hash(GENESIS, &withheld).unwrap(),
		announced: 0,
		unannounced: positions_hash(GENESIS, &[]).unwrap(),
	};
	let entries = vec![ListedEntry { entry, withheld, unannounced: Vec::new() }];
	let root = vector_root(GENESIS, &entries).unwrap();
	let statement = Vector { set_id: 7, interval, tick: 1, closing: true, root };
	let digest = statement.digest(GENESIS);
	let (mut counted, mut vectors) = (Vec::new(), Vec::new());
	for (index, member) in (0u32..).zip(&set.members) {
		let seed = (1..=members).find(|it| super::network::member(*it) == *member).unwrap();
		let signature = super::network::pair(seed).sign_prehashed(&digest.0);
		let signed = Signed { statement, signature: EvmSignature(signature.0) };
		vectors.push(Arc::new(FullVector { signed, entries: entries.clone() }));
		counted.push(CountedVector { member: index, tick: 1, digest });
	}
	WholeCut { cut: Cut { set_id: 7, interval, ends: Vec::new(), vectors: counted }, vectors }
}

fn issuer() -> ed25519::Pair {
	ed25519::Pair::from_seed(&[9; 32])
}

fn issuer_account() -> AccountId {
	AccountId::new(issuer().public().0)
}

/// What is certified in an interval: three new tickets.
fn certified(interval: u64) -> Certified {
	let operation = |it: u64| Operation {
		class: 1,
		instance: (interval * 10 + it).into(),
		seq: 0,
		kind: 0,
		actor: issuer_account(),
		to: AccountId::new([5; 32]),
		data: H256::zero(),
		time_ms: 1_000,
	};
	let signed = (0..3).map(operation).map(|operation| {
		let domain = Domain::of(GENESIS);
		let digest = operation.digest(&domain);
		let authorisation = Authorisation::Ed25519(issuer().sign(digest.as_bytes()));
		let verified = SignedOperation { operation, authorisation }.verify(&domain).unwrap();
		(verified.digest(), Arc::new(verified))
	});
	signed.collect()
}

/// An operation log that has seen everything, but for one interval.
#[derive(Clone, Default)]
struct Logged {
	blind: Option<u64>,
	settled: Arc<Mutex<Vec<u64>>>,
}

impl Log for Logged {
	async fn cut(&self, interval: u64) -> Result<Option<WholeCut>, LogStopped> {
		Ok(Some(with_vectors(interval, 4, 24)))
	}

	async fn certify(
		&self,
		whole: Arc<WholeCut>,
	) -> Result<Result<Examined, Incomplete>, LogStopped> {
		let interval = whole.cut.interval;
		let is_blind = self.blind == Some(interval);
		let examined = Examined { certified: certified(interval), goes_on: true };
		Ok(if is_blind { Err(Incomplete::Interval(interval)) } else { Ok(examined) })
	}

	async fn standing(&self, interval: u64) -> Result<Option<Standing>, LogStopped> {
		let announced = certified(interval).into_keys().collect();
		Ok(Some(Standing { is_closed: true, all_closed: true, announced, oldest_ms: 0 }))
	}

	async fn class(&self, _: u64, class: ClassId) -> Result<Option<Arc<ClassTerms>>, LogStopped> {
		assert_eq!(class, 1);
		let (issuer, rules) = (issuer_account(), rules::ticket().unwrap());
		Ok(Some(Arc::new(ClassTerms { issuer, operators: Vec::new(), rules })))
	}

	async fn settle(&self, settlement: Settlement) -> Result<(), LogStopped> {
		self.settled.lock().push(settlement.interval);
		Ok(())
	}
}

/// The state of a block.
#[derive(Clone, Default)]
struct State {
	confirmed: Vec<ConfirmedSnapshot>,
	living: Option<LivingProposal>,
	duty_start: u32,
	signatures: BTreeMap<u64, RecordedSignatures>,
	voters: BTreeSet<u32>,
}

/// A chain in memory: blocks by number, and what waits for the next one.
#[derive(Default)]
struct Blocks {
	states: Vec<State>,
	pool: Vec<Submission>,
}

#[derive(Clone)]
struct Ledgerless(Arc<Mutex<Blocks>>);

fn number_of(at: Hash) -> usize {
	at.to_low_u64_be() as usize
}

impl Ledgerless {
	fn new() -> Self {
		let blocks = Blocks { states: vec![State::default()], pool: Vec::new() };
		Self(Arc::new(Mutex::new(blocks)))
	}

	fn read<T>(&self, at: Hash, read: impl FnOnce(&State) -> T) -> T {
		read(&self.0.lock().states[number_of(at)])
	}

	/// Builds a block of what waits.
	fn build(&self) {
		let mut blocks = self.0.lock();
		let now = blocks.states.len() as u32;
		let mut state = blocks.states.last().cloned().unwrap();
		for submission in std::mem::take(&mut blocks.pool) {
			state.take(now, submission);
		}
		blocks.states.push(state);
	}
}

impl State {
	fn due(&self) -> u64 {
		self.confirmed.len() as u64 + 1
	}

	fn expected(&self) -> Expected {
		Expected {
			interval: self.due(),
			set_id: 7,
			next_set_hash: H256::repeat_byte(1),
			parent: self.confirmed.last().map(|it| it.hash).unwrap_or_default(),
			history_root: history_root(self.confirmed.iter().map(|it| &it.snapshot)),
			block: LastBlock { number: 1, hash: H256::zero(), time_ms: 5_000_000 },
		}
	}

	fn duty(&self, at: u32) -> Duty {
		let set = set_of(7, 1..=4);
		let turn = turns::turn_at(self.duty_start, 4, 10, at).unwrap();
		let accounts = set.members.iter().map(|it| &it.account);
		let order = turns::order(GENESIS, H256::zero(), self.due(), accounts);
		let proposer = order[turn.position as usize];
		let account = set.members[proposer as usize].account.clone();
		Duty { interval: self.due(), turn, proposer, account }
	}

	fn take(&mut self, now: u32, submission: Submission) {
		let set = set_of(7, 1..=4);
		match submission {
			Submission::Proposal(own) => {
				let duty = self.duty(now);
				let (interval, turn) = (duty.interval, own.turn);
				let snapshot_hash = own.snapshot.hash();
				let proposal = Proposal { interval, turn, snapshot_hash, counted: own.counted };
				let hash = proposal.hash(GENESIS);
				let proposer = &set.members[duty.proposer as usize];
				let is_taken = self.living.as_ref().is_some_and(|it| it.proposal.turn == turn);
				let is_due = own.snapshot.interval == interval && turn == duty.turn.ordinal;
				if !is_due || is_taken || !proposer.signed(&hash, &own.signature) {
					return;
				}
				self.voters.clear();
				self.living = Some(LivingProposal {
					proposal,
					hash,
					snapshot: own.snapshot,
					proposer: duty.proposer,
					end: duty.turn.end,
					approvals: SignerBitmap::EMPTY,
					rejections: SignerBitmap::EMPTY,
					voided: false,
				});
			},
			Submission::Vote(of, vote) => {
				let Some(living) = self.living.as_mut().filter(|it| it.hash == of) else { return };
				assert_eq!(vote.choice, Choice::Approve);
				assert!(self.voters.insert(vote.member) || living.approvals.contains(vote.member));
				living.approvals.insert(vote.member);
				if living.approvals.count() >= quorum(4) {
					let (snapshot, proposer) = (living.snapshot.clone(), living.proposer);
					let hash = snapshot.hash();
					self.confirmed.push(ConfirmedSnapshot {
						snapshot,
						hash,
						proposer,
						confirmed_at: now,
					});
					(self.living, self.duty_start) = (None, now);
				}
			},
			Submission::Signatures(interval, bridge, signatures) => {
				let confirmed = &self.confirmed[interval as usize - 1];
				let digest = bridge.digest(confirmed.hash);
				assert_eq!(signatures.signers.count(), quorum(4));
				for (index, it) in signatures.signers.members().zip(&signatures.signatures) {
					assert!(set.members[index as usize].signed(&digest, it));
				}
				self.signatures.entry(interval).or_insert(signatures);
			},
		}
	}
}

impl Chain for Ledgerless {
	fn best(&self) -> Hash {
		Hash::from_low_u64_be(self.0.lock().states.len() as u64 - 1)
	}

	fn finalised(&self) -> Hash {
		let best = self.0.lock().states.len() - 1;
		Hash::from_low_u64_be(best.saturating_sub(NOT_FINAL) as u64)
	}

	fn view(&self, at: Hash) -> Result<BestView, ChainError> {
		let number = number_of(at) as u32;
		Ok(self.read(at, |state| BestView {
			number,
			duty: Some(state.duty(number + 1)),
			expected: Some(state.expected()),
			living: state.living.clone().filter(|it| number < it.end),
			set: Some(Arc::new(set_of(7, 1..=4))),
		}))
	}

	fn last_confirmed(&self, at: Hash) -> Result<Option<ConfirmedSnapshot>, ChainError> {
		Ok(self.read(at, |state| state.confirmed.last().cloned()))
	}

	fn confirmed(&self, at: Hash, interval: u64) -> Result<Option<ConfirmedSnapshot>, ChainError> {
		Ok(self.read(at, |state| {
			let is_kept = interval > (state.confirmed.len() as u64).saturating_sub(RETENTION);
			let index = usize::try_from(interval.checked_sub(1)?).ok()?;
			state.confirmed.get(index).filter(|_| is_kept).cloned()
		}))
	}

	fn set_of(&self, _: Hash, _: u64) -> Result<Option<AnchorSet>, ChainError> {
		Ok(Some(set_of(7, 1..=4)))
	}

	fn bridges(&self, _: Hash) -> Result<Vec<Bridge>, ChainError> {
		Ok(vec![BRIDGE])
	}

	fn is_signed(&self, at: Hash, interval: u64, _: Bridge) -> Result<bool, ChainError> {
		Ok(self.read(at, |state| state.signatures.contains_key(&interval)))
	}

	fn oldest_ms(&self, _: Hash, _: u64) -> Result<Option<u64>, ChainError> {
		Ok(Some(0))
	}

	fn submit(&self, _: Hash, submission: Submission) -> Result<(), ChainError> {
		self.0.lock().pool.push(submission);
		Ok(())
	}
}

/// The wires between anchors.
#[derive(Clone)]
struct Wires {
	own: EvmAddress,
	all: Arc<Mutex<BTreeMap<EvmAddress, mpsc::UnboundedSender<Arrival>>>>,
	reports: Arc<Mutex<Vec<EvmAddress>>>,
}

impl Exchange for Wires {
	fn broadcast(&self, bytes: Vec<u8>) {
		for (to, wire) in &*self.all.lock() {
			if *to != self.own {
				let _ = wire.send(Arrival::Message { from: self.own, bytes: bytes.clone() });
			}
		}
	}

	async fn request(&self, to: EvmAddress, bytes: Vec<u8>) -> Result<Vec<u8>, NoAnswer> {
		let (reply, answer) = oneshot::channel();
		let request = Arrival::Request { from: self.own, bytes, reply };
		let wire = self.all.lock().get(&to).cloned().ok_or(NoAnswer)?;
		wire.send(request).map_err(|_| NoAnswer)?;
		timeout(Duration::from_secs(5), answer).await.map_err(|_| NoAnswer)?.map_err(|_| NoAnswer)
	}

	fn report(&self, anchor: EvmAddress) {
		self.reports.lock().push(anchor);
	}
}

/// A worker that runs.
struct Running {
	task: JoinHandle<()>,
	settled: Settled,
	log: Logged,
	news: [mpsc::UnboundedSender<()>; 2],
}

struct Net {
	chain: Ledgerless,
	wires: Wires,
	folders: Vec<tempfile::TempDir>,
	running: BTreeMap<u8, Running>,
}

impl Net {
	fn new() -> Self {
		let (all, reports) = (Arc::default(), Arc::<Mutex<Vec<EvmAddress>>>::default());
		let wires = Wires { own: EvmAddress::zero(), all, reports };
		let folders = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
		Self { chain: Ledgerless::new(), wires, folders, running: BTreeMap::new() }
	}

	fn folder(&self, seed: u8) -> &Path {
		self.folders[usize::from(seed) - 1].path()
	}

	/// Starts an anchor.
	async fn start(&mut self, seed: u8, log: Logged) {
		// What a stopped one had under way outside of its task holds the files until it ends.
		let mut opened = open(self.folder(seed), GENESIS);
		for _ in 0..500 {
			if opened.is_ok() {
				break;
			}
			sleep(Duration::from_millis(20)).await;
			opened = open(self.folder(seed), GENESIS);
		}
		let settled = opened.unwrap();
		let own = member(seed).address;
		let (wire, arrivals) = mpsc::unbounded_channel();
		self.wires.all.lock().insert(own, wire);
		let keystore = MemoryKeystore::new();
		let secret = format!("0x{}", format!("{seed:02x}").repeat(32));
		let key = keystore.ecdsa_generate_new(ANCHOR, Some(&secret)).unwrap();
		assert_eq!(member(seed).key, key.into());
		let (blocks, new_blocks) = mpsc::unbounded_channel();
		let (finality, new_finality) = mpsc::unbounded_channel();
		let params = Params {
			chain: Arc::new(self.chain.clone()),
			blocks: stream(new_blocks),
			finality: stream(new_finality),
			log: log.clone(),
			exchange: Wires { own, ..self.wires.clone() },
			arrivals: stream(arrivals),
			settled: settled.clone(),
			folder: self.folder(seed).to_owned(),
			keystore: Arc::new(keystore),
			genesis: GENESIS,
			config: Config { collect_step: 2, ..Config::default() },
			registry: None,
		};
		let task = tokio::spawn(async move { run(params).await.unwrap() });
		self.running.insert(seed, Running { task, settled, log, news: [blocks, finality] });
	}

	/// Kills an anchor.
	async fn stop(&mut self, seed: u8) {
		self.wires.all.lock().remove(&member(seed).address);
		let Running { task, settled, log, news } = self.running.remove(&seed).unwrap();
		task.abort();
		let _ = task.await;
		drop((settled, log, news));
	}

	/// Builds blocks until something is so.
	async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
		for _ in 0..1_500 {
			if is_so(self) {
				return;
			}
			self.chain.build();
			for running in self.running.values() {
				assert!(!running.task.is_finished(), "a worker has ended");
				for news in &running.news {
					let _ = news.send(());
				}
			}
			sleep(Duration::from_millis(20)).await;
		}
		let settled: Vec<_> = self.running.values().map(|it| it.settled.root().0).collect();
		panic!("{what} does not happen; settled: {settled:?}, confirmed: {}", self.confirmed());
	}

	fn last(&self) -> State {
		self.chain.0.lock().states.last().cloned().unwrap()
	}

	fn confirmed(&self) -> u64 {
		self.last().confirmed.len() as u64
	}

	/// Whether these have settled an interval with the confirmed root.
	fn have_settled(&self, interval: u64) -> bool {
		self.running.values().all(|it| it.settled.root().0 >= interval)
	}
}

fn stream<T: Send + 'static>(
	mut receiver: mpsc::UnboundedReceiver<T>,
) -> std::pin::Pin<Box<dyn futures::Stream<Item = T> + Send>> {
	futures::stream::poll_fn(move |context| receiver.poll_recv(context)).boxed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_anchors_propose_approve_settle_and_sign() {
	let mut net = Net::new();
	for seed in 1..=4 {
		net.start(seed, Logged::default()).await;
	}
	net.until("settlement", |net| net.have_settled(3)).await;
	net.until("signatures", |net| (1..=3).all(|it| net.last().signatures.contains_key(&it))).await;
	let confirmed = net.last().confirmed;
	assert!(confirmed.iter().take(3).all(|it| it.snapshot.body.operation_count == 3));
	for running in net.running.values() {
		let (interval, root) = running.settled.root();
		assert_eq!(root, confirmed[interval as usize - 1].snapshot.body.state_root);
		assert_eq!(running.settled.state(1, 10.into()).next_seq, 1);
		assert_eq!(running.settled.state(1, 32.into()).holder, AccountId::new([5; 32]));
		assert_eq!(running.log.settled.lock()[..3], [1, 2, 3], "in order");
	}
	assert_eq!(*net.wires.reports.lock(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_was_away_takes_over_and_one_that_lost_its_disk_synchronises() {
	let mut net = Net::new();
	for seed in 1..=4 {
		net.start(seed, Logged::default()).await;
	}
	net.until("settlement", |net| net.have_settled(1)).await;
	net.stop(1).await;
	let before = net.confirmed();
	net.until("snapshots without one", |net| net.confirmed() >= before + 2).await;
	// It comes back on its own disk, with a log that has not seen what it missed.
	net.start(1, Logged { blind: Some(before + 1), ..Logged::default() }).await;
	net.until("one catches up", |net| net.have_settled(before + 2)).await;
	net.stop(2).await;
	let before = net.confirmed();
	net.until("more snapshots", |net| net.confirmed() >= before + RETENTION + 4).await;
	net.folders[1] = tempfile::tempdir().unwrap();
	net.start(2, Logged::default()).await;
	net.until("a synchronised state", |net| net.have_settled(before + RETENTION + 4)).await;
	let confirmed = net.last().confirmed;
	for running in net.running.values() {
		let (interval, root) = running.settled.root();
		assert_eq!(root, confirmed[interval as usize - 1].snapshot.body.state_root);
		assert_eq!(running.settled.state(1, 10.into()).next_seq, 1);
	}
	// Its log is told when the disk has it.
	net.until("news for its log", |net| !net.running[&2].log.settled.lock().is_empty()).await;
	let settled = net.running[&2].log.settled.lock().clone();
	assert!(settled[0] > 1 && settled.is_sorted(), "its log goes on where the state does");
	assert_eq!(*net.wires.reports.lock(), []);
}
