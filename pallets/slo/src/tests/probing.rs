//! What anchors do, for tests: probe, commit, show, open.

use super::mock::*;
use crate::*;
use frame_support::pallet_prelude::{
	Authorize, TransactionSource, TransactionValidityError, ValidTransaction,
};
use frame_system::RawOrigin;
use smartlayer_types::{
	evm::EvmSignature,
	slo::{
		draw::{self, DrawProof},
		page::{self, Page, Path},
		report::{Measures, Report},
	},
	AccountId,
};
use sp_core::{crypto::VrfSecret, Pair, H256};
use sp_runtime::{traits::Dispatchable, DispatchError};
use std::{cell::RefCell, collections::BTreeMap};

/// Draws by generation of keys, prober and epoch.
type Draws = BTreeMap<(u8, u32, u64), (DrawProof, [u8; 32])>;

thread_local! {
	static DRAWS: RefCell<Draws> = const { RefCell::new(BTreeMap::new()) };
}

/// One anchor's reports of one epoch.
#[derive(Clone)]
pub struct Prepared {
	pub epoch: u64,
	pub prober: u32,
	pub pages: Vec<Page>,
	pub leaves: Vec<H256>,
	pub root: H256,
}

/// Puts reports into pages of this size. Salts are not random here.
pub fn prepare_in(
	epoch: u64,
	prober: u32,
	reports: Vec<(AccountId, Measures)>,
	size: usize,
) -> Prepared {
	let mut reports: Vec<Report> =
		reports.into_iter().map(|(node, measures)| Report { node, measures }).collect();
	reports.sort_by(|one, other| one.node.cmp(&other.node));
	let pages = reports.chunks(size).map(|reports| Page {
		salt: H256::repeat_byte(9),
		reports: reports.to_vec().try_into().unwrap(),
	});
	prepared(epoch, prober, pages.collect())
}

pub fn prepared(epoch: u64, prober: u32, pages: Vec<Page>) -> Prepared {
	let leaf =
		|(index, page): (u32, &Page)| page.leaf(Slo::genesis(), epoch, &anchor(prober), index);
	let leaves: Vec<H256> = (0u32..).zip(&pages).map(leaf).collect();
	let root = page::root(&leaves).unwrap();
	Prepared { epoch, prober, pages, leaves, root }
}

pub fn prepare(epoch: u64, prober: u32, reports: Vec<(AccountId, Measures)>) -> Prepared {
	prepare_in(epoch, prober, reports, 128)
}

pub fn signed_by(prober: u32, digest: H256) -> EvmSignature {
	EvmSignature(anchor_pair(prober).sign_prehashed(&digest.0).0)
}

/// An anchor's draw of an epoch: its proof, and its output.
pub fn draw_of(prober: u32, epoch: u64) -> (DrawProof, [u8; 32]) {
	let draw = || {
		let pair = vrf_pair(prober);
		let input = draw::vrf_input(Slo::genesis(), epoch, &randomness(epoch));
		let proof = DrawProof::from(&pair.vrf_sign(&input.clone().into_sign_data()));
		let output = draw::output(&pair.public(), &input, &proof.pre_output).unwrap();
		(proof, output)
	};
	// Proofs take their time.
	DRAWS.with_borrow_mut(|draws| {
		*draws.entry((VrfGeneration::get(), prober, epoch)).or_insert_with(draw)
	})
}

impl Prepared {
	pub fn commit(&self) -> Call<Test> {
		let (epoch, prober, root) = (self.epoch, self.prober, self.root);
		let pages = u32::try_from(self.pages.len()).unwrap();
		let digest = page::commitment_digest(Slo::genesis(), epoch, &anchor(prober), root, pages);
		let signature = signed_by(prober, digest);
		Call::commit_reports { epoch, prober, root, pages, signature }
	}

	pub fn show(&self) -> Call<Test> {
		show(self.epoch, self.prober, draw_of(self.prober, self.epoch).0)
	}

