//! What governance does: it removes and spares anchors, voids results, and changes parameters.

use super::Step;
use crate::{
	input::Input,
	world::{Done, World},
};
use pallet_anchor_elections::{Pending, Seated, SlashState, Slashes};
use smartlayer_runtime::{
	parameters::{
		dynamic_params::{classes, elections, intervals, nodes, payments, slo},
		RuntimeParameters,
	},
	Runtime,
};
use smartlayer_types::{BlockNumber, SLN};
use sp_runtime::{Perbill, Permill};

type Elections = pallet_anchor_elections::Call<Runtime>;

pub const STEPS: &[Step] =
	&[(3, void_result), (2, remove_anchor), (4, cancel_slash), (8, set_parameter)];

fn void_result(world: &mut World, input: &mut Input) -> Done {
	if Pending::<Runtime>::exists() || input.in_256(24)? {
		world.root(Elections::void_result {})?;
	}
	Ok(())
}

fn remove_anchor(world: &mut World, input: &mut Input) -> Done {
	let seated = Seated::<Runtime>::get().into_inner();
	let account = if input.in_256(24)? { input.account()? } else { input.one(&seated)? };
	world.root(Elections::remove_anchor { account })?;
	Ok(())
}

fn cancel_slash(world: &mut World, input: &mut Input) -> Done {
	let waits = |state| state == SlashState::Waiting || state == SlashState::Applied;
	let all: Vec<_> = Slashes::<Runtime>::iter().filter(|(_, slash)| waits(slash.state)).collect();
	let mut ids: Vec<_> = all.into_iter().map(|(id, _)| id).collect();
	ids.sort_by_key(codec::Encode::encode);
	let offence = input.one(&ids)?;
	world.root(Elections::cancel_slash { offence })?;
	Ok(())
}

/// Makes a change of a parameter out of its group and name.
macro_rules! change {
	($group:ident::$parameter:ident as $variant:ident = $value:expr) => {
		RuntimeParameters::$variant($group::Parameters::$parameter(
			$group::$parameter,
			Some($value),
		))
	};
}

fn period(input: &mut Input) -> Done<BlockNumber> {
	Ok(input.one(&[0, 1, 2, 10, 40, 100, BlockNumber::MAX])?)
}

fn share(input: &mut Input) -> Done<Permill> {
	Ok(Permill::from_percent(input.one(&[0, 1, 10, 50, 100])?))
}

fn part(input: &mut Input) -> Done<Perbill> {
	Ok(Perbill::from_percent(input.one(&[0, 1, 10, 50, 100])?))
}

fn set_parameter(world: &mut World, input: &mut Input) -> Done {
	let key_value = match input.below(6)? {
		0 => of_payments(input)?,
		1 => of_classes(input)?,
		2 => of_nodes(input)?,
		3 => of_elections(input)?,
		4 => of_intervals(input)?,
		_ => of_probing(input)?,
	};
	let call = pallet_parameters::Call::<Runtime>::set_parameter { key_value };
	if input.in_256(24)? {
		let who = input.person()?;
		world.signed(input, &who, call)?;
	} else {
		world.root(call)?;
	}
	Ok(())
}

fn of_payments(input: &mut Input) -> Done<RuntimeParameters> {
	Ok(match input.below(5)? {
		0 => change!(payments::BurnedShare as Payments = share(input)?),
		1 => change!(payments::AnchorsShare as Payments = share(input)?),
		2 => change!(payments::ChallengePeriod as Payments = period(input)?),
		3 => change!(payments::MaxChainLength as Payments = input.one(&[0, 16, 1_024, u32::MAX])?),
		_ => change!(payments::LeastDeposit as Payments = input.one(&[0, SLN, 10 * SLN])?),
	})
}

