//! What a payee shows to be paid, before and after it was checked.

#![allow(clippy::cast_possible_truncation, reason = "the codec's derive numbers variants so")]

use crate::{walk, ChannelId, Malformed, Promise};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{
	eip712::Domain,
	evm::{EvmAddress, EvmSignature},
	Balance,
};
use sp_core::H256;

/// A revealed step of a promise's chain.
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
pub struct Step {
	/// Which step, from 1 to the chain's length: how many units are promised.
	pub index: u32,
	/// What leads to the chain's tip in `index` hashes.
	pub preimage: [u8; 32],
}

/// A promise as somebody shows it: **nothing of it is checked**. It has no value until [`Claim::verify`] gave it one.
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
pub struct Claim {
	/// What is said to be promised.
	pub promise: Promise,
	/// The promise key's signature of its digest.
	pub signature: EvmSignature,
	/// The furthest step that is known.
	pub step: Option<Step>,
}

/// Why a claim is worth nothing.
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
pub enum Invalid {
	/// The promise means nothing.
	#[codec(index = 0)]
	Malformed(Malformed),
	/// The step is none of the chain's: zero, beyond its length, behind what is known, or there is no chain.
	#[codec(index = 1)]
	NoSuchStep,
	/// The pre-image does not lead to the tip.
	#[codec(index = 2)]
	WrongPreimage,
	/// The promise is not signed by the channel's promise key.
	#[codec(index = 3)]
	WrongSignature,
}

impl Claim {
	/// Checks everything about this claim that can be checked without its channel's state.
	///
	/// In this order, cheap first: the promise's form, the step's index, the signature, and last the hashes, of which
	/// there are at most `max_length`.
	pub fn verify(
		&self,
		domain: &Domain,
		promise_key: EvmAddress,
		max_length: u32,
	) -> Result<VerifiedClaim, Invalid> {
		self.promise.check(max_length).map_err(Invalid::Malformed)?;
		let known = self.promise.chain.map(|chain| chain.tip).unwrap_or_default();
		let start = VerifiedClaim {
			promise: self.promise,
			signature: self.signature,
			steps: 0,
			link: known,
			value: self.promise.cumulative,
		};
		if let Some(step) = &self.step {
			start.value_at(step.index)?;
		}
		let signer = self.signature.recover(&self.promise.digest(domain));
		if signer != Some(promise_key) {
			return Err(Invalid::WrongSignature);
		}
		match &self.step {
			Some(step) => start.advance(step),
			None => Ok(start),
		}
	}

	/// How many hashes checking it can take.
	pub fn hashes(&self) -> u32 {
		self.step.map_or(0, |step| step.index)
	}
}

/// A claim whose promise is well-formed and signed, and whose step leads to the tip.
///
/// It is made by [`Claim::verify`] and [`VerifiedClaim::advance`] only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedClaim {
	promise: Promise,
	signature: EvmSignature,
	steps: u32,
	/// The pre-image of the last revealed step, or the tip.
	link: [u8; 32],
	value: Balance,
}

impl VerifiedClaim {
	/// The channel that pays.
	pub const fn channel(&self) -> ChannelId {
		self.promise.channel
	}

	/// All that is promised, from the channel's beginning.
	pub const fn value(&self) -> Balance {
		self.value
	}

	/// The promise.
	pub const fn promise(&self) -> &Promise {
		&self.promise
	}

	/// How many steps are revealed.
	pub const fn steps(&self) -> u32 {
		self.steps
	}

	/// The transcript hash that the payer signed.
	pub const fn ack(&self) -> H256 {
		self.promise.ack
	}

	/// What the payee shows to be paid this.
	pub fn to_claim(&self) -> Claim {
		let step = (self.steps > 0).then_some(Step { index: self.steps, preimage: self.link });
		Claim { promise: self.promise, signature: self.signature, step }
	}

	/// The claim with a further step revealed. Costs a hash for each step since the last.
	pub fn advance(&self, step: &Step) -> Result<Self, Invalid> {
		let value = self.value_at(step.index)?;
		if walk(step.preimage, step.index.saturating_sub(self.steps)) != self.link {
			return Err(Invalid::WrongPreimage);
		}
		Ok(Self { steps: step.index, link: step.preimage, value, ..*self })
	}

	/// Whether a payee may take this in place of `earlier`: it is of the same channel and starts at or above all that
	/// was promised before. Chains never add up.
	pub fn follows(&self, earlier: &Self) -> bool {
		self.channel() == earlier.channel() && self.promise.cumulative >= earlier.value
	}

