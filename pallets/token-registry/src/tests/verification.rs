//! Verification of classes by anchors.

use super::mock::*;
use crate::{Ballots, Classes, Error, Event, OpenedRounds, Verification};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{DispatchClass, GetDispatchInfo, Pays},
};
use smartlayer_types::{
	evm::EvmSignature,
	registry::{Attestation, Challenge, Contract, Finding, Registration},
	registry_api::VerificationInfo,
	ClassId,
};
use sp_core::H160;
use sp_runtime::{
	traits::Dispatchable,
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	DispatchError,
};

fn request(class: ClassId) {
	assert_ok!(Registry::request_verification(signed(issuer()), class, None));
}

fn refused(error: InvalidTransaction) -> TransactionValidityError {
	error.into()
}

fn is_verified(class: ClassId) -> bool {
	let info = Registry::class(class).unwrap();
	info.verification != VerificationInfo::Unverified
}

#[test]
fn a_quorum_that_found_the_challenge_verifies_the_class() {
	test(|| {
		let class = register_for_long();
		request(class);
		assert_ok!(attest(attestation(class, shown(5, 1_000)), 0));
		assert_ok!(attest(attestation(class, shown(5, 998)), 3));
		assert!(!is_verified(class));
		assert_eq!(Registry::payment_terms(class), None);
		pass(1);
		assert_ok!(attest(attestation(class, shown(5, 1_002)), 1));
		let owner = H160::repeat_byte(5);
		let verification = Registry::class(class).unwrap().verification;
		assert_eq!(verification, VerificationInfo::Verified { owner, target_block: 998, at: 2 });
		assert_eq!(Registry::verified_class(contract()), Some(class));
		assert_eq!(Registry::payment_terms(class), Some(registration().terms));
		assert!(!Ballots::<Test>::contains_key(class), "nothing is left of the round");
		assert!(emitted(Event::Verified { class, round: 1, owner, target_block: 998 }));
	});
}

#[test]
fn a_request_costs_a_fee_that_is_burned() {
	test(|| {
		let class = register();
		let (issuance, before) = (Balances::total_issuance(), balance(&issuer()));
		request(class);
		assert_eq!(Balances::total_issuance(), issuance - FEE);
		assert_eq!(balance(&issuer()), before - FEE);
	});
}

#[test]
fn one_round_is_open_at_a_time() {
	test(|| {
		let class = register_for_long();
		request(class);
		pass(VERIFICATION_PERIOD);
		assert_noop!(
			Registry::request_verification(signed(issuer()), class, None),
			Error::<Test>::RoundOpen
		);
		pass(1);
		request(class);
		assert_eq!(Registry::verification_round(class).unwrap().round, 2);
	});
}

#[test]
fn nobody_attests_without_a_round_or_after_it() {
	test(|| {
		let class = register_for_long();
		let stale = Err(refused(InvalidTransaction::Stale));
		assert_eq!(attest(attestation(class, shown(5, 1)), 0), stale);
		request(class);
		pass(VERIFICATION_PERIOD + 1);
		assert_eq!(Registry::verification_round(class), None);
		assert_eq!(attest(attestation(class, shown(5, 1)), 0), stale);
	});
}

#[test]
fn more_than_f_members_that_did_not_find_it_end_the_round() {
	test(|| {
		let class = register_for_long();
		request(class);
		assert_ok!(attest(attestation(class, not_shown(1)), 0));
		assert_ok!(attest(attestation(class, shown(5, 1)), 1));
		assert!(Registry::verification_round(class).is_some());
		assert_ok!(attest(attestation(class, not_shown(2)), 2));
		assert_eq!(Registry::verification_round(class), None);
		assert!(emitted(Event::VerificationFailed { class, round: 1 }));
		request(class);
	});
}

#[test]
fn members_that_found_different_owners_are_no_quorum() {
	test(|| {
		let class = register_for_long();
		request(class);
		for (member, owner) in [(0, 5), (1, 6), (2, 5)] {
			assert_ok!(attest(attestation(class, shown(owner, 1)), member));
		}
		assert!(!is_verified(class));
		assert_ok!(attest(attestation(class, shown(5, 1)), 3));
		assert!(is_verified(class));
	});
}

