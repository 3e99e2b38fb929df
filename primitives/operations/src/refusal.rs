//! Why an operation is not accepted.

#![allow(clippy::cast_possible_truncation, reason = "the codec's derive numbers variants so")]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::RuleViolation;

/// Why an operation is not accepted. [`Refusal::is_final`] tells what can still come to be accepted.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Refusal {
	/// The actor did not sign it.
	#[codec(index = 0)]
	BadSignature,
	/// There is no such class, or it is not in use.
	#[codec(index = 1)]
	NoSuchClass,
	/// The class's rules have no such kind.
	#[codec(index = 2)]
	NoSuchKind,
	/// The actor has not the role that the kind asks for.
	#[codec(index = 3)]
	WrongSigner,
	/// The kind names a new holder and `to` is zero, or the other way round.
	#[codec(index = 4)]
	WrongHolder,
	/// The class's rules do not allow it in the instance's state: these kinds are missing.
	#[codec(index = 5)]
	Missing(u32),
	/// The class's rules do not allow it in the instance's state: these kinds forbid it.
	#[codec(index = 6)]
	Forbidden(u32),
	/// Its number is taken by an operation that is settled or final.
	#[codec(index = 7)]
	SlotTaken,
	/// The operation with the number before is missing.
	#[codec(index = 8)]
	Gap,
	/// It was signed too long before the interval.
	#[codec(index = 9)]
	TooOld,
	/// It claims to be signed in the future.
	#[codec(index = 10)]
	InFuture,
	/// Another operation for the slot was accepted and is not decided yet.
	#[codec(index = 11)]
	Conflict,
	/// No operations are accepted at the moment: too many intervals are unconfirmed, the set changes, or the anchor is
	/// no member or has just started.
	#[codec(index = 12)]
	NotAccepting,
	/// The interval's bound on operations is reached.
	#[codec(index = 13)]
	Full,
}

impl Refusal {
	/// Whether nothing that happens later makes the operation acceptable.
	pub const fn is_final(&self) -> bool {
		matches!(self, Self::BadSignature | Self::SlotTaken | Self::TooOld)
	}
}

impl From<RuleViolation> for Refusal {
	fn from(violation: RuleViolation) -> Self {
		match violation {
			RuleViolation::UnknownKind => Self::NoSuchKind,
			RuleViolation::Missing(kinds) => Self::Missing(kinds),
			RuleViolation::Forbidden(kinds) => Self::Forbidden(kinds),
		}
	}
}
