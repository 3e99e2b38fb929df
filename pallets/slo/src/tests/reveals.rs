//! Showing draws and opening pages.

use super::{mock::*, probing::*};
use crate::*;
use frame_support::{
	assert_noop,
	pallet_prelude::{InvalidTransaction, TransactionValidityError},
};
use smartlayer_types::{
	slo::{
		draw,
		page::{Page, Path},
		report::{Measures, Report},
	},
	AccountId,
};
use sp_core::H256;

fn refused(why: InvalidTransaction) -> Result<(), Refused> {
	Err(Refused::ByPool(TransactionValidityError::Invalid(why)))
}

/// Member 2 has committed to a good report of one node in epoch 1, and epoch 2 lasts.
fn committed() -> Prepared {
	let reports = prepare(1, 2, vec![(one_node(), GOOD)]);
	submit(reports.commit()).unwrap();
	next_epoch();
	reports
}

fn opened(prober: u32, page: u32, counted: u32, skipped: u32) -> Event<Test> {
	Event::ReportsOpened { epoch: 1, prober, page, counted, skipped }
}

/// A page of one report, of which the numbers may be anything.
fn raw_page(reports: Vec<(AccountId, Measures)>) -> Page {
	let reports: Vec<Report> =
		reports.into_iter().map(|(node, measures)| Report { node, measures }).collect();
	Page { salt: H256::zero(), reports: reports.try_into().unwrap() }
}

#[test]
fn a_member_shows_its_draw_once_and_opens_its_pages() {
	run(|| {
		let reports = committed();
		events();
		submit(reports.show()).unwrap();
		let output = draw_of(2, 1).1;
		assert_eq!(events(), [Event::DrawShown { epoch: 1, prober: 2, output }]);
		assert_eq!(submit(reports.show()), refused(InvalidTransaction::Stale));
		assert_noop!(dispatch_authorised(reports.show()), Error::<Test>::AlreadyShown);

		submit(reports.open(0)).unwrap();
		assert_eq!(events(), [opened(2, 0, 1, 0)]);
		let kept = Reports::<Test>::get(1, node(1));
		assert_eq!((kept.len(), kept[0].prober, kept[0].measures), (1, 2, GOOD));
		assert_eq!(record(1).reported, 1);
	});
}

#[test]
fn nothing_opens_before_the_epoch_is_over() {
	run(|| {
		let reports = prepare(1, 2, vec![(one_node(), GOOD)]);
		submit(reports.commit()).unwrap();
		assert_eq!(submit(reports.show()), refused(InvalidTransaction::Future));
		assert_noop!(dispatch_authorised(reports.show()), Error::<Test>::NotRevealing);
		assert_eq!(submit(reports.open(0)), refused(InvalidTransaction::Future));
		assert_noop!(dispatch_authorised(reports.open(0)), Error::<Test>::NotRevealing);
	});
}

#[test]
fn a_late_reveal_is_refused() {
	run(|| {
		let reports = committed();
		submit(reports.show()).unwrap();
		next_epoch();
		assert_eq!(submit(reports.open(0)), refused(InvalidTransaction::Stale));
		assert_noop!(dispatch_authorised(reports.open(0)), Error::<Test>::RevealOver);
	});
}

#[test]
fn who_did_not_commit_shows_and_opens_nothing() {
	run(|| {
		committed();
		let reports = prepare(1, 1, vec![(node(1), GOOD)]);
		assert_eq!(submit(reports.show()), refused(InvalidTransaction::Call));
		assert_noop!(dispatch_authorised(reports.show()), Error::<Test>::NotCommitted);
		assert_noop!(dispatch_authorised(reports.open(0)), Error::<Test>::NotCommitted);
	});
}

#[test]
fn a_draw_of_another_anchor_or_epoch_is_refused() {
	run(|| {
		committed();
		for shown in [draw_of(1, 1).0, draw_of(2, 2).0, draw_of(2, 0).0] {
			assert_eq!(submit(show(1, 2, shown)), refused(InvalidTransaction::BadProof));
		}
	});
}

