//! What this anchor answers when others ask.

use super::{
	log::WholeCut,
	settled::{Settled, SettledError},
	wire::{Answer, Ask, SNAPSHOTS, VECTOR_BYTES},
};
use codec::Encode;
use std::sync::Arc;

/// The answer from a cut's body, which the engine holds.
pub fn from_body(ask: &Ask, whole: &WholeCut) -> Answer {
	match ask {
		Ask::Cut { .. } => Answer::Cut(Box::new(whole.cut.clone())),
		Ask::Vectors { from, .. } => {
			let rest = usize::try_from(*from).ok().and_then(|it| whole.vectors.get(it..));
			let (mut part, mut bytes) = (Vec::new(), 0);
			for vector in rest.unwrap_or_default() {
				if bytes >= VECTOR_BYTES {
					break;
				}
				bytes += vector.encoded_size();
				part.push(Arc::clone(vector));
			}
			if part.is_empty() {
				return Answer::Nothing;
			}
			Answer::Vectors(part)
		},
		_ => Answer::Nothing,
	}
}

/// The answer from what is settled. Reads up to some megabytes from the disk.
pub fn from_settled(ask: &Ask, settled: &Settled) -> Result<Answer, SettledError> {
	let ledger = settled.ledger();
	let answer = match *ask {
		Ask::Cut { .. } | Ask::Vectors { .. } => None,
		Ask::Settled { interval } => {
			ledger.cut(interval)?.map(|it| Answer::Settled(Box::new(it.cut), it.changes))
		},
		Ask::Operations { interval, page } => {
			ledger.operations(interval, page)?.map(Answer::Operations)
		},
		Ask::Changes { interval, page } => ledger.changes(interval, page)?.map(Answer::Changes),
		Ask::Snapshots { from } => {
			let snapshots = ledger.snapshots(from, SNAPSHOTS)?;
			(!snapshots.is_empty()).then_some(Answer::Snapshots(snapshots))
		},
		Ask::State { interval, from } => settled.with_tree(|tree| {
			// Of the newest state only: the tree is changed in place.
			if tree.interval() != interval || interval == 0 {
				return Ok(None);
			}
			Ok::<_, SettledError>(tree.chunk(from)?.map(|it| Answer::State(Box::new(it))))
		})?,
	};
	Ok(answer.unwrap_or(Answer::Nothing))
}
