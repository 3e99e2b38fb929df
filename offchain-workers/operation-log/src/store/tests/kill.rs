//! Killing the process in the midst of commits.

use super::*;
use std::{
	env,
	io::{BufRead, BufReader, Write as _},
	path::PathBuf,
	process::{Child, Command, Stdio},
};
use tempfile::tempdir;

/// Where the child keeps its store.
const DIRECTORY: &str = "OPERATION_STORE_OF_CHILD";

/// How many tasks commit at once in the child.
const TASKS: u64 = 8;

/// Numbers of one task begin at multiples of this.
const SPAN: u64 = 1 << 32;

/// The child: commits until it is killed, and prints what is on disk.
#[tokio::test]
#[ignore = "runs until it is killed: started by the test below"]
async fn child_commits_until_it_is_killed() {
	let directory = PathBuf::from(env::var_os(DIRECTORY).expect("started by the test below"));
	let store = open(&directory);
	let mut tasks = Vec::new();
	for task in 0..TASKS {
		let store = store.clone();
		tasks.push(tokio::spawn(async move {
			let mut number = next_of(&store, task);
			loop {
				store.commit(pair(number)).await.unwrap();
				let mut out = std::io::stdout().lock();
				writeln!(out, "committed {number}").unwrap();
				out.flush().unwrap();
				number += 1;
			}
		}));
	}
	futures::future::join_all(tasks).await;
}

/// The first number that a task has not committed.
fn next_of(store: &Store, task: u64) -> u64 {
	let own = key::interval(task * SPAN)..key::interval((task + 1) * SPAN);
	let last = store.range(Table::Logs, own, usize::MAX).unwrap().pop();
	last.map_or(task * SPAN, |(key, _)| u64::from_be_bytes(key.try_into().unwrap()) + 1)
}

fn start_child(directory: &std::path::Path) -> Child {
	Command::new(env::current_exe().unwrap())
		.args(["store::tests::kill::child_commits_until_it_is_killed", "--exact"])
		.args(["--ignored", "--nocapture"])
		.env(DIRECTORY, directory)
		.stdout(Stdio::piped())
		.stderr(Stdio::null())
		.spawn()
		.unwrap()
}

/// Lets a child commit, kills it, and returns what it had acknowledged.
fn committed_until_killed(directory: &std::path::Path, enough: usize) -> Vec<u64> {
	let mut child = start_child(directory);
	let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
	let mut committed = Vec::new();
	let number = |line: String| line.strip_prefix("committed ").and_then(|n| n.parse::<u64>().ok());
	while committed.len() < enough {
		let line = lines.next().expect("the child runs until it is killed").unwrap();
		committed.extend(number(line));
	}
	// SIGKILL: nothing of the child runs any more.
	child.kill().unwrap();
	child.wait().unwrap();
	// What it wrote into the pipe before that was acknowledged too; a line may be torn.
	committed.extend(lines.map_while(Result::ok).filter_map(number));
	committed
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
	let folder = tempdir().unwrap();
	let mut committed = Vec::new();
	for round in 1..=6 {
		committed.extend(committed_until_killed(folder.path(), round * 37));
		let store = open(folder.path());
		for number in &committed {
			assert!(has_pair(&store, *number), "{number} was acknowledged in round {round}");
		}
		for task in 0..TASKS {
			// Without gaps: no commit is there of which an earlier one of the same task is missing.
			let (begin, end) = (task * SPAN, next_of(&store, task));
			assert!((begin..end).all(|number| has_pair(&store, number)));
		}
	}
	assert!(committed.len() >= 37 * 21);
}
