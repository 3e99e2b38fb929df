//! The parameters within their bounds: what a channel that is opened now agrees to.

use crate::{Classes, Config, Pallet};
use frame_support::traits::{fungible::Inspect, Get};
use smartlayer_promises::{Terms, MAX_CHAIN_LENGTH};
use smartlayer_types::{
	eip712::Domain,
	time::{DAYS, MINUTES},
	AccountId, Balance, BlockNumber, ClassId, Hash,
};
use sp_runtime::{
	traits::{SaturatedConversion, Zero},
	Permill,
};

/// The shortest challenge period, in blocks: half a minute.
pub const MIN_CHALLENGE_PERIOD: BlockNumber = MINUTES / 2;

/// The longest challenge period, in blocks.
pub const MAX_CHALLENGE_PERIOD: BlockNumber = 30 * DAYS;

impl<T: Config> Pallet<T> {
	/// The challenge period of new channels.
	pub(crate) fn challenge_period() -> BlockNumber {
		T::ChallengePeriod::get().clamp(MIN_CHALLENGE_PERIOD, MAX_CHALLENGE_PERIOD)
	}

	/// The largest chain length of new channels.
	pub(crate) fn max_chain_length() -> u32 {
		T::MaxChainLength::get().clamp(1, MAX_CHAIN_LENGTH)
	}

	/// The least deposit of new channels.
	pub(crate) fn least_deposit() -> Balance {
		T::LeastDeposit::get().max(T::Currency::minimum_balance()).max(1)
	}

	/// How payments of a class are divided on new channels, and who gets the issuer's share; `None` if there is no
	/// such class.
	pub(crate) fn terms_of(class: ClassId) -> Option<(Terms, Option<AccountId>)> {
		let issuer = T::Classes::issuer(class)?;
		let terms = Terms::clamped(T::BurnedShare::get(), issuer.share, T::AnchorsShare::get());
		Some(match issuer.account {
			Some(account) => (terms, Some(account)),
			None => (terms.without_issuer(), None),
		})
	}

	/// The shares of new channels for a class whose issuer gets nothing.
	pub(crate) fn terms_without_issuer() -> Terms {
		Terms::clamped(T::BurnedShare::get(), Permill::zero(), T::AnchorsShare::get())
	}

	/// The hash of the network's first block.
	pub(crate) fn genesis() -> Hash {
		frame_system::Pallet::<T>::block_hash(
			frame_system::pallet_prelude::BlockNumberFor::<T>::zero(),
		)
	}

	/// The domain under which payers sign.
	pub(crate) fn domain() -> Domain {
		Domain::of(Self::genesis())
	}

	/// The current block.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}
}
