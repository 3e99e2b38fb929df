//! What a schedule is like, apart from chance.

use smartlayer_operation_log::engine::Rules;

/// A kind of schedule.
#[derive(Clone, Debug)]
pub struct Scenario {
	/// The members of each interval's set, by number of anchor; the last one holds for all that follow.
	pub sets: Vec<Vec<u8>>,
	/// Anchors that are faulty: at most f of every set.
	pub faulty: Vec<u8>,
	/// An anchor that once comes back with an old disk. It counts as faulty where it matters.
	pub old_disk: Option<u8>,
	/// Intervals in which things go wrong; some calm ones follow.
	pub rough: u64,
	/// Of a hundred messages, how many are lost while things go wrong.
	pub loss: u32,
	/// Whether anchors crash while things go wrong.
	pub crashes: bool,
	/// Whether confirmations are orphaned while things go wrong.
	pub forks: bool,
	/// The rules.
	pub rules: Rules,
}

impl Scenario {
	/// Anchors 0 to n - 1, the last f of them faulty, everything going wrong.
	pub fn of(anchors: u8) -> Self {
		let faulty = (anchors - 1) / 3;
		Self {
			sets: vec![(0..anchors).collect()],
			faulty: (anchors - faulty..anchors).collect(),
			old_disk: None,
			rough: 4,
			loss: 20,
			crashes: true,
			forks: true,
			rules: Rules::default(),
		}
	}

	/// The same with these rules.
	#[must_use]
	pub fn with(self, rules: Rules) -> Self {
		Self { rules, ..self }
	}

	/// The same with sets that change.
	#[must_use]
	pub fn changing(self, sets: &[&[u8]]) -> Self {
		Self { sets: sets.iter().map(|set| set.to_vec()).collect(), ..self }
	}

	/// The set of an interval.
	pub fn set(&self, interval: u64) -> (u64, &[u8]) {
		let index = (interval as usize - 1).min(self.sets.len() - 1);
		// Equal neighbours are one set.
		let changes = self.sets[..=index].windows(2).filter(|pair| pair[0] != pair[1]).count();
		(changes as u64 + 1, &self.sets[index])
	}

	/// All anchors that are ever in a set.
	pub fn anchors(&self) -> u8 {
		self.sets.iter().flatten().max().map_or(0, |it| it + 1)
	}
}
