//! What is under way, so that nothing is begun twice, and what failed, so that it is not begun again at once.

use sp_core::H256;
use std::collections::BTreeMap;

/// What takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Job {
	Look,
	Cut,
	Rebuild(H256),
	Fetch(H256),
	TakeOver,
	Synchronise,
	Settle,
}

/// Jobs that are under way, or rest until the next block or tick.
#[derive(Debug, Default)]
pub(super) struct Jobs(BTreeMap<Job, bool>);

impl Jobs {
	/// Begins a job, unless it is under way or rests.
	pub fn begin(&mut self, job: Job) -> bool {
		let is_new = !self.0.contains_key(&job);
		self.0.entry(job).or_insert(true);
		is_new
	}

	/// A job is done.
	pub fn end(&mut self, job: Job) {
		self.0.remove(&job);
	}

	/// A job has to be done again, but not at once.
	pub fn rest(&mut self, job: Job) {
		self.0.insert(job, false);
	}

	/// What rested may be done again.
	pub fn cool(&mut self) {
		self.0.retain(|_, is_under_way| *is_under_way);
	}

	/// Whether a job is under way.
	pub fn is_under_way(&self, job: Job) -> bool {
		self.0.get(&job) == Some(&true)
	}
}
