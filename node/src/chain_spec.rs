//! Chain specifications by the name of their genesis preset, or from a file.

use sc_chain_spec::{ChainSpecExtension, ChainType, Properties};
use serde::{Deserialize, Serialize};
use smartlayer_runtime::genesis::presets;
use smartlayer_types::{opaque::Block, TOKEN_DECIMALS, TOKEN_SYMBOL};
use std::path::PathBuf;

/// What a specification may carry beside genesis: known and bad blocks, and a trusted point for light clients.
#[derive(Default, Clone, Serialize, Deserialize, ChainSpecExtension)]
#[serde(rename_all = "camelCase")]
pub struct Extensions {
	/// Block numbers with known hashes.
	pub fork_blocks: sc_client_api::ForkBlocks<Block>,
	/// Hashes of blocks that must not be imported.
	pub bad_blocks: sc_client_api::BadBlocks<Block>,
	/// Where a light client may start; written by `sync_state_genSyncSpec`.
	pub light_sync_state: sc_sync_state_rpc::LightSyncStateExtension,
}

/// A chain specification of this node.
pub type ChainSpec = sc_service::GenericChainSpec<Extensions>;

/// The SS58 prefix in the specification's properties: 42 until one is registered.
const SS58_FORMAT: u16 = 42;

/// A network that this binary can start from nothing.
struct Preset {
	/// What `--chain` takes.
	argument: &'static str,
	name: &'static str,
	id: &'static str,
	chain_type: ChainType,
	genesis: &'static str,
}

const PRESETS: [Preset; 3] = [
	Preset {
		argument: "dev",
		name: "Smart Layer Development",
		id: "smartlayer_dev",
		chain_type: ChainType::Development,
		genesis: presets::DEVELOPMENT,
	},
	Preset {
		argument: "local",
		name: "Smart Layer Local",
		id: "smartlayer_local",
		chain_type: ChainType::Local,
		genesis: presets::LOCAL,
	},
	Preset {
		argument: "staging",
		name: "Smart Layer Staging",
		id: "smartlayer_staging",
		chain_type: ChainType::Live,
		genesis: presets::STAGING,
	},
];

/// The specification that `--chain` names: a preset, or the path of a JSON file.
pub fn load(argument: &str) -> Result<ChainSpec, String> {
	if argument.is_empty() {
		return Err(format!("say which chain: --dev, or --chain with {}", choices()));
	}
	if let Some(preset) = PRESETS.iter().find(|preset| preset.argument == argument) {
		return from_preset(preset);
	}
	ChainSpec::from_json_file(PathBuf::from(argument))
		.map_err(|reason| format!("chain '{argument}' is not {}: {reason}", choices()))
}

fn choices() -> String {
	let names: Vec<_> = PRESETS.iter().map(|preset| preset.argument).collect();
	format!("{} or a readable specification file", names.join(", "))
}

fn from_preset(preset: &Preset) -> Result<ChainSpec, String> {
	let code = smartlayer_runtime::WASM_BINARY.ok_or(
		"this binary was built without the runtime's Wasm blob: build it without SKIP_WASM_BUILD",
	)?;
	Ok(ChainSpec::builder(code, Extensions::default())
		.with_name(preset.name)
		.with_id(preset.id)
		.with_chain_type(preset.chain_type.clone())
		.with_properties(properties())
		.with_genesis_config_preset_name(preset.genesis)
		.build())
}

fn properties() -> Properties {
	Properties::from_iter([
		("tokenSymbol".to_owned(), TOKEN_SYMBOL.into()),
		("tokenDecimals".to_owned(), TOKEN_DECIMALS.into()),
		("ss58Format".to_owned(), SS58_FORMAT.into()),
	])
}