#[test]
fn a_draw_needs_the_members_signature() {
	run(|| {
		let reports = committed();
		let Call::show_draw { epoch, prober, shown, .. } = reports.show() else { unreachable!() };
		let digest = draw::shown_digest(Slo::genesis(), epoch, &anchor(prober), &shown);
		let call = Call::show_draw { epoch, prober, shown, signature: signed_by(1, digest) };
		assert_eq!(submit(call), refused(InvalidTransaction::BadProof));
	});
}

#[test]
fn a_key_chosen_within_the_epoch_draws_nothing() {
	run(|| {
		committed();
		// The member could have looked for a key that draws the node it wants.
		VrfGeneration::set(7);
		assert_eq!(submit(show(1, 2, draw_of(2, 1).0)), refused(InvalidTransaction::BadProof));
		VrfGeneration::set(0);
		submit(show(1, 2, draw_of(2, 1).0)).unwrap();
	});
}

#[test]
fn an_anchor_without_a_key_for_the_vrf_draws_nothing() {
	with_anchors(20, || {
		let reports = prepare(1, KEYLESS, vec![(one_node(), GOOD)]);
		submit(reports.commit()).unwrap();
		next_epoch();
		assert_eq!(submit(reports.show()), refused(InvalidTransaction::Call));
		assert_noop!(dispatch_authorised(reports.show()), Error::<Test>::NoVrfKey);
	});
}

#[test]
fn pages_wait_for_the_draw() {
	run(|| {
		let reports = committed();
		assert_eq!(submit(reports.open(0)), refused(InvalidTransaction::Future));
		assert_noop!(dispatch_authorised(reports.open(0)), Error::<Test>::NotShown);
	});
}

#[test]
fn a_copied_commitment_can_not_be_opened() {
	run(|| {
		let original = prepare(1, 2, vec![(one_node(), GOOD)]);
		submit(original.commit()).unwrap();
		let copy = Prepared { prober: 1, ..original.clone() };
		submit(copy.commit()).unwrap();
		next_epoch();
		original.reveal();
		submit(copy.show()).unwrap();
		assert_eq!(submit(copy.open(0)), refused(InvalidTransaction::BadProof));
		assert_eq!(Reports::<Test>::get(1, node(1)).len(), 1);
	});
}

#[test]
fn only_what_was_committed_to_opens() {
	run(|| {
		let nodes: Vec<_> = (1..=5).map(|number| (add_node(number, 100), GOOD)).collect();
		let reports = prepare_in(1, 2, nodes.clone(), 2);
		submit(reports.commit()).unwrap();
		next_epoch();
		submit(reports.show()).unwrap();
		let (epoch, prober) = (1, 2);
		let path = |index| reports.path(index);
		let page = |index: usize| reports.pages[index].clone();
		let better = raw_page(vec![(node(1), SLOW), (node(2), SLOW)]);
		for (index, path, page) in [
			(0, path(0), better),
			(1, path(0), page(0)),
			(0, path(1), page(0)),
			(0, path(0), page(1)),
			(0, Path::new(), page(0)),
		] {
			let call = Call::open_reports { epoch, prober, index, path, page };
			assert_eq!(submit(call), refused(InvalidTransaction::BadProof));
		}
		let call = Call::open_reports { epoch, prober, index: 3, path: path(0), page: page(0) };
		assert_eq!(submit(call.clone()), refused(InvalidTransaction::Call));
		assert_noop!(dispatch_authorised(call), Error::<Test>::UnknownPage);
		for index in [2, 0, 1] {
			submit(reports.open(index)).unwrap();
		}
		assert_eq!(record(1).reported, 5);
	});
}

#[test]
fn a_page_opens_once() {
	run(|| {
		let reports = committed();
		reports.reveal();
		assert_eq!(submit(reports.open(0)), refused(InvalidTransaction::Stale));
		assert_noop!(dispatch_authorised(reports.open(0)), Error::<Test>::AlreadyOpen);
	});
}

