//! Where an attribute's value comes from.

use crate::{
	error::{ParseError, ParseReason},
	model::{
		argument::{read_arguments, Argument},
		event::EventOrigin,
		format::Format,
		reference::Reference,
		Label,
	},
	xml::{Element, Vocabulary},
};
use alloy_primitives::U256;
use std::collections::BTreeMap;

/// Where an attribute's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
	/// Bits of the token's id.
	TokenId(TokenIdField),
	/// A function of a contract.
	Call(CallOrigin),
	/// A field of a contract's event.
	Event(EventOrigin),
	/// Something that the holder enters.
	UserEntry,
	/// A fixed value.
	Data(Argument),
	/// Another attribute's value, an attestation's field, or a part of one of them.
	Reference(Reference),
	/// A variable in a contract's storage. No wallet has ever read one: it has no value here either.
	Storage {
		/// The contract.
		contract: Option<String>,
		/// The variable.
		variable: String,
	},
}

/// Some bits of a token's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenIdField {
	/// Which bits.
	pub mask: U256,
}

impl TokenIdField {
	/// The bits of an id, moved to the right end.
	pub fn of(&self, token_id: U256) -> U256 {
		(token_id & self.mask) >> self.mask.trailing_zeros()
	}

	/// How many bytes it takes from the first to the last bit.
	pub fn bytes(&self) -> usize {
		(self.mask >> self.mask.trailing_zeros()).bit_len().div_ceil(8)
	}
}

/// A function of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallOrigin {
	/// The contract's name in the file; without one, the token's own contract.
	pub contract: Option<String>,
	/// The function.
	pub function: String,
	/// What it is called with.
	pub arguments: Vec<Argument>,
	/// Which field of its answer counts.
	pub select: Option<String>,
}

/// An origin with what all of them have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
	/// Where the raw value comes from.
	pub origin: Origin,
	/// What it is to be understood as.
	pub format: Option<Format>,
	/// Texts that stand for values.
	pub mapping: Option<Mapping>,
}

/// Texts that stand for values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
	options: BTreeMap<String, Label>,
}

impl Mapping {
	fn read(element: &Element) -> Result<Self, ParseError> {
		let mut mapping = Self::default();
		for option in element.all("option") {
			let key = option.required("key")?.trim().to_owned();
			if mapping.options.insert(key.clone(), Label::read_all(option, "value")).is_some() {
				return Err(ParseReason::Duplicate(key).at(option));
			}
		}
		Ok(mapping)
	}

	/// The text of a value. A key that is a number is the same in every spelling.
	pub fn get(&self, value: &crate::Value) -> Option<&Label> {
		let number = value.as_uint();
		let same = |key: &str| number.is_some() && super::format::parse_uint(key) == number;
		let exact = self.options.get(&value.to_string());
		exact.or_else(|| self.options.iter().find(|(key, _)| same(key)).map(|(_, label)| label))
	}
}

impl Source {
	/// Reads the first origin in an `origins` element: wallets take the first, too.
	pub(crate) fn read_first(origins: &Element, depth: usize) -> Result<Self, ParseError> {
		let first = origins.elements().next();
		let first = first.ok_or_else(|| {
			ParseReason::MissingElement { element: "origins".to_owned(), child: "origin" }
				.at(origins)
		})?;
		let format = first.attribute("as").filter(|it| !it.is_empty());
		let format = format.map(|name| {
			Format::of_name(name).ok_or_else(|| ParseReason::Format(name.to_owned()).at(first))
		});
		Ok(Self {
			origin: read_origin(first, depth)?,
			format: format.transpose()?,
			mapping: first.first("mapping").map(Mapping::read).transpose()?,
		})
	}

	/// The values that are needed first.
	pub fn references(&self) -> Vec<&Reference> {
		match &self.origin {
			Origin::Call(call) => call.arguments.iter().filter_map(Argument::reference).collect(),
			Origin::Event(event) => event.references(),
			Origin::Data(argument) => argument.reference().into_iter().collect(),
			Origin::Reference(reference) => vec![reference],
			Origin::TokenId(_) | Origin::UserEntry | Origin::Storage { .. } => Vec::new(),
		}
	}
}

