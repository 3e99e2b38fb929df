//! Commits: all or nothing, in order, in groups, bounded.

use super::*;
use crate::store::StoreError;
use futures::{future::join_all, poll, FutureExt};
use std::{pin::pin, time::Duration};
use tempfile::tempdir;

#[tokio::test]
async fn what_was_committed_is_found_after_opening_again() {
	let folder = tempdir().unwrap();
	let store = open(folder.path());
	for number in 0..20 {
		store.commit(pair(number)).await.unwrap();
	}
	drop(store);
	let store = open(folder.path());
	assert!((0..20).all(|number| has_pair(&store, number)));
	assert!(!has_pair(&store, 20));
}

#[tokio::test]
async fn the_last_write_of_a_key_counts() {
	let folder = tempdir().unwrap();
	let store = open(folder.path());
	let put = |value: u8| Write::put(Table::Promises, *b"key", [value]);
	store.commit(vec![put(1), put(2)]).await.unwrap();
	assert_eq!(store.get(Table::Promises, b"key").unwrap(), Some(vec![2]));
	let commits =
		[vec![put(3)], vec![Write::delete(Table::Promises, *b"key")], vec![put(4), put(5)]];
	for outcome in join_all(commits.map(|writes| store.commit(writes))).await {
		outcome.unwrap();
	}
	assert_eq!(store.get(Table::Promises, b"key").unwrap(), Some(vec![5]));
	store.commit(vec![put(6), Write::delete(Table::Promises, *b"key")]).await.unwrap();
	assert_eq!(store.get(Table::Promises, b"key").unwrap(), None);
}

#[tokio::test]
async fn tables_don_t_share_keys() {
	let folder = tempdir().unwrap();
	let store = open(folder.path());
	let writes = Table::ALL.iter().enumerate();
	let writes = writes.map(|(number, table)| Write::put(*table, *b"same", value(number as u64)));
	store.commit(writes.collect()).await.unwrap();
	for (number, table) in Table::ALL.into_iter().enumerate() {
		assert_eq!(store.get(table, b"same").unwrap(), Some(value(number as u64)));
	}
}

#[tokio::test]
async fn ranges_are_ordered_half_open_and_limited() {
	let folder = tempdir().unwrap();
	let store = open(folder.path());
	let writes = (0..300u64).rev().map(|n| Write::put(Table::Logs, key::interval(n), value(n)));
	store.commit(writes.collect()).await.unwrap();
	let keys = key::interval(255)..key::interval(258);
	let entry = |n| (key::interval(n), value(n));
	let found = store.range(Table::Logs, keys.clone(), 10).unwrap();
	assert_eq!(found, [entry(255), entry(256), entry(257)]);
	assert_eq!(store.range(Table::Logs, keys.clone(), 2).unwrap(), found[..2]);
	let reversed = keys.end..keys.start;
	assert_eq!(store.range(Table::Logs, reversed.clone(), 10).unwrap(), []);
}

#[tokio::test]
async fn a_view_stays_as_it_was() {
	let folder = tempdir().unwrap();
	let store = open(folder.path());
	store.commit(pair(1)).await.unwrap();
	let view = store.view().unwrap();
	store.commit(pair(2)).await.unwrap();
	assert_eq!(view.range(Table::Logs, everything(), 10).unwrap().len(), 1);
	assert_eq!(store.range(Table::Logs, everything(), 10).unwrap().len(), 2);
}

#[tokio::test]
async fn concurrent_commits_share_a_flush() {
	let folder = tempdir().unwrap();
	let store = open(folder.path());
	let commits = (0..256).map(|number| store.commit(pair(number)));
	join_all(commits).await.into_iter().for_each(|outcome| outcome.unwrap());
	assert_eq!(store.shared.metrics.commits.get(), 256);
	// One for the first, one for all that came meanwhile, and some slack for a slow start.
	assert!(transactions(&store) <= 16, "{} flushes", transactions(&store));
	assert!((0..256).all(|number| has_pair(&store, number)));
}

#[tokio::test]
async fn a_group_has_no_more_commits_than_allowed() {
	let folder = tempdir().unwrap();
	let limits = StoreLimits { group_commits: 1, ..Default::default() };
	let store = open_with(folder.path(), limits);
	let commits = (0..32).map(|number| store.commit(pair(number)));
	join_all(commits).await.into_iter().for_each(|outcome| outcome.unwrap());
	assert_eq!(transactions(&store), 32);
}

#[tokio::test]
async fn a_group_has_hardly_more_bytes_than_allowed() {
	let folder = tempdir().unwrap();
	let limits = StoreLimits { group_bytes: 2_000, ..Default::default() };
	let store = open_with(folder.path(), limits);
	let big = |n| vec![Write::put(Table::Logs, key::interval(n), vec![1; 1_000])];
	join_all((0..32).map(|n| store.commit(big(n)))).await.into_iter().for_each(|o| o.unwrap());
	assert!(transactions(&store) >= 16);
}

