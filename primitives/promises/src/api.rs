//! What clients and service nodes ask a node about payments.

use crate::{Channel, ChannelId, Claim, Rejection, Split, Terms};
use codec::{Decode, Encode};
use scale_info::TypeInfo;
use smartlayer_types::{AccountId, Balance, BlockNumber, ClassId};
use sp_runtime::Permill;

/// What holds for a channel that is opened now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Parameters {
	/// The least deposit, in the smallest unit of the token.
	pub least_deposit: Balance,
	/// The share that is burned.
	pub burned: Permill,
	/// The share of the anchors' pot.
	pub anchors: Permill,
	/// From the request to close until a channel can be finished, in blocks.
	pub challenge_period: BlockNumber,
	/// The most steps of a promise's chain.
	pub max_chain_length: u32,
	/// What the submitter of an opening or a top-up that somebody else signed gets back at most.
	pub submission_fee: Balance,
	/// The most claims in one `redeem`.
	pub max_claims: u32,
}

/// What a claim would pay now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Quote {
	/// All that is promised.
	pub value: Balance,
	/// What would be paid: the value up to the deposit, less what was paid before.
	pub amount: Balance,
	/// How it would be divided.
	pub split: Split,
}

sp_api::decl_runtime_apis! {
	/// Payment channels.
	pub trait PayoutsApi {
		/// A channel's state; `None` if there is no such channel, or no longer.
		fn channel(id: ChannelId) -> Option<Channel>;

		/// What a claim would pay if it were redeemed now, alone, or why it would be skipped.
		fn quote(claim: Claim) -> Result<Quote, Rejection>;

		/// What holds for a channel that is opened now.
		fn parameters() -> Parameters;

		/// How payments to this payee for this class would be divided on a channel that is opened now; `None` if
		/// no channel can be opened.
		fn terms(payee: AccountId, class: ClassId) -> Option<Terms>;

		/// The last salt that a payer used; the next must be above it.
		fn last_salt(payer: AccountId) -> u64;
	}
}
