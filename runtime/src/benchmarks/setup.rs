//! What benchmarks of one pallet need to find in the others.

use crate::{
	AccountId, AnchorElections, Balances, Runtime, RuntimeOrigin, ServiceNodes, TokenRegistry,
};
use alloc::{boxed::Box, format, vec, vec::Vec};
use frame_benchmarking::account;
use frame_support::{
	assert_ok,
	traits::{fungible::Mutate, Get},
	BoundedVec,
};
use pallet_anchor_elections::{ActiveMember, CurrentSet, KeyPeriod, RawKey, SetRecord};
use pallet_service_nodes::{Node, Offers, Record, Totals};
use smartlayer_types::{
	abi::Word,
	evm::EvmAddress,
	nodes::{NodeState, Terms},
	registry::{Contract, PaymentTerms, Redundancy, Registration, Service, Sources},
	AnchorKey, AnchorMember, ClassId, KindRule, SignerRole, Sla, SLN,
};
use sp_core::{crypto::key_types::BABE, ecdsa, H256};
use sp_runtime::Permill;

/// Sets up what the pallets' benchmarks ask for.
pub struct Setup;

/// The epoch in which service levels are judged in benchmarks.
const JUDGING_EPOCH: u64 = 12;

/// 32 bytes that end with a number.
fn numbered(number: u32) -> H256 {
	H256(*Word::from(number).as_bytes())
}

/// Puts a new set with these members in office.
fn seat(mut members: Vec<AnchorMember>) {
	members.sort_by_key(|member| member.address);
	let set = CurrentSet::<Runtime>::get() + 1;
	let record = SetRecord {
		members: BoundedVec::truncate_from(members),
		first_session: pallet_anchor_elections::Session::<Runtime>::get(),
		ended: None,
	};
	pallet_anchor_elections::Sets::<Runtime>::insert(set, record);
	CurrentSet::<Runtime>::put(set);
}

impl pallet_token_registry::BenchmarkHelper for Setup {
	fn seat_anchors(members: Vec<AnchorMember>) {
		seat(members);
	}
}

impl pallet_commitments::BenchmarkHelper for Setup {
	fn set_members(members: Vec<AnchorMember>) {
		seat(members);
	}
}

impl pallet_service_nodes::BenchmarkHelper for Setup {
	fn place() {}
}

impl pallet_slo::BenchmarkHelper for Setup {
	fn set_anchors(count: u32) {
		let accounts = || (0..count).map(|index| account::<AccountId>("anchor", index, 0));
		let member = |(account, number): (AccountId, u32)| AnchorMember {
			account,
			key: AnchorKey::from(ecdsa::Public::from_raw([2; 33])),
			address: numbered(number).into(),
		};
		seat(accounts().zip(1..).map(member).collect());
		let active = |account: AccountId| {
			let key = RawKey::truncate_from(AsRef::<[u8; 32]>::as_ref(&account).to_vec());
			ActiveMember { account, keys: BoundedVec::truncate_from(vec![(BABE.0, key)]) }
		};
		let session = pallet_anchor_elections::Session::<Runtime>::get();
		let members = BoundedVec::truncate_from(accounts().map(active).collect());
		pallet_anchor_elections::PeriodOf::<Runtime>::insert(session, session);
		pallet_anchor_elections::KeyPeriods::<Runtime>::insert(session, KeyPeriod { members });
	}

	fn set_epoch(epoch: u64) {
		pallet_babe::EpochIndex::<Runtime>::put(epoch);
		pallet_babe::Randomness::<Runtime>::put([1; 32]);
	}

	fn add_node(node: &AccountId, active: bool) {
		// Late enough for a probation to end, and near the epochs that are judged.
		pallet_service_nodes::CurrentEpoch::<Runtime>::put(JUDGING_EPOCH);
		let state = match active {
			true => NodeState::Active { since: 0 },
			false => NodeState::Probation { since: 0 },
		};
		register(node, state);
	}
}

/// A node with terms that an unanswered call breaches.
fn register(account: &AccountId, state: NodeState) {
	let index = pallet_service_nodes::Nodes::<Runtime>::count();
	let sla = Sla { availability: 9_900, throughput: 100, ..Sla::NONE };
	let terms = Terms { sla, capacity: 1 };
	let bond = ServiceNodes::required_bond(&terms);
	assert_ok!(Balances::mint_into(account, 2 * bond));
	let node = Node {
		operator: account.clone(),
		endpoint: BoundedVec::truncate_from(format!("https://node-{index}.example").into_bytes()),
		peer_key: numbered(index).0.into(),
		state,
		bond,
		index,
		pending_slashes: 0,
	};
	let offers = vec![(0, terms)];
	let record = Record {
		registered: 0,
		salt: Some(numbered(index)),
		jailed_eras: Default::default(),
		slashed_epochs: Default::default(),
	};
	pallet_service_nodes::Records::<Runtime>::insert(account, record);
	pallet_service_nodes::NodeAt::<Runtime>::insert(index, account);
	pallet_service_nodes::OffersOf::<Runtime>::insert(
		account,
		Offers(BoundedVec::truncate_from(offers)),
	);
	pallet_service_nodes::Nodes::<Runtime>::insert(account, node);
	pallet_service_nodes::NodeTotals::<Runtime>::mutate(|sums: &mut Totals| {
		sums.bonded += bond;
		sums.active_bonded += bond;
		sums.active += 1;
	});
}

impl pallet_payouts::BenchmarkHelper for Setup {
	fn payee(index: u32) -> (AccountId, ClassId) {
		let payee = account("payee", index, 0);
		register(&payee, NodeState::Active { since: 0 });
		(payee, verified_class(index))
	}
}

/// A class that a quorum verified.
fn verified_class(index: u32) -> ClassId {
	let issuer: AccountId = account("issuer", index, 0);
	assert_ok!(Balances::mint_into(&issuer, 1_000_000 * SLN));
	let issue = KindRule {
		name: BoundedVec::truncate_from(b"issue".to_vec()),
		signer: SignerRole::Issuer,
		requires: 0,
		forbids: 0,
		clears: 0,
		once: true,
		sets_holder: true,
	};
	let registration = Registration {
		contract: Contract { chain_id: 1, address: numbered(index + 1).into() },
		sources: Sources {
			script_uri: BoundedVec::truncate_from(b"https://issuer.example/script".to_vec()),
			script_hash: H256::zero(),
			data_uri: BoundedVec::default(),
			data_hash: H256::zero(),
			data_root: H256::zero(),
		},
		service: Service { sla: Sla::NONE, redundancy: Redundancy { nodes: 1, enough: 1 } },
		shards: 1,
		terms: PaymentTerms { share: Permill::from_percent(10), account: issuer.clone() },
		operators: Default::default(),
		rules: BoundedVec::truncate_from(vec![issue]),
	};
	let class = TokenRegistry::next_class();
	let origin = RuntimeOrigin::signed(issuer);
	assert_ok!(TokenRegistry::register(origin, Box::new(registration), 1_000 * SLN));
	pallet_token_registry::Classes::<Runtime>::mutate_extant(class, |stored| {
		stored.verification =
			pallet_token_registry::Verification::Verified(pallet_token_registry::Verified {
				owner: EvmAddress::zero(),
				target_block: 0,
				signed_by: None,
				at: 0,
			});
	});
	class
}
