//! What functions are called with.

use crate::{
	error::{ParseError, ParseReason},
	model::{origin::read_reference, reference::Reference},
	xml::Element,
};
use alloy_dyn_abi::DynSolType;

/// The type of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgumentType {
	/// An elementary type.
	Elementary(DynSolType),
	/// What the contract's interface description says of the parameter with this argument's name; for `attestation`
	/// the structure of an attestation.
	Described,
}

/// Where an argument's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgumentValue {
	/// It stands in the file.
	Literal(String),
	/// It is the value of something with a name.
	Reference(Reference),
}

/// An argument of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
	/// Its type.
	pub kind: ArgumentType,
	/// Its value.
	pub value: ArgumentValue,
}

impl Argument {
	/// Reads an argument whose type is the element's name.
	pub(crate) fn read(element: &Element) -> Result<Self, ParseError> {
		let kind = match element.local.as_str() {
			"struct" | "abi" => ArgumentType::Described,
			name => {
				let elementary = elementary_type(name);
				let elementary =
					elementary.ok_or_else(|| ParseReason::Type(name.to_owned()).at(element));
				ArgumentType::Elementary(elementary?)
			},
		};
		Self::read_as(element, kind)
	}

	/// Reads an argument of a type that is known otherwise.
	pub(crate) fn read_as(element: &Element, kind: ArgumentType) -> Result<Self, ParseError> {
		let value = match (element.attribute("ref"), element.attribute("local-ref")) {
			(_, Some(name)) => ArgumentValue::Reference(read_reference(element, name, true)?),
			(Some(name), None) => ArgumentValue::Reference(read_reference(element, name, false)?),
			(None, None) => ArgumentValue::Literal(element.trimmed()),
		};
		Ok(Self { kind, value })
	}

	/// The name that its value has, if it is not in the file itself.
	pub const fn reference(&self) -> Option<&Reference> {
		match &self.value {
			ArgumentValue::Reference(reference) => Some(reference),
			ArgumentValue::Literal(_) => None,
		}
	}
}

/// The arguments inside an element's `data`.
pub(crate) fn read_arguments(element: &Element) -> Result<Vec<Argument>, ParseError> {
	let Some(data) = element.first("data") else { return Ok(Vec::new()) };
	data.elements().map(Argument::read).collect()
}

/// An elementary type of the ABI, in the spellings of the schemas.
pub(crate) fn elementary_type(name: &str) -> Option<DynSolType> {
	let name = match name {
		"uint" => "uint256",
		"int" => "int256",
		"byte" => "bytes1",
		_ => name,
	};
	let short = name.len() <= 8 && name.bytes().all(|it| it.is_ascii_alphanumeric());
	let parsed = short.then(|| DynSolType::parse(name).ok()).flatten()?;
	match parsed {
		DynSolType::Bool
		| DynSolType::Int(_)
		| DynSolType::Uint(_)
		| DynSolType::FixedBytes(_)
		| DynSolType::Address
		| DynSolType::Bytes
		| DynSolType::String => Some(parsed),
		_ => None,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_types_of_the_schemas_are_known() {
		for width in 1..=32 {
			assert!(elementary_type(&format!("bytes{width}")).is_some());
			assert!(elementary_type(&format!("uint{}", width * 8)).is_some());
			assert!(elementary_type(&format!("int{}", width * 8)).is_some());
		}
		for name in ["uint", "int", "byte", "bool", "address", "string", "bytes"] {
			assert!(elementary_type(name).is_some(), "{name}");
		}
	}

	#[test]
	fn other_types_are_not() {
		for name in ["", "uint7", "uint264", "bytes0", "bytes33", "uint[]", "tuple", "function"] {
			assert_eq!(elementary_type(name), None, "{name}");
		}
	}
}
