//! What must always hold.

use crate::{
	order::{Order, CAPACITY, MINIMUM},
	Ballots, Candidates, Config, HoldReason, KeyPeriods, LeavingBonds, OldestSession, OldestSet,
	OrderNodes, OrderRoot, Pallet, PeriodOf, Profiles, Promised, Rank, Removed, Rewards, Seated,
	Session, Sets, SlashQueue, SlashQueueEnds, SlashQueues, SlashState, Slashes, WaitingSlashes,
	Withdrawals,
};
use alloc::{
	collections::{btree_map::BTreeMap, btree_set::BTreeSet},
	vec::Vec,
};
use frame_support::{
	ensure,
	traits::{
		fungible::{hold::Inspect as _, Inspect},
		tokens::{Fortitude, Preservation},
		Get,
	},
};
use smartlayer_types::{AccountId, AnchorSets, Balance};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_order()?;
		Self::check_votes()?;
		Self::check_approvals()?;
		Self::check_bonds()?;
		Self::check_pot()?;
		Self::check_sets()?;
		Self::check_keys()?;
		Self::check_slashes()
	}

	fn check_order() -> Result<(), TryRuntimeError> {
		let mut ranks = Vec::new();
		Order::<T>::visit(None, &mut |rank| {
			ranks.push(rank);
			true
		});
		ensure!(ranks.is_sorted_by(|a, b| a < b), "voters are in order, each once");
		let mut ballots: Vec<Rank> = Ballots::<T>::iter()
			.map(|(account, ballot)| Rank { stake: ballot.stake, account })
			.collect();
		ballots.sort();
		ensure!(ranks == ballots, "the order holds every ballot with its stake");
		ensure!(ranks.len() == Order::<T>::len() as usize, "voters are counted");
		let root = OrderRoot::<T>::get();
		for (id, node) in OrderNodes::<T>::iter() {
			let is_root = root.as_ref().is_some_and(|root| root.node == id);
			ensure!(is_root || node.entries.len() >= MINIMUM, "a node is a quarter full");
			ensure!(node.entries.len() <= CAPACITY as usize, "a node is bounded");
			ensure!(node.leaf || node.entries.len() > 1, "an inner node branches");
		}
		Ok(())
	}

	fn check_votes() -> Result<(), TryRuntimeError> {
		let mut held: BTreeMap<AccountId, Balance> =
			Ballots::<T>::iter().map(|(account, ballot)| (account, ballot.stake)).collect();
		for (account, list) in Withdrawals::<T>::iter() {
			ensure!(!list.is_empty(), "an empty list of withdrawals is removed");
			let sum: Balance = list.iter().map(|unlocking| unlocking.amount).sum();
			let held = held.entry(account).or_default();
			*held = held.saturating_add(sum);
		}
		for (account, amount) in held {
			let on_hold = T::NativeBalance::balance_on_hold(&HoldReason::Vote.into(), &account);
			ensure!(on_hold == amount, "what votes or is withdrawn is held");
		}
		Ok(())
	}

	fn check_approvals() -> Result<(), TryRuntimeError> {
		let mut approvals: BTreeMap<(AccountId, u32), Balance> = BTreeMap::new();
		for ballot in Ballots::<T>::iter_values() {
			for named in ballot.candidates {
				let approval = approvals.entry(named).or_default();
				*approval = approval.saturating_add(ballot.stake);
			}
		}
		for (account, candidate) in Candidates::<T>::iter() {
			let approval = approvals.get(&(account.clone(), candidate.id)).copied().unwrap_or(0);
			ensure!(candidate.approval == approval, "approval is the stake of all ballots");
			ensure!(Profiles::<T>::contains_key(&account), "a candidate has a profile");
		}
		ensure!(
			Profiles::<T>::iter().count() == Candidates::<T>::count() as usize,
			"only candidates have profiles"
		);
		Ok(())
	}

	fn check_bonds() -> Result<(), TryRuntimeError> {
		let standing =
			Candidates::<T>::iter().map(|(account, candidate)| (account, candidate.bond));
		let leaving = LeavingBonds::<T>::iter().map(|(account, leaving)| (account, leaving.bond));
		let mut seen = BTreeSet::new();
		for (account, bond) in standing.chain(leaving) {
			let reason = HoldReason::CandidacyBond.into();
			let held = T::NativeBalance::balance_on_hold(&reason, &account);
			ensure!(held == bond, "a bond is held");
			ensure!(seen.insert(account), "an account stands for election or leaves");
		}
		ensure!(Candidates::<T>::count() <= T::MaxCandidates::get(), "candidates are bounded");
		Ok(())
	}

	fn check_pot() -> Result<(), TryRuntimeError> {
		let promised: Balance = Rewards::<T>::iter_values().sum();
		ensure!(promised == Promised::<T>::get(), "promises are counted");
		let pot = T::NativeBalance::reducible_balance(
			&T::Pot::get(),
			Preservation::Preserve,
			Fortitude::Polite,
		);
		ensure!(promised <= pot, "the pot holds what it promised");
		Ok(())
	}

	fn check_sets() -> Result<(), TryRuntimeError> {
		let seated = Seated::<T>::get();
		let distinct: BTreeSet<_> = seated.iter().collect();
		ensure!(distinct.len() == seated.len(), "nobody sits twice");
		ensure!(Removed::<T>::get().iter().all(|a| seated.contains(a)), "who was removed sits");
		let current = Self::current();
		for (id, set) in Sets::<T>::iter() {
			ensure!(id <= current && id >= OldestSet::<T>::get(), "sets are kept in a row");
			ensure!(set.ended.is_none() == (id == current), "one set is in office");
			ensure!(
				set.members.is_sorted_by(|a, b| a.address < b.address),
				"members are in ascending order of addresses"
			);
		}
		let (next, members) = Self::next();
		let same = Self::members(current).unwrap_or_default() == members;
		ensure!((next == current) == same, "the next set has a new number if it differs");
		Ok(())
	}

	fn check_keys() -> Result<(), TryRuntimeError> {
		let now = Session::<T>::get();
		let periods: BTreeSet<u32> = PeriodOf::<T>::iter_values().collect();
		for (session, period) in PeriodOf::<T>::iter() {
			ensure!(session <= now && session >= OldestSession::<T>::get(), "sessions in a row");
			ensure!(KeyPeriods::<T>::contains_key(period), "a session has its keys");
		}
		ensure!(
			KeyPeriods::<T>::iter_keys().all(|period| periods.contains(&period)),
			"keys are forgotten with their last session"
		);
		Ok(())
	}

	fn check_slashes() -> Result<(), TryRuntimeError> {
		let mut waiting: BTreeMap<AccountId, u32> = BTreeMap::new();
		for slash in Slashes::<T>::iter_values() {
			if slash.state == SlashState::Waiting {
				let count = waiting.entry(slash.offender).or_default();
				*count = count.saturating_add(1);
			}
		}
		ensure!(waiting == WaitingSlashes::<T>::iter().collect(), "slashes that wait are counted");
		let mut queued = 0usize;
		for queue in [SlashQueue::Apply, SlashQueue::Forget] {
			let (first, free) = SlashQueueEnds::<T>::get(queue);
			let entries = SlashQueues::<T>::iter_prefix(queue).count();
			ensure!(entries == free.wrapping_sub(first) as usize, "a queue has no gaps");
			queued = queued.saturating_add(entries);
		}
		ensure!(queued == Slashes::<T>::iter().count(), "every slash is in one queue");
		Ok(())
	}
}
