//! A chain of nothing but balances and this pallet, and payers who sign.

use crate::{self as pallet_payouts, *};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	derive_impl, parameter_types,
	traits::{fungible::Inspect, VariantCount, VariantCountOf},
	weights::Weight,
	PalletId,
};
use scale_info::TypeInfo;
use smartlayer_promises::{
	Chain, Channel, ChannelId, Claim, HashChain, Open, Promise, RequestClose, Step, TopUp,
};
use smartlayer_types::{
	eip712::Domain,
	evm::{address_of_compressed_key, evm_account, EvmAddress, EvmSignature},
	AccountId, Authorisation, Balance, BlockNumber, ClassId, Hash,
};
use sp_core::{ecdsa, Pair};
use sp_runtime::{traits::IdentityLookup, BuildStorage, Permill};

type Block = frame_system::mocking::MockBlockU32<Test>;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		Payouts: pallet_payouts,
	}
);

/// The existential deposit.
pub const ED: Balance = 10;

/// What payers have at genesis.
pub const RICH: Balance = 1_000_000;

/// What channels in tests have as deposit, unless they say otherwise.
pub const DEPOSIT: Balance = 10_000;

/// A class whose issuer gets 20 %.
pub const VERIFIED: ClassId = 1;

/// A class whose issuer share of 20 % is burned.
pub const UNVERIFIED: ClassId = 2;

/// No class.
pub const UNKNOWN: ClassId = 3;

pub const CHALLENGE: BlockNumber = 50;

parameter_types! {
	pub const ExistentialDeposit: Balance = ED;
	pub const PayoutsPalletId: PalletId = PalletId(*b"sl/payts");
	pub static AnchorsPot: AccountId = account(200);
	pub static BurnedShare: Permill = Permill::from_percent(10);
	pub static AnchorsShare: Permill = Permill::from_percent(5);
	pub static IssuerShare: Permill = Permill::from_percent(20);
	pub static IssuerAccount: AccountId = account(100);
	pub static ChallengePeriod: BlockNumber = CHALLENGE;
	pub static MaxChainLength: u32 = 100;
	pub static LeastDeposit: Balance = 1_000;
	pub static Fee: Balance = 0;
	/// Accounts that are no active service nodes.
	pub static Inactive: Vec<AccountId> = Vec::new();
	/// What the pallet reported as burned, in order.
	pub static BurnedThrough: Vec<(AccountId, Balance)> = Vec::new();
	/// What was sent to the escrow account past this pallet.
	pub static Donated: Balance = 0;
}

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
	type ExistentialDeposit = ExistentialDeposit;
	type FreezeIdentifier = Freeze;
	type MaxFreezes = VariantCountOf<Freeze>;
}

/// What freezes money in tests.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Freeze {
	/// Governance does.
	Vote,
}

impl VariantCount for Freeze {
	const VARIANT_COUNT: u32 = 1;
}

pub struct World;

impl Payees for World {
	fn may_be_paid(payee: &AccountId, _: ClassId) -> bool {
		!Inactive::get().contains(payee)
	}
}

impl Classes for World {
	fn issuer(class: ClassId) -> Option<IssuerTerms> {
		let account = match class {
			VERIFIED => Some(IssuerAccount::get()),
			UNVERIFIED => None,
			_ => return None,
		};
		Some(IssuerTerms { account, share: IssuerShare::get() })
	}
}

impl OnBurned for World {
	fn on_burned(payee: &AccountId, amount: Balance) {
		BurnedThrough::mutate(|log| log.push((payee.clone(), amount)));
	}
}

