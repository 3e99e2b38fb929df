//! Candidacies: registering, making room, ending, and what becomes of the bond.

use crate::{
	Candidate, Candidates, Config, Dropping, Elected, Election, Error, Event, HoldReason, Leaving,
	LeavingBonds, NextCandidacy, Pallet, Profile, Profiles, Removal, Seat, Seated, Services,
	WaitingSlashes,
};
use frame_support::{
	defensive, ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::{
		fungible::{
			hold::{Balanced, Mutate},
			Inspect,
		},
		tokens::Precision,
		Get, OnUnbalanced,
	},
};
use frame_system::RawOrigin;
use smartlayer_types::{AccountId, AnchorSets, Balance};

impl<T: Config> Pallet<T> {
	/// What registering costs if room must be made in a list of `read` candidates, or none if zero.
	pub(crate) fn register_weight(read: u32) -> frame_support::weights::Weight {
		use crate::WeightInfo;
		let weight = <T as Config>::WeightInfo::register();
		if read == 0 {
			return weight;
		}
		weight.saturating_add(<T as Config>::WeightInfo::evict(read))
	}

	/// Registers a candidate. Returns how many candidacies were read to make room.
	pub(crate) fn do_register(who: AccountId, profile: Profile) -> Result<u32, DispatchError> {
		Self::ensure_open()?;
		ensure!(profile.is_complete(), Error::<T>::IncompleteProfile);
		ensure!(!Candidates::<T>::contains_key(&who), Error::<T>::AlreadyCandidate);
		ensure!(!LeavingBonds::<T>::contains_key(&who), Error::<T>::StillLeaving);
		let listed = Candidates::<T>::count();
		let read = if listed >= T::MaxCandidates::get() {
			Self::evict_least_backed()?;
			listed
		} else {
			0
		};
		let bond = T::CandidacyBond::get();
		T::NativeBalance::hold(&HoldReason::CandidacyBond.into(), &who, bond)?;
		let id = Self::list(&who, profile, bond);
		Self::deposit_event(Event::Registered { candidate: who, id });
		Ok(read)
	}

	pub(crate) fn do_update_profile(who: AccountId, profile: Profile) -> DispatchResult {
		ensure!(Candidates::<T>::contains_key(&who), Error::<T>::NotCandidate);
		ensure!(profile.is_complete(), Error::<T>::IncompleteProfile);
		Profiles::<T>::insert(&who, profile);
		Self::deposit_event(Event::ProfileChanged { candidate: who });
		Ok(())
	}

	pub(crate) fn do_withdraw_candidacy(who: AccountId) -> DispatchResult {
		Self::ensure_open()?;
		ensure!(Candidates::<T>::contains_key(&who), Error::<T>::NotCandidate);
		ensure!(!Self::serves(&who), Error::<T>::InOffice);
		Self::end_candidacy(&who, false);
		Self::deposit_event(Event::CandidacyWithdrawn { candidate: who });
		Ok(())
	}

	pub(crate) fn do_resign(who: AccountId) -> DispatchResult {
		Self::ensure_open()?;
		ensure!(Self::serves(&who), Error::<T>::NotInOffice);
		ensure!(Candidates::<T>::contains_key(&who), Error::<T>::NotCandidate);
		Self::end_candidacy(&who, true);
		Self::remove_seat(&who, Removal::Resignation);
		Ok(())
	}

	/// A bond waits until its account is in no set of this or the next session, its last set owes nothing, evidence
	/// against it can no longer come, and no slash waits.
	pub(crate) fn do_release_bond(account: AccountId) -> DispatchResult {
		let leaving = LeavingBonds::<T>::get(&account).ok_or(Error::<T>::NothingToRelease)?;
		ensure!(!Self::serves(&account), Error::<T>::StillOwes);
		if let Some(service) = Services::<T>::get(&account) {
			ensure!(!<T::Duties as crate::Duties>::owes(service.last_set), Error::<T>::StillOwes);
			let judged = service.ended.saturating_add(Self::evidence_sessions());
			ensure!(crate::Session::<T>::get() > judged, Error::<T>::StillSlashable);
		}
		ensure!(WaitingSlashes::<T>::get(&account) == 0, Error::<T>::StillSlashable);
		LeavingBonds::<T>::remove(&account);
		Services::<T>::remove(&account);
		Self::release(&account, leaving.bond);
		Ok(())
	}

	/// Ballots and candidacies are closed while an election runs, so that both of its runs see the same.
	pub(crate) fn ensure_open() -> DispatchResult {
		ensure!(!Election::<T>::exists(), Error::<T>::ElectionRuns);
		Ok(())
	}

	/// Whether the account is an anchor in this session or the next.
	pub fn serves(account: &AccountId) -> bool {
		Seated::<T>::get().contains(account)
			|| Self::members(Self::current())
				.is_some_and(|members| members.iter().any(|member| member.account == *account))
	}

	/// Removes session keys, but not those of an anchor: a member without keys could neither serve nor be judged.
	pub(crate) fn do_purge_keys(account: AccountId) -> DispatchResult {
		ensure!(!Self::serves(&account), Error::<T>::InOffice);
		pallet_session::Pallet::<T>::purge_keys(RawOrigin::Signed(account).into())
	}

