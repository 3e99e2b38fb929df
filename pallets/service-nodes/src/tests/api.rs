//! What clients, probers and the placement of shards read.

use super::mock::*;
use crate::*;
use frame_support::assert_ok;
use smartlayer_types::nodes::NodeState;

#[test]
fn a_node_is_told_with_all_that_matters() {
	run(|| {
		let who = active(1);
		assert_ok!(ServiceNodes::update_terms(signed(1), terms(5)));
		assert_ok!(ServiceNodes::set_operator(signed(1), account(8)));
		assert!(ServiceNodes::slash(&who, ServiceNodes::current_epoch(), 2));
		let info = ServiceNodes::node(&who).unwrap();
		assert_eq!((info.account, info.operator), (who.clone(), account(8)));
		assert_eq!((info.endpoint, info.peer_key), (endpoint_of(1), peer_key(1)));
		assert_eq!(info.state, NodeState::Active { since: PROBATION });
		assert_eq!((info.terms, info.next_terms), (terms(10), Some(terms(5))));
		assert_eq!((info.bond, info.pending_slashes), (BOND, 1));
		assert_eq!(info.salt, ServiceNodes::placement_salt(&who));
		assert_eq!(ServiceNodes::node(&account(2)), None);

		let pending = ServiceNodes::pending_slashes(&who);
		assert_eq!((pending.len(), pending[0].rung, pending[0].amount), (1, 2, BOND * 2 / 5));
		assert_eq!(pending[0].due, System::block_number() + DELAY);
	});
}

#[test]
fn capacity_and_salt_count_from_the_next_era() {
	run(|| {
		let placeable = |who| ServiceNodes::node(who).unwrap().placeable;
		// Era 0 has epochs 0 to 3, era 1 begins with epoch 4.
		let who = active(1);
		assert_eq!((ServiceNodes::current_epoch(), placeable(&who)), (3, 0));
		pass_epochs(1);
		assert_eq!(placeable(&who), 10);
		assert_ok!(ServiceNodes::update_terms(signed(1), terms(50)));
		pass_epochs(2);
		assert_eq!(placeable(&who), 10);
		pass_era();
		assert_eq!(placeable(&who), 50);
		assert!(ServiceNodes::jail(&who, ServiceNodes::current_epoch()));
		assert_eq!(placeable(&who), 0);
	});
}

#[test]
fn pages_cover_all_nodes_once() {
	run(|| {
		let all: Vec<_> = (1..=7).map(register).collect();
		pass_epochs(PROBATION);
		for who in [&all[1], &all[4], &all[6]] {
			assert!(ServiceNodes::passed_probation(who));
		}
		let collect = |read: fn(u32, u32) -> smartlayer_types::nodes_api::NodePage| {
			let (mut found, mut from) = (vec![], Some(0));
			while let Some(start) = from {
				let page = read(start, 2);
				assert!(page.nodes.len() <= 2);
				found.extend(page.nodes.into_iter().map(|node| node.account));
				from = page.next;
			}
			found
		};
		assert_eq!(collect(ServiceNodes::nodes), all);
		let active = [1, 4, 6].map(|index: usize| all[index].clone());
		assert_eq!(collect(ServiceNodes::active_nodes), active);
		assert!(ServiceNodes::nodes(7, 2).nodes.is_empty());
		assert!(ServiceNodes::nodes(u32::MAX, u32::MAX).next.is_none());
	});
}

#[test]
fn nodes_are_found_by_endpoint_in_any_spelling() {
	run(|| {
		let who = register(1);
		let find = ServiceNodes::node_at_endpoint;
		assert_eq!(find(b"HTTPS://Node-1.Example:443/"), Some(who));
		assert_eq!(find(b"https://node-2.example"), None);
		assert_eq!(find(b"nonsense"), None);
	});
}

#[test]
fn the_chain_tells_what_a_peer_key_signs() {
	run(|| {
		use sp_core::Pair;
		let who = account(1);
		let digest =
			ServiceNodes::registration_digest(&who, &endpoint_of(1), &peer_key(1)).unwrap();
		let proof = peer(1).sign(digest.as_bytes());
		assert_ok!(ServiceNodes::register(
			signed(1),
			endpoint_of(1),
			peer_key(1),
			proof,
			terms(10)
		));
		assert_eq!(ServiceNodes::registration_digest(&who, b"nonsense", &peer_key(1)), None);
	});
}

#[test]
fn totals_and_eras_are_told() {
	run(|| {
		active(1);
		register(2);
		pay_rent(9, 700);
		let totals = ServiceNodes::node_totals();
		assert_eq!((totals.nodes, totals.active_nodes), (2, 1));
		assert_eq!((totals.bonded, totals.active_bonded), (2 * BOND, BOND));
		let status = ServiceNodes::era_status();
		assert_eq!((status.epoch, status.era, status.first_epoch, status.rent), (3, 0, 0, 700));
		pass_era();
		let status = ServiceNodes::era_status();
		assert_eq!((status.epoch, status.era, status.first_epoch), (4, 1, 4));
		assert_eq!(ServiceNodes::node_parameters().registration_fee, FEE);
	});
}
