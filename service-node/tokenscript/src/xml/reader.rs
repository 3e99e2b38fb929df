//! Makes the tree out of a file's bytes, within limits.

use super::{
	characters::{attribute_value, first_forbidden, split_name},
	dtd::Entities,
	Attribute, Declaration, Document, Element, Instruction, Node, Vocabulary, XmlError,
	XML_NAMESPACE,
};
use crate::{position::Cursor, Limits, Position};
use quick_xml::{
	events::{BytesStart, Event},
	Reader,
};
use std::sync::Arc;

const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

/// An error and the offset where it was found.
type Located<T> = Result<T, (XmlError, usize)>;

/// Reads a whole document.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, (XmlError, Position)> {
	if bytes.len() > limits.bytes {
		return Err((XmlError::TooLarge(limits.bytes), Position::START));
	}
	let text = match std::str::from_utf8(bytes) {
		Ok(text) => text,
		Err(error) => {
			let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
			return Err((XmlError::NotUtf8, Position::locate(&valid, valid.len())));
		},
	};
	let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
	let read = check_characters(text).and_then(|()| Builder::new(text, limits).run(text));
	read.map_err(|(error, offset)| (error, Position::locate(text, offset)))
}

fn check_characters(text: &str) -> Located<()> {
	first_forbidden(text).map_or(Ok(()), |offset| Err((XmlError::Character, offset)))
}

/// The state of reading: elements that are open, and what is in force inside them.
struct Builder<'a> {
	limits: &'a Limits,
	cursor: Cursor<'a>,
	entities: Entities,
	open: Vec<Element>,
	/// Prefixes in force, the innermost last, and how deep each was declared.
	scope: Vec<(String, Arc<str>, usize)>,
	elements: usize,
	definitions: usize,
	before: Vec<Instruction>,
	root: Option<Element>,
	after: Vec<Instruction>,
	declared_type: bool,
}

impl<'a> Builder<'a> {
	fn new(text: &'a str, limits: &'a Limits) -> Self {
		Self {
			limits,
			cursor: Cursor::new(text),
			entities: Entities::new(limits.expansion),
			open: Vec::new(),
			scope: vec![("xml".to_owned(), XML_NAMESPACE.into(), 0)],
			elements: 0,
			definitions: 0,
			before: Vec::new(),
			root: None,
			after: Vec::new(),
			declared_type: false,
		}
	}

	fn run(mut self, text: &str) -> Located<Document> {
		let mut reader = Reader::from_str(text);
		loop {
			let offset = place(reader.buffer_position());
			let event = reader.read_event();
			let event = event.map_err(|error| {
				(XmlError::Grammar(error), place(reader.error_position()).max(offset))
			})?;
			if matches!(event, Event::Eof) {
				break;
			}
			self.take(&event, offset).map_err(|error| (error, offset))?;
		}
		if !self.open.is_empty() {
			return Err((XmlError::Truncated, text.len()));
		}
		let root = self.root.ok_or((XmlError::Empty, text.len()))?;
		let unresolved = self.entities.into_unresolved();
		Ok(Document { before: self.before, root, after: self.after, unresolved })
	}

	fn take(&mut self, event: &Event<'_>, offset: usize) -> Result<(), XmlError> {
		match event {
			Event::Start(tag) => self.start(tag, offset),
			Event::Empty(tag) => {
				self.start(tag, offset)?;
				self.end();
				Ok(())
			},
			Event::End(_) => {
				self.end();
				Ok(())
			},
			Event::Text(text) => {
				if text.contains("]]>") {
					return Err(XmlError::Character);
				}
				self.text(&text.xml10_content())
			},
			Event::CData(text) => {
				if self.open.is_empty() {
					return Err(XmlError::OutsideRoot);
				}
				self.text(&text.xml10_content())
			},
			Event::GeneralRef(reference) => self.reference(reference),
			Event::PI(instruction) => self.instruction(instruction.target(), instruction.content()),
			Event::DocType(declaration) => self.doctype(declaration),
			Event::Decl(declaration) => self.declaration(declaration, offset),
			Event::Comment(_) | Event::Eof => Ok(()),
		}
	}

