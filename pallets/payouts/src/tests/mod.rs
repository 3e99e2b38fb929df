//! Tests, one file per subject.

mod api;
mod attacks;
mod authorised;
mod close;
pub(crate) mod mock;
mod open;
mod random;
mod redeem;
mod split;
mod state;
mod weights;
