//! Adding to deposits.

use crate::{Channels, Config, Error, Event, Pallet, WeightInfo};
use frame_support::ensure;
use smartlayer_promises::{Channel, ChannelId, TopUp};
use smartlayer_types::{AccountId, Authorisation, Balance};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_top_up(payer: AccountId, id: ChannelId, amount: Balance) -> DispatchResult {
		Channels::<T>::try_mutate(id, |channel| {
			let channel = channel.as_mut().ok_or(Error::<T>::UnknownChannel)?;
			ensure!(channel.payer == payer, Error::<T>::NotPayer);
			Self::add_to_deposit(id, channel, amount, 0)
		})
	}

	pub(crate) fn do_top_up_with_authorisation(
		submitter: AccountId,
		order: TopUp,
		authorisation: Authorisation,
	) -> DispatchResult {
		ensure!(Self::now() <= order.valid_until, Error::<T>::AuthorisationExpired);
		Channels::<T>::try_mutate(order.channel, |channel| {
			let channel = channel.as_mut().ok_or(Error::<T>::UnknownChannel)?;
			ensure!(channel.deposit == order.deposit, Error::<T>::DepositIsAnother);
			let digest = order.digest(&Self::domain());
			ensure!(authorisation.verify(&digest, &channel.payer), Error::<T>::WrongAuthorisation);
			let weight = T::WeightInfo::top_up_with_authorisation();
			let most = order.max_fee.min(order.amount);
			let fee = Self::pay_submitter(&submitter, &channel.payer, most, weight)?;
			Self::add_to_deposit(order.channel, channel, order.amount.saturating_sub(fee), fee)
		})
	}

	/// Takes `added` from the payer. It must be something: an order that adds nothing could be used again.
	fn add_to_deposit(
		id: ChannelId,
		channel: &mut Channel,
		added: Balance,
		fee: Balance,
	) -> DispatchResult {
		ensure!(added > 0, Error::<T>::AmountIsZero);
		ensure!(!channel.is_closing(), Error::<T>::AlreadyClosing);
		let deposit = channel.deposit.checked_add(added).ok_or(Error::<T>::Overflow)?;
		Self::take(&channel.payer, added)?;
		channel.deposit = deposit;
		Self::deposit_event(Event::ToppedUp { channel: id, added, deposit, fee });
		Ok(())
	}
}
