//! Service nodes: what they offer, what state they are in, where chance places them.

#![allow(clippy::cast_possible_truncation, reason = "the codec's derive numbers variants so")]

use crate::{domain, endpoint::Endpoint, AccountId, BlockNumber, Sla};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_core::{ed25519, H256};

/// Number of an epoch, as BABE counts them.
pub type EpochIndex = u64;

/// Number of an era: a period for which nodes are rewarded, some epochs long.
pub type EraIndex = u32;

/// The ed25519 key by which a service node is known in the peer-to-peer network.
pub type PeerKey = ed25519::Public;

/// The purpose of what a peer key signs to join a registration.
const REGISTRATION: &str = "service node registration";

/// The purpose of placement salts.
const PLACEMENT_SALT: &str = "placement salt";

/// What stands before the key in a libp2p peer id: an identity multihash (code 0, 36 bytes) of the protocol buffer
/// `PublicKey { type: Ed25519, data: 32 bytes }`.
/// See <https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md>.
const PEER_ID_PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// The libp2p peer id of a key.
pub fn peer_id(key: &PeerKey) -> [u8; 38] {
	let mut id = [0u8; 38];
	let (prefix, rest) = id.split_at_mut(PEER_ID_PREFIX.len());
	prefix.copy_from_slice(&PEER_ID_PREFIX);
	rest.copy_from_slice(&key.0);
	id
}

/// The key of a libp2p peer id; `None` for an id of another kind of key.
pub fn key_of_peer_id(id: &[u8]) -> Option<PeerKey> {
	let key: [u8; 32] = id.strip_prefix(PEER_ID_PREFIX.as_slice())?.try_into().ok()?;
	Some(PeerKey::from_raw(key))
}

/// The 32 bytes that a peer key signs to be registered for an account at an endpoint (in its one spelling).
pub fn registration_digest(
	genesis: H256,
	account: &AccountId,
	endpoint: &Endpoint,
	key: &PeerKey,
) -> H256 {
	domain::hash(REGISTRATION, genesis, &(account, endpoint, key))
}

/// What decides where an account's node is placed, from the randomness of the second epoch after registration.
pub fn placement_salt(genesis: H256, randomness: &[u8; 32], account: &AccountId) -> H256 {
	domain::hash(PLACEMENT_SALT, genesis, &(randomness, account))
}

/// What a node offers.
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
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Terms {
	/// The service level it promises.
	pub sla: Sla,
	/// How many shards it can hold.
	pub capacity: u32,
}

/// The state of a registered node.
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
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum NodeState {
	/// It is tested and not placed yet.
	#[codec(index = 0)]
	Probation {
		/// The epoch in which the test began.
		since: EpochIndex,
	},
	/// It can be placed, called and paid.
	#[codec(index = 1)]
	Active {
		/// The epoch in which it became active.
		since: EpochIndex,
	},
	/// It failed, and is neither placed nor rewarded for capacity.
	#[codec(index = 2)]
	Jailed {
		/// The epoch in which it was jailed.
		since: EpochIndex,
		/// The era in which it was jailed.
		era: EraIndex,
		/// The first block in which it can ask for another probation.
		until: BlockNumber,
	},
	/// It gave up its service; the bond can still be slashed.
	#[codec(index = 3)]
	Leaving {
		/// The epoch in which it left.
		since: EpochIndex,
		/// The first block in which the bond can be withdrawn.
		until: BlockNumber,
	},
}

impl NodeState {
	/// Whether the node can be placed and called.
	pub const fn is_active(&self) -> bool {
		matches!(self, Self::Active { .. })
	}

	/// Whether the node gave up its service.
	pub const fn is_leaving(&self) -> bool {
		matches!(self, Self::Leaving { .. })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::Pair;

	#[test]
	fn a_peer_id_is_the_multihash_of_its_key() {
		// The example of libp2p's specification of peer ids, decoded from base58 and hexadecimal.
		let key =
			hex_literal::hex!("1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e");
		let id = peer_id(&PeerKey::from_raw(key));
		assert_eq!(
			id,
			hex_literal::hex!(
				"0024080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e"
			)
		);
		assert_eq!(key_of_peer_id(&id), Some(PeerKey::from_raw(key)));
		assert_eq!(key_of_peer_id(&id[1..]), None);
		assert_eq!(key_of_peer_id(&id[..37]), None);
	}

	#[test]
	fn a_registration_is_for_one_account_endpoint_key_and_network() {
		let endpoint = |url: &str| crate::endpoint::normalise(url.as_bytes(), false).unwrap();
		let key = ed25519::Pair::from_seed(&[1; 32]).public();
		let other_key = ed25519::Pair::from_seed(&[2; 32]).public();
		let (genesis, account) = (H256::repeat_byte(1), AccountId::new([1; 32]));
		let one = registration_digest(genesis, &account, &endpoint("https://a.example"), &key);
		for other in [
			registration_digest(H256::zero(), &account, &endpoint("https://a.example"), &key),
			registration_digest(
				genesis,
				&AccountId::new([2; 32]),
				&endpoint("https://a.example"),
				&key,
			),
			registration_digest(genesis, &account, &endpoint("https://b.example"), &key),
			registration_digest(genesis, &account, &endpoint("https://a.example"), &other_key),
		] {
			assert_ne!(one, other);
		}
	}

	#[test]
	fn a_salt_depends_on_network_randomness_and_account() {
		let (genesis, account) = (H256::repeat_byte(1), AccountId::new([1; 32]));
		let one = placement_salt(genesis, &[7; 32], &account);
		assert_eq!(one, placement_salt(genesis, &[7; 32], &account));
		assert_ne!(one, placement_salt(H256::zero(), &[7; 32], &account));
		assert_ne!(one, placement_salt(genesis, &[8; 32], &account));
		assert_ne!(one, placement_salt(genesis, &[7; 32], &AccountId::new([2; 32])));
	}
}
