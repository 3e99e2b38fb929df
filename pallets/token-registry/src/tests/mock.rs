//! A chain with this pallet, balances, anchors of known keys and intervals that tests set.

use crate as pallet_token_registry;
use crate::{CreditOf, Error, Intervals, OnRent};
use codec::Encode;
use frame_support::{
	derive_impl, parameter_types,
	traits::{
		fungible::{Balanced, Inspect, Mutate},
		Authorize, ConstU128, ConstU32,
	},
	PalletId,
};
use frame_system::{mocking::MockBlockU32, RawOrigin};
use smartlayer_types::{
	evm::{address_of_compressed_key, evm_account, EvmAddress, EvmSignature},
	registry::{
		Attestation, Contract, Finding, IssuerAction, Operators, PaymentTerms, Redundancy,
		Registration, Service, Sources, Uri,
	},
	rules::{access_log, ticket},
	AccountId, AnchorKey, AnchorMember, AnchorSets, Authorisation, Balance, BlockNumber, ClassId,
	KindRules, SetId, Sla,
};
use sp_core::{ecdsa, Pair, H160, H256};
use sp_runtime::{
	traits::{Dispatchable, IdentityLookup},
	transaction_validity::{TransactionSource, TransactionValidityError, ValidTransaction},
	BuildStorage, DispatchError, DispatchResult, Permill,
};
use std::sync::LazyLock;

pub const GENESIS: H256 = H256::repeat_byte(0x6e);
pub const ED: Balance = 10;
pub const CLASS_DEPOSIT: Balance = 1_000;
pub const BYTE_DEPOSIT: Balance = 2;
pub const MIN_RENT_PERIOD: BlockNumber = 10;
pub const GRACE: BlockNumber = 20;
pub const REMOVAL_DELAY: BlockNumber = 30;
pub const VERIFICATION_PERIOD: BlockNumber = 50;
pub const FEE: Balance = 500;
pub const MAX_OPENINGS: u32 = 2;
pub const RICH: Balance = 1_000_000;

/// What a class registered by [`registration`] pays per block: four shards on three nodes at a rate of two.
pub const PER_BLOCK: Balance = 24;

/// What [`register`] pays in advance: twenty blocks.
pub const RENT: Balance = 20 * PER_BLOCK;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system::Pallet<Test>;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances::Pallet<Test>;
	#[runtime::pallet_index(2)]
	pub type Registry = pallet_token_registry::Pallet<Test>;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId;
	type Block = MockBlockU32<Test>;
	type Lookup = IdentityLookup<AccountId>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<ED>;
}

parameter_types! {
	pub const RentPot: PalletId = PalletId(*b"sl/rents");
	pub static RentRate: Balance = 2;
	pub static RulesNotice: u64 = 1;
	pub static MaxIssuerShare: Permill = Permill::from_percent(30);
	pub static MaxShards: u32 = 64;
	pub static GracePeriod: BlockNumber = GRACE;
	pub static CurrentInterval: u64 = 100;
	pub static OldestOpen: u64 = 98;
	pub static CurrentSet: SetId = 7;
	pub static Members: Vec<AnchorMember> = members(4);
}

impl pallet_token_registry::Config for Test {
	type Anchors = Anchors;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Anchors;
	type ByteDeposit = ConstU128<BYTE_DEPOSIT>;
	type ClassDeposit = ConstU128<CLASS_DEPOSIT>;
	type Currency = Balances;
	type GracePeriod = GracePeriod;
	type Intervals = Clock;
	type MaxAnchors = ConstU32<16>;
	type MaxIssuerShare = MaxIssuerShare;
	type MaxOpenings = ConstU32<MAX_OPENINGS>;
	type MaxRedundancy = ConstU32<8>;
	type MaxShards = MaxShards;
	type MinRentPeriod = ConstU32<MIN_RENT_PERIOD>;
	type OnRent = Rewards;
	type PalletId = RentPot;
	type RemovalDelay = ConstU32<REMOVAL_DELAY>;
	type RentRate = RentRate;
	type RulesNotice = RulesNotice;
	type RuntimeHoldReason = RuntimeHoldReason;
	type VerificationFee = ConstU128<FEE>;
	type VerificationPeriod = ConstU32<VERIFICATION_PERIOD>;
	type WeightInfo = ();
}

/// Anchors whose secret keys tests know.
pub struct Anchors;

impl AnchorSets for Anchors {
	fn current() -> SetId {
		CurrentSet::get()
	}

