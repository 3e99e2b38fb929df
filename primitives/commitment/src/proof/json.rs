//! Forms of accounts and operations in JSON: those of the shared test vectors, hexadecimal where the SDK would have SS58.

use serde::{Deserialize, Serialize};
use smartlayer_operations::Operation;
use smartlayer_types::{AccountId, ClassId, InstanceId, Kind};
use sp_core::H256;

/// Accounts as 32 bytes, for they may be of any kind of key.
pub(crate) mod account {
	use super::{AccountId, Deserialize, Serialize, H256};
	use serde::{Deserializer, Serializer};

	pub(crate) fn serialize<S: Serializer>(of: &AccountId, to: S) -> Result<S::Ok, S::Error> {
		H256(*of.as_ref()).serialize(to)
	}

	pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<AccountId, D::Error> {
		H256::deserialize(from).map(|it| AccountId::new(it.0))
	}
}

/// The fields of an operation.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Operation")]
pub(super) struct OperationFields {
	class: ClassId,
	instance: InstanceId,
	seq: u64,
	kind: Kind,
	#[serde(with = "account")]
	actor: AccountId,
	#[serde(with = "account")]
	to: AccountId,
	data: H256,
	time_ms: u64,
}
