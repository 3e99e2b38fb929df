//! Building trees fast: vectorised hashing, all cores, one allocation for a tree.
//!
//! Only where there is a standard library. Gives the trees of [`tree`](crate::tree), node for node, whatever the machine
//! and the number of threads. Runs on the thread pool of rayon that the caller is in, or the global one.

mod bitmap;
mod hashing;
mod history;
mod merkle;
mod operations;

pub use bitmap::BitmapTree;
pub use hashing::{hash_many, hash_pairs, hash_preimages, put, Node};
pub use history::HistoryTree;
pub use merkle::MerkleTree;
pub use operations::OperationsTree;
