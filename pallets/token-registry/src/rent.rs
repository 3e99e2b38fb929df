//! Rent: charged per shard and node that holds it, for every block, whenever a class is touched.
//!
//! The price is that of the last settlement: a change of the rate counts from a class's next touch on and never for
//! blocks before it. Anybody can touch a class with `poke`.

use crate::{Class, Classes, Config, CreditOf, Error, Event, OnRent, Pallet};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
	defensive,
	dispatch::DispatchResult,
	ensure,
	traits::{
		fungible::{Balanced, Inspect, Mutate},
		tokens::{Fortitude, Precision, Preservation},
		Get,
	},
};
use scale_info::TypeInfo;
use smartlayer_types::{registry::Service, AccountId, Balance, BlockNumber, ClassId};
use sp_runtime::{
	traits::{AccountIdConversion, Zero},
	SaturatedConversion,
};

/// How a class stands with its rent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Rent {
	/// Paid in advance; lies in the pallet's account.
	pub balance: Balance,
	/// What each block costs from `settled_at` on.
	pub per_block: Balance,
	/// All blocks up to this one are paid.
	pub settled_at: BlockNumber,
	/// Whether it was told that the class is in arrears. It may be in arrears without having been touched since:
	/// [`Rent::is_in_arrears`] knows.
	pub in_arrears: bool,
}

impl Rent {
	/// How many blocks the balance suffices for.
	fn affordable(&self) -> BlockNumber {
		self.balance.checked_div(self.per_block).map_or(BlockNumber::MAX, Balance::saturated_into)
	}

	/// The last block for which the balance suffices.
	pub fn paid_until(&self) -> BlockNumber {
		self.settled_at.saturating_add(self.affordable())
	}

	/// Whether blocks up to this one can't be paid.
	pub fn is_in_arrears(&self, now: BlockNumber) -> bool {
		self.paid_until() < now
	}

	/// What all blocks up to this one cost that are not settled.
	pub fn due(&self, now: BlockNumber) -> Balance {
		self.per_block.saturating_mul(now.saturating_sub(self.settled_at).into())
	}

	/// Settles as many blocks up to this one as the balance suffices for; returns what they cost.
	pub fn settle(&mut self, now: BlockNumber) -> Balance {
		let blocks = now.saturating_sub(self.settled_at).min(self.affordable());
		let charged = self.per_block.saturating_mul(blocks.into());
		self.balance = self.balance.saturating_sub(charged);
		self.settled_at = self.settled_at.saturating_add(blocks);
		charged
	}
}

impl<T: Config> Pallet<T> {
	/// The account in which rent lies that was paid in advance. Genesis gives it the existential deposit.
	pub fn rent_account() -> AccountId {
		T::PalletId::get().into_account_truncating()
	}

	/// Gives the account for rent the existential deposit, so that no rent is too small for it.
	pub(crate) fn fund_rent_account() {
		let account = Self::rent_account();
		let missing = T::Currency::minimum_balance().saturating_sub(T::Currency::balance(&account));
		if missing > 0 && T::Currency::mint_into(&account, missing).is_err() {
			defensive!("the account for rent could not be funded at genesis");
		}
	}

	/// What a block costs now for so many shards with this redundancy.
	pub fn rent_per_block(shards: u32, service: &Service) -> Balance {
		let placements = u64::from(shards).saturating_mul(service.redundancy.nodes.into());
		Self::rent_rate().saturating_mul(placements.into())
	}

	/// The least that must be left in advance at this price.
	pub(crate) fn least_advance(per_block: Balance) -> Balance {
		per_block.saturating_mul(Self::min_rent_period().into())
	}

	/// Charges the rent up to this block, as far as the balance goes, and takes over the present price if nothing
	/// remains owed.
	pub(crate) fn settle(id: ClassId, class: &mut Class) {
		if class.retired_at.is_some() {
			return;
		}
		let now = Self::now();
		let mut rent = class.rent;
		let charged = rent.settle(now);
		if !charged.is_zero() {
			let Some(credit) = Self::take(charged) else { return };
			T::OnRent::paid(id, credit);
			Self::deposit_event(Event::RentCharged { class: id, amount: charged });
		}
		let in_arrears = rent.is_in_arrears(now);
		if in_arrears != rent.in_arrears {
			rent.in_arrears = in_arrears;
			Self::deposit_event(match in_arrears {
				true => Event::ArrearsBegan { class: id, paid_until: rent.paid_until() },
				false => Event::ArrearsEnded { class: id },
			});
		}
		if !in_arrears {
			rent.per_block = Self::rent_per_block(class.shards, &class.service);
		}
		class.rent = rent;
	}

	fn take(amount: Balance) -> Option<CreditOf<T>> {
		let account = Self::rent_account();
		let taken = T::Currency::withdraw(
			&account,
			amount,
			Precision::Exact,
			Preservation::Preserve,
			Fortitude::Polite,
		);
		if taken.is_err() {
			defensive!(
				"the rent account holds what was paid in advance, and its existential deposit"
			);
		}
		taken.ok()
	}

