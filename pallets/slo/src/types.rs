//! What the pallet keeps.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec, CloneNoBound, DebugNoBound, PartialEqNoBound};
use scale_info::TypeInfo;
use smartlayer_types::{
	evm::EvmAddress,
	slo::{ladder::Witness, page::MAX_PAGES, report::OpenedReport, verdict::Verdict},
	AccountId,
};
use sp_core::{sr25519, Get, H256};

/// The most breaches of a node that are remembered. More than the ladder has rungs.
pub const MAX_STRIKES: u32 = 16;

/// Bytes that hold a bit for every page.
const PAGE_BYTES: u32 = MAX_PAGES.div_ceil(8);

/// An anchor that probes in an epoch, with the keys it had in the epoch's first block.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Prober {
	/// The anchor.
	pub account: AccountId,
	/// The Ethereum address of its anchor key, by which it signs.
	pub address: EvmAddress,
	/// The key that draws its nodes; an anchor without one can't probe.
	pub vrf_key: Option<sr25519::Public>,
}

/// What an anchor committed to, and how much of it is open.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Commitment {
	/// Root over the pages, see [`smartlayer_types::slo::page`].
	pub root: H256,
	/// How many pages there are.
	pub pages: u32,
	/// The anchor's VRF output, once it showed its draw.
	pub output: Option<[u8; 32]>,
	/// A bit for each page, set once that is open.
	opened: BoundedVec<u8, ConstU32<PAGE_BYTES>>,
}

impl Commitment {
	/// A commitment of which nothing is open; `None` if there are too many pages.
	pub fn new(root: H256, pages: u32) -> Option<Self> {
		let bytes = usize::try_from(pages.div_ceil(8)).ok()?;
		let opened = sp_runtime::Vec::from_iter(core::iter::repeat_n(0, bytes)).try_into().ok()?;
		Some(Self { root, pages, output: None, opened })
	}

	/// Whether a page is open.
	pub fn is_open(&self, page: u32) -> bool {
		let byte = usize::try_from(page / 8).ok().and_then(|byte| self.opened.get(byte));
		byte.is_some_and(|byte| byte & (1 << (page % 8)) != 0)
	}

	/// Notes that a page is open.
	pub fn set_open(&mut self, page: u32) {
		let byte = usize::try_from(page / 8).ok().and_then(|byte| self.opened.get_mut(byte));
		if let Some(byte) = byte {
			*byte |= 1 << (page % 8);
		}
	}
}

/// A node's opened reports of one epoch: of each anchor at most one.
pub type OpenedReports<MaxAnchors> = BoundedVec<OpenedReport, MaxAnchors>;

/// Indices of the anchors whose own reports were breaches, where the verdict was.
pub type BreachWitnesses<MaxAnchors> = BoundedVec<u32, MaxAnchors>;

/// The latest verdict over a node.
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
pub struct LatestVerdict {
	/// The verdict.
	pub verdict: Verdict,
	/// Whether the latest verdict that decided anything said that the node was healthy. An epoch without enough
	/// reports says nothing about the node, least of all when the network is at fault.
	pub healthy: bool,
}

/// What is remembered of a node that breached its terms.
#[derive(
	CloneNoBound,
	DebugNoBound,
	PartialEqNoBound,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(skip_type_params(MaxAnchors))]
pub struct Conduct<MaxAnchors: Get<u32>> {
	/// Whether the node was jailed by a verdict and did not become active since.
	pub jailed: bool,
	/// Epochs of breaches that count, the oldest first.
	pub strikes: BoundedVec<u64, ConstU32<MAX_STRIKES>>,
	/// Anchors that witnessed them.
	pub witnesses: BoundedVec<Witness, MaxAnchors>,
}

impl<MaxAnchors: Get<u32>> Default for Conduct<MaxAnchors> {
	fn default() -> Self {
		Self { jailed: false, strikes: BoundedVec::new(), witnesses: BoundedVec::new() }
	}
}
