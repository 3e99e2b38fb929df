//! Attestations of the Ethereum Attestation Service, signed off chain, that stand for tokens.

use crate::{
	abi::{self, AbiError, Shape},
	model::{argument::elementary_type, AttestationDefinition},
	Value,
};
use alloy_json_abi::Param;
use alloy_primitives::{hex, keccak256, Address, Signature, B256, U256};

/// What an attestation says, and who is said to have signed it: **nothing of it is checked**.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
	/// The form of what is signed: 0, 1 or 2.
	pub version: u16,
	/// The version of the service's contract, which is part of what is signed.
	pub contract_version: String,
	/// The service's chain.
	pub chain_id: u64,
	/// The service's contract.
	pub contract: Address,
	/// The schema of the data.
	pub schema: B256,
	/// Whom it is about.
	pub recipient: Address,
	/// From when on it counts, in seconds since 1970.
	pub time: u64,
	/// Until when it counts; 0: for ever.
	pub expiration_time: u64,
	/// Whether it can be revoked.
	pub revocable: bool,
	/// Another attestation that it is about.
	pub reference: B256,
	/// The data, ABI-encoded as the schema says.
	pub data: Vec<u8>,
	/// Only in version 2.
	pub salt: B256,
	/// r, s and v.
	pub signature: [u8; 65],
}

/// A schema as the service's registry has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttestationSchema<'a> {
	/// Types and names: `string eventId,uint8 ticketClass`.
	pub text: &'a str,
	/// The contract that is asked about attestations of it.
	pub resolver: Address,
	/// Whether attestations of it can be revoked.
	pub revocable: bool,
}

impl AttestationSchema<'_> {
	/// Its identifier: `keccak256(abi.encodePacked(schema, resolver, revocable))`, as the registry computes it.
	pub fn id(&self) -> B256 {
		let revocable = [u8::from(self.revocable)];
		keccak256([self.text.as_bytes(), self.resolver.as_slice(), &revocable].concat())
	}

	fn fields(&self) -> Option<Vec<(String, Shape)>> {
		let fields = self.text.split(',').map(|field| {
			let (kind, name) = field.trim().split_once(' ')?;
			let parameter = Param {
				ty: kind.to_owned(),
				name: name.trim().to_owned(),
				components: Vec::new(),
				internal_type: None,
			};
			Some((parameter.name.clone(), Shape::of(&parameter).ok()?))
		});
		fields.collect()
	}
}

/// Why an attestation is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttestationError {
	/// A form of what is signed that this crate does not know.
	#[error("attestations of version {0} are not known")]
	Version(u16),
	/// It is of another schema than the file accepts, or than was given.
	#[error("the attestation is of another schema")]
	Schema,
	/// No signature, or one that could be changed without the key.
	#[error("the signature is malformed")]
	Malformed,
	/// Somebody signed whom the file does not name.
	#[error("{0} may not sign these attestations")]
	Signer(Address),
	/// It does not count yet.
	#[error("the attestation does not count yet")]
	TooEarly,
	/// It counts no longer.
	#[error("the attestation has expired")]
	Expired,
	/// It is of another collection.
	#[error("the field {0:?} is of another collection")]
	Collection(String),
	/// The data is not as the schema says.
	#[error(transparent)]
	Data(#[from] AbiError),
}

impl Attestation {
	/// Checks everything about an attestation that can be checked without a chain: schema, signer, time, data and
	/// collection. Whether it was revoked is for the caller to ask the service's contract.
	pub fn verify(
		self,
		definition: &AttestationDefinition,
		schema: &AttestationSchema<'_>,
		now: u64,
	) -> Result<VerifiedAttestation, AttestationError> {
		if self.version > 2 {
			return Err(AttestationError::Version(self.version));
		}
		let expected = definition.schema.unwrap_or_default();
		if self.schema != expected || schema.id() != expected {
			return Err(AttestationError::Schema);
		}
		let signer = self.signer()?;
		if !definition.signers().contains(&signer) {
			return Err(AttestationError::Signer(signer));
		}
		if now < self.time {
			return Err(AttestationError::TooEarly);
		}
		if self.expiration_time != 0 && now >= self.expiration_time {
			return Err(AttestationError::Expired);
		}
		let fields = abi::sequence(&self.data, &schema.fields().ok_or(AttestationError::Schema)?)?;
		for (name, wanted) in &definition.collection {
			let found = fields.iter().find(|(field, _)| field == name);
			if found.is_none_or(|(_, value)| value.to_string() != *wanted) {
				return Err(AttestationError::Collection(name.clone()));
			}
		}
		let definition = definition.clone();
		Ok(VerifiedAttestation { attestation: self, definition, signer, fields })
	}