	/// Moves money into the rent account, for a class.
	pub(crate) fn pay_in(who: &AccountId, class: &mut Class, amount: Balance) -> DispatchResult {
		let balance = class.rent.balance.checked_add(amount).ok_or(Error::<T>::AmountTooLarge)?;
		T::Currency::transfer(who, &Self::rent_account(), amount, Preservation::Preserve)?;
		class.rent.balance = balance;
		Ok(())
	}

	/// Moves a class's money back to its issuer.
	pub(crate) fn pay_back(class: &mut Class, amount: Balance) -> DispatchResult {
		let balance = class.rent.balance.checked_sub(amount).ok_or(Error::<T>::AmountTooLarge)?;
		if !amount.is_zero() {
			let account = Self::rent_account();
			T::Currency::transfer(&account, &class.issuer, amount, Preservation::Preserve)?;
		}
		class.rent.balance = balance;
		Ok(())
	}

	/// Pays rent in advance, or arrears: anybody can, for any class that is not retired.
	pub(crate) fn do_pay_rent(who: AccountId, id: ClassId, amount: Balance) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::NothingToDo);
		let mut class = Self::live_class(id)?;
		Self::pay_in(&who, &mut class, amount)?;
		Self::deposit_event(Event::RentPaid { class: id, who, amount });
		Self::settle(id, &mut class);
		Classes::<T>::insert(id, class);
		Ok(())
	}

	/// Gives rent back that was paid in advance. A class that goes on keeps enough for the least period.
	pub(crate) fn do_withdraw_rent(who: AccountId, id: ClassId, amount: Balance) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::NothingToDo);
		let mut class = Self::class_of(&who, id)?;
		Self::settle(id, &mut class);
		Self::pay_back(&mut class, amount)?;
		if class.retired_at.is_none() {
			Self::ensure_paid_ahead(&class)?;
		}
		Self::deposit_event(Event::RentWithdrawn { class: id, amount });
		Classes::<T>::insert(id, class);
		Ok(())
	}

	/// Fails unless the class has paid for the least period from now on.
	pub(crate) fn ensure_paid_ahead(class: &Class) -> DispatchResult {
		let enough = class.rent.settled_at >= Self::now()
			&& class.rent.balance >= Self::least_advance(class.rent.per_block);
		ensure!(enough, Error::<T>::PayMoreRentInAdvance);
		Ok(())
	}

	/// Settles a class's rent, and retires it if it has been in arrears for longer than the grace period.
	pub(crate) fn do_poke(id: ClassId) -> DispatchResult {
		let mut class = Self::live_class(id)?;
		Self::settle(id, &mut class);
		if Self::now() > Self::retires_after(&class) {
			Self::retire_class(id, &mut class);
		}
		Classes::<T>::insert(id, class);
		Ok(())
	}

	/// The block after which the class can be retired for its arrears.
	pub(crate) fn retires_after(class: &Class) -> BlockNumber {
		class.rent.paid_until().saturating_add(Self::grace_period())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn rent(balance: Balance, per_block: Balance) -> Rent {
		Rent { balance, per_block, settled_at: 10, in_arrears: false }
	}

	#[test]
	fn rent_is_paid_to_the_last_block_that_the_balance_covers() {
		let rent = rent(35, 10);
		assert_eq!(rent.paid_until(), 13);
		assert!(!rent.is_in_arrears(13));
		assert!(rent.is_in_arrears(14));
	}

	#[test]
	fn rent_that_costs_nothing_is_always_paid() {
		let mut rent = rent(0, 0);
		assert!(!rent.is_in_arrears(BlockNumber::MAX));
		assert_eq!(rent.settle(1_000), 0);
		assert_eq!(rent.settled_at, 1_000);
	}

	#[test]
	fn the_largest_numbers_do_not_overflow() {
		let mut rent = rent(Balance::MAX, Balance::MAX);
		assert_eq!(rent.due(BlockNumber::MAX), Balance::MAX);
		assert_eq!(rent.settle(BlockNumber::MAX), Balance::MAX);
		assert_eq!((rent.balance, rent.settled_at), (0, 11));
		let cheap = self::rent(Balance::MAX, 1);
		assert_eq!(cheap.paid_until(), BlockNumber::MAX);
	}

	proptest! {
		/// However often a class is touched, the same blocks cost the same.
		#[test]
		fn touching_often_changes_nothing(
			balance in 0..10_000u128,
			per_block in 0..50u128,
			mut touches in prop::collection::vec(10..400u32, 1..20),
		) {
			touches.sort_unstable();
			let (mut often, mut once) = (rent(balance, per_block), rent(balance, per_block));
			let charged: Balance = touches.iter().map(|now| often.settle(*now)).sum();
			let last = *touches.last().unwrap();
			prop_assert_eq!(charged, once.settle(last));
			prop_assert_eq!(often, once);
			prop_assert_eq!(charged + often.balance, balance);
			prop_assert_eq!(charged, per_block * u128::from(often.settled_at - 10));
			prop_assert_eq!(often.is_in_arrears(last), often.settled_at < last);
			prop_assert!(often.is_in_arrears(last) == (often.due(last) > often.balance));
		}
	}
}
