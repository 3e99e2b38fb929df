//! What clients and workers read.

use super::mock::*;
use frame_support::assert_ok;
use smartlayer_types::{
	registry::Registration,
	registry_api::{ClassStatus, MAX_PAGE},
};
use sp_runtime::Permill;

#[test]
fn there_is_nothing_to_read_of_classes_that_do_not_exist() {
	test(|| {
		for class in [0, 1, u32::MAX] {
			assert_eq!(Registry::class(class), None);
			assert_eq!(Registry::status(class), None);
			assert_eq!(Registry::payment_terms(class), None);
			assert_eq!(Registry::issuer_share(class), None);
			assert_eq!(Registry::verification_round(class), None);
			assert!(Registry::rules_versions(class).is_empty());
			assert!(!Registry::signs_as_issuer(class, &issuer()));
			assert!(Registry::classes(class, 10).is_empty());
			assert!(Registry::placements(class, 10).is_empty());
		}
	});
}

#[test]
fn classes_are_read_in_pages() {
	test(|| {
		for _ in 0..3 {
			register();
		}
		let numbers = |from, limit| -> Vec<_> {
			Registry::classes(from, limit).into_iter().map(|it| it.class).collect()
		};
		assert_eq!(numbers(0, u32::MAX), [1, 2, 3]);
		assert_eq!(numbers(2, 1), [2]);
		assert_eq!(numbers(2, 0), [0u32; 0]);
		assert_eq!(numbers(4, 10), [0u32; 0]);
		crate::NextClassId::<Test>::put(MAX_PAGE + 10);
		assert_eq!(numbers(4, u32::MAX), [0u32; 0], "a page is bounded by numbers");
	});
}

#[test]
fn issuer_and_operators_sign_as_issuer() {
	test(|| {
		let class = register();
		for who in [issuer(), account(11), account(12)] {
			assert!(Registry::signs_as_issuer(class, &who));
		}
		assert!(!Registry::signs_as_issuer(class, &account(13)));
	});
}

#[test]
fn placement_reads_shards_and_service_of_classes_that_live() {
	test(|| {
		let (first, second) = (register(), register());
		assert_ok!(Registry::set_suspended(signed(issuer()), first, true));
		let placements = Registry::placements(1, 10);
		assert_eq!(placements.len(), 2);
		assert_eq!((placements[0].shards, placements[0].service), (4, service()));
		assert_eq!(placements[0].status, ClassStatus::Suspended);
		assert_ok!(Registry::retire(signed(issuer()), second));
		assert_eq!(Registry::placements(1, 10).len(), 1);
	});
}

#[test]
fn payment_terms_need_a_verified_active_class_and_the_share_does_not() {
	test(|| {
		let class = register_for_long();
		assert_eq!(Registry::payment_terms(class), None);
		assert_eq!(Registry::issuer_share(class), Some(Permill::from_percent(10)));
		verify(class);
		assert_eq!(Registry::payment_terms(class), Some(registration().terms));
		assert_ok!(Registry::set_suspended(signed(issuer()), class, true));
		assert_eq!(Registry::payment_terms(class), None);
		assert_eq!(Registry::issuer_share(class), Some(Permill::from_percent(10)));
	});
}

#[test]
fn the_share_is_bounded_where_it_is_read() {
	test(|| {
		let class = register_for_long();
		verify(class);
		MaxIssuerShare::set(Permill::from_percent(4));
		assert_eq!(Registry::issuer_share(class), Some(Permill::from_percent(4)));
		assert_eq!(Registry::payment_terms(class).unwrap().share, Permill::from_percent(4));
		assert_eq!(Registry::class(class).unwrap().issuer_share, Permill::from_percent(4));
	});
}

#[test]
fn what_was_registered_can_be_read() {
	test(|| {
		let class = register();
		let info = Registry::class(class).unwrap();
		let Registration { sources, service, shards, terms, operators, .. } = registration();
		assert_eq!(info.sources, sources);
		assert_eq!((info.service, info.shards), (service, shards));
		assert_eq!((info.issuer_share, info.pay_out), (terms.share, terms.account));
		assert_eq!(info.operators, operators.into_iter().collect::<Vec<_>>());
		assert_eq!(info.status, ClassStatus::Active);
		assert_eq!((info.rent.balance, info.rent.paid_until), (RENT, 21));
		pass(3);
		let rent = Registry::class(class).unwrap().rent;
		assert_eq!((rent.balance, rent.paid_until), (RENT - 3 * PER_BLOCK, 21));
	});
}
