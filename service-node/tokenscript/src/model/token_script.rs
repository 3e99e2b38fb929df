//! A whole file.

use crate::{
	error::{ParseError, ParseReason},
	model::{
		dependencies::Scope, event::EventType, names, view::read_parts, view::ViewPart,
		AttestationDefinition, Attribute, Card, Contract, Family, Label, Meta, Selection,
		TransactionTemplate,
	},
	signature::{self, Signatures},
	xml::{self, Document, Element},
	Limits,
};
use alloy_primitives::Address;
use std::collections::{BTreeMap, BTreeSet};

/// Something that a file's tokens come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenOrigin {
	/// The contract of this name.
	Contract(String),
	/// The attestation of this name.
	Attestation(String),
}

/// A TokenScript file that was read.
#[derive(Clone, Debug)]
pub struct TokenScript {
	/// The family of its language.
	pub family: Family,
	/// Its name.
	pub name: Option<String>,
	/// What people call the token.
	pub label: Label,
	/// What it says about itself.
	pub meta: Meta,
	/// The contracts that it names.
	pub contracts: Vec<Contract>,
	/// Which of them, or of the attestations, hold its tokens.
	pub origins: Vec<TokenOrigin>,
	/// The attestations that it accepts.
	pub attestations: Vec<AttestationDefinition>,
	/// The events that it describes.
	pub event_types: Vec<EventType>,
	/// Conditions that cards refer to.
	pub selections: Vec<Selection>,
	/// Attributes of the token.
	pub attributes: Vec<Attribute>,
	/// Cards.
	pub cards: Vec<Card>,
	/// Content that several cards share, by name.
	pub shared: BTreeMap<String, Vec<ViewPart>>,
	/// Transactions that a card's script can ask for by name.
	pub transactions: BTreeMap<String, TransactionTemplate>,
	/// How wallets are asked to show the token in lists.
	pub style: String,
	/// External entities that the file refers to. Each is empty text: nothing outside the file is ever read.
	pub unresolved_entities: BTreeSet<String>,
	document: Document,
}

impl TokenScript {
	/// Reads a file. Nothing but these bytes is looked at: no entity, schema or page is fetched.
	pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, ParseError> {
		let document = xml::read(bytes, limits)
			.map_err(|(error, position)| ParseError { position, reason: error.into() })?;
		let root = &document.root;
		let card = root.is_ts("card") || root.is_ts("action");
		if !root.is_ts("token") && !card {
			return Err(ParseReason::Root(root.local.clone()).at(root));
		}
		let family = Family::of_namespace(&root.namespace)
			.ok_or_else(|| ParseReason::Family(root.namespace.to_string()).at(root))?;
		let script = Self::read(document, family, card, limits.filter_depth)?;
		names::check(&script.document.root, &script)?;
		script.refuse_cycles()?;
		Ok(script)
	}

	fn read(
		document: Document,
		family: Family,
		card: bool,
		depth: usize,
	) -> Result<Self, ParseError> {
		let root = &document.root;
		// Where cards and attributes are listed, or the root itself.
		let cards = root.first("cards").unwrap_or(root);
		let mut attributes = Attribute::read_all(root, depth)?;
		if let Some(list) = root.first("attribute-types") {
			attributes.extend(Attribute::read_all(list, depth)?);
		}
		refuse_duplicates(root, attributes.iter().map(|it| it.name.as_str()))?;
		Ok(Self {
			family,
			name: root.attribute("name").map(str::to_owned),
			label: Label::read_of(root),
			meta: root.first("meta").map(Meta::read).unwrap_or_default(),
			contracts: read_contracts(root)?,
			origins: read_origins(root)?,
			attestations: root
				.all("attestation")
				.map(AttestationDefinition::read)
				.collect::<Result<_, _>>()?,
			event_types: read_event_types(root)?,
			selections: Selection::read_all(root, depth)?,
			// A root that is a card has its attributes itself.
			attributes: if card { Vec::new() } else { attributes },
			cards: if card {
				vec![Card::read_root(root, depth)?]
			} else {
				Card::read_all(cards, depth)?
			},
			shared: read_shared(cards)?,
			transactions: read_transactions(root)?,
			style: root.first("style").map(Element::trimmed).unwrap_or_default(),
			unresolved_entities: document.unresolved.clone(),
			document,
		})
	}

	/// The contract of a name.
	pub fn contract(&self, name: &str) -> Option<&Contract> {
		self.contracts.iter().find(|it| it.name == name)
	}

	/// The event type of a name.
	pub fn event_type(&self, name: &str) -> Option<&EventType> {
		self.event_types.iter().find(|it| it.name == name)
	}

	/// The selection of a name.
	pub fn selection(&self, name: &str) -> Option<&Selection> {
		self.selections.iter().find(|it| it.name == name)
	}

	/// The token's attribute of a name.
	pub fn attribute(&self, name: &str) -> Option<&Attribute> {
		self.attributes.iter().find(|it| it.name == name)
	}

