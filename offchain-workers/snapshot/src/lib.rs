//! What an anchor keeps and builds for snapshots.
//!
//! [`state`] is the state tree of all instances on disk. It has no task of its own: who owns it opens it, applies the
//! changes of an interval, and commits them once the interval's snapshot is confirmed. What is committed survives a crash;
//! what is applied and not committed is lost with the process, and is computed again.
//!
//! [`archive`] answers clients about what is settled, with proofs.
//!
//! [`worker`] is the task that proposes, votes on, settles and signs snapshots. It owns the state, and its first page says what
//! drives it and what it guarantees.

pub mod archive;
pub mod state;
pub mod worker;
