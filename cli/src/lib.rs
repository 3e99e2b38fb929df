//! What the `smartlayer` binary is made of: today, a whole network on this machine.
//!
//! The end-to-end tests start their networks through the same [`devnet`] as people do.

pub mod devnet;
