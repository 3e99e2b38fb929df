//! Values of attributes, answers of selections, transactions and pages, for one token.

mod arguments;
mod calls;
mod context;
mod error;
mod events;
mod reads;
mod render;
mod transaction;

pub use context::Context;
pub use error::EvaluationError;
pub use events::EventRecord;
pub use render::Rendered;
pub use transaction::UnsignedTransaction;

use crate::{
	chain::ChainReader,
	filter::Filter,
	limits::EvaluationLimits,
	model::{
		dependencies::{Node, Scope},
		Attribute, Card, Format, Origin, Reference, Selection, TokenIdField, TokenScript,
	},
	Value,
};
use futures::{stream, StreamExt};
use reads::Reads;
use std::{borrow::Cow, collections::BTreeMap};

/// What is known of an attribute: its value, that it has none, or why it is unknown.
pub type Evaluated = Result<Option<Value>, EvaluationError>;

/// Whether a card can be used with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
	/// It can.
	Available,
	/// It is for tokens of other origins.
	OtherOrigin,
	/// A selection keeps it away.
	Excluded {
		/// The selection.
		selection: String,
		/// What people are to be told, in the context's language.
		reason: Option<String>,
	},
}

/// Evaluates one token. Each attribute is evaluated once; questions to chains that do not need each other are asked at
/// the same time.
pub struct Evaluator<'a> {
	script: &'a TokenScript,
	card: Option<&'a Card>,
	context: Context,
	reads: Reads<'a>,
	values: BTreeMap<Node, Evaluated>,
}

impl<'a> Evaluator<'a> {
	/// An evaluator of a token's own attributes. The time of the limits begins now.
	pub fn new(
		script: &'a TokenScript,
		context: Context,
		chain: &'a dyn ChainReader,
		limits: EvaluationLimits,
	) -> Self {
		let reads = Reads::new(chain, limits);
		Self { script, card: None, context, reads, values: BTreeMap::new() }
	}

	/// The same for a card of the file, whose own attributes are then known as well.
	#[must_use]
	pub fn for_card(mut self, card: &'a Card) -> Self {
		self.values.retain(|node, _| *node < self.script.attributes.len());
		self.card = Some(card);
		self
	}

	/// What is evaluated.
	pub const fn context(&self) -> &Context {
		&self.context
	}

	const fn limits(&self) -> &EvaluationLimits {
		&self.reads.limits
	}

