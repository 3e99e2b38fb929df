//! One benchmark for each call, its authorisation and the hook, at their worst.

#![allow(
	clippy::arithmetic_side_effects,
	clippy::cast_possible_truncation,
	clippy::indexing_slicing,
	clippy::unwrap_used,
	reason = "what cannot be set up cannot be measured"
)]

use crate::{
	types::Attestations, Attested, BenchmarkHelper, Bridges, Call, Config, CurrentInterval,
	Intervals, LastConfirmed, Living, Pallet, Receipts, Signatures, Snapshots,
};
use alloc::{boxed::Box, vec::Vec};
use codec::Encode;
use frame_benchmarking::v2::*;
use frame_support::{
	pallet_prelude::{Authorize, TransactionSource},
	traits::{EnsureOrigin, Get},
};
use frame_system::RawOrigin;
use smartlayer_commitment::{
	evidence::{Part, MAX_POSITIONS},
	tree, Bridge, Choice, ConfirmedSnapshot, Evidence, Proposal, Receipt, ReceiptAttestation,
	RecordedSignatures, SignerBitmap, Snapshot, SnapshotBody, Vote,
};
use smartlayer_operations::{
	positions_hash, IncarnationRaise, OriginEntry, Position, Signed, Vector,
};
use smartlayer_types::{
	anchors::{key::ANCHOR, max_faulty, quorum},
	evm::EvmSignature,
	AccountId, AnchorMember, AnchorSets, BlockNumber,
};
use sp_core::{H160, H256};

const BRIDGE: Bridge = Bridge { chain_id: 1, contract: H160::repeat_byte(0xb1) };
const RECEIPT: Receipt = Receipt { transaction: H256::repeat_byte(7), block: 8 };

/// Members with keys of the key store, in ascending order of their addresses.
fn members(count: u32) -> Vec<AnchorMember> {
	let mut members: Vec<_> = (0..count)
		.filter_map(|index| {
			let seed = alloc::format!("//Anchor{index}").into_bytes();
			let key = sp_io::crypto::ecdsa_generate(ANCHOR, Some(seed));
			let account = AccountId::new(sp_io::hashing::blake2_256(&index.encode()));
			AnchorMember::new(account, key.into())
		})
		.collect();
	members.sort_by_key(|it| it.address);
	members
}

fn sign(member: &AnchorMember, digest: H256) -> EvmSignature {
	let signature =
		sp_io::crypto::ecdsa_sign_prehashed(ANCHOR, member.key.as_ref(), &digest.0).unwrap();
	EvmSignature(signature.0)
}

fn at<T: Config>(block: BlockNumber) {
	frame_system::Pallet::<T>::set_block_number(block.into());
}

/// The first block after the open interval.
fn next_interval<T: Config>() {
	let open = Intervals::<T>::get(CurrentInterval::<T>::get()).unwrap();
	at::<T>(open.start + open.length);
	Pallet::<T>::begin_block();
}

/// A set of `count` members whose first interval is over, a few members having missed their turns.
fn due<T: Config>(count: u32, missed: u32) -> Vec<AnchorMember> {
	due_after::<T>(0, count, missed)
}

/// The same after a number of intervals that were confirmed before.
fn due_after<T: Config>(before: u64, count: u32, missed: u32) -> Vec<AnchorMember> {
	let members = members(count);
	T::BenchmarkHelper::set_members(members.clone());
	CurrentInterval::<T>::put(before);
	LastConfirmed::<T>::put(before);
	at::<T>(1);
	Pallet::<T>::begin_block();
	next_interval::<T>();
	let open = Intervals::<T>::get(before + 2).unwrap();
	at::<T>(open.start + missed * open.turn_length);
	members
}

