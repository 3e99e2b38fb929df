//! A runtime of this pallet and balances, and how tests drive it.

use crate as pallet_service_nodes;
use crate::*;
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{
		fungible::{Balanced, InspectHold},
		ConstU128, ConstU32, Hooks, OnUnbalanced,
	},
	weights::Weight,
	PalletId,
};
use frame_system::EnsureRoot;
use smartlayer_types::{
	endpoint::{normalise, Endpoint},
	nodes::{registration_digest, EpochIndex, EraIndex, NodeState, PeerKey, Terms},
	AccountId, Balance, BlockNumber, Sla,
};
use sp_core::{ed25519, Pair, H256};
use sp_runtime::{traits::IdentityLookup, BuildStorage, Perbill};
use std::collections::BTreeMap;

pub type Block = frame_system::mocking::MockBlockU32<Test>;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		ServiceNodes: pallet_service_nodes,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId;
	type Block = Block;
	type Lookup = IdentityLookup<AccountId>;
}

pub const EXISTENTIAL_DEPOSIT: Balance = 10;

parameter_types! {
	pub const ExistentialDeposit: Balance = EXISTENTIAL_DEPOSIT;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = ExistentialDeposit;
}

pub const FEE: Balance = 50;
pub const RETRY_FEE: Balance = 20;
pub const PROBATION: EpochIndex = 3;
pub const JAIL: BlockNumber = 10;
pub const UNBONDING: BlockNumber = 30;
pub const DELAY: BlockNumber = 5;

parameter_types! {
	pub const Pot: PalletId = PalletId(*b"sl/nodes");
	pub static Development: bool = false;
	pub static RegistrationFee: Balance = FEE;
	pub static BondBase: Balance = 1_000;
	pub static ProbationEpochs: EpochIndex = PROBATION;
	pub static SlashStep: Perbill = Perbill::from_percent(20);
	pub static MaxSlash: Perbill = Perbill::from_percent(60);
	pub static EpochsPerEra: EpochIndex = 4;
	pub static ClaimWindow: EraIndex = 3;
	pub static InflationShare: Perbill = Perbill::from_percent(50);
	pub static PaidCallShare: Perbill = Perbill::from_percent(50);

	pub static Epoch: EpochIndex = 0;
	pub static Placed: BTreeMap<(EraIndex, AccountId), u32> = BTreeMap::new();
	pub static PlacedOnAll: Option<u32> = None;
}

/// Epochs with their number, twisted, as randomness.
pub struct Epochs;

pub fn randomness(epoch: EpochIndex) -> [u8; 32] {
	sp_io::hashing::blake2_256(&epoch.to_le_bytes())
}

impl EpochRandomness for Epochs {
	fn epoch() -> EpochIndex {
		Epoch::get()
	}

	fn next_randomness() -> [u8; 32] {
		randomness(Epoch::get())
	}
}

pub struct Placements;

impl Placement<AccountId> for Placements {
	fn placed(era: EraIndex, node: &AccountId) -> u32 {
		PlacedOnAll::get()
			.unwrap_or_else(|| Placed::get().get(&(era, node.clone())).copied().unwrap_or(0))
	}

	fn total(era: EraIndex) -> u64 {
		if PlacedOnAll::get().is_some() {
			return 1_000;
		}
		Placed::get()
			.iter()
			.filter(|((of, _), _)| *of == era)
			.map(|(_, placed)| u64::from(*placed))
			.sum()
	}
}

#[cfg(feature = "runtime-benchmarks")]
pub struct PlaceOne;

#[cfg(feature = "runtime-benchmarks")]
impl BenchmarkHelper for PlaceOne {
	fn place() {
		PlacedOnAll::set(Some(1));
	}
}

impl Config for Test {
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = PlaceOne;
	type Blocks = System;
	type BondBase = BondBase;
	type BondPerCapacity = ConstU128<10>;
	type BondPerThroughput = ConstU128<1>;
	type ClaimWindow = ClaimWindow;
	type Currency = Balances;
	type DevelopmentEndpoints = Development;
	type Epochs = Epochs;
	type EpochsPerEra = EpochsPerEra;
	type InflationShare = InflationShare;
	type JailPeriod = ConstU32<JAIL>;
	type MaxClaims = ConstU32<10>;
	type MaxSlash = MaxSlash;
	type PaidCallShare = PaidCallShare;
	type PalletId = Pot;
	type Placement = Placements;
	type ProbationEpochs = ProbationEpochs;
	type RegistrationFee = RegistrationFee;
	type RetryFee = ConstU128<RETRY_FEE>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SlashAdmin = EnsureRoot<AccountId>;
	type SlashDelay = ConstU32<DELAY>;
	type SlashStep = SlashStep;
	type UnbondingPeriod = ConstU32<UNBONDING>;
	type WeightInfo = ();
}