	pub fn path(&self, index: u32) -> Path {
		page::path(&self.leaves, index).unwrap()
	}

	pub fn open(&self, index: u32) -> Call<Test> {
		let page = self.pages[index as usize].clone();
		let (epoch, prober, path) = (self.epoch, self.prober, self.path(index));
		Call::open_reports { epoch, prober, index, path, page }
	}

	/// Shows the draw and opens all pages.
	pub fn reveal(&self) {
		submit(self.show()).unwrap();
		for index in 0..u32::try_from(self.pages.len()).unwrap() {
			submit(self.open(index)).unwrap();
		}
	}
}

pub fn show(epoch: u64, prober: u32, shown: DrawProof) -> Call<Test> {
	let digest = draw::shown_digest(Slo::genesis(), epoch, &anchor(prober), &shown);
	Call::show_draw { epoch, prober, shown, signature: signed_by(prober, digest) }
}

/// Why a call did not get through.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
	ByPool(TransactionValidityError),
	ByDispatch(DispatchError),
}

pub fn authorise(call: &Call<Test>) -> Result<ValidTransaction, TransactionValidityError> {
	let authorised = call.authorize(TransactionSource::External).unwrap();
	authorised.map(|(validity, _)| validity)
}

/// Sends an anchor's call through the pool into a block.
pub fn submit(call: Call<Test>) -> Result<(), Refused> {
	authorise(&call).map_err(Refused::ByPool)?;
	dispatch_authorised(call).map_err(Refused::ByDispatch)
}

/// Dispatches a call as if it had been authorised.
pub fn dispatch_authorised(call: Call<Test>) -> Result<(), DispatchError> {
	let result = RuntimeCall::from(call).dispatch(RawOrigin::Authorized.into());
	result.map(|_| ()).map_err(|failed| failed.error)
}

/// What each prober reports of each node; nothing where it withholds its report.
pub type Observation<'a> = &'a dyn Fn(u32, &AccountId) -> Option<Measures>;

/// Every anchor commits to its reports of the current epoch of the nodes that it drew.
pub fn probe(observe: Observation) -> Vec<Prepared> {
	let epoch = Now::get();
	let record = record(epoch);
	let mut all = Vec::new();
	for prober in 0..record.anchors {
		let output = draw_of(prober, epoch).1;
		let nodes = all_nodes().into_iter().filter(|node| {
			draw::is_drawn(draw::lot(&output, node), record.probers, record.anchors)
		});
		let reports: Vec<(AccountId, Measures)> = nodes
			.filter_map(|node| observe(prober, &node).map(|measures| (node, measures)))
			.collect();
		if !reports.is_empty() {
			let prepared = prepare(epoch, prober, reports);
			submit(prepared.commit()).unwrap();
			all.push(prepared);
		}
	}
	all
}

/// Probes the current epoch, opens everything in the next and goes to the one after that, where judging begins.
pub fn probe_and_reveal(observe: Observation) -> u64 {
	let epoch = Now::get();
	let all = probe(observe);
	next_epoch();
	idle_until_done();
	all.iter().for_each(Prepared::reveal);
	next_epoch();
	epoch
}

/// The same, and works until every consequence is drawn. Returns the probed epoch.
pub fn round(observe: Observation) -> u64 {
	let epoch = probe_and_reveal(observe);
	idle_until_done();
	epoch
}

/// A round in which these nodes show these measures to everybody, and all others are well.
pub fn round_with(bad: &[AccountId], measures: Measures) -> u64 {
	round(&|_, node| Some(if bad.contains(node) { measures } else { GOOD }))
}

pub fn outcomes() -> Vec<Done> {
	AllDone::take()
}

/// The pallet's events since the last look.
pub fn events() -> Vec<Event<Test>> {
	let events = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Slo(event) => Some(event),
		RuntimeEvent::System(_) => None,
	});
	let events = events.collect();
	System::reset_events();
	events
}
