//! SHA-256 hash chains: each revealed pre-image promises one more unit.
//!
//! A chain of length `n` over a seed has the tip `H^n(seed)`. The pre-image at index `k` is `H^(n-k)(seed)`: hashing
//! it `k` times gives the tip, and whoever knows the one at `k` can't compute the one at `k + 1`.

use crate::ChannelId;
use alloc::vec::Vec;
use codec::Encode;
use smartlayer_types::{domain, Balance};
use sp_core::H256;
use sp_io::hashing::sha2_256;

/// The length that clients use unless they are told otherwise.
pub const DEFAULT_CHAIN_LENGTH: u32 = 1_024;

/// The longest chain there can be on any channel: bounds the hashes of a claim.
pub const MAX_CHAIN_LENGTH: u32 = 16_384;

/// What a chain's seed is derived for.
const SEED_PURPOSE: &str = "promise chain seed";

/// `hash` hashed `steps` times.
pub fn walk(hash: [u8; 32], steps: u32) -> [u8; 32] {
	(0..steps).fold(hash, |hash, _| sha2_256(&hash))
}

/// The seed of the chain of one promise.
///
/// A seed that served twice would let steps revealed for one promise count for another. It is therefore derived from
/// everything that tells two promises with chains apart: the channel and the cumulative value, and beyond what the
/// protocol asks for the chain's unit and length, so that a promise which is signed again with another unit has
/// another chain.
pub fn chain_seed(
	promise_secret: &[u8; 32],
	genesis: H256,
	channel: ChannelId,
	cumulative: Balance,
	unit: Balance,
	length: u32,
) -> [u8; 32] {
	let payload = (promise_secret, channel, cumulative, unit, length);
	domain::hash(SEED_PURPOSE, genesis, &payload.encode()).0
}

/// All links of a chain, for the client that reveals them.
///
/// Neither `Clone` nor `Debug`: the links are secrets until they are revealed.
pub struct HashChain {
	/// The tip, then the pre-images in the order in which they are revealed.
	links: Vec<[u8; 32]>,
}

impl HashChain {
	/// The chain of this length over a seed; `None` if the length is zero or above [`MAX_CHAIN_LENGTH`].
	pub fn new(seed: [u8; 32], length: u32) -> Option<Self> {
		if length == 0 || length > MAX_CHAIN_LENGTH {
			return None;
		}
		let mut links = Vec::new();
		let mut link = seed;
		for _ in 0..length {
			links.push(link);
			link = sha2_256(&link);
		}
		links.push(link);
		links.reverse();
		Some(Self { links })
	}

	/// What the promise commits to.
	pub fn tip(&self) -> [u8; 32] {
		self.links.first().copied().unwrap_or_default()
	}

	/// The pre-image that is revealed for step `index`, from 1 to the chain's length.
	pub fn preimage(&self, index: u32) -> Option<[u8; 32]> {
		if index == 0 {
			return None;
		}
		self.links.get(usize::try_from(index).ok()?).copied()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_preimage_leads_to_the_tip_in_as_many_hashes_as_its_index() {
		let chain = HashChain::new([7; 32], 20).unwrap();
		for index in 1..=20 {
			let preimage = chain.preimage(index).unwrap();
			assert_eq!(walk(preimage, index), chain.tip());
			assert_ne!(walk(preimage, index - 1), chain.tip());
			assert_ne!(walk(preimage, index + 1), chain.tip());
		}
		assert_eq!(chain.preimage(20), Some([7; 32]));
		assert_eq!(chain.preimage(0), None);
		assert_eq!(chain.preimage(21), None);
	}

	#[test]
	fn links_are_sha_256() {
		// SHA-256 of 32 zero bytes, from another implementation (`head -c 32 /dev/zero | sha256sum`).
		let once =
			hex_literal::hex!("66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
		assert_eq!(walk([0; 32], 1), once);
		assert_eq!(HashChain::new([0; 32], 1).unwrap().tip(), once);
	}

	#[test]
	fn chains_without_steps_or_beyond_the_bound_are_not_built() {
		assert!(HashChain::new([1; 32], 0).is_none());
		assert!(HashChain::new([1; 32], MAX_CHAIN_LENGTH).is_some());
		assert!(HashChain::new([1; 32], MAX_CHAIN_LENGTH + 1).is_none());
	}

	#[test]
	fn no_two_promises_share_a_seed() {
		let genesis = H256::repeat_byte(1);
		let channel = H256::repeat_byte(2);
		let seeds = [
			chain_seed(&[1; 32], genesis, channel, 10, 1, 100),
			chain_seed(&[2; 32], genesis, channel, 10, 1, 100),
			chain_seed(&[1; 32], H256::zero(), channel, 10, 1, 100),
			chain_seed(&[1; 32], genesis, H256::zero(), 10, 1, 100),
			chain_seed(&[1; 32], genesis, channel, 11, 1, 100),
			chain_seed(&[1; 32], genesis, channel, 10, 2, 100),
			chain_seed(&[1; 32], genesis, channel, 10, 1, 101),
		];
		for (index, seed) in seeds.iter().enumerate() {
			assert!(!seeds[index + 1..].contains(seed));
		}
		assert_eq!(seeds[0], chain_seed(&[1; 32], genesis, channel, 10, 1, 100));
	}
}
