//! The Smart Layer runtime: one for every network.
//!
//! What differs between networks is in their genesis (see [`genesis`]) and in parameters that governance changes
//! (see [`parameters`]); no cargo feature changes a rule. This file composes the pallets; how each is configured
//! is in [`configs`], by domain.
#![cfg_attr(not(feature = "std"), no_std)]
// `frame_support::runtime` nests deeply with this many pallets.
#![recursion_limit = "512"]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod configs;
pub mod genesis;
pub mod governance;
pub mod migrations;
pub mod parameters;
#[cfg(test)]
mod tests;
pub mod weights;

use alloc::{borrow::Cow, vec::Vec};
use sp_runtime::{generic, impl_opaque_keys, MultiAddress};
use sp_version::RuntimeVersion;

pub use configs::system::RuntimeBlockWeights;
pub use frame_system::Call as SystemCall;
pub use pallet_balances::Call as BalancesCall;
pub use smartlayer_types::{
	AccountId, Balance, BlockNumber, Hash, Hashing, Header, Nonce, Signature,
};

impl_opaque_keys! {
	/// The keys that an anchor keeps on its machine and can replace without touching its account.
	pub struct SessionKeys {
		pub babe: Babe,
		pub grandpa: Grandpa,
		pub authority_discovery: AuthorityDiscovery,
		pub anchor: AnchorElections,
	}
}

/// Version of this runtime: nodes compare it, wallets sign it.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("smartlayer"),
	impl_name: Cow::Borrowed("smartlayer"),
	authoring_version: 1,
	spec_version: 1,
	impl_version: 0,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 1,
};

// An index is never given to another pallet, not even after its pallet is gone: it is part of every call,
// event and origin that was ever stored or signed. Ten to a domain.
#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	// The system itself.
	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Genesis = crate::genesis::constants;
	#[runtime::pallet_index(2)]
	pub type Parameters = pallet_parameters;
	#[runtime::pallet_index(3)]
	pub type Timestamp = pallet_timestamp;

	// Consensus. Babe comes before Timestamp's users, Authorship before Session, Historical after it.
	#[runtime::pallet_index(10)]
	pub type Babe = pallet_babe;
	#[runtime::pallet_index(11)]
	pub type Authorship = pallet_authorship;
	#[runtime::pallet_index(12)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(13)]
	pub type Historical = pallet_session::historical;
	#[runtime::pallet_index(14)]
	pub type Grandpa = pallet_grandpa;
	#[runtime::pallet_index(15)]
	pub type Offences = pallet_offences;
	#[runtime::pallet_index(16)]
	pub type AuthorityDiscovery = pallet_authority_discovery;

	// Money.
	#[runtime::pallet_index(20)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(21)]
	pub type TransactionPayment = pallet_transaction_payment;
	#[runtime::pallet_index(22)]
	pub type Treasury = pallet_treasury;

	// What accounts can do.
	#[runtime::pallet_index(30)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(31)]
	pub type Proxy = pallet_proxy;
	#[runtime::pallet_index(32)]
	pub type Multisig = pallet_multisig;
	#[runtime::pallet_index(33)]
	pub type Identity = pallet_identity;

	// Governance.
	#[runtime::pallet_index(40)]
	pub type Preimage = pallet_preimage;
	#[runtime::pallet_index(41)]
	pub type Scheduler = pallet_scheduler;
	#[runtime::pallet_index(42)]
	pub type ConvictionVoting = pallet_conviction_voting;
	#[runtime::pallet_index(43)]
	pub type Referenda = pallet_referenda;
	#[runtime::pallet_index(44)]
	pub type Origins = crate::governance::origins;

	// Tokens and who serves them. Payouts come after the nodes, which record what was burned.
	#[runtime::pallet_index(50)]
	pub type TokenRegistry = pallet_token_registry;
	#[runtime::pallet_index(51)]
	pub type ServiceNodes = pallet_service_nodes;
	#[runtime::pallet_index(52)]
	pub type Payouts = pallet_payouts;

	// Anchors. All of these look at sessions and epochs, so they come after Session.
	#[runtime::pallet_index(60)]
	pub type AnchorElections = pallet_anchor_elections;
	#[runtime::pallet_index(61)]
	pub type Commitments = pallet_commitments;
	#[runtime::pallet_index(62)]
	pub type Slo = pallet_slo;

	// Development chains alone set its key.
	#[runtime::pallet_index(255)]
	pub type Sudo = pallet_sudo;
}

/// How an account is addressed in a transaction.
pub type Address = MultiAddress<AccountId, ()>;

/// A block of this runtime.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// An extrinsic of this runtime, not yet checked.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// What is signed in a transaction.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// What every transaction carries beside its call; the order is part of the format that wallets sign.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckMortality<Runtime>,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
	frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);

/// Runs blocks and transactions.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;
