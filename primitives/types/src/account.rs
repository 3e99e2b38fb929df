//! Who signs, and the account that belongs to a signer.

use sp_runtime::{
	traits::{IdentifyAccount, Verify},
	MultiSignature,
};

/// A signature of an extrinsic: sr25519, ed25519 or ECDSA as the SDK has them.
///
/// The SDK's fourth form, `MultiSignature::Eth`, hashes the compressed key, so its accounts are not Ethereum
/// addresses. Nothing of Smart Layer relies on it.
pub type Signature = MultiSignature;

/// The public key behind a [`Signature`].
pub type AccountPublic = <Signature as Verify>::Signer;

/// 32 bytes; SS58 prefix 42 in text.
pub type AccountId = <AccountPublic as IdentifyAccount>::AccountId;
