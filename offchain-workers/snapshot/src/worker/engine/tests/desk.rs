//! One anchor with everything around it played by hand.

use crate::worker::{
	engine::{
		BestView, Config, Context, Effect, Engine, Event, Fetched, FinalView, Rebuilt, Record,
		Roots, Stored, Submission, Task,
	},
	log::{Standing, WholeCut},
};
use smartlayer_commitment::{
	api::{AnchorSet, Duty, Expected},
	set_hash,
	turns::Turn,
	Choice, ConfirmedSnapshot, CountedVector, Cut, LastBlock, LivingProposal, Proposal,
	SignerBitmap, Snapshot,
};
use smartlayer_types::{evm::EvmSignature, AccountId, AnchorMember, SetId};
use sp_core::{ecdsa, Pair, H256};
use std::{
	collections::{BTreeSet, HashSet},
	sync::{Arc, OnceLock},
};

pub const GENESIS: H256 = H256::repeat_byte(0x61);

/// Keys and members by seed: making them takes longer than everything else here.
fn known() -> &'static [(ecdsa::Pair, AnchorMember)] {
	static KNOWN: OnceLock<Vec<(ecdsa::Pair, AnchorMember)>> = OnceLock::new();
	KNOWN.get_or_init(|| {
		let make = |seed: u8| {
			let pair = ecdsa::Pair::from_seed(&[seed + 1; 32]);
			let account = AccountId::new([seed + 1; 32]);
			let member = AnchorMember::new(account, pair.public().into()).unwrap();
			(pair, member)
		};
		(0..9).map(make).collect()
	})
}

/// The key of an anchor, from 1 to 9.
pub fn pair(seed: u8) -> ecdsa::Pair {
	known()[usize::from(seed) - 1].0.clone()
}

pub fn member(seed: u8) -> AnchorMember {
	known()[usize::from(seed) - 1].1.clone()
}

/// A set of anchors, in the order of their addresses.
pub fn set_of(set_id: SetId, seeds: impl IntoIterator<Item = u8>) -> Arc<AnchorSet> {
	let mut members: Vec<_> = seeds.into_iter().map(member).collect();
	members.sort_by_key(|it| it.address);
	let hash = set_hash(set_id, members.iter().map(|it| it.address));
	Arc::new(AnchorSet { set_id, hash, members })
}

pub fn index_in(set: &AnchorSet, seed: u8) -> u32 {
	let key = member(seed).key;
	set.members.iter().position(|it| it.key == key).unwrap() as u32
}

/// The keys of one anchor, and what is settled.
pub struct Keys {
	pub seed: u8,
	pub settled: BTreeSet<H256>,
}

impl Context for Keys {
	type Product = ();

	fn owns(&self, member: &AnchorMember) -> bool {
		member.key == known()[usize::from(self.seed) - 1].1.key
	}

	fn sign(&self, member: &AnchorMember, digest: H256) -> Option<EvmSignature> {
		assert!(self.owns(member), "nobody signs for others");
		Some(EvmSignature(pair(self.seed).sign_prehashed(&digest.0).0))
	}

	fn is_settled(&self, digest: &H256) -> bool {
		self.settled.contains(digest)
	}
}

/// A cut that counts these members; `tag` tells it from others.
pub fn cut(interval: u64, set: &AnchorSet, counted: &[u32], tag: u8) -> WholeCut {
	let vectors = counted.iter().map(|member| CountedVector {
		member: *member,
		tick: tag.into(),
		digest: H256::repeat_byte(tag),
	});
	let cut = Cut { set_id: set.set_id, interval, ends: Vec::new(), vectors: vectors.collect() };
	WholeCut { cut, vectors: Vec::new() }
}

pub fn hash_of(whole: &WholeCut) -> H256 {
	whole.cut.hash(GENESIS)
}

