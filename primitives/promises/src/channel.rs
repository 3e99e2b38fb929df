//! A payment channel: what was agreed when it was opened, and what happened since.

#![allow(clippy::cast_possible_truncation, reason = "the codec's derive numbers variants so")]

use crate::{split, Claim, Invalid, Split, Terms, VerifiedClaim};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{
	domain, eip712::Domain, evm::EvmAddress, AccountId, Balance, BlockNumber, ClassId,
};
use sp_core::H256;

/// Name of a channel, see [`channel_id`]. It never recurs.
pub type ChannelId = H256;

/// What a channel's id is hashed for.
const ID_PURPOSE: &str = "payment channel";

/// The id of a channel: BLAKE2b-256 over domain, payer, payee, class, promise key and salt.
pub fn channel_id(
	genesis: H256,
	payer: &AccountId,
	payee: &AccountId,
	class: ClassId,
	promise_key: EvmAddress,
	salt: u64,
) -> ChannelId {
	domain::hash(ID_PURPOSE, genesis, &(payer, payee, class, promise_key, salt))
}

/// A payment channel from one payer to one payee for one class.
///
/// Everything but `deposit`, `paid` and `closable_at` is fixed at opening: later changes of class or parameters touch
/// new channels only.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Channel {
	/// Who pays, and gets back what was not promised.
	pub payer: AccountId,
	/// Who is paid.
	pub payee: AccountId,
	/// The class for whose calls is paid.
	pub class: ClassId,
	/// The address of the key that signs promises.
	pub promise_key: EvmAddress,
	/// All that was put in, in the smallest unit of the token.
	pub deposit: Balance,
	/// All that was paid out of it, including what was burned.
	pub paid: Balance,
	/// How payments are divided.
	pub terms: Terms,
	/// Who gets the issuer's share.
	pub issuer: Option<AccountId>,
	/// From the request to close until the channel can be finished, in blocks.
	pub challenge_period: BlockNumber,
	/// The most steps of a promise's chain.
	pub max_chain_length: u32,
	/// The first block in which the channel can be finished, once closing was requested.
	pub closable_at: Option<BlockNumber>,
}

/// Why a claim is not paid.
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
pub enum Rejection {
	/// There is no such channel, or no longer.
	#[codec(index = 0)]
	UnknownChannel,
	/// The claim is worth nothing.
	#[codec(index = 1)]
	Invalid(Invalid),
	/// All that it promises, as far as the deposit covers it, was paid before.
	#[codec(index = 2)]
	NothingDue,
	/// The payee's account can't take its part.
	#[codec(index = 3)]
	PayeeNotCreditable,
}

impl Channel {
	/// Checks a claim against this channel. The caller found the channel by the id in the claim's promise.
	pub fn verify(&self, domain: &Domain, claim: &Claim) -> Result<VerifiedClaim, Invalid> {
		claim.verify(domain, self.promise_key, self.max_chain_length)
	}

	/// What a claim pays now: its value up to the deposit, less what was paid.
	pub fn due(&self, claim: &VerifiedClaim) -> Balance {
		claim.value().min(self.deposit).saturating_sub(self.paid)
	}

	/// What was put in and not paid out.
	pub const fn rest(&self) -> Balance {
		self.deposit.saturating_sub(self.paid)
	}

	/// Divides a payment out of this channel.
	pub fn split(&self, amount: Balance) -> Split {
		split(amount, &self.terms)
	}

	/// Whether closing was requested.
	pub const fn is_closing(&self) -> bool {
		self.closable_at.is_some()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	#[test]
	fn everything_counts_in_the_id() {
		let key = EvmAddress::repeat_byte(3);
		let genesis = H256::repeat_byte(9);
		let (payer, payee) = (account(1), account(2));
		let id = channel_id(genesis, &payer, &payee, 5, key, 7);
		let others = [
			channel_id(H256::zero(), &payer, &payee, 5, key, 7),
			channel_id(genesis, &account(9), &payee, 5, key, 7),
			channel_id(genesis, &payer, &account(9), 5, key, 7),
			channel_id(genesis, &payee, &payer, 5, key, 7),
			channel_id(genesis, &payer, &payee, 6, key, 7),
			channel_id(genesis, &payer, &payee, 5, EvmAddress::zero(), 7),
			channel_id(genesis, &payer, &payee, 5, key, 8),
		];
		assert!(!others.contains(&id));
		assert_eq!(id, channel_id(genesis, &payer, &payee, 5, key, 7));
	}

	#[test]
	fn an_id_is_what_the_documentation_says() {
		let genesis = H256::repeat_byte(9);
		let mut bytes = Vec::new();
		(b"smartlayer".as_slice(), 1u16).encode_to(&mut bytes);
		bytes.extend([9; 32]);
		"payment channel".encode_to(&mut bytes);
		bytes.extend([1; 32]);
		bytes.extend([2; 32]);
		bytes.extend([5, 0, 0, 0]);
		bytes.extend([3; 20]);
		bytes.extend([7, 0, 0, 0, 0, 0, 0, 0]);
		let id = channel_id(genesis, &account(1), &account(2), 5, EvmAddress::repeat_byte(3), 7);
		assert_eq!(id.0, sp_io::hashing::blake2_256(&bytes));
	}
}
