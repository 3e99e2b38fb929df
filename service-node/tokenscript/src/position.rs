//! Where in a file something stands.

use std::fmt;

/// A place in a text, for people: both numbers start at 1, columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
	/// The line.
	pub line: u32,
	/// The character in the line.
	pub column: u32,
}

impl Position {
	/// The first character.
	pub const START: Self = Self { line: 1, column: 1 };

	/// The place of a byte of a text. Costs a walk from the text's beginning.
	pub fn locate(text: &str, offset: usize) -> Self {
		Cursor::new(text).advance(offset)
	}
}

impl fmt::Display for Position {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "{}:{}", self.line, self.column)
	}
}

/// Finds the positions of growing offsets in one walk over a text.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
	bytes: &'a [u8],
	offset: usize,
	at: Position,
}

impl<'a> Cursor<'a> {
	/// A cursor at a text's beginning.
	pub(crate) fn new(text: &'a str) -> Self {
		Self { bytes: text.as_bytes(), offset: 0, at: Position::START }
	}

	/// The position of an offset at or after the last one that was asked for.
	pub(crate) fn advance(&mut self, offset: usize) -> Position {
		let end = offset.clamp(self.offset, self.bytes.len());
		for byte in &self.bytes[self.offset..end] {
			match byte {
				b'\n' => {
					self.at.line = self.at.line.saturating_add(1);
					self.at.column = 1;
				},
				// The later bytes of a character in UTF-8.
				0x80..=0xBF => {},
				_ => self.at.column = self.at.column.saturating_add(1),
			}
		}
		self.offset = end;
		self.at
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn lines_and_characters_are_counted_from_one() {
		let text = "ab\nç票d\n";
		assert_eq!(Position::locate(text, 0), Position { line: 1, column: 1 });
		assert_eq!(Position::locate(text, 2), Position { line: 1, column: 3 });
		assert_eq!(Position::locate(text, 3), Position { line: 2, column: 1 });
		assert_eq!(Position::locate(text, 8), Position { line: 2, column: 3 });
		assert_eq!(Position::locate(text, 10), Position { line: 3, column: 1 });
	}

	#[test]
	fn an_offset_beyond_the_end_is_the_end() {
		assert_eq!(Position::locate("ab", 99), Position { line: 1, column: 3 });
		assert_eq!(Position::locate("ab", 99).to_string(), "1:3");
	}
}
