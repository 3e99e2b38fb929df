//! Attributes of a token, or of a card.

use crate::{
	error::{ParseError, ParseReason},
	model::{origin::Source, Label},
	syntax::Syntax,
	xml::Element,
	Position,
};

/// An attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
	/// The name that references use.
	pub name: String,
	/// What people call it.
	pub label: Label,
	/// The type of its value.
	pub syntax: Syntax,
	/// Where its value comes from.
	pub source: Source,
	/// Whether tokens with different values are different things to people.
	pub distinct: bool,
	/// Where it stands in the file.
	pub position: Position,
}

impl Attribute {
	/// All attributes directly inside an element, whatever the family calls them.
	pub(crate) fn read_all(parent: &Element, depth: usize) -> Result<Vec<Self>, ParseError> {
		let mut attributes: Vec<Self> = Vec::new();
		for element in parent.elements() {
			if element.is_ts("attribute") || element.is_ts("attribute-type") {
				let attribute = Self::read(element, depth)?;
				if attributes.iter().any(|it| it.name == attribute.name) {
					return Err(ParseReason::Duplicate(attribute.name).at(element));
				}
				attributes.push(attribute);
			}
		}
		Ok(attributes)
	}

	fn read(element: &Element, depth: usize) -> Result<Self, ParseError> {
		let inner = element.first("type").and_then(|it| it.first("syntax")).map(Element::trimmed);
		let syntax = inner.or_else(|| element.attribute("syntax").map(str::to_owned));
		let origins = element.first("origins").ok_or_else(|| {
			ParseReason::MissingElement { element: element.local.clone(), child: "origins" }
				.at(element)
		})?;
		Ok(Self {
			name: element.name_or_id()?.to_owned(),
			label: Label::read_of(element),
			syntax: Syntax::of_oid(&syntax.unwrap_or_default()),
			source: Source::read_first(origins, depth)?,
			distinct: matches!(element.attribute("distinct"), Some("true" | "1")),
			position: element.at,
		})
	}
}
