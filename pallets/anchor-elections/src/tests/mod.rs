//! Tests of the pallet, one file per subject.

mod candidacy;
mod duties;
mod elections;
mod keys;
pub(crate) mod mock;
mod offences;
mod office;
mod order;
mod sets;
mod voting;
