//! Upgrades of the runtime, tried with `frame-try-runtime`: migrations, the checks around them, every invariant after.

mod example;

use super::{alice, chain};
use crate::{
	genesis::presets, AllPalletsWithSystem, Block, Header, Payouts, Runtime, RuntimeBlockWeights,
	System, VERSION,
};
use example::{old, Unversioned, Versioned, WidenSalts, NEW, OLD};
use frame_support::{
	assert_ok,
	traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion, UncheckedOnRuntimeUpgrade},
	weights::Weight,
};
use frame_system::{LastRuntimeUpgrade, LastRuntimeUpgradeInfo};
use frame_try_runtime::UpgradeCheckSelect;
use pallet_payouts::LastSalt;
use smartlayer_types::AccountId;
use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest};
use sp_io::TestExternalities;
use sp_runtime::{Digest, DigestItem, StateVersion, TryRuntimeError};

/// This runtime, as a release with these migrations would run blocks.
type Release<Migrations> = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
	Migrations,
>;

/// Upgrades to a release, with every check there is.
fn upgrade<Migrations: OnRuntimeUpgrade>() -> Result<Weight, TryRuntimeError> {
	Release::<Migrations>::try_runtime_upgrade(UpgradeCheckSelect::All)
}

/// The salts of a chain whose payouts have the old layout.
fn old_salts() -> Vec<(AccountId, u32)> {
	vec![(alice(), 7), (AccountId::new([1; 32]), 1), (AccountId::new([2; 32]), u32::MAX)]
}

/// A chain from the release before: with the old layout, and with code of an earlier version.
fn chain_before() -> TestExternalities {
	let mut chain = chain(presets::LOCAL);
	chain.execute_with(|| {
		for (payer, salt) in old_salts() {
			old::LastSalt::insert(payer, salt);
		}
		StorageVersion::new(OLD).put::<Payouts>();
		let before =
			LastRuntimeUpgradeInfo { spec_version: 0.into(), spec_name: VERSION.spec_name };
		LastRuntimeUpgrade::<Runtime>::put(before);
	});
	chain
}

/// Whether every salt is there, in the new layout and at its version.
fn is_migrated() -> bool {
	let wide = old_salts()
		.into_iter()
		.all(|(payer, salt)| LastSalt::<Runtime>::get(payer) == u64::from(salt));
	wide && Payouts::on_chain_storage_version() == NEW
}

/// A hash of the whole state.
fn state() -> Vec<u8> {
	sp_io::storage::root(StateVersion::V1)
}

/// Begins the next block as a node has it begun.
fn begin_block<Migrations: OnRuntimeUpgrade>() {
	let number = System::block_number() + 1;
	let turn = SecondaryPlainPreDigest { authority_index: 0, slot: u64::from(number).into() };
	let turn = DigestItem::babe_pre_digest(PreDigest::SecondaryPlain(turn));
	Release::<Migrations>::initialize_block(&Header {
		parent_hash: System::parent_hash(),
		number,
		state_root: Default::default(),
		extrinsics_root: Default::default(),
		digest: Digest { logs: vec![turn] },
	});
}

#[test]
fn the_migrations_of_this_release_leave_every_network_sound() {
	for preset in presets::names() {
		chain(preset.as_ref()).execute_with(|| {
			let weight = crate::Executive::try_runtime_upgrade(UpgradeCheckSelect::All);
			let weight = weight.unwrap_or_else(|reason| panic!("{preset:?}: {reason:?}"));
			assert!(weight.all_lte(RuntimeBlockWeights::get().max_block), "{weight:?}");
		});
	}
}

#[test]
fn a_migration_changes_layout_and_version_and_passes_its_checks() {
	chain_before().execute_with(|| {
		assert_eq!(Payouts::in_code_storage_version(), NEW, "the example follows the pallet");
		let weight = upgrade::<WidenSalts>().unwrap();
		assert!(is_migrated());
		let moved = u64::try_from(old_salts().len()).unwrap();
		let database = <Runtime as frame_system::Config>::DbWeight::get();
		assert!(weight.all_gte(database.reads_writes(moved, moved)), "the work is not counted");
		assert!(weight.all_lte(RuntimeBlockWeights::get().max_block), "{weight:?}");
	});
}

