//! The filter language of selections and events: LDAP's (RFC 4515), with `${name}` in values and, at the outermost
//! level, a comparison without parentheses.
//!
//! `(&(level>0)(!(holder=${ownerAddress})))`, `expired=TRUE`, `name=*`. `\28` is the character with that number.

mod parser;

use crate::{
	model::{
		contract::parse_address,
		format::{parse_bool, parse_bytes, parse_uint},
		reference::Reference,
	},
	GeneralizedTime, Value,
};
use alloy_primitives::{I256, U256};
use std::cmp::Ordering;

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
	/// `=`
	Equal,
	/// `<`
	Less,
	/// `>`
	Greater,
	/// `<=`
	LessOrEqual,
	/// `>=`
	GreaterOrEqual,
}

impl Comparison {
	const fn holds(self, ordering: Ordering) -> bool {
		match self {
			Self::Equal => ordering.is_eq(),
			Self::Less => ordering.is_lt(),
			Self::Greater => ordering.is_gt(),
			Self::LessOrEqual => ordering.is_le(),
			Self::GreaterOrEqual => ordering.is_ge(),
		}
	}
}

/// A piece of the value that something is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
	/// These characters.
	Text(String),
	/// The value of an attribute: `${name}`.
	Value(Reference),
}

/// A filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
	/// All of these hold.
	All(Vec<Filter>),
	/// One of these holds.
	Any(Vec<Filter>),
	/// This does not hold.
	Not(Box<Filter>),
	/// A value compares so with another. What has no value compares with nothing.
	Compare {
		/// The value on the left.
		left: Reference,
		/// How they are compared.
		comparison: Comparison,
		/// The value on the right.
		right: Vec<Piece>,
	},
	/// There is a value: `name=*`.
	Present(Reference),
	/// The value is true: a bare name, as the earliest files have it.
	True(Reference),
}

/// Why a text is no filter, and at which character, from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: {reason}")]
pub struct FilterError {
	/// The character.
	pub at: usize,
	/// What is wrong.
	pub reason: FilterReason,
}

/// What is wrong with a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterReason {
	/// A name has to stand here.
	#[error("a name is expected")]
	Name,
	/// A comparison has to stand here.
	#[error("a comparison is expected")]
	Comparison,
	/// A value has to stand here.
	#[error("a value is expected")]
	Value,
	/// This has to be a parenthesis.
	#[error("a parenthesis is expected")]
	Parenthesis,
	/// `${` without a name or its `}`.
	#[error("the placeholder is broken")]
	Placeholder,
	/// `\` without two hexadecimal digits, or several that are no UTF-8.
	#[error("the escape sequence is broken")]
	Escape,
	/// `*` among other characters: patterns are not supported.
	#[error("patterns are not supported")]
	Pattern,
	/// Filters inside each other beyond the limit.
	#[error("filters lie more than {0} deep")]
	TooDeep(usize),
}

/// Why a filter has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterFailure {
	/// The two can't be compared so.
	#[error("{left} can't be compared with {right:?}")]
	Incomparable {
		/// The value on the left.
		left: Reference,
		/// The value on the right, cut after 80 characters.
		right: String,
	},
}

impl Filter {
	/// Reads a filter, with at most so many inside each other.
	pub fn parse(text: &str, depth: usize) -> Result<Self, FilterError> {
		parser::parse(text, depth)
	}

	/// The values that it needs to be answered.
	pub fn references(&self) -> Vec<&Reference> {
		let mut found = Vec::new();
		self.collect(&mut found);
		found
	}

