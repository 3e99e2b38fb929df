//! What is held of an issuer for the storage of its classes.

use crate::{Class, Config, HoldReason, Pallet};
use codec::Encode;
use frame_support::{
	dispatch::DispatchResult,
	traits::{fungible::MutateHold, tokens::Precision, Get},
};
use smartlayer_types::{AccountId, Balance};

impl<T: Config> Pallet<T> {
	/// The deposit of a class of this size.
	pub(crate) fn deposit_for(class: &Class) -> Balance {
		let fields = class.sources.encoded_size().saturating_add(class.operators.encoded_size());
		let bytes = Balance::from(class.rules_bytes)
			.saturating_add(Balance::try_from(fields).unwrap_or(Balance::MAX));
		T::ClassDeposit::get().saturating_add(T::ByteDeposit::get().saturating_mul(bytes))
	}

	/// Holds or releases the difference between the deposit that the class has and the one that it needs.
	pub(crate) fn adjust_deposit(class: &mut Class) -> DispatchResult {
		let needed = Self::deposit_for(class);
		if needed > class.deposit {
			Self::hold(&class.issuer, needed.saturating_sub(class.deposit))?;
		} else {
			Self::release(&class.issuer, class.deposit.saturating_sub(needed))?;
		}
		class.deposit = needed;
		Ok(())
	}

	pub(crate) fn hold(who: &AccountId, amount: Balance) -> DispatchResult {
		T::Currency::hold(&HoldReason::ClassDeposit.into(), who, amount)
	}

	pub(crate) fn release(who: &AccountId, amount: Balance) -> DispatchResult {
		let reason = HoldReason::ClassDeposit.into();
		T::Currency::release(&reason, who, amount, Precision::Exact)?;
		Ok(())
	}
}