#[tokio::test]
async fn an_empty_commit_waits_for_what_came_before_it() {
	let folder = tempdir().unwrap();
	let store = open(folder.path());
	let mut first = pin!(store.commit(pair(1)));
	assert!(poll!(&mut first).is_pending());
	store.commit(Vec::new()).await.unwrap();
	assert!(has_pair(&store, 1));
	first.await.unwrap();
}

/// Commits wait outside while the thread is held up and the queue is full.
async fn assert_waits_outside(limits: StoreLimits, fit: u64) {
	let folder = tempdir().unwrap();
	// The thread waits for this transaction with one commit in its hands, as many as a group has here.
	let store = open_with(folder.path(), StoreLimits { group_commits: 1, ..limits });
	let hold = store.shared.database.begin_write().unwrap();
	let small = |n: u64| vec![Write::put(Table::Logs, key::interval(n), [0; 92])];
	let mut inside = vec![Box::pin(store.commit(small(0)))];
	assert!(poll!(&mut inside[0]).is_pending());
	let taken = async {
		while store.shared.metrics.queued.get() > 0 {
			tokio::time::sleep(Duration::from_millis(1)).await;
		}
	};
	tokio::time::timeout(Duration::from_secs(60), taken).await.expect("the thread takes it");
	for number in 1..=fit {
		let mut commit = Box::pin(store.commit(small(number)));
		assert!(poll!(&mut commit).is_pending());
		inside.push(commit);
	}
	assert_eq!(store.shared.metrics.queued.get(), fit);
	let mut outside = Box::pin(store.commit(small(fit + 1)));
	assert!(poll!(&mut outside).is_pending());
	assert_eq!(store.shared.metrics.queued.get(), fit, "the queue is full");
	hold.abort().unwrap();
	for commit in inside.into_iter().chain([outside]) {
		commit.await.unwrap();
	}
	assert_eq!(store.range(Table::Logs, everything(), 100).unwrap().len() as u64, fit + 2);
}

#[tokio::test]
async fn no_more_commits_wait_than_allowed() {
	assert_waits_outside(StoreLimits { queued_jobs: 5, ..Default::default() }, 5).await;
}

#[tokio::test]
async fn no_more_bytes_wait_than_allowed() {
	// A hundred bytes each, the one in the thread's hands included.
	assert_waits_outside(StoreLimits { queued_bytes: 450, ..Default::default() }, 3).await;
}

#[tokio::test]
async fn a_commit_that_is_too_large_changes_nothing_and_harms_nobody() {
	let folder = tempdir().unwrap();
	let limits = StoreLimits { commit_bytes: 1_000, ..Default::default() };
	let store = open_with(folder.path(), limits);
	let large =
		vec![Write::put(Table::Logs, *b"a", [0; 500]), Write::put(Table::Logs, *b"b", [0; 500])];
	let refused = store.commit(large).await;
	assert!(matches!(refused, Err(StoreError::TooLarge { bytes: 1_002, limit: 1_000 })));
	assert_eq!(store.range(Table::Logs, everything(), 10).unwrap(), []);
	store.commit(vec![Write::put(Table::Logs, *b"a", [0; 999])]).await.unwrap();
}

#[tokio::test]
async fn no_commit_may_be_larger_than_the_queue() {
	let folder = tempdir().unwrap();
	let limits = StoreLimits { queued_bytes: 100, ..Default::default() };
	let store = open_with(folder.path(), limits);
	let refused = store.commit(vec![Write::put(Table::Logs, *b"a", [0; 100])]).await;
	assert!(matches!(refused, Err(StoreError::TooLarge { bytes: 101, limit: 100 })));
}

#[tokio::test]
async fn what_is_queued_is_written_when_the_last_handle_goes() {
	let folder = tempdir().unwrap();
	let store = open(folder.path());
	for number in 0..30 {
		assert!(store.commit(pair(number)).now_or_never().is_none());
	}
	drop(store);
	let store = open(folder.path());
	assert!((0..30).all(|number| has_pair(&store, number)));
}

#[tokio::test]
async fn metrics_show_what_is_written() {
	let folder = tempdir().unwrap();
	let registry = substrate_prometheus_endpoint::Registry::new();
	let params = StoreParams { registry: Some(registry.clone()), ..params(folder.path()) };
	let store = Store::open(&params).unwrap();
	store.commit(vec![Write::put(Table::Promises, *b"abc", [0; 7])]).await.unwrap();
	let families = registry.gather();
	let count = |name: &str| {
		let family = families.iter().find(|family| family.get_name().ends_with(name)).unwrap();
		family.get_metric()[0].get_counter().get_value()
	};
	assert_eq!(count("store_written_bytes_total"), 10.);
	assert_eq!(count("store_transactions_total"), 1.);
}
