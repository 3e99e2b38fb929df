//! What an EVM wallet signs: structures of EIP-712 under this network's domain.
//!
//! A structure's hash is [`abi::keccak`] over its type hash and the words of its fields (see
//! <https://eips.ethereum.org/EIPS/eip-712>); each message's type string stands beside the message.

use crate::abi;
use sp_core::H256;

/// Name in the domain, as wallets show it.
pub const DOMAIN_NAME: &str = "Smart Layer";

/// Version of the formats signed under the domain.
pub const DOMAIN_VERSION: &str = "1";

/// The domain's type. There is no chain id and no contract: the salt is the network's genesis hash.
pub const DOMAIN_TYPE: &str = "EIP712Domain(string name,string version,bytes32 salt)";

/// The domain of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
	separator: H256,
}

impl Domain {
	/// The domain of the network with this genesis hash.
	pub fn of(genesis: H256) -> Self {
		let separator = abi::keccak([
			abi::keccak_bytes(DOMAIN_TYPE.as_bytes()).into(),
			abi::keccak_bytes(DOMAIN_NAME.as_bytes()).into(),
			abi::keccak_bytes(DOMAIN_VERSION.as_bytes()).into(),
			genesis.into(),
		]);
		Self { separator }
	}

	/// Hash of the domain, the `domainSeparator` of EIP-712.
	pub const fn separator(&self) -> H256 {
		self.separator
	}

	/// What is signed: the structure's hash within this domain.
	pub fn digest(&self, structure: H256) -> H256 {
		let mut message = [0u8; 66];
		let (prefix, hashes) = message.split_at_mut(2);
		prefix.copy_from_slice(&[0x19, 0x01]);
		let (separator, hash) = hashes.split_at_mut(32);
		separator.copy_from_slice(self.separator.as_bytes());
		hash.copy_from_slice(structure.as_bytes());
		abi::keccak_bytes(&message)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloy_primitives::B256;
	use alloy_sol_types::{eip712_domain, sol, SolStruct};

	sol! {
		struct Greeting { bytes32 from; uint64 number; }
	}

	#[test]
	fn digests_are_those_of_another_implementation() {
		let genesis = H256::repeat_byte(0x5a);
		let theirs = eip712_domain! {
			name: DOMAIN_NAME,
			version: DOMAIN_VERSION,
			salt: B256::from(genesis.0),
		};
		let ours = Domain::of(genesis);
		assert_eq!(ours.separator().0, theirs.separator().0);

		let greeting = Greeting { from: B256::repeat_byte(1), number: 9 };
		let structure = abi::keccak([
			abi::keccak_bytes(b"Greeting(bytes32 from,uint64 number)").into(),
			H256::repeat_byte(1).into(),
			9u64.into(),
		]);
		assert_eq!(ours.digest(structure).0, greeting.eip712_signing_hash(&theirs).0);
	}
}
