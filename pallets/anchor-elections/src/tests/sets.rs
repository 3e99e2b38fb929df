//! Anchor sets.

use super::mock::*;
use crate::{Event, Sets};
use frame_support::assert_ok;
use smartlayer_types::{AnchorMember, AnchorSets};

#[test]
fn members_are_in_ascending_order_of_addresses() {
	run_on(chain_of(7, 0), || {
		let members = Anchors::members(0).unwrap();
		assert_eq!(members.len(), 7);
		assert!(members.is_sorted_by(|a, b| a.address < b.address));
		assert_eq!(sorted(members.iter().map(|member| &member.account)), [1, 2, 3, 4, 5, 6, 7]);
		assert_eq!(Anchors::member(0, 2), Some(members[2].clone()));
		assert_eq!((Anchors::member(0, 7), Anchors::member(1, 0)), (None, None));
	});
}

#[test]
fn a_set_changes_with_an_anchor_key_and_not_with_another_key() {
	run(|| {
		run_sessions(3);
		assert_eq!(Anchors::current(), 0);
		let mut other = keys(1);
		other.babe = keys(51).babe;
		other.grandpa = keys(51).grandpa;
		assert_ok!(<Session as pallet_session::SessionInterface>::set_keys(&acc(1), other));
		run_sessions(3);
		assert_eq!(Anchors::current(), 0);
		set_keys(1, 51);
		run_sessions(1);
		assert_eq!(Anchors::current(), 0);
		run_sessions(1);
		assert_eq!(Anchors::current(), 1);
		let key = |set: u64| {
			Anchors::members(set).unwrap().into_iter().find(|m| m.account == acc(1)).unwrap().key
		};
		assert_eq!((key(0), key(1)), (anchor_key(1), anchor_key(51)));
		run_sessions(3);
		assert_eq!(Anchors::current(), 1);
	});
}

#[test]
fn the_next_set_is_known_a_session_ahead() {
	run(|| {
		MinAnchors::set(1);
		assert_eq!(Anchors::next().0, 0);
		assert_ok!(Anchors::remove_anchor(RuntimeOrigin::root(), acc(2)));
		run_sessions(1);
		let (id, members) = Anchors::next();
		assert_eq!((id, Anchors::current()), (1, 0));
		assert_eq!(sorted(members.iter().map(|member| &member.account)), [1, 3, 4]);
		assert_eq!(Anchors::next_set().members, members);
		run_sessions(1);
		assert_eq!((Anchors::current(), Anchors::members(1).unwrap()), (1, members));
		assert!(events().contains(&Event::NewSet { set: 1, members: 3 }));
		assert_eq!(Anchors::next().0, 1);
	});
}

#[test]
fn sets_are_kept_for_the_evidence_window_and_while_they_owe() {
	run(|| {
		Owing::set(vec![0]);
		set_keys(1, 51);
		run_sessions(2);
		assert_eq!(Anchors::current(), 1);
		run_sessions(EvidenceSessions::get() + 5);
		assert!(Anchors::members(0).is_some());
		Owing::set(vec![]);
		run_sessions(1);
		assert_eq!(Anchors::members(0), None);
		assert!(Anchors::members(1).is_some());
		set_keys(1, 52);
		run_sessions(2);
		run_sessions(EvidenceSessions::get());
		assert!(Anchors::members(1).is_some());
		run_sessions(1);
		assert_eq!(Anchors::members(1), None);
		assert_eq!(Sets::<Test>::iter().count(), 1);
	});
}

#[test]
fn one_anchor_key_has_one_owner() {
	run(|| {
		let taken = <Session as pallet_session::SessionInterface>::set_keys(&acc(5), keys(1));
		assert_eq!(taken, Err(pallet_session::Error::<Test>::DuplicatedKey.into()));
		// Should two members ever have one key, one is in the set; a key that is no point is in no set.
		let (one, two, three) = (acc(1), acc(2), acc(3));
		let no_point = smartlayer_types::AnchorKey::from(sp_core::ecdsa::Public::from_raw([9; 33]));
		assert_eq!(AnchorMember::new(three.clone(), no_point.clone()), None);
		let keys = || {
			[(&two, anchor_key(1)), (&one, anchor_key(1)), (&three, no_point.clone())].into_iter()
		};
		Anchors::change_set(keys(), keys());
		let members = Anchors::members(Anchors::current()).unwrap();
		assert_eq!(numbers(members.iter().map(|member| &member.account)), [1]);
	});
}
