//! The queue of what arrives: in order, in turns, bounded.

use crate::network::{
	inbox::{AnchorEvents, Event, Inbox},
	Limits,
};
use futures::{poll, FutureExt, StreamExt};
use proptest::prelude::*;
use smartlayer_types::evm::EvmAddress;
use std::{collections::BTreeMap, pin::pin, sync::Arc};

fn anchor(number: u8) -> EvmAddress {
	EvmAddress::repeat_byte(number)
}

fn inbox(queued_messages: usize) -> (Arc<Inbox>, AnchorEvents) {
	let inbox = Inbox::new(Limits { queued_messages, ..Default::default() });
	(inbox.clone(), AnchorEvents::new(inbox))
}

/// A short name of an event: `+1`, `-1`, or `1:7` for message 7 of anchor 1.
fn name(event: Event) -> String {
	let number = |anchor: EvmAddress| anchor.as_bytes()[0];
	match event {
		Event::Connected(anchor) => format!("+{}", number(anchor)),
		Event::Disconnected(anchor) => format!("-{}", number(anchor)),
		Event::Message { from, bytes } => format!("{}:{}", number(from), bytes[0]),
		Event::Request { from, .. } => format!("{}?", number(from)),
	}
}

/// All that can be read now.
fn read(events: &mut AnchorEvents) -> Vec<String> {
	std::iter::from_fn(|| events.next().now_or_never().flatten().map(name)).collect()
}

#[test]
fn anchors_are_read_in_turns() {
	let (inbox, mut events) = inbox(100);
	for number in [1, 2] {
		inbox.connected(anchor(number));
	}
	for message in 0..4 {
		inbox.push(anchor(1), vec![message], None);
	}
	inbox.push(anchor(2), vec![9], None);
	let read = read(&mut events);
	assert_eq!(read, ["+1", "+2", "1:0", "2:9", "1:1", "1:2", "1:3"]);
}

#[test]
fn what_is_oldest_is_dropped_and_only_of_the_anchor_that_sends_too_much() {
	let (inbox, mut events) = inbox(2);
	for number in [1, 2] {
		inbox.connected(anchor(number));
	}
	assert_eq!(inbox.push(anchor(2), vec![0], None), 0);
	let dropped: u64 = (0..10).map(|message| inbox.push(anchor(1), vec![message], None)).sum();
	assert_eq!(dropped, 8);
	assert_eq!(read(&mut events), ["+1", "+2", "1:8", "2:0", "1:9"]);
}

#[test]
fn what_came_before_the_end_is_read_before_it() {
	let (inbox, mut events) = inbox(10);
	inbox.connected(anchor(1));
	inbox.push(anchor(1), vec![1], None);
	inbox.disconnected(anchor(1));
	inbox.connected(anchor(1));
	inbox.push(anchor(1), vec![2], None);
	assert_eq!(read(&mut events), ["+1", "1:1", "-1", "+1", "1:2"]);
}

#[test]
fn a_connection_that_was_replaced_unnoticed_is_told() {
	let (inbox, mut events) = inbox(10);
	inbox.connected(anchor(1));
	assert_eq!(read(&mut events), ["+1"]);
	inbox.disconnected(anchor(1));
	inbox.connected(anchor(1));
	assert_eq!(read(&mut events), ["-1", "+1"]);
}

#[test]
fn a_connection_that_came_and_went_unnoticed_holds_nobody_up() {
	let (inbox, mut events) = inbox(10);
	inbox.connected(anchor(1));
	inbox.connected(anchor(2));
	inbox.disconnected(anchor(1));
	assert_eq!(read(&mut events), ["+2"]);
}

#[test]
fn nothing_is_taken_from_an_anchor_that_is_not_connected() {
	let (inbox, mut events) = inbox(10);
	assert_eq!(inbox.push(anchor(1), vec![1], None), 1);
	inbox.connected(anchor(1));
	inbox.disconnected(anchor(1));
	assert_eq!(inbox.push(anchor(1), vec![1], None), 1);
	assert_eq!(read(&mut events), [""; 0]);
}

#[tokio::test]
async fn the_stream_wakes_its_reader_and_ends_with_the_exchange() {
	let (inbox, mut events) = inbox(10);
	{
		let mut next = pin!(events.next());
		assert!(poll!(&mut next).is_pending());
		inbox.connected(anchor(1));
		assert_eq!(next.await.map(name).as_deref(), Some("+1"));
	}
	inbox.push(anchor(1), vec![3], None);
	inbox.close();
	assert_eq!(events.next().await.map(name).as_deref(), Some("1:3"));
	assert_eq!(events.next().await.map(name).as_deref(), Some("-1"));
	assert!(events.next().await.is_none());
}

#[derive(Clone, Debug)]
enum Step {
	Connect(u8),
	Disconnect(u8),
	Push(u8),
	Read(usize),
}

fn step() -> impl Strategy<Value = Step> {
	let anchor = 1..4u8;
	prop_oneof![
		1 => anchor.clone().prop_map(Step::Connect),
		1 => anchor.clone().prop_map(Step::Disconnect),
		4 => anchor.prop_map(Step::Push),
		2 => (0..4usize).prop_map(Step::Read),
	]
}

proptest! {
	#[test]
	fn connections_alternate_and_messages_come_in_order_between_them(
		steps in prop::collection::vec(step(), 1..150),
	) {
		let (inbox, mut events) = inbox(5);
		let mut connected = BTreeMap::new();
		let mut last = BTreeMap::<EvmAddress, u8>::new();
		let mut sent = 0u8;
		let mut check = |event: Event| -> Result<(), TestCaseError> {
			match event {
				Event::Connected(anchor) => prop_assert_eq!(connected.insert(anchor, ()), None),
				Event::Disconnected(anchor) => prop_assert_eq!(connected.remove(&anchor), Some(())),
				Event::Message { from, bytes } => {
					prop_assert!(connected.contains_key(&from));
					prop_assert!(last.insert(from, bytes[0]).is_none_or(|last| last < bytes[0]));
				},
				Event::Request { .. } => prop_assert!(false, "nobody asked"),
			}
			Ok(())
		};
		let mut there = [false; 4];
		for step in steps {
			match step {
				Step::Connect(number) if !there[usize::from(number)] => {
					there[usize::from(number)] = true;
					inbox.connected(anchor(number));
				},
				Step::Disconnect(number) => {
					there[usize::from(number)] = false;
					inbox.disconnected(anchor(number));
				},
				Step::Push(number) => {
					sent += 1;
					inbox.push(anchor(number), vec![sent], None);
				},
				Step::Read(count) => {
					for _ in 0..count {
						if let Some(event) = events.next().now_or_never().flatten() {
							check(event)?;
						}
					}
				},
				Step::Connect(_) => (),
			}
		}
		while let Some(event) = events.next().now_or_never().flatten() {
			check(event)?;
		}
		for number in 1..4u8 {
			let told = connected.contains_key(&anchor(number));
			prop_assert_eq!(told, there[usize::from(number)], "the reader knows how it stands");
		}
	}
}
