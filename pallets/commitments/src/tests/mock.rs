//! A runtime with this pallet alone, sets that tests choose, and anchors that sign.

use crate::{Call, Duties, DutySeed, Error, Offences};
use codec::Encode;
use frame_support::{
	derive_impl,
	dispatch::{DispatchResultWithPostInfo, GetDispatchInfo},
	pallet_prelude::{
		Authorize, InvalidTransaction, TransactionSource, TransactionValidityError,
		ValidTransaction,
	},
	parameter_types,
	traits::{Hooks, Time},
};
use frame_system::{
	offchain::{CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase},
	EnsureRoot, RawOrigin,
};
use smartlayer_commitment::{
	Bridge, Choice, Offence, Proposal, RecordedSignatures, SignerBitmap, Snapshot, SnapshotBody,
	Vote,
};
use smartlayer_types::{
	anchors::quorum, evm::EvmSignature, AccountId, AnchorKey, AnchorMember, AnchorSets, SetId,
};
use sp_core::{ecdsa, Pair, H160, H256};
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, Dispatchable, IdentityLookup},
	BuildStorage, DispatchError, DispatchResult, MultiSignature,
};
use std::{cell::RefCell, collections::BTreeMap};

pub type Extension = (frame_system::AuthorizeCall<Test>,);
pub type Extrinsic = generic::UncheckedExtrinsic<AccountId, RuntimeCall, MultiSignature, Extension>;
pub type Block = generic::Block<generic::Header<u32, BlakeTwo256>, Extrinsic>;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Commitments: crate,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

parameter_types! {
	pub static CurrentSet: SetId = 1;
	/// The seeds of the members' keys, by set.
	pub static Seeds: BTreeMap<SetId, Vec<u8>> = BTreeMap::from([(1, vec![1, 2, 3, 4])]);
	pub static Now: u64 = 0;
	pub static Randomness: H256 = H256::repeat_byte(0x5e);
	/// What was reported: `None` for a duty done, else whether vectors were absent.
	pub static Heard: Vec<(SetId, u32, Option<bool>)> = Vec::new();
	pub static Punished: Vec<Offence> = Vec::new();
	pub static RefusesOffences: bool = false;
	pub static IntervalLength: u32 = 10;
	pub static TurnLength: u32 = 5;
	pub static BacklogLimit: u32 = 3;
	pub static Retention: u32 = 8;
	pub static OperationWindow: u64 = 3_600_000;
}

/// A member's account, by the seed of its key; seeds that differ by 100 are one anchor with another key.
pub fn account(seed: u8) -> AccountId {
	AccountId::new([seed % 100; 32])
}

pub fn pair(seed: u8) -> ecdsa::Pair {
	anchor(seed).0
}

fn member(seed: u8) -> AnchorMember {
	anchor(seed).1
}

thread_local! {
	/// Keys are slow to make in tests.
	static ANCHORS: RefCell<BTreeMap<u8, (ecdsa::Pair, AnchorMember)>> = RefCell::default();
}

fn anchor(seed: u8) -> (ecdsa::Pair, AnchorMember) {
	let make = || {
		let pair = ecdsa::Pair::from_seed(&[seed; 32]);
		let key = AnchorKey::from(pair.public());
		(pair, AnchorMember::new(account(seed), key).unwrap())
	};
	ANCHORS.with_borrow_mut(|it| it.entry(seed).or_insert_with(make).clone())
}

/// The seeds of a set's members by index.
pub fn seeds(set: SetId) -> Vec<u8> {
	let mut seeds = Seeds::get().get(&set).cloned().unwrap_or_default();
	seeds.sort_by_key(|it| member(*it).address);
	seeds
}

pub struct Sets;

impl AnchorSets for Sets {
	fn current() -> SetId {
		CurrentSet::get()
	}

