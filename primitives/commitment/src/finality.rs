//! The proof that an operation is final: a quorum announced it, so no snapshot of its interval can be without it.
//!
//! It is there within a moment, before there is a snapshot; later the proof of the operation in its snapshot is shorter. Who
//! checks it needs to know the interval's set, and the cut on which the interval is based, which are both in the chain's
//! state after the interval's first block.

use crate::{
	cut::{floor, Cut, Floors},
	evidence::{Part, MAX_PROOF},
	tree, MAX_MEMBERS,
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use smartlayer_operations::{BatchEntry, LogHeader, Position, Signed, Vector};
use smartlayer_types::{anchors::quorum, AnchorMember, SetId};
use sp_core::{bounded::BoundedVec, ConstU32, H256};

/// The most batches from the operation's to where vectors end: with ten batches per second, those of a hundred seconds.
pub const MAX_HEADERS: u32 = 1_024;

/// An operation's place in a log, and the log from there on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Place {
	/// The operation's entry in its batch.
	pub entry: BatchEntry,
	/// From its leaf to the root of the batch.
	pub path: BoundedVec<H256, ConstU32<MAX_PROOF>>,
	/// The batch's header, and those that follow it.
	pub headers: BoundedVec<LogHeader, ConstU32<MAX_HEADERS>>,
}

/// A member's announcement.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Announcement {
	/// Which of the places it announces.
	pub place: u32,
	/// Its vector.
	pub vector: Signed<Vector>,
	/// What that says of the place's log.
	pub part: Part,
}

/// A quorum's announcements.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct FinalityProof {
	/// The cut on which the interval is based; none before the first snapshot.
	pub base: Option<Cut>,
	/// Where the operation stands.
	pub places: BoundedVec<Place, ConstU32<MAX_MEMBERS>>,
	/// Who announced it.
	pub announcements: BoundedVec<Announcement, ConstU32<MAX_MEMBERS>>,
}

/// What a verifier knows of an interval, from the state after its first block.
#[derive(Clone, Copy, Debug)]
pub struct FinalityTerms<'a> {
	/// Genesis hash of the network.
	pub genesis: H256,
	/// The interval.
	pub interval: u64,
	/// Its set.
	pub set_id: SetId,
	/// The set's members.
	pub members: &'a [AnchorMember],
	/// [`cut_hash`](crate::SnapshotBody::cut_hash) of the last snapshot that was confirmed.
	pub base: Option<H256>,
}

/// The first thing that is wrong with a proof. All are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotFinal {
	/// The interval is based on another cut.
	WrongBase,
	/// A batch does not hold the operation.
	NotInBatch,
	/// The place counts for nothing in this interval: an earlier cut covered it.
	Covered,
	/// Headers do not follow one another.
	BrokenLog,
	/// An announcement names no place, another interval, or another log.
	WrongAnnouncement,
	/// Nobody of the set signed a vector, or somebody signed two.
	WrongSigner,
	/// A vector has no such part.
	NotInVector,
	/// A vector does not announce the operation.
	NotAnnounced,
	/// A place goes on beyond what is announced of it.
	Surplus,
	/// They are no quorum.
	NoQuorum,
}

impl core::fmt::Display for NotFinal {
	fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		formatter.write_str(match self {
			Self::WrongBase => "the interval is based on another cut",
			Self::NotInBatch => "a batch does not hold the operation",
			Self::Covered => "an earlier cut covered the operation's place",
			Self::BrokenLog => "headers do not follow one another",
			Self::WrongAnnouncement => "an announcement is not of this interval or place",
			Self::WrongSigner => "a vector is not signed by a member, or a member signed two",
			Self::NotInVector => "a vector has no such part",
			Self::NotAnnounced => "a vector does not announce the operation",
			Self::Surplus => "a place goes on beyond what is announced of it",
			Self::NoQuorum => "the announcements are no quorum",
		})
	}
}

impl core::error::Error for NotFinal {}

impl Place {
	/// The operation's position in the log.
	fn position(&self) -> Option<Position> {
		Some(Position { number: self.headers.first()?.number, index: self.entry.index })
	}

