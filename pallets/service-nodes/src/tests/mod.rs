//! Tests, one file for each subject.

mod api;
mod leaving;
pub(crate) mod mock;
mod money;
mod parameters;
mod registration;
mod rewards;
mod salts;
mod slashes;
mod states;
mod terms;
