//! Service nodes: their operators, and the verdicts on them.

use super::{governance::set_slash_delay, registry::sla, Step};
use crate::{
	input::Input,
	keys,
	world::{genesis, Done, World},
};
use pallet_service_nodes::{NodeVerdicts, Nodes, PointsOf, Slashes};
use smartlayer_runtime::{Runtime, ServiceNodes};
use smartlayer_types::{
	endpoint::Endpoint,
	nodes::{registration_digest, EpochIndex, EraIndex, NodeState, PeerKey, Terms},
	AccountId, Sla,
};
use sp_core::{ed25519, Pair};

type Call = pallet_service_nodes::Call<Runtime>;

pub const STEPS: &[Step] = &[
	(8, register),
	(2, update_endpoint),
	(3, update_terms),
	(1, set_operator),
	(2, bond_extra),
	(2, leave),
	(4, withdraw),
	(4, try_again),
	(3, draw_salt),
	(4, apply_slash),
	(3, cancel_slash),
	(5, claim),
	(3, claim_many),
	(8, pass),
	(2, warn),
	(3, jail),
	(2, release),
	(4, slash),
	(1, slash_at_once),
];

/// A node that there is, mostly.
pub fn node(input: &mut Input) -> Done<AccountId> {
	let mut all: Vec<_> = Nodes::<Runtime>::iter_keys().collect();
	all.sort();
	if all.is_empty() || input.in_256(8)? {
		return Ok(input.account()?);
	}
	Ok(input.one(&all)?)
}

/// A node in a state, or any.
fn node_that(input: &mut Input, is: fn(&NodeState) -> bool) -> Done<AccountId> {
	let such = Nodes::<Runtime>::iter().filter(|(_, node)| is(&node.state));
	let mut such: Vec<_> = such.map(|(account, _)| account).collect();
	such.sort();
	if such.is_empty() || input.in_256(24)? {
		return node(input);
	}
	Ok(input.one(&such)?)
}

/// A node that may be paid, mostly.
pub fn active(input: &mut Input) -> Done<AccountId> {
	node_that(input, NodeState::is_active)
}

fn terms(input: &mut Input) -> Done<Terms> {
	Ok(Terms { sla: sla(input)?, capacity: input.one(&[1, 10, 10, 100, 0, u32::MAX])? })
}

/// An endpoint, its peer key and the key's proof; now and then the proof is wrong.
fn identity(input: &mut Input, who: &AccountId) -> Done<(Endpoint, PeerKey, ed25519::Signature)> {
	let (number, peer) = (input.below(14)?, &keys::PEERS[input.below(keys::PEERS.len())?]);
	let wrong = input.in_256(12)?;
	let other = input.account()?;
	let owner = if wrong { &other } else { who };
	Ok(proven(owner, number, peer))
}

fn proven(
	owner: &AccountId,
	number: usize,
	peer: &ed25519::Pair,
) -> (Endpoint, PeerKey, ed25519::Signature) {
	let endpoint = Endpoint::truncate_from(format!("https://n{number}.example.org").into_bytes());
	let key = peer.public();
	let digest = registration_digest(genesis(), owner, &endpoint, &key);
	(endpoint, key, peer.sign(digest.as_bytes()))
}

fn register(world: &mut World, input: &mut Input) -> Done {
	let who = input.account()?;
	let (endpoint, peer_key, proof) = identity(input, &who)?;
	let terms = terms(input)?;
	world.signed(input, &who, Call::register { endpoint, peer_key, proof, terms })?;
	Ok(())
}

/// Registers nodes of several people, with terms that can be kept.
pub fn register_some(world: &mut World, input: &mut Input) -> Done {
	let offered = Sla {
		availability: 9_900,
		latency_p50: 50,
		latency_p95: 100,
		latency_p99: 300,
		throughput: 40,
	};
	for person in 4..5 + input.below(5)? {
		let who = keys::PEOPLE[person].to_account_id();
		let (endpoint, peer_key, proof) = proven(&who, person, &keys::PEERS[person]);
		let terms = Terms { sla: offered, capacity: 10 };
		world.by(&who, Call::register { endpoint, peer_key, proof, terms })?;
	}
	Ok(())
}

fn update_endpoint(world: &mut World, input: &mut Input) -> Done {
	let who = node(input)?;
	let (endpoint, peer_key, proof) = identity(input, &who)?;
	world.signed(input, &who, Call::update_endpoint { endpoint, peer_key, proof })?;
	Ok(())
}

fn update_terms(world: &mut World, input: &mut Input) -> Done {
	let (who, terms) = (node(input)?, terms(input)?);
	world.signed(input, &who, Call::update_terms { terms })?;
	Ok(())
}

fn set_operator(world: &mut World, input: &mut Input) -> Done {
	let (who, operator) = (node(input)?, input.anybody()?);
	world.signed(input, &who, Call::set_operator { operator })?;
	Ok(())
}

fn bond_extra(world: &mut World, input: &mut Input) -> Done {
	let (who, amount) = (node(input)?, input.amount()?);
	world.signed(input, &who, Call::bond_extra { amount })?;
	Ok(())
}

fn leave(world: &mut World, input: &mut Input) -> Done {
	let who = node(input)?;
	world.signed(input, &who, Call::leave {})?;
	Ok(())
}

fn withdraw(world: &mut World, input: &mut Input) -> Done {
	let (who, node) = (input.person()?, node_that(input, NodeState::is_leaving)?);
	world.signed(input, &who, Call::withdraw { node })?;
	Ok(())
}

fn try_again(world: &mut World, input: &mut Input) -> Done {
	let who = node_that(input, |state| matches!(state, NodeState::Jailed { .. }))?;
	world.signed(input, &who, Call::try_again {})?;
	Ok(())
}

