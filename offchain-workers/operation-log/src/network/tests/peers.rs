//! The state machine of peers.

use crate::network::{
	limits::Limits,
	misconduct::{Refusal, RequestRefusal, FLOOD, OVERSIZED, STRANGER},
	peers::{Action, PeerTable},
	Misbehaviour, Rate, MAX_MESSAGE_BYTES, MAX_REQUEST_BYTES,
};
use proptest::prelude::*;
use sc_network::PeerId;
use smartlayer_types::evm::EvmAddress;
use std::{
	collections::{BTreeMap, BTreeSet},
	time::{Duration, Instant},
};

fn anchor(number: u8) -> EvmAddress {
	EvmAddress::repeat_byte(number)
}

fn peer(number: u8) -> PeerId {
	// An identity multihash of 32 bytes, as ids of small keys are.
	PeerId::from_bytes(&[&[0, 32][..], &[number; 32][..]].concat()).unwrap()
}

fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
	items.into_iter().collect()
}

fn seconds(seconds: u64) -> Duration {
	Duration::from_secs(seconds)
}

fn limits() -> Limits {
	Limits {
		messages: Rate { per_second: 1, burst: 5 },
		bytes: Rate { per_second: 1_000, burst: 2 << 20 },
		requests: Rate { per_second: 1, burst: 2 },
		cut_off: seconds(60),
		..Default::default()
	}
	.sane()
}

/// The table of anchor 1 at peer 1, among anchors 1 to 4, each known at the peer with its number.
fn table() -> PeerTable {
	let mut table = PeerTable::new(peer(1), limits());
	table.set_members(set((1..5).map(anchor)));
	table.set_own(Some(anchor(1)));
	table.set_known((1..5).map(|n| (anchor(n), set([peer(n)]))).collect());
	table
}

/// Connects an anchor at a peer.
fn connect(table: &mut PeerTable, number: u8, at: u8, now: Instant) -> Vec<Action> {
	table.opened(peer(at), Some(anchor(number)), now).unwrap()
}

fn reserved(actions: &[Action]) -> Option<BTreeSet<PeerId>> {
	let mut reserved = actions.iter().filter_map(|action| match action {
		Action::Reserve(peers) => Some(peers.clone()),
		_ => None,
	});
	reserved.next_back()
}

#[test]
fn the_peers_of_all_other_members_are_reserved() {
	let mut table = PeerTable::new(peer(1), limits());
	assert_eq!(table.set_members(set((1..5).map(anchor))), []);
	assert_eq!(table.set_own(Some(anchor(1))), []);
	let known = [
		(anchor(1), set([peer(1), peer(7)])),
		(anchor(2), set([peer(2), peer(3), peer(1)])),
		(anchor(9), set([peer(9)])),
	];
	let actions = table.set_known(known.into());
	assert_eq!(actions, [Action::Reserve(set([peer(2), peer(3)]))]);
}

#[test]
fn a_node_that_is_nobody_connects_to_nobody() {
	let now = Instant::now();
	let mut table = table();
	connect(&mut table, 2, 2, now);
	let actions = table.set_own(None);
	assert_eq!(actions, [Action::Disconnected(anchor(2)), Action::Reserve(set([]))]);
	assert_eq!(table.admit(Some(anchor(3)), now), Err(Refusal::Nobody));
	assert!(table.opened(peer(3), Some(anchor(3)), now).is_err());
	assert_eq!(table.set_known([(anchor(2), set([peer(5)]))].into()), []);
}

#[test]
fn a_node_with_a_new_key_connects_again() {
	let now = Instant::now();
	let mut table = table();
	connect(&mut table, 2, 2, now);
	let actions = table.set_own(Some(anchor(4)));
	let all = set([peer(2), peer(3)]);
	let expected =
		[Action::Disconnected(anchor(2)), Action::Reserve(set([])), Action::Reserve(all)];
	assert_eq!(actions, expected);
	assert_eq!(table.set_own(Some(anchor(4))), []);
}

