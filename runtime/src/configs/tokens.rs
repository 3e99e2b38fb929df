//! Tokens: their classes, the nodes that serve them, and how calls are paid.

use crate::{
	configs::money::{AnchorsPot, BYTE_DEPOSIT, ITEM_DEPOSIT},
	governance::origins::GeneralAdmin,
	parameters::dynamic_params::{classes, nodes, payments},
	weights, AnchorElections, Babe, Balance, Balances, Commitments, Runtime, RuntimeHoldReason,
	ServiceNodes, System, TokenRegistry, TransactionPayment,
};
use frame_support::{
	dispatch::{DispatchClass, DispatchInfo, Pays},
	parameter_types,
	traits::{fungible::Credit, ConstU32, EitherOf},
	weights::Weight,
	PalletId,
};
use frame_system::EnsureRoot;
use pallet_service_nodes::{BurnRecords, NodeReads};
use smartlayer_types::{AccountId, ClassId};

parameter_types! {
	pub const RentPalletId: PalletId = PalletId(*b"sl/rents");
	pub const EscrowPalletId: PalletId = PalletId(*b"sl/escrw");
	pub const NodesPalletId: PalletId = PalletId(*b"sl/nodes");
	pub const ClassDeposit: Balance = ITEM_DEPOSIT;
	pub const ClassByteDeposit: Balance = BYTE_DEPOSIT;
}

/// The intervals of the commitments' pallet.
pub struct Intervals;

impl pallet_token_registry::Intervals for Intervals {
	fn current() -> u64 {
		Commitments::current_interval()
	}

	fn oldest_open() -> u64 {
		Commitments::last_confirmed().map_or(0, |last| last.snapshot.interval.saturating_add(1))
	}
}

/// Rent goes to those who serve.
pub struct RentToNodes;

impl pallet_token_registry::OnRent<Credit<AccountId, Balances>> for RentToNodes {
	fn paid(_: ClassId, rent: Credit<AccountId, Balances>) {
		ServiceNodes::on_rent(rent);
	}
}

impl pallet_token_registry::Config for Runtime {
	type Anchors = AnchorElections;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Setup;
	type ByteDeposit = ClassByteDeposit;
	type ClassDeposit = ClassDeposit;
	type Currency = Balances;
	type GracePeriod = classes::GracePeriod;
	type Intervals = Intervals;
	type MaxAnchors = crate::configs::consensus::MaxAuthorities;
	type MaxIssuerShare = classes::MaxIssuerShare;
	type MaxOpenings = ConstU32<64>;
	type MaxRedundancy = classes::MaxRedundancy;
	type MaxShards = classes::MaxShards;
	type MinRentPeriod = classes::MinRentPeriod;
	type OnRent = RentToNodes;
	type PalletId = RentPalletId;
	type RemovalDelay = classes::RemovalDelay;
	type RentRate = classes::RentRate;
	type RulesNotice = classes::RulesNotice;
	type RuntimeHoldReason = RuntimeHoldReason;
	type VerificationFee = classes::VerificationFee;
	type VerificationPeriod = classes::VerificationPeriod;
	type WeightInfo = weights::pallet_token_registry::WeightInfo<Runtime>;
}

/// BABE's epochs.
pub struct Epochs;

impl pallet_service_nodes::EpochRandomness for Epochs {
	fn epoch() -> u64 {
		pallet_babe::EpochIndex::<Runtime>::get()
	}

	fn next_randomness() -> [u8; 32] {
		pallet_babe::NextRandomness::<Runtime>::get()
	}
}

impl pallet_slo::EpochClock for Epochs {
	fn index() -> u64 {
		pallet_babe::EpochIndex::<Runtime>::get()
	}

	fn randomness(epoch: u64) -> Option<[u8; 32]> {
		(epoch == Self::index()).then(Babe::randomness)
	}
}

impl pallet_service_nodes::Config for Runtime {
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Setup;
	type Blocks = System;
	type BondBase = nodes::BondBase;
	type BondPerCapacity = nodes::BondPerCapacity;
	type BondPerThroughput = nodes::BondPerThroughput;
	type ClaimWindow = nodes::ClaimWindow;
	type Currency = Balances;
	type DevelopmentEndpoints = nodes::DevelopmentEndpoints;
	type Epochs = Epochs;
	type EpochsPerEra = nodes::EpochsPerEra;
	type InflationShare = nodes::InflationShare;
	type JailPeriod = nodes::JailPeriod;
	type MaxClaims = ConstU32<100>;
	type MaxSlash = nodes::MaxSlash;
	type PaidCallShare = nodes::PaidCallShare;
	type PalletId = NodesPalletId;
	// Nothing is placed until anchors publish where: capacity rewards wait in the pot.
	type Placement = ();
	type ProbationEpochs = nodes::ProbationEpochs;
	type RegistrationFee = nodes::RegistrationFee;
	type RetryFee = nodes::RetryFee;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SlashAdmin = EitherOf<EnsureRoot<AccountId>, GeneralAdmin>;
	type SlashDelay = nodes::SlashDelay;
	type SlashStep = nodes::SlashStep;
	type UnbondingPeriod = nodes::UnbondingPeriod;
	type WeightInfo = weights::pallet_service_nodes::WeightInfo<Runtime>;
}

/// Active service nodes may be paid, for any class: what a node serves is agreed between it and its clients.
pub struct ActiveNodes;

impl pallet_payouts::Payees for ActiveNodes {
	fn may_be_paid(payee: &AccountId, _: ClassId) -> bool {
		ServiceNodes::is_active(payee)
	}
}

/// Registered classes: a verified class's issuer is paid, an unverified one's share is burned.
pub struct RegisteredClasses;

impl pallet_payouts::Classes for RegisteredClasses {
	fn issuer(class: ClassId) -> Option<pallet_payouts::IssuerTerms> {
		let share = TokenRegistry::issuer_share(class)?;
		let account = TokenRegistry::payment_terms(class).map(|terms| terms.account);
		Some(pallet_payouts::IssuerTerms { account, share })
	}
}

/// What was burned through a node earns it a reward.
pub struct BurnsToNodes;

impl pallet_payouts::OnBurned for BurnsToNodes {
	fn on_burned(payee: &AccountId, amount: Balance) {
		ServiceNodes::on_burned(payee, amount);
	}
}

/// What a submitter of somebody else's order pays.
pub struct TransactionFees;

impl pallet_payouts::SubmissionFee for TransactionFees {
	fn fee(length: u32, weight: Weight) -> Balance {
		let info = DispatchInfo {
			call_weight: weight,
			class: DispatchClass::Normal,
			pays_fee: Pays::Yes,
			..Default::default()
		};
		TransactionPayment::compute_fee(length, &info, 0)
	}
}

impl pallet_payouts::Config for Runtime {
	type AnchorsPot = AnchorsPot;
	type AnchorsShare = payments::AnchorsShare;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Setup;
	type BurnedShare = payments::BurnedShare;
	type ChallengePeriod = payments::ChallengePeriod;
	type Classes = RegisteredClasses;
	type Currency = Balances;
	type LeastDeposit = payments::LeastDeposit;
	type MaxChainLength = payments::MaxChainLength;
	type MaxClaims = ConstU32<128>;
	type OnBurned = BurnsToNodes;
	type PalletId = EscrowPalletId;
	type Payees = ActiveNodes;
	type SubmissionFee = TransactionFees;
	type WeightInfo = weights::pallet_payouts::WeightInfo<Runtime>;
}