#[test]
fn two_pages_with_the_same_node_count_it_once() {
	run(|| {
		let node = one_node();
		let pages =
			vec![raw_page(vec![(node.clone(), GOOD)]), raw_page(vec![(node.clone(), DEAD)])];
		let reports = prepared(1, 2, pages);
		submit(reports.commit()).unwrap();
		next_epoch();
		events();
		reports.reveal();
		assert_eq!(events()[1..], [opened(2, 0, 1, 0), opened(2, 1, 0, 1)]);
		let kept = Reports::<Test>::get(1, node);
		assert_eq!((kept.len(), kept[0].measures), (1, GOOD));
	});
}

#[test]
fn a_page_with_a_node_that_was_not_drawn_is_refused() {
	with_anchors(20, || {
		let output = draw_of(2, 1).1;
		let nodes: Vec<AccountId> = (1..=60).map(|number| add_node(number, 100)).collect();
		let (own, foreign): (Vec<_>, Vec<_>) =
			nodes.into_iter().partition(|node| draw::is_drawn(draw::lot(&output, node), 7, 20));
		assert!(!own.is_empty() && !foreign.is_empty());
		assert_eq!(own, Slo::slo_drawn(1, output, all_nodes()));

		let pages = [&own[0], &foreign[0]].map(|node| raw_page(vec![(node.clone(), GOOD)]));
		let reports = prepared(1, 2, pages.to_vec());
		submit(reports.commit()).unwrap();
		next_epoch();
		submit(reports.show()).unwrap();
		submit(reports.open(0)).unwrap();
		assert_eq!(submit(reports.open(1)), refused(InvalidTransaction::BadProof));
		assert!(!Reports::<Test>::contains_key(1, &foreign[0]));
	});
}

#[test]
fn nodes_that_were_not_there_are_skipped() {
	run(|| {
		let (here, gone) = (one_node(), node(2));
		let later = add_node(3, 100);
		change_nodes(|all| all.get_mut(&later).unwrap().terms = [(2, TERMS)].into());
		let reports =
			prepare(1, 2, vec![(here.clone(), GOOD), (gone.clone(), GOOD), (later.clone(), GOOD)]);
		submit(reports.commit()).unwrap();
		next_epoch();
		events();
		reports.reveal();
		assert_eq!(events()[1..], [opened(2, 0, 1, 2)]);
		assert!(Reports::<Test>::contains_key(1, here));
		assert!(!Reports::<Test>::contains_key(1, gone));
		assert!(!Reports::<Test>::contains_key(1, later));
	});
}

#[test]
fn incoherent_pages_are_refused() {
	run(|| {
		one_node();
		let wrong = Measures { latency_p50: 91, ..GOOD };
		let never = Measures { probes: 0, ..GOOD };
		for page in [
			raw_page(vec![]),
			raw_page(vec![(node(1), wrong)]),
			raw_page(vec![(node(1), never)]),
			raw_page(vec![(node(1), GOOD), (node(1), GOOD)]),
			raw_page(vec![(node(200), GOOD), (node(1), GOOD)]),
		] {
			let epoch = Now::get();
			let reports = prepared(epoch, 2, vec![page]);
			submit(reports.commit()).unwrap();
			next_epoch();
			submit(reports.show()).unwrap();
			assert_eq!(submit(reports.open(0)), refused(InvalidTransaction::Call));
		}
	});
}

#[test]
fn every_page_has_its_place_in_the_pool() {
	run(|| {
		let nodes: Vec<_> = (1..=3).map(|number| (add_node(number, 100), GOOD)).collect();
		let reports = prepare_in(1, 2, nodes, 2);
		submit(reports.commit()).unwrap();
		next_epoch();
		let draw = authorise(&reports.show()).unwrap();
		submit(reports.show()).unwrap();
		let (one, other) = (reports.open(0), reports.open(1));
		assert_ne!(authorise(&one).unwrap().provides, authorise(&other).unwrap().provides);
		assert_ne!(authorise(&one).unwrap().provides, draw.provides);
	});
}
