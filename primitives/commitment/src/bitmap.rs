//! Which members of a set: one bit each, as in a contract's signer bitmap.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::U256;

/// The most members that a set can have: the bits of a bitmap.
pub const MAX_MEMBERS: u32 = 256;

/// Some members of a set; bit i of the 256-bit number is the member with index i. Encoded little-endian, as a
/// `U256` is.
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
pub struct SignerBitmap([u8; 32]);

impl SignerBitmap {
	/// Nobody.
	pub const EMPTY: Self = Self([0; 32]);

	/// These members; indices that no set has are left out.
	pub fn of(members: impl IntoIterator<Item = u32>) -> Self {
		let mut bitmap = Self::EMPTY;
		for member in members {
			bitmap.insert(member);
		}
		bitmap
	}

	/// The byte that holds a member's bit, and the bit.
	fn place(member: u32) -> Option<(usize, u8)> {
		let byte = usize::try_from(member / 8).ok().filter(|byte| *byte < 32)?;
		Some((byte, 1u8.checked_shl(member % 8)?))
	}

	/// Adds a member; `false` if it was there or no set can have it.
	pub fn insert(&mut self, member: u32) -> bool {
		let Some((byte, bit)) = Self::place(member) else { return false };
		let Some(byte) = self.0.get_mut(byte) else { return false };
		let absent = *byte & bit == 0;
		*byte |= bit;
		absent
	}

	/// Whether a member is among them.
	pub fn contains(&self, member: u32) -> bool {
		Self::place(member)
			.and_then(|(byte, bit)| Some(self.0.get(byte)? & bit != 0))
			.unwrap_or(false)
	}

	/// The members of either.
	#[must_use]
	pub fn union(mut self, other: Self) -> Self {
		for (byte, more) in self.0.iter_mut().zip(other.0) {
			*byte |= more;
		}
		self
	}

	/// The members that are not among the others.
	#[must_use]
	pub fn without(mut self, others: Self) -> Self {
		for (byte, less) in self.0.iter_mut().zip(others.0) {
			*byte &= !less;
		}
		self
	}

	/// How many members.
	pub fn count(&self) -> u32 {
		self.0.iter().map(|byte| byte.count_ones()).sum()
	}

	/// The members, ascending.
	pub fn members(self) -> impl Iterator<Item = u32> {
		(0..MAX_MEMBERS).filter(move |member| self.contains(*member))
	}

	/// Whether every bit stands for a member of a set of `members`: no padding bit is set.
	pub fn fits(&self, members: u32) -> bool {
		(members..MAX_MEMBERS).all(|member| !self.contains(member))
	}

	/// The number that a contract takes.
	pub fn as_u256(&self) -> U256 {
		U256::from_little_endian(&self.0)
	}
}

impl From<U256> for SignerBitmap {
	fn from(number: U256) -> Self {
		Self(number.to_little_endian())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn bits_are_those_of_a_256_bit_number() {
		let bitmap = SignerBitmap::of([0, 9, 255, 256, 9]);
		let number = U256::from(1) | (U256::from(1) << 9) | (U256::from(1) << 255);
		assert_eq!(bitmap.as_u256(), number);
		assert_eq!(SignerBitmap::from(number), bitmap);
		assert_eq!(bitmap.encode(), number.encode());
		assert_eq!(bitmap.count(), 3);
		assert_eq!(bitmap.members().collect::<Vec<_>>(), [0, 9, 255]);
	}

	#[test]
	fn padding_bits_do_not_fit() {
		assert!(SignerBitmap::of([0, 3]).fits(4));
		assert!(!SignerBitmap::of([0, 4]).fits(4));
		assert!(SignerBitmap::of([255]).fits(256));
		assert!(SignerBitmap::EMPTY.fits(0));
	}

	#[test]
	fn bitmaps_are_sets() {
		let (some, others) = (SignerBitmap::of([1, 2, 200]), SignerBitmap::of([2, 3]));
		assert_eq!(some.union(others), SignerBitmap::of([1, 2, 3, 200]));
		assert_eq!(some.without(others), SignerBitmap::of([1, 200]));
	}

	#[test]
	fn a_member_is_inserted_once() {
		let mut bitmap = SignerBitmap::EMPTY;
		assert!(bitmap.insert(7));
		assert!(!bitmap.insert(7));
		assert!(!bitmap.insert(256));
		assert_eq!(bitmap.count(), 1);
	}
}
