//! An honest anchor: the state machine with its disk.

use crate::{
	ledger::Ledger,
	operations::{service_node, GENESIS},
	scenario::Scenario,
};
use smartlayer_commitment::Judge;
use smartlayer_operation_log::engine::{
	Batch, Config, Context, Effect, Engine, LogId, Record, Settlement, Stored,
};
use smartlayer_operations::{ClassTerms, FullVector, InstanceState, Slot};
use smartlayer_types::{AccountId, ClassId, InstanceId};
use sp_core::H256;
use std::{collections::BTreeMap, sync::Arc};

/// The account of an anchor.
pub fn anchor(number: u8) -> AccountId {
	AccountId::new([number + 1; 32])
}

/// The number of an anchor.
pub fn number(anchor: &AccountId) -> u8 {
	let bytes: &[u8; 32] = anchor.as_ref();
	bytes[0] - 1
}

/// What an anchor knows beside its logs. Nothing is signed: who said what is certain here.
#[derive(Debug)]
pub struct Knowledge {
	pub ledger: Arc<Ledger>,
}

impl Context for Knowledge {
	type Signature = ();

	fn signs(&self, _: u64) -> bool {
		true
	}

	fn sign(&self, _: u64, _: H256) {}

	fn class(&self, _: u64, class: ClassId) -> Option<Arc<ClassTerms>> {
		self.ledger.class(class)
	}

	fn serves(&self, _: u64, node: &AccountId, _: ClassId, _: InstanceId) -> bool {
		*node == service_node()
	}

	fn state(&self, class: ClassId, instance: InstanceId) -> InstanceState {
		self.ledger.state(class, instance)
	}

	fn is_taken(&self, slot: &Slot) -> bool {
		self.ledger.is_taken(slot)
	}
}

/// What survives a crash.
#[derive(Clone, Debug, Default)]
pub struct Disk {
	batches: BTreeMap<(LogId, u64, H256), Arc<Batch<()>>>,
	vectors: BTreeMap<u64, Arc<FullVector<()>>>,
	counted: BTreeMap<(u64, AccountId), Arc<FullVector<()>>>,
}

impl Disk {
	pub fn write(&mut self, record: Record<()>) {
		match record {
			Record::Batch(batch) => {
				let header = &batch.header.statement;
				let key = (LogId::of(header), header.number, header.hash(GENESIS));
				self.batches.insert(key, batch);
			},
			Record::Vector(vector) => {
				self.vectors.insert(vector.vector().interval, vector);
			},
			Record::Counted(member, vector) => {
				self.counted.insert((vector.vector().interval, member), vector);
			},
		}
	}

	/// Deletes batches of a log, up to a number.
	pub fn forget(&mut self, log: &LogId, up_to: u64) {
		self.batches.retain(|(id, number, _), _| id != log || *number > up_to);
	}

	/// Deletes what is not needed after an interval is settled.
	pub fn forget_interval(&mut self, interval: u64) {
		self.vectors.retain(|it, _| *it > interval);
		self.counted.retain(|(it, _), _| *it > interval);
	}

	fn read(&self) -> Stored<()> {
		Stored {
			batches: self.batches.values().cloned().collect(),
			vectors: self.vectors.values().cloned().collect(),
			counted: self.counted.iter().map(|((_, by), it)| (by.clone(), it.clone())).collect(),
		}
	}
}

/// An anchor.
pub struct Node {
	pub number: u8,
	pub engine: Engine<Knowledge>,
	pub disk: Disk,
	/// Its disk at an earlier time.
	pub image: Option<Disk>,
	/// When it comes back, if it is down.
	pub down_until: Option<u64>,
	/// The last interval whose first block is final for it.
	pub entered: u64,
}

impl Node {
	pub fn new(number: u8, scenario: &Scenario, ledger: Arc<Ledger>) -> Self {
		let config = config(scenario);
		let engine = Engine::new(Knowledge { ledger }, GENESIS, anchor(number), config);
		let disk = Disk::default();
		Self { number, engine, disk, image: None, down_until: None, entered: 0 }
	}

	/// Comes back with what its disk holds.
	pub fn restart(&mut self, scenario: &Scenario, ledgers: &[Arc<Ledger>], now_ms: u64) {
		let knowledge = Knowledge { ledger: Arc::default() };
		let stored = self.disk.read();
		let me = anchor(self.number);
		self.engine = Engine::restore(knowledge, GENESIS, me, config(scenario), stored);
		self.down_until = None;
		for ledger in ledgers.iter().filter(|it| it.interval > 0) {
			self.settle(ledger, now_ms);
		}
		// It enters the unsettled intervals again, one after the other.
		self.entered = self.engine.settled();
	}

	/// Learns of a settled interval.
	pub fn settle(&mut self, ledger: &Arc<Ledger>, now_ms: u64) {
		self.engine.context_mut().ledger = ledger.clone();
		let settlement = Settlement {
			interval: ledger.interval,
			ends: ledger.ends.clone(),
			operations: ledger.operations.iter().copied().collect(),
		};
		self.engine.settle(now_ms, settlement);
	}

	pub fn take_effects(&mut self) -> Vec<Effect<()>> {
		self.engine.take_effects()
	}
}

fn config(scenario: &Scenario) -> Config {
	Config {
		grace_ms: 60,
		heartbeat_ms: 100,
		want_ms: 50,
		batch_operations: 4,
		rules: scenario.rules,
		..Config::default()
	}
}