	fn collect<'a>(&'a self, found: &mut Vec<&'a Reference>) {
		match self {
			Self::All(filters) | Self::Any(filters) => {
				filters.iter().for_each(|filter| filter.collect(found));
			},
			Self::Not(filter) => filter.collect(found),
			Self::Compare { left, right, .. } => {
				found.push(left);
				found.extend(placeholders(right));
			},
			Self::Present(name) | Self::True(name) => found.push(name),
		}
	}

	/// Whether it holds, given the values of what it refers to.
	pub fn holds<'v>(
		&self,
		lookup: &dyn Fn(&Reference) -> Option<&'v Value>,
	) -> Result<bool, FilterFailure> {
		match self {
			Self::All(filters) => every(filters, lookup, true),
			Self::Any(filters) => every(filters, lookup, false).map(|none| !none),
			Self::Not(filter) => filter.holds(lookup).map(|it| !it),
			Self::Present(name) => Ok(lookup(name).is_some()),
			Self::True(name) => Ok(match lookup(name) {
				Some(Value::Bool(it)) => *it,
				Some(value) => value.as_uint().is_some_and(|it| !it.is_zero()),
				None => false,
			}),
			Self::Compare { left, comparison, right } => {
				let Some(value) = lookup(left) else { return Ok(false) };
				let Some(wanted) = fill(right, lookup) else { return Ok(false) };
				let answer = compare(value, &wanted, *comparison);
				answer.ok_or_else(|| FilterFailure::Incomparable {
					left: left.clone(),
					right: wanted.chars().take(80).collect(),
				})
			},
		}
	}
}

/// Whether every filter gives this answer. All are asked, so that a broken one is never hidden by another's answer.
fn every<'v>(
	filters: &[Filter],
	lookup: &dyn Fn(&Reference) -> Option<&'v Value>,
	answer: bool,
) -> Result<bool, FilterFailure> {
	filters.iter().try_fold(true, |all, filter| Ok(all & (filter.holds(lookup)? == answer)))
}

/// The names in the placeholders of a value.
pub(crate) fn placeholders(pieces: &[Piece]) -> impl Iterator<Item = &Reference> {
	pieces.iter().filter_map(|piece| match piece {
		Piece::Value(reference) => Some(reference),
		Piece::Text(_) => None,
	})
}

/// A value's text with its placeholders filled, or nothing if one of them has no value.
fn fill<'v>(pieces: &[Piece], lookup: &dyn Fn(&Reference) -> Option<&'v Value>) -> Option<String> {
	let text = |piece: &Piece| match piece {
		Piece::Text(text) => Some(text.clone()),
		Piece::Value(reference) => lookup(reference).map(ToString::to_string),
	};
	pieces.iter().map(text).collect()
}

/// The answer to a comparison, each type in its own way; nothing if the two can't be compared.
fn compare(value: &Value, wanted: &str, comparison: Comparison) -> Option<bool> {
	let trimmed = wanted.trim();
	let ordering = match value {
		Value::Bool(it) => {
			let other = parse_bool(trimmed)?;
			return (comparison == Comparison::Equal).then_some(*it == other);
		},
		Value::Uint(_) | Value::Integer(_) => {
			let number = value.as_uint()?;
			match truth(trimmed) {
				Some(truth) => number.min(U256::from(1)).cmp(&U256::from(u8::from(truth))),
				None if is_negative(trimmed) => Ordering::Greater,
				None => number.cmp(&parse_uint(trimmed)?),
			}
		},
		Value::Int(number) => number.cmp(&trimmed.parse::<I256>().ok()?),
		Value::Time(time) => time.cmp(&GeneralizedTime::parse(trimmed)?),
		Value::Address(address) => {
			let other = parse_address(trimmed)?;
			return (comparison == Comparison::Equal).then_some(*address == other);
		},
		Value::Bytes(bytes) => {
			let other = parse_bytes(trimmed)?;
			return (comparison == Comparison::Equal).then_some(*bytes == other);
		},
		Value::Text(text) => text.as_str().cmp(wanted),
		Value::List(_) | Value::Record(_) => return None,
	};
	Some(comparison.holds(ordering))
}

