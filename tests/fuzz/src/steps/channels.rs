//! Payment channels: payers, promises with and without chains, payees, and orders that wallets sign.

use super::{authorisation, nodes::active, Step};
use crate::{
	input::Input,
	keys,
	world::{genesis, Done, Stop, World},
};
use pallet_payouts::Channels;
use smartlayer_promises::{
	chain_seed, Chain, Channel, ChannelId, Claim, HashChain, Open, Promise, RequestClose,
	Step as ChainStep, TopUp,
};
use smartlayer_runtime::{Payouts, Runtime, System};
use smartlayer_types::{eip712::Domain, AccountId, Authorisation, Balance, ClassId, SLN};
use sp_core::{ecdsa, H256};

type Call = pallet_payouts::Call<Runtime>;

pub const STEPS: &[Step] = &[
	(8, open),
	(6, open_with_authorisation),
	(3, top_up),
	(4, top_up_with_authorisation),
	(14, promise),
	(10, redeem),
	(3, close),
	(4, request_close),
	(4, request_close_with_authorisation),
	(6, finish),
];

fn class(input: &mut Input) -> Done<ClassId> {
	let mut all: Vec<_> = pallet_token_registry::Classes::<Runtime>::iter_keys().collect();
	all.sort_unstable();
	if all.is_empty() || input.in_256(8)? {
		return Ok(input.one(&[0, 99])?);
	}
	Ok(input.one(&all)?)
}

/// A channel that is open.
fn channel(input: &mut Input) -> Done<(ChannelId, Channel)> {
	let mut all: Vec<_> = Channels::<Runtime>::iter().collect();
	all.sort_by_key(|(id, _)| *id);
	Ok(input.one(&all)?)
}

fn deposit(input: &mut Input) -> Done<Balance> {
	let some = input.amount()?;
	Ok(input.one(&[SLN, 10 * SLN, 100 * SLN + 7, some, some])?)
}

fn salt(input: &mut Input, payer: &AccountId) -> Done<u64> {
	let last = Payouts::last_salt(payer.clone());
	Ok(match input.any::<u8>()? {
		0..=5 => last,
		6 => u64::MAX,
		7..=10 => 0,
		_ => last.saturating_add(1),
	})
}

fn promise_key(input: &mut Input) -> Done<&'static ecdsa::Pair> {
	Ok(&keys::PROMISE_KEYS[input.below(keys::PROMISE_KEYS.len())?])
}

fn open(world: &mut World, input: &mut Input) -> Done {
	let (payer, payee, class) = (input.account()?, active(input)?, class(input)?);
	let promise_key = keys::address(promise_key(input)?);
	let (deposit, salt) = (deposit(input)?, salt(input, &payer)?);
	world.signed(input, &payer, Call::open { payee, class, deposit, promise_key, salt })?;
	Ok(())
}

fn max_fee(input: &mut Input) -> Done<Balance> {
	Ok(input.one(&[0, SLN / 100, SLN, Balance::MAX])?)
}

fn open_with_authorisation(world: &mut World, input: &mut Input) -> Done {
	let (payer, submitter) = (input.account()?, input.person()?);
	let order = Open {
		payee: active(input)?,
		class: class(input)?,
		deposit: deposit(input)?,
		promise_key: keys::address(promise_key(input)?),
		salt: salt(input, &payer)?,
		max_fee: max_fee(input)?,
		valid_until: System::block_number() + input.one(&[0, 5, 1_000])?,
		payer,
	};
	let authorisation = signed_by(input, &order.payer, &order.digest(&domain()))?;
	let call = Call::open_with_authorisation { order, authorisation };
	world.signed(input, &submitter, call)?;
	Ok(())
}

/// The payer's signature; now and then somebody else's.
fn signed_by(input: &mut Input, payer: &AccountId, digest: &H256) -> Done<Authorisation> {
	let other = input.account()?;
	let signer = if input.in_256(12)? { &other } else { payer };
	authorisation(signer, digest)
}

fn domain() -> Domain {
	Domain::of(genesis())
}

fn top_up(world: &mut World, input: &mut Input) -> Done {
	let ((channel, known), amount) = (channel(input)?, input.amount()?);
	let who = if input.in_256(24)? { input.account()? } else { known.payer };
	world.signed(input, &who, Call::top_up { channel, amount })?;
	Ok(())
}

fn top_up_with_authorisation(world: &mut World, input: &mut Input) -> Done {
	let ((channel, known), submitter) = (channel(input)?, input.person()?);
	let order = TopUp {
		channel,
		deposit: if input.in_256(12)? { known.deposit.wrapping_add(1) } else { known.deposit },
		amount: deposit(input)?,
		max_fee: max_fee(input)?,
		valid_until: System::block_number() + input.one(&[0, 5, 1_000])?,
	};
	let authorisation = signed_by(input, &known.payer, &order.digest(&domain()))?;
	let call = Call::top_up_with_authorisation { order, authorisation };
	world.signed(input, &submitter, call)?;
	Ok(())
}

