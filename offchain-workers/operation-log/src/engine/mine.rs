//! What this anchor's own vectors of an interval list, kept up to date as it accepts and announces.

use super::{
	logs::{LogId, OriginLog},
	tally::Tallies,
};
use smartlayer_operations::Position;
use std::collections::{BTreeMap, BTreeSet};

/// The lists for one log.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
	/// Neither accepted nor announced.
	pub withheld: BTreeSet<Position>,
	/// Accepted and not announced.
	pub unannounced: BTreeSet<Position>,
	/// The last batch of which anything is announced.
	pub announced: u64,
}

impl Lists {
	fn announce(&mut self, position: Position) {
		self.withheld.remove(&position);
		self.unannounced.remove(&position);
		self.announced = self.announced.max(position.number);
	}
}

/// The lists for all logs.
#[derive(Clone, Debug, Default)]
pub(super) struct Mine(BTreeMap<LogId, Lists>);

impl Mine {
	/// The lists for a log.
	pub fn lists(&self, log: &LogId) -> Lists {
		self.0.get(log).cloned().unwrap_or_default()
	}

	/// How many positions of a log are neither accepted nor announced.
	pub fn withheld(&self, log: &LogId) -> usize {
		self.0.get(log).map_or(0, |it| it.withheld.len())
	}

	/// Forgets a log: what is followed of it from now on is taken in anew.
	pub fn forget(&mut self, log: &LogId) {
		self.0.remove(log);
	}

	/// Takes in the batches of a log after a number.
	pub fn cover<S>(&mut self, id: &LogId, log: &OriginLog<S>, after: u64, tallies: &Tallies) {
		let lists = self.0.entry(id.clone()).or_default();
		for (position, digest) in log.digests(after, u64::MAX) {
			let tally = tallies.get(&digest).copied().unwrap_or_default();
			if tally.i_announced {
				lists.announce(position);
			} else if tally.i_accepted {
				lists.unannounced.insert(position);
			} else {
				lists.withheld.insert(position);
			}
		}
	}

	/// Notes that the operation at these places is accepted.
	pub fn accept(&mut self, places: &[(LogId, Position)]) {
		for (id, position) in places {
			if let Some(lists) = self.0.get_mut(id) {
				if lists.withheld.remove(position) {
					lists.unannounced.insert(*position);
				}
			}
		}
	}

	/// Notes that the operation at these places is announced.
	pub fn announce(&mut self, places: &[(LogId, Position)]) {
		for (id, position) in places {
			if let Some(lists) = self.0.get_mut(id) {
				let is_covered =
					lists.withheld.contains(position) || lists.unannounced.contains(position);
				if is_covered {
					lists.announce(*position);
				}
			}
		}
	}
}
