//! Registering classes.

use super::mock::*;
use crate::{Classes, Error, Event, NextClassId};
use frame_support::{assert_noop, assert_ok};
use smartlayer_types::{
	registry::{Contract, PaymentTerms, Redundancy, Registration, Service, Sources, Uri},
	rules::RulesError,
	Balance, KindRules, Rules, Sla,
};
use sp_core::H160;
use sp_runtime::{Permill, TokenError};

fn try_register(registration: Registration) -> sp_runtime::DispatchResult {
	Registry::register(signed(issuer()), Box::new(registration), RICH + 1)
}

fn assert_refused(registration: Registration, error: Error<Test>) {
	assert_noop!(Registry::register(signed(issuer()), Box::new(registration), 100_000), error);
}

#[test]
fn register_stores_the_class_and_takes_deposit_and_rent() {
	test(|| {
		let issuance = Balances::total_issuance();
		assert_ok!(Registry::register(signed(issuer()), Box::new(registration()), RENT));
		let class = Registry::class(1).unwrap();
		assert_eq!(class.issuer, issuer());
		assert_eq!(class.contract, contract());
		assert_eq!(class.rent.per_block, PER_BLOCK);
		assert_eq!(class.deposit, deposit_of(1));
		assert_eq!(held(&issuer()), class.deposit);
		assert_eq!(balance(&issuer()), RICH - class.deposit - RENT);
		assert_eq!(balance(&Registry::rent_account()), ED + RENT);
		assert_eq!(Balances::total_issuance(), issuance);
		assert!(emitted(Event::Registered { class: 1, issuer: issuer(), contract: contract() }));
	});
}

#[test]
fn class_numbers_begin_at_one_and_are_never_reused() {
	test(|| {
		assert_eq!(register(), 1);
		assert_ok!(Registry::retire(signed(issuer()), 1));
		pass(REMOVAL_DELAY + 1);
		assert_ok!(Registry::remove(signed(other()), 1));
		assert_eq!(register(), 2);
		NextClassId::<Test>::put(u32::MAX);
		assert_refused(registration(), Error::NoMoreClasses);
	});
}

#[test]
fn many_classes_may_name_one_contract() {
	test(|| {
		register();
		register_by(other());
		let contracts: Vec<_> =
			Registry::classes(1, 10).into_iter().map(|it| it.contract).collect();
		assert_eq!(contracts, [contract(), contract()]);
	});
}

#[test]
fn register_refuses_contracts_that_can_not_be() {
	test(|| {
		for contract in [
			Contract { chain_id: 0, ..contract() },
			Contract { address: H160::zero(), ..contract() },
		] {
			assert_refused(Registration { contract, ..registration() }, Error::InvalidContract);
		}
	});
}

#[test]
fn register_refuses_malformed_uris() {
	test(|| {
		for script_uri in ["", "ipfs://with space", "ipfs://tab\t"] {
			let sources = Sources { script_uri: uri(script_uri), ..registration().sources };
			assert_refused(Registration { sources, ..registration() }, Error::InvalidUri);
		}
		assert!(Uri::try_from(vec![b'a'; 257]).is_err());
	});
}

#[test]
fn register_refuses_shards_out_of_bounds() {
	test(|| {
		for shards in [0, 65, u32::MAX] {
			assert_refused(Registration { shards, ..registration() }, Error::InvalidShards);
		}
		// Whatever the parameter says, the code's own bound holds.
		MaxShards::set(u32::MAX);
		let shards = crate::MAX_SHARDS + 1;
		assert_refused(Registration { shards, ..registration() }, Error::InvalidShards);
		MaxShards::set(0);
		assert_refused(Registration { shards: 2, ..registration() }, Error::InvalidShards);
	});
}

#[test]
fn register_refuses_service_that_can_not_be() {
	test(|| {
		let sla = Sla { latency_p50: 201, ..service().sla };
		let incoherent = Service { sla, ..service() };
		assert_refused(
			Registration { service: incoherent, ..registration() },
			Error::IncoherentSla,
		);
		for (nodes, enough) in [(0, 0), (3, 0), (3, 4), (9, 1), (u16::MAX, 1)] {
			let redundancy = Redundancy { nodes, enough };
			let service = Service { redundancy, ..service() };
			let registration = Registration { service, ..registration() };
			assert_refused(registration, Error::InvalidRedundancy);
		}
	});
}