	fn members(set: SetId) -> Option<Vec<AnchorMember>> {
		#[cfg(feature = "runtime-benchmarks")]
		if let Some(members) = benchmark::Members::get().get(&set) {
			return Some(members.clone());
		}
		Seeds::get().contains_key(&set).then(|| seeds(set).into_iter().map(member).collect())
	}
}

#[cfg(feature = "runtime-benchmarks")]
mod benchmark {
	use super::*;

	parameter_types! {
		pub static Members: BTreeMap<SetId, Vec<AnchorMember>> = BTreeMap::new();
	}

	impl crate::BenchmarkHelper for Sets {
		fn set_members(members: Vec<AnchorMember>) {
			CurrentSet::mutate(|it| *it += 1);
			Members::mutate(|it| it.insert(CurrentSet::get(), members));
		}
	}
}

impl DutySeed for Sets {
	fn seed() -> H256 {
		Randomness::get()
	}
}

impl Time for Sets {
	type Moment = u64;
	fn now() -> u64 {
		Now::get()
	}
}

impl Duties for Sets {
	fn did(set: SetId, member: u32) {
		Heard::mutate(|it| it.push((set, member, None)));
	}
	fn missed(set: SetId, member: u32, vectors_absent: bool) {
		Heard::mutate(|it| it.push((set, member, Some(vectors_absent))));
	}
}

impl Offences for Sets {
	fn report(offence: &Offence, _: Option<&AccountId>) -> DispatchResult {
		if RefusesOffences::get() {
			return Err(DispatchError::Other("refused"));
		}
		Punished::mutate(|it| it.push(offence.clone()));
		Ok(())
	}
}