#[test]
fn members_are_admitted_and_nobody_else() {
	let now = Instant::now();
	let mut table = table();
	assert_eq!(table.admit(Some(anchor(3)), now), Ok(anchor(3)));
	assert_eq!(table.admit(Some(anchor(5)), now), Err(Refusal::NotMember));
	assert_eq!(table.admit(None, now), Err(Refusal::Unsigned));
	assert_eq!(table.admit(Some(anchor(1)), now), Err(Refusal::OwnKey));
	for signer in [Some(anchor(5)), None, Some(anchor(1))] {
		let (refusal, actions) = table.opened(peer(4), signer, now).unwrap_err();
		assert!(actions
			.iter()
			.any(|action| matches!(action, Action::Report(_, cost) if cost.value < 0)));
		assert_eq!(table.received(peer(4), 1, now), (None, vec![]), "{refusal:?}");
	}
}

#[test]
fn a_refused_peer_is_dialled_again_after_a_while() {
	let now = Instant::now();
	let mut table = table();
	let (_, actions) = table.opened(peer(2), None, now).unwrap_err();
	assert_eq!(reserved(&actions), Some(set([peer(3), peer(4)])));
	assert_eq!(table.tick(now + seconds(9)), []);
	let back = table.tick(now + seconds(10));
	assert_eq!(reserved(&back), Some(set([peer(2), peer(3), peer(4)])));
}

#[test]
fn a_refused_peer_is_dialled_again_when_the_set_has_changed() {
	let now = Instant::now();
	let mut table = table();
	table.opened(peer(2), Some(anchor(5)), now).unwrap_err();
	let actions = table.set_members(set((1..6).map(anchor)));
	assert_eq!(reserved(&actions), Some(set([peer(2), peer(3), peer(4)])));
	assert!(table.opened(peer(2), Some(anchor(5)), now).is_ok());
}

#[test]
fn strangers_do_not_fill_the_memory() {
	let now = Instant::now();
	let mut table = table();
	for number in 10..200 {
		// The peer set of the network keeps them out; even without it, nothing is kept of them.
		assert!(table.opened(peer(number), None, now).is_err());
	}
	assert_eq!(table.tick(now + seconds(5)), []);
	assert_eq!(table.tick(now + seconds(50)), []);
}

#[test]
fn the_newest_peer_of_an_anchor_wins_and_the_older_stays_away() {
	let now = Instant::now();
	let mut table = table();
	assert_eq!(connect(&mut table, 2, 2, now), [Action::Connected(anchor(2), peer(2))]);
	let actions = connect(&mut table, 2, 7, now);
	let expected = [
		Action::Disconnected(anchor(2)),
		Action::Connected(anchor(2), peer(7)),
		Action::Reserve(set([peer(3), peer(4), peer(7)])),
	];
	assert_eq!(actions, expected);
	assert_eq!(table.received(peer(2), 1, now), (None, vec![]), "what was on its way");
	assert_eq!(table.received(peer(7), 1, now).0, Some(anchor(2)));
	assert_eq!(table.closed(peer(2)), [], "its substream ends");
	assert_eq!(table.tick(now + seconds(1_000)), [], "it stays away");
	let actions = table.closed(peer(7));
	assert_eq!(reserved(&actions), Some(set([peer(2), peer(3), peer(4)])));
}

#[test]
fn a_peer_that_comes_back_as_another_anchor_is_no_longer_the_first() {
	let now = Instant::now();
	let mut table = table();
	connect(&mut table, 2, 2, now);
	let actions = connect(&mut table, 3, 2, now);
	let expected = [Action::Disconnected(anchor(2)), Action::Connected(anchor(3), peer(2))];
	assert_eq!(actions, expected);
	assert_eq!(table.received(peer(2), 1, now).0, Some(anchor(3)));
}

