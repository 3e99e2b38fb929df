//! Attestations that stand for tokens: which ones a file accepts.

use crate::{
	error::{ParseError, ParseReason},
	model::Label,
	xml::Element,
};
use alloy_primitives::{hex, keccak256, Address, B256};
use k256::{elliptic_curve::sec1::ToEncodedPoint, PublicKey};

/// Which attestations a file accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestationDefinition {
	/// The name inside the file.
	pub name: String,
	/// The kind of attestation, such as `eas`.
	pub kind: Option<String>,
	/// What people call it.
	pub label: Label,
	/// Who may sign it: uncompressed keys on secp256k1.
	pub keys: Vec<Vec<u8>>,
	/// The schema of the Ethereum Attestation Service.
	pub schema: Option<B256>,
	/// Fields, and what they have to say, that make one collection.
	pub collection: Vec<(String, String)>,
	/// Fields that together are the token's id.
	pub id_fields: Vec<String>,
}

impl AttestationDefinition {
	pub(crate) fn read(element: &Element) -> Result<Self, ParseError> {
		let fields = element.first("collectionFields");
		let listed = fields.into_iter().flat_map(|it| it.all("collectionField"));
		let mut collection: Vec<_> = listed
			.map(|it| Ok((it.required("name")?.to_owned(), it.trimmed())))
			.collect::<Result<_, ParseError>>()?;
		if collection.is_empty() {
			// The earlier spelling of a single field.
			let event = element.first("eventId").map(|it| ("eventId".to_owned(), it.trimmed()));
			collection.extend(event);
		}
		let schema = element.first("eas").and_then(|it| it.attribute("schemaUID"));
		let schema = schema.map(|text| {
			text.trim().parse().map_err(|_| ParseReason::Reference(text.to_owned()).at(element))
		});
		let id_fields = element.first("idFields").map(Element::trimmed).unwrap_or_default();
		Ok(Self {
			name: element.required("name")?.to_owned(),
			kind: element.attribute("type").map(str::to_owned),
			label: element.first("meta").map(Label::read_of).unwrap_or_default(),
			keys: element.all("key").map(read_key).collect::<Result<_, _>>()?,
			schema: schema.transpose()?,
			collection,
			id_fields: id_fields
				.split(',')
				.map(|it| it.trim().to_owned())
				.filter(|it| !it.is_empty())
				.collect(),
		})
	}

	/// The addresses of those who may sign.
	pub fn signers(&self) -> Vec<Address> {
		self.keys.iter().map(|key| Address::from_raw_public_key(&key[1..])).collect()
	}

	/// The identifiers of its collection, one for each signer: the hash over schema, signer and collection fields that
	/// published wallets use.
	pub fn collection_ids(&self) -> Vec<B256> {
		let fields: String = self.collection.iter().map(|(_, value)| value.as_str()).collect();
		let schema = hex::encode(self.schema.unwrap_or_default());
		let id = |signer: &Address| keccak256(format!("{schema}{}{fields}", hex::encode(signer)));
		self.signers().iter().map(id).collect()
	}
}

fn read_key(element: &Element) -> Result<Vec<u8>, ParseError> {
	let text = element.trimmed();
	let bytes = hex::decode(&text).ok();
	let key = bytes.and_then(|bytes| PublicKey::from_sec1_bytes(&bytes).ok());
	let key = key.ok_or_else(|| ParseReason::Reference(text).at(element))?;
	Ok(key.to_encoded_point(false).as_bytes().to_vec())
}
