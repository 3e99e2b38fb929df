//! One node: a process, its folder, its ports, its log.

use super::{until, Error};
use nix::{
	sys::signal::{kill, Signal},
	unistd::Pid,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
	fmt, fs,
	fs::{File, OpenOptions},
	path::{Path, PathBuf},
	process::{ExitStatus, Stdio},
	time::Duration,
};
use subxt::rpcs::{client::RpcParams, RpcClient};
use tokio::{
	process::{Child, Command},
	sync::Mutex,
};

/// How long a node may take until it answers.
const START_DEADLINE: Duration = Duration::from_secs(180);

/// How long a node may take to stop cleanly before it counts as hung.
const STOP_DEADLINE: Duration = Duration::from_secs(30);

/// How many lines of its log tell why a node ended.
const TAIL_LINES: usize = 15;

/// A validator whose keys everybody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Validator {
	Alice,
	Bob,
	Charlie,
	Dave,
}

impl Validator {
	/// The four of the `local` preset.
	pub const ALL: [Self; 4] = [Self::Alice, Self::Bob, Self::Charlie, Self::Dave];

	/// Its name, which is also the node's flag for its keys.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Alice => "alice",
			Self::Bob => "bob",
			Self::Charlie => "charlie",
			Self::Dave => "dave",
		}
	}
}

impl fmt::Display for Validator {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.name())
	}
}

/// What a node is started with.
#[derive(Clone, Debug)]
pub struct NodeSettings {
	/// Its name in messages and in the file names of its folder and log.
	pub name: String,
	/// The binary.
	pub binary: PathBuf,
	/// Preset name or path of the chain specification.
	pub chain: String,
	/// The folder for database, keys and node key.
	pub folder: PathBuf,
	/// Ports on 127.0.0.1: peers (WebSocket), RPC, Prometheus.
	pub peer_port: u16,
	pub rpc_port: u16,
	pub metrics_port: u16,
	/// Where to find the others, as multiaddresses.
	pub bootnodes: Vec<String>,
	/// Whatever else the command line shall have, `--alice` for instance.
	pub extra: Vec<String>,
}

impl NodeSettings {
	/// Where the RPC server listens.
	pub fn rpc_url(&self) -> String {
		format!("ws://127.0.0.1:{}", self.rpc_port)
	}

	/// Where the metrics are.
	pub fn metrics_url(&self) -> String {
		format!("http://127.0.0.1:{}/metrics", self.metrics_port)
	}

	/// Where standard output and error go.
	pub fn log(&self) -> PathBuf {
		self.folder.with_extension("log")
	}

	/// The secret key of the node's peer identity.
	pub fn node_key(&self) -> PathBuf {
		self.folder.join("node-key")
	}

	fn command(&self) -> Command {
		let mut command = Command::new(&self.binary);
		command
			.args(["--chain", &self.chain, "--name", &self.name])
			.args(["--base-path".as_ref(), self.folder.as_os_str()])
			.args(["--node-key-file".as_ref(), self.node_key().as_os_str()])
			.args(["--listen-addr", &format!("/ip4/127.0.0.1/tcp/{}/ws", self.peer_port)])
			.args(["--rpc-port", &self.rpc_port.to_string()])
			.args(["--prometheus-port", &self.metrics_port.to_string()])
			.args(["--no-mdns", "--no-telemetry"])
			.args(&self.extra);
		if !self.bootnodes.is_empty() {
			command.arg("--bootnodes").args(&self.bootnodes);
		}
		command
	}
}

/// A node that was started. It is killed when this is dropped.
pub struct Node {
	settings: NodeSettings,
	process: Child,
}

impl Node {
	/// Starts the process; [`Node::ready`] waits until it answers.
	pub fn spawn(settings: NodeSettings) -> Result<Self, Error> {
		let log = open_log(&settings.log())?;
		let log_again =
			log.try_clone().map_err(|source| Error::File { path: settings.log(), source })?;
		let process = settings
			.command()
			.stdin(Stdio::null())
			.stdout(log)
			.stderr(log_again)
			.kill_on_drop(true)
			.spawn()
			.map_err(|source| Error::Process { name: settings.name.clone(), source })?;
		Ok(Self { settings, process })
	}

	/// What it was started with.
	pub fn settings(&self) -> &NodeSettings {
		&self.settings
	}

	/// Waits until the RPC server answers.
	pub async fn ready(&mut self) -> Result<(), Error> {
		let what = format!("an answer from {}", self.settings.name);
		let node = Mutex::new(self);
		let ready = until(&what, START_DEADLINE, || async {
			let mut node = node.lock().await;
			// An end is no reason to look again, so it is what was waited for too.
			if let Err(ended) = node.still_running() {
				return Ok(Err(ended));
			}
			match node.call::<Value>("system_health", RpcParams::new()).await {
				Ok(_) => Ok(Ok(())),
				Err(reason) => Err(reason),
			}
		});
		ready.await?
	}

