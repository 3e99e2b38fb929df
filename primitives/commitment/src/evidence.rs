//! Evidence: signed statements that no honest anchor makes, alone or together.

#![allow(clippy::cast_possible_truncation, reason = "`codec` numbers the variants")]

use crate::{
	bridge::Bridge,
	interval::IntervalNumber,
	proposal::{Choice, Vote},
	snapshot::Snapshot,
	tree,
};
use alloc::{boxed::Box, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_operations::{
	positions_hash, BatchEntry, ListedEntry, LogHeader, OriginEntry, Position, Signed, Vector,
};
use smartlayer_types::{domain, evm::EvmSignature, AccountId, AnchorMember, SetId};
use sp_core::{bounded::BoundedVec, ConstU32, H256};

/// The most positions that evidence can show of one vector's entry.
pub const MAX_POSITIONS: u32 = 1_024;

/// The longest proof of an entry: a tree over 2^16 origins or operations.
pub const MAX_PROOF: u32 = 16;

/// What evidence is judged against.
pub trait Archive {
	/// The members of a set with the keys that were active then; `None` outside the evidence window.
	fn members(set: SetId) -> Option<Vec<AnchorMember>>;

	/// Whether a bridge is one of this network, so that a signature for it was meant for this network.
	fn knows(bridge: &Bridge) -> bool;
}

/// One log's part of a vector.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Part {
	/// The entry.
	pub entry: OriginEntry,
	/// The positions that are not accepted.
	pub withheld: BoundedVec<Position, ConstU32<MAX_POSITIONS>>,
	/// The positions that are accepted and not announced.
	pub unannounced: BoundedVec<Position, ConstU32<MAX_POSITIONS>>,
	/// From the entry's leaf to the vector's root.
	pub proof: BoundedVec<H256, ConstU32<MAX_PROOF>>,
}

impl Part {
	/// Whether this is a part of the vector.
	pub(crate) fn belongs_to(&self, vector: &Vector, genesis: H256) -> bool {
		positions_hash(genesis, &self.withheld) == Some(self.entry.withheld)
			&& positions_hash(genesis, &self.unannounced) == Some(self.entry.unannounced)
			&& tree::verify(vector.root, self.entry.leaf(), &self.proof)
	}

	/// The entry with its lists.
	pub(crate) fn listed(&self) -> ListedEntry {
		ListedEntry {
			entry: self.entry.clone(),
			withheld: self.withheld.to_vec(),
			unannounced: self.unannounced.to_vec(),
		}
	}
}

/// What kind of offence it is.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum OffenceKind {
	/// A log was forked.
	#[codec(index = 0)]
	Log,
	/// Vectors of an interval conflict, follow the closing one, or take something back.
	#[codec(index = 1)]
	Vector,
	/// A proposal was approved and rejected.
	#[codec(index = 2)]
	Vote,
	/// Two snapshots of an interval were signed.
	#[codec(index = 3)]
	Snapshot,
	/// A batch holds an operation whose signature is invalid.
	#[codec(index = 4)]
	Batch,
}

/// Who did what.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Offence {
	/// What.
	pub kind: OffenceKind,
	/// The set whose keys judge.
	pub set_id: SetId,
	/// The offender's index in it.
	pub member: u32,
	/// The offender.
	pub account: AccountId,
	/// The incarnation of a log, for [`OffenceKind::Log`] and [`OffenceKind::Batch`], else the interval: one offence for
	/// each, however many statements show it.
	pub slot: u64,
}

impl Offence {
	/// What tells one offence from another.
	pub fn id(&self, genesis: H256) -> H256 {
		domain::hash("anchor offence", genesis, &(self.kind, &self.account, self.slot))
	}
}

/// Evidence of an offence.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Evidence {
	/// Two headers of one number in one log.
	#[codec(index = 0)]
	Headers(Box<[Signed<LogHeader>; 2]>),
	/// Two vectors of one tick, or one after the closing vector.
	#[codec(index = 1)]
	Vectors(Box<[Signed<Vector>; 2]>),
	/// Two vectors of which the second takes back what the first said.
	#[codec(index = 2)]
	Retraction(Box<[(Signed<Vector>, Part); 2]>),
	/// Approval and rejection of one proposal.
	#[codec(index = 3)]
	Votes(Box<[Signed<Vote>; 2]>),
	/// Signatures of two snapshots of one interval, for the same bridge or two.
	#[codec(index = 4)]
	Snapshots(Box<[(Bridge, Signed<Snapshot>); 2]>),
	/// A batch with an operation that its actor did not sign, and the proof of its entry.
	#[codec(index = 5)]
	Batch(Box<(Signed<LogHeader>, BatchEntry)>, BoundedVec<H256, ConstU32<MAX_PROOF>>),
}

impl Evidence {
	/// The offence that is shown; `None` if none is.
	pub fn verify<A: Archive>(&self, genesis: H256) -> Option<Offence> {
		match self {
			Self::Headers(headers) => forked_log::<A>(headers, genesis),
			Self::Vectors(pair) => {
				let [first, second] = &**pair;
				first.statement.conflicts_with(&second.statement).then_some(())?;
				both_vectors::<A>(first, second, genesis)
			},
			Self::Retraction(pair) => {
				let [(first, before), (second, after)] = &**pair;
				retracts(&first.statement, before, &second.statement, after).then_some(())?;
				let shown = before.belongs_to(&first.statement, genesis)
					&& after.belongs_to(&second.statement, genesis);
				shown.then(|| both_vectors::<A>(first, second, genesis))?
			},
			Self::Votes(pair) => contrary_votes::<A>(pair, genesis),
			Self::Snapshots(pair) => two_snapshots::<A>(pair),
			Self::Batch(shown, proof) => {
				let (header, entry) = &**shown;
				let holds = tree::verify(header.statement.batch_root, entry.leaf(), proof);
				(holds && !entry.is_signed()).then_some(())?;
				let (set_id, member) = log_signer::<A>(header, genesis)?;
				let LogHeader { origin: account, incarnation, .. } = header.statement.clone();
				let slot = u64::from(incarnation);
				Some(Offence { kind: OffenceKind::Batch, set_id, member, account, slot })
			},
		}
	}

