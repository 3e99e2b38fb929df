//! A memory of which recent epochs or eras something happened in.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Marks on numbers that grow: the newest and the 127 before it.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Recent {
	newest: u64,
	/// Bit k stands for `newest - k`.
	marks: u128,
}

impl Recent {
	/// How many numbers are remembered.
	pub const SPAN: u64 = 128;

	/// Marks a number; one that is too old for the memory stays unmarked.
	pub fn mark(&mut self, number: u64) {
		if number > self.newest {
			let by = number.saturating_sub(self.newest);
			self.marks =
				u32::try_from(by).ok().and_then(|by| self.marks.checked_shl(by)).unwrap_or(0);
			self.newest = number;
		}
		self.marks |= self.bit(number);
	}

	/// Marks all numbers from `first` to `last`.
	pub fn mark_all(&mut self, first: u64, last: u64) {
		for number in first.max(last.saturating_sub(Self::SPAN))..=last {
			self.mark(number);
		}
	}

	/// Whether a number is marked.
	pub fn contains(&self, number: u64) -> bool {
		number <= self.newest && self.marks & self.bit(number) != 0
	}

	/// The bit of a number up to the newest; zero for one that is too old.
	fn bit(&self, number: u64) -> u128 {
		let age = self.newest.saturating_sub(number);
		u32::try_from(age).ok().and_then(|age| 1u128.checked_shl(age)).unwrap_or(0)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use std::collections::BTreeSet;

	proptest! {
		#[test]
		fn it_remembers_what_a_set_would(numbers in prop::collection::vec(0u64..400, 0..60)) {
			let mut recent = Recent::default();
			let mut set = BTreeSet::new();
			for number in numbers {
				let newest = set.last().copied().unwrap_or(0);
				recent.mark(number);
				if number + Recent::SPAN > newest {
					set.insert(number);
				}
			}
			let newest = set.last().copied().unwrap_or(0);
			for number in 0..500 {
				let remembered = number + Recent::SPAN > newest;
				prop_assert_eq!(recent.contains(number), remembered && set.contains(&number));
			}
		}
	}

	#[test]
	fn ranges_are_marked_up_to_both_ends() {
		let mut recent = Recent::default();
		recent.mark_all(5, 7);
		let marked: Vec<u64> = (0..20).filter(|it| recent.contains(*it)).collect();
		assert_eq!(marked, [5, 6, 7]);
		recent.mark_all(0, u64::MAX);
		assert!(recent.contains(u64::MAX) && recent.contains(u64::MAX - 127));
		assert!(!recent.contains(u64::MAX - 128));
	}
}
