//! Anchors under load, killed on duty and cut off: what they acknowledged is committed, once, and all agree.

use crate::{clients::run_client, folder, local, FINALITY};
use codec::{Decode, DecodeAll, Encode};
use nix::sys::signal::Signal;
use serde_json::{json, Value as Json};
use smartlayer_cli::devnet::{node_beside_this_binary, until, Network, Node, Settings, Validator};
use smartlayer_commitment::{
	api::AnchorSet, AgeBound, Claim, ConfirmedSnapshot, OperationProof, SnapshotProof, Verifier,
};
use smartlayer_operations::Operation;
use smartlayer_types::{eip712::Domain, AccountId, ClassId};
use sp_core::{bytes::from_hex, ed25519, sr25519, Pair, H256, U256};
use std::{
	env, fs,
	path::Path,
	process::Command,
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use subxt::rpcs::{client::RpcParams, RpcClient};

/// Who issues all tickets.
const ISSUER: [u8; 32] = [0x15; 32];

/// How many classes there are.
const CLASSES: usize = 100;

/// How many tickets are issued, unless the environment's `OPERATIONS` says otherwise.
const OPERATIONS: usize = 100_000;

/// Operations of one submission.
const AT_ONCE: usize = 512;

/// Of how many operations one is given to two anchors.
const TWICE: usize = 50;

/// How long operations may take into snapshots, on a machine that does much else.
const COMMITTED: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_operations_are_committed_once_and_anchors_that_fail_come_back() {
	let folder = folder();
	let chain = short_intervals(folder.path());
	let settings = Settings { chain, ..local(folder.path()) };
	let mut network = Network::start(&settings).await.expect("the network starts");
	network.finalizes(1, FINALITY).await.expect("the network works");
	let mut tickets = Tickets::register(&mut network).await;

	let count = env::var("OPERATIONS").map_or(OPERATIONS, |it| it.parse().expect("a number"));
	let issued = tickets.issue(count);
	let began = Instant::now();
	tickets.give_to_all(&network, &issued).await;
	println!("{count} operations given in {:?}", began.elapsed());
	tickets.committed(&mut network, Validator::Alice).await;
	println!("and committed after {:?}", began.elapsed());
	tickets.are_proven(&mut network, &issued).await;

	killed_on_duty(&mut network, &mut tickets).await;
	cut_off(&mut network, &mut tickets).await;
	network.stop().await.expect("all stop");
}

/// The anchor whose turn comes first takes operations and is killed: another one proposes, with these operations.
async fn killed_on_duty(network: &mut Network, tickets: &mut Tickets) {
	let witness =
		|victim| if victim == Validator::Alice { Validator::Bob } else { Validator::Alice };
	let (interval, victim) = first_on_duty(network.node(Validator::Alice)).await;
	let issued = tickets.issue(100);
	tickets.give(network.settings(victim).rpc_url(), &issued).await;
	network.take(victim).kill().await.expect("it is killed");
	let witness = witness(victim);
	let now: u64 = ask(network.node(witness), "current_interval", Vec::new()).await;
	assert_eq!(now, interval, "this machine is too slow: the interval was over before the kill");
	let node = &*network.node(witness);
	let confirmed = until("the snapshot by another one", COMMITTED, || async move {
		confirmed(node, interval).await.ok_or(format!("interval {interval} is not confirmed"))
	});
	let confirmed = confirmed.await.expect("it is confirmed");
	let set: Option<AnchorSet> = ask(network.node(witness), "set_of", interval.encode()).await;
	let proposer = &set.expect("the interval's set").members[confirmed.proposer as usize];
	assert_ne!(proposer.account, account(victim), "who was killed proposed nothing");

	network.spawn(victim).expect("it starts again").ready().await.expect("it answers again");
	// What it acknowledged just before may be on its disk only: it gives it to the others now.
	tickets.committed(network, witness).await;
	same_snapshots(network, victim, witness).await;
}

/// An anchor is cut off for three intervals, while the others go on, and catches up.
async fn cut_off(network: &mut Network, tickets: &mut Tickets) {
	let (victim, witness) = (Validator::Dave, Validator::Alice);
	network.node(victim).signal(Signal::SIGSTOP).expect("it is stopped");
	let before = settled(network.node(witness)).await;
	let mut issued = Vec::new();
	for _ in 0..3 {
		issued = tickets.issue(100);
		tickets.give(network.settings(Validator::Bob).rpc_url(), &issued).await;
		tickets.committed(network, witness).await;
	}
	let node = &*network.node(witness);
	until("three intervals without it", COMMITTED, || async move {
		match settled(node).await {
			now if now >= before + 3 => Ok(()),
			now => Err(format!("interval {now}")),
		}
	})
	.await
	.expect("the others go on");
	network.node(victim).signal(Signal::SIGCONT).expect("it goes on");
	same_snapshots(network, victim, witness).await;
	tickets.are_proven(network, &issued).await;
}

/// Waits until an anchor has settled as much as another one, and compares what they say.
async fn same_snapshots(network: &mut Network, one: Validator, other: Validator) {
	let wanted = snapshot(network.node(other), None).await.expect("a snapshot");
	let interval = wanted["snapshot"]["interval"].as_u64().expect("a number");
	let node = &*network.node(one);
	let found = until("the same snapshot", COMMITTED, || async move {
		snapshot(node, Some(interval)).await.ok_or(format!("{one} has not settled {interval}"))
	});
	assert_eq!(found.await.expect("it catches up"), wanted);
}

/// Tickets of one issuer, numbered from zero over all classes.
struct Tickets {
	domain: Domain,
	issuer: ed25519::Pair,
	classes: Vec<ClassId>,
	issued: usize,
}

impl Tickets {
	/// Registers the classes.
	async fn register(network: &mut Network) -> Self {
		let url = network.settings(Validator::Alice).rpc_url();
		let seed: String = ISSUER.iter().map(|it| format!("{it:02x}")).collect();
		let said = run_client("classes.mjs", &[&url, &seed, &CLASSES.to_string()]).await;
		let classes = serde_json::from_value(said["classes"].clone()).expect("numbers");
		let genesis: H256 = call(&url, "chain_getBlockHash", vec![json!(0)]).await.expect("a hash");
		let (domain, issuer) = (Domain::of(genesis), ed25519::Pair::from_seed(&ISSUER));
		Self { domain, issuer, classes, issued: 0 }
	}

	/// The next tickets, to be issued.
	fn issue(&mut self, count: usize) -> Vec<Operation> {
		let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
		let account = AccountId::new(self.issuer.public().0);
		let issue = |number: usize| Operation {
			class: self.classes[number % self.classes.len()],
			instance: (number / self.classes.len()).into(),
			seq: 0,
			kind: 0,
			actor: account.clone(),
			to: AccountId::new([7; 32]),
			data: H256::zero(),
			time_ms: now as u64,
		};
		let issued = (self.issued..self.issued + count).map(issue).collect();
		self.issued += count;
		issued
	}

	/// An operation as the methods take it, signed.
	fn signed(&self, operation: &Operation) -> Json {
		let digest = operation.digest(&self.domain);
		let signature = self.issuer.sign(digest.as_bytes());
		let Operation { class, instance, seq, kind, data, time_ms, .. } = operation;
		let [actor, to] = [&operation.actor, &operation.to].map(|it| H256(*it.as_ref()));
		let signature = sp_core::bytes::to_hex(signature.as_ref(), false);
		json!({
			"class": class, "instance": instance, "seq": seq, "kind": kind, "actor": actor, "to": to, "data": data,
			"timeMs": time_ms, "signature": { "ed25519": signature },
		})
	}

	/// Gives operations to one anchor, again where it says that it may take them later.
	async fn give(&self, url: String, operations: &[Operation]) {
		for some in operations.chunks(AT_ONCE) {
			let signed: Vec<_> = some.iter().map(|it| self.signed(it)).collect();
			until("the anchor to take operations", COMMITTED, || {
				let asked =
					call::<Vec<Json>>(&url, "smartlayer_submitOperations", vec![json!(signed)]);
				async {
					let answers = asked.await?;
					// What was given to another anchor before may be in a snapshot already.
					let refused = answers.iter().filter_map(|it| it.get("refused"));
					let refused: Vec<_> =
						refused.filter(|it| it["reason"] != "SlotTaken").collect();
					assert!(!refused.iter().any(|it| it["isFinal"] == true), "{refused:?}");
					refused.first().map_or(Ok(()), |it| Err(it.to_string()))
				}
			})
			.await
			.expect("they are taken");
		}
	}

	/// Gives operations to all anchors at once, each to one and some to two.
	async fn give_to_all(&self, network: &Network, operations: &[Operation]) {
		let shares = (0..4usize).map(|anchor| {
			let numbered = operations.iter().enumerate();
			let own = numbered
				.filter(|(at, _)| at % 4 == anchor || (at % TWICE == 0 && (at + 1) % 4 == anchor));
			own.map(|(_, it)| it.clone()).collect::<Vec<_>>()
		});
		let given = shares.zip(Validator::ALL).map(|(share, validator)| async move {
			self.give(network.settings(validator).rpc_url(), &share).await;
		});
		futures::future::join_all(given).await;
	}

	/// Waits until an anchor has settled everything that was issued, and nothing twice.
	async fn committed(&self, network: &mut Network, at: Validator) {
		let node = &*network.node(at);
		let count = until("all operations in snapshots", COMMITTED, || async move {
			let mut count = 0;
			for interval in 1..=settled(node).await {
				let found = snapshot(node, Some(interval)).await.ok_or("no snapshot".to_owned())?;
				count += found["snapshot"]["body"]["operation_count"].as_u64().expect("a number");
			}
			if count >= self.issued as u64 {
				Ok(count)
			} else {
				Err(format!("{count} operations"))
			}
		});
		assert_eq!(count.await.expect("they are committed"), self.issued as u64);
	}

	/// Every anchor proves some of the operations, under snapshots that the chain has confirmed.
	async fn are_proven(&self, network: &mut Network, operations: &[Operation]) {
		let chosen: Vec<_> = operations.iter().step_by(operations.len() / 50 + 1).collect();
		for validator in Validator::ALL {
			if validator != Validator::Alice {
				same_snapshots(network, validator, Validator::Alice).await;
			}
			let node = &*network.node(validator);
			for operation in &chosen {
				self.is_proven(node, operation).await;
			}
		}
	}

	async fn is_proven(&self, node: &Node, operation: &Operation) {
		let (url, digest) = (node.settings().rpc_url(), operation.digest(&self.domain));
		let proven = call(&url, "smartlayer_operationProof", vec![json!(digest)]).await;
		let mut proven: Json = proven.expect("a proof");
		let interval = proven["interval"].as_u64().expect("a number");
		let proof: OperationProof =
			serde_json::from_value(proven["proof"].take()).expect("a proof");
		let shown: SnapshotProof = serde_json::from_value(proven["shown"].take()).expect("a proof");
		let hash = confirmed(node, interval).await.expect("it is confirmed").hash;
		let posted = |at, of| (at, of) == (interval, hash);
		let verifier = Verifier { posted, age: AgeBound::Any };
		let claim = Claim { interval, class: operation.class, instance: operation.instance };
		assert_eq!(proof.verify(&claim, operation.kind, &shown, &verifier), Ok(operation));
		let other = Claim { instance: operation.instance + U256::one(), ..claim };
		assert!(proof.verify(&other, operation.kind, &shown, &verifier).is_err());
	}
}

/// The specification of the `local` preset with intervals of 24 seconds and turns of 15.
fn short_intervals(folder: &Path) -> String {
	let path = folder.join("short-intervals.json");
	let node = node_beside_this_binary().expect("the workspace was built");
	let made = Command::new(node)
		.args(["export-chain-spec", "--chain", "local", "--output"])
		.arg(&path)
		.output()
		.expect("the node runs");
	assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
	let text = fs::read_to_string(&path).expect("the specification");
	let mut specification: Json = serde_json::from_str(&text).expect("JSON");
	let patch = &mut specification["genesis"]["runtimeGenesis"]["patch"];
	let intervals = &mut patch["genesis"]["firstValues"]["intervals"];
	assert!(intervals["length"].is_u64(), "the preset names the length of an interval");
	*intervals = json!({ "length": 8, "turnLength": 5 });
	fs::write(&path, specification.to_string()).expect("the specification is written");
	path.to_string_lossy().into_owned()
}

/// An interval that has just begun, and the anchor whose turn is the first after it.
async fn first_on_duty(node: &Node) -> (u64, Validator) {
	let before: u64 = ask(node, "current_interval", Vec::new()).await;
	let interval = until("the next interval", COMMITTED, || async move {
		match ask::<u64>(node, "current_interval", Vec::new()).await {
			now if now > before => Ok(now),
			now => Err(format!("interval {now}")),
		}
	});
	let interval = interval.await.expect("it begins");
	let order: Option<Vec<u32>> = ask(node, "turn_order", interval.encode()).await;
	let set: Option<AnchorSet> = ask(node, "set_of", interval.encode()).await;
	let first = order.expect("the order of turns")[0] as usize;
	let member = set.expect("the set").members[first].account.clone();
	let known = Validator::ALL.into_iter().find(|it| account(*it) == member);
	(interval, known.expect("a well-known anchor"))
}

fn account(of: Validator) -> AccountId {
	let name = of.name();
	let uri = format!("//{}{}", name[..1].to_uppercase(), &name[1..]);
	let pair = sr25519::Pair::from_string(&uri, None).expect("a well-known key");
	AccountId::new(pair.public().0)
}

/// The confirmed snapshot of an interval, in a final block.
async fn confirmed(node: &Node, interval: u64) -> Option<ConfirmedSnapshot> {
	ask(node, "snapshot", interval.encode()).await
}

/// Asks the runtime in the state of the last final block.
async fn ask<T: Decode>(node: &Node, what: &str, arguments: Vec<u8>) -> T {
	let url = node.settings().rpc_url();
	let head: String = call(&url, "chain_getFinalizedHead", Vec::new()).await.expect("a block");
	let arguments = sp_core::bytes::to_hex(&arguments, false);
	let params = vec![json!(format!("CommitmentsApi_{what}")), json!(arguments), json!(head)];
	let answer: String = call(&url, "state_call", params).await.expect("the runtime answers");
	let bytes = from_hex(&answer).expect("bytes");
	T::decode_all(&mut &bytes[..]).expect("what the runtime answers decodes")
}

/// The last interval that an anchor has settled; zero before the first.
async fn settled(node: &Node) -> u64 {
	let last = snapshot(node, None).await;
	last.and_then(|it| it["snapshot"]["interval"].as_u64()).unwrap_or(0)
}

/// A snapshot that an anchor has settled.
async fn snapshot(node: &Node, interval: Option<u64>) -> Option<Json> {
	call(&node.settings().rpc_url(), "smartlayer_snapshot", vec![json!(interval)]).await.ok()
}

async fn call<T: serde::de::DeserializeOwned>(
	url: &str,
	method: &str,
	arguments: Vec<Json>,
) -> Result<T, String> {
	let client = RpcClient::from_insecure_url(url).await.map_err(|it| it.to_string())?;
	let mut params = RpcParams::new();
	for argument in arguments {
		params.push(argument).map_err(|it| it.to_string())?;
	}
	client.request(method, params).await.map_err(|it| it.to_string())
}