/// Fills the two oldest intervals with all that pruning removes.
fn full_intervals<T: Config>(like: u64) {
	let record = Intervals::<T>::get(like).unwrap();
	let snapshot = snapshot::<T>();
	let count = quorum(record.members);
	let signature = EvmSignature([1; 65]);
	let signatures: Vec<_> = (0..count).map(|_| signature).collect();
	let recorded = RecordedSignatures {
		signers: SignerBitmap::of(0..count),
		signatures: signatures.try_into().unwrap(),
	};
	for interval in 1..3 {
		Intervals::<T>::insert(interval, record);
		let kept = ConfirmedSnapshot {
			snapshot: snapshot.clone(),
			hash: H256::zero(),
			proposer: 0,
			confirmed_at: 1,
		};
		Snapshots::<T>::insert(interval, kept);
		for chain_id in 1..=T::MaxBridges::get() {
			let bridge = Bridge { chain_id: chain_id.into(), ..BRIDGE };
			Signatures::<T>::insert(interval, bridge, recorded.clone());
			Receipts::<T>::insert(interval, bridge, RECEIPT);
		}
	}
}

fn snapshot<T: Config>() -> Snapshot {
	let expected = Pallet::<T>::expected().unwrap();
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

/// The call by which the member in turn proposes.
fn proposal<T: Config>(members: &[AnchorMember]) -> Call<T> {
	let duty = Pallet::<T>::duty(Pallet::<T>::now()).unwrap();
	let (snapshot, counted) = (snapshot::<T>(), SignerBitmap::EMPTY);
	let proposal = Proposal {
		interval: snapshot.interval,
		turn: duty.turn.ordinal,
		snapshot_hash: snapshot.hash(),
		counted,
	};
	let digest = proposal.hash(Pallet::<T>::genesis_hash());
	let signature = sign(&members[duty.proposer as usize], digest);
	Call::propose { snapshot, counted, signature }
}

fn propose<T: Config>() {
	Pallet::<T>::do_propose(snapshot::<T>(), SignerBitmap::EMPTY).unwrap();
}

fn approve<T: Config>(member: u32) {
	let hash = Living::<T>::get().unwrap().hash;
	Pallet::<T>::do_vote(member, hash, Choice::Approve).unwrap();
}

/// The due interval, confirmed.
fn confirmed<T: Config>(count: u32) -> Vec<AnchorMember> {
	let members = due::<T>(count, 0);
	Pallet::<T>::do_add_bridge(BRIDGE).unwrap();
	propose::<T>();
	(0..quorum(count)).for_each(approve::<T>);
	members
}

fn signatures<T: Config>(members: &[AnchorMember]) -> RecordedSignatures {
	let digest = BRIDGE.digest(Snapshots::<T>::get(1).unwrap().hash);
	let count = quorum(members.len() as u32);
	let signatures: Vec<_> =
		members.iter().take(count as usize).map(|it| sign(it, digest)).collect();
	RecordedSignatures {
		signers: SignerBitmap::of(0..count),
		signatures: signatures.try_into().unwrap(),
	}
}

fn authorize<T: Config>(call: &Call<T>) {
	call.authorize(TransactionSource::External).unwrap().map(|_| ()).unwrap();
}

/// Members of whom a quorum are `signers`.
fn members_for(signers: u32) -> u32 {
	(signers..).find(|it| quorum(*it) >= signers).unwrap_or(signers)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn begin_block() {
		due::<T>(4, 1);
		#[block]
		{
			Pallet::<T>::begin_block();
		}
		assert_eq!(CurrentInterval::<T>::get(), 2);
	}

	#[benchmark]
	fn begin_interval(m: Linear<4, { T::MaxMembers::get() }>) {
		due::<T>(m, 0);
		// The next one has another set, so that a hand-over is written down too.
		T::BenchmarkHelper::set_members(members(m));
		let open = Intervals::<T>::get(2).unwrap();
		at::<T>(open.start + open.length);
		#[block]
		{
			Pallet::<T>::begin_block();
		}
		assert_eq!(CurrentInterval::<T>::get(), 3);
	}

	#[benchmark]
	fn propose(m: Linear<4, { T::MaxMembers::get() }>) {
		due::<T>(m, 0);
		let snapshot = snapshot::<T>();
		#[block]
		{
			Pallet::<T>::do_propose(snapshot, SignerBitmap::EMPTY).unwrap();
		}
		assert!(Living::<T>::exists());
	}

	#[benchmark]
	fn authorize_propose(m: Linear<4, { T::MaxMembers::get() }>) {
		let members = due::<T>(m, 0);
		let call = proposal::<T>(&members);
		#[block]
		{
			authorize(&call);
		}
	}

	#[benchmark]
	fn vote(m: Linear<4, { T::MaxMembers::get() }>) {
		due::<T>(m, 0);
		super::propose::<T>();
		let hash = Living::<T>::get().unwrap().hash;
		#[extrinsic_call]
		_(RawOrigin::Authorized, m - 1, hash, Choice::Approve, EvmSignature([0; 65]));
		assert_eq!(Living::<T>::get().unwrap().approvals.count(), 1);
	}

	/// As many misses as count, and two full intervals to prune.
	#[benchmark]
	fn vote_that_confirms(m: Linear<4, { T::MaxMembers::get() }>) {
		let before = u64::from(Pallet::<T>::retention()) + 2;
		due_after::<T>(before, m, max_faulty(m));
		full_intervals::<T>(before + 1);
		super::propose::<T>();
		(1..quorum(m)).for_each(approve::<T>);
		let hash = Living::<T>::get().unwrap().hash;
		#[block]
		{
			Pallet::<T>::do_vote(0, hash, Choice::Approve).unwrap();
		}
		assert!(Snapshots::<T>::contains_key(before + 1));
		assert!(!Snapshots::<T>::contains_key(2));
	}

	#[benchmark]
	fn authorize_vote(m: Linear<4, { T::MaxMembers::get() }>) {
		let members = due::<T>(m, 0);
		super::propose::<T>();
		let living = Living::<T>::get().unwrap();
		let (proposal, choice) = (living.hash, Choice::Approve);
		let statement = Vote { set_id: T::Sets::current(), interval: 1, proposal, choice };
		let signature =
			sign(&members[m as usize - 1], statement.digest(Pallet::<T>::genesis_hash()));
		let call = Call::<T>::vote { member: m - 1, proposal, choice, signature };
		#[block]
		{
			authorize(&call);
		}
	}

	#[benchmark]
	fn record_signatures(s: Linear<3, { quorum(T::MaxMembers::get()) }>) {
		let members = confirmed::<T>(members_for(s));
		let signatures = signatures::<T>(&members);
		#[extrinsic_call]
		_(RawOrigin::Authorized, 1, BRIDGE, signatures);
		assert!(Signatures::<T>::contains_key(1, BRIDGE));
	}

	#[benchmark]
	fn authorize_record_signatures(s: Linear<3, { quorum(T::MaxMembers::get()) }>) {
		let members = confirmed::<T>(members_for(s));
		let signatures = signatures::<T>(&members);
		let call = Call::<T>::record_signatures { interval: 1, bridge: BRIDGE, signatures };
		#[block]
		{
			authorize(&call);
		}
	}

	/// All but the last of a quorum have attested: the last word is the one with most work.
	#[benchmark]
	fn attest_receipt(m: Linear<4, { T::MaxMembers::get() }>) {
		let members = confirmed::<T>(m);
		Pallet::<T>::do_record_signatures(1, BRIDGE, signatures::<T>(&members)).unwrap();
		let given: Vec<_> = (1..quorum(m)).map(|it| (it, RECEIPT)).collect();
		let attestations =
			Attestations { set_id: T::Sets::current(), given: given.try_into().unwrap() };
		Attested::<T>::insert(1, BRIDGE, attestations);
		#[extrinsic_call]
		_(RawOrigin::Authorized, 0, 1, BRIDGE, RECEIPT, EvmSignature([0; 65]));
		assert!(Receipts::<T>::contains_key(1, BRIDGE));
	}

	#[benchmark]
	fn authorize_attest_receipt(m: Linear<4, { T::MaxMembers::get() }>) {
		let members = confirmed::<T>(m);
		Pallet::<T>::do_record_signatures(1, BRIDGE, signatures::<T>(&members)).unwrap();
		let set_id = T::Sets::current();
		let statement =
			ReceiptAttestation { set_id, interval: 1, bridge: BRIDGE, receipt: RECEIPT };
		let digest = statement.digest(Pallet::<T>::genesis_hash());
		let signature = sign(&members[m as usize - 1], digest);
		let call = Call::<T>::attest_receipt {
			member: m - 1,
			interval: 1,
			bridge: BRIDGE,
			receipt: RECEIPT,
			signature,
		};
		#[block]
		{
			authorize(&call);
		}
	}

	#[benchmark]
	fn raise_incarnation(m: Linear<4, { T::MaxMembers::get() }>) {
		let members = due::<T>(m, 0);
		#[extrinsic_call]
		_(RawOrigin::Authorized, m - 1, 1, EvmSignature([0; 65]));
		let account = members.last().unwrap().account.clone();
		assert_eq!(Pallet::<T>::incarnation(account), 1);
	}

	#[benchmark]
	fn authorize_raise_incarnation(m: Linear<4, { T::MaxMembers::get() }>) {
		let members = due::<T>(m, 0);
		let member = members.last().unwrap();
		let statement = IncarnationRaise {
			set_id: T::Sets::current(),
			origin: member.account.clone(),
			incarnation: 1,
		};
		let signature = sign(member, statement.digest(Pallet::<T>::genesis_hash()));
		let call = Call::<T>::raise_incarnation { member: m - 1, incarnation: 1, signature };
		#[block]
		{
			authorize(&call);
		}
	}

	/// The evidence with most to hash: a retraction that shows `h` positions.
	#[benchmark]
	fn report_equivocation(
		h: Linear<0, { 2 * MAX_POSITIONS - 2 }>,
		m: Linear<4, { T::MaxMembers::get() }>,
	) {
		let members = due::<T>(m, 0);
		let genesis = Pallet::<T>::genesis_hash();
		let part = |tick: u32, number: u64| {
			let withheld: Vec<_> = (0..h / 2).map(|index| Position { number: 0, index }).collect();
			let entry = OriginEntry {
				origin: AccountId::new([1; 32]),
				incarnation: 0,
				number,
				header_hash: H256::zero(),
				withheld: positions_hash(genesis, &withheld).unwrap(),
				announced: 0,
				unannounced: positions_hash(genesis, &[]).unwrap(),
			};
			let root = tree::root(&[entry.leaf()]);
			let set_id = T::Sets::current();
			let statement = Vector { set_id, interval: 1, tick, closing: false, root };
			let signature = sign(members.last().unwrap(), statement.digest(genesis));
			let withheld = withheld.try_into().unwrap();
			let part = Part {
				entry,
				withheld,
				unannounced: Default::default(),
				proof: Default::default(),
			};
			(Signed { statement, signature }, part)
		};
		let evidence = Evidence::Retraction(Box::new([part(1, 5), part(2, 4)]));
		let reporter: AccountId = whitelisted_caller();
		#[extrinsic_call]
		_(RawOrigin::Signed(reporter), Box::new(evidence));
		assert_eq!(crate::ReportedRange::<T>::get().next, 1);
	}

	#[benchmark]
	fn add_bridge() -> Result<(), BenchmarkError> {
		let origin =
			T::BridgeOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, BRIDGE);
		assert_eq!(Bridges::<T>::get().len(), 1);
		Ok(())
	}

	#[benchmark]
	fn remove_bridge() -> Result<(), BenchmarkError> {
		Pallet::<T>::do_add_bridge(BRIDGE)?;
		let origin =
			T::BridgeOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, BRIDGE);
		assert!(Bridges::<T>::get().is_empty());
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::tests::mock::externalities(),
		crate::tests::mock::Test
	);
}
