//! Reports of offences.

use super::mock::*;
use crate::{Error, Event};
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use smartlayer_commitment::{Bridge, Evidence, OffenceKind, Snapshot};
use smartlayer_operations::{LogHeader, Signed, Vector};
use sp_core::H256;
use sp_runtime::{DispatchError, DispatchResultWithInfo};

fn vector(set_id: u64, seed: u8, interval: u64, root: u8) -> Signed<Vector> {
	let root = H256::repeat_byte(root);
	let statement = Vector { set_id, interval, tick: 1, closing: false, root };
	Signed { signature: sign(seed, statement.digest(Commitments::genesis_hash())), statement }
}

fn vectors(set_id: u64, seed: u8, interval: u64) -> Evidence {
	let pair = [vector(set_id, seed, interval, 1), vector(set_id, seed, interval, 2)];
	Evidence::Vectors(Box::new(pair))
}

fn report(evidence: Evidence) -> DispatchResultWithInfo<frame_support::dispatch::PostDispatchInfo> {
	Commitments::report_equivocation(RuntimeOrigin::signed(account(50)), Box::new(evidence))
}

#[test]
fn good_evidence_is_handed_on_and_costs_nothing() {
	run(|| {
		let paid = report(vectors(1, 3, 1)).unwrap();
		assert_eq!(paid.pays_fee, Pays::No);
		let punished = Punished::get();
		assert_eq!(punished.len(), 1);
		assert_eq!(punished[0].kind, OffenceKind::Vector);
		assert_eq!((punished[0].set_id, &punished[0].account), (1, &account(3)));
		let index = seeds(1).iter().position(|it| *it == 3).unwrap() as u32;
		assert_eq!(punished[0].member, index);
		let event =
			Event::OffenceReported { offence: punished[0].clone(), reporter: Some(account(50)) };
		System::assert_last_event(event.into());
	});
}

#[test]
fn an_offence_is_reported_once() {
	run(|| {
		assert_ok!(report(vectors(1, 3, 1)));
		assert_noop!(report(vectors(1, 3, 1)), Error::<Test>::AlreadyReported);
		// The same offence with the statements the other way round.
		let turned = [vector(1, 3, 1, 2), vector(1, 3, 1, 1)];
		assert_noop!(report(Evidence::Vectors(Box::new(turned))), Error::<Test>::AlreadyReported);
		// A second one is another one.
		assert_ok!(report(vectors(1, 3, 2)));
		assert_ok!(report(vectors(1, 4, 1)));
		assert_eq!(Punished::get().len(), 3);
	});
}

