//! Ten thousand nodes fit: what the pallet's documentation says of bytes and blocks.

use super::mock::*;
use crate::*;
use codec::{Encode, MaxEncodedLen};
use frame_support::{
	traits::Get,
	weights::{constants::WEIGHT_REF_TIME_PER_SECOND, Weight},
};
use smartlayer_types::slo::{
	draw::OVERSAMPLING,
	page::{MAX_PAGES, PAGE_REPORTS},
	report::{OpenedReport, Report},
};

const NODES: u64 = 10_000;
const BLOCKS: u64 = 1_200;

#[test]
fn sizes_are_those_that_are_documented() {
	assert_eq!(Report::max_encoded_len(), 56);
	assert_eq!(OpenedReport::max_encoded_len(), 36);
	assert!(LatestVerdict::max_encoded_len() <= 60);
	assert_eq!(PAGE_REPORTS * MAX_PAGES, 131_072);
	run(|| {
		// Prefix, epoch with its hash, account with its hash.
		let key = Reports::<Test>::hashed_key_for(1, node(1));
		assert_eq!(key.len(), 32 + 16 + 48);
		assert!(Reports::<Test>::get(1, node(1)).encode().len() <= 5);
	});
}

#[test]
fn an_epoch_of_ten_thousand_nodes_takes_a_small_part_of_its_blocks() {
	for probers in [3u32, 7] {
		let reports = NODES * u64::from(OVERSAMPLING * probers);
		let pages = reports / u64::from(PAGE_REPORTS) + 100;
		let page = <() as WeightInfo>::open_reports(PAGE_REPORTS)
			.saturating_add(<() as WeightInfo>::authorize_open_reports(PAGE_REPORTS));
		let judged = Slo::weight_of_judging(OVERSAMPLING * probers);
		let executed = <() as WeightInfo>::execute(OVERSAMPLING * probers);
		let total = page
			.saturating_mul(pages)
			.saturating_add(judged.saturating_mul(NODES))
			.saturating_add(executed.saturating_mul(NODES));
		let epoch = Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND, 0).saturating_mul(2 * BLOCKS);
		let percent = total.ref_time() * 100 / epoch.ref_time();
		assert!(percent <= 4, "{percent} % of an hour's blocks for K = {probers}");
		assert!(pages < BLOCKS, "a page a block is enough");
	}
}

#[test]
fn a_block_never_does_more_steps_than_it_may() {
	let steps: u32 = <Test as Config>::MaxSteps::get();
	let steps = u64::from(steps);
	assert!(2 * NODES / steps < BLOCKS / 2, "all judged and executed in half an epoch");
	let worst = Pallet::<Test>::weight_of_steps(u32::MAX);
	assert_eq!(worst, Pallet::<Test>::weight_of_steps(50));
	assert!(worst.ref_time() < WEIGHT_REF_TIME_PER_SECOND / 4, "{worst:?}");
}
