//! What is stored beside the types of the protocol.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use smartlayer_commitment::{Bridge, IntervalNumber, Receipt, MAX_MEMBERS};
use smartlayer_types::SetId;

/// A bridge that governance registered.
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
pub struct RegisteredBridge {
	/// The contract.
	pub bridge: Bridge,
	/// The interval that was open: sets that ended before owe it no hand-over.
	pub since: IntervalNumber,
}

/// Attestations of one interval's receipt from one bridge that are no quorum yet.
#[derive(
	Clone,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Attestations {
	/// The set whose members attest; attestations of an earlier set are forgotten.
	pub set_id: SetId,
	/// Who attests what.
	pub given: BoundedVec<(u32, Receipt), ConstU32<MAX_MEMBERS>>,
}

/// The incarnation of a log that was begun anew.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Incarnation {
	/// Its number.
	pub number: u32,
	/// The interval that was open when it was raised.
	pub raised_in: IntervalNumber,
}

/// The numbers of the offences that are remembered: from `first` up to and without `next`.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Remembered {
	/// The oldest.
	pub first: u64,
	/// The number of the next.
	pub next: u64,
}
