//! Genesis presets: the networks that this runtime knows by name.

use crate::{
	configs::consensus::BABE_GENESIS_EPOCH_CONFIG,
	genesis::constants::{
		ClassValues, ElectionValues, FirstValues, GovernanceValues, IntervalValues, NodeValues,
		PaymentValues, TreasuryValues, DEFAULT_EPOCH_LENGTH,
	},
	AccountId, AnchorElectionsConfig, BabeConfig, Balance, BalancesConfig, GenesisConfig,
	RuntimeGenesisConfig, SessionConfig, SessionKeys, SudoConfig,
};
use alloc::{format, string::String, vec, vec::Vec};
use frame_support::build_struct_json_patch;
use hex_literal::hex;
use pallet_anchor_elections::Profile;
use serde_json::Value;
use smartlayer_types::{time::MINUTES, SLN};
use sp_core::ecdsa;
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

/// Values that let a person watch governance, elections and disputes on a development chain of so many anchors.
const fn development_values(anchors: u32) -> FirstValues {
	FirstValues {
		governance: GovernanceValues {
			prepare_period: MINUTES / 2,
			decision_period: 10 * MINUTES,
			confirm_period: MINUTES / 2,
			enactment_period: MINUTES / 2,
			vote_locking_period: 5 * MINUTES,
		},
		treasury: TreasuryValues { spend_period: 5 * MINUTES, payout_period: 60 * MINUTES },
		payments: PaymentValues { challenge_period: MINUTES / 2 },
		classes: ClassValues {
			min_rent_period: 10 * MINUTES,
			grace_period: 10 * MINUTES,
			removal_delay: 10 * MINUTES,
			verification_period: 5 * MINUTES,
		},
		nodes: NodeValues {
			probation_epochs: 2,
			jail_period: 2 * MINUTES,
			unbonding_period: 5 * MINUTES,
			slash_delay: 2 * MINUTES,
			epochs_per_era: 5,
			development_endpoints: true,
		},
		elections: ElectionValues {
			seats: anchors,
			min_anchors: anchors,
			term_length: 5 * MINUTES,
			publication_period: MINUTES / 2,
			unlock_period: 5 * MINUTES,
			slash_delay: 2 * MINUTES,
		},
		intervals: IntervalValues { length: MINUTES, turn_length: MINUTES / 5 },
	}
}

/// What every well-known account owns on a development chain.
const ENDOWMENT: Balance = 1_000_000 * SLN;

/// What the anchors of a development chain have as bond.
const ANCHOR_BOND: Balance = 10_000 * SLN;

/// An anchor with well-known keys, as `--alice` and the like put them into a node's key store.
struct WellKnownAnchor {
	account: Sr25519Keyring,
	finality: Ed25519Keyring,
	/// The ECDSA key derived as `//Alice` and the like: the runtime itself can't derive keys.
	anchor: [u8; 33],
}

/// The anchors of development chains.
const WELL_KNOWN_ANCHORS: [WellKnownAnchor; 4] = [
	WellKnownAnchor {
		account: Sr25519Keyring::Alice,
		finality: Ed25519Keyring::Alice,
		anchor: hex!("020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1"),
	},
	WellKnownAnchor {
		account: Sr25519Keyring::Bob,
		finality: Ed25519Keyring::Bob,
		anchor: hex!("0390084fdbf27d2b79d26a4f13f0ccd982cb755a661969143c37cbc49ef5b91f27"),
	},
	WellKnownAnchor {
		account: Sr25519Keyring::Charlie,
		finality: Ed25519Keyring::Charlie,
		anchor: hex!("0389411795514af1627765eceffcbd002719f031604fadd7d188e2dc585b4e1afb"),
	},
	WellKnownAnchor {
		account: Sr25519Keyring::Dave,
		finality: Ed25519Keyring::Dave,
		anchor: hex!("03bc9d0ca094bd5b8b3225d7651eac5d18c1c04bf8ae8f8b263eebca4e1410ed0c"),
	},
];

impl WellKnownAnchor {
	fn validator(&self) -> (AccountId, AccountId, SessionKeys) {
		let session_keys = SessionKeys {
			babe: self.account.public().into(),
			grandpa: self.finality.public().into(),
			authority_discovery: self.account.public().into(),
			anchor: ecdsa::Public::from_raw(self.anchor).into(),
		};
		(self.account.to_account_id(), self.account.to_account_id(), session_keys)
	}

	/// What the organisation says about itself, and its bond.
	fn candidacy(&self) -> (AccountId, Profile, Balance) {
		let text = |text: String| text.into_bytes().try_into().unwrap_or_default();
		let name = format!("{} (development)", self.account);
		let profile = Profile {
			endpoint: text(format!("https://{}.localhost", self.account).to_lowercase()),
			name: text(name),
			..Profile::default()
		};
		(self.account.to_account_id(), profile, ANCHOR_BOND)
	}
}

/// A chain of the first so many well-known anchors.
fn with_well_known_keys(anchors: &[WellKnownAnchor]) -> Value {
	let seats = u32::try_from(anchors.len()).unwrap_or(u32::MAX);
	build_struct_json_patch!(RuntimeGenesisConfig {
		anchor_elections: AnchorElectionsConfig {
			candidates: anchors.iter().map(WellKnownAnchor::candidacy).collect::<Vec<_>>(),
		},
		babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH_CONFIG },
		balances: BalancesConfig {
			balances: Sr25519Keyring::well_known()
				.map(|account| (account.to_account_id(), ENDOWMENT))
				.collect::<Vec<_>>(),
		},
		genesis: GenesisConfig {
			epoch_length: SHORT_EPOCH,
			first_values: Some(development_values(seats)),
		},
		session: SessionConfig {
			keys: anchors.iter().map(WellKnownAnchor::validator).collect::<Vec<_>>(),
		},
		sudo: SudoConfig { key: Some(Sr25519Keyring::Alice.to_account_id()) },
	})
}

fn development() -> Value {
	let [alice, ..] = &WELL_KNOWN_ANCHORS;
	with_well_known_keys(core::slice::from_ref(alice))
}

fn local() -> Value {
	with_well_known_keys(&WELL_KNOWN_ANCHORS)
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
