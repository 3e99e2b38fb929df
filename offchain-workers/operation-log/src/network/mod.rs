//! Direct exchange between anchors: messages of one notification protocol, and requests.
//!
//! Batches and vectors go once, straight to every other anchor; nothing is passed on. What does not arrive is a gap, and
//! gaps are asked for, so every queue here may drop what is oldest.
//!
//! Who is who: the node's network authenticates peer ids, and in its handshake each side shows its anchor key's signature
//! of its own peer id. So a peer id is tied to an anchor's address, for one network, and nobody can use the handshake of
//! another. Peers are reserved ones only: those whose addresses are published under the authority ids of the current
//! anchors.
//!
//! - `protocol`: names and sizes, and the configurations that the node registers.
//! - `handshake`: who this node is, and who a peer is.
//! - `peers`: who may be connected and how much each may send: a state machine, events in and actions out.
//! - `worker`: carries its actions out on the node's network. `directory`: where addresses are found.
//! - `inbox`, `outbox`: bounded queues, one for each anchor.
//! - `handle`: what the rest of the operation log uses. `channel`: two users share one exchange.

mod channel;
mod directory;
mod handle;
mod handshake;
mod inbox;
mod limits;
mod links;
mod metrics;
mod misconduct;
mod outbox;
mod peers;
mod protocol;
mod queue;
mod worker;

#[cfg(test)]
mod tests;

pub use channel::{share, Arrivals, Channel, ChannelHandle, Letter, Question};
pub use directory::Directory;
pub use handle::{AnchorHandle, RequestError, SendError};
pub use inbox::{AnchorEvents, Event, Reply};
pub use limits::{Limits, Rate};
pub use misconduct::Misbehaviour;
pub use protocol::{
	protocols, Protocols, MAX_MESSAGE_BYTES, MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES, REQUEST_TIMEOUT,
};

use sc_network::service::traits::NetworkService;
use smartlayer_types::evm::EvmAddress;
use sp_authority_discovery::AuthorityId;
use sp_core::H256;
use sp_keystore::KeystorePtr;
use std::{collections::BTreeMap, future::Future, sync::Arc};
use substrate_prometheus_endpoint::{PrometheusError, Registry};
use tokio::sync::watch;

/// The target of this module's log lines.
const LOG_TARGET: &str = "operation-log::network";

/// The anchors that may be connected, by the address of their anchor key, each with the id under which it publishes its
/// network addresses.
///
/// Around a change of the set these are the members of both sets.
pub type Members = BTreeMap<EvmAddress, AuthorityId>;

/// What the exchange needs.
pub struct NetworkParams<D> {
	/// The node's network.
	pub service: Arc<dyn NetworkService>,
	/// What [`protocols`] has returned for it.
	pub protocols: Protocols,
	/// Holds the anchor key, if this node has one.
	pub keystore: KeystorePtr,
	/// Genesis hash of the network.
	pub genesis: H256,
	/// Who may be connected. The exchange ends when the sender is dropped.
	pub members: watch::Receiver<Members>,
	/// Where addresses are looked up.
	pub directory: D,
	/// Bounds.
	pub limits: Limits,
	/// Where metrics are registered.
	pub registry: Option<Registry>,
}

/// The exchange between anchors.
pub struct AnchorNetwork;

impl AnchorNetwork {
	/// Makes the exchange: a handle to send with, the stream of what arrives, and the future that does the work.
	///
	/// The future ends when the node's network has ended, the sender of `members` is dropped, or the last handle is. It then
	/// closes all connections, and the stream ends once it is read to its end.
	///
	/// A node that has no anchor key of a current member connects to nobody and accepts nobody; its handshake is empty and
	/// every anchor refuses it. That changes by itself when the key becomes a member's.
	#[allow(clippy::new_ret_no_self, reason = "the exchange is its three parts")]
	pub fn new<D: Directory>(
		params: NetworkParams<D>,
	) -> Result<(AnchorHandle, AnchorEvents, impl Future<Output = ()> + Send), PrometheusError> {
		let (handle, events, worker) = worker::assemble(params)?;
		Ok((handle, events, worker.run()))
	}
}
