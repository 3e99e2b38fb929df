//! Settling intervals in order, each when its confirmation is final.

use super::{
	effect::{Event, Rebuilt, Task},
	jobs::Job,
	says, Body, Context, Engine,
};
use std::sync::Arc;

impl<C: Context> Engine<C> {
	pub(super) fn is_settling(&self) -> bool {
		self.jobs.is_under_way(Job::Settle) || self.jobs.is_under_way(Job::Synchronise)
	}

	/// Does the next step towards settling the next interval.
	pub(super) fn settle(&mut self) {
		if self.is_settling() {
			return;
		}
		let Some(newest) = self.last.newest.clone() else { return };
		if newest.snapshot.interval <= self.settled {
			return;
		}
		let behind = newest.snapshot.interval - self.settled;
		let is_lost = behind >= self.config.behind && self.failures >= self.config.patience;
		let Some(confirmed) = self.confirmed_next().cloned().filter(|_| !is_lost) else {
			// The chain keeps it no more, or nobody has it: only the whole state is to be had.
			return self.start(Job::Synchronise, || Task::Synchronise(Box::new(newest)));
		};
		let hash = confirmed.snapshot.body.cut_hash;
		if let Some(rebuilt) = self.rebuilt.get(&hash).cloned() {
			if says(&confirmed.snapshot, &rebuilt) {
				return self.start(Job::Settle, || Task::Settle(Box::new(confirmed), rebuilt));
			}
			if self.astray.insert(hash) {
				self.event(Event::Differs(confirmed.snapshot.interval));
			}
		}
		match self.bodies.get(&hash).cloned() {
			Some(Body::Whole(whole)) if !self.astray.contains(&hash) => {
				self.build(hash, &whole);
			},
			_ => self.start(Job::TakeOver, || Task::TakeOver(Box::new(confirmed))),
		}
	}

	/// The outcome of [`Task::TakeOver`].
	pub fn taken_over(&mut self, now_ms: u64, taken: Option<Rebuilt<C::Product>>) {
		self.jobs.rest(Job::TakeOver);
		match taken {
			Some(rebuilt) if rebuilt.interval == self.settled + 1 && !self.is_settling() => {
				let hash = rebuilt.cut_hash;
				self.rebuilt.insert(hash, Arc::new(rebuilt));
			},
			Some(_) => {},
			None => {
				self.failures = self.failures.saturating_add(1);
				// Batches may have come meanwhile.
				if let Some(hash) = self.confirmed_next().map(|it| it.snapshot.body.cut_hash) {
					self.astray.remove(&hash);
				}
			},
		}
		self.step(now_ms);
	}

	/// The outcome of [`Task::Settle`], which does not fail: a driver that can't settle ends.
	pub fn settled(&mut self, now_ms: u64, interval: u64) {
		self.jobs.end(Job::Settle);
		self.go_on_after(interval);
		self.step(now_ms);
	}

	/// The outcome of [`Task::Synchronise`]: the interval at whose end the state is now.
	pub fn synchronised(&mut self, now_ms: u64, interval: Option<u64>) {
		match interval {
			Some(interval) => {
				self.jobs.end(Job::Synchronise);
				self.go_on_after(interval);
			},
			None => self.jobs.rest(Job::Synchronise),
		}
		self.step(now_ms);
	}

	/// Forgets what the settled interval, and those before, needed.
	fn go_on_after(&mut self, interval: u64) {
		self.settled = self.settled.max(interval);
		let settled = self.settled;
		self.failures = 0;
		self.rebuilt.clear();
		self.astray.clear();
		self.standing = None;
		self.last.confirmed.retain(|it| it.snapshot.interval > settled);
		self.proposals.retain(|(of, _), _| *of > settled);
		self.votes.retain(|(of, _), _| *of > settled);
		let is_open = |body: &Body| match body {
			Body::Whole(whole) => whole.cut.interval > settled,
			Body::Unusable => false,
		};
		self.bodies.retain(|_, body| is_open(body));
		let bodies = &self.bodies;
		self.kept.retain(|hash| bodies.contains_key(hash));
	}
}
