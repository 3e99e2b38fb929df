//! What the engine is told and what it wants done.

use super::super::{log::WholeCut, wire::SnapshotSignature};
use codec::{Decode, Encode};
use smartlayer_commitment::{
	api::{AnchorSet, Duty, Expected},
	Bridge, Choice, ConfirmedSnapshot, LivingProposal, RecordedSignatures, SignerBitmap, Snapshot,
};
use smartlayer_types::{
	evm::{EvmAddress, EvmSignature},
	BlockNumber,
};
use sp_core::H256;
use std::{collections::HashSet, sync::Arc};

/// The best chain: what holds for a block on top of its last one.
#[derive(Clone, Debug, Default)]
pub struct BestView {
	/// Number of the last block.
	pub number: BlockNumber,
	/// Whose turn it is in the next block.
	pub duty: Option<Duty>,
	/// What a proposal has to say.
	pub expected: Option<Expected>,
	/// The last proposal, if it can be voted on.
	pub living: Option<LivingProposal>,
	/// The set of the interval that is due.
	pub set: Option<Arc<AnchorSet>>,
}

/// A snapshot whose signatures for some bridges are not on chain.
#[derive(Clone, Debug)]
pub struct Unsigned {
	/// Its interval.
	pub interval: u64,
	/// Its hash.
	pub hash: H256,
	/// The set that signs.
	pub set: Arc<AnchorSet>,
	/// The bridges.
	pub bridges: Vec<Bridge>,
}

/// What is final.
#[derive(Clone, Debug, Default)]
pub struct FinalView {
	/// Confirmed snapshots after the settled one, as far as the chain keeps them and as many as are looked at together.
	pub confirmed: Vec<ConfirmedSnapshot>,
	/// The last confirmed one.
	pub newest: Option<ConfirmedSnapshot>,
	/// What is still to be signed.
	pub unsigned: Vec<Unsigned>,
}

/// Roots and count of a snapshot, which follow from its operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roots {
	/// Over (class, kind) of the bitmaps of instances.
	pub bitmap: H256,
	/// Over the operations.
	pub operations: H256,
	/// Over the states.
	pub state: H256,
	/// How many operations.
	pub count: u64,
}

impl Roots {
	/// Those of a snapshot.
	pub fn of(snapshot: &Snapshot) -> Self {
		let body = &snapshot.body;
		Self {
			bitmap: body.bitmap_root,
			operations: body.operations_root,
			state: body.state_root,
			count: body.operation_count,
		}
	}
}

/// What was made of a cut.
#[derive(Debug)]
pub struct Rebuilt<P> {
	/// Its interval.
	pub interval: u64,
	/// The cut's hash.
	pub cut_hash: H256,
	/// Whether the cut goes on from floors and the last settled cut; one that was confirmed does in any case.
	pub goes_on: bool,
	/// What the snapshot says.
	pub roots: Roots,
	/// Digests of the operations.
	pub digests: HashSet<H256>,
	/// What the driver needs to settle it.
	pub product: P,
}

/// A cut's body that was looked for.
#[derive(Clone, Debug)]
pub enum Fetched {
	/// The body, checked.
	Whole(Arc<WholeCut>),
	/// What has this hash is no cut of the interval.
	Unusable,
	/// Nobody gave it.
	Nowhere,
}

/// An own proposal, as it was stored before it was submitted.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct OwnProposal {
	/// Its turn.
	pub turn: u64,
	/// The snapshot.
	pub snapshot: Snapshot,
	/// The members whose vectors the cut counts.
	pub counted: SignerBitmap,
	/// Of the proposal.
	pub signature: EvmSignature,
}

/// An own vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct OwnVote {
	/// Index in the interval's set.
	pub member: u32,
	/// The decision.
	pub choice: Choice,
	/// Of the vote.
	pub signature: EvmSignature,
}

/// What is on disk before anything behind it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
	/// An own proposal with its cut.
	Proposal(Box<OwnProposal>, Arc<WholeCut>),
	/// An own vote on the proposal with a hash, in an interval.
	Vote(u64, H256, OwnVote),
	/// The hash of the only snapshot that is ever signed for an interval.
	Signed(u64, H256),
}

/// What the store gives back.
#[derive(Clone, Debug, Default)]
pub struct Stored {
	/// The interval that was settled last; zero before the first.
	pub settled: u64,
	/// Own proposals of later intervals.
	pub proposals: Vec<(OwnProposal, Arc<WholeCut>)>,
	/// Own votes in later intervals.
	pub votes: Vec<(u64, H256, OwnVote)>,
	/// What was ever signed, by interval.
	pub signed: Vec<(u64, H256)>,
}

/// What goes to the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
	/// A proposal.
	Proposal(Box<OwnProposal>),
	/// A vote on the proposal with a hash.
	Vote(H256, OwnVote),
	/// A quorum of signatures of an interval's snapshot.
	Signatures(u64, Bridge, RecordedSignatures),
}

/// What takes time: its outcome comes back to the engine.
#[derive(Debug)]
pub enum Task<P> {
	/// Ask the log how an interval stands: [`Engine::looked`](super::Engine::looked).
	Look(u64),
	/// Have the log make a cut: [`Engine::drafted`](super::Engine::drafted).
	Cut(u64),
	/// Rebuild a snapshot along a cut: [`Engine::rebuilt`](super::Engine::rebuilt).
	Rebuild(H256, Arc<WholeCut>),
	/// Ask for a cut's body, first a certain member: [`Engine::fetched`](super::Engine::fetched).
	Fetch {
		/// The cut's hash.
		hash: H256,
		/// Its interval.
		interval: u64,
		/// The interval's set.
		set: Arc<AnchorSet>,
		/// Who has it in any case.
		proposer: u32,
	},
	/// Take a settled interval over from others: [`Engine::taken_over`](super::Engine::taken_over).
	TakeOver(Box<ConfirmedSnapshot>),
	/// Take the whole state over from others: [`Engine::synchronised`](super::Engine::synchronised).
	Synchronise(Box<ConfirmedSnapshot>),
	/// Settle an interval: [`Engine::settled`](super::Engine::settled).
	Settle(Box<ConfirmedSnapshot>, Arc<Rebuilt<P>>),
}

/// What the driver has to do, in the order of the list.
#[derive(Debug)]
pub enum Effect<P> {
	/// Put this on disk before anything behind it is sent.
	Store(Record),
	/// Submit this to the pool.
	Submit(Submission),
	/// Send these own signatures to every anchor.
	Broadcast(Vec<SnapshotSignature>),
	/// Begin this.
	Start(Task<P>),
	/// Tell operators.
	Event(Event),
}

/// What operators are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
	/// This anchor proposed an interval's snapshot in a turn.
	Proposed(u64, u64),
	/// Its turn went by without a proposal.
	MissedTurn(u64, u64),
	/// It voted on a proposal for an interval.
	Voted(u64, Choice),
	/// It signed an interval's snapshot for so many bridges.
	Signed(u64, u32),
	/// Another snapshot of the interval was signed before: this one is not.
	AlreadySigned(u64),
	/// What it rebuilt is not what a quorum confirmed.
	Differs(u64),
	/// An anchor has sent a signature that is not its own.
	BadSignature(EvmAddress),
	/// The key store does not sign.
	NoKey(u64),
}
