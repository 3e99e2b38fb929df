//! What the measured weights promise.

use crate::{weights, Runtime, RuntimeBlockWeights};
use frame_support::weights::Weight;
use pallet_balances::WeightInfo as _;
use pallet_payouts::WeightInfo as _;

type Balances = weights::pallet_balances::WeightInfo<Runtime>;
type Payouts = weights::pallet_payouts::WeightInfo<Runtime>;

/// A microsecond, in picoseconds.
const MICROSECOND: u64 = 1_000_000;

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
	let limit = RuntimeBlockWeights::get()
		.per_class
		.get(frame_support::dispatch::DispatchClass::Normal)
		.max_extrinsic;
	let largest: Weight = Payouts::redeem(128)
		.saturating_add(Payouts::walk(128 * 1_024))
		.saturating_add(Payouts::credit_further(127));
	assert!(limit.is_none_or(|limit| largest.all_lte(limit)), "{largest:?}");
}
