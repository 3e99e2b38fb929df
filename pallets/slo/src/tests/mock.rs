//! A chain with anchors, nodes and epochs that tests move.

use crate::{self as pallet_slo, *};
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstU32, Hooks},
	weights::Weight,
};
use smartlayer_types::{
	nodes::NodeState,
	slo::{
		epoch::{EpochRecord, Stage},
		report::Measures,
	},
	AccountId, AnchorMember, AnchorSets, Balance, SetId, Sla,
};
use sp_core::{ecdsa, sr25519, Pair, H256};
use sp_runtime::{traits::IdentityLookup, BuildStorage};
use std::{cell::RefCell, collections::BTreeMap};

type Block = frame_system::mocking::MockBlock<Test>;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Slo: pallet_slo,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

/// What the mock knows of a node.
#[derive(Clone)]
pub struct MockNode {
	/// Terms by the epoch from which they hold.
	pub terms: BTreeMap<u64, Sla>,
	pub state: NodeState,
	pub bond: Balance,
	pub operator: AccountId,
}

/// What the pallet did to nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
	Passed(AccountId, u64),
	Warned(AccountId, u64),
	Jailed(AccountId, u64),
	Slashed(AccountId, u64, u8),
	Failed(AccountId, u64),
}

/// Reward points of one epoch.
pub type Rewarded = (u64, Vec<(AccountId, u32)>);

parameter_types! {
	pub static Now: u64 = 1;
	pub static AnchorCount: u32 = 4;
	pub static WantedProbers: u32 = 3;
	pub static Window: u64 = 20;
	pub static HasRandomness: bool = true;
	/// Changes every anchor's VRF key.
	pub static VrfGeneration: u8 = 0;
	pub static AllDone: Vec<Done> = Vec::new();
	pub static Rewards: Vec<Rewarded> = Vec::new();
}

thread_local! {
	static NODES: RefCell<BTreeMap<AccountId, MockNode>> = const { RefCell::new(BTreeMap::new()) };
	static MEMBERS: RefCell<BTreeMap<u32, AnchorMember>> =
		const { RefCell::new(BTreeMap::new()) };
}

/// All nodes that there are.
pub fn change_nodes<V>(change: impl FnOnce(&mut BTreeMap<AccountId, MockNode>) -> V) -> V {
	NODES.with_borrow_mut(change)
}

pub struct MockAnchors;

impl AnchorSets for MockAnchors {
	fn current() -> SetId {
		5
	}

	fn members(set: SetId) -> Option<Vec<AnchorMember>> {
		(set == 5).then(|| (0..AnchorCount::get()).map(member).collect())
	}
}

impl ProberSets for MockAnchors {
	fn vrf_key(_: SetId, member: u32) -> Option<sr25519::Public> {
		(member != KEYLESS).then(|| vrf_pair(member).public())
	}
}

/// An anchor that has no key for the VRF.
pub const KEYLESS: u32 = 19;

pub fn anchor_pair(index: u32) -> ecdsa::Pair {
	ecdsa::Pair::from_seed(&[u8::try_from(index).unwrap() + 1; 32])
}

pub fn vrf_pair(index: u32) -> sr25519::Pair {
	let mut seed = [u8::try_from(index).unwrap() + 1; 32];
	seed[0] = VrfGeneration::get();
	sr25519::Pair::from_seed(&seed)
}

pub fn anchor(index: u32) -> AccountId {
	AccountId::new([0xA0 + u8::try_from(index).unwrap(); 32])
}

fn member(index: u32) -> AnchorMember {
	MEMBERS.with_borrow_mut(|members| {
		let new = || AnchorMember::new(anchor(index), anchor_pair(index).public().into()).unwrap();
		members.entry(index).or_insert_with(new).clone()
	})
}

pub struct MockClock;

impl EpochClock for MockClock {
	fn index() -> u64 {
		Now::get()
	}

	fn randomness(epoch: u64) -> Option<[u8; 32]> {
		(HasRandomness::get() && epoch == Now::get()).then(|| randomness(epoch))
	}
}

pub fn randomness(epoch: u64) -> [u8; 32] {
	[u8::try_from(epoch).unwrap(); 32]
}

pub struct MockNodes;

fn with_node<V>(node: &AccountId, read: impl FnOnce(&MockNode) -> V) -> Option<V> {
	NODES.with_borrow(|nodes| nodes.get(node).map(read))
}

fn done(what: Done) {
	AllDone::mutate(|all| all.push(what));
}

impl Nodes for MockNodes {
	fn terms(node: &AccountId, epoch: u64) -> Option<Sla> {
		with_node(node, |node| node.terms.range(..=epoch).next_back().map(|(_, sla)| *sla))?
	}

	fn state(node: &AccountId) -> Option<NodeState> {
		with_node(node, |node| node.state)
	}

	fn bond(node: &AccountId) -> Balance {
		with_node(node, |node| node.bond).unwrap_or_default()
	}

	fn total_bonded() -> Balance {
		NODES.with_borrow(|nodes| nodes.values().map(|node| node.bond).sum())
	}

	fn operator(node: &AccountId) -> AccountId {
		with_node(node, |node| node.operator.clone()).unwrap_or_else(|| node.clone())
	}

	fn passed_probation(node: &AccountId, epoch: u64) {
		set_state(node, NodeState::Active { since: Now::get() });
		done(Done::Passed(node.clone(), epoch));
	}

	fn failed_probation(node: &AccountId, epoch: u64) {
		done(Done::Failed(node.clone(), epoch));
	}

	fn warn(node: &AccountId, epoch: u64) {
		done(Done::Warned(node.clone(), epoch));
	}

