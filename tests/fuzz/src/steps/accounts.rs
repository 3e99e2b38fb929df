//! What every account does: sends, burns, batches, and replaces its session keys.

use super::{to, Step};
use crate::{
	input::Input,
	keys,
	world::{Done, World},
};
use smartlayer_runtime::{AnchorElections, Runtime, RuntimeCall};

type Balances = pallet_balances::Call<Runtime>;

pub const STEPS: &[Step] =
	&[(7, transfer), (1, burn), (2, batch), (4, set_keys), (2, purge_keys), (2, fund_wallet)];

fn sending(input: &mut Input) -> Done<Balances> {
	let (dest, value) = (to(input.anybody()?), input.amount()?);
	Ok(match input.below(8)? {
		0 => Balances::transfer_all { dest, keep_alive: input.any()? },
		1..=3 => Balances::transfer_allow_death { dest, value },
		_ => Balances::transfer_keep_alive { dest, value },
	})
}

fn transfer(world: &mut World, input: &mut Input) -> Done {
	let who = input.person()?;
	let mut call = sending(input)?;
	// An account that gives everything away is rare, or nobody would be left to do anything.
	if matches!(call, Balances::transfer_all { .. }) && !input.in_256(96)? {
		call = Balances::transfer_keep_alive { dest: to(input.account()?), value: input.amount()? };
	}
	world.signed(input, &who, call)?;
	Ok(())
}

fn fund_wallet(world: &mut World, input: &mut Input) -> Done {
	let (who, wallet) = (input.person()?, keys::wallet(input.below(4)?));
	let value = 30_000 * smartlayer_types::SLN;
	world.signed(input, &who, Balances::transfer_keep_alive { dest: to(wallet), value })?;
	Ok(())
}

fn burn(world: &mut World, input: &mut Input) -> Done {
	let who = input.account()?;
	let call = Balances::burn { value: input.amount()?, keep_alive: input.any()? };
	world.signed(input, &who, call)?;
	Ok(())
}

fn batch(world: &mut World, input: &mut Input) -> Done {
	let who = input.person()?;
	let mut calls: Vec<RuntimeCall> = Vec::new();
	for _ in 0..=input.below(3)? {
		let value = input.amount()?.min(1_000 * smartlayer_types::SLN);
		calls.push(Balances::transfer_keep_alive { dest: to(input.account()?), value }.into());
	}
	if input.in_256(64)? {
		calls.push(pallet_service_nodes::Call::<Runtime>::leave {}.into());
	}
	let call = match input.below(3)? {
		0 => pallet_utility::Call::<Runtime>::batch { calls },
		1 => pallet_utility::Call::<Runtime>::batch_all { calls },
		_ => pallet_utility::Call::<Runtime>::force_batch { calls },
	};
	world.signed(input, &who, call)?;
	Ok(())
}

fn set_keys(world: &mut World, input: &mut Input) -> Done {
	let (person, generation) = (input.below(keys::PEOPLE.len())?, input.below(3)?);
	let who = keys::PEOPLE[person].to_account_id();
	// Now and then the keys are somebody else's, or the proof is.
	let whose = if input.in_256(24)? { input.below(keys::PEOPLE.len())? } else { person };
	let prover = if input.in_256(12)? { input.person()? } else { who.clone() };
	let serving = keys::serving(whose, generation);
	let (keys, proof) = (serving.public(), serving.proof(&prover));
	world.signed(input, &who, pallet_session::Call::<Runtime>::set_keys { keys, proof })?;
	Ok(())
}

fn purge_keys(world: &mut World, input: &mut Input) -> Done {
	let keyed = pallet_session::NextKeys::<Runtime>::iter_keys();
	let mut idle: Vec<_> = keyed.filter(|who| !AnchorElections::serves(who)).collect();
	idle.sort();
	let who = if input.in_256(64)? { input.person()? } else { input.one(&idle)? };
	world.signed(input, &who, pallet_anchor_elections::Call::<Runtime>::purge_keys {})?;
	Ok(())
}

/// Every wallet has enough for a node's bond.
pub fn fund_wallets(world: &mut World) -> Done {
	let who = keys::PEOPLE[9].to_account_id();
	for wallet in 0..keys::WALLETS.len() {
		let (dest, value) = (to(keys::wallet(wallet)), 30_000 * smartlayer_types::SLN);
		world.by(&who, Balances::transfer_keep_alive { dest, value })?;
	}
	Ok(())
}
