//! Parameters, held where they are read inside the bounds that the protocol sets.

use crate::{Config, Pallet};
use frame_support::traits::Get;
use smartlayer_types::{anchors::max_faulty, time::DAYS, Balance, BlockNumber};
use sp_runtime::{traits::UniqueSaturatedInto, Perbill};
use sp_staking::SessionIndex;

/// The shortest term, in blocks.
pub const MIN_TERM: BlockNumber = 20;

/// The longest term and unlocking period, in blocks.
pub const MAX_TERM: BlockNumber = 365 * DAYS;

/// The longest that a slash waits, in blocks.
pub const MAX_SLASH_DELAY: BlockNumber = 30 * DAYS;

impl<T: Config> Pallet<T> {
	/// The current block.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().unique_saturated_into()
	}

	pub(crate) fn term_length() -> BlockNumber {
		T::TermLength::get().clamp(MIN_TERM, MAX_TERM)
	}

	pub(crate) fn publication_period() -> BlockNumber {
		T::PublicationPeriod::get().clamp(1, Self::term_length() / 2)
	}

	pub(crate) fn unlock_period() -> BlockNumber {
		T::UnlockPeriod::get().clamp(Self::term_length(), MAX_TERM)
	}

	pub(crate) fn slash_delay() -> BlockNumber {
		T::SlashDelay::get().min(MAX_SLASH_DELAY)
	}

	pub(crate) fn evidence_sessions() -> SessionIndex {
		T::EvidenceSessions::get().clamp(2, 10_000)
	}

	pub(crate) fn min_anchors() -> u32 {
		T::MinAnchors::get().min(T::MaxAnchors::get()).max(1)
	}

	/// The seats there are.
	pub fn seats() -> u32 {
		T::Seats::get().min(T::MaxAnchors::get()).max(Self::min_anchors())
	}

	/// The most members of `n` that one session change replaces: as many as may be faulty. Below four none may be, and
	/// one is replaced at a time, or a small chain could never change.
	pub(crate) fn replaceable(n: u32) -> u32 {
		max_faulty(n).max(1)
	}

	pub(crate) fn miss_limit() -> u32 {
		T::MissLimit::get().max(2)
	}

	/// The approval below which a candidate loses its bond.
	pub(crate) fn least_approval(issuance: Balance) -> Balance {
		T::CandidacyShare::get().min(Perbill::from_percent(1)).mul_ceil(issuance)
	}

	/// The backing below which nobody takes a seat.
	pub(crate) fn least_backing(issuance: Balance) -> Balance {
		T::SeatShare::get().min(Perbill::from_percent(10)).mul_ceil(issuance)
	}
}
