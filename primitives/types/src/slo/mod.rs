//! Probing of service nodes: what anchors report, which nodes are theirs, and what follows from it.
//!
//! Pure functions that the chain, which enforces, and a prober, which prepares, share.

pub mod api;
pub mod draw;
pub mod epoch;
pub mod guard;
pub mod ladder;
pub mod page;
pub mod report;
pub mod verdict;
