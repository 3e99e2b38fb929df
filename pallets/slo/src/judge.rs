//! Judging nodes: medians against terms, passes, and the stake that failed.

use crate::{
	types::{BreachWitnesses, LatestVerdict, OpenedReports},
	Breaches, Conducts, Config, Epochs, Error, Event, FailingStake, Nodes, Pallet, Points,
	ProbeRewards, Probers, Reports, Verdicts,
};
use frame_support::defensive;
use smartlayer_types::{
	nodes::NodeState,
	slo::{
		epoch::{EpochRecord, Stage},
		guard,
		verdict::{self, Judgement, Outcome, Verdict},
	},
	AccountId,
};
use sp_runtime::Vec;

impl<T: Config> Pallet<T> {
	/// Judges one node; tells by how many reports.
	pub(crate) fn do_judge(epoch: u64, node: &AccountId) -> Result<u32, Error<T>> {
		let mut record = Self::at_work(epoch, Stage::Judging, Error::<T>::NotJudging)?;
		if !Reports::<T>::contains_key(epoch, node) {
			return Err(Error::<T>::NoReports);
		}
		let reports = Reports::<T>::take(epoch, node);
		let count = Self::judge_node(&mut record, node, &reports);
		Epochs::<T>::insert(epoch, record);
		Ok(count)
	}

	/// The epoch at work, if it is this one, at this stage.
	pub(crate) fn at_work(
		epoch: u64,
		stage: Stage,
		otherwise: Error<T>,
	) -> Result<EpochRecord, Error<T>> {
		Self::epoch_at_work()
			.filter(|record| record.epoch == epoch && record.stage == stage)
			.ok_or(otherwise)
	}

	/// Judges a node whose reports were removed from storage; tells how many there were.
	pub(crate) fn judge_node(
		record: &mut EpochRecord,
		node: &AccountId,
		reports: &OpenedReports<T::MaxAnchors>,
	) -> u32 {
		let epoch = record.epoch;
		let count = u32::try_from(reports.len()).unwrap_or(u32::MAX);
		let judgement = T::Nodes::terms(node, epoch)
			.and_then(|terms| verdict::judge(reports, record.probers, &terms));
		let outcome = match &judgement {
			None => Outcome::Undecided,
			Some(Judgement { breach: false, .. }) => Outcome::Healthy,
			Some(Judgement { breach: true, .. }) => Outcome::Breach,
		};
		record.judged = record.judged.saturating_add(1);
		if let Some(judgement) = &judgement {
			Self::note_points(record, &judgement.credible);
		}
		match (outcome, &judgement) {
			(Outcome::Healthy, _) => Self::note_healthy(epoch, node),
			(Outcome::Breach, Some(judgement)) => {
				Self::note_breach(record, node, &judgement.witnesses);
			},
			_ => {},
		}
		let median = judgement.map(|judgement| judgement.median);
		Self::note_verdict(node, Verdict { epoch, outcome, reports: count, median });
		Self::deposit_event(Event::NodeJudged {
			epoch,
			node: node.clone(),
			outcome,
			reports: count,
		});
		count
	}

	fn note_verdict(node: &AccountId, verdict: Verdict) {
		let healthy = match verdict.outcome {
			Outcome::Healthy => true,
			Outcome::Breach => false,
			Outcome::Undecided => Self::was_healthy(node),
		};
		Verdicts::<T>::insert(node, LatestVerdict { verdict, healthy });
	}

	/// Whether the latest verdict that decided anything said that the node was healthy.
	fn was_healthy(node: &AccountId) -> bool {
		Verdicts::<T>::get(node).is_some_and(|latest| latest.healthy)
	}

	/// A point for each prober whose report was credible.
	fn note_points(record: &EpochRecord, credible: &[u32]) {
		Points::<T>::mutate(record.epoch, |points| {
			let anchors = usize::try_from(record.anchors).unwrap_or(usize::MAX);
			if points.len() < anchors {
				points.bounded_resize(anchors, 0);
			}
			for prober in credible {
				let place = usize::try_from(*prober).ok().and_then(|place| points.get_mut(place));
				match place {
					Some(points) => *points = points.saturating_add(1),
					None => {
						defensive!("reports are of members of the set");
					},
				}
			}
		});
	}

	/// A healthy node that was on probation all through the epoch has passed.
	fn note_healthy(epoch: u64, node: &AccountId) {
		if !Self::was_tested(node, epoch) {
			return;
		}
		T::Nodes::passed_probation(node, epoch);
		let active = T::Nodes::state(node).is_some_and(|state| state.is_active());
		if active && Conducts::<T>::contains_key(node) {
			Conducts::<T>::mutate(node, |conduct| conduct.jailed = false);
		}
	}

	/// Whether the node is on probation and was all through the epoch.
	fn was_tested(node: &AccountId, epoch: u64) -> bool {
		matches!(T::Nodes::state(node), Some(NodeState::Probation { since }) if since < epoch)
	}

	/// A test that failed begins anew. A breach of a node on duty awaits its consequence, and its stake counts as failing if it was healthy before.
	fn note_breach(record: &mut EpochRecord, node: &AccountId, witnesses: &[u32]) {
		if Self::was_tested(node, record.epoch) {
			T::Nodes::failed_probation(node, record.epoch);
		}
		if !Self::was_on_duty(node, record.epoch) {
			return;
		}
		if Self::was_healthy(node) {
			let bond = T::Nodes::bond(node);
			FailingStake::<T>::mutate(record.epoch, T::Nodes::operator(node), |failing| {
				let added = guard::added(record.total_bonded, *failing, bond);
				record.failing = record.failing.saturating_add(added);
				*failing = failing.saturating_add(bond);
			});
		}
		let witnesses = BreachWitnesses::<T::MaxAnchors>::truncate_from(witnesses.to_vec());
		Breaches::<T>::insert(record.epoch, node, witnesses);
		record.breaches = record.breaches.saturating_add(1);
	}

	/// Whether a breach in this epoch can have consequences for the node: it was active before the epoch, or left in it
	/// or later. Whoever leaves serves to the end of the epoch: to leave is no escape from its verdict. A node that was
	/// jailed and not active since serves nobody, so it has no duty, not even if it leaves.
	pub(crate) fn was_on_duty(node: &AccountId, epoch: u64) -> bool {
		match T::Nodes::state(node) {
			Some(NodeState::Active { since }) => since < epoch,
			Some(NodeState::Leaving { since, .. }) => {
				epoch <= since && !Conducts::<T>::get(node).jailed
			},
			Some(NodeState::Probation { .. } | NodeState::Jailed { .. }) | None => false,
		}
	}

	/// Ends the judging of an epoch: says whether it was an outage, and hands out the points.
	pub(crate) fn close_judging(record: &mut EpochRecord) {
		record.stage = Stage::Executing;
		record.outage = guard::is_outage(record.total_bonded, record.failing);
		let points = Points::<T>::take(record.epoch);
		let probers = Probers::<T>::get(record.epoch);
		let rewards: Vec<(AccountId, u32)> = probers
			.into_iter()
			.zip(points)
			.filter(|(_, points)| *points > 0)
			.map(|(prober, points)| (prober.account, points))
			.collect();
		T::ProbeRewards::reward(record.epoch, rewards);
		Self::deposit_event(Event::EpochJudged {
			epoch: record.epoch,
			failing: record.failing,
			total_bonded: record.total_bonded,
			outage: record.outage,
		});
	}
}
