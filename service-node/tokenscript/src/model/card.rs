//! Cards: what a holder sees of a token and can do with it.

use crate::{
	error::{ParseError, ParseReason},
	model::{
		contract::Contract,
		event::EventOrigin,
		view::{read_parts, View, ViewKind, ViewPart},
		Attribute, Label, Selection, TransactionTemplate,
	},
	xml::{Element, Vocabulary},
};

/// What a card is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CardKind {
	/// It shows the token.
	Token,
	/// It does something with the token.
	Action,
	/// It shows what happened to tokens.
	Activity,
	/// It shows the token to those who do not hold it.
	Public,
	/// It leads to a token.
	Onboarding,
}

/// A token that an action takes or makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKind {
	/// Its name.
	pub name: Option<String>,
	/// Its contract; without one it is a chain's own currency.
	pub contract: Option<Contract>,
	/// The chain of that currency.
	pub network: Option<u64>,
}

/// A card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
	/// Its name; cards without one are named after their label, or their kind and number.
	pub name: String,
	/// What it is for.
	pub kind: CardKind,
	/// What people call it.
	pub label: Label,
	/// Selections whose tokens do not get it.
	pub exclude: Vec<String>,
	/// Origins of the tokens that get it; none: all.
	pub origins: Vec<String>,
	/// How much its button stands out.
	pub button_class: Option<String>,
	/// Attributes that only this card has.
	pub attributes: Vec<Attribute>,
	/// Selections that only this card has.
	pub selections: Vec<Selection>,
	/// What an activity shows.
	pub event: Option<EventOrigin>,
	/// Tokens that an action takes.
	pub input: Vec<TokenKind>,
	/// Tokens that an action makes.
	pub output: Vec<TokenKind>,
	/// What the holder is asked to sign.
	pub transaction: Option<TransactionTemplate>,
	/// Its pages.
	pub views: Vec<(ViewKind, View)>,
	/// What comes before each page: early families put the style beside the view.
	pub common: Vec<ViewPart>,
}

impl Card {
	/// The kind of card of an element inside `cards`, in the words of any family.
	fn kind_of(element: &Element) -> Result<Option<CardKind>, ParseError> {
		if element.vocabulary != Vocabulary::TokenScript {
			return Ok(None);
		}
		Ok(Some(match element.local.as_str() {
			"token" | "token-card" => CardKind::Token,
			"action" => CardKind::Action,
			"activity" => CardKind::Activity,
			"card" => match element.required("type")? {
				"token" => CardKind::Token,
				"action" => CardKind::Action,
				"activity" => CardKind::Activity,
				"public" => CardKind::Public,
				"onboarding" => CardKind::Onboarding,
				other => return Err(ParseReason::CardKind(other.to_owned()).at(element)),
			},
			_ => return Ok(None),
		}))
	}

	/// All cards inside an element.
	pub(crate) fn read_all(parent: &Element, depth: usize) -> Result<Vec<Self>, ParseError> {
		let mut cards: Vec<Self> = Vec::new();
		for element in parent.elements() {
			let Some(kind) = Self::kind_of(element)? else { continue };
			let card = Self::read(element, kind, cards.len() + 1, depth)?;
			if cards.iter().any(|it| it.name == card.name) {
				return Err(ParseReason::Duplicate(card.name).at(element));
			}
			cards.push(card);
		}
		Ok(cards)
	}

	/// Reads a card that is the root of its file.
	pub(crate) fn read_root(element: &Element, depth: usize) -> Result<Self, ParseError> {
		let kind = Self::kind_of(element)?.unwrap_or(CardKind::Action);
		Self::read(element, kind, 1, depth)
	}

	fn read(
		element: &Element,
		kind: CardKind,
		number: usize,
		depth: usize,
	) -> Result<Self, ParseError> {
		let label = Label::read_of(element);
		let named = element.attribute("name").filter(|it| !it.is_empty()).map(str::to_owned);
		let name = named.or_else(|| label.get("en").map(str::to_owned));
		let event = element.first("origins").and_then(|origins| {
			origins.elements().find(|it| {
				it.is(Vocabulary::Ethereum, "event")
					|| (it.is_ts("ethereum") && it.attribute("event").is_some())
			})
		});
		Ok(Self {
			name: name.unwrap_or_else(|| format!("{kind:?}-{number}").to_lowercase()),
			kind,
			label,
			exclude: read_exclusions(element),
			origins: words(element.attribute("origins")),
			button_class: element.attribute("buttonClass").map(str::to_owned),
			attributes: Attribute::read_all(element, depth)?,
			selections: Selection::read_all(element, depth)?,
			event: event.map(|it| EventOrigin::read(it, depth)).transpose()?,
			input: read_tokens(element.first("input"))?,
			output: read_tokens(element.first("output"))?,
			transaction: element.first("transaction").map(TransactionTemplate::read).transpose()?,
			views: View::read_all(element),
			common: read_parts(element, |it| it.local == "style" || it.local == "script"),
		})
	}

	/// Its page of a kind, in a language or the nearest that there is.
	pub fn view(&self, kind: ViewKind, language: &str) -> Option<&View> {
		let views: Vec<_> =
			self.views.iter().filter(|(it, _)| *it == kind).map(|(_, view)| view).collect();
		let languages: Vec<_> = views.iter().map(|view| view.language.as_str()).collect();
		let nearest = super::label::nearest_of(&languages, &language.to_ascii_lowercase())?;
		views.into_iter().find(|view| view.language == nearest)
	}
}

fn words(text: Option<&str>) -> Vec<String> {
	text.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

/// As an attribute, or before 2020 as elements.
fn read_exclusions(element: &Element) -> Vec<String> {
	let mut names = words(element.attribute("exclude"));
	names.extend(element.all("exclude").flat_map(|it| words(it.attribute("selection"))));
	names
}

/// A contract that nothing refers to needs no name.
fn read_contract(element: &Element) -> Result<Contract, ParseError> {
	Contract::read_named(element, element.attribute("name").unwrap_or_default())
}

fn read_tokens(parent: Option<&Element>) -> Result<Vec<TokenKind>, ParseError> {
	let Some(parent) = parent else { return Ok(Vec::new()) };
	let mut tokens = Vec::new();
	for token in parent.all("token") {
		let network = token.first("ethereum").and_then(|it| it.attribute("network"));
		let network = network.map(|text| {
			text.trim().parse().map_err(|_| ParseReason::Network(text.to_owned()).at(token))
		});
		tokens.push(TokenKind {
			name: token.attribute("name").map(str::to_owned),
			contract: token.first("contract").map(read_contract).transpose()?,
			network: network.transpose()?,
		});
	}
	Ok(tokens)
}