fn draw_salt(world: &mut World, input: &mut Input) -> Done {
	let (who, account) = (input.person()?, node(input)?);
	world.signed(input, &who, Call::draw_salt { account })?;
	Ok(())
}

/// A slash that waits: the one that waits longest, or any.
fn waiting(input: &mut Input) -> Done<(AccountId, EpochIndex)> {
	let mut all: Vec<_> =
		Slashes::<Runtime>::iter().map(|(node, epoch, slash)| (slash.due, node, epoch)).collect();
	all.sort();
	let first = all.first().cloned();
	let chosen = if input.any()? { first } else { None };
	let (_, node, epoch) = chosen.map_or_else(|| input.one(&all), Ok)?;
	Ok((node, epoch))
}

fn apply_slash(world: &mut World, input: &mut Input) -> Done {
	let (who, (node, epoch)) = (input.person()?, waiting(input)?);
	world.signed(input, &who, Call::apply_slash { node, epoch })?;
	Ok(())
}

fn cancel_slash(world: &mut World, input: &mut Input) -> Done {
	let (node, epoch) = waiting(input)?;
	if input.in_256(24)? {
		let who = input.person()?;
		world.signed(input, &who, Call::cancel_slash { node, epoch })?;
	} else {
		world.root(Call::cancel_slash { node, epoch })?;
	}
	Ok(())
}

/// An era's reward, mostly one that was earned.
fn reward(input: &mut Input) -> Done<(EraIndex, AccountId)> {
	let mut all: Vec<_> = PointsOf::<Runtime>::iter_keys().collect();
	all.sort();
	if all.is_empty() || input.in_256(16)? {
		return Ok((input.one(&[0, 1, 2, EraIndex::MAX])?, input.account()?));
	}
	Ok(input.one(&all)?)
}

fn claim(world: &mut World, input: &mut Input) -> Done {
	let (who, (era, node)) = (input.person()?, reward(input)?);
	world.signed(input, &who, Call::claim { era, node })?;
	Ok(())
}

fn claim_many(world: &mut World, input: &mut Input) -> Done {
	let who = input.person()?;
	let mut claims = Vec::new();
	for _ in 0..input.below(4)? {
		claims.push(reward(input)?);
	}
	let claims = frame_support::BoundedVec::truncate_from(claims);
	world.signed(input, &who, Call::claim_many { claims })?;
	Ok(())
}

/// An epoch that a verdict may be about.
fn epoch(input: &mut Input) -> Done<EpochIndex> {
	let now = ServiceNodes::current_epoch();
	Ok(input.one(&[now, now.saturating_sub(1), now.saturating_sub(2), now + 1, 0])?)
}

fn verdicts() -> impl Iterator<Item = AccountId> {
	let mut all: Vec<_> = Nodes::<Runtime>::iter_keys().collect();
	all.sort();
	all.into_iter()
}

/// All nodes pass their probation, if that has lasted long enough.
pub fn pass_all(world: &mut World) -> Done {
	for node in verdicts() {
		let pass = || <ServiceNodes as NodeVerdicts<_>>::passed_probation(&node);
		world.decide("Verdict.passed_probation", pass)?;
	}
	Ok(())
}

fn pass(world: &mut World, input: &mut Input) -> Done {
	if input.any()? {
		return pass_all(world);
	}
	let node = node(input)?;
	let pass = || <ServiceNodes as NodeVerdicts<_>>::passed_probation(&node);
	world.decide("Verdict.passed_probation", pass)?;
	Ok(())
}

fn warn(world: &mut World, input: &mut Input) -> Done {
	let (node, epoch) = (node(input)?, epoch(input)?);
	world.decide("Verdict.warn", || <ServiceNodes as NodeVerdicts<_>>::warn(&node, epoch))?;
	Ok(())
}

fn jail(world: &mut World, input: &mut Input) -> Done {
	let (node, epoch) = (node(input)?, epoch(input)?);
	world.decide("Verdict.jail", || <ServiceNodes as NodeVerdicts<_>>::jail(&node, epoch))?;
	Ok(())
}

fn release(world: &mut World, input: &mut Input) -> Done {
	let node = node(input)?;
	world.decide("Verdict.release", || <ServiceNodes as NodeVerdicts<_>>::release(&node))?;
	Ok(())
}

fn slash(world: &mut World, input: &mut Input) -> Done {
	let (node, epoch) = (node(input)?, epoch(input)?);
	let rung = input.one(&[1, 2, 3, 0, u8::MAX])?;
	let slash = || <ServiceNodes as NodeVerdicts<_>>::slash(&node, epoch, rung);
	world.decide("Verdict.slash", slash)?;
	Ok(())
}

/// A slash that is due at once, applied by somebody before idle time does it.
fn slash_at_once(world: &mut World, input: &mut Input) -> Done {
	set_slash_delay(world, 0)?;
	slash(world, input)?;
	apply_slash(world, input)?;
	set_slash_delay(world, 40)
}

/// A node leaves; which one is drawn.
pub fn leave_one(world: &mut World, input: &mut Input) -> Done {
	leave(world, input)
}

/// Everything that has left for long enough is taken off the list.
pub fn withdraw_all(world: &mut World, input: &mut Input) -> Done {
	let who = input.person()?;
	let mut all: Vec<_> =
		Nodes::<Runtime>::iter().filter(|(_, it)| it.state.is_leaving()).collect();
	all.sort_by(|one, other| one.0.cmp(&other.0));
	for (node, _) in all {
		world.signed(input, &who, Call::withdraw { node })?;
	}
	Ok(())
}
