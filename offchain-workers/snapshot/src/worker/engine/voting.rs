//! Voting on the living proposal.

use super::{
	effect::{Effect, Event, OwnVote, Rebuilt, Record, Submission, Task},
	jobs::Job,
	says, Body, Context, Engine,
};
use crate::worker::log::{Standing, WholeCut};
use smartlayer_commitment::{
	api::AnchorSet, vote as judge, Choice, LivingProposal, RejectReason, Vote,
};
use smartlayer_types::AnchorMember;
use std::sync::Arc;

impl<C: Context> Engine<C> {
	/// Does the next step towards a vote, or submits the one that was given.
	pub(super) fn vote(&mut self) {
		let Some(living) = self.best.votable().cloned() else { return };
		let Some(set) = self.best.set.clone() else { return };
		let interval = living.proposal.interval;
		if interval != self.settled + 1 {
			return;
		}
		let Some((index, member)) = self.seat(&set) else { return };
		if living.approvals.contains(index) || living.rejections.contains(index) {
			return;
		}
		let number = self.best.number;
		if let Some((vote, at)) = self.votes.get_mut(&(interval, living.hash)) {
			if *at != Some(number) {
				*at = Some(number);
				let submission = Submission::Vote(living.hash, *vote);
				self.effects.push(Effect::Submit(submission));
			}
			return;
		}
		let Some(standing) = self.closed(interval) else { return };
		if let Some(choice) = self.choose(&living, &set, &standing) {
			self.give(&living, (index, member), choice);
		}
	}

	/// How to vote; `None` while something is lacking, which is asked for.
	fn choose(
		&mut self,
		living: &LivingProposal,
		set: &Arc<AnchorSet>,
		standing: &Standing,
	) -> Option<Choice> {
		let (interval, hash) = (living.proposal.interval, living.snapshot.body.cut_hash);
		match self.bodies.get(&hash).cloned() {
			None => {
				let (set, proposer) = (set.clone(), living.proposer);
				let task = || Task::Fetch { hash, interval, set, proposer };
				self.start(Job::Fetch(hash), task);
				None
			},
			Some(Body::Unusable) => Some(Choice::Reject(RejectReason::WrongRoot)),
			Some(Body::Whole(whole)) => {
				let rebuilt = self.build(hash, &whole)?;
				Some(self.compare(living, &whole, &rebuilt, standing))
			},
		}
	}

	fn compare(
		&self,
		living: &LivingProposal,
		whole: &WholeCut,
		rebuilt: &Rebuilt<C::Product>,
		standing: &Standing,
	) -> Choice {
		let is_same = rebuilt.goes_on
			&& says(&living.snapshot, rebuilt)
			&& living.proposal.snapshot_hash == living.snapshot.hash()
			&& living.proposal.counted == whole.cut.counted();
		let is_kept = |it: &_| rebuilt.digests.contains(it) || self.context.is_settled(it);
		judge(is_same, standing.announced.iter().copied(), is_kept)
	}

	/// Signs, stores and submits a vote: the only one on its proposal.
	fn give(
		&mut self,
		living: &LivingProposal,
		(index, member): (u32, &AnchorMember),
		choice: Choice,
	) {
		let (interval, set_id) = (living.proposal.interval, living.snapshot.set_id);
		let vote = Vote { set_id, interval, proposal: living.hash, choice };
		let Some(signature) = self.context.sign(member, vote.digest(self.genesis)) else {
			return self.event(Event::NoKey(interval));
		};
		let own = OwnVote { member: index, choice, signature };
		self.effects.push(Effect::Store(Record::Vote(interval, living.hash, own)));
		self.effects.push(Effect::Submit(Submission::Vote(living.hash, own)));
		self.votes.insert((interval, living.hash), (own, Some(self.best.number)));
		self.event(Event::Voted(interval, choice));
	}
}
