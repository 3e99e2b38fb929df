//! The worker's parts on real disks, with peers that lie, and four workers together.

mod bodies;
pub(crate) mod network;
mod peers;
mod recovery;
mod together;
