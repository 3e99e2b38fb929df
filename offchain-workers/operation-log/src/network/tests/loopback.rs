//! Real networks on loopback: litep2p, noise, the SDK's peer sets.

use super::{authority, generate_key};
use crate::network::{
	protocols, AnchorEvents, AnchorHandle, AnchorNetwork, Directory, Event, Limits, Members,
	NetworkParams, Protocols, Rate, Reply, RequestError, SendError, MAX_MESSAGE_BYTES,
	MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES,
};
use futures::StreamExt;
use parking_lot::Mutex;
use sc_network::{
	config::{FullNetworkConfiguration, NetworkConfiguration, Params, ProtocolId, Role, SetConfig},
	multiaddr::Protocol,
	service::{traits::NetworkService, NotificationMetrics},
	IfDisconnected, Litep2pNetworkBackend, Multiaddr, NetworkBackend, NetworkRequest,
	NetworkStateInfo, NotificationService, ProtocolName,
};
use smartlayer_types::{evm::EvmAddress, opaque::Block, Hash};
use sp_authority_discovery::AuthorityId;
use sp_core::H256;
use sp_keystore::testing::MemoryKeystore;
use std::{
	collections::HashMap,
	future::Future,
	sync::Arc,
	time::{Duration, Instant},
};
use substrate_prometheus_endpoint::{prometheus::proto::MetricFamily, Registry};
use tokio::{
	sync::watch,
	task::JoinSet,
	time::{sleep, timeout},
};

type Litep2p = Litep2pNetworkBackend;

const GENESIS: H256 = H256::repeat_byte(5);

/// The peer sets of the SDK wait five seconds before they try again: enough for some rounds of that.
const PATIENCE: Duration = Duration::from_secs(40);

/// The directory of a test.
#[derive(Clone, Default)]
struct Book(Arc<Mutex<HashMap<AuthorityId, Vec<Multiaddr>>>>);

impl Directory for Book {
	fn addresses(&mut self, of: AuthorityId) -> impl Future<Output = Vec<Multiaddr>> + Send {
		std::future::ready(self.0.lock().get(&of).cloned().unwrap_or_default())
	}
}

/// A network that is not yet used, and what must live as long.
struct Network {
	service: Arc<dyn NetworkService>,
	protocols: Protocols,
	_block_announces: Box<dyn NotificationService>,
	tasks: JoinSet<()>,
}

async fn network() -> Network {
	let local = NetworkConfiguration::new_local();
	let mut config = FullNetworkConfiguration::<Block, Hash, Litep2p>::new(&local, None);
	let metrics = NotificationMetrics::new(None);
	let peer_store = config.peer_store_handle();
	let (messages, requests, protocols) =
		protocols::<Block, Litep2p>(GENESIS, None, metrics.clone(), peer_store.clone());
	config.add_notification_protocol(messages);
	config.add_request_response_protocol(requests);
	let (block_announce_config, announces) =
		<Litep2p as NetworkBackend<Block, Hash>>::notification_config(
			"/block-announces/1".into(),
			Vec::new(),
			1_024,
			None,
			SetConfig::default(),
			metrics.clone(),
			peer_store,
		);
	let backend = <Litep2p as NetworkBackend<Block, Hash>>::new(Params {
		role: Role::Authority,
		executor: Box::new(|task| drop(tokio::spawn(task))),
		network_config: config,
		protocol_id: ProtocolId::from("test"),
		genesis_hash: GENESIS,
		fork_id: None,
		metrics_registry: None,
		block_announce_config,
		ipfs_config: None,
		notification_metrics: metrics,
	})
	.unwrap();
	let service = <Litep2p as NetworkBackend<Block, Hash>>::network_service(&backend);
	let mut tasks = JoinSet::new();
	tasks.spawn(<Litep2p as NetworkBackend<Block, Hash>>::run(backend));
	let listens = async {
		while service.listen_addresses().is_empty() {
			sleep(Duration::from_millis(10)).await;
		}
	};
	timeout(PATIENCE, listens).await.expect("it listens");
	Network { service, protocols, _block_announces: announces, tasks }
}

