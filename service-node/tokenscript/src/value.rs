//! Values of attributes.

use crate::{model::reference::Step, GeneralizedTime};
use alloy_primitives::{hex, Address, I256, U256};
use serde_json::Value as Json;
use std::fmt;

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
	/// Yes or no.
	Bool(bool),
	/// An unsigned number; in JSON a string of its digits.
	Uint(U256),
	/// A number that is an ASN.1 `INTEGER` and small enough for JavaScript; in JSON a number.
	Integer(u64),
	/// A signed number; in JSON a string of its digits.
	Int(I256),
	/// A text.
	Text(String),
	/// An address; in JSON with the checksum of EIP-55.
	Address(Address),
	/// Bytes; in JSON `0x` and hexadecimal digits.
	Bytes(Vec<u8>),
	/// A point in time; in JSON as ASN.1 writes it.
	Time(GeneralizedTime),
	/// Values in order.
	List(Vec<Value>),
	/// Values with names, in order.
	Record(Vec<(String, Value)>),
}

/// Lists and objects inside each other in JSON that somebody enters.
const MOST_NESTED: usize = 16;

impl Value {
	/// The value as JSON.
	pub fn to_json(&self) -> Json {
		match self {
			Self::Bool(it) => Json::Bool(*it),
			Self::Integer(it) => Json::from(*it),
			Self::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
			Self::Record(fields) => {
				let fields = fields.iter().map(|(name, value)| (name.clone(), value.to_json()));
				Json::Object(fields.collect())
			},
			_ => Json::String(self.to_string()),
		}
	}

	/// The value of JSON that somebody entered. `None` for `null`, for numbers with a fraction (enter them as text) and
	/// for what is nested too deep.
	pub fn from_json(json: &Json) -> Option<Self> {
		Self::from_json_within(json, MOST_NESTED)
	}

	fn from_json_within(json: &Json, depth: usize) -> Option<Self> {
		let inner = depth.checked_sub(1)?;
		Some(match json {
			Json::Null => return None,
			Json::Bool(it) => Self::Bool(*it),
			Json::Number(number) => match (number.as_u64(), number.as_i64()) {
				(Some(number), _) => Self::Uint(U256::from(number)),
				(None, Some(number)) => Self::Int(I256::try_from(number).ok()?),
				(None, None) => return None,
			},
			Json::String(text) => Self::Text(text.clone()),
			Json::Array(items) => {
				let items = items.iter().map(|it| Self::from_json_within(it, inner));
				Self::List(items.collect::<Option<_>>()?)
			},
			Json::Object(fields) => {
				let fields = fields
					.iter()
					.map(|(name, it)| Some((name.clone(), Self::from_json_within(it, inner)?)));
				Self::Record(fields.collect::<Option<_>>()?)
			},
		})
	}

	/// The value at the end of a path.
	pub fn at(&self, path: &[Step]) -> Option<&Self> {
		path.iter().try_fold(self, |value, step| match (value, step) {
			(Self::Record(fields), Step::Field(name)) => {
				fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
			},
			(Self::Record(fields), Step::Item(index)) => fields.get(*index).map(|(_, value)| value),
			(Self::List(items), Step::Item(index)) => items.get(*index),
			(Self::List(items), Step::Field(name)) => items.get(name.parse::<usize>().ok()?),
			_ => None,
		})
	}

	/// About how many bytes of memory it takes.
	pub(crate) fn size(&self) -> usize {
		let inner = match self {
			Self::Text(text) => text.len(),
			Self::Bytes(bytes) => bytes.len(),
			Self::List(items) => items.iter().map(Self::size).sum(),
			Self::Record(fields) => {
				fields.iter().map(|(name, value)| name.len() + value.size()).sum()
			},
			_ => 0,
		};
		inner + size_of::<Self>()
	}

	/// The value as an unsigned number, if it is one.
	pub fn as_uint(&self) -> Option<U256> {
		match self {
			Self::Uint(number) => Some(*number),
			Self::Integer(number) => Some(U256::from(*number)),
			Self::Int(number) if !number.is_negative() => Some(number.into_raw()),
			_ => None,
		}
	}
}

impl fmt::Display for Value {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Bool(it) => formatter.write_str(if *it { "TRUE" } else { "FALSE" }),
			Self::Uint(it) => write!(formatter, "{it}"),
			Self::Integer(it) => write!(formatter, "{it}"),
			Self::Int(it) => write!(formatter, "{it}"),
			Self::Text(it) => formatter.write_str(it),
			Self::Address(it) => write!(formatter, "{it}"),
			Self::Bytes(it) => write!(formatter, "0x{}", hex::encode(it)),
			Self::Time(it) => write!(formatter, "{it}"),
			Self::List(_) | Self::Record(_) => write!(formatter, "{}", self.to_json()),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	fn path(steps: &[&str]) -> Vec<Step> {
		let step = |it: &&str| it.parse().map_or(Step::Field((*it).to_owned()), Step::Item);
		steps.iter().map(step).collect()
	}

	#[test]
	fn values_have_one_form_in_json() {
		let record = Value::Record(vec![
			("b".to_owned(), Value::Bool(true)),
			("n".to_owned(), Value::Uint(U256::MAX)),
			("i".to_owned(), Value::Int(I256::try_from(-3).unwrap())),
			("x".to_owned(), Value::List(vec![Value::Bytes(vec![0, 255]), Value::Integer(7)])),
			("a".to_owned(), Value::Address(Address::repeat_byte(0xab))),
		]);
		let expected = json!({
			"b": true, "n": U256::MAX.to_string(), "i": "-3", "x": ["0x00ff", 7],
			"a": "0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB",
		});
		assert_eq!(record.to_json(), expected);
	}

	#[test]
	fn a_path_leads_into_records_and_lists() {
		let value = Value::from_json(&json!({"state": {"levels": [1, 2]}})).unwrap();
		let found = value.at(&path(&["state", "levels", "1"]));
		assert_eq!(found, Some(&Value::Uint(U256::from(2))));
		assert_eq!(value.at(&path(&["state", "nothing"])), None);
		assert_eq!(value.at(&path(&["state", "levels", "2"])), None);
	}

	#[test]
	fn entered_json_is_bounded_and_exact() {
		assert_eq!(Value::from_json(&json!(1.5)), None);
		assert_eq!(Value::from_json(&json!(null)), None);
		let deep = (0..17).fold(json!(1), |inner, _| json!([inner]));
		assert_eq!(Value::from_json(&deep), None);
	}
}
