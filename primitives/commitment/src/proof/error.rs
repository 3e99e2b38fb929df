//! What is wrong with a proof.

/// The first thing that is wrong with a proof, in the order in which contracts check. All are final but
/// [`SnapshotNotPosted`](ProofError::SnapshotNotPosted): ask again for a proof under a snapshot that is posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
	/// The snapshot is of another interval than the claim.
	WrongInterval,
	/// The verifier does not know this snapshot.
	SnapshotNotPosted,
	/// The snapshot is not among those before the later one.
	NotInHistory,
	/// There is a path to a later snapshot, and none.
	SurplusHistory,
	/// The snapshot is older than the verifier accepts.
	SnapshotTooOld,
	/// Classes start at 1: the verifier's constant is wrong.
	NoSuchClass,
	/// A class has 32 kinds: the verifier's constant is wrong.
	NoSuchKind,
	/// The operation is of another class, kind or instance than the claim.
	WrongOperation,
	/// The operation is not in the interval's operations tree.
	OperationNotIncluded,
	/// The upper leaf is not in the bitmap tree.
	KeyNotIncluded,
	/// The upper leaf neither has the key nor leaves it out.
	WrongKey,
	/// The lower leaf is not in the tree under the upper leaf.
	WordNotIncluded,
	/// The lower leaf neither has the word nor leaves it out.
	WrongWord,
	/// A gap in the upper tree has no lower leaf.
	SurplusWord,
	/// The operation is not recorded in the interval.
	NotRecorded,
	/// The operation is recorded in the interval.
	Recorded,
	/// The leaf is not in the state tree.
	StateNotIncluded,
	/// The leaf is neither the instance's nor does it show that there is none.
	WrongState,
	/// The operation was recorded in the interval or before.
	EverRecorded,
}

impl core::fmt::Display for ProofError {
	fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		formatter.write_str(match self {
			Self::WrongInterval => "the snapshot is of another interval",
			Self::SnapshotNotPosted => "the snapshot is not posted",
			Self::NotInHistory => "the snapshot is not in the later one's history",
			Self::SurplusHistory => "there is a history path without a later snapshot",
			Self::SnapshotTooOld => "the snapshot is too old",
			Self::NoSuchClass => "no class has this number",
			Self::NoSuchKind => "no kind has this number",
			Self::WrongOperation => "the operation is not the claimed one",
			Self::OperationNotIncluded => "the operation is not in the operations tree",
			Self::KeyNotIncluded => "the upper leaf is not in the bitmap tree",
			Self::WrongKey => "the upper leaf says nothing about the key",
			Self::WordNotIncluded => "the lower leaf is not under the upper leaf",
			Self::WrongWord => "the lower leaf says nothing about the word",
			Self::SurplusWord => "a gap among keys comes with a lower leaf",
			Self::NotRecorded => "the operation is not recorded in the interval",
			Self::Recorded => "the operation is recorded in the interval",
			Self::StateNotIncluded => "the leaf is not in the state tree",
			Self::WrongState => "the leaf says nothing about the instance",
			Self::EverRecorded => "the operation was recorded before",
		})
	}
}

impl core::error::Error for ProofError {}