fn of_classes(input: &mut Input) -> Done<RuntimeParameters> {
	Ok(match input.below(6)? {
		0 => change!(classes::RentRate as Classes = input.one(&[0, SLN / 1_000_000, SLN / 100])?),
		1 => change!(classes::MinRentPeriod as Classes = period(input)?),
		2 => change!(classes::GracePeriod as Classes = period(input)?),
		3 => change!(classes::RemovalDelay as Classes = period(input)?),
		4 => change!(classes::VerificationFee as Classes = input.one(&[0, SLN, 10 * SLN])?),
		_ => change!(classes::VerificationPeriod as Classes = period(input)?),
	})
}

fn of_nodes(input: &mut Input) -> Done<RuntimeParameters> {
	Ok(match input.below(9)? {
		0 => change!(nodes::RegistrationFee as Nodes = input.one(&[0, SLN, 10 * SLN])?),
		1 => change!(nodes::RetryFee as Nodes = input.one(&[0, SLN, 5 * SLN])?),
		2 => change!(nodes::BondBase as Nodes = SLN * input.one(&[0, 100, 10_000, 20_000])?),
		3 => change!(nodes::JailPeriod as Nodes = period(input)?),
		4 => change!(nodes::UnbondingPeriod as Nodes = period(input)?),
		5 => change!(nodes::SlashDelay as Nodes = period(input)?),
		6 => change!(nodes::MaxSlash as Nodes = part(input)?),
		7 => change!(nodes::InflationShare as Nodes = part(input)?),
		_ => change!(nodes::ClaimWindow as Nodes = input.one(&[0, 1, 84])?),
	})
}

fn of_elections(input: &mut Input) -> Done<RuntimeParameters> {
	Ok(match input.below(9)? {
		0 => change!(elections::Seats as Elections = input.one(&[0, 3, 4, 6, 100])?),
		1 => change!(elections::MinAnchors as Elections = input.one(&[0, 1, 3, 4])?),
		2 => change!(elections::CandidacyBond as Elections = SLN * input.one(&[0, 1, 10_000])?),
		3 => change!(elections::SeatShare as Elections = part(input)?),
		4 => change!(elections::MinVote as Elections = SLN * input.one(&[0, 1, 10])?),
		5 => change!(elections::SlashDelay as Elections = period(input)?),
		6 => change!(elections::DutyShare as Elections = part(input)?),
		7 => change!(elections::MissLimit as Elections = input.one(&[0, 2, 8])?),
		_ => change!(elections::UnlockPeriod as Elections = period(input)?),
	})
}

fn of_intervals(input: &mut Input) -> Done<RuntimeParameters> {
	Ok(match input.below(3)? {
		0 => change!(intervals::Length as Intervals = period(input)?.min(40)),
		1 => change!(intervals::TurnLength as Intervals = period(input)?.min(10)),
		_ => change!(intervals::Retention as Intervals = input.one(&[0, 2, 8, 4_320])?),
	})
}

fn of_probing(input: &mut Input) -> Done<RuntimeParameters> {
	Ok(match input.below(2)? {
		0 => change!(slo::Probers as Slo = input.one(&[0, 3, 5, u32::MAX])?),
		_ => change!(slo::LadderWindow as Slo = input.one(&[1, 1, 168, u64::MAX])?),
	})
}

/// Anchors may be fewer, so that one that resigns needs nobody in its place.
pub fn shrink(world: &mut World) -> Done {
	let key_value = change!(elections::MinAnchors as Elections = 1);
	world.root(pallet_parameters::Call::<Runtime>::set_parameter { key_value })?;
	Ok(())
}

/// Slashes of service nodes wait no longer, or as long as on a new chain.
pub fn set_slash_delay(world: &mut World, blocks: BlockNumber) -> Done {
	let key_value = change!(nodes::SlashDelay as Nodes = blocks);
	world.root(pallet_parameters::Call::<Runtime>::set_parameter { key_value })?;
	Ok(())
}

/// Retired classes can be removed after so many blocks.
pub fn set_removal_delay(world: &mut World, blocks: BlockNumber) -> Done {
	let key_value = change!(classes::RemovalDelay as Classes = blocks);
	world.root(pallet_parameters::Call::<Runtime>::set_parameter { key_value })?;
	Ok(())
}
