//! Which anchors the next session has: a pure function of who sits, who should, and what may change at once.

use alloc::vec::Vec;
use smartlayer_types::AccountId;

/// What a session is planned from.
pub struct Plan<'a> {
	/// Who sits.
	pub seated: &'a [AccountId],
	/// Who should, best backed first, all of them able to.
	pub target: &'a [AccountId],
	/// Who of those that sit was removed: they go first, and even without a replacement.
	pub removed: &'a [AccountId],
	/// The seats there are.
	pub seats: usize,
	/// The number below which nothing shrinks the session.
	pub least: usize,
	/// The most members that change.
	pub changes: usize,
}

impl Plan<'_> {
	/// The members of the session. Whoever loses a seat to nobody keeps it, unless removed.
	pub fn members(&self) -> Vec<AccountId> {
		let mut members = self.seated.to_vec();
		let mut joining = self.target.iter().filter(|account| !self.seated.contains(account));
		let mut leaving = self.leaving().into_iter();
		for _ in 0..self.changes {
			let crowded = members.len() > self.seats;
			let next = if crowded { None } else { joining.next() };
			match (leaving.next(), next) {
				(Some(old), Some(new)) => {
					if let Some(seat) = members.iter_mut().find(|member| *member == old) {
						*seat = new.clone();
					}
				},
				(Some(old), None) => {
					let goes = crowded || self.removed.contains(old);
					if goes && members.len() > self.least {
						members.retain(|member| member != old);
					}
				},
				(None, Some(new)) if members.len() < self.seats => members.push(new.clone()),
				(None, _) => break,
			}
		}
		members
	}

	/// Those that should not sit: the removed first, then the last to have come.
	fn leaving(&self) -> Vec<&AccountId> {
		let gone = |account: &&AccountId| !self.target.contains(account);
		let removed = self.removed.iter().filter(gone).filter(|a| self.seated.contains(a));
		let replaced = self.seated.iter().rev().filter(gone).filter(|a| !self.removed.contains(a));
		removed.chain(replaced).collect()
	}
}
