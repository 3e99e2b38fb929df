//! Actions that an issuer signed and somebody else takes to the chain.
//!
//! Wallets of EVM chains sign no extrinsics. Such an issuer signs an action as EIP-712
//! (`smartlayer_types::registry::IssuerAction::digest`), and anyone submits it and pays the transaction's fee; deposits
//! and rent come from the issuer's account. Each action carries the issuer's next nonce, so that it is valid once and
//! actions keep their order, and the last block in which it is valid.

use crate::{weights::WeightInfo, Config, Error, IssuerNonce, Pallet};
use frame_support::{dispatch::DispatchResult, ensure, pallet_prelude::Weight};
use smartlayer_types::{registry::IssuerAction, AccountId, Authorisation, BlockNumber};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_submit_for(
		issuer: AccountId,
		nonce: u64,
		valid_until: BlockNumber,
		action: IssuerAction,
		authorisation: &Authorisation,
	) -> DispatchResult {
		ensure!(valid_until >= Self::now(), Error::<T>::Expired);
		ensure!(nonce == IssuerNonce::<T>::get(&issuer), Error::<T>::WrongNonce);
		let digest = action.digest(Self::genesis(), nonce, valid_until);
		ensure!(authorisation.verify(&digest, &issuer), Error::<T>::BadSignature);
		let next = nonce.checked_add(1).ok_or(Error::<T>::WrongNonce)?;
		IssuerNonce::<T>::insert(&issuer, next);
		Self::act(issuer, action)
	}

	/// Does what an issuer wants, whichever way it said so.
	pub(crate) fn act(issuer: AccountId, action: IssuerAction) -> DispatchResult {
		match action {
			IssuerAction::Register { registration, rent } => {
				Self::do_register(issuer, *registration, rent)
			},
			IssuerAction::Update { class, changes } => Self::do_update(&issuer, class, *changes),
			IssuerAction::SetRules { class, rules, from } => {
				Self::do_set_rules(&issuer, class, rules, from)
			},
			IssuerAction::RequestVerification { class, owner_signature } => {
				Self::do_request_verification(&issuer, class, owner_signature)
			},
			IssuerAction::Offer { class, to } => Self::do_offer(&issuer, class, to),
			IssuerAction::Accept { class } => Self::do_accept(issuer, class),
			IssuerAction::SetSuspended { class, suspended } => {
				Self::do_set_suspended(&issuer, class, suspended)
			},
			IssuerAction::Retire { class } => Self::do_retire(&issuer, class),
			IssuerAction::PayRent { class, amount } => Self::do_pay_rent(issuer, class, amount),
			IssuerAction::WithdrawRent { class, amount } => {
				Self::do_withdraw_rent(issuer, class, amount)
			},
		}
	}

	/// What an action weighs, without the check of its signature.
	pub(crate) fn weight_of(action: &IssuerAction) -> Weight {
		match action {
			IssuerAction::Register { registration, .. } => {
				T::WeightInfo::register(kinds(registration.rules.len()))
			},
			IssuerAction::Update { .. } => T::WeightInfo::update(),
			IssuerAction::SetRules { rules, .. } => T::WeightInfo::set_rules(kinds(rules.len())),
			IssuerAction::RequestVerification { .. } => T::WeightInfo::request_verification(),
			IssuerAction::Offer { .. } => T::WeightInfo::offer(),
			IssuerAction::Accept { .. } => T::WeightInfo::accept(),
			IssuerAction::SetSuspended { .. } => T::WeightInfo::set_suspended(),
			IssuerAction::Retire { .. } => T::WeightInfo::retire(),
			IssuerAction::PayRent { .. } => T::WeightInfo::pay_rent(),
			IssuerAction::WithdrawRent { .. } => T::WeightInfo::withdraw_rent(),
		}
	}
}

/// The number of kinds, as weights count it.
pub(crate) fn kinds(count: usize) -> u32 {
	u32::try_from(count).unwrap_or(u32::MAX)
}
