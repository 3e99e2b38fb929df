//! Sessions: this pallet manages them, and hears of the anchor keys that become active.

use crate::{Config, Pallet, Session};
use alloc::vec::Vec;
use frame_support::traits::OneSessionHandler;
use smartlayer_types::{AccountId, AnchorKey};
use sp_runtime::BoundToRuntimeAppPublic;
use sp_staking::SessionIndex;

impl<T: Config> pallet_session::SessionManager<AccountId> for Pallet<T> {
	/// `None` unless the membership changes.
	fn new_session(index: SessionIndex) -> Option<Vec<AccountId>> {
		Self::plan(index)
	}

	/// The genesis of the session pallet names the first validators.
	fn new_session_genesis(_: SessionIndex) -> Option<Vec<AccountId>> {
		None
	}

	/// The session pallet's queue still holds the keys that become active with this session.
	fn start_session(index: SessionIndex) {
		Session::<T>::put(index);
		Self::note_active_keys(index);
		Self::prune_keys(index);
		Self::prune_sets(index);
	}

	fn end_session(_: SessionIndex) {}
}

impl<T: Config> pallet_session::historical::SessionManager<AccountId, ()> for Pallet<T> {
	fn new_session(index: SessionIndex) -> Option<Vec<(AccountId, ())>> {
		let members = <Self as pallet_session::SessionManager<_>>::new_session(index)?;
		Some(members.into_iter().map(|account| (account, ())).collect())
	}

	fn new_session_genesis(_: SessionIndex) -> Option<Vec<(AccountId, ())>> {
		None
	}

	fn start_session(index: SessionIndex) {
		<Self as pallet_session::SessionManager<_>>::start_session(index);
	}

	fn end_session(_: SessionIndex) {}
}

impl<T: Config> BoundToRuntimeAppPublic for Pallet<T> {
	type Public = AnchorKey;
}

impl<T: Config> OneSessionHandler<AccountId> for Pallet<T> {
	type Key = AnchorKey;

	fn on_genesis_session<'a, I>(validators: I)
	where
		I: Iterator<Item = (&'a AccountId, AnchorKey)> + 'a,
	{
		let validators: Vec<(&AccountId, AnchorKey)> = validators.collect();
		for (account, _) in &validators {
			Self::found_anchor(account);
		}
		Self::found_set(validators.into_iter());
	}

	/// Whatever the session pallet thinks of a change: the set decides by its members.
	fn on_new_session<'a, I>(_: bool, validators: I, queued: I)
	where
		I: Iterator<Item = (&'a AccountId, AnchorKey)> + 'a,
	{
		Self::change_set(validators, queued);
	}

	fn on_disabled(_: u32) {}
}
