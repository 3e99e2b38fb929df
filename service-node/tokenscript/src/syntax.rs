//! ASN.1 types of attributes, and the JSON types that stand for them.

use crate::{GeneralizedTime, Value};
use alloy_primitives::U256;

/// What a JSON value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JsonType {
	/// `null`
	Null,
	/// `true`, `false`
	Boolean,
	/// A whole number; beyond 2^53 - 1, where JavaScript is no longer exact, a string of its digits.
	Integer,
	/// A number with a fraction.
	Number,
	/// A string.
	String,
	/// A list.
	Array,
	/// An object.
	Object,
}

/// The JSON type of an ASN.1 type (X.680), named as in ASN.1 or as LDAP's syntaxes (RFC 4517) and ASNX name it.
pub fn json_type_of_asn1(name: &str) -> Option<JsonType> {
	let letters: String = name
		.chars()
		.filter(|it| !it.is_whitespace() && !matches!(it, '-' | '_'))
		.map(|it| it.to_ascii_lowercase())
		.collect();
	Some(match letters.as_str() {
		"null" => JsonType::Null,
		"boolean" => JsonType::Boolean,
		"integer" | "enumerated" => JsonType::Integer,
		"real" => JsonType::Number,
		"octetstring" | "bitstring" | "objectidentifier" | "relativeoid" | "utf8string"
		| "ia5string" | "printablestring" | "numericstring" | "teletexstring" | "t61string"
		| "videotexstring" | "visiblestring" | "iso646string" | "graphicstring"
		| "generalstring" | "universalstring" | "bmpstring" | "directorystring"
		| "generalizedtime" | "utctime" | "objectdescriptor" | "date" | "timeofday"
		| "datetime" => JsonType::String,
		"sequenceof" | "setof" => JsonType::Array,
		"sequence" | "set" | "choice" => JsonType::Object,
		_ => return None,
	})
}

/// The type that a file gives an attribute, as the object identifier of an LDAP syntax (RFC 4517).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Syntax {
	/// `BOOLEAN`
	Boolean,
	/// Text.
	DirectoryString,
	/// Text of ASCII.
	Ia5String,
	/// A point in time.
	GeneralizedTime,
	/// `INTEGER`
	Integer,
	/// Digits.
	NumericString,
	/// Bytes.
	OctetString,
	/// None, or one that this crate does not know: the origin's format decides.
	#[default]
	Unspecified,
}

/// Where RFC 4517 registers its syntaxes.
const ARC: &str = "1.3.6.1.4.1.1466.115.121.1.";
/// The largest whole number that JavaScript keeps exactly: 2^53 - 1.
const MOST_EXACT: u64 = (1 << 53) - 1;

impl Syntax {
	/// The syntax of an object identifier.
	pub fn of_oid(oid: &str) -> Self {
		match oid.trim().strip_prefix(ARC).unwrap_or_default() {
			"7" => Self::Boolean,
			"15" => Self::DirectoryString,
			"24" => Self::GeneralizedTime,
			"26" => Self::Ia5String,
			"27" => Self::Integer,
			"36" => Self::NumericString,
			"40" => Self::OctetString,
			_ => Self::Unspecified,
		}
	}

	/// The name of the type in ASN.1.
	pub const fn asn1_name(self) -> Option<&'static str> {
		Some(match self {
			Self::Boolean => "BOOLEAN",
			Self::DirectoryString => "DirectoryString",
			Self::Ia5String => "IA5String",
			Self::GeneralizedTime => "GeneralizedTime",
			Self::Integer => "INTEGER",
			Self::NumericString => "NumericString",
			Self::OctetString => "OCTET STRING",
			Self::Unspecified => return None,
		})
	}

	/// The JSON type of values of this syntax.
	pub fn json_type(self) -> Option<JsonType> {
		self.asn1_name().and_then(json_type_of_asn1)
	}

	/// A value as this type. A value that is none of this type stays what its format made it: published files name
	/// wrong types, and wallets never minded.
	pub(crate) fn apply(self, value: Value) -> Value {
		match (self, value) {
			(Self::Boolean, Value::Uint(number)) if number <= U256::from(1) => {
				Value::Bool(!number.is_zero())
			},
			(Self::Boolean, Value::Text(text)) => match text.to_ascii_lowercase().as_str() {
				"true" => Value::Bool(true),
				"false" => Value::Bool(false),
				_ => Value::Text(text),
			},
			(Self::GeneralizedTime, Value::Text(text)) => {
				GeneralizedTime::parse(&text).map_or(Value::Text(text), Value::Time)
			},
			(Self::Integer, Value::Uint(number)) if number <= U256::from(MOST_EXACT) => {
				Value::Integer(number.to())
			},
			(Self::Integer, Value::Text(text)) => match text.parse() {
				Ok(number) if number <= MOST_EXACT => Value::Integer(number),
				_ => Value::Text(text),
			},
			(_, value) => value,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_published_syntaxes_have_names_and_json_types() {
		for (number, name, json) in [
			(7, "BOOLEAN", JsonType::Boolean),
			(15, "DirectoryString", JsonType::String),
			(24, "GeneralizedTime", JsonType::String),
			(26, "IA5String", JsonType::String),
			(27, "INTEGER", JsonType::Integer),
			(36, "NumericString", JsonType::String),
			(40, "OCTET STRING", JsonType::String),
		] {
			let syntax = Syntax::of_oid(&format!("{ARC}{number}"));
			assert_eq!((syntax.asn1_name(), syntax.json_type()), (Some(name), Some(json)));
		}
		assert_eq!(Syntax::of_oid("").json_type(), None);
	}

	#[test]
	fn asn1_names_are_known_in_every_spelling() {
		assert_eq!(json_type_of_asn1("SEQUENCE OF"), Some(JsonType::Array));
		assert_eq!(json_type_of_asn1("sequence"), Some(JsonType::Object));
		assert_eq!(json_type_of_asn1("Utf8String"), Some(JsonType::String));
		assert_eq!(json_type_of_asn1("REAL"), Some(JsonType::Number));
		assert_eq!(json_type_of_asn1("uint256"), None);
	}

	#[test]
	fn a_value_of_another_type_stays_what_it_is() {
		let text = Value::Text("soon".to_owned());
		assert_eq!(Syntax::GeneralizedTime.apply(text.clone()), text);
		assert_eq!(Syntax::Boolean.apply(Value::Uint(U256::from(2))), Value::Uint(U256::from(2)));
		assert_eq!(Syntax::Integer.apply(Value::Bool(true)), Value::Bool(true));
	}

	#[test]
	fn a_number_that_javascript_would_round_stays_digits() {
		let exact = Syntax::Integer.apply(Value::Uint(U256::from(MOST_EXACT)));
		assert_eq!(exact.to_json(), serde_json::json!(9_007_199_254_740_991_u64));
		let large = Syntax::Integer.apply(Value::Uint(U256::from(MOST_EXACT + 1)));
		assert_eq!(large.to_json(), serde_json::json!("9007199254740992"));
	}
}
