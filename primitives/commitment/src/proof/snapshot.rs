//! Whether a snapshot is the claimed interval's, known to the verifier, and young enough.

use super::{Path, ProofError};
use crate::{history_leaf, tree, Snapshot};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{bounded::BoundedVec, ConstU32, H256};

/// A snapshot, and how the verifier knows it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct SnapshotProof {
	/// The snapshot that a claim speaks of.
	pub snapshot: Snapshot,
	/// Empty if the verifier knows this snapshot; else one later snapshot that it knows.
	pub later: BoundedVec<Snapshot, ConstU32<1>>,
	/// Path of the snapshot's leaf in the history tree of the later one.
	pub history: Path,
}

/// The snapshots that a verifier relies on: those that a contract stores, or a chain's confirmed ones.
pub trait PostedSnapshots {
	/// Whether the snapshot of an interval has this hash.
	fn is_posted(&self, interval: u64, hash: H256) -> bool;
}

impl<F: Fn(u64, H256) -> bool> PostedSnapshots for F {
	fn is_posted(&self, interval: u64, hash: H256) -> bool {
		self(interval, hash)
	}
}

/// How old a snapshot may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgeBound {
	/// The age does not matter.
	Any,
	/// At most some seconds before now.
	Within {
		/// The verifier's time in seconds since 1970.
		now: u64,
		/// The greatest age.
		seconds: u64,
	},
}

/// What a verifier relies on when it judges proofs.
#[derive(Clone, Copy, Debug)]
pub struct Verifier<P> {
	/// The snapshots it knows.
	pub posted: P,
	/// How old they may be.
	pub age: AgeBound,
}

impl<P: PostedSnapshots> Verifier<P> {
	fn require_posted(&self, interval: u64, hash: H256) -> Result<(), ProofError> {
		if !self.posted.is_posted(interval, hash) {
			return Err(ProofError::SnapshotNotPosted);
		}
		Ok(())
	}

	fn require_young(&self, block_time: u64) -> Result<(), ProofError> {
		match self.age {
			AgeBound::Within { now, seconds } if now > block_time.saturating_add(seconds) => {
				Err(ProofError::SnapshotTooOld)
			},
			_ => Ok(()),
		}
	}
}

impl SnapshotProof {
	/// A snapshot that the verifier knows itself.
	pub fn alone(snapshot: Snapshot) -> Self {
		Self { snapshot, later: BoundedVec::new(), history: Path::new() }
	}

	/// A snapshot under a later one, which the verifier knows.
	pub fn under(snapshot: Snapshot, later: Snapshot, history: Path) -> Self {
		let mut under = BoundedVec::new();
		// One fits.
		let _ = under.try_push(later);
		Self { snapshot, later: under, history }
	}

	/// The snapshot of the claimed interval, if that is what this shows. The hash covers the interval, so a snapshot
	/// that hashes to what the verifier knows has the interval that it says.
	pub fn verify<P: PostedSnapshots>(
		&self,
		interval: u64,
		verifier: &Verifier<P>,
	) -> Result<&Snapshot, ProofError> {
		let snapshot = &self.snapshot;
		if snapshot.interval != interval {
			return Err(ProofError::WrongInterval);
		}
		let hash = snapshot.hash();
		if let Some(later) = self.later.first() {
			verifier.require_posted(later.interval, later.hash())?;
			let leaf = history_leaf(snapshot.interval, snapshot.set_id, hash);
			if !tree::verify(later.body.history_root, leaf, &self.history) {
				return Err(ProofError::NotInHistory);
			}
		} else if self.history.is_empty() {
			verifier.require_posted(snapshot.interval, hash)?;
		} else {
			return Err(ProofError::SurplusHistory);
		}
		verifier.require_young(snapshot.body.block_time)?;
		Ok(snapshot)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::SnapshotBody;

	fn snapshot(block_time: u64) -> Snapshot {
		let zero = H256::zero();
		let body = SnapshotBody {
			parent: zero,
			history_root: zero,
			bitmap_root: zero,
			operations_root: zero,
			state_root: zero,
			operation_count: 0,
			cut_hash: zero,
			block_hash: zero,
			block_number: 0,
			block_time,
		};
		Snapshot { interval: 1, set_id: 1, next_set_hash: zero, body }
	}

	fn judge(block_time: u64, age: AgeBound) -> Result<(), ProofError> {
		let verifier = Verifier { posted: |_, _| true, age };
		SnapshotProof::alone(snapshot(block_time)).verify(1, &verifier).map(|_| ())
	}

	#[test]
	fn an_old_snapshot_is_refused_and_one_at_the_bound_is_not() {
		let age = |now| AgeBound::Within { now, seconds: 60 };
		assert_eq!(judge(1000, age(1060)), Ok(()));
		assert_eq!(judge(1000, age(1061)), Err(ProofError::SnapshotTooOld));
		assert_eq!(judge(1000, age(0)), Ok(()));
		assert_eq!(judge(u64::MAX, age(u64::MAX)), Ok(()));
		assert_eq!(judge(0, AgeBound::Any), Ok(()));
	}

	#[test]
	fn more_than_one_later_snapshot_does_not_decode() {
		let shown = SnapshotProof::under(snapshot(1), snapshot(2), Path::new());
		let twice = (&shown.snapshot, vec![snapshot(2), snapshot(3)], &shown.history).encode();
		assert!(SnapshotProof::decode(&mut &twice[..]).is_err());
		let once = (&shown.snapshot, vec![snapshot(2)], &shown.history).encode();
		assert_eq!(SnapshotProof::decode(&mut &once[..]), Ok(shown));
	}

	#[test]
	fn a_path_above_the_bound_does_not_decode() {
		let path = |length: usize| vec![H256::zero(); length].encode();
		assert!(Path::decode(&mut &path(64)[..]).is_ok());
		assert!(Path::decode(&mut &path(65)[..]).is_err());
	}
}
