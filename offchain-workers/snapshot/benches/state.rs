//! The state tree on disk: filling a folder, and the changes of an interval to one leaf in a hundred.
//!
//! `cargo bench -p smartlayer-snapshot --bench state` with ten million instances takes some 3 GB of disk and 2 GB of
//! memory, most of which is the benchmark's own list of leaves. `STATE_LEAVES` and `STATE_FOLDER` change number and place.

use nix::time::{clock_gettime, ClockId};
use rayon::prelude::*;
use smartlayer_commitment::{
	build::{hash_preimages, put},
	Change, StateLeaf,
};
use smartlayer_operations::InstanceState;
use smartlayer_snapshot::state::{StateTree, StateWriter};
use smartlayer_types::AccountId;
use sp_core::U256;
use std::{
	env, fs,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

/// Intervals that are applied and committed.
const INTERVALS: u64 = 7;

/// Leaves that are pushed together.
const BATCH: usize = 1 << 16;

fn instance(index: u64) -> (u32, U256) {
	(1 + (index % 1000) as u32, U256::from(index / 1000))
}

fn state(number: u64) -> InstanceState {
	let holder = AccountId::new([number as u8; 32]);
	InstanceState { mask: number as u32, ever: number as u32, holder, next_seq: number }
}

/// Keys of all instances, each with the next larger one.
fn links(count: u64) -> (Vec<[u8; 32]>, Vec<[u8; 32]>) {
	let indices: Vec<u64> = (0..count).collect();
	let mut keys = vec![[0; 32]; indices.len()];
	hash_preimages(&indices, &mut keys, |index, preimage: &mut [u8; 64]| {
		let (class, instance) = instance(*index);
		put(preimage, 0, &class.to_be_bytes());
		put(preimage, 1, &instance.to_big_endian());
	});
	let mut order: Vec<u32> = (0..count as u32).collect();
	order.par_sort_unstable_by_key(|index| keys[*index as usize]);
	let mut next = vec![[0xff; 32]; indices.len() + 1];
	next[0] = keys[order[0] as usize];
	for pair in order.windows(2) {
		next[1 + pair[0] as usize] = keys[pair[1] as usize];
	}
	(keys, next)
}

fn leaf(index: u64, key: &[u8; 32], next: &[u8; 32]) -> StateLeaf {
	let ((class, instance), state) = (instance(index), state(index));
	StateLeaf {
		key: U256::from_big_endian(key),
		class,
		instance,
		mask: state.mask,
		ever: state.ever,
		holder: state.holder,
		next_seq: state.next_seq,
		next_key: U256::from_big_endian(next),
	}
}

/// Time, and processor time of all threads, in seconds.
#[derive(Clone, Copy, Default)]
struct Took {
	wall: f64,
	processor: f64,
}

/// The time that all threads of this process have used so far.
fn processor_time() -> Duration {
	clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("a clock").into()
}

/// Does some work; what it takes is added.
fn timed<T>(took: &mut Took, work: impl FnOnce() -> T) -> T {
	let (start, busy) = (Instant::now(), processor_time());
	let result = work();
	took.wall += start.elapsed().as_secs_f64();
	took.processor += (processor_time() - busy).as_secs_f64();
	result
}

/// Fills a folder; what that took, without the making of the leaves.
fn fill(folder: &Path, count: u64) -> (StateTree, Took) {
	let (keys, next) = links(count);
	let mut writer = StateWriter::create(folder).expect("an empty folder");
	let mut took = Took::default();
	let mut first =
		vec![StateLeaf { next_key: U256::from_big_endian(&next[0]), ..StateLeaf::first() }];
	for from in (0..count as usize).step_by(BATCH) {
		let to = (from + BATCH).min(count as usize);
		let leaves = (from..to).into_par_iter().map(|it| leaf(it as u64, &keys[it], &next[it + 1]));
		let leaves: Vec<_> = first.drain(..).chain(leaves.collect::<Vec<_>>()).collect();
		timed(&mut took, || writer.push(&leaves)).expect("room");
	}
	let tree = timed(&mut took, || writer.finish(1)).expect("room");
	(tree, took)
}

/// Changes to some instances that are there, and a tenth as many that are new, in order.
fn changes(interval: u64, count: u64, leaves: u64, with_new: bool) -> Vec<Change> {
	let new = if with_new { count / 10 } else { 0 };
	let spread = leaves / (count - new);
	let old = (0..count - new).map(|it| it * spread + interval * 7919 % spread);
	let new = (0..new).map(|it| leaves + interval * count + it);
	let mut changes: Vec<_> =
		old.chain(new).map(|index| (instance(index), state(index + interval))).collect();
	changes.sort_by_key(|it| it.0);
	changes.dedup_by_key(|it| it.0);
	changes
}

fn median(times: &[Took], which: fn(&Took) -> f64) -> f64 {
	let mut times: Vec<_> = times.iter().map(which).collect();
	times.sort_by(f64::total_cmp);
	times[times.len() / 2]
}

/// The most memory that the process had, in megabytes.
fn memory() -> u64 {
	let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
	let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
	let kilobytes = line.and_then(|it| it.trim().strip_suffix(" kB")?.parse::<u64>().ok());
	kilobytes.unwrap_or(0) / 1024
}

fn intervals(tree: &mut StateTree, leaves: u64, with_new: bool, built: Took) {
	let (mut applied, mut committed) = (Vec::new(), Vec::new());
	for _ in 0..INTERVALS {
		let interval = tree.interval() + 1;
		let changes = changes(interval, leaves / 100, leaves, with_new);
		let (mut apply, mut commit) = (Took::default(), Took::default());
		let overlay = timed(&mut apply, || tree.apply(&changes)).expect("changes in order");
		let root = overlay.root();
		timed(&mut commit, || tree.commit(overlay, interval, root)).expect("room");
		applied.push(apply);
		committed.push(commit);
	}
	println!("changes to 1 %, {} new:", if with_new { "a tenth of them" } else { "none of them" });
	type Column = (&'static str, fn(&Took) -> f64);
	let columns: [Column; 2] = [("time", |it| it.wall), ("processor", |it| it.processor)];
	for (name, which) in columns {
		let (apply, commit) = (median(&applied, which), median(&committed, which));
		let (root, both) = (apply / which(&built), (apply + commit) / which(&built));
		println!("  {name:9} root {apply:.3} s, commit {commit:.3} s; of building {root:.4}, both {both:.4}");
	}
}

fn main() {
	let number = |name: &str| env::var(name).ok().and_then(|it| it.parse().ok());
	let count = number("STATE_LEAVES").unwrap_or(10_000_000);
	let place = env::var("STATE_FOLDER").map_or_else(|_| env::temp_dir(), PathBuf::from);
	let folder = place.join(format!("smartlayer-bench-state-{}", std::process::id()));
	let (mut tree, built) = fill(&folder, count);
	println!(
		"\n{count} instances: built in {:.2} s, processor {:.2} s",
		built.wall, built.processor
	);
	intervals(&mut tree, count, false, built);
	intervals(&mut tree, count, true, built);
	let start = Instant::now();
	for turn in 0..10_000 {
		let (class, instance) = instance(turn * 7_919_317 % count);
		tree.prove(class, instance).expect("a proof");
	}
	println!("a checked proof from disk: {:.1} us", start.elapsed().as_secs_f64() * 1e6 / 1e4);
	let start = Instant::now();
	tree.flush().expect("a disk");
	println!("flushing: {:.3} s", start.elapsed().as_secs_f64());
	let start = Instant::now();
	drop(tree);
	let tree = StateTree::open(&folder).expect("the folder");
	println!("opening again: {:.3} s", start.elapsed().as_secs_f64());
	let start = Instant::now();
	tree.check_everything().expect("a sound tree");
	println!("checking everything: {:.2} s", start.elapsed().as_secs_f64());
	println!("memory at most: {} MB, the benchmark's own lists included", memory());
	drop(tree);
	fs::remove_dir_all(&folder).expect("the folder");
}
