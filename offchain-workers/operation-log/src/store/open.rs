//! Opening the file: locked, verified, of the right format and network, and not older than it should be.

use super::{
	error::IntoFault,
	metrics::Metrics,
	table::{format, FORMAT, FORMAT_VERSION},
	witness::Witness,
	writer::Writer,
	OpenError, Shared, Store, Table,
};
use redb::{Builder, Database, DatabaseError, ReadableDatabase, StorageError, TableError};
use sp_core::H256;
use std::{
	fs::{self, File},
	io::{self, ErrorKind},
	path::{Path, PathBuf},
	sync::Arc,
	thread,
};
use substrate_prometheus_endpoint::Registry;
use tokio::sync::{mpsc, Semaphore};

/// The store's file in its directory.
const FILE: &str = "operations.redb";

/// The mark beside it, see `witness`.
const MARK: &str = "operations.mark";

/// What a store needs.
#[derive(Clone)]
pub struct StoreParams {
	/// Directory for the store alone, in the node's base path. It is made if it is missing.
	pub directory: PathBuf,
	/// Genesis hash of the network: a store serves one network.
	pub genesis: H256,
	/// Bounds.
	pub limits: StoreLimits,
	/// Where metrics are registered.
	pub registry: Option<Registry>,
}

/// Bounds of a store.
#[derive(Clone, Copy, Debug)]
pub struct StoreLimits {
	/// How many commits and prunes may wait; further ones wait outside.
	pub queued_jobs: usize,
	/// How many bytes of keys and values may wait; further commits wait outside.
	pub queued_bytes: usize,
	/// How many bytes one commit may have; at most `queued_bytes` count.
	pub commit_bytes: usize,
	/// How many commits share a transaction at most.
	pub group_commits: usize,
	/// How many bytes are enough for a transaction: no further commit joins it then.
	pub group_bytes: usize,
	/// How many entries one transaction prunes at most, beside its commits.
	pub pruned_entries: usize,
	/// How many bytes of the file are kept in memory.
	pub cache_bytes: usize,
}

impl Default for StoreLimits {
	fn default() -> Self {
		Self {
			queued_jobs: 4_096,
			queued_bytes: 64 << 20,
			commit_bytes: 16 << 20,
			group_commits: 1_024,
			group_bytes: 16 << 20,
			pruned_entries: 1_000,
			cache_bytes: 64 << 20,
		}
	}
}

impl StoreLimits {
	/// The same, with every bound large enough for work to go on.
	fn sane(self) -> Self {
		let queued_bytes = self.queued_bytes.clamp(1, u32::MAX as usize);
		Self {
			queued_jobs: self.queued_jobs.max(1),
			queued_bytes,
			commit_bytes: self.commit_bytes.min(queued_bytes),
			group_commits: self.group_commits.max(1),
			group_bytes: self.group_bytes.max(1),
			pruned_entries: self.pruned_entries.max(1),
			cache_bytes: self.cache_bytes,
		}
	}
}

/// Opens or makes the store in its directory.
pub(super) fn open(params: &StoreParams) -> Result<Store, OpenError> {
	let directory = &params.directory;
	let unreadable = |reason| OpenError::Io { path: directory.clone(), reason };
	fs::create_dir_all(directory).map_err(unreadable)?;
	let path = directory.join(FILE);
	let database = builder(&params.limits).create(&path).map_err(|error| refusal(error, &path))?;
	// Locked by now: nobody else writes the mark.
	let (witness, recorded) =
		Witness::open(&directory.join(MARK), params.genesis).map_err(unreadable)?;
	// The names of new files are durable only with their directory.
	File::open(directory).and_then(|names| names.sync_all()).map_err(unreadable)?;
	start(database, &path, (witness, recorded), params)
}

/// How every file of a store is opened.
pub(super) fn builder(limits: &StoreLimits) -> Builder {
	let mut builder = Builder::new();
	builder.set_cache_size(limits.cache_bytes);
	// Not only after a crash: a file that was closed well may be damaged later.
	builder.set_check_integrity_on_open(true);
	builder
}