#[test]
fn a_member_attests_once_per_round() {
	test(|| {
		let class = register_for_long();
		request(class);
		let it = attestation(class, shown(5, 1));
		assert_ok!(attest(it, 0));
		let stale = Err(refused(InvalidTransaction::Stale));
		assert_eq!(authorize(it, 0), stale);
		assert_eq!(authorize(attestation(class, not_shown(2)), 0), stale);
		// Nor inside a block, past the pool.
		let call = attest_call(it, 0, EvmSignature([0; 65]));
		assert_noop!(
			call.dispatch(frame_system::RawOrigin::Authorized.into()).map_err(|it| it.error),
			Error::<Test>::AlreadyAttested
		);
	});
}

#[test]
fn only_members_attest_and_each_for_itself() {
	test(|| {
		let class = register_for_long();
		request(class);
		let it = attestation(class, shown(5, 1));
		let proof = Err(refused(InvalidTransaction::BadProof));
		let sign = |key: &sp_core::ecdsa::Pair| evm_signature(key, &it.digest(GENESIS));
		let validate = |member, signature| {
			use frame_support::traits::Authorize;
			let call = attest_call(it, member, signature);
			let source = sp_runtime::transaction_validity::TransactionSource::External;
			call.authorize(source).unwrap().map(|(valid, _)| valid)
		};
		let keys = anchor_keys(4);
		assert_eq!(validate(1, sign(&keys[0])), proof, "another member's index");
		assert_eq!(validate(0, sign(&wallet())), proof, "no member's key");
		let no_member = Err(refused(InvalidTransaction::BadSigner));
		assert_eq!(validate(4, sign(&keys[0])), no_member);
		assert_eq!(validate(u32::MAX, sign(&keys[0])), no_member);
		let mut high = sign(&keys[0]);
		high.0[32..64].fill(0xff);
		assert_eq!(validate(0, high), proof, "a high s");
		assert!(validate(0, sign(&keys[0])).is_ok());
	});
}

#[test]
fn every_part_of_an_attestation_is_signed() {
	test(|| {
		let (class, second) = (register_for_long(), register_for_long());
		request(class);
		request(second);
		let it = attestation(class, shown(5, 1));
		let signature = evm_signature(&anchor_keys(4)[0], &it.digest(GENESIS));
		let validate = |attestation: Attestation| {
			use frame_support::traits::Authorize;
			let call = attest_call(attestation, 0, signature);
			let source = sp_runtime::transaction_validity::TransactionSource::External;
			call.authorize(source).unwrap().map(|_| ())
		};
		assert_eq!(validate(it), Ok(()));
		let proof = Err(refused(InvalidTransaction::BadProof));
		assert_eq!(validate(Attestation { class: second, ..it }), proof);
		assert_eq!(validate(Attestation { finding: shown(6, 1), ..it }), proof);
		assert_eq!(validate(Attestation { finding: shown(5, 2), ..it }), proof);
		assert_eq!(validate(Attestation { finding: not_shown(1), ..it }), proof);
		// Another network.
		frame_system::BlockHash::<Test>::insert(0, sp_core::H256::zero());
		assert_eq!(validate(it), proof);
	});
}

#[test]
fn an_attestation_does_not_count_in_another_round() {
	test(|| {
		let class = register_for_long();
		request(class);
		let old = attestation(class, shown(5, 1));
		assert_ok!(attest(old, 0));
		pass(VERIFICATION_PERIOD + 1);
		request(class);
		for member in 0..4 {
			assert_eq!(attest(old, member), Err(refused(InvalidTransaction::Stale)));
		}
		assert!(Registry::verification_round(class).unwrap().findings.is_empty());
		let future = Attestation { round: 3, ..old };
		assert_eq!(attest(future, 0), Err(refused(InvalidTransaction::Stale)));
	});
}