/// An anchor on its own network.
struct Node {
	anchor: EvmAddress,
	authority: AuthorityId,
	address: Multiaddr,
	service: Arc<dyn NetworkService>,
	request_name: ProtocolName,
	handle: AnchorHandle,
	events: AnchorEvents,
	members: watch::Sender<Members>,
	registry: Registry,
	_block_announces: Box<dyn NotificationService>,
	_tasks: JoinSet<()>,
}

fn limits() -> Limits {
	Limits { refresh: Duration::from_millis(200), ..Default::default() }
}

/// Starts an anchor whose key is made from the number.
async fn start(number: u8, book: &Book, limits: Limits) -> Node {
	let Network { service, protocols, _block_announces, mut tasks } = network().await;
	let keystore = Arc::new(MemoryKeystore::new());
	let anchor = generate_key(&keystore, &format!("//{number}"));
	let (members, receiver) = watch::channel(Members::new());
	let registry = Registry::new();
	let request_name = protocols.request_name.clone();
	let params = NetworkParams {
		service: service.clone(),
		protocols,
		keystore,
		genesis: GENESIS,
		members: receiver,
		directory: book.clone(),
		limits,
		registry: Some(registry.clone()),
	};
	let (handle, events, run) = AnchorNetwork::new(params).unwrap();
	tasks.spawn(run);
	let address = service.listen_addresses().remove(0);
	let peer = Protocol::P2p(service.local_peer_id().into());
	let has_peer = address.iter().any(|part| matches!(part, Protocol::P2p(_)));
	let address = if has_peer { address } else { address.with(peer) };
	Node {
		anchor,
		authority: authority(number),
		address,
		service,
		request_name,
		handle,
		events,
		members,
		registry,
		_block_announces,
		_tasks: tasks,
	}
}

impl Node {
	fn publish(&self, book: &Book) {
		book.0.lock().insert(self.authority.clone(), vec![self.address.clone()]);
	}

	/// Waits for the event that is looked for, and passes over others.
	async fn until<T>(&mut self, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
		let search = async {
			loop {
				let event = self.events.next().await.expect("the exchange runs");
				if let Some(found) = wanted(event) {
					return found;
				}
			}
		};
		timeout(PATIENCE, search).await.expect("in time")
	}

	async fn connected(&mut self, anchor: EvmAddress) {
		self.until(|event| matches!(event, Event::Connected(who) if who == anchor).then_some(()))
			.await;
	}

	async fn disconnected(&mut self, anchor: EvmAddress) {
		self.until(|event| {
			matches!(event, Event::Disconnected(who) if who == anchor).then_some(())
		})
		.await;
	}

	async fn message(&mut self) -> (EvmAddress, Vec<u8>) {
		self.until(|event| match event {
			Event::Message { from, bytes } => Some((from, bytes)),
			_ => None,
		})
		.await
	}

	async fn request(&mut self) -> (EvmAddress, Vec<u8>, Reply) {
		self.until(|event| match event {
			Event::Request { from, bytes, reply } => Some((from, bytes, reply)),
			_ => None,
		})
		.await
	}

	/// The sum of a metric over its labels.
	fn count(&self, name: &str) -> f64 {
		let families = self.registry.gather();
		let family = families.iter().find(|family| family.get_name().ends_with(name));
		let metrics = family.into_iter().flat_map(MetricFamily::get_metric);
		metrics.map(|metric| metric.get_counter().get_value()).sum()
	}

	async fn until_count(&self, name: &str, at_least: f64) {
		let search = async {
			while self.count(name) < at_least {
				sleep(Duration::from_millis(20)).await;
			}
		};
		timeout(PATIENCE, search).await.expect("in time");
	}
}

fn members_of<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> Members {
	nodes.into_iter().map(|node| (node.anchor, node.authority.clone())).collect()
}

