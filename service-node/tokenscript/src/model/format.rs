//! How an origin's raw value is to be understood: the attribute `as`.

use crate::{model::contract::parse_address, Value};
use alloy_primitives::U256;

/// How a raw value becomes a typed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
	/// An unsigned number.
	Uint,
	/// A signed number: in no schema, but in published files.
	Int,
	/// An address.
	Address,
	/// A text.
	Utf8,
	/// Yes or no.
	Bool,
	/// Bytes.
	Bytes,
	/// A decimal number that is multiplied by ten to this power: `e18`.
	Decimal(u8),
	/// What the contract's interface description says.
	Abi,
}

/// Why a text has no value in a format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no value of the format {format:?}")]
pub struct FormatError {
	/// The text, cut after 80 characters.
	pub text: String,
	/// The format.
	pub format: Format,
}

/// The largest power of ten below 2^256.
const MOST_DECIMALS: u8 = 77;

impl Format {
	/// The format of a name.
	pub(crate) fn of_name(name: &str) -> Option<Self> {
		Some(match name {
			"uint" | "uint256" => Self::Uint,
			"int" | "int256" => Self::Int,
			"address" => Self::Address,
			"utf8" | "string" => Self::Utf8,
			"bool" => Self::Bool,
			"bytes" | "bytes32" => Self::Bytes,
			"abi" => Self::Abi,
			_ => {
				let digits = name.strip_prefix('e')?;
				let plain = digits.bytes().all(|it| it.is_ascii_digit());
				let decimals = digits.parse().ok().filter(|it| plain && *it <= MOST_DECIMALS);
				Self::Decimal(decimals?)
			},
		})
	}

	/// The value of a text that somebody entered.
	pub fn parse(self, text: &str) -> Result<Value, FormatError> {
		let trimmed = text.trim();
		let value = match self {
			Self::Uint => parse_uint(trimmed).map(Value::Uint),
			Self::Int => trimmed.parse().ok().map(Value::Int),
			Self::Address => parse_address(trimmed).map(Value::Address),
			Self::Utf8 | Self::Abi => Some(Value::Text(text.to_owned())),
			Self::Bool => parse_bool(trimmed).map(Value::Bool),
			Self::Bytes => parse_bytes(trimmed).map(Value::Bytes),
			Self::Decimal(decimals) => parse_decimal(trimmed, decimals).map(Value::Uint),
		};
		value.ok_or_else(|| FormatError { text: text.chars().take(80).collect(), format: self })
	}

	/// The value of what somebody entered, which may have a type already.
	pub(crate) fn convert(self, entered: &Value) -> Result<Value, FormatError> {
		match (self, entered) {
			(_, Value::Text(text)) => self.parse(text),
			(Self::Decimal(_), Value::Uint(number)) => self.parse(&number.to_string()),
			_ => Ok(entered.clone()),
		}
	}
}

/// A decimal or, after `0x`, hexadecimal number.
pub(crate) fn parse_uint(text: &str) -> Option<U256> {
	let (digits, radix) = text.strip_prefix("0x").map_or((text, 10), |hex| (hex, 16));
	let plain = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_alphanumeric());
	plain.then(|| U256::from_str_radix(digits, radix).ok()).flatten()
}

pub(crate) fn parse_bool(text: &str) -> Option<bool> {
	match text.to_ascii_lowercase().as_str() {
		"true" | "1" => Some(true),
		"false" | "0" => Some(false),
		_ => None,
	}
}

pub(crate) fn parse_bytes(text: &str) -> Option<Vec<u8>> {
	let digits = text.strip_prefix("0x")?;
	alloy_primitives::hex::decode(digits).ok().filter(|_| !digits.starts_with("0x"))
}

/// `1.5` with three decimals is 1500. More digits than decimals are refused, not rounded: it may be money.
fn parse_decimal(text: &str, decimals: u8) -> Option<U256> {
	let (whole, part) = text.split_once('.').unwrap_or((text, ""));
	let part = part.trim_end_matches('0');
	let plain = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
	if !plain(whole) || !plain(part) || (whole.is_empty() && !text.contains('.')) {
		return None;
	}
	let zeros = usize::from(decimals).checked_sub(part.len())?;
	let digits = format!("0{whole}{part}{}", "0".repeat(zeros));
	if text == "." {
		return None;
	}
	U256::from_str_radix(&digits, 10).ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn uint(format: Format, text: &str) -> Option<U256> {
		match format.parse(text) {
			Ok(Value::Uint(number)) => Some(number),
			_ => None,
		}
	}

	#[test]
	fn decimals_are_multiplied_without_rounding() {
		let ether = U256::from(10).pow(U256::from(18));
		assert_eq!(uint(Format::Decimal(18), "1"), Some(ether));
		assert_eq!(uint(Format::Decimal(18), " 0.5 "), Some(ether / U256::from(2)));
		assert_eq!(uint(Format::Decimal(2), "1.230"), Some(U256::from(123)));
		assert_eq!(uint(Format::Decimal(2), ".5"), Some(U256::from(50)));
		for text in ["1.234", "", ".", "-1", "1e3", "1,5", "0x1", "1.2.3"] {
			assert_eq!(uint(Format::Decimal(2), text), None, "{text}");
		}
	}

	#[test]
	fn a_number_beyond_256_bits_is_refused() {
		let largest = U256::MAX.to_string();
		assert_eq!(uint(Format::Uint, &largest), Some(U256::MAX));
		assert_eq!(uint(Format::Uint, &format!("{largest}0")), None);
		assert_eq!(uint(Format::Decimal(1), &largest), None);
		assert_eq!(uint(Format::Uint, "0xff"), Some(U256::from(255)));
	}

	#[test]
	fn formats_are_known_by_name() {
		assert_eq!(Format::of_name("e18"), Some(Format::Decimal(18)));
		assert_eq!(Format::of_name("utf8"), Some(Format::Utf8));
		for name in ["e", "e78", "e+1", "", "Uint", "float"] {
			assert_eq!(Format::of_name(name), None, "{name}");
		}
	}

	proptest! {
		#[test]
		fn no_text_breaks_a_format(text in ".{0,100}", decimals in 0u8..78) {
			let formats = [Format::Uint, Format::Int, Format::Address, Format::Utf8, Format::Bool];
			for format in formats.into_iter().chain([Format::Bytes, Format::Decimal(decimals)]) {
				let _ = format.parse(&text);
			}
		}

		#[test]
		fn whole_numbers_read_the_same_in_each_form(number in any::<u128>()) {
			let number = U256::from(number);
			prop_assert_eq!(uint(Format::Uint, &number.to_string()), Some(number));
			prop_assert_eq!(uint(Format::Uint, &format!("{number:#x}")), Some(number));
			prop_assert_eq!(uint(Format::Decimal(0), &number.to_string()), Some(number));
		}
	}
}
