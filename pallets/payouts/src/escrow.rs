//! The escrow account: where the money of all channels is.

use crate::{Config, Pallet};
use frame_support::{
	defensive,
	traits::{
		fungible::{Balanced, Credit, Inspect, Mutate},
		tokens::{Fortitude, Precision, Preservation, Provenance},
		Get,
	},
};
use smartlayer_types::{AccountId, Balance};
use sp_runtime::{traits::AccountIdConversion, DispatchError, DispatchResult};

/// Money on its way from escrow. What is dropped is burned.
pub(crate) type Paid<T> = Credit<AccountId, <T as Config>::Currency>;

impl<T: Config> Pallet<T> {
	/// The account that holds the money of all channels, and the existential deposit.
	pub fn escrow() -> AccountId {
		T::PalletId::get().into_account_truncating()
	}

	/// Moves money into escrow. The payer's account stays, and what is frozen in it stays where it is.
	pub(crate) fn take(payer: &AccountId, amount: Balance) -> DispatchResult {
		T::Currency::transfer(payer, &Self::escrow(), amount, Preservation::Preserve).map(|_| ())
	}

	/// Takes money out of escrow. The account itself stays: its existential deposit is no channel's money.
	pub(crate) fn release(amount: Balance) -> Result<Paid<T>, DispatchError> {
		T::Currency::withdraw(
			&Self::escrow(),
			amount,
			Precision::Exact,
			Preservation::Preserve,
			Fortitude::Force,
		)
	}

	/// Whether an account can take this amount.
	pub(crate) fn is_creditable(account: &AccountId, amount: Balance) -> bool {
		T::Currency::can_deposit(account, amount, Provenance::Extant).into_result().is_ok()
	}

	/// Gives money from escrow back to a payer. Returns what its account could not take, which is burned: a payer that
	/// is gone must not keep a channel open.
	pub(crate) fn refund(payer: &AccountId, amount: Balance) -> Result<Balance, DispatchError> {
		if amount == 0 {
			return Ok(0);
		}
		let refused = T::Currency::resolve(payer, Self::release(amount)?).is_err();
		Ok(if refused { amount } else { 0 })
	}

	/// Makes sure that the escrow account and the anchors' pot exist, so that no payment is too small for them.
	pub(crate) fn fund_pots() {
		let least = T::Currency::minimum_balance();
		for pot in [Self::escrow(), T::AnchorsPot::get()] {
			let missing = least.saturating_sub(T::Currency::balance(&pot));
			if missing > 0 && T::Currency::mint_into(&pot, missing).is_err() {
				defensive!("a pot could not be funded at genesis");
			}
		}
	}
}
