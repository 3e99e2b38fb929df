//! Who this node is to other anchors, and who a peer is.

use super::{Members, LOG_TARGET};
use codec::{DecodeAll, Encode};
use sc_network::PeerId;
use smartlayer_types::{
	anchors::key::ANCHOR,
	domain,
	evm::{address_of_compressed_key, EvmAddress, EvmSignature},
};
use sp_core::{ecdsa, H256};
use sp_keystore::KeystorePtr;

/// What a node sends when it is nobody.
pub(super) const EMPTY: Vec<u8> = Vec::new();

/// What an anchor key signs to vouch for a peer id.
fn digest(genesis: H256, peer: &PeerId) -> H256 {
	domain::hash("anchor peer", genesis, &peer.to_bytes())
}

/// The anchor whose key vouches for the peer; `None` if the handshake is anything but one good signature.
pub(super) fn signer(handshake: &[u8], genesis: H256, peer: &PeerId) -> Option<EvmAddress> {
	let signature = EvmSignature::decode_all(&mut &handshake[..]).ok()?;
	signature.recover(&digest(genesis, peer))
}

/// This node's keys and peer id.
pub(super) struct Identity {
	keystore: KeystorePtr,
	genesis: H256,
	peer: PeerId,
}

impl Identity {
	pub fn new(keystore: KeystorePtr, genesis: H256, peer: PeerId) -> Self {
		Self { keystore, genesis, peer }
	}

	/// The anchor that this node is, with its handshake: a member whose key it has, the one it was before if it still is.
	///
	/// A key store may hold the keys of several sessions. While two of them are members', as around a change of the set,
	/// either is good to be known by.
	pub fn choose(
		&self,
		members: &Members,
		before: Option<EvmAddress>,
	) -> Option<(EvmAddress, Vec<u8>)> {
		let keys = self.keystore.ecdsa_public_keys(ANCHOR);
		let of = |key: ecdsa::Public| Some((address_of_compressed_key(&key)?, key));
		let mut own: Vec<_> =
			keys.into_iter().filter_map(of).filter(|(own, _)| members.contains_key(own)).collect();
		own.sort_by_key(|(address, _)| (Some(*address) != before, *address));
		own.into_iter().find_map(|(address, key)| Some((address, self.sign(&key)?)))
	}

	fn sign(&self, key: &ecdsa::Public) -> Option<Vec<u8>> {
		let digest = digest(self.genesis, &self.peer);
		match self.keystore.ecdsa_sign_prehashed(ANCHOR, key, &digest.0) {
			Ok(signature) => signature.map(|signature| EvmSignature(signature.0).encode()),
			Err(error) => {
				log::error!(target: LOG_TARGET, "the anchor key can't sign the handshake: {error}");
				None
			},
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::network::tests::{authority, generate_key};
	use sp_keystore::testing::MemoryKeystore;
	use std::sync::Arc;

	const GENESIS: H256 = H256::repeat_byte(3);

	fn members(addresses: &[EvmAddress]) -> Members {
		addresses.iter().map(|address| (*address, authority(1))).collect()
	}

	fn identity() -> (Identity, Arc<MemoryKeystore>) {
		let keystore = Arc::new(MemoryKeystore::new());
		(Identity::new(keystore.clone(), GENESIS, PeerId::random()), keystore)
	}

	#[test]
	fn a_handshake_names_the_anchor_whose_key_signed_it() {
		let (identity, keystore) = identity();
		let address = generate_key(&keystore, "//one");
		let (chosen, handshake) = identity.choose(&members(&[address]), None).unwrap();
		assert_eq!(chosen, address);
		assert_eq!(handshake.len(), 65);
		assert_eq!(signer(&handshake, GENESIS, &identity.peer), Some(address));
	}

	#[test]
	fn a_handshake_of_another_peer_or_network_names_somebody_else() {
		let (identity, keystore) = identity();
		let address = generate_key(&keystore, "//one");
		let (_, handshake) = identity.choose(&members(&[address]), None).unwrap();
		assert_ne!(signer(&handshake, GENESIS, &PeerId::random()), Some(address));
		assert_ne!(signer(&handshake, H256::zero(), &identity.peer), Some(address));
	}

	#[test]
	fn only_one_whole_signature_is_a_handshake() {
		let (identity, keystore) = identity();
		let address = generate_key(&keystore, "//one");
		let (_, handshake) = identity.choose(&members(&[address]), None).unwrap();
		for length in 0..handshake.len() {
			assert_eq!(signer(&handshake[..length], GENESIS, &identity.peer), None);
		}
		let longer = [handshake, vec![0]].concat();
		assert_eq!(signer(&longer, GENESIS, &identity.peer), None);
		assert_eq!(signer(&EMPTY, GENESIS, &identity.peer), None);
		// The role that the SDK sets where nobody sets a handshake.
		assert_eq!(signer(&[4], GENESIS, &identity.peer), None);
	}

	#[test]
	fn a_node_without_a_key_of_a_member_is_nobody() {
		let (identity, keystore) = identity();
		assert_eq!(identity.choose(&members(&[EvmAddress::zero()]), None), None);
		let address = generate_key(&keystore, "//one");
		assert_eq!(identity.choose(&members(&[]), Some(address)), None);
		assert_eq!(identity.choose(&members(&[EvmAddress::zero()]), Some(address)), None);
	}

	#[test]
	fn a_node_stays_who_it_was_while_it_may() {
		let (identity, keystore) = identity();
		let both = ["//one", "//two"].map(|seed| generate_key(&keystore, seed));
		let chosen = |members: &Members, before| identity.choose(members, before).unwrap().0;
		for address in both {
			assert_eq!(chosen(&members(&both), Some(address)), address);
		}
		assert_eq!(chosen(&members(&both[1..]), Some(both[0])), both[1]);
	}
}
