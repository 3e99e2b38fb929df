//! What of a class decides about operations.

use crate::{operation::Operation, refusal::Refusal, NO_HOLDER};
use alloc::vec::Vec;
use smartlayer_types::{AccountId, KindRule, Rules, SignerRole};

/// A class as it stands after an interval's first block: all anchors judge the interval's operations by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassTerms {
	/// The issuer.
	pub issuer: AccountId,
	/// Who else signs as the issuer, in ascending order.
	pub operators: Vec<AccountId>,
	/// The rules that hold in the interval.
	pub rules: Rules,
}

impl ClassTerms {
	/// Whether an account signs as the issuer.
	pub fn is_issuer(&self, account: &AccountId) -> bool {
		*account == self.issuer || self.operators.binary_search(account).is_ok()
	}

	/// The rule of an operation's kind, if everything holds that does not depend on the instance's state: the kind
	/// exists, `to` names a holder where it should, and the actor may sign unless that is a matter of holding the
	/// instance. `serves` says whether the actor is a service node that records for the instance.
	pub fn admit(
		&self,
		operation: &Operation,
		serves: impl FnOnce() -> bool,
	) -> Result<&KindRule, Refusal> {
		let rule = self.rules.kind(operation.kind).ok_or(Refusal::NoSuchKind)?;
		if rule.sets_holder == (operation.to == NO_HOLDER) {
			return Err(Refusal::WrongHolder);
		}
		let signs = match rule.signer {
			SignerRole::Issuer => self.is_issuer(&operation.actor),
			SignerRole::Holder => true,
			SignerRole::ServiceNode => serves(),
		};
		if signs {
			Ok(rule)
		} else {
			Err(Refusal::WrongSigner)
		}
	}
}
