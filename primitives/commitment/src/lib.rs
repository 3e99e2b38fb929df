//! Snapshots as data: what anchors sign about an interval, and how it is hashed, ordered, proven and judged.
//!
//! No FRAME and no I/O: the pallet, the anchors' workers and verifiers outside use the same functions.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod api;
mod bitmap;
mod bridge;
pub mod evidence;
mod history;
mod incarnation;
mod interval;
mod log;
mod proposal;
mod receipt;
mod snapshot;
pub mod tree;
pub mod turns;
mod vector;

pub use bitmap::{SignerBitmap, MAX_MEMBERS};
pub use bridge::{Bridge, DOMAIN_TYPE, SNAPSHOT_TYPE};
pub use evidence::{Archive, Evidence, Offence, OffenceKind};
pub use history::{history_leaf, HistoryPeaks};
pub use incarnation::IncarnationRaise;
pub use interval::{IntervalNumber, IntervalRecord, LastBlock};
pub use log::{BatchEntry, LogHeader};
pub use proposal::{Choice, ConfirmedSnapshot, LivingProposal, Proposal, RejectReason, Vote};
pub use receipt::{Receipt, ReceiptAttestation, RecordedSignatures};
pub use snapshot::{set_hash, Snapshot, SnapshotBody};
pub use vector::{OriginEntry, Position, Vector};
