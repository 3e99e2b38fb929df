//! The draw: which nodes are an anchor's to probe, known to it alone until it shows its VRF output.
//!
//! An anchor has one VRF output per epoch, over the epoch's randomness. With each node's account it gives a lot, and
//! the node is the anchor's where the lot falls under a threshold.
//!
//! Why not exactly K anchors per node? Each anchor must know what is its own from its secret alone, or others would
//! know too. So how many draw a node is left to chance: binomial, with n anchors. A mean of K would leave many
//! nodes with fewer than K reports, and one anchor that withholds its reports could spare a node its verdict.
//! Therefore the mean is [`OVERSAMPLING`] times K (or every anchor, where that is more than there are), a verdict
//! needs at least K reports, and of an even number the one with the highest lot is left out, so that an odd number
//! of at least K is counted. More than K reports only lower the chance that those who lie are the majority; nobody
//! can choose which report is left out, because lots are fixed by the epoch's randomness. With n = 7 and K = 3, a node
//! whose probers are all honest lacks a verdict once in a thousand epochs; with a mean of K it would be every third.

use crate::{anchors::max_faulty, domain, AccountId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{
	crypto::VrfPublic,
	sr25519::{
		vrf::{VrfPreOutput, VrfSignature, VrfTranscript},
		Public,
	},
	H256,
};

/// The least number of reports that a verdict rests on, however few anchors may be faulty.
pub const MIN_PROBERS: u32 = 3;

/// How many times more anchors draw a node, on average, than a verdict needs.
pub const OVERSAMPLING: u32 = 2;

/// Label of the VRF's transcript. It is another than BABE's, so one key can serve both.
const LABEL: &[u8] = b"smartlayer slo draw";

/// Context in which the VRF's output is made into bytes.
const OUTPUT_CONTEXT: &[u8] = b"smartlayer slo output";

/// Purpose of the digest that an anchor signs when it shows its draw.
const SHOWN: &str = "slo draw";

/// Purpose of the hash that is a lot.
const LOT: &str = "slo lot";

/// What an anchor shows of its VRF. The output follows from it and from the anchor's key.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct DrawProof {
	/// The VRF's pre-output.
	pub pre_output: [u8; 32],
	/// The proof that the pre-output belongs to the key.
	pub proof: [u8; 64],
}

impl From<&VrfSignature> for DrawProof {
	fn from(signature: &VrfSignature) -> Self {
		Self { pre_output: *signature.pre_output.0.as_bytes(), proof: signature.proof.0.to_bytes() }
	}
}

/// K: how many reports a verdict needs among `n` anchors, where `wanted` is the parameter.
///
/// Odd, at least [`MIN_PROBERS`] and one more than may be faulty, as far as there are so many anchors; the largest
/// odd number of anchors where there are not, and zero without anchors.
pub fn probers(wanted: u32, n: u32) -> u32 {
	let k = wanted.max(MIN_PROBERS).max(max_faulty(n).saturating_add(1)).min(n);
	if k % 2 == 1 {
		k
	} else if k < n {
		k.saturating_add(1)
	} else {
		k.saturating_sub(1)
	}
}

/// What an anchor's VRF is evaluated over. Sign it with the anchor's BABE key
/// (`Keystore::sr25519_vrf_sign`), as of the epoch's first block.
pub fn vrf_input(genesis: H256, epoch: u64, randomness: &[u8; 32]) -> VrfTranscript {
	VrfTranscript::new(
		LABEL,
		&[
			(b"protocol", domain::PROTOCOL),
			(b"version", &domain::VERSION.to_le_bytes()),
			(b"genesis", genesis.as_bytes()),
			(b"epoch", &epoch.to_le_bytes()),
			(b"randomness", randomness),
		],
	)
}

/// What an anchor signs with its anchor key to show its draw of an epoch.
pub fn shown_digest(genesis: H256, epoch: u64, prober: &AccountId, shown: &DrawProof) -> H256 {
	domain::hash(SHOWN, genesis, &(epoch, prober, shown))
}

/// The VRF output that a proof shows; `None` if the proof isn't this key's over this input.
pub fn verify(key: &Public, input: &VrfTranscript, shown: &DrawProof) -> Option<[u8; 32]> {
	let signature: VrfSignature = decoded(&shown.encode())?;
	if !key.vrf_verify(&input.clone().into_sign_data(), &signature) {
		return None;
	}
	output(key, input, &shown.pre_output)
}

/// The VRF output that belongs to a pre-output, whose proof is not checked.
pub fn output(key: &Public, input: &VrfTranscript, pre_output: &[u8; 32]) -> Option<[u8; 32]> {
	let pre_output: VrfPreOutput = decoded(pre_output)?;
	key.make_bytes::<32>(OUTPUT_CONTEXT, input, &pre_output).ok()
}

fn decoded<V: Decode>(mut bytes: &[u8]) -> Option<V> {
	V::decode(&mut bytes).ok()
}

/// The lot of one node for the anchor with this VRF output: uniform over all numbers.
pub fn lot(output: &[u8; 32], node: &AccountId) -> u64 {
	// The output is bound to network and epoch already, by the VRF's input.
	let hash = domain::hash(LOT, H256::zero(), &(output, node));
	let (number, _) = hash.0.split_first_chunk::<8>().unwrap_or((&[0xFF; 8], &[]));
	u64::from_le_bytes(*number)
}

