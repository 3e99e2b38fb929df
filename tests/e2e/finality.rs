//! Blocks become final while more than two thirds of the validators vote, and only then.

use crate::{folder, local_network, FINALITY};
use smartlayer_cli::devnet::{until, Network, Validator};
use std::time::Duration;

/// Slots after which finality would have moved if it could.
const STALL_BLOCKS: u32 = 6;

/// The newest final block that any running validator knows.
async fn newest_final(network: &mut Network) -> u32 {
	let mut newest = 0;
	for node in network.nodes() {
		newest = newest.max(node.finalized().await.expect("a final block"));
	}
	newest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn finality_survives_one_fault_stalls_at_two_and_goes_on_after() {
	let folder = folder();
	let mut network = local_network(folder.path()).await;

	// Four of four; they know one another, and say how far they are.
	network.finalizes(3, FINALITY).await.expect("four validators finalise");
	let metrics = network.settings(Validator::Alice).metrics_url();
	let others = "substrate_authority_discovery_known_authorities_count";
	metric(&metrics, others, |count| count >= 3.).await;
	metric(&metrics, "substrate_block_height{status=\"finalized\"", |block| block >= 3.).await;

	// Three of four: one is killed without warning.
	network.take(Validator::Dave).kill().await.expect("dave is killed");
	let before = newest_final(&mut network).await;
	network.finalizes(before + 4, FINALITY).await.expect("three validators finalise");

	// Two of four: blocks go on, finality does not.
	network.take(Validator::Charlie).kill().await.expect("charlie is killed");
	let stalled_at = stalled(&mut network).await;

	// The killed ones come back on the databases they had, catch up, and finality goes on for all.
	for validator in [Validator::Charlie, Validator::Dave] {
		let node = network.spawn(validator).expect("it starts again");
		node.ready().await.expect("it answers again");
	}
	network
		.finalizes(stalled_at + STALL_BLOCKS + 2, FINALITY)
		.await
		.expect("four validators finalise again");
	network.stop().await.expect("all stop");
}

/// Waits until a metric is as wanted.
pub(crate) async fn metric(url: &str, name: &str, wanted: impl Fn(f64) -> bool) {
	let look = || async {
		let text = reqwest::get(url).await.and_then(reqwest::Response::error_for_status);
		let text = text.map_err(|reason| reason.to_string())?.text().await;
		let text = text.map_err(|reason| reason.to_string())?;
		let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
		match line.rsplit(' ').next().unwrap_or_default().parse() {
			Ok(value) if wanted(value) => Ok(()),
			_ => Err(line.to_owned()),
		}
	};
	until(name, FINALITY, look).await.expect("the metric becomes as wanted");
}

/// Waits until blocks were made without any becoming final; returns the last final one.
async fn stalled(network: &mut Network) -> u32 {
	let alice = &*network.node(Validator::Alice);
	until("blocks without finality", Duration::from_secs(240), || async move {
		let finalized = alice.finalized().await.map_err(|reason| reason.to_string())?;
		let best = alice.best().await.map_err(|reason| reason.to_string())?;
		if best >= finalized + STALL_BLOCKS + 3 {
			Ok(finalized)
		} else {
			Err(format!("best {best}, final {finalized}"))
		}
	})
	.await
	.expect("finality stalls with two of four")
}
