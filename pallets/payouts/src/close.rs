//! Ending channels.

use crate::{redeem::Batch, Channels, Config, Error, Event, Pallet};
use frame_support::ensure;
use smartlayer_promises::{Channel, ChannelId, Claim, Rejection, RequestClose};
use smartlayer_types::{evm::evm_account, AccountId, Authorisation};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_close(
		payee: AccountId,
		id: ChannelId,
		claim: Option<Claim>,
	) -> DispatchResult {
		let channel = Channels::<T>::get(id).ok_or(Error::<T>::UnknownChannel)?;
		ensure!(channel.payee == payee, Error::<T>::NotPayee);
		if let Some(claim) = claim {
			ensure!(claim.promise.channel == id, Error::<T>::ClaimOfAnotherChannel);
			Self::pay_last(&claim)?;
		}
		Self::end(id)
	}

	pub(crate) fn do_request_close(payer: AccountId, id: ChannelId) -> DispatchResult {
		Self::begin_closing(id, |channel| {
			ensure!(channel.payer == payer, Error::<T>::NotPayer);
			Ok(())
		})
	}

	pub(crate) fn do_request_close_with_authorisation(
		id: ChannelId,
		authorisation: Authorisation,
	) -> DispatchResult {
		Self::begin_closing(id, |channel| {
			let digest = RequestClose { channel: id }.digest(&Self::domain());
			let signed = match authorisation {
				// The signer is recovered once and may be either.
				Authorisation::Evm(signature) => signature.recover(&digest).is_some_and(|signer| {
					signer == channel.promise_key || evm_account(signer) == channel.payer
				}),
				other => other.verify(&digest, &channel.payer),
			};
			ensure!(signed, Error::<T>::WrongAuthorisation);
			Ok(())
		})
	}

	pub(crate) fn do_finish(id: ChannelId) -> DispatchResult {
		let channel = Channels::<T>::get(id).ok_or(Error::<T>::UnknownChannel)?;
		let closable_at = channel.closable_at.ok_or(Error::<T>::NotClosing)?;
		ensure!(Self::now() >= closable_at, Error::<T>::ChallengePeriodRunning);
		Self::end(id)
	}

	/// Pays a payee's last claim. One that was paid already is no reason not to close: anyone may have redeemed it.
	fn pay_last(claim: &Claim) -> DispatchResult {
		let mut batch = Batch::<T>::new();
		match batch.add(claim) {
			Ok(()) => {},
			Err(Rejection::NothingDue) => return Ok(()),
			Err(rejection) => return Err(Error::<T>::from(rejection).into()),
		}
		ensure!(batch.pay()?.payees > 0, Error::<T>::PayeeNotCreditable);
		Ok(())
	}

	/// Begins the challenge period, once, if `allowed`.
	fn begin_closing(
		id: ChannelId,
		allowed: impl FnOnce(&Channel) -> DispatchResult,
	) -> DispatchResult {
		Channels::<T>::try_mutate(id, |channel| {
			let channel = channel.as_mut().ok_or(Error::<T>::UnknownChannel)?;
			ensure!(!channel.is_closing(), Error::<T>::AlreadyClosing);
			allowed(channel)?;
			let closable_at = Self::now().saturating_add(channel.challenge_period);
			channel.closable_at = Some(closable_at);
			Self::deposit_event(Event::CloseRequested { channel: id, closable_at });
			Ok(())
		})
	}

	/// Removes a channel and gives the rest back to its payer.
	fn end(id: ChannelId) -> DispatchResult {
		let channel = Channels::<T>::take(id).ok_or(Error::<T>::UnknownChannel)?;
		let rest = channel.rest();
		let burned = Self::refund(&channel.payer, rest)?;
		let refunded = rest.saturating_sub(burned);
		Self::deposit_event(Event::Closed { channel: id, refunded, burned });
		Ok(())
	}
}
