//! Evidence of offences: judged here, punished elsewhere.

use crate::{
	traits::Offences, Config, Error, Event, Pallet, Reported, ReportedInOrder, ReportedRange,
};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Get};
use smartlayer_commitment::{Archive, Bridge, Evidence};
use smartlayer_types::{AccountId, AnchorMember, SetId};
use sp_core::H256;
use sp_runtime::DispatchResult;

impl<T: Config> Archive for Pallet<T> {
	fn members(set: SetId) -> Option<Vec<AnchorMember>> {
		Self::members_of(set)
	}

	fn knows(bridge: &Bridge) -> bool {
		Self::is_registered(bridge)
	}
}

impl<T: Config> Pallet<T> {
	/// Judges evidence and hands a new offence on.
	pub(crate) fn do_report(reporter: AccountId, evidence: &Evidence) -> DispatchResult {
		let genesis = Self::genesis_hash();
		let offence = evidence.verify::<Self>(genesis).ok_or(Error::<T>::NoOffence)?;
		let id = offence.id(genesis);
		ensure!(!Reported::<T>::contains_key(id), Error::<T>::AlreadyReported);
		T::Offences::report(&offence, &reporter)?;
		Self::remember(id);
		Self::deposit_event(Event::OffenceReported { offence, reporter });
		Ok(())
	}

	/// Remembers an offence; the oldest goes when there are too many.
	fn remember(id: H256) {
		let mut range = ReportedRange::<T>::get();
		Reported::<T>::insert(id, range.next);
		ReportedInOrder::<T>::insert(range.next, id);
		range.next = range.next.saturating_add(1);
		if range.next.saturating_sub(range.first) > u64::from(T::MaxOffences::get()) {
			if let Some(oldest) = ReportedInOrder::<T>::take(range.first) {
				Reported::<T>::remove(oldest);
			}
			range.first = range.first.saturating_add(1);
		}
		ReportedRange::<T>::put(range);
	}
}