/// What a cut comes to: its hash, and one operation named after it.
pub fn rebuilt(whole: &WholeCut) -> Rebuilt<()> {
	let hash = hash_of(whole);
	let roots = Roots { bitmap: hash, operations: hash, state: hash, count: 1 };
	let digests = HashSet::from([operation_of(whole)]);
	let (interval, cut_hash) = (whole.cut.interval, hash);
	Rebuilt { interval, cut_hash, goes_on: true, roots, digests, product: () }
}

pub fn operation_of(whole: &WholeCut) -> H256 {
	let mut hash = hash_of(whole);
	hash.0[0] ^= 0xff;
	hash
}

pub fn expected(interval: u64, set: &AnchorSet) -> Expected {
	Expected {
		interval,
		set_id: set.set_id,
		next_set_hash: H256::repeat_byte(1),
		parent: H256::repeat_byte(2),
		history_root: H256::repeat_byte(3),
		block: LastBlock { number: 9, hash: H256::repeat_byte(4), time_ms: 5_999 },
	}
}

/// The snapshot that a cut comes to.
pub fn snapshot(whole: &WholeCut, set: &AnchorSet) -> Snapshot {
	super::super::proposing::snapshot_of(
		&expected(whole.cut.interval, set),
		&rebuilt(whole).roots,
		hash_of(whole),
	)
}

/// A proposal on chain.
pub fn living(whole: &WholeCut, set: &AnchorSet, turn: u64, proposer: u32) -> LivingProposal {
	let snapshot = snapshot(whole, set);
	let proposal = Proposal {
		interval: whole.cut.interval,
		turn,
		snapshot_hash: snapshot.hash(),
		counted: whole.cut.counted(),
	};
	LivingProposal {
		hash: proposal.hash(GENESIS),
		proposal,
		snapshot,
		proposer,
		end: u32::MAX,
		approvals: SignerBitmap::EMPTY,
		rejections: SignerBitmap::EMPTY,
		voided: false,
	}
}

pub fn confirmed(whole: &WholeCut, set: &AnchorSet) -> ConfirmedSnapshot {
	let snapshot = snapshot(whole, set);
	ConfirmedSnapshot { hash: snapshot.hash(), snapshot, proposer: 0, confirmed_at: 1 }
}

/// The best chain with a turn that ends at block 100, and nothing proposed.
pub fn view(
	number: u32,
	interval: u64,
	turn: u64,
	proposer: u32,
	set: &Arc<AnchorSet>,
) -> BestView {
	let times = Turn { ordinal: turn, round: 0, position: 0, start: 0, end: 100 };
	let account = set.members[proposer as usize].account.clone();
	BestView {
		number,
		duty: Some(Duty { interval, turn: times, proposer, account }),
		expected: Some(expected(interval, set)),
		living: None,
		set: Some(set.clone()),
	}
}

pub fn final_view(snapshots: &[ConfirmedSnapshot]) -> FinalView {
	let newest = snapshots.last().cloned();
	FinalView { confirmed: snapshots.to_vec(), newest, unsigned: Vec::new() }
}

pub fn closed(announced: &[H256]) -> Standing {
	Standing { is_closed: true, all_closed: true, announced: announced.to_vec(), oldest_ms: 0 }
}

/// An anchor and the tasks that it began.
pub struct Desk {
	pub engine: Engine<Keys>,
	pub tasks: Vec<Task<()>>,
	pub stored: Vec<Record>,
	pub now_ms: u64,
}

impl Desk {
	pub fn new(seed: u8) -> Self {
		Self::restored(seed, Stored::default())
	}

	pub fn restored(seed: u8, stored: Stored) -> Self {
		let keys = Keys { seed, settled: BTreeSet::new() };
		let engine = Engine::restore(keys, GENESIS, Config::default(), stored);
		Self { engine, tasks: Vec::new(), stored: Vec::new(), now_ms: 0 }
	}

	/// The same anchor after a kill, with what it has stored.
	pub fn restarted(&self) -> Self {
		let mut stored = Stored { settled: self.engine.last_settled(), ..Stored::default() };
		for record in &self.stored {
			match record.clone() {
				Record::Proposal(own, whole) => stored.proposals.push((*own, whole)),
				Record::Vote(interval, proposal, vote) => {
					stored.votes.push((interval, proposal, vote));
				},
				Record::Signed(interval, hash) => stored.signed.push((interval, hash)),
			}
		}
		let mut again = Self::restored(self.engine.context().seed, stored);
		again.stored.clone_from(&self.stored);
		again
	}