#[test]
fn register_refuses_shares_above_the_largest() {
	test(|| {
		let with = |percent| {
			let terms = PaymentTerms { share: Permill::from_percent(percent), account: account(9) };
			Registration { terms, ..registration() }
		};
		assert_refused(with(31), Error::ShareTooLarge);
		MaxIssuerShare::set(Permill::from_percent(20));
		assert_refused(with(21), Error::ShareTooLarge);
		// Whatever the parameter says, the code's own bound holds.
		MaxIssuerShare::set(Permill::one());
		assert_refused(with(31), Error::ShareTooLarge);
		assert_ok!(Registry::register(signed(issuer()), Box::new(with(30)), RENT));
	});
}

/// Kinds that are no rules, and the error that says so. What rules must be is tested with the rules themselves.
fn broken_rules() -> Vec<(KindRules, Error<Test>)> {
	let mut broken = Vec::new();
	let mut add = |change: fn(&mut KindRules), error| {
		let mut kinds = kinds_with(0);
		change(&mut kinds);
		broken.push((kinds, error));
	};
	add(|kinds| kinds.truncate(0), Error::NoKinds);
	add(|kinds| kinds[0].name = Default::default(), Error::BadKindName);
	add(|kinds| kinds[1].name = kinds[0].name.clone(), Error::DuplicateKindName);
	add(|kinds| kinds[1].requires = 1 << 20, Error::UnknownKinds);
	add(|kinds| kinds[1].forbids |= 1, Error::ContradictoryKind);
	add(|kinds| kinds[1].clears = 1, Error::KindClearsOnce);
	add(|kinds| kinds[3].once = true, Error::RecordedKindDoesMore);
	add(|kinds| kinds[1].forbids |= 1 << 3, Error::KindDependsOnRecorded);
	add(|kinds| kinds[0].requires = 0b10, Error::UnreachableKind);
	broken
}

#[test]
fn register_refuses_kinds_that_are_no_rules() {
	test(|| {
		for (rules, error) in broken_rules() {
			assert_refused(Registration { rules, ..registration() }, error);
		}
		assert_eq!(Rules::try_from(KindRules::default()), Err(RulesError::NoKinds));
	});
}

#[test]
fn register_refuses_less_rent_than_for_the_least_period() {
	test(|| {
		let least = PER_BLOCK * Balance::from(MIN_RENT_PERIOD);
		assert_noop!(
			Registry::register(signed(issuer()), Box::new(registration()), least - 1),
			Error::<Test>::PayMoreRentInAdvance
		);
		assert_ok!(Registry::register(signed(issuer()), Box::new(registration()), least));
	});
}

#[test]
fn register_needs_the_money_for_rent_and_deposit() {
	test(|| {
		assert_noop!(try_register(registration()), TokenError::FundsUnavailable);
		let poor = account(50);
		fund(&poor, RENT + CLASS_DEPOSIT);
		assert_noop!(
			Registry::register(signed(poor), Box::new(registration()), RENT),
			TokenError::FundsUnavailable
		);
	});
}

#[test]
fn every_class_of_an_issuer_has_its_deposit() {
	test(|| {
		for class in 1..=3u32 {
			register();
			assert_eq!(held(&issuer()), Balance::from(class) * deposit_of(1));
		}
	});
}

#[test]
fn huge_placements_cost_what_they_are_and_do_not_overflow() {
	test(|| {
		MaxShards::set(u32::MAX);
		RentRate::set(Balance::MAX);
		let redundancy = Redundancy { nodes: 8, enough: 1 };
		let service = Service { redundancy, ..service() };
		let most = Registration { shards: crate::MAX_SHARDS, service, ..registration() };
		let expected = 8 * Balance::from(crate::MAX_SHARDS) * crate::MAX_RENT_RATE;
		assert_eq!(Registry::rent_per_block(most.shards, &service), expected);
		assert_refused(most, Error::PayMoreRentInAdvance);
		assert!(Classes::<Test>::iter().next().is_none());
	});
}
