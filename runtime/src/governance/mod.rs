//! What is special about this network's governance: its origins and its tracks.

pub mod origins;
pub mod tracks;
