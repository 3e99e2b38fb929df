//! What goes in and out of the engine.

use super::{forks::Tip, logs::LogId};
use smartlayer_commitment::{evidence::Part, tree, Evidence};
use smartlayer_operations::{FullVector, LogHeader, Refusal, Signed, Vector, VerifiedOperation};
use smartlayer_types::{evm::EvmSignature, AccountId};
use sp_core::H256;
use std::sync::Arc;

/// A batch of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch<S> {
	/// Its header, signed by the log's anchor.
	pub header: Signed<LogHeader, S>,
	/// Its operations, in order.
	pub operations: Vec<Arc<VerifiedOperation>>,
}

/// What anchors say to each other. Signatures were checked before the engine sees them.
#[derive(Clone, Debug, PartialEq)]
pub enum Message<S> {
	/// A batch, of whatever log.
	Batch(Arc<Batch<S>>),
	/// The sender's vector.
	Vector(Arc<FullVector<S>>),
	/// What clients gave to the sender, which is no member of the current interval's set: the receiver logs it.
	Operations(Vec<Arc<VerifiedOperation>>),
	/// Asks for batches of a log from a number on.
	Want {
		/// The log.
		log: LogId,
		/// The first number that is missing.
		from: u64,
	},
	/// Asks for the batches of a branch, its last one first.
	WantBranch(Tip),
	/// Asks for the newest that the receiver has seen of the sender.
	AskNewest,
	/// Answers that.
	Newest(Newest<S>),
}

/// The newest that an anchor has seen of another.
#[derive(Clone, Debug, PartialEq)]
pub struct Newest<S> {
	/// Its vector.
	pub vector: Option<Arc<FullVector<S>>>,
	/// Its log in the newest incarnation, and the number of the last batch.
	pub log: Option<(LogId, u64)>,
}

/// What must survive a restart.
#[derive(Clone, Debug, PartialEq)]
pub enum Record<S> {
	/// A batch of whatever log, by origin, incarnation, number and hash: of a forked log, both forks are kept.
	Batch(Arc<Batch<S>>),
	/// The anchor's own vector: the newest of its interval replaces the one before.
	Vector(Arc<FullVector<S>>),
	/// A member's vector on which own announcements rest: the newest of the member and the interval replaces the one
	/// before. Without it nobody might be able to show the certificate, if the member denies what it said.
	Counted(AccountId, Arc<FullVector<S>>),
}

/// What a driver reads from its store when it starts.
#[derive(Clone, Debug)]
pub struct Stored<S> {
	/// Batches, in order of origin, incarnation and number.
	pub batches: Vec<Arc<Batch<S>>>,
	/// The newest own vector of each interval that is not settled, ascending.
	pub vectors: Vec<Arc<FullVector<S>>>,
	/// Vectors of members of these intervals.
	pub counted: Vec<super::Said<S>>,
}

impl<S> Default for Stored<S> {
	fn default() -> Self {
		Self { batches: Vec::new(), vectors: Vec::new(), counted: Vec::new() }
	}
}

/// What another anchor did that is slashable.
#[derive(Clone, Debug, PartialEq)]
pub enum Misdeed<S> {
	/// Two headers of one number.
	Headers(Box<[Signed<LogHeader, S>; 2]>),
	/// Two vectors of one tick, or one after the closing vector.
	Vectors(Box<[Signed<Vector, S>; 2]>),
	/// A vector that takes back what an earlier one said of this log.
	Retraction(AccountId, Box<[Arc<FullVector<S>>; 2]>),
}

/// A step in an operation's life, named by its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
	/// This anchor accepted it in the interval.
	Accepted(H256, u64),
	/// A quorum accepted it in the interval.
	Certified(H256, u64),
	/// A quorum announced it in the interval: it will be in the interval's snapshot or in an earlier one.
	Final(H256, u64),
	/// It is in the interval's snapshot, which is confirmed and final.
	Settled(H256, u64),
	/// It is logged anew in the interval, for it was neither final nor in the snapshot that covered its place.
	Requeued(H256, u64),
	/// It is not accepted; what the refusal says of its finality holds.
	Refused(H256, Refusal),
	/// Others have seen more of this anchor's log than its store holds: the log needs a new incarnation.
	LogIsOlder(u64),
	/// Others have seen newer vectors of this anchor than its store holds: it abstains up to this interval.
	Abstains(u64),
	/// The anchor signed its closing vector of the interval.
	Closed(u64),
}

impl Event {
	/// The interval in which it happened; `None` for a refusal, which is for none.
	pub const fn interval(&self) -> Option<u64> {
		match self {
			Self::Accepted(_, interval)
			| Self::Certified(_, interval)
			| Self::Final(_, interval)
			| Self::Settled(_, interval)
			| Self::Requeued(_, interval)
			| Self::Abstains(interval)
			| Self::Closed(interval) => Some(*interval),
			Self::Refused(..) | Self::LogIsOlder(_) => None,
		}
	}

	/// The operation whose step it is; `None` if it is about the anchor.
	pub const fn digest(&self) -> Option<&H256> {
		match self {
			Self::Accepted(digest, _)
			| Self::Certified(digest, _)
			| Self::Final(digest, _)
			| Self::Settled(digest, _)
			| Self::Requeued(digest, _)
			| Self::Refused(digest, _) => Some(digest),
			Self::LogIsOlder(_) | Self::Abstains(_) | Self::Closed(_) => None,
		}
	}
}

/// What the driver has to do, in the order of the list.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect<S> {
	/// Put this on disk before anything behind it is sent.
	Store(Record<S>),
	/// These batches of a log, up to a number and whatever fork, are needed no more.
	Forget(LogId, u64),
	/// What is stored of this interval and the ones before is needed no more, but for batches.
	ForgetInterval(u64),
	/// Send this to every other member of the unsettled intervals' sets.
	Broadcast(Message<S>),
	/// Send this to one anchor.
	Send(AccountId, Message<S>),
	/// Report the offence of an anchor.
	Report(AccountId, Misdeed<S>),
	/// Tell whoever watches.
	Event(Event),
}

impl Misdeed<EvmSignature> {
	/// The evidence to report; `None` for a retraction that lists more than evidence can show.
	pub fn into_evidence(self) -> Option<Evidence> {
		Some(match self {
			Self::Headers(headers) => Evidence::Headers(headers),
			Self::Vectors(vectors) => Evidence::Vectors(vectors),
			Self::Retraction(origin, vectors) => {
				let [before, after] = *vectors;
				let parts = [part(&before, &origin)?, part(&after, &origin)?];
				Evidence::Retraction(Box::new(parts))
			},
		})
	}
}

/// A vector with what it says of one log; `None` if that lists more than can be shown.
pub(super) fn part(vector: &FullVector, origin: &AccountId) -> Option<(Signed<Vector>, Part)> {
	let index = vector.entries.iter().position(|it| it.entry.origin == *origin)?;
	let listed = vector.entries.get(index)?;
	let leaves: Vec<_> = vector.entries.iter().map(|it| it.entry.leaf()).collect();
	let part = Part {
		entry: listed.entry.clone(),
		withheld: listed.withheld.clone().try_into().ok()?,
		unannounced: listed.unannounced.clone().try_into().ok()?,
		proof: tree::proof(&leaves, index)?.try_into().ok()?,
	};
	Some((vector.signed.clone(), part))
}
