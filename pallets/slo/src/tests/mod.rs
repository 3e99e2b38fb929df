//! One file per subject; the state is checked after every test.

mod any_order;
mod budget;
mod commitments;
mod consequences;
mod epochs;
mod judging;
pub(crate) mod mock;
mod outages;
mod probing;
mod queries;
mod reveals;
