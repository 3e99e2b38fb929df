//! What costs a peer its reputation, and how much.
//!
//! The network bans a peer from all protocols below about -1.5 billion, and halves every reputation in about 140 seconds.
//! What may happen to honest nodes (a set that changes, a look-up that is late) costs so little that it never adds up to a
//! ban; what is provably wrong does after some times.

use sc_network::ReputationChange;

/// What the rest of the operation log may say of an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
	/// A message or answer that can't be decoded. Cut off for a while.
	Undecodable,
	/// A batch or vector with an invalid signature or root. Cut off for a while.
	Invalid,
	/// Two signed things that exclude one another. Stays connected: what it signs counts until the chain says otherwise.
	Conflicting,
	/// An answer that is not what was asked for. Stays connected.
	Useless,
}

impl Misbehaviour {
	pub(super) const fn cost(self) -> ReputationChange {
		match self {
			Self::Undecodable => {
				ReputationChange::new(-(1 << 28), "operation log: undecodable message")
			},
			Self::Invalid => ReputationChange::new(-(1 << 28), "operation log: invalid signature"),
			Self::Conflicting => ReputationChange::new(-(1 << 26), "operation log: conflict"),
			Self::Useless => ReputationChange::new(-(1 << 22), "operation log: useless answer"),
		}
	}

	pub(super) const fn cuts_off(self) -> bool {
		matches!(self, Self::Undecodable | Self::Invalid)
	}
}

/// Why a peer is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
	/// The handshake is no signature.
	Unsigned,
	/// The signer is no member.
	NotMember,
	/// The signer is this node's own anchor: two nodes run with one key.
	OwnKey,
	/// The anchor is cut off.
	CutOff,
	/// This node is no member itself, and has nobody to talk to.
	Nobody,
}

impl Refusal {
	/// Its name in metrics.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Unsigned => "unsigned",
			Self::NotMember => "not_member",
			Self::OwnKey => "own_key",
			Self::CutOff => "cut_off",
			Self::Nobody => "nobody",
		}
	}

	pub const fn cost(self) -> Option<ReputationChange> {
		match self {
			Self::Unsigned | Self::NotMember | Self::OwnKey => {
				Some(ReputationChange::new(-(1 << 18), "operation log: not an anchor of this time"))
			},
			// It was reported when it was cut off.
			Self::CutOff | Self::Nobody => None,
		}
	}
}

/// Why a request is not passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestRefusal {
	/// From a peer that is not connected as an anchor.
	Stranger,
	/// Larger than a request may be.
	Oversized,
	/// More than the anchor may ask for now.
	Busy,
	/// More than the anchor may send: it is cut off.
	Flood,
}

impl RequestRefusal {
	/// Its name in metrics.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Stranger => "stranger",
			Self::Oversized => "oversized",
			Self::Busy => "busy",
			Self::Flood => "flood",
		}
	}
}

/// A peer that is no anchor asks for operations. A node that has just been connected may be early with it.
pub(super) const STRANGER: ReputationChange =
	ReputationChange::new(-(1 << 20), "operation log: request of a stranger");

/// More than an anchor may send.
pub(super) const FLOOD: ReputationChange =
	ReputationChange::new(-(1 << 26), "operation log: flood");

/// A request that is larger than any.
pub(super) const OVERSIZED: ReputationChange =
	ReputationChange::new(-(1 << 26), "operation log: oversized request");
