//! What clients ask about settled intervals: snapshots, operations and states, each with a proof that is checked without
//! trust in this node.
//!
//! Everything here reads the disk and may hash a whole interval: call it where blocking is allowed. As many calls as
//! [`AT_ONCE`] run at a time, more are refused.
//!
//! **How much there is**: snapshots of all intervals, operations of as many intervals as the worker keeps, and the state
//! after the last one, for the state tree is changed in place.

mod interval;

#[cfg(test)]
mod tests;

use crate::{
	state::StateError,
	worker::{ledger::Run, wire, Settled, SettledError},
};
use interval::Intervals;
use parking_lot::Mutex;
use smartlayer_commitment::{
	build::HistoryTree, proof::Finding, BitmapProof, Cut, OperationProof, Snapshot, SnapshotProof,
	StateProof,
};
use smartlayer_operations::{InstanceState, Operation};
use smartlayer_types::{rules::bit, ClassId, InstanceId, Kind, Mask, MAX_KINDS};
use sp_core::H256;
use std::sync::{
	atomic::{AtomicUsize, Ordering},
	Arc,
};
use tokio::sync::watch;

/// How many calls run at a time.
pub const AT_ONCE: usize = 16;

/// The most operations of one page.
pub const PAGE: usize = 1_000;

/// The most operations that are looked at for one page.
const LOOKED_AT: u64 = 4 * wire::PAGE as u64;

/// The most intervals that are looked through for one page.
const INTERVALS: usize = 1_024;

/// Snapshots that are read together.
const SNAPSHOTS: usize = 4_096;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
	/// Try again later.
	#[error("interval {0} is not settled here")]
	NotSettled(u64),
	/// Another anchor may keep more.
	#[error("operations are kept here from interval {0} on")]
	Pruned(u64),
	/// It was never in a snapshot, it is not yet, or it is too long ago.
	#[error("no snapshot that is kept here has this operation")]
	UnknownOperation,
	/// Final: ask for a proof under a later snapshot.
	#[error("interval {under} is not behind interval {interval}")]
	NotBehind {
		/// The interval that the proof speaks of.
		interval: u64,
		/// The one under which it was to be proven.
		under: u64,
	},
	/// Final: classes start at 1, and a class has 32 kinds.
	#[error("there is no such class or kind")]
	NoSuchKind,
	/// Final: the opposite can be proven.
	#[error("an operation of this kind is recorded for the instance in this interval")]
	Recorded,
	/// Final: the opposite can be proven.
	#[error("no operation of this kind is recorded for the instance in this interval")]
	NotRecorded,
	/// Try again in a moment.
	#[error("too many questions at once")]
	Busy,
	/// The disk fails, and the node stops.
	#[error("the settled state can't be read")]
	Failed,
}

/// A proof, and what shows the snapshot that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven<P> {
	/// The interval that it speaks of.
	pub interval: u64,
	/// The proof.
	pub proof: P,
	/// The interval's snapshot.
	pub shown: SnapshotProof,
}

/// A place in the order of all operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
	/// The interval.
	pub interval: u64,
	/// Index in its operations tree.
	pub index: u64,
}

/// Operations by interval and instance, an instance's sequenced ones in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
	/// The operations with their places; there may be none although more follow.
	pub operations: Vec<(Place, Operation)>,
	/// Where the next page begins; nothing that is settled now stands before it and is not on a page.
	pub next: Place,
	/// The last settled interval: if `next` is behind it, there is no more now.
	pub settled: u64,
}

/// Which operations a page has, and which of them come in the order of their numbers.
#[derive(Clone, Copy)]
struct Chosen {
	wanted: Mask,
	sequenced: Mask,
}

impl Chosen {
	fn is_wanted(self, operation: &Operation) -> bool {
		bit(operation.kind).is_some_and(|it| it & self.wanted != 0)
	}

