//! A runtime with sessions, offences and balances, and what tests do with it.

use crate as pallet_anchor_elections;
use crate::{Candidate, Candidates, Config, Duties, Identity, Profile};
use frame_election_provider_support::{
	bounds::{ElectionBounds, ElectionBoundsBuilder},
	onchain, BalancingConfig, BoundedSupportsOf, ElectionProvider, PageIndex, SequentialPhragmen,
	Weight,
};
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{
		fungible::Inspect, tokens::imbalance::ResolveTo, ConstBool, ConstU32, Hooks,
		OneSessionHandler,
	},
};
use frame_system::EnsureRoot;
use pallet_session::{disabling::UpToLimitDisablingStrategy, PeriodicSessions, SessionInterface};
use smartlayer_types::{AccountId, AnchorKey, Balance, BlockNumber, SetId};
use sp_core::{ecdsa, ed25519, sr25519, Pair, H256};
use sp_runtime::{
	impl_opaque_keys,
	traits::{ConvertInto, IdentityLookup, OpaqueKeys},
	BoundToRuntimeAppPublic, BuildStorage, Perbill,
};

type Block = frame_system::mocking::MockBlockU32<Test>;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Session: pallet_session,
		Historical: pallet_session::historical,
		Offences: pallet_offences,
		Balances: pallet_balances,
		Anchors: pallet_anchor_elections,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId;
	type Block = Block;
	type Lookup = IdentityLookup<AccountId>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = Existential;
}

/// Takes keys of a consensus engine and does nothing with them.
pub struct Engine<Key>(core::marker::PhantomData<Key>);

impl<Key: sp_runtime::RuntimeAppPublic> BoundToRuntimeAppPublic for Engine<Key> {
	type Public = Key;
}