impl SubmissionFee for World {
	fn fee(length: u32, weight: Weight) -> Balance {
		assert!(length > 0 && weight.ref_time() > 0);
		Fee::get()
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl BenchmarkHelper for World {
	fn payee(index: u32) -> (AccountId, ClassId) {
		let payee: AccountId = frame_benchmarking::account("payee", index, 0);
		frame_support::assert_ok!(
			<Balances as frame_support::traits::fungible::Mutate<_>>::mint_into(&payee, ED)
		);
		(payee, VERIFIED)
	}
}

impl Config for Test {
	type AnchorsPot = AnchorsPot;
	type AnchorsShare = AnchorsShare;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = World;
	type BurnedShare = BurnedShare;
	type ChallengePeriod = ChallengePeriod;
	type Classes = World;
	type Currency = Balances;
	type LeastDeposit = LeastDeposit;
	type MaxChainLength = MaxChainLength;
	type MaxClaims = frame_support::traits::ConstU32<100>;
	type OnBurned = World;
	type PalletId = PayoutsPalletId;
	type Payees = World;
	type SubmissionFee = World;
	type WeightInfo = ();
}

pub fn account(byte: u8) -> AccountId {
	AccountId::new([byte; 32])
}

/// Payers who sign transactions.
pub fn alice() -> AccountId {
	account(1)
}

pub fn bob() -> AccountId {
	account(2)
}

/// Service nodes.
pub fn node() -> AccountId {
	account(10)
}

pub fn other_node() -> AccountId {
	account(11)
}

/// Somebody without a part in any channel.
pub fn anyone() -> AccountId {
	account(50)
}

/// The payer who has an EVM wallet.
pub fn wallet() -> ecdsa::Pair {
	ecdsa::Pair::from_seed(&[77; 32])
}

pub fn wallet_account() -> AccountId {
	evm_account(address(&wallet()))
}

/// The promise key of most tests.
pub fn promise_key() -> ecdsa::Pair {
	ecdsa::Pair::from_seed(&[88; 32])
}

pub fn address(pair: &ecdsa::Pair) -> EvmAddress {
	address_of_compressed_key(&pair.public()).unwrap()
}

pub fn genesis_hash() -> Hash {
	System::block_hash(0)
}

pub fn domain() -> Domain {
	Domain::of(genesis_hash())
}

pub fn sign(pair: &ecdsa::Pair, digest: Hash) -> EvmSignature {
	EvmSignature(pair.sign_prehashed(&digest.0).0)
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

/// The state at genesis: payers, nodes, an issuer and anyone have money.
pub fn genesis() -> sp_io::TestExternalities {
	let rich = [alice(), bob(), wallet_account(), anyone()].map(|who| (who, RICH));
	let some = [node(), other_node(), account(100)].map(|who| (who, ED));
	let balances = rich.into_iter().chain(some).collect();
	let config = RuntimeGenesisConfig {
		system: Default::default(),
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		payouts: Default::default(),
	};
	let mut ext = sp_io::TestExternalities::new(config.build_storage().unwrap());
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// Runs a test and checks the state after it: what must always be true, and that the escrow account has exactly what
/// channels hold, its existential deposit and what the test sent it.
pub fn run(test: impl FnOnce()) {
	genesis().execute_with(|| {
		assert_ne!(genesis_hash(), Hash::zero());
		test();
		check_state();
	});
}

pub fn check_state() {
	Payouts::do_try_state().unwrap();
	assert_eq!(Balances::balance(&Payouts::escrow()), Payouts::owed() + Donated::get());
}

#[cfg(feature = "runtime-benchmarks")]
pub fn for_benchmarks() -> sp_io::TestExternalities {
	use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
	let mut ext = genesis();
	ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	ext
}

pub fn at_block(block: BlockNumber) {
	System::set_block_number(block);
}

pub fn after_blocks(blocks: BlockNumber) {
	at_block(System::block_number() + blocks);
}

pub fn balance(who: &AccountId) -> Balance {
	Balances::total_balance(who)
}

pub fn issuance() -> Balance {
	Balances::total_issuance()
}

/// Opens a channel from `payer` with the usual promise key and the next salt.
pub fn open(payer: AccountId, payee: AccountId, class: ClassId, deposit: Balance) -> ChannelId {
	let salt = Payouts::last_salt(payer.clone()) + 1;
	let key = address(&promise_key());
	let opened = Payouts::open(signed(payer.clone()), payee.clone(), class, deposit, key, salt);
	opened.unwrap();
	smartlayer_promises::channel_id(genesis_hash(), &payer, &payee, class, key, salt)
}

/// A channel from Alice to the node for the verified class.
pub fn usual() -> ChannelId {
	open(alice(), node(), VERIFIED, DEPOSIT)
}

pub fn channel(id: ChannelId) -> Channel {
	Payouts::channel(id).unwrap()
}

/// A promise without a chain, signed by the usual promise key.
pub fn claim(channel: ChannelId, cumulative: Balance) -> Claim {
	signed_claim(Promise { channel, cumulative, chain: None, ack: Hash::zero() })
}

pub fn signed_claim(promise: Promise) -> Claim {
	let signature = sign(&promise_key(), promise.digest(&domain()));
	Claim { promise, signature, step: None }
}

/// A promise with a chain of which `index` steps are revealed.
pub fn stepped_claim(
	channel: ChannelId,
	cumulative: Balance,
	unit: Balance,
	length: u32,
	index: u32,
) -> Claim {
	let links = HashChain::new([3; 32], length).unwrap();
	let chain = Some(Chain { tip: links.tip(), unit, length });
	let claim = signed_claim(Promise { channel, cumulative, chain, ack: Hash::zero() });
	let step = links.preimage(index).map(|preimage| Step { index, preimage });
	Claim { step, ..claim }
}

pub fn redeem(claims: &[Claim]) -> frame_support::dispatch::DispatchResultWithPostInfo {
	Payouts::redeem(signed(anyone()), claims.to_vec().try_into().unwrap())
}

/// An order of the wallet to open a channel.
pub fn order() -> Open {
	Open {
		payer: wallet_account(),
		payee: node(),
		class: VERIFIED,
		deposit: DEPOSIT,
		promise_key: address(&promise_key()),
		salt: 1,
		max_fee: 100,
		valid_until: 20,
	}
}

pub fn by_wallet(order: &Open) -> Authorisation {
	Authorisation::Evm(sign(&wallet(), order.digest(&domain())))
}

/// An order of the wallet to add to a channel.
pub fn more(channel: ChannelId, amount: Balance) -> TopUp {
	let deposit = self::channel(channel).deposit;
	TopUp { channel, deposit, amount, max_fee: 100, valid_until: 20 }
}

pub fn more_by_wallet(order: &TopUp) -> Authorisation {
	Authorisation::Evm(sign(&wallet(), order.digest(&domain())))
}

/// The signature of a request to close.
pub fn closing(pair: &ecdsa::Pair, channel: ChannelId) -> Authorisation {
	Authorisation::Evm(sign(pair, RequestClose { channel }.digest(&domain())))
}

/// The events of this pallet since the last look.
pub fn events() -> Vec<Event<Test>> {
	let events = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Payouts(event) => Some(event),
		_ => None,
	});
	let events = events.collect();
	System::reset_events();
	events
}
