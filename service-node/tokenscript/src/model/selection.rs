//! Named conditions that cards refer to.

use crate::{
	error::{ParseError, ParseReason},
	filter::Filter,
	model::Label,
	xml::Element,
};

/// A named condition over a token's attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
	/// The name that cards use.
	pub name: String,
	/// What people call the tokens that fulfil it.
	pub label: Label,
	/// What people are told when it keeps a card from them.
	pub denial: Label,
	/// The condition.
	pub filter: Filter,
}

impl Selection {
	/// All selections inside an element, with or without a list around them.
	pub(crate) fn read_all(parent: &Element, depth: usize) -> Result<Vec<Self>, ParseError> {
		let mut selections: Vec<Self> = Vec::new();
		let listed = parent.all("selections").flat_map(|list| list.all("selection"));
		for element in parent.all("selection").chain(listed) {
			let selection = Self::read(element, depth)?;
			if selections.iter().any(|it| it.name == selection.name) {
				return Err(ParseReason::Duplicate(selection.name).at(element));
			}
			selections.push(selection);
		}
		Ok(selections)
	}

	fn read(element: &Element, depth: usize) -> Result<Self, ParseError> {
		let inner = element.first("filter").map(Element::trimmed);
		let text = element.attribute("filter").map(str::to_owned).or(inner);
		let text = text.map_or_else(|| element.required("filter").map(str::to_owned), Ok)?;
		let filter = Filter::parse(&text, depth);
		let denial = element.first("denial").map(Label::read).unwrap_or_default();
		Ok(Self {
			name: element.name_or_id()?.to_owned(),
			label: Label::read_of(element),
			denial,
			filter: filter.map_err(|error| ParseReason::Filter(error).at(element))?,
		})
	}
}