	fn signer(&self) -> Result<Address, AttestationError> {
		let malformed = |_| AttestationError::Malformed;
		let signature = Signature::from_raw_array(&self.signature).map_err(malformed)?;
		// The upper half of s would be a second signature of the same.
		if signature.normalize_s().is_some() {
			return Err(AttestationError::Malformed);
		}
		signature.recover_address_from_prehash(&self.digest()).map_err(malformed)
	}

	/// What is signed (EIP-712).
	fn digest(&self) -> B256 {
		let word = |number: u64| U256::from(number).to_be_bytes::<32>();
		let domain_type =
			"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
		let domain = [
			keccak256(domain_type).0,
			keccak256("EAS Attestation").0,
			keccak256(&self.contract_version).0,
			word(self.chain_id),
			self.contract.into_word().0,
		];
		let shape: Vec<_> = self
			.message_fields()
			.into_iter()
			.map(|(name, kind, _)| format!("{kind} {name}"))
			.collect();
		let message_type = format!("Attest({})", shape.join(","));
		let mut message = vec![keccak256(message_type).0];
		if self.version > 0 {
			message.push(word(self.version.into()));
		}
		message.extend([
			self.schema.0,
			self.recipient.into_word().0,
			word(self.time),
			word(self.expiration_time),
			word(self.revocable.into()),
			self.reference.0,
			keccak256(&self.data).0,
		]);
		if self.version > 1 {
			message.push(self.salt.0);
		}
		let (domain, message) = (keccak256(domain.concat()), keccak256(message.concat()));
		keccak256([&[0x19, 0x01][..], domain.as_slice(), message.as_slice()].concat())
	}

	/// The names, types and values of what is signed, in order.
	fn message_fields(&self) -> Vec<(&'static str, &'static str, Value)> {
		let number = |it: u64| Value::Uint(U256::from(it));
		let bytes = |it: &B256| Value::Bytes(it.to_vec());
		let mut fields = vec![
			("schema", "bytes32", bytes(&self.schema)),
			("recipient", "address", Value::Address(self.recipient)),
			("time", "uint64", number(self.time)),
			("expirationTime", "uint64", number(self.expiration_time)),
			("revocable", "bool", Value::Bool(self.revocable)),
			("refUID", "bytes32", bytes(&self.reference)),
			("data", "bytes", Value::Bytes(self.data.clone())),
		];
		if self.version > 0 {
			fields.insert(0, ("version", "uint16", number(self.version.into())));
		}
		if self.version > 1 {
			fields.push(("salt", "bytes32", bytes(&self.salt)));
		}
		fields
	}
}

/// An attestation that a file accepts. It is made by [`Attestation::verify`] only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAttestation {
	attestation: Attestation,
	definition: AttestationDefinition,
	signer: Address,
	fields: Vec<(String, Value)>,
}

impl VerifiedAttestation {
	/// The name of its definition in the file.
	pub fn definition(&self) -> &str {
		&self.definition.name
	}

	/// Who signed it.
	pub const fn signer(&self) -> Address {
		self.signer
	}

	/// Its signature.
	pub const fn signature(&self) -> &[u8; 65] {
		&self.attestation.signature
	}

	/// What it says, by the names of its schema.
	pub fn fields(&self) -> &[(String, Value)] {
		&self.fields
	}