#[test]
fn a_new_set_starts_counting_anew() {
	test(|| {
		let class = register_for_long();
		request(class);
		let old = attestation(class, shown(5, 1));
		assert_ok!(attest(old, 0));
		assert_ok!(attest(old, 1));
		pass(40);
		CurrentSet::set(8);
		Members::set(members(7));
		assert_eq!(attest(old, 2), Err(refused(InvalidTransaction::Stale)), "the old set is gone");
		for member in 0..4 {
			assert_ok!(attest(attestation(class, shown(5, 1)), member));
		}
		assert!(!is_verified(class), "four of seven are no quorum");
		let round = Registry::verification_round(class).unwrap();
		assert_eq!((round.set, round.findings.len()), (8, 4));
		assert_eq!(round.deadline, Some(41 + VERIFICATION_PERIOD), "time starts anew, too");
		assert_ok!(attest(attestation(class, shown(5, 1)), 6));
		assert!(is_verified(class));
	});
}

#[test]
fn of_two_rounds_for_one_contract_the_first_quorum_wins() {
	test(|| {
		let (first, second) = (register_for_long(), register_for_long());
		request(first);
		request(second);
		for member in 0..2 {
			assert_ok!(attest(attestation(first, shown(5, 1)), member));
			assert_ok!(attest(attestation(second, shown(5, 1)), member));
		}
		let late = attestation(first, shown(5, 1));
		assert_ok!(attest(attestation(second, shown(5, 1)), 2));
		assert_eq!(attest(late, 2), Err(refused(InvalidTransaction::Stale)));
		assert!(is_verified(second) && !is_verified(first));
		assert_eq!(Registry::verified_class(contract()), Some(second));
		// The other waits: it goes on once the contract is free.
		assert_ok!(Registry::retire(signed(issuer()), second));
		assert_ok!(attest(late, 2));
		assert_eq!(Registry::verified_class(contract()), Some(first));
	});
}

#[test]
fn a_contract_that_has_a_verified_class_takes_no_requests() {
	test(|| {
		let (first, second) = (register_for_long(), register_for_long());
		verify(first);
		assert_noop!(
			Registry::request_verification(signed(issuer()), first, None),
			Error::<Test>::AlreadyVerified
		);
		assert_noop!(
			Registry::request_verification(signed(issuer()), second, None),
			Error::<Test>::ContractTaken
		);
		let elsewhere = Contract { chain_id: 2, ..contract() };
		let registration = Registration { contract: elsewhere, ..registration() };
		assert_ok!(Registry::register(signed(issuer()), Box::new(registration), RENT));
		request(3);
	});
}

#[test]
fn a_quorum_that_no_longer_finds_the_challenge_revokes() {
	test(|| {
		let class = register_for_long();
		verify(class);
		assert_ok!(attest(attestation(class, not_shown(2_000)), 0));
		assert_ok!(attest(attestation(class, not_shown(2_001)), 1));
		assert!(is_verified(class), "more than f are not enough to revoke");
		assert_ok!(attest(attestation(class, not_shown(2_002)), 3));
		assert!(!is_verified(class));
		assert_eq!(Registry::verified_class(contract()), None);
		assert_eq!(Registry::payment_terms(class), None);
		assert!(emitted(Event::VerificationRevoked { class, round: 2 }));
		request(class);
		assert_eq!(Registry::verification_round(class).unwrap().round, 3);
	});
}

#[test]
fn a_quorum_that_finds_another_owner_puts_it_on_record() {
	test(|| {
		let class = register_for_long();
		verify(class);
		let unchanged = attestation(class, shown(5, 2_000));
		assert_eq!(attest(unchanged, 0), Err(refused(InvalidTransaction::Stale)));
		attest_by_quorum(class, shown(6, 2_000));
		let Verification::Verified(verified) = Classes::<Test>::get(class).unwrap().verification
		else {
			panic!("it stays verified")
		};
		assert_eq!((verified.owner, verified.target_block), (H160::repeat_byte(6), 2_000));
	});
}

#[test]
fn votes_against_a_verified_class_grow_old() {
	test(|| {
		let class = register_for_long();
		verify(class);
		let old = attestation(class, not_shown(2_000));
		assert_ok!(attest(old, 0));
		assert_ok!(attest(old, 1));
		pass(VERIFICATION_PERIOD + 1);
		assert_eq!(attest(old, 2), Err(refused(InvalidTransaction::Stale)), "of a former round");
		assert_ok!(attest(attestation(class, not_shown(3_000)), 2));
		assert!(is_verified(class));
		assert_eq!(Registry::verification_round(class).unwrap().findings.len(), 1);
	});
}

