//! Reads a filter's text.

use super::{Comparison, Filter, FilterError, FilterReason, Piece};
use crate::model::reference::{is_part_of_name, Reference};

/// Reads a filter, with at most so many inside each other.
pub(super) fn parse(text: &str, depth: usize) -> Result<Filter, FilterError> {
	let mut parser = Parser { text, offset: 0, limit: depth };
	parser.space();
	let filter = if parser.next_is('(') { parser.group(depth)? } else { parser.body(depth)? };
	parser.space();
	if parser.rest().is_empty() {
		Ok(filter)
	} else {
		Err(parser.error(FilterReason::Parenthesis))
	}
}

struct Parser<'a> {
	text: &'a str,
	offset: usize,
	limit: usize,
}

impl<'a> Parser<'a> {
	fn rest(&self) -> &'a str {
		&self.text[self.offset..]
	}

	fn error(&self, reason: FilterReason) -> FilterError {
		FilterError { at: self.text[..self.offset].chars().count() + 1, reason }
	}

	fn next_is(&self, character: char) -> bool {
		self.rest().starts_with(character)
	}

	fn take(&mut self, token: &str) -> bool {
		let there = self.rest().starts_with(token);
		self.offset += if there { token.len() } else { 0 };
		there
	}

	fn space(&mut self) {
		self.offset = self.text.len() - self.rest().trim_start().len();
	}

	fn group(&mut self, depth: usize) -> Result<Filter, FilterError> {
		let inner =
			depth.checked_sub(1).ok_or_else(|| self.error(FilterReason::TooDeep(self.limit)))?;
		self.space();
		if !self.take("(") {
			return Err(self.error(FilterReason::Parenthesis));
		}
		let filter = self.body(inner)?;
		self.space();
		if self.take(")") {
			Ok(filter)
		} else {
			Err(self.error(FilterReason::Parenthesis))
		}
	}

	fn body(&mut self, depth: usize) -> Result<Filter, FilterError> {
		self.space();
		if self.take("&") {
			Ok(Filter::All(self.list(depth)?))
		} else if self.take("|") {
			Ok(Filter::Any(self.list(depth)?))
		} else if self.take("!") {
			Ok(Filter::Not(Box::new(self.group(depth)?)))
		} else {
			self.item()
		}
	}

	fn list(&mut self, depth: usize) -> Result<Vec<Filter>, FilterError> {
		let mut filters = vec![self.group(depth)?];
		self.space();
		while self.next_is('(') {
			filters.push(self.group(depth)?);
			self.space();
		}
		Ok(filters)
	}

	fn item(&mut self) -> Result<Filter, FilterError> {
		let left = self.reference()?;
		self.space();
		let comparisons = [
			("<=", Comparison::LessOrEqual),
			(">=", Comparison::GreaterOrEqual),
			("=", Comparison::Equal),
			("<", Comparison::Less),
			(">", Comparison::Greater),
		];
		let Some((_, comparison)) = comparisons.into_iter().find(|(token, _)| self.take(token))
		else {
			let ends = self.rest().is_empty() || self.next_is(')');
			return if ends {
				Ok(Filter::True(left))
			} else {
				Err(self.error(FilterReason::Comparison))
			};
		};
		self.space();
		if comparison == Comparison::Equal && self.take("*") {
			let ends = self.rest().is_empty() || self.next_is(')');
			return if ends {
				Ok(Filter::Present(left))
			} else {
				Err(self.error(FilterReason::Pattern))
			};
		}
		let start = self.offset;
		let right = self.value()?;
		if right.is_empty() {
			self.offset = start;
			return Err(self.error(FilterReason::Value));
		}
		Ok(Filter::Compare { left, comparison, right })
	}

	fn reference(&mut self) -> Result<Reference, FilterError> {
		self.space();
		let part = |it: char| is_part_of_name(it) || matches!(it, '.' | '[' | ']');
		let end = self.rest().find(|it| !part(it)).unwrap_or(self.rest().len());
		let reference = Reference::parse(&self.rest()[..end], false);
		let reference = reference.ok_or_else(|| self.error(FilterReason::Name))?;
		self.offset += end;
		Ok(reference)
	}

	fn value(&mut self) -> Result<Vec<Piece>, FilterError> {
		let mut pieces = Vec::new();
		let mut bytes = Vec::new();
		while let Some(next) = self.rest().chars().next().filter(|next| *next != ')') {
			match next {
				'(' => return Err(self.error(FilterReason::Parenthesis)),
				'*' => return Err(self.error(FilterReason::Pattern)),
				'\\' => bytes.push(self.escaped()?),
				'$' if self.take("${") => {
					self.flush(&mut bytes, &mut pieces)?;
					let reference = self.placeholder()?;
					pieces.push(Piece::Value(reference));
				},
				_ => {
					bytes.extend_from_slice(next.encode_utf8(&mut [0; 4]).as_bytes());
					self.offset += next.len_utf8();
				},
			}
		}
		self.flush(&mut bytes, &mut pieces)?;
		Ok(pieces)
	}

	fn flush(&self, bytes: &mut Vec<u8>, pieces: &mut Vec<Piece>) -> Result<(), FilterError> {
		if bytes.is_empty() {
			return Ok(());
		}
		let text = String::from_utf8(std::mem::take(bytes));
		pieces.push(Piece::Text(text.map_err(|_| self.error(FilterReason::Escape))?));
		Ok(())
	}

	fn escaped(&mut self) -> Result<u8, FilterError> {
		let digits = self.rest().get(1..3).filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
		let byte = digits.and_then(|it| u8::from_str_radix(it, 16).ok());
		let byte = byte.ok_or_else(|| self.error(FilterReason::Escape))?;
		self.offset += 3;
		Ok(byte)
	}

	fn placeholder(&mut self) -> Result<Reference, FilterError> {
		let name = self.rest().split_once('}').map(|(name, _)| name);
		let reference = name.and_then(|name| Reference::parse(name, false).map(|it| (it, name)));
		let (reference, name) = reference.ok_or_else(|| self.error(FilterReason::Placeholder))?;
		self.offset += name.len() + 1;
		Ok(reference)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn refusal(text: &str) -> (usize, FilterReason) {
		let error = parse(text, 4).unwrap_err();
		(error.at, error.reason)
	}

	#[test]
	fn filters_of_published_files_are_read() {
		for text in [
			"allowance>0",
			"canLevelUp=FALSE",
			"label=${tokenId}",
			"!(ownerAddress=${admin})",
			"balance<=1000000000",
			"(&(a=1)(b=2))",
			" ( & (a=1) (b=2) ) ",
			"expired",
		] {
			assert!(parse(text, 4).is_ok(), "{text}");
		}
	}

	#[test]
	fn what_is_broken_is_refused_where_it_is() {
		assert_eq!(refusal(""), (1, FilterReason::Name));
		assert_eq!(refusal("票=\\2"), (3, FilterReason::Escape));
		assert_eq!(refusal("a="), (3, FilterReason::Value));
		assert_eq!(refusal("(a=1"), (5, FilterReason::Parenthesis));
		assert_eq!(refusal("a=1)"), (4, FilterReason::Parenthesis));
		assert_eq!(refusal("a b"), (3, FilterReason::Comparison));
		assert_eq!(refusal("a=${b"), (5, FilterReason::Placeholder));
		assert_eq!(refusal("a=x*"), (4, FilterReason::Pattern));
		assert_eq!(refusal("a=\\ff"), (6, FilterReason::Escape));
		assert_eq!(refusal("(&)"), (3, FilterReason::Parenthesis));
		assert_eq!(refusal("!a=1"), (2, FilterReason::Parenthesis));
	}

	#[test]
	fn filters_inside_each_other_are_bounded() {
		let nested = |depth: usize| format!("{}(a=1){}", "(!".repeat(depth), ")".repeat(depth));
		assert!(parse(&nested(3), 4).is_ok());
		assert_eq!(refusal(&nested(4)).1, FilterReason::TooDeep(4));
		assert_eq!(refusal(&nested(100_000)).1, FilterReason::TooDeep(4));
	}

	proptest! {
		#[test]
		fn no_text_breaks_the_parser(text in ".{0,80}", likely in "[a&|!()=<>$\\{\\}*\\\\0-9]{0,40}") {
			let _ = (parse(&text, 8), parse(&likely, 8));
		}
	}
}
