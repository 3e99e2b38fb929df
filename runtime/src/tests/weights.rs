//! What the measured weights promise: of calls, and of the work that blocks make the pallets do by themselves.

use super::chain;
use crate::{
	configs::{
		anchors::{MaxCandidates, MaxCountedVoters},
		consensus::MaxAuthorities,
	},
	genesis::presets,
	weights, BlockNumber, Runtime, RuntimeBlockWeights,
};
use frame_support::{
	dispatch::DispatchClass,
	traits::{Get, OnIdle, OnInitialize},
	weights::Weight,
};
use pallet_anchor_elections::{election::DROPS_PER_BLOCK, WeightInfo as _};
use pallet_balances::WeightInfo as _;
use pallet_commitments::WeightInfo as _;
use pallet_payouts::WeightInfo as _;
use pallet_service_nodes::{WeightInfo as _, MAX_POINTS_PER_BLOCK, MAX_SLASHES_PER_BLOCK};
use pallet_slo::WeightInfo as _;
use smartlayer_types::time::{HOURS, MINUTES};
use sp_runtime::Perbill;

type Balances = weights::pallet_balances::WeightInfo<Runtime>;
type Elections = weights::pallet_anchor_elections::WeightInfo<Runtime>;
type Commitments = weights::pallet_commitments::WeightInfo<Runtime>;
type Nodes = weights::pallet_service_nodes::WeightInfo<Runtime>;
type Payouts = weights::pallet_payouts::WeightInfo<Runtime>;
type Slo = weights::pallet_slo::WeightInfo<Runtime>;
type Database = <Runtime as frame_system::Config>::DbWeight;

/// A microsecond, in picoseconds.
const MICROSECOND: u64 = 1_000_000;

/// What must fit, at least: candidates, counted voters, service nodes, open channels.
const CANDIDATES: u32 = 1_000;
const VOTERS: u32 = 5_000;
const SERVICE_NODES: u32 = 10_000;
const CHANNELS: u32 = 100_000;

/// Slashes of anchors that a block works off: four that are due, four that are forgotten.
const ANCHOR_SLASHES: u32 = 8;

/// What a pallet does in a block by itself, at its worst.
struct Work {
	pallet: &'static str,
	what: &'static str,
	weight: Weight,
}

impl Work {
	/// Its row in the table of docs/weights.md.
	fn row(&self) -> String {
		let milliseconds = self.weight.ref_time() as f64 / 1e9;
		let kibibytes = self.weight.proof_size() as f64 / 1024.;
		let proof = if kibibytes < 1024. {
			format!("{kibibytes:.0} KiB")
		} else {
			format!("{:.1} MiB", kibibytes / 1024.)
		};
		format!("| {} | {} | {milliseconds:.1} ms | {proof} |", self.pallet, self.what)
	}
}

/// The limit of a block.
fn block() -> Weight {
	RuntimeBlockWeights::get().max_block
}

/// A share of a block.
fn percent_of_block(percent: u32) -> Weight {
	let share = Perbill::from_percent(percent);
	let whole = block();
	Weight::from_parts(share.mul_floor(whole.ref_time()), share.mul_floor(whole.proof_size()))
}

fn sum(weights: impl IntoIterator<Item = Weight>) -> Weight {
	weights.into_iter().fold(Weight::zero(), Weight::saturating_add)
}

fn election_run(voters: u32) -> Weight {
	Elections::election_run(voters, MaxCandidates::get())
}

/// A block of a term's other days, with all that can be due in it at once.
fn elections_at_rest() -> Weight {
	sum([
		Elections::on_initialize_idle(),
		Elections::enter_office(),
		Elections::drop_unbacked(DROPS_PER_BLOCK),
		Elections::work_off_slashes(ANCHOR_SLASHES),
	])
}

fn service_nodes_at_work() -> Weight {
	let slash = Nodes::apply_slash().saturating_add(Database::get().writes(2));
	sum([
		Nodes::start_era(),
		Database::get().reads(3),
		slash.saturating_mul(MAX_SLASHES_PER_BLOCK.into()),
		Nodes::clean_points(MAX_POINTS_PER_BLOCK),
	])
}

/// One step of judging in idle time, whichever it is.
fn step_of_judging() -> Weight {
	let anchors = MaxAuthorities::get();
	Slo::judge_breach(anchors)
		.max(Slo::judge_pass(anchors))
		.max(Slo::execute(anchors))
		.max(Slo::close_judging(anchors))
		.max(Slo::clear())
}

fn slo_at_work() -> Weight {
	let steps: u32 = <Runtime as pallet_slo::Config>::MaxSteps::get();
	sum([
		Slo::begin_epoch(MaxAuthorities::get()),
		Slo::look_for_work(),
		step_of_judging().saturating_mul(steps.into()),
	])
}

/// What hooks of a pallet without work say that they cost.
fn hooks<Pallet: OnInitialize<BlockNumber> + OnIdle<BlockNumber>>() -> Weight {
	chain(presets::LOCAL)
		.execute_with(|| Pallet::on_initialize(2).saturating_add(Pallet::on_idle(2, Weight::MAX)))
}

fn work() -> [Work; 7] {
	let anchors = MaxAuthorities::get();
	let interval = Commitments::begin_block().saturating_add(Commitments::begin_interval(anchors));
	let rows = [
		(
			"anchor-elections",
			"a run of an election: 5,000 counted voters with 16 votes each, 1,000 candidates (two blocks a term)",
			election_run(MaxCountedVoters::get()),
		),
		(
			"",
			"any block: a result takes office; 25 candidacies without backing end; 4 slashes applied and 4 forgotten",
			elections_at_rest(),
		),
		("commitments", "an interval ends and the next begins, 100 members", interval),
		(
			"service-nodes",
			"an epoch and an era begin; in idle time 10 slashes and 50 old records",
			service_nodes_at_work(),
		),
		("slo", "an epoch begins with 100 anchors; in idle time 50 steps of judging", slo_at_work()),
		("payouts", "nothing, with any number of channels", hooks::<crate::Payouts>()),
		("token-registry", "nothing, with any number of classes", hooks::<crate::TokenRegistry>()),
	];
	rows.map(|(pallet, what, weight)| Work { pallet, what, weight })
}

