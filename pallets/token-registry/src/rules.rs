//! Which operation rules hold for a class in which interval.
//!
//! Rules change at the beginning of an interval that lies ahead, so that all anchors switch together, and are kept as
//! long as an interval is open in which they held.

use crate::{Classes, Config, Error, Event, Intervals, Pallet, RuleVersions};
use codec::Encode;
use frame_support::{dispatch::DispatchResult, ensure, traits::ConstU32, BoundedVec};
use smartlayer_types::{
	registry_api::RulesVersion, AccountId, ClassId, KindRules, Rules, RulesError,
};

/// The most versions of its rules that a class can have at a time.
pub const MAX_RULE_VERSIONS: u32 = 4;

/// Versions of a class's rules, each holding from a later interval than the one before.
pub type Versions = BoundedVec<RulesVersion, ConstU32<MAX_RULE_VERSIONS>>;

impl<T: Config> Pallet<T> {
	/// Stores a new class's rules; returns their size.
	pub(crate) fn first_rules(id: ClassId, kinds: KindRules, from: u64) -> Result<u32, Error<T>> {
		let rules = Self::checked(kinds)?;
		let mut versions = Versions::new();
		versions.try_push(RulesVersion { from, rules }).map_err(|_| Error::<T>::RulesStillInUse)?;
		Ok(Self::store_rules(id, versions))
	}

	/// Sets the rules that hold from an interval on, instead of any that were to hold from a later one.
	pub(crate) fn do_set_rules(
		issuer: &AccountId,
		id: ClassId,
		kinds: KindRules,
		from: u64,
	) -> DispatchResult {
		let mut class = Self::live_class_of(issuer, id)?;
		let current = T::Intervals::current();
		ensure!(from >= current.saturating_add(Self::rules_notice()), Error::<T>::IntervalTooEarly);
		let rules = Self::checked(kinds)?;
		let mut versions = RuleVersions::<T>::get(id);
		versions.retain(|version| version.from <= current);
		if let Some(last) = versions.last() {
			ensure!(rules.can_follow(&last.rules), Error::<T>::KindsMoved);
		}
		Self::forget_closed(&mut versions);
		versions.try_push(RulesVersion { from, rules }).map_err(|_| Error::<T>::RulesStillInUse)?;
		Self::settle(id, &mut class);
		class.rules_bytes = Self::store_rules(id, versions);
		Self::adjust_deposit(&mut class)?;
		Classes::<T>::insert(id, class);
		Self::deposit_event(Event::RulesSet { class: id, from });
		Ok(())
	}

	/// Drops versions that held in closed intervals only: those whose successor holds in the oldest open one.
	fn forget_closed(versions: &mut Versions) {
		let oldest_open = T::Intervals::oldest_open();
		let kept_from = versions
			.iter()
			.rev()
			.find(|version| version.from <= oldest_open)
			.map_or(0, |version| version.from);
		versions.retain(|version| version.from >= kept_from);
	}

	fn store_rules(id: ClassId, versions: Versions) -> u32 {
		let bytes = u32::try_from(versions.encoded_size()).unwrap_or(u32::MAX);
		RuleVersions::<T>::insert(id, versions);
		bytes
	}

	fn checked(kinds: KindRules) -> Result<Rules, Error<T>> {
		Rules::try_from(kinds).map_err(|error| match error {
			RulesError::NoKinds => Error::<T>::NoKinds,
			RulesError::BadName(_) => Error::<T>::BadKindName,
			RulesError::DuplicateName(_) => Error::<T>::DuplicateKindName,
			RulesError::UnknownKinds(_) => Error::<T>::UnknownKinds,
			RulesError::Contradiction(_) => Error::<T>::ContradictoryKind,
			RulesError::ClearsForbidden(_) => Error::<T>::KindClearsOnce,
			RulesError::RecordedDoesMore(_) => Error::<T>::RecordedKindDoesMore,
			RulesError::DependsOnRecorded(_) => Error::<T>::KindDependsOnRecorded,
			RulesError::Unreachable(_) => Error::<T>::UnreachableKind,
		})
	}
}
