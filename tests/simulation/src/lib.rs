//! Random schedules over the rules by which anchors record operations and commit them in snapshots.
//!
//! Anchors run the state machine that the workers run; messages, clocks, disks and the chain are simulated, and every
//! choice comes from one seed. Messages are lost, delayed and overtaken; anchors crash between storing and sending, come
//! back, come back with an old disk; up to f of them are faulty: they tell everybody something else, accept everything,
//! fork their logs, propose what leaves operations out, and vote for everything. Sets change, finality stalls, and blocks
//! that confirm a snapshot are orphaned.
//!
//! [`run`] ends with the first property that does not hold. With all rules on there must be none; with a rule off,
//! schedules show what the rule is there for.

mod chain;
mod faulty;
mod ledger;
mod node;
mod operations;
mod properties;
mod scenario;
mod world;

pub use properties::Violation;
pub use scenario::Scenario;

use world::World;

/// What came of a schedule in which nothing went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
	/// Intervals whose snapshots are final.
	pub settled: u64,
	/// Operations that became final before their snapshot.
	pub finals: usize,
	/// Operations in snapshots.
	pub committed: usize,
	/// How often the anchor with the old disk was convicted of contradicting itself.
	pub contradictions: usize,
}

/// Runs one schedule.
pub fn run(scenario: &Scenario, seed: u64) -> Result<Outcome, Violation> {
	World::new(scenario, seed).run()
}
