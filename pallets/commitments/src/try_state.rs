//! The pallet's invariants, checked after every test and by `try-runtime`.

use crate::{
	Attested, Config, CurrentInterval, History, Intervals, LastConfirmed, Living, OldestKept,
	Overdue, Pallet, Proposers, Receipts, Reported, ReportedInOrder, ReportedRange, Signatures,
	Snapshots,
};
use frame_support::{ensure, traits::Get};
use smartlayer_commitment::LivingProposal;
use smartlayer_types::anchors::{max_faulty, quorum};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_intervals()?;
		Self::check_snapshots()?;
		Self::check_living()?;
		Self::check_bridges()?;
		Self::check_offences()
	}

	fn check_intervals() -> Result<(), TryRuntimeError> {
		let (oldest, current) = (OldestKept::<T>::get(), CurrentInterval::<T>::get());
		let confirmed = LastConfirmed::<T>::get();
		if current == 0 {
			ensure!(Intervals::<T>::iter().next().is_none(), "intervals before the first");
			return Ok(());
		}
		ensure!(confirmed < current, "the open interval is confirmed");
		let waiting = current.saturating_sub(confirmed);
		ensure!(waiting <= u64::from(T::MaxUnconfirmed::get()), "the list is too long");
		for interval in oldest..=current {
			let record = Intervals::<T>::get(interval).ok_or("a gap between intervals")?;
			ensure!(record.last.is_none() == (interval == current), "open or not");
			if let Some(next) = Intervals::<T>::get(interval.saturating_add(1)) {
				let end = record.last.map(|it| it.number.saturating_add(1));
				ensure!(end == Some(next.start), "blocks between intervals");
			}
		}
		let overdue = Overdue::<T>::get();
		for interval in Intervals::<T>::iter_keys().filter(|it| *it < oldest) {
			ensure!(overdue.contains(&interval), "an old interval that nobody waits for");
		}
		Ok(())
	}

	fn check_snapshots() -> Result<(), TryRuntimeError> {
		let (history, confirmed) = (History::<T>::get(), LastConfirmed::<T>::get());
		ensure!(history.is_coherent(), "peaks that fit no number of leaves");
		ensure!(history.count == confirmed, "one leaf for each confirmed interval");
		for interval in OldestKept::<T>::get().max(1)..=confirmed {
			let kept = Snapshots::<T>::get(interval).ok_or("a confirmed snapshot is missing")?;
			ensure!(kept.hash == kept.snapshot.hash(), "a snapshot under another hash");
			ensure!(kept.snapshot.interval == interval, "a snapshot of another interval");
			if let Some(before) = Snapshots::<T>::get(interval.saturating_sub(1)) {
				ensure!(kept.snapshot.body.parent == before.hash, "a broken chain of snapshots");
			}
		}
		ensure!(
			Snapshots::<T>::iter_keys().all(|it| it <= confirmed),
			"a snapshot that nobody confirmed"
		);
		Ok(())
	}

	fn check_living() -> Result<(), TryRuntimeError> {
		let Some(living) = Living::<T>::get() else { return Ok(()) };
		let LivingProposal { proposal, approvals, rejections, voided, .. } = living;
		let record = Intervals::<T>::get(proposal.interval).ok_or("a proposal for no interval")?;
		let due = LastConfirmed::<T>::get().saturating_add(1);
		ensure!(proposal.interval == due, "a proposal for an interval that is not due");
		ensure!(living.hash == proposal.hash(Self::genesis_hash()), "a proposal's hash");
		ensure!(Proposers::<T>::get().contains(living.proposer), "nobody proposed it");
		let twice = approvals.members().any(|it| rejections.contains(it));
		ensure!(!twice, "a member voted twice");
		ensure!(approvals.count() < quorum(record.members), "a quorum that did not confirm");
		let void = rejections.count() > max_faulty(record.members);
		ensure!(void == voided, "voided by more than f and nobody else");
		Ok(())
	}

	fn check_bridges() -> Result<(), TryRuntimeError> {
		for (interval, _, recorded) in Signatures::<T>::iter() {
			let record = Intervals::<T>::get(interval).ok_or("signatures of no interval")?;
			ensure!(Snapshots::<T>::contains_key(interval), "signatures of no snapshot");
			let signers = recorded.signers.count();
			ensure!(signers == quorum(record.members), "signatures that are no quorum");
			ensure!(recorded.signatures.len() == signers as usize, "a signature for each bit");
		}
		for (interval, bridge, _) in Receipts::<T>::iter() {
			ensure!(Signatures::<T>::contains_key(interval, bridge), "posted without signatures");
			ensure!(!Attested::<T>::contains_key(interval, bridge), "attested and recorded");
		}
		Ok(())
	}

	fn check_offences() -> Result<(), TryRuntimeError> {
		let range = ReportedRange::<T>::get();
		let count = range.next.saturating_sub(range.first);
		ensure!(count <= u64::from(T::MaxOffences::get()), "too many offences remembered");
		for number in range.first..range.next {
			let id = ReportedInOrder::<T>::get(number).ok_or("an offence is missing")?;
			ensure!(Reported::<T>::get(id) == Some(number), "an offence under another number");
		}
		let both = (Reported::<T>::iter().count(), ReportedInOrder::<T>::iter().count());
		let count = usize::try_from(count).map_err(|_| "too many offences")?;
		ensure!(both == (count, count), "offences that are never forgotten");
		Ok(())
	}
}
