//! What this pallet needs to know of others, and what it tells them.

use frame_support::weights::Weight;
use smartlayer_types::{AccountId, Balance, ClassId};
use sp_runtime::Permill;

/// Who may be paid.
pub trait Payees {
	/// Whether channels to this account for calls of this class can be opened: it is an active service node.
	///
	/// Asked at opening only. What was promised to a node is paid whatever becomes of it.
	fn may_be_paid(payee: &AccountId, class: ClassId) -> bool;
}

/// What the issuer of a class gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerTerms {
	/// Who gets it; `None` for a class that is not verified, whose issuer share is burned.
	pub account: Option<AccountId>,
	/// The share of each payment, at most `smartlayer_promises::Terms::MAX_ISSUER`.
	pub share: Permill,
}

/// The registered classes.
pub trait Classes {
	/// What the issuer gets of payments on channels that are opened now; `None` if there is no such class.
	fn issuer(class: ClassId) -> Option<IssuerTerms>;
}

/// Hears what was burned.
pub trait OnBurned {
	/// So much was burned of payments to this payee, in the smallest unit of the token. Can't fail, and is called once
	/// per payee and batch.
	fn on_burned(payee: &AccountId, amount: Balance);
}

impl OnBurned for () {
	fn on_burned(_: &AccountId, _: Balance) {}
}

/// What transactions cost.
pub trait SubmissionFee {
	/// The fee, without a tip, of a transaction of so many bytes and such weight, in the smallest unit of the token.
	fn fee(length: u32, weight: Weight) -> Balance;
}

impl SubmissionFee for () {
	fn fee(_: u32, _: Weight) -> Balance {
		0
	}
}

/// Sets up what benchmarks find in other pallets.
#[cfg(feature = "runtime-benchmarks")]
pub trait BenchmarkHelper {
	/// Makes an account that may be paid for a class, and returns both. Another account for every index. The class is
	/// verified: its issuer's share is paid.
	fn payee(index: u32) -> (AccountId, ClassId);
}
