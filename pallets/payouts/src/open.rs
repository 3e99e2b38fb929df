//! Opening channels.

use crate::{Channels, Config, Error, Event, LastSalt, Pallet, Payees, WeightInfo};
use frame_support::ensure;
use smartlayer_promises::{Channel, Open};
use smartlayer_types::{evm::EvmAddress, AccountId, Authorisation, Balance, ClassId};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_open(
		payer: AccountId,
		payee: AccountId,
		class: ClassId,
		deposit: Balance,
		promise_key: EvmAddress,
		salt: u64,
	) -> DispatchResult {
		let valid_until = Self::now();
		Self::open_channel(
			Open { payer, payee, class, deposit, promise_key, salt, max_fee: 0, valid_until },
			0,
		)
	}

	pub(crate) fn do_open_with_authorisation(
		submitter: AccountId,
		order: Open,
		authorisation: Authorisation,
	) -> DispatchResult {
		ensure!(Self::now() <= order.valid_until, Error::<T>::AuthorisationExpired);
		ensure!(order.salt > LastSalt::<T>::get(&order.payer), Error::<T>::SaltNotAboveLast);
		let digest = order.digest(&Self::domain());
		ensure!(authorisation.verify(&digest, &order.payer), Error::<T>::WrongAuthorisation);
		let weight = T::WeightInfo::open_with_authorisation();
		let most = order.max_fee.min(order.deposit);
		let fee = Self::pay_submitter(&submitter, &order.payer, most, weight)?;
		Self::open_channel(order, fee)
	}

	/// Opens the channel that was ordered, of whose deposit `fee` is spent already.
	fn open_channel(order: Open, fee: Balance) -> DispatchResult {
		let deposit = order.deposit.saturating_sub(fee);
		ensure!(deposit >= Self::least_deposit(), Error::<T>::DepositTooSmall);
		ensure!(T::Payees::may_be_paid(&order.payee, order.class), Error::<T>::PayeeNotActive);
		let (terms, issuer) = Self::terms_of(order.class).ok_or(Error::<T>::UnknownClass)?;
		Self::raise_salt(&order.payer, order.salt)?;
		Self::take(&order.payer, deposit)?;
		let id = order.channel(Self::genesis());
		let Open { payer, payee, class, promise_key, salt, .. } = order;
		let channel = Channel {
			payer: payer.clone(),
			payee: payee.clone(),
			class,
			promise_key,
			deposit,
			paid: 0,
			terms,
			issuer,
			challenge_period: Self::challenge_period(),
			max_chain_length: Self::max_chain_length(),
			closable_at: None,
		};
		Channels::<T>::insert(id, channel);
		Self::deposit_event(Event::Opened { channel: id, payer, payee, class, deposit, fee, salt });
		Ok(())
	}

	/// Notes a payer's salt, which must be above all before.
	fn raise_salt(payer: &AccountId, salt: u64) -> DispatchResult {
		LastSalt::<T>::try_mutate(payer, |last| {
			ensure!(salt > *last, Error::<T>::SaltNotAboveLast);
			*last = salt;
			Ok(())
		})
	}
}
