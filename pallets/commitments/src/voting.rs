//! Voting on the living proposal.

use crate::{refusal::Validity, weights::WeightInfo, Config, Error, Event, Living, Pallet};
use frame_support::{
	dispatch::DispatchResultWithPostInfo, ensure, pallet_prelude::TransactionSource, traits::Get,
};
use smartlayer_commitment::{Choice, IntervalRecord, LivingProposal, Vote};
use smartlayer_types::{
	anchors::{max_faulty, quorum},
	evm::EvmSignature,
};
use sp_core::H256;

impl<T: Config> Pallet<T> {
	/// The proposal that can be voted on now.
	pub fn living_proposal() -> Option<LivingProposal> {
		let (interval, _) = Self::due()?;
		Living::<T>::get()
			.filter(|it| it.proposal.interval == interval && !it.voided && Self::now() < it.end)
	}

	/// Whether the pool takes a vote.
	pub(crate) fn authorize_vote(
		_: TransactionSource,
		member: &u32,
		proposal: &H256,
		choice: &Choice,
		signature: &EvmSignature,
	) -> Validity {
		let (living, record) = Self::votable(*member, proposal)?;
		let vote = Vote {
			set_id: record.set_id,
			interval: living.proposal.interval,
			proposal: *proposal,
			choice: *choice,
		};
		let voter = Self::member_of(record.set_id, *member)?;
		let digest = vote.digest(Self::genesis_hash());
		ensure!(voter.signed(&digest, signature), Error::<T>::BadSignature);
		let left = living.end.saturating_sub(Self::now());
		Self::valid(("vote", proposal, member), left.into())
	}

	/// Counts a vote that [`Self::authorize_vote`] let through.
	pub(crate) fn do_vote(
		member: u32,
		proposal: H256,
		choice: Choice,
	) -> DispatchResultWithPostInfo {
		let (mut living, record) = Self::votable(member, &proposal)?;
		match choice {
			Choice::Approve => {
				living.approvals.insert(member);
				Self::deposit_event(Event::Approved { proposal, member });
			},
			Choice::Reject(reason) => {
				living.rejections.insert(member);
				Self::deposit_event(Event::Rejected { proposal, member, reason });
			},
		}
		if living.approvals.count() >= quorum(record.members) {
			Self::confirm(living, &record);
			return Ok(().into());
		}
		if living.rejections.count() > max_faulty(record.members) {
			living.voided = true;
			let interval = living.proposal.interval;
			Self::deposit_event(Event::Voided { interval, proposal });
		}
		Living::<T>::put(living);
		Ok(Some(T::WeightInfo::vote(T::MaxMembers::get())).into())
	}

	/// The living proposal and its interval, if a member can vote on it.
	fn votable(member: u32, proposal: &H256) -> Result<(LivingProposal, IntervalRecord), Error<T>> {
		let living = Self::living_proposal().filter(|it| it.hash == *proposal);
		let living = living.ok_or(Error::<T>::NoSuchProposal)?;
		let (_, record) = Self::due().ok_or(Error::<T>::NoSuchProposal)?;
		ensure!(member < record.members, Error::<T>::NotAMember);
		let voted = living.approvals.contains(member) || living.rejections.contains(member);
		ensure!(!voted, Error::<T>::AlreadyVoted);
		Ok((living, record))
	}
}
