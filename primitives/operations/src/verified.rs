//! Operations with signatures, before and after these were checked.

use crate::{operation::Operation, refusal::Refusal};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::ops::Deref;
use scale_info::TypeInfo;
use smartlayer_types::{eip712::Domain, Authorisation};
use sp_core::H256;

/// An operation with a signature that nobody has checked.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SignedOperation {
	/// The operation.
	pub operation: Operation,
	/// The actor's signature of [`Operation::digest`].
	pub authorisation: Authorisation,
}

impl SignedOperation {
	/// Checks the signature.
	pub fn verify(self, domain: &Domain) -> Result<VerifiedOperation, Refusal> {
		let digest = self.operation.digest(domain);
		if !self.authorisation.verify(&digest, &self.operation.actor) {
			return Err(Refusal::BadSignature);
		}
		Ok(VerifiedOperation { signed: self, digest })
	}
}

/// An operation that its actor signed. Made by [`SignedOperation::verify`] only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedOperation {
	signed: SignedOperation,
	digest: H256,
}

impl VerifiedOperation {
	/// What was signed: the operation's name wherever it is spoken of.
	pub const fn digest(&self) -> H256 {
		self.digest
	}

	/// The operation with its signature.
	pub const fn signed(&self) -> &SignedOperation {
		&self.signed
	}
}

impl Deref for VerifiedOperation {
	type Target = Operation;

	fn deref(&self) -> &Operation {
		&self.signed.operation
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::NO_HOLDER;
	use smartlayer_types::evm::{address_of_compressed_key, evm_account, EvmSignature};
	use smartlayer_types::AccountId;
	use sp_core::{ecdsa, sr25519, Pair};

	fn by(actor: AccountId) -> Operation {
		Operation {
			class: 1,
			instance: 2.into(),
			seq: 0,
			kind: 0,
			actor,
			to: NO_HOLDER,
			data: H256::zero(),
			time_ms: 5,
		}
	}

	#[test]
	fn what_the_actor_signed_is_verified_on_its_own_network_only() {
		let (here, elsewhere) = (Domain::of(H256::zero()), Domain::of(H256::repeat_byte(1)));
		let pair = sr25519::Pair::from_seed(&[7; 32]);
		let operation = by(AccountId::new(pair.public().0));
		let digest = operation.digest(&here);
		let authorisation = Authorisation::Sr25519(pair.sign(digest.as_bytes()));
		let signed = SignedOperation { operation, authorisation };
		assert_eq!(signed.clone().verify(&here).unwrap().digest(), digest);
		assert_eq!(signed.clone().verify(&elsewhere), Err(Refusal::BadSignature));
		let mut changed = signed;
		changed.operation.seq = 1;
		assert_eq!(changed.verify(&here), Err(Refusal::BadSignature));
	}

	#[test]
	fn an_ethereum_wallet_signs_the_digest_itself() {
		let domain = Domain::of(H256::zero());
		let pair = ecdsa::Pair::from_seed(&[8; 32]);
		let account = evm_account(address_of_compressed_key(&pair.public()).unwrap());
		let operation = by(account);
		let signature = EvmSignature(pair.sign_prehashed(&operation.digest(&domain).0).0);
		let authorisation = Authorisation::Evm(signature);
		assert!(SignedOperation { operation, authorisation }.verify(&domain).is_ok());
	}
}
