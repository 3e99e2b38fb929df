//! A network on this machine: real node processes on loopback, each with its own folder, ports and log.

pub mod command;
mod error;
mod network;
mod node;
mod wait;

pub use error::Error;
pub use network::{node_beside_this_binary, Network, Settings};
pub use node::{Node, NodeSettings, Validator};
pub use wait::until;