/// What each of the first accounts has.
pub const FUNDS: Balance = 1_000_000;

/// How many accounts have something.
pub const ACCOUNTS: u8 = 10;

pub fn account(index: u8) -> AccountId {
	AccountId::new([index; 32])
}

pub fn new_test_ext() -> sp_io::TestExternalities {
	let balances = (1..=ACCOUNTS).map(|index| (account(index), FUNDS)).collect();
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	};
	let mut ext = sp_io::TestExternalities::new(genesis.build_storage().unwrap());
	let keystore = sp_keystore::testing::MemoryKeystore::new();
	ext.register_extension(sp_keystore::KeystoreExt::new(keystore));
	Epoch::set(0);
	Placed::set(BTreeMap::new());
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// Runs a test and checks the pallet's invariants behind it.
pub fn run(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		check();
	});
}

/// Checks the invariants.
pub fn check() {
	assert_ok!(ServiceNodes::do_try_state());
}

/// The next `count` blocks of the same epoch.
pub fn pass_blocks(count: BlockNumber) {
	for _ in 0..count {
		System::set_block_number(System::block_number() + 1);
		ServiceNodes::on_initialize(System::block_number());
	}
}

/// The first blocks of the next `count` epochs.
pub fn pass_epochs(count: EpochIndex) {
	for _ in 0..count {
		Epoch::set(Epoch::get() + 1);
		pass_blocks(1);
	}
}

/// The first block of the next era.
pub fn pass_era() {
	let era = era();
	while self::era() == era {
		pass_epochs(1);
	}
}

pub fn era() -> EraIndex {
	CurrentEra::<Test>::get().index
}

/// A block with all the time of the world left.
pub fn idle() {
	ServiceNodes::on_idle(System::block_number(), Weight::MAX);
}

pub fn url(url: &str) -> Endpoint {
	url.as_bytes().to_vec().try_into().unwrap()
}

pub fn endpoint_of(index: u8) -> Endpoint {
	url(&format!("https://node-{index}.example"))
}

pub fn peer(index: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[index; 32])
}

pub fn peer_key(index: u8) -> PeerKey {
	peer(index).public()
}

/// A peer's signature for an account at an endpoint.
pub fn proof(who: &AccountId, endpoint: &Endpoint, peer: &ed25519::Pair) -> ed25519::Signature {
	let endpoint = normalise(endpoint, Development::get()).unwrap_or_else(|| endpoint.clone());
	let genesis: H256 = System::block_hash(0);
	peer.sign(registration_digest(genesis, who, &endpoint, &peer.public()).as_bytes())
}

pub fn terms(capacity: u32) -> Terms {
	let sla = Sla {
		availability: 9_900,
		latency_p50: 100,
		latency_p95: 200,
		latency_p99: 300,
		throughput: 100,
	};
	Terms { sla, capacity }
}

/// What is bonded for `terms(10)`.
pub const BOND: Balance = 1_000 + 10 * 10 + 100;

pub fn try_register(index: u8) -> sp_runtime::DispatchResult {
	let (who, endpoint, peer) = (account(index), endpoint_of(index), peer(index));
	let proof = proof(&who, &endpoint, &peer);
	ServiceNodes::register(signed(index), endpoint, peer.public(), proof, terms(10))
}

/// Registers the account's node at its own endpoint with its own peer key.
pub fn register(index: u8) -> AccountId {
	assert_ok!(try_register(index));
	account(index)
}

/// A node that passed its probation.
pub fn active(index: u8) -> AccountId {
	let who = register(index);
	pass_epochs(PROBATION);
	assert!(ServiceNodes::passed_probation(&who));
	who
}

pub fn signed(index: u8) -> RuntimeOrigin {
	RuntimeOrigin::signed(account(index))
}

pub fn node(who: &AccountId) -> Node {
	Nodes::<Test>::get(who).unwrap()
}

pub fn state(who: &AccountId) -> NodeState {
	node(who).state
}

pub fn is_jailed(who: &AccountId) -> bool {
	matches!(state(who), NodeState::Jailed { .. })
}

pub fn held(who: &AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::Bond.into(), who)
}

pub fn issuance() -> Balance {
	Balances::total_issuance()
}

/// Hands rent to the pallet that is taken from an account.
pub fn pay_rent(from: u8, amount: Balance) {
	use frame_support::traits::tokens::{Fortitude, Precision, Preservation};
	let rent = Balances::withdraw(
		&account(from),
		amount,
		Precision::Exact,
		Preservation::Preserve,
		Fortitude::Polite,
	);
	<RentToNodes<Test> as OnUnbalanced<_>>::on_unbalanced(rent.unwrap());
}

/// Places shards on a node in an era.
pub fn place(era: EraIndex, who: &AccountId, shards: u32) {
	let mut placed = Placed::get();
	placed.insert((era, who.clone()), shards);
	Placed::set(placed);
}
