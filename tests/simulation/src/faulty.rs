//! Faulty anchors: they tell each peer something else, and never anything that the peer alone could refuse.

use crate::{node::anchor, operations::GENESIS};
use rand::{seq::IndexedRandom, Rng};
use rand_chacha::ChaCha8Rng;
use smartlayer_commitment::{floor, vector_root, Floors};
use smartlayer_operation_log::engine::{batch_root, Batch, Engine, LogId, OriginLog};
use smartlayer_operations::{
	positions_hash, FullVector, ListedEntry, LogHeader, OriginEntry, Position, Signed, Vector,
	VerifiedOperation,
};
use sp_core::H256;
use std::{collections::BTreeMap, sync::Arc};

/// What a faulty anchor has told its peers, so that it contradicts itself to none of them.
pub struct Faulty {
	pub number: u8,
	/// By peer and interval.
	said: BTreeMap<(u8, u64), Arc<FullVector<()>>>,
	/// Its two logs: the first goes to peers with even numbers, the second to the others.
	forks: [Fork; 2],
}

#[derive(Default)]
struct Fork {
	number: u64,
	hash: H256,
}

impl Faulty {
	pub fn new(number: u8) -> Self {
		Self { number, said: BTreeMap::new(), forks: Default::default() }
	}

	/// A batch for the peers of one fork.
	pub fn batch(
		&mut self,
		fork: usize,
		set_id: u64,
		operations: Vec<Arc<VerifiedOperation>>,
	) -> Arc<Batch<()>> {
		let fork = &mut self.forks[fork];
		let statement = LogHeader {
			set_id,
			origin: anchor(self.number),
			incarnation: 0,
			number: fork.number + 1,
			parent_hash: fork.hash,
			batch_root: batch_root(&operations),
			count: operations.len() as u32,
		};
		fork.number += 1;
		fork.hash = statement.hash(GENESIS);
		Arc::new(Batch { header: Signed { statement, signature: () }, operations })
	}

	/// A vector for one peer, which knows the logs that the vector speaks of.
	pub fn vector(
		&mut self,
		rng: &mut ChaCha8Rng,
		peer: (u8, &Engine<impl smartlayer_operation_log::engine::Context<Signature = ()>>),
		interval: (u64, u64, &[u8]),
	) -> Option<Arc<FullVector<()>>> {
		let ((number, engine), (interval, set_id, members)) = (peer, interval);
		let floors = engine.floors(interval)?;
		let before = self.said.get(&(number, interval)).cloned();
		let mut entries = Vec::new();
		let mut origins: Vec<_> = members.iter().map(|it| anchor(*it)).collect();
		origins.sort_unstable();
		for origin in origins {
			let said = before.as_ref().and_then(|it| it.entry(&origin));
			let id = LogId { origin, incarnation: 0 };
			let log = engine.log(&id)?;
			// What it never spoke of to this peer it may leave out.
			if said.is_none() && rng.random_bool(0.2) {
				continue;
			}
			entries.extend(entry(rng, &id, log, floors, said));
		}
		let statement = Vector {
			set_id,
			interval,
			tick: before.map_or(1, |it| it.vector().tick + 1),
			closing: false,
			root: vector_root(GENESIS, &entries)?,
		};
		let vector = Arc::new(FullVector { signed: Signed { statement, signature: () }, entries });
		self.said.insert((number, interval), vector.clone());
		Some(vector)
	}
}

/// Any entry that takes nothing back.
fn entry(
	rng: &mut ChaCha8Rng,
	id: &LogId,
	log: &OriginLog<()>,
	floors: &Floors,
	said: Option<&ListedEntry>,
) -> Option<ListedEntry> {
	let (floor, floor_hash) = floor(floors, &id.origin, id.incarnation);
	if log.hash_at(floor) != Some(floor_hash)
		|| said.is_some_and(|it| log.hash_at(it.entry.number) != Some(it.entry.header_hash))
	{
		return said.cloned();
	}
	let least = said.map_or(floor, |it| it.entry.number).max(floor);
	let number = if rng.random_bool(0.8) { log.number().max(least) } else { least };
	let announced = {
		let least = said.map_or(0, |it| it.entry.announced);
		if rng.random_bool(0.6) {
			number
		} else {
			least
		}
	};
	let mut lists: [Vec<Position>; 2] = Default::default();
	for (position, _) in log.digests(floor, number) {
		let accepted = said.is_some_and(|it| it.accepts(&position));
		let is_announced = said.is_some_and(|it| it.announces(&position));
		if !accepted && rng.random_bool(0.3) {
			lists[0].push(position);
		} else if position.number <= announced && !is_announced && rng.random_bool(0.3) {
			lists[1].push(position);
		}
	}
	let [withheld, unannounced] = lists;
	let entry = OriginEntry {
		origin: id.origin.clone(),
		incarnation: 0,
		number,
		header_hash: log.hash_at(number)?,
		withheld: positions_hash(GENESIS, &withheld)?,
		announced,
		unannounced: positions_hash(GENESIS, &unannounced)?,
	};
	Some(ListedEntry { entry, withheld, unannounced })
}

/// Some of all operations.
pub fn some(rng: &mut ChaCha8Rng, all: &[Arc<VerifiedOperation>]) -> Vec<Arc<VerifiedOperation>> {
	let count = rng.random_range(1..=3);
	all.choose_multiple(rng, count).cloned().collect()
}
