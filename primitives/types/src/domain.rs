//! Domains: what is hashed or signed for one purpose on one network is valid for no other.

use codec::Encode;
use sp_core::H256;

/// The protocol's name, first in everything that is hashed with a domain.
pub const PROTOCOL: &[u8] = b"smartlayer";

/// Version of the formats hashed with a domain.
pub const VERSION: u16 = 1;

/// BLAKE2b-256 over the SCALE encoding of (protocol, version, genesis hash, purpose, payload).
///
/// `purpose` is a constant of the code and differs between any two uses.
pub fn hash(purpose: &str, genesis: H256, payload: &impl Encode) -> H256 {
	let bytes = (PROTOCOL, VERSION, genesis, purpose, payload).encode();
	H256(sp_io::hashing::blake2_256(&bytes))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn purpose_network_and_payload_all_count() {
		let genesis = H256::repeat_byte(1);
		let one = hash("one", genesis, &7u32);
		assert_eq!(one, hash("one", genesis, &7u32));
		assert_ne!(one, hash("on", genesis, &7u32));
		assert_ne!(one, hash("one", H256::repeat_byte(2), &7u32));
		assert_ne!(one, hash("one", genesis, &8u32));
		// The purpose carries its length: it can't run over into the payload.
		assert_ne!(hash("ab", genesis, &b"c"), hash("a", genesis, &b"bc"));
	}
}
