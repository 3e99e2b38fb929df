//! Genesis presets: the networks that this runtime knows by name.

use crate::{
	configs::consensus::BABE_GENESIS_EPOCH_CONFIG,
	genesis::constants::{Periods, DEFAULT_EPOCH_LENGTH},
	AccountId, BabeConfig, Balance, BalancesConfig, GenesisConfig, RuntimeGenesisConfig,
	SessionConfig, SessionKeys, SudoConfig,
};
use alloc::{vec, vec::Vec};
use frame_support::build_struct_json_patch;
use serde_json::Value;
use smartlayer_types::{time::MINUTES, SLN};
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// One validator with a well-known key: blocks at once, on one machine.
pub const DEVELOPMENT: &str = DEV_RUNTIME_PRESET;

/// Four validators with well-known keys: the smallest network that survives a fault.
pub const LOCAL: &str = "local";

/// Production rules without a single key: whoever starts the network adds validators and balances.
pub const STAGING: &str = "staging";

/// Slots in an epoch of a development chain.
const SHORT_EPOCH: u32 = 20;

/// Periods that let a person watch governance on a development chain.
const SHORT_PERIODS: Periods = Periods {
	prepare: MINUTES / 2,
	decision: 10 * MINUTES,
	confirm: MINUTES / 2,
	enactment: MINUTES / 2,
	vote_locking: 5 * MINUTES,
	treasury_spend: 5 * MINUTES,
	treasury_payout: 60 * MINUTES,
};

/// What every well-known account owns on a development chain.
const ENDOWMENT: Balance = 1_000_000 * SLN;

/// A validator with well-known keys, as `--alice` and the like put them into a node's key store.
fn well_known_validator(
	account: Sr25519Keyring,
	finality: Ed25519Keyring,
) -> (AccountId, AccountId, SessionKeys) {
	let session_keys = SessionKeys {
		babe: account.public().into(),
		grandpa: finality.public().into(),
		authority_discovery: account.public().into(),
	};
	(account.to_account_id(), account.to_account_id(), session_keys)
}

/// A chain whose keys everybody knows.
fn with_well_known_keys(validators: Vec<(AccountId, AccountId, SessionKeys)>) -> Value {
	build_struct_json_patch!(RuntimeGenesisConfig {
		babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH_CONFIG },
		balances: BalancesConfig {
			balances: Sr25519Keyring::well_known()
				.map(|account| (account.to_account_id(), ENDOWMENT))
				.collect::<Vec<_>>(),
		},
		genesis: GenesisConfig { epoch_length: SHORT_EPOCH, periods: Some(SHORT_PERIODS) },
		session: SessionConfig { keys: validators },
		sudo: SudoConfig { key: Some(Sr25519Keyring::Alice.to_account_id()) },
	})
}

fn development() -> Value {
	with_well_known_keys(vec![well_known_validator(Sr25519Keyring::Alice, Ed25519Keyring::Alice)])
}

fn local() -> Value {
	with_well_known_keys(vec![
		well_known_validator(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
		well_known_validator(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
		well_known_validator(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
		well_known_validator(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
	])
}

fn staging() -> Value {
	build_struct_json_patch!(RuntimeGenesisConfig {
		babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH_CONFIG },
		balances: BalancesConfig { balances: vec![] },
		genesis: GenesisConfig { epoch_length: DEFAULT_EPOCH_LENGTH },
		session: SessionConfig { keys: vec![] },
	})
}

/// The names of all presets.
pub fn names() -> Vec<PresetId> {
	[DEVELOPMENT, LOCAL, STAGING].into_iter().map(PresetId::from).collect()
}

/// A preset as JSON, to be laid over the default genesis; `None` for an unknown name.
pub fn get(id: &PresetId) -> Option<Vec<u8>> {
	let preset = match id.as_ref() {
		DEVELOPMENT => development(),
		LOCAL => local(),
		STAGING => staging(),
		_ => return None,
	};
	serde_json::to_vec(&preset).ok()
}
