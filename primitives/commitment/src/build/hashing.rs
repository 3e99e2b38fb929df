//! Keccak-256 of many pre-images of one length at once.
//!
//! The permutations are those of `p3-keccak`, which looks at run time what the processor has: eight side by side with
//! AVX-512, four with AVX2, two with SSE2 or NEON.

use p3_keccak::Keccak256Hash;
use p3_symmetric::CryptographicHasher;
use rayon::prelude::*;

/// A node of a tree.
pub type Node = [u8; 32];

/// Pre-images that are written before they are hashed: few enough to stay in the nearest cache.
const BATCH: usize = 64;

/// Hashes that one task computes at least: some dozens of microseconds, so that sharing them out does not matter.
const GRAIN: usize = 1024;

/// Hashes of pre-images that lie end to end, as many as there are places for hashes.
///
/// # Panics
///
/// If the pre-images can't have one length.
pub fn hash_many(preimages: &[u8], hashes: &mut [Node]) {
	Keccak256Hash.hash_many(preimages, hashes);
}

/// The nodes above pairs of nodes, on one thread. There must be two below for each above.
pub(super) fn hash_pairs_here(below: &[Node], above: &mut [Node]) {
	let mut preimages = [[0; 64]; BATCH];
	for (below, above) in below.chunks(2 * BATCH).zip(above.chunks_mut(BATCH)) {
		for (pair, preimage) in below.chunks_exact(2).zip(&mut preimages) {
			let (low, high) = if pair[0] <= pair[1] { (0, 1) } else { (1, 0) };
			preimage[..32].copy_from_slice(&pair[low]);
			preimage[32..].copy_from_slice(&pair[high]);
		}
		hash_many(preimages[..above.len()].as_flattened(), above);
	}
}

/// The nodes above pairs of nodes. There must be two below for each above.
pub fn hash_pairs(below: &[Node], above: &mut [Node]) {
	if above.len() <= GRAIN {
		return hash_pairs_here(below, above);
	}
	let tasks = below.par_chunks(2 * GRAIN).zip(above.par_chunks_mut(GRAIN));
	tasks.for_each(|(below, above)| hash_pairs_here(below, above));
}

/// Hashes of records, whose pre-images of `BYTES` bytes are written where they are hashed. `write` gets a pre-image that is
/// zero or was written for another record.
pub fn hash_preimages<const BYTES: usize, Record: Sync>(
	records: &[Record],
	hashes: &mut [Node],
	write: impl Fn(&Record, &mut [u8; BYTES]) + Sync,
) {
	let task = |records: &[Record], hashes: &mut [Node]| {
		let mut preimages = [[0; BYTES]; BATCH];
		for (records, hashes) in records.chunks(BATCH).zip(hashes.chunks_mut(BATCH)) {
			for (record, preimage) in records.iter().zip(&mut preimages) {
				write(record, preimage);
			}
			hash_many(preimages[..hashes.len()].as_flattened(), hashes);
		}
	};
	if records.len() <= GRAIN {
		return task(records, hashes);
	}
	let tasks = records.par_chunks(GRAIN).zip(hashes.par_chunks_mut(GRAIN));
	tasks.for_each(|(records, hashes)| task(records, hashes));
}

/// Writes a value of at most 32 bytes into the word of a pre-image with this index: big-endian numbers stand on the
/// right.
pub fn put(preimage: &mut [u8], word: usize, value: &[u8]) {
	let end = 32 * (word + 1);
	preimage[end - value.len()..end].copy_from_slice(value);
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::tree;
	use proptest::prelude::*;
	use sp_core::H256;
	use sp_io::hashing::keccak_256;

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(64))]

		/// Lengths around the sponge's 136 bytes, and numbers of messages that fill no vector.
		#[test]
		fn vectors_hash_as_one_message_after_the_other(
			count in 1usize..40, length in 1usize..300, seed: u8,
		) {
			let bytes: Vec<u8> = (0..count * length).map(|it| (it as u8).wrapping_mul(31) ^ seed).collect();
			let mut hashes = vec![[0; 32]; count];
			hash_many(&bytes, &mut hashes);
			let single: Vec<_> = bytes.chunks(length).map(keccak_256).collect();
			prop_assert_eq!(hashes, single);
		}

		#[test]
		fn pairs_hash_as_inner_nodes_do(
			below in prop::collection::vec(any::<[u8; 32]>(), 0..300),
		) {
			let below = &below[..below.len() / 2 * 2];
			let mut above = vec![[0; 32]; below.len() / 2];
			hash_pairs(below, &mut above);
			for (pair, node) in below.chunks(2).zip(above) {
				prop_assert_eq!(tree::inner(H256(pair[0]), H256(pair[1])).0, node);
			}
		}
	}

	#[test]
	fn words_stand_on_the_right() {
		let mut preimage = [0; 96];
		put(&mut preimage, 1, &7u32.to_be_bytes());
		put(&mut preimage, 2, &[9; 32]);
		let words: Vec<u8> = [[0; 32].as_slice(), &[0; 31], &[7], &[9; 32]].concat();
		assert_eq!(preimage.as_slice(), words);
	}
}
