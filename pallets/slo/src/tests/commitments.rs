//! Committing to reports.

use super::{mock::*, probing::*};
use crate::*;
use frame_support::{
	assert_noop,
	dispatch::{DispatchClass, GetDispatchInfo, Pays},
	pallet_prelude::{InvalidTransaction, TransactionValidityError},
};
use smartlayer_types::slo::page::MAX_PAGES;
use sp_core::H256;
use sp_runtime::{traits::BadOrigin, DispatchError};

fn refused(why: InvalidTransaction) -> Result<(), Refused> {
	Err(Refused::ByPool(TransactionValidityError::Invalid(why)))
}

fn reports() -> Prepared {
	prepare(1, 2, vec![(one_node(), GOOD)])
}

#[test]
fn a_member_commits_once() {
	run(|| {
		let reports = reports();
		events();
		submit(reports.commit()).unwrap();
		let (epoch, prober, root, pages) = (1, 2, reports.root, 1);
		assert_eq!(events(), [Event::ReportsCommitted { epoch, prober, root, pages }]);
		let again = prepare(1, 2, vec![(one_node(), SLOW)]);
		assert_eq!(submit(again.commit()), refused(InvalidTransaction::Stale));
		assert_noop!(dispatch_authorised(again.commit()), Error::<Test>::AlreadyCommitted);
		assert_eq!(Commitments::<Test>::get(1, 2).unwrap().root, root);
	});
}

#[test]
fn only_the_members_own_key_commits_it() {
	run(|| {
		let reports = reports();
		let Call::commit_reports { epoch, prober, root, pages, signature } = reports.commit()
		else {
			unreachable!()
		};
		for other in [
			Call::commit_reports { epoch, prober: 1, root, pages, signature },
			Call::commit_reports { epoch, prober, root: H256::zero(), pages, signature },
			Call::commit_reports { epoch, prober, root, pages: 2, signature },
		] {
			assert_eq!(submit(other), refused(InvalidTransaction::BadProof));
		}
		let unknown = Call::commit_reports { epoch, prober: 4, root, pages, signature };
		assert_eq!(submit(unknown.clone()), refused(InvalidTransaction::Call));
		assert_noop!(dispatch_authorised(unknown), Error::<Test>::UnknownProber);
	});
}

#[test]
fn commitments_are_of_the_epoch_that_lasts() {
	run(|| {
		let late = reports();
		let early = prepare(2, 2, vec![(one_node(), GOOD)]);
		assert_eq!(submit(early.commit()), refused(InvalidTransaction::Stale));
		assert_noop!(dispatch_authorised(early.commit()), Error::<Test>::UnknownEpoch);
		next_epoch();
		assert_eq!(submit(late.commit()), refused(InvalidTransaction::Stale));
		assert_noop!(dispatch_authorised(late.commit()), Error::<Test>::NotProbing);
	});
}

#[test]
fn a_signature_of_one_epoch_is_not_valid_in_another() {
	run(|| {
		let Call::commit_reports { prober, root, pages, signature, .. } = reports().commit() else {
			unreachable!()
		};
		next_epoch();
		let replayed = Call::commit_reports { epoch: 2, prober, root, pages, signature };
		assert_eq!(submit(replayed), refused(InvalidTransaction::BadProof));
	});
}

#[test]
fn the_number_of_pages_is_bounded() {
	run(|| {
		let Call::commit_reports { epoch, prober, root, signature, .. } = reports().commit() else {
			unreachable!()
		};
		for pages in [0, MAX_PAGES + 1] {
			let call = Call::commit_reports { epoch, prober, root, pages, signature };
			assert_eq!(submit(call.clone()), refused(InvalidTransaction::Call));
			assert_noop!(dispatch_authorised(call), Error::<Test>::BadPageCount);
		}
	});
}

#[test]
fn anchors_calls_need_authorisation_and_nothing_else() {
	run(|| {
		let reports = reports();
		for call in [reports.commit(), reports.show(), reports.open(0)] {
			for origin in
				[RuntimeOrigin::signed(anchor(2)), RuntimeOrigin::root(), RuntimeOrigin::none()]
			{
				let call = RuntimeCall::from(call.clone());
				let result = sp_runtime::traits::Dispatchable::dispatch(call, origin);
				assert_eq!(result.unwrap_err().error, DispatchError::from(BadOrigin));
			}
			let info = call.get_dispatch_info();
			assert_eq!((info.class, info.pays_fee), (DispatchClass::Operational, Pays::No));
		}
	});
}

#[test]
fn the_pool_holds_one_call_for_each_subject() {
	run(|| {
		let one = reports();
		let other = prepare(1, 2, vec![(one_node(), SLOW)]);
		let valid = authorise(&one.commit()).unwrap();
		assert_eq!(valid.provides, authorise(&other.commit()).unwrap().provides);
		assert_ne!(
			valid.provides,
			authorise(&prepare(1, 1, vec![(one_node(), GOOD)]).commit()).unwrap().provides
		);
		assert_eq!((valid.longevity, valid.propagate), (LONGEVITY, true));
		assert!(valid.priority > 0 && valid.requires.is_empty());
	});
}
