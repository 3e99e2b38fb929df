//! Paying claims: a batch is checked claim by claim and paid with one credit per recipient.

use crate::{escrow::Paid, Channels, Config, Event, OnBurned, Pallet, WeightInfo};
use alloc::{
	collections::{btree_map::Entry, BTreeMap},
	vec::Vec,
};
use frame_support::{
	defensive,
	dispatch::DispatchResultWithPostInfo,
	traits::{fungible::Balanced, Get, Imbalance},
	weights::Weight,
};
use smartlayer_promises::{Channel, ChannelId, Claim, Rejection, Split};
use smartlayer_types::{eip712::Domain, AccountId, Balance};
use sp_runtime::{DispatchError, SaturatedConversion};

/// A claim that is worth something.
struct Payment {
	channel: ChannelId,
	payee: AccountId,
	issuer: Option<AccountId>,
	split: Split,
}

/// How many accounts a batch credited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recipients {
	pub payees: u32,
	pub issuers: u32,
}

/// Sums per account, in the order of the accounts.
type Sums = BTreeMap<AccountId, Balance>;

/// Claims that are paid together.
pub(crate) struct Batch<T> {
	domain: Domain,
	/// The channels as they are once the batch is paid.
	channels: BTreeMap<ChannelId, Channel>,
	payments: Vec<Payment>,
	_config: core::marker::PhantomData<T>,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_redeem(claims: &[Claim]) -> DispatchResultWithPostInfo {
		let mut batch = Batch::<T>::new();
		for claim in claims {
			if let Err(reason) = batch.add(claim) {
				let channel = claim.promise.channel;
				Self::deposit_event(Event::ClaimSkipped { channel, reason });
			}
		}
		let recipients = batch.pay()?;
		Ok(Some(Self::weight_with(claims, recipients)).into())
	}

	/// The weight of a batch whose every claim might have a payee and an issuer of its own.
	pub(crate) fn weight_of_redeem(claims: &[Claim]) -> Weight {
		let all = claims.len().saturated_into();
		Self::weight_with(claims, Recipients { payees: all, issuers: all })
	}

	/// The weight of closing with a last claim.
	pub(crate) fn weight_of_close(claim: Option<&Claim>) -> Weight {
		let steps = claim.map_or(0, Claim::hashes);
		T::WeightInfo::close().saturating_add(T::WeightInfo::walk(steps))
	}

	/// The weight of a batch with so many recipients. The first payee and the first issuer are part of `redeem`.
	fn weight_with(claims: &[Claim], recipients: Recipients) -> Weight {
		let hashes = claims.iter().map(Claim::hashes).fold(0u32, u32::saturating_add);
		let further = recipients.payees.max(recipients.issuers).saturating_sub(1);
		T::WeightInfo::redeem(claims.len().saturated_into())
			.saturating_add(T::WeightInfo::walk(hashes))
			.saturating_add(T::WeightInfo::credit_further(further))
	}
}

impl<T: Config> Batch<T> {
	/// A batch without claims.
	pub(crate) fn new() -> Self {
		Self {
			domain: Pallet::<T>::domain(),
			channels: BTreeMap::new(),
			payments: Vec::new(),
			_config: core::marker::PhantomData,
		}
	}

	/// Checks a claim and takes it into the batch, if something is due for it after all claims before.
	pub(crate) fn add(&mut self, claim: &Claim) -> Result<(), Rejection> {
		let id = claim.promise.channel;
		let channel = match self.channels.entry(id) {
			Entry::Occupied(entry) => entry.into_mut(),
			Entry::Vacant(entry) => {
				entry.insert(Channels::<T>::get(id).ok_or(Rejection::UnknownChannel)?)
			},
		};
		let verified = channel.verify(&self.domain, claim).map_err(Rejection::Invalid)?;
		let amount = channel.due(&verified);
		if amount == 0 {
			return Err(Rejection::NothingDue);
		}
		channel.paid = channel.paid.saturating_add(amount);
		self.payments.push(Payment {
			channel: id,
			payee: channel.payee.clone(),
			issuer: channel.issuer.clone(),
			split: channel.split(amount),
		});
		Ok(())
	}