#[test]
fn who_leaves_the_set_is_disconnected() {
	let now = Instant::now();
	let mut table = table();
	connect(&mut table, 2, 2, now);
	connect(&mut table, 3, 3, now);
	let actions = table.set_members(set([anchor(1), anchor(3)]));
	assert_eq!(actions, [Action::Disconnected(anchor(2)), Action::Reserve(set([peer(3)]))]);
	assert_eq!(table.received(peer(3), 1, now).0, Some(anchor(3)));
	assert_eq!(table.received(peer(2), 1, now), (None, vec![]));
}

#[test]
fn a_look_up_that_finds_nothing_changes_nothing() {
	let mut table = table();
	assert_eq!(table.set_known([(anchor(2), set([]))].into()), []);
	let actions = table.set_known([(anchor(2), set([peer(8)]))].into());
	assert_eq!(reserved(&actions), Some(set([peer(3), peer(4), peer(8)])));
}

#[test]
fn a_connected_peer_stays_though_its_address_is_no_longer_published() {
	let now = Instant::now();
	let mut table = table();
	connect(&mut table, 2, 2, now);
	let actions = table.set_known([(anchor(2), set([peer(8)]))].into());
	assert_eq!(reserved(&actions), Some(set([peer(2), peer(3), peer(4), peer(8)])));
}

#[test]
fn whoever_sends_too_many_messages_is_cut_off_for_a_while() {
	let now = Instant::now();
	let mut table = table();
	connect(&mut table, 2, 2, now);
	for _ in 0..5 {
		assert_eq!(table.received(peer(2), 1, now), (Some(anchor(2)), vec![]));
	}
	let (from, actions) = table.received(peer(2), 1, now);
	let expected = [
		Action::Report(peer(2), FLOOD),
		Action::CutOff(anchor(2)),
		Action::Disconnected(anchor(2)),
		Action::Reserve(set([peer(3), peer(4)])),
	];
	assert_eq!((from, &actions[..]), (None, &expected[..]));
	assert_eq!(table.admit(Some(anchor(2)), now + seconds(59)), Err(Refusal::CutOff));
	assert_eq!(table.received(peer(2), 1, now), (None, vec![]), "reported once");
	assert_eq!(table.tick(now + seconds(59)), []);
	let later = now + seconds(60);
	assert_eq!(reserved(&table.tick(later)), Some(set([peer(2), peer(3), peer(4)])));
	connect(&mut table, 2, 2, later);
	assert_eq!(table.received(peer(2), 1, later).0, Some(anchor(2)));
}

#[test]
fn whoever_sends_too_many_bytes_is_cut_off() {
	let now = Instant::now();
	let mut table = table();
	connect(&mut table, 2, 2, now);
	for _ in 0..2 {
		assert!(table.received(peer(2), MAX_MESSAGE_BYTES, now).0.is_some());
	}
	let (from, actions) = table.received(peer(2), 1, now);
	assert!(from.is_none() && actions.contains(&Action::CutOff(anchor(2))));
}

#[test]
fn another_peer_of_an_anchor_that_is_cut_off_is_refused_too() {
	let now = Instant::now();
	let mut table = table();
	table.set_known([(anchor(2), set([peer(2), peer(8)]))].into());
	connect(&mut table, 2, 2, now);
	let actions = table.misbehaved(anchor(2), Misbehaviour::Invalid, now);
	assert_eq!(reserved(&actions), Some(set([peer(3), peer(4)])));
	assert_eq!(table.opened(peer(8), Some(anchor(2)), now).unwrap_err().0, Refusal::CutOff);
}

#[test]
fn nothing_is_won_by_connecting_again() {
	let now = Instant::now();
	let mut table = table();
	for round in 0..5 {
		connect(&mut table, 2, 2 + 6 * (round % 2), now);
		assert!(table.received(peer(2 + 6 * (round % 2)), 1, now).0.is_some());
		table.closed(peer(2 + 6 * (round % 2)));
	}
	connect(&mut table, 2, 2, now);
	assert_eq!(table.received(peer(2), 1, now).0, None);
}

