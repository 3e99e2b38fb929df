//! Consensus: who writes blocks, who finalises them, and what happens to those who do it twice.

use crate::{
	genesis::constants::EpochDuration, AnchorElections, Babe, Balance, Balances, Historical,
	Runtime, RuntimeEvent, Session, SessionKeys,
};
use alloc::vec::Vec;
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64, Get},
};
use pallet_anchor_elections::KeyProof;
use smartlayer_types::{time::SLOT_MILLISECONDS, AccountId, MILLI_SLN};
use sp_consensus_babe::{AllowedSlots, BabeEpochConfiguration};
use sp_runtime::traits::{Convert, ConvertInto, OpaqueKeys};
use sp_staking::SessionIndex;

/// BABE from the first block on: a slot has a primary author with probability one in four, and always a secondary
/// one that proves its turn by VRF, so that blocks come every slot and randomness never stands still.
pub const BABE_GENESIS_EPOCH_CONFIG: BabeEpochConfiguration =
	BabeEpochConfiguration { c: (1, 4), allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots };

/// The most validators there can be.
pub type MaxAuthorities = ConstU32<100>;

/// Sessions for which evidence of a double signature is taken, and for which the keys of that time can be proven.
pub const EVIDENCE_SESSIONS: u32 = 24 * 7;

parameter_types! {
	/// A report must reach the chain within this many slots of its equivocation.
	pub ReportLongevity: u64 = EpochDuration::get().saturating_mul(u64::from(EVIDENCE_SESSIONS));
	pub const KeyDeposit: Balance = 100 * MILLI_SLN;
}

impl pallet_babe::Config for Runtime {
	type DisabledValidators = Session;
	type EpochChangeTrigger = pallet_babe::ExternalTrigger;
	type EpochDuration = EpochDuration;
	type EquivocationReportSystem = pallet_babe::EquivocationReportSystem<
		Self,
		AnchorElections,
		AnchorElections,
		ReportLongevity,
	>;
	type ExpectedBlockTime = ConstU64<SLOT_MILLISECONDS>;
	type KeyOwnerProof = KeyProof;
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = ConstU32<0>;
	type WeightInfo = ();
}

impl pallet_grandpa::Config for Runtime {
	type EquivocationReportSystem = pallet_grandpa::EquivocationReportSystem<
		Self,
		AnchorElections,
		AnchorElections,
		ReportLongevity,
	>;
	type KeyOwnerProof = KeyProof;
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries = ConstU64<{ EVIDENCE_SESSIONS as u64 }>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
}

impl pallet_authorship::Config for Runtime {
	type EventHandler = ();
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
}

impl pallet_session::Config for Runtime {
	type Currency = Balances;
	type DisablingStrategy = pallet_session::disabling::UpToLimitWithReEnablingDisablingStrategy;
	type KeyDeposit = KeyDeposit;
	type Keys = SessionKeys;
	type NextSessionRotation = Babe;
	type RuntimeEvent = RuntimeEvent;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type SessionManager = pallet_session::historical::NoteHistoricalRoot<Self, ElectedAnchors>;
	type ShouldEndSession = Babe;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	// The SDK can measure sessions only beside its staking pallet: these are its own measurements.
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl pallet_session::historical::Config for Runtime {
	type FullIdentification = ();
	type FullIdentificationOf = AccountSaysItAll;
	type RuntimeEvent = RuntimeEvent;
}

impl pallet_offences::Config for Runtime {
	type IdentificationTuple = pallet_session::historical::IdentificationTuple<Self>;
	// Who reports an offence reports it to the election of anchors, which passes it on to be recorded here and hears
	// of it again: that is where the bonds are.
	type OnOffenceHandler = AnchorElections;
	type RuntimeEvent = RuntimeEvent;
}

impl pallet_authority_discovery::Config for Runtime {
	type MaxAuthorities = MaxAuthorities;
}

/// Elected anchors are the validators. The historical roots of their sessions are kept as long as evidence is taken.
pub struct ElectedAnchors;

impl pallet_session::SessionManager<AccountId> for ElectedAnchors {
	fn new_session(index: SessionIndex) -> Option<Vec<AccountId>> {
		<AnchorElections as pallet_session::SessionManager<_>>::new_session(index)
	}
	fn start_session(index: SessionIndex) {
		<AnchorElections as pallet_session::SessionManager<_>>::start_session(index);
	}
	fn end_session(index: SessionIndex) {
		<AnchorElections as pallet_session::SessionManager<_>>::end_session(index);
		if let Some(oldest) = index.checked_sub(EVIDENCE_SESSIONS) {
			Historical::prune_up_to(oldest);
		}
	}
}

impl pallet_session::historical::SessionManager<AccountId, ()> for ElectedAnchors {
	fn new_session(index: SessionIndex) -> Option<Vec<(AccountId, ())>> {
		<AnchorElections as pallet_session::historical::SessionManager<_, _>>::new_session(index)
	}
	fn start_session(index: SessionIndex) {
		<Self as pallet_session::SessionManager<_>>::start_session(index);
	}
	fn end_session(index: SessionIndex) {
		<Self as pallet_session::SessionManager<_>>::end_session(index);
	}
}

/// A validator is known by its account alone.
pub struct AccountSaysItAll;

impl Convert<AccountId, Option<()>> for AccountSaysItAll {
	fn convert(_: AccountId) -> Option<()> {
		Some(())
	}
}