	/// Changes the candidacy of an account, if there is one.
	pub(crate) fn change_candidate(account: &AccountId, change: impl FnOnce(&mut Candidate)) {
		if let Some(mut candidate) = Candidates::<T>::get(account) {
			change(&mut candidate);
			Candidates::<T>::insert(account, candidate);
		}
	}

	/// Puts a candidate whose bond is held on the list.
	fn list(account: &AccountId, profile: Profile, bond: Balance) -> u32 {
		let id = NextCandidacy::<T>::mutate(|next| {
			let id = *next;
			*next = id.saturating_add(1);
			id
		});
		Candidates::<T>::insert(account, Candidate { id, bond, approval: 0, offences: 0 });
		Profiles::<T>::insert(account, profile);
		id
	}

	/// Puts a candidate of the genesis on the list, or completes the candidacy of a genesis anchor.
	pub(crate) fn found(account: &AccountId, profile: &Profile, bond: Balance) -> DispatchResult {
		if bond > 0 {
			T::NativeBalance::hold(&HoldReason::CandidacyBond.into(), account, bond)?;
		}
		match Candidates::<T>::get(account) {
			Some(mut candidate) => {
				candidate.bond = candidate.bond.saturating_add(bond);
				Candidates::<T>::insert(account, candidate);
				Profiles::<T>::insert(account, profile);
			},
			None => {
				Self::list(account, profile.clone(), bond);
			},
		}
		Ok(())
	}

	/// Gives a genesis anchor its candidacy and its seat.
	pub(crate) fn found_anchor(account: &AccountId) {
		if !Candidates::<T>::contains_key(account) {
			Self::list(account, Profile::default(), 0);
		}
		let seat = Seat { account: account.clone(), backing: 0 };
		let added = Elected::<T>::try_append(seat).is_ok()
			&& Seated::<T>::try_append(account.clone()).is_ok();
		if !added {
			defensive!("the genesis has more validators than there can be anchors");
		}
	}

	/// Ends the candidacy with the least approval, the oldest among equals; anchors and the elected stay.
	pub(crate) fn evict_least_backed() -> DispatchResult {
		let seated = Seated::<T>::get();
		let elected = Elected::<T>::get();
		let pending = crate::Pending::<T>::get();
		let waits = |account: &AccountId| {
			pending
				.as_ref()
				.is_some_and(|result| result.seats.iter().any(|s| s.account == *account))
		};
		let least = Candidates::<T>::iter()
			.filter(|(account, _)| {
				!seated.contains(account)
					&& !elected.iter().any(|seat| seat.account == *account)
					&& !waits(account)
			})
			.min_by_key(|(_, candidate)| (candidate.approval, candidate.id))
			.map(|(account, _)| account)
			.ok_or(Error::<T>::ListFull)?;
		Self::end_candidacy(&least, false);
		Self::deposit_event(Event::Evicted { candidate: least });
		Ok(())
	}

	/// Takes a candidate off the list. Its bond is lost if it has too little backing and was not `in_office`; it waits
	/// if the account served; else it is free.
	pub(crate) fn end_candidacy(account: &AccountId, in_office: bool) {
		let Some(candidate) = Candidates::<T>::take(account) else { return };
		Profiles::<T>::remove(account);
		let least = Self::least_approval(T::NativeBalance::total_issuance());
		if candidate.bond == 0 {
			return;
		}
		if !in_office && candidate.approval < least {
			Self::lose(account, candidate.bond);
		} else if in_office || Services::<T>::contains_key(account) || Self::serves(account) {
			let leaving = Leaving { bond: candidate.bond, since: Self::now() };
			LeavingBonds::<T>::insert(account, leaving);
		} else {
			Self::release(account, candidate.bond);
		}
	}

	/// Ends the candidacies that were under the least share of backing at the end of the term, some in each block.
	pub(crate) fn drop_unbacked() -> frame_support::weights::Weight {
		use crate::{election::DROPS_PER_BLOCK, WeightInfo};
		let mut list = Dropping::<T>::get();
		if list.is_empty() {
			return frame_support::weights::Weight::zero();
		}
		let mut dropped = 0u32;
		while dropped < DROPS_PER_BLOCK {
			let Some((account, id)) = list.pop() else { break };
			dropped = dropped.saturating_add(1);
			let same = Candidates::<T>::get(&account).is_some_and(|candidate| candidate.id == id);
			if same && !Self::serves(&account) {
				Self::end_candidacy(&account, false);
				Self::deposit_event(Event::Dropped { candidate: account });
			}
		}
		Dropping::<T>::put(list);
		<T as Config>::WeightInfo::drop_unbacked(dropped)
	}

	fn lose(account: &AccountId, amount: Balance) {
		let (credit, missing) =
			T::NativeBalance::slash(&HoldReason::CandidacyBond.into(), account, amount);
		if missing > 0 {
			defensive!("a bond was not held in full");
		}
		T::LostBonds::on_unbalanced(credit);
		Self::deposit_event(Event::BondLost { candidate: account.clone(), amount });
	}

	fn release(account: &AccountId, amount: Balance) {
		let reason = HoldReason::CandidacyBond.into();
		if T::NativeBalance::release(&reason, account, amount, Precision::BestEffort).is_err() {
			defensive!("a bond that is held can be released");
		}
		Self::deposit_event(Event::BondReleased { account: account.clone(), amount });
	}
}