	fn jail(node: &AccountId, epoch: u64) {
		if Self::state(node).is_some_and(|state| state.is_active()) {
			set_state(node, NodeState::Jailed { since: Now::get(), era: 0, until: 0 });
			done(Done::Jailed(node.clone(), epoch));
		}
	}

	fn slash(node: &AccountId, epoch: u64, rung: u8) {
		done(Done::Slashed(node.clone(), epoch, rung));
	}
}

pub struct MockRewards;

impl ProbeRewards for MockRewards {
	fn reward(epoch: u64, points: Vec<(AccountId, u32)>) {
		Rewards::mutate(|all| all.push((epoch, points)));
	}
}

#[cfg(feature = "runtime-benchmarks")]
pub struct MockBenchmarks;

#[cfg(feature = "runtime-benchmarks")]
impl BenchmarkHelper for MockBenchmarks {
	fn set_anchors(count: u32) {
		AnchorCount::set(count);
	}

	fn set_epoch(epoch: u64) {
		Now::set(epoch);
	}

	fn add_node(node: &AccountId, active: bool) {
		add_node_as(node, 100, node.clone());
		if !active {
			set_state(node, NodeState::Probation { since: 0 });
		}
	}
}

impl Config for Test {
	type WeightInfo = ();
	type Anchors = MockAnchors;
	type Epochs = MockClock;
	type Nodes = MockNodes;
	type ProbeRewards = MockRewards;
	type Probers = WantedProbers;
	type LadderWindow = Window;
	type MaxAnchors = ConstU32<20>;
	type MaxSteps = ConstU32<50>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = MockBenchmarks;
}

pub const GOOD: Measures = Measures {
	probes: 20,
	answered: 10_000,
	correct: 10_000,
	latency_p50: 40,
	latency_p95: 90,
	latency_p99: 200,
	throughput: 50,
};

/// Slower than agreed, in the same order of magnitude.
pub const SLOW: Measures = Measures { latency_p99: 900, ..GOOD };

pub const DEAD: Measures = Measures::unanswered(20);

pub const TERMS: Sla = Sla {
	availability: 9_900,
	latency_p50: 50,
	latency_p95: 100,
	latency_p99: 300,
	throughput: 40,
};

fn storage() -> sp_io::TestExternalities {
	let mut ext: sp_io::TestExternalities =
		frame_system::GenesisConfig::<Test>::default().build_storage().unwrap().into();
	ext.execute_with(|| {
		System::set_block_number(1);
		frame_system::BlockHash::<Test>::insert(0, H256::repeat_byte(0x77));
	});
	ext
}

/// Runs a test in epoch 1 with this many anchors, and checks the state in the end.
pub fn with_anchors(anchors: u32, test: impl FnOnce()) {
	Now::set(1);
	AnchorCount::set(anchors);
	WantedProbers::set(3);
	Window::set(20);
	HasRandomness::set(true);
	VrfGeneration::set(0);
	change_nodes(BTreeMap::clear);
	AllDone::take();
	Rewards::take();
	storage().execute_with(|| {
		begin_epoch(1);
		test();
		Slo::do_try_state().unwrap();
	});
}

/// Runs a test with four anchors, each of which draws every node.
pub fn run(test: impl FnOnce()) {
	with_anchors(4, test);
}

#[cfg(feature = "runtime-benchmarks")]
pub fn benchmark_ext() -> sp_io::TestExternalities {
	let mut ext = storage();
	let keystore = sp_keystore::testing::MemoryKeystore::new();
	ext.register_extension(sp_keystore::KeystoreExt::new(keystore));
	ext
}

/// Goes to the first block of an epoch.
pub fn begin_epoch(epoch: u64) {
	Now::set(epoch);
	let block = System::block_number() + 1;
	System::set_block_number(block);
	Slo::on_initialize(block);
}

pub fn next_epoch() {
	begin_epoch(Now::get() + 1);
}

/// Has a block's whole time left over.
pub fn idle() {
	Slo::on_idle(System::block_number(), Weight::MAX);
	Slo::do_try_state().unwrap();
}

/// Works until nothing is left to do.
pub fn idle_until_done() {
	while Slo::epoch_at_work().is_some() {
		idle();
	}
}

pub fn node(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

pub fn add_node_as(node: &AccountId, bond: Balance, operator: AccountId) {
	let new = MockNode {
		terms: [(0, TERMS)].into(),
		state: NodeState::Active { since: 0 },
		bond,
		operator,
	};
	change_nodes(|all| all.insert(node.clone(), new));
}

pub fn all_nodes() -> Vec<AccountId> {
	NODES.with_borrow(|nodes| nodes.keys().cloned().collect())
}

/// An active node with a bond, its own operator.
pub fn add_node(number: u8, bond: Balance) -> AccountId {
	let node = node(number);
	add_node_as(&node, bond, node.clone());
	node
}

/// A node and, so that it alone is far from a tenth of all stake, another with most of the stake.
pub fn one_node() -> AccountId {
	add_node(200, 1_000_000);
	add_node(1, 100)
}

pub fn set_state(node: &AccountId, state: NodeState) {
	change_nodes(|all| all.get_mut(node).unwrap().state = state);
}

pub fn set_terms(node: &AccountId, from: u64, terms: Sla) {
	change_nodes(|all| all.get_mut(node).unwrap().terms.insert(from, terms));
}

pub fn record(epoch: u64) -> EpochRecord {
	Epochs::<Test>::get(epoch).unwrap()
}

pub fn stage(epoch: u64) -> Stage {
	record(epoch).stage
}