	/// What the operations have in common among which one is put in order; `None` for a recorded one.
	fn group(self, interval: u64, operation: &Operation) -> Option<(u64, ClassId, InstanceId)> {
		let is_sequenced = bit(operation.kind).is_some_and(|it| it & self.sequenced != 0);
		is_sequenced.then_some((interval, operation.class, operation.instance))
	}

	/// Puts an instance's sequenced operations in order: in the tree they are sorted by actor first.
	fn put_in_order(self, operations: &mut [(Place, Operation)]) {
		let group = |(place, it): &(Place, Operation)| self.group(place.interval, it);
		for group in
			operations.chunk_by_mut(|one, next| group(one).is_some() && group(one) == group(next))
		{
			group.sort_by_key(|(place, it)| (it.seq, *place));
		}
	}
}

/// Settled intervals, for clients. Clones are cheap.
#[derive(Clone)]
pub struct Archive(Arc<Shared>);

struct Shared {
	settled: Settled,
	intervals: Intervals,
	history: Mutex<HistoryTree>,
	running: AtomicUsize,
}

/// A call that runs.
struct Running<'a>(&'a AtomicUsize);

impl Drop for Running<'_> {
	fn drop(&mut self) {
		self.0.fetch_sub(1, Ordering::Release);
	}
}

impl Archive {
	/// An archive of what is settled.
	pub fn new(settled: Settled) -> Self {
		Self(Arc::new(Shared {
			settled,
			intervals: Intervals::default(),
			history: Mutex::default(),
			running: AtomicUsize::new(0),
		}))
	}

	/// The last settled interval; zero before the first.
	pub fn settled(&self) -> u64 {
		self.0.settled.root().0
	}

	/// Tells which interval was settled last, whenever that changes.
	pub fn follow(&self) -> watch::Receiver<u64> {
		self.0.settled.follow()
	}

	/// The snapshot of an interval, or the last one.
	pub fn snapshot(&self, interval: Option<u64>) -> Result<Snapshot, NoAnswer> {
		let _running = self.begin()?;
		self.snapshot_of(interval.unwrap_or_else(|| self.settled()))
	}

	/// The cut of a settled interval.
	pub fn cut(&self, interval: u64) -> Result<Cut, NoAnswer> {
		let _running = self.begin()?;
		let settled = self.read(self.0.settled.ledger().cut(interval))?;
		settled.map(|it| it.cut).ok_or(NoAnswer::NotSettled(interval))
	}

	/// The state of an instance after the last settled interval, which comes with it.
	pub fn state(
		&self,
		class: ClassId,
		instance: InstanceId,
	) -> Result<(u64, InstanceState), NoAnswer> {
		let _running = self.begin()?;
		let read = self.0.settled.with_tree(|tree| {
			Ok::<_, StateError>((tree.interval(), tree.state_of(class, instance)?))
		});
		let (interval, state) = self.read(read)?;
		Ok((interval, state.unwrap_or_default()))
	}

	/// Operations of an instance from a place on. `recorded` finds out the kinds that are recorded; it counts as part of the
	/// call.
	pub fn operations(
		&self,
		(class, instance): (ClassId, InstanceId),
		recorded: impl FnOnce() -> Result<Mask, NoAnswer>,
		from: Place,
	) -> Result<Page, NoAnswer> {
		let _running = self.begin()?;
		let recorded = recorded()?;
		let (from, settled) = self.range(from)?;
		let ledger = self.0.settled.ledger();
		let runs = self.read(ledger.of_instance(class, instance, from.interval, INTERVALS))?;
		// Whatever is settled while this is read comes with a later page.
		let all = runs.len() < INTERVALS;
		let runs: Vec<_> = runs.into_iter().filter(|(interval, _)| *interval <= settled).collect();
		let seen = if all { settled } else { runs.last().map_or(settled, |it| it.0) };
		let chosen = Chosen { wanted: Mask::MAX, sequenced: !recorded };
		self.page(runs, (from, seen, settled), chosen)
	}

