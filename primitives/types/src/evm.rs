//! Signers of the EVM: their addresses, their accounts on this chain, their signatures.
//!
//! The account of an EVM signer is its Ethereum address followed by twelve bytes `0xEE`. The SDK's
//! `MultiSignature::Eth` hashes the compressed key instead, so that its accounts are not Ethereum addresses: it is
//! not used, and a test below shows the difference.

use crate::{abi, AccountId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use k256::elliptic_curve::sec1::ToEncodedPoint;
use scale_info::TypeInfo;
use sp_core::{ecdsa, H160, H256};

/// An Ethereum address.
pub type EvmAddress = H160;

/// What follows the address in the account of an EVM signer.
pub const EVM_ACCOUNT_SUFFIX: [u8; 12] = [0xEE; 12];

/// Half the order of secp256k1, big-endian: a signature with a larger `s` has a twin with a smaller one, so only
/// the smaller is taken (EIP-2).
pub const HALF_ORDER: [u8; 32] = [
	0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

/// The account of an Ethereum address.
pub fn evm_account(address: EvmAddress) -> AccountId {
	let mut account = [0u8; 32];
	let (head, tail) = account.split_at_mut(20);
	head.copy_from_slice(address.as_bytes());
	tail.copy_from_slice(&EVM_ACCOUNT_SUFFIX);
	AccountId::new(account)
}

/// The Ethereum address whose account this is; `None` if it is the account of no EVM signer.
pub fn evm_address(account: &AccountId) -> Option<EvmAddress> {
	let bytes: &[u8; 32] = account.as_ref();
	let (address, suffix) = bytes.split_first_chunk::<20>()?;
	(suffix == EVM_ACCOUNT_SUFFIX.as_slice()).then_some(H160(*address))
}

/// The Ethereum address of an uncompressed key without its prefix byte: the last 20 bytes of its Keccak-256.
pub fn address_of_key(key: &[u8; 64]) -> EvmAddress {
	abi::keccak_bytes(key).into()
}

/// The Ethereum address of a compressed key; `None` if it is no point of the curve.
pub fn address_of_compressed_key(key: &ecdsa::Public) -> Option<EvmAddress> {
	let key = k256::PublicKey::from_sec1_bytes(key.as_ref()).ok()?;
	let point = key.to_encoded_point(false);
	let (_, coordinates) = point.as_bytes().split_first()?;
	Some(address_of_key(coordinates.try_into().ok()?))
}

/// A signature of an EVM signer: `r`, `s`, `v`, as wallets give it. `v` is 27 or 28, or 0 or 1.
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
pub struct EvmSignature(pub [u8; 65]);

impl EvmSignature {
	/// The address that signed this digest; `None` for a signature that is malformed or has a high `s`.
	pub fn recover(&self, digest: &H256) -> Option<EvmAddress> {
		if !has_low_s(&self.0) {
			return None;
		}
		let [rest @ .., v] = self.0;
		let v = match v {
			0 | 27 => 0,
			1 | 28 => 1,
			_ => return None,
		};
		let mut signature = [0u8; 65];
		let (head, tail) = signature.split_at_mut(64);
		head.copy_from_slice(&rest);
		tail.copy_from_slice(&[v]);
		let key = sp_io::crypto::secp256k1_ecdsa_recover(&signature, &digest.0).ok()?;
		Some(address_of_key(&key))
	}
}

/// Whether the `s` of a signature `r || s || v` is at most half the order of the curve.
pub fn has_low_s(signature: &[u8; 65]) -> bool {
	signature.get(32..64).is_some_and(|s| s <= HALF_ORDER.as_slice())
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::Pair;
	use sp_runtime::traits::{IdentifyAccount, Verify};
	use sp_runtime::{MultiSignature, MultiSigner};

	/// The first account of every Ethereum development chain, from the mnemonic "test test ... junk".
	const SECRET: [u8; 32] =
		hex_literal::hex!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
	const ADDRESS: [u8; 20] = hex_literal::hex!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");

	fn pair() -> ecdsa::Pair {
		ecdsa::Pair::from_seed(&SECRET)
	}

	fn signed(digest: &H256) -> EvmSignature {
		EvmSignature(pair().sign_prehashed(&digest.0).0)
	}

	/// The other signature of the same digest: `s` replaced by the order less `s`, `v` flipped.
	fn high_s(signature: EvmSignature) -> EvmSignature {
		let low = k256::ecdsa::Signature::from_slice(&signature.0[..64]).unwrap();
		let (r, s) = low.split_scalars();
		let high = k256::ecdsa::Signature::from_scalars(r.to_bytes(), (-*s).to_bytes()).unwrap();
		let mut bytes = [0; 65];
		bytes[..64].copy_from_slice(&high.to_bytes());
		bytes[64] = signature.0[64] ^ 1;
		EvmSignature(bytes)
	}

	#[test]
	fn a_known_key_has_its_known_address() {
		assert_eq!(address_of_compressed_key(&pair().public()), Some(H160(ADDRESS)));
		let digest = H256::repeat_byte(3);
		assert_eq!(signed(&digest).recover(&digest), Some(H160(ADDRESS)));
	}

	#[test]
	fn an_address_and_its_account_belong_together() {
		let account = evm_account(H160(ADDRESS));
		assert_eq!(evm_address(&account), Some(H160(ADDRESS)));
		assert_eq!(
			account.as_ref() as &[u8],
			hex_literal::hex!("f39fd6e51aad88f6f4ce6ab8827279cfffb92266eeeeeeeeeeeeeeeeeeeeeeee")
		);
		assert_eq!(evm_address(&AccountId::new([0xED; 32])), None);
	}

	#[test]
	fn the_account_of_the_sdk_for_ethereum_is_another() {
		// The SDK's account for the same key is made of a hash of the compressed key: no wallet and no block
		// explorer shows its first twenty bytes as the signer's address.
		let signer = MultiSigner::Eth(ecdsa::KeccakPair::from_seed(&SECRET).public());
		let theirs: AccountId = signer.into_account();
		assert_ne!(theirs, evm_account(H160(ADDRESS)));

		let message = b"hello";
		let signature = ecdsa::KeccakPair::from_seed(&SECRET).sign(message);
		let signature = MultiSignature::Eth(signature);
		assert!(signature.verify(&message[..], &theirs));
		assert!(!signature.verify(&message[..], &evm_account(H160(ADDRESS))));
	}

	#[test]
	fn a_signature_with_a_high_s_is_refused() {
		let digest = H256::repeat_byte(4);
		let good = signed(&digest);
		let twin = high_s(good);
		// Recovery itself would take it.
		let key = sp_io::crypto::secp256k1_ecdsa_recover(&twin.0, &digest.0).ok().unwrap();
		assert_eq!(address_of_key(&key), H160(ADDRESS));
		assert_eq!(twin.recover(&digest), None);
	}

	#[test]
	fn both_forms_of_v_are_taken_and_no_other() {
		let digest = H256::repeat_byte(5);
		let good = signed(&digest);
		for v in 0..=u8::MAX {
			let mut other = good;
			other.0[64] = v;
			let same = v == good.0[64] || v == good.0[64] + 27;
			assert_eq!(other.recover(&digest) == Some(H160(ADDRESS)), same, "v = {v}");
		}
	}

	#[test]
	fn signatures_of_zeros_and_ones_recover_nothing() {
		let digest = H256::repeat_byte(6);
		for byte in [0, 1, 0xff] {
			let mut forged = EvmSignature([byte; 65]);
			forged.0[64] = 0;
			assert_ne!(forged.recover(&digest), Some(H160(ADDRESS)));
		}
		assert_eq!(EvmSignature([0; 65]).recover(&digest), None);
	}
}
