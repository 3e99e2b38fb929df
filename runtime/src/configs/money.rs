//! Money: balances, what a transaction costs and who gets it, the treasury.

use crate::{
	governance::origins::Treasurer,
	parameters::{
		dynamic_params::treasury::{PayoutPeriod, SpendPeriod},
		Within, MAX_PERIOD, MIN_PERIOD,
	},
	weights, Authorship, Balance, Balances, Runtime, RuntimeEvent, RuntimeFreezeReason,
	RuntimeHoldReason, System,
};
use frame_support::{
	parameter_types,
	traits::{
		fungible::{Balanced, Credit},
		tokens::{imbalance::ResolveTo, pay::PayFromAccount, UnityAssetBalanceConversion},
		ConstU32, ConstU8, EitherOf, Imbalance, OnUnbalanced, VariantCountOf,
	},
	weights::{
		constants::ExtrinsicBaseWeight, ConstantMultiplier, WeightToFeeCoefficient,
		WeightToFeeCoefficients, WeightToFeePolynomial,
	},
	PalletId,
};
use frame_system::{EnsureRoot, EnsureWithSuccess};
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use smartlayer_types::{AccountId, MICRO_SLN, MILLI_SLN};
use sp_runtime::{
	traits::{AccountIdConversion, Bounded, IdentityLookup},
	FixedPointNumber, Perbill, Permill, Perquintill,
};

/// What is held for an item in storage, whatever its size.
pub const ITEM_DEPOSIT: Balance = 100 * MILLI_SLN;

/// What is held for a byte in storage.
pub const BYTE_DEPOSIT: Balance = MILLI_SLN;

/// What is held for storage: the price of an item and of each of its bytes. It comes back with the item's removal.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
	let for_items = (items as Balance).saturating_mul(ITEM_DEPOSIT);
	for_items.saturating_add((bytes as Balance).saturating_mul(BYTE_DEPOSIT))
}

/// An account below this disappears with what is left in it.
pub const EXISTENTIAL_DEPOSIT: Balance = 10 * MILLI_SLN;

/// What the weight of an empty extrinsic costs; all other weight costs in proportion.
pub const BASE_EXTRINSIC_FEE: Balance = MILLI_SLN;

/// Reference time of an empty extrinsic, in picoseconds.
const BASE_WEIGHT: Balance = ExtrinsicBaseWeight::get().ref_time() as Balance;

/// What a byte of a transaction costs.
pub const BYTE_FEE: Balance = 10 * MICRO_SLN;

/// Of a hundred units of fee, how many the treasury gets; the block's author gets the rest, and every tip.
const TREASURY_FEE_PERCENT: u32 = 80;

parameter_types! {
	pub const ExistentialDeposit: Balance = EXISTENTIAL_DEPOSIT;
	pub const ByteFee: Balance = BYTE_FEE;
	pub const TreasuryPalletId: PalletId = PalletId(*b"sl/trsry");
	pub TreasuryAccount: AccountId = TreasuryPalletId::get().into_account_truncating();
	pub const AnchorsPalletId: PalletId = PalletId(*b"sl/anchr");
	/// What anchors earn is paid from here.
	pub AnchorsPot: AccountId = AnchorsPalletId::get().into_account_truncating();
	pub const NoBurn: Permill = Permill::zero();
	pub const MaxSpend: Balance = Balance::MAX;

	// The slow adjustment of fees to congestion, with the constants of
	// https://research.web3.foundation/Polkadot/overview/token-economics#2-slow-adjusting-mechanism
	pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
	pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(75, 1_000_000);
	pub MinimumMultiplier: Multiplier = Multiplier::saturating_from_rational(1, 10);
	pub MaximumMultiplier: Multiplier = Bounded::max_value();
}

impl pallet_balances::Config for Runtime {
	type AccountStore = System;
	type Balance = Balance;
	type DoneSlashHandler = ();
	type DustRemoval = ();
	type ExistentialDeposit = ExistentialDeposit;
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
	type MaxLocks = ConstU32<50>;
	type MaxReserves = ConstU32<50>;
	type ReserveIdentifier = [u8; 8];
	type RuntimeEvent = RuntimeEvent;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = weights::pallet_balances::WeightInfo<Runtime>;
}

