//! How calls that anchors make for nothing are refused, in the pool as in a block.

use crate::{Config, Error, Pallet};
use codec::Encode;
use frame_support::{
	pallet_prelude::{
		InvalidTransaction, TransactionLongevity, TransactionPriority, TransactionValidityError,
		ValidTransaction,
	},
	weights::Weight,
};
use smartlayer_types::AnchorMember;

/// What an `authorize` function returns.
pub(crate) type Validity = Result<(ValidTransaction, Weight), TransactionValidityError>;

/// How long the pool keeps a call whose subject has no end of its own, in blocks.
pub(crate) const LONGEVITY: TransactionLongevity = 64;

impl<T: Config> From<Error<T>> for TransactionValidityError {
	/// What is done already is stale, a bad signature is a bad proof, and everything else carries the error's index.
	fn from(error: Error<T>) -> Self {
		match error {
			Error::TurnTaken
			| Error::AlreadyVoted
			| Error::AlreadyRecorded
			| Error::AlreadyReported => InvalidTransaction::Stale,
			Error::BadSignature | Error::NotInTurn | Error::NoOffence => {
				InvalidTransaction::BadProof
			},
			other => InvalidTransaction::Custom(other.encode().first().copied().unwrap_or(u8::MAX)),
		}
		.into()
	}
}

impl<T: Config> Pallet<T> {
	/// A call that the pool takes: one for each tag, before everything that pays.
	pub(crate) fn valid(tag: impl Encode, longevity: TransactionLongevity) -> Validity {
		let valid = ValidTransaction::with_tag_prefix("SmartLayerCommitments")
			.and_provides(tag)
			.priority(TransactionPriority::MAX)
			.longevity(longevity)
			.propagate(true)
			.into();
		Ok((valid, Weight::zero()))
	}

	/// One member of a set.
	pub(crate) fn member_of(
		set: smartlayer_types::SetId,
		member: u32,
	) -> Result<AnchorMember, Error<T>> {
		let members = Self::members_of(set).ok_or(Error::<T>::UnknownSet)?;
		let index = usize::try_from(member).unwrap_or(usize::MAX);
		members.into_iter().nth(index).ok_or(Error::<T>::NotAMember)
	}
}
