//! Rent, what was burned of payments, and the rewards that both give.

use crate::{
	CollectedRent, Config, CurrentEra, EraPot, EraPots, Error, Event, Nodes, OldestEra, Pallet,
	Placement, PointsOf,
};
use core::marker::PhantomData;
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	storage::with_storage_layer,
	traits::{
		fungible::{Balanced, Credit, Inspect, Mutate},
		tokens::{imbalance::OnUnbalanced, Preservation::Preserve},
		Get, Imbalance,
	},
};
use smartlayer_types::{nodes::EraIndex, AccountId, Balance};
use sp_runtime::{
	helpers_128bit::multiply_by_rational_with_rounding, traits::AccountIdConversion, Rounding,
};

/// Takes rent in: what issuers pay for the shards of their classes.
pub struct RentToNodes<T>(PhantomData<T>);

impl<T: Config> OnUnbalanced<Credit<AccountId, T::Currency>> for RentToNodes<T> {
	fn on_nonzero_unbalanced(rent: Credit<AccountId, T::Currency>) {
		Pallet::<T>::on_rent(rent);
	}
}

impl<T: Config> Pallet<T> {
	/// The account in which rent waits.
	pub fn pot() -> AccountId {
		T::PalletId::get().into_account_truncating()
	}

	/// Gives the pot's account what it needs to exist.
	pub(crate) fn fund_pot() {
		let (pot, least) = (Self::pot(), T::Currency::minimum_balance());
		if T::Currency::balance(&pot) < least {
			let minted = T::Currency::mint_into(&pot, least);
			debug_assert!(minted.is_ok(), "the least balance makes an account");
		}
	}

	/// Takes rent of the current era in. What the pot can't take is burned.
	pub fn on_rent(rent: Credit<AccountId, T::Currency>) {
		let amount = rent.peek();
		if amount == 0 {
			return;
		}
		match T::Currency::resolve(&Self::pot(), rent) {
			Ok(()) => {
				CollectedRent::<T>::mutate(|rent| rent.fresh = rent.fresh.saturating_add(amount));
				Self::deposit_event(Event::RentReceived { amount });
			},
			Err(refused) => {
				drop(refused);
				Self::deposit_event(Event::RentBurned { amount });
			},
		}
	}

	/// Records what was burned of a payment to a node in the current era.
	pub(crate) fn record_burned(node: &AccountId, amount: Balance) {
		if amount == 0 || !Nodes::<T>::contains_key(node) {
			return;
		}
		let era = CurrentEra::<T>::get().index;
		PointsOf::<T>::mutate(era, node, |points| {
			points.burned = points.burned.saturating_add(amount);
		});
	}

	/// The reward for what was burned: at most half of it.
	pub fn paid_call_reward(burned: Balance) -> Balance {
		Self::paid_call_share().mul_floor(burned)
	}

	/// The reward for capacity that a pot has for a node; nothing for an era in which the node was in jail.
	pub(crate) fn capacity_reward(era: EraIndex, node: &AccountId, pot: &EraPot) -> Balance {
		let placed = T::Placement::placed(era, node);
		if placed == 0 || Self::was_jailed(node, era) {
			return 0;
		}
		let (whole, parts, all) = (pot.whole, placed.into(), pot.placed.into());
		// At most what is left: a placement whose parts exceed its total can't spend what belongs to others.
		multiply_by_rational_with_rounding(whole, parts, all, Rounding::Down)
			.map_or(pot.left, |share| share.min(pot.left))
	}

	pub(crate) fn do_claim(era: EraIndex, node: &AccountId) -> DispatchResult {
		ensure!(era < CurrentEra::<T>::get().index, Error::<T>::EraNotOver);
		ensure!(era >= OldestEra::<T>::get(), Error::<T>::EraTooOld);
		let mut points = PointsOf::<T>::get(era, node);
		ensure!(!points.claimed, Error::<T>::AlreadyClaimed);
		let paid_calls = Self::paid_call_reward(points.burned);
		let capacity = Self::pay_capacity(era, node)?;
		ensure!(paid_calls > 0 || capacity > 0, Error::<T>::NothingToClaim);
		if paid_calls > 0 {
			T::Currency::mint_into(node, paid_calls)?;
		}
		points.claimed = true;
		PointsOf::<T>::insert(era, node, points);
		Self::deposit_event(Event::Claimed { era, node: node.clone(), capacity, paid_calls });
		Ok(())
	}

	/// Pays a node its part of an era's pot and says how much.
	fn pay_capacity(era: EraIndex, node: &AccountId) -> Result<Balance, sp_runtime::DispatchError> {
		let Some(mut pot) = EraPots::<T>::get(era) else { return Ok(0) };
		let amount = Self::capacity_reward(era, node, &pot);
		if amount > 0 {
			T::Currency::transfer(&Self::pot(), node, amount, Preserve)?;
			pot.left = pot.left.saturating_sub(amount);
			EraPots::<T>::insert(era, pot);
		}
		Ok(amount)
	}

	pub(crate) fn do_claim_many(claims: impl IntoIterator<Item = (EraIndex, AccountId)>) {
		for (era, node) in claims {
			let claimed = with_storage_layer(|| Self::do_claim(era, &node));
			if let Err(reason) = claimed {
				Self::deposit_event(Event::ClaimSkipped { era, node, reason });
			}
		}
	}
}
