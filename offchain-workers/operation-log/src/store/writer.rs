//! The thread that writes: one transaction for all commits that wait.

use super::{
	error::IntoFault,
	metrics::Metrics,
	table::{format, FORMAT},
	witness::Witness,
	StoreError, StoreLimits, Table, Write, LOG_TARGET,
};
use redb::{Database, StorageError, WriteTransaction};
use std::{collections::VecDeque, ops::Range, sync::Arc, time::Instant};
use tokio::sync::{mpsc, oneshot, OwnedSemaphorePermit};

/// Where the outcome is awaited.
type Done = oneshot::Sender<Result<(), StoreError>>;

/// What the thread is asked to do.
pub(super) enum Job {
	/// Write all of this or nothing.
	Commit { writes: Vec<Write>, bytes: usize, room: OwnedSemaphorePermit, done: Done },
	/// Delete a range, in pieces.
	Prune { table: Table, keys: Range<Vec<u8>>, done: Done },
}

struct Commit {
	writes: Vec<Write>,
	done: Done,
	/// Given back when the commit is done with.
	_room: OwnedSemaphorePermit,
}

struct Prune {
	table: Table,
	keys: Range<Vec<u8>>,
	done: Done,
}

/// Commits that share a transaction.
#[derive(Default)]
struct Group {
	commits: Vec<Commit>,
	bytes: usize,
}

impl Group {
	fn has_writes(&self) -> bool {
		self.commits.iter().any(|commit| !commit.writes.is_empty())
	}
}

/// The thread's state.
pub(super) struct Writer {
	database: Arc<Database>,
	jobs: mpsc::Receiver<Job>,
	/// Ranges that are being deleted, in order.
	prunes: VecDeque<Prune>,
	witness: Witness,
	/// Number of the last transaction on disk.
	sequence: u64,
	limits: StoreLimits,
	metrics: Metrics,
}

impl Writer {
	pub fn new(
		database: Arc<Database>,
		jobs: mpsc::Receiver<Job>,
		(witness, sequence): (Witness, u64),
		limits: StoreLimits,
		metrics: Metrics,
	) -> Self {
		Self { database, jobs, prunes: VecDeque::new(), witness, sequence, limits, metrics }
	}

	/// Writes until no handle of the store is left, or the disk fails.
	pub fn run(mut self) {
		while let Some(group) = self.gather() {
			match self.write(&group) {
				Ok(pruned) => self.confirm(group, pruned),
				Err(fault) => return self.fail(group, fault.into()),
			}
		}
	}

	/// Waits for something to do, and takes what else is there by then: while one group is flushed, the next one
	/// gathers, without a timer.
	fn gather(&mut self) -> Option<Group> {
		let mut group = Group::default();
		self.prunes.retain(|prune| !prune.done.is_closed());
		if self.prunes.is_empty() {
			let job = self.jobs.blocking_recv()?;
			self.take(job, &mut group);
		}
		while group.commits.len() < self.limits.group_commits
			&& group.bytes < self.limits.group_bytes
		{
			let Ok(job) = self.jobs.try_recv() else { break };
			self.take(job, &mut group);
		}
		Some(group)
	}

	fn take(&mut self, job: Job, group: &mut Group) {
		self.metrics.queued.dec();
		match job {
			Job::Commit { writes, bytes, room, done } => {
				group.bytes += bytes;
				group.commits.push(Commit { writes, done, _room: room });
			},
			Job::Prune { table, keys, done } => self.prunes.push_back(Prune { table, keys, done }),
		}
	}

	/// Writes a group and a piece of the first prune in one transaction. Returns how much was pruned, if anything was to be.
	fn write(&mut self, group: &Group) -> Result<Option<usize>, StorageError> {
		if !group.has_writes() && self.prunes.is_empty() {
			// A barrier: all before it is on disk, as there is but one thread.
			return Ok(None);
		}
		let started = Instant::now();
		let sequence = self.sequence + 1;
		let mut transaction = self.database.begin_write().map_err(IntoFault::into_fault)?;
		transaction.set_two_phase_commit(true);
		for table in Table::ALL {
			apply(&transaction, table, group)?;
		}
		let piece = self.limits.pruned_entries;
		let prune = self.prunes.front();
		let pruned = prune.map(|prune| delete(&transaction, prune, piece)).transpose()?;
		{
			let mut table = transaction.open_table(FORMAT).map_err(IntoFault::into_fault)?;
			table.insert(format::SEQUENCE, sequence.to_le_bytes().as_slice())?;
		}
		transaction.commit().map_err(IntoFault::into_fault)?;
		self.sequence = sequence;
		self.witness.record(sequence)?;
		self.metrics.transactions.inc();
		self.metrics.flush.observe(started.elapsed().as_secs_f64());
		Ok(pruned)
	}

	fn confirm(&mut self, group: Group, pruned: Option<usize>) {
		self.metrics.bytes.inc_by(group.bytes as u64);
		self.metrics.commits.inc_by(group.commits.len() as u64);
		for commit in group.commits {
			// Whoever no longer waits needs no answer, here and below.
			let _ = commit.done.send(Ok(()));
		}
		let Some(pruned) = pruned else { return };
		self.metrics.pruned.inc_by(pruned as u64);
		if pruned < self.limits.pruned_entries {
			if let Some(prune) = self.prunes.pop_front() {
				let _ = prune.done.send(Ok(()));
			}
		}
	}

	/// Tells everybody who waits, and takes nothing more: what is on disk is uncertain from here on.
	fn fail(mut self, group: Group, fault: StoreError) {
		log::error!(target: LOG_TARGET, "the store stops: {fault}");
		self.jobs.close();
		for commit in group.commits {
			let _ = commit.done.send(Err(fault.clone()));
		}
		for prune in self.prunes {
			let _ = prune.done.send(Err(fault.clone()));
		}
		while let Ok(Job::Commit { done, .. } | Job::Prune { done, .. }) = self.jobs.try_recv() {
			let _ = done.send(Err(StoreError::Stopped));
		}
	}
}

/// Makes the group's changes of one table, in their order.
fn apply(transaction: &WriteTransaction, to: Table, group: &Group) -> Result<(), StorageError> {
	let writes = group.commits.iter().flat_map(|commit| &commit.writes);
	let mut writes = writes.filter(|write| write.table == to).peekable();
	if writes.peek().is_none() {
		return Ok(());
	}
	let mut table = transaction.open_table(to.definition()).map_err(IntoFault::into_fault)?;
	for Write { key, value, .. } in writes {
		match value {
			Some(value) => drop(table.insert(key.as_slice(), value.as_slice())?),
			None => drop(table.remove(key.as_slice())?),
		}
	}
	Ok(())
}

/// Deletes the first entries of a range, and returns how many: less than `limit` when none are left.
fn delete(
	transaction: &WriteTransaction,
	prune: &Prune,
	limit: usize,
) -> Result<usize, StorageError> {
	if prune.keys.is_empty() {
		return Ok(0);
	}
	let table = prune.table.definition();
	let mut table = transaction.open_table(table).map_err(IntoFault::into_fault)?;
	let keys = prune.keys.start.as_slice()..prune.keys.end.as_slice();
	let mut deleted = 0;
	let mut entries = table.extract_from_if(keys, |_, _| true)?;
	for entry in entries.by_ref().take(limit) {
		entry?;
		deleted += 1;
	}
	entries.close()?;
	Ok(deleted)
}