	/// How many positions and nodes of proofs there are to hash: the part of the work that is not constant.
	pub fn size(&self) -> u32 {
		let Self::Retraction(pair) = self else { return 0 };
		let [(_, before), (_, after)] = &**pair;
		let size = |part: &Part| {
			let listed = part.withheld.len().saturating_add(part.unannounced.len());
			listed.saturating_add(part.proof.len())
		};
		u32::try_from(size(before).saturating_add(size(after))).unwrap_or(u32::MAX)
	}
}

/// Whether the second vector's part takes back what the first one's says. Within one vector, two parts on one origin
/// that differ contradict each other.
fn retracts(first: &Vector, before: &Part, second: &Vector, after: &Part) -> bool {
	if !first.is_beside(second) {
		return false;
	}
	if first == second {
		return before.entry.origin == after.entry.origin && before.entry != after.entry;
	}
	second.tick > first.tick && before.listed().is_retracted_by(&after.listed())
}

/// The member of a set that signed both digests.
fn signer(
	members: &[AnchorMember],
	first: (H256, &EvmSignature),
	second: (H256, &EvmSignature),
) -> Option<(u32, AccountId)> {
	let address = first.1.recover(&first.0)?;
	let (index, member) = (0u32..).zip(members).find(|(_, it)| it.address == address)?;
	member.signed(&second.0, second.1).then(|| (index, member.account.clone()))
}

fn both_vectors<A: Archive>(
	first: &Signed<Vector>,
	second: &Signed<Vector>,
	genesis: H256,
) -> Option<Offence> {
	let Vector { set_id, interval, .. } = first.statement;
	let (member, account) = signer(
		&A::members(set_id)?,
		(first.statement.digest(genesis), &first.signature),
		(second.statement.digest(genesis), &second.signature),
	)?;
	Some(Offence { kind: OffenceKind::Vector, set_id, member, account, slot: interval })
}

fn forked_log<A: Archive>(pair: &[Signed<LogHeader>; 2], genesis: H256) -> Option<Offence> {
	let [first, second] = pair;
	let place = |it: &LogHeader| (it.origin.clone(), it.incarnation, it.number);
	if place(&first.statement) != place(&second.statement) || first.statement == second.statement {
		return None;
	}
	// The newer set judges, so that the order in which the headers are shown makes no difference.
	let (set_id, member) = log_signer::<A>(first, genesis)?.max(log_signer::<A>(second, genesis)?);
	let LogHeader { origin: account, incarnation, .. } = first.statement.clone();
	let slot = u64::from(incarnation);
	Some(Offence { kind: OffenceKind::Log, set_id, member, account, slot })
}

/// The set and index of a log's anchor, if it signed a header.
fn log_signer<A: Archive>(signed: &Signed<LogHeader>, genesis: H256) -> Option<(SetId, u32)> {
	let header = &signed.statement;
	let members = A::members(header.set_id)?;
	let (index, member) = (0u32..).zip(&members).find(|(_, it)| it.account == header.origin)?;
	let signed = member.signed(&header.hash(genesis), &signed.signature);
	signed.then_some((header.set_id, index))
}

fn contrary_votes<A: Archive>(pair: &[Signed<Vote>; 2], genesis: H256) -> Option<Offence> {
	let [first, second] = pair;
	let Vote { set_id, interval, proposal, choice } = first.statement;
	let other = second.statement;
	let same = (set_id, interval, proposal) == (other.set_id, other.interval, other.proposal);
	// Two reasons to reject are no contradiction: a voter names the one it finds first.
	let contrary = (choice == Choice::Approve) != (other.choice == Choice::Approve);
	(same && contrary).then_some(())?;
	let (member, account) = signer(
		&A::members(set_id)?,
		(first.statement.digest(genesis), &first.signature),
		(other.digest(genesis), &second.signature),
	)?;
	Some(Offence { kind: OffenceKind::Vote, set_id, member, account, slot: interval })
}

fn two_snapshots<A: Archive>(pair: &[(Bridge, Signed<Snapshot>); 2]) -> Option<Offence> {
	let [(first_bridge, first), (second_bridge, second)] = pair;
	let place = |it: &Snapshot| -> (SetId, IntervalNumber) { (it.set_id, it.interval) };
	let (set_id, slot) = place(&first.statement);
	let known = A::knows(first_bridge) && A::knows(second_bridge);
	if !known || place(&second.statement) != (set_id, slot) || first.statement == second.statement {
		return None;
	}
	let (member, account) = signer(
		&A::members(set_id)?,
		(first_bridge.digest(first.statement.hash()), &first.signature),
		(second_bridge.digest(second.statement.hash()), &second.signature),
	)?;
	Some(Offence { kind: OffenceKind::Snapshot, set_id, member, account, slot })
}

#[cfg(test)]
mod tests;
