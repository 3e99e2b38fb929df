//! The durable store of one anchor: a file of ordered tables, written by one thread in groups.
//!
//! - `table`: the tables; [`key`]: how their keys are built.
//! - `write`: what a commit consists of.
//! - `open`: opens the file, or says why not.
//! - `writer`: the thread that writes. Commits that arrive while it waits for the disk share the next transaction, so
//!   that a hundred of them cost one flush.
//! - `view`: reading.
//! - `witness`: a second, independent memory of how far the file went, so that a loss is seen.
//!
//! **On disk** means: redb has written the new pages, has called `fsync`, has switched to them, and has called `fsync`
//! again. One `fsync` less would be redb's default; then, after a crash, a damaged last transaction is dropped in favour
//! of the one before it. This store must never forget what it has acknowledged, so it pays for the second one and
//! shares the cost between all commits of a group. Opening verifies the checksum of every page.

mod error;
pub mod key;
mod metrics;
mod open;
mod table;
mod view;
mod witness;
mod write;
mod writer;

#[cfg(test)]
mod tests;

pub use error::{OpenError, StoreError};
pub use open::{StoreLimits, StoreParams};
pub use table::Table;
pub use view::{Entry, View};
pub use write::Write;

use metrics::Metrics;
use redb::Database;
use std::{ops::Range, sync::Arc, thread::JoinHandle};
use tokio::sync::{mpsc, oneshot, Semaphore};
use write::size_of;
use writer::Job;

/// The target of this module's log lines.
const LOG_TARGET: &str = "operation-log::store";

/// A handle to the store. Clones share the store; the last one to be dropped writes what is queued, closes the file
/// and waits for that.
#[derive(Clone)]
pub struct Store {
	shared: Arc<Shared>,
}

struct Shared {
	/// `None` once the last handle is being dropped.
	jobs: Option<mpsc::Sender<Job>>,
	/// One permit for each byte that may wait to be written.
	room: Arc<Semaphore>,
	limits: StoreLimits,
	database: Arc<Database>,
	metrics: Metrics,
	thread: Option<JoinHandle<()>>,
}

impl Store {
	/// Opens the store, or makes a new one if there is none.
	///
	/// Reads the whole file to verify it, which takes about a second per gigabyte: call it outside the runtime's own
	/// threads.
	pub fn open(params: &StoreParams) -> Result<Self, OpenError> {
		open::open(params)
	}

	/// Writes all of this or nothing, and resolves when it is on disk.
	///
	/// Commits take effect in the order in which they were first polled. An empty commit is a barrier: it resolves when
	/// all that came before it is on disk. Waits while the queue is full. Dropping the future before it resolves leaves open
	/// whether the writes happen.
	///
	/// After any error but [`StoreError::TooLarge`] the store writes nothing more.
	pub async fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
		let bytes = size_of(&writes);
		let limit = self.shared.limits.commit_bytes;
		if bytes > limit {
			return Err(StoreError::TooLarge { bytes, limit });
		}
		let permits = u32::try_from(bytes.max(1)).unwrap_or(u32::MAX);
		let room = self.shared.room.clone().acquire_many_owned(permits).await;
		let room = room.map_err(|_closed| StoreError::Stopped)?;
		let (done, resolved) = oneshot::channel();
		self.enqueue(Job::Commit { writes, bytes, room, done }).await?;
		resolved.await.unwrap_or(Err(StoreError::Stopped))
	}

	/// Deletes every entry of a table from the first key up to, and without, the second, and resolves when that is on
	/// disk.
	///
	/// Large ranges are deleted piece by piece between commits, so that these don't wait: it is **not** one transaction, and
	/// must be asked for again after a restart if it has not resolved. A key that is committed into the range meanwhile may
	/// go too. Dropping the future ends the pruning.
	pub async fn prune(&self, table: Table, keys: Range<Vec<u8>>) -> Result<(), StoreError> {
		let (done, resolved) = oneshot::channel();
		self.enqueue(Job::Prune { table, keys, done }).await?;
		resolved.await.unwrap_or(Err(StoreError::Stopped))
	}

	/// What is on disk now, to be read without being disturbed by later commits. Keep it for a short time only: the
	/// space of what is deleted meanwhile is not used again before.
	pub fn view(&self) -> Result<View, StoreError> {
		View::of(&self.shared.database)
	}

	/// The value of a key. Reads the disk if it must.
	pub fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
		self.view()?.get(table, key)
	}

	/// The first entries from the first key up to, and without, the second, in the order of keys; at most `limit`.
	pub fn range(
		&self,
		table: Table,
		keys: Range<Vec<u8>>,
		limit: usize,
	) -> Result<Vec<Entry>, StoreError> {
		self.view()?.range(table, keys, limit)
	}

	/// Resolves when the store writes no more, because the disk failed. An anchor stops then.
	pub async fn stopped(&self) {
		if let Some(jobs) = &self.shared.jobs {
			jobs.closed().await;
		}
	}

	async fn enqueue(&self, job: Job) -> Result<(), StoreError> {
		let jobs = self.shared.jobs.as_ref().ok_or(StoreError::Stopped)?;
		let place = jobs.reserve().await.map_err(|_closed| StoreError::Stopped)?;
		self.shared.metrics.queued.inc();
		place.send(job);
		Ok(())
	}
}

impl Drop for Shared {
	fn drop(&mut self) {
		// The thread ends when the queue has no sender left and is empty.
		self.jobs = None;
		if let Some(thread) = self.thread.take() {
			if thread.join().is_err() {
				log::error!(target: LOG_TARGET, "the writing thread has panicked");
			}
		}
	}
}
