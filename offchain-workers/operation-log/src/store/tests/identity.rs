//! Which files are opened, and which are refused.

use super::*;
use crate::store::{
	table::{format, FORMAT},
	OpenError,
};
use std::fs;
use tempfile::tempdir;

fn refusal(params: &StoreParams) -> OpenError {
	Store::open(params).err().expect("the store is refused")
}

#[test]
fn two_handles_can_t_open_one_file() {
	let folder = tempdir().unwrap();
	let _store = open(folder.path());
	assert!(matches!(refusal(&params(folder.path())), OpenError::InUse { .. }));
}

#[test]
fn the_store_of_another_network_is_refused() {
	let folder = tempdir().unwrap();
	drop(open(folder.path()));
	let other = StoreParams { genesis: H256::zero(), ..params(folder.path()) };
	let refused = refusal(&other);
	let expected = H256::zero();
	assert!(
		matches!(refused, OpenError::OtherGenesis { found, expected: e } if found == genesis() && e == expected)
	);
}

#[test]
fn an_unknown_format_is_refused() {
	let folder = tempdir().unwrap();
	drop(open(folder.path()));
	let database = redb::Database::open(folder.path().join("operations.redb")).unwrap();
	let transaction = database.begin_write().unwrap();
	let later = 2u32.to_le_bytes();
	transaction.open_table(FORMAT).unwrap().insert(format::VERSION, later.as_slice()).unwrap();
	transaction.commit().unwrap();
	drop(database);
	let refused = refusal(&params(folder.path()));
	assert!(matches!(refused, OpenError::UnknownFormat { found: 2, known: 1 }));
}

#[test]
fn a_database_of_somebody_else_is_refused() {
	let folder = tempdir().unwrap();
	let database = redb::Database::create(folder.path().join("operations.redb")).unwrap();
	let transaction = database.begin_write().unwrap();
	transaction.open_table(Table::Logs.definition()).unwrap();
	transaction.commit().unwrap();
	drop(database);
	assert!(matches!(refusal(&params(folder.path())), OpenError::NotAStore { .. }));
}

#[test]
fn a_file_of_another_kind_is_refused_and_not_touched() {
	let folder = tempdir().unwrap();
	let path = folder.path().join("operations.redb");
	let text = "not a database\n".repeat(1_000);
	fs::write(&path, &text).unwrap();
	assert!(matches!(refusal(&params(folder.path())), OpenError::NotAStore { .. }));
	assert_eq!(fs::read_to_string(path).unwrap(), text);
}

#[test]
fn a_directory_that_can_t_be_made_is_an_error() {
	let folder = tempdir().unwrap();
	let file = folder.path().join("file");
	fs::write(&file, "").unwrap();
	assert!(matches!(refusal(&params(&file.join("below"))), OpenError::Io { .. }));
}

#[tokio::test]
async fn an_old_copy_of_the_file_is_refused() {
	let folder = tempdir().unwrap();
	let path = folder.path().join("operations.redb");
	let old = folder.path().join("copy");
	let store = open(folder.path());
	store.commit(pair(1)).await.unwrap();
	drop(store);
	fs::copy(&path, &old).unwrap();
	let store = open(folder.path());
	store.commit(pair(2)).await.unwrap();
	store.commit(pair(3)).await.unwrap();
	drop(store);
	fs::copy(&old, &path).unwrap();
	let refused = refusal(&params(folder.path()));
	assert!(matches!(refused, OpenError::RolledBack { recorded: 3, found: 1, .. }), "{refused}");
}

#[tokio::test]
async fn a_file_that_is_missing_or_empty_is_not_made_anew() {
	let folder = tempdir().unwrap();
	let path = folder.path().join("operations.redb");
	let store = open(folder.path());
	store.commit(pair(1)).await.unwrap();
	drop(store);
	fs::write(&path, "").unwrap();
	let refused = refusal(&params(folder.path()));
	assert!(matches!(refused, OpenError::RolledBack { recorded: 1, found: 0, .. }), "{refused}");
	fs::remove_file(&path).unwrap();
	let refused = refusal(&params(folder.path()));
	assert!(matches!(refused, OpenError::RolledBack { recorded: 1, found: 0, .. }), "{refused}");
	// Whoever accepts the loss removes the mark too.
	fs::remove_file(folder.path().join("operations.mark")).unwrap();
	fs::remove_file(&path).unwrap();
	assert!(!has_pair(&open(folder.path()), 1));
}

#[tokio::test]
async fn a_lost_mark_does_not_stop_a_good_store() {
	let folder = tempdir().unwrap();
	let store = open(folder.path());
	store.commit(pair(1)).await.unwrap();
	drop(store);
	fs::remove_file(folder.path().join("operations.mark")).unwrap();
	assert!(has_pair(&open(folder.path()), 1));
}
