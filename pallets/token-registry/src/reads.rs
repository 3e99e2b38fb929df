//! What clients, workers and other pallets read: the methods of `TokenRegistryApi`.
//!
//! All of it is as of this block: arrears count from the block in which they begin, whether or not the class was
//! touched since.

use crate::{
	Class, Classes, Config, IssuerNonce, NextClassId, Pallet, RuleVersions, Verification,
	VerifiedClass,
};
use alloc::vec::Vec;
use smartlayer_types::{
	registry::{Contract, PaymentTerms},
	registry_api::{
		ClassInfo, ClassStatus, PlacementInfo, RentInfo, RoundInfo, RulesVersion, VerificationInfo,
		MAX_PAGE,
	},
	AccountId, BlockNumber, ClassId, Rules,
};
use sp_runtime::{Permill, SaturatedConversion};

impl<T: Config> Pallet<T> {
	/// This block.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}

	/// See `TokenRegistryApi::class`.
	pub fn class(id: ClassId) -> Option<ClassInfo> {
		Classes::<T>::get(id).map(|class| Self::class_info(id, class))
	}

	/// See `TokenRegistryApi::classes`.
	pub fn classes(from: ClassId, limit: u32) -> Vec<ClassInfo> {
		Self::page(from, limit).filter_map(Self::class).collect()
	}

	/// See `TokenRegistryApi::next_class`.
	pub fn next_class() -> ClassId {
		NextClassId::<T>::get()
	}

	/// See `TokenRegistryApi::verified_class`.
	pub fn verified_class(contract: Contract) -> Option<ClassId> {
		VerifiedClass::<T>::get(contract)
	}

	/// See `TokenRegistryApi::rules_at`.
	pub fn rules_at(id: ClassId, interval: u64) -> Option<Rules> {
		let mut newest_first = RuleVersions::<T>::get(id).into_iter().rev();
		newest_first.find(|version| version.from <= interval).map(|version| version.rules)
	}

	/// See `TokenRegistryApi::rules_versions`.
	pub fn rules_versions(id: ClassId) -> Vec<RulesVersion> {
		RuleVersions::<T>::get(id).into_inner()
	}

	/// See `TokenRegistryApi::signs_as_issuer`.
	pub fn signs_as_issuer(id: ClassId, account: &AccountId) -> bool {
		Classes::<T>::get(id)
			.is_some_and(|class| class.issuer == *account || class.operators.contains(account))
	}

	/// Whether a class is in use; `None` if there is none with this number.
	pub fn status(id: ClassId) -> Option<ClassStatus> {
		Classes::<T>::get(id).map(|class| Self::status_of(&class))
	}

	/// The issuer's share of payments, whether it is paid out or burned.
	pub fn issuer_share(id: ClassId) -> Option<Permill> {
		Classes::<T>::get(id).map(|class| Self::share_of(&class))
	}

	/// See `TokenRegistryApi::payment_terms`.
	pub fn payment_terms(id: ClassId) -> Option<PaymentTerms> {
		let class = Classes::<T>::get(id)?;
		let paid = class.verification != Verification::Unverified
			&& Self::status_of(&class) == ClassStatus::Active;
		paid.then(|| PaymentTerms { share: Self::share_of(&class), account: class.terms.account })
	}

	/// See `TokenRegistryApi::placements`.
	pub fn placements(from: ClassId, limit: u32) -> Vec<PlacementInfo> {
		let placement = |id| {
			let class = Classes::<T>::get(id).filter(|class| class.retired_at.is_none())?;
			let status = Self::status_of(&class);
			Some(PlacementInfo { class: id, shards: class.shards, service: class.service, status })
		};
		Self::page(from, limit).filter_map(placement).collect()
	}

	/// See `TokenRegistryApi::verification_round`.
	pub fn verification_round(id: ClassId) -> Option<RoundInfo> {
		let class = Classes::<T>::get(id)?;
		let (ballot, opens) = Self::round_now(id, &class).ok()?;
		let challenge = Self::challenge(id, &class);
		Some(RoundInfo {
			round: ballot.round,
			set: ballot.set,
			deadline: (!opens).then_some(ballot.deadline),
			challenge_value: challenge.value(Self::genesis()),
			challenge,
			signed_by: ballot.signed_by,
			findings: ballot.votes.iter().map(|vote| (vote.member, vote.finding)).collect(),
		})
	}

	/// See `TokenRegistryApi::issuer_nonce`.
	pub fn issuer_nonce(issuer: &AccountId) -> u64 {
		IssuerNonce::<T>::get(issuer)
	}

	/// At most so many classes from this one on; not more than a page.
	fn page(from: ClassId, limit: u32) -> impl Iterator<Item = ClassId> {
		let end = from.saturating_add(limit.min(MAX_PAGE)).min(Self::next_class());
		from..end
	}

	fn share_of(class: &Class) -> Permill {
		class.terms.share.min(Self::max_issuer_share())
	}

	pub(crate) fn status_of(class: &Class) -> ClassStatus {
		if let Some(since) = class.retired_at {
			return ClassStatus::Retired { since };
		}
		if class.rent.is_in_arrears(Self::now()) {
			return ClassStatus::InArrears { since: class.rent.paid_until() };
		}
		match class.suspended {
			true => ClassStatus::Suspended,
			false => ClassStatus::Active,
		}
	}

	fn rent_info(class: &Class) -> RentInfo {
		let due = match class.retired_at {
			Some(_) => 0,
			None => class.rent.due(Self::now()),
		};
		RentInfo {
			balance: class.rent.balance.saturating_sub(due),
			per_block: class.rent.per_block,
			paid_until: class.rent.paid_until(),
			owed: due.saturating_sub(class.rent.balance),
			retires_after: Self::retires_after(class),
		}
	}

	fn class_info(id: ClassId, class: Class) -> ClassInfo {
		ClassInfo {
			class: id,
			status: Self::status_of(&class),
			rent: Self::rent_info(&class),
			issuer_share: Self::share_of(&class),
			verification: match class.verification {
				Verification::Unverified => VerificationInfo::Unverified,
				Verification::Verified(it) => VerificationInfo::Verified {
					owner: it.owner,
					target_block: it.target_block,
					at: it.at,
				},
			},
			issuer: class.issuer,
			contract: class.contract,
			sources: class.sources,
			service: class.service,
			shards: class.shards,
			pay_out: class.terms.account,
			operators: class.operators.into_iter().collect(),
			offered_to: class.offered_to,
			deposit: class.deposit,
		}
	}
}
