//! Operation logs: what an anchor receives, exchanges with the other anchors, and keeps.
//!
//! `network` and `store` are the ground on which the rest stands: they know bytes and anchors, not operations.
//!
//! # [`engine`]: the rules
//! What an anchor accepts, announces and closes, and how it starts again: a state machine without clock, disk and network,
//! which the simulation runs as well.
//!
//! # [`network`]: direct, authenticated exchange between anchors
//! - **What drives it**: the node's own network (substreams of one notification protocol, requests of one
//!   request-response protocol), the set of anchors that may take part, and the addresses that authority discovery finds.
//! - **What it guarantees**: a message or request that it hands on comes from the anchor it names, which is a member at that
//!   moment. Every queue is bounded, each anchor has its own share of them, and whoever sends faster than the limits is cut
//!   off for a while. Nothing is ever resent: delivery is **not** guaranteed, and gaps are asked for by whoever sees them.
//! - **What it loses when it stops**: what is queued and not sent or not read. Nothing that anybody relies on: the others
//!   ask for it.
//! - **Must the node stop with it?** Yes, as for any essential task: an anchor that hears and tells nothing misses its
//!   duties silently.
//!
//! # [`store`]: what survives a kill
//! - **What drives it**: commits from the worker. It has one thread of its own, which writes.
//! - **What it guarantees**: once a commit has resolved, its writes are on disk, all of them, and are found after a kill or
//!   loss of power. A file that is damaged, that belongs to another network, or that has lost acknowledged writes is refused
//!   with a clear error and never used.
//! - **What it loses when it stops**: commits that have not resolved. Nobody was told of them.
//! - **Must the node stop with it?** Yes, at once: an anchor must not sign what it can't remember. [`store::Store::stopped`]
//!   resolves when that is so.

pub mod engine;
pub mod network;
pub mod store;
pub mod worker;
