//! Logs that are begun anew after a lost store.

use crate::{
	refusal::{Validity, LONGEVITY},
	Config, CurrentInterval, Error, Event, Incarnation, Incarnations, Pallet,
};
use frame_support::{ensure, pallet_prelude::TransactionSource};
use smartlayer_operations::IncarnationRaise;
use smartlayer_types::{evm::EvmSignature, AnchorMember, AnchorSets, SetId};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	/// Whether the pool takes a raise.
	pub(crate) fn authorize_raise(
		_: TransactionSource,
		member: &u32,
		incarnation: &u32,
		signature: &EvmSignature,
	) -> Validity {
		let (set_id, member) = Self::raisable(*member, *incarnation)?;
		let origin = member.account.clone();
		let statement = IncarnationRaise { set_id, origin, incarnation: *incarnation };
		let digest = statement.digest(Self::genesis_hash());
		ensure!(member.signed(&digest, signature), Error::<T>::BadSignature);
		Self::valid(("incarnation", member.account, incarnation), LONGEVITY)
	}

	/// Raises an incarnation as [`Self::authorize_raise`] let it through.
	pub(crate) fn do_raise_incarnation(member: u32, incarnation: u32) -> DispatchResult {
		let (_, member) = Self::raisable(member, incarnation)?;
		let raised_in = CurrentInterval::<T>::get();
		let entry = Incarnation { number: incarnation, raised_in };
		Incarnations::<T>::insert(&member.account, entry);
		Self::deposit_event(Event::IncarnationRaised { origin: member.account, incarnation });
		Ok(())
	}

	/// The member of the set in office that can raise its incarnation to this one.
	fn raisable(member: u32, incarnation: u32) -> Result<(SetId, AnchorMember), Error<T>> {
		let set = T::Sets::current();
		let member = Self::member_of(set, member)?;
		let before = Incarnations::<T>::get(&member.account);
		ensure!(before.number != incarnation, Error::<T>::AlreadyRecorded);
		let next = before.number.checked_add(1);
		ensure!(next == Some(incarnation), Error::<T>::WrongIncarnation);
		// Intervals count from 1, so a log that was never begun anew can be at any time.
		let raised_now = before.raised_in == CurrentInterval::<T>::get();
		ensure!(!raised_now, Error::<T>::RaisedInThisInterval);
		Ok((set, member))
	}
}
