//! Who accepted and who announced what in an interval.

use smartlayer_commitment::SignerBitmap;
use sp_core::H256;
use std::collections::HashMap;

/// What is known of one operation in one interval.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
	accepted: SignerBitmap,
	announced: SignerBitmap,
	/// Whether this anchor accepted it.
	pub i_accepted: bool,
	/// Whether this anchor announced it.
	pub i_announced: bool,
	pub is_certified: bool,
	pub is_final: bool,
}

impl Tally {
	/// Counts a member's acceptance; `true` when that makes a quorum for the first time.
	pub fn accept(&mut self, member: u32, quorum: u32) -> bool {
		self.accepted.insert(member);
		let certifies = !self.is_certified && self.accepted.count() >= quorum;
		self.is_certified |= certifies;
		certifies
	}

	/// Notes that this anchor accepts and announces it.
	pub fn say_all(&mut self) {
		self.i_accepted = true;
		self.i_announced = true;
	}

	/// Forgets who said what, to count it anew: what came of it before stays.
	pub fn forget_signers(&mut self) {
		self.accepted = SignerBitmap::default();
		self.announced = SignerBitmap::default();
	}

	/// Counts a member's announcement; `true` when that makes a quorum for the first time.
	pub fn announce(&mut self, member: u32, quorum: u32) -> bool {
		self.announced.insert(member);
		let finalises = !self.is_final && self.announced.count() >= quorum;
		self.is_final |= finalises;
		finalises
	}
}

/// The tallies of an interval, by digest.
pub(super) type Tallies = HashMap<H256, Tally>;
