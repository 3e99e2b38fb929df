//! Commits per second that are on disk, for 1, 16 and 256 writers at once: with group commit, and with one transaction
//! for each commit.
//!
//! `cargo bench -p smartlayer-operation-log [-- DIRECTORY]`: the directory decides which disk is measured. Both ways take
//! turns, so that a disk that is busy for a while is unfair to neither; the median of the rounds is shown.

use smartlayer_operation_log::store::{Store, StoreLimits, StoreParams, Table, Write};
use sp_core::H256;
use std::{
	env,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};
use tokio::runtime::{Builder, Runtime};

/// About an operation with its signature.
const VALUE_BYTES: usize = 256;

/// How many writers commit at once.
const WRITERS: [u64; 3] = [1, 16, 256];

const ROUNDS: usize = 5;

/// How long a round lasts.
const ROUND: Duration = Duration::from_secs(1);

/// A way to write, and how often it was so fast.
struct Strategy {
	name: &'static str,
	store: Store,
	rates: Vec<f64>,
}

impl Strategy {
	fn new(name: &'static str, directory: &Path, limits: StoreLimits) -> Self {
		let directory = directory.join(name);
		let params = StoreParams { directory, genesis: H256::zero(), limits, registry: None };
		let store = Store::open(&params).expect("a new store opens");
		Self { name, store, rates: Vec::new() }
	}

	/// Lets so many writers commit for a while.
	fn round(&mut self, runtime: &Runtime, writers: u64) {
		let rate = runtime.block_on(commits_per_second(&self.store, writers));
		self.rates.push(rate);
	}

	fn median(&mut self) -> f64 {
		self.rates.sort_by(f64::total_cmp);
		self.rates.get(self.rates.len() / 2).copied().unwrap_or_default()
	}
}

async fn commits_per_second(store: &Store, writers: u64) -> f64 {
	let started = Instant::now();
	let tasks = (0..writers).map(|writer| {
		let store = store.clone();
		tokio::spawn(async move {
			let mut commits = 0u64;
			while started.elapsed() < ROUND {
				let key = [writer.to_be_bytes(), commits.to_be_bytes()].concat();
				let write = Write::put(Table::Logs, key, [7; VALUE_BYTES]);
				store.commit(vec![write]).await.expect("the disk works");
				commits += 1;
			}
			commits
		})
	});
	let mut commits = 0;
	for task in tasks.collect::<Vec<_>>() {
		commits += task.await.expect("no writer panics");
	}
	commits as f64 / started.elapsed().as_secs_f64()
}

fn main() {
	// Cargo adds options of its own.
	let directory = env::args().skip(1).find(|argument| !argument.starts_with('-'));
	let directory = directory.map_or_else(env::temp_dir, PathBuf::from);
	let runtime = Builder::new_multi_thread().worker_threads(2).build().expect("a runtime starts");
	let one_each = StoreLimits { group_commits: 1, ..Default::default() };
	println!("commits of {VALUE_BYTES} bytes per second, on disk, in {}", directory.display());
	for writers in WRITERS {
		let folder = tempfile::tempdir_in(&directory).expect("a directory can be made");
		let mut strategies = [
			Strategy::new("group", folder.path(), StoreLimits::default()),
			Strategy::new("one each", folder.path(), one_each),
		];
		for _ in 0..ROUNDS {
			strategies.iter_mut().for_each(|strategy| strategy.round(&runtime, writers));
		}
		for strategy in &mut strategies {
			let median = strategy.median();
			println!("{writers:>4} writers, {:>8}: {median:>9.0}", strategy.name);
		}
	}
}
