//! Tests of the store: one file per subject.

mod commits;
mod damage;
mod disk;
mod identity;
mod kill;
mod power;
mod pruning;

use super::{key, Store, StoreLimits, StoreParams, Table, Write};
use sp_core::H256;
use std::{ops::Range, path::Path};

fn genesis() -> H256 {
	H256::repeat_byte(9)
}

fn params(directory: &Path) -> StoreParams {
	StoreParams {
		directory: directory.to_owned(),
		genesis: genesis(),
		limits: StoreLimits::default(),
		registry: None,
	}
}

fn open(directory: &Path) -> Store {
	Store::open(&params(directory)).unwrap()
}

fn open_with(directory: &Path, limits: StoreLimits) -> Store {
	Store::open(&StoreParams { limits, ..params(directory) }).unwrap()
}

/// A value that only this number has.
fn value(number: u64) -> Vec<u8> {
	let length = usize::try_from(number % 700).unwrap();
	number.to_le_bytes().into_iter().cycle().take(8 + length).collect()
}

/// A commit of two tables.
fn pair(number: u64) -> Vec<Write> {
	vec![
		Write::put(Table::Logs, key::interval(number), value(number)),
		Write::put(Table::Promises, key::interval(number), value(number + 1)),
	]
}

/// Whether a pair is there: both parts as they were written, or none.
fn has_pair(store: &Store, number: u64) -> bool {
	let log = store.get(Table::Logs, &key::interval(number)).unwrap();
	let promise = store.get(Table::Promises, &key::interval(number)).unwrap();
	assert_eq!(log.is_some(), promise.is_some(), "half of commit {number}");
	let Some((log, promise)) = log.zip(promise) else { return false };
	assert_eq!((log, promise), (value(number), value(number + 1)), "commit {number}");
	true
}

fn everything() -> Range<Vec<u8>> {
	Vec::new()..vec![0xff; 64]
}

fn transactions(store: &Store) -> u64 {
	store.shared.metrics.transactions.get()
}