#[test]
fn evidence_of_nothing_is_refused() {
	run(|| {
		for innocent in [
			Evidence::Vectors(Box::new([vector(1, 3, 1, 1), vector(1, 3, 1, 1)])),
			Evidence::Vectors(Box::new([vector(1, 3, 1, 1), vector(1, 4, 1, 2)])),
			vectors(1, 77, 1),
			vectors(9, 3, 1),
		] {
			assert_noop!(report(innocent), Error::<Test>::NoOffence);
		}
		assert!(Punished::get().is_empty());
		assert_noop!(
			Commitments::report_equivocation(RuntimeOrigin::none(), Box::new(vectors(1, 3, 1))),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn keys_that_were_active_then_are_judged_after_a_rotation() {
	run(|| {
		// Anchor 3 rotates its key: set 2 has another one.
		office(2, &[1, 2, 103, 4]);
		assert_eq!(account(103), account(3));
		assert_ok!(report(vectors(1, 3, 1)));
		assert_noop!(report(vectors(2, 3, 2)), Error::<Test>::NoOffence);
		assert_ok!(report(vectors(2, 103, 2)));
	});
}

#[test]
fn evidence_outside_the_window_is_refused() {
	run(|| {
		office(2, &[5, 6, 7, 8]);
		Seeds::mutate(|it| it.remove(&1));
		assert_noop!(report(vectors(1, 3, 1)), Error::<Test>::NoOffence);
	});
}

#[test]
fn a_forked_log_convicts_its_anchor() {
	run(|| {
		let header = |root| {
			let statement = LogHeader {
				set_id: 1,
				origin: account(2),
				incarnation: 0,
				number: 7,
				parent_hash: H256::zero(),
				batch_root: H256::repeat_byte(root),
				count: 1,
			};
			let digest = statement.hash(Commitments::genesis_hash());
			Signed { signature: sign(2, digest), statement }
		};
		assert_ok!(report(Evidence::Headers(Box::new([header(1), header(2)]))));
		assert_noop!(
			report(Evidence::Headers(Box::new([header(1), header(3)]))),
			Error::<Test>::AlreadyReported
		);
		assert_eq!(Punished::get()[0].kind, OffenceKind::Log);
	});
}

#[test]
fn two_snapshots_convict_if_the_bridge_is_one_of_this_network() {
	run(|| {
		to_block(11);
		let signed = |bridge: Bridge, cut: u8| {
			let mut statement: Snapshot = snapshot();
			statement.body.cut_hash = H256::repeat_byte(cut);
			let signature = sign(4, bridge.digest(statement.hash()));
			(bridge, Signed { statement, signature })
		};
		let evidence = Evidence::Snapshots(Box::new([signed(BRIDGE, 1), signed(BRIDGE, 2)]));
		assert_noop!(report(evidence.clone()), Error::<Test>::NoOffence);
		add_bridge(BRIDGE);
		assert_ok!(report(evidence));
		assert_eq!(Punished::get()[0].kind, OffenceKind::Snapshot);
	});
}

#[test]
fn a_report_that_is_not_taken_can_be_made_again() {
	run(|| {
		RefusesOffences::set(true);
		assert_noop!(report(vectors(1, 3, 1)), DispatchError::Other("refused"));
		RefusesOffences::set(false);
		assert_ok!(report(vectors(1, 3, 1)));
	});
}

#[test]
fn a_bounded_number_of_offences_is_remembered() {
	run(|| {
		for interval in 1..=6 {
			assert_ok!(report(vectors(1, 3, interval)));
			Commitments::do_try_state().unwrap();
		}
		assert_noop!(report(vectors(1, 3, 4)), Error::<Test>::AlreadyReported);
		assert_ok!(report(vectors(1, 3, 1)));
	});
}

#[test]
fn a_node_reports_in_its_own_block_without_a_signer() {
	use frame_support::pallet_prelude::{
		Authorize, InvalidTransaction, TransactionSource, TransactionValidityError,
	};
	run(|| {
		let call = |evidence| {
			let evidence = Box::new(evidence);
			RuntimeCall::from(crate::Call::report_equivocation_unsigned { evidence })
		};
		let take = |evidence, source| call(evidence).authorize(source).unwrap().map(|it| it.0);
		let refused = |reason: InvalidTransaction| Err(TransactionValidityError::from(reason));
		for source in [TransactionSource::Local, TransactionSource::InBlock] {
			assert!(!take(vectors(1, 3, 1), source).unwrap().propagate);
		}
		let others = take(vectors(1, 3, 1), TransactionSource::External);
		assert!(matches!(
			others,
			Err(TransactionValidityError::Invalid(InvalidTransaction::Custom(_)))
		));
		let one = vector(1, 3, 1, 1);
		let innocent = Evidence::Vectors(Box::new([one.clone(), one]));
		assert_eq!(take(innocent, TransactionSource::Local), refused(InvalidTransaction::BadProof));

		let origin = frame_system::RawOrigin::Authorized;
		let evidence = Box::new(vectors(1, 3, 1));
		assert_ok!(Commitments::report_equivocation_unsigned(origin.into(), evidence));
		assert_eq!(Punished::get().len(), 1);
		let again = take(vectors(1, 3, 1), TransactionSource::Local);
		assert_eq!(again, refused(InvalidTransaction::Stale));
		let signed = RuntimeOrigin::signed(account(50));
		let evidence = Box::new(vectors(1, 3, 2));
		assert_noop!(
			Commitments::report_equivocation_unsigned(signed, evidence),
			DispatchError::BadOrigin
		);
	});
}
