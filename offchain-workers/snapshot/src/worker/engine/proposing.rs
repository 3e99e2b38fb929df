//! Proposing in one's turn.

use super::{
	effect::{BestView, Effect, Event, OwnProposal, Record, Roots, Submission, Task},
	jobs::Job,
	Body, Context, Engine, Turn,
};
use crate::worker::log::WholeCut;
use smartlayer_commitment::{
	api::{AnchorSet, Duty, Expected},
	LivingProposal, Proposal, Snapshot, SnapshotBody,
};
use smartlayer_types::AnchorMember;
use sp_core::H256;
use std::sync::Arc;

impl BestView {
	/// The proposal that a vote in the next block counts for.
	pub(super) fn votable(&self) -> Option<&LivingProposal> {
		let next = self.number.saturating_add(1);
		self.living.as_ref().filter(|it| next < it.end && !it.voided)
	}
}

impl<C: Context> Engine<C> {
	/// Looks whether an own turn has begun, or gone by without a proposal.
	pub(super) fn note_turn(&mut self, view: &BestView) {
		let own = self.own_duty(view).map(|(duty, _)| (duty.interval, duty.turn.ordinal));
		if self.turn.as_ref().map(|it| (it.interval, it.ordinal)) == own {
			return;
		}
		if let Some(Turn { interval, ordinal, .. }) = self.turn.take() {
			let is_confirmed = view.expected.as_ref().is_none_or(|it| it.interval > interval);
			if !self.proposals.contains_key(&(interval, ordinal)) && !is_confirmed {
				self.event(Event::MissedTurn(interval, ordinal));
			}
		}
		self.turn = own.map(|(interval, ordinal)| Turn {
			interval,
			ordinal,
			closed_since: None,
			draft: None,
		});
	}

	/// The duty in the next block, if it is this anchor's.
	fn own_duty<'a>(&self, view: &'a BestView) -> Option<(&'a Duty, &'a AnchorMember)> {
		let (duty, set) = (view.duty.as_ref()?, view.set.as_ref()?);
		let member = set.members.get(duty.proposer as usize)?;
		self.context.owns(member).then_some((duty, member))
	}

	/// Does the next step towards a proposal.
	pub(super) fn propose(&mut self) {
		let best = self.best.clone();
		let Some((duty, member)) = self.own_duty(&best) else { return };
		let (interval, ordinal) = (duty.interval, duty.turn.ordinal);
		let expected = best.expected.as_ref().filter(|it| it.interval == interval);
		let (Some(expected), Some(set)) = (expected, &best.set) else { return };
		// On a confirmation that is not final nothing is built.
		if interval != self.settled + 1 || best.votable().is_some() {
			return;
		}
		if self.proposals.contains_key(&(interval, ordinal)) {
			return self.submit_again(interval, ordinal);
		}
		let Some(hash) = self.draft(duty, set) else { return };
		let Some(Body::Whole(whole)) = self.bodies.get(&hash).cloned() else { return };
		let Some(rebuilt) = self.build(hash, &whole) else { return };
		let snapshot = snapshot_of(expected, &rebuilt.roots, hash);
		self.submit_new(snapshot, duty, member, &whole);
	}

	/// The hash of this turn's cut, which is made when everybody has closed the interval or the limit is reached.
	fn draft(&mut self, duty: &Duty, set: &AnchorSet) -> Option<H256> {
		let drafted = self.turn.as_ref()?.draft;
		if drafted.is_some() {
			return drafted;
		}
		let standing = self.closed(duty.interval)?;
		let now_ms = self.now_ms;
		let since = *self.turn.as_mut()?.closed_since.get_or_insert(now_ms);
		let all_closed = standing.all_closed || set.members.len() == 1;
		let last_call = duty.turn.end.saturating_sub(self.config.reserve);
		let is_late = now_ms >= since.saturating_add(self.config.wait_ms)
			|| self.best.number.saturating_add(1) >= last_call;
		if all_closed || is_late {
			self.start(Job::Cut, || Task::Cut(duty.interval));
		} else {
			self.start(Job::Look, || Task::Look(duty.interval));
		}
		None
	}

	/// The outcome of [`Task::Cut`].
	pub fn drafted(&mut self, now_ms: u64, interval: u64, whole: Option<WholeCut>) {
		self.jobs.rest(Job::Cut);
		let is_due = self.turn.as_ref().is_some_and(|it| it.interval == interval);
		if let Some(whole) = whole.filter(|it| is_due && it.cut.interval == interval) {
			let hash = whole.cut.hash(self.genesis);
			if let Some(turn) = &mut self.turn {
				turn.draft = Some(hash);
			}
			self.keep_body(hash, Body::Whole(Arc::new(whole)));
		}
		self.step(now_ms);
	}

	/// Signs, stores and submits a proposal: the only one of its turn.
	fn submit_new(
		&mut self,
		snapshot: Snapshot,
		duty: &Duty,
		member: &AnchorMember,
		whole: &Arc<WholeCut>,
	) {
		let (interval, turn, counted) = (duty.interval, duty.turn.ordinal, whole.cut.counted());
		let proposal = Proposal { interval, turn, snapshot_hash: snapshot.hash(), counted };
		let Some(signature) = self.context.sign(member, proposal.hash(self.genesis)) else {
			return self.event(Event::NoKey(interval));
		};
		let own = OwnProposal { turn, snapshot, counted, signature };
		let record = Record::Proposal(Box::new(own.clone()), whole.clone());
		self.effects.push(Effect::Store(record));
		self.effects.push(Effect::Submit(Submission::Proposal(Box::new(own.clone()))));
		self.proposals.insert((interval, turn), (own, Some(self.best.number)));
		self.event(Event::Proposed(interval, turn));
	}

	/// Submits the turn's proposal again, once after each block.
	fn submit_again(&mut self, interval: u64, turn: u64) {
		let number = self.best.number;
		let Some((own, at)) = self.proposals.get_mut(&(interval, turn)) else { return };
		if *at != Some(number) {
			*at = Some(number);
			let own = Box::new(own.clone());
			self.effects.push(Effect::Submit(Submission::Proposal(own)));
		}
	}
}

/// The snapshot that the chain expects, with what was built.
pub(super) fn snapshot_of(expected: &Expected, roots: &Roots, cut_hash: H256) -> Snapshot {
	let body = SnapshotBody {
		parent: expected.parent,
		history_root: expected.history_root,
		bitmap_root: roots.bitmap,
		operations_root: roots.operations,
		state_root: roots.state,
		operation_count: roots.count,
		cut_hash,
		block_hash: expected.block.hash,
		block_number: expected.block.number.into(),
		block_time: expected.block.time_ms / 1_000,
	};
	Snapshot {
		interval: expected.interval,
		set_id: expected.set_id,
		next_set_hash: expected.next_set_hash,
		body,
	}
}
