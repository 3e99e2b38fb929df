//! Benchmarks: every call and hook at its worst.

use super::*;
use crate::types::{BreachWitnesses, OpenedReports};
use frame_benchmarking::v2::*;
use frame_support::{
	pallet_prelude::{Authorize, TransactionSource},
	traits::Get,
	BoundedVec,
};
use frame_system::RawOrigin;
use hex_literal::hex;
use smartlayer_types::{
	anchors::key::ANCHOR,
	evm::{address_of_compressed_key, EvmAddress, EvmSignature},
	slo::{
		draw::{self, DrawProof},
		epoch::{EpochRecord, Stage},
		ladder::Witness,
		page::{self, Page, Path, MAX_PAGES, PAGE_REPORTS},
		report::{Measures, OpenedReport, Report},
		verdict::{Outcome, Verdict},
	},
	AccountId,
};
use sp_core::{sr25519, H256};
use sp_runtime::Vec;

/// The epoch of all benchmarks but `begin_epoch`.
const EPOCH: u64 = 7;

/// The genesis hash and randomness for which [`PROOF`] was made.
const GENESIS: H256 = H256::repeat_byte(0x77);
const RANDOMNESS: [u8; 32] = [7; 32];

/// The index of the prober in all benchmarks.
const PROBER: u32 = 0;

/// A key, and its VRF over [`GENESIS`], [`EPOCH`] and [`RANDOMNESS`]: nothing in a runtime can make one.
const VRF_KEY: [u8; 32] = hex!("60a4cf276ef8e01445ac16fdd8a622e370970a5b458c52115d6f4f5b6f4ff628");
const PRE_OUTPUT: [u8; 32] =
	hex!("e8d1909c19ac5af214f1975e61b418dc5a86d504f92a38e31f99f85e45635b00");
const PROOF: [u8; 64] = hex!("70ddd35e2a508fbda2721f6517185618c0972aa0d13edabc9de0cff69a57200952a4102f168574dd15c9dd4fbd70b94f55e547223fd9719e1af51e7e36e38402");

fn account(seed: u32) -> AccountId {
	frame_benchmarking::account("slo", seed, 0)
}

/// The largest odd number up to this: a K with which every anchor draws every node.
fn most_probers(anchors: u32) -> u32 {
	if anchors % 2 == 1 {
		anchors
	} else {
		anchors - 1
	}
}

/// An anchor key in the keystore.
fn anchor_key() -> (sp_core::ecdsa::Public, EvmAddress) {
	let key = sp_io::crypto::ecdsa_generate(ANCHOR, None);
	(key, address_of_compressed_key(&key).expect("a generated key is a point"))
}

fn signed(key: &sp_core::ecdsa::Public, digest: H256) -> EvmSignature {
	let signature = sp_io::crypto::ecdsa_sign_prehashed(ANCHOR, key, &digest.0);
	EvmSignature(signature.expect("the key is in the keystore").0)
}

fn new_record(epoch: u64, stage: Stage, anchors: u32) -> EpochRecord {
	EpochRecord {
		epoch,
		stage,
		set: 0,
		randomness: RANDOMNESS,
		anchors,
		probers: most_probers(anchors),
		reported: 0,
		judged: 0,
		breaches: 0,
		executed: 0,
		total_bonded: 1_000_000,
		failing: 0,
		outage: false,
	}
}

/// The benchmarks' epoch at this stage, with a full set of anchors, the first of which has keys.
fn set_up<T: Config>(stage: Stage, probers: u32) -> sp_core::ecdsa::Public {
	frame_system::BlockHash::<T>::insert(
		frame_system::pallet_prelude::BlockNumberFor::<T>::default(),
		GENESIS,
	);
	CurrentEpoch::<T>::put(EPOCH);
	Schedule::<T>::put(BoundedVec::truncate_from([EPOCH].to_vec()));
	let anchors = T::MaxAnchors::get();
	let record = EpochRecord { probers, ..new_record(EPOCH, stage, anchors) };
	Epochs::<T>::insert(EPOCH, record);
	let (key, address) = anchor_key();
	let vrf_key = Some(sr25519::Public::from_raw(VRF_KEY));
	let prober = |index| Prober { account: account(index), address, vrf_key };
	Probers::<T>::insert(EPOCH, BoundedVec::truncate_from((0..anchors).map(prober).collect()));
	key
}

