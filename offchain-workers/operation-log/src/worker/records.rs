//! How the engine's records are kept in the store.

use super::wire::{Bad, Checks, WireBatch};
use crate::{
	engine::{Record, Stored},
	store::{
		key::{self, PromiseKind},
		Store, StoreError, Table, Write,
	},
};
use codec::{DecodeAll, Encode};
use smartlayer_operations::FullVector;
use smartlayer_types::{evm::EvmSignature, AccountId};
use sp_core::H256;
use std::{ops::Range, sync::Arc};

/// How many entries are read at a time.
const PAGE: usize = 256;

/// Why what the store holds can't be taken up.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
	/// The store does not answer.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// It holds something that this version can't read.
	#[error("the store holds what this version can't read, under the key {0:02x?}")]
	Unreadable(Vec<u8>),
}

/// What to write for a record.
pub fn write_of(genesis: H256, record: &Record<EvmSignature>) -> Write {
	match record {
		Record::Batch(batch) => {
			let header = &batch.header.statement;
			let hash = header.hash(genesis);
			let key = key::batch(&header.origin, header.incarnation, header.number, &hash);
			Write::put(Table::Logs, key, WireBatch::from(&**batch).encode())
		},
		Record::Vector(vector) => {
			let key = key::promise(vector.vector().interval, PromiseKind::Vector, &[]);
			Write::put(Table::Promises, key, vector.encode())
		},
		Record::Counted(member, vector) => {
			let interval = vector.vector().interval;
			let key = key::promise(interval, PromiseKind::Counted, member.as_ref());
			Write::put(Table::Promises, key, vector.encode())
		},
	}
}

/// Reads everything that is stored. Signatures of anchors were checked before that; those of operations are checked again,
/// on all cores.
pub fn load(store: &Store, checks: &Checks) -> Result<Stored<EvmSignature>, LoadError> {
	let mut stored = Stored::default();
	each(store, Table::Logs, Vec::new()..vec![0xff; 64], |key, value| {
		let batch = WireBatch::decode_all(&mut &*value).map_err(|_| Bad::Malformed);
		match batch.and_then(|it| checks.stored(it)) {
			Ok(batch) => {
				stored.batches.push(Arc::new(batch));
				Ok(())
			},
			Err(_) => Err(LoadError::Unreadable(key)),
		}
	})?;
	each(store, Table::Promises, Vec::new()..vec![0xff; 64], |key, value| {
		let (kind, whose) = (key.get(8).copied(), key.get(9..).unwrap_or_default());
		if kind != Some(PromiseKind::Vector as u8) && kind != Some(PromiseKind::Counted as u8) {
			return Ok(());
		}
		let vector = FullVector::decode_all(&mut &*value).map(Arc::new);
		let member = AccountId::try_from(whose);
		match (vector, member) {
			(Ok(vector), Ok(member)) => stored.counted.push((member, vector)),
			(Ok(vector), Err(())) if whose.is_empty() => stored.vectors.push(vector),
			_ => return Err(LoadError::Unreadable(key)),
		}
		Ok(())
	})?;
	Ok(stored)
}

/// Calls something with every entry of a range, page by page.
fn each(
	store: &Store,
	table: Table,
	mut keys: Range<Vec<u8>>,
	mut visit: impl FnMut(Vec<u8>, Vec<u8>) -> Result<(), LoadError>,
) -> Result<(), LoadError> {
	loop {
		let page = store.range(table, keys.clone(), PAGE)?;
		let Some((last, _)) = page.last() else { return Ok(()) };
		// The next key in order is the last one with a zero byte behind it.
		keys.start = [last.as_slice(), &[0]].concat();
		for (key, value) in page {
			visit(key, value)?;
		}
	}
}
