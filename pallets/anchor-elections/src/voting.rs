//! Ballots: stake that votes, and stake on its way out.

use crate::{
	order::Order, Ballot, Ballots, Candidates, Config, Error, Event, HoldReason, Pallet, Rank,
	Unlocking, Withdrawals, MAX_VOTES,
};
use frame_support::{
	ensure,
	pallet_prelude::{BoundedVec, ConstU32, DispatchResult},
	traits::{fungible::hold::Mutate, tokens::Precision, Get},
};
use smartlayer_types::{AccountId, Balance};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_vote(
		who: AccountId,
		stake: Balance,
		candidates: BoundedVec<AccountId, ConstU32<MAX_VOTES>>,
	) -> DispatchResult {
		Self::ensure_open()?;
		ensure!(!candidates.is_empty(), Error::<T>::NoCandidates);
		ensure!(stake > 0 && stake >= T::MinVote::get(), Error::<T>::StakeTooSmall);
		let mut named = BoundedVec::new();
		for account in candidates {
			ensure!(
				!named.iter().any(|(other, _)| *other == account),
				Error::<T>::SameCandidateTwice
			);
			let id = Candidates::<T>::get(&account).ok_or(Error::<T>::NotCandidate)?.id;
			named.try_push((account, id)).map_err(|_| Error::<T>::NoCandidates)?;
		}
		let before = Ballots::<T>::get(&who);
		let staked = before.as_ref().map_or(0, |ballot| ballot.stake);
		if let Some(more) = stake.checked_sub(staked) {
			T::NativeBalance::hold(&HoldReason::Vote.into(), &who, more)?;
		} else {
			Self::unlock(&who, staked.saturating_sub(stake))?;
		}
		if let Some(ballot) = before {
			Self::uncount(&who, &ballot);
		}
		let ballot = Ballot { stake, candidates: named };
		Self::count(&who, &ballot);
		let candidates = u32::try_from(ballot.candidates.len()).unwrap_or(MAX_VOTES);
		Ballots::<T>::insert(&who, ballot);
		Self::deposit_event(Event::Voted { voter: who, stake, candidates });
		Ok(())
	}

	pub(crate) fn do_request_withdrawal(who: AccountId) -> DispatchResult {
		Self::ensure_open()?;
		let ballot = Ballots::<T>::get(&who).ok_or(Error::<T>::NoBallot)?;
		Self::unlock(&who, ballot.stake)?;
		Self::uncount(&who, &ballot);
		Ballots::<T>::remove(&who);
		Ok(())
	}

	pub(crate) fn do_withdraw(who: AccountId) -> DispatchResult {
		let now = Self::now();
		let mut list = Withdrawals::<T>::get(&who);
		let free = list
			.iter()
			.filter(|unlocking| unlocking.at <= now)
			.fold(0, |sum: Balance, unlocking| sum.saturating_add(unlocking.amount));
		ensure!(free > 0, Error::<T>::NothingFree);
		list.retain(|unlocking| unlocking.at > now);
		T::NativeBalance::release(&HoldReason::Vote.into(), &who, free, Precision::Exact)?;
		if list.is_empty() {
			Withdrawals::<T>::remove(&who);
		} else {
			Withdrawals::<T>::insert(&who, list);
		}
		Self::deposit_event(Event::Withdrawn { voter: who, amount: free });
		Ok(())
	}

	/// Notes that stake no longer counts and when it is free.
	fn unlock(who: &AccountId, amount: Balance) -> DispatchResult {
		let at = Self::now().saturating_add(Self::unlock_period());
		Withdrawals::<T>::try_mutate(who, |list| match list.last_mut() {
			Some(last) if last.at == at => {
				last.amount = last.amount.saturating_add(amount);
				Ok(())
			},
			_ => {
				list.try_push(Unlocking { amount, at }).map_err(|_| Error::<T>::TooManyWithdrawals)
			},
		})?;
		Self::deposit_event(Event::WithdrawalRequested { voter: who.clone(), amount, free: at });
		Ok(())
	}

	fn count(who: &AccountId, ballot: &Ballot) {
		Order::<T>::insert(Rank { stake: ballot.stake, account: who.clone() });
		Self::tally(ballot, |approval| approval.saturating_add(ballot.stake));
	}

	fn uncount(who: &AccountId, ballot: &Ballot) {
		Order::<T>::remove(&Rank { stake: ballot.stake, account: who.clone() });
		Self::tally(ballot, |approval| approval.saturating_sub(ballot.stake));
	}

	/// Changes the approval of the candidacies that a ballot names and that still are.
	fn tally(ballot: &Ballot, change: impl Fn(Balance) -> Balance) {
		for (account, id) in &ballot.candidates {
			Self::change_candidate(account, |candidate| {
				if candidate.id == *id {
					candidate.approval = change(candidate.approval);
				}
			});
		}
	}

	/// The candidates for whom a ballot counts: those whose candidacy is the one it named.
	pub(crate) fn live_votes(ballot: &Ballot) -> alloc::vec::Vec<AccountId> {
		ballot
			.candidates
			.iter()
			.filter(|(account, id)| Candidates::<T>::get(account).is_some_and(|c| c.id == *id))
			.map(|(account, _)| account.clone())
			.collect()
	}
}
