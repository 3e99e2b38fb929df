//! Epochs of probing: where each stands on its way from probes to consequences.

use crate::{Balance, SetId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What happens to an epoch's reports at the moment.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Stage {
	/// The epoch lasts: anchors probe, and commit to their reports.
	#[codec(index = 0)]
	Probing,
	/// The epoch after it lasts: anchors show their draws and open their reports.
	#[codec(index = 1)]
	Revealing,
	/// Nodes are judged one by one; failing stake adds up.
	#[codec(index = 2)]
	Judging,
	/// All nodes are judged, so it is known whether there was an outage; breaches have their consequences one by one.
	#[codec(index = 3)]
	Executing,
	/// What the epoch left in storage is removed.
	#[codec(index = 4)]
	Clearing,
	/// Nothing is left but this record, for those who want to know.
	#[codec(index = 5)]
	Done,
}

/// An epoch of probing, as the chain keeps it. Who probes, and K, are fixed in the epoch's first block.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct EpochRecord {
	/// BABE's number of the epoch.
	pub epoch: u64,
	/// Where it stands.
	pub stage: Stage,
	/// The anchor set that probes.
	pub set: SetId,
	/// What the anchors' VRF is evaluated over, see [`super::draw::vrf_input`].
	pub randomness: [u8; 32],
	/// n: the number of anchors.
	pub anchors: u32,
	/// K: how many reports a verdict needs.
	pub probers: u32,
	/// Nodes of which a report was opened.
	pub reported: u32,
	/// Nodes of them that were judged.
	pub judged: u32,
	/// Nodes on duty whose verdict was a breach.
	pub breaches: u32,
	/// Breaches of them that had their consequences.
	pub executed: u32,
	/// All bonded stake when judging began.
	pub total_bonded: Balance,
	/// Stake that counted as failing, see [`super::guard`].
	pub failing: Balance,
	/// Whether it was an outage. Known once all nodes are judged.
	pub outage: bool,
}
