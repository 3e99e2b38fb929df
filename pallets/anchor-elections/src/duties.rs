//! Duties: what they earn from the pot, and what missing them costs.

use crate::{
	Config, Error, Event, Misses, Pallet, Promised, Removal, Rewards, Seated, TermRemovals,
};
use alloc::vec::Vec;
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	traits::{
		fungible::{Inspect, Mutate},
		tokens::{Fortitude, Preservation},
		Get,
	},
};
use smartlayer_types::{anchors::max_faulty, AccountId, AnchorSets, Balance, SetId};
use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, Rounding};

impl<T: Config> Pallet<T> {
	/// A member of a set did its duty: its streak of misses ends, and it earns a share of what the pot holds and has
	/// not promised.
	pub fn did_duty(set: SetId, member: u32) {
		let Some(member) = <Self as AnchorSets>::member(set, member) else { return };
		Misses::<T>::remove(&member.account);
		Self::reward(member.account, Self::duty_reward());
	}

	/// Anchors probed service nodes in an epoch, each so many: together they earn what a duty earns, in proportion.
	pub fn reward_probes(points: Vec<(AccountId, u32)>) {
		let reward = Self::duty_reward();
		let all =
			points.iter().map(|(_, points)| u128::from(*points)).fold(0, u128::saturating_add);
		for (account, points) in points {
			let share =
				multiply_by_rational_with_rounding(reward, points.into(), all, Rounding::Down);
			Self::reward(account, share.unwrap_or_default());
		}
	}

	/// What a duty earns now: a share of what the pot holds and has not promised.
	fn duty_reward() -> Balance {
		T::DutyShare::get().mul_floor(Self::unpromised()).min(T::DutyReward::get())
	}

	/// Promises an account money from the pot.
	fn reward(account: AccountId, amount: Balance) {
		if amount == 0 {
			return;
		}
		Promised::<T>::mutate(|promised| *promised = promised.saturating_add(amount));
		Rewards::<T>::mutate(&account, |reward| *reward = reward.saturating_add(amount));
		Self::deposit_event(Event::DutyRewarded { account, amount });
	}

	/// A member of a set missed its duty, which earns nothing. With its vectors absent too it counts towards a streak
	/// that costs the seat; a member whose vectors are there is at work, and its streak ends.
	pub fn missed_duty(set: SetId, member: u32, vectors_absent: bool) {
		let Some(member) = <Self as AnchorSets>::member(set, member) else { return };
		let account = member.account;
		if !vectors_absent {
			Misses::<T>::remove(&account);
			return;
		}
		let streak = Misses::<T>::mutate(&account, |misses| {
			*misses = misses.saturating_add(1);
			*misses
		});
		Self::deposit_event(Event::DutyMissed { account: account.clone(), streak });
		if streak >= Self::miss_limit() {
			Self::remove_absent(&account);
		}
	}

	/// At most as many seats as members may be faulty are lost in a term for missed duties: more at once is a fault of
	/// the network.
	fn remove_absent(account: &AccountId) {
		let seated = Seated::<T>::get();
		let removed = TermRemovals::<T>::get();
		let n = u32::try_from(seated.len()).unwrap_or(u32::MAX);
		if !seated.contains(account) || removed >= max_faulty(n) {
			return;
		}
		Misses::<T>::remove(account);
		TermRemovals::<T>::put(removed.saturating_add(1));
		Self::remove_seat(account, Removal::MissedDuties);
	}

	pub(crate) fn do_claim_reward(account: AccountId) -> DispatchResult {
		let amount = Rewards::<T>::get(&account);
		ensure!(amount > 0, Error::<T>::NothingToClaim);
		T::NativeBalance::transfer(&T::Pot::get(), &account, amount, Preservation::Preserve)?;
		Rewards::<T>::remove(&account);
		Promised::<T>::mutate(|promised| *promised = promised.saturating_sub(amount));
		Self::deposit_event(Event::RewardClaimed { account, amount });
		Ok(())
	}

	/// What the pot can pay and has not promised.
	pub(crate) fn unpromised() -> Balance {
		let pot = T::NativeBalance::reducible_balance(
			&T::Pot::get(),
			Preservation::Preserve,
			Fortitude::Polite,
		);
		pot.saturating_sub(Promised::<T>::get())
	}
}
