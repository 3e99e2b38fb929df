//! The two protocols: names, sizes, and their configurations for the node's network.

use sc_network::{
	config::{IncomingRequest, NonReservedPeerMode, SetConfig},
	peer_store::PeerStoreProvider,
	service::NotificationMetrics,
	NetworkBackend, NotificationService, ProtocolName,
};
use sp_core::H256;
use sp_runtime::traits::Block as BlockT;
use std::{sync::Arc, time::Duration};

/// The largest message, in bytes. A peer that sends a larger one is disconnected by the network itself.
pub const MAX_MESSAGE_BYTES: usize = 1 << 20;

/// The largest request, in bytes: numbers and hashes.
pub const MAX_REQUEST_BYTES: usize = 16 << 10;

/// The largest answer, in bytes: some batches.
pub const MAX_RESPONSE_BYTES: usize = 4 << 20;

/// How long an answer may take.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How many requests, of all peers, may wait for the worker to look at them. It does nothing slow with them.
const WAITING_REQUESTS: usize = 256;

const MESSAGES: &str = "smartlayer/operations/1";
const REQUESTS: &str = "smartlayer/operations/request/1";

/// The node's ends of the two protocols.
pub struct Protocols {
	pub(super) messages: Box<dyn NotificationService>,
	pub(super) requests: async_channel::Receiver<IncomingRequest>,
	pub(super) request_name: ProtocolName,
}

/// Makes the configurations of the notification protocol and of the request-response protocol, which the node registers
/// before it builds its network, and its ends of them.
pub fn protocols<B, N>(
	genesis: H256,
	fork_id: Option<&str>,
	metrics: NotificationMetrics,
	peer_store: Arc<dyn PeerStoreProvider>,
) -> (N::NotificationProtocolConfig, N::RequestResponseProtocolConfig, Protocols)
where
	B: BlockT,
	N: NetworkBackend<B, <B as BlockT>::Hash>,
{
	// Only reserved peers, of which there are none before the exchange names them.
	let peers = SetConfig {
		in_peers: 0,
		out_peers: 0,
		reserved_nodes: Vec::new(),
		non_reserved_mode: NonReservedPeerMode::Deny,
	};
	let (messages_config, messages) = N::notification_config(
		name(genesis, fork_id, MESSAGES),
		Vec::new(),
		MAX_MESSAGE_BYTES as u64,
		// The network would replace it: it is set when the network runs.
		None,
		peers,
		metrics,
		peer_store,
	);
	let (waiting, requests) = async_channel::bounded(WAITING_REQUESTS);
	let request_name = name(genesis, fork_id, REQUESTS);
	let requests_config = N::request_response_config(
		request_name.clone(),
		Vec::new(),
		MAX_REQUEST_BYTES as u64,
		MAX_RESPONSE_BYTES as u64,
		REQUEST_TIMEOUT,
		Some(waiting),
	);
	(messages_config, requests_config, Protocols { messages, requests, request_name })
}

/// A protocol's name, by the SDK's convention: genesis hash and fork id first, so that networks don't meet.
fn name(genesis: H256, fork_id: Option<&str>, protocol: &str) -> ProtocolName {
	match fork_id {
		Some(fork_id) => format!("/{genesis:x}/{fork_id}/{protocol}").into(),
		None => format!("/{genesis:x}/{protocol}").into(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn names_begin_with_genesis_and_fork() {
		let genesis = H256::repeat_byte(0x0a);
		let hex = "0a".repeat(32);
		assert_eq!(*name(genesis, None, MESSAGES), format!("/{hex}/smartlayer/operations/1"));
		assert_eq!(
			*name(genesis, Some("fork"), REQUESTS),
			format!("/{hex}/fork/smartlayer/operations/request/1")
		);
	}
}
