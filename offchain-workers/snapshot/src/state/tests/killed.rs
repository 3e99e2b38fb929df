//! A process that is killed while it commits.

use super::model::{changes_of, Model};
use crate::state::StateTree;
use std::{
	env,
	io::{Read, Write},
	process::{Command, Stdio},
	thread,
	time::Duration,
};

/// Names the folder to the process that is to be killed.
const FOLDER: &str = "SMARTLAYER_TEST_STATE_FOLDER";

/// Changes of an interval.
const CHANGES: u64 = 40;

/// Commits one interval after the other until it is killed, and says which it has committed.
#[test]
#[ignore = "runs in a process of its own, which the test below starts and kills"]
fn commit_until_killed() {
	let Some(folder) = env::var_os(FOLDER) else { return };
	let mut tree = StateTree::open(folder.as_ref()).unwrap();
	loop {
		let interval = tree.interval() + 1;
		let overlay = tree.apply(&changes_of(interval, CHANGES)).unwrap();
		let root = overlay.root();
		tree.commit(overlay, interval, root).unwrap();
		writeln!(std::io::stdout(), "committed {interval}").unwrap();
	}
}

/// Runs the process for some time; the last interval that it said it had committed.
fn run_and_kill(folder: &std::path::Path, time: Duration) -> u64 {
	let mut child = Command::new(env::current_exe().unwrap())
		.args(["--exact", "state::tests::killed::commit_until_killed", "--ignored", "--nocapture"])
		.env(FOLDER, folder)
		.stdout(Stdio::piped())
		.stderr(Stdio::null())
		.spawn()
		.unwrap();
	thread::sleep(time);
	child.kill().unwrap();
	let mut said = String::new();
	child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
	child.wait().unwrap();
	let committed = said.lines().filter_map(|line| line.rsplit_once("committed ")?.1.parse().ok());
	committed.max().unwrap_or(0)
}

#[test]
fn a_killed_process_leaves_the_old_or_the_new_state() {
	let folder = tempfile::tempdir().unwrap();
	let mut model = Model::new();
	let mut applied = 0;
	for round in 0..12u64 {
		let said = run_and_kill(folder.path(), Duration::from_millis(120 + round * 37 % 100));
		let tree = StateTree::open(folder.path()).unwrap();
		let interval = tree.interval();
		assert!(interval >= said, "{interval} is on disk, {said} was said to be");
		(applied + 1..=interval).for_each(|it| model.apply(&changes_of(it, CHANGES)));
		applied = interval;
		assert_eq!(tree.root(), model.root(), "interval {interval}");
		tree.check_everything().unwrap();
	}
	assert!(applied > 0, "the process committed nothing in all its time");
}
