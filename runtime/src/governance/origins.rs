//! Origins that only a referendum can take: each may do one kind of thing, and less than root.

use crate::{OriginCaller, RuntimeOrigin};
use core::marker::PhantomData;
use frame_support::{
	parameter_types,
	traits::{EnsureOrigin, Get},
};

pub use pallet::*;

#[frame_support::pallet]
#[allow(clippy::expect_used, clippy::unreachable, reason = "what the macro expands to")]
pub mod pallet {
	use frame_support::pallet_prelude::*;

	#[pallet::config]
	pub trait Config: frame_system::Config {}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Who a referendum can act as.
	#[pallet::origin]
	#[derive(
		PartialEq,
		Eq,
		Clone,
		Copy,
		MaxEncodedLen,
		Encode,
		Decode,
		DecodeWithMemTracking,
		TypeInfo,
		Debug,
	)]
	pub enum Origin {
		/// Changes parameters and appoints registrars of identities.
		#[codec(index = 0)]
		GeneralAdmin,
		/// Spends from the treasury.
		#[codec(index = 1)]
		Treasurer,
		/// Stops a referendum, with its deposit returned or slashed.
		#[codec(index = 2)]
		ReferendumCanceller,
	}
}

parameter_types! {
	pub const IsGeneralAdmin: Origin = Origin::GeneralAdmin;
	pub const IsTreasurer: Origin = Origin::Treasurer;
	pub const IsReferendumCanceller: Origin = Origin::ReferendumCanceller;
}

/// Lets [`Origin::GeneralAdmin`] pass.
pub type GeneralAdmin = EnsureIs<IsGeneralAdmin>;

/// Lets [`Origin::Treasurer`] pass.
pub type Treasurer = EnsureIs<IsTreasurer>;

/// Lets [`Origin::ReferendumCanceller`] pass.
pub type ReferendumCanceller = EnsureIs<IsReferendumCanceller>;

/// Lets one origin pass.
pub struct EnsureIs<Wanted>(PhantomData<Wanted>);

impl<Wanted: Get<Origin>> EnsureOrigin<RuntimeOrigin> for EnsureIs<Wanted> {
	type Success = ();

	fn try_origin(origin: RuntimeOrigin) -> Result<(), RuntimeOrigin> {
		match &origin.caller {
			OriginCaller::Origins(found) if *found == Wanted::get() => Ok(()),
			_ => Err(origin),
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
		Ok(Wanted::get().into())
	}
}
