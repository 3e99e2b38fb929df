//! Parameters outside their bounds.

use super::mock::*;
use crate::*;
use codec::{Decode, Encode};
use sp_runtime::Perbill;

#[test]
fn inflation_at_most_doubles_rent() {
	// The type holds the bound: a share above one can neither be made nor decoded.
	assert_eq!(Perbill::from_parts(u32::MAX), Perbill::one());
	assert!(Perbill::decode(&mut &1_000_000_001u32.encode()[..]).is_err());
	run(|| {
		InflationShare::set(Perbill::from_parts(u32::MAX));
		assert_eq!(ServiceNodes::node_parameters().inflation_share, Perbill::one());
	});
}

#[test]
fn a_reward_for_paid_calls_is_at_most_half_of_what_was_burned() {
	run(|| {
		for share in [Perbill::from_percent(51), Perbill::one()] {
			PaidCallShare::set(share);
			assert_eq!(ServiceNodes::paid_call_reward(101), 50);
			assert_eq!(ServiceNodes::paid_call_reward(1), 0);
			assert_eq!(ServiceNodes::paid_call_reward(u128::MAX), u128::MAX / 2);
		}
	});
}

#[test]
fn one_slash_burns_at_most_all() {
	run(|| {
		MaxSlash::set(Perbill::one());
		SlashStep::set(Perbill::one());
		assert_eq!(ServiceNodes::slash_share(255), Perbill::one());
	});
}

#[test]
fn eras_and_windows_have_bounds() {
	run(|| {
		EpochsPerEra::set(0);
		ClaimWindow::set(0);
		ProbationEpochs::set(0);
		assert_eq!((ServiceNodes::epochs_per_era(), ServiceNodes::claim_window()), (1, 1));
		assert_eq!(ServiceNodes::probation_epochs(), MIN_PROBATION_EPOCHS);
		EpochsPerEra::set(u64::MAX);
		ClaimWindow::set(u32::MAX);
		assert_eq!(ServiceNodes::epochs_per_era(), MAX_EPOCHS_PER_ERA);
		assert_eq!(ServiceNodes::claim_window(), MAX_CLAIM_WINDOW);
	});
}
