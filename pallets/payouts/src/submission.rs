//! What submitters get back for what payers signed.

use crate::{Config, Pallet, SubmissionFee, WeightInfo};
use frame_support::{
	traits::{fungible::Mutate, tokens::Preservation},
	weights::Weight,
};
use smartlayer_types::{AccountId, Balance};
use sp_runtime::DispatchError;

/// Bytes of a submitted transaction, with the longest signatures: the call, and what envelope and extensions take.
pub(crate) const SUBMISSION_LENGTH: u32 = 320;

impl<T: Config> Pallet<T> {
	/// What submitting an opening costs now; a top-up costs less.
	pub(crate) fn submission_fee() -> Balance {
		T::SubmissionFee::fee(SUBMISSION_LENGTH, T::WeightInfo::open_with_authorisation())
	}

	/// Pays a submitter what the submission costs, but not more than `most`, from the payer's account; returns how
	/// much. A submitter whose account can't take it gets nothing.
	///
	/// The cost is computed and not asked of the submitter: it can't help itself to the whole limit.
	pub(crate) fn pay_submitter(
		submitter: &AccountId,
		payer: &AccountId,
		most: Balance,
		weight: Weight,
	) -> Result<Balance, DispatchError> {
		let fee = T::SubmissionFee::fee(SUBMISSION_LENGTH, weight).min(most);
		if fee == 0 || !Self::is_creditable(submitter, fee) {
			return Ok(0);
		}
		T::Currency::transfer(payer, submitter, fee, Preservation::Preserve)
	}
}
