//! The runtime API's methods: what is read without decoding storage, and how workers submit.

use crate::{
	Bridges, Call, Config, CurrentInterval, History, Incarnations, Intervals, LastConfirmed,
	Pallet, Receipts, Signatures, Snapshots,
};
use alloc::{boxed::Box, vec::Vec};
use frame_system::offchain::SubmitTransaction;
use smartlayer_commitment::{
	api::AnchorSet, set_hash, Bridge, Choice, ConfirmedSnapshot, Evidence, HistoryPeaks,
	IntervalNumber, IntervalRecord, Receipt, RecordedSignatures, SignerBitmap, Snapshot,
};
use smartlayer_types::{evm::EvmSignature, AccountId, SetId};
use sp_core::H256;

/// The most records that one answer lists.
const MAX_LISTED: u32 = 256;

impl<T: Config> Pallet<T> {
	/// The open interval; zero before the first block.
	pub fn current_interval() -> IntervalNumber {
		CurrentInterval::<T>::get()
	}

	/// The record of an interval, open, unconfirmed, or kept.
	pub fn interval(interval: IntervalNumber) -> Option<IntervalRecord> {
		Intervals::<T>::get(interval)
	}

	/// At most `limit` records from `from` on.
	pub fn intervals(from: IntervalNumber, limit: u32) -> Vec<(IntervalNumber, IntervalRecord)> {
		let end = from.saturating_add(limit.min(MAX_LISTED).into());
		(from..end).filter_map(|it| Some((it, Intervals::<T>::get(it)?))).collect()
	}

	/// The order of turns of an interval: indices into its set.
	pub fn turn_order(interval: IntervalNumber) -> Option<Vec<u32>> {
		let record = Intervals::<T>::get(interval)?;
		let members = Self::members_of(record.set_id)?;
		Some(Self::order_of(interval, &record, &members))
	}

	/// The last confirmed snapshot.
	pub fn last_confirmed() -> Option<ConfirmedSnapshot> {
		Snapshots::<T>::get(LastConfirmed::<T>::get())
	}

	/// The snapshot of an interval, as long as it is kept.
	pub fn snapshot(interval: IntervalNumber) -> Option<ConfirmedSnapshot> {
		Snapshots::<T>::get(interval)
	}

	/// Peaks of the history tree and number of its leaves.
	pub fn history() -> HistoryPeaks {
		History::<T>::get()
	}

	/// A set with its members.
	pub fn set(set_id: SetId) -> Option<AnchorSet> {
		let members = Self::members_of(set_id)?;
		let hash = set_hash(set_id, members.iter().map(|it| it.address));
		Some(AnchorSet { set_id, hash, members })
	}

	/// The set of an interval.
	pub fn set_of(interval: IntervalNumber) -> Option<AnchorSet> {
		Self::set(Intervals::<T>::get(interval)?.set_id)
	}

	/// The set that follows an interval's; known once the interval has ended.
	pub fn next_set(interval: IntervalNumber) -> Option<AnchorSet> {
		Self::set_of(interval.checked_add(1)?)
	}

	/// The registered bridges.
	pub fn bridges() -> Vec<Bridge> {
		Bridges::<T>::get().iter().map(|it| it.bridge).collect()
	}

	/// The signatures of an interval's snapshot for a bridge, once they are a quorum.
	pub fn signatures(interval: IntervalNumber, bridge: Bridge) -> Option<RecordedSignatures> {
		Signatures::<T>::get(interval, bridge)
	}

	/// Where an interval's snapshot was posted, once a quorum has attested it.
	pub fn receipt(interval: IntervalNumber, bridge: Bridge) -> Option<Receipt> {
		Receipts::<T>::get(interval, bridge)
	}

	/// The incarnation of an anchor's log.
	pub fn incarnation(origin: AccountId) -> u32 {
		Incarnations::<T>::get(origin).number
	}

	/// Submits a proposal to this node's pool. `None` if the pool refuses it.
	pub fn submit_proposal(
		snapshot: Snapshot,
		counted: SignerBitmap,
		signature: EvmSignature,
	) -> Option<()> {
		submit::<T>(Call::propose { snapshot, counted, signature })
	}

	/// Submits a vote.
	pub fn submit_vote(
		member: u32,
		proposal: H256,
		choice: Choice,
		signature: EvmSignature,
	) -> Option<()> {
		submit::<T>(Call::vote { member, proposal, choice, signature })
	}

	/// Submits a quorum of signatures.
	pub fn submit_signatures(
		interval: IntervalNumber,
		bridge: Bridge,
		signatures: RecordedSignatures,
	) -> Option<()> {
		submit::<T>(Call::record_signatures { interval, bridge, signatures })
	}

	/// Submits the attestation of a receipt.
	pub fn submit_receipt(
		member: u32,
		interval: IntervalNumber,
		bridge: Bridge,
		receipt: Receipt,
		signature: EvmSignature,
	) -> Option<()> {
		submit::<T>(Call::attest_receipt { member, interval, bridge, receipt, signature })
	}

	/// Submits evidence of an anchor's offence, for this node's next block.
	pub fn submit_evidence(evidence: Evidence) -> Option<()> {
		submit::<T>(Call::report_equivocation_unsigned { evidence: Box::new(evidence) })
	}

	/// Submits the raise of a log's incarnation.
	pub fn submit_incarnation(
		member: u32,
		incarnation: u32,
		signature: EvmSignature,
	) -> Option<()> {
		submit::<T>(Call::raise_incarnation { member, incarnation, signature })
	}
}

fn submit<T: Config>(call: Call<T>) -> Option<()> {
	let extrinsic = T::create_authorized_transaction(call.into());
	SubmitTransaction::<T, Call<T>>::submit_transaction(extrinsic).ok()
}
