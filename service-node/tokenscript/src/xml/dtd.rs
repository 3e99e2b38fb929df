//! The document type: which entities it declares. Nothing outside the file is ever read.

use super::{
	characters::{is_name, numbered, predefined},
	XmlError,
};
use std::collections::{BTreeMap, BTreeSet};

/// References inside the replacement of a reference, inside each other.
const MOST_NESTED: usize = 8;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Entity {
	/// This text, in which references to other entities may stand.
	Internal(String),
	/// Something outside the file: empty text, and reported.
	External,
}

/// The entities of a document and what may still be expanded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entities {
	declared: BTreeMap<String, Entity>,
	/// Bytes that may still be made of references.
	budget: usize,
	limit: usize,
	/// External entities that were referred to.
	unresolved: BTreeSet<String>,
}

impl Entities {
	/// No entities, with a budget for those that come.
	pub(crate) fn new(expansion: usize) -> Self {
		Self { budget: expansion, limit: expansion, ..Self::default() }
	}

	/// Reads what stands between `<!DOCTYPE` and its `>`.
	pub(crate) fn declare(&mut self, doctype: &str, most: usize) -> Result<(), XmlError> {
		let mut scanner = Scanner { rest: doctype };
		scanner.space();
		scanner.name()?;
		scanner.space();
		scanner.external_id()?;
		scanner.space();
		if scanner.take("[") {
			self.declare_subset(&mut scanner, most)?;
			scanner.space();
		}
		if scanner.rest.is_empty() {
			Ok(())
		} else {
			Err(XmlError::Declaration)
		}
	}

	fn declare_subset(&mut self, scanner: &mut Scanner<'_>, most: usize) -> Result<(), XmlError> {
		loop {
			scanner.space();
			if scanner.take("]") {
				return Ok(());
			} else if scanner.take("<!--") {
				scanner.skip_past("-->")?;
			} else if scanner.take("<?") {
				scanner.skip_past("?>")?;
			} else if scanner.take("<!ENTITY") {
				let (name, entity) = scanner.entity()?;
				// The first declaration counts (section 4.2 of XML 1.0).
				self.declared.entry(name).or_insert(entity);
				if self.declared.len() > most {
					return Err(XmlError::TooManyEntities(most));
				}
			} else if scanner.take("<!ELEMENT") || scanner.take("<!NOTATION") {
				scanner.skip_declaration()?;
			} else {
				// Parameter entities, attribute defaults (they would change what the elements say), and anything else.
				return Err(XmlError::Declaration);
			}
		}
	}

	/// Appends what a reference in an element's content stands for.
	pub(crate) fn append_to_content(
		&mut self,
		reference: &str,
		into: &mut String,
	) -> Result<(), XmlError> {
		self.append(reference, into, false, 0)
	}

	/// Appends what a reference in an attribute's value stands for.
	pub(crate) fn append_to_attribute(
		&mut self,
		reference: &str,
		into: &mut String,
	) -> Result<(), XmlError> {
		self.append(reference, into, true, 0)
	}

	fn append(
		&mut self,
		reference: &str,
		into: &mut String,
		attribute: bool,
		nested: usize,
	) -> Result<(), XmlError> {
		if reference.starts_with('#') {
			into.push(numbered(reference)?);
			return Ok(());
		}
		if let Some(character) = predefined(reference) {
			into.push(character);
			return Ok(());
		}
		match self.declared.get(reference) {
			None => Err(XmlError::UnknownEntity(reference.to_owned())),
			Some(Entity::External) if attribute => {
				Err(XmlError::ExternalInAttribute(reference.to_owned()))
			},
			Some(Entity::External) => {
				self.unresolved.insert(reference.to_owned());
				Ok(())
			},
			Some(Entity::Internal(text)) => {
				let text = text.clone();
				self.spend(text.len().max(1), nested)?;
				self.append_replacement(reference, &text, into, attribute, nested)
			},
		}
	}

	fn spend(&mut self, bytes: usize, nested: usize) -> Result<(), XmlError> {
		let left = self.budget.checked_sub(bytes).filter(|_| nested < MOST_NESTED);
		self.budget = left.ok_or(XmlError::Expansion(self.limit))?;
		Ok(())
	}

