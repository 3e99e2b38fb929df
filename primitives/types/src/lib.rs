//! The basic types that every part of Smart Layer agrees on: one file per subject.
#![cfg_attr(not(feature = "std"), no_std)]

mod account;
mod amount;
mod block;
pub mod time;

pub use account::{AccountId, AccountPublic, Signature};
pub use amount::{Balance, MICRO_SLN, MILLI_SLN, SLN, TOKEN_DECIMALS, TOKEN_SYMBOL};
pub use block::{opaque, BlockNumber, Hash, Hashing, Header, Nonce};
