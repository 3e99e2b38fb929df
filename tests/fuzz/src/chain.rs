//! A chain that grows block by block, each begun and finished as a node does it.

use codec::Encode;
use frame_support::genesis_builder_helper::get_preset;
use smartlayer_runtime::{
	genesis::presets, Babe, Executive, Header, Runtime, RuntimeCall, RuntimeGenesisConfig, Session,
	UncheckedExtrinsic,
};
use smartlayer_types::{time::SLOT_MILLISECONDS, BlockNumber};
use sp_consensus_babe::{
	digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest},
	Slot,
};
use sp_core::{storage::Storage, H256};
use sp_io::TestExternalities;
use sp_runtime::{BuildStorage, Digest, DigestItem};
use std::sync::LazyLock;

/// The slot before the first block.
const FIRST_SLOT: u64 = 1_000_000;

static LOCAL: LazyLock<Storage> = LazyLock::new(|| genesis(presets::LOCAL));
static DEVELOPMENT: LazyLock<Storage> = LazyLock::new(|| genesis(presets::DEVELOPMENT));

/// The state that a preset makes, laid over the default genesis.
fn genesis(preset: &str) -> Storage {
	let json = |id: Option<&str>| {
		let bytes = get_preset::<RuntimeGenesisConfig>(&id.map(Into::into), presets::get);
		let bytes = bytes.expect("the preset is known");
		serde_json::from_slice::<serde_json::Value>(&bytes).expect("a preset is JSON")
	};
	let mut whole = json(None);
	overlay(&mut whole, json(Some(preset)));
	let config: RuntimeGenesisConfig = serde_json::from_value(whole).expect("a genesis");
	config.build_storage().expect("the preset builds a chain")
}

fn overlay(base: &mut serde_json::Value, patch: serde_json::Value) {
	match (base, patch) {
		(serde_json::Value::Object(base), serde_json::Value::Object(patch)) => {
			for (key, value) in patch {
				overlay(base.entry(key).or_insert(serde_json::Value::Null), value);
			}
		},
		(base, patch) => *base = patch,
	}
}

/// A chain of which a block is always open.
pub struct Chain {
	state: TestExternalities,
	number: BlockNumber,
	slot: u64,
}

impl Chain {
	/// The genesis of four anchors or, `alone`, of one.
	pub fn new(alone: bool) -> Self {
		let genesis = if alone { &DEVELOPMENT } else { &LOCAL };
		let state = TestExternalities::new((*genesis).clone());
		Self { state, number: 0, slot: FIRST_SLOT }
	}

	/// Works on the open block.
	pub fn run<R>(&mut self, work: impl FnOnce() -> R) -> R {
		self.state.execute_with(work)
	}

	/// Begins the next block, with so many empty slots before it.
	pub fn begin(&mut self, empty: u64) {
		self.number += 1;
		self.slot += 1 + empty;
		let (number, slot) = (self.number, self.slot);
		self.run(|| {
			let logs = vec![DigestItem::babe_pre_digest(turn(slot))];
			let (parent, digest) = (block_hash(number - 1), Digest { logs });
			let nothing = H256::zero();
			let header = Header {
				parent_hash: parent,
				number,
				state_root: nothing,
				extrinsics_root: nothing,
				digest,
			};
			Executive::initialize_block(&header);
			let now = pallet_timestamp::Call::<Runtime>::set { now: slot * SLOT_MILLISECONDS };
			let inherent = UncheckedExtrinsic::new_bare(RuntimeCall::from(now));
			let applied = Executive::apply_extrinsic(inherent);
			assert_eq!(applied, Ok(Ok(())), "the time of slot {slot}");
		});
	}

	/// Finishes the open block.
	pub fn finish(&mut self) {
		self.run(Executive::finalize_block);
	}

	/// Writes what changed to the state's trie, so that the next block has only its own changes to hash.
	pub fn commit(&mut self) {
		self.state.commit_all().expect("no storage transaction is open between blocks");
	}
}

/// The hash by which a block is known. It does not depend on what is in the block, of which some signatures differ
/// from run to run.
fn block_hash(number: BlockNumber) -> H256 {
	H256(sp_io::hashing::blake2_256(&("fuzz", number).encode()))
}

/// Whose turn a slot is: the authorities take turns, but for those that are disabled.
fn turn(slot: u64) -> PreDigest {
	let authorities = Babe::authorities().len().max(1);
	let disabled = Session::disabled_validators();
	let at = |offset: usize| (usize::try_from(slot).unwrap_or_default() + offset) % authorities;
	let in_order = (0..authorities).filter_map(|offset| u32::try_from(at(offset)).ok());
	let able = |index: &u32| !disabled.contains(index);
	let authority_index = in_order.clone().find(able).unwrap_or_default();
	PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index, slot: Slot::from(slot) })
}
