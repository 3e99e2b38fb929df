//! What a payer signs and anyone submits: EVM wallets can't sign extrinsics.

use crate::{channel_id, ChannelId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{
	abi::{self, Word},
	eip712::Domain,
	evm::EvmAddress,
	AccountId, Balance, BlockNumber, ClassId,
};
use sp_core::H256;

/// The payer's order to open a channel.
///
/// It is used at most once: a payer's salts only rise.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Open {
	/// Who pays, and signs this.
	pub payer: AccountId,
	/// Who is paid.
	pub payee: AccountId,
	/// The class for whose calls is paid.
	pub class: ClassId,
	/// What leaves the payer's account: the channel's deposit and the submitter's fee.
	pub deposit: Balance,
	/// The key that will sign promises.
	pub promise_key: EvmAddress,
	/// Above every salt that the payer used before.
	pub salt: u64,
	/// The most that the submitter gets back of its fee.
	pub max_fee: Balance,
	/// The last block in which this can be submitted.
	pub valid_until: BlockNumber,
}

impl Open {
	/// The type of EIP-712.
	pub const TYPE: &'static str = "Open(bytes32 payer,bytes32 payee,uint32 class,uint128 deposit,address promiseKey,uint64 salt,uint128 maxFee,uint32 validUntil)";

	/// What the payer signs.
	pub fn digest(&self, domain: &Domain) -> H256 {
		domain.digest(abi::keccak([
			Word::from(abi::keccak_bytes(Self::TYPE.as_bytes())),
			(&self.payer).into(),
			(&self.payee).into(),
			self.class.into(),
			self.deposit.into(),
			self.promise_key.into(),
			self.salt.into(),
			self.max_fee.into(),
			self.valid_until.into(),
		]))
	}

	/// The channel that this opens.
	pub fn channel(&self, genesis: H256) -> ChannelId {
		channel_id(genesis, &self.payer, &self.payee, self.class, self.promise_key, self.salt)
	}
}

/// The payer's order to add to a channel's deposit.
///
/// It is used at most once: it names the deposit that it finds, which only grows.
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
pub struct TopUp {
	/// The channel, whose payer signs this.
	pub channel: ChannelId,
	/// The channel's deposit before.
	pub deposit: Balance,
	/// What leaves the payer's account: what is added and the submitter's fee.
	pub amount: Balance,
	/// The most that the submitter gets back of its fee.
	pub max_fee: Balance,
	/// The last block in which this can be submitted.
	pub valid_until: BlockNumber,
}

impl TopUp {
	/// The type of EIP-712.
	pub const TYPE: &'static str =
		"TopUp(bytes32 channel,uint128 deposit,uint128 amount,uint128 maxFee,uint32 validUntil)";

	/// What the payer signs.
	pub fn digest(&self, domain: &Domain) -> H256 {
		domain.digest(abi::keccak([
			Word::from(abi::keccak_bytes(Self::TYPE.as_bytes())),
			self.channel.into(),
			self.deposit.into(),
			self.amount.into(),
			self.max_fee.into(),
			self.valid_until.into(),
		]))
	}
}

/// The wish to close a channel, of its payer or its promise key.
///
/// It needs neither a number nor a limit in time: a channel's id never recurs, and closing begins once.
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
pub struct RequestClose {
	/// The channel to close.
	pub channel: ChannelId,
}

impl RequestClose {
	/// The type of EIP-712.
	pub const TYPE: &'static str = "RequestClose(bytes32 channel)";