/// Whether a lot makes the node the anchor's own, where a verdict needs `k` reports of `n` anchors: with a
/// probability of [`OVERSAMPLING`] times `k / n`, at most one.
pub fn is_drawn(lot: u64, k: u32, n: u32) -> bool {
	// lot / 2^64 < OVERSAMPLING * k / n, without a division. Both sides are below 2^97.
	let left = u128::from(lot).saturating_mul(u128::from(n));
	let wanted = u128::from(OVERSAMPLING).saturating_mul(u128::from(k));
	left < wanted.saturating_mul(1 << 64)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use sp_core::{crypto::VrfSecret, sr25519::Pair, Pair as _};

	const GENESIS: H256 = H256::repeat_byte(1);

	fn shown(pair: &Pair, input: &VrfTranscript) -> DrawProof {
		DrawProof::from(&pair.vrf_sign(&input.clone().into_sign_data()))
	}

	fn node(number: u64) -> AccountId {
		let mut account = [0; 32];
		account[..8].copy_from_slice(&number.to_le_bytes());
		AccountId::new(account)
	}

	#[test]
	fn k_is_odd_and_above_the_faulty_as_far_as_there_are_anchors() {
		let cases = [(3, 0, 0), (3, 1, 1), (3, 2, 1), (3, 3, 3), (3, 4, 3), (4, 4, 3), (4, 5, 5)];
		for (wanted, n, k) in cases {
			assert_eq!(probers(wanted, n), k, "{wanted} wanted of {n}");
		}
		assert_eq!(probers(0, 100), 35);
		assert_eq!(probers(u32::MAX, 100), 99);
		assert_eq!(probers(u32::MAX, u32::MAX), u32::MAX);
	}

	proptest! {
		#[test]
		fn k_keeps_its_bounds(wanted: u32, n in 0u32..2_000) {
			let k = probers(wanted, n);
			prop_assert!(k <= n);
			prop_assert!(n == 0 || k % 2 == 1);
			prop_assert!(n < 3 || k >= 3);
			prop_assert!(n < 3 || k > max_faulty(n));
			prop_assert!(k >= wanted.min(n.saturating_sub(1)));
		}

		#[test]
		fn more_probers_draw_every_node_that_fewer_draw(lot: u64, k in 1u32..50, n in 50u32..100) {
			prop_assert!(!is_drawn(lot, k, n) || is_drawn(lot, k + 1, n));
			prop_assert!(!is_drawn(lot, k, n + 1) || is_drawn(lot, k, n));
		}
	}

	#[test]
	fn a_lot_at_the_threshold_is_not_drawn() {
		// 2 * 1 / 4 is half of all lots.
		assert!(is_drawn(u64::MAX / 2, 1, 4));
		assert!(!is_drawn(u64::MAX / 2 + 1, 1, 4));
		assert!(is_drawn(u64::MAX, 2, 4));
		assert!(is_drawn(u64::MAX, u32::MAX, u32::MAX));
		assert!(!is_drawn(0, 0, 4));
	}

	#[test]
	fn a_node_is_drawn_by_as_many_anchors_as_intended() {
		let (n, k) = (20u32, 5u32);
		let outputs: Vec<[u8; 32]> =
			(0..n).map(|anchor| domain::hash("test", GENESIS, &anchor).0).collect();
		let drawn = (0..1_000u64)
			.flat_map(|number| outputs.iter().map(move |output| lot(output, &node(number))))
			.filter(|lot| is_drawn(*lot, k, n))
			.count();
		// 1,000 nodes, ten anchors each on average; the standard deviation is 71.
		assert!((9_700..10_300).contains(&drawn), "{drawn}");
	}

	#[test]
	fn an_output_is_the_same_for_prober_and_chain() {
		let pair = Pair::from_seed(&[1; 32]);
		let input = vrf_input(GENESIS, 7, &[3; 32]);
		let ours = pair.make_bytes::<32>(OUTPUT_CONTEXT, &input);
		let proof = shown(&pair, &input);
		assert_eq!(verify(&pair.public(), &input, &proof), Some(ours));
		assert_eq!(output(&pair.public(), &input, &proof.pre_output), Some(ours));
		// A second proof of the same input shows the same output: nobody can draw twice.
		assert_eq!(verify(&pair.public(), &input, &shown(&pair, &input)), Some(ours));
	}

	#[test]
	fn a_proof_holds_for_its_key_epoch_randomness_and_network_only() {
		let pair = Pair::from_seed(&[1; 32]);
		let proof = shown(&pair, &vrf_input(GENESIS, 7, &[3; 32]));
		let key = pair.public();
		let other = Pair::from_seed(&[2; 32]).public();
		assert_eq!(verify(&other, &vrf_input(GENESIS, 7, &[3; 32]), &proof), None);
		assert_eq!(verify(&key, &vrf_input(GENESIS, 8, &[3; 32]), &proof), None);
		assert_eq!(verify(&key, &vrf_input(GENESIS, 7, &[4; 32]), &proof), None);
		assert_eq!(verify(&key, &vrf_input(H256::zero(), 7, &[3; 32]), &proof), None);
		for byte in 0..96 {
			let mut bytes = proof.encode();
			bytes[byte] ^= 1;
			let forged: DrawProof = decoded(&bytes).unwrap();
			assert_eq!(verify(&key, &vrf_input(GENESIS, 7, &[3; 32]), &forged), None);
		}
	}
}
