//! What an instance's state was at the end of an interval, or that it had none.

use super::{
	require_class, require_kind, Claim, Path, PostedSnapshots, ProofError, SnapshotProof, Verifier,
};
use crate::{state_key, tree, StateLeaf};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_operations::InstanceState;
use smartlayer_types::{rules::bit, ClassId, InstanceId, Kind};
use sp_core::H256;

/// One leaf of the state tree: the instance's own, or the one whose gap shows that it has none.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct StateProof {
	/// The leaf.
	pub leaf: StateLeaf,
	/// From the leaf to the state root.
	pub path: Path,
}

impl StateProof {
	/// The state of the claimed instance at the end of the claimed interval; the default if nothing ever happened.
	pub fn verify<P: PostedSnapshots>(
		&self,
		claim: &Claim,
		shown: &SnapshotProof,
		verifier: &Verifier<P>,
	) -> Result<InstanceState, ProofError> {
		let snapshot = shown.verify(claim.interval, verifier)?;
		self.verify_under(snapshot.body.state_root, claim.class, claim.instance)
	}

	/// Checks that no operation of this kind was ever recorded for the claimed instance up to the end of the claimed
	/// interval.
	pub fn verify_never<P: PostedSnapshots>(
		&self,
		claim: &Claim,
		kind: Kind,
		shown: &SnapshotProof,
		verifier: &Verifier<P>,
	) -> Result<(), ProofError> {
		require_kind(claim.class, kind)?;
		let own = bit(kind).ok_or(ProofError::NoSuchKind)?;
		if self.verify(claim, shown, verifier)?.ever & own != 0 {
			return Err(ProofError::EverRecorded);
		}
		Ok(())
	}

	/// A part of [`verify`](Self::verify), for whoever checked the snapshot.
	pub fn verify_under(
		&self,
		root: H256,
		class: ClassId,
		instance: InstanceId,
	) -> Result<InstanceState, ProofError> {
		require_class(class)?;
		let leaf = &self.leaf;
		if !tree::verify(root, leaf.hash(), &self.path) {
			return Err(ProofError::StateNotIncluded);
		}
		let key = state_key(class, instance);
		if leaf.key == key {
			// The key is a hash of both, so they are the claimed ones unless a quorum signed nonsense.
			let same = leaf.class == class && leaf.instance == instance;
			return if same { Ok(leaf.state()) } else { Err(ProofError::WrongState) };
		}
		if key < leaf.key || key >= leaf.next_key {
			return Err(ProofError::WrongState);
		}
		Ok(InstanceState::default())
	}
}
