//! What must be true of this pallet's state after every block.

use crate::{Channels, Config, LastSalt, Pallet};
use frame_support::{ensure, traits::fungible::Inspect};
use smartlayer_promises::{Channel, MAX_CHAIN_LENGTH};
use smartlayer_types::Balance;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every channel by itself and the escrow account against all of them.
	///
	/// The escrow account may hold more than it owes: anyone can send it money, which then stays there.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		for channel in Channels::<T>::iter_values() {
			Self::check_channel(&channel)?;
		}
		ensure!(
			T::Currency::balance(&Self::escrow()) >= Self::owed(),
			"the escrow account holds less than it owes"
		);
		Ok(())
	}

	/// What the escrow account has to hold: the rest of all channels and the existential deposit.
	pub(crate) fn owed() -> Balance {
		Channels::<T>::iter_values()
			.map(|channel| channel.rest())
			.fold(T::Currency::minimum_balance(), Balance::saturating_add)
	}

	fn check_channel(channel: &Channel) -> Result<(), TryRuntimeError> {
		ensure!(channel.deposit > 0, "a channel without a deposit");
		ensure!(channel.paid <= channel.deposit, "a channel paid more than its deposit");
		ensure!(channel.terms.is_within_bounds(), "a channel's terms are out of bounds");
		ensure!(
			channel.issuer.is_some() || channel.terms.issuer().is_zero(),
			"an issuer's share without an issuer"
		);
		ensure!(
			(1..=MAX_CHAIN_LENGTH).contains(&channel.max_chain_length),
			"a channel's chain length is out of bounds"
		);
		let latest = Self::now().saturating_add(channel.challenge_period);
		ensure!(
			channel.closable_at.is_none_or(|block| block <= latest),
			"a challenge period is longer than agreed"
		);
		ensure!(LastSalt::<T>::get(&channel.payer) > 0, "a payer's salt was forgotten");
		Ok(())
	}
}
