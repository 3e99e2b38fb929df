//! Parameters as they are read: inside the bounds of the protocol, whatever governance set.
//!
//! That a share is at most one, so that inflation at most doubles rent, its type holds: [`Perbill`] neither makes nor
//! decodes more.

use crate::{Config, Pallet};
use frame_support::traits::Get;
use smartlayer_types::{
	nodes::{EpochIndex, EraIndex, Terms},
	nodes_api::NodeParameters,
	Balance,
};
use sp_runtime::Perbill;

/// The longest era in epochs: the terms in force at its start must be known while it lasts.
pub const MAX_EPOCHS_PER_ERA: EpochIndex = crate::VERDICT_WINDOW;

/// The longest time for claims, in eras: eras in jail must be remembered as long, see [`crate::Recent`].
pub const MAX_CLAIM_WINDOW: EraIndex = 100;

/// The shortest probation: the salt is known in the second epoch after registration.
pub const MIN_PROBATION_EPOCHS: EpochIndex = 2;

/// The largest reward for paid calls: half of what was burned.
const MAX_PAID_CALL_SHARE: Perbill = Perbill::from_percent(50);

impl<T: Config> Pallet<T> {
	/// Epochs in an era.
	pub fn epochs_per_era() -> EpochIndex {
		T::EpochsPerEra::get().clamp(1, MAX_EPOCHS_PER_ERA)
	}

	/// How many eras a reward can be claimed after its own.
	pub fn claim_window() -> EraIndex {
		T::ClaimWindow::get().clamp(1, MAX_CLAIM_WINDOW)
	}

	/// The shortest probation.
	pub fn probation_epochs() -> EpochIndex {
		T::ProbationEpochs::get().max(MIN_PROBATION_EPOCHS)
	}

	/// Reward for paid calls, as a share of what was burned.
	pub fn paid_call_share() -> Perbill {
		T::PaidCallShare::get().min(MAX_PAID_CALL_SHARE)
	}

	/// Share of the bond that a slash of this rung burns.
	pub fn slash_share(rung: u8) -> Perbill {
		let parts = T::SlashStep::get().deconstruct().saturating_mul(rung.into());
		Perbill::from_parts(parts).min(T::MaxSlash::get())
	}

	/// What is bonded for these terms: a fixed part and a linear part in capacity and throughput.
	pub fn required_bond(terms: &Terms) -> Balance {
		let for_capacity = T::BondPerCapacity::get().saturating_mul(terms.capacity.into());
		let for_throughput =
			T::BondPerThroughput::get().saturating_mul(terms.sla.throughput.into());
		T::BondBase::get().saturating_add(for_capacity).saturating_add(for_throughput)
	}

	/// The parameters in force.
	pub fn node_parameters() -> NodeParameters {
		NodeParameters {
			registration_fee: T::RegistrationFee::get(),
			retry_fee: T::RetryFee::get(),
			bond_base: T::BondBase::get(),
			bond_per_capacity: T::BondPerCapacity::get(),
			bond_per_throughput: T::BondPerThroughput::get(),
			probation_epochs: Self::probation_epochs(),
			jail_period: T::JailPeriod::get(),
			unbonding_period: T::UnbondingPeriod::get(),
			slash_delay: T::SlashDelay::get(),
			slash_step: T::SlashStep::get(),
			max_slash: T::MaxSlash::get(),
			epochs_per_era: Self::epochs_per_era(),
			claim_window: Self::claim_window(),
			inflation_share: T::InflationShare::get(),
			paid_call_share: Self::paid_call_share(),
			development_endpoints: T::DevelopmentEndpoints::get(),
		}
	}
}