/// `TRUE` and `FALSE`, which files also compare with numbers: a contract's 1 and 0.
fn truth(text: &str) -> Option<bool> {
	let word = text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
	word.then(|| text.eq_ignore_ascii_case("true"))
}

fn is_negative(text: &str) -> bool {
	text.starts_with('-') && text.parse::<I256>().is_ok_and(|it| it.is_negative())
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloy_primitives::Address;
	use proptest::prelude::*;
	use std::collections::BTreeMap;

	fn values() -> BTreeMap<&'static str, Value> {
		BTreeMap::from([
			("level", Value::Uint(U256::from(5))),
			("debt", Value::Int(I256::try_from(-5).unwrap())),
			("expired", Value::Bool(true)),
			("name", Value::Text("Sn(ow".to_owned())),
			("empty", Value::Text(String::new())),
			("owner", Value::Address(Address::repeat_byte(0xab))),
			("hash", Value::Bytes(vec![1, 2])),
			("start", Value::Time(GeneralizedTime::of_seconds(1_000))),
			("flag", Value::Uint(U256::from(1))),
		])
	}

	fn answer(text: &str) -> Result<bool, FilterFailure> {
		let values = values();
		let filter = Filter::parse(text, 16).unwrap();
		filter.holds(&|reference| values.get(reference.name.as_str()))
	}

	#[test]
	fn each_type_compares_in_its_own_way() {
		for text in [
			"level>4",
			"level<=5",
			"level=0x5",
			"level>-1",
			"debt<0",
			"debt=-5",
			"expired=TRUE",
			"expired=true",
			"name=Sn\\28ow",
			"name<T",
			"hash=0x0102",
			"start<20200101000000Z",
			"owner=0xABABABABABABABABABABABABABABABABABABABAB",
			"flag=TRUE",
			"owner=${owner}",
			"level=${level}",
			"empty<a",
		] {
			assert_eq!(answer(text), Ok(true), "{text}");
		}
		for text in ["level>5", "level<-1", "expired=FALSE", "name=snow", "flag=FALSE", "hash=0x01"]
		{
			assert_eq!(answer(text), Ok(false), "{text}");
		}
	}

	#[test]
	fn and_or_and_not_combine() {
		for (text, holds) in [
			("(&(level>4)(expired=TRUE))", true),
			("(&(level>4)(expired=FALSE))", false),
			("(|(level>9)(expired=TRUE))", true),
			("(|(level>9)(expired=FALSE))", false),
			("!(level>9)", true),
			("(!(&(level>4)(|(debt<0)(debt>0))))", false),
			("level=*", true),
			("nothing=*", false),
			("expired", true),
			("flag", true),
			("nothing", false),
		] {
			assert_eq!(answer(text), Ok(holds), "{text}");
		}
	}

	#[test]
	fn what_has_no_value_compares_with_nothing() {
		assert_eq!(answer("nothing=1"), Ok(false));
		assert_eq!(answer("level=${nothing}"), Ok(false));
		assert_eq!(answer("!(nothing=1)"), Ok(true));
	}

	#[test]
	fn a_comparison_that_means_nothing_is_an_error_also_beside_an_answer() {
		for text in ["level=many", "expired>FALSE", "owner=me", "(|(expired=TRUE)(level=many))"] {
			assert!(answer(text).is_err(), "{text}");
		}
	}

	#[test]
	fn a_filter_names_what_it_needs() {
		let filter = Filter::parse("(&(a.b=1)(!(c=x${d}y)))", 16).unwrap();
		let names: Vec<_> = filter.references().iter().map(ToString::to_string).collect();
		assert_eq!(names, ["a.b", "c", "d"]);
	}

	proptest! {
		#[test]
		fn a_negated_filter_gives_the_opposite(level in 0u8..10) {
			let plain = answer(&format!("level>{level}"));
			prop_assert_eq!(answer(&format!("!(level>{level})")), plain.map(|it| !it));
		}
	}
}
