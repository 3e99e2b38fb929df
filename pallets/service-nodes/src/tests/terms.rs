//! What nodes offer, and by which terms an epoch is judged.

use super::mock::*;
use crate::*;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::TokenError;

#[test]
fn new_terms_count_from_the_next_epoch() {
	run(|| {
		let who = active(1);
		let now = ServiceNodes::current_epoch();
		assert_ok!(ServiceNodes::update_terms(signed(1), terms(5)));
		assert_eq!(ServiceNodes::terms_at(&who, now), Some(terms(10)));
		assert_eq!(ServiceNodes::terms_at(&who, now + 1), Some(terms(5)));
		pass_epochs(1);
		assert_eq!(ServiceNodes::terms_at(&who, now), Some(terms(10)));
	});
}

#[test]
fn a_downgrade_before_the_verdict_does_not_change_what_is_judged() {
	run(|| {
		let who = active(1);
		let probed = ServiceNodes::current_epoch();
		let mut modest = terms(1);
		modest.sla.availability = 0;
		modest.sla.throughput = 0;
		for _ in 0..3 {
			assert_ok!(ServiceNodes::update_terms(signed(1), modest));
			pass_epochs(1);
		}
		assert_eq!(ServiceNodes::terms_at(&who, probed), Some(terms(10)));
		// Nor does it lower what can be slashed.
		assert_eq!(held(&who), BOND);
		assert!(ServiceNodes::slash(&who, probed, 1));
		let slash = Slashes::<Test>::get(&who, probed).unwrap();
		assert_eq!(slash.amount, BOND / 5);
	});
}

#[test]
fn terms_of_one_epoch_replace_each_other() {
	run(|| {
		let who = active(1);
		let now = ServiceNodes::current_epoch();
		for capacity in 1..200 {
			assert_ok!(ServiceNodes::update_terms(signed(1), terms(capacity)));
		}
		assert_eq!(OffersOf::<Test>::get(&who).0.len(), 2);
		assert_eq!(ServiceNodes::terms_at(&who, now), Some(terms(10)));
		assert_eq!(ServiceNodes::terms_at(&who, now + 1), Some(terms(199)));
	});
}

#[test]
fn the_window_of_verdicts_is_kept_whatever_a_node_offers() {
	run(|| {
		let who = active(1);
		let mut offered = vec![];
		for capacity in 1..120u32 {
			offered.push((ServiceNodes::current_epoch() + 1, terms(capacity)));
			assert_ok!(ServiceNodes::update_terms(signed(1), terms(capacity)));
			let now = ServiceNodes::current_epoch();
			for (epoch, terms) in &offered {
				let kept = *epoch + VERDICT_WINDOW >= now;
				assert_eq!(ServiceNodes::terms_at(&who, *epoch), kept.then_some(*terms));
			}
			pass_epochs(1);
		}
	});
}

#[test]
fn long_unchanged_terms_are_known_for_the_whole_window() {
	run(|| {
		let who = active(1);
		pass_epochs(100);
		assert_ok!(ServiceNodes::update_terms(signed(1), terms(5)));
		pass_epochs(VERDICT_WINDOW);
		assert_ok!(ServiceNodes::update_terms(signed(1), terms(6)));
		let now = ServiceNodes::current_epoch();
		assert_eq!(ServiceNodes::terms_at(&who, now - VERDICT_WINDOW), Some(terms(10)));
		assert_eq!(ServiceNodes::terms_at(&who, now - VERDICT_WINDOW - 1), None);
		assert_eq!(ServiceNodes::terms_at(&who, now), Some(terms(5)));
	});
}

#[test]
fn a_node_offered_nothing_before_it_registered() {
	run(|| {
		pass_epochs(5);
		let who = register(1);
		assert_eq!(ServiceNodes::terms_at(&who, 4), None);
		assert_eq!(ServiceNodes::terms_at(&who, 5), Some(terms(10)));
	});
}

#[test]
fn offering_more_bonds_what_is_missing() {
	run(|| {
		let who = active(1);
		assert_ok!(ServiceNodes::update_terms(signed(1), terms(110)));
		assert_eq!(held(&who), BOND + 1_000);
		assert_noop!(
			ServiceNodes::update_terms(signed(1), terms(1_000_000)),
			TokenError::FundsUnavailable
		);
	});
}

#[test]
fn offering_less_releases_nothing() {
	run(|| {
		let who = active(1);
		assert_ok!(ServiceNodes::update_terms(signed(1), terms(1)));
		assert_eq!(held(&who), BOND);
	});
}

#[test]
fn incoherent_terms_are_refused() {
	run(|| {
		active(1);
		assert_noop!(
			ServiceNodes::update_terms(signed(1), terms(0)),
			Error::<Test>::IncoherentTerms
		);
	});
}
