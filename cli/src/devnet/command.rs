//! `smartlayer devnet`.

use super::{node_beside_this_binary, Error, Network, Settings};
use comfy_table::{presets::UTF8_BORDERS_ONLY, Table};
use std::{
	io::{self, IsTerminal, Write},
	path::PathBuf,
	time::Duration,
};
use tokio::signal::unix::{signal, Signal, SignalKind};

/// The block whose finality shows that the network works.
const FIRST_FINAL_BLOCK: u32 = 3;

/// How long that may take.
const FINALITY_DEADLINE: Duration = Duration::from_secs(180);

/// How often the processes are looked at while the network runs.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);

/// What `smartlayer devnet` takes.
#[derive(clap::Args, Debug)]
pub struct Arguments {
	/// Keep databases, keys and logs in this folder instead of a new one; started again with it, the network goes on
	/// where it stopped.
	#[arg(long, value_name = "FOLDER")]
	base_path: Option<PathBuf>,

	/// Take ports in a row from here on, three per validator, instead of free ones.
	#[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1024..=65_524))]
	first_port: Option<u16>,

	/// The node's binary, if it is not beside this one.
	#[arg(long, value_name = "FILE")]
	node: Option<PathBuf>,

	/// End as soon as the network has finalised blocks: 0 if it did.
	#[arg(long)]
	once: bool,
}

/// Starts the network, shows it, and keeps it until Ctrl-C or SIGTERM. Whatever happens, every node is stopped.
pub async fn run(arguments: Arguments) -> Result<(), Error> {
	let mut interrupted = listen(SignalKind::interrupt())?;
	let mut terminated = listen(SignalKind::terminate())?;
	let (folder, temporary) = folder(arguments.base_path)?;
	let removed = if temporary.is_some() { ", removed at the end" } else { "" };
	println!("Folder: {}{removed}", folder.display());
	let settings = Settings {
		binary: arguments.node.map_or_else(node_beside_this_binary, Ok)?,
		folder,
		chain: "local".into(),
		first_port: arguments.first_port,
		extra: Vec::new(),
	};

	let mut network = None;
	let outcome = tokio::select! {
		outcome = live(&settings, arguments.once, &mut network) => outcome,
		_ = interrupted.recv() => Ok(()),
		_ = terminated.recv() => Ok(()),
	};
	let Some(network) = network else { return outcome };
	step("stopping");
	let stopped = network.stop().await;
	done();
	outcome.and(stopped)
}

fn listen(kind: SignalKind) -> Result<Signal, Error> {
	signal(kind).map_err(|source| Error::Process { name: "signal handler".into(), source })
}

/// Starts the network into `slot` and watches it: for ever, or until it has proven itself.
async fn live(settings: &Settings, once: bool, slot: &mut Option<Network>) -> Result<(), Error> {
	step("starting four validators");
	let network = slot.insert(Network::start(settings).await?);
	done();
	step("waiting for final blocks");
	network.finalizes(FIRST_FINAL_BLOCK, FINALITY_DEADLINE).await?;
	done();
	println!("{}", table(network).await?);
	println!("Logs: {}/*.log", settings.folder.display());
	if once {
		return Ok(());
	}
	println!("Ctrl-C ends the network.");
	loop {
		tokio::time::sleep(CHECK_INTERVAL).await;
		for node in network.nodes() {
			node.still_running()?;
		}
	}
}

/// The folder to work in, and what removes it if it is only for this run.
fn folder(given: Option<PathBuf>) -> Result<(PathBuf, Option<tempfile::TempDir>), Error> {
	if let Some(folder) = given {
		return Ok((folder, None));
	}
	let temporary = tempfile::Builder::new()
		.prefix("smartlayer-devnet-")
		.tempdir()
		.map_err(|source| Error::File { path: std::env::temp_dir(), source })?;
	Ok((temporary.path().to_owned(), Some(temporary)))
}

/// Says what is being done; on a terminal [`done`] completes the line.
fn step(what: &str) {
	if io::stdout().is_terminal() {
		print!("{what} ... ");
		// A terminal that can't be written to is no reason to stop.
		let _ = io::stdout().flush();
	} else {
		println!("{what}");
	}
}

fn done() {
	if io::stdout().is_terminal() {
		println!("done");
	}
}

async fn table(network: &mut Network) -> Result<Table, Error> {
	let mut table = Table::new();
	table.load_preset(UTF8_BORDERS_ONLY).set_header(["validator", "RPC", "metrics", "final block"]);
	for node in network.nodes() {
		let finalized = node.finalized().await?;
		let settings = node.settings();
		table.add_row([
			settings.name.clone(),
			settings.rpc_url(),
			settings.metrics_url(),
			format!("#{finalized}"),
		]);
	}
	Ok(table)
}
