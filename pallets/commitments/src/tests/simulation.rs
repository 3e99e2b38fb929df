//! Random schedules of turns, proposals, votes, dead members and set changes against a simple model.

use super::mock::*;
use proptest::prelude::*;
use smartlayer_commitment::{Choice, RejectReason};
use smartlayer_types::anchors::{max_faulty, quorum};
use sp_core::H256;
use std::collections::{BTreeMap, BTreeSet};

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
	/// Some blocks go by.
	Blocks(u32),
	/// Whoever is in turn proposes one of several snapshots.
	Propose(u8),
	/// A member votes on one of the proposals that ever were.
	Vote(u32, usize, bool),
	/// A set with this many members takes office.
	Office(u8),
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		2 => (1u32..7).prop_map(Step::Blocks),
		3 => (0u8..3).prop_map(Step::Propose),
		9 => (0u32..8, 0usize..3, prop::bool::weighted(0.8))
			.prop_map(|(member, which, yes)| Step::Vote(member, which, yes)),
		1 => (4u8..8).prop_map(Step::Office),
	]
}

/// A proposal as the model keeps it.
struct Known {
	interval: u64,
	hash: H256,
	snapshot: H256,
	members: u32,
	end: u32,
	yes: BTreeSet<u32>,
	no: BTreeSet<u32>,
}

impl Known {
	fn lives(&self, now: u32, confirmed: &BTreeMap<u64, H256>) -> bool {
		now < self.end
			&& self.no.len() as u32 <= max_faulty(self.members)
			&& !confirmed.contains_key(&self.interval)
	}
}

#[derive(Default)]
struct Model {
	proposals: Vec<Known>,
	confirmed: BTreeMap<u64, H256>,
}

impl Model {
	fn propose(&mut self, variant: u8) {
		let now = System::block_number();
		let Some(duty) = Commitments::duty(now) else { return };
		let taken = self.proposals.last().is_some_and(|it| {
			it.interval == duty.interval && now < it.end && it.end == duty.turn.end
		});
		let mut snapshot = snapshot();
		snapshot.body.cut_hash = H256::repeat_byte(variant + 1);
		let members = Commitments::interval(duty.interval).unwrap().members;
		assert_eq!(submit(proposal(snapshot.clone())).is_ok(), !taken);
		if !taken {
			let living = Commitments::living_proposal().unwrap();
			self.proposals.push(Known {
				interval: duty.interval,
				hash: living.hash,
				snapshot: snapshot.hash(),
				members,
				end: duty.turn.end,
				yes: BTreeSet::new(),
				no: BTreeSet::new(),
			});
		}
	}

	fn vote(&mut self, member: u32, which: usize, yes: bool) {
		let now = System::block_number();
		let last = self.proposals.len();
		let Some(known) = last.checked_sub(1 + which).map(|it| &mut self.proposals[it]) else {
			return;
		};
		if Commitments::interval(known.interval).is_none() {
			return;
		}
		let choice =
			if yes { Choice::Approve } else { Choice::Reject(RejectReason::InvalidExtension) };
		// Only the newest proposal can live.
		let counts = which == 0
			&& known.lives(now, &self.confirmed)
			&& member < known.members
			&& !known.yes.contains(&member)
			&& !known.no.contains(&member);
		let call = vote_in(known.interval, member, known.hash, choice);
		assert_eq!(submit(call).is_ok(), counts);
		if !counts {
			return;
		}
		if yes { &mut known.yes } else { &mut known.no }.insert(member);
		if known.yes.len() as u32 >= quorum(known.members) {
			assert!(self.confirmed.insert(known.interval, known.snapshot).is_none());
		}
	}

	fn run(&mut self, step: Step) {
		match step {
			Step::Blocks(count) => to_block(System::block_number() + count),
			Step::Propose(variant) => self.propose(variant),
			Step::Vote(member, which, yes) => self.vote(member, which, yes),
			Step::Office(size) => {
				let set = CurrentSet::get() + 1;
				let first = 1 + (set % 20) as u8;
				office(set, &(first..first + size).collect::<Vec<_>>());
			},
		}
	}

	/// The chain confirmed what the model did: one snapshot for each interval, in order.
	fn check(&self) {
		assert_eq!(Commitments::history().count, self.confirmed.len() as u64);
		for (place, (interval, hash)) in (1u64..).zip(&self.confirmed) {
			assert_eq!(place, *interval);
			if let Some(kept) = Commitments::snapshot(*interval) {
				assert_eq!(kept.hash, *hash);
			}
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

	#[test]
	fn one_snapshot_is_confirmed_for_each_interval_and_only_by_a_quorum(
		steps in prop::collection::vec(step(), 1..250),
	) {
		run(|| {
			let mut model = Model::default();
			for (count, step) in steps.into_iter().enumerate() {
				model.run(step);
				model.check();
				if count % 32 == 0 {
					Commitments::do_try_state().unwrap();
				}
			}
		});
	}

	#[test]
	fn the_chain_goes_on_as_soon_as_a_quorum_works(
		silent in prop::collection::btree_set(0u32..7, 0..=2),
		stall in 0u32..200,
	) {
		run_with(&[1, 2, 3, 4, 5, 6, 7], || {
			to_block(11 + stall);
			// Two of seven are down: in their turns nothing happens.
			for _ in 0..4 {
				while Commitments::current_interval() <= Commitments::history().count + 1 {
					next_block();
				}
				let before = Commitments::history().count;
				while silent.contains(&Commitments::duty(System::block_number()).unwrap().proposer) {
					to_next_turn();
				}
				let hash = propose(snapshot());
				let voters = (0..7).filter(|it| !silent.contains(it)).take(5);
				for voter in voters {
					submit(vote(voter, hash, Choice::Approve)).unwrap();
				}
				assert_eq!(Commitments::history().count, before + 1);
			}
		});
	}
}
