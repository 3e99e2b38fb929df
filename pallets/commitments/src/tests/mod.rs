//! One file for each subject; the invariants are checked after every test.

mod bridges;
mod duty;
mod evidence;
mod incarnation;
mod intervals;
pub mod mock;
mod proposing;
mod retention;
mod simulation;
mod voting;
