//! A bridge: the contract on an EVM chain that takes snapshots, and what is signed for it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{abi, evm::EvmAddress};
use sp_core::H256;

/// Name in a bridge's EIP-712 domain.
pub const DOMAIN_NAME: &str = "Smart Layer Bridge";

/// Version in a bridge's EIP-712 domain.
pub const DOMAIN_VERSION: &str = "1";

/// Type of a bridge's EIP-712 domain.
pub const DOMAIN_TYPE: &str =
	"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

/// Type of the message that anchors sign.
pub const SNAPSHOT_TYPE: &str = "Snapshot(bytes32 snapshotHash)";

/// A contract that takes snapshots.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Bridge {
	/// The EVM chain's number (EIP-155).
	pub chain_id: u64,
	/// The contract's address.
	pub contract: EvmAddress,
}

impl Bridge {
	/// The contract's `domainSeparator`.
	pub fn separator(&self) -> H256 {
		abi::keccak([
			abi::keccak_bytes(DOMAIN_TYPE.as_bytes()).into(),
			abi::keccak_bytes(DOMAIN_NAME.as_bytes()).into(),
			abi::keccak_bytes(DOMAIN_VERSION.as_bytes()).into(),
			self.chain_id.into(),
			self.contract.into(),
		])
	}

	/// What anchors sign so that this contract takes the snapshot with this hash.
	pub fn digest(&self, snapshot_hash: H256) -> H256 {
		let message =
			abi::keccak([abi::keccak_bytes(SNAPSHOT_TYPE.as_bytes()).into(), snapshot_hash.into()]);
		let mut bytes = [0u8; 66];
		let (prefix, hashes) = bytes.split_at_mut(2);
		prefix.copy_from_slice(&[0x19, 0x01]);
		let (separator, hash) = hashes.split_at_mut(32);
		separator.copy_from_slice(self.separator().as_bytes());
		hash.copy_from_slice(message.as_bytes());
		abi::keccak_bytes(&bytes)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloy_primitives::{Address, B256};
	use alloy_sol_types::{eip712_domain, sol, SolStruct};

	mod theirs {
		alloy_sol_types::sol! {
			struct Snapshot { bytes32 snapshotHash; }
		}
	}

	sol! {
		struct Unrelated { bytes32 snapshotHash; }
	}

	#[test]
	fn digests_are_those_of_another_implementation() {
		let bridge = Bridge { chain_id: 137, contract: EvmAddress::repeat_byte(0xbb) };
		let domain = eip712_domain! {
			name: DOMAIN_NAME,
			version: DOMAIN_VERSION,
			chain_id: 137,
			verifying_contract: Address::repeat_byte(0xbb),
		};
		assert_eq!(bridge.separator().0, domain.separator().0);
		let hash = B256::repeat_byte(3);
		let message = theirs::Snapshot { snapshotHash: hash };
		let ours = bridge.digest(H256(hash.0));
		assert_eq!(ours.0, message.eip712_signing_hash(&domain).0);
		assert_ne!(ours.0, Unrelated { snapshotHash: hash }.eip712_signing_hash(&domain).0);
	}

	#[test]
	fn a_signature_for_one_bridge_is_for_no_other() {
		let bridge = Bridge { chain_id: 1, contract: EvmAddress::repeat_byte(1) };
		let hash = H256::repeat_byte(9);
		let other_chain = Bridge { chain_id: 2, ..bridge };
		let other_contract = Bridge { contract: EvmAddress::repeat_byte(2), ..bridge };
		assert_ne!(bridge.digest(hash), other_chain.digest(hash));
		assert_ne!(bridge.digest(hash), other_contract.digest(hash));
	}
}