	/// What the payer or the promise key signs.
	pub fn digest(&self, domain: &Domain) -> H256 {
		domain.digest(abi::keccak([
			Word::from(abi::keccak_bytes(Self::TYPE.as_bytes())),
			self.channel.into(),
		]))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{Acknowledgement, Chain, Promise};
	use alloy_primitives::{Address, B256};
	use alloy_sol_types::{eip712_domain, Eip712Domain, SolStruct};
	use smartlayer_types::eip712::{DOMAIN_NAME, DOMAIN_VERSION};

	mod theirs {
		alloy_sol_types::sol! {
			struct Open {
				bytes32 payer;
				bytes32 payee;
				uint32 class;
				uint128 deposit;
				address promiseKey;
				uint64 salt;
				uint128 maxFee;
				uint32 validUntil;
			}

			struct TopUp {
				bytes32 channel;
				uint128 deposit;
				uint128 amount;
				uint128 maxFee;
				uint32 validUntil;
			}

			struct RequestClose { bytes32 channel; }

			struct Promise {
				bytes32 channel;
				uint128 cumulative;
				bytes32 tip;
				uint128 unit;
				uint32 length;
				bytes32 ack;
			}

			struct Acknowledgement { bytes32 channel; uint128 value; bytes32 ack; }
		}
	}

	fn genesis() -> H256 {
		H256::repeat_byte(0x5a)
	}

	fn their_domain() -> Eip712Domain {
		eip712_domain! {
			name: DOMAIN_NAME,
			version: DOMAIN_VERSION,
			salt: B256::from(genesis().0),
		}
	}

	fn open() -> Open {
		Open {
			payer: AccountId::new([1; 32]),
			payee: AccountId::new([2; 32]),
			class: 77,
			deposit: 1 << 100,
			promise_key: EvmAddress::repeat_byte(3),
			salt: 1 << 40,
			max_fee: 12_345,
			valid_until: 1_000_000,
		}
	}

	#[test]
	fn open_is_the_structure_of_another_implementation() {
		let theirs = theirs::Open {
			payer: B256::repeat_byte(1),
			payee: B256::repeat_byte(2),
			class: 77,
			deposit: 1 << 100,
			promiseKey: Address::repeat_byte(3),
			salt: 1 << 40,
			maxFee: 12_345,
			validUntil: 1_000_000,
		};
		assert_eq!(theirs::Open::eip712_encode_type(), Open::TYPE);
		let ours = open().digest(&Domain::of(genesis()));
		assert_eq!(ours.0, theirs.eip712_signing_hash(&their_domain()).0);
	}

	#[test]
	fn top_up_is_the_structure_of_another_implementation() {
		let theirs = theirs::TopUp {
			channel: B256::repeat_byte(4),
			deposit: 1 << 101,
			amount: 1 << 90,
			maxFee: 12_345,
			validUntil: 1_000_000,
		};
		assert_eq!(theirs::TopUp::eip712_encode_type(), TopUp::TYPE);
		let ours = TopUp {
			channel: H256::repeat_byte(4),
			deposit: 1 << 101,
			amount: 1 << 90,
			max_fee: 12_345,
			valid_until: 1_000_000,
		};
		let ours = ours.digest(&Domain::of(genesis()));
		assert_eq!(ours.0, theirs.eip712_signing_hash(&their_domain()).0);
	}

	#[test]
	fn request_close_is_the_structure_of_another_implementation() {
		let theirs = theirs::RequestClose { channel: B256::repeat_byte(4) };
		assert_eq!(theirs::RequestClose::eip712_encode_type(), RequestClose::TYPE);
		let ours = RequestClose { channel: H256::repeat_byte(4) }.digest(&Domain::of(genesis()));
		assert_eq!(ours.0, theirs.eip712_signing_hash(&their_domain()).0);
	}

	#[test]
	fn promise_is_the_structure_of_another_implementation() {
		assert_eq!(theirs::Promise::eip712_encode_type(), Promise::TYPE);
		let chain = Chain { tip: [6; 32], unit: 1 << 70, length: 1_024 };
		for chain in [None, Some(chain)] {
			let ours = Promise {
				channel: H256::repeat_byte(5),
				cumulative: u128::MAX,
				chain,
				ack: H256::repeat_byte(7),
			};
			let theirs = theirs::Promise {
				channel: B256::repeat_byte(5),
				cumulative: u128::MAX,
				tip: chain.map(|it| it.tip.into()).unwrap_or_default(),
				unit: chain.map(|it| it.unit).unwrap_or_default(),
				length: chain.map(|it| it.length).unwrap_or_default(),
				ack: B256::repeat_byte(7),
			};
			let ours = ours.digest(&Domain::of(genesis()));
			assert_eq!(ours.0, theirs.eip712_signing_hash(&their_domain()).0);
		}
	}

	#[test]
	fn acknowledgement_is_the_structure_of_another_implementation() {
		assert_eq!(theirs::Acknowledgement::eip712_encode_type(), Acknowledgement::TYPE);
		let ours = Acknowledgement {
			channel: H256::repeat_byte(5),
			value: 1 << 99,
			ack: H256::repeat_byte(7),
		};
		let theirs = theirs::Acknowledgement {
			channel: B256::repeat_byte(5),
			value: 1 << 99,
			ack: B256::repeat_byte(7),
		};
		let ours = ours.digest(&Domain::of(genesis()));
		assert_eq!(ours.0, theirs.eip712_signing_hash(&their_domain()).0);
	}

	#[test]
	fn an_order_knows_the_channel_it_opens() {
		let it = open();
		let id = channel_id(genesis(), &it.payer, &it.payee, 77, it.promise_key, it.salt);
		assert_eq!(it.channel(genesis()), id);
	}
}
