//! The tracks of referenda: what each costs, and how much of the vote it needs as time goes by.
//!
//! All tracks share the periods of [`crate::parameters`]; they differ in their deposits and curves. The more an origin
//! can do, the more it costs to ask for it.

use crate::{
	governance::origins::Origin,
	parameters::{
		dynamic_params::governance::{
			ConfirmPeriod, DecisionPeriod, EnactmentPeriod, PreparePeriod,
		},
		Within, MAX_PERIOD, MIN_PERIOD,
	},
	Balance, OriginCaller,
};
use alloc::borrow::Cow;
use frame_support::traits::Get;
use pallet_referenda::{Curve, Track, TrackInfo};
use smartlayer_types::{BlockNumber, SLN};
use sp_runtime::{str_array as name, FixedI64};

/// What sets one track apart.
struct Terms {
	id: u16,
	origin: OriginCaller,
	name: &'static str,
	max_deciding: u32,
	decision_deposit: Balance,
	min_approval: Curve,
	min_support: Curve,
}

/// `numerator` percent as the curves want it.
const fn percent(numerator: u128) -> FixedI64 {
	FixedI64::from_rational(numerator, 100)
}

/// Approval from 100 % down to one half over the whole period: as time goes by, a simple majority is enough.
const SIMPLE_MAJORITY: Curve = Curve::make_linear(1, 1, percent(50), percent(100));

/// Approval for root: stays near 80 % for the first sixth, then falls to one half.
const ROOT_APPROVAL: Curve = Curve::make_reciprocal(4, 28, percent(80), percent(50), percent(100));

/// Support for root: from half of all tokens down to nearly none at the end.
const ROOT_SUPPORT: Curve = Curve::make_linear(28, 28, percent(0), percent(50));

/// Support for a narrow origin: falls quickly to 1 % in half of the period.
const NARROW_SUPPORT: Curve = Curve::make_reciprocal(14, 28, percent(1), percent(0), percent(50));

/// The tracks by ascending identifier. An identifier is never given to another track.
fn all_terms() -> [Terms; 4] {
	[
		Terms {
			id: 0,
			origin: frame_system::RawOrigin::Root.into(),
			name: "root",
			max_deciding: 1,
			decision_deposit: 10_000 * SLN,
			min_approval: ROOT_APPROVAL,
			min_support: ROOT_SUPPORT,
		},
		Terms {
			id: 10,
			origin: Origin::GeneralAdmin.into(),
			name: "general_admin",
			max_deciding: 10,
			decision_deposit: 1_000 * SLN,
			min_approval: SIMPLE_MAJORITY,
			min_support: NARROW_SUPPORT,
		},
		Terms {
			id: 11,
			origin: Origin::Treasurer.into(),
			name: "treasurer",
			max_deciding: 10,
			decision_deposit: 1_000 * SLN,
			min_approval: SIMPLE_MAJORITY,
			min_support: NARROW_SUPPORT,
		},
		Terms {
			id: 20,
			origin: Origin::ReferendumCanceller.into(),
			name: "referendum_canceller",
			max_deciding: 100,
			decision_deposit: 2_000 * SLN,
			min_approval: SIMPLE_MAJORITY,
			min_support: NARROW_SUPPORT,
		},
	]
}

/// A governance period as it is in force now.
fn period<Parameter: Get<BlockNumber>>() -> BlockNumber {
	Within::<Parameter, MIN_PERIOD, MAX_PERIOD>::get()
}

impl Terms {
	fn into_info(self) -> TrackInfo<Balance, BlockNumber> {
		TrackInfo {
			name: name(self.name),
			max_deciding: self.max_deciding,
			decision_deposit: self.decision_deposit,
			prepare_period: period::<PreparePeriod>(),
			decision_period: period::<DecisionPeriod>(),
			confirm_period: period::<ConfirmPeriod>(),
			min_enactment_period: period::<EnactmentPeriod>(),
			min_approval: self.min_approval,
			min_support: self.min_support,
		}
	}
}

/// The tracks of this network.
pub struct Tracks;

impl pallet_referenda::TracksInfo<Balance, BlockNumber> for Tracks {
	type Id = u16;
	type RuntimeOrigin = OriginCaller;

	fn tracks() -> impl Iterator<Item = Cow<'static, Track<Self::Id, Balance, BlockNumber>>> {
		all_terms()
			.into_iter()
			.map(|terms| Cow::Owned(Track { id: terms.id, info: terms.into_info() }))
	}

	fn track_for(origin: &Self::RuntimeOrigin) -> Result<Self::Id, ()> {
		all_terms()
			.into_iter()
			.find(|terms| &terms.origin == origin)
			.map(|terms| terms.id)
			.ok_or(())
	}

	fn track_ids() -> impl Iterator<Item = Self::Id> {
		all_terms().into_iter().map(|terms| terms.id)
	}

	fn info(id: Self::Id) -> Option<Cow<'static, TrackInfo<Balance, BlockNumber>>> {
		all_terms()
			.into_iter()
			.find(|terms| terms.id == id)
			.map(|terms| Cow::Owned(terms.into_info()))
	}
}