	fn scope(&self) -> Scope<'a> {
		self.script.scope(self.card)
	}

	/// The value of an attribute; the card's own hides the token's.
	pub async fn attribute(&mut self, name: &str) -> Evaluated {
		let node = self.scope().find(name, true);
		let node = node.ok_or_else(|| EvaluationError::Unknown(name.to_owned()))?;
		self.evaluate(&[node]).await;
		self.values.get(&node).cloned().unwrap_or(Ok(None))
	}

	/// All attributes, those of the card included.
	pub async fn attributes(&mut self) -> BTreeMap<String, Evaluated> {
		let scope = self.scope();
		let all: Vec<_> = (0..scope.all().count()).collect();
		self.evaluate(&all).await;
		// Later ones, those of the card, take the place of earlier ones.
		let pairs = all.into_iter().filter_map(|node| {
			Some((scope.get(node)?.name.clone(), self.values.get(&node)?.clone()))
		});
		pairs.collect()
	}

	/// Whether a token is one of a selection.
	pub async fn selects(&mut self, selection: &Selection) -> Result<bool, EvaluationError> {
		self.holds(&selection.filter).await
	}

	/// Whether a filter holds.
	pub async fn holds(&mut self, filter: &Filter) -> Result<bool, EvaluationError> {
		let references = filter.references();
		self.prepare(references.iter().copied()).await;
		let mut values = BTreeMap::new();
		for reference in references {
			if !values.contains_key(reference) {
				values.insert(reference, self.value_of(reference, self.card.is_some())?);
			}
		}
		let lookup = |wanted: &Reference| values.get(wanted).and_then(Option::as_ref);
		Ok(filter.holds(&lookup)?)
	}

	/// Whether a card can be used. A card that excludes what can't be decided is not available: that is an error.
	pub async fn availability(&mut self, card: &Card) -> Result<Availability, EvaluationError> {
		if !card.origins.is_empty() && !self.is_of_origin(&card.origins) {
			return Ok(Availability::OtherOrigin);
		}
		for name in &card.exclude {
			let own = card.selections.iter().find(|it| it.name == *name);
			let selection = own.or_else(|| self.script.selection(name));
			let selection = selection.ok_or_else(|| EvaluationError::Unknown(name.clone()))?;
			if self.selects(selection).await? {
				let language = &self.context.language;
				let denial = selection.denial.get(language);
				let reason = denial.or_else(|| selection.label.get(language)).map(str::to_owned);
				return Ok(Availability::Excluded { selection: name.clone(), reason });
			}
		}
		Ok(Availability::Available)
	}

	/// Whether the token comes from one of some origins.
	fn is_of_origin(&self, origins: &[String]) -> bool {
		origins.iter().any(|name| match &self.context.attestation {
			Some(attestation) => attestation.definition() == name,
			None => self.script.contract(name).is_some_and(|contract| {
				contract.deployments.iter().any(|it| {
					it.chain_id == self.context.chain_id && it.address == self.context.contract
				})
			}),
		})
	}

	/// Evaluates the attributes that some references mean.
	async fn prepare<'r>(&mut self, references: impl Iterator<Item = &'r Reference>) {
		let scope = self.scope();
		let nodes: Vec<_> = references
			.filter(|it| !self.context.is_intrinsic(self.script, it))
			.filter_map(|it| scope.find(&it.name, self.card.is_some()))
			.collect();
		self.evaluate(&nodes).await;
	}

	/// Evaluates some attributes and all that they need, layer by layer.
	async fn evaluate(&mut self, wanted: &[Node]) {
		let scope = self.scope();
		// A file with a cycle is never read.
		let layers = scope.layers(wanted).unwrap_or_default();
		for layer in layers {
			let new = layer.into_iter().filter(|node| !self.values.contains_key(node));
			let found: Vec<_> = stream::iter(new)
				.map(|node| {
					let this = &*self;
					async move { (node, this.resolve(node).await) }
				})
				.buffered(self.limits().concurrency.max(1))
				.collect()
				.await;
			self.values.extend(found);
		}
	}

	/// The value of an attribute, given those of earlier layers.
	async fn resolve(&self, node: Node) -> Evaluated {
		let Some(attribute) = self.scope().get(node) else { return Ok(None) };
		let from_card = self.scope().is_of_card(node);
		let source = &attribute.source;
		let raw = match &source.origin {
			Origin::TokenId(field) => Some(self.token_id_field(*field, source.format)?),
			Origin::Call(call) => Some(self.call(call, source.format, from_card).await?),
			Origin::Event(event) => self.newest_event_field(event, from_card).await?,
			Origin::UserEntry => self.entered(attribute)?,
			Origin::Data(argument) => Some(self.argument(argument, from_card)?),
			Origin::Reference(reference) => self.value_of(reference, from_card)?,
			Origin::Storage { .. } => return Err(EvaluationError::Unreadable),
		};
		let value = raw.and_then(|raw| self.finish(attribute, raw));
		value.iter().try_for_each(|value| self.reads.keep(value))?;
		Ok(value)
	}

	/// What a value stands for, as the attribute's type.
	fn finish(&self, attribute: &Attribute, raw: Value) -> Option<Value> {
		let value = match &attribute.source.mapping {
			Some(mapping) => {
				let text = mapping.get(&raw)?.get(&self.context.language)?;
				Value::Text(text.to_owned())
			},
			None => raw,
		};
		Some(attribute.syntax.apply(value))
	}

	fn entered(&self, attribute: &Attribute) -> Evaluated {
		let Some(entry) = self.context.entries.get(&attribute.name) else { return Ok(None) };
		let format = attribute.source.format.unwrap_or(Format::Utf8);
		Ok(Some(format.convert(entry)?))
	}

	/// A field of the token's id. As text it is what its bytes spell, without the zeros around them.
	fn token_id_field(
		&self,
		field: TokenIdField,
		format: Option<Format>,
	) -> Result<Value, EvaluationError> {
		let number = field.of(self.context.token_id.ok_or(EvaluationError::NoTokenId)?);
		let all = number.to_be_bytes::<32>();
		let bytes = &all[32 - field.bytes()..];
		Ok(match format.unwrap_or(Format::Uint) {
			Format::Uint | Format::Int | Format::Decimal(_) | Format::Abi => Value::Uint(number),
			Format::Bool => Value::Bool(!number.is_zero()),
			Format::Bytes => Value::Bytes(bytes.to_vec()),
			Format::Utf8 => {
				let text = std::str::from_utf8(bytes).map_err(|_| EvaluationError::TokenId)?;
				Value::Text(text.trim_matches('\0').to_owned())
			},
			Format::Address => {
				let (zeros, address) = all.split_at(12);
				if zeros.iter().any(|it| *it != 0) {
					return Err(EvaluationError::TokenId);
				}
				Value::Address(alloy_primitives::Address::from_slice(address))
			},
		})
	}

	/// What a reference leads to.
	fn value_of(&self, reference: &Reference, from_card: bool) -> Evaluated {
		let Some(whole) = self.known(reference, from_card)? else { return Ok(None) };
		let Some(value) = whole.at(&reference.path) else { return Ok(None) };
		self.reads.keep(value)?;
		Ok(Some(value.clone()))
	}

	/// The whole value that a reference leads into: what every token has, then an attribute, then what was entered. A
	/// local reference is never something that every token has, and prefers what was entered to the token's attributes.
	fn known(
		&self,
		reference: &Reference,
		from_card: bool,
	) -> Result<Option<Cow<'_, Value>>, EvaluationError> {
		let name = reference.name.as_str();
		if !reference.local {
			if let Some(value) = self.context.intrinsic(self.script, name) {
				return Ok(value.map(Cow::Owned));
			}
		}
		let scope = self.scope();
		let entry = self.context.entries.get(name).map(Cow::Borrowed);
		let Some(node) = scope.find(name, from_card) else {
			return match entry {
				None if !reference.local => Err(EvaluationError::Unknown(name.to_owned())),
				entry => Ok(entry),
			};
		};
		if reference.local && !scope.is_of_card(node) && entry.is_some() {
			return Ok(entry);
		}
		match self.values.get(&node) {
			None => Ok(None),
			Some(Ok(value)) => Ok(value.as_ref().map(Cow::Borrowed)),
			// The name of the attribute that failed, not of all on the way.
			Some(Err(error @ EvaluationError::Needed { .. })) => Err(error.clone()),
			Some(Err(error)) => {
				let error = Box::new(error.clone());
				Err(EvaluationError::Needed { attribute: name.to_owned(), error })
			},
		}
	}
}
