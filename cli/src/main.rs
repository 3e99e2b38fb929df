//! `smartlayer`: the command line for people who use a Smart Layer network.

use clap::{Parser, Subcommand};
use smartlayer_cli::devnet::{self, command::Arguments};
use std::process::ExitCode;

/// Works with a Smart Layer network.
#[derive(Parser)]
#[command(version, about, propagate_version = true)]
struct Cli {
	#[command(subcommand)]
	command: Command,
}

#[derive(Subcommand)]
enum Command {
	/// Start a network of four validators on this machine, on loopback addresses.
	Devnet(Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
	let outcome = match Cli::parse().command {
		Command::Devnet(arguments) => devnet::command::run(arguments).await,
	};
	match outcome {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("smartlayer: {error}");
			ExitCode::FAILURE
		},
	}
}
