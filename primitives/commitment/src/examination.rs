//! The vote on a proposal.

use crate::proposal::{Choice, RejectReason};
use sp_core::H256;

/// How a member votes on a proposal whose cut it could rebuild, after its own closing vector.
///
/// `is_same` says whether the snapshot is what the voter rebuilt, `announced` are the operations that the voter announced
/// in the interval, `is_kept` tells whether the proposal or an earlier snapshot holds one. What a quorum announced is
/// announced by honest members whose approval every quorum needs: so it can't be left out.
pub fn vote(
	is_same: bool,
	announced: impl IntoIterator<Item = H256>,
	is_kept: impl Fn(&H256) -> bool,
) -> Choice {
	if !is_same {
		return Choice::Reject(RejectReason::WrongRoot);
	}
	let omitted = announced.into_iter().find(|it| !is_kept(it));
	omitted.map_or(Choice::Approve, |operation| {
		Choice::Reject(RejectReason::OmittedAnnouncement { operation })
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_was_announced_and_is_left_out_is_named() {
		let [kept, omitted] = [1, 2].map(H256::repeat_byte);
		let is_kept = |it: &H256| *it == kept;
		assert_eq!(vote(true, [kept], is_kept), Choice::Approve);
		let reason = RejectReason::OmittedAnnouncement { operation: omitted };
		assert_eq!(vote(true, [kept, omitted], is_kept), Choice::Reject(reason));
		assert_eq!(vote(false, [], is_kept), Choice::Reject(RejectReason::WrongRoot));
	}
}
