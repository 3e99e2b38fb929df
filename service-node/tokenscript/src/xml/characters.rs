//! Which characters and names XML 1.0 allows, and how attribute values are normalised.

use super::{dtd::Entities, XmlError};

/// Whether a character may stand in a document (production 2 of XML 1.0).
pub(crate) const fn is_character(character: char) -> bool {
	matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// The offset of the first character that may not stand in a document.
pub(crate) fn first_forbidden(text: &str) -> Option<usize> {
	text.char_indices().find(|(_, character)| !is_character(*character)).map(|(offset, _)| offset)
}

/// Whether this is a name without a colon (production 4 of "Namespaces in XML").
pub(crate) fn is_name(text: &str) -> bool {
	let mut characters = text.chars();
	characters.next().is_some_and(starts_name) && characters.all(continues_name)
}

const fn starts_name(character: char) -> bool {
	matches!(character,
		'A'..='Z' | 'a'..='z' | '_' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}'
		| '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}'
		| '\u{200C}' | '\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
		| '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
		| '\u{10000}'..='\u{EFFFF}')
}

const fn continues_name(character: char) -> bool {
	starts_name(character)
		|| matches!(character,
			'0'..='9' | '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}' | '\u{2040}')
}

/// Splits a qualified name into prefix (empty if there is none) and local name.
pub(crate) fn split_name(name: &str) -> Result<(&str, &str), XmlError> {
	let (prefix, local) = name.split_once(':').unwrap_or(("", name));
	let prefixed = prefix.len() < name.len() && name.contains(':');
	if !is_name(local) || (prefixed && !is_name(prefix)) {
		return Err(XmlError::Name(name.to_owned()));
	}
	Ok((prefix, local))
}

/// The character of a reference such as `#x20`, without `&` and `;`.
pub(crate) fn numbered(reference: &str) -> Result<char, XmlError> {
	let digits = reference.strip_prefix('#').ok_or(XmlError::Character)?;
	let (digits, radix) = digits.strip_prefix('x').map_or((digits, 10), |hex| (hex, 16));
	if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
		return Err(XmlError::Character);
	}
	let number = u32::from_str_radix(digits, radix).map_err(|_| XmlError::Character)?;
	char::from_u32(number).filter(|found| is_character(*found)).ok_or(XmlError::Character)
}

/// The character of one of the five references that XML itself declares.
pub(crate) fn predefined(name: &str) -> Option<char> {
	Some(match name {
		"lt" => '<',
		"gt" => '>',
		"amp" => '&',
		"apos" => '\'',
		"quot" => '"',
		_ => return None,
	})
}

/// An attribute's value after normalisation (section 3.3.3 of XML 1.0): white space becomes spaces, references are
/// replaced.
pub(crate) fn attribute_value(raw: &str, entities: &mut Entities) -> Result<String, XmlError> {
	let mut value = String::with_capacity(raw.len());
	let mut rest = raw;
	while let Some(offset) = rest.find(['&', '<', '\t', '\n', '\r']) {
		value.push_str(&rest[..offset]);
		let tail = &rest[offset..];
		if tail.starts_with('<') {
			return Err(XmlError::Character);
		}
		if let Some(reference) = tail.strip_prefix('&') {
			let end = reference.find(';').ok_or(XmlError::Character)?;
			entities.append_to_attribute(&reference[..end], &mut value)?;
			rest = &reference[end + 1..];
		} else {
			value.push(' ');
			rest = tail.strip_prefix("\r\n").unwrap_or(&tail[1..]);
		}
	}
	value.push_str(rest);
	Ok(value)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn value(raw: &str) -> Result<String, XmlError> {
		attribute_value(raw, &mut Entities::default())
	}

	#[test]
	fn white_space_in_attributes_becomes_spaces() {
		assert_eq!(value("a\tb\r\nc\nd\re").unwrap(), "a b c d e");
	}

	#[test]
	fn numbered_white_space_in_attributes_stays() {
		assert_eq!(value("a&#9;b&#xA;c&lt;&amp;").unwrap(), "a\tb\nc<&");
	}

	#[test]
	fn broken_references_are_refused() {
		for raw in ["&", "&#;", "&#x;", "&#0;", "&#xFFFF;", "&#+9;", "&nobody;", "a<b"] {
			assert!(value(raw).is_err(), "{raw}");
		}
	}

	#[test]
	fn names_are_split_at_their_colon() {
		assert_eq!(split_name("ts:token").unwrap(), ("ts", "token"));
		assert_eq!(split_name("token").unwrap(), ("", "token"));
		for name in ["", ":a", "a:", "a:b:c", "1a", "a:1", "a b", "-a"] {
			assert!(split_name(name).is_err(), "{name}");
		}
	}
}
