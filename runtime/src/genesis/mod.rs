//! What a network is born with: [`constants`] that never change, and the [`presets`] that name whole networks.

pub mod constants;
pub mod presets;
