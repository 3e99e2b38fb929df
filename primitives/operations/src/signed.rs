//! Statements with their signatures.

use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use smartlayer_types::evm::EvmSignature;

/// A statement with its signature.
///
/// Anchors sign with their anchor keys. Where signatures are not what is looked at, as in a simulation of many
/// schedules, something else can stand in their place.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Signed<Statement, Signature = EvmSignature> {
	/// What was signed.
	pub statement: Statement,
	/// The signature of its digest.
	pub signature: Signature,
}
