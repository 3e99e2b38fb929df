//! What can go wrong with the store.

use redb::{CommitError, StorageError, TableError, TransactionError};
use sp_core::H256;
use std::{io, path::PathBuf, sync::Arc};
use substrate_prometheus_endpoint::PrometheusError;

/// Why a store can't be opened. None of these heals by trying again; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
	/// The directory or file can't be made or read.
	#[error("the store in {path} can't be read or made: {reason}")]
	Io { path: PathBuf, reason: io::Error },
	/// Another process, or another handle of this one, holds the file.
	#[error("the store {path} is in use by another process; two nodes must never share one")]
	InUse { path: PathBuf },
	/// The file is no such store, or its beginning is damaged.
	#[error("{path} is not a store of operation logs; move it away if it is not needed")]
	NotAStore { path: PathBuf },
	/// A checksum fails, or a part of the file is missing.
	#[error(
		"the store {path} is damaged ({reason}); restore nothing: move it away, start anew and raise the log's \
		 incarnation on chain"
	)]
	Damaged { path: PathBuf, reason: StorageError },
	/// A later or earlier version of this program wrote the file.
	#[error("the store has format {found}, this version reads format {known}; use the version that wrote it")]
	UnknownFormat { found: u32, known: u32 },
	/// The file belongs to another network.
	#[error("the store belongs to the network with genesis {found:?}, not to {expected:?}")]
	OtherGenesis { found: H256, expected: H256 },
	/// Acknowledged writes are missing: an old copy of the file, or a loss that its checksums don't show.
	#[error(
		"the store {path} ends at commit {found}, but commit {recorded} was acknowledged; it is an old copy or has \
		 lost data: move it and the mark beside it away, start anew and raise the log's incarnation on chain"
	)]
	RolledBack { path: PathBuf, recorded: u64, found: u64 },
	/// The metrics' names are taken: another store registers with the same registry.
	#[error("the store's metrics can't be registered: {0}")]
	Metrics(PrometheusError),
	/// The writing thread could not be started.
	#[error("the store's thread can't be started: {0}")]
	Thread(io::Error),
}

/// Why something was not written or read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
	/// Final, for this commit alone: it is larger than one commit may be. Nothing of it was written.
	#[error("a commit of {bytes} bytes is larger than the {limit} that are allowed")]
	TooLarge { bytes: usize, limit: usize },
	/// Final: the disk failed. Whether the writes of this commit are on disk is unknown until the store is opened again.
	#[error("the disk failed: {0}")]
	Disk(Arc<StorageError>),
	/// Final: the store has stopped before this. Nothing of it was written.
	#[error("the store has stopped")]
	Stopped,
}

impl From<StorageError> for StoreError {
	fn from(error: StorageError) -> Self {
		Self::Disk(Arc::new(error))
	}
}

/// The fault behind an error of redb: its other variants stand for wrong uses of its tables, which a file of the known
/// format can't cause.
pub(super) trait IntoFault {
	/// The fault.
	fn into_fault(self) -> StorageError;
}

impl IntoFault for TransactionError {
	fn into_fault(self) -> StorageError {
		match self {
			Self::Storage(fault) => fault,
			other => StorageError::Corrupted(other.to_string()),
		}
	}
}

impl IntoFault for TableError {
	fn into_fault(self) -> StorageError {
		match self {
			Self::Storage(fault) => fault,
			other => StorageError::Corrupted(other.to_string()),
		}
	}
}

impl IntoFault for CommitError {
	fn into_fault(self) -> StorageError {
		match self {
			Self::Storage(fault) => fault,
			other => StorageError::Corrupted(other.to_string()),
		}
	}
}
