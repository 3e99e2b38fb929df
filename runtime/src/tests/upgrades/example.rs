//! A migration as one is written: payers' last salts, which were 32 bits wide, become 64 bits wide.
//!
//! It never ran anywhere. The pallets are at version 0, before which there is none: the old layout borrows the last
//! number there is.

use crate::{AccountId, Payouts, Runtime};
use codec::{DecodeAll, Encode};
use frame_support::{
	ensure, migrations::VersionedMigration, traits::UncheckedOnRuntimeUpgrade, weights::Weight,
};
use pallet_payouts::LastSalt;
use sp_runtime::TryRuntimeError;

/// The version that the example starts from.
pub const OLD: u16 = u16::MAX;

/// The version that it leads to: the one that the pallet's code has.
pub const NEW: u16 = 0;

/// What the runtime's list of migrations would name.
pub type WidenSalts = Versioned<Unversioned>;

/// A change of layout, with the versions between which it is made.
pub type Versioned<Change> =
	VersionedMigration<OLD, NEW, Change, Payouts, <Runtime as frame_system::Config>::DbWeight>;

/// The layout before.
pub mod old {
	use crate::AccountId;
	use frame_support::{pallet_prelude::ValueQuery, storage_alias, Blake2_128Concat};

	#[storage_alias]
	pub type LastSalt = StorageMap<Payouts, Blake2_128Concat, AccountId, u32, ValueQuery>;
}

/// The change itself. It does not look at versions: that is done around it.
pub struct Unversioned;

impl UncheckedOnRuntimeUpgrade for Unversioned {
	fn on_runtime_upgrade() -> Weight {
		let mut moved = 0u64;
		LastSalt::<Runtime>::translate_values(|salt: u32| {
			moved = moved.saturating_add(1);
			Some(u64::from(salt))
		});
		// One read more: to find that there is no further entry.
		<Runtime as frame_system::Config>::DbWeight::get()
			.reads_writes(moved.saturating_add(1), moved)
	}

	/// Everything there was, for the check afterwards.
	fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
		Ok(old::LastSalt::iter().collect::<Vec<(AccountId, u32)>>().encode())
	}

	fn post_upgrade(before: Vec<u8>) -> Result<(), TryRuntimeError> {
		let before = Vec::<(AccountId, u32)>::decode_all(&mut before.as_slice())
			.map_err(|_| "what was noted before the upgrade can't be read")?;
		ensure!(LastSalt::<Runtime>::iter().count() == before.len(), "salts were lost or made up");
		let same =
			|(payer, salt): &(AccountId, u32)| LastSalt::<Runtime>::get(payer) == u64::from(*salt);
		ensure!(before.iter().all(same), "a salt is another one now");
		Ok(())
	}
}