impl<C> CreateTransactionBase<C> for Test
where
	RuntimeCall: From<C>,
{
	type Extrinsic = Extrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<C> CreateTransaction<C> for Test
where
	RuntimeCall: From<C>,
{
	type Extension = Extension;
	fn create_transaction(call: RuntimeCall, extension: Extension) -> Extrinsic {
		Extrinsic::new_transaction(call, extension)
	}
}

impl<C> CreateAuthorizedTransaction<C> for Test
where
	RuntimeCall: From<C>,
{
	fn create_extension() -> Extension {
		(frame_system::AuthorizeCall::new(),)
	}
}

impl crate::Config for Test {
	type Sets = Sets;
	type Seed = Sets;
	type Time = Sets;
	type Duties = Sets;
	type Offences = Sets;
	type BridgeOrigin = EnsureRoot<AccountId>;
	type IntervalLength = IntervalLength;
	type TurnLength = TurnLength;
	type BacklogLimit = BacklogLimit;
	type OperationWindow = OperationWindow;
	type Retention = Retention;
	type MaxUnconfirmed = frame_support::traits::ConstU32<5>;
	type MaxMembers = frame_support::traits::ConstU32<16>;
	type MaxBridges = frame_support::traits::ConstU32<2>;
	type MaxOffences = frame_support::traits::ConstU32<3>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Sets;
}

pub fn externalities() -> sp_io::TestExternalities {
	let storage = RuntimeGenesisConfig::default().build_storage().unwrap();
	let mut externalities = sp_io::TestExternalities::from(storage);
	let keystore = sp_keystore::testing::MemoryKeystore::new();
	externalities.register_extension(sp_keystore::KeystoreExt::new(keystore));
	externalities
}

/// Runs a test from block 1 on, which begins interval 1, and checks the invariants at its end.
pub fn run(test: impl FnOnce()) {
	run_with(&[1, 2, 3, 4], test);
}

/// The same with other members of set 1.
pub fn run_with(seeds: &[u8], test: impl FnOnce()) {
	Seeds::set(BTreeMap::from([(1, seeds.to_vec())]));
	CurrentSet::set(1);
	Now::set(0);
	Heard::take();
	Punished::take();
	RefusesOffences::set(false);
	IntervalLength::set(10);
	TurnLength::set(5);
	BacklogLimit::set(3);
	Retention::set(8);
	OperationWindow::set(3_600_000);
	externalities().execute_with(|| {
		next_block();
		test();
		Commitments::do_try_state().unwrap();
	});
}

/// The hash of a block.
pub fn block_hash(block: u32) -> H256 {
	if block == 0 {
		// What the genesis of frame-system says.
		return H256::repeat_byte(69);
	}
	H256(sp_io::hashing::blake2_256(&block.encode()))
}

/// The time of a block in milliseconds.
pub fn block_time(block: u32) -> u64 {
	1_700_000_000_500 + u64::from(block) * 3_000
}

pub fn next_block() {
	let block = System::block_number() + 1;
	System::reset_events();
	System::initialize(&block, &block_hash(block - 1), &Default::default());
	Commitments::on_initialize(block);
	// The inherent comes after the hooks.
	Now::set(block_time(block));
}

pub fn to_block(block: u32) {
	while System::block_number() < block {
		next_block();
	}
}

/// The first block of the interval after the open one.
pub fn to_next_interval() {
	let open = Commitments::current_interval();
	while Commitments::current_interval() == open {
		next_block();
	}
}

/// The block after the present turn.
pub fn to_next_turn() {
	let end = Commitments::duty(System::block_number()).unwrap().turn.end;
	to_block(end);
}

/// What the pool says.
pub fn pool(call: Call<Test>) -> Result<ValidTransaction, TransactionValidityError> {
	RuntimeCall::from(call).authorize(TransactionSource::External).unwrap().map(|it| it.0)
}

/// What the pool says to a call that it refuses for this error.
pub fn refused(error: Error<Test>) -> Result<ValidTransaction, TransactionValidityError> {
	Err(error.into())
}

pub const STALE: Result<ValidTransaction, TransactionValidityError> =
	Err(TransactionValidityError::Invalid(InvalidTransaction::Stale));
pub const BAD_PROOF: Result<ValidTransaction, TransactionValidityError> =
	Err(TransactionValidityError::Invalid(InvalidTransaction::BadProof));

/// Puts a call into a block as authorised calls get there.
pub fn submit(call: Call<Test>) -> DispatchResultWithPostInfo {
	pool(call.clone()).map_err(|_| DispatchError::Other("refused by the pool"))?;
	force(call)
}

/// Dispatches a call that the pool may not have seen: the state alone decides.
pub fn force(call: Call<Test>) -> DispatchResultWithPostInfo {
	let call = RuntimeCall::from(call);
	assert!(call.get_dispatch_info().pays_fee == frame_support::dispatch::Pays::No);
	assert!(call.get_dispatch_info().class == frame_support::dispatch::DispatchClass::Operational);
	call.dispatch(RawOrigin::Authorized.into())
}

pub fn sign(seed: u8, digest: H256) -> EvmSignature {
	EvmSignature(pair(seed).sign_prehashed(&digest.0).0)
}

/// The next snapshot as everybody honest builds it.
pub fn snapshot() -> Snapshot {
	let expected = Commitments::expected().unwrap();
	Snapshot {
		interval: expected.interval,
		set_id: expected.set_id,
		next_set_hash: expected.next_set_hash,
		body: SnapshotBody {
			parent: expected.parent,
			history_root: expected.history_root,
			bitmap_root: H256::repeat_byte(1),
			operations_root: H256::zero(),
			state_root: H256::repeat_byte(2),
			operation_count: 0,
			cut_hash: H256::repeat_byte(3),
			block_hash: expected.block.hash,
			block_number: expected.block.number.into(),
			block_time: expected.block.time_ms / 1_000,
		},
	}
}

/// A proposal of the present turn, signed by whoever has this seed.
pub fn proposal_by(seed: u8, snapshot: Snapshot) -> Call<Test> {
	let counted = SignerBitmap::of(0..3);
	let now = System::block_number();
	let ordinal = Commitments::duty(now).map_or(0, |it| it.turn.ordinal);
	let proposal = Proposal {
		interval: snapshot.interval,
		turn: ordinal,
		snapshot_hash: snapshot.hash(),
		counted,
	};
	let signature = sign(seed, proposal.hash(Commitments::genesis_hash()));
	Call::propose { snapshot, counted, signature }
}

/// The seed of the member in turn.
pub fn proposer() -> u8 {
	let duty = Commitments::duty(System::block_number()).unwrap();
	seeds(Commitments::interval(duty.interval).unwrap().set_id)[duty.proposer as usize]
}

/// The proposal of the member in turn.
pub fn proposal(snapshot: Snapshot) -> Call<Test> {
	proposal_by(proposer(), snapshot)
}

/// Proposes in turn; the proposal's hash.
pub fn propose(snapshot: Snapshot) -> H256 {
	submit(proposal(snapshot)).unwrap();
	Commitments::living_proposal().unwrap().hash
}

/// A vote on a proposal of interval `interval`, signed by the member.
pub fn vote_in(interval: u64, member: u32, proposal: H256, choice: Choice) -> Call<Test> {
	let set_id = Commitments::interval(interval).unwrap().set_id;
	let vote = Vote { set_id, interval, proposal, choice };
	let seed = seeds(set_id).get(member as usize).copied().unwrap_or(99);
	let signature = sign(seed, vote.digest(Commitments::genesis_hash()));
	Call::vote { member, proposal, choice, signature }
}

/// A vote on the interval that is due.
pub fn vote(member: u32, proposal: H256, choice: Choice) -> Call<Test> {
	let due = Commitments::expected().unwrap().interval;
	vote_in(due, member, proposal, choice)
}

/// Proposes and confirms what is due; the snapshot's hash.
pub fn confirm() -> H256 {
	let snapshot = snapshot();
	let members = Commitments::interval(snapshot.interval).unwrap().members;
	let hash = propose(snapshot);
	for member in 0..quorum(members) {
		submit(vote(member, hash, Choice::Approve)).unwrap();
	}
	Commitments::last_confirmed().unwrap().hash
}

/// Goes to the next interval and confirms the one that ended.
pub fn confirm_next() -> H256 {
	to_next_interval();
	confirm()
}

/// Confirms this many intervals, one after the other.
pub fn confirm_many(count: u32) {
	for _ in 0..count {
		confirm_next();
	}
}

pub const BRIDGE: Bridge = Bridge { chain_id: 1, contract: H160::repeat_byte(0xb1) };
pub const OTHER_BRIDGE: Bridge = Bridge { chain_id: 137, contract: H160::repeat_byte(0xb1) };

pub fn add_bridge(bridge: Bridge) {
	Commitments::add_bridge(RuntimeOrigin::root(), bridge).unwrap();
}

/// Signatures of an interval's snapshot by some members of its set.
pub fn signatures_by(members: &[u32], interval: u64, bridge: Bridge) -> RecordedSignatures {
	let hash = Commitments::snapshot(interval).map(|it| it.hash).unwrap_or_default();
	let set = Commitments::interval(interval).unwrap().set_id;
	let seeds = seeds(set);
	let signatures: Vec<_> =
		members.iter().map(|it| sign(seeds[*it as usize], bridge.digest(hash))).collect();
	RecordedSignatures {
		signers: SignerBitmap::of(members.iter().copied()),
		signatures: signatures.try_into().unwrap(),
	}
}

/// The call that records a quorum's signatures.
pub fn record(interval: u64, bridge: Bridge) -> Call<Test> {
	let count = quorum(Commitments::interval(interval).unwrap().members);
	let members: Vec<_> = (0..count).collect();
	let signatures = signatures_by(&members, interval, bridge);
	Call::record_signatures { interval, bridge, signatures }
}

/// Puts a set into office.
pub fn office(set: SetId, seeds: &[u8]) {
	Seeds::mutate(|it| it.insert(set, seeds.to_vec()));
	CurrentSet::set(set);
}
