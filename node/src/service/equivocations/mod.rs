//! Reports anchors that wrote two blocks in one slot.
//!
//! The SDK's own check, in the import of blocks, makes its evidence of headers without their seals
//! (`check_and_report_equivocation` of sc-consensus-babe 0.60 is given the header from which verification took the
//! seal), and the runtime rightly takes no evidence without signatures. So [`ImportReports`] lets those reports go
//! nowhere, or they would stand in the pool in the place of the right ones, and this task makes the reports.
//!
//! Driven by every block that this node imports, on any fork, with its seal. A pair of headers becomes a report that is
//! handed to the pool, and looked after at every block until the chain knows of the offence. What was seen is kept in
//! memory only: a node that starts again does not see an offence of which it imported one half before. All anchors
//! watch, so the network needs one of them. The node goes on if this task ends.
//!
//! Every node watches and says what it saw. The chain takes a report once, whoever makes it; the pool of a node that
//! writes no blocks refuses it, because such reports are not passed on.

mod sightings;

use super::partial::{Client, TransactionPool};
use codec::DecodeAll;
use futures::StreamExt;
use log::{debug, info, warn};
use sc_client_api::{BlockImportNotification, BlockchainEvents, HeaderBackend};
use sc_service::TaskManager;
use sc_transaction_pool_api::{
	error::{Error as PoolError, IntoPoolError},
	LocalTransactionPool, TransactionPool as _, TransactionSource,
};
use sightings::{Limits, Proof, Sightings};
use smartlayer_types::{
	opaque::{Block, UncheckedExtrinsic},
	Hash,
};
use sp_api::{ApiError, ApiExt, ProvideRuntimeApi};
use sp_consensus::BlockOrigin;
use sp_consensus_babe::{AuthorityId, BabeApi, Slot};
use sp_core::offchain::{TransactionPool as Submissions, TransactionPoolExt};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};
use sp_transaction_pool::runtime_api::TaggedTransactionQueue;
use std::sync::{Arc, Mutex, PoisonError};

const LOG_TARGET: &str = "equivocations";

/// What is remembered of blocks: fifty minutes, as much as the SDK's own check keeps; and more bytes than a hundred
/// authors need for it with headers of usual size.
const LIMITS: Limits = Limits { slots: 1_000, bytes: 64 * 1024 * 1024 };

/// Reports under way at once: an offence is on chain within a few blocks, so this many wait only while the chain stands.
const MAX_REPORTS: usize = 256;

/// Starts to watch.
pub fn start(client: Arc<Client>, pool: Arc<TransactionPool>, tasks: &TaskManager) {
	let watcher = Watcher { client, pool, sightings: Sightings::new(LIMITS), reports: Vec::new() };
	tasks.spawn_handle().spawn_blocking("equivocations", None, watcher.run());
}

/// Why a proof became no report.
#[derive(Debug, thiserror::Error)]
enum Error {
	#[error("the runtime did not answer: {0}")]
	Runtime(#[from] ApiError),
	#[error("the key is none of the session's")]
	UnknownKey,
	#[error("the runtime made no transaction of it")]
	NoTransaction,
	#[error("{MAX_REPORTS} reports are under way")]
	TooMany,
}

/// A report that the chain does not know of yet.
struct Report {
	offender: AuthorityId,
	slot: Slot,
	transaction: UncheckedExtrinsic,
	/// What went wrong the last time, so that it is told once.
	trouble: Option<String>,
}

impl Report {
	/// Tells a failure, unless it is the one that was told last.
	fn fails(&mut self, reason: String) {
		if self.trouble.as_ref() != Some(&reason) {
			let Self { offender, slot, .. } = self;
			warn!(target: LOG_TARGET, "The report of {offender} in slot {slot} is not taken: {reason}");
			self.trouble = Some(reason);
		}
	}
}

struct Watcher {
	client: Arc<Client>,
	pool: Arc<TransactionPool>,
	sightings: Sightings,
	reports: Vec<Report>,
}

impl Watcher {
	async fn run(mut self) {
		let mut imported = self.client.every_import_notification_stream();
		while let Some(block) = imported.next().await {
			// What is caught up on is old, and may come without its state.
			if is_live(block.origin) {
				self.look_at(&block);
				self.hand_in().await;
			}
		}
	}

	/// Notes a block, and makes a report if it is its author's second in its slot.
	fn look_at(&mut self, block: &BlockImportNotification<Block>) {
		let epoch = match self.client.runtime_api().current_epoch(block.hash) {
			Ok(epoch) => epoch,
			Err(reason) => {
				warn!(target: LOG_TARGET, "The author of {} can't be told: {reason}", block.hash);
				return;
			},
		};
		let Some(proof) = self.sightings.note(&block.header, &epoch.authorities) else { return };
		let (offender, slot) = (proof.offender.clone(), proof.slot);
		warn!(
			target: LOG_TARGET,
			"{offender} wrote two blocks in slot {slot}: {} and {}",
			proof.first_header.hash(),
			proof.second_header.hash(),
		);
		match self.report(block.hash, proof) {
			Ok(report) => self.reports.push(report),
			Err(reason) => {
				warn!(target: LOG_TARGET, "{offender} can't be reported for slot {slot}: {reason}");
			},
		}
	}

