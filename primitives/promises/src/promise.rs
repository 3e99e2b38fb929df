//! A payer's growing commitment within a channel.

use crate::ChannelId;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{
	abi::{self, Word},
	eip712::Domain,
	Balance,
};
use sp_core::H256;

/// A hash chain by which a promise grows without further signatures.
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
pub struct Chain {
	/// The chain's last hash: step 1 reveals its pre-image.
	pub tip: [u8; 32],
	/// What each revealed step promises, in the smallest unit of the token.
	pub unit: Balance,
	/// How many steps there are.
	pub length: u32,
}

/// What a payer promises: all that it pays through a channel, from the channel's beginning.
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
pub struct Promise {
	/// The channel that pays.
	pub channel: ChannelId,
	/// What is promised without a step, in the smallest unit of the token.
	pub cumulative: Balance,
	/// How it grows.
	pub chain: Option<Chain>,
	/// Rolling hash of all requests and answers so far.
	pub ack: H256,
}

/// Why a promise means nothing, wherever it is shown.
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
pub enum Malformed {
	/// The steps of its chain are worth nothing.
	#[codec(index = 0)]
	ZeroUnit,
	/// Its chain has no steps.
	#[codec(index = 1)]
	ZeroLength,
	/// Its chain is longer than the channel allows.
	#[codec(index = 2)]
	ExcessiveLength,
	/// Its chain could grow beyond what an amount can be.
	#[codec(index = 3)]
	Overflow,
}

impl Promise {
	/// The type of EIP-712. A promise without a chain has zero in `tip`, `unit` and `length`, which is the form of
	/// no other promise: a chain of zeros is malformed.
	pub const TYPE: &'static str = "Promise(bytes32 channel,uint128 cumulative,bytes32 tip,uint128 unit,uint32 length,bytes32 ack)";

	/// Whether it means anything on a channel with chains of at most `max_length` steps.
	///
	/// The bound on overflow is judged at the full length, so that a promise is either good for all its steps or
	/// for none.
	pub fn check(&self, max_length: u32) -> Result<(), Malformed> {
		let Some(chain) = &self.chain else { return Ok(()) };
		if chain.unit == 0 {
			return Err(Malformed::ZeroUnit);
		}
		if chain.length == 0 {
			return Err(Malformed::ZeroLength);
		}
		if chain.length > max_length {
			return Err(Malformed::ExcessiveLength);
		}
		self.value(chain.length).map(|_| ()).ok_or(Malformed::Overflow)
	}

	/// Its value with `steps` revealed steps; `None` if it has no such step or the value is no amount.
	pub fn value(&self, steps: u32) -> Option<Balance> {
		let Some(chain) = &self.chain else {
			return (steps == 0).then_some(self.cumulative);
		};
		if steps > chain.length {
			return None;
		}
		self.cumulative.checked_add(chain.unit.checked_mul(steps.into())?)
	}

	/// What the promise key signs.
	pub fn digest(&self, domain: &Domain) -> H256 {
		let (tip, unit, length) = match &self.chain {
			Some(chain) => (chain.tip, chain.unit, chain.length),
			None => ([0; 32], 0, 0),
		};
		domain.digest(abi::keccak([
			Word::from(abi::keccak_bytes(Self::TYPE.as_bytes())),
			self.channel.into(),
			self.cumulative.into(),
			tip.into(),
			unit.into(),
			length.into(),
			self.ack.into(),
		]))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn promise(cumulative: Balance, unit: Balance, length: u32) -> Promise {
		let chain = Some(Chain { tip: [3; 32], unit, length });
		Promise { channel: H256::repeat_byte(1), cumulative, chain, ack: H256::zero() }
	}

	#[test]
	fn value_is_the_cumulative_amount_and_a_unit_for_each_step() {
		let chained = promise(100, 7, 10);
		assert_eq!(chained.value(0), Some(100));
		assert_eq!(chained.value(3), Some(121));
		assert_eq!(chained.value(10), Some(170));
		assert_eq!(chained.value(11), None);
		let plain = Promise { chain: None, ..chained };
		assert_eq!(plain.value(0), Some(100));
		assert_eq!(plain.value(1), None);
	}

	#[test]
	fn malformed_promises_are_named() {
		assert_eq!(promise(1, 0, 10).check(10), Err(Malformed::ZeroUnit));
		assert_eq!(promise(1, 1, 0).check(10), Err(Malformed::ZeroLength));
		assert_eq!(promise(1, 1, 11).check(10), Err(Malformed::ExcessiveLength));
		assert_eq!(promise(u128::MAX, 1, 1).check(10), Err(Malformed::Overflow));
		assert_eq!(promise(0, u128::MAX, 2).check(10), Err(Malformed::Overflow));
		assert_eq!(promise(0, u128::MAX, 1).check(10), Ok(()));
		assert_eq!(promise(1, 1, 10).check(10), Ok(()));
		assert_eq!(Promise { chain: None, ..promise(u128::MAX, 1, 1) }.check(0), Ok(()));
	}

	#[test]
	fn every_field_counts_in_the_digest() {
		let domain = Domain::of(H256::repeat_byte(5));
		let one = promise(100, 7, 10);
		let chain = one.chain.unwrap();
		let others = [
			Promise { channel: H256::zero(), ..one },
			Promise { cumulative: 101, ..one },
			Promise { chain: None, ..one },
			Promise { chain: Some(Chain { tip: [4; 32], ..chain }), ..one },
			Promise { chain: Some(Chain { unit: 8, ..chain }), ..one },
			Promise { chain: Some(Chain { length: 11, ..chain }), ..one },
			Promise { ack: H256::repeat_byte(9), ..one },
		];
		for other in others {
			assert_ne!(one.digest(&domain), other.digest(&domain));
		}
		assert_ne!(one.digest(&domain), one.digest(&Domain::of(H256::repeat_byte(6))));
	}

	proptest! {
		#[test]
		fn a_promise_that_is_well_formed_has_a_value_at_every_step(
			cumulative: u128, unit: u128, length in 0u32..2_000, steps in 0u32..2_000,
		) {
			let promise = promise(cumulative, unit, length);
			if promise.check(1_000).is_ok() {
				prop_assert_eq!(promise.value(steps).is_some(), steps <= length);
			}
		}
	}
}
