//! Blocks as those see them who do not need to look into an extrinsic.

use sp_runtime::{generic, traits::BlakeTwo256};

/// Height of a block.
pub type BlockNumber = u32;

/// A BLAKE2b-256 hash.
pub type Hash = sp_core::H256;

/// What hashes blocks and tries.
pub type Hashing = BlakeTwo256;

/// How many transactions an account has sent.
pub type Nonce = u32;

/// A block's header.
pub type Header = generic::Header<BlockNumber, Hashing>;

/// Blocks whose extrinsics are bytes: what the node handles, so that it survives runtime upgrades.
pub mod opaque {
	use super::{generic, Header};
	pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

	/// A block with undecoded extrinsics.
	pub type Block = generic::Block<Header, UncheckedExtrinsic>;
}
