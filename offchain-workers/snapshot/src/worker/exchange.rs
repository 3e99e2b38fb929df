//! What the worker needs of the exchange between anchors.

use smartlayer_types::evm::EvmAddress;
use std::future::Future;
use tokio::sync::oneshot;

/// Why there is no answer: ask another anchor, or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the anchor has not answered")]
pub struct NoAnswer;

/// Messages and requests between anchors. It authenticates them: each comes from the anchor that it names.
pub trait Exchange: Clone + Send + Sync + 'static {
	/// The largest answer, in bytes.
	const MAX_ANSWER: usize = 4 << 20;

	/// Queues a message for every connected anchor; what can't be queued is lost.
	fn broadcast(&self, bytes: Vec<u8>);

	/// Asks an anchor and waits for its answer, within a time limit of the exchange.
	fn request(
		&self,
		to: EvmAddress,
		bytes: Vec<u8>,
	) -> impl Future<Output = Result<Vec<u8>, NoAnswer>> + Send;

	/// Says that an anchor has sent what no correct anchor sends.
	fn report(&self, anchor: EvmAddress);
}

/// What comes from other anchors.
#[derive(Debug)]
pub enum Arrival {
	/// A message.
	Message {
		/// Who sent it.
		from: EvmAddress,
		/// What it says, unchecked.
		bytes: Vec<u8>,
	},
	/// A request. It is refused by dropping the reply.
	Request {
		/// Who asks.
		from: EvmAddress,
		/// What is asked, unchecked.
		bytes: Vec<u8>,
		/// Takes the answer.
		reply: oneshot::Sender<Vec<u8>>,
	},
}
