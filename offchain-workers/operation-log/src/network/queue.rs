//! A queue that is bounded by number and bytes, and drops what is oldest.

use std::collections::VecDeque;

/// The queue. At least the newest item is always kept.
pub(super) struct Queue<T> {
	items: VecDeque<(usize, T)>,
	bytes: usize,
	max_items: usize,
	max_bytes: usize,
}

impl<T> Queue<T> {
	pub fn new(max_items: usize, max_bytes: usize) -> Self {
		Self { items: VecDeque::new(), bytes: 0, max_items, max_bytes }
	}

	/// Appends an item of so many bytes, and returns how many were dropped for it.
	pub fn push(&mut self, bytes: usize, item: T) -> u64 {
		self.items.push_back((bytes, item));
		self.bytes += bytes;
		let mut dropped = 0;
		while self.items.len() > 1
			&& (self.items.len() > self.max_items || self.bytes > self.max_bytes)
		{
			self.pop();
			dropped += 1;
		}
		dropped
	}

	/// The oldest item.
	pub fn pop(&mut self) -> Option<T> {
		let (bytes, item) = self.items.pop_front()?;
		self.bytes -= bytes;
		Some(item)
	}

	/// The oldest item, which stays.
	pub fn front(&self) -> Option<&T> {
		self.items.front().map(|(_, item)| item)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	proptest! {
		#[test]
		fn the_newest_items_within_the_bounds_are_kept_in_order(
			max_items in 1usize..20,
			max_bytes in 0usize..500,
			sizes in prop::collection::vec(0usize..100, 1..100),
		) {
			let mut queue = Queue::new(max_items, max_bytes);
			let mut dropped = 0;
			for (number, size) in sizes.iter().enumerate() {
				dropped += queue.push(*size, number);
			}
			let mut kept = Vec::new();
			while let Some(number) = queue.pop() {
				kept.push(number);
			}
			prop_assert_eq!(kept.len() as u64 + dropped, sizes.len() as u64);
			prop_assert!(kept.iter().copied().eq(sizes.len() - kept.len()..sizes.len()));
			let bytes: usize = kept.iter().map(|number| sizes[*number]).sum();
			prop_assert!(kept.len() == 1 || (kept.len() <= max_items && bytes <= max_bytes));
			prop_assert_eq!(queue.bytes, 0);
		}
	}

	#[test]
	fn nothing_is_dropped_while_there_is_room() {
		let mut queue = Queue::new(3, 30);
		assert_eq!((0..3).map(|n| queue.push(10, n)).sum::<u64>(), 0);
		assert_eq!(queue.push(0, 3), 1);
		assert_eq!(queue.front(), Some(&1));
		assert_eq!(queue.push(25, 4), 2);
		assert_eq!((queue.pop(), queue.pop(), queue.pop()), (Some(3), Some(4), None));
	}
}
