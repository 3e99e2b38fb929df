//! Why a file is no TokenScript that this crate reads.

use crate::{filter::FilterError, xml::Element, Position, XmlError};

/// Why a file was refused, and where.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{position}: {reason}")]
pub struct ParseError {
	/// Where in the file.
	pub position: Position,
	/// What is wrong.
	pub reason: ParseReason,
}

/// What is wrong with a file.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParseReason {
	/// It is no XML document within the limits.
	#[error(transparent)]
	Xml(#[from] XmlError),
	/// The root is neither a token nor a card.
	#[error("the root element {0:?} is neither a token nor a card")]
	Root(String),
	/// The root's namespace is of no family that this crate knows.
	#[error("the namespace {0:?} is of no known TokenScript family")]
	Family(String),
	/// An attribute that has to be there.
	#[error("<{element}> lacks the attribute {attribute:?}")]
	MissingAttribute {
		/// The element.
		element: String,
		/// What it lacks.
		attribute: &'static str,
	},
	/// An element that has to be there.
	#[error("<{element}> lacks <{child}>")]
	MissingElement {
		/// The element.
		element: String,
		/// What it lacks.
		child: &'static str,
	},
	/// Two things with one name.
	#[error("two of one name: {0:?}")]
	Duplicate(String),
	/// A name that nothing in the file has.
	#[error("nothing is named {0:?}")]
	Unknown(String),
	/// No address of twenty bytes in hexadecimal.
	#[error("{0:?} is no Ethereum address")]
	Address(String),
	/// No number of a network.
	#[error("{0:?} is no network")]
	Network(String),
	/// A bit mask that is no hexadecimal number of at most 256 bits, or that selects nothing.
	#[error("{0:?} is no bit mask")]
	Bitmask(String),
	/// A value of `as` that this crate does not know.
	#[error("the format {0:?} is not known")]
	Format(String),
	/// A type that is no elementary type of an Ethereum contract.
	#[error("the type {0:?} is not known")]
	Type(String),
	/// A kind of card that this crate does not know.
	#[error("the kind of card {0:?} is not known")]
	CardKind(String),
	/// An origin that this crate does not know.
	#[error("the origin <{0}> is not known")]
	Origin(String),
	/// A reference that is no name with a path.
	#[error("{0:?} is no reference")]
	Reference(String),
	/// No interface description of a contract, as JSON.
	#[error("the contract's interface description is broken in line {line}, column {column}")]
	Abi {
		/// The line within the description.
		line: usize,
		/// The column within the description.
		column: usize,
	},
	/// A filter that does not follow the filter language.
	#[error("the filter is broken: {0}")]
	Filter(#[from] FilterError),
	/// A filter of events that asks for more than some fields to be equal to something.
	#[error(
		"events can only be asked for by fields that are equal to something, and by few of them"
	)]
	Conditions,
	/// Attributes that need each other.
	#[error("attributes need each other: {}", .0.join(" -> "))]
	Cycle(Vec<String>),
}

impl ParseReason {
	/// The error of this reason at an element.
	pub(crate) fn at(self, element: &Element) -> ParseError {
		ParseError { position: element.at, reason: self }
	}
}

impl Element {
	/// The value of an attribute that has to be there.
	pub(crate) fn required(&self, attribute: &'static str) -> Result<&str, ParseError> {
		self.attribute(attribute).ok_or_else(|| {
			ParseReason::MissingAttribute { element: self.local.clone(), attribute }.at(self)
		})
	}

	/// The name, which earlier families call `id`.
	pub(crate) fn name_or_id(&self) -> Result<&str, ParseError> {
		match self.attribute("name").or_else(|| self.attribute("id")) {
			Some(name) => Ok(name),
			None => self.required("name"),
		}
	}
}
