//! Random calls against the assembled runtime.
//!
//! A case is a string of bytes. From them are drawn, one after the other, the steps of everybody who uses a chain:
//! accounts, wallets, issuers, operators of service nodes, payers and payees, candidates and voters, anchors honest
//! and not, and governance. The chain begins with a genesis preset and grows by real blocks; time passes, with empty
//! slots, over epochs, intervals, terms and eras.
//!
//! After every step must hold:
//! - every invariant of every pallet (`do_try_state`);
//! - total issuance is what all accounts own;
//! - what accounts own changed by what the events of pallet-balances say, and total issuance by what the rules say was
//!   made and burned (see [`ledger`]);
//! - a call that failed changed nothing;
//! - nothing panicked, and nothing happened of which a pallet says that it can't.
//!
//! The same bytes give the same case, so that a failure can be replayed and made smaller.

mod chain;
mod defensive;
mod input;
mod keys;
pub mod ledger;
mod steps;
mod world;

pub use world::{Coverage, Effort, Tally};

use chain::Chain;
use frame_support::traits::Get;
use input::Input;
use pallet_anchor_elections::Pending;
use smartlayer_runtime::{genesis::constants::EpochDuration, Babe, Runtime};
use std::{
	any::Any,
	fmt::{Display, Formatter},
	panic::{catch_unwind, AssertUnwindSafe},
};
use world::{Done, Stop, World};

/// The most steps of a case.
const MAX_STEPS: u32 = 200;

/// The most blocks of a case.
const MAX_BLOCKS: u32 = 1_200;

/// How many bytes a seed gives: enough for all steps.
const SEED_BYTES: usize = 6_144;

/// A case that shows a defect.
#[derive(Clone, Debug)]
pub struct Failure {
	/// What does not hold.
	pub what: String,
	/// What was done last, the failing step at the end.
	pub latest: Vec<String>,
	/// The case.
	pub bytes: Vec<u8>,
}

impl Display for Failure {
	fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
		writeln!(formatter, "{}", self.what)?;
		for step in &self.latest {
			writeln!(formatter, "- {step}")?;
		}
		let hex: String = self.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
		write!(formatter, "case: {hex}")
	}
}

/// The case of a seed.
pub fn bytes_of(seed: u64) -> Vec<u8> {
	let block =
		|number: u64| sp_io::hashing::blake2_256(&[seed, number].map(u64::to_le_bytes).concat());
	let mut bytes: Vec<u8> = (0..).flat_map(block).take(SEED_BYTES).collect();
	bytes.shrink_to_fit();
	bytes
}

/// Adds what was tried in one case to what was tried in others.
pub fn add(all: &mut Coverage, more: Coverage) {
	for (name, Tally { tried, succeeded }) in more {
		let tally = all.entry(name).or_default();
		tally.tried += tried;
		tally.succeeded += succeeded;
	}
}

/// Runs a case; tells what was tried.
pub fn run(bytes: &[u8], effort: Effort) -> Result<Coverage, Box<Failure>> {
	defensive::listen();
	let mut case = Case::new(bytes, effort);
	let outcome = catch_unwind(AssertUnwindSafe(|| case.run()));
	let what = match outcome {
		Ok(Ok(()) | Err(Stop::Nothing)) => return Ok(case.world.coverage),
		Ok(Err(Stop::Broken(what))) => what,
		Err(panic) => format!("panic: {}", message(panic.as_ref())),
	};
	let latest = case.world.latest().cloned().collect();
	Err(Box::new(Failure { what, latest, bytes: bytes.to_vec() }))
}

fn message(panic: &(dyn Any + Send)) -> &str {
	let text = panic.downcast_ref::<&str>().copied();
	text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("unknown")
}

/// A case that runs.
struct Case<'a> {
	input: Input<'a>,
	chain: Chain,
	world: World,
	blocks: u32,
}

impl<'a> Case<'a> {
	fn new(bytes: &'a [u8], effort: Effort) -> Self {
		let mut input = Input::new(bytes);
		let alone = input.in_256(48).unwrap_or_default();
		let mut chain = Chain::new(alone);
		let world = chain.run(|| World::new(effort));
		Self { input, chain, world, blocks: 0 }
	}

