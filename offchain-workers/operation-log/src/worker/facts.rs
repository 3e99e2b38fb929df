//! What the engine asks while it works: answered from the chain, kept at hand for as long as an interval lasts.

use super::chain::{Chain, ChainError};
use crate::engine::Context;
use parking_lot::Mutex;
use smartlayer_operations::{ClassTerms, InstanceState, Slot};
use smartlayer_types::{
	anchors::key::ANCHOR, evm::EvmSignature, AccountId, AnchorKey, ClassId, Hash, InstanceId,
};
use sp_core::{ecdsa, H256};
use sp_keystore::KeystorePtr;
use std::{
	collections::{BTreeMap, HashMap},
	sync::Arc,
};

/// The most answers of one kind that are kept for an interval. When there are more, all are asked for again.
const KEPT: usize = 1 << 16;

/// The state that settled snapshots left.
pub trait Settled: Send + Sync + 'static {
	/// The state of an instance.
	fn state(&self, class: ClassId, instance: InstanceId) -> InstanceState;

	/// Whether a recorded slot was taken by an operation that is not too old to recur.
	fn is_taken(&self, slot: &Slot) -> bool;
}

/// What was asked about one interval.
#[derive(Default)]
struct Asked {
	classes: HashMap<ClassId, Option<Arc<ClassTerms>>>,
	nodes: HashMap<AccountId, bool>,
}

/// An interval that is not settled.
struct Interval {
	/// Its first block.
	at: Hash,
	/// The own key in its set, if this anchor is a member.
	key: Option<AnchorKey>,
	asked: Mutex<Asked>,
}

/// The engine's view of chain, keys and settled state.
pub struct Facts<C> {
	chain: Arc<C>,
	settled: Arc<dyn Settled>,
	keystore: KeystorePtr,
	intervals: BTreeMap<u64, Interval>,
	/// The first reason why a question could not be answered: the worker stops before it acts on what came of it.
	failure: Mutex<Option<Failure>>,
}

/// Why the engine's questions can't be answered.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
	/// The chain did not answer.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The key store did not sign.
	#[error("the key store does not sign with the anchor key")]
	Key,
}

impl<C: Chain> Facts<C> {
	pub fn new(chain: Arc<C>, settled: Arc<dyn Settled>, keystore: KeystorePtr) -> Self {
		let (intervals, failure) = (BTreeMap::new(), Mutex::default());
		Self { chain, settled, keystore, intervals, failure }
	}

	/// Makes the first block of an interval known, and the own key in its set.
	pub fn open(&mut self, interval: u64, at: Hash, key: Option<AnchorKey>) {
		self.intervals.insert(interval, Interval { at, key, asked: Mutex::default() });
	}

	/// Forgets intervals up to one.
	pub fn close(&mut self, up_to: u64) {
		self.intervals.retain(|interval, _| *interval > up_to);
	}

	/// What went wrong since it was asked last.
	pub fn take_failure(&self) -> Option<Failure> {
		self.failure.lock().take()
	}

	fn note<T: Default>(&self, result: Result<T, impl Into<Failure>>) -> T {
		result.unwrap_or_else(|failure| {
			self.failure.lock().get_or_insert(failure.into());
			T::default()
		})
	}
}

impl<C: Chain> Context for Facts<C> {
	type Signature = EvmSignature;

	fn signs(&self, interval: u64) -> bool {
		self.intervals.get(&interval).is_some_and(|it| it.key.is_some())
	}

	fn sign(&self, interval: u64, digest: H256) -> EvmSignature {
		let key = self.intervals.get(&interval).and_then(|it| it.key.as_ref());
		let signed = key.and_then(|key| {
			let key: &ecdsa::Public = key.as_ref();
			self.keystore.ecdsa_sign_prehashed(ANCHOR, key, &digest.0).ok().flatten()
		});
		let signature = signed.ok_or(Failure::Key);
		let bytes = self.note(signature.map(|it| Some(it.0)));
		EvmSignature(bytes.unwrap_or([0; 65]))
	}

	fn class(&self, interval: u64, class: ClassId) -> Option<Arc<ClassTerms>> {
		let of = self.intervals.get(&interval)?;
		if let Some(known) = of.asked.lock().classes.get(&class) {
			return known.clone();
		}
		let terms = self.note(self.chain.class(of.at, interval, class)).map(Arc::new);
		let mut asked = of.asked.lock();
		if asked.classes.len() >= KEPT {
			asked.classes.clear();
		}
		asked.classes.insert(class, terms.clone());
		terms
	}

	/// Until shards are placed on nodes, every active node records for every instance.
	fn serves(&self, interval: u64, node: &AccountId, _: ClassId, _: InstanceId) -> bool {
		let Some(of) = self.intervals.get(&interval) else { return false };
		if let Some(known) = of.asked.lock().nodes.get(node) {
			return *known;
		}
		let serves = self.note(self.chain.is_active_node(of.at, node));
		let mut asked = of.asked.lock();
		if asked.nodes.len() >= KEPT {
			asked.nodes.clear();
		}
		asked.nodes.insert(node.clone(), serves);
		serves
	}

	fn state(&self, class: ClassId, instance: InstanceId) -> InstanceState {
		self.settled.state(class, instance)
	}

	fn is_taken(&self, slot: &Slot) -> bool {
		self.settled.is_taken(slot)
	}
}