fn read_origin(element: &Element, depth: usize) -> Result<Origin, ParseError> {
	let unknown = || ParseReason::Origin(element.local.clone()).at(element);
	Ok(match (element.vocabulary, element.local.as_str()) {
		(Vocabulary::TokenScript, "token-id") => Origin::TokenId(read_token_id(element)?),
		(Vocabulary::TokenScript, "user-entry") => Origin::UserEntry,
		(Vocabulary::TokenScript, "data") => read_data(element)?,
		(Vocabulary::TokenScript, "attribute") => {
			Origin::Reference(read_reference(element, element.required("ref")?, false)?)
		},
		(Vocabulary::Ethereum, "call") => Origin::Call(read_call(element)?),
		(Vocabulary::Ethereum, "event") => Origin::Event(EventOrigin::read(element, depth)?),
		(Vocabulary::Ethereum, "storage") => Origin::Storage {
			contract: element.attribute("contract").map(str::to_owned),
			variable: element.required("variable")?.to_owned(),
		},
		// Before 2020/06 one element served for both.
		(Vocabulary::TokenScript, "ethereum") if element.attribute("function").is_some() => {
			Origin::Call(read_call(element)?)
		},
		(Vocabulary::TokenScript, "ethereum") if element.attribute("event").is_some() => {
			Origin::Event(EventOrigin::read(element, depth)?)
		},
		_ => return Err(unknown()),
	})
}

fn read_token_id(element: &Element) -> Result<TokenIdField, ParseError> {
	let Some(text) = element.attribute("bitmask") else {
		return Ok(TokenIdField { mask: U256::MAX });
	};
	let digits = text.trim().trim_start_matches("0x");
	let plain = (1..=64).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_hexdigit());
	let mask = plain.then(|| U256::from_str_radix(digits, 16).ok()).flatten();
	let mask = mask.filter(|mask| !mask.is_zero());
	Ok(TokenIdField {
		mask: mask.ok_or_else(|| ParseReason::Bitmask(text.to_owned()).at(element))?,
	})
}

fn read_call(element: &Element) -> Result<CallOrigin, ParseError> {
	Ok(CallOrigin {
		contract: element.attribute("contract").map(str::to_owned),
		function: element.required("function")?.to_owned(),
		arguments: read_arguments(element)?,
		select: element.attribute("select").map(str::to_owned),
	})
}

fn read_data(element: &Element) -> Result<Origin, ParseError> {
	if let Some(reference) = element.attribute("ref") {
		return Ok(Origin::Reference(read_reference(element, reference, false)?));
	}
	let only = element.elements().next();
	let only = only.ok_or_else(|| {
		ParseReason::MissingElement { element: "data".to_owned(), child: "value" }.at(element)
	})?;
	Ok(Origin::Data(Argument::read(only)?))
}

/// A reference in an element's attribute.
pub(crate) fn read_reference(
	element: &Element,
	text: &str,
	local: bool,
) -> Result<Reference, ParseError> {
	Reference::parse(text, local).ok_or_else(|| ParseReason::Reference(text.to_owned()).at(element))
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn field(mask: &str) -> TokenIdField {
		TokenIdField { mask: U256::from_str_radix(mask, 16).unwrap() }
	}

	#[test]
	fn a_field_is_moved_to_the_right_end() {
		let id = U256::from(0x0012_3456_u64);
		assert_eq!(field("00FF00").of(id), U256::from(0x34));
		assert_eq!(field("FFFF0000").of(id), U256::from(0x12));
		assert_eq!(field("FFF0").of(id), U256::from(0x345));
		assert_eq!((field("FFF0").bytes(), field("00FF00").bytes()), (2, 1));
	}

	#[test]
	fn a_field_may_have_gaps() {
		assert_eq!(field("F0F0").of(U256::from(0xABCD)), U256::from(0xA0C));
	}

	proptest! {
		#[test]
		fn other_bits_never_count(id in any::<[u8; 32]>(), other in any::<[u8; 32]>(), mask in any::<[u8; 32]>()) {
			let mask = U256::from_be_bytes(mask) | U256::from(1);
			let (id, other) = (U256::from_be_bytes(id), U256::from_be_bytes(other));
			let field = TokenIdField { mask };
			prop_assert_eq!(field.of(id), field.of((id & mask) | (other & !mask)));
		}
	}
}
