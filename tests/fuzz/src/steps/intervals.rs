//! Snapshots of intervals: proposals, votes, signatures for bridges, receipts, and logs begun anew.

use super::{members, Step};
use crate::{
	input::Input,
	keys,
	world::{genesis, Done, Stop, World},
};
use frame_support::BoundedVec;
use smartlayer_commitment::{
	Bridge, Choice, Proposal, Receipt, ReceiptAttestation, RecordedSignatures, RejectReason,
	SignerBitmap, Snapshot, SnapshotBody, Vote,
};
use smartlayer_operations::IncarnationRaise;
use smartlayer_runtime::{AnchorElections, Commitments, Runtime, System};
use smartlayer_types::{anchors::quorum, evm::EvmSignature, AnchorMember, AnchorSets};
use sp_core::{H160, H256};

type Call = pallet_commitments::Call<Runtime>;

pub const STEPS: &[Step] = &[
	(6, propose),
	(8, vote),
	(8, confirm),
	(3, sign),
	(5, sign_together),
	(2, attest_receipt),
	(4, attest_together),
	(3, raise),
	(2, add_bridge),
	(1, remove_bridge),
];

/// The most intervals that are confirmed in one step.
const AT_ONCE: usize = 4;

/// The snapshot that everybody honest builds; another for each cut.
pub fn snapshot(cut: u8) -> Done<Snapshot> {
	let expected = Commitments::expected().ok_or(Stop::Nothing)?;
	Ok(Snapshot {
		interval: expected.interval,
		set_id: expected.set_id,
		next_set_hash: expected.next_set_hash,
		body: SnapshotBody {
			parent: expected.parent,
			history_root: expected.history_root,
			bitmap_root: H256::repeat_byte(1),
			operations_root: H256::zero(),
			state_root: H256::repeat_byte(2),
			operation_count: 0,
			cut_hash: H256::repeat_byte(cut),
			block_hash: expected.block.hash,
			block_number: expected.block.number.into(),
			block_time: expected.block.time_ms / 1_000,
		},
	})
}

/// A member's signature; nobody's where its key is not known.
pub fn sign_as(member: Option<&AnchorMember>, digest: &H256) -> EvmSignature {
	let key = member.and_then(|member| keys::anchor(member.address));
	key.map_or(EvmSignature([0; 65]), |key| keys::sign(key, digest))
}

/// Proposes a snapshot as the member in turn, or as another one.
fn propose_as(
	world: &mut World,
	snapshot: Snapshot,
	counted: SignerBitmap,
	shift: u32,
) -> Done<bool> {
	let duty = Commitments::duty(System::block_number()).ok_or(Stop::Nothing)?;
	let proposal = Proposal {
		interval: snapshot.interval,
		turn: duty.turn.ordinal,
		snapshot_hash: snapshot.hash(),
		counted,
	};
	let all = members(snapshot.set_id);
	let signer = all.get(duty.proposer.wrapping_add(shift) as usize);
	let signature = sign_as(signer, &proposal.hash(genesis()));
	world.authorised(Call::propose { snapshot, counted, signature })
}

fn propose(world: &mut World, input: &mut Input) -> Done {
	let mut snapshot = snapshot(input.one(&[3, 3, 4, 5])?)?;
	match input.any::<u8>()? {
		0..=7 => snapshot.body.parent = H256::repeat_byte(9),
		8..=11 => snapshot.body.bitmap_root = H256::zero(),
		12..=15 => snapshot.interval += 1,
		_ => {},
	}
	let counted = SignerBitmap::of(0..input.one(&[3, 4, 0, 200])?);
	let shift = if input.in_256(16)? { 1 } else { 0 };
	propose_as(world, snapshot, counted, shift)?;
	Ok(())
}

fn vote_as(world: &mut World, member: u32, choice: Choice) -> Done<bool> {
	let living = Commitments::living_proposal().ok_or(Stop::Nothing)?;
	let Snapshot { interval, set_id, .. } = living.snapshot;
	let proposal = living.hash;
	let digest = Vote { set_id, interval, proposal, choice }.digest(genesis());
	let signature = sign_as(members(set_id).get(member as usize), &digest);
	world.authorised(Call::vote { member, proposal, choice, signature })
}

fn vote(world: &mut World, input: &mut Input) -> Done {
	let member = input.one(&[0, 1, 2, 3, 4])?;
	let operation = H256::repeat_byte(1);
	let omitted = RejectReason::OmittedAnnouncement { operation };
	let choice = match input.below(4)? {
		0 => Choice::Reject(RejectReason::WrongRoot),
		1 => Choice::Reject(omitted),
		_ => Choice::Approve,
	};
	vote_as(world, member, choice)?;
	Ok(())
}

/// Everybody does its duty: intervals that are due are proposed and confirmed.
pub fn confirm(world: &mut World, input: &mut Input) -> Done {
	for _ in 0..=input.below(AT_ONCE)? {
		let snapshot = snapshot(3)?;
		let count = u32::try_from(members(snapshot.set_id).len()).unwrap_or_default();
		if Commitments::living_proposal().is_none() {
			propose_as(world, snapshot, SignerBitmap::of(0..count), 0)?;
		}
		for member in 0..count {
			if Commitments::living_proposal().is_some() {
				vote_as(world, member, Choice::Approve)?;
			}
		}
	}
	Ok(())
}

