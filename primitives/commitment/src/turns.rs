//! Duty: in which order a set's members take turns to propose an interval's snapshot, and whose turn it is.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{domain, AccountId, BlockNumber};
use sp_core::H256;

/// What is hashed to sort members.
const PURPOSE: &str = "snapshot duty";

/// A turn: from block `start` up to and without block `end`.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Turn {
	/// Number of the turn, from 0: `round * members + position`.
	pub ordinal: u64,
	/// The round, from 0: its turns last `2^round` times the first one's.
	pub round: u32,
	/// Position in the order of the members.
	pub position: u32,
	/// Its first block.
	pub start: BlockNumber,
	/// The block after its last.
	pub end: BlockNumber,
}

/// The turn at block `now`, when turns began at block `start`, `members` take them, and one of the first round lasts
/// `length` blocks. `None` before `start`, without members, and for a length of zero.
///
/// Round r begins `members * length * (2^r - 1)` blocks after `start`, so r is the logarithm of how many first rounds
/// have gone by: no loop, however long nobody confirms.
pub fn turn_at(
	start: BlockNumber,
	members: u32,
	length: BlockNumber,
	now: BlockNumber,
) -> Option<Turn> {
	let elapsed = u64::from(now.checked_sub(start)?);
	let first_round = u64::from(members).checked_mul(u64::from(length))?;
	let round = elapsed.checked_div(first_round)?.checked_add(1)?.ilog2();
	let factor = 1u64.checked_shl(round)?;
	let round_start = first_round.checked_mul(factor.checked_sub(1)?)?;
	let length = u64::from(length).checked_mul(factor)?;
	let position = elapsed.checked_sub(round_start)?.checked_div(length)?;
	let turn_start = round_start.checked_add(position.checked_mul(length)?)?;
	let block = |offset: u64| {
		let block = u64::from(start).saturating_add(offset);
		BlockNumber::try_from(block).unwrap_or(BlockNumber::MAX)
	};
	Some(Turn {
		ordinal: u64::from(round).checked_mul(u64::from(members))?.checked_add(position)?,
		round,
		position: u32::try_from(position).ok()?,
		start: block(turn_start),
		end: block(turn_start.checked_add(length)?),
	})
}

/// The order of turns of an interval: indices of the members, sorted by BLAKE2b-256(domain, seed, interval, account).
pub fn order<'a>(
	genesis: H256,
	seed: H256,
	interval: u64,
	members: impl IntoIterator<Item = &'a AccountId>,
) -> Vec<u32> {
	let mut keyed: Vec<_> = (0u32..)
		.zip(members)
		.map(|(index, account)| (domain::hash(PURPOSE, genesis, &(seed, interval, account)), index))
		.collect();
	keyed.sort_unstable();
	keyed.into_iter().map(|(_, index)| index).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	/// The same by walking from turn to turn.
	fn walked(start: u32, members: u32, length: u32, now: u32) -> Turn {
		let (mut at, mut ordinal) = (u64::from(start), 0u64);
		loop {
			let round = (ordinal / u64::from(members)) as u32;
			let end = at + (u64::from(length) << round);
			if u64::from(now) < end {
				return Turn {
					ordinal,
					round,
					position: (ordinal % u64::from(members)) as u32,
					start: at as u32,
					end: u32::try_from(end).unwrap_or(u32::MAX),
				};
			}
			(at, ordinal) = (end, ordinal + 1);
		}
	}

	proptest! {
		#![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

		#[test]
		fn the_closed_form_is_the_walk(
			start in 0u32..10_000_000,
			members in 1u32..=256,
			length in 1u32..2_000,
			waited in prop_oneof![0u32..10_000, 0u32..100_000_000, 3_000_000_000u32..4_000_000_000],
		) {
			let now = start.saturating_add(waited);
			prop_assert_eq!(turn_at(start, members, length, now), Some(walked(start, members, length, now)));
		}

		#[test]
		fn every_member_has_its_place_in_the_order(
			seed: [u8; 32],
			interval: u64,
			members in 0u8..40,
		) {
			let accounts: Vec<_> = (0..members).map(|it| AccountId::new([it; 32])).collect();
			let order = order(H256::zero(), H256(seed), interval, &accounts);
			let mut sorted = order.clone();
			sorted.sort_unstable();
			prop_assert_eq!(sorted, (0..u32::from(members)).collect::<Vec<_>>());
			// The order belongs to the accounts, not to how the set lists them.
			let turned: Vec<_> = accounts.iter().rev().collect();
			let again = super::order(H256::zero(), H256(seed), interval, turned.iter().copied());
			let by_account = |order: &[u32], of: &dyn Fn(usize) -> AccountId| -> Vec<_> {
				order.iter().map(|it| of(*it as usize)).collect()
			};
			prop_assert_eq!(
				by_account(&order, &|it| accounts[it].clone()),
				by_account(&again, &|it| turned[it].clone())
			);
		}
	}

	#[test]
	fn there_is_no_turn_before_the_start_nor_without_members() {
		assert_eq!(turn_at(10, 4, 5, 9), None);
		assert_eq!(turn_at(10, 0, 5, 10), None);
		assert_eq!(turn_at(10, 4, 0, 10), None);
		let first = Turn { ordinal: 0, round: 0, position: 0, start: 10, end: 15 };
		assert_eq!(turn_at(10, 4, 5, 10), Some(first));
		assert_eq!(turn_at(10, 4, 5, 14), Some(first));
	}

	#[test]
	fn turns_double_with_each_round() {
		let turn = |now| turn_at(100, 4, 5, now).unwrap();
		assert_eq!((turn(119).round, turn(119).position, turn(119).end), (0, 3, 120));
		assert_eq!((turn(120).round, turn(120).position, turn(120).end), (1, 0, 130));
		assert_eq!((turn(160).round, turn(160).position, turn(160).end), (2, 0, 180));
	}

	#[test]
	fn another_seed_or_interval_is_another_order() {
		let accounts: Vec<_> = (0..20).map(|it| AccountId::new([it; 32])).collect();
		let of = |genesis, seed, interval| {
			order(H256::repeat_byte(genesis), H256::repeat_byte(seed), interval, &accounts)
		};
		assert_eq!(of(1, 2, 3), of(1, 2, 3));
		assert_ne!(of(1, 2, 3), of(9, 2, 3));
		assert_ne!(of(1, 2, 3), of(1, 9, 3));
		assert_ne!(of(1, 2, 3), of(1, 2, 9));
	}
}
