//! Anchors: their number, how many may be faulty, how many must agree, and the key that signs for them.

use crate::{
	evm::{address_of_compressed_key, EvmAddress, EvmSignature},
	AccountId,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

/// Number of an anchor set: grows by one whenever (account, anchor key) of a member changes.
pub type SetId = u64;

/// The most members of `n` that may be faulty: `floor((n - 1) / 3)`.
pub const fn max_faulty(n: u32) -> u32 {
	n.saturating_sub(1) / 3
}

/// The least number of members of `n` that decide together: `n - max_faulty(n)`. Nobody decides in an empty set.
pub const fn quorum(n: u32) -> u32 {
	if n == 0 {
		return u32::MAX;
	}
	n.saturating_sub(max_faulty(n))
}

/// The session key by which an anchor signs vectors, votes and snapshots: ECDSA over secp256k1, so that a contract
/// on an EVM chain knows it by its Ethereum address.
pub mod key {
	use sp_application_crypto::{app_crypto, ecdsa, KeyTypeId};

	/// How a node's key store names anchor keys.
	pub const ANCHOR: KeyTypeId = KeyTypeId(*b"anch");

	app_crypto!(ecdsa, ANCHOR);
}

/// The public part of an anchor key.
pub type AnchorKey = key::Public;

/// A member of an anchor set.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct AnchorMember {
	/// The account that was elected.
	pub account: AccountId,
	/// The anchor key that was active.
	pub key: AnchorKey,
	/// The key's Ethereum address, by which contracts know the member.
	pub address: EvmAddress,
}

impl AnchorMember {
	/// The member with this key; `None` if the key is no point of the curve.
	pub fn new(account: AccountId, key: AnchorKey) -> Option<Self> {
		let address = address_of_compressed_key(key.as_ref())?;
		Some(Self { account, key, address })
	}

	/// Whether this member signed the digest; low `s` only.
	pub fn signed(&self, digest: &H256, signature: &EvmSignature) -> bool {
		signature.recover(digest) == Some(self.address)
	}
}

/// Who the anchors are and were.
///
/// Members of a set are in ascending order of their addresses: a member's index is its bit in a contract's signer
/// bitmap.
pub trait AnchorSets {
	/// The set in office.
	fn current() -> SetId;

	/// The members of a set; `None` before its office and after the evidence window.
	fn members(set: SetId) -> Option<Vec<AnchorMember>>;

	/// One member of a set.
	fn member(set: SetId, index: u32) -> Option<AnchorMember> {
		Self::members(set)?.into_iter().nth(usize::try_from(index).ok()?)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn two_quorums_share_more_members_than_may_be_faulty() {
		for n in 1..1_000 {
			let (f, q) = (max_faulty(n), quorum(n));
			assert!(3 * f < n);
			assert!(2 * q - n > f, "two quorums of {n} share an honest member");
			assert!(n - f >= q, "the honest members of {n} are a quorum");
		}
		assert_eq!((quorum(4), quorum(7), max_faulty(4), max_faulty(3)), (3, 5, 1, 0));
		assert_eq!(quorum(0), u32::MAX);
	}
}
