//! Office: a result's way into it, and how a seat is lost before its time.

use crate::{
	Candidates, Config, Elected, Error, Event, Pallet, Pending, Plan, Removal, Removed, RunnersUp,
	Seat, Seated, WeightInfo,
};
use alloc::vec::Vec;
use frame_support::{
	ensure,
	pallet_prelude::{BoundedVec, DispatchResult, Weight},
};
use smartlayer_types::{anchors::key::ANCHOR, AccountId, AnchorKey, AnchorMember, BlockNumber};
use sp_runtime::traits::OpaqueKeys;
use sp_staking::SessionIndex;

impl<T: Config> Pallet<T> {
	/// Puts the result that waits into office when its time has come.
	pub(crate) fn enter_office(now: BlockNumber) -> Weight {
		let Some(result) = Pending::<T>::get().filter(|result| result.takes_office <= now) else {
			return Weight::zero();
		};
		Pending::<T>::kill();
		let winners = result.seats.into_iter().filter(|seat| Self::is_unbarred(&seat.account));
		let mut elected: Vec<Seat> = winners.collect();
		let seats = usize::try_from(Self::seats()).unwrap_or(usize::MAX);
		for holder in Self::holders() {
			let named = elected.iter().any(|seat| seat.account == holder.account);
			if elected.len() < seats && !named {
				elected.push(holder);
			}
		}
		elected.truncate(seats);
		Removed::<T>::mutate(|removed| {
			removed.retain(|account| !elected.iter().any(|seat| seat.account == *account));
		});
		Elected::<T>::put(BoundedVec::truncate_from(elected));
		RunnersUp::<T>::put(result.runners_up);
		Self::deposit_event(Event::ResultInOffice);
		<T as Config>::WeightInfo::enter_office()
	}

	/// Those in office that were not removed, best backed first: they keep the seats for which nobody has enough
	/// backing.
	fn holders() -> Vec<Seat> {
		let removed = Removed::<T>::get();
		let seated = Seated::<T>::get();
		let elected = Elected::<T>::get();
		let holds = |account: &AccountId| seated.contains(account) || Self::can_sit(account);
		let known = elected.iter().filter(|seat| holds(&seat.account)).cloned();
		let others = seated
			.iter()
			.filter(|account| !elected.iter().any(|seat| seat.account == **account))
			.map(|account| Seat { account: account.clone(), backing: 0 });
		let mut holders: Vec<Seat> = known.chain(others).collect();
		holders.retain(|seat| !removed.contains(&seat.account) && Self::is_unbarred(&seat.account));
		holders
	}

	pub(crate) fn do_void_result() -> DispatchResult {
		ensure!(Pending::<T>::exists(), Error::<T>::NoPendingResult);
		Pending::<T>::kill();
		Self::deposit_event(Event::ResultVoided);
		Ok(())
	}

	pub(crate) fn do_remove_anchor(account: AccountId) -> DispatchResult {
		let elected = Elected::<T>::get().iter().any(|seat| seat.account == account);
		ensure!(elected || Seated::<T>::get().contains(&account), Error::<T>::NotInOffice);
		Self::remove_seat(&account, Removal::Governance);
		Ok(())
	}

	/// Takes a seat away; the best runner-up that can take office gets it.
	pub(crate) fn remove_seat(account: &AccountId, reason: Removal) {
		let other = |seat: &Seat| seat.account != *account;
		Self::strike_from_result(account);
		RunnersUp::<T>::mutate(|list| list.retain(other));
		let seated = Seated::<T>::get().contains(account);
		let had_seat = Elected::<T>::mutate(|elected| {
			let before = elected.len();
			elected.retain(other);
			elected.len() < before
		});
		if !seated && !had_seat {
			return;
		}
		let again = Removed::<T>::mutate(|removed| {
			let again = removed.contains(account);
			if seated && !again {
				// There is room for all that sit.
				let _ = removed.try_push(account.clone());
			}
			again
		});
		if again {
			return;
		}
		let replacement = if had_seat { Self::promote() } else { None };
		let account = account.clone();
		Self::deposit_event(Event::SeatRemoved { account, reason, replacement });
	}

	/// Takes an account out of the result that waits for its office; there too the best runner-up replaces it.
	fn strike_from_result(account: &AccountId) {
		let other = |seat: &Seat| seat.account != *account;
		Pending::<T>::mutate_extant(|result| {
			let before = result.seats.len();
			result.seats.retain(other);
			result.runners_up.retain(other);
			let best = result.runners_up.iter().position(|seat| Self::can_sit(&seat.account));
			if let (true, Some(place)) = (result.seats.len() < before, best) {
				// There is room: a seat was just given up.
				let _ = result.seats.try_push(result.runners_up.remove(place));
			}
		});
	}

	/// Gives a free seat to the best runner-up that can take office.
	fn promote() -> Option<AccountId> {
		let elected = Elected::<T>::get();
		let place = RunnersUp::<T>::get().iter().position(|seat| {
			Self::can_sit(&seat.account) && !elected.iter().any(|e| e.account == seat.account)
		})?;
		let seat = RunnersUp::<T>::mutate(|list| list.remove(place));
		let account = seat.account.clone();
		Elected::<T>::try_append(seat).ok()?;
		// Removed before, elected again since.
		Removed::<T>::mutate(|removed| removed.retain(|other| *other != account));
		Some(account)
	}

	/// Whether the account is a candidate that no offence keeps from office.
	fn is_unbarred(account: &AccountId) -> bool {
		Candidates::<T>::get(account).is_some_and(|candidate| candidate.offences == 0)
	}

	/// Whether the account can take office: a candidate with registered session keys.
	pub(crate) fn can_sit(account: &AccountId) -> bool {
		Self::is_unbarred(account) && Self::has_keys(account)
	}

	/// Whether session keys are registered, the anchor key among them a point of the curve.
	pub(crate) fn has_keys(account: &AccountId) -> bool {
		pallet_session::NextKeys::<T>::get(account)
			.and_then(|keys| keys.get::<AnchorKey>(ANCHOR))
			.and_then(|key| AnchorMember::new(account.clone(), key))
			.is_some()
	}

	/// Plans a session: its members, or `None` if they are those of the one before.
	pub(crate) fn plan(session: SessionIndex) -> Option<Vec<AccountId>> {
		let seated = Seated::<T>::get();
		if seated.is_empty() {
			return None;
		}
		let removed = Removed::<T>::get();
		let target: Vec<AccountId> = Elected::<T>::get()
			.into_iter()
			.map(|seat| seat.account)
			.filter(|account| seated.contains(account) || Self::can_sit(account))
			.collect();
		let n = u32::try_from(seated.len()).unwrap_or(u32::MAX);
		let size = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
		let members = Plan {
			seated: &seated,
			target: &target,
			removed: &removed,
			seats: size(Self::seats()),
			least: size(Self::min_anchors()),
			changes: size(Self::replaceable(n)),
		}
		.members();
		if members == *seated {
			return None;
		}
		Removed::<T>::mutate(|removed| removed.retain(|account| members.contains(account)));
		Seated::<T>::put(BoundedVec::truncate_from(members.clone()));
		let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
		Self::deposit_event(Event::SessionPlanned { session, members: count });
		Some(members)
	}
}
