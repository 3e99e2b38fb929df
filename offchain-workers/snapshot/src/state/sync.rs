//! Taking the state over from others, part by part.
//!
//! Leaves come in chunks of 4,096, in their order, with the nodes on the right of a chunk. The nodes on the left are the
//! receiver's own, so each chunk is proven when it arrives to be the next one under the root that a quorum signed: a
//! peer that lies is found out with its first lie, nothing of it is kept, and another peer goes on where it was. One chunk
//! is in memory at a time.

use super::{
	error::StateError,
	record::{hash_records, Record},
	tree::StateTree,
	writer::StateWriter,
};
use codec::{Decode, Encode};
use smartlayer_commitment::{
	build::MerkleTree, proof::Path, range::root_with_right_nodes, HistoryPeaks, StateLeaf,
};
use sp_core::{bounded::BoundedVec, ConstU32, H256};

/// Leaves of a chunk: some 700 kilobytes. The last chunk may have fewer.
pub const CHUNK_LEAVES: u64 = 4096;

/// Some leaves of the state tree, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct StateChunk {
	/// Position of the first one.
	pub from: u64,
	/// How many leaves the tree has.
	pub total: u64,
	/// The leaves.
	pub leaves: BoundedVec<StateLeaf, ConstU32<{ CHUNK_LEAVES as u32 }>>,
	/// The nodes on their right, from the bottom.
	pub right: Path,
}

/// Why a chunk is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
	/// It is not the next one: ask for the one that [`StateSync::next`] says.
	#[error("the chunk begins at {found}, not at {wanted}")]
	NotNext {
		/// Where it begins.
		found: u64,
		/// Where it should begin.
		wanted: u64,
	},
	/// It has not as many leaves as its place and the tree's size demand. Whoever sent it lies.
	#[error("the chunk has {found} leaves, not {wanted}")]
	WrongLength {
		/// How many it has.
		found: u64,
		/// How many it should have.
		wanted: u64,
	},
	/// It is not the next one under the root. Whoever sent it lies, or speaks of another snapshot.
	#[error("the chunk is not under the root")]
	NotIncluded,
	/// There are chunks missing.
	#[error("the state is not complete")]
	Incomplete,
	/// The disk refuses.
	#[error(transparent)]
	State(#[from] StateError),
}

impl StateChunk {
	pub(super) fn new(
		from: u64,
		total: u64,
		leaves: Vec<StateLeaf>,
		right: Path,
	) -> Result<Self, StateError> {
		let leaves = BoundedVec::try_from(leaves).map_err(|_| StateError::Full)?;
		Ok(Self { from, total, leaves, right })
	}
}

/// A state on its way into an empty folder.
#[derive(Debug)]
pub struct StateSync {
	writer: StateWriter,
	interval: u64,
	root: H256,
	/// Over the roots of the chunks so far, which are the tree's nodes on some level.
	peaks: HistoryPeaks,
	complete: bool,
}

impl StateSync {
	/// Begins to take over the state at the end of an interval, whose root is known from its snapshot.
	pub fn start(folder: &std::path::Path, interval: u64, root: H256) -> Result<Self, StateError> {
		let (writer, peaks) = (StateWriter::create(folder)?, HistoryPeaks::default());
		Ok(Self { writer, interval, root, peaks, complete: false })
	}

	/// Where the next chunk begins; `None` when all are there.
	pub fn next(&self) -> Option<u64> {
		(!self.complete).then(|| self.writer.count())
	}

	/// Takes the next chunk.
	pub fn accept(&mut self, chunk: &StateChunk) -> Result<(), SyncError> {
		let wanted = self.writer.count();
		if self.complete || chunk.from != wanted {
			return Err(SyncError::NotNext { found: chunk.from, wanted });
		}
		let wanted = chunk.total.saturating_sub(chunk.from).min(CHUNK_LEAVES);
		if chunk.leaves.len() as u64 != wanted || wanted == 0 {
			return Err(SyncError::WrongLength { found: chunk.leaves.len() as u64, wanted });
		}
		let records: Vec<_> = chunk.leaves.iter().map(Record::from).collect();
		let mut peaks = self.peaks.clone();
		peaks.append(MerkleTree::build(hash_records(&records, |it| it)).root());
		let chunks = chunk.total.div_ceil(CHUNK_LEAVES);
		if root_with_right_nodes(&peaks, chunks, &chunk.right) != Some(self.root) {
			return Err(SyncError::NotIncluded);
		}
		self.writer.push_records(&records)?;
		self.peaks = peaks;
		self.complete = self.writer.count() == chunk.total;
		Ok(())
	}

	/// The state, when all chunks are there.
	pub fn finish(self) -> Result<StateTree, SyncError> {
		if !self.complete || self.writer.root() != self.root {
			return Err(SyncError::Incomplete);
		}
		Ok(self.writer.finish(self.interval)?)
	}
}
