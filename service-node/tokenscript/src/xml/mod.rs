//! A small tree of an XML document, with positions and namespaces.

mod characters;
mod dtd;
mod error;
mod reader;

pub use error::XmlError;

use crate::Position;
use std::{collections::BTreeSet, sync::Arc};

pub(crate) use reader::read;

/// The namespace that the prefix `xml` is bound to.
pub(crate) const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
const TOKENSCRIPT_START: &str = "http://tokenscript.org/";
const ETHEREUM_START: &str = "urn:ethereum:";
const XHTML: &str = "http://www.w3.org/1999/xhtml";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const ASNX: &str = "urn:ietf:params:xml:ns:asnx";

/// The languages of elements that this crate knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vocabulary {
	/// TokenScript, of any date.
	TokenScript,
	/// TokenScript's elements for Ethereum.
	Ethereum,
	/// ASN.1 in XML.
	Asnx,
	/// Web pages, also where no namespace is given.
	Html,
	/// XML signatures.
	Signature,
	/// Any other.
	Other,
}

impl Vocabulary {
	fn of(namespace: &str) -> Self {
		match namespace {
			"" | XHTML => Self::Html,
			DSIG => Self::Signature,
			ASNX => Self::Asnx,
			_ if namespace.starts_with(TOKENSCRIPT_START) => Self::TokenScript,
			_ if namespace.starts_with(ETHEREUM_START) => Self::Ethereum,
			_ => Self::Other,
		}
	}
}

/// A whole document.
#[derive(Clone, Debug)]
pub(crate) struct Document {
	/// Processing instructions before the root.
	pub(crate) before: Vec<Instruction>,
	/// The root.
	pub(crate) root: Element,
	/// Processing instructions after the root.
	pub(crate) after: Vec<Instruction>,
	/// External entities that were referred to and became empty text.
	pub(crate) unresolved: BTreeSet<String>,
}

/// A processing instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
	pub(crate) target: String,
	pub(crate) data: String,
}

/// What an element contains.
#[derive(Clone, Debug)]
pub(crate) enum Node {
	Element(Element),
	Text(String),
	Instruction(Instruction),
}

/// An attribute that is no namespace declaration.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
	/// Empty if there is none.
	pub(crate) prefix: String,
	pub(crate) local: String,
	/// Empty if there is none.
	pub(crate) namespace: Arc<str>,
	pub(crate) value: String,
}

/// A namespace declaration: a prefix, or none for the default namespace, and what it stands for.
#[derive(Clone, Debug)]
pub(crate) struct Declaration {
	pub(crate) prefix: String,
	pub(crate) namespace: Arc<str>,
}

/// An element.
#[derive(Clone, Debug)]
pub(crate) struct Element {
	/// Empty if there is none.
	pub(crate) prefix: String,
	pub(crate) local: String,
	pub(crate) namespace: Arc<str>,
	pub(crate) vocabulary: Vocabulary,
	pub(crate) attributes: Vec<Attribute>,
	pub(crate) declarations: Vec<Declaration>,
	pub(crate) children: Vec<Node>,
	pub(crate) at: Position,
}

impl Element {
	/// Whether it is an element of this name.
	pub(crate) fn is(&self, vocabulary: Vocabulary, local: &str) -> bool {
		self.vocabulary == vocabulary && self.local == local
	}

	/// Whether it is a TokenScript element of this name.
	pub(crate) fn is_ts(&self, local: &str) -> bool {
		self.is(Vocabulary::TokenScript, local)
	}

	/// The elements directly inside.
	pub(crate) fn elements(&self) -> impl Iterator<Item = &Self> {
		self.children.iter().filter_map(|node| match node {
			Node::Element(element) => Some(element),
			Node::Text(_) | Node::Instruction(_) => None,
		})
	}

	/// The TokenScript elements of a name directly inside.
	pub(crate) fn all<'a>(&'a self, local: &'a str) -> impl Iterator<Item = &'a Self> {
		self.elements().filter(move |element| element.is_ts(local))
	}

	/// The first TokenScript element of a name directly inside.
	pub(crate) fn first(&self, local: &str) -> Option<&Self> {
		self.elements().find(|element| element.is_ts(local))
	}

	/// The value of an attribute without a namespace.
	pub(crate) fn attribute(&self, local: &str) -> Option<&str> {
		let found = self.attributes.iter().find(|it| it.prefix.is_empty() && it.local == local);
		found.map(|it| it.value.as_str())
	}

	/// The value of an attribute of a vocabulary, or of none.
	pub(crate) fn attribute_of(&self, vocabulary: Vocabulary, local: &str) -> Option<&str> {
		let own = |it: &&Attribute| {
			it.local == local
				&& (it.prefix.is_empty() || Vocabulary::of(&it.namespace) == vocabulary)
		};
		self.attributes.iter().find(own).map(|it| it.value.as_str())
	}

	/// The value of `xml:lang`.
	pub(crate) fn language(&self) -> Option<&str> {
		let is_language = |it: &&Attribute| it.local == "lang" && *it.namespace == *XML_NAMESPACE;
		self.attributes.iter().find(is_language).map(|it| it.value.as_str())
	}

	/// All text directly inside, joined.
	pub(crate) fn text(&self) -> String {
		let texts = self.children.iter().filter_map(|node| match node {
			Node::Text(text) => Some(text.as_str()),
			Node::Element(_) | Node::Instruction(_) => None,
		});
		texts.collect()
	}

	/// All text directly inside, without the white space around it.
	pub(crate) fn trimmed(&self) -> String {
		self.text().trim().to_owned()
	}
}
