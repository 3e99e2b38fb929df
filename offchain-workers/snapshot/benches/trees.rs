//! Building trees beside the crates that others use: the same leaves, in one run, in turns.
//!
//! `cargo bench -p smartlayer-snapshot --bench trees` prints a table of medians and ratios, then criterion's measurements of
//! proofs. `TREE_LEAVES=10000000` adds a second table of ours alone for so many leaves.

use criterion::{criterion_group, Criterion};
use nix::time::{clock_gettime, ClockId};
use p3_keccak::Keccak256Hash;
use p3_matrix::dense::RowMajorMatrix;
use p3_symmetric::CompressionFunctionFromHasher;
use rayon::{prelude::*, ThreadPool, ThreadPoolBuilder};
use rs_merkle::algorithms::Keccak256;
use smartlayer_commitment::build::{hash_many, HistoryTree, MerkleTree, Node, OperationsTree};
use smartlayer_operations::Operation;
use smartlayer_types::AccountId;
use sp_core::{H256, U256};
use sp_io::hashing::keccak_256;
use std::{
	env,
	hint::black_box,
	time::{Duration, Instant},
};

/// Leaves of the comparison.
const LEAVES: usize = 1_000_000;

/// How often each builder has its turn.
const ROUNDS: usize = 5;

/// Bytes of the pre-image of an operation's leaf.
const PREIMAGE: usize = 320;

/// A builder with a name, and what it took in each turn.
struct Builder<'a> {
	name: &'static str,
	build: Box<dyn FnMut() -> Took + 'a>,
	times: Vec<Took>,
}

impl<'a> Builder<'a> {
	fn new(name: &'static str, build: impl FnMut() -> Took + 'a) -> Self {
		Self { name, build: Box::new(build), times: Vec::new() }
	}

	/// The median of one of the times, in seconds.
	fn median(&self, which: fn(&Took) -> Duration) -> f64 {
		let mut times: Vec<_> = self.times.iter().map(which).collect();
		times.sort_unstable();
		times[times.len() / 2].as_secs_f64()
	}
}

/// Gives each builder its turns, and prints what the first one took in relation to the others.
fn compare(title: &str, unit: (&str, usize), mut builders: Vec<Builder>) {
	for _ in 0..ROUNDS {
		for builder in &mut builders {
			let time = (builder.build)();
			builder.times.push(time);
		}
	}
	let (wall, processor) = (|it: &Took| it.wall, |it: &Took| it.processor);
	let first = (builders[0].median(wall), builders[0].median(processor));
	println!(
		"\n{title}: time, then processor time of all threads, and how much faster than the first"
	);
	for builder in &builders {
		let (seconds, busy) = (builder.median(wall), builder.median(processor));
		let (name, each, of) = (builder.name, 1e9 / unit.1 as f64, unit.0);
		println!(
			"  {name:42} {:8.1} ns/{of} {:6.2} x   processor {:8.1} ns/{of} {:6.2} x",
			seconds * each,
			first.0 / seconds,
			busy * each,
			first.1 / busy
		);
	}
}

/// What a piece of work took. The processor's time is the fairer one where others are at work beside.
struct Took {
	wall: Duration,
	processor: Duration,
}

/// The time that all threads of this process have used so far.
fn processor_time() -> Duration {
	clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("a clock").into()
}

/// What a piece of work takes; what it gives is dropped outside of it.
fn time<T>(work: impl FnOnce() -> T) -> Took {
	let (start, busy) = (Instant::now(), processor_time());
	let result = black_box(work());
	let took = Took { wall: start.elapsed(), processor: processor_time() - busy };
	drop(result);
	took
}

fn threads(count: usize) -> ThreadPool {
	ThreadPoolBuilder::new().num_threads(count).build().expect("threads")
}