fn shown() -> DrawProof {
	DrawProof { pre_output: PRE_OUTPUT, proof: PROOF }
}

fn output() -> [u8; 32] {
	let input = draw::vrf_input(GENESIS, EPOCH, &RANDOMNESS);
	draw::output(&sr25519::Public::from_raw(VRF_KEY), &input, &PRE_OUTPUT).expect("a known output")
}

fn show_call(key: &sp_core::ecdsa::Public) -> (DrawProof, EvmSignature) {
	let digest = draw::shown_digest(GENESIS, EPOCH, &account(PROBER), &shown());
	(shown(), signed(key, digest))
}

/// What no terms can ask more than.
const PERFECT: Measures = Measures {
	probes: 9,
	answered: 10_000,
	correct: 10_000,
	latency_p50: 0,
	latency_p95: 0,
	latency_p99: 0,
	throughput: u32::MAX,
};

fn opened(prober: u32, measures: Measures) -> OpenedReport {
	OpenedReport { prober, lot: u64::from(prober), measures }
}

/// A page of so many reports, of nodes that every other anchor reported already, and its path. It is the first of as
/// many pages as an anchor can have, and the draw is shown.
fn set_up_page<T: Config>(reports: u32) -> (Path, Page) {
	let anchors = T::MaxAnchors::get();
	set_up::<T>(Stage::Revealing, most_probers(anchors));
	let mut nodes: Vec<AccountId> = (0..reports).map(|index| account(1_000 + index)).collect();
	nodes.sort();
	let others: Vec<OpenedReport> =
		(1..anchors).map(|prober| opened(prober, Measures::unanswered(9))).collect();
	for node in &nodes {
		T::BenchmarkHelper::add_node(node, true);
		if !others.is_empty() {
			let others = OpenedReports::<T::MaxAnchors>::truncate_from(others.clone());
			Reports::<T>::insert(EPOCH, node, others);
		}
	}
	let report = |node| Report { node, measures: Measures::unanswered(9) };
	let reports: Vec<Report> = nodes.into_iter().map(report).collect();
	let page = Page { salt: H256::zero(), reports: BoundedVec::truncate_from(reports) };
	let pages = usize::try_from(MAX_PAGES).expect("a small number");
	let leaves = sp_runtime::Vec::from_iter(core::iter::repeat_n(
		page.leaf(GENESIS, EPOCH, &account(PROBER), 0),
		pages,
	));
	let root = page::root(&leaves).expect("not too many pages");
	let mut commitment = Commitment::new(root, MAX_PAGES).expect("not too many pages");
	commitment.output = Some(output());
	Commitments::<T>::insert(EPOCH, PROBER, commitment);
	(page::path(&leaves, 0).expect("there is a first leaf"), page)
}

/// A node on duty or on probation, healthy before.
fn set_up_node<T: Config>(active: bool) -> AccountId {
	let node = account(999);
	T::BenchmarkHelper::add_node(&node, active);
	let verdict = Verdict {
		epoch: EPOCH - 1,
		outcome: Outcome::Healthy,
		reports: 3,
		median: Some(Measures::unanswered(9)),
	};
	Verdicts::<T>::insert(&node, LatestVerdict { verdict, healthy: true });
	node
}

/// A node with so many reports of these measures, of which it takes one to judge.
fn set_up_reports<T: Config>(active: bool, reports: u32, measures: Measures) -> AccountId {
	set_up::<T>(Stage::Judging, 1);
	let node = set_up_node::<T>(active);
	let reports: Vec<OpenedReport> =
		(0..reports).rev().map(|prober| opened(prober, measures)).collect();
	Reports::<T>::insert(EPOCH, &node, OpenedReports::<T::MaxAnchors>::truncate_from(reports));
	Epochs::<T>::mutate(EPOCH, |record| {
		if let Some(record) = record {
			record.reported = 1;
		}
	});
	node
}

