//! Opening pages of reports.

use crate::{types::Commitment, Commitments, Config, Epochs, Error, Event, Nodes, Pallet, Reports};
use frame_support::pallet_prelude::{DispatchResult, TransactionSource};
use smartlayer_types::slo::{
	draw,
	epoch::EpochRecord,
	page::{root_of, Page, Path},
	report::{OpenedReport, Report},
};
use sp_runtime::transaction_validity::TransactionValidityWithRefund;

impl<T: Config> Pallet<T> {
	/// The epoch and commitment of which a page may be opened now, and the output that drew its nodes.
	fn check_open(
		epoch: u64,
		prober: u32,
		index: u32,
	) -> Result<(EpochRecord, Commitment, [u8; 32]), Error<T>> {
		let (record, commitment) = Self::revealing(epoch, prober)?;
		if index >= commitment.pages {
			return Err(Error::<T>::UnknownPage);
		}
		if commitment.is_open(index) {
			return Err(Error::<T>::AlreadyOpen);
		}
		let output = commitment.output.ok_or(Error::<T>::NotShown)?;
		Ok((record, commitment, output))
	}

	/// Checks that the page is what the member committed to, and that all of its nodes are the member's own.
	///
	/// There is no signature: the page's salt was the member's secret, so whoever shows the page has it from the member.
	pub(crate) fn authorize_page(
		_: TransactionSource,
		epoch: &u64,
		prober: &u32,
		index: &u32,
		path: &Path,
		page: &Page,
	) -> TransactionValidityWithRefund {
		let (record, commitment, output) = Self::check_open(*epoch, *prober, *index)?;
		if !page.is_coherent() {
			return Err(Error::<T>::BadPage.into());
		}
		let account = Self::prober(*epoch, *prober)?.account;
		let leaf = page.leaf(Self::genesis(), *epoch, &account, *index);
		if root_of(leaf, *index, commitment.pages, path) != Some(commitment.root) {
			return Err(Error::<T>::WrongRoot.into());
		}
		let drawn = |report: &Report| {
			let lot = draw::lot(&output, &report.node);
			draw::is_drawn(lot, record.probers, record.anchors)
		};
		if !page.reports.iter().all(drawn) {
			return Err(Error::<T>::NotDrawn.into());
		}
		Self::valid_once(("page", epoch, prober, index))
	}

	/// Keeps the reports of a page that was checked when the call was authorised.
	pub(crate) fn do_open(epoch: u64, prober: u32, index: u32, page: &Page) -> DispatchResult {
		let (mut record, mut commitment, output) = Self::check_open(epoch, prober, index)?;
		let mut counted = 0u32;
		for report in &page.reports {
			if T::Nodes::terms(&report.node, epoch).is_some()
				&& Self::keep_report(&mut record, prober, &output, report)
			{
				counted = counted.saturating_add(1);
			}
		}
		commitment.set_open(index);
		Commitments::<T>::insert(epoch, prober, commitment);
		Epochs::<T>::insert(epoch, record);
		let skipped = page.count().saturating_sub(counted);
		Self::deposit_event(Event::ReportsOpened { epoch, prober, page: index, counted, skipped });
		Ok(())
	}

	/// Keeps one report; `false` if the prober has one of this node already.
	fn keep_report(
		record: &mut EpochRecord,
		prober: u32,
		output: &[u8; 32],
		report: &Report,
	) -> bool {
		Reports::<T>::mutate(record.epoch, &report.node, |reports| {
			if reports.iter().any(|other| other.prober == prober) {
				return false;
			}
			let lot = draw::lot(output, &report.node);
			let opened = OpenedReport { prober, lot, measures: report.measures };
			let first = reports.is_empty();
			// There is room for one of every anchor.
			let kept = reports.try_push(opened).is_ok();
			if first && kept {
				record.reported = record.reported.saturating_add(1);
			}
			kept
		})
	}
}
