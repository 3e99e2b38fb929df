//! Anchor sets: who was a member with which anchor key, for as long as it can matter.

use crate::{
	Config, CurrentSet, Duties, Event, NextMembers, OldestSet, Pallet, Service, Services, Session,
	SetRecord, Sets,
};
use alloc::vec::Vec;
use frame_support::pallet_prelude::BoundedVec;
use smartlayer_types::{AccountId, AnchorKey, AnchorMember, AnchorSets, SetId};
use sp_staking::SessionIndex;

/// Old sets that one session removes at most.
const PRUNED_AT_ONCE: u32 = 4;

type Members<T> = BoundedVec<AnchorMember, <T as Config>::MaxAnchors>;

/// The members with these keys, in ascending order of addresses. A key that is no point of the curve signs nothing, and
/// of two members with one key neither could be told from the other: the session pallet refuses both at
/// registration. Should one get through, it is left out, the later one by account of two.
fn members<'a, T: Config>(keys: impl Iterator<Item = (&'a AccountId, AnchorKey)>) -> Members<T> {
	let mut members: Vec<AnchorMember> =
		keys.filter_map(|(account, key)| AnchorMember::new(account.clone(), key)).collect();
	members.sort_by(|a, b| a.address.cmp(&b.address).then_with(|| a.account.cmp(&b.account)));
	members.dedup_by(|later, earlier| later.address == earlier.address);
	BoundedVec::truncate_from(members)
}

impl<T: Config> Pallet<T> {
	/// The set of the genesis has the number zero.
	pub(crate) fn found_set<'a>(keys: impl Iterator<Item = (&'a AccountId, AnchorKey)>) {
		let members = members::<T>(keys);
		Sets::<T>::insert(0, SetRecord { members, first_session: 0, ended: None });
	}

	/// Takes the keys of the session that begins and of the one after it.
	pub(crate) fn change_set<'a>(
		active: impl Iterator<Item = (&'a AccountId, AnchorKey)>,
		queued: impl Iterator<Item = (&'a AccountId, AnchorKey)>,
	) {
		let active = members::<T>(active);
		let queued = members::<T>(queued);
		let current = CurrentSet::<T>::get();
		let known = Sets::<T>::get(current);
		if known.as_ref().is_none_or(|set| set.members != active) {
			Self::replace_set(current, known, active.clone());
		}
		if queued == active {
			NextMembers::<T>::kill();
		} else {
			NextMembers::<T>::put(queued);
		}
	}

	fn replace_set(current: SetId, known: Option<SetRecord<T::MaxAnchors>>, members: Members<T>) {
		let session = Session::<T>::get();
		if let Some(mut old) = known {
			for member in &old.members {
				if !members.iter().any(|other| other.account == member.account) {
					let service = Service { last_set: current, ended: session };
					Services::<T>::insert(&member.account, service);
				}
			}
			old.ended = Some(session);
			Sets::<T>::insert(current, old);
		}
		let set = current.saturating_add(1);
		let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
		Sets::<T>::insert(set, SetRecord { members, first_session: session, ended: None });
		CurrentSet::<T>::put(set);
		Self::deposit_event(Event::NewSet { set, members: count });
	}

	/// Forgets sets, oldest first, that ended before the evidence window and owe nothing.
	pub(crate) fn prune_sets(session: SessionIndex) {
		let window = Self::evidence_sessions();
		for _ in 0..PRUNED_AT_ONCE {
			let oldest = OldestSet::<T>::get();
			let over = Sets::<T>::get(oldest)
				.and_then(|set| set.ended)
				.is_some_and(|ended| ended.saturating_add(window) < session);
			if !over || T::Duties::owes(oldest) {
				return;
			}
			Sets::<T>::remove(oldest);
			OldestSet::<T>::put(oldest.saturating_add(1));
		}
	}

	/// The set of the next session: its number and members.
	pub fn next() -> (SetId, Vec<AnchorMember>) {
		let current = Self::current();
		match NextMembers::<T>::get() {
			Some(members) => (current.saturating_add(1), members.into_inner()),
			None => (current, Self::members(current).unwrap_or_default()),
		}
	}
}

impl<T: Config> AnchorSets for Pallet<T> {
	fn current() -> SetId {
		CurrentSet::<T>::get()
	}

	fn members(set: SetId) -> Option<Vec<AnchorMember>> {
		Some(Sets::<T>::get(set)?.members.into_inner())
	}
}
