//! Payments as data and pure functions: channels, promises, hash chains, the split of what is paid.
//!
//! A payer moves a deposit into a [`Channel`] to one payee for one class, and pays by a growing [`Promise`]. The
//! payee presents a [`Claim`], which is a promise with its signature and possibly a step of its hash chain. Whoever
//! wants to use a claim, on chain or off it, turns it into a [`VerifiedClaim`] first: nothing else has a value.
//!
//! **What is signed.** Promises and authorisations are structures of EIP-712 under the network's domain; each one's
//! type string stands beside it. The promise key is a secp256k1 key known by its Ethereum address. It is ephemeral:
//! the web page that makes it signs without a wallet, so one kind of key serves every kind of payer, a signature
//! costs one recovery, and Rust, TypeScript and Solidity agree about it. The payer itself is any kind of account
//! (see [`smartlayer_types::Authorisation`]).
//!
//! **What is hashed.** Hash chains are SHA-256, so that a browser's built-in cryptography walks them. The channel's
//! id is BLAKE2b-256 over SCALE.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod acknowledgement;
pub mod api;
mod authorised;
mod chain;
mod channel;
mod claim;
mod promise;
mod split;

pub use acknowledgement::Acknowledgement;
pub use api::{Parameters, Quote};
pub use authorised::{Open, RequestClose, TopUp};
pub use chain::{chain_seed, walk, HashChain, DEFAULT_CHAIN_LENGTH, MAX_CHAIN_LENGTH};
pub use channel::{channel_id, Channel, ChannelId, Rejection};
pub use claim::{Claim, Invalid, Step, VerifiedClaim};
pub use promise::{Chain, Malformed, Promise};
pub use split::{split, OutOfBounds, Split, Terms};
