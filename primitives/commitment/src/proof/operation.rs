//! Whether an operation is in an interval's snapshot.

use super::{require_kind, Claim, Path, PostedSnapshots, ProofError, SnapshotProof, Verifier};
use crate::tree;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_operations::Operation;
use smartlayer_types::Kind;
use sp_core::H256;

/// An operation, and its path in the operations tree.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct OperationProof {
	/// The operation.
	#[cfg_attr(feature = "std", serde(with = "super::json::OperationFields"))]
	pub operation: Operation,
	/// From its leaf to the operations root.
	pub path: Path,
}

impl OperationProof {
	/// The operation, if one of this kind was recorded for the claimed instance in the claimed interval.
	pub fn verify<P: PostedSnapshots>(
		&self,
		claim: &Claim,
		kind: Kind,
		shown: &SnapshotProof,
		verifier: &Verifier<P>,
	) -> Result<&Operation, ProofError> {
		require_kind(claim.class, kind)?;
		let Operation { class, instance, kind: own, .. } = &self.operation;
		if (*class, *instance, *own) != (claim.class, claim.instance, kind) {
			return Err(ProofError::WrongOperation);
		}
		let snapshot = shown.verify(claim.interval, verifier)?;
		self.verify_under(snapshot.body.operations_root, claim.interval)
	}

	/// A part of [`verify`](Self::verify), for whoever checked the snapshot.
	pub fn verify_under(&self, root: H256, interval: u64) -> Result<&Operation, ProofError> {
		if !tree::verify(root, self.operation.leaf(interval), &self.path) {
			return Err(ProofError::OperationNotIncluded);
		}
		Ok(&self.operation)
	}
}