	fn append_replacement(
		&mut self,
		name: &str,
		text: &str,
		into: &mut String,
		attribute: bool,
		nested: usize,
	) -> Result<(), XmlError> {
		let mut rest = text;
		while let Some(offset) = rest.find(['&', '<']) {
			push_plain(&rest[..offset], into, attribute);
			let tail = rest[offset..].strip_prefix('&');
			let tail = tail.ok_or_else(|| XmlError::MarkupInEntity(name.to_owned()))?;
			let end = tail.find(';').ok_or(XmlError::Declaration)?;
			self.append(&tail[..end], into, attribute, nested + 1)?;
			rest = &tail[end + 1..];
		}
		push_plain(rest, into, attribute);
		Ok(())
	}

	/// The external entities that were referred to, each of which became empty text.
	pub(crate) fn into_unresolved(self) -> BTreeSet<String> {
		self.unresolved
	}
}

fn push_plain(text: &str, into: &mut String, attribute: bool) {
	if attribute {
		into.extend(text.chars().map(|it| if matches!(it, '\t' | '\n' | '\r') { ' ' } else { it }));
	} else {
		into.push_str(text);
	}
}

/// Reads declarations piece by piece.
struct Scanner<'a> {
	rest: &'a str,
}

impl<'a> Scanner<'a> {
	fn space(&mut self) {
		self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
	}

	fn take(&mut self, token: &str) -> bool {
		let rest = self.rest.strip_prefix(token);
		self.rest = rest.unwrap_or(self.rest);
		rest.is_some()
	}

	fn skip_past(&mut self, token: &str) -> Result<(), XmlError> {
		let end = self.rest.find(token).ok_or(XmlError::Declaration)?;
		self.rest = &self.rest[end + token.len()..];
		Ok(())
	}

	/// Skips to the declaration's `>`, which may also stand inside quotes.
	fn skip_declaration(&mut self) -> Result<(), XmlError> {
		loop {
			let offset = self.rest.find(['>', '"', '\'']).ok_or(XmlError::Declaration)?;
			let quote = &self.rest[offset..=offset];
			self.rest = &self.rest[offset + 1..];
			if quote == ">" {
				return Ok(());
			}
			self.skip_past(quote)?;
		}
	}

	fn name(&mut self) -> Result<&'a str, XmlError> {
		let ends = |it: char| it.is_ascii_whitespace() || matches!(it, '[' | '>' | '"' | '\'');
		let (name, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
		// A document type may be named with a prefix.
		if !name.splitn(2, ':').all(is_name) {
			return Err(XmlError::Name(name.to_owned()));
		}
		self.rest = rest;
		Ok(name)
	}

	fn literal(&mut self) -> Result<&'a str, XmlError> {
		self.space();
		let quote = self.rest.chars().next().filter(|it| matches!(it, '"' | '\''));
		let quote = quote.ok_or(XmlError::Declaration)?;
		let body = &self.rest[1..];
		let end = body.find(quote).ok_or(XmlError::Declaration)?;
		self.rest = &body[end + 1..];
		Ok(&body[..end])
	}

	/// `SYSTEM "where"` or `PUBLIC "what" "where"`, if it is there.
	fn external_id(&mut self) -> Result<bool, XmlError> {
		if self.take("SYSTEM") {
			self.literal()?;
		} else if self.take("PUBLIC") {
			self.literal()?;
			self.literal()?;
		} else {
			return Ok(false);
		}
		Ok(true)
	}

	fn entity(&mut self) -> Result<(String, Entity), XmlError> {
		self.space();
		if self.rest.starts_with('%') {
			return Err(XmlError::Declaration);
		}
		let name = self.name()?.to_owned();
		self.space();
		let entity = if self.external_id()? {
			self.space();
			if self.take("NDATA") {
				self.space();
				self.name()?;
			}
			Entity::External
		} else {
			Entity::Internal(replacement(self.literal()?)?)
		};
		self.space();
		if self.take(">") {
			Ok((name, entity))
		} else {
			Err(XmlError::Declaration)
		}
	}
}

