//! Classes: issuers, wallets that sign for them, and anchors that verify.

use super::{authorisation, governance::set_removal_delay, members, Step};
use crate::{
	input::Input,
	keys,
	world::{genesis, Done, World},
};
use pallet_token_registry::{Class, Classes, Verification};
use smartlayer_runtime::{AnchorElections, Commitments, Runtime, System, TokenRegistry};
use smartlayer_types::{
	evm::EvmSignature,
	registry::{
		Attestation, Changes, Contract, Finding, IssuerAction, Operators, PaymentTerms, Redundancy,
		Registration, Service, Sources, Uri,
	},
	rules::{access_log, ticket, KindRules},
	AccountId, AnchorSets, ClassId, Sla, SLN,
};
use sp_core::{H160, H256};
use sp_runtime::Permill;
use std::collections::BTreeSet;

type Call = pallet_token_registry::Call<Runtime>;

pub const STEPS: &[Step] =
	&[(10, act), (8, submit), (4, poke), (3, remove), (6, attest), (7, attest_together)];

fn service(input: &mut Input) -> Done<Service> {
	let (nodes, enough) = input.one(&[(3, 2), (1, 1), (64, 10), (0, 0), (2, 3), (u16::MAX, 1)])?;
	Ok(Service { sla: sla(input)?, redundancy: Redundancy { nodes, enough } })
}

/// A service level, mostly one that can be kept.
pub fn sla(input: &mut Input) -> Done<Sla> {
	let good = Sla {
		availability: 9_900,
		latency_p50: 50,
		latency_p95: 100,
		latency_p99: 300,
		throughput: 40,
	};
	let wrong = Sla { availability: 10_001, ..good };
	Ok(input.one(&[good, good, good, Sla::NONE, Sla { throughput: 1_000, ..good }, wrong])?)
}

fn contract(input: &mut Input) -> Done<Contract> {
	let byte = input.one(&[1, 1, 2, 3, 0])?;
	Ok(Contract { chain_id: input.one(&[1, 1, 137, 0])?, address: H160::repeat_byte(byte) })
}

fn sources(input: &mut Input) -> Done<Sources> {
	let uri = |text: String| Uri::truncate_from(text.into_bytes());
	let long = "a".repeat(input.below(250)?);
	Ok(Sources {
		script_uri: uri(input.one(&["ipfs://script".to_owned(), long, String::new()])?),
		script_hash: H256::repeat_byte(1),
		data_uri: uri(input.one(&["ipfs://data", "", "with space"])?.to_owned()),
		data_hash: H256::repeat_byte(2),
		data_root: H256::repeat_byte(3),
	})
}

fn terms(input: &mut Input) -> Done<PaymentTerms> {
	let share = Permill::from_percent(input.one(&[0, 10, 30, 31, 100])?);
	Ok(PaymentTerms { share, account: input.anybody()? })
}

fn operators(input: &mut Input) -> Done<Operators> {
	let mut accounts = BTreeSet::new();
	for _ in 0..input.below(4)? {
		accounts.insert(input.account()?);
	}
	Ok(Operators::try_from(accounts).unwrap_or_default())
}

fn rules(input: &mut Input) -> Done<KindRules> {
	let of = match input.below(4)? {
		0 => access_log(),
		_ => ticket(),
	};
	let mut kinds = of.map(|rules| rules.kinds().to_vec()).unwrap_or_default();
	if input.in_256(64)? {
		let mut more = kinds.first().cloned().ok_or(crate::world::Stop::Nothing)?;
		let name = format!("more-{}", input.below(3)?);
		more.name = name.into_bytes().try_into().unwrap_or_default();
		kinds.push(more);
	}
	if input.in_256(12)? {
		kinds.clear();
	}
	Ok(KindRules::truncate_from(kinds))
}

fn registration(input: &mut Input) -> Done<Registration> {
	Ok(Registration {
		contract: contract(input)?,
		sources: sources(input)?,
		service: service(input)?,
		shards: input.one(&[4, 4, 1, 4_096, 0, u32::MAX])?,
		terms: terms(input)?,
		operators: operators(input)?,
		rules: rules(input)?,
	})
}

fn changes(input: &mut Input) -> Done<Changes> {
	let mut changes = Changes::default();
	if input.any()? {
		changes.sources = Some(sources(input)?);
	}
	if input.any()? {
		changes.service = Some(service(input)?);
	}
	if input.any()? {
		changes.terms = Some(terms(input)?);
	}
	if input.any()? {
		changes.operators = Some(operators(input)?);
	}
	Ok(changes)
}

