//! The trees of some intervals, built when they are asked for and kept as long as there is room.

use super::{Archive, NoAnswer};
use crate::worker::ledger::Run;
use parking_lot::Mutex;
use rayon::{ThreadPool, ThreadPoolBuilder};
use smartlayer_commitment::{
	build::{BitmapTree, OperationsTree},
	proof::Finding,
	BitmapProof, OperationProof, Snapshot,
};
use smartlayer_operations::Operation;
use smartlayer_types::{ClassId, InstanceId, Kind};
use sp_core::H256;
use std::sync::{Arc, OnceLock};

/// Operations of all intervals whose trees are kept together: about half a gigabyte. The last one asked for is kept in any
/// case.
const KEPT: usize = 1 << 20;

/// The intervals, the one that was asked for last at the end, and what builds their trees: one thread, so that clients take
/// neither the worker's threads nor more than one.
pub(super) struct Intervals {
	kept: Mutex<Vec<Arc<Interval>>>,
	builder: Option<Arc<ThreadPool>>,
}

impl Default for Intervals {
	fn default() -> Self {
		// Without a thread of its own the caller's builds.
		let builder = ThreadPoolBuilder::new().num_threads(1).build().ok().map(Arc::new);
		Self { kept: Mutex::default(), builder }
	}
}

impl Intervals {
	/// The interval of a settled snapshot. Whoever asks meanwhile waits: what one reads the others need as well.
	pub fn get(&self, archive: &Archive, snapshot: &Snapshot) -> Result<Arc<Interval>, NoAnswer> {
		let mut kept = self.kept.lock();
		if let Some(at) = kept.iter().position(|it| it.interval == snapshot.interval) {
			let found = kept.remove(at);
			kept.push(found.clone());
			return Ok(found);
		}
		let found = Arc::new(Interval::read(archive, snapshot, self.builder.clone())?);
		kept.push(found.clone());
		let size = |it: &Arc<Interval>| it.operations.len() + 1;
		let mut room = KEPT.saturating_sub(size(&found));
		let mut fits = |it: &Arc<Interval>| {
			let left = room.checked_sub(size(it));
			room = left.unwrap_or(0);
			left.is_some()
		};
		let others = kept.len() - 1;
		let dropped = others - kept[..others].iter().rev().take_while(|it| fits(it)).count();
		kept.drain(..dropped);
		Ok(found)
	}
}

/// A settled interval.
pub(super) struct Interval {
	interval: u64,
	bitmap_root: H256,
	operations: Vec<Operation>,
	tree: OnceLock<OperationsTree>,
	bitmap: OnceLock<BitmapTree>,
	builder: Option<Arc<ThreadPool>>,
}

impl Interval {
	fn read(
		archive: &Archive,
		snapshot: &Snapshot,
		builder: Option<Arc<ThreadPool>>,
	) -> Result<Self, NoAnswer> {
		let (interval, count) = (snapshot.interval, snapshot.body.operation_count);
		let ledger = archive.0.settled.ledger();
		let operations = archive.read(ledger.run(interval, Run { first: 0, count }))?;
		if operations.len() as u64 != count {
			return Err(NoAnswer::Pruned(archive.read(ledger.whole_from())?));
		}
		let (tree, bitmap) = (OnceLock::new(), OnceLock::new());
		let bitmap_root = snapshot.body.bitmap_root;
		Ok(Self { interval, bitmap_root, operations, tree, bitmap, builder })
	}

	fn build<T: Send>(&self, tree: impl FnOnce() -> T + Send) -> T {
		match &self.builder {
			Some(builder) => builder.install(tree),
			None => tree(),
		}
	}

	/// The proof of the operation at an index.
	pub fn prove_operation(&self, index: u64) -> Option<OperationProof> {
		let build = || OperationsTree::build(self.interval, &self.operations, |it| it);
		let index = usize::try_from(index).ok()?;
		self.tree.get_or_init(|| self.build(build)).prove(index, self.operations.get(index)?)
	}

	/// Whether an operation is recorded, and the proof of that.
	pub fn prove_bit(
		&self,
		class: ClassId,
		kind: Kind,
		instance: InstanceId,
	) -> Option<(BitmapProof, Finding)> {
		let build = || BitmapTree::build(&self.operations, |it| it);
		let proof = self.bitmap.get_or_init(|| self.build(build)).prove(class, kind, instance)?;
		let finding = proof.find_under(self.bitmap_root, class, kind, instance).ok()?;
		Some((proof, finding))
	}
}
