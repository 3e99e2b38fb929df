//! What can go wrong with the ledger.

use redb::{CommitError, DatabaseError, StorageError, TableError, TransactionError};
use sp_core::H256;
use std::path::PathBuf;

/// Why the ledger can't be opened, read or written. None of these heals by trying again on the same handle.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
	/// The file can't be opened: in use, damaged, or not such a file.
	#[error("{path} can't be opened: {reason}")]
	Open {
		/// Which file.
		path: PathBuf,
		/// Why.
		reason: Box<DatabaseError>,
	},
	/// The folder can't be made.
	#[error("{path} can't be made: {reason}")]
	Folder {
		/// Which folder.
		path: PathBuf,
		/// Why.
		reason: std::io::Error,
	},
	/// The disk failed, or the file is damaged.
	#[error("the ledger's disk failed: {0}")]
	Disk(Box<StorageError>),
	/// The file belongs to another network.
	#[error("the ledger belongs to the network with genesis {found:?}, not to {expected:?}")]
	OtherGenesis {
		/// The file's.
		found: H256,
		/// This network's.
		expected: H256,
	},
	/// Another version of this program wrote it.
	#[error("the ledger holds what this version can't read, in table {0}")]
	Unreadable(&'static str),
}

impl From<StorageError> for LedgerError {
	fn from(error: StorageError) -> Self {
		Self::Disk(Box::new(error))
	}
}

impl From<TransactionError> for LedgerError {
	fn from(error: TransactionError) -> Self {
		match error {
			TransactionError::Storage(fault) => fault.into(),
			other => StorageError::Corrupted(other.to_string()).into(),
		}
	}
}

impl From<TableError> for LedgerError {
	fn from(error: TableError) -> Self {
		match error {
			TableError::Storage(fault) => fault.into(),
			other => StorageError::Corrupted(other.to_string()).into(),
		}
	}
}

impl From<CommitError> for LedgerError {
	fn from(error: CommitError) -> Self {
		match error {
			CommitError::Storage(fault) => fault.into(),
			other => StorageError::Corrupted(other.to_string()).into(),
		}
	}
}