/// A payer hands its payee a promise; the payee remembers it, whatever becomes of the channel.
fn promise(world: &mut World, input: &mut Input) -> Done {
	let (id, channel) = channel(input)?;
	let key = keys::PROMISE_KEYS.iter().find(|key| keys::address(key) == channel.promise_key);
	let key = key.ok_or(Stop::Nothing)?;
	let more = match input.below(8)? {
		0 => 0,
		1 => 1,
		2 => channel.rest(),
		3 => input.any()?,
		_ => channel.rest() / Balance::from(input.any::<u8>()?.max(1)),
	};
	let cumulative = channel.paid.saturating_add(more);
	let (chain, step) = chain(input, id, cumulative)?;
	let promise = Promise { channel: id, cumulative, chain, ack: H256::zero() };
	let mut signature = keys::sign(key, &promise.digest(&domain()));
	if input.in_256(8)? {
		signature.0[0] ^= 1;
	}
	world.remember(Claim { promise, signature, step });
	Ok(())
}

/// A chain and a step of it, in some cases; now and then the step is wrong.
fn chain(
	input: &mut Input,
	id: ChannelId,
	cumulative: Balance,
) -> Done<(Option<Chain>, Option<ChainStep>)> {
	if input.any()? {
		return Ok((None, None));
	}
	let unit = input.one(&[1, SLN / 1_000, SLN, 0, Balance::MAX])?;
	let length = input.one(&[1u32, 16, 64, 1_024])?;
	let seed = chain_seed(&[7; 32], genesis(), id, cumulative, unit, length);
	let links = HashChain::new(seed, length).ok_or(Stop::Nothing)?;
	let known = Chain { tip: links.tip(), unit, length };
	let index = u32::try_from(input.below(length as usize + 2)?).unwrap_or_default();
	let step = links.preimage(index).map(|preimage| ChainStep { index, preimage });
	if let Some(step) = step.filter(|_| input.in_256(12).unwrap_or_default()) {
		return Ok((Some(known), Some(ChainStep { index: step.index.wrapping_add(1), ..step })));
	}
	Ok((Some(known), step))
}

fn claims(world: &World, input: &mut Input) -> Done<Vec<Claim>> {
	let known: Vec<_> = world.claims.iter().copied().collect();
	let mut claims = Vec::new();
	for _ in 0..=input.below(6)? {
		let latest = known.last().copied();
		let chosen = if input.any()? { latest } else { None };
		claims.push(chosen.map_or_else(|| input.one(&known), Ok)?);
	}
	Ok(claims)
}

fn redeem(world: &mut World, input: &mut Input) -> Done {
	let (who, claims) = (input.person()?, claims(world, input)?);
	let claims = frame_support::BoundedVec::truncate_from(claims);
	world.signed(input, &who, Call::redeem { claims })?;
	Ok(())
}

fn close(world: &mut World, input: &mut Input) -> Done {
	let (channel, known) = channel(input)?;
	let of_channel: Vec<_> =
		world.claims.iter().filter(|claim| claim.promise.channel == channel).copied().collect();
	let claim = of_channel.last().copied().filter(|_| input.any().unwrap_or_default());
	let who = if input.in_256(24)? { input.account()? } else { known.payee };
	world.signed(input, &who, Call::close { channel, claim })?;
	Ok(())
}

fn request_close(world: &mut World, input: &mut Input) -> Done {
	let (channel, known) = channel(input)?;
	let who = if input.in_256(24)? { input.account()? } else { known.payer };
	world.signed(input, &who, Call::request_close { channel })?;
	Ok(())
}

fn request_close_with_authorisation(world: &mut World, input: &mut Input) -> Done {
	let ((channel, known), submitter) = (channel(input)?, input.person()?);
	let digest = RequestClose { channel }.digest(&domain());
	let authorisation = if input.any()? {
		signed_by(input, &known.payer, &digest)?
	} else {
		Authorisation::Evm(keys::sign(promise_key(input)?, &digest))
	};
	let call = Call::request_close_with_authorisation { channel, authorisation };
	world.signed(input, &submitter, call)?;
	Ok(())
}

fn finish(world: &mut World, input: &mut Input) -> Done {
	let who = input.person()?;
	let closing = Channels::<Runtime>::iter().filter(|(_, known)| known.closable_at.is_some());
	let first = closing.min_by_key(|(id, known)| (known.closable_at, *id)).map(|(id, _)| id);
	let channel = match first {
		Some(id) => id,
		None => channel(input)?.0,
	};
	world.signed(input, &who, Call::finish { channel })?;
	Ok(())
}
