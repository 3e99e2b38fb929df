//! What accounts can do beside sending: batches, proxies, several signatures, a public identity.

use crate::{
	configs::money::deposit, governance::origins::GeneralAdmin, weights, Balance, Balances,
	OriginCaller, Runtime, RuntimeCall, RuntimeEvent, Signature, System, Treasury,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	parameter_types,
	traits::{ConstU32, EitherOf, InstanceFilter},
};
use frame_system::EnsureRoot;
use pallet_identity::legacy::IdentityInfo;
use scale_info::TypeInfo;
use smartlayer_types::{time::DAYS, AccountId, AccountPublic, Hashing, SLN};

parameter_types! {
	pub const ProxyDepositBase: Balance = deposit(1, 8);
	pub const ProxyDepositFactor: Balance = deposit(0, 33);
	pub const AnnouncementDepositBase: Balance = deposit(1, 8);
	pub const AnnouncementDepositFactor: Balance = deposit(0, 66);
	pub const MultisigDepositBase: Balance = deposit(1, 88);
	pub const MultisigDepositFactor: Balance = deposit(0, 32);
	pub const IdentityBasicDeposit: Balance = 10 * SLN;
	pub const IdentityByteDeposit: Balance = deposit(0, 1);
	pub const UsernameDeposit: Balance = deposit(0, 32);
	pub const SubAccountDeposit: Balance = 2 * SLN;
}

impl pallet_utility::Config for Runtime {
	type PalletsOrigin = OriginCaller;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_utility::WeightInfo<Runtime>;
}

impl pallet_multisig::Config for Runtime {
	type BlockNumberProvider = System;
	type Currency = Balances;
	type DepositBase = MultisigDepositBase;
	type DepositFactor = MultisigDepositFactor;
	type MaxSignatories = ConstU32<100>;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_multisig::WeightInfo<Runtime>;
}

impl pallet_proxy::Config for Runtime {
	type AnnouncementDepositBase = AnnouncementDepositBase;
	type AnnouncementDepositFactor = AnnouncementDepositFactor;
	type BlockNumberProvider = System;
	type CallHasher = Hashing;
	type Currency = Balances;
	type MaxPending = ConstU32<32>;
	type MaxProxies = ConstU32<32>;
	type ProxyDepositBase = ProxyDepositBase;
	type ProxyDepositFactor = ProxyDepositFactor;
	type ProxyType = ProxyType;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_proxy::WeightInfo<Runtime>;
}

impl pallet_identity::Config for Runtime {
	type BasicDeposit = IdentityBasicDeposit;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
	type ByteDeposit = IdentityByteDeposit;
	type Currency = Balances;
	type ForceOrigin = EitherOf<EnsureRoot<AccountId>, GeneralAdmin>;
	type IdentityInformation = IdentityInfo<ConstU32<16>>;
	type MaxRegistrars = ConstU32<20>;
	type MaxSubAccounts = ConstU32<100>;
	type MaxSuffixLength = ConstU32<7>;
	type MaxUsernameLength = ConstU32<32>;
	type OffchainSignature = Signature;
	type PendingUsernameExpiration = ConstU32<{ 7 * DAYS }>;
	type RegistrarOrigin = EitherOf<EnsureRoot<AccountId>, GeneralAdmin>;
	type RuntimeEvent = RuntimeEvent;
	type SigningPublicKey = AccountPublic;
	type Slashed = Treasury;
	type SubAccountDeposit = SubAccountDeposit;
	type UsernameAuthorityOrigin = EitherOf<EnsureRoot<AccountId>, GeneralAdmin>;
	type UsernameDeposit = UsernameDeposit;
	type UsernameGracePeriod = ConstU32<{ 30 * DAYS }>;
	type WeightInfo = weights::pallet_identity::WeightInfo<Runtime>;
}

/// What a proxy may do for its principal.
#[derive(
	Copy,
	Clone,
	Eq,
	PartialEq,
	Ord,
	PartialOrd,
	Encode,
	Decode,
	DecodeWithMemTracking,
	Debug,
	Default,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ProxyType {
	/// Everything.
	#[default]
	#[codec(index = 0)]
	Any,
	/// Everything that moves no money.
	#[codec(index = 1)]
	NonTransfer,
	/// Votes in referenda and for anchors, referenda and their preimages.
	#[codec(index = 2)]
	Governance,
	/// Takes back announced calls of other proxies.
	#[codec(index = 3)]
	CancelProxy,
	/// Replaces session keys: for the machine of an anchor.
	#[codec(index = 4)]
	SessionKeys,
}

/// Calls that do nothing but call others: allowed for a narrow proxy, because what they call is filtered again.
fn only_wraps(call: &RuntimeCall) -> bool {
	matches!(call, RuntimeCall::Utility(..) | RuntimeCall::Multisig(..))
}

/// Calls that can move the caller's money, at once or by permission given to somebody else.
fn moves_money(call: &RuntimeCall) -> bool {
	matches!(
		call,
		RuntimeCall::Balances(..)
			| RuntimeCall::Treasury(..)
			| RuntimeCall::Sudo(..)
			| RuntimeCall::Payouts(..)
			| RuntimeCall::TokenRegistry(..)
			| RuntimeCall::ServiceNodes(..)
	)
}

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		match self {
			Self::Any => true,
			Self::NonTransfer => !moves_money(call),
			Self::Governance => {
				only_wraps(call)
					|| matches!(
						call,
						RuntimeCall::ConvictionVoting(..)
							| RuntimeCall::Referenda(..)
							| RuntimeCall::Preimage(..)
							| RuntimeCall::AnchorElections(
								pallet_anchor_elections::Call::vote { .. }
									| pallet_anchor_elections::Call::request_withdrawal { .. }
									| pallet_anchor_elections::Call::withdraw { .. }
							)
					)
			},
			Self::CancelProxy => {
				only_wraps(call)
					|| matches!(
						call,
						RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement { .. })
					)
			},
			Self::SessionKeys => {
				only_wraps(call)
					|| matches!(
						call,
						RuntimeCall::Session(..)
							| RuntimeCall::AnchorElections(
								pallet_anchor_elections::Call::purge_keys {}
							)
					)
			},
		}
	}

	fn is_superset(&self, other: &Self) -> bool {
		match (self, other) {
			(mine, others) if mine == others => true,
			(Self::Any, _) => true,
			(_, Self::Any) => false,
			(Self::NonTransfer, _) => true,
			_ => false,
		}
	}
}