impl<Key: sp_runtime::RuntimeAppPublic + codec::Decode> OneSessionHandler<AccountId>
	for Engine<Key>
{
	type Key = Key;
	fn on_genesis_session<'a, I: 'a + Iterator<Item = (&'a AccountId, Key)>>(_: I) {}
	fn on_new_session<'a, I: 'a + Iterator<Item = (&'a AccountId, Key)>>(_: bool, _: I, _: I) {}
	fn on_disabled(_: u32) {}
}

pub type Babe = Engine<sp_consensus_babe::AuthorityId>;
pub type Grandpa = Engine<sp_consensus_grandpa::AuthorityId>;

impl_opaque_keys! {
	pub struct Keys {
		pub babe: Babe,
		pub grandpa: Grandpa,
		pub anchor: Anchors,
	}
}

/// Blocks in a session.
pub const SESSION: BlockNumber = 5;

parameter_types! {
	pub const Existential: Balance = 1;
	pub const NoDeposit: Balance = 0;
	pub const MaxAnchors: u32 = 10;
	pub const MaxRunnersUp: u32 = 5;
	pub Treasury: AccountId = acc(200);
	pub Pot: AccountId = acc(201);
	pub static MaxCandidates: u32 = 12;
	pub static MaxCountedVoters: u32 = 100;
	pub static Seats: u32 = 4;
	pub static MinAnchors: u32 = 4;
	pub static CandidacyBond: Balance = 1_000;
	pub static CandidacyShare: Perbill = Perbill::from_parts(100_000);
	pub static SeatShare: Perbill = Perbill::from_percent(1);
	pub static TermLength: BlockNumber = 40;
	pub static PublicationPeriod: BlockNumber = 10;
	pub static UnlockPeriod: BlockNumber = 50;
	pub static SlashDelay: BlockNumber = 20;
	pub static EvidenceSessions: u32 = 6;
	pub static DutyReward: Balance = 500;
	pub static MissLimit: u32 = 3;
	pub static IdentityRequired: bool = false;
	pub static Ready: bool = true;
	pub static Judged: Vec<AccountId> = vec![];
	pub static Owing: Vec<SetId> = vec![];
	pub const DutyShare: Perbill = Perbill::from_percent(1);
	pub static Balancing: Option<BalancingConfig> = Some(BalancingConfig { iterations: 10, tolerance: 0 });
	pub static Bounds: ElectionBounds = ElectionBoundsBuilder::default().build();
}

impl pallet_session::Config for Test {
	type Currency = Balances;
	type DisablingStrategy = UpToLimitDisablingStrategy;
	type KeyDeposit = NoDeposit;
	type Keys = Keys;
	type NextSessionRotation = PeriodicSessions<ConstU32<SESSION>, ConstU32<0>>;
	type RuntimeEvent = RuntimeEvent;
	type SessionHandler = <Keys as OpaqueKeys>::KeyTypeIdProviders;
	type SessionManager = pallet_session::historical::NoteHistoricalRoot<Self, Anchors>;
	type ShouldEndSession = PeriodicSessions<ConstU32<SESSION>, ConstU32<0>>;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type WeightInfo = ();
}

pub struct NoMore;

impl sp_runtime::traits::Convert<AccountId, Option<()>> for NoMore {
	fn convert(_: AccountId) -> Option<()> {
		Some(())
	}
}

impl pallet_session::historical::Config for Test {
	type FullIdentification = ();
	type FullIdentificationOf = NoMore;
	type RuntimeEvent = RuntimeEvent;
}

impl pallet_offences::Config for Test {
	type IdentificationTuple = (AccountId, ());
	type OnOffenceHandler = Anchors;
	type RuntimeEvent = RuntimeEvent;
}

pub struct OnChain;

impl onchain::Config for OnChain {
	type Bounds = Bounds;
	type DataProvider = Anchors;
	type MaxBackersPerWinner = MaxCountedVoters;
	type MaxWinnersPerPage = MaxAnchors;
	type Solver = SequentialPhragmen<AccountId, Perbill, Balancing>;
	type Sort = ConstBool<true>;
	type System = Test;
	type WeightInfo = ();
}

/// The on-chain provider, or one that is not ready yet.
pub struct Provider;

type Inner = onchain::OnChainExecution<OnChain>;

impl ElectionProvider for Provider {
	type AccountId = AccountId;
	type BlockNumber = BlockNumber;
	type DataProvider = Anchors;
	type Error = onchain::Error;
	type MaxBackersPerWinner = MaxCountedVoters;
	type MaxBackersPerWinnerFinal = MaxCountedVoters;
	type MaxWinnersPerPage = MaxAnchors;
	type Pages = ConstU32<1>;

	fn elect(page: PageIndex) -> Result<BoundedSupportsOf<Self>, Self::Error> {
		Inner::elect(page)
	}
	fn duration() -> BlockNumber {
		0
	}
	fn start() -> Result<(), Self::Error> {
		Ok(())
	}
	fn status() -> Result<Option<Weight>, ()> {
		if Ready::get() {
			Inner::status()
		} else {
			Ok(None)
		}
	}
}

pub struct Registrar;

impl Identity for Registrar {
	fn is_judged(account: &AccountId) -> bool {
		Judged::get().contains(account)
	}
}

pub struct Intervals;

impl Duties for Intervals {
	fn owes(set: SetId) -> bool {
		Owing::get().contains(&set)
	}
}

impl Config for Test {
	type CandidacyBond = CandidacyBond;
	type CandidacyShare = CandidacyShare;
	type Duties = Intervals;
	type DutyReward = DutyReward;
	type DutyShare = DutyShare;
	type ElectionProvider = Provider;
	type EvidenceSessions = EvidenceSessions;
	type GovernanceOrigin = EnsureRoot<AccountId>;
	type Identity = Registrar;
	type IdentityRequired = IdentityRequired;
	type LostBonds = ResolveTo<Treasury, Balances>;
	type MaxAnchors = MaxAnchors;
	type MaxCandidates = MaxCandidates;
	type MaxCountedVoters = MaxCountedVoters;
	type MaxRunnersUp = MaxRunnersUp;
	type MinAnchors = MinAnchors;
	type MinVote = ConstMinVote;
	type MissLimit = MissLimit;
	type NativeBalance = Balances;
	type Offences = Offences;
	type Pot = Pot;
	type PublicationPeriod = PublicationPeriod;
	type RootOrigin = EnsureRoot<AccountId>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SeatShare = SeatShare;
	type Seats = Seats;
	type SlashDelay = SlashDelay;
	type TermLength = TermLength;
	type UnlockPeriod = UnlockPeriod;
	type WeightInfo = ();
}

parameter_types! {
	pub const ConstMinVote: Balance = 10;
}

/// The account with this number.
pub fn acc(n: u8) -> AccountId {
	AccountId::new([n; 32])
}

/// What every numbered account owns.
pub const ENDOWMENT: Balance = 1_000_000;

/// Session keys from a seed.
pub fn keys(seed: u8) -> Keys {
	let seed = [seed; 32];
	Keys {
		babe: sr25519::Pair::from_seed(&seed).public().into(),
		grandpa: ed25519::Pair::from_seed(&seed).public().into(),
		anchor: ecdsa::Pair::from_seed(&seed).public().into(),
	}
}

/// The anchor key from a seed.
pub fn anchor_key(seed: u8) -> AnchorKey {
	keys(seed).anchor
}

/// Registers keys; what the proof of possession is worth is tested on its own.
pub fn set_keys(account: u8, seed: u8) {
	assert_ok!(<Session as SessionInterface>::set_keys(&acc(account), keys(seed)));
}

pub fn profile() -> Profile {
	let text = |text: &str| text.as_bytes().to_vec().try_into().unwrap();
	Profile {
		name: text("Example Foundation"),
		web_site: text("https://example.org"),
		endpoint: text("https://anchor.example.org"),
		legal_identifier: text("CHE-123.456.789"),
		statement: H256::repeat_byte(7),
	}
}

/// A chain whose first anchors are the accounts 1 to `anchors`, each with a bond.
pub fn chain_of(anchors: u8, bond: Balance) -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = (1..=60u8).chain([200, 201]).map(|n| (acc(n), ENDOWMENT)).collect();
	let validators = (1..=anchors).map(|n| (acc(n), acc(n), keys(n))).collect();
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }
		.assimilate_storage(&mut storage)
		.unwrap();
	pallet_session::GenesisConfig::<Test> { keys: validators, ..Default::default() }
		.assimilate_storage(&mut storage)
		.unwrap();
	let candidates = (1..=anchors).map(|n| (acc(n), profile(), bond)).collect();
	crate::GenesisConfig::<Test> { candidates, ..Default::default() }
		.assimilate_storage(&mut storage)
		.unwrap();
	let mut ext = sp_io::TestExternalities::new(storage);
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// Runs a test on a chain of four anchors and checks the invariants after it.
pub fn run(test: impl FnOnce()) {
	run_on(chain_of(4, 1_000), test);
}

/// Runs a test and checks the invariants after it.
pub fn run_on(mut ext: sp_io::TestExternalities, test: impl FnOnce()) {
	ext.execute_with(|| {
		test();
		Anchors::do_try_state().unwrap();
	});
}

/// Runs blocks up to and with this one.
pub fn run_to(block: BlockNumber) {
	while System::block_number() < block {
		let next = System::block_number() + 1;
		System::set_block_number(next);
		Session::on_initialize(next);
		Anchors::on_initialize(next);
	}
}

/// Runs this many whole sessions.
pub fn run_sessions(count: u32) {
	let index = Session::current_index();
	while Session::current_index() < index + count {
		run_to(System::block_number() + 1);
	}
}

/// Runs until the next result is public.
pub fn run_to_result() {
	let ends = crate::TermEnds::<Test>::get();
	run_to(ends + 1);
}

/// Runs until the next result is in office.
pub fn run_to_office() {
	run_to_result();
	run_to(System::block_number() + PublicationPeriod::get());
}

/// Registers candidates with keys of their own.
pub fn candidates(accounts: impl IntoIterator<Item = u8>) {
	for n in accounts {
		assert_ok!(Anchors::register(RuntimeOrigin::signed(acc(n)), profile()));
		set_keys(n, n);
	}
}

/// Puts stake behind candidates.
pub fn vote(voter: u8, stake: Balance, named: &[u8]) {
	assert_ok!(try_vote(voter, stake, named));
}

pub fn try_vote(
	voter: u8,
	stake: Balance,
	named: &[u8],
) -> frame_support::dispatch::DispatchResult {
	let named: Vec<AccountId> = named.iter().map(|n| acc(*n)).collect();
	Anchors::vote(RuntimeOrigin::signed(acc(voter)), stake, named.try_into().unwrap())
}

pub fn candidate(n: u8) -> Option<Candidate> {
	Candidates::<Test>::get(acc(n))
}

pub fn held(n: u8) -> Balance {
	use frame_support::traits::fungible::InspectHold;
	Balances::total_balance_on_hold(&acc(n))
}

pub fn free(n: u8) -> Balance {
	Balances::balance(&acc(n))
}

/// Numbers of accounts, in their order.
pub fn numbers<'a>(accounts: impl IntoIterator<Item = &'a AccountId>) -> Vec<u8> {
	accounts.into_iter().map(|account| AsRef::<[u8; 32]>::as_ref(account)[0]).collect()
}

/// Numbers of accounts, ascending.
pub fn sorted<'a>(accounts: impl IntoIterator<Item = &'a AccountId>) -> Vec<u8> {
	let mut numbers = numbers(accounts);
	numbers.sort();
	numbers
}

/// The numbers of the current session's validators, ascending.
pub fn validators() -> Vec<u8> {
	sorted(&Session::validators())
}

pub fn events() -> Vec<crate::Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Anchors(event) => Some(event),
			_ => None,
		})
		.collect()
}
