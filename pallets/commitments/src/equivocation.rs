//! Evidence of offences: judged here, punished elsewhere.

use crate::{
	refusal::{Validity, LONGEVITY},
	traits::Offences,
	Config, Error, Event, Pallet, Reported, ReportedInOrder, ReportedRange,
};
use alloc::{boxed::Box, vec::Vec};
use frame_support::{ensure, pallet_prelude::TransactionSource, traits::Get};
use smartlayer_commitment::{Archive, Bridge, Evidence, Offence};
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
	/// Whether the pool takes a report without a signer. Judging costs two recoveries of keys, so nobody can have others do
	/// it for nothing: only this node's own reports are taken, and they are not passed on.
	#[allow(clippy::borrowed_box, reason = "the macro passes a reference to the argument")]
	pub(crate) fn authorize_report(
		source: TransactionSource,
		evidence: &Box<Evidence>,
	) -> Validity {
		ensure!(source != TransactionSource::External, Error::<T>::NotFromThisNode);
		let (_, id) = Self::judge(evidence)?;
		let (mut valid, unused) = Self::valid(("offence", id), LONGEVITY)?;
		valid.propagate = false;
		Ok((valid, unused))
	}

	/// The offence that evidence shows, if it is new, and its id.
	fn judge(evidence: &Evidence) -> Result<(Offence, H256), Error<T>> {
		let genesis = Self::genesis_hash();
		let offence = evidence.verify::<Self>(genesis).ok_or(Error::<T>::NoOffence)?;
		let id = offence.id(genesis);
		ensure!(!Reported::<T>::contains_key(id), Error::<T>::AlreadyReported);
		Ok((offence, id))
	}

	/// Judges evidence and hands a new offence on.
	pub(crate) fn do_report(reporter: Option<AccountId>, evidence: &Evidence) -> DispatchResult {
		let (offence, id) = Self::judge(evidence)?;
		T::Offences::report(&offence, reporter.as_ref())?;
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
