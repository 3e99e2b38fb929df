//! Events of contracts: which ones, and what they say.

use super::{Evaluated, EvaluationError, Evaluator};
use crate::{
	abi::{self, AbiError, Shape},
	chain::{Log, LogQuery},
	filter::Piece,
	model::{Card, EventField, EventOrigin, EventType},
	Value,
};
use alloy_dyn_abi::DynSolType;
use alloy_primitives::B256;

/// Fields of an event, by name, in the order of its type.
pub type EventRecord = Vec<(String, Value)>;

/// A field and the value that an event has to have in it.
type Wanted<'e> = (&'e EventField, Value);

impl Evaluator<'_> {
	/// What an activity card shows: its events, oldest first.
	pub async fn activity(&mut self, card: &Card) -> Result<Vec<EventRecord>, EvaluationError> {
		let Some(event) = &card.event else { return Ok(Vec::new()) };
		self.prepare(event.references().into_iter()).await;
		self.events(event, self.card.is_some()).await
	}

	/// The selected field of the newest event, if there is one.
	pub(super) async fn newest_event_field(
		&self,
		event: &EventOrigin,
		from_card: bool,
	) -> Evaluated {
		let newest = self.events(event, from_card).await?.pop();
		let Some(mut record) = newest else { return Ok(None) };
		let Some(select) = &event.select else { return Ok(Some(Value::Record(record))) };
		let place = record.iter().position(|(name, _)| name == select);
		let place = place.ok_or_else(|| EvaluationError::Unknown(select.clone()))?;
		Ok(Some(record.swap_remove(place).1))
	}

	/// Events that fulfil an origin's conditions, oldest first.
	async fn events(
		&self,
		origin: &EventOrigin,
		from_card: bool,
	) -> Result<Vec<EventRecord>, EvaluationError> {
		let kind = self.script.event_type(&origin.event);
		let kind = kind.ok_or_else(|| EvaluationError::Unknown(origin.event.clone()))?;
		let (_, deployment) = self.contract(origin.contract.as_deref())?;
		let wanted = self.wanted(origin, kind, from_card)?;
		let query = LogQuery {
			address: deployment.address,
			topics: topics(kind, &wanted)?,
			limit: self.limits().events,
		};
		let logs = self.reads.logs(deployment.chain_id, query).await?;
		let mut records = Vec::with_capacity(logs.len());
		for log in &logs {
			let record = decode(kind, log)?;
			if fulfils(&record, &wanted) {
				records.push(record);
			}
		}
		Ok(records)
	}

	/// The values that fields have to have.
	fn wanted<'e>(
		&self,
		origin: &EventOrigin,
		kind: &'e EventType,
		from_card: bool,
	) -> Result<Vec<Wanted<'e>>, EvaluationError> {
		let conditions = origin.conditions.iter().map(|condition| {
			let field = kind.field(&condition.field);
			let field = field.ok_or_else(|| EvaluationError::Unknown(condition.field.clone()))?;
			Ok((field, self.fill(&condition.value, from_card)?))
		});
		conditions.collect()
	}

	/// A value with its placeholders filled. A single placeholder keeps its type.
	fn fill(&self, pieces: &[Piece], from_card: bool) -> Result<Value, EvaluationError> {
		let value = |piece: &Piece| match piece {
			Piece::Text(text) => Ok(Value::Text(text.clone())),
			Piece::Value(reference) => {
				let value = self.value_of(reference, from_card)?;
				value.ok_or_else(|| EvaluationError::Missing(reference.clone()))
			},
		};
		if let [only] = pieces {
			return value(only);
		}
		let texts = pieces.iter().map(|piece| Ok(value(piece)?.to_string()));
		Ok(Value::Text(texts.collect::<Result<String, EvaluationError>>()?))
	}
}

/// The topics to ask for.
fn topics(kind: &EventType, wanted: &[Wanted<'_>]) -> Result<Vec<Option<B256>>, AbiError> {
	let mut topics = vec![Some(kind.topic())];
	for field in kind.fields.iter().filter(|field| field.indexed) {
		let value = wanted.iter().find(|(it, _)| it.name == field.name);
		topics.push(value.map(|(_, value)| abi::topic(value, &field.kind)).transpose()?);
	}
	Ok(topics)
}

/// Whether the fields that are no topics have the values that are wanted: a chain can't be asked for those.
fn fulfils(record: &EventRecord, wanted: &[Wanted<'_>]) -> bool {
	wanted.iter().filter(|(field, _)| !field.indexed).all(|(field, value)| {
		let found = record.iter().find(|(name, _)| *name == field.name).map(|(_, it)| it);
		let same =
			|it: &Value| abi::topic(it, &field.kind).ok() == abi::topic(value, &field.kind).ok();
		found.is_some_and(same) && abi::topic(value, &field.kind).is_ok()
	})
}

/// What an event says. A topic of `string` or `bytes` is the hash of the field, and stays that.
fn decode(kind: &EventType, log: &Log) -> Result<EventRecord, EvaluationError> {
	let shape = |field: &EventField| (field.name.clone(), Shape::Elementary(field.kind.clone()));
	let plain: Vec<_> = kind.fields.iter().filter(|it| !it.indexed).map(shape).collect();
	let mut plain = abi::sequence(&log.data, &plain)?.into_iter();
	let mut topics = log.topics.iter().skip(1);
	let mut record = Vec::with_capacity(kind.fields.len());
	for field in &kind.fields {
		if !field.indexed {
			record.extend(plain.next());
			continue;
		}
		let topic = topics.next().ok_or(EvaluationError::WrongEvent)?;
		let hashed = matches!(field.kind, DynSolType::String | DynSolType::Bytes);
		let kind = if hashed { DynSolType::FixedBytes(32) } else { field.kind.clone() };
		let shape = [(field.name.clone(), Shape::Elementary(kind))];
		record.extend(abi::sequence(topic.as_slice(), &shape)?);
	}
	if topics.next().is_some() {
		return Err(EvaluationError::WrongEvent);
	}
	Ok(record)
}
