//! What always holds.

use crate::{
	Breaches, Commitments, Conducts, Config, CurrentEpoch, Epochs, FailingStake, Pallet, Points,
	Probers, Reports, Schedule, Verdicts,
};
use alloc::collections::BTreeSet;
use frame_support::ensure;
use smartlayer_types::{
	slo::{
		draw,
		epoch::{EpochRecord, Stage},
		guard,
		verdict::Outcome,
	},
	Balance,
};
use sp_runtime::{TryRuntimeError, Vec};

type Checked = Result<(), TryRuntimeError>;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet's storage.
	pub fn do_try_state() -> Checked {
		let schedule = Schedule::<T>::get();
		let sorted = schedule.iter().zip(schedule.iter().skip(1)).all(|(one, next)| one < next);
		ensure!(sorted, "the schedule is in ascending order");
		ensure!(schedule.last().copied() <= CurrentEpoch::<T>::get(), "no epoch is of the future");
		ensure!(Epochs::<T>::iter().count() == schedule.len(), "a record per scheduled epoch");

		let records: Vec<EpochRecord> = schedule.iter().filter_map(Epochs::<T>::get).collect();
		ensure!(records.len() == schedule.len(), "every scheduled epoch has its record");
		let stages = records.iter().zip(records.iter().skip(1));
		ensure!(
			stages.into_iter().all(|(one, next)| one.stage >= next.stage),
			"no epoch overtakes an earlier one"
		);
		let working = records
			.iter()
			.filter(|record| matches!(record.stage, Stage::Executing | Stage::Clearing));
		ensure!(working.count() <= 1, "one epoch at a time has consequences");
		records.iter().try_for_each(Self::check_epoch)?;
		Self::check_leftovers(&records)?;
		Self::check_nodes()
	}

	fn check_epoch(record: &EpochRecord) -> Checked {
		let epoch = record.epoch;
		ensure!(Epochs::<T>::get(epoch).as_ref() == Some(record), "a record knows its epoch");
		ensure!(record.probers % 2 == 1 && record.probers <= record.anchors, "K is odd and there");
		ensure!(record.judged <= record.reported, "whoever was judged had reports");
		ensure!(record.breaches <= record.judged, "whoever breached was judged");
		ensure!(record.executed <= record.breaches, "consequences follow from breaches");
		ensure!(record.executed == 0 || record.stage > Stage::Judging, "judge first");
		ensure!(!record.outage || record.stage > Stage::Judging, "judge first");
		if record.stage != Stage::Done {
			let probers = Probers::<T>::get(epoch).len();
			ensure!(u32::try_from(probers).ok() == Some(record.anchors), "n members probe");
		}
		Self::check_counts(record)?;
		Self::check_reports(record)?;
		Self::check_failing(record)
	}

	fn check_counts(record: &EpochRecord) -> Checked {
		let open = u32::try_from(Reports::<T>::iter_prefix(record.epoch).count()).ok();
		ensure!(open == record.reported.checked_sub(record.judged), "each node is judged once");
		let waiting = u32::try_from(Breaches::<T>::iter_prefix(record.epoch).count()).ok();
		ensure!(waiting == record.breaches.checked_sub(record.executed), "each breach counts once");
		ensure!(open == Some(0) || record.stage <= Stage::Judging, "all are judged before");
		ensure!(waiting == Some(0) || record.stage <= Stage::Executing, "no breach is left");
		ensure!(record.reported == 0 || record.stage > Stage::Probing, "nothing opens early");
		ensure!(record.judged == 0 || record.stage > Stage::Revealing, "nothing is judged early");
		Ok(())
	}

	fn check_reports(record: &EpochRecord) -> Checked {
		for (prober, commitment) in Commitments::<T>::iter_prefix(record.epoch) {
			ensure!(prober < record.anchors, "members commit");
			let early = record.stage == Stage::Probing;
			ensure!(!early || commitment.output.is_none(), "no draw is shown early");
			let opened = (0..commitment.pages).any(|page| commitment.is_open(page));
			ensure!(!opened || commitment.output.is_some(), "pages follow the draw");
		}
		for (node, reports) in Reports::<T>::iter_prefix(record.epoch) {
			let probers: BTreeSet<u32> = reports.iter().map(|report| report.prober).collect();
			ensure!(!reports.is_empty() && probers.len() == reports.len(), "each prober once");
			for report in &reports {
				let commitment = Commitments::<T>::get(record.epoch, report.prober);
				let output = commitment.and_then(|commitment| commitment.output);
				let output = output.ok_or("whoever reports showed its draw")?;
				ensure!(report.lot == draw::lot(&output, &node), "a lot is the output's");
				ensure!(
					draw::is_drawn(report.lot, record.probers, record.anchors),
					"reports are of drawn nodes"
				);
				ensure!(report.measures.is_coherent(), "reports are coherent");
			}
		}
		Ok(())
	}

	fn check_failing(record: &EpochRecord) -> Checked {
		if matches!(record.stage, Stage::Judging | Stage::Executing) {
			let cap = guard::operator_cap(record.total_bonded);
			let failing: Balance = FailingStake::<T>::iter_prefix_values(record.epoch)
				.map(|stake| stake.min(cap))
				.fold(0, Balance::saturating_add);
			ensure!(failing == record.failing, "failing stake is that of operators, capped");
		}
		if record.stage > Stage::Judging {
			let outage = guard::is_outage(record.total_bonded, record.failing);
			ensure!(record.outage == outage, "the guard says what stake says");
		}
		Ok(())
	}

	/// Nothing is kept for epochs that are gone or done.
	fn check_leftovers(records: &[EpochRecord]) -> Checked {
		let kept = |epoch: u64| {
			records.iter().any(|record| record.epoch == epoch && record.stage != Stage::Done)
		};
		ensure!(Probers::<T>::iter_keys().all(kept), "probers of an epoch that is gone");
		ensure!(Points::<T>::iter_keys().all(kept), "points of an epoch that is gone");
		ensure!(Commitments::<T>::iter_keys().all(|(e, _)| kept(e)), "a forgotten commitment");
		ensure!(Reports::<T>::iter_keys().all(|(e, _)| kept(e)), "a forgotten report");
		ensure!(FailingStake::<T>::iter_keys().all(|(e, _)| kept(e)), "forgotten failing stake");
		ensure!(Breaches::<T>::iter_keys().all(|(e, _)| kept(e)), "a forgotten breach");
		Ok(())
	}

	fn check_nodes() -> Checked {
		for latest in Verdicts::<T>::iter_values() {
			let verdict = latest.verdict;
			let decided = verdict.outcome != Outcome::Undecided;
			ensure!(decided == verdict.median.is_some(), "whoever is judged has medians");
			ensure!(
				!decided || latest.healthy == (verdict.outcome == Outcome::Healthy),
				"health is the latest decision"
			);
		}
		for conduct in Conducts::<T>::iter_values() {
			let strikes = || conduct.strikes.iter();
			ensure!(strikes().zip(strikes().skip(1)).all(|(a, b)| a < b), "one strike an epoch");
			let anchors: BTreeSet<_> =
				conduct.witnesses.iter().map(|witness| &witness.anchor).collect();
			ensure!(anchors.len() == conduct.witnesses.len(), "each anchor is one witness");
			ensure!(
				conduct.witnesses.iter().all(|witness| strikes().any(|one| *one == witness.epoch)),
				"witnesses are of strikes"
			);
		}
		Ok(())
	}
}
