//! Tests of the exchange: one file per subject.

mod inbox;
mod loopback;
mod peers;

use smartlayer_types::{
	anchors::key::ANCHOR,
	evm::{address_of_compressed_key, EvmAddress},
};
use sp_authority_discovery::AuthorityId;
use sp_core::sr25519;
use sp_keystore::{testing::MemoryKeystore, Keystore};

/// An authority id, different for each number.
pub(super) fn authority(number: u8) -> AuthorityId {
	sr25519::Public::from_raw([number; 32]).into()
}

/// Makes an anchor key and returns its address.
pub(super) fn generate_key(keystore: &MemoryKeystore, seed: &str) -> EvmAddress {
	let key = keystore.ecdsa_generate_new(ANCHOR, Some(seed)).unwrap();
	address_of_compressed_key(&key).unwrap()
}
