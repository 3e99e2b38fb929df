//! The own anchor keys, and what else the engine asks.

use super::{engine::Context, settled::Settled, Product};
use smartlayer_types::{anchors::key::ANCHOR, evm::EvmSignature, AnchorMember};
use sp_core::{ecdsa, H256};
use sp_keystore::KeystorePtr;

/// The key store, with the keys that it held when it was looked at last.
pub(super) struct Keys {
	keystore: KeystorePtr,
	own: Vec<ecdsa::Public>,
	settled: Settled,
}

impl Keys {
	pub fn new(keystore: KeystorePtr, settled: Settled) -> Self {
		let own = keystore.ecdsa_public_keys(ANCHOR);
		Self { keystore, own, settled }
	}

	/// Looks for new keys: it lists a folder, so not at every question.
	pub fn refresh(&mut self) {
		self.own = self.keystore.ecdsa_public_keys(ANCHOR);
	}
}

impl Context for Keys {
	type Product = Product;

	fn owns(&self, member: &AnchorMember) -> bool {
		let key: &ecdsa::Public = member.key.as_ref();
		self.own.contains(key)
	}

	fn sign(&self, member: &AnchorMember, digest: H256) -> Option<EvmSignature> {
		let signed = self.keystore.ecdsa_sign_prehashed(ANCHOR, member.key.as_ref(), &digest.0);
		let signature = EvmSignature(signed.ok().flatten()?.0);
		// What the chain would refuse, for a high `s` say, is not sent.
		member.signed(&digest, &signature).then_some(signature)
	}

	fn is_settled(&self, digest: &H256) -> bool {
		self.settled.holds(digest)
	}
}
