//! Telling clients what becomes of the operations that they watch.

use super::Event;
use parking_lot::Mutex;
use sp_core::H256;
use std::{
	collections::{hash_map::Entry, HashMap, VecDeque},
	sync::Arc,
};
use tokio::sync::mpsc;

/// The most operations that are watched at a time.
const WATCHED: usize = 1 << 16;

/// The most watchers of one operation.
const WATCHERS: usize = 64;

/// Steps that wait for a slow watcher: more than an operation has in two intervals. Whoever is further behind is told no
/// more, and watches again.
const STEPS: usize = 16;

/// Who watches what, by digest: a step costs as much as it has watchers.
#[derive(Clone, Default)]
pub(super) struct Watchers(Arc<Mutex<HashMap<H256, Vec<mpsc::Sender<Event>>>>>);

impl Watchers {
	/// Begins to watch; `None` if too many operations are watched, or this one too often.
	pub fn watch(&self, digest: H256) -> Option<Watch> {
		let mut watched = self.0.lock();
		if watched.len() >= WATCHED && !watched.contains_key(&digest) {
			return None;
		}
		let watchers = watched.entry(digest).or_default();
		if watchers.len() >= WATCHERS {
			return None;
		}
		let (to, steps) = mpsc::channel(STEPS);
		watchers.push(to);
		Some(Watch {
			digest,
			told: Vec::new(),
			earlier: VecDeque::new(),
			steps,
			watchers: self.clone(),
		})
	}

	/// Tells a step to those who watch its operation.
	pub fn tell(&self, event: &Event) {
		let Some(digest) = event.digest() else { return };
		self.keep(digest, |to| to.try_send(event.clone()).is_ok());
	}

	fn keep(&self, digest: &H256, is_kept: impl FnMut(&mpsc::Sender<Event>) -> bool) {
		if let Entry::Occupied(mut watchers) = self.0.lock().entry(*digest) {
			watchers.get_mut().retain(is_kept);
			if watchers.get().is_empty() {
				watchers.remove();
			}
		}
	}
}

/// The steps of one operation.
pub struct Watch {
	digest: H256,
	/// Steps that it had taken before, and that are to be told first.
	earlier: VecDeque<Event>,
	/// Those of them that were told: they may wait among the next ones too.
	told: Vec<Event>,
	steps: mpsc::Receiver<Event>,
	watchers: Watchers,
}

impl Watch {
	/// Tells these steps first, and none of them again.
	pub(super) fn catch_up(&mut self, steps: Vec<Event>) {
		self.earlier = steps.into();
	}

	/// The next step; `None` if this watcher was too slow, or the operation log has ended.
	pub async fn next(&mut self) -> Option<Event> {
		if let Some(step) = self.earlier.pop_front() {
			self.told.push(step.clone());
			return Some(step);
		}
		loop {
			let step = self.steps.recv().await?;
			let newest = self.told.iter().filter_map(Event::interval).max();
			let is_last = matches!(step, Event::Final(..) | Event::Settled(..));
			let is_old = step.interval().zip(newest).is_some_and(|(it, newest)| it < newest);
			if (is_last || !is_old) && !self.told.contains(&step) {
				return Some(step);
			}
		}
	}
}

impl Drop for Watch {
	fn drop(&mut self) {
		self.steps.close();
		self.watchers.keep(&self.digest, |to| !to.is_closed());
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::FutureExt;

	fn digest(of: u8) -> H256 {
		H256::repeat_byte(of)
	}

	fn step(of: u8, interval: u64) -> Event {
		Event::Accepted(digest(of), interval)
	}

	#[test]
	fn each_hears_of_its_own_operation_only() {
		let watchers = Watchers::default();
		let [mut one, mut same, mut other] =
			[1, 1, 2].map(|it| watchers.watch(digest(it)).unwrap());
		watchers.tell(&step(1, 7));
		watchers.tell(&Event::Closed(7));
		assert_eq!(one.next().now_or_never(), Some(Some(step(1, 7))));
		assert_eq!(same.next().now_or_never(), Some(Some(step(1, 7))));
		assert_eq!(other.next().now_or_never(), None);
	}

	#[test]
	fn what_was_told_on_asking_is_not_told_again() {
		let watchers = Watchers::default();
		let mut watch = watchers.watch(digest(1)).unwrap();
		watchers.tell(&step(1, 7));
		watchers.tell(&Event::Final(digest(1), 7));
		watch.catch_up(vec![step(1, 7)]);
		assert_eq!(watch.next().now_or_never(), Some(Some(step(1, 7))));
		assert_eq!(watch.next().now_or_never(), Some(Some(Event::Final(digest(1), 7))));
		assert_eq!(watch.next().now_or_never(), None);
	}

	#[test]
	fn who_is_too_slow_hears_no_more_and_who_left_is_forgotten() {
		let watchers = Watchers::default();
		let mut slow = watchers.watch(digest(1)).unwrap();
		for interval in 0..=STEPS as u64 {
			watchers.tell(&step(1, interval));
		}
		assert!(watchers.0.lock().is_empty());
		for interval in 0..STEPS as u64 {
			assert_eq!(slow.next().now_or_never(), Some(Some(step(1, interval))));
		}
		assert_eq!(slow.next().now_or_never(), Some(None));

		let (left, stays) =
			(watchers.watch(digest(2)).unwrap(), watchers.watch(digest(2)).unwrap());
		drop(left);
		assert_eq!(watchers.0.lock()[&digest(2)].len(), 1);
		drop(stays);
		assert!(watchers.0.lock().is_empty());
	}

	#[test]
	fn no_more_operations_are_watched_than_allowed() {
		let watchers = Watchers::default();
		let all: Vec<_> = (0..WATCHED as u64)
			.map(|it| watchers.watch(H256::from_low_u64_be(it)).unwrap())
			.collect();
		assert!(watchers.watch(digest(9)).is_none());
		assert!(watchers.watch(H256::from_low_u64_be(3)).is_some(), "it is watched already");
		drop(all);
		assert!(watchers.watch(digest(9)).is_some());
	}
}
