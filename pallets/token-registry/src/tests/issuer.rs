//! What issuers do with their classes.

use super::mock::*;
use crate::{Classes, Error, Event, Verification};
use frame_support::{assert_noop, assert_ok};
use smartlayer_types::{
	registry::{Changes, IssuerAction, PaymentTerms, Redundancy, Service, Sources},
	registry_api::ClassStatus,
	ClassId, Sla,
};
use sp_runtime::{DispatchResult, Permill, TokenError};

fn update(class: ClassId, changes: Changes) -> DispatchResult {
	Registry::update(signed(issuer()), class, Box::new(changes))
}

#[test]
fn update_changes_what_it_names_and_nothing_else() {
	test(|| {
		let class = register();
		let before = Registry::class(class).unwrap();
		let terms = PaymentTerms { share: Permill::from_percent(30), account: account(8) };
		assert_ok!(update(class, Changes { terms: Some(terms), ..Changes::default() }));
		let after = Registry::class(class).unwrap();
		assert_eq!(after.issuer_share, Permill::from_percent(30));
		assert_eq!(after.pay_out, account(8));
		assert_eq!(after.sources, before.sources);
		assert_eq!(after.service, before.service);
		assert_eq!(after.operators, before.operators);
		assert_eq!(after.deposit, before.deposit);

		let changes = Changes { operators: Some(operators(&[20])), ..Changes::default() };
		assert_ok!(update(class, changes));
		assert!(Registry::signs_as_issuer(class, &account(20)));
		assert!(!Registry::signs_as_issuer(class, &account(11)));
		assert_eq!(last_event(), Event::Updated { class }.into());
	});
}

#[test]
fn the_deposit_follows_the_size_of_the_class() {
	test(|| {
		let class = register();
		let first = held(&issuer());
		let sources = Sources { script_uri: uri(&"a".repeat(256)), ..registration().sources };
		assert_ok!(update(class, Changes { sources: Some(sources), ..Changes::default() }));
		// 243 bytes more, and one for the length.
		assert_eq!(held(&issuer()), first + BYTE_DEPOSIT * 244);
		assert_eq!(held(&issuer()), deposit_of(class));
		let sources = Some(registration().sources);
		assert_ok!(update(class, Changes { sources, ..Changes::default() }));
		assert_eq!(held(&issuer()), first);
	});
}

#[test]
fn update_refuses_what_register_refuses() {
	test(|| {
		let class = register();
		let refused = |changes, error: sp_runtime::DispatchError| {
			assert_noop!(update(class, changes), error);
		};
		let sources = Some(Sources { script_uri: uri(""), ..registration().sources });
		refused(Changes { sources, ..Changes::default() }, error(Error::InvalidUri));
		let sla = Sla { availability: 10_001, ..service().sla };
		let service_level = Some(Service { sla, ..service() });
		refused(
			Changes { service: service_level, ..Changes::default() },
			error(Error::IncoherentSla),
		);
		let redundancy = Redundancy { nodes: 9, enough: 1 };
		let service = Some(Service { redundancy, ..service() });
		refused(Changes { service, ..Changes::default() }, error(Error::InvalidRedundancy));
		let terms = Some(PaymentTerms { share: Permill::from_percent(31), account: issuer() });
		refused(Changes { terms, ..Changes::default() }, error(Error::ShareTooLarge));
	});
}

#[test]
fn more_redundancy_costs_more_from_this_block_on() {
	test(|| {
		let class = register();
		pass(5);
		let redundancy = Redundancy { nodes: 6, enough: 2 };
		let more =
			Changes { service: Some(Service { redundancy, ..service() }), ..Changes::default() };
		// 15 of 20 blocks are left, which are 7 at the new price.
		assert_noop!(update(class, more.clone()), Error::<Test>::PayMoreRentInAdvance);
		assert_ok!(Registry::pay_rent(signed(issuer()), class, RENT));
		assert_ok!(update(class, more));
		assert_eq!(rewards(), 5 * PER_BLOCK);
		pass(1);
		assert_ok!(Registry::poke(signed(other()), class));
		assert_eq!(rewards(), 7 * PER_BLOCK);
	});
}

#[test]
fn redundancy_does_not_change_while_rent_is_owed() {
	test(|| {
		let class = register();
		pass(21);
		let redundancy = Redundancy { nodes: 1, enough: 1 };
		let service = Some(Service { redundancy, ..service() });
		let less = Changes { service, ..Changes::default() };
		assert_noop!(update(class, less), Error::<Test>::InArrears);
	});
}