fn operations(count: usize) -> Vec<Operation> {
	let operation = |index: u64| Operation {
		class: 1 + (index / 10_000) as u32,
		instance: U256::from(index),
		seq: index % 3,
		kind: (index % 5) as u8,
		actor: AccountId::new([index as u8; 32]),
		to: AccountId::new([0; 32]),
		data: H256::from_low_u64_be(index),
		time_ms: index,
	};
	(0..count as u64).into_par_iter().map(operation).collect()
}

/// Pre-images of leaves, end to end.
fn preimages(count: usize) -> Vec<u8> {
	let mut bytes = vec![0; count * PREIMAGE];
	bytes.par_chunks_mut(PREIMAGE).enumerate().for_each(|(index, preimage)| {
		for (word, bytes) in preimage.chunks_mut(32).enumerate() {
			bytes[24..].copy_from_slice(&(index as u64 * 31 + word as u64).to_be_bytes());
		}
	});
	bytes
}

/// The hashes that others may use, and ours, on one thread.
fn hashes() {
	const COUNT: usize = 1 << 16;
	let input = preimages(COUNT / 5);
	let messages = || input.chunks_exact(64).take(COUNT);
	let each = |hash: fn(&[u8]) -> Node| time(|| messages().map(hash).collect::<Vec<_>>());
	let asm = |message: &[u8]| keccak_asm::Keccak256::digest(message).into();
	let tiny = |message: &[u8]| {
		use tiny_keccak::Hasher;
		let (mut hasher, mut hash) = (tiny_keccak::Keccak::v256(), [0; 32]);
		hasher.update(message);
		hasher.finalize(&mut hash);
		hash
	};
	let sha3 = |message: &[u8]| {
		use sha3::Digest;
		sha3::Keccak256::digest(message).into()
	};
	let ours = || {
		let count = input.len() / 64;
		let mut hashes = vec![[0; 32]; count.min(COUNT)];
		time(|| hash_many(&input[..hashes.len() * 64], &mut hashes))
	};
	compare(
		"Keccak-256 of 64 bytes, one thread",
		("hash", messages().count()),
		vec![
			Builder::new("sha3 0.10 (in the SDK)", || each(sha3)),
			Builder::new("tiny-keccak 2", || each(tiny)),
			Builder::new("keccak-asm 0.1", || each(asm)),
			Builder::new("ours (p3-keccak, all lanes)", ours),
		],
	);
}

type P3Tree = p3_merkle_tree::MerkleTree<u8, u8, RowMajorMatrix<u8>, 2, 32>;

fn p3_tree(rows: Vec<u8>, width: usize) -> P3Tree {
	let compress = CompressionFunctionFromHasher::<Keccak256Hash, 2, 32>::new(Keccak256Hash);
	let matrix = RowMajorMatrix::new(rows, width);
	P3Tree::new::<u8, u8, _, _>(&Keccak256Hash, &compress, vec![matrix])
}

/// Leaves from their pre-images, and the tree.
fn ours(preimages: &[u8], count: usize) -> MerkleTree {
	let mut leaves = MerkleTree::list_for(count);
	leaves.resize(count, [0; 32]);
	let chunks = preimages.par_chunks(1024 * PREIMAGE).zip(leaves.par_chunks_mut(1024));
	chunks.for_each(|(preimages, leaves)| hash_many(preimages, leaves));
	MerkleTree::build(leaves)
}

fn from_preimages() {
	let (one, two) = (threads(1), threads(2));
	let bytes = preimages(LEAVES);
	let rs = || {
		let leaves: Vec<Node> =
			bytes.chunks(PREIMAGE).map(<Keccak256 as rs_merkle::Hasher>::hash).collect();
		rs_merkle::MerkleTree::<Keccak256>::from_leaves(&leaves)
	};
	let binary = || {
		binary_merkle_tree::merkle_root::<sp_runtime::traits::Keccak256, _>(bytes.chunks(PREIMAGE))
	};
	let p3 = |pool: &ThreadPool| {
		let rows = bytes.clone();
		time(|| pool.install(|| p3_tree(rows, PREIMAGE)))
	};
	compare(
		"1,000,000 leaves of 320 bytes, hashed, and the tree over them",
		("leaf", LEAVES),
		vec![
			Builder::new("binary-merkle-tree 16, root only, 1 thread", || time(binary)),
			Builder::new("rs_merkle 1.5, 1 thread", || time(rs)),
			Builder::new("p3-merkle-tree 0.9, 1 thread", || p3(&one)),
			Builder::new("p3-merkle-tree 0.9, 2 threads", || p3(&two)),
			Builder::new("ours, 1 thread", || time(|| one.install(|| ours(&bytes, LEAVES)))),
			Builder::new("ours, 2 threads", || time(|| two.install(|| ours(&bytes, LEAVES)))),
		],
	);
}

