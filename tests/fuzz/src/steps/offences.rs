//! Anchors that do what no honest anchor does, and those who report it.

use super::{
	intervals::{sign_as, snapshot},
	members, Step,
};
use crate::{
	input::Input,
	keys,
	world::{genesis, Done, Stop, World},
};
use frame_support::traits::KeyOwnerProofSystem;
use pallet_anchor_elections::AnchorFault;
use smartlayer_commitment::{Choice, Evidence, RejectReason, Vote};
use smartlayer_operations::{BatchEntry, LogHeader, Signed, Vector};
use smartlayer_runtime::{
	AnchorElections, Authorship, Babe, Commitments, Header, Runtime, Session, System,
};
use smartlayer_types::{AccountId, AnchorMember, AnchorSets, Authorisation, SetId};
use sp_consensus_babe::{
	digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest},
	AuthorityId, EquivocationProof, Slot,
};
use sp_core::{sr25519, Pair, H256};
use sp_runtime::{Digest, DigestItem};

pub const STEPS: &[Step] =
	&[(4, report_evidence), (2, report_found_evidence), (3, report_block), (2, report_fault)];

/// A member of the set in office or of one before.
fn culprit(input: &mut Input) -> Done<(SetId, u32, AnchorMember)> {
	let current = AnchorElections::current();
	let set = if input.in_256(48)? { current.saturating_sub(1) } else { current };
	let all = members(set);
	let index = input.below(all.len().max(1))?;
	let member = all.get(index).cloned().ok_or(Stop::Nothing)?;
	not_the_author(&member.account)?;
	Ok((set, u32::try_from(index).unwrap_or_default(), member))
}

/// Nobody reports the author of the open block: pallet-babe lets no block be finished whose author is disabled in it.
fn not_the_author(account: &AccountId) -> Done {
	let author = Authorship::author();
	if author.as_ref() == Some(account) {
		Err(Stop::Nothing)
	} else {
		Ok(())
	}
}

fn header(
	set_id: SetId,
	member: &AnchorMember,
	incarnation: u32,
	batch_root: H256,
) -> Signed<LogHeader> {
	let statement = LogHeader {
		set_id,
		origin: member.account.clone(),
		incarnation,
		number: 7,
		parent_hash: H256::zero(),
		batch_root,
		count: 1,
	};
	let signature = sign_as(Some(member), &statement.hash(genesis()));
	Signed { statement, signature }
}

fn vector(set_id: SetId, member: &AnchorMember, interval: u64, root: u8) -> Signed<Vector> {
	let root = H256::repeat_byte(root);
	let statement = Vector { set_id, interval, tick: 1, closing: false, root };
	Signed { statement, signature: sign_as(Some(member), &statement.digest(genesis())) }
}

fn vote(set_id: SetId, member: &AnchorMember, interval: u64, choice: Choice) -> Signed<Vote> {
	let statement = Vote { set_id, interval, proposal: H256::repeat_byte(1), choice };
	Signed { statement, signature: sign_as(Some(member), &statement.digest(genesis())) }
}

fn batch(set_id: SetId, member: &AnchorMember, incarnation: u32) -> Evidence {
	let entry = BatchEntry {
		index: 0,
		digest: H256::repeat_byte(5),
		actor: AccountId::new([5; 32]),
		authorisation: Authorisation::Sr25519(sr25519::Signature::from_raw([5; 64])),
	};
	let header = header(set_id, member, incarnation, entry.leaf());
	Evidence::Batch(Box::new((header, entry)), frame_support::BoundedVec::new())
}

