//! What an issuer does with its classes, save rules, verification and rent.

use crate::{
	Class, Classes, Config, Error, Event, Intervals, NextClassId, Pallet, Rent, RuleVersions,
	Verification,
};
use frame_support::{dispatch::DispatchResult, ensure, traits::Get};
use smartlayer_types::{
	registry::{Changes, PaymentTerms, Registration, Service},
	AccountId, Balance, ClassId,
};

impl<T: Config> Pallet<T> {
	/// A class that is not retired.
	pub(crate) fn live_class(id: ClassId) -> Result<Class, Error<T>> {
		let class = Classes::<T>::get(id).ok_or(Error::<T>::NoSuchClass)?;
		ensure!(class.retired_at.is_none(), Error::<T>::Retired);
		Ok(class)
	}

	/// A class of this issuer.
	pub(crate) fn class_of(issuer: &AccountId, id: ClassId) -> Result<Class, Error<T>> {
		let class = Classes::<T>::get(id).ok_or(Error::<T>::NoSuchClass)?;
		ensure!(class.issuer == *issuer, Error::<T>::NotIssuer);
		Ok(class)
	}

	/// A class of this issuer that is not retired.
	pub(crate) fn live_class_of(issuer: &AccountId, id: ClassId) -> Result<Class, Error<T>> {
		let class = Self::class_of(issuer, id)?;
		ensure!(class.retired_at.is_none(), Error::<T>::Retired);
		Ok(class)
	}

	pub(crate) fn do_register(
		issuer: AccountId,
		registration: Registration,
		rent: Balance,
	) -> DispatchResult {
		let Registration { contract, sources, service, shards, terms, operators, rules } =
			registration;
		ensure!(contract.is_valid(), Error::<T>::InvalidContract);
		ensure!(sources.is_valid(), Error::<T>::InvalidUri);
		ensure!((1..=Self::max_shards()).contains(&shards), Error::<T>::InvalidShards);
		Self::check_service(&service)?;
		Self::check_terms(&terms)?;
		let id = NextClassId::<T>::get();
		NextClassId::<T>::put(id.checked_add(1).ok_or(Error::<T>::NoMoreClasses)?);
		let from = T::Intervals::current().saturating_add(1);
		let rules_bytes = Self::first_rules(id, rules, from)?;
		let mut class = Class {
			rent: Rent {
				balance: 0,
				per_block: Self::rent_per_block(shards, &service),
				settled_at: Self::now(),
				in_arrears: false,
			},
			issuer: issuer.clone(),
			contract,
			sources,
			service,
			shards,
			terms,
			operators,
			offered_to: None,
			suspended: false,
			retired_at: None,
			verification: Verification::Unverified,
			rounds: 0,
			deposit: 0,
			rules_bytes,
		};
		Self::pay_in(&issuer, &mut class, rent)?;
		Self::ensure_paid_ahead(&class)?;
		Self::adjust_deposit(&mut class)?;
		Classes::<T>::insert(id, class);
		Self::deposit_event(Event::Registered { class: id, issuer, contract });
		Ok(())
	}

	fn check_service(service: &Service) -> DispatchResult {
		ensure!(service.sla.is_coherent(), Error::<T>::IncoherentSla);
		let redundancy = service.redundancy;
		let valid =
			redundancy.is_coherent() && u32::from(redundancy.nodes) <= T::MaxRedundancy::get();
		ensure!(valid, Error::<T>::InvalidRedundancy);
		Ok(())
	}

	fn check_terms(terms: &PaymentTerms) -> DispatchResult {
		ensure!(terms.share <= Self::max_issuer_share(), Error::<T>::ShareTooLarge);
		Ok(())
	}

	pub(crate) fn do_update(issuer: &AccountId, id: ClassId, changes: Changes) -> DispatchResult {
		let mut class = Self::live_class_of(issuer, id)?;
		Self::settle(id, &mut class);
		let Changes { sources, service, terms, operators } = changes;
		if let Some(sources) = sources {
			ensure!(sources.is_valid(), Error::<T>::InvalidUri);
			class.sources = sources;
		}
		if let Some(service) = service {
			Self::change_service(&mut class, service)?;
		}
		if let Some(terms) = terms {
			Self::check_terms(&terms)?;
			class.terms = terms;
		}
		if let Some(operators) = operators {
			class.operators = operators;
		}
		Self::adjust_deposit(&mut class)?;
		Classes::<T>::insert(id, class);
		Self::deposit_event(Event::Updated { class: id });
		Ok(())
	}

