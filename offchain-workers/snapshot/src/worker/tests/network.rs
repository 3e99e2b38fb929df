//! Anchors in memory: their sets, what they have settled, and how they ask each other.

use crate::worker::{
	answers::{from_body, from_settled},
	body::check_cut,
	engine::{Rebuilt, Roots},
	exchange::{Exchange, NoAnswer},
	ledger::Taken,
	log::WholeCut,
	open, recovery,
	settled::Settled,
	sync::history_root,
	wire::{read, Answer, Ask},
	Product,
};
use codec::Encode;
use parking_lot::Mutex;
use smartlayer_commitment::{
	api::AnchorSet,
	build::{BitmapTree, OperationsTree},
	set_hash, Change, ConfirmedSnapshot, Cut, Snapshot, SnapshotBody,
};
use smartlayer_operations::{InstanceState, Operation, NO_HOLDER};
use smartlayer_types::{eip712::Domain, evm::EvmAddress, AccountId, AnchorMember, SetId};
use sp_core::{ecdsa, Pair, H256};
use std::{
	collections::{BTreeMap, HashMap},
	sync::Arc,
};
use tempfile::TempDir;

pub const GENESIS: H256 = H256::repeat_byte(0x61);

pub fn pair(seed: u8) -> ecdsa::Pair {
	ecdsa::Pair::from_seed(&[seed; 32])
}

pub fn member(seed: u8) -> AnchorMember {
	AnchorMember::new(AccountId::new([seed; 32]), pair(seed).public().into()).unwrap()
}

pub fn set_of(set_id: SetId, seeds: impl IntoIterator<Item = u8>) -> AnchorSet {
	let mut members: Vec<_> = seeds.into_iter().map(member).collect();
	members.sort_by_key(|it| it.address);
	let hash = set_hash(set_id, members.iter().map(|it| it.address));
	AnchorSet { set_id, hash, members }
}

/// Operations of an interval, in the order of their tree: `count` new instances, and one that every interval touches.
pub fn operations_of(interval: u64, count: u64) -> Vec<Operation> {
	let operation = |instance: u64, seq: u64| Operation {
		class: 1,
		instance: instance.into(),
		seq,
		kind: 0,
		actor: AccountId::new([7; 32]),
		to: NO_HOLDER,
		data: H256::zero(),
		time_ms: interval * 1_000,
	};
	let new = (0..count).map(|it| operation(interval * 1_000_000 + it, 0));
	[operation(1, interval)].into_iter().chain(new).collect()
}

pub fn changes_of(operations: &[Operation]) -> Vec<Change> {
	let state = |it: &Operation| InstanceState {
		mask: 1,
		ever: 1,
		holder: NO_HOLDER,
		next_seq: it.seq + 1,
	};
	operations.iter().map(|it| ((it.class, it.instance), state(it))).collect()
}

/// The cut of an interval.
pub fn cut_of(interval: u64) -> Cut {
	Cut { set_id: 7, interval, ends: Vec::new(), vectors: Vec::new() }
}

/// What an interval comes to on top of what somebody has settled.
pub fn rebuilt_on(settled: &Settled, interval: u64, count: u64) -> Rebuilt<Product> {
	let cut = cut_of(interval);
	let operations = operations_of(interval, count);
	let changes = changes_of(&operations);
	let overlay = settled.with_tree(|tree| tree.apply(&changes)).unwrap();
	let roots = Roots {
		bitmap: BitmapTree::build(&operations, |it| it).root(),
		operations: OperationsTree::build(interval, &operations, |it| it).root(),
		state: overlay.root(),
		count: operations.len() as u64,
	};
	let domain = Domain::of(GENESIS);
	let taken = Taken {
		operations: operations.iter().map(|it| (it.digest(&domain), it.time_ms)).collect(),
		slots: Vec::new(),
	};
	let digests = taken.operations.iter().map(|it| it.0).collect();
	let cut_hash = cut.hash(GENESIS);
	let product = Product { cut, operations, changes, taken, overlay };
	Rebuilt { interval, cut_hash, goes_on: true, roots, digests, product }
}

