//! What calls cost, measured with `./scripts/bench weights`; each file says when, how and on which machine.

#![allow(clippy::allow_attributes_without_reason, reason = "the files are generated")]

pub mod frame_system;
pub mod frame_system_extensions;
pub mod pallet_anchor_elections;
pub mod pallet_balances;
pub mod pallet_commitments;
pub mod pallet_conviction_voting;
pub mod pallet_identity;
pub mod pallet_multisig;
pub mod pallet_parameters;
pub mod pallet_payouts;
pub mod pallet_preimage;
pub mod pallet_proxy;
pub mod pallet_referenda;
pub mod pallet_scheduler;
pub mod pallet_service_nodes;
pub mod pallet_slo;
pub mod pallet_sudo;
pub mod pallet_timestamp;
pub mod pallet_token_registry;
pub mod pallet_transaction_payment;
pub mod pallet_treasury;
pub mod pallet_utility;