	/// The new price holds from this block on: all before must be settled, and if it is higher, enough paid.
	fn change_service(class: &mut Class, service: Service) -> DispatchResult {
		Self::check_service(&service)?;
		ensure!(class.rent.settled_at >= Self::now(), Error::<T>::InArrears);
		let before = class.rent.per_block;
		class.rent.per_block = Self::rent_per_block(class.shards, &service);
		class.service = service;
		if class.rent.per_block > before {
			Self::ensure_paid_ahead(class)?;
		}
		Ok(())
	}

	pub(crate) fn do_set_suspended(
		issuer: &AccountId,
		id: ClassId,
		suspended: bool,
	) -> DispatchResult {
		let mut class = Self::live_class_of(issuer, id)?;
		ensure!(class.suspended != suspended, Error::<T>::NothingToDo);
		Self::settle(id, &mut class);
		class.suspended = suspended;
		Classes::<T>::insert(id, class);
		Self::deposit_event(Event::SuspensionSet { class: id, suspended });
		Ok(())
	}

	pub(crate) fn do_offer(
		issuer: &AccountId,
		id: ClassId,
		to: Option<AccountId>,
	) -> DispatchResult {
		let mut class = Self::live_class_of(issuer, id)?;
		ensure!(to.as_ref() != Some(issuer), Error::<T>::NothingToDo);
		class.offered_to.clone_from(&to);
		Classes::<T>::insert(id, class);
		Self::deposit_event(Event::Offered { class: id, to });
		Ok(())
	}

	/// The new issuer begins without the old one's operators, pay-out account and verification: the challenge that was
	/// found names the old one.
	pub(crate) fn do_accept(issuer: AccountId, id: ClassId) -> DispatchResult {
		let mut class = Self::live_class(id)?;
		ensure!(class.offered_to.as_ref() == Some(&issuer), Error::<T>::NotOffered);
		Self::settle(id, &mut class);
		Self::drop_verification(id, &mut class);
		Self::release(&class.issuer, class.deposit)?;
		let from = core::mem::replace(&mut class.issuer, issuer.clone());
		class.deposit = 0;
		class.offered_to = None;
		class.operators = Default::default();
		class.terms.account = issuer.clone();
		Self::adjust_deposit(&mut class)?;
		Classes::<T>::insert(id, class);
		Self::deposit_event(Event::Transferred { class: id, from, to: issuer });
		Ok(())
	}

	pub(crate) fn do_retire(issuer: &AccountId, id: ClassId) -> DispatchResult {
		let mut class = Self::live_class_of(issuer, id)?;
		Self::settle(id, &mut class);
		Self::retire_class(id, &mut class);
		Classes::<T>::insert(id, class);
		Ok(())
	}

	/// Ends a class, whose rent is settled: it costs no more rent, and another class can be verified for its contract.
	pub(crate) fn retire_class(id: ClassId, class: &mut Class) {
		Self::drop_verification(id, class);
		class.offered_to = None;
		class.retired_at = Some(Self::now());
		Self::deposit_event(Event::Retired { class: id });
	}

	/// Deletes a class some time after it was retired; its issuer gets back deposit and rent.
	pub(crate) fn do_remove(id: ClassId) -> DispatchResult {
		let mut class = Classes::<T>::get(id).ok_or(Error::<T>::NoSuchClass)?;
		let retired_at = class.retired_at.ok_or(Error::<T>::NotRetired)?;
		let removable = retired_at.saturating_add(Self::removal_delay());
		ensure!(Self::now() > removable, Error::<T>::RetiredTooRecently);
		// The deposit first: it keeps the account alive if the rent alone could not.
		Self::release(&class.issuer, class.deposit)?;
		let rent = class.rent.balance;
		Self::pay_back(&mut class, rent)?;
		Classes::<T>::remove(id);
		RuleVersions::<T>::remove(id);
		Self::deposit_event(Event::Removed { class: id, issuer: class.issuer });
		Ok(())
	}
}