/// A class that there is, mostly.
fn class(input: &mut Input) -> Done<(ClassId, Option<Class>)> {
	let mut all: Vec<_> = Classes::<Runtime>::iter().collect();
	all.sort_by_key(|(id, _)| *id);
	if all.is_empty() || input.in_256(8)? {
		return Ok((input.one(&[0, 1, 99])?, None));
	}
	let (id, class) = input.one(&all)?;
	Ok((id, Some(class)))
}

/// Rent: what is just enough, or any amount.
fn rent(input: &mut Input) -> Done<u128> {
	let some = input.amount()?;
	Ok(input.one(&[SLN, SLN, SLN / 100, 2_400 * SLN / 1_000_000, some])?)
}

/// Something that an issuer does, and who would be allowed to.
fn action(input: &mut Input) -> Done<(AccountId, IssuerAction)> {
	let (id, found) = class(input)?;
	let stranger = input.account()?;
	let found = found.filter(|_| id != 0);
	let issuer = found.as_ref().map_or(stranger.clone(), |class| class.issuer.clone());
	let Some(known) = found.filter(|_| !matches!(input.below(4), Ok(0))) else {
		let registration = Box::new(registration(input)?);
		return Ok((stranger, IssuerAction::Register { registration, rent: rent(input)? }));
	};
	let class = id;
	if let Some(to) = known.offered_to.clone().filter(|_| input.any().unwrap_or_default()) {
		return Ok((to, IssuerAction::Accept { class }));
	}
	let action = match input.below(12)? {
		0 | 1 => IssuerAction::Update { class, changes: Box::new(changes(input)?) },
		2 | 3 => {
			let ahead = Commitments::current_interval() + input.one(&[2, 3, 0, 1_000])?;
			IssuerAction::SetRules { class, rules: rules(input)?, from: ahead }
		},
		4 | 5 => {
			let owner_signature = owner_signature(input, class, &known)?;
			IssuerAction::RequestVerification { class, owner_signature }
		},
		6 => IssuerAction::Offer { class, to: Some(input.account()?) },
		7 => {
			let to = known.offered_to.unwrap_or(stranger);
			return Ok((to, IssuerAction::Accept { class }));
		},
		8 => IssuerAction::SetSuspended { class, suspended: input.any()? },
		9 if input.in_256(160)? => IssuerAction::Retire { class },
		10 => {
			let some = rent(input)?;
			IssuerAction::WithdrawRent { class, amount: input.one(&[1, 1_000, some])? }
		},
		_ => IssuerAction::PayRent { class, amount: rent(input)? },
	};
	Ok((issuer, action))
}

fn owner_signature(input: &mut Input, id: ClassId, class: &Class) -> Done<Option<EvmSignature>> {
	if input.any()? {
		return Ok(None);
	}
	let digest = TokenRegistry::challenge(id, class).owner_digest(genesis());
	let signature = keys::sign(&keys::WALLETS[input.below(4)?], &digest);
	Ok(Some(if input.in_256(16)? { EvmSignature([0xff; 65]) } else { signature }))
}

/// An issuer's own transaction.
fn act(world: &mut World, input: &mut Input) -> Done {
	let (mut who, action) = action(input)?;
	if input.in_256(12)? {
		who = input.account()?;
	}
	let call = match action {
		IssuerAction::Register { registration, rent } => Call::register { registration, rent },
		IssuerAction::Update { class, changes } => Call::update { class, changes },
		IssuerAction::SetRules { class, rules, from } => Call::set_rules { class, rules, from },
		IssuerAction::RequestVerification { class, owner_signature } => {
			Call::request_verification { class, owner_signature }
		},
		IssuerAction::Offer { class, to } => Call::offer { class, to },
		IssuerAction::Accept { class } => Call::accept { class },
		IssuerAction::SetSuspended { class, suspended } => Call::set_suspended { class, suspended },
		IssuerAction::Retire { class } => Call::retire { class },
		IssuerAction::PayRent { class, amount } => Call::pay_rent { class, amount },
		IssuerAction::WithdrawRent { class, amount } => Call::withdraw_rent { class, amount },
	};
	world.signed(input, &who, call)?;
	Ok(())
}

/// The same, signed by the issuer and submitted by somebody else.
fn submit(world: &mut World, input: &mut Input) -> Done {
	let (issuer, action) = action(input)?;
	let (submitter, signer) = (input.person()?, input.account()?);
	let next = TokenRegistry::issuer_nonce(&issuer);
	let nonce = if input.in_256(12)? { next.wrapping_add(1) } else { next };
	let valid_until = System::block_number() + input.one(&[0, 1, 50, 1_000])?;
	let digest = action.digest(genesis(), nonce, valid_until);
	let signer = if input.in_256(12)? { signer } else { issuer.clone() };
	let authorisation = authorisation(&signer, &digest)?;
	let call = Call::submit_for { issuer, nonce, valid_until, action, authorisation };
	world.signed(input, &submitter, call)?;
	Ok(())
}

