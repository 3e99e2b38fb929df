//! What can happen in a block: calls of every pallet that have a chance to succeed, and those that have none.

mod accounts;
mod channels;
mod elections;
mod governance;
mod intervals;
mod nodes;
mod offences;
mod registry;
mod slo;

use crate::{
	input::Input,
	keys,
	world::{Done, Stop, World},
};
use smartlayer_runtime::{Address, AnchorElections};
use smartlayer_types::{AccountId, AnchorMember, AnchorSets, Authorisation, SetId};
use sp_core::H256;

/// A step and how often it is taken in relation to the others.
type Step = (u32, fn(&mut World, &mut Input) -> Done);

/// All steps, by subject.
const SUBJECTS: [&[Step]; 9] = [
	accounts::STEPS,
	registry::STEPS,
	nodes::STEPS,
	channels::STEPS,
	elections::STEPS,
	intervals::STEPS,
	slo::STEPS,
	governance::STEPS,
	offences::STEPS,
];

/// Takes one step, or none where there is nothing to do it with.
pub fn take(world: &mut World, input: &mut Input) -> Done {
	let all = || SUBJECTS.iter().flat_map(|steps| steps.iter());
	let sum: u32 = all().map(|(weight, _)| weight).sum();
	let mut place = u32::try_from(input.below(sum as usize)?).unwrap_or_default();
	for (weight, step) in all() {
		if place < *weight {
			return unless_nothing(step(world, input));
		}
		place -= weight;
	}
	Ok(())
}

/// Gives a chain what other steps need: funded wallets, service nodes on duty, and a class.
pub fn prepare(world: &mut World, input: &mut Input) -> Done {
	unless_nothing(accounts::fund_wallets(world))?;
	unless_nothing(nodes::register_some(world, input))?;
	unless_nothing(registry::register_one(world))
}

/// Lets the nodes that [`prepare`] registered serve, once their probation was long enough.
pub fn activate(world: &mut World) -> Done {
	unless_nothing(nodes::pass_all(world))
}

/// The anchors measure, show and open, and have nodes judged: each in the first block of an epoch, in this order.
pub const PROBING: [fn(&mut World, &mut Input) -> Done; 3] =
	[slo::commit_all, slo::reveal_all, slo::execute];

/// A node leaves and a class is retired; some epochs later they are taken off their lists, and the node is forgotten.
pub const LEAVING: [fn(&mut World, &mut Input) -> Done; 4] =
	[leave, nodes::withdraw_all, slo::forget_conduct, registry::remove];

/// An anchor resigns; while time passes the others do their duty; at last its bond is released.
pub const RESIGNING: [fn(&mut World, &mut Input) -> Done; 3] =
	[resign, do_duty, elections::release_bond];

fn leave(world: &mut World, input: &mut Input) -> Done {
	unless_nothing(nodes::leave_one(world, input))?;
	registry::retire_oldest(world)
}

fn resign(world: &mut World, input: &mut Input) -> Done {
	governance::shrink(world)?;
	elections::resign(world, input)
}

fn do_duty(world: &mut World, input: &mut Input) -> Done {
	unless_nothing(intervals::confirm(world, input))?;
	intervals::sign_together(world, input)
}

/// Does something, or nothing where there is nothing to do it with.
pub fn unless_nothing(done: Done) -> Done {
	match done {
		Err(Stop::Nothing) => Ok(()),
		other => other,
	}
}

/// How an account is addressed.
fn to(account: AccountId) -> Address {
	account.into()
}

/// The members of an anchor set.
fn members(set: SetId) -> Vec<AnchorMember> {
	AnchorElections::members(set).unwrap_or_default()
}

/// A digest signed by a wallet or a person, as each does it.
fn authorisation(signer: &AccountId, digest: &H256) -> Done<Authorisation> {
	if let Some(wallet) = keys::wallet_of(signer) {
		return Ok(Authorisation::Evm(keys::sign(wallet, digest)));
	}
	let person = keys::person_of(signer).ok_or(Stop::Nothing)?;
	Ok(Authorisation::Sr25519(person.sign(digest.as_bytes())))
}
