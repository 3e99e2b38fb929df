//! Registering nodes, their endpoints and keys.

use super::mock::*;
use crate::*;
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use smartlayer_types::{nodes::NodeState, AccountId, Sla};
use sp_runtime::TokenError;

#[test]
fn register_bonds_burns_the_fee_and_begins_probation() {
	run(|| {
		let before = issuance();
		let who = register(1);
		assert_eq!(held(&who), BOND);
		assert_eq!(Balances::balance(&who), FUNDS - BOND - FEE);
		assert_eq!(issuance(), before - FEE);
		assert_eq!(state(&who), NodeState::Probation { since: 0 });
		assert_eq!(ServiceNodes::total_bonded(), BOND);
		assert_eq!(ServiceNodes::active_bonded(), 0);
		assert_eq!(ServiceNodes::operator_of(&who), Some(who.clone()));
		assert_eq!(ServiceNodes::at(0), Some(who));
	});
}

#[test]
fn the_bond_grows_with_capacity_and_throughput() {
	run(|| {
		let base = ServiceNodes::required_bond(&terms(10));
		assert_eq!(ServiceNodes::required_bond(&terms(11)), base + 10);
		let mut faster = terms(10);
		faster.sla.throughput += 7;
		assert_eq!(ServiceNodes::required_bond(&faster), base + 7);
	});
}

#[test]
fn an_account_has_one_node() {
	run(|| {
		register(1);
		let endpoint = endpoint_of(2);
		let proof = proof(&account(1), &endpoint, &peer(2));
		assert_noop!(
			ServiceNodes::register(signed(1), endpoint, peer_key(2), proof, terms(10)),
			Error::<Test>::AlreadyRegistered
		);
	});
}

#[test]
fn an_endpoint_is_taken_in_every_spelling() {
	run(|| {
		register(1);
		for spelling in ["https://node-1.example", "HTTPS://NODE-1.example:443/"] {
			let proof = proof(&account(2), &url(spelling), &peer(2));
			assert_noop!(
				ServiceNodes::register(signed(2), url(spelling), peer_key(2), proof, terms(10)),
				Error::<Test>::EndpointTaken
			);
		}
	});
}

#[test]
fn a_peer_key_is_one_nodes() {
	run(|| {
		register(1);
		let proof = proof(&account(2), &endpoint_of(2), &peer(1));
		assert_noop!(
			ServiceNodes::register(signed(2), endpoint_of(2), peer_key(1), proof, terms(10)),
			Error::<Test>::PeerKeyTaken
		);
	});
}

#[test]
fn a_peer_proof_is_valid_for_one_account_endpoint_and_key() {
	run(|| {
		let good = proof(&account(1), &endpoint_of(1), &peer(1));
		let register = |who, endpoint, key| {
			ServiceNodes::register(signed(who), endpoint, key, good, terms(10))
		};
		let refused = Error::<Test>::BadPeerProof;
		assert_noop!(register(2, endpoint_of(1), peer_key(1)), refused);
		assert_noop!(register(1, endpoint_of(2), peer_key(1)), Error::<Test>::BadPeerProof);
		assert_noop!(register(1, endpoint_of(1), peer_key(2)), Error::<Test>::BadPeerProof);
		assert_ok!(register(1, endpoint_of(1), peer_key(1)));
	});
}

#[test]
fn a_peer_proof_of_another_network_is_refused() {
	run(|| {
		let good = proof(&account(1), &endpoint_of(1), &peer(1));
		frame_system::BlockHash::<Test>::insert(0, sp_core::H256::repeat_byte(9));
		assert_noop!(
			ServiceNodes::register(signed(1), endpoint_of(1), peer_key(1), good, terms(10)),
			Error::<Test>::BadPeerProof
		);
	});
}

#[test]
fn a_malformed_endpoint_is_refused() {
	run(|| {
		for bad in ["http://node.example", "https://node.example/path", "node.example", ""] {
			let proof = proof(&account(1), &url(bad), &peer(1));
			assert_noop!(
				ServiceNodes::register(signed(1), url(bad), peer_key(1), proof, terms(10)),
				Error::<Test>::MalformedEndpoint
			);
		}
	});
}

#[test]
fn a_development_chain_takes_local_endpoints() {
	run(|| {
		Development::set(true);
		let endpoint = url("http://localhost:9000");
		let proof = proof(&account(1), &endpoint, &peer(1));
		assert_ok!(ServiceNodes::register(signed(1), endpoint, peer_key(1), proof, terms(10)));
	});
}

#[test]
fn incoherent_terms_are_refused() {
	run(|| {
		let over_full = Sla { availability: 10_001, ..terms(1).sla };
		let disordered = Sla { latency_p50: 1_000, ..terms(1).sla };
		for bad in [
			terms(0),
			smartlayer_types::nodes::Terms { sla: over_full, capacity: 1 },
			smartlayer_types::nodes::Terms { sla: disordered, capacity: 1 },
		] {
			let proof = proof(&account(1), &endpoint_of(1), &peer(1));
			assert_noop!(
				ServiceNodes::register(signed(1), endpoint_of(1), peer_key(1), proof, bad),
				Error::<Test>::IncoherentTerms
			);
		}
	});
}

