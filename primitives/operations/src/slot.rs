//! Slots: of all operations for one slot, at most one comes to be recorded.

#![allow(clippy::cast_possible_truncation, reason = "the codec's derive numbers variants so")]

use crate::operation::Operation;
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{AccountId, ClassId, InstanceId, Kind, SignerRole};
use sp_core::H256;

/// What at most one operation can have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(Hash))]
pub enum Slot {
	/// Of a kind that issuer or holder signs: the instance's next step.
	#[codec(index = 0)]
	Sequenced {
		/// The class.
		class: ClassId,
		/// The instance.
		instance: InstanceId,
		/// The step.
		seq: u64,
	},
	/// Of a kind that service nodes sign: nobody else's slot.
	#[codec(index = 1)]
	Recorded {
		/// The class.
		class: ClassId,
		/// The instance.
		instance: InstanceId,
		/// The kind.
		kind: Kind,
		/// Who records.
		actor: AccountId,
		/// The actor's number.
		seq: u64,
	},
}

impl Slot {
	/// The slot of an operation whose kind is signed by a role.
	pub fn of(operation: &Operation, role: SignerRole) -> Self {
		let Operation { class, instance, seq, kind, .. } = *operation;
		match role {
			SignerRole::Issuer | SignerRole::Holder => Self::Sequenced { class, instance, seq },
			SignerRole::ServiceNode => {
				let actor = operation.actor.clone();
				Self::Recorded { class, instance, kind, actor, seq }
			},
		}
	}

	/// The instance.
	pub const fn instance(&self) -> (ClassId, InstanceId) {
		match self {
			Self::Sequenced { class, instance, .. } | Self::Recorded { class, instance, .. } => {
				(*class, *instance)
			},
		}
	}
}

/// Which of several operations for one slot an anchor takes: the least. Issuers before holders before service nodes,
/// then by digest, so that honest anchors that know the same operations take the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(u8, H256);

impl Rank {
	/// The rank of an operation by its signer's role and its digest.
	pub const fn of(role: SignerRole, digest: H256) -> Self {
		let role = match role {
			SignerRole::Issuer => 0,
			SignerRole::Holder => 1,
			SignerRole::ServiceNode => 2,
		};
		Self(role, digest)
	}
}