fn from_hashes() {
	let (one, two) = (threads(1), threads(2));
	let leaves: Vec<Node> =
		(0..LEAVES).into_par_iter().map(|it| keccak_256(&it.to_le_bytes())).collect();
	let binary = || {
		let leaves: Vec<H256> = leaves.iter().map(|leaf| H256(*leaf)).collect();
		time(|| binary_merkle_tree::merkle_root_raw::<sp_runtime::traits::Keccak256, _>(leaves))
	};
	let rs = || rs_merkle::MerkleTree::<Keccak256>::from_leaves(&leaves);
	let ours = |pool: &ThreadPool| {
		let mut list = MerkleTree::list_for(LEAVES);
		list.extend_from_slice(&leaves);
		time(|| pool.install(|| MerkleTree::build(list)))
	};
	compare(
		"1,000,000 leaves that are hashes, the tree over them",
		("leaf", LEAVES),
		vec![
			Builder::new("binary-merkle-tree 16, root only, 1 thread", binary),
			Builder::new("rs_merkle 1.5, 1 thread", || time(rs)),
			Builder::new("ours, 1 thread", || ours(&one)),
			Builder::new("ours, 2 threads", || ours(&two)),
		],
	);
}

/// Our trees of operations beside as many hashes and nothing else.
fn from_operations(count: usize) {
	let two = threads(2);
	let operations = operations(count);
	let bytes = preimages(1024);
	// Three permutations for a leaf and one for a node above: as many as in 320 and 64 bytes.
	let hashes_only = || {
		time(|| {
			two.install(|| {
				(0..count.div_ceil(1024)).into_par_iter().for_each(|_| {
					let mut hashes = [[0; 32]; 1024];
					hash_many(&bytes, &mut hashes);
					hash_many(&bytes[..1024 * 64], &mut hashes);
					black_box(hashes);
				});
			});
		})
	};
	let tree = || time(|| two.install(|| OperationsTree::build(7, &operations, |it| it)));
	compare(
		&format!("{count} operations, 2 threads"),
		("leaf", count),
		vec![
			Builder::new("the hashes alone", hashes_only),
			Builder::new("the operations tree with all levels", tree),
		],
	);
}

/// What follows building.
fn proofs(criterion: &mut Criterion) {
	let leaves: Vec<Node> =
		(0..LEAVES).into_par_iter().map(|it| keccak_256(&it.to_le_bytes())).collect();
	let (mut history, mut at) = (HistoryTree::default(), 0);
	leaves.iter().take(500_000).for_each(|leaf| history.append(H256(*leaf)));
	let tree = MerkleTree::build(leaves);
	let mut next = move || {
		at = (at + 7_919_317) % LEAVES;
		at
	};
	criterion.bench_function("path of any of 1,000,000 leaves", |bencher| {
		bencher.iter(|| tree.path(black_box(next())));
	});
	criterion.bench_function("history path under any of 500,000 snapshots", |bencher| {
		bencher.iter(|| history.path(black_box(next() % 250_000), 499_999));
	});
}

criterion_group!(micro, proofs);

fn main() {
	hashes();
	from_hashes();
	from_preimages();
	from_operations(LEAVES);
	if let Some(count) = env::var("TREE_LEAVES").ok().and_then(|it| it.parse().ok()) {
		from_operations(count);
	}
	micro();
}
