//! Builds the runtime's Wasm blob, with the metadata hash that `CheckMetadataHash` compares.

fn main() {
	#[cfg(feature = "std")]
	substrate_wasm_builder::WasmBuilder::init_with_defaults()
		.enable_metadata_hash("SLN", 18)
		.build();
}