	/// Operations of a class, of sequenced kinds that `kinds` finds out, from a place on.
	pub fn operations_of_kinds(
		&self,
		class: ClassId,
		kinds: impl FnOnce() -> Result<Mask, NoAnswer>,
		from: Place,
	) -> Result<Page, NoAnswer> {
		let _running = self.begin()?;
		let kinds = kinds()?;
		let (from, settled) = self.range(from)?;
		let seen = settled.min(from.interval.saturating_add(INTERVALS as u64 - 1));
		let mut runs = Vec::new();
		for interval in from.interval..=seen {
			let run = self.read(self.0.settled.ledger().of_class(interval, class))?;
			runs.extend(run.map(|it| (interval, it)));
		}
		self.page(runs, (from, seen, settled), Chosen { wanted: kinds, sequenced: kinds })
	}

	/// The proof of an operation that is in a snapshot, under its own one or a later one.
	pub fn operation_proof(
		&self,
		digest: &H256,
		under: Option<u64>,
	) -> Result<Proven<OperationProof>, NoAnswer> {
		let _running = self.begin()?;
		let place = self.read(self.0.settled.ledger().place(digest))?;
		let (interval, index) = place.ok_or(NoAnswer::UnknownOperation)?;
		let shown = self.shown(interval, under)?;
		let trees = self.0.intervals.get(self, &shown.snapshot)?;
		let proof = trees.prove_operation(index).ok_or(NoAnswer::UnknownOperation)?;
		Ok(Proven { interval, proof, shown })
	}

	/// The proof whether an operation of a kind is recorded for an instance in an interval, and whether it is.
	pub fn bitmap_proof(
		&self,
		(class, instance): (ClassId, InstanceId),
		kind: Kind,
		interval: u64,
		under: Option<u64>,
	) -> Result<(Proven<BitmapProof>, Finding), NoAnswer> {
		let _running = self.begin()?;
		if class == 0 || u32::from(kind) >= MAX_KINDS {
			return Err(NoAnswer::NoSuchKind);
		}
		let shown = self.shown(interval, under)?;
		let trees = self.0.intervals.get(self, &shown.snapshot)?;
		let (proof, finding) =
			trees.prove_bit(class, kind, instance).ok_or(NoAnswer::NoSuchKind)?;
		Ok((Proven { interval, proof, shown }, finding))
	}

	/// The proof of an instance's state after the last settled interval.
	pub fn state_proof(
		&self,
		class: ClassId,
		instance: InstanceId,
	) -> Result<Proven<StateProof>, NoAnswer> {
		let _running = self.begin()?;
		if class == 0 {
			return Err(NoAnswer::NoSuchKind);
		}
		let proven = self.0.settled.with_tree(|tree| match tree.interval() {
			0 => Ok(None),
			interval => Ok::<_, StateError>(Some((interval, tree.prove(class, instance)?))),
		});
		let (interval, proof) = self.read(proven)?.ok_or(NoAnswer::NotSettled(1))?;
		Ok(Proven { interval, proof, shown: self.shown(interval, None)? })
	}

	/// The proof of a snapshot under a later one.
	pub fn history_proof(&self, interval: u64, under: u64) -> Result<SnapshotProof, NoAnswer> {
		let _running = self.begin()?;
		self.shown(interval, Some(under))
	}

