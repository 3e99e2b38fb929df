//! Bounds and delays, and the rules that a simulation can switch off.

/// Bounds and delays of an anchor.
#[derive(Clone, Debug)]
pub struct Config {
	/// How far ahead of the own clock, in milliseconds, an operation may claim to be signed.
	pub ahead_ms: u64,
	/// How long after entering an interval, in milliseconds, announcements for the one before still go out.
	pub grace_ms: u64,
	/// How long, in milliseconds, until a vector that did not change is sent again.
	pub heartbeat_ms: u64,
	/// How long, in milliseconds, until missing batches are asked for again.
	pub want_ms: u64,
	/// The most operations of a batch.
	pub batch_operations: usize,
	/// The most operations of one log above the floor: a log with more takes no submissions, and one with twice as many is
	/// not followed.
	pub live_operations: usize,
	/// How many positions of logs the vectors of an anchor list at most, for all logs together: of a log that has its share, no
	/// more is taken from its own anchor, only what another's vector speaks of.
	pub listed_operations: usize,
	/// How far beyond the settled state a client may number an operation.
	pub ahead_operations: u64,
	/// How many operations are sent to one anchor in answer to requests, in the time of [`Self::want_ms`].
	pub answered_operations: usize,
	/// The most batches of forks that are kept aside at a time.
	pub aside: usize,
	/// The most operations for one slot that are kept: the best.
	pub candidates: usize,
	/// Which rules hold: all, but in a simulation that shows what one is there for.
	pub rules: Rules,
}

impl Default for Config {
	fn default() -> Self {
		Self {
			ahead_ms: 30_000,
			grace_ms: 2_000,
			heartbeat_ms: 1_000,
			want_ms: 500,
			batch_operations: 1_024,
			live_operations: 1 << 20,
			// At least three bytes each, of a message of a megabyte.
			listed_operations: 1 << 15,
			ahead_operations: 1_024,
			// Some four megabytes a second, half of what an anchor takes of another.
			answered_operations: 8_192,
			aside: 1_024,
			candidates: 8,
			rules: Rules::default(),
		}
	}
}

/// Rules of PROTOCOL section 5.2 and 6, each of which can be switched off to see what goes wrong without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
	/// At most one digest for a slot in an interval.
	pub one_per_slot: bool,
	/// An operation is accepted only when the one before is settled, known final, or certified in this interval.
	pub predecessor_certified: bool,
	/// While an earlier acceptance for a slot is undecided, only the same digest is accepted.
	pub same_digest: bool,
	/// Under a new set nobody accepts before the last snapshot of the old set is settled.
	pub wait_for_old_set: bool,
	/// Nothing is announced for an interval after its closing vector, and nobody votes before it.
	pub close_before_vote: bool,
	/// Whoever voted saw its own announcements in the proposal or in an earlier snapshot.
	pub vote_protects_announced: bool,
	/// A restarted anchor asks for its own newest vector before it goes on.
	pub recover: bool,
}

impl Default for Rules {
	fn default() -> Self {
		Self {
			one_per_slot: true,
			predecessor_certified: true,
			same_digest: true,
			wait_for_old_set: true,
			close_before_vote: true,
			vote_protects_announced: true,
			recover: true,
		}
	}
}