	fn members(set: SetId) -> Option<Vec<AnchorMember>> {
		(set == CurrentSet::get()).then(Members::get)
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Anchors {
	fn seat_anchors(members: Vec<AnchorMember>) {
		Members::set(members);
	}
}

/// Intervals as tests set them.
pub struct Clock;

impl Intervals for Clock {
	fn current() -> u64 {
		CurrentInterval::get()
	}

	fn oldest_open() -> u64 {
		OldestOpen::get()
	}
}

/// Rent goes to an account.
pub struct Rewards;

impl OnRent<CreditOf<Test>> for Rewards {
	fn paid(_: ClassId, rent: CreditOf<Test>) {
		Balances::resolve(&account(200), rent).map_err(drop).unwrap();
	}
}

pub fn account(byte: u8) -> AccountId {
	AccountId::new([byte; 32])
}

/// The issuer of most tests.
pub fn issuer() -> AccountId {
	account(1)
}

pub fn other() -> AccountId {
	account(2)
}

/// An EVM wallet.
pub fn wallet() -> ecdsa::Pair {
	ecdsa::Pair::from_seed(&[0x77; 32])
}

pub fn address(pair: &ecdsa::Pair) -> EvmAddress {
	address_of_compressed_key(&pair.public()).unwrap()
}

pub fn wallet_account() -> AccountId {
	evm_account(address(&wallet()))
}

pub fn evm_signature(pair: &ecdsa::Pair, digest: &H256) -> EvmSignature {
	EvmSignature(pair.sign_prehashed(&digest.0).0)
}

/// Keys of anchors, made once.
static KEYS: LazyLock<Vec<ecdsa::Pair>> =
	LazyLock::new(|| (100..116).map(|byte| ecdsa::Pair::from_seed(&[byte; 32])).collect());

/// Anchor keys, in the order of members.
pub fn anchor_keys(n: usize) -> Vec<ecdsa::Pair> {
	let mut keys = KEYS[..n].to_vec();
	keys.sort_by_key(address);
	keys
}

pub fn members(n: usize) -> Vec<AnchorMember> {
	let member = |pair: ecdsa::Pair| {
		AnchorMember::new(evm_account(address(&pair)), AnchorKey::from(pair.public())).unwrap()
	};
	anchor_keys(n).into_iter().map(member).collect()
}

pub fn externalities() -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let rich = [issuer(), other(), account(3), wallet_account(), account(200)];
	let balances = rich.into_iter().map(|who| (who, RICH));
	pallet_balances::GenesisConfig::<Test> { balances: balances.collect(), ..Default::default() }
		.assimilate_storage(&mut storage)
		.unwrap();
	crate::GenesisConfig::<Test>::default().assimilate_storage(&mut storage).unwrap();
	let mut externalities = sp_io::TestExternalities::new(storage);
	let keystore = sp_keystore::testing::MemoryKeystore::new();
	externalities.register_extension(sp_keystore::KeystoreExt::new(keystore));
	externalities.execute_with(|| {
		System::set_block_number(1);
		frame_system::BlockHash::<Test>::insert(0, GENESIS);
	});
	externalities
}

/// Runs a test on a new chain and checks every invariant afterwards.
pub fn test(run: impl FnOnce()) {
	externalities().execute_with(|| {
		run();
		Registry::do_try_state().unwrap();
	});
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RawOrigin::Signed(who).into()
}

pub fn go_to(block: BlockNumber) {
	System::set_block_number(block);
}

pub fn pass(blocks: BlockNumber) {
	go_to(System::block_number() + blocks);
}

pub fn uri(text: &str) -> Uri {
	Uri::try_from(text.as_bytes().to_vec()).unwrap()
}

pub fn kinds_of_tickets() -> KindRules {
	KindRules::truncate_from(ticket().unwrap().kinds().to_vec())
}

/// Tickets with one more kind, whose name is the number.
pub fn kinds_with(number: u32) -> KindRules {
	let mut kinds = ticket().unwrap().kinds().to_vec();
	let mut more = access_log().unwrap().kinds()[3].clone();
	more.name = format!("more-{number}").into_bytes().try_into().unwrap();
	kinds.push(more);
	KindRules::truncate_from(kinds)
}

pub fn contract() -> Contract {
	Contract { chain_id: 1, address: H160::repeat_byte(0xcc) }
}

pub fn service() -> Service {
	Service {
		sla: Sla {
			availability: 9_900,
			latency_p50: 50,
			latency_p95: 200,
			latency_p99: 500,
			throughput: 10,
		},
		redundancy: Redundancy { nodes: 3, enough: 2 },
	}
}

pub fn registration() -> Registration {
	Registration {
		contract: contract(),
		sources: Sources {
			script_uri: uri("ipfs://script"),
			script_hash: H256::repeat_byte(1),
			data_uri: uri("ipfs://data"),
			data_hash: H256::repeat_byte(2),
			data_root: H256::repeat_byte(3),
		},
		service: service(),
		shards: 4,
		terms: PaymentTerms { share: Permill::from_percent(10), account: account(9) },
		operators: operators(&[11, 12]),
		rules: kinds_of_tickets(),
	}
}

pub fn operators(bytes: &[u8]) -> Operators {
	let accounts = bytes.iter().map(|byte| account(*byte));
	Operators::try_from(accounts.collect::<std::collections::BTreeSet<_>>()).unwrap()
}

pub fn register_by(who: AccountId) -> ClassId {
	let class = Registry::next_class();
	Registry::register(signed(who), Box::new(registration()), RENT).unwrap();
	class
}

pub fn register() -> ClassId {
	register_by(issuer())
}

/// A class with enough rent for any test.
pub fn register_for_long() -> ClassId {
	let class = register();
	Registry::pay_rent(signed(issuer()), class, 10_000 * PER_BLOCK).unwrap();
	class
}

pub fn shown(owner: u8, block: u64) -> Finding {
	Finding::Shown { owner: H160::repeat_byte(owner), block }
}

pub fn not_shown(block: u64) -> Finding {
	Finding::NotShown { owner: H160::zero(), block }
}

/// An attestation of the set in office for the round in which anchors can attest now.
pub fn attestation(class: ClassId, finding: Finding) -> Attestation {
	let round = Registry::verification_round(class).map_or(1, |round| round.round);
	Attestation { class, round, set: CurrentSet::get(), finding }
}

/// An attestation on its way to the chain.
pub fn attest_call(attestation: Attestation, member: u32, signature: EvmSignature) -> RuntimeCall {
	crate::Call::<Test>::attest { attestation, member, signature }.into()
}

/// What the pool says to an attestation, signed by the key of this member.
pub fn authorize(
	attestation: Attestation,
	member: u32,
) -> Result<ValidTransaction, TransactionValidityError> {
	let anchor = Members::get().get(usize::try_from(member).unwrap()).cloned();
	let key = KEYS
		.iter()
		.find(|key| {
			anchor.as_ref().is_none_or(|anchor| anchor.key == AnchorKey::from(key.public()))
		})
		.unwrap();
	let signature = evm_signature(key, &attestation.digest(GENESIS));
	let call = attest_call(attestation, member, signature);
	call.authorize(TransactionSource::External).unwrap().map(|(valid, _)| valid)
}

/// Sends an attestation through the pool into a block.
pub fn attest(
	attestation: Attestation,
	member: u32,
) -> Result<ValidTransaction, TransactionValidityError> {
	let valid = authorize(attestation, member)?;
	let call = attest_call(attestation, member, EvmSignature([0; 65]));
	call.dispatch(RawOrigin::Authorized.into()).unwrap();
	Ok(valid)
}

/// Members 0, 1 and 2 of four find the same.
pub fn attest_by_quorum(class: ClassId, finding: Finding) {
	let attestation = attestation(class, finding);
	for member in 0..3 {
		attest(attestation, member).unwrap();
	}
}

/// Verifies a class of [`issuer`] through a round.
pub fn verify(class: ClassId) {
	Registry::request_verification(signed(issuer()), class, None).unwrap();
	attest_by_quorum(class, shown(5, 1_000));
	assert_eq!(Registry::verified_class(contract()), Some(class));
}

/// Signs an action with the wallet and submits it by somebody else.
pub fn submit(action: IssuerAction) -> DispatchResult {
	let nonce = Registry::issuer_nonce(&wallet_account());
	let digest = action.digest(GENESIS, nonce, 1_000);
	let authorisation = Authorisation::Evm(evm_signature(&wallet(), &digest));
	Registry::submit_for(signed(other()), wallet_account(), nonce, 1_000, action, authorisation)
}

pub fn held(who: &AccountId) -> Balance {
	use frame_support::traits::fungible::InspectHold;
	Balances::balance_on_hold(&crate::HoldReason::ClassDeposit.into(), who)
}

/// The deposit of a class, computed from what is stored.
pub fn deposit_of(class: ClassId) -> Balance {
	let class_record = crate::Classes::<Test>::get(class).unwrap();
	let bytes = class_record.sources.encoded_size()
		+ class_record.operators.encoded_size()
		+ crate::RuleVersions::<Test>::get(class).encoded_size();
	CLASS_DEPOSIT + BYTE_DEPOSIT * Balance::try_from(bytes).unwrap()
}

pub fn fund(who: &AccountId, amount: Balance) {
	Balances::mint_into(who, amount).unwrap();
}

pub fn balance(who: &AccountId) -> Balance {
	Balances::balance(who)
}

pub fn rewards() -> Balance {
	balance(&account(200)) - RICH
}

pub fn error(error: Error<Test>) -> DispatchError {
	error.into()
}

pub fn last_event() -> RuntimeEvent {
	System::events().pop().expect("an event").event
}

pub fn emitted(event: crate::Event<Test>) -> bool {
	let event = RuntimeEvent::from(event);
	System::events().iter().any(|record| record.event == event)
}