/// Evidence of every kind; now and then of nothing.
fn evidence(input: &mut Input) -> Done<Evidence> {
	let (set, _, member) = culprit(input)?;
	let interval = Commitments::current_interval();
	let slot = interval.saturating_sub(input.one(&[0, 1, 2])?);
	let incarnation = input.one(&[0, 1, 2])?;
	let second = if input.in_256(24)? { 1 } else { 2 };
	Ok(match input.below(5)? {
		0 => {
			let [one, two] = [1, second].map(H256::repeat_byte);
			let pair = [one, two].map(|root| header(set, &member, incarnation, root));
			Evidence::Headers(Box::new(pair))
		},
		1 => Evidence::Vectors(Box::new([1, second].map(|it| vector(set, &member, slot, it)))),
		2 => {
			let choices = [Choice::Approve, Choice::Reject(RejectReason::WrongRoot)];
			Evidence::Votes(Box::new(choices.map(|choice| vote(set, &member, slot, choice))))
		},
		3 => {
			let bridge = input.one(&Commitments::bridges())?;
			let [one, two] = [snapshot(1)?, snapshot(second)?];
			let signed = [one, two].map(|mut statement| {
				statement.set_id = set;
				let signature = sign_as(Some(&member), &bridge.digest(statement.hash()));
				(bridge, Signed { statement, signature })
			});
			Evidence::Snapshots(Box::new(signed))
		},
		_ => batch(set, &member, incarnation),
	})
}

fn report_evidence(world: &mut World, input: &mut Input) -> Done {
	let (who, evidence) = (input.person()?, Box::new(evidence(input)?));
	let call = pallet_commitments::Call::<Runtime>::report_equivocation { evidence };
	world.signed(input, &who, call)?;
	Ok(())
}

/// The node that found the evidence puts it into its own block.
fn report_found_evidence(world: &mut World, input: &mut Input) -> Done {
	let evidence = Box::new(evidence(input)?);
	world.authorised(pallet_commitments::Call::<Runtime>::report_equivocation_unsigned {
		evidence,
	})?;
	Ok(())
}

/// An anchor wrote two blocks in this slot.
fn report_block(world: &mut World, input: &mut Input) -> Done {
	let who = input.person()?;
	let authorities = Babe::authorities();
	let index = input.below(authorities.len().max(1))?;
	let (offender, _) = authorities.get(index).cloned().ok_or(Stop::Nothing)?;
	not_the_author(Session::validators().get(index).ok_or(Stop::Nothing)?)?;
	let slot = Slot::from(*Babe::current_slot());
	let second = if input.in_256(24)? { 1 } else { 2 };
	let authority_index = u32::try_from(index).unwrap_or_default();
	let [first_header, second_header] =
		[1, second].map(|it| block(&offender, authority_index, slot, it));
	let proof = <AnchorElections as KeyOwnerProofSystem<_>>::prove((keys::BABE, offender.clone()));
	let equivocation_proof = EquivocationProof {
		offender,
		slot,
		first_header: first_header.ok_or(Stop::Nothing)?,
		second_header: second_header.ok_or(Stop::Nothing)?,
	};
	let call = pallet_babe::Call::<Runtime>::report_equivocation {
		equivocation_proof: Box::new(equivocation_proof),
		key_owner_proof: proof.ok_or(Stop::Nothing)?,
	};
	world.signed(input, &who, call)?;
	Ok(())
}

fn block(offender: &AuthorityId, authority_index: u32, slot: Slot, state: u8) -> Option<Header> {
	let turn = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index, slot });
	let mut header = Header {
		parent_hash: H256::zero(),
		number: System::block_number(),
		state_root: H256::repeat_byte(state),
		extrinsics_root: H256::zero(),
		digest: Digest { logs: vec![DigestItem::babe_pre_digest(turn)] },
	};
	let key: &[u8] = offender.as_ref();
	let signature = keys::babe(key)?.sign(header.hash().as_bytes());
	header.digest.push(DigestItem::babe_seal(signature.into()));
	Some(header)
}

/// A fault whose evidence was judged elsewhere.
fn report_fault(world: &mut World, input: &mut Input) -> Done {
	let (set, member, _) = culprit(input)?;
	let faults = [AnchorFault::Log, AnchorFault::Vector, AnchorFault::Snapshot, AnchorFault::Vote];
	let (fault, slot) = (input.one(&faults)?, input.one(&[0, 1, 2, u64::MAX])?);
	let reporter = Some(input.person()?);
	let report = || AnchorElections::report_fault(set, member, fault, slot, reporter).is_ok();
	world.decide("AnchorElections.report_fault", report)?;
	Ok(())
}
