//! Whether an operation of some kind was recorded for an instance in an interval.

use super::{require_kind, Claim, Path, PostedSnapshots, ProofError, SnapshotProof, Verifier};
use crate::{bitmap_key, tree, BitmapKeyLeaf, BitmapWordLeaf};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{ClassId, InstanceId, Kind};
use sp_core::{H256, U256};

/// One leaf of the upper bitmap tree and one of the lower tree under it. For a gap in the upper tree the last four
/// fields are zero and empty.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct BitmapProof {
	/// Key of the upper leaf: that of class and kind, or the next smaller one that is present.
	pub key: u64,
	/// Root of the lower tree.
	pub lower_root: H256,
	/// The next larger key that is present.
	pub next_key: u64,
	/// From the upper leaf to the bitmap root.
	pub key_path: Path,
	/// Index of the word: that of the instance, or the next smaller one that is present.
	pub word_index: U256,
	/// The word.
	pub word: U256,
	/// The next larger index that is present.
	pub next_word_index: U256,
	/// From the lower leaf to the lower root.
	pub word_path: Path,
}

/// How an operation can be absent from an interval. There are exactly three forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
	/// A gap in the upper tree: no operation of this class and kind.
	NoKey,
	/// A gap in the lower tree: none for this instance and its neighbours.
	NoWord,
	/// A clear bit in a word that is present.
	ClearBit,
}

/// What a [`BitmapProof`] shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
	/// The operation is recorded.
	Recorded,
	/// It is not.
	Absent(Absence),
}

impl BitmapProof {
	/// Whether an operation of this kind was recorded for the claimed instance in the claimed interval.
	pub fn find<P: PostedSnapshots>(
		&self,
		claim: &Claim,
		kind: Kind,
		shown: &SnapshotProof,
		verifier: &Verifier<P>,
	) -> Result<Finding, ProofError> {
		let snapshot = shown.verify(claim.interval, verifier)?;
		self.find_under(snapshot.body.bitmap_root, claim.class, kind, claim.instance)
	}

	/// Checks that it was.
	pub fn verify_recorded<P: PostedSnapshots>(
		&self,
		claim: &Claim,
		kind: Kind,
		shown: &SnapshotProof,
		verifier: &Verifier<P>,
	) -> Result<(), ProofError> {
		match self.find(claim, kind, shown, verifier)? {
			Finding::Recorded => Ok(()),
			Finding::Absent(_) => Err(ProofError::NotRecorded),
		}
	}

	/// Checks that it was not, and says by which form of absence.
	pub fn verify_absent<P: PostedSnapshots>(
		&self,
		claim: &Claim,
		kind: Kind,
		shown: &SnapshotProof,
		verifier: &Verifier<P>,
	) -> Result<Absence, ProofError> {
		match self.find(claim, kind, shown, verifier)? {
			Finding::Recorded => Err(ProofError::Recorded),
			Finding::Absent(form) => Ok(form),
		}
	}

	/// A part of [`find`](Self::find), for whoever checked the snapshot.
	pub fn find_under(
		&self,
		root: H256,
		class: ClassId,
		kind: Kind,
		instance: InstanceId,
	) -> Result<Finding, ProofError> {
		require_kind(class, kind)?;
		let Self { key, lower_root, next_key, .. } = *self;
		let leaf = BitmapKeyLeaf { key, lower_root, next_key }.hash();
		if !tree::verify(root, leaf, &self.key_path) {
			return Err(ProofError::KeyNotIncluded);
		}
		let wanted = bitmap_key(class, kind);
		if key == wanted {
			return self.find_word(instance);
		}
		if wanted < key || wanted >= next_key {
			return Err(ProofError::WrongKey);
		}
		// One claim, one proof: what is not checked must not be there.
		let numbers = [self.word_index, self.word, self.next_word_index];
		if numbers.iter().any(|number| !number.is_zero()) || !self.word_path.is_empty() {
			return Err(ProofError::SurplusWord);
		}
		Ok(Finding::Absent(Absence::NoKey))
	}

	/// What the lower leaf shows.
	fn find_word(&self, instance: InstanceId) -> Result<Finding, ProofError> {
		let Self { word_index, word, next_word_index, .. } = *self;
		let leaf = BitmapWordLeaf { word_index, word, next_word_index }.hash();
		if !tree::verify(self.lower_root, leaf, &self.word_path) {
			return Err(ProofError::WordNotIncluded);
		}
		// The lowest byte numbers the bits of a word, the others number words.
		let [wanted @ .., bit] = instance.to_big_endian();
		let (wanted, bit) = (U256::from_big_endian(&wanted), usize::from(bit));
		if word_index == wanted {
			let found =
				if word.bit(bit) { Finding::Recorded } else { Finding::Absent(Absence::ClearBit) };
			return Ok(found);
		}
		if wanted < word_index || wanted >= next_word_index {
			return Err(ProofError::WrongWord);
		}
		Ok(Finding::Absent(Absence::NoWord))
	}
}
