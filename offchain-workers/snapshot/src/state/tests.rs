//! The state tree against a simple model, killed processes, damaged files and lying peers.

mod changes;
mod damage;
mod killed;
mod model;
mod sync;
mod vectors;