/// Strikes of every epoch before, witnessed by as many anchors as there can be.
fn full_conduct<T: Config>() -> Conduct<T::MaxAnchors> {
	let witness = |index| Witness { anchor: account(500 + index), epoch: EPOCH - 1 };
	Conduct {
		jailed: false,
		strikes: BoundedVec::truncate_from((1..EPOCH).collect()),
		witnesses: BoundedVec::truncate_from((0..T::MaxAnchors::get()).map(witness).collect()),
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn same_epoch() {
		T::BenchmarkHelper::set_epoch(EPOCH);
		CurrentEpoch::<T>::put(EPOCH);
		#[block]
		{
			Pallet::<T>::do_initialize();
		}
	}

	#[benchmark]
	fn begin_epoch(n: Linear<1, { T::MaxAnchors::get() }>) {
		T::BenchmarkHelper::set_anchors(n);
		let now = u64::from(MAX_EPOCHS) + 1;
		T::BenchmarkHelper::set_epoch(now);
		for epoch in 1..now {
			let stage = match now - epoch {
				1 => Stage::Probing,
				2 => Stage::Revealing,
				_ => Stage::Done,
			};
			Epochs::<T>::insert(epoch, new_record(epoch, stage, n));
		}
		Schedule::<T>::put(BoundedVec::truncate_from((1..now).collect()));
		CurrentEpoch::<T>::put(now - 1);
		#[block]
		{
			Pallet::<T>::do_initialize();
		}
		assert_eq!(CurrentEpoch::<T>::get(), Some(now));
	}

	#[benchmark]
	fn look_for_work() {
		let epochs = u64::from(KEPT_EPOCHS) + 1;
		for epoch in 1..=epochs {
			let stage = if epoch == epochs { Stage::Judging } else { Stage::Done };
			Epochs::<T>::insert(epoch, new_record(epoch, stage, 4));
		}
		Schedule::<T>::put(BoundedVec::truncate_from((1..=epochs).collect()));
		let found;
		#[block]
		{
			found = Pallet::<T>::epoch_at_work();
		}
		assert!(found.is_some());
	}

	#[benchmark]
	fn commit_reports() {
		set_up::<T>(Stage::Probing, 1);
		let (root, signature) = (H256::zero(), EvmSignature([0; 65]));
		#[extrinsic_call]
		_(RawOrigin::Authorized, EPOCH, PROBER, root, MAX_PAGES, signature);
		assert!(Commitments::<T>::contains_key(EPOCH, PROBER));
	}

	#[benchmark]
	fn authorize_commit_reports() -> Result<(), BenchmarkError> {
		let key = set_up::<T>(Stage::Probing, 1);
		let root = H256::zero();
		let digest = page::commitment_digest(GENESIS, EPOCH, &account(PROBER), root, MAX_PAGES);
		let call = Call::<T>::commit_reports {
			epoch: EPOCH,
			prober: PROBER,
			root,
			pages: MAX_PAGES,
			signature: signed(&key, digest),
		};
		#[block]
		{
			call.authorize(TransactionSource::External).ok_or("it is authorised")??;
		}
		Ok(())
	}

	#[benchmark]
	fn show_draw() {
		let key = set_up::<T>(Stage::Revealing, 1);
		let commitment = Commitment::new(H256::zero(), MAX_PAGES).expect("not too many pages");
		Commitments::<T>::insert(EPOCH, PROBER, commitment);
		let (shown, signature) = show_call(&key);
		#[extrinsic_call]
		_(RawOrigin::Authorized, EPOCH, PROBER, shown, signature);
		let commitment = Commitments::<T>::get(EPOCH, PROBER);
		assert!(commitment.is_some_and(|commitment| commitment.output == Some(output())));
	}

	#[benchmark]
	fn authorize_show_draw() -> Result<(), BenchmarkError> {
		let key = set_up::<T>(Stage::Revealing, 1);
		let commitment = Commitment::new(H256::zero(), MAX_PAGES).expect("not too many pages");
		Commitments::<T>::insert(EPOCH, PROBER, commitment);
		let (shown, signature) = show_call(&key);
		let call = Call::<T>::show_draw { epoch: EPOCH, prober: PROBER, shown, signature };
		#[block]
		{
			call.authorize(TransactionSource::External).ok_or("it is authorised")??;
		}
		Ok(())
	}

	#[benchmark]
	fn open_reports(r: Linear<1, PAGE_REPORTS>) {
		let (path, page) = set_up_page::<T>(r);
		let node = page.reports.first().expect("it has reports").node.clone();
		#[extrinsic_call]
		_(RawOrigin::Authorized, EPOCH, PROBER, 0, path, page);
		assert!(Reports::<T>::get(EPOCH, node).iter().any(|report| report.prober == PROBER));
	}

	#[benchmark]
	fn authorize_open_reports(r: Linear<1, PAGE_REPORTS>) -> Result<(), BenchmarkError> {
		let (path, page) = set_up_page::<T>(r);
		let call = Call::<T>::open_reports { epoch: EPOCH, prober: PROBER, index: 0, path, page };
		#[block]
		{
			call.authorize(TransactionSource::External).ok_or("it is authorised")??;
		}
		Ok(())
	}

	#[benchmark]
	fn judge_breach(r: Linear<1, { T::MaxAnchors::get() }>) {
		let node = set_up_reports::<T>(true, r, Measures::unanswered(9));
		let caller = account(1);
		#[extrinsic_call]
		judge(RawOrigin::Signed(caller), EPOCH, node.clone());
		assert!(Breaches::<T>::contains_key(EPOCH, node));
	}

	#[benchmark]
	fn judge_pass(r: Linear<1, { T::MaxAnchors::get() }>) {
		let node = set_up_reports::<T>(false, r, PERFECT);
		Conducts::<T>::insert(&node, full_conduct::<T>());
		let caller = account(1);
		#[extrinsic_call]
		judge(RawOrigin::Signed(caller), EPOCH, node.clone());
		assert!(T::Nodes::state(&node).is_some_and(|state| state.is_active()));
	}

	#[benchmark]
	fn execute(w: Linear<1, { T::MaxAnchors::get() }>) {
		set_up::<T>(Stage::Executing, 1);
		let node = set_up_node::<T>(true);
		Conducts::<T>::insert(&node, full_conduct::<T>());
		let breach = BreachWitnesses::<T::MaxAnchors>::truncate_from((0..w).collect());
		Breaches::<T>::insert(EPOCH, &node, breach);
		let caller = account(1);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), EPOCH, node.clone());
		assert!(!Breaches::<T>::contains_key(EPOCH, &node));
		assert!(Conducts::<T>::get(&node).jailed);
	}

	#[benchmark]
	fn close_judging(n: Linear<1, { T::MaxAnchors::get() }>) {
		set_up::<T>(Stage::Judging, 1);
		let points: Vec<u32> = (1..=n).collect();
		Points::<T>::insert(EPOCH, BoundedVec::truncate_from(points));
		let mut record = Epochs::<T>::get(EPOCH).expect("it was set up");
		#[block]
		{
			Pallet::<T>::close_judging(&mut record);
			Epochs::<T>::insert(EPOCH, record);
		}
		assert_eq!(record.stage, Stage::Executing);
	}

	#[benchmark]
	fn clear() {
		set_up::<T>(Stage::Clearing, 1);
		let commitment = Commitment::new(H256::zero(), MAX_PAGES).expect("not too many pages");
		Commitments::<T>::insert(EPOCH, PROBER, commitment);
		#[block]
		{
			let _ = Pallet::<T>::do_advance(1);
		}
		assert!(!Commitments::<T>::contains_key(EPOCH, PROBER));
	}

	#[benchmark]
	fn forget_conduct() {
		let node = account(998);
		Conducts::<T>::insert(&node, full_conduct::<T>());
		CurrentEpoch::<T>::put(10 * MAX_LADDER_WINDOW);
		let caller = account(1);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), node.clone());
		assert!(!Conducts::<T>::contains_key(node));
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::tests::mock::benchmark_ext(),
		crate::tests::mock::Test
	);
}