/// Checks what an open file says of itself and starts the thread that writes it.
pub(super) fn start(
	database: Database,
	path: &Path,
	(witness, recorded): (Witness, u64),
	params: &StoreParams,
) -> Result<Store, OpenError> {
	let sequence = match identify(&database, path, params.genesis)? {
		Some(sequence) => sequence,
		None if recorded == 0 => {
			initialise(&database, params.genesis).map_err(|fault| damaged(path, fault))?;
			0
		},
		None => 0,
	};
	if sequence < recorded {
		return Err(OpenError::RolledBack { path: path.to_owned(), recorded, found: sequence });
	}
	let limits = params.limits.sane();
	let metrics = Metrics::new(params.registry.as_ref()).map_err(OpenError::Metrics)?;
	let database = Arc::new(database);
	let (jobs, queue) = mpsc::channel(limits.queued_jobs);
	let writer = Writer::new(database.clone(), queue, (witness, sequence), limits, metrics.clone());
	let thread = thread::Builder::new()
		.name("operation-store".into())
		.spawn(move || writer.run())
		.map_err(OpenError::Thread)?;
	let room = Arc::new(Semaphore::new(limits.queued_bytes));
	let shared = Shared { jobs: Some(jobs), room, limits, database, metrics, thread: Some(thread) };
	Ok(Store { shared: Arc::new(shared) })
}

/// The number of the last transaction in a store of this format and network; `None` if the file is new.
fn identify(database: &Database, path: &Path, genesis: H256) -> Result<Option<u64>, OpenError> {
	let foreign = || OpenError::NotAStore { path: path.to_owned() };
	let fault = |fault| damaged(path, fault);
	let transaction = database.begin_read().map_err(|error| fault(error.into_fault()))?;
	let table = match transaction.open_table(FORMAT) {
		Ok(table) => table,
		Err(TableError::TableDoesNotExist(_)) => {
			let mut tables = transaction.list_tables().map_err(fault)?;
			return if tables.next().is_none() { Ok(None) } else { Err(foreign()) };
		},
		Err(TableError::Storage(reason)) => return Err(fault(reason)),
		Err(_other) => return Err(foreign()),
	};
	let version = table.get(format::VERSION).map_err(fault)?.ok_or_else(foreign)?;
	let version = version.value().try_into().map(u32::from_le_bytes).map_err(|_| foreign())?;
	if version != FORMAT_VERSION {
		return Err(OpenError::UnknownFormat { found: version, known: FORMAT_VERSION });
	}
	let found = table.get(format::GENESIS).map_err(fault)?.ok_or_else(foreign)?;
	let found = <[u8; 32]>::try_from(found.value()).map(H256).map_err(|_| foreign())?;
	if found != genesis {
		return Err(OpenError::OtherGenesis { found, expected: genesis });
	}
	let sequence = table.get(format::SEQUENCE).map_err(fault)?.ok_or_else(foreign)?;
	let sequence = sequence.value().try_into().map(u64::from_le_bytes).map_err(|_| foreign())?;
	Ok(Some(sequence))
}

/// Writes the tables of a new store.
fn initialise(database: &Database, genesis: H256) -> Result<(), StorageError> {
	let mut transaction = database.begin_write().map_err(IntoFault::into_fault)?;
	transaction.set_two_phase_commit(true);
	for table in Table::ALL {
		transaction.open_table(table.definition()).map_err(IntoFault::into_fault)?;
	}
	{
		let mut table = transaction.open_table(FORMAT).map_err(IntoFault::into_fault)?;
		table.insert(format::VERSION, FORMAT_VERSION.to_le_bytes().as_slice())?;
		table.insert(format::GENESIS, genesis.as_bytes())?;
		table.insert(format::SEQUENCE, 0u64.to_le_bytes().as_slice())?;
	}
	transaction.commit().map_err(IntoFault::into_fault)
}

/// What a failure to open means for whoever runs the node.
pub(super) fn refusal(error: DatabaseError, path: &Path) -> OpenError {
	let path = path.to_owned();
	match error {
		DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
			OpenError::InUse { path }
		},
		DatabaseError::UpgradeRequired(_) => OpenError::NotAStore { path },
		DatabaseError::Storage(StorageError::Io(reason)) => not_read(reason, path),
		DatabaseError::Storage(reason) => OpenError::Damaged { path, reason },
		other => OpenError::Damaged { path, reason: StorageError::Corrupted(other.to_string()) },
	}
}

fn not_read(reason: io::Error, path: PathBuf) -> OpenError {
	match reason.kind() {
		// redb's words for a file that does not begin as its files do.
		ErrorKind::InvalidData => OpenError::NotAStore { path },
		ErrorKind::UnexpectedEof => OpenError::Damaged { path, reason: StorageError::Io(reason) },
		_ => OpenError::Io { path, reason },
	}
}

fn damaged(path: &Path, reason: StorageError) -> OpenError {
	OpenError::Damaged { path: path.to_owned(), reason }
}
