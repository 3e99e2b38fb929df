//! A node that is asked to stop does so soon and leaves a database that opens again as it was.

use crate::{development, development_node, folder, FINALITY};
use std::{
	fs,
	time::{Duration, Instant},
};

/// A stop may take this long.
const STOP: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_node_ends_soon_and_goes_on_where_it_was() {
	let folder = folder();
	let settings = development(folder.path());
	let mut node = development_node(settings.clone()).await;
	let finalized = node.finalizes(2, FINALITY).await.expect("it finalises");

	let asked = Instant::now();
	let status = node.stop().await.expect("it ends");
	let took = asked.elapsed();
	assert!(status.success(), "a stop that was asked for is no failure: {status}");
	assert!(took < STOP, "the stop took {took:?}");

	let first_run = fs::read_to_string(settings.log()).expect("a log").len();
	let mut node = development_node(settings.clone()).await;
	let again = node.finalized().await.expect("a final block");
	assert!(again >= finalized, "final block {finalized} was lost, {again} is the newest");
	node.finalizes(again + 2, FINALITY).await.expect("it goes on");
	node.stop().await.expect("it ends again");

	let second_run = fs::read_to_string(settings.log()).expect("a log").split_off(first_run);
	for complaint in ["repair", "corrupt", "Initializing Genesis"] {
		assert!(!second_run.contains(complaint), "the second start says '{complaint}'");
	}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_goes_on_where_it_was() {
	let folder = folder();
	let settings = development(folder.path());
	let mut node = development_node(settings.clone()).await;
	let finalized = node.finalizes(3, FINALITY).await.expect("it finalises");
	node.kill().await.expect("it is killed");

	let mut node = development_node(settings).await;
	let again = node.finalized().await.expect("a final block");
	assert!(again >= finalized, "final block {finalized} was lost, {again} is the newest");
	node.finalizes(again + 2, FINALITY).await.expect("it goes on");
	node.stop().await.expect("it ends");
}
