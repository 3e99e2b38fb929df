//! Snapshots as data: what anchors sign about an interval, and how it is hashed, ordered, proven and judged.
//!
//! No FRAME and no I/O: the pallet, the anchors' workers and verifiers outside use the same functions.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod api;
mod bitmap;
mod bridge;
#[cfg(feature = "build")]
pub mod build;
mod cut;
pub mod evidence;
mod examination;
mod extension;
pub mod finality;
mod history;
mod interval;
mod leaf;
pub mod proof;
mod proposal;
pub mod range;
mod receipt;
mod snapshot;
pub mod tree;
pub mod turns;

pub use bitmap::{SignerBitmap, MAX_MEMBERS};
pub use bridge::{Bridge, DOMAIN_TYPE, SNAPSHOT_TYPE};
pub use cut::{
	certified, floor, vector_root, Branch, Certified, CountedVector, Cut, CutEnd, Floors,
	Incomplete, Logs,
};
pub use evidence::{Archive, Evidence, Offence, OffenceKind};
pub use examination::vote;
pub use extension::{Change, Extension, Judge};
pub use finality::{FinalityProof, FinalityTerms, NotFinal};
pub use history::{history_leaf, HistoryPeaks};
pub use interval::{IntervalNumber, IntervalRecord, LastBlock};
pub use leaf::{
	bitmap_key, state_key, BitmapKeyLeaf, BitmapWordLeaf, StateLeaf, END_OF_KEYS, END_OF_STATES,
	END_OF_WORDS,
};
pub use proof::{
	AgeBound, BitmapProof, Claim, OperationProof, Path, PostedSnapshots, ProofError, SnapshotProof,
	StateProof, Verifier,
};
pub use proposal::{Choice, ConfirmedSnapshot, LivingProposal, Proposal, RejectReason, Vote};
pub use receipt::{Receipt, ReceiptAttestation, RecordedSignatures};
pub use snapshot::{set_hash, Snapshot, SnapshotBody};
