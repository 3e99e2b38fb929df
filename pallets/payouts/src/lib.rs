//! Payment channels: deposits in escrow, promises redeemed, payments split and partly burned.
//!
//! A payer opens a channel to a service node for one class, and pays by promises that it signs off chain (see
//! `smartlayer-promises`). Whoever holds a promise can redeem it here.
//!
//! | call | who | what |
//! | --- | --- | --- |
//! | `open` | payer | moves a deposit into escrow |
//! | `open_with_authorisation` | anyone | the same, signed by the payer as EIP-712 |
//! | `top_up` | payer | adds to the deposit, until closing is requested |
//! | `top_up_with_authorisation` | anyone | the same, signed by the payer as EIP-712 |
//! | `redeem` | anyone | pays what promises of many channels are worth |
//! | `close` | payee | pays a last promise and gives the rest back at once |
//! | `request_close` | payer | begins the challenge period |
//! | `request_close_with_authorisation` | anyone | the same, signed by payer or promise key |
//! | `finish` | anyone | after the challenge period: gives the rest back |
//!
//! **Invariant:** money of channels is in the escrow account, which belongs to this pallet alone: its balance is at
//! least what all channels hold and the existential deposit. A hold on the payer's account would be frozen by a
//! governance lock on it, or let locked tokens out.
//!
//! **Invariant:** burned + issuer + anchors + payee = amount for every payment, and total issuance falls by exactly
//! what is reported as burned. The division is `smartlayer_promises::split`; it is made per claim.
//!
//! **Invariant:** a channel's id never recurs. A payer's last salt is kept for ever, and the next must be above it.
//!
//! **Invariant:** all that was agreed at opening stays as it was. In particular a payee that is no longer active
//! collects what it was promised before.
//!
//! **Invariant:** nothing leaves a deposit but payments and, at the end, the rest. From the request to close until
//! `finish` every promise counts, and nobody can shorten, prolong or cancel that period.
//!
//! The promise key is known by its Ethereum address and can't sign extrinsics: it requests closing through
//! `request_close_with_authorisation`. That form refunds no fee, because the deposit stands behind promises.
//!
//! **Costs.** All calls are constant in the number of channels. `redeem` reads and writes a channel and recovers a
//! signature per claim, hashes once per step, and credits each payee and issuer and the anchors' pot once; the
//! weight of recipients that a batch turned out not to have is given back.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod close;
mod escrow;
mod open;
mod parameters;
mod redeem;
mod submission;
#[cfg(test)]
mod tests;
mod top_up;
mod traits;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod views;
pub mod weights;

pub use pallet::*;
pub use parameters::{MAX_CHALLENGE_PERIOD, MIN_CHALLENGE_PERIOD};
#[cfg(feature = "runtime-benchmarks")]
pub use traits::BenchmarkHelper;
pub use traits::{Classes, IssuerTerms, OnBurned, Payees, SubmissionFee};
pub use weights::WeightInfo;

