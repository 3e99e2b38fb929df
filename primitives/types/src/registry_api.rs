//! What clients and workers read about token classes.

#![allow(clippy::cast_possible_truncation, reason = "the codec's derive numbers variants so")]

use crate::{
	evm::EvmAddress,
	registry::{Challenge, Contract, Finding, PaymentTerms, Service, Sources},
	rules::Rules,
	AccountId, Balance, BlockNumber, ClassId, SetId,
};
use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// The most classes that one call returns.
pub const MAX_PAGE: u32 = 100;

/// Whether a class is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum ClassStatus {
	/// It is.
	#[codec(index = 0)]
	Active,
	/// Its issuer suspended it.
	#[codec(index = 1)]
	Suspended,
	/// Its rent is paid only until this block; paying what is owed resumes it.
	#[codec(index = 2)]
	InArrears { since: BlockNumber },
	/// It ended in this block and does not come back.
	#[codec(index = 3)]
	Retired { since: BlockNumber },
}

/// Whether a quorum of anchors found that the contract's owner wants this class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum VerificationInfo {
	/// Nobody has shown that.
	#[codec(index = 0)]
	Unverified,
	/// It has been shown.
	#[codec(index = 1)]
	Verified {
		/// What `owner()` returned; zero if the contract has no such function.
		owner: EvmAddress,
		/// A quorum read the contract at this block of its chain or a later one.
		target_block: u64,
		/// The block of this chain in which the quorum was reached.
		at: BlockNumber,
	},
}

/// How a class stands with its rent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct RentInfo {
	/// What was paid in advance, less what fell due up to now.
	pub balance: Balance,
	/// What each block costs.
	pub per_block: Balance,
	/// The last block for which the balance suffices; the last block of all if rent costs nothing.
	pub paid_until: BlockNumber,
	/// What must be paid to catch up; zero if nothing is owed.
	pub owed: Balance,
	/// After this block anybody can retire the class, if nothing is paid until then.
	pub retires_after: BlockNumber,
}

/// A class.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ClassInfo {
	pub class: ClassId,
	pub issuer: AccountId,
	pub contract: Contract,
	pub status: ClassStatus,
	pub verification: VerificationInfo,
	pub sources: Sources,
	pub service: Service,
	pub shards: u32,
	/// The issuer's share of payments. It is burned while [`TokenRegistryApi::payment_terms`] has nobody who gets it.
	pub issuer_share: Permill,
	/// Who gets the share of a verified class.
	pub pay_out: AccountId,
	/// Who else signs operations as the issuer, in ascending order.
	pub operators: Vec<AccountId>,
	/// To whom the issuer offers the class.
	pub offered_to: Option<AccountId>,
	pub rent: RentInfo,
	/// What is held of the issuer for the storage of the class.
	pub deposit: Balance,
}

/// What placement needs to know of a class that is not retired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct PlacementInfo {
	pub class: ClassId,
	pub shards: u32,
	pub service: Service,
	pub status: ClassStatus,
}

/// Rules and the interval from which they hold.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct RulesVersion {
	/// The first interval in which they hold; they hold until the next version does.
	pub from: u64,
	pub rules: Rules,
}

/// A round of verification, as the anchors that take part in it see it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct RoundInfo {
	/// The number to sign.
	pub round: u32,
	/// The set to sign for.
	pub set: SetId,
	/// The last block in which attestations are taken; `None` if the first one opens the round.
	pub deadline: Option<BlockNumber>,
	/// What the contract must show.
	pub challenge: Challenge,
	/// The challenge's 32 bytes.
	pub challenge_value: H256,
	/// Who signed the challenge as the contract's owner, if anybody did: compare with `owner()`.
	pub signed_by: Option<EvmAddress>,
	/// Members of the set that attested, by index, and what they found.
	pub findings: Vec<(u32, Finding)>,
}

sp_api::decl_runtime_apis! {
	/// Token classes: who issued them, whether anchors verified them, what their operations may do.
	pub trait TokenRegistryApi {
		/// A class; `None` if there is none with this number.
		fn class(class: ClassId) -> Option<ClassInfo>;

		/// Classes from a number on, at most [`MAX_PAGE`] numbers of them.
		fn classes(from: ClassId, limit: u32) -> Vec<ClassInfo>;

		/// The number that the next class gets: all classes have smaller ones.
		fn next_class() -> ClassId;

		/// The class that is verified for a contract.
		fn verified_class(contract: Contract) -> Option<ClassId>;

		/// The rules that hold for a class in an interval; `None` before its first and for intervals long over.
		fn rules_at(class: ClassId, interval: u64) -> Option<Rules>;

		/// All versions of a class's rules that are kept, oldest first, the pending one included.
		fn rules_versions(class: ClassId) -> Vec<RulesVersion>;

		/// Whether an account signs operations of the class as its issuer.
		fn signs_as_issuer(class: ClassId, account: AccountId) -> bool;

		/// Who gets which share of payments; `None` while the class is unverified, suspended, in arrears or retired:
		/// then the share is burned.
		fn payment_terms(class: ClassId) -> Option<PaymentTerms>;

		/// What placement needs to know of the classes from a number on, at most [`MAX_PAGE`] numbers of them; retired
		/// ones are left out.
		fn placements(from: ClassId, limit: u32) -> Vec<PlacementInfo>;

		/// The round of verification in which anchors can attest now.
		fn verification_round(class: ClassId) -> Option<RoundInfo>;

		/// The number that an issuer's next signed action must carry.
		fn issuer_nonce(issuer: AccountId) -> u64;
	}
}