	/// Makes a report. `at` is one of the two blocks: its state is of the session in which they were written, also where
	/// that session's first block is the offence, whose parent still is of the session before.
	fn report(&self, at: Hash, proof: Proof) -> Result<Report, Error> {
		if self.reports.len() >= MAX_REPORTS {
			return Err(Error::TooMany);
		}
		let (offender, slot) = (proof.offender.clone(), proof.slot);
		let mut api = self.client.runtime_api();
		let place = api
			.generate_key_ownership_proof(at, slot, offender.clone())?
			.ok_or(Error::UnknownKey)?;
		let submitted = Submitted::default();
		api.register_extension(TransactionPoolExt::new(submitted.clone()));
		api.submit_report_equivocation_unsigned_extrinsic(at, proof, place)?
			.ok_or(Error::NoTransaction)?;
		let transaction = submitted.take().ok_or(Error::NoTransaction)?;
		Ok(Report { offender, slot, transaction, trouble: None })
	}

	/// Hands in the reports of which the chain does not know, and forgets those of which it knows.
	async fn hand_in(&mut self) {
		let best = self.client.info().best_hash;
		for mut report in std::mem::take(&mut self.reports) {
			if self.is_awaited(best, &mut report).await {
				self.reports.push(report);
			}
		}
	}

	/// Hands in a report, if need be; whether it is to be looked at again.
	async fn is_awaited(&self, best: Hash, report: &mut Report) -> bool {
		let Report { offender, slot, transaction, .. } = &*report;
		if self.sightings.is_over(*slot) {
			warn!(target: LOG_TARGET, "The report of {offender} in slot {slot} is given up: it is too old");
			return false;
		}
		let source = TransactionSource::Local;
		let judged =
			self.client.runtime_api().validate_transaction(best, source, transaction.clone(), best);
		match judged {
			Ok(Ok(_)) => {},
			Ok(Err(TransactionValidityError::Invalid(InvalidTransaction::Stale))) => {
				info!(target: LOG_TARGET, "The chain knows what {offender} did in slot {slot}");
				return false;
			},
			Ok(Err(reason)) => {
				report.fails(format!("{reason:?}"));
				return true;
			},
			Err(reason) => {
				report.fails(reason.to_string());
				return true;
			},
		}
		match self.pool.submit_one(best, source, transaction.clone()).await {
			Ok(_) => {
				info!(target: LOG_TARGET, "Reported {offender} for two blocks in slot {slot}");
				true
			},
			Err(reason) => waits_after(reason.into_pool_error(), report),
		}
	}
}

/// What the pool's refusal of a valid report means; whether to try again.
fn waits_after(refusal: Result<PoolError, impl std::error::Error>, report: &mut Report) -> bool {
	let Report { offender, slot, .. } = &*report;
	match refusal {
		// This report or somebody's of the same offence waits there, or is in the block that was just imported.
		Ok(
			PoolError::AlreadyImported(_)
			| PoolError::TooLowPriority { .. }
			| PoolError::TemporarilyBanned,
		) => {
			debug!(target: LOG_TARGET, "The report of {offender} in slot {slot} waits for a block");
			true
		},
		Ok(PoolError::Unactionable) => {
			info!(
				target: LOG_TARGET,
				"This node writes no blocks: the report of {offender} in slot {slot} is left to anchors"
			);
			false
		},
		Ok(reason) => {
			report.fails(reason.to_string());
			true
		},
		Err(reason) => {
			report.fails(reason.to_string());
			true
		},
	}
}

/// Whether a block is news, rather than caught up on.
fn is_live(origin: BlockOrigin) -> bool {
	match origin {
		BlockOrigin::NetworkBroadcast | BlockOrigin::ConsensusBroadcast | BlockOrigin::Own => true,
		BlockOrigin::Genesis
		| BlockOrigin::NetworkInitialSync
		| BlockOrigin::File
		| BlockOrigin::WarpSync
		| BlockOrigin::GapSync => false,
	}
}

/// Where the runtime's call puts the transaction that it makes.
#[derive(Clone, Default)]
struct Submitted(Arc<Mutex<Option<Vec<u8>>>>);

impl Submitted {
	fn take(&self) -> Option<UncheckedExtrinsic> {
		let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
		UncheckedExtrinsic::decode_all(&mut bytes.as_slice()).ok()
	}
}

impl Submissions for Submitted {
	fn submit_transaction(&mut self, transaction: Vec<u8>) -> Result<(), ()> {
		*self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(transaction);
		Ok(())
	}
}

/// The pool that the import of blocks is given for its reports: it keeps none of them.
pub struct ImportReports;

impl LocalTransactionPool for ImportReports {
	type Block = Block;
	type Hash = Hash;
	type Error = PoolError;

	fn submit_local(&self, _: Hash, _: UncheckedExtrinsic) -> Result<Hash, PoolError> {
		debug!(target: LOG_TARGET, "Left out a report whose headers lack their seals");
		Ok(Hash::zero())
	}
}