#[test]
fn the_document_says_what_blocks_cost_at_their_worst() {
	let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/weights.md");
	let document = std::fs::read_to_string(path).expect("docs/weights.md");
	let rows = work().map(|work| work.row());
	for row in &rows {
		assert!(
			document.contains(row),
			"put these rows into docs/weights.md:\n{}",
			rows.join("\n")
		);
	}
}

#[test]
fn the_bounds_are_those_that_were_promised() {
	let (candidates, voters): (u32, u32) = (MaxCandidates::get(), MaxCountedVoters::get());
	let anchors: u32 = MaxAuthorities::get();
	assert!(candidates >= CANDIDATES && voters >= VOTERS);
	assert!(anchors <= 100, "the table is of a hundred anchors");
}

#[test]
fn all_pallets_at_their_worst_in_one_block_leave_three_quarters_of_it() {
	let [_election, others @ ..] = work();
	let together = sum(others.map(|work| work.weight));
	assert!(together.all_lte(percent_of_block(25)), "{together:?} of {:?}", block());
}

#[test]
fn an_election_fits_into_a_block_by_time_and_not_by_the_proof_of_its_reads() {
	let [_election, others @ ..] = work();
	let others = sum(others.map(|work| work.weight));
	let with = |voters| election_run(voters).saturating_add(others);
	assert!(with(VOTERS).ref_time() <= percent_of_block(50).ref_time(), "{:?}", with(VOTERS));
	// Known, and said in docs/weights.md: if this changes, so must the document.
	assert!(with(VOTERS).proof_size() > block().proof_size());
	assert!(with(2_000).all_lte(block()), "{:?}", with(2_000));
}

#[test]
fn a_hundred_anchors_vote_in_one_block_beside_a_block_full_of_transactions() {
	let anchors = MaxAuthorities::get();
	let class = RuntimeBlockWeights::get();
	let class = class.get(DispatchClass::Operational);
	let reserved = class.reserved.expect("operational calls have a reserve");
	let base = class.base_extrinsic;
	let proposal =
		sum([base, Commitments::authorize_propose(anchors), Commitments::propose(anchors)]);
	let vote = sum([base, Commitments::authorize_vote(anchors), Commitments::vote(anchors)]);
	let last = Commitments::vote_that_confirms(anchors);
	let all = sum([proposal, vote.saturating_mul(anchors.into()), last]);
	assert!(all.all_lte(reserved), "{all:?} of {reserved:?}");
}

/// How many blocks so many pieces of work take, if so many are done in one.
fn blocks(pieces: u64, in_one: u64) -> u64 {
	pieces.div_ceil(in_one)
}

#[test]
fn ten_thousand_nodes_are_judged_before_the_next_epoch_is_over() {
	// Each is judged, has a breach executed and its failing stake cleared; each anchor's commitment is cleared; and the
	// three stages end.
	let anchors: u32 = MaxAuthorities::get();
	let steps = u64::from(3 * SERVICE_NODES + anchors + 3);
	let in_one: u32 = <Runtime as pallet_slo::Config>::MaxSteps::get();
	let needed = blocks(steps, in_one.into());
	assert!(needed <= u64::from(HOURS), "{needed} blocks in an epoch of {HOURS}");
	assert!(slo_at_work().all_lte(percent_of_block(25)), "idle time is not idle enough");
}

#[test]
fn a_hundred_thousand_channels_are_settled_well_within_an_hour() {
	let claims: u32 = <Runtime as pallet_payouts::Config>::MaxClaims::get();
	let class = RuntimeBlockWeights::get();
	let class = class.get(DispatchClass::Normal);
	let room = class.max_total.expect("transactions have a limit");
	let batch = largest_batch().saturating_add(class.base_extrinsic);
	let batches = room.checked_div_per_component(&batch).expect("a batch weighs something");
	let needed = blocks(CHANNELS.into(), batches * u64::from(claims));
	assert!(batches > 0 && needed <= u64::from(30 * MINUTES), "{needed} blocks");
}

/// As many claims as a call takes, each of another payee and with the longest hash chain.
fn largest_batch() -> Weight {
	let claims: u32 = <Runtime as pallet_payouts::Config>::MaxClaims::get();
	sum([
		Payouts::redeem(claims),
		Payouts::walk(claims * 1_024),
		Payouts::credit_further(claims - 1),
	])
}

#[test]
fn a_claim_in_a_batch_costs_at_most_two_transfers() {
	let batch = Payouts::redeem(100).ref_time();
	let transfer = Balances::transfer_allow_death().ref_time();
	assert!(batch <= 100 * 2 * transfer, "{batch} ps for 100 claims, {transfer} ps a transfer");
}

#[test]
fn a_step_of_a_hash_chain_costs_at_most_a_microsecond() {
	let step = Payouts::walk(1_024).ref_time() / 1_024;
	assert!(0 < step && step <= MICROSECOND, "{step} ps a step");
}

#[test]
fn the_largest_batch_fits_into_a_block() {
	let limit = RuntimeBlockWeights::get().get(DispatchClass::Normal).max_extrinsic;
	let largest = largest_batch();
	assert!(limit.is_none_or(|limit| largest.all_lte(limit)), "{largest:?}");
}
