//! Tests, one file per subject.

mod issuer;
pub(crate) mod mock;
mod money;
mod reads;
mod registration;
mod rent;
mod rules;
mod submission;
mod verification;
