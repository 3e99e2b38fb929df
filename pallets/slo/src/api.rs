//! What clients and probers ask: the methods behind [`smartlayer_types::slo::api::SloApi`].

use crate::{
	Commitments, Config, Epochs, Pallet, Probers, Reports, Schedule, Verdicts, MAX_EPOCHS,
};
use frame_support::traits::Get;
use smartlayer_types::{
	slo::{
		api::{CommitmentState, GuardState, SloParameters, UnresolvedReports},
		draw,
		epoch::{EpochRecord, Stage},
		guard,
		page::{MAX_PAGES, PAGE_REPORTS},
		verdict::{self, Verdict},
	},
	AccountId, AnchorSets, Sla,
};
use sp_runtime::Vec;

/// The most entries that one answer lists.
const MAX_LISTED: u32 = 1_000;

impl<T: Config> Pallet<T> {
	/// The parameters in force, within their bounds.
	pub fn slo_parameters() -> SloParameters {
		let members = T::Anchors::members(T::Anchors::current()).unwrap_or_default();
		let anchors = u32::try_from(members.len()).unwrap_or(u32::MAX);
		SloParameters {
			probers: draw::probers(T::Probers::get(), anchors),
			oversampling: draw::OVERSAMPLING,
			ladder_window: Self::ladder_window(),
			page_reports: PAGE_REPORTS,
			max_pages: MAX_PAGES,
			max_epochs: MAX_EPOCHS,
		}
	}

	/// The epochs that are kept, the oldest first.
	pub fn slo_epochs() -> Vec<EpochRecord> {
		Schedule::<T>::get().iter().filter_map(Epochs::<T>::get).collect()
	}

	/// Of these nodes, those that the output draws in an epoch.
	pub fn slo_drawn(epoch: u64, output: [u8; 32], nodes: Vec<AccountId>) -> Vec<AccountId> {
		let Some(record) = Epochs::<T>::get(epoch) else { return Vec::new() };
		let mut nodes = nodes;
		nodes.retain(|node| {
			draw::is_drawn(draw::lot(&output, node), record.probers, record.anchors)
		});
		nodes
	}

	/// The commitments of an epoch, by the anchors' indices.
	pub fn slo_commitments(epoch: u64) -> Vec<CommitmentState> {
		let probers = Probers::<T>::get(epoch);
		(0u32..)
			.zip(probers)
			.filter_map(|(index, prober)| {
				let commitment = Commitments::<T>::get(epoch, index)?;
				let closed = (0..commitment.pages).filter(|page| !commitment.is_open(*page));
				Some(CommitmentState {
					prober: index,
					account: prober.account,
					drawn: commitment.output.is_some(),
					pages: commitment.pages,
					closed: closed.collect(),
				})
			})
			.collect()
	}

	/// Opened reports that await judgement.
	pub fn slo_unresolved(
		epoch: u64,
		after: Option<AccountId>,
		limit: u32,
	) -> Vec<UnresolvedReports> {
		let Some(record) = Epochs::<T>::get(epoch) else { return Vec::new() };
		let reports = match after {
			Some(node) => {
				Reports::<T>::iter_prefix_from(epoch, Reports::<T>::hashed_key_for(epoch, node))
			},
			None => Reports::<T>::iter_prefix(epoch),
		};
		reports
			.take(listed(limit))
			.map(|(node, reports)| {
				let judgement = verdict::judge(&reports, record.probers, &Sla::NONE);
				let median = judgement.map(|judgement| judgement.median);
				UnresolvedReports { node, reports: reports.into_inner(), median }
			})
			.collect()
	}

	/// The verdict over a node in an epoch, if it is the latest.
	pub fn slo_verdict(epoch: u64, node: AccountId) -> Option<Verdict> {
		let latest = Verdicts::<T>::get(node)?;
		Some(latest.verdict).filter(|verdict| verdict.epoch == epoch)
	}

	/// The latest verdicts.
	pub fn slo_verdicts(after: Option<AccountId>, limit: u32) -> Vec<(AccountId, Verdict)> {
		let verdicts = match after {
			Some(node) => Verdicts::<T>::iter_from(Verdicts::<T>::hashed_key_for(node)),
			None => Verdicts::<T>::iter(),
		};
		verdicts.take(listed(limit)).map(|(node, latest)| (node, latest.verdict)).collect()
	}

	/// The outage guard of an epoch.
	pub fn slo_guard(epoch: u64) -> Option<GuardState> {
		let record = Epochs::<T>::get(epoch)?;
		Some(GuardState {
			total_bonded: record.total_bonded,
			operator_cap: guard::operator_cap(record.total_bonded),
			failing: record.failing,
			outage: guard::is_outage(record.total_bonded, record.failing),
			complete: record.stage > Stage::Judging,
		})
	}
}

fn listed(limit: u32) -> usize {
	usize::try_from(limit.min(MAX_LISTED)).unwrap_or_default()
}
