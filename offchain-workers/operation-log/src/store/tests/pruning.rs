//! Deleting what is no longer needed.

use super::*;
use futures::{future::join, poll};
use std::{cell::Cell, pin::pin};
use tempfile::tempdir;

async fn filled(store: &Store, entries: u64) {
	let writes = (0..entries).flat_map(pair).collect();
	store.commit(writes).await.unwrap();
}

#[tokio::test]
async fn a_range_is_deleted_and_nothing_else() {
	let folder = tempdir().unwrap();
	let store = open(folder.path());
	filled(&store, 100).await;
	store.prune(Table::Logs, key::interval(10)..key::interval(90)).await.unwrap();
	let left = store.range(Table::Logs, everything(), 200).unwrap();
	let left: Vec<_> = left.into_iter().map(|(key, _)| key).collect();
	let expected: Vec<_> = (0..10).chain(90..100).map(key::interval).collect();
	assert_eq!(left, expected);
	assert_eq!(store.range(Table::Promises, everything(), 200).unwrap().len(), 100);
	assert_eq!(store.shared.metrics.pruned.get(), 80);
}

#[tokio::test]
async fn an_empty_or_reversed_range_deletes_nothing() {
	let folder = tempdir().unwrap();
	let store = open(folder.path());
	filled(&store, 10).await;
	store.prune(Table::Logs, key::interval(5)..key::interval(5)).await.unwrap();
	store.prune(Table::Logs, key::interval(9)..key::interval(1)).await.unwrap();
	store.prune(Table::Logs, key::interval(10)..key::interval(20)).await.unwrap();
	assert_eq!(store.range(Table::Logs, everything(), 20).unwrap().len(), 10);
}

#[tokio::test]
async fn commits_don_t_wait_for_a_large_range() {
	let folder = tempdir().unwrap();
	let limits = StoreLimits { pruned_entries: 10, ..Default::default() };
	let store = open_with(folder.path(), limits);
	filled(&store, 1_000).await;
	let before = transactions(&store);
	let when = Cell::new([0; 2]);
	let note = |place: usize| {
		let mut both = when.get();
		both[place] = transactions(&store) - before;
		when.set(both);
	};
	let prune = async {
		store.prune(Table::Logs, everything()).await.unwrap();
		note(0);
	};
	let commit = async {
		store.commit(vec![Write::put(Table::Promises, *b"x", *b"y")]).await.unwrap();
		note(1);
	};
	join(prune, commit).await;
	let [pruned, committed] = when.get();
	assert!(pruned >= 100, "ten entries in each of {pruned} transactions");
	assert!(committed < pruned / 2, "committed in transaction {committed} of {pruned}");
	assert_eq!(store.range(Table::Logs, everything(), 10).unwrap(), []);
}

#[tokio::test]
async fn pruning_ends_when_nobody_waits_for_it() {
	let folder = tempdir().unwrap();
	let limits = StoreLimits { pruned_entries: 1, ..Default::default() };
	let store = open_with(folder.path(), limits);
	filled(&store, 300).await;
	{
		let mut prune = pin!(store.prune(Table::Logs, everything()));
		assert!(poll!(&mut prune).is_pending());
		store.commit(pair(1_000)).await.unwrap();
	}
	store.commit(pair(1_001)).await.unwrap();
	let left = store.range(Table::Logs, everything(), 400).unwrap().len();
	assert!(left > 200, "{left} entries are left");
	// Every transaction would delete an entry more.
	for number in 1_002..1_012 {
		store.commit(pair(number)).await.unwrap();
	}
	assert_eq!(store.range(Table::Logs, everything(), 400).unwrap().len(), left + 10);
}