	/// Checks that the operation stands here, and counts.
	fn check(&self, digest: &H256, genesis: H256, floors: &Floors) -> Result<(), NotFinal> {
		let batch = self.headers.first().ok_or(NotFinal::NotInBatch)?;
		let is_in = tree::verify(batch.batch_root, self.entry.leaf(), &self.path);
		if self.entry.digest != *digest || !is_in {
			return Err(NotFinal::NotInBatch);
		}
		if batch.number <= floor(floors, &batch.origin, batch.incarnation).0 {
			return Err(NotFinal::Covered);
		}
		let follows = |before: &LogHeader, it: &LogHeader| {
			let log = |it: &LogHeader| (it.origin.clone(), it.incarnation);
			log(before) == log(it)
				&& before.number.checked_add(1) == Some(it.number)
				&& before.hash(genesis) == it.parent_hash
		};
		let is_log = self.headers.windows(2).all(|pair| match pair {
			[before, it] => follows(before, it),
			_ => true,
		});
		is_log.then_some(()).ok_or(NotFinal::BrokenLog)
	}

	/// Whether the log goes on to a header.
	pub fn reaches(&self, number: u64, hash: H256, genesis: H256) -> bool {
		let header = self.headers.iter().find(|it| it.number == number);
		header.is_some_and(|it| it.hash(genesis) == hash)
	}
}

impl FinalityProof {
	/// Checks that an operation, named by its digest, is final. The work is bounded by the proof's size.
	pub fn verify(&self, digest: &H256, terms: &FinalityTerms) -> Result<(), NotFinal> {
		let floors = self.floors(terms)?;
		for place in &self.places {
			place.check(digest, terms.genesis, &floors)?;
		}
		let mut signers = crate::SignerBitmap::EMPTY;
		for announcement in &self.announcements {
			let signer = self.check(announcement, terms)?;
			if !signers.insert(signer) {
				return Err(NotFinal::WrongSigner);
			}
		}
		let members = u32::try_from(terms.members.len()).unwrap_or(0);
		(signers.count() >= quorum(members)).then_some(()).ok_or(NotFinal::NoQuorum)?;
		self.check_extent()
	}

	/// Where logs begin to count.
	fn floors(&self, terms: &FinalityTerms) -> Result<Floors, NotFinal> {
		let hash = self.base.as_ref().map(|it| it.hash(terms.genesis));
		if hash != terms.base {
			return Err(NotFinal::WrongBase);
		}
		let ends = self.base.iter().flat_map(|it| &it.ends);
		Ok(ends.map(|it| (it.origin.clone(), it.clone())).collect())
	}

	/// Checks that every place ends where an announcement does: what is not checked must not be there.
	fn check_extent(&self) -> Result<(), NotFinal> {
		let is_needed = |(place, it): (u32, &Place)| {
			let last = it.headers.last().map(|it| it.number);
			let mut announcements = self.announcements.iter().filter(|it| it.place == place);
			announcements.any(|it| Some(it.part.entry.number) == last)
		};
		(0u32..).zip(&self.places).all(is_needed).then_some(()).ok_or(NotFinal::Surplus)
	}

	/// The member that makes an announcement.
	fn check(&self, announcement: &Announcement, terms: &FinalityTerms) -> Result<u32, NotFinal> {
		let Announcement { place, vector: Signed { statement, signature }, part } = announcement;
		let place = usize::try_from(*place).ok().and_then(|it| self.places.get(it));
		let place = place.ok_or(NotFinal::WrongAnnouncement)?;
		let batch = place.headers.first().ok_or(NotFinal::NotInBatch)?;
		let entry = &part.entry;
		let is_it = (statement.set_id, statement.interval) == (terms.set_id, terms.interval)
			&& (&entry.origin, entry.incarnation) == (&batch.origin, batch.incarnation)
			&& place.reaches(entry.number, entry.header_hash, terms.genesis);
		if !is_it {
			return Err(NotFinal::WrongAnnouncement);
		}
		let signer = signature.recover(&statement.digest(terms.genesis));
		let mut members = (0u32..).zip(terms.members);
		let member = members.find(|(_, it)| Some(it.address) == signer);
		let (member, _) = member.ok_or(NotFinal::WrongSigner)?;
		if !part.belongs_to(statement, terms.genesis) {
			return Err(NotFinal::NotInVector);
		}
		let announces = place.position().is_some_and(|it| part.listed().announces(&it));
		announces.then_some(member).ok_or(NotFinal::NotAnnounced)
	}
}

#[cfg(test)]
mod tests;