	fn run(&mut self) -> Done {
		self.begin(0)?;
		if self.input.in_256(224)? {
			self.prepare()?;
		}
		for step in 0..MAX_STEPS {
			if self.input.is_empty() || self.blocks > MAX_BLOCKS {
				break;
			}
			if self.input.in_256(64)? {
				self.pass_time()?;
			} else {
				let Self { input, chain, world, .. } = self;
				chain.run(|| steps::take(world, input))?;
			}
			self.chain.run(|| self.world.check_state(step))?;
		}
		self.finish()
	}

	/// Brings the chain to where the other steps can be taken.
	fn prepare(&mut self) -> Done {
		let Self { input, chain, world, .. } = self;
		chain.run(|| steps::prepare(world, input))?;
		for _ in 0..3 {
			self.next_epoch()?;
		}
		self.chain.run(|| steps::activate(&mut self.world))?;
		self.chain.run(|| self.world.check_state(0))?;
		if self.input.in_256(128)? {
			self.probe()?;
		}
		Ok(())
	}

	/// Blocks follow on each other, sometimes with empty slots between them.
	fn pass_time(&mut self) -> Done {
		match self.input.any::<u8>()? {
			0..=79 => self.pass(1, 0),
			80..=159 => {
				let (blocks, empty) = (self.input.below(12)?, self.input.below(3)?);
				self.pass(1 + blocks, empty as u64)
			},
			160..=197 => self.next_epoch(),
			198..=219 => self.probe(),
			220..=235 => self.pass(40, 0),
			236..=245 => self.pass(110, 0),
			246..=250 => self.pass_to_result(),
			251..=253 => self.leave(),
			_ => self.resign(),
		}
	}

	/// Takes a step of a longer story.
	fn take(&mut self, step: fn(&mut World, &mut Input) -> Done) -> Done {
		let Self { input, chain, world, .. } = self;
		chain.run(|| steps::unless_nothing(step(world, input)))
	}

	fn probe(&mut self) -> Done {
		for step in steps::PROBING {
			self.next_epoch()?;
			self.take(step)?;
		}
		Ok(())
	}

	/// Up to the block in which the next result of an election is published.
	fn pass_to_result(&mut self) -> Done {
		for _ in 0..130 {
			self.next(0)?;
			if self.chain.run(Pending::<Runtime>::exists) {
				break;
			}
		}
		Ok(())
	}

	fn leave(&mut self) -> Done {
		let [leave, withdraw, forget, remove] = steps::LEAVING;
		self.take(leave)?;
		self.pass(110, 0)?;
		self.take(withdraw)?;
		self.take(forget)?;
		self.take(remove)
	}

	/// Takes longer than the time in which evidence counts: one session with each block.
	fn resign(&mut self) -> Done {
		let [resign, duty, release] = steps::RESIGNING;
		self.take(resign)?;
		for _ in 0..18 {
			self.pass(10, 20)?;
			self.take(duty)?;
		}
		self.take(release)
	}

	fn pass(&mut self, blocks: usize, empty: u64) -> Done {
		for _ in 0..blocks {
			self.next(empty)?;
		}
		Ok(())
	}

	/// The first block of the next epoch.
	fn next_epoch(&mut self) -> Done {
		let (now, next) = self.chain.run(|| {
			let next = *Babe::current_epoch_start() + EpochDuration::get();
			(*Babe::current_slot(), next)
		});
		self.next(next.saturating_sub(now + 1))
	}

	fn next(&mut self, empty: u64) -> Done {
		self.finish()?;
		self.begin(empty)
	}

	fn begin(&mut self, empty: u64) -> Done {
		self.blocks += 1;
		self.world.note(format!("block {}, {empty} empty slots", self.blocks));
		self.chain.begin(empty);
		self.chain.run(|| self.world.begun())
	}

	fn finish(&mut self) -> Done {
		self.chain.finish();
		self.chain.run(|| self.world.audit(0, 0))?;
		self.chain.commit();
		Ok(())
	}
}