#[test]
fn only_the_issuer_changes_a_class() {
	test(|| {
		let class = register();
		// Not even an operator.
		for who in [other(), account(11)] {
			let actions = [
				IssuerAction::Update { class, changes: Box::default() },
				IssuerAction::SetRules { class, rules: kinds_of_tickets(), from: 200 },
				IssuerAction::RequestVerification { class, owner_signature: None },
				IssuerAction::Offer { class, to: Some(other()) },
				IssuerAction::SetSuspended { class, suspended: true },
				IssuerAction::Retire { class },
				IssuerAction::WithdrawRent { class, amount: 1 },
			];
			for action in actions {
				assert_noop!(Registry::act(who.clone(), action), Error::<Test>::NotIssuer);
			}
		}
	});
}

#[test]
fn classes_that_do_not_exist_can_not_be_changed() {
	test(|| {
		let class = 1;
		let actions = [
			IssuerAction::Update { class, changes: Box::default() },
			IssuerAction::SetRules { class, rules: kinds_of_tickets(), from: 200 },
			IssuerAction::RequestVerification { class, owner_signature: None },
			IssuerAction::Offer { class, to: None },
			IssuerAction::Accept { class },
			IssuerAction::SetSuspended { class, suspended: true },
			IssuerAction::Retire { class },
			IssuerAction::PayRent { class, amount: 1 },
			IssuerAction::WithdrawRent { class, amount: 1 },
		];
		for action in actions {
			assert_noop!(Registry::act(issuer(), action), Error::<Test>::NoSuchClass);
		}
		assert_noop!(Registry::poke(signed(issuer()), class), Error::<Test>::NoSuchClass);
		assert_noop!(Registry::remove(signed(issuer()), class), Error::<Test>::NoSuchClass);
	});
}

#[test]
fn suspension_by_the_issuer_holds_until_it_ends_it() {
	test(|| {
		let class = register();
		assert_noop!(
			Registry::set_suspended(signed(issuer()), class, false),
			Error::<Test>::NothingToDo
		);
		assert_ok!(Registry::set_suspended(signed(issuer()), class, true));
		assert_eq!(Registry::status(class), Some(ClassStatus::Suspended));
		pass(3);
		assert_ok!(Registry::poke(signed(other()), class));
		assert_eq!(rewards(), 3 * PER_BLOCK, "rent goes on");
		assert_ok!(Registry::pay_rent(signed(issuer()), class, RENT));
		assert_eq!(
			Registry::status(class),
			Some(ClassStatus::Suspended),
			"money does not resume it"
		);
		assert_ok!(Registry::set_suspended(signed(issuer()), class, false));
		assert_eq!(Registry::status(class), Some(ClassStatus::Active));
	});
}

#[test]
fn a_class_changes_hands_when_it_was_offered_and_is_accepted() {
	test(|| {
		let class = register();
		let deposit = held(&issuer());
		assert_noop!(Registry::accept(signed(other()), class), Error::<Test>::NotOffered);
		assert_ok!(Registry::offer(signed(issuer()), class, Some(other())));
		assert_noop!(Registry::accept(signed(account(3)), class), Error::<Test>::NotOffered);
		assert_ok!(Registry::accept(signed(other()), class));
		let info = Registry::class(class).unwrap();
		assert_eq!((info.issuer, info.offered_to), (other(), None));
		assert_eq!((info.pay_out, info.operators), (other(), vec![]));
		assert_eq!(held(&issuer()), 0);
		assert_eq!(held(&other()), deposit_of(class));
		assert!(held(&other()) < deposit, "without operators the class is smaller");
		assert_eq!(info.rent.balance, RENT);
		assert_noop!(Registry::retire(signed(issuer()), class), Error::<Test>::NotIssuer);
		assert_noop!(Registry::accept(signed(other()), class), Error::<Test>::NotOffered);
		assert!(emitted(Event::Transferred { class, from: issuer(), to: other() }));
	});
}

#[test]
fn an_offer_can_be_taken_back() {
	test(|| {
		let class = register();
		assert_ok!(Registry::offer(signed(issuer()), class, Some(other())));
		assert_ok!(Registry::offer(signed(issuer()), class, None));
		assert_noop!(Registry::accept(signed(other()), class), Error::<Test>::NotOffered);
		assert_noop!(
			Registry::offer(signed(issuer()), class, Some(issuer())),
			Error::<Test>::NothingToDo
		);
	});
}

#[test]
fn whoever_accepts_pays_the_deposit() {
	test(|| {
		let class = register();
		let poor = account(50);
		fund(&poor, CLASS_DEPOSIT);
		assert_ok!(Registry::offer(signed(issuer()), class, Some(poor.clone())));
		assert_noop!(Registry::accept(signed(poor), class), TokenError::FundsUnavailable);
	});
}

