//! Probing: what anchors commit to, show and open, and what anybody can do to have nodes judged.

use super::{intervals::sign_as, members, nodes, Step};
use crate::{
	input::Input,
	keys,
	world::{genesis, Done, Stop, World},
};
use frame_support::BoundedVec;
use pallet_slo::{Breaches, Epochs, Prober, Probers, Reports, Verdicts};
use smartlayer_runtime::{Runtime, ServiceNodes, Slo};
use smartlayer_types::{
	slo::{
		draw::{is_drawn, lot, shown_digest, verify, vrf_input, DrawProof},
		epoch::{EpochRecord, Stage},
		page::{commitment_digest, path, root, Page},
		report::{Measures, Report},
	},
	AccountId, AnchorMember,
};
use sp_core::{crypto::VrfSecret, H256};

type Call = pallet_slo::Call<Runtime>;

pub const STEPS: &[Step] = &[
	(12, commit_all),
	(2, commit),
	(12, reveal_all),
	(2, show),
	(2, open),
	(5, judge),
	(6, execute),
	(4, advance),
	(5, forget_conduct),
];

/// A node that does what it promised.
const GOOD: Measures = Measures {
	probes: 20,
	answered: 10_000,
	correct: 10_000,
	latency_p50: 40,
	latency_p95: 90,
	latency_p99: 200,
	throughput: 50,
};

/// One that is too slow.
const SLOW: Measures = Measures { latency_p99: 900, ..GOOD };

/// One that does not answer.
const DEAD: Measures = Measures::unanswered(20);

/// The latest epoch at a stage, with those who probe in it.
fn epoch_at(stage: Stage) -> Done<(EpochRecord, Vec<Prober>)> {
	let record = Epochs::<Runtime>::iter_values().find(|record| record.stage == stage);
	let record = record.ok_or(Stop::Nothing)?;
	Ok((record, Probers::<Runtime>::get(record.epoch).into_inner()))
}

/// What a prober shows of its VRF, and its output.
fn draw(record: &EpochRecord, prober: &Prober) -> Option<(DrawProof, [u8; 32])> {
	let key = prober.vrf_key?;
	let pair = keys::babe(&key.0)?;
	let input = vrf_input(genesis(), record.epoch, &record.randomness);
	let shown = DrawProof::from(&pair.vrf_sign(&input.clone().into_sign_data()));
	Some((shown, verify(&key, &input, &shown)?))
}

/// The prober among the members of its set.
fn member(record: &EpochRecord, prober: &Prober) -> Option<AnchorMember> {
	members(record.set).into_iter().find(|member| member.account == prober.account)
}

/// A page of reports of all nodes that a prober drew, or also of others.
fn page(
	record: &EpochRecord,
	prober: &Prober,
	measured: impl Fn(usize) -> Measures,
	everything: bool,
) -> Option<Page> {
	let (_, output) = draw(record, prober)?;
	let mut all: Vec<_> = pallet_service_nodes::Nodes::<Runtime>::iter_keys().collect();
	all.sort();
	let drawn = |node: &AccountId| {
		everything || is_drawn(lot(&output, node), record.probers, record.anchors)
	};
	let nodes = all.into_iter().enumerate().filter(|(_, node)| drawn(node));
	let reports = nodes.map(|(index, node)| Report { node, measures: measured(index) });
	Some(Page { salt: H256::repeat_byte(7), reports: BoundedVec::truncate_from(reports.collect()) })
}

fn commit_as(
	world: &mut World,
	record: &EpochRecord,
	index: u32,
	prober: &Prober,
	page: Page,
) -> Done<bool> {
	let epoch = record.epoch;
	let leaf = page.leaf(genesis(), epoch, &prober.account, 0);
	let root = root(&[leaf]).ok_or(Stop::Nothing)?;
	let digest = commitment_digest(genesis(), epoch, &prober.account, root, 1);
	let signature = sign_as(member(record, prober).as_ref(), &digest);
	world.pages.entry((epoch, index)).or_insert(page);
	world.authorised(Call::commit_reports { epoch, prober: index, root, pages: 1, signature })
}

/// Everybody measured the same.
pub fn commit_all(world: &mut World, input: &mut Input) -> Done {
	let (record, probers) = epoch_at(Stage::Probing)?;
	let some = [GOOD, SLOW, DEAD];
	let of_each = [input.one(&some)?, input.one(&some)?, input.one(&some)?, GOOD];
	for (index, prober) in (0u32..).zip(&probers) {
		let measured = |node: usize| of_each[node % of_each.len()];
		if let Some(page) = page(&record, prober, measured, false) {
			commit_as(world, &record, index, prober, page)?;
		}
	}
	Ok(())
}

fn commit(world: &mut World, input: &mut Input) -> Done {
	let (record, probers) = epoch_at(Stage::Probing)?;
	let index = input.below(probers.len().max(1))?;
	let prober = probers.get(index).ok_or(Stop::Nothing)?;
	let measures = input.one(&[GOOD, SLOW, DEAD, Measures { probes: 0, ..GOOD }])?;
	let page = page(&record, prober, |_| measures, input.any()?).ok_or(Stop::Nothing)?;
	commit_as(world, &record, u32::try_from(index).unwrap_or_default(), prober, page)?;
	Ok(())
}