fn bridge(input: &mut Input) -> Done<Bridge> {
	let contract = H160::repeat_byte(input.one(&[0xb1, 0xb1, 0xb2, 0])?);
	Ok(Bridge { chain_id: input.one(&[1, 1, 137])?, contract })
}

/// A registered bridge, mostly.
fn known_bridge(input: &mut Input) -> Done<Bridge> {
	let all = Commitments::bridges();
	if all.is_empty() || input.in_256(12)? {
		return bridge(input);
	}
	Ok(input.one(&all)?)
}

/// A confirmed interval; the last one mostly.
fn confirmed(input: &mut Input) -> Done<u64> {
	let last = Commitments::last_confirmed().ok_or(Stop::Nothing)?.snapshot.interval;
	Ok(input.one(&[last, last, last.saturating_sub(1), last.saturating_sub(2), last + 1])?)
}

fn record(world: &mut World, interval: u64, bridge: Bridge, signers: &[u32]) -> Done<bool> {
	let hash = Commitments::snapshot(interval).map(|it| it.hash).unwrap_or_default();
	let set = Commitments::interval(interval).map(|it| it.set_id).unwrap_or_default();
	let all = members(set);
	let digest = bridge.digest(hash);
	let signature = |signer: &u32| sign_as(all.get(*signer as usize), &digest);
	let signatures = BoundedVec::truncate_from(signers.iter().map(signature).collect());
	let signers = SignerBitmap::of(signers.iter().copied());
	let signatures = RecordedSignatures { signers, signatures };
	world.authorised(Call::record_signatures { interval, bridge, signatures })
}

/// Some members sign, a quorum or not.
fn sign(world: &mut World, input: &mut Input) -> Done {
	let (interval, bridge) = (confirmed(input)?, known_bridge(input)?);
	let mut signers = Vec::new();
	for member in 0..5 {
		if input.in_256(176)? {
			signers.push(member);
		}
	}
	record(world, interval, bridge, &signers)?;
	Ok(())
}

/// A quorum signs for the first bridge that lacks signatures of the latest snapshots.
pub fn sign_together(world: &mut World, _: &mut Input) -> Done {
	let last = Commitments::last_confirmed().ok_or(Stop::Nothing)?.snapshot.interval;
	for interval in last.saturating_sub(4)..=last {
		for bridge in Commitments::bridges() {
			if Commitments::signatures(interval, bridge).is_none() {
				let members = Commitments::interval(interval).map_or(0, |it| it.members);
				let signers: Vec<_> = (0..quorum(members).min(members)).collect();
				record(world, interval, bridge, &signers)?;
			}
		}
	}
	Ok(())
}

fn attest_as(
	world: &mut World,
	member: u32,
	interval: u64,
	bridge: Bridge,
	receipt: Receipt,
) -> Done<bool> {
	let set_id = AnchorElections::current();
	let digest = ReceiptAttestation { set_id, interval, bridge, receipt }.digest(genesis());
	let signature = sign_as(members(set_id).get(member as usize), &digest);
	world.authorised(Call::attest_receipt { member, interval, bridge, receipt, signature })
}

fn receipt(input: &mut Input) -> Done<Receipt> {
	let byte = input.one(&[1, 1, 2])?;
	Ok(Receipt { transaction: H256::repeat_byte(byte), block: byte.into() })
}

fn attest_receipt(world: &mut World, input: &mut Input) -> Done {
	let member = input.one(&[0, 1, 2, 3, 4])?;
	let (interval, bridge, receipt) = (confirmed(input)?, known_bridge(input)?, receipt(input)?);
	attest_as(world, member, interval, bridge, receipt)?;
	Ok(())
}

fn attest_together(world: &mut World, input: &mut Input) -> Done {
	let (interval, bridge, receipt) = (confirmed(input)?, known_bridge(input)?, receipt(input)?);
	let count = members(AnchorElections::current()).len();
	for member in 0..u32::try_from(count).unwrap_or_default() {
		attest_as(world, member, interval, bridge, receipt)?;
	}
	Ok(())
}

fn raise(world: &mut World, input: &mut Input) -> Done {
	let set_id = AnchorElections::current();
	let all = members(set_id);
	let member = u32::try_from(input.below(5)?).unwrap_or_default();
	let origin = all.get(member as usize).ok_or(Stop::Nothing)?.account.clone();
	let incarnation = Commitments::incarnation(origin.clone()) + input.one(&[1, 1, 1, 0, 2])?;
	let digest = IncarnationRaise { set_id, origin, incarnation }.digest(genesis());
	let signature = sign_as(all.get(member as usize), &digest);
	world.authorised(Call::raise_incarnation { member, incarnation, signature })?;
	Ok(())
}

fn add_bridge(world: &mut World, input: &mut Input) -> Done {
	let bridge = bridge(input)?;
	if input.in_256(24)? {
		let who = input.person()?;
		world.signed(input, &who, Call::add_bridge { bridge })?;
	} else {
		world.root(Call::add_bridge { bridge })?;
	}
	Ok(())
}

fn remove_bridge(world: &mut World, input: &mut Input) -> Done {
	let bridge = known_bridge(input)?;
	world.root(Call::remove_bridge { bridge })?;
	Ok(())
}
