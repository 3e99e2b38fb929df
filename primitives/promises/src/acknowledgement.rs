//! What a service node signs about what it was promised and asked.

use crate::ChannelId;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{
	abi::{self, Word},
	eip712::Domain,
	Balance,
};
use sp_core::H256;

/// The payee's word that a channel stands at this value after this transcript. It moves no money: it is the payer's
/// proof of what was served for it.
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
pub struct Acknowledgement {
	/// The channel.
	pub channel: ChannelId,
	/// All that was promised, in the smallest unit of the token.
	pub value: Balance,
	/// Rolling hash of all requests and answers so far.
	pub ack: H256,
}

impl Acknowledgement {
	/// The type of EIP-712.
	pub const TYPE: &'static str = "Acknowledgement(bytes32 channel,uint128 value,bytes32 ack)";

	/// What the payee signs.
	pub fn digest(&self, domain: &Domain) -> H256 {
		domain.digest(abi::keccak([
			Word::from(abi::keccak_bytes(Self::TYPE.as_bytes())),
			self.channel.into(),
			self.value.into(),
			self.ack.into(),
		]))
	}
}