	fn declaration(
		&self,
		declaration: &quick_xml::events::BytesDecl<'_>,
		offset: usize,
	) -> Result<(), XmlError> {
		if offset != 0 {
			return Err(XmlError::OutsideRoot);
		}
		if declaration.version()? != "1.0" {
			return Err(XmlError::Version);
		}
		match declaration.encoding() {
			Some(Ok(name))
				if !["utf-8", "us-ascii"].contains(&name.to_ascii_lowercase().as_str()) =>
			{
				Err(XmlError::NotUtf8)
			},
			Some(Err(error)) => Err(XmlError::Grammar(error.into())),
			_ => Ok(()),
		}
	}

	fn doctype(&mut self, declaration: &str) -> Result<(), XmlError> {
		if self.declared_type || self.root.is_some() || !self.open.is_empty() {
			return Err(XmlError::OutsideRoot);
		}
		self.declared_type = true;
		self.entities.declare(declaration, self.limits.entities)
	}

	fn instruction(&mut self, target: &str, data: &str) -> Result<(), XmlError> {
		if target.eq_ignore_ascii_case("xml") {
			return Err(XmlError::Name(target.to_owned()));
		}
		let data = data.trim_start().replace("\r\n", "\n").replace('\r', "\n");
		let instruction = Instruction { target: target.to_owned(), data };
		match self.open.last_mut() {
			Some(parent) => parent.children.push(Node::Instruction(instruction)),
			None if self.root.is_none() => self.before.push(instruction),
			None => self.after.push(instruction),
		}
		Ok(())
	}

	fn reference(&mut self, reference: &str) -> Result<(), XmlError> {
		if self.open.is_empty() {
			return Err(XmlError::OutsideRoot);
		}
		let mut text = String::new();
		self.entities.append_to_content(reference, &mut text)?;
		self.text(&text)
	}

	/// Text joins the text before it, across comments and references.
	fn text(&mut self, text: &str) -> Result<(), XmlError> {
		let Some(parent) = self.open.last_mut() else {
			let blank = text.chars().all(|it| matches!(it, ' ' | '\t' | '\n' | '\r'));
			return if blank { Ok(()) } else { Err(XmlError::OutsideRoot) };
		};
		if let Some(Node::Text(before)) = parent.children.last_mut() {
			before.push_str(text);
		} else if !text.is_empty() {
			parent.children.push(Node::Text(text.to_owned()));
		}
		Ok(())
	}

	fn end(&mut self) {
		let Some(element) = self.open.pop() else { return };
		let depth = self.open.len();
		self.scope.retain(|(_, _, declared)| *declared <= depth);
		match self.open.last_mut() {
			Some(parent) => parent.children.push(Node::Element(element)),
			None => self.root = Some(element),
		}
	}

	fn start(&mut self, tag: &BytesStart<'_>, offset: usize) -> Result<(), XmlError> {
		if self.open.is_empty() && self.root.is_some() {
			return Err(XmlError::OutsideRoot);
		}
		if self.open.len() >= self.limits.depth {
			return Err(XmlError::TooDeep(self.limits.depth));
		}
		self.elements += 1;
		if self.elements > self.limits.elements {
			return Err(XmlError::TooManyElements(self.limits.elements));
		}
		let at = self.cursor.advance(offset);
		let (pairs, declarations) = self.attributes(tag)?;
		let (prefix, local) = split_name(tag.name().0)?;
		let namespace = self.resolve(prefix, true)?;
		let vocabulary = Vocabulary::of(&namespace);
		self.count(vocabulary)?;
		let mut attributes = Vec::with_capacity(pairs.len());
		for (prefix, local, value) in pairs {
			let namespace = self.resolve(&prefix, false)?;
			attributes.push(Attribute { prefix, local, namespace, value });
		}
		refuse_duplicates(&attributes)?;
		self.open.push(Element {
			prefix: prefix.to_owned(),
			local: local.to_owned(),
			vocabulary,
			namespace,
			attributes,
			declarations,
			children: Vec::new(),
			at,
		});
		Ok(())
	}