#[test]
fn an_anchor_that_sends_too_much_does_not_cost_the_others() {
	let now = Instant::now();
	let mut table = table();
	connect(&mut table, 2, 2, now);
	connect(&mut table, 3, 3, now);
	for _ in 0..10 {
		table.received(peer(2), 1, now);
	}
	assert_eq!(table.received(peer(3), 1, now), (Some(anchor(3)), vec![]));
}

#[test]
fn a_request_of_a_stranger_is_refused_and_costs() {
	let mut table = table();
	let (outcome, actions) = table.requested(peer(9), 1, Instant::now());
	assert_eq!(outcome, Err(RequestRefusal::Stranger));
	assert_eq!(actions, [Action::Report(peer(9), STRANGER)]);
}

#[test]
fn too_many_requests_are_refused_before_they_are_a_flood() {
	let now = Instant::now();
	let mut table = table();
	connect(&mut table, 2, 2, now);
	for _ in 0..2 {
		assert_eq!(table.requested(peer(2), 1, now), (Ok(anchor(2)), vec![]));
	}
	for _ in 0..3 {
		assert_eq!(table.requested(peer(2), 1, now), (Err(RequestRefusal::Busy), vec![]));
	}
	let (outcome, actions) = table.requested(peer(2), 1, now);
	assert_eq!(outcome, Err(RequestRefusal::Flood));
	assert!(actions.contains(&Action::CutOff(anchor(2))));
}

#[test]
fn a_request_that_is_too_large_cuts_off() {
	let now = Instant::now();
	let mut table = table();
	connect(&mut table, 2, 2, now);
	assert!(table.requested(peer(2), MAX_REQUEST_BYTES, now).0.is_ok());
	let (outcome, actions) = table.requested(peer(2), MAX_REQUEST_BYTES + 1, now);
	assert_eq!(outcome, Err(RequestRefusal::Oversized));
	assert_eq!(actions[0], Action::Report(peer(2), OVERSIZED));
	assert!(actions.contains(&Action::Disconnected(anchor(2))));
}

#[test]
fn misbehaviour_costs_and_some_of_it_cuts_off() {
	let all = [
		(Misbehaviour::Undecodable, true),
		(Misbehaviour::Invalid, true),
		(Misbehaviour::Conflicting, false),
		(Misbehaviour::Useless, false),
	];
	for (misbehaviour, cuts_off) in all {
		let now = Instant::now();
		let mut table = table();
		assert_eq!(table.misbehaved(anchor(2), misbehaviour, now), [], "not connected");
		connect(&mut table, 2, 2, now);
		let actions = table.misbehaved(anchor(2), misbehaviour, now);
		assert!(matches!(actions[0], Action::Report(at, cost) if at == peer(2) && cost.value < 0));
		assert_eq!(actions.contains(&Action::Disconnected(anchor(2))), cuts_off);
		assert_eq!(table.received(peer(2), 1, now).0.is_none(), cuts_off);
	}
}

#[derive(Clone, Debug)]
enum Step {
	Own(Option<u8>),
	Members(BTreeSet<u8>),
	Known(BTreeMap<u8, BTreeSet<u8>>),
	Opened(u8, Option<u8>),
	Closed(u8),
	Received(u8),
	Requested(u8),
	Misbehaved(u8, bool),
	Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
	let number = 1..6u8;
	let numbers = prop::collection::btree_set(number.clone(), 0..5);
	let one_in_five = prop::option::weighted(0.8, number.clone());
	prop_oneof![
		1 => one_in_five.clone().prop_map(Step::Own),
		1 => prop::collection::btree_set(number.clone(), 2..6).prop_map(Step::Members),
		2 => prop::collection::btree_map(number.clone(), numbers, 0..6).prop_map(Step::Known),
		8 => (number.clone(), one_in_five).prop_map(|(peer, signer)| Step::Opened(peer, signer)),
		3 => number.clone().prop_map(Step::Closed),
		12 => number.clone().prop_map(Step::Received),
		4 => number.clone().prop_map(Step::Requested),
		1 => (number, any::<bool>()).prop_map(|(anchor, cuts)| Step::Misbehaved(anchor, cuts)),
		3 => (0..30u64).prop_map(Step::Wait),
	]
}

