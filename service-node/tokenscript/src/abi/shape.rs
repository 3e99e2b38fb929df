//! The types of arguments and answers.

use super::AbiError;
use crate::model::argument::elementary_type;
use alloy_dyn_abi::DynSolType;
use alloy_json_abi::Param;

/// A type whose size is bounded, with the names of its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
	/// An elementary type, `bytes` and `string` included.
	Elementary(DynSolType),
	/// As many of a kind as there are.
	List(Box<Shape>),
	/// So many of a kind.
	Fixed(Box<Shape>, usize),
	/// Several with names.
	Record(Vec<(String, Shape)>),
}

/// Records inside each other.
const MOST_NESTED: usize = 8;
/// Lists inside each other, in one type.
const MOST_LISTS: usize = 4;
/// Words that the shortest value of a type takes.
const MOST_WORDS: usize = 4_096;

impl Shape {
	/// The type of a described parameter.
	pub(crate) fn of(parameter: &Param) -> Result<Self, AbiError> {
		let shape = Self::within(parameter, MOST_NESTED)?;
		match shape.words() {
			1..=MOST_WORDS => Ok(shape),
			_ => Err(AbiError::Unsupported(cut(&parameter.ty))),
		}
	}

	/// The types of described parameters, with a name for each: its own, or its number.
	pub(crate) fn of_all(parameters: &[Param]) -> Result<Vec<(String, Self)>, AbiError> {
		parameters.iter().enumerate().map(|(at, it)| Ok((name(at, it), Self::of(it)?))).collect()
	}

	fn within(parameter: &Param, depth: usize) -> Result<Self, AbiError> {
		let unsupported = || AbiError::Unsupported(cut(&parameter.ty));
		let inner = depth.checked_sub(1).ok_or_else(unsupported)?;
		let (base, lists) =
			parameter.ty.split_at(parameter.ty.find('[').unwrap_or(parameter.ty.len()));
		let mut shape = if base == "tuple" {
			// Values without size could be there without number.
			if parameter.components.is_empty() {
				return Err(unsupported());
			}
			let fields = parameter.components.iter().enumerate();
			let fields = fields.map(|(at, it)| Ok((name(at, it), Self::within(it, inner)?)));
			Self::Record(fields.collect::<Result<_, _>>()?)
		} else {
			Self::Elementary(elementary_type(base).ok_or_else(unsupported)?)
		};
		let mut rest = lists;
		for _ in 0..=MOST_LISTS {
			if rest.is_empty() {
				return Ok(shape);
			}
			let (count, after) = rest[1..]
				.split_once(']')
				.filter(|_| rest.starts_with('['))
				.ok_or_else(unsupported)?;
			shape = if count.is_empty() {
				Self::List(Box::new(shape))
			} else {
				let count = count.parse().ok().filter(|it| (1..=MOST_WORDS).contains(it));
				Self::Fixed(Box::new(shape), count.ok_or_else(unsupported)?)
			};
			rest = after;
		}
		Err(unsupported())
	}

	/// Whether a value lies behind an offset.
	pub(crate) fn is_dynamic(&self) -> bool {
		match self {
			Self::Elementary(kind) => matches!(kind, DynSolType::Bytes | DynSolType::String),
			Self::List(_) => true,
			Self::Fixed(inner, _) => inner.is_dynamic(),
			Self::Record(fields) => fields.iter().any(|(_, it)| it.is_dynamic()),
		}
	}

	/// Words that the shortest value takes where it stands; for a dynamic one, at least its offset.
	pub(crate) fn words(&self) -> usize {
		match self {
			Self::Elementary(_) | Self::List(_) => 1,
			Self::Fixed(inner, count) => inner.words().saturating_mul(*count),
			Self::Record(fields) => {
				fields.iter().fold(0_usize, |sum, (_, it)| sum.saturating_add(it.words()))
			},
		}
	}

	/// The name of the type in a function's signature.
	pub(crate) fn name(&self) -> String {
		match self {
			Self::Elementary(kind) => kind.sol_type_name().into_owned(),
			Self::List(inner) => format!("{}[]", inner.name()),
			Self::Fixed(inner, count) => format!("{}[{count}]", inner.name()),
			Self::Record(fields) => {
				let names: Vec<_> = fields.iter().map(|(_, it)| it.name()).collect();
				format!("({})", names.join(","))
			},
		}
	}
}

fn name(at: usize, parameter: &Param) -> String {
	if parameter.name.is_empty() {
		at.to_string()
	} else {
		parameter.name.clone()
	}
}

/// A text of a stranger, short enough for an error.
pub(super) fn cut(text: &str) -> String {
	text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn shape(json: &str) -> Result<Shape, AbiError> {
		Shape::of(&serde_json::from_str(json).unwrap())
	}

	#[test]
	fn described_types_have_the_names_of_signatures() {
		let json = r#"{"name":"x","type":"tuple[2][]","components":[
			{"name":"a","type":"uint256"},{"name":"","type":"string[]"}]}"#;
		assert_eq!(shape(json).unwrap().name(), "(uint256,string[])[2][]");
	}

	#[test]
	fn types_of_absurd_size_are_refused() {
		for kind in ["uint256[5000]", "uint256[100][100]", "bool[][][][][]", "uint256[0]", "enum X"]
		{
			let json = format!(r#"{{"name":"x","type":"{kind}"}}"#);
			if let Ok(parameter) = serde_json::from_str(&json) {
				assert!(Shape::of(&parameter).is_err(), "{kind}");
			}
		}
		assert!(shape(r#"{"name":"x","type":"tuple","components":[]}"#).is_err());
	}

	#[test]
	fn types_that_are_nested_too_deep_are_refused() {
		let nested = (0..9).fold(r#"{"name":"x","type":"bool"}"#.to_owned(), |inner, _| {
			format!(r#"{{"name":"x","type":"tuple","components":[{inner}]}}"#)
		});
		assert!(matches!(shape(&nested), Err(AbiError::Unsupported(_))));
	}
}