fn poke(world: &mut World, input: &mut Input) -> Done {
	let ((class, _), who) = (class(input)?, input.person()?);
	world.signed(input, &who, Call::poke { class })?;
	Ok(())
}

pub fn remove(world: &mut World, input: &mut Input) -> Done {
	let who = input.person()?;
	let retired = Classes::<Runtime>::iter().filter(|(_, class)| class.retired_at.is_some());
	let oldest = retired.min_by_key(|(_, class)| class.retired_at);
	let class = match oldest.map(|(id, _)| id) {
		Some(id) => id,
		None => class(input)?.0,
	};
	world.signed(input, &who, Call::remove { class })?;
	Ok(())
}

/// A class with a round in which anchors can attest, and its number.
fn round(input: &mut Input) -> Done<(ClassId, u32)> {
	let rounds = |(id, class): (ClassId, Class)| {
		let open = TokenRegistry::verification_round(id);
		let attestable = open.is_some() || class.verification != Verification::Unverified;
		attestable.then(|| (id, open.map_or(class.rounds + 1, |round| round.round)))
	};
	let mut all: Vec<_> = Classes::<Runtime>::iter().filter_map(rounds).collect();
	all.sort_unstable();
	Ok(input.one(&all)?)
}

fn finding(input: &mut Input) -> Done<Finding> {
	let block = input.any::<u16>()?.into();
	let shown = |byte| Finding::Shown { owner: H160::repeat_byte(byte), block };
	let not = Finding::NotShown { owner: H160::zero(), block };
	Ok(input.one(&[shown(1), shown(1), shown(1), shown(2), not])?)
}

fn attest_as(world: &mut World, attestation: Attestation, member: u32) -> Done<bool> {
	let digest = attestation.digest(genesis());
	let member_of_set = members(attestation.set).into_iter().nth(member as usize);
	let key = member_of_set.and_then(|member| keys::anchor(member.address));
	let signature = key.map_or(EvmSignature([0; 65]), |key| keys::sign(key, &digest));
	world.authorised(Call::attest { attestation, member, signature })
}

fn attest(world: &mut World, input: &mut Input) -> Done {
	let (class, round) = round(input)?;
	let set = AnchorElections::current();
	let attestation = Attestation { class, round, set, finding: finding(input)? };
	let member = input.one(&[0, 1, 2, 3, 4])?;
	attest_as(world, attestation, member)?;
	Ok(())
}

/// All anchors find the same.
fn attest_together(world: &mut World, input: &mut Input) -> Done {
	let (class, round) = round(input)?;
	let set = AnchorElections::current();
	let attestation = Attestation { class, round, set, finding: finding(input)? };
	let count = members(set).len();
	for member in 0..u32::try_from(count).unwrap_or_default() {
		attest_as(world, attestation, member)?;
	}
	Ok(())
}

/// Registers a class with plain rules and some rent.
pub fn register_one(world: &mut World) -> Done {
	let who = keys::PEOPLE[8].to_account_id();
	let registration = Registration {
		contract: Contract { chain_id: 1, address: H160::repeat_byte(1) },
		sources: Sources {
			script_uri: Uri::truncate_from(b"ipfs://script".to_vec()),
			script_hash: H256::repeat_byte(1),
			data_uri: Uri::default(),
			data_hash: H256::zero(),
			data_root: H256::zero(),
		},
		service: Service { sla: Sla::NONE, redundancy: Redundancy { nodes: 3, enough: 2 } },
		shards: 4,
		terms: PaymentTerms { share: Permill::from_percent(10), account: who.clone() },
		operators: Operators::new(),
		rules: KindRules::truncate_from(ticket().map(|it| it.kinds().to_vec()).unwrap_or_default()),
	};
	let rent = 2_400 * SLN / 1_000_000;
	world.by(&who, Call::register { registration: Box::new(registration), rent })?;
	Ok(())
}

/// The issuer of the oldest class that lives retires it and takes rent back; it can soon be removed.
pub fn retire_oldest(world: &mut World) -> Done {
	let living = Classes::<Runtime>::iter().filter(|(_, class)| class.retired_at.is_none());
	let (class, known) = living.min_by_key(|(id, _)| *id).ok_or(crate::world::Stop::Nothing)?;
	set_removal_delay(world, 100)?;
	world.by(&known.issuer, Call::retire { class })?;
	world.by(&known.issuer, Call::withdraw_rent { class, amount: 1 })?;
	Ok(())
}