	fn count(&mut self, vocabulary: Vocabulary) -> Result<(), XmlError> {
		use Vocabulary::{Asnx, Ethereum, TokenScript};
		self.definitions += usize::from(matches!(vocabulary, TokenScript | Ethereum | Asnx));
		if self.definitions > self.limits.definitions {
			return Err(XmlError::TooManyDefinitions(self.limits.definitions));
		}
		Ok(())
	}

	/// A tag's attributes as (prefix, local name, value), and its namespace declarations, which are in force from here.
	#[allow(clippy::type_complexity, reason = "a pair of lists that lives for one call")]
	fn attributes(
		&mut self,
		tag: &BytesStart<'_>,
	) -> Result<(Vec<(String, String, String)>, Vec<Declaration>), XmlError> {
		let depth = self.open.len() + 1;
		let mut pairs = Vec::new();
		let mut declarations = Vec::new();
		for (count, attribute) in tag.attributes().enumerate() {
			if count >= self.limits.attributes {
				return Err(XmlError::TooManyAttributes(self.limits.attributes));
			}
			let attribute = attribute.map_err(|error| XmlError::Grammar(error.into()))?;
			let value = attribute_value(&attribute.value, &mut self.entities)?;
			let (prefix, local) = split_name(attribute.key.0)?;
			let bound = match (prefix, local) {
				("", "xmlns") => "",
				("xmlns", bound) => bound,
				_ => {
					pairs.push((prefix.to_owned(), local.to_owned(), value));
					continue;
				},
			};
			check_binding(bound, &value)?;
			if self.scope.len() >= self.limits.namespaces {
				return Err(XmlError::TooManyNamespaces(self.limits.namespaces));
			}
			let namespace: Arc<str> = value.into();
			self.scope.push((bound.to_owned(), namespace.clone(), depth));
			declarations.push(Declaration { prefix: bound.to_owned(), namespace });
		}
		Ok((pairs, declarations))
	}

	/// What a prefix stands for. Without a prefix an element is in the default namespace, an attribute in none.
	fn resolve(&self, prefix: &str, element: bool) -> Result<Arc<str>, XmlError> {
		if prefix.is_empty() && !element {
			return Ok("".into());
		}
		match self.scope.iter().rev().find(|(bound, _, _)| bound == prefix) {
			Some((_, namespace, _)) => Ok(namespace.clone()),
			None if prefix.is_empty() => Ok("".into()),
			None => Err(XmlError::UnboundPrefix(prefix.to_owned())),
		}
	}
}

/// The rules of "Namespaces in XML" for what may be bound to what.
fn check_binding(prefix: &str, namespace: &str) -> Result<(), XmlError> {
	let wrong = match prefix {
		"xml" => namespace != XML_NAMESPACE,
		"xmlns" => true,
		"" => namespace == XML_NAMESPACE || namespace == XMLNS_NAMESPACE,
		_ => namespace.is_empty() || namespace == XML_NAMESPACE || namespace == XMLNS_NAMESPACE,
	};
	if wrong {
		return Err(XmlError::ReservedPrefix(prefix.to_owned()));
	}
	Ok(())
}

/// Two prefixes may stand for one namespace; then two names that differ as text are one.
fn refuse_duplicates(attributes: &[Attribute]) -> Result<(), XmlError> {
	let mut names: Vec<_> = attributes.iter().map(|it| (&*it.namespace, &*it.local)).collect();
	names.sort_unstable();
	match names.windows(2).find(|pair| pair[0] == pair[1]) {
		Some(pair) => Err(XmlError::DuplicateAttribute(pair[0].1.to_owned())),
		None => Ok(()),
	}
}