	/// The value at a step that lies ahead.
	fn value_at(&self, index: u32) -> Result<Balance, Invalid> {
		if index <= self.steps {
			return Err(Invalid::NoSuchStep);
		}
		self.promise.value(index).ok_or(Invalid::NoSuchStep)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{Chain, HashChain};
	use smartlayer_types::evm::address_of_compressed_key;
	use sp_core::{ecdsa, Pair};

	fn key() -> ecdsa::Pair {
		ecdsa::Pair::from_seed(&[8; 32])
	}

	fn address() -> EvmAddress {
		address_of_compressed_key(&key().public()).unwrap()
	}

	fn domain() -> Domain {
		Domain::of(H256::repeat_byte(1))
	}

	fn chain() -> HashChain {
		HashChain::new([5; 32], 10).unwrap()
	}

	fn claim(cumulative: Balance) -> Claim {
		let chain = Chain { tip: chain().tip(), unit: 3, length: 10 };
		let channel = H256::repeat_byte(2);
		signed(Promise { channel, cumulative, chain: Some(chain), ack: H256::repeat_byte(4) })
	}

	fn signed(promise: Promise) -> Claim {
		let signature = key().sign_prehashed(&promise.digest(&domain()).0);
		Claim { promise, signature: EvmSignature(signature.0), step: None }
	}

	fn step(index: u32) -> Step {
		Step { index, preimage: chain().preimage(index).unwrap() }
	}

	fn verify(claim: &Claim) -> Result<VerifiedClaim, Invalid> {
		claim.verify(&domain(), address(), 10)
	}

	#[test]
	fn a_signed_promise_is_worth_its_cumulative_value() {
		let verified = verify(&claim(100)).unwrap();
		assert_eq!((verified.value(), verified.steps()), (100, 0));
		assert_eq!(verified.channel(), H256::repeat_byte(2));
		assert_eq!(verified.ack(), H256::repeat_byte(4));
		assert_eq!(verified.to_claim(), claim(100));
	}

	#[test]
	fn a_revealed_step_adds_its_units() {
		let stepped = Claim { step: Some(step(7)), ..claim(100) };
		let verified = verify(&stepped).unwrap();
		assert_eq!((verified.value(), verified.steps()), (121, 7));
		assert_eq!(verified.to_claim(), stepped);
		assert_eq!(stepped.hashes(), 7);
	}

	#[test]
	fn steps_are_followed_without_a_signature() {
		let mut verified = verify(&claim(100)).unwrap();
		for index in [1, 2, 5, 10] {
			verified = verified.advance(&step(index)).unwrap();
			assert_eq!(verified.value(), 100 + 3 * Balance::from(index));
			assert_eq!(verify(&verified.to_claim()), Ok(verified));
		}
	}

	#[test]
	fn a_step_that_was_revealed_before_is_refused() {
		let verified = verify(&Claim { step: Some(step(5)), ..claim(0) }).unwrap();
		assert_eq!(verified.advance(&step(5)), Err(Invalid::NoSuchStep));
		assert_eq!(verified.advance(&step(4)), Err(Invalid::NoSuchStep));
	}

	#[test]
	fn a_step_of_another_index_or_chain_is_refused() {
		for index in [1, 6, 8, 10] {
			let wrong = Step { index, ..step(7) };
			assert_eq!(
				verify(&Claim { step: Some(wrong), ..claim(0) }),
				Err(Invalid::WrongPreimage)
			);
		}
		let foreign = Step { index: 3, preimage: [9; 32] };
		assert_eq!(verify(&Claim { step: Some(foreign), ..claim(0) }), Err(Invalid::WrongPreimage));
	}

	#[test]
	fn steps_outside_the_chain_are_refused() {
		for index in [0, 11, u32::MAX] {
			let outside = Step { index, preimage: [5; 32] };
			let claim = Claim { step: Some(outside), ..claim(0) };
			assert_eq!(verify(&claim), Err(Invalid::NoSuchStep));
		}
		let plain = signed(Promise { chain: None, ..claim(0).promise });
		assert!(verify(&plain).is_ok());
		let stepped = Claim { step: Some(step(1)), ..plain };
		assert_eq!(verify(&stepped), Err(Invalid::NoSuchStep));
	}

	#[test]
	fn a_promise_signed_by_another_key_is_refused() {
		assert_eq!(
			claim(1).verify(&domain(), EvmAddress::zero(), 10),
			Err(Invalid::WrongSignature)
		);
		let mut other = claim(1);
		other.promise.cumulative = 2;
		assert_eq!(verify(&other), Err(Invalid::WrongSignature));
	}

	#[test]
	fn a_promise_signed_for_another_genesis_is_refused() {
		let elsewhere = Domain::of(H256::repeat_byte(2));
		assert_eq!(claim(1).verify(&elsewhere, address(), 10), Err(Invalid::WrongSignature));
	}

	#[test]
	fn a_malformed_promise_is_refused_though_signed() {
		assert_eq!(
			claim(1).verify(&domain(), address(), 9),
			Err(Invalid::Malformed(Malformed::ExcessiveLength))
		);
	}

	#[test]
	fn a_promise_follows_only_at_or_above_all_that_was_revealed() {
		let earlier = verify(&Claim { step: Some(step(5)), ..claim(100) }).unwrap();
		assert!(verify(&claim(115)).unwrap().follows(&earlier));
		assert!(!verify(&claim(114)).unwrap().follows(&earlier));
		let mut elsewhere = claim(200).promise;
		elsewhere.channel = H256::zero();
		assert!(!verify(&signed(elsewhere)).unwrap().follows(&earlier));
	}
}
