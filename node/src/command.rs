//! Does what the command line says.

use crate::{
	chain_spec,
	cli::{Cli, Subcommand},
	service,
};
use sc_cli::{Error, Result, SubstrateCli};
use sc_service::Configuration;
use smartlayer_types::opaque::Block;
use std::{error::Error as StdError, sync::Arc};

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Smart Layer Node".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		"the Smart Layer developers".into()
	}

	fn support_url() -> String {
		"see SECURITY.md and CONTRIBUTING.md of the repository".into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn load_spec(&self, id: &str) -> std::result::Result<Box<dyn sc_service::ChainSpec>, String> {
		Ok(Box::new(chain_spec::load(id)?))
	}
}

/// Reads the command line and runs until it is done or told to stop.
pub fn run() -> Result<()> {
	let cli = Cli::from_args();
	match &cli.subcommand {
		None => run_node(cli),
		Some(Subcommand::Key(command)) => command.run(&cli),
		Some(Subcommand::Sign(command)) => command.run(),
		Some(Subcommand::Verify(command)) => command.run(),
		Some(Subcommand::Vanity(command)) => command.run(),
		Some(Subcommand::ExportChainSpec(command)) => command.run(cli.load_spec(&command.chain)?),
		#[allow(deprecated, reason = "operators' scripts call it")]
		Some(Subcommand::BuildSpec(command)) => cli
			.create_runner(command)?
			.sync_run(|config| command.run(config.chain_spec, config.network)),
		Some(Subcommand::PurgeChain(command)) => {
			cli.create_runner(command)?.sync_run(|config| command.run(config.database))
		},
		Some(Subcommand::ChainInfo(command)) => {
			cli.create_runner(command)?.sync_run(|config| command.run::<Block>(&config))
		},
		Some(blocks) => run_on_blocks(&cli, blocks),
	}
}

fn run_node(cli: Cli) -> Result<()> {
	let runner = cli.create_runner(&cli.run)?;
	runner.run_node_until_exit(|config| async move {
		service::start(config, cli.storage_monitor).map_err(Error::Service)
	})
}

/// The subcommands that open the database and work through blocks.
fn run_on_blocks(cli: &Cli, subcommand: &Subcommand) -> Result<()> {
	match subcommand {
		Subcommand::CheckBlock(command) => cli.create_runner(command)?.async_run(|config| {
			let parts = open(&config)?;
			Ok((command.run(parts.client, parts.import_queue), parts.task_manager))
		}),
		Subcommand::ImportBlocks(command) => cli.create_runner(command)?.async_run(|config| {
			let parts = open(&config)?;
			Ok((command.run(parts.client, parts.import_queue), parts.task_manager))
		}),
		Subcommand::ExportBlocks(command) => cli.create_runner(command)?.async_run(|config| {
			let parts = open(&config)?;
			Ok((command.run(parts.client, config.database), parts.task_manager))
		}),
		Subcommand::ExportState(command) => cli.create_runner(command)?.async_run(|config| {
			let parts = open(&config)?;
			Ok((command.run(parts.client, config.chain_spec), parts.task_manager))
		}),
		Subcommand::Revert(command) => cli.create_runner(command)?.async_run(|config| {
			let parts = open(&config)?;
			let revert_consensus = Box::new(|client: Arc<service::Client>, backend, blocks| {
				sc_consensus_babe::revert(client.clone(), backend, blocks)?;
				sc_consensus_grandpa::revert(client, blocks)?;
				Ok(())
			});
			let done = command.run(parts.client, parts.backend, Some(revert_consensus));
			Ok((done, parts.task_manager))
		}),
		_ => Err(Error::Input("this subcommand does not work on blocks".into())),
	}
}

fn open(config: &Configuration) -> Result<service::Parts> {
	service::open(config).map_err(Error::Service)
}

/// An error and what caused it, on one line, nothing twice.
pub fn one_line(error: &dyn StdError) -> String {
	let mut line = error.to_string();
	let mut cause = error.source();
	while let Some(reason) = cause {
		let text = reason.to_string();
		if !line.contains(&text) {
			line = format!("{line}: {text}");
		}
		cause = reason.source();
	}
	line.split_whitespace().collect::<Vec<_>>().join(" ")
}
