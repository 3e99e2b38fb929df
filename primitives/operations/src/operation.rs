//! An operation: what a signer says about one instance.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::{
	abi::{self, tag, Word},
	eip712::Domain,
	AccountId, ClassId, InstanceId, Kind,
};
use sp_core::H256;

/// The type of an operation as wallets show and sign it under EIP-712.
pub const OPERATION_TYPE: &str = "Operation(uint32 class,uint256 instance,uint64 seq,uint8 kind,\
	bytes32 actor,bytes32 to,bytes32 data,uint64 time_ms)";

/// Name of the type of a leaf of the operations tree.
const LEAF: &str = "SmartLayer.Operation.v1";

/// What stands in `to` of an operation that names no holder, and is the holder of an instance that has none.
pub const NO_HOLDER: AccountId = AccountId::new([0; 32]);

/// A numbered event of one instance.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Operation {
	/// The instance's class.
	pub class: ClassId,
	/// The instance.
	pub instance: InstanceId,
	/// Number among the instance's sequenced operations, without gaps from 0; of a recorded kind, a number that the
	/// actor does not use twice for the instance and kind.
	pub seq: u64,
	/// The kind, an index into the class's rules.
	pub kind: Kind,
	/// The signer's account.
	pub actor: AccountId,
	/// The new holder, of a kind that names one; else [`NO_HOLDER`].
	pub to: AccountId,
	/// Commitment to the payload, which stays with service node and issuer.
	pub data: H256,
	/// When it was signed, in milliseconds since 1970.
	pub time_ms: u64,
}

impl Operation {
	/// The words of the fields, in the order of [`OPERATION_TYPE`].
	fn words(&self) -> [Word; 8] {
		[
			self.class.into(),
			self.instance.into(),
			self.seq.into(),
			self.kind.into(),
			(&self.actor).into(),
			(&self.to).into(),
			self.data.into(),
			self.time_ms.into(),
		]
	}

	/// What its actor signs.
	pub fn digest(&self, domain: &Domain) -> H256 {
		let [class, instance, seq, kind, actor, to, data, time] = self.words();
		let type_hash = abi::keccak_bytes(OPERATION_TYPE.as_bytes()).into();
		domain.digest(abi::keccak([type_hash, class, instance, seq, kind, actor, to, data, time]))
	}

	/// Its leaf under the operations root of an interval's snapshot.
	pub fn leaf(&self, interval: u64) -> H256 {
		let [class, instance, seq, kind, actor, to, data, time] = self.words();
		let tag = tag(LEAF).into();
		abi::keccak([tag, interval.into(), class, instance, seq, kind, actor, to, data, time])
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloy_primitives::B256;
	use alloy_sol_types::{eip712_domain, sol, SolStruct};
	use sp_core::U256;

	mod wallet {
		use super::sol;
		sol! {
			struct Operation {
				uint32 class;
				uint256 instance;
				uint64 seq;
				uint8 kind;
				bytes32 actor;
				bytes32 to;
				bytes32 data;
				uint64 time_ms;
			}
		}
	}

	fn operation() -> Operation {
		Operation {
			class: 7,
			instance: U256::MAX - 1,
			seq: u64::MAX,
			kind: 31,
			actor: AccountId::new([1; 32]),
			to: AccountId::new([2; 32]),
			data: H256::repeat_byte(3),
			time_ms: 1_763_900_000_123,
		}
	}

	#[test]
	fn the_digest_is_that_of_another_implementation() {
		let (genesis, ours) = (H256::repeat_byte(0x5a), operation());
		let theirs = wallet::Operation {
			class: ours.class,
			instance: alloy_primitives::U256::from_be_bytes(ours.instance.to_big_endian()),
			seq: ours.seq,
			kind: ours.kind,
			actor: B256::repeat_byte(1),
			to: B256::repeat_byte(2),
			data: B256::repeat_byte(3),
			time_ms: ours.time_ms,
		};
		assert_eq!(wallet::Operation::eip712_encode_type(), OPERATION_TYPE);
		let domain = eip712_domain! {
			name: smartlayer_types::eip712::DOMAIN_NAME,
			version: smartlayer_types::eip712::DOMAIN_VERSION,
			salt: B256::from(genesis.0),
		};
		assert_eq!(ours.digest(&Domain::of(genesis)).0, theirs.eip712_signing_hash(&domain).0);
	}

	#[test]
	fn every_field_and_the_interval_count_in_the_leaf() {
		let same = operation();
		let others = [
			Operation { class: 8, ..same.clone() },
			Operation { instance: U256::MAX, ..same.clone() },
			Operation { seq: 0, ..same.clone() },
			Operation { kind: 30, ..same.clone() },
			Operation { actor: NO_HOLDER, ..same.clone() },
			Operation { to: NO_HOLDER, ..same.clone() },
			Operation { data: H256::zero(), ..same.clone() },
			Operation { time_ms: 0, ..same.clone() },
		];
		let domain = Domain::of(H256::zero());
		for other in &others {
			assert_ne!(other.leaf(4), same.leaf(4));
			assert_ne!(other.digest(&domain), same.digest(&domain));
		}
		assert_ne!(same.leaf(4), same.leaf(5));
	}
}