	fn begin(&self) -> Result<Running<'_>, NoAnswer> {
		let running = &self.0.running;
		let permitted = |it| (it < AT_ONCE).then_some(it + 1);
		match running.fetch_update(Ordering::Acquire, Ordering::Relaxed, permitted) {
			Ok(_) => Ok(Running(running)),
			Err(_) => Err(NoAnswer::Busy),
		}
	}

	/// What was read; the worker ends where the disk fails.
	fn read<T>(&self, result: Result<T, impl Into<SettledError>>) -> Result<T, NoAnswer> {
		result.map_err(|failure| {
			self.0.settled.fail(failure.into());
			NoAnswer::Failed
		})
	}

	fn snapshot_of(&self, interval: u64) -> Result<Snapshot, NoAnswer> {
		if interval > self.settled() {
			return Err(NoAnswer::NotSettled(interval));
		}
		let snapshot = self.read(self.0.settled.ledger().snapshot(interval))?;
		snapshot.ok_or(NoAnswer::NotSettled(interval))
	}

	/// What shows an interval's snapshot to who knows it, or a later one.
	fn shown(&self, interval: u64, under: Option<u64>) -> Result<SnapshotProof, NoAnswer> {
		let snapshot = self.snapshot_of(interval)?;
		let Some(under) = under.filter(|it| *it != interval) else {
			return Ok(SnapshotProof::alone(snapshot));
		};
		let not_behind = NoAnswer::NotBehind { interval, under };
		if under < interval {
			return Err(not_behind);
		}
		let later = self.snapshot_of(under)?;
		let place = |interval: u64| usize::try_from(interval - 1).unwrap_or(usize::MAX);
		let mut history = self.0.history.lock();
		while history.count() < place(under) {
			let from = history.count() as u64 + 1;
			let some = self.read(self.0.settled.ledger().snapshots(from, SNAPSHOTS))?;
			if some.is_empty() {
				return Err(NoAnswer::NotSettled(from));
			}
			some.iter().for_each(|it| history.append(it.history_leaf()));
		}
		let path = history.path(place(interval), place(under)).ok_or(not_behind)?;
		Ok(SnapshotProof::under(snapshot, later, path))
	}

	/// Where reading begins, and the last settled interval. From the very beginning means from what is kept.
	fn range(&self, from: Place) -> Result<(Place, u64), NoAnswer> {
		let settled = self.settled();
		let kept = self.read(self.0.settled.ledger().whole_from())?;
		if from == Place::default() {
			return Ok((Place { interval: kept, index: 0 }, settled));
		}
		if from.interval < kept {
			return Err(NoAnswer::Pruned(kept));
		}
		Ok((from, settled))
	}

	/// The operations of some runs that are wanted, up to a page of them; `seen` is the last interval that was looked at.
	fn page(
		&self,
		runs: Vec<(u64, Run)>,
		(from, seen, settled): (Place, u64, u64),
		chosen: Chosen,
	) -> Result<Page, NoAnswer> {
		let mut page = Page { settled, ..Page::default() };
		let (mut looked_at, mut last) = (0, None);
		for (interval, Run { mut first, mut count }) in runs {
			if interval == from.interval {
				let skipped = from.index.saturating_sub(first).min(count);
				(first, count) = (first + skipped, count - skipped);
			}
			while count > 0 {
				// As the ledger's pages go, each of which is read once.
				let ledger_page = wire::PAGE as u64;
				let part = Run { first, count: count.min(ledger_page - first % ledger_page) };
				let operations = self.read(self.0.settled.ledger().run(interval, part))?;
				for (index, operation) in (first..).zip(operations) {
					// What is put in order below stays together: an instance has few sequenced operations in an interval.
					let group = chosen.group(interval, &operation);
					let goes_on = group.is_some() && group == last;
					if !goes_on && (page.operations.len() >= PAGE || looked_at >= LOOKED_AT) {
						page.next = Place { interval, index };
						return self.whole(page, from, chosen);
					}
					(looked_at, last) = (looked_at + 1, group);
					if chosen.is_wanted(&operation) {
						page.operations.push((Place { interval, index }, operation));
					}
				}
				(first, count) = (first + part.count, count - part.count);
			}
		}
		page.next = from.max(Place { interval: seen.saturating_add(1), index: 0 });
		self.whole(page, from, chosen)
	}

	/// A page in its order, unless something of it was pruned while it was read.
	fn whole(&self, mut page: Page, from: Place, chosen: Chosen) -> Result<Page, NoAnswer> {
		chosen.put_in_order(&mut page.operations);
		let kept = self.read(self.0.settled.ledger().whole_from())?;
		if from.interval < kept {
			return Err(NoAnswer::Pruned(kept));
		}
		Ok(page)
	}
}
