//! Four validators that know one another.

use super::{Error, Node, NodeSettings, Validator};
use std::{collections::BTreeMap, env, fs, net::TcpListener, path::PathBuf, time::Duration};
use tokio::process::Command;

/// What a network is started with.
#[derive(Clone, Debug)]
pub struct Settings {
	/// The node's binary.
	pub binary: PathBuf,
	/// Where everything is kept.
	pub folder: PathBuf,
	/// Preset name or path of the chain specification.
	pub chain: String,
	/// The first of twelve ports in a row; without it, free ones are taken.
	pub first_port: Option<u16>,
	/// Arguments for every node.
	pub extra: Vec<String>,
}

/// `smartlayer-node` in the folder of the running binary or, for a test binary, in the folder above.
pub fn node_beside_this_binary() -> Result<PathBuf, Error> {
	let this = env::current_exe()
		.map_err(|source| Error::File { path: "the running binary".into(), source })?;
	let beside = this.with_file_name("smartlayer-node");
	let above = this.ancestors().nth(2).map(|folder| folder.join("smartlayer-node"));
	let found = [Some(beside.clone()), above].into_iter().flatten().find(|path| path.is_file());
	found.ok_or(Error::NoBinary(beside))
}

/// A network of which every validator is running or stopped.
pub struct Network {
	nodes: BTreeMap<Validator, Node>,
	settings: BTreeMap<Validator, NodeSettings>,
}

impl Network {
	/// Prepares four validators and starts none.
	pub async fn prepare(settings: &Settings) -> Result<Self, Error> {
		let mut prepared = BTreeMap::new();
		let mut addresses = BTreeMap::new();
		let mut ports = Ports::from(settings.first_port);
		for validator in Validator::ALL {
			let mut extra = vec![format!("--{validator}")];
			extra.extend(settings.extra.iter().cloned());
			let node = NodeSettings {
				name: validator.name().into(),
				binary: settings.binary.clone(),
				chain: settings.chain.clone(),
				folder: settings.folder.join(validator.name()),
				peer_port: ports.next()?,
				rpc_port: ports.next()?,
				metrics_port: ports.next()?,
				bootnodes: Vec::new(),
				extra,
			};
			let peer_id = node_identity(&node).await?;
			addresses.insert(
				validator,
				format!("/ip4/127.0.0.1/tcp/{}/ws/p2p/{peer_id}", node.peer_port),
			);
			prepared.insert(validator, node);
		}
		for (validator, node) in &mut prepared {
			let others = addresses.iter().filter(|(other, _)| *other != validator);
			node.bootnodes = others.map(|(_, address)| address.clone()).collect();
		}
		Ok(Self { nodes: BTreeMap::new(), settings: prepared })
	}

	/// Starts four validators and waits until they answer.
	pub async fn start(settings: &Settings) -> Result<Self, Error> {
		let mut network = Self::prepare(settings).await?;
		for validator in Validator::ALL {
			network.spawn(validator)?;
		}
		for node in network.nodes.values_mut() {
			node.ready().await?;
		}
		Ok(network)
	}

	/// Starts one validator's process.
	pub fn spawn(&mut self, validator: Validator) -> Result<&mut Node, Error> {
		let node = Node::spawn(self.settings[&validator].clone())?;
		self.nodes.insert(validator, node);
		Ok(self.node(validator))
	}

	/// A validator that was started.
	///
	/// # Panics
	///
	/// If it is not running.
	pub fn node(&mut self, validator: Validator) -> &mut Node {
		self.nodes.get_mut(&validator).unwrap_or_else(|| panic!("{validator} was not started"))
	}

	/// Takes a running validator out, to stop or kill it.
	///
	/// # Panics
	///
	/// If it is not running.
	pub fn take(&mut self, validator: Validator) -> Node {
		self.nodes.remove(&validator).unwrap_or_else(|| panic!("{validator} was not started"))
	}

	/// How a validator is started, running or not.
	pub fn settings(&self, validator: Validator) -> &NodeSettings {
		&self.settings[&validator]
	}

	/// The running validators.
	pub fn nodes(&mut self) -> impl Iterator<Item = &mut Node> {
		self.nodes.values_mut()
	}

	/// Waits until every running validator knows a block of at least this number to be final.
	pub async fn finalizes(&mut self, number: u32, within: Duration) -> Result<(), Error> {
		for node in self.nodes.values_mut() {
			node.finalizes(number, within).await?;
		}
		Ok(())
	}

	/// Stops all validators, cleanly and at the same time.
	pub async fn stop(mut self) -> Result<(), Error> {
		for node in self.nodes.values() {
			node.ask_to_stop()?;
		}
		while let Some((_, node)) = self.nodes.pop_first() {
			node.stop().await?;
		}
		Ok(())
	}
}

/// Ports on 127.0.0.1: in a row, or free ones.
enum Ports {
	InARow(u16),
	Free(Vec<TcpListener>),
}

impl From<Option<u16>> for Ports {
	fn from(first: Option<u16>) -> Self {
		first.map_or(Self::Free(Vec::new()), Self::InARow)
	}
}

impl Ports {
	/// A port that nobody listens on. Free ones are held until all are taken, so that none comes twice.
	fn next(&mut self) -> Result<u16, Error> {
		match self {
			Self::InARow(next) => {
				let port = *next;
				*next = next.wrapping_add(1);
				Ok(port)
			},
			Self::Free(held) => {
				let failed = |source| Error::Process { name: "a free port".into(), source };
				let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(failed)?;
				let port = listener.local_addr().map_err(failed)?.port();
				held.push(listener);
				Ok(port)
			},
		}
	}
}

/// Makes a node's key where there is none, and returns the peer identity that belongs to it.
async fn node_identity(node: &NodeSettings) -> Result<String, Error> {
	fs::create_dir_all(&node.folder)
		.map_err(|source| Error::File { path: node.folder.clone(), source })?;
	let key = node.node_key();
	let file = key.to_string_lossy();
	if !key.exists() {
		run(node, &["key", "generate-node-key", "--chain", &node.chain, "--file", &file]).await?;
	}
	run(node, &["key", "inspect-node-key", "--file", &file]).await
}

async fn run(node: &NodeSettings, arguments: &[&str]) -> Result<String, Error> {
	let output = Command::new(&node.binary)
		.args(arguments)
		.output()
		.await
		.map_err(|source| Error::Process { name: node.binary.display().to_string(), source })?;
	if output.status.success() {
		return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
	}
	Err(Error::Command {
		command: format!("{} {}", node.binary.display(), arguments.join(" ")),
		stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
	})
}