pub fn confirmed(before: &Settled, rebuilt: &Rebuilt<Product>) -> ConfirmedSnapshot {
	let history = before.ledger().snapshots(1, usize::MAX).unwrap();
	let body = SnapshotBody {
		parent: H256::zero(),
		history_root: history_root(&history),
		bitmap_root: rebuilt.roots.bitmap,
		operations_root: rebuilt.roots.operations,
		state_root: rebuilt.roots.state,
		operation_count: rebuilt.roots.count,
		cut_hash: rebuilt.cut_hash,
		block_hash: H256::zero(),
		block_number: 0,
		block_time: rebuilt.interval,
	};
	let (interval, next_set_hash) = (rebuilt.interval, H256::zero());
	let snapshot = Snapshot { interval, set_id: 7, next_set_hash, body };
	ConfirmedSnapshot { hash: snapshot.hash(), snapshot, proposer: 0, confirmed_at: 1 }
}

/// An anchor that has settled something.
pub struct Anchor {
	pub folder: TempDir,
	pub settled: Settled,
	pub confirmed: Vec<ConfirmedSnapshot>,
}

impl Anchor {
	/// One that has settled intervals of so many new instances each.
	pub fn after(counts: &[u64]) -> Self {
		let folder = tempfile::tempdir().unwrap();
		let settled = open(folder.path(), GENESIS).unwrap();
		let mut anchor = Self { folder, settled, confirmed: Vec::new() };
		counts.iter().for_each(|count| anchor.settle(*count));
		anchor
	}

	/// Settles the next interval.
	pub fn settle(&mut self, count: u64) {
		let interval = self.confirmed.len() as u64 + 1;
		let rebuilt = rebuilt_on(&self.settled, interval, count);
		let confirmed = confirmed(&self.settled, &rebuilt);
		recovery::settle(&self.settled, &confirmed, &rebuilt).unwrap();
		self.confirmed.push(confirmed);
	}

	/// Opens its folder again, as after a kill.
	pub fn reopened(self) -> Self {
		let Self { folder, settled, confirmed } = self;
		drop(settled);
		let settled = open(folder.path(), GENESIS).unwrap();
		Self { folder, settled, confirmed }
	}
}

type Lie = dyn Fn(&Ask, Answer) -> Vec<u8> + Send + Sync;

/// Some anchors that answer, some of which lie.
#[derive(Clone, Default)]
pub struct Peers(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
	settled: BTreeMap<EvmAddress, Settled>,
	bodies: HashMap<H256, WholeCut>,
	lies: BTreeMap<EvmAddress, Arc<Lie>>,
	reported: Vec<EvmAddress>,
	asked: Vec<(EvmAddress, Ask)>,
}

impl Peers {
	/// Adds an anchor.
	pub fn add(&self, seed: u8, settled: &Settled) -> EvmAddress {
		let address = member(seed).address;
		self.0.lock().settled.insert(address, settled.clone());
		address
	}

	/// Adds the body of a cut, which all of them have.
	pub fn add_body(&self, whole: &WholeCut) {
		self.0.lock().bodies.insert(whole.cut.hash(GENESIS), whole.clone());
	}

	/// Lets one lie.
	pub fn corrupt(&self, seed: u8, lie: impl Fn(&Ask, Answer) -> Vec<u8> + Send + Sync + 'static) {
		self.0.lock().lies.insert(member(seed).address, Arc::new(lie));
	}

	pub fn reported(&self) -> Vec<EvmAddress> {
		self.0.lock().reported.clone()
	}

	pub fn asked(&self) -> Vec<(EvmAddress, Ask)> {
		self.0.lock().asked.clone()
	}
}

impl Exchange for Peers {
	fn broadcast(&self, _: Vec<u8>) {}

	async fn request(&self, to: EvmAddress, bytes: Vec<u8>) -> Result<Vec<u8>, NoAnswer> {
		let ask: Ask = read(&bytes).unwrap();
		let mut inner = self.0.lock();
		inner.asked.push((to, ask));
		let settled = inner.settled.get(&to).cloned().ok_or(NoAnswer)?;
		let answer = match ask {
			Ask::Cut { hash } | Ask::Vectors { hash, .. } => {
				inner.bodies.get(&hash).map_or(Answer::Nothing, |it| from_body(&ask, it))
			},
			_ => from_settled(&ask, &settled).unwrap(),
		};
		Ok(match inner.lies.get(&to) {
			Some(lie) => lie(&ask, answer),
			None => answer.encode(),
		})
	}

	fn report(&self, anchor: EvmAddress) {
		self.0.lock().reported.push(anchor);
	}
}

#[test]
fn the_cuts_of_these_tests_are_cuts() {
	let (set, cut) = (set_of(7, 1..=4), cut_of(3));
	assert_eq!(check_cut(GENESIS, cut.hash(GENESIS), (3, &set), &cut), Ok(()));
}
