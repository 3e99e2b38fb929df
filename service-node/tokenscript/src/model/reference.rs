//! References to values by name, with a path into them.

use std::fmt;

/// A step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
	/// A field of a record.
	Field(String),
	/// An item of a list, from 0.
	Item(usize),
}

/// A value's name, such as `catInfo.state.level` or `prices[2]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
	/// The attribute, or something that every token has, such as `tokenId`.
	pub name: String,
	/// The way into its value.
	pub path: Vec<Step>,
	/// Written as `local-ref`: a card's own attribute, or something that its page enters.
	pub local: bool,
}

/// Steps of the longest path.
const MOST_STEPS: usize = 16;

impl Reference {
	/// Reads a reference.
	pub(crate) fn parse(text: &str, local: bool) -> Option<Self> {
		let text = text.trim();
		let end = text.find(['.', '[']).unwrap_or(text.len());
		let (name, mut rest) = text.split_at(end);
		if name.is_empty() || !name.chars().all(is_part_of_name) {
			return None;
		}
		let mut path = Vec::new();
		while !rest.is_empty() {
			if let Some(tail) = rest.strip_prefix('.') {
				let end = tail.find(['.', '[']).unwrap_or(tail.len());
				let field = &tail[..end];
				if field.is_empty() || !field.chars().all(is_part_of_name) {
					return None;
				}
				path.push(Step::Field(field.to_owned()));
				rest = &tail[end..];
			} else {
				let tail = rest.strip_prefix('[')?;
				let (number, after) = tail.split_once(']')?;
				path.push(Step::Item(number.parse().ok()?));
				rest = after;
			}
			if path.len() > MOST_STEPS {
				return None;
			}
		}
		Some(Self { name: name.to_owned(), path, local })
	}
}

/// Names in published files have letters, digits, `_` and `-`.
pub(crate) fn is_part_of_name(character: char) -> bool {
	character.is_alphanumeric() || matches!(character, '_' | '-')
}

impl fmt::Display for Reference {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(&self.name)?;
		for step in &self.path {
			match step {
				Step::Field(field) => write!(formatter, ".{field}")?,
				Step::Item(item) => write!(formatter, "[{item}]")?,
			}
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_reference_is_a_name_and_a_path() {
		for text in ["tokenId", "catInfo.state.level", "a[3].b[0]", "create-amount"] {
			assert_eq!(Reference::parse(text, false).unwrap().to_string(), text);
		}
	}

	#[test]
	fn what_is_no_reference_is_refused() {
		for text in ["", ".", "a.", "a..b", "a[", "a[x]", "a[1", "a b", "a]", "[1]", "a[-1]"] {
			assert_eq!(Reference::parse(text, false), None, "{text}");
		}
		let deep = format!("a{}", ".b".repeat(17));
		assert_eq!(Reference::parse(&deep, false), None);
	}
}