#[test]
fn a_member_opens_few_rounds_by_itself() {
	test(|| {
		let elsewhere = |chain_id| {
			let contract = Contract { chain_id, ..contract() };
			Registration { contract, ..registration() }
		};
		let classes = 1..=3;
		for class in classes.clone() {
			let registration = elsewhere(class.into());
			assert_ok!(Registry::register(signed(issuer()), Box::new(registration), 100 * RENT));
			request(class);
			attest_by_quorum(class, shown(5, 1));
		}
		let against = |class| attestation(class, not_shown(9));
		assert_ok!(attest(against(1), 3));
		assert_ok!(attest(against(2), 3));
		assert_eq!(attest(against(3), 3), Err(refused(InvalidTransaction::Stale)));
		// Others still can, and the member can join them.
		assert_ok!(attest(against(3), 2));
		assert_ok!(attest(against(3), 3));
		assert_eq!(OpenedRounds::<Test>::get(3).unwrap().count, MAX_OPENINGS);
		pass(VERIFICATION_PERIOD + 1);
		assert_ok!(attest(against(1), 3));
		assert_eq!(OpenedRounds::<Test>::get(3).unwrap().count, 1);
	});
}

#[test]
fn whoever_signed_as_owner_is_recorded_for_anchors_to_compare() {
	test(|| {
		let class = register_for_long();
		let challenge = Challenge { class, issuer: issuer(), contract: contract() };
		let digest = challenge.owner_digest(GENESIS);
		let signature = evm_signature(&wallet(), &digest);
		assert_noop!(
			Registry::request_verification(signed(issuer()), class, Some(EvmSignature([0; 65]))),
			Error::<Test>::BadSignature
		);
		assert_ok!(Registry::request_verification(signed(issuer()), class, Some(signature)));
		let round = Registry::verification_round(class).unwrap();
		assert_eq!(round.signed_by, Some(address(&wallet())));
		assert_eq!(round.challenge, challenge);
		// It is still there when the class is verified and somebody looks again.
		let owner = address(&wallet());
		attest_by_quorum(class, Finding::Shown { owner, block: 1 });
		let again = Registry::verification_round(class).unwrap();
		assert_eq!((again.signed_by, again.deadline), (Some(owner), None));
	});
}

#[test]
fn attestations_are_feeless_operational_and_one_per_member_and_round() {
	test(|| {
		let class = register_for_long();
		request(class);
		let it = attestation(class, shown(5, 1));
		let info = attest_call(it, 0, EvmSignature([0; 65])).get_dispatch_info();
		assert_eq!((info.class, info.pays_fee), (DispatchClass::Operational, Pays::No));
		let other_finding = attestation(class, not_shown(1));
		let (one, same) = (authorize(it, 0).unwrap(), authorize(other_finding, 0).unwrap());
		assert_eq!(one.provides, same.provides);
		assert!(one.propagate && one.longevity < 100);
		assert_ne!(one.provides, authorize(it, 1).unwrap().provides);
	});
}

#[test]
fn nobody_attests_by_a_transaction_of_its_own() {
	test(|| {
		let class = register_for_long();
		request(class);
		let it = attestation(class, shown(5, 1));
		let signature = evm_signature(&anchor_keys(4)[0], &it.digest(GENESIS));
		for origin in [signed(issuer()), RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Registry::attest(origin, it, 0, signature), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn classes_that_do_not_exist_are_not_attested() {
	test(|| {
		let it = attestation(9, shown(5, 1));
		assert_eq!(attest(it, 0), Err(refused(InvalidTransaction::Call)));
	});
}

#[test]
fn retiring_a_class_ends_its_round() {
	test(|| {
		let class = register_for_long();
		request(class);
		let it = attestation(class, shown(5, 1));
		assert_ok!(attest(it, 0));
		assert_ok!(Registry::retire(signed(issuer()), class));
		assert!(!Ballots::<Test>::contains_key(class));
		assert_eq!(attest(it, 1), Err(refused(InvalidTransaction::Stale)));
	});
}
