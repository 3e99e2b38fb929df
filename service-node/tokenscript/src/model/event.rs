//! Contract events: their types and which of them an origin asks for.

use crate::{
	error::{ParseError, ParseReason},
	filter::{placeholders, Comparison, Filter, Piece},
	model::{argument::elementary_type, reference::Reference},
	xml::{Element, Vocabulary},
};
use alloy_dyn_abi::DynSolType;
use alloy_primitives::{keccak256, B256};

/// A field of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventField {
	/// Its name.
	pub name: String,
	/// Its type.
	pub kind: DynSolType,
	/// Whether it is a topic.
	pub indexed: bool,
}

/// The type of an event, as a file describes it in ASN.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventType {
	/// The event's name.
	pub name: String,
	/// Its fields.
	pub fields: Vec<EventField>,
}

/// Values that fields of an event have to have.
const MOST_CONDITIONS: usize = 16;
/// Topics that are fields: the first topic is the signature.
const MOST_INDEXED: usize = 3;

impl EventType {
	/// All event types in an element's modules.
	pub(crate) fn read_all(parent: &Element) -> Result<Vec<Self>, ParseError> {
		let mut types = Vec::new();
		for module in parent.elements().filter(|it| it.is(Vocabulary::Asnx, "module")) {
			for named in module.elements().filter(|it| it.local == "namedType") {
				types.extend(Self::read(named)?);
			}
		}
		Ok(types)
	}

	/// A named type, if it is a sequence of fields with Ethereum types; others describe no event.
	fn read(named: &Element) -> Result<Option<Self>, ParseError> {
		let kind = named.elements().find(|it| it.local == "type");
		let sequence = kind.and_then(|it| it.elements().find(|it| it.local == "sequence"));
		let Some(sequence) = sequence else { return Ok(None) };
		let mut fields = Vec::new();
		for element in sequence.elements().filter(|it| it.local == "element") {
			let Some(kind) = element.attribute_of(Vocabulary::Ethereum, "type") else {
				return Ok(None);
			};
			let unknown = || ParseReason::Type(kind.to_owned()).at(element);
			let indexed = element.attribute_of(Vocabulary::Ethereum, "indexed");
			fields.push(EventField {
				name: element.required("name")?.to_owned(),
				kind: elementary_type(kind).ok_or_else(unknown)?,
				indexed: matches!(indexed, Some("true" | "1")),
			});
		}
		let name = named.required("name")?.to_owned();
		if fields.iter().filter(|field| field.indexed).count() > MOST_INDEXED {
			return Err(ParseReason::Type(name).at(named));
		}
		Ok(Some(Self { name, fields }))
	}

	/// The first topic of its events: the hash of its signature.
	pub fn topic(&self) -> B256 {
		keccak256(self.signature())
	}

	/// Its name and types, as in `Transfer(address,address,uint256)`.
	pub fn signature(&self) -> String {
		let types: Vec<_> = self.fields.iter().map(|it| it.kind.sol_type_name()).collect();
		format!("{}({})", self.name, types.join(","))
	}

	/// A field of a name.
	pub fn field(&self, name: &str) -> Option<&EventField> {
		self.fields.iter().find(|field| field.name == name)
	}
}

/// A field's value that an event has to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventCondition {
	/// The field.
	pub field: String,
	/// Its value.
	pub value: Vec<Piece>,
}

/// Events of a contract, and which field of them counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventOrigin {
	/// The contract's name in the file; without one, the token's own contract.
	pub contract: Option<String>,
	/// The event's name.
	pub event: String,
	/// What the events have to say: all of these.
	pub conditions: Vec<EventCondition>,
	/// The field that counts.
	pub select: Option<String>,
}

impl EventOrigin {
	pub(crate) fn read(element: &Element, depth: usize) -> Result<Self, ParseError> {
		let event = element.attribute("type").or_else(|| element.attribute("event"));
		let event = event.map_or_else(|| element.required("type"), Ok)?.to_owned();
		let filter = element.attribute("filter").filter(|it| !it.trim().is_empty());
		let conditions = filter.map(|filter| read_conditions(element, filter, depth));
		Ok(Self {
			contract: element.attribute("contract").map(str::to_owned),
			event,
			conditions: conditions.transpose()?.unwrap_or_default(),
			select: element.attribute("select").map(str::to_owned),
		})
	}

	/// The values that are needed before events can be asked for.
	pub fn references(&self) -> Vec<&Reference> {
		self.conditions.iter().flat_map(|it| placeholders(&it.value)).collect()
	}
}

/// `a=1`, `a=1&b=${c}` or `(&(a=1)(b=${c}))`: only equality of all can be asked of a chain.
fn read_conditions(
	element: &Element,
	text: &str,
	depth: usize,
) -> Result<Vec<EventCondition>, ParseError> {
	let whole = text.trim_start().starts_with(['(', '!', '|']);
	let parts: Vec<&str> = if whole { vec![text] } else { text.split('&').collect() };
	let mut conditions = Vec::new();
	for part in parts.into_iter().take(MOST_CONDITIONS + 1) {
		let filter = Filter::parse(part, depth);
		let filter = filter.map_err(|error| ParseReason::Filter(error).at(element))?;
		collect(&filter, &mut conditions).ok_or_else(|| ParseReason::Conditions.at(element))?;
	}
	if conditions.len() > MOST_CONDITIONS {
		return Err(ParseReason::Conditions.at(element));
	}
	Ok(conditions)
}

fn collect(filter: &Filter, conditions: &mut Vec<EventCondition>) -> Option<()> {
	match filter {
		Filter::All(filters) => filters.iter().try_for_each(|it| collect(it, conditions)),
		Filter::Compare { left, comparison: Comparison::Equal, right } if left.path.is_empty() => {
			let field = left.name.clone();
			conditions.push(EventCondition { field, value: right.clone() });
			Some(())
		},
		_ => None,
	}
}
