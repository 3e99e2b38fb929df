//! Anchors before and after they are elected: candidates, voters, and those that leave.

use super::Step;
use crate::{
	input::Input,
	world::{Done, World},
};
use frame_support::BoundedVec;
use pallet_anchor_elections::{
	Ballots, Candidates, LeavingBonds, Profile, Rewards, Seated, Text, Withdrawals,
};
use smartlayer_runtime::{AnchorElections, Runtime};
use smartlayer_types::{AccountId, SLN};

type Call = pallet_anchor_elections::Call<Runtime>;

pub const STEPS: &[Step] = &[
	(6, register),
	(1, update_profile),
	(3, withdraw_candidacy),
	(3, resign),
	(4, release_bond),
	(12, vote),
	(3, request_withdrawal),
	(4, withdraw),
	(5, claim_reward),
];

/// One of several accounts, mostly; else any person.
fn among(input: &mut Input, accounts: impl Iterator<Item = AccountId>) -> Done<AccountId> {
	let mut all: Vec<_> = accounts.collect();
	all.sort();
	if all.is_empty() || input.in_256(24)? {
		return Ok(input.account()?);
	}
	Ok(input.one(&all)?)
}

fn profile(input: &mut Input) -> Done<Profile> {
	let text = |text: &str| Text::truncate_from(text.as_bytes().to_vec());
	let endpoint =
		input.one(&["https://anchor.example.org", "https://b.example.org", "ftp://c"])?;
	Ok(Profile { name: text("An anchor"), endpoint: text(endpoint), ..Profile::default() })
}

fn register(world: &mut World, input: &mut Input) -> Done {
	let (who, profile) = (input.account()?, profile(input)?);
	world.signed(input, &who, Call::register { profile })?;
	Ok(())
}

fn update_profile(world: &mut World, input: &mut Input) -> Done {
	let who = among(input, Candidates::<Runtime>::iter_keys())?;
	let profile = profile(input)?;
	world.signed(input, &who, Call::update_profile { profile })?;
	Ok(())
}

fn withdraw_candidacy(world: &mut World, input: &mut Input) -> Done {
	let free = Candidates::<Runtime>::iter_keys().filter(|it| !AnchorElections::serves(it));
	let who = among(input, free)?;
	world.signed(input, &who, Call::withdraw_candidacy {})?;
	Ok(())
}

pub fn resign(world: &mut World, input: &mut Input) -> Done {
	let who = among(input, Seated::<Runtime>::get().into_iter())?;
	world.signed(input, &who, Call::resign {})?;
	Ok(())
}

pub fn release_bond(world: &mut World, input: &mut Input) -> Done {
	let who = input.person()?;
	let account = among(input, LeavingBonds::<Runtime>::iter_keys())?;
	world.signed(input, &who, Call::release_bond { account })?;
	Ok(())
}

fn vote(world: &mut World, input: &mut Input) -> Done {
	let who = input.account()?;
	let mut candidates = Vec::new();
	for _ in 0..=input.below(4)? {
		candidates.push(among(input, Candidates::<Runtime>::iter_keys())?);
	}
	if !input.in_256(12)? {
		candidates.sort();
		candidates.dedup();
	}
	let some = input.amount()?;
	let stake = input.one(&[some, 10 * SLN, 2_000 * SLN, 100_000 * SLN, 300_000 * SLN])?;
	let candidates = BoundedVec::truncate_from(candidates);
	world.signed(input, &who, Call::vote { stake, candidates })?;
	Ok(())
}

fn request_withdrawal(world: &mut World, input: &mut Input) -> Done {
	let who = among(input, Ballots::<Runtime>::iter_keys())?;
	world.signed(input, &who, Call::request_withdrawal {})?;
	Ok(())
}

fn withdraw(world: &mut World, input: &mut Input) -> Done {
	let who = among(input, Withdrawals::<Runtime>::iter_keys())?;
	world.signed(input, &who, Call::withdraw {})?;
	Ok(())
}

fn claim_reward(world: &mut World, input: &mut Input) -> Done {
	let who = input.person()?;
	let account = among(input, Rewards::<Runtime>::iter_keys())?;
	world.signed(input, &who, Call::claim_reward { account })?;
	Ok(())
}
