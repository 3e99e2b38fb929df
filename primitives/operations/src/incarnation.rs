//! Raising the incarnation of a log whose store was lost.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{domain, AccountId, SetId};
use sp_core::H256;

/// What an anchor signs to begin its log anew.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct IncarnationRaise {
	/// The set of which the anchor is a member.
	pub set_id: SetId,
	/// The log's anchor.
	pub origin: AccountId,
	/// The new incarnation: one more than before.
	pub incarnation: u32,
}

impl IncarnationRaise {
	/// What is signed.
	pub fn digest(&self, genesis: H256) -> H256 {
		domain::hash("log incarnation", genesis, self)
	}
}