/// Weight to fee: a straight line through the origin and [`BASE_EXTRINSIC_FEE`].
pub struct WeightToFee;

impl WeightToFeePolynomial for WeightToFee {
	type Balance = Balance;

	fn polynomial() -> WeightToFeeCoefficients<Balance> {
		[WeightToFeeCoefficient {
			degree: 1,
			negative: false,
			coeff_frac: Perbill::from_rational(BASE_EXTRINSIC_FEE % BASE_WEIGHT, BASE_WEIGHT),
			coeff_integer: BASE_EXTRINSIC_FEE / BASE_WEIGHT,
		}]
		.into_iter()
		.collect()
	}
}

/// Hands out what transactions paid.
pub struct FeesToTreasuryAndAuthor;

impl OnUnbalanced<Credit<AccountId, Balances>> for FeesToTreasuryAndAuthor {
	fn on_unbalanceds(mut fees_then_tips: impl Iterator<Item = Credit<AccountId, Balances>>) {
		let Some(fees) = fees_then_tips.next() else { return };
		let (to_treasury, mut to_author) =
			fees.ration(TREASURY_FEE_PERCENT, 100 - TREASURY_FEE_PERCENT);
		if let Some(tips) = fees_then_tips.next() {
			tips.merge_into(&mut to_author);
		}
		ResolveTo::<TreasuryAccount, Balances>::on_unbalanced(to_treasury);
		if let Some(author) = Authorship::author() {
			// What an author's account can't take is burned with the dropped credit.
			let _ = Balances::resolve(&author, to_author);
		}
	}
}

impl pallet_transaction_payment::Config for Runtime {
	type FeeMultiplierUpdate = TargetedFeeAdjustment<
		Self,
		TargetBlockFullness,
		AdjustmentVariable,
		MinimumMultiplier,
		MaximumMultiplier,
	>;
	type LengthToFee = ConstantMultiplier<Balance, ByteFee>;
	type OnChargeTransaction = FungibleAdapter<Balances, FeesToTreasuryAndAuthor>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_transaction_payment::WeightInfo<Runtime>;
	type WeightToFee = WeightToFee;
}

impl pallet_treasury::Config for Runtime {
	type AssetKind = ();
	type BalanceConverter = UnityAssetBalanceConversion;
	type Beneficiary = AccountId;
	type BeneficiaryLookup = IdentityLookup<AccountId>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ExistingBeneficiary;
	type BlockNumberProvider = System;
	type Burn = NoBurn;
	type BurnDestination = ();
	type Currency = Balances;
	type MaxApprovals = ConstU32<100>;
	type PalletId = TreasuryPalletId;
	type Paymaster = PayFromAccount<Balances, TreasuryAccount>;
	type PayoutPeriod = Within<PayoutPeriod, MIN_PERIOD, MAX_PERIOD>;
	type RejectOrigin = EitherOf<EnsureRoot<AccountId>, Treasurer>;
	type RuntimeEvent = RuntimeEvent;
	type SpendFunds = ();
	type SpendOrigin =
		EnsureWithSuccess<EitherOf<EnsureRoot<AccountId>, Treasurer>, AccountId, MaxSpend>;
	type SpendPeriod = Within<SpendPeriod, MIN_PERIOD, MAX_PERIOD>;
	type WeightInfo = weights::pallet_treasury::WeightInfo<Runtime>;
}

/// Benchmarks pay amounts that could not make an account: they pay to one that exists.
#[cfg(feature = "runtime-benchmarks")]
pub struct ExistingBeneficiary;

#[cfg(feature = "runtime-benchmarks")]
impl pallet_treasury::ArgumentsFactory<(), AccountId> for ExistingBeneficiary {
	fn create_asset_kind(_: u32) {}

	fn create_beneficiary(seed: [u8; 32]) -> AccountId {
		use frame_support::traits::fungible::Mutate;
		let beneficiary = AccountId::new(seed);
		let funded = Balances::mint_into(&beneficiary, EXISTENTIAL_DEPOSIT);
		frame_support::assert_ok!(funded);
		beneficiary
	}
}