#[test]
fn a_migration_does_nothing_the_second_time() {
	chain_before().execute_with(|| {
		assert_ok!(upgrade::<WidenSalts>());
		let migrated = state();
		assert_ok!(upgrade::<WidenSalts>());
		assert_eq!(state(), migrated);
		let database = <Runtime as frame_system::Config>::DbWeight::get();
		assert_eq!(WidenSalts::on_runtime_upgrade(), database.reads(1), "only the version is read");
		assert_eq!(state(), migrated);
	});
}

#[test]
fn the_first_block_of_the_new_code_migrates_and_the_second_does_not() {
	chain_before().execute_with(|| {
		begin_block::<WidenSalts>();
		assert!(is_migrated());
		assert_eq!(LastRuntimeUpgrade::<Runtime>::get(), Some(VERSION.into()));
		// Whatever has the old version now would be migrated again if migrations ran.
		StorageVersion::new(OLD).put::<Payouts>();
		begin_block::<WidenSalts>();
		assert_eq!(Payouts::on_chain_storage_version(), OLD);
	});
}

#[test]
fn a_chain_without_the_old_layout_is_left_alone() {
	chain(presets::LOCAL).execute_with(|| {
		assert_ok!(upgrade::<()>());
		let before = state();
		assert_ok!(upgrade::<WidenSalts>());
		assert_eq!(state(), before);
	});
}

#[test]
fn a_release_that_forgot_its_migration_is_caught() {
	chain_before().execute_with(|| {
		assert!(upgrade::<()>().is_err(), "the version on chain is not that of the code");
		// Also where somebody wrote the version down and nothing else: the old values can't be read.
		StorageVersion::new(NEW).put::<Payouts>();
		assert!(upgrade::<()>().is_err(), "values of the old layout are left");
	});
}

/// Cuts off half of each salt.
struct Lossy;

impl UncheckedOnRuntimeUpgrade for Lossy {
	fn on_runtime_upgrade() -> Weight {
		LastSalt::<Runtime>::translate_values(|salt: u32| Some(u64::from(salt & 0xFFFF)));
		Weight::zero()
	}

	fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
		Unversioned::pre_upgrade()
	}

	fn post_upgrade(before: Vec<u8>) -> Result<(), TryRuntimeError> {
		Unversioned::post_upgrade(before)
	}
}

#[test]
fn a_migration_that_changes_values_is_caught_by_its_own_check() {
	chain_before().execute_with(|| {
		let caught = upgrade::<Versioned<Lossy>>().unwrap_err();
		assert!(
			matches!(caught, TryRuntimeError::Other("a salt is another one now")),
			"{caught:?}"
		);
	});
}

/// Does its work and loses the escrow account, of which its own checks know nothing.
struct Careless;

impl UncheckedOnRuntimeUpgrade for Careless {
	fn on_runtime_upgrade() -> Weight {
		frame_system::Account::<Runtime>::remove(Payouts::escrow());
		Unversioned::on_runtime_upgrade()
	}

	fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
		Unversioned::pre_upgrade()
	}

	fn post_upgrade(before: Vec<u8>) -> Result<(), TryRuntimeError> {
		Unversioned::post_upgrade(before)
	}
}

#[test]
fn a_migration_that_breaks_another_invariant_is_caught_by_the_state_check() {
	chain_before().execute_with(|| {
		assert!(upgrade::<Versioned<Careless>>().is_err());
	});
	chain_before().execute_with(|| {
		let own = UpgradeCheckSelect::PreAndPost;
		assert_ok!(Release::<Versioned<Careless>>::try_runtime_upgrade(own));
	});
}