/// What whoever carries out the actions knows.
#[derive(Default)]
struct Outside {
	members: BTreeSet<EvmAddress>,
	connected: BTreeMap<EvmAddress, PeerId>,
	reserved: BTreeSet<PeerId>,
	cut_off: BTreeMap<EvmAddress, Instant>,
}

impl Outside {
	fn perform(&mut self, actions: Vec<Action>, now: Instant) -> Result<(), TestCaseError> {
		for action in actions {
			match action {
				Action::Connected(anchor, peer) => {
					prop_assert!(!self.connected.values().any(|other| *other == peer));
					prop_assert_eq!(self.connected.insert(anchor, peer), None);
				},
				Action::Disconnected(anchor) => {
					prop_assert!(self.connected.remove(&anchor).is_some());
				},
				Action::Reserve(peers) => {
					prop_assert!(peers != self.reserved, "asked for a change only");
					self.reserved = peers;
				},
				Action::CutOff(anchor) => {
					self.cut_off.insert(anchor, now + limits().cut_off);
				},
				Action::Report(_, cost) => prop_assert!(cost.value < 0),
			}
		}
		Ok(())
	}

	fn check(&self, table: &PeerTable, now: Instant) -> Result<(), TestCaseError> {
		for (anchor, peer) in &self.connected {
			prop_assert!(self.members.contains(anchor));
			prop_assert!(table.own().is_some() && table.own() != Some(*anchor));
			prop_assert!(self.cut_off.get(anchor).is_none_or(|until| now >= *until));
			prop_assert!(self.reserved.contains(peer), "the network keeps it connected");
		}
		prop_assert!(table.own().is_some() || self.reserved.is_empty());
		prop_assert!(!self.reserved.contains(&peer(1)), "not to itself");
		Ok(())
	}
}

proptest! {
	#[test]
	fn the_table_never_contradicts_itself(steps in prop::collection::vec(step(), 1..200)) {
		let mut now = Instant::now();
		let mut table = PeerTable::new(peer(1), limits());
		let mut outside = Outside::default();
		for step in steps {
			let actions = match step {
				Step::Own(own) => table.set_own(own.map(anchor)),
				Step::Members(members) => {
					outside.members = members.into_iter().map(anchor).collect();
					let gone = |anchor: &EvmAddress| !outside.members.contains(anchor);
					outside.cut_off.retain(|anchor, _| !gone(anchor));
					table.set_members(outside.members.clone())
				},
				Step::Known(known) => {
					let known = known.into_iter().map(|(number, peers)| {
						(anchor(number), peers.into_iter().map(peer).collect())
					});
					table.set_known(known.collect())
				},
				// A node is never connected to itself.
				Step::Opened(1, _) => Vec::new(),
				Step::Opened(at, signer) => match table.opened(peer(at), signer.map(anchor), now) {
					Ok(actions) => actions,
					Err((_, actions)) => actions,
				},
				Step::Closed(at) => table.closed(peer(at)),
				Step::Received(at) => {
					let (from, actions) = table.received(peer(at), 100, now);
					if let Some(from) = from {
						prop_assert_eq!(outside.connected.get(&from), Some(&peer(at)));
					}
					actions
				},
				Step::Requested(at) => {
					let (from, actions) = table.requested(peer(at), 100, now);
					if let Ok(from) = from {
						prop_assert_eq!(outside.connected.get(&from), Some(&peer(at)));
					}
					actions
				},
				Step::Misbehaved(number, cuts) => {
					let what = if cuts { Misbehaviour::Invalid } else { Misbehaviour::Conflicting };
					table.misbehaved(anchor(number), what, now)
				},
				Step::Wait(wait) => {
					now += seconds(wait);
					table.tick(now)
				},
			};
			outside.perform(actions, now)?;
			outside.check(&table, now)?;
		}
	}
}
