//! What the pallet stores.

#![allow(
	clippy::cast_possible_truncation,
	reason = "what the codec makes of the index of a variant"
)]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Ordering;
use frame_support::{
	pallet_prelude::{BoundedVec, ConstU32},
	traits::Get,
	CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;
use smartlayer_types::{AccountId, AnchorMember, Balance, BlockNumber, SetId};
use sp_core::H256;
use sp_runtime::Perbill;
use sp_staking::{offence::Kind, SessionIndex};

/// The most candidates a ballot can name.
pub const MAX_VOTES: u32 = 16;

/// The most withdrawals of one account that can be under way at once.
pub const MAX_UNLOCKING: u32 = 16;

/// A short text of an organisation's profile, UTF-8.
pub type Text = BoundedVec<u8, ConstU32<128>>;

/// Who stands for election.
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
	serde::Serialize,
	serde::Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Profile {
	pub name: Text,
	pub web_site: Text,
	/// The public endpoint, `https://` and a host.
	pub endpoint: Text,
	/// How the organisation is known to its country's register.
	pub legal_identifier: Text,
	/// Hash of a longer statement that voters find at the web site.
	pub statement: H256,
}

impl Profile {
	/// Whether it has a name and an endpoint that is reached by HTTPS, in printable ASCII without spaces, and all
	/// text is UTF-8.
	pub fn is_complete(&self) -> bool {
		let all = [&self.name, &self.web_site, &self.endpoint, &self.legal_identifier];
		let host = self.endpoint.strip_prefix(b"https://".as_slice());
		!self.name.is_empty()
			&& host.is_some_and(|host| !host.is_empty() && host.iter().all(u8::is_ascii_graphic))
			&& all.iter().all(|text| core::str::from_utf8(text).is_ok())
	}
}

/// Number of a candidacy: a ballot counts for the candidacy it named, not for a later one of the same account.
pub type CandidacyId = u32;

/// A candidacy.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Candidate {
	pub id: CandidacyId,
	/// What is held, less what was slashed.
	pub bond: Balance,
	/// Stake of all ballots that name it, each counted whole.
	pub approval: Balance,
	/// Offences that keep it from being elected; those that governance cancelled don't count.
	pub offences: u32,
}

/// The bond of an account that no longer stands for election.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Leaving {
	pub bond: Balance,
	pub since: BlockNumber,
}

/// When an account last was in office.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Service {
	pub last_set: SetId,
	/// The first session without it.
	pub ended: SessionIndex,
}

/// A ballot: stake and for whom it counts.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Ballot {
	pub stake: Balance,
	pub candidates: BoundedVec<(AccountId, CandidacyId), ConstU32<MAX_VOTES>>,
}

/// Stake that no longer counts.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Unlocking {
	pub amount: Balance,
	/// The block from which it can be taken out.
	pub at: BlockNumber,
}

/// A voter's place: greatest stake first, then by account. Smaller is better.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Rank {
	pub stake: Balance,
	pub account: AccountId,
}

impl Ord for Rank {
	fn cmp(&self, other: &Self) -> Ordering {
		other.stake.cmp(&self.stake).then_with(|| self.account.cmp(&other.account))
	}
}

impl PartialOrd for Rank {
	fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
		Some(self.cmp(other))
	}
}

/// An account and the stake behind it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Seat {
	pub account: AccountId,
	pub backing: Balance,
}

/// How far an election has come.
#[derive(
	CloneNoBound,
	DebugNoBound,
	PartialEqNoBound,
	EqNoBound,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(skip_type_params(MaxAnchors))]
pub enum Stage<MaxAnchors: Get<u32>> {
	/// Seats are being filled.
	#[codec(index = 0)]
	Seats { totals: Totals },
	/// Runners-up are being found among those that were not elected.
	#[codec(index = 1)]
	RunnersUp { totals: Totals, seats_hash: H256, seats: BoundedVec<Seat, MaxAnchors> },
}

