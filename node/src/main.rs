//! `smartlayer-node`: what an anchor runs.

mod chain_spec;
mod cli;
mod command;
mod rpc;
mod service;

use std::process::ExitCode;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("Error: {}", command::one_line(&error));
			ExitCode::FAILURE
		},
	}
}