fn place(offset: u64) -> usize {
	usize::try_from(offset).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn document(text: &str) -> Result<Document, (XmlError, Position)> {
		read(text.as_bytes(), &Limits::default())
	}

	fn error(text: &str) -> (XmlError, String) {
		let (error, position) = document(text).unwrap_err();
		(error, position.to_string())
	}

	#[test]
	fn text_is_joined_across_comments_references_and_sections() {
		let read = document("<a>1<!-- c -->&lt;&#50;<![CDATA[<3>]]>\r\n4</a>").unwrap();
		assert_eq!(read.root.text(), "1<2<3>\n4");
		assert_eq!(read.root.children.len(), 1);
	}

	#[test]
	fn elements_know_their_place_and_namespace() {
		let read = document("<a xmlns='u'>\n  <p:b xmlns:p='v' p:c='1' d='2'/><e/></a>").unwrap();
		let inner: Vec<_> = read.root.elements().collect();
		assert_eq!((&*inner[0].namespace, inner[0].at.to_string()), ("v", "2:3".to_owned()));
		assert_eq!(&*inner[0].attributes[0].namespace, "v");
		assert_eq!(&*inner[0].attributes[1].namespace, "");
		assert_eq!(&*inner[1].namespace, "u");
	}

	#[test]
	fn a_prefix_ends_with_the_element_that_declares_it() {
		let (error, at) = error("<a><b xmlns:p='v'/>\n<p:c/></a>");
		assert!(matches!(error, XmlError::UnboundPrefix(_)), "{error}");
		assert_eq!(at, "2:1");
	}

	#[test]
	fn broken_documents_are_refused_with_a_place() {
		for text in [
			"",
			" ",
			"<a>",
			"<a></b>",
			"<a/><b/>",
			"<a/>x",
			"x<a/>",
			"<a b='1' b='2'/>",
			"<a xmlns:p='v' xmlns:q='v' p:b='1' q:b='2'/>",
			"<a b=1/>",
			"<a b='<'/>",
			"<a>&b;</a>",
			"<a>&</a>",
			"<a>]]></a>",
			"<1/>",
			"<a:b/>",
			"<a xmlns:xml='v'/>",
			"<a xmlns:b=''/>",
			"<a>\u{1}</a>",
			"<a>&#1;</a>",
			"<a/><!DOCTYPE a>",
			"<!DOCTYPE a><!DOCTYPE a><a/>",
			"<a><?xml version='1.0'?></a>",
			"<?xml version='1.1'?><a/>",
			"<?xml version='1.0' encoding='latin1'?><a/>",
			"&lt;<a/>",
			"<![CDATA[ ]]><a/>",
		] {
			assert!(document(text).is_err(), "{text}");
		}
	}

	#[test]
	fn every_limit_holds() {
		let limits = Limits {
			bytes: 400,
			depth: 3,
			elements: 5,
			attributes: 2,
			namespaces: 4,
			definitions: 1,
			..Limits::default()
		};
		let refusal = |text: &str| read(text.as_bytes(), &limits).unwrap_err().0;
		assert!(read(b"<a><b><c/></b></a>", &limits).is_ok());
		assert!(matches!(refusal("<a><b><c><d/></c></b></a>"), XmlError::TooDeep(3)));
		assert!(matches!(refusal("<a><b/><b/><b/><b/><b/></a>"), XmlError::TooManyElements(5)));
		assert!(matches!(refusal("<a b='' c='' d=''/>"), XmlError::TooManyAttributes(2)));
		let names = "<a xmlns:b='b' xmlns:c='c'><b xmlns:d='d' xmlns:e='e'/></a>";
		assert!(matches!(refusal(names), XmlError::TooManyNamespaces(4)));
		let two = "<t:a xmlns:t='http://tokenscript.org/2020/06/tokenscript'><t:b/></t:a>";
		assert!(matches!(refusal(two), XmlError::TooManyDefinitions(1)));
		let long = format!("<a>{}</a>", " ".repeat(400));
		assert!(matches!(refusal(&long), XmlError::TooLarge(400)));
	}

	#[test]
	fn bytes_that_are_no_text_are_refused_where_they_stand() {
		let (error, at) = read(b"<a>\n\xFF</a>", &Limits::default()).unwrap_err();
		assert!(matches!(error, XmlError::NotUtf8));
		assert_eq!(at, Position { line: 2, column: 1 });
	}

	#[test]
	fn a_byte_order_mark_is_skipped() {
		assert!(document("\u{FEFF}<?xml version='1.0'?><a/>").is_ok());
	}
}
