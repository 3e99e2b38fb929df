//! The 32-byte words of the EVM's ABI, and their Keccak-256.
//!
//! Everything that a contract may see is hashed over `abi.encode` of static types: each value fills one word of 32
//! bytes, numbers big-endian on the right. EIP-712 hashes its structures over the same words.

use sp_core::{H160, H256, U256};

/// One word of the ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word([u8; 32]);

impl Word {
	/// The word's bytes.
	pub const fn as_bytes(&self) -> &[u8; 32] {
		&self.0
	}
}

impl From<[u8; 32]> for Word {
	fn from(bytes: [u8; 32]) -> Self {
		Self(bytes)
	}
}

impl From<H256> for Word {
	fn from(hash: H256) -> Self {
		Self(hash.0)
	}
}

impl From<U256> for Word {
	fn from(number: U256) -> Self {
		Self(number.to_big_endian())
	}
}

impl From<H160> for Word {
	fn from(address: H160) -> Self {
		Self(H256::from(address).0)
	}
}

impl From<u128> for Word {
	fn from(number: u128) -> Self {
		U256::from(number).into()
	}
}

impl From<u64> for Word {
	fn from(number: u64) -> Self {
		u128::from(number).into()
	}
}

impl From<u32> for Word {
	fn from(number: u32) -> Self {
		u128::from(number).into()
	}
}

impl From<u8> for Word {
	fn from(number: u8) -> Self {
		u128::from(number).into()
	}
}

impl From<bool> for Word {
	fn from(truth: bool) -> Self {
		u8::from(truth).into()
	}
}

impl From<&crate::AccountId> for Word {
	fn from(account: &crate::AccountId) -> Self {
		Self(*account.as_ref())
	}
}

/// Keccak-256 of `abi.encode(words...)`.
pub fn keccak<const N: usize>(words: [Word; N]) -> H256 {
	let bytes = words.map(|word| word.0);
	H256(sp_io::hashing::keccak_256(bytes.as_flattened()))
}

/// Keccak-256 of bytes, as for `string` and `bytes` inside EIP-712 and for type strings.
pub fn keccak_bytes(bytes: &[u8]) -> H256 {
	H256(sp_io::hashing::keccak_256(bytes))
}

/// The tag of a leaf's or structure's type, its first word when it is hashed: Keccak-256 of its name.
pub fn tag(name: &str) -> H256 {
	keccak_bytes(name.as_bytes())
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloy_primitives::{Address, B256};
	use alloy_sol_types::SolValue;

	#[test]
	fn words_are_those_of_another_implementation() {
		let encoded = (
			B256::repeat_byte(7),
			alloy_primitives::U256::MAX,
			Address::repeat_byte(9),
			u128::MAX,
			u64::MAX,
			3u32,
			true,
		)
			.abi_encode();
		let ours = keccak([
			H256::repeat_byte(7).into(),
			U256::MAX.into(),
			H160::repeat_byte(9).into(),
			u128::MAX.into(),
			u64::MAX.into(),
			3u32.into(),
			true.into(),
		]);
		assert_eq!(ours.0, alloy_primitives::keccak256(encoded).0);
	}
}
