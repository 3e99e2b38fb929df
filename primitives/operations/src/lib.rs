//! Operations of tokens as data: what is signed, which rules judge it, how anchors log and accept it.
//!
//! No FRAME and no I/O: pallets, the anchors' workers, service nodes and wallets' tools use the same functions.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod class;
mod header;
mod incarnation;
mod operation;
mod refusal;
mod signed;
mod slot;
mod state;
mod vector;
mod verified;

pub use class::ClassTerms;
pub use header::{BatchEntry, LogHeader};
pub use incarnation::IncarnationRaise;
pub use operation::{Operation, NO_HOLDER, OPERATION_TYPE};
pub use refusal::Refusal;
pub use signed::Signed;
pub use slot::{Rank, Slot};
pub use state::InstanceState;
pub use vector::{
	positions_hash, Contradiction, FullVector, ListedEntry, OriginEntry, Position, Vector,
};
pub use verified::{SignedOperation, VerifiedOperation};