/// So many anchors that know one another.
async fn anchors(count: u8, limits: Limits) -> (Vec<Node>, Book) {
	let book = Book::default();
	let mut nodes = Vec::new();
	for number in 1..=count {
		let node = start(number, &book, limits).await;
		node.publish(&book);
		nodes.push(node);
	}
	let members = members_of(&nodes);
	nodes.iter().for_each(|node| drop(node.members.send(members.clone())));
	for node in &mut nodes {
		let others = members.keys().filter(|anchor| **anchor != node.anchor);
		let mut missing: Vec<_> = others.copied().collect();
		while !missing.is_empty() {
			let new = node.until(|event| match event {
				Event::Connected(anchor) => Some(anchor),
				_ => None,
			});
			let new = new.await;
			missing.retain(|anchor| *anchor != new);
		}
	}
	(nodes, book)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anchors_exchange_messages_and_requests() {
	let (mut nodes, _book) = anchors(3, limits()).await;
	let [one, two, three] = &mut nodes[..] else { unreachable!("three were started") };
	let mut others = [two.anchor, three.anchor];
	others.sort();
	assert_eq!(one.handle.connected(), others);

	assert_eq!(one.handle.broadcast(b"batch".to_vec()), Ok(2));
	assert_eq!(two.message().await, (one.anchor, b"batch".to_vec()));
	assert_eq!(three.message().await, (one.anchor, b"batch".to_vec()));

	let largest = vec![7; MAX_MESSAGE_BYTES];
	assert_eq!(two.handle.send(three.anchor, largest.clone()), Ok(()));
	assert_eq!(three.message().await, (two.anchor, largest));
	let larger = vec![7; MAX_MESSAGE_BYTES + 1];
	assert_eq!(two.handle.broadcast(larger.clone()), Err(SendError::TooLarge(larger.len())));
	assert_eq!(two.handle.send(EvmAddress::zero(), vec![1]), Err(SendError::NotConnected));

	// Requests: answered with the largest answer there may be, refused, and with an answer that is too large.
	let ask = {
		let (handle, to) = (one.handle.clone(), two.anchor);
		move |length: usize| {
			let handle = handle.clone();
			tokio::spawn(async move { handle.request(to, vec![3; length]).await })
		}
	};
	let asked = ask(MAX_REQUEST_BYTES);
	let (who, bytes, reply) = two.request().await;
	assert_eq!((who, bytes.len()), (one.anchor, MAX_REQUEST_BYTES));
	reply.send(vec![4; MAX_RESPONSE_BYTES]);
	assert_eq!(asked.await.unwrap().map(|answer| answer.len()), Ok(MAX_RESPONSE_BYTES));

	let asked = ask(1);
	drop(two.request().await.2);
	assert_eq!(asked.await.unwrap(), Err(RequestError::Refused));

	let asked = ask(1);
	two.request().await.2.send(vec![4; MAX_RESPONSE_BYTES + 1]);
	assert_eq!(asked.await.unwrap(), Err(RequestError::Refused));

	let too_large = ask(MAX_REQUEST_BYTES + 1).await.unwrap();
	assert_eq!(too_large, Err(RequestError::TooLarge(MAX_REQUEST_BYTES + 1)));

	let all: Vec<_> = (0..5).map(|_| ask(1)).collect();
	let mut replies = Vec::new();
	for _ in 0..4 {
		replies.push(two.request().await.2);
	}
	replies.into_iter().for_each(|reply| reply.send(vec![9]));
	let mut outcomes = Vec::new();
	for asked in all {
		outcomes.push(asked.await.unwrap());
	}
	assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(vec![9])).count(), 4);
	assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(RequestError::Busy)).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_refused_until_it_is_a_member() {
	let (mut nodes, book) = anchors(2, limits()).await;
	let mut stranger = start(9, &book, limits()).await;
	stranger.publish(&book);
	// Published under an anchor's id too: so its substream gets as far as the handshake.
	book.0.lock().get_mut(&nodes[1].authority).unwrap().push(stranger.address.clone());
	stranger.members.send(members_of(nodes.iter().chain([&stranger]))).unwrap();
	nodes[0].until_count("refused_peers_total", 1.).await;
	assert_eq!(nodes[0].handle.connected(), [nodes[1].anchor]);

	let to = nodes[0].service.local_peer_id();
	let name = stranger.request_name.clone();
	let answer = stranger.service.request(to, name, vec![1], None, IfDisconnected::TryConnect);
	assert!(timeout(PATIENCE, answer).await.unwrap().is_err());
	nodes[0].until_count("refused_requests_total", 1.).await;

	// The members are not disturbed.
	assert_eq!(nodes[1].handle.broadcast(vec![1]), Ok(1));
	assert_eq!(nodes[0].message().await, (nodes[1].anchor, vec![1]));

	let all = members_of(nodes.iter().chain([&stranger]));
	nodes.iter().for_each(|node| drop(node.members.send(all.clone())));
	nodes[0].connected(stranger.anchor).await;
	stranger.connected(nodes[0].anchor).await;
	stranger.handle.send(nodes[0].anchor, vec![2]).unwrap();
	assert_eq!(nodes[0].message().await, (stranger.anchor, vec![2]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_is_cut_off_and_the_others_are_served() {
	let messages = Rate { per_second: 5, burst: 50 };
	let cut_off = Duration::from_secs(3);
	let (mut nodes, _book) = anchors(3, Limits { messages, cut_off, ..limits() }).await;
	let [victim, flooder, other] = &mut nodes[..] else { unreachable!("three were started") };

	let flood = {
		let (handle, to) = (flooder.handle.clone(), victim.anchor);
		tokio::spawn(async move {
			for number in 0..1_000u32 {
				let _ = handle.send(to, number.to_le_bytes().to_vec());
				tokio::task::yield_now().await;
			}
		})
	};
	let mut taken = 0;
	let flooding = flooder.anchor;
	victim
		.until(|event| match event {
			Event::Message { from, .. } if from == flooding => {
				taken += 1;
				None
			},
			Event::Disconnected(anchor) if anchor == flooding => Some(()),
			_ => None,
		})
		.await;
	let cut = Instant::now();
	assert!((50..80).contains(&taken), "{taken} messages were taken");
	assert_eq!(victim.count("cut_off_total"), 1.);
	assert_eq!(victim.handle.connected(), [other.anchor]);
	flood.await.unwrap();

	other.handle.send(victim.anchor, vec![1]).unwrap();
	assert_eq!(victim.message().await, (other.anchor, vec![1]));
	victim.handle.send(other.anchor, vec![2]).unwrap();
	assert_eq!(other.message().await, (victim.anchor, vec![2]));

	victim.connected(flooding).await;
	assert!(cut.elapsed() >= cut_off - Duration::from_millis(100), "{:?}", cut.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_the_set_is_disconnected_and_may_come_back() {
	let (mut nodes, _book) = anchors(2, limits()).await;
	let all = members_of(&nodes);
	let (one, two) = (nodes[0].anchor, nodes[1].anchor);
	nodes[0].members.send(members_of(&nodes[..1])).unwrap();
	nodes[0].disconnected(two).await;
	nodes[1].disconnected(one).await;
	assert_eq!(nodes[0].handle.broadcast(vec![1]), Ok(0));
	let asked = nodes[0].handle.request(two, vec![1]).await;
	assert_eq!(asked, Err(RequestError::NotConnected));
	nodes[0].members.send(all).unwrap();
	nodes[0].connected(two).await;
	nodes[1].connected(one).await;
	nodes[1].handle.send(one, vec![3]).unwrap();
	assert_eq!(nodes[0].message().await, (two, vec![3]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_anchor_that_moved_to_another_node_is_reached_there() {
	let (mut nodes, book) = anchors(2, limits()).await;
	let members = members_of(&nodes);
	let (one, two) = (nodes[0].anchor, nodes[1].anchor);
	// The old node still runs.
	let mut moved = start(2, &book, limits()).await;
	moved.publish(&book);
	moved.members.send(members).unwrap();
	nodes[0].disconnected(two).await;
	nodes[0].connected(two).await;
	moved.connected(one).await;
	nodes[0].handle.send(two, vec![4]).unwrap();
	assert_eq!(moved.message().await, (one, vec![4]));
	moved.handle.send(one, vec![5]).unwrap();
	assert_eq!(nodes[0].message().await, (two, vec![5]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_exchange_ends_when_it_is_told() {
	let (mut nodes, _book) = anchors(2, limits()).await;
	let two = nodes[1].anchor;
	let ended = nodes.remove(1);
	drop((ended.members, ended.handle));
	let mut events = ended.events;
	let rest = async { while events.next().await.is_some() {} };
	timeout(PATIENCE, rest).await.expect("the stream ends");
	// The network of that node still runs: it was the exchange that has closed the connection.
	nodes[0].disconnected(two).await;
	assert!(!ended.service.listen_addresses().is_empty());
}