fn show_as(world: &mut World, record: &EpochRecord, index: u32, prober: &Prober) -> Done<bool> {
	let epoch = record.epoch;
	let (shown, _) = draw(record, prober).ok_or(Stop::Nothing)?;
	let digest = shown_digest(genesis(), epoch, &prober.account, &shown);
	let signature = sign_as(member(record, prober).as_ref(), &digest);
	world.authorised(Call::show_draw { epoch, prober: index, shown, signature })
}

fn open_as(world: &mut World, record: &EpochRecord, index: u32, prober: &Prober) -> Done<bool> {
	let epoch = record.epoch;
	let page = world.pages.get(&(epoch, index)).cloned().ok_or(Stop::Nothing)?;
	let leaf = page.leaf(genesis(), epoch, &prober.account, 0);
	let path = path(&[leaf], 0).ok_or(Stop::Nothing)?;
	world.authorised(Call::open_reports { epoch, prober: index, index: 0, path, page })
}

pub fn reveal_all(world: &mut World, _: &mut Input) -> Done {
	let (record, probers) = epoch_at(Stage::Revealing)?;
	for (index, prober) in (0u32..).zip(&probers) {
		if world.pages.contains_key(&(record.epoch, index)) {
			show_as(world, &record, index, prober)?;
			open_as(world, &record, index, prober)?;
		}
	}
	Ok(())
}

fn one_prober(input: &mut Input) -> Done<(EpochRecord, u32, Prober)> {
	let stage = input.one(&[Stage::Revealing, Stage::Revealing, Stage::Probing])?;
	let (record, probers) = epoch_at(stage)?;
	let index = input.below(probers.len().max(1))?;
	let prober = probers.get(index).cloned().ok_or(Stop::Nothing)?;
	Ok((record, u32::try_from(index).unwrap_or_default(), prober))
}

fn show(world: &mut World, input: &mut Input) -> Done {
	let (record, index, prober) = one_prober(input)?;
	show_as(world, &record, index, &prober)?;
	Ok(())
}

fn open(world: &mut World, input: &mut Input) -> Done {
	let (record, index, prober) = one_prober(input)?;
	open_as(world, &record, index, &prober)?;
	Ok(())
}

/// The epoch whose nodes are judged now: the oldest that is not done, if its reports had their time.
fn at_work() -> Option<EpochRecord> {
	let oldest = Slo::slo_epochs().into_iter().find(|record| record.stage != Stage::Done)?;
	(oldest.stage >= Stage::Judging).then_some(oldest)
}

/// Somebody has nodes judged before idle time does it: all of them, or one.
fn judge(world: &mut World, input: &mut Input) -> Done {
	let who = input.person()?;
	let epoch = at_work().map(|record| record.epoch);
	let mut all: Vec<_> = Reports::<Runtime>::iter_keys().collect();
	all.retain(|(of, _)| Some(*of) == epoch);
	all.sort();
	if input.in_256(24)? {
		all = vec![(ServiceNodes::current_epoch(), nodes::node(input)?)];
	}
	for (epoch, node) in all {
		world.signed(input, &who, Call::judge { epoch, node })?;
	}
	Ok(())
}

/// Somebody does all that idle time would do: has nodes judged, then their breaches executed, then clears.
pub fn execute(world: &mut World, input: &mut Input) -> Done {
	let who = input.person()?;
	for _ in 0..8 {
		let Some(EpochRecord { epoch, stage, .. }) = at_work() else { break };
		if stage == Stage::Judging {
			judge(world, input)?;
		}
		let mut breaches: Vec<_> = Breaches::<Runtime>::iter_key_prefix(epoch).collect();
		breaches.sort();
		for node in breaches.into_iter().filter(|_| stage == Stage::Executing) {
			world.signed(input, &who, Call::execute { epoch, node })?;
		}
		world.signed(input, &who, Call::advance { steps: 1 })?;
	}
	Ok(())
}

fn advance(world: &mut World, input: &mut Input) -> Done {
	let (who, steps) = (input.person()?, input.one(&[1, 5, 0, u32::MAX])?);
	world.signed(input, &who, Call::advance { steps })?;
	Ok(())
}

/// Nodes that are gone are forgotten, and one that is not gone is tried.
pub fn forget_conduct(world: &mut World, input: &mut Input) -> Done {
	let who = input.person()?;
	let mut all: Vec<_> = Verdicts::<Runtime>::iter_keys().collect();
	let gone = |node: &AccountId| !pallet_service_nodes::Nodes::<Runtime>::contains_key(node);
	all.sort_by_key(|node| (!gone(node), node.clone()));
	let node = all.first().cloned().ok_or(Stop::Nothing)?;
	world.signed(input, &who, Call::forget_conduct { node })?;
	Ok(())
}
