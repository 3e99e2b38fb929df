//! Keys that were active, session by session: what evidence of a double signature is judged against.
//!
//! The proofs of pallet-session's historical module come from registered keys, which a member can rotate between the
//! planning of a session and its proof. Here the keys that became active are kept themselves, so that a proof is only
//! a place: the session and the member's index in it.

use crate::{
	ActiveMember, Config, IdentificationTuple, KeyPeriod, KeyPeriods, OldestSession, Pallet,
	PeriodOf, RawKey, Session,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{
	pallet_prelude::{BoundedVec, ConstU32},
	traits::KeyOwnerProofSystem,
};
use scale_info::TypeInfo;
use smartlayer_types::AccountId;
use sp_core::crypto::KeyTypeId;
use sp_runtime::traits::OpaqueKeys;
use sp_session::{GetSessionNumber, GetValidatorCount, ValidatorCount};
use sp_staking::SessionIndex;

/// Sessions whose keys one session forgets at most.
const PRUNED_AT_ONCE: u32 = 4;

/// Where a key was active.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct KeyProof {
	pub session: SessionIndex,
	/// Index of the validator in that session.
	pub member: u32,
	/// Validators in that session.
	pub count: ValidatorCount,
}

impl GetSessionNumber for KeyProof {
	fn session(&self) -> SessionIndex {
		self.session
	}
}

impl GetValidatorCount for KeyProof {
	fn validator_count(&self) -> ValidatorCount {
		self.count
	}
}

impl<T: Config> Pallet<T> {
	/// Notes the keys that become active; sessions with the same keys share them.
	pub(crate) fn note_active_keys(session: SessionIndex) {
		let members: Vec<ActiveMember> = pallet_session::QueuedKeys::<T>::get()
			.into_iter()
			.map(|(account, keys)| ActiveMember { account, keys: raw_keys(&keys) })
			.collect();
		let period = KeyPeriod { members: BoundedVec::truncate_from(members) };
		let before = session.checked_sub(1).and_then(PeriodOf::<T>::get);
		let same = before.filter(|id| KeyPeriods::<T>::get(id).is_some_and(|old| old == period));
		// A period bears the number of its first session.
		let id = same.unwrap_or(session);
		if same.is_none() {
			KeyPeriods::<T>::insert(id, period);
		}
		PeriodOf::<T>::insert(session, id);
	}

	/// Forgets sessions before the evidence window, and a period of keys with its last session.
	pub(crate) fn prune_keys(session: SessionIndex) {
		let window = Self::evidence_sessions();
		for _ in 0..PRUNED_AT_ONCE {
			let oldest = OldestSession::<T>::get();
			if oldest.saturating_add(window) >= session {
				return;
			}
			let next = oldest.saturating_add(1);
			if let Some(period) = PeriodOf::<T>::take(oldest) {
				if PeriodOf::<T>::get(next) != Some(period) {
					KeyPeriods::<T>::remove(period);
				}
			}
			OldestSession::<T>::put(next);
		}
	}

	/// The validators of a session inside the evidence window, with the keys that were active.
	pub fn active_members(session: SessionIndex) -> Option<Vec<ActiveMember>> {
		let period = PeriodOf::<T>::get(session)?;
		Some(KeyPeriods::<T>::get(period)?.members.into_inner())
	}

	/// The key of this type with which an account is active in the current session.
	pub fn active_key(account: &AccountId, id: KeyTypeId) -> Option<RawKey> {
		let members = Self::active_members(Session::<T>::get())?;
		let member = members.into_iter().find(|member| member.account == *account)?;
		member.keys.into_iter().find_map(|(other, key)| (other == id.0).then_some(key))
	}
}

fn raw_keys<Keys: OpaqueKeys>(keys: &Keys) -> BoundedVec<([u8; 4], RawKey), ConstU32<8>> {
	let raw = Keys::key_ids()
		.iter()
		.filter_map(|id| Some((id.0, RawKey::try_from(keys.get_raw(*id).to_vec()).ok()?)));
	BoundedVec::truncate_from(raw.collect())
}

fn has_key(member: &ActiveMember, id: KeyTypeId, key: &[u8]) -> bool {
	member.keys.iter().any(|(other, raw)| *other == id.0 && raw.as_slice() == key)
}

impl<T: Config, Key: AsRef<[u8]>> KeyOwnerProofSystem<(KeyTypeId, Key)> for Pallet<T> {
	type Proof = KeyProof;
	type IdentificationTuple = IdentificationTuple;

	/// The place of a key in the current session.
	fn prove((id, key): (KeyTypeId, Key)) -> Option<KeyProof> {
		let session = Session::<T>::get();
		let members = Self::active_members(session)?;
		let member = members.iter().position(|member| has_key(member, id, key.as_ref()))?;
		Some(KeyProof {
			session,
			member: u32::try_from(member).ok()?,
			count: u32::try_from(members.len()).ok()?,
		})
	}

	fn check_proof((id, key): (KeyTypeId, Key), proof: KeyProof) -> Option<IdentificationTuple> {
		let members = Self::active_members(proof.session)?;
		if u32::try_from(members.len()).ok()? != proof.count {
			return None;
		}
		let member = members.into_iter().nth(usize::try_from(proof.member).ok()?)?;
		has_key(&member, id, key.as_ref()).then_some((member.account, ()))
	}
}