#[frame_support::pallet]
#[allow(
	clippy::cast_possible_truncation,
	clippy::expect_used,
	clippy::unreachable,
	reason = "what the macro expands to"
)]
pub mod pallet {
	use super::*;
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Balanced, Mutate},
		PalletId,
	};
	use frame_system::pallet_prelude::*;
	use smartlayer_promises::{Channel, ChannelId, Claim, Invalid, Open, Rejection, Split, TopUp};
	use smartlayer_types::{
		evm::EvmAddress, AccountId, Authorisation, Balance, BlockNumber, ClassId, Hash,
	};
	use sp_runtime::Permill;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, Hash = Hash> {
		/// The native token.
		type Currency: Balanced<AccountId, Balance = Balance> + Mutate<AccountId, Balance = Balance>;

		/// Who may be paid for a class.
		type Payees: Payees;

		/// What classes there are, and what their issuers get.
		type Classes: Classes;

		/// Is told what was burned through a payee.
		type OnBurned: OnBurned;

		/// What a submitter gets back for an opening or a top-up that a payer signed.
		type SubmissionFee: SubmissionFee;

		/// Names the escrow account.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// The account that gets the anchors' share.
		type AnchorsPot: Get<AccountId>;

		/// The share of each payment that is burned; see `smartlayer_promises::Terms` for the bounds.
		type BurnedShare: Get<Permill>;

		/// The share of each payment that the anchors' pot gets, within the same bounds.
		type AnchorsShare: Get<Permill>;

		/// From the request to close until a channel can be finished, in blocks; between [`MIN_CHALLENGE_PERIOD`]
		/// and [`MAX_CHALLENGE_PERIOD`].
		type ChallengePeriod: Get<BlockNumber>;

		/// The most steps of a promise's chain; between 1 and `smartlayer_promises::MAX_CHAIN_LENGTH`.
		type MaxChainLength: Get<u32>;

		/// The least deposit, in the smallest unit of the token: makes redeeming worth its fee. At least the existential
		/// deposit.
		type LeastDeposit: Get<Balance>;

		/// The most claims in one `redeem`.
		#[pallet::constant]
		type MaxClaims: Get<u32>;

		/// What the calls weigh.
		type WeightInfo: WeightInfo;

		/// Sets up what benchmarks find in other pallets.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper;
	}

	/// The open channels. The key is a hash that nobody chooses freely.
	#[pallet::storage]
	pub type Channels<T: Config> = StorageMap<_, Identity, ChannelId, Channel>;

	/// The last salt of every account that ever opened a channel. Never removed.
	#[pallet::storage]
	pub type LastSalt<T: Config> = StorageMap<_, Blake2_128Concat, AccountId, u64, ValueQuery>;

	/// Brings the escrow account and the anchors' pot into being.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			Pallet::<T>::fund_pots();
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A channel was opened.
		Opened {
			/// Its id.
			channel: ChannelId,
			/// Who pays.
			payer: AccountId,
			/// Who is paid.
			payee: AccountId,
			/// The class for whose calls is paid.
			class: ClassId,
			/// What is in escrow.
			deposit: Balance,
			/// What the submitter got back of its fee.
			fee: Balance,
			/// The payer's salt.
			salt: u64,
		},
		/// A payer added to a deposit.
		ToppedUp {
			/// The channel.
			channel: ChannelId,
			/// What was added.
			added: Balance,
			/// All that was put in.
			deposit: Balance,
			/// What the submitter got back of its fee.
			fee: Balance,
		},
		/// A claim was paid.
		Redeemed {
			/// The channel that paid.
			channel: ChannelId,
			/// Who was paid.
			payee: AccountId,
			/// Who got the issuer's share, if there is one.
			issuer: Option<AccountId>,
			/// How the payment was divided in the end. What could not be credited is in the burned part.
			split: Split,
		},
		/// A claim was not paid; the rest of its batch is not touched by that.
		ClaimSkipped {
			/// The channel that the claim names.
			channel: ChannelId,
			/// Why it was not paid.
			reason: Rejection,
		},
		/// The challenge period of a channel began.
		CloseRequested {
			/// The channel.
			channel: ChannelId,
			/// The first block in which it can be finished.
			closable_at: BlockNumber,
		},
		/// A channel ended.
		Closed {
			/// The channel.
			channel: ChannelId,
			/// What the payer got back.
			refunded: Balance,
			/// What the payer's account could not take; it is burned.
			burned: Balance,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no such channel, or no longer.
		UnknownChannel,
		/// The deposit, less the submitter's fee, is below the least deposit: put in more.
		DepositTooSmall,
		/// The payee may not be paid for this class now: choose an active service node.
		PayeeNotActive,
		/// There is no such class.
		UnknownClass,
		/// The salt is not above the payer's last one: read it and choose a larger one.
		SaltNotAboveLast,
		/// The authorisation can no longer be submitted: have it signed anew.
		AuthorisationExpired,
		/// The authorisation is not signed by whom it needs.
		WrongAuthorisation,
		/// The deposit is not the one that the authorisation names: it was used before, or have it signed anew.
		DepositIsAnother,
		/// Only the channel's payer may do this.
		NotPayer,
		/// Only the channel's payee may do this.
		NotPayee,
		/// Closing was requested already; it is neither repeated nor topped up.
		AlreadyClosing,
		/// Closing was not requested yet.
		NotClosing,
		/// The challenge period is not over.
		ChallengePeriodRunning,
		/// Nothing would be added, or nothing is due.
		AmountIsZero,
		/// The sum is no amount.
		Overflow,
		/// The claim is of another channel.
		ClaimOfAnotherChannel,
		/// The claim's promise breaks the rules for promises.
		MalformedPromise,
		/// The claim's step is none of its chain, or its pre-image does not lead to the tip.
		WrongStep,
		/// The claim's promise is not signed by the channel's promise key.
		WrongPromiseSignature,
		/// The payee's account can't take its part: fund it first.
		PayeeNotCreditable,
	}

	impl<T> From<Rejection> for Error<T> {
		fn from(rejection: Rejection) -> Self {
			match rejection {
				Rejection::UnknownChannel => Self::UnknownChannel,
				Rejection::Invalid(Invalid::Malformed(_)) => Self::MalformedPromise,
				Rejection::Invalid(Invalid::NoSuchStep | Invalid::WrongPreimage) => Self::WrongStep,
				Rejection::Invalid(Invalid::WrongSignature) => Self::WrongPromiseSignature,
				Rejection::NothingDue => Self::AmountIsZero,
				Rejection::PayeeNotCreditable => Self::PayeeNotCreditable,
			}
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Opens a channel from the signer to `payee` for calls of `class`, with `deposit` in escrow. Promises are
		/// signed by the key with the address `promise_key`. `salt` must be above the signer's last one.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::open())]
		pub fn open(
			origin: OriginFor<T>,
			payee: AccountId,
			class: ClassId,
			deposit: Balance,
			promise_key: EvmAddress,
			salt: u64,
		) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_open(payer, payee, class, deposit, promise_key, salt)
		}

		/// Opens a channel for the payer who signed `order` as EIP-712. Of the order's deposit the submitter gets what
		/// submitting costs, up to the order's limit.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::open_with_authorisation())]
		pub fn open_with_authorisation(
			origin: OriginFor<T>,
			order: Open,
			authorisation: Authorisation,
		) -> DispatchResult {
			let submitter = ensure_signed(origin)?;
			Self::do_open_with_authorisation(submitter, order, authorisation)
		}

		/// Adds to the deposit of a channel of the signer.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::top_up())]
		pub fn top_up(origin: OriginFor<T>, channel: ChannelId, amount: Balance) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_top_up(payer, channel, amount)
		}

		/// Adds to the deposit of a channel whose payer signed `order` as EIP-712. Of the order's amount the submitter gets
		/// what submitting costs, up to the order's limit.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::top_up_with_authorisation())]
		pub fn top_up_with_authorisation(
			origin: OriginFor<T>,
			order: TopUp,
			authorisation: Authorisation,
		) -> DispatchResult {
			let submitter = ensure_signed(origin)?;
			Self::do_top_up_with_authorisation(submitter, order, authorisation)
		}

		/// Pays what claims of any channels are worth. A claim that is not paid is reported and skipped.
		#[pallet::call_index(4)]
		#[pallet::weight(Pallet::<T>::weight_of_redeem(claims))]
		pub fn redeem(
			origin: OriginFor<T>,
			claims: BoundedVec<Claim, T::MaxClaims>,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_redeem(&claims)
		}

		/// Ends a channel of which the signer is the payee: pays a last claim and gives the rest back.
		#[pallet::call_index(5)]
		#[pallet::weight(Pallet::<T>::weight_of_close(claim.as_ref()))]
		pub fn close(
			origin: OriginFor<T>,
			channel: ChannelId,
			claim: Option<Claim>,
		) -> DispatchResult {
			let payee = ensure_signed(origin)?;
			Self::do_close(payee, channel, claim)
		}

		/// Begins the challenge period of a channel of the signer.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::request_close())]
		pub fn request_close(origin: OriginFor<T>, channel: ChannelId) -> DispatchResult {
			let payer = ensure_signed(origin)?;
			Self::do_request_close(payer, channel)
		}

		/// Begins the challenge period of a channel whose payer or promise key signed a `RequestClose` as EIP-712.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::request_close_with_authorisation())]
		pub fn request_close_with_authorisation(
			origin: OriginFor<T>,
			channel: ChannelId,
			authorisation: Authorisation,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_request_close_with_authorisation(channel, authorisation)
		}

		/// Ends a channel whose challenge period is over, and gives the rest back to its payer.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::finish())]
		pub fn finish(origin: OriginFor<T>, channel: ChannelId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_finish(channel)
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