	/// The card of a name.
	pub fn card(&self, name: &str) -> Option<&Card> {
		self.cards.iter().find(|it| it.name == name)
	}

	/// Whether the file is for the tokens of a contract: one of its origins stands there.
	pub fn is_for(&self, chain_id: u64, address: Address) -> bool {
		self.origin_contracts().any(|contract| {
			let stands = |it: &super::Deployment| it.chain_id == chain_id && it.address == address;
			contract.deployments.iter().any(stands)
		})
	}

	/// The contracts that hold its tokens.
	pub fn origin_contracts(&self) -> impl Iterator<Item = &Contract> {
		self.origins.iter().filter_map(|origin| match origin {
			TokenOrigin::Contract(name) => self.contract(name),
			TokenOrigin::Attestation(_) => None,
		})
	}

	/// The token's attributes, and those of a card if one is given, in an order in which each comes after those that it
	/// needs.
	pub fn evaluation_order<'a>(&'a self, card: Option<&'a Card>) -> Vec<&'a Attribute> {
		let scope = self.scope(card);
		let all: Vec<_> = (0..scope.all().count()).collect();
		// A file with a cycle is never read.
		let layers = scope.layers(&all).unwrap_or_default();
		layers.into_iter().flatten().filter_map(|node| scope.get(node)).collect()
	}

	pub(crate) fn scope<'a>(&'a self, card: Option<&'a Card>) -> Scope<'a> {
		Scope { token: &self.attributes, card: card.map_or(&[], |card| &card.attributes) }
	}

	/// Checks the file's signatures. Who may sign is for the caller to say.
	pub fn signatures(&self) -> Signatures {
		signature::check(&self.document)
	}

	fn refuse_cycles(&self) -> Result<(), ParseError> {
		for card in [None].into_iter().chain(self.cards.iter().map(Some)) {
			let scope = self.scope(card);
			// The token's own attributes are checked once, without a card.
			let first = if card.is_some() { self.attributes.len() } else { 0 };
			let all: Vec<_> = (first..scope.all().count()).collect();
			scope.layers(&all).map_err(|names| {
				let from_card = |it: &&Attribute| names.contains(&it.name);
				let found = scope.card.iter().chain(scope.token).find(from_card);
				let position = found.map(|it| it.position).unwrap_or_default();
				ParseError { position, reason: ParseReason::Cycle(names) }
			})?;
		}
		Ok(())
	}
}

fn refuse_duplicates<'a>(
	element: &Element,
	names: impl Iterator<Item = &'a str>,
) -> Result<(), ParseError> {
	let mut seen = BTreeSet::new();
	for name in names {
		if !seen.insert(name) {
			return Err(ParseReason::Duplicate(name.to_owned()).at(element));
		}
	}
	Ok(())
}

fn read_contracts(root: &Element) -> Result<Vec<Contract>, ParseError> {
	let contracts: Vec<_> = root.all("contract").map(Contract::read).collect::<Result<_, _>>()?;
	refuse_duplicates(root, contracts.iter().map(|it| it.name.as_str()))?;
	Ok(contracts)
}

fn read_origins(root: &Element) -> Result<Vec<TokenOrigin>, ParseError> {
	let Some(origins) = root.first("origins") else { return Ok(Vec::new()) };
	let mut found = Vec::new();
	for element in origins.elements() {
		if element.is_ts("ethereum") {
			found.extend(
				element.attribute("contract").map(|it| TokenOrigin::Contract(it.to_owned())),
			);
		} else if element.is_ts("attestation") {
			found.push(TokenOrigin::Attestation(element.required("name")?.to_owned()));
		}
	}
	Ok(found)
}

/// Event types stand in the root, in drafts also in a contract.
fn read_event_types(root: &Element) -> Result<Vec<EventType>, ParseError> {
	let mut types = EventType::read_all(root)?;
	for contract in root.all("contract") {
		types.extend(EventType::read_all(contract)?);
	}
	refuse_duplicates(root, types.iter().map(|it| it.name.as_str()))?;
	Ok(types)
}

fn read_shared(cards: &Element) -> Result<BTreeMap<String, Vec<ViewPart>>, ParseError> {
	let mut shared = BTreeMap::new();
	for element in cards.all("viewContent") {
		let name = element.required("name")?.to_owned();
		if shared.insert(name.clone(), read_parts(element, |_| true)).is_some() {
			return Err(ParseReason::Duplicate(name).at(element));
		}
	}
	Ok(shared)
}

fn read_transactions(root: &Element) -> Result<BTreeMap<String, TransactionTemplate>, ParseError> {
	let mut transactions = BTreeMap::new();
	for element in root.all("transaction").filter(|_| root.is_ts("token")) {
		let name = element.required("name")?.to_owned();
		if transactions.insert(name.clone(), TransactionTemplate::read(element)?).is_some() {
			return Err(ParseReason::Duplicate(name).at(element));
		}
	}
	Ok(transactions)
}
