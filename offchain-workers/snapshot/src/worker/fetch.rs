//! Asking other anchors for what is lacking, one after the other, and checking what they send.

use super::{
	body::{check_cut, check_vector, BodyFault},
	build::{are_operations_of, from_claim, Claimed, TakeOverError},
	engine::{Fetched, Rebuilt},
	exchange::Exchange,
	log::WholeCut,
	settled::{Settled, SettledError},
	wire::{read, Answer, Ask, PAGE},
	Product,
};
use codec::Encode;
use smartlayer_commitment::{api::AnchorSet, Change, Cut, Snapshot};
use smartlayer_operations::Operation;
use smartlayer_types::evm::EvmAddress;
use sp_core::H256;
use std::sync::Arc;

/// Why an anchor gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
	/// It does not have it, or does not answer.
	Absent,
	/// It sent what is not what was asked for.
	Lie,
}

/// Asks one anchor.
pub async fn ask<E: Exchange>(exchange: &E, to: EvmAddress, ask: Ask) -> Result<Answer, Nothing> {
	let bytes = exchange.request(to, ask.encode()).await.map_err(|_| Nothing::Absent)?;
	if bytes.len() > E::MAX_ANSWER {
		return Err(Nothing::Lie);
	}
	match read(&bytes) {
		Some(Answer::Nothing) => Err(Nothing::Absent),
		Some(answer) => Ok(answer),
		None => Err(Nothing::Lie),
	}
}

/// Asks for a cut's body until somebody gives it.
pub async fn cut<E: Exchange>(
	exchange: &E,
	genesis: H256,
	hash: H256,
	(interval, set): (u64, &AnchorSet),
	order: &[EvmAddress],
) -> Fetched {
	for anchor in order {
		match cut_from(exchange, genesis, hash, (interval, set), *anchor).await {
			Ok(whole) => return Fetched::Whole(Arc::new(whole)),
			Err(Ok(BodyFault::Unusable)) => return Fetched::Unusable,
			Err(Ok(BodyFault::Lie) | Err(Nothing::Lie)) => exchange.report(*anchor),
			Err(Err(Nothing::Absent)) => {},
		}
	}
	Fetched::Nowhere
}

async fn cut_from<E: Exchange>(
	exchange: &E,
	genesis: H256,
	hash: H256,
	(interval, set): (u64, &AnchorSet),
	from: EvmAddress,
) -> Result<WholeCut, Result<BodyFault, Nothing>> {
	let Answer::Cut(cut) = ask(exchange, from, Ask::Cut { hash }).await.map_err(Err)? else {
		return Err(Ok(BodyFault::Lie));
	};
	check_cut(genesis, hash, (interval, set), &cut).map_err(Ok)?;
	let mut vectors = Vec::with_capacity(cut.vectors.len());
	while let Some(rest) = cut.vectors.get(vectors.len()..).filter(|it| !it.is_empty()) {
		let next = u32::try_from(vectors.len()).unwrap_or(u32::MAX);
		let request = Ask::Vectors { hash, from: next };
		let Answer::Vectors(part) = ask(exchange, from, request).await.map_err(Err)? else {
			return Err(Ok(BodyFault::Lie));
		};
		if part.is_empty() || part.len() > rest.len() {
			return Err(Ok(BodyFault::Lie));
		}
		for (counted, vector) in rest.iter().zip(&part) {
			check_vector(genesis, set, &cut, counted, vector).map_err(Ok)?;
		}
		vectors.extend(part);
	}
	Ok(WholeCut { cut: *cut, vectors })
}

/// Asks for a settled interval until somebody gives it.
pub async fn settled_interval<E: Exchange>(
	exchange: &E,
	genesis: H256,
	snapshot: &Snapshot,
	order: &[EvmAddress],
	settled: &Settled,
) -> Result<Option<Rebuilt<Product>>, SettledError> {
	for anchor in order {
		let claimed = match interval_from(exchange, snapshot, *anchor).await {
			Ok(claimed) => claimed,
			Err(Nothing::Lie) => {
				exchange.report(*anchor);
				continue;
			},
			Err(Nothing::Absent) => continue,
		};
		let (snapshot, settled) = (snapshot.clone(), settled.clone());
		let check = move || from_claim(genesis, &snapshot, claimed, &settled);
		match super::blocking(check).await {
			Ok(rebuilt) => return Ok(Some(rebuilt)),
			Err(TakeOverError::Lie) => exchange.report(*anchor),
			Err(TakeOverError::Own(failure)) => return Err(failure),
		}
	}
	Ok(None)
}

async fn interval_from<E: Exchange>(
	exchange: &E,
	snapshot: &Snapshot,
	from: EvmAddress,
) -> Result<Claimed, Nothing> {
	let interval = snapshot.interval;
	let (cut, count) = settled_cut(exchange, interval, from).await?;
	// Each operation changes at most one instance.
	if count > snapshot.body.operation_count {
		return Err(Nothing::Lie);
	}
	let operations = operations(exchange, snapshot, from).await?;
	let ask = |page| Ask::Changes { interval, page };
	let changes: Vec<Change> = pages(exchange, from, count, ask, |it| match it {
		Answer::Changes(part) => Some(part),
		_ => None,
	})
	.await?;
	Ok(Claimed { cut, operations, changes })
}

/// The cut of a settled interval, and how many instances the interval changed.
pub async fn settled_cut<E: Exchange>(
	exchange: &E,
	interval: u64,
	from: EvmAddress,
) -> Result<(Cut, u64), Nothing> {
	match ask(exchange, from, Ask::Settled { interval }).await? {
		Answer::Settled(cut, changes) => Ok((*cut, changes)),
		_ => Err(Nothing::Lie),
	}
}

/// The operations of a confirmed snapshot, checked.
pub async fn operations<E: Exchange>(
	exchange: &E,
	snapshot: &Snapshot,
	from: EvmAddress,
) -> Result<Vec<Operation>, Nothing> {
	let interval = snapshot.interval;
	let ask = |page| Ask::Operations { interval, page };
	let count = snapshot.body.operation_count;
	let operations = pages(exchange, from, count, ask, |it| match it {
		Answer::Operations(part) => Some(part),
		_ => None,
	})
	.await?;
	let snapshot = snapshot.clone();
	let check = move || are_operations_of(&snapshot, &operations).then_some(operations);
	super::blocking(check).await.ok_or(Nothing::Lie)
}

/// Asks for pages of which all but the last are full.
async fn pages<E: Exchange, T>(
	exchange: &E,
	from: EvmAddress,
	count: u64,
	request: impl Fn(u32) -> Ask,
	part: impl Fn(Answer) -> Option<Vec<T>>,
) -> Result<Vec<T>, Nothing> {
	let mut items = Vec::new();
	let count = usize::try_from(count).map_err(|_| Nothing::Lie)?;
	for page in 0u32.. {
		let wanted = count.saturating_sub(items.len()).min(PAGE);
		if wanted == 0 {
			break;
		}
		let part = part(ask(exchange, from, request(page)).await?).ok_or(Nothing::Lie)?;
		if part.len() != wanted {
			return Err(Nothing::Lie);
		}
		items.extend(part);
	}
	Ok(items)
}