/// An entity's replacement text: numbered characters are replaced where it is declared, other references where it is
/// used (section 4.5 of XML 1.0).
fn replacement(literal: &str) -> Result<String, XmlError> {
	if literal.contains('%') {
		return Err(XmlError::Declaration);
	}
	let mut text = String::with_capacity(literal.len());
	let mut rest = literal;
	while let Some(offset) = rest.find("&#") {
		text.push_str(&rest[..offset]);
		let tail = &rest[offset + 1..];
		let end = tail.find(';').ok_or(XmlError::Declaration)?;
		text.push(numbered(&tail[..end])?);
		rest = &tail[end + 1..];
	}
	text.push_str(rest);
	Ok(text)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn entities(doctype: &str) -> Result<Entities, XmlError> {
		let mut entities = Entities::new(1_000);
		entities.declare(doctype, 10)?;
		Ok(entities)
	}

	fn content(doctype: &str, name: &str) -> Result<String, XmlError> {
		let mut text = String::new();
		entities(doctype)?.append_to_content(name, &mut text)?;
		Ok(text)
	}

	#[test]
	fn an_external_entity_is_empty_and_reported() {
		let mut entities =
			entities("token [ <!ENTITY style SYSTEM \"shared.css\"> <!-- c > ] --> ]").unwrap();
		let mut text = String::new();
		entities.append_to_content("style", &mut text).unwrap();
		assert_eq!(text, "");
		assert!(matches!(
			entities.append_to_attribute("style", &mut text),
			Err(XmlError::ExternalInAttribute(_))
		));
		assert_eq!(entities.into_unresolved().into_iter().collect::<Vec<_>>(), ["style"]);
	}

	#[test]
	fn an_internal_entity_is_replaced_also_inside_another() {
		let doctype = "t SYSTEM 'x.dtd' [<!ELEMENT t (#PCDATA)><!ENTITY a 'A&#x26;lt;'>\n<!ENTITY b \"[&a;]\">]";
		assert_eq!(content(doctype, "b").unwrap(), "[A<]");
	}

	#[test]
	fn the_first_declaration_counts() {
		assert_eq!(content("t [<!ENTITY a 'one'><!ENTITY a 'two'>]", "a").unwrap(), "one");
	}

	#[test]
	fn entities_that_expand_without_end_are_refused() {
		let bomb = "t [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>\
			<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'>]";
		assert!(matches!(content(bomb, "d"), Err(XmlError::Expansion(1_000))));
		let circle = "t [<!ENTITY a '&b;'><!ENTITY b '&a;'>]";
		assert!(matches!(content(circle, "a"), Err(XmlError::Expansion(_))));
	}

	#[test]
	fn entities_inside_each_other_are_bounded_apart_from_their_size() {
		let mut entities = Entities::new(1_000_000);
		let mut doctype = String::from("t [<!ENTITY e0 'x'>");
		for level in 1..20 {
			doctype.push_str(&format!("<!ENTITY e{level} '&e{};'>", level - 1));
		}
		entities.declare(&(doctype + "]"), 20).unwrap();
		let mut text = String::new();
		entities.append_to_content("e7", &mut text).unwrap();
		assert_eq!(text, "x");
		let refused = entities.append_to_content("e8", &mut text);
		assert!(matches!(refused, Err(XmlError::Expansion(_))));
	}

	#[test]
	fn empty_entities_also_use_up_the_budget() {
		let mut entities = entities("t [<!ENTITY a ''>]").unwrap();
		let mut text = String::new();
		let refused = (0..2_000).find_map(|_| entities.append_to_content("a", &mut text).err());
		assert!(matches!(refused, Some(XmlError::Expansion(_))));
	}

	#[test]
	fn too_many_entities_are_refused() {
		let many: String = (0..11).map(|it| format!("<!ENTITY e{it} ''>")).collect();
		assert!(matches!(entities(&format!("t [{many}]")), Err(XmlError::TooManyEntities(10))));
	}

	#[test]
	fn declarations_that_would_change_the_document_are_refused() {
		for doctype in [
			"t [<!ENTITY % p 'x'>]",
			"t [%p;]",
			"t [<!ATTLIST t a CDATA 'x'>]",
			"t [<!ENTITY a '%p;'>]",
			"t [<!ENTITY a]",
			"t [",
			"t [] x",
			"[]",
			"",
		] {
			assert!(entities(doctype).is_err(), "{doctype}");
		}
	}

	#[test]
	fn markup_in_an_entity_is_refused_where_it_is_used() {
		let doctype = "t [<!ENTITY a '<b/>'><!ENTITY c '&#60;b/>'>]";
		assert!(matches!(content(doctype, "a"), Err(XmlError::MarkupInEntity(_))));
		assert!(matches!(content(doctype, "c"), Err(XmlError::MarkupInEntity(_))));
	}
}