#[test]
fn verification_does_not_survive_a_new_issuer() {
	test(|| {
		let class = register_for_long();
		verify(class);
		let challenge = Registry::verification_round(class).unwrap().challenge_value;
		assert_ok!(Registry::offer(signed(issuer()), class, Some(other())));
		assert_eq!(Registry::verified_class(contract()), Some(class), "an offer changes nothing");
		assert_ok!(Registry::accept(signed(other()), class));
		assert_eq!(Registry::verified_class(contract()), None);
		let stored = Classes::<Test>::get(class).unwrap();
		assert_eq!(stored.verification, Verification::Unverified);
		assert_ok!(Registry::request_verification(signed(other()), class, None));
		let round = Registry::verification_round(class).unwrap();
		assert_ne!(round.challenge_value, challenge);
		assert_eq!(round.round, 2, "rounds go on counting");
	});
}

#[test]
fn an_open_round_ends_with_its_issuer() {
	test(|| {
		let class = register_for_long();
		assert_ok!(Registry::request_verification(signed(issuer()), class, None));
		let for_the_first = attestation(class, shown(5, 1));
		assert_ok!(attest(for_the_first, 0));
		assert_ok!(Registry::offer(signed(issuer()), class, Some(other())));
		assert_ok!(Registry::accept(signed(other()), class));
		assert_eq!(Registry::verification_round(class), None);
		assert_ok!(Registry::request_verification(signed(other()), class, None));
		for member in 0..4 {
			assert!(attest(for_the_first, member).is_err(), "it was about another issuer");
		}
	});
}

#[test]
fn a_retired_class_stays_retired() {
	test(|| {
		let class = register_for_long();
		verify(class);
		assert_ok!(Registry::offer(signed(issuer()), class, Some(other())));
		pass(2);
		assert_ok!(Registry::retire(signed(issuer()), class));
		assert_eq!(rewards(), 2 * PER_BLOCK, "rent is paid up to its end");
		assert_eq!(Registry::status(class), Some(ClassStatus::Retired { since: 3 }));
		assert_eq!(Registry::verified_class(contract()), None);
		assert_eq!(Registry::payment_terms(class), None);
		let actions = [
			IssuerAction::Update { class, changes: Box::default() },
			IssuerAction::SetRules { class, rules: kinds_of_tickets(), from: 200 },
			IssuerAction::RequestVerification { class, owner_signature: None },
			IssuerAction::Offer { class, to: None },
			IssuerAction::SetSuspended { class, suspended: true },
			IssuerAction::Retire { class },
			IssuerAction::PayRent { class, amount: 1 },
		];
		for action in actions {
			assert_noop!(Registry::act(issuer(), action), Error::<Test>::Retired);
		}
		assert_noop!(Registry::accept(signed(other()), class), Error::<Test>::Retired);
		assert_noop!(Registry::poke(signed(other()), class), Error::<Test>::Retired);
	});
}

#[test]
fn a_retired_class_is_removed_after_a_while_and_gives_everything_back() {
	test(|| {
		let class = register();
		assert_noop!(Registry::remove(signed(issuer()), class), Error::<Test>::NotRetired);
		pass(5);
		assert_ok!(Registry::retire(signed(issuer()), class));
		pass(REMOVAL_DELAY);
		assert_noop!(Registry::remove(signed(issuer()), class), Error::<Test>::RetiredTooRecently);
		assert!(Registry::rules_at(class, 101).is_some(), "rules are readable until then");
		pass(1);
		assert_ok!(Registry::remove(signed(other()), class));
		assert_eq!(Registry::class(class), None);
		assert_eq!(Registry::rules_at(class, 101), None);
		assert_eq!(held(&issuer()), 0);
		assert_eq!(balance(&issuer()), RICH - 5 * PER_BLOCK);
		assert_eq!(balance(&Registry::rent_account()), ED);
		assert!(emitted(Event::Removed { class, issuer: issuer() }));
	});
}

#[test]
fn what_is_left_of_the_rent_goes_back_however_little_it_is() {
	test(|| {
		let class = register();
		assert_ok!(Registry::pay_rent(signed(other()), class, ED - 1));
		go_to(22 + GRACE);
		assert_ok!(Registry::poke(signed(other()), class));
		pass(REMOVAL_DELAY + 1);
		assert_ok!(Registry::remove(signed(other()), class));
		assert_eq!(balance(&issuer()), RICH - RENT + ED - 1);
		assert_eq!(balance(&Registry::rent_account()), ED);
	});
}