	/// What it wants sent and told; tasks and records are noted. Nothing goes out before it is stored.
	pub fn said(&mut self) -> (Vec<Submission>, Vec<Event>) {
		let (mut submissions, mut events) = (Vec::new(), Vec::new());
		for effect in self.engine.take_effects() {
			match effect {
				Effect::Store(record) => self.stored.push(record),
				Effect::Submit(submission) => {
					assert!(
						self.is_stored(&submission),
						"{submission:?} went out before it was stored"
					);
					submissions.push(submission);
				},
				Effect::Broadcast(signatures) => {
					for it in signatures {
						let is_stored = |record: &Record| matches!(record, Record::Signed(of, _) if *of == it.interval);
						assert!(self.stored.iter().any(is_stored), "sent before it was stored");
					}
				},
				Effect::Start(task) => self.tasks.push(task),
				Effect::Event(event) => events.push(event),
			}
		}
		(submissions, events)
	}

	fn is_stored(&self, submission: &Submission) -> bool {
		self.stored.iter().any(|record| match (submission, record) {
			(Submission::Proposal(own), Record::Proposal(stored, _)) => own == stored,
			(Submission::Vote(of, vote), Record::Vote(_, proposal, stored)) => {
				of == proposal && vote == stored
			},
			_ => false,
		}) || matches!(submission, Submission::Signatures(..))
	}

	pub fn submissions(&mut self) -> Vec<Submission> {
		self.said().0
	}

	/// Runs tasks as if everything were at hand: cuts are `own`, bodies are found in `bodies`, everybody has closed.
	pub fn work(
		&mut self,
		own: Option<&WholeCut>,
		bodies: &[&WholeCut],
		standing: &Standing,
	) -> (Vec<Submission>, Vec<Event>) {
		let (mut submissions, mut events) = self.said();
		while let Some(task) = self.tasks.pop() {
			let now = self.now_ms;
			match task {
				Task::Look(interval) => {
					self.engine.looked(now, interval, Some(standing.clone()));
				},
				Task::Cut(interval) => self.engine.drafted(now, interval, own.cloned()),
				Task::Rebuild(hash, whole) => {
					self.engine.rebuilt(now, hash, Ok(rebuilt(&whole)));
				},
				Task::Fetch { hash, .. } => {
					let found = bodies.iter().find(|it| hash_of(it) == hash);
					let whole = found.map(|it| Fetched::Whole(Arc::new((*it).clone())));
					self.engine.fetched(now, hash, whole.unwrap_or(Fetched::Nowhere));
				},
				Task::TakeOver(_) => self.engine.taken_over(now, None),
				Task::Synchronise(_) => self.engine.synchronised(now, None),
				Task::Settle(_, rebuilt) => self.engine.settled(now, rebuilt.interval),
			}
			let (more, news) = self.said();
			submissions.extend(more);
			events.extend(news);
		}
		(submissions, events)
	}

	pub fn best(&mut self, view: BestView) {
		self.engine.best(self.now_ms, view);
	}

	pub fn finalised(&mut self, view: FinalView) {
		self.engine.finalised(self.now_ms, view);
	}

	/// Makes `settled` the last settled interval, one after the other.
	pub fn settle_up_to(&mut self, settled: u64) {
		for interval in self.engine.last_settled() + 1..=settled {
			self.engine.settled(self.now_ms, interval);
		}
		let _ = self.said();
	}
}

/// The choices of votes among submissions.
pub fn choices(submissions: &[Submission]) -> Vec<Choice> {
	let choice = |it: &Submission| match it {
		Submission::Vote(_, vote) => Some(vote.choice),
		_ => None,
	};
	submissions.iter().filter_map(choice).collect()
}
