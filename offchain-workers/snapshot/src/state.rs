//! The state tree on disk: the current state of every instance that ever had an operation.
//!
//! A folder holds one tree. Leaves stand in the order of first appearance in a flat file of records of one length; the
//! nodes above them in pages of 64 leaves each, six levels deep; and an index finds a key's place, or that of the next
//! smaller key. All of them are changed in place.
//!
//! A [`StateTree`] is the confirmed state. [`StateTree::apply`] puts the changes of an interval on top of it without touching
//! the disk, as often as there are proposals; [`StateTree::commit`] makes one of these [`Overlay`]s durable: first its
//! changed leaves go into a journal, then into the files. A process that is killed at any moment finds the old or the new
//! state when it opens the folder again, never something between.
//!
//! [`StateSync`] fills a new folder with chunks that others hand out with [`StateTree::chunk`], each of which is proven
//! under the known root when it arrives.

mod error;
mod head;
mod index;
mod journal;
mod nodes;
mod overlay;
mod pages;
mod record;
mod sync;
mod tree;
mod writer;

pub use error::{Damage, StateError};
pub use overlay::Overlay;
pub use sync::{StateChunk, StateSync, SyncError, CHUNK_LEAVES};
pub use tree::StateTree;
pub use writer::StateWriter;

#[cfg(test)]
mod tests;
