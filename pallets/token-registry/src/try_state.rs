//! What must hold of the registry's storage after every block.

use crate::{
	Ballots, Class, Classes, Config, HoldReason, NextClassId, Pallet, RuleVersions, Verification,
	VerifiedClass,
};
use alloc::collections::BTreeMap;
use codec::Encode;
use frame_support::{
	ensure,
	traits::fungible::{Inspect, InspectHold},
};
use smartlayer_types::{AccountId, Balance, ClassId};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut prepaid: Balance = 0;
		let mut deposits = BTreeMap::<AccountId, Balance>::new();
		for (id, class) in Classes::<T>::iter() {
			Self::try_class(id, &class)?;
			Self::try_rules(id, &class)?;
			prepaid = prepaid.saturating_add(class.rent.balance);
			let deposit = deposits.entry(class.issuer).or_default();
			*deposit = deposit.saturating_add(class.deposit);
		}
		Self::try_money(prepaid, &deposits)?;
		Self::try_verified()?;
		ensure!(
			RuleVersions::<T>::iter_keys().all(Classes::<T>::contains_key),
			"rules belong to a class"
		);
		Self::try_ballots()
	}

	fn try_class(id: ClassId, class: &Class) -> Result<(), TryRuntimeError> {
		ensure!((1..NextClassId::<T>::get()).contains(&id), "class numbers come from the counter");
		ensure!(class.contract.is_valid(), "contracts are not zero");
		ensure!(class.sources.is_valid(), "URIs have their form");
		ensure!(class.shards > 0, "a class has a shard");
		ensure!(class.service.sla.is_coherent(), "service levels are coherent");
		ensure!(class.service.redundancy.is_coherent(), "data can be rebuilt");
		ensure!(class.rent.settled_at <= Self::now(), "rent is settled up to a past block");
		if class.retired_at.is_some() {
			ensure!(class.offered_to.is_none(), "retired classes are not offered");
			ensure!(class.verification == Verification::Unverified, "nor verified");
			ensure!(!Ballots::<T>::contains_key(id), "nor to be verified");
		}
		let listed = VerifiedClass::<T>::get(class.contract) == Some(id);
		let verified = class.verification != Verification::Unverified;
		ensure!(listed == verified, "verified classes are found by their contract");
		Ok(())
	}

	fn try_rules(id: ClassId, class: &Class) -> Result<(), TryRuntimeError> {
		let versions = RuleVersions::<T>::get(id);
		ensure!(!versions.is_empty(), "a class has rules");
		ensure!(
			u32::try_from(versions.encoded_size()) == Ok(class.rules_bytes),
			"the size of the rules is known"
		);
		for (earlier, later) in versions.iter().zip(versions.iter().skip(1)) {
			ensure!(earlier.from < later.from, "versions follow each other");
			ensure!(later.rules.can_follow(&earlier.rules), "kinds keep their places");
		}
		Ok(())
	}

	fn try_money(
		prepaid: Balance,
		deposits: &BTreeMap<AccountId, Balance>,
	) -> Result<(), TryRuntimeError> {
		let account = T::Currency::balance(&Self::rent_account());
		let needed = prepaid.saturating_add(T::Currency::minimum_balance());
		ensure!(account >= needed, "the rent account holds what was paid in advance");
		for (issuer, deposit) in deposits {
			let held = T::Currency::balance_on_hold(&HoldReason::ClassDeposit.into(), issuer);
			ensure!(held == *deposit, "deposits are held");
		}
		Ok(())
	}

	fn try_verified() -> Result<(), TryRuntimeError> {
		for (contract, id) in VerifiedClass::<T>::iter() {
			let class = Classes::<T>::get(id).ok_or("a verified class exists")?;
			ensure!(class.contract == contract, "a verified class names its contract");
		}
		Ok(())
	}

	fn try_ballots() -> Result<(), TryRuntimeError> {
		for (id, ballot) in Ballots::<T>::iter() {
			let class = Classes::<T>::get(id).ok_or("a round belongs to a class")?;
			ensure!(ballot.round == class.rounds, "a round is the class's latest");
			let mut members: alloc::vec::Vec<_> =
				ballot.votes.iter().map(|vote| vote.member).collect();
			members.sort_unstable();
			members.dedup();
			ensure!(members.len() == ballot.votes.len(), "members vote once");
		}
		Ok(())
	}
}
