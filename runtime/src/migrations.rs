//! What a release changes in the state that the chain already has.
//!
//! `docs/developers/upgrades.md` says how a migration is written and tried; `tests/upgrades/` has one that is complete.

/// The migrations of this release, in the order in which they run: before the first block that the new code builds, and
/// in it.
///
/// Each is a [`frame_support::migrations::VersionedMigration`], so that it runs once. It leaves the list with the release
/// after the one that brought it. All of them together must fit into a block, see
/// [`crate::RuntimeBlockWeights`]: no block is built without them.
pub type SingleBlock = ();