/// What is kept of an election.
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
pub struct Totals {
	pub term: u32,
	/// The block in which it began.
	pub block: BlockNumber,
	/// Total issuance then.
	pub issuance: Balance,
	/// A vote's weight is its stake divided by this, rounded down.
	pub scaling_factor: Balance,
	pub voters: u32,
	pub candidates: u32,
	/// Weight of all counted voters together.
	pub counted_weight: u128,
}

/// Totals and the hash of the full result.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ResultSummary {
	pub totals: Totals,
	pub hash: H256,
}

/// A result that is public and not yet in office.
#[derive(
	CloneNoBound,
	DebugNoBound,
	PartialEqNoBound,
	EqNoBound,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(skip_type_params(MaxAnchors, MaxRunnersUp))]
pub struct PendingResult<MaxAnchors: Get<u32>, MaxRunnersUp: Get<u32>> {
	/// Those with a sufficient share of issuance, best backed first.
	pub seats: BoundedVec<Seat, MaxAnchors>,
	pub runners_up: BoundedVec<Seat, MaxRunnersUp>,
	pub takes_office: BlockNumber,
}

/// A set of anchors and when it was in office.
#[derive(
	CloneNoBound,
	DebugNoBound,
	PartialEqNoBound,
	EqNoBound,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(skip_type_params(MaxAnchors))]
pub struct SetRecord<MaxAnchors: Get<u32>> {
	/// In ascending order of addresses.
	pub members: BoundedVec<AnchorMember, MaxAnchors>,
	pub first_session: SessionIndex,
	/// The first session under another set; `None` while in office.
	pub ended: Option<SessionIndex>,
}

/// A raw public key; the longest are compressed ECDSA keys.
pub type RawKey = BoundedVec<u8, ConstU32<33>>;

/// A validator and the keys with which it was active.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ActiveMember {
	pub account: AccountId,
	/// By key type.
	pub keys: BoundedVec<([u8; 4], RawKey), ConstU32<8>>,
}

/// Validators and their keys through some sessions.
#[derive(
	CloneNoBound,
	DebugNoBound,
	PartialEqNoBound,
	EqNoBound,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(skip_type_params(MaxAnchors))]
pub struct KeyPeriod<MaxAnchors: Get<u32>> {
	pub members: BoundedVec<ActiveMember, MaxAnchors>,
}

/// A fault of an anchor towards the operation logs and snapshots.
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
pub enum AnchorFault {
	/// Two log headers of one number.
	#[codec(index = 0)]
	Log,
	/// Vectors of one interval that conflict or retract.
	#[codec(index = 1)]
	Vector,
	/// Two snapshot hashes signed for one interval.
	#[codec(index = 2)]
	Snapshot,
	/// A proposal approved and rejected.
	#[codec(index = 3)]
	Vote,
	/// A batch with an invalid signature.
	#[codec(index = 4)]
	Batch,
}

/// Which offence a slash is for.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct OffenceId {
	pub kind: Kind,
	pub session: SessionIndex,
	/// Hash of the encoded time slot, whatever its type.
	pub slot: H256,
	pub offender: AccountId,
}

/// What became of a slash.
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
pub enum SlashState {
	/// It waits, and governance can cancel it.
	#[codec(index = 0)]
	Waiting,
	/// It was taken and burned.
	#[codec(index = 1)]
	Applied,
	/// Governance cancelled it.
	#[codec(index = 2)]
	Cancelled,
}

/// A slash.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Slash {
	pub offender: AccountId,
	/// Of the bond.
	pub fraction: Perbill,
	pub amount: Balance,
	pub state: SlashState,
	/// When it is applied.
	pub due: BlockNumber,
	/// The last session in which it is remembered.
	pub remembered: SessionIndex,
}

/// The two queues of slashes, each in order of time.
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
pub enum SlashQueue {
	/// Waiting to be applied.
	#[codec(index = 0)]
	Apply,
	/// Waiting to be forgotten, once no evidence for the same offence can come.
	#[codec(index = 1)]
	Forget,
}

/// Why somebody lost a seat.
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
pub enum Removal {
	#[codec(index = 0)]
	Governance,
	#[codec(index = 1)]
	Offence,
	#[codec(index = 2)]
	Resignation,
	#[codec(index = 3)]
	MissedDuties,
}
