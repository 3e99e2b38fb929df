//! What clients and service nodes read: the methods of `smartlayer_promises::api::PayoutsApi`.

use crate::{Channels, Config, Pallet, Payees};
use frame_support::traits::Get;
use smartlayer_promises::{Channel, ChannelId, Claim, Parameters, Quote, Rejection, Split, Terms};
use smartlayer_types::{AccountId, ClassId};

impl<T: Config> Pallet<T> {
	/// A channel's state.
	pub fn channel(id: ChannelId) -> Option<Channel> {
		Channels::<T>::get(id)
	}

	/// What a claim would pay if it were redeemed now, alone, or why it would be skipped.
	pub fn quote(claim: Claim) -> Result<Quote, Rejection> {
		let channel = Self::channel(claim.promise.channel).ok_or(Rejection::UnknownChannel)?;
		let verified = channel.verify(&Self::domain(), &claim).map_err(Rejection::Invalid)?;
		let amount = channel.due(&verified);
		if amount == 0 {
			return Err(Rejection::NothingDue);
		}
		let split = channel.split(amount);
		if !Self::is_creditable(&channel.payee, split.payee) {
			return Err(Rejection::PayeeNotCreditable);
		}
		let split = Self::burning_what_is_refused(&channel, split);
		Ok(Quote { value: verified.value(), amount, split })
	}

	/// What holds for a channel that is opened now.
	pub fn parameters() -> Parameters {
		let terms = Self::terms_without_issuer();
		Parameters {
			least_deposit: Self::least_deposit(),
			burned: terms.burned(),
			anchors: terms.anchors(),
			challenge_period: Self::challenge_period(),
			max_chain_length: Self::max_chain_length(),
			submission_fee: Self::submission_fee(),
			max_claims: T::MaxClaims::get(),
		}
	}

	/// How payments would be divided on a channel that is opened now; `None` if none can be opened.
	pub fn terms(payee: AccountId, class: ClassId) -> Option<Terms> {
		let (terms, _) = Self::terms_of(class)?;
		T::Payees::may_be_paid(&payee, class).then_some(terms)
	}

	/// The last salt that a payer used; the next must be above it.
	pub fn last_salt(payer: AccountId) -> u64 {
		crate::LastSalt::<T>::get(payer)
	}

	/// The split with the shares burned that could not be credited.
	fn burning_what_is_refused(channel: &Channel, split: Split) -> Split {
		let takes = |account: &AccountId, amount| {
			// The payee is paid first: its account can take more then.
			*account == channel.payee || Self::is_creditable(account, amount)
		};
		let issuer = channel.issuer.as_ref().is_some_and(|issuer| takes(issuer, split.issuer));
		let split = if issuer { split } else { split.burning_issuer() };
		let anchors = takes(&T::AnchorsPot::get(), split.anchors);
		if anchors {
			split
		} else {
			split.burning_anchors()
		}
	}
}