	/// Pays everybody. A payee that can't take the sum of its claims is skipped with all of them; any other share that
	/// can't be credited is burned.
	pub(crate) fn pay(mut self) -> Result<Recipients, DispatchError> {
		let payees = self.keep_creditable_payees();
		if self.payments.is_empty() {
			return Ok(Recipients::default());
		}
		let total = self.sum(|payment| payment.split.amount());
		let mut money = Pallet::<T>::release(total)?;
		credit_payees::<T>(&mut money, &payees)?;
		let issuers = self.credit_issuers(&mut money);
		self.credit_anchors(&mut money);
		if money.peek() != self.sum(|payment| payment.split.burned) {
			defensive!("what is left of a batch is what was split off as burned");
		}
		// What is left is burned here.
		drop(money);
		self.store_channels();
		self.report();
		Ok(Recipients { payees: payees.len().saturated_into(), issuers })
	}

	/// Drops the payments of payees that can't take their sum; returns the sums of the others.
	fn keep_creditable_payees(&mut self) -> Sums {
		let mut sums = Sums::new();
		for Payment { payee, split, .. } in &self.payments {
			add_to(&mut sums, payee, split.payee);
		}
		sums.retain(|payee, sum| Pallet::<T>::is_creditable(payee, *sum));
		self.payments.retain(|Payment { channel, payee, .. }| {
			let kept = sums.contains_key(payee);
			if !kept {
				Pallet::<T>::deposit_event(Event::ClaimSkipped {
					channel: *channel,
					reason: Rejection::PayeeNotCreditable,
				});
			}
			kept
		});
		sums
	}

	/// Pays the issuers' shares; those that can't be paid become burned parts. Returns how many issuers there are.
	fn credit_issuers(&mut self, money: &mut Paid<T>) -> u32 {
		let mut sums = Sums::new();
		for Payment { issuer, split, .. } in &self.payments {
			if let Some(issuer) = issuer {
				add_to(&mut sums, issuer, split.issuer);
			}
		}
		let issuers = sums.len().saturated_into();
		sums.retain(|issuer, sum| credit::<T>(money, issuer, *sum));
		for Payment { issuer, split, .. } in &mut self.payments {
			if !issuer.as_ref().is_some_and(|issuer| sums.contains_key(issuer)) {
				*split = split.burning_issuer();
			}
		}
		issuers
	}

	/// Pays the anchors' share into their pot, or makes it burned parts.
	fn credit_anchors(&mut self, money: &mut Paid<T>) {
		let sum = self.sum(|payment| payment.split.anchors);
		if !credit::<T>(money, &T::AnchorsPot::get(), sum) {
			for payment in &mut self.payments {
				payment.split = payment.split.burning_anchors();
			}
		}
	}

	/// Writes the channels that paid.
	fn store_channels(&mut self) {
		for payment in &self.payments {
			if let Some(channel) = self.channels.remove(&payment.channel) {
				Channels::<T>::insert(payment.channel, channel);
			}
		}
	}

	/// Reports each payment, and to the hook what was burned through each payee.
	fn report(self) {
		let mut burned = Sums::new();
		for Payment { channel, payee, issuer, split } in self.payments {
			add_to(&mut burned, &payee, split.burned);
			Pallet::<T>::deposit_event(Event::Redeemed { channel, payee, issuer, split });
		}
		for (payee, amount) in burned {
			T::OnBurned::on_burned(&payee, amount);
		}
	}

	/// The sum of a part over all payments.
	fn sum(&self, part: impl Fn(&Payment) -> Balance) -> Balance {
		self.payments.iter().map(part).fold(0, Balance::saturating_add)
	}
}

/// Adds to an account's sum.
fn add_to(sums: &mut Sums, account: &AccountId, amount: Balance) {
	let sum = sums.entry(account.clone()).or_default();
	*sum = sum.saturating_add(amount);
}

/// Pays the payees, of whom is known that they can be paid.
fn credit_payees<T: Config>(money: &mut Paid<T>, payees: &Sums) -> Result<(), DispatchError> {
	for (payee, sum) in payees {
		if !credit::<T>(money, payee, *sum) {
			defensive!("a payee that could take its sum did not take it");
			return Err(DispatchError::Corruption);
		}
	}
	Ok(())
}

/// Pays an amount out of `money`. Where that is not possible nothing is changed.
fn credit<T: Config>(money: &mut Paid<T>, to: &AccountId, amount: Balance) -> bool {
	if amount == 0 {
		return true;
	}
	match T::Currency::resolve(to, money.extract(amount)) {
		Ok(()) => true,
		Err(refused) => {
			money.subsume(refused);
			false
		},
	}
}
