//! How each pallet is configured, by domain.

pub mod accounts;
pub mod anchors;
pub mod consensus;
pub mod governance;
pub mod money;
pub mod system;
pub mod tokens;
