//! Proofs about a snapshot, each with the whole check of what a verifier has to check.
//!
//! A claim is made of the verifier's own constants and never of anything that a proof says. Every proof speaks of the
//! past: bound its age, and before something irreversible ask for an operation after which nothing else can happen.
//! In JSON fields have the protocol's names and the forms of the shared test vectors.

mod bitmap;
mod error;
#[cfg(feature = "std")]
pub(crate) mod json;
mod operation;
mod snapshot;
mod state;

pub use bitmap::{Absence, BitmapProof, Finding};
pub use error::ProofError;
pub use operation::OperationProof;
pub use snapshot::{AgeBound, PostedSnapshots, SnapshotProof, Verifier};
pub use state::StateProof;

use smartlayer_types::{ClassId, InstanceId, Kind, MAX_KINDS};
use sp_core::{bounded::BoundedVec, ConstU32, H256};

/// No tree is higher: leaves are counted in 64 bits.
pub const MAX_PATH: u32 = 64;

/// Siblings from a leaf to the root, from the bottom; none where a node moved up alone.
pub type Path = BoundedVec<H256, ConstU32<MAX_PATH>>;

/// What a verifier wants to know about: an instance, at the end of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
	/// The interval that the claim speaks of.
	pub interval: u64,
	/// The verifier's class.
	pub class: ClassId,
	/// The instance.
	pub instance: InstanceId,
}

/// Classes start at 1: a wrong constant would make every absence true.
fn require_class(class: ClassId) -> Result<(), ProofError> {
	if class == 0 {
		return Err(ProofError::NoSuchClass);
	}
	Ok(())
}

/// As [`require_class`], and a class has 32 kinds.
fn require_kind(class: ClassId, kind: Kind) -> Result<(), ProofError> {
	require_class(class)?;
	if u32::from(kind) >= MAX_KINDS {
		return Err(ProofError::NoSuchKind);
	}
	Ok(())
}