#[test]
fn who_can_not_pay_bond_and_fee_registers_nothing() {
	run(|| {
		BondBase::set(FUNDS);
		assert_noop!(try_register(1), TokenError::FundsUnavailable);
		BondBase::set(1_000);
		RegistrationFee::set(FUNDS);
		assert_noop!(try_register(1), TokenError::FundsUnavailable);
	});
}

#[test]
fn a_bond_beyond_all_numbers_is_refused() {
	run(|| {
		BondBase::set(u128::MAX);
		assert_noop!(try_register(1), TokenError::FundsUnavailable);
	});
}

#[test]
fn update_endpoint_frees_the_old_one() {
	run(|| {
		let who = register(1);
		let proof_of = |who: &AccountId| proof(who, &endpoint_of(3), &peer(3));
		assert_ok!(ServiceNodes::update_endpoint(
			signed(1),
			endpoint_of(3),
			peer_key(3),
			proof_of(&who)
		));
		assert_eq!(node(&who).endpoint, endpoint_of(3));
		assert_eq!(node(&who).peer_key, peer_key(3));
		let second = account(2);
		let proof = proof(&second, &endpoint_of(1), &peer(1));
		assert_ok!(ServiceNodes::register(
			signed(2),
			endpoint_of(1),
			peer_key(1),
			proof,
			terms(10)
		));
	});
}

#[test]
fn update_endpoint_can_change_one_of_both() {
	run(|| {
		let who = register(1);
		let new_key = proof(&who, &endpoint_of(1), &peer(5));
		assert_ok!(ServiceNodes::update_endpoint(signed(1), endpoint_of(1), peer_key(5), new_key));
		let new_place = proof(&who, &endpoint_of(6), &peer(5));
		assert_ok!(ServiceNodes::update_endpoint(
			signed(1),
			endpoint_of(6),
			peer_key(5),
			new_place
		));
		assert_eq!((node(&who).endpoint, node(&who).peer_key), (endpoint_of(6), peer_key(5)));
	});
}

#[test]
fn update_endpoint_steals_nothing() {
	run(|| {
		let who = register(1);
		register(2);
		let update =
			|endpoint, key, proof| ServiceNodes::update_endpoint(signed(1), endpoint, key, proof);
		let for_endpoint = proof(&who, &endpoint_of(2), &peer(1));
		assert_noop!(
			update(endpoint_of(2), peer_key(1), for_endpoint),
			Error::<Test>::EndpointTaken
		);
		let for_key = proof(&who, &endpoint_of(1), &peer(2));
		assert_noop!(update(endpoint_of(1), peer_key(2), for_key), Error::<Test>::PeerKeyTaken);
		let of_another_key = proof(&who, &endpoint_of(3), &peer(4));
		assert_noop!(
			update(endpoint_of(3), peer_key(3), of_another_key),
			Error::<Test>::BadPeerProof
		);
	});
}

#[test]
fn calls_for_a_node_need_one() {
	run(|| {
		let none = Error::<Test>::NotRegistered;
		let proof = proof(&account(1), &endpoint_of(1), &peer(1));
		assert_noop!(
			ServiceNodes::update_endpoint(signed(1), endpoint_of(1), peer_key(1), proof),
			none
		);
		assert_noop!(ServiceNodes::update_terms(signed(1), terms(1)), Error::<Test>::NotRegistered);
		assert_noop!(
			ServiceNodes::set_operator(signed(1), account(2)),
			Error::<Test>::NotRegistered
		);
		assert_noop!(ServiceNodes::bond_extra(signed(1), 5), Error::<Test>::NotRegistered);
		assert_noop!(ServiceNodes::leave(signed(1)), Error::<Test>::NotRegistered);
		assert_noop!(ServiceNodes::withdraw(signed(1), account(1)), Error::<Test>::NotRegistered);
		assert_noop!(ServiceNodes::try_again(signed(1)), Error::<Test>::NotRegistered);
	});
}

#[test]
fn a_node_names_its_operator() {
	run(|| {
		let who = register(1);
		assert_ok!(ServiceNodes::set_operator(signed(1), account(9)));
		assert_eq!(ServiceNodes::operator_of(&who), Some(account(9)));
	});
}

#[test]
fn bond_extra_adds_to_the_bond() {
	run(|| {
		let who = active(1);
		assert_ok!(ServiceNodes::bond_extra(signed(1), 500));
		assert_eq!(held(&who), BOND + 500);
		assert_eq!(ServiceNodes::bond_of(&who), BOND + 500);
		assert_eq!(ServiceNodes::total_bonded(), BOND + 500);
		assert_eq!(ServiceNodes::active_bonded(), BOND + 500);
		assert_noop!(ServiceNodes::bond_extra(signed(1), 0), Error::<Test>::ZeroAmount);
		assert_noop!(ServiceNodes::bond_extra(signed(1), FUNDS), TokenError::FundsUnavailable);
	});
}
