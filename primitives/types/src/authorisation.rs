//! Signatures by which an account authorises something that others take to the chain.

#![allow(clippy::cast_possible_truncation, reason = "the codec's derive numbers variants so")]

use crate::{
	evm::{evm_account, has_low_s, EvmSignature},
	AccountId,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{ecdsa, ed25519, sr25519, H256};
use sp_runtime::{traits::Verify, MultiSignature};

/// What polkadot.js and its like put before bytes that a user signs.
const WRAP_BEGIN: &[u8; 7] = b"<Bytes>";

/// What they put behind.
const WRAP_END: &[u8; 8] = b"</Bytes>";

/// A signature of a digest of EIP-712 by any kind of account.
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
pub enum Authorisation {
	/// sr25519, over the 32 bytes of the digest.
	#[codec(index = 0)]
	Sr25519(sr25519::Signature),
	/// ed25519, over the 32 bytes of the digest.
	#[codec(index = 1)]
	Ed25519(ed25519::Signature),
	/// ECDSA as the SDK has it: over BLAKE2b-256 of the digest, the account a hash of the key. Low `s` only.
	#[codec(index = 2)]
	Ecdsa(ecdsa::Signature),
	/// ECDSA of an EVM wallet, over the digest itself. Low `s` only.
	#[codec(index = 3)]
	Evm(EvmSignature),
}

impl Authorisation {
	/// Whether this is `account`'s signature of `digest`.
	///
	/// Wallets that wrap what they sign into `<Bytes>...</Bytes>` are understood here and nowhere else.
	pub fn verify(&self, digest: &H256, account: &AccountId) -> bool {
		let signature: MultiSignature = match self {
			Self::Sr25519(signature) => (*signature).into(),
			Self::Ed25519(signature) => (*signature).into(),
			Self::Ecdsa(signature) if has_low_s(&signature.0) => (*signature).into(),
			Self::Ecdsa(_) => return false,
			Self::Evm(signature) => {
				return signature.recover(digest).map(evm_account).as_ref() == Some(account)
			},
		};
		signature.verify(digest.as_bytes(), account)
			|| signature.verify(wrapped(digest).as_slice(), account)
	}
}

/// The digest as a wallet wraps it.
fn wrapped(digest: &H256) -> [u8; 47] {
	let mut bytes = [0u8; 47];
	let parts = WRAP_BEGIN.iter().chain(digest.as_bytes()).chain(WRAP_END);
	for (to, from) in bytes.iter_mut().zip(parts) {
		*to = *from;
	}
	bytes
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::evm::address_of_compressed_key;
	use sp_core::Pair;
	use sp_runtime::{traits::IdentifyAccount, MultiSigner};

	fn digest() -> H256 {
		H256::repeat_byte(0x42)
	}

	/// Signs bytes as one account does.
	type Sign = Box<dyn Fn(&[u8]) -> Authorisation>;

	/// Every kind of signer with its account and its signature of some bytes.
	fn signers() -> Vec<(AccountId, Sign)> {
		let sr = sr25519::Pair::from_seed(&[1; 32]);
		let ed = ed25519::Pair::from_seed(&[2; 32]);
		let ec = ecdsa::Pair::from_seed(&[3; 32]);
		let account = |signer: MultiSigner| signer.into_account();
		vec![
			(account(sr.public().into()), Box::new(move |it| Authorisation::Sr25519(sr.sign(it)))),
			(account(ed.public().into()), Box::new(move |it| Authorisation::Ed25519(ed.sign(it)))),
			(account(ec.public().into()), Box::new(move |it| Authorisation::Ecdsa(ec.sign(it)))),
		]
	}

	#[test]
	fn every_kind_of_account_signs_digests_bare_or_wrapped() {
		for (account, sign) in signers() {
			assert!(sign(digest().as_bytes()).verify(&digest(), &account));
			assert!(sign(&wrapped(&digest())).verify(&digest(), &account));
			assert!(!sign(digest().as_bytes()).verify(&H256::zero(), &account));
			assert!(!sign(digest().as_bytes()).verify(&digest(), &AccountId::new([9; 32])));
		}
		assert_eq!(wrapped(&digest()), *b"<Bytes>BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB</Bytes>");
	}

	#[test]
	fn an_evm_wallet_signs_the_digest_itself() {
		let pair = ecdsa::Pair::from_seed(&[4; 32]);
		let account = evm_account(address_of_compressed_key(&pair.public()).unwrap());
		let sign = |it: &[u8; 32]| Authorisation::Evm(EvmSignature(pair.sign_prehashed(it).0));
		assert!(sign(&digest().0).verify(&digest(), &account));
		assert!(!sign(&digest().0).verify(&H256::zero(), &account));
		// The same key as the SDK sees it is another account.
		let sdk = MultiSigner::from(pair.public()).into_account();
		assert!(!sign(&digest().0).verify(&digest(), &sdk));
	}

	#[test]
	fn an_ecdsa_signature_with_a_high_s_is_refused() {
		let pair = ecdsa::Pair::from_seed(&[5; 32]);
		let account = MultiSigner::from(pair.public()).into_account();
		let mut signature = pair.sign(digest().as_bytes());
		let low = k256::ecdsa::Signature::from_slice(&signature.0[..64]).unwrap();
		let (r, s) = low.split_scalars();
		let high = k256::ecdsa::Signature::from_scalars(r.to_bytes(), (-*s).to_bytes()).unwrap();
		signature.0[..64].copy_from_slice(&high.to_bytes());
		signature.0[64] ^= 1;
		assert!(MultiSignature::from(signature).verify(digest().as_bytes(), &account));
		assert!(!Authorisation::Ecdsa(signature).verify(&digest(), &account));
	}
}
