//! The basic types that every part of Smart Layer agrees on: one file per subject.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod abi;
mod account;
mod amount;
pub mod anchors;
mod authorisation;
mod block;
mod class;
pub mod domain;
pub mod eip712;
pub mod elections_api;
pub mod endpoint;
pub mod evm;
pub mod nodes;
pub mod nodes_api;
pub mod registry;
pub mod registry_api;
pub mod rules;
mod sla;
pub mod slo;
pub mod time;

pub use account::{AccountId, AccountPublic, Signature};
pub use amount::{Balance, MICRO_SLN, MILLI_SLN, SLN, TOKEN_DECIMALS, TOKEN_SYMBOL};
pub use anchors::{AnchorKey, AnchorMember, AnchorSets, SetId};
pub use authorisation::Authorisation;
pub use block::{opaque, BlockNumber, Hash, Hashing, Header, Nonce};
pub use class::{ClassId, InstanceId, Kind, MAX_KINDS};
pub use rules::{KindRule, KindRules, Mask, RuleViolation, Rules, RulesError, SignerRole};
pub use sla::Sla;
