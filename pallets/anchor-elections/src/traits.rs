//! What the pallet asks of others.

use smartlayer_types::{AccountId, SetId};

/// Judgements of identities.
pub trait Identity {
	/// Whether a registrar has judged who is behind the account.
	fn is_judged(account: &AccountId) -> bool;
}

impl Identity for () {
	fn is_judged(_: &AccountId) -> bool {
		true
	}
}

/// What anchor sets owe to their intervals.
pub trait Duties {
	/// Whether the set still has an interval that is not confirmed, or the hand-over from it is not recorded yet.
	/// Its members' bonds wait for that, and so does the set itself.
	fn owes(set: SetId) -> bool;
}

impl Duties for () {
	fn owes(_: SetId) -> bool {
		false
	}
}