	/// The token's id, made of the fields that the file names for it.
	pub fn id(&self) -> Option<String> {
		let field = |name: &String| {
			self.fields.iter().find(|(it, _)| it == name).map(|(_, value)| value.to_string())
		};
		let parts: Option<Vec<_>> = self.definition.id_fields.iter().map(field).collect();
		parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("-"))
	}

	/// The identifier of its collection.
	pub fn collection_id(&self) -> B256 {
		let fields: String =
			self.definition.collection.iter().map(|(_, value)| value.as_str()).collect();
		let schema = hex::encode(self.attestation.schema);
		keccak256(format!("{schema}{}{fields}", hex::encode(self.signer)))
	}

	/// What it says, for references: `attestation.time`, `attestation.data.ticketId`.
	pub(crate) fn to_value(&self) -> Value {
		let mut fields = self.message_values();
		for (name, value) in &mut fields {
			if name == "data" {
				*value = Value::Record(self.fields.clone());
			}
		}
		Value::Record(fields)
	}

	/// What was signed, as the argument of a contract.
	pub(crate) fn message(&self) -> Value {
		Value::Record(self.message_values())
	}

	fn message_values(&self) -> Vec<(String, Value)> {
		let fields = self.attestation.message_fields().into_iter();
		fields.map(|(name, _, value)| (name.to_owned(), value)).collect()
	}

	/// The type of that argument.
	pub(crate) fn shape(&self) -> Shape {
		let fields = self.attestation.message_fields().into_iter();
		let shapes = fields.filter_map(|(name, kind, _)| {
			Some((name.to_owned(), Shape::Elementary(elementary_type(kind)?)))
		});
		Shape::Record(shapes.collect())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::model::Label;
	use k256::ecdsa::SigningKey;

	const SCHEMA: AttestationSchema<'static> = AttestationSchema {
		text: "string eventId, string ticketId,uint8 ticketClass",
		resolver: Address::ZERO,
		revocable: true,
	};

	fn key() -> SigningKey {
		SigningKey::from_slice(&[7; 32]).unwrap()
	}

	fn definition() -> AttestationDefinition {
		AttestationDefinition {
			name: "Ticket".to_owned(),
			kind: Some("eas".to_owned()),
			label: Label::default(),
			keys: vec![key().verifying_key().to_encoded_point(false).as_bytes().to_vec()],
			schema: Some(SCHEMA.id()),
			collection: vec![("eventId".to_owned(), "devcon6".to_owned())],
			id_fields: vec!["ticketId".to_owned(), "ticketClass".to_owned()],
		}
	}

	fn signed(version: u16, event: &str) -> Attestation {
		let values = [event, "T1", "3"].map(|it| Value::Text(it.to_owned()));
		sign(Attestation {
			version,
			contract_version: "0.26".to_owned(),
			chain_id: 1,
			contract: Address::repeat_byte(1),
			schema: SCHEMA.id(),
			recipient: Address::repeat_byte(2),
			time: 100,
			expiration_time: 200,
			revocable: true,
			reference: B256::ZERO,
			data: abi::encode(&values, &SCHEMA.fields().unwrap()).unwrap(),
			salt: B256::repeat_byte(3),
			signature: [0; 65],
		})
	}

	fn sign(mut attestation: Attestation) -> Attestation {
		let (signature, id) =
			key().sign_prehash_recoverable(attestation.digest().as_slice()).unwrap();
		attestation.signature[..64].copy_from_slice(&signature.to_bytes());
		attestation.signature[64] = 27 + id.to_byte();
		attestation
	}

	fn verify(attestation: Attestation) -> Result<VerifiedAttestation, AttestationError> {
		attestation.verify(&definition(), &SCHEMA, 150)
	}

	#[test]
	fn an_accepted_attestation_says_what_its_schema_names() {
		for version in 0..=2 {
			let verified = verify(signed(version, "devcon6")).unwrap();
			assert_eq!(verified.id().as_deref(), Some("T1-3"));
			assert_eq!(verified.signer(), definition().signers()[0]);
			assert_eq!(verified.collection_id(), definition().collection_ids()[0]);
		}
	}

	#[test]
	fn every_part_of_what_is_signed_counts() {
		let changes: [fn(&mut Attestation); 6] = [
			|it| it.chain_id = 2,
			|it| it.recipient = Address::ZERO,
			|it| it.expiration_time = 0,
			|it| it.salt = B256::ZERO,
			|it| it.contract_version = "1".to_owned(),
			|it| it.version = 1,
		];
		for change in changes {
			let mut changed = signed(2, "devcon6");
			change(&mut changed);
			let refused = verify(changed);
			assert!(matches!(refused, Err(AttestationError::Signer(_))), "{refused:?}");
		}
	}

	#[test]
	fn what_the_file_does_not_accept_is_refused() {
		assert_eq!(
			verify(signed(1, "other")),
			Err(AttestationError::Collection("eventId".to_owned()))
		);
		assert_eq!(
			signed(1, "devcon6").verify(&definition(), &SCHEMA, 99),
			Err(AttestationError::TooEarly)
		);
		assert_eq!(
			signed(1, "devcon6").verify(&definition(), &SCHEMA, 200),
			Err(AttestationError::Expired)
		);
		let other = AttestationSchema { revocable: false, ..SCHEMA };
		assert_eq!(
			signed(1, "devcon6").verify(&definition(), &other, 150),
			Err(AttestationError::Schema)
		);
		let broken = sign(Attestation { data: vec![0; 31], ..signed(1, "devcon6") });
		assert!(matches!(verify(broken), Err(AttestationError::Data(_))));
	}

	#[test]
	fn a_signature_that_could_be_changed_is_refused() {
		let mut changed = signed(1, "devcon6");
		let s = U256::from_be_slice(&changed.signature[32..64]);
		// The order of secp256k1.
		let order = U256::from_str_radix(
			"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
			16,
		);
		changed.signature[32..64].copy_from_slice(&(order.unwrap() - s).to_be_bytes::<32>());
		changed.signature[64] = 55 - changed.signature[64];
		assert_eq!(verify(changed), Err(AttestationError::Malformed));
	}
}