	/// Fails, with the end of the log, if the process has ended.
	pub fn still_running(&mut self) -> Result<(), Error> {
		match self.process.try_wait() {
			Ok(None) => Ok(()),
			Ok(Some(status)) => Err(Error::Ended {
				name: self.settings.name.clone(),
				status: status.to_string(),
				log: self.settings.log(),
				tail: tail(&self.settings.log()),
			}),
			Err(source) => Err(self.process_error(source)),
		}
	}

	/// Calls an RPC method.
	pub async fn call<T: DeserializeOwned>(
		&self,
		method: &str,
		params: RpcParams,
	) -> Result<T, Error> {
		let rpc_error = |source| Error::Rpc { name: self.settings.name.clone(), source };
		let client =
			RpcClient::from_insecure_url(self.settings.rpc_url()).await.map_err(rpc_error)?;
		client.request(method, params).await.map_err(rpc_error)
	}

	/// The number of the newest block that this node knows to be final.
	pub async fn finalized(&self) -> Result<u32, Error> {
		let head: String = self.call("chain_getFinalizedHead", RpcParams::new()).await?;
		let mut params = RpcParams::new();
		params.push(head).map_err(|source| Error::Rpc { name: self.name().into(), source })?;
		self.header_number(params).await
	}

	/// The number of the newest block that this node has.
	pub async fn best(&self) -> Result<u32, Error> {
		self.header_number(RpcParams::new()).await
	}

	async fn header_number(&self, params: RpcParams) -> Result<u32, Error> {
		let header: Value = self.call("chain_getHeader", params).await?;
		let hex = header["number"].as_str().unwrap_or_default().trim_start_matches("0x");
		u32::from_str_radix(hex, 16).map_err(|reason| Error::Command {
			command: "chain_getHeader".into(),
			stderr: format!("a header without a number: {reason}"),
		})
	}

	/// Waits until this node knows a block of at least this number to be final.
	pub async fn finalizes(&mut self, number: u32, within: Duration) -> Result<u32, Error> {
		self.still_running()?;
		let what = format!("finality of block {number} on {}", self.settings.name);
		let node = &*self;
		until(&what, within, || async move {
			match node.finalized().await {
				Ok(found) if found >= number => Ok(found),
				Ok(found) => Err(format!("block {found}")),
				Err(reason) => Err(reason.to_string()),
			}
		})
		.await
	}

	/// Asks the process to stop and waits until it did. Returns how it ended.
	pub async fn stop(mut self) -> Result<ExitStatus, Error> {
		self.ask_to_stop()?;
		match tokio::time::timeout(STOP_DEADLINE, self.process.wait()).await {
			Ok(status) => status.map_err(|source| self.process_error(source)),
			Err(_) => Err(Error::TooLate {
				what: format!("the end of {}", self.settings.name),
				within: STOP_DEADLINE,
				last: tail(&self.settings.log()),
			}),
		}
	}

	/// Ends the process without giving it a chance to do anything.
	pub async fn kill(mut self) -> Result<(), Error> {
		self.process.kill().await.map_err(|source| self.process_error(source))
	}

	/// Its name.
	pub fn name(&self) -> &str {
		&self.settings.name
	}

	/// Asks the process to stop, and does not wait; nothing happens if it has ended.
	pub fn ask_to_stop(&self) -> Result<(), Error> {
		self.signal(Signal::SIGTERM)
	}

	/// Sends the process a signal; nothing happens if it has ended.
	pub fn signal(&self, signal: Signal) -> Result<(), Error> {
		let Some(id) = self.process.id().and_then(|id| i32::try_from(id).ok()) else {
			return Ok(());
		};
		kill(Pid::from_raw(id), signal).map_err(|errno| self.process_error(errno.into()))
	}

	fn process_error(&self, source: std::io::Error) -> Error {
		Error::Process { name: self.settings.name.clone(), source }
	}
}

fn open_log(path: &Path) -> Result<File, Error> {
	OpenOptions::new()
		.create(true)
		.append(true)
		.open(path)
		.map_err(|source| Error::File { path: path.to_owned(), source })
}

/// The end of a log.
fn tail(log: &Path) -> String {
	let text = fs::read(log).unwrap_or_default();
	let text = String::from_utf8_lossy(&text);
	let lines: Vec<_> = text.lines().collect();
	lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}
