//! Four anchors and a chain that forks, in random order, with kills: what nobody may ever do, and that they get on.

use super::desk::*;
use crate::worker::{
	engine::{BestView, Effect, Fetched, FinalView, Record, Submission, Task, Unsigned},
	log::{Standing, WholeCut},
};
use proptest::prelude::*;
use smartlayer_commitment::{
	api::AnchorSet, turns, Bridge, Choice, ConfirmedSnapshot, LivingProposal, Proposal,
	SignerBitmap,
};
use smartlayer_types::{
	anchors::{max_faulty, quorum},
	evm::EvmAddress,
};
use sp_core::H256;
use std::{collections::BTreeMap, sync::Arc};

const BRIDGE: Bridge = Bridge { chain_id: 1, contract: EvmAddress::repeat_byte(0xb1) };
const MEMBERS: u8 = 4;

/// A chain that confirms what a quorum approves. What is confirmed and not final can be undone.
#[derive(Clone)]
struct Chain {
	set: Arc<AnchorSet>,
	number: u32,
	duty_start: u32,
	confirmed: Vec<ConfirmedSnapshot>,
	living: Option<LivingProposal>,
}

impl Chain {
	fn due(&self) -> u64 {
		self.confirmed.len() as u64 + 1
	}

	fn turn(&self, at: u32) -> (turns::Turn, u32) {
		let turn = turns::turn_at(self.duty_start, MEMBERS.into(), 6, at).unwrap();
		let accounts = self.set.members.iter().map(|it| &it.account);
		let order = turns::order(GENESIS, H256::zero(), self.due(), accounts);
		(turn, order[turn.position as usize])
	}

	fn view(&self) -> BestView {
		let (turn, proposer) = self.turn(self.number + 1);
		let mut view = view(self.number, self.due(), turn.ordinal, proposer, &self.set);
		if let Some(duty) = &mut view.duty {
			duty.turn = turn;
		}
		view.living = self.living.clone().filter(|it| !it.voided && self.number < it.end);
		view
	}

	/// Puts a submission into the next block, if the chain takes it.
	fn take(&mut self, submission: &Submission) {
		let now = self.number + 1;
		match submission {
			Submission::Proposal(own) => {
				let (turn, proposer) = self.turn(now);
				let is_free = self.living.as_ref().is_none_or(|it| {
					(it.proposal.interval, it.proposal.turn) != (self.due(), turn.ordinal)
				});
				if own.snapshot.interval != self.due() || own.turn != turn.ordinal || !is_free {
					return;
				}
				let snapshot_hash = own.snapshot.hash();
				let (interval, counted) = (self.due(), own.counted);
				let proposal = Proposal { interval, turn: own.turn, snapshot_hash, counted };
				let hash = proposal.hash(GENESIS);
				assert!(self.set.members[proposer as usize].signed(&hash, &own.signature));
				self.living = Some(LivingProposal {
					proposal,
					hash,
					snapshot: own.snapshot.clone(),
					proposer,
					end: turn.end,
					approvals: SignerBitmap::EMPTY,
					rejections: SignerBitmap::EMPTY,
					voided: false,
				});
			},
			Submission::Vote(of, vote) => {
				let Some(living) = self.living.as_mut() else { return };
				if living.hash != *of || living.voided || now >= living.end {
					return;
				}
				match vote.choice {
					Choice::Approve => living.approvals.insert(vote.member),
					Choice::Reject(_) => living.rejections.insert(vote.member),
				};
				let members = u32::from(MEMBERS);
				if living.approvals.count() >= quorum(members) {
					let snapshot = living.snapshot.clone();
					let (hash, proposer) = (snapshot.hash(), living.proposer);
					let confirmed_at = now;
					self.confirmed.push(ConfirmedSnapshot {
						snapshot,
						hash,
						proposer,
						confirmed_at,
					});
					(self.living, self.duty_start) = (None, now);
				} else if living.rejections.count() > max_faulty(members) {
					living.voided = true;
				}
			},
			Submission::Signatures(..) => {},
		}
	}
}

/// What members have said, for ever.
#[derive(Default)]
struct Said {
	votes: BTreeMap<(u32, H256), Choice>,
	proposals: BTreeMap<(u8, u64, u64), H256>,
	signed: BTreeMap<(u8, u64), H256>,
}

struct World {
	chain: Chain,
	/// The chain as far as it is final.
	last: Chain,
	desks: Vec<Desk>,
	pool: Vec<Submission>,
	bodies: BTreeMap<H256, WholeCut>,
	said: Said,
}

impl World {
	fn new() -> Self {
		let set = set_of(7, 1..=MEMBERS);
		let chain = Chain { set, number: 0, duty_start: 0, confirmed: Vec::new(), living: None };
		let desks = (1..=MEMBERS).map(Desk::new).collect();
		let (last, pool, bodies) = (chain.clone(), Vec::new(), BTreeMap::new());
		Self { chain, last, desks, pool, bodies, said: Said::default() }
	}

	/// Carries out what an anchor wants, up to its `kill`-th effect.
	fn carry_out(&mut self, at: usize, kill: usize) {
		let seed = at as u8 + 1;
		let effects = self.desks[at].engine.take_effects();
		for effect in effects.into_iter().take(kill) {
			match effect {
				Effect::Store(record) => self.store(at, seed, record),
				Effect::Submit(submission) => {
					if let Submission::Vote(of, vote) = &submission {
						let said = self.said.votes.entry((vote.member, *of)).or_insert(vote.choice);
						assert_eq!(*said, vote.choice, "a contrary vote");
					}
					self.pool.push(submission);
				},
				Effect::Broadcast(signatures) => {
					for other in &mut self.desks {
						other.engine.received(member(seed).address, &signatures);
					}
				},
				Effect::Start(task) => self.desks[at].tasks.push(task),
				Effect::Event(_) => {},
			}
		}
	}

	fn store(&mut self, at: usize, seed: u8, record: Record) {
		match &record {
			Record::Proposal(own, whole) => {
				let key = (seed, own.snapshot.interval, own.turn);
				let said = *self.said.proposals.entry(key).or_insert(own.snapshot.hash());
				assert_eq!(said, own.snapshot.hash(), "two proposals in a turn");
				self.bodies.insert(hash_of(whole), (**whole).clone());
			},
			Record::Signed(interval, hash) => {
				let said = *self.said.signed.entry((seed, *interval)).or_insert(*hash);
				assert_eq!(said, *hash, "two snapshots of an interval");
			},
			Record::Vote(..) => {},
		}
		self.desks[at].stored.push(record);
	}

	fn work(&mut self, at: usize, fails: bool, kill: usize) {
		if self.desks[at].tasks.is_empty() {
			return;
		}
		let task = self.desks[at].tasks.remove(0);
		let set = self.chain.set.clone();
		let engine = &mut self.desks[at].engine;
		match task {
			Task::Look(interval) => {
				let standing = Standing { all_closed: !fails, ..closed(&[]) };
				engine.looked(0, interval, Some(standing));
			},
			Task::Cut(interval) => {
				// Every anchor and every moment has its own cut.
				let tag = at as u8 * 60 + (self.chain.number % 60) as u8;
				engine.drafted(0, interval, (!fails).then(|| cut(interval, &set, &[0, 1, 2], tag)));
			},
			Task::Rebuild(hash, whole) => {
				let interval = whole.cut.interval;
				let lacking = smartlayer_commitment::Incomplete::Interval(interval);
				engine.rebuilt(0, hash, if fails { Err(lacking) } else { Ok(rebuilt(&whole)) });
			},
			Task::Fetch { hash, .. } => {
				let found = self.bodies.get(&hash).filter(|_| !fails).cloned();
				let found = found.map(|it| Fetched::Whole(Arc::new(it)));
				engine.fetched(0, hash, found.unwrap_or(Fetched::Nowhere));
			},
			Task::TakeOver(of) => {
				let found = self.bodies.get(&of.snapshot.body.cut_hash).filter(|_| !fails);
				engine.taken_over(0, found.map(rebuilt));
			},
			Task::Synchronise(to) => {
				engine.synchronised(0, (!fails).then_some(to.snapshot.interval));
			},
			Task::Settle(_, rebuilt) => engine.settled(0, rebuilt.interval),
		}
		self.carry_out(at, kill);
	}

	fn block(&mut self, drop_every: usize) {
		let pool = std::mem::take(&mut self.pool);
		for (index, submission) in pool.iter().enumerate() {
			if drop_every == 0 || index % drop_every != 0 {
				self.chain.take(submission);
			}
		}
		self.chain.number += 1;
	}

	fn finalise(&mut self) {
		self.last = self.chain.clone();
	}

	fn look(&mut self, at: usize, kill: usize) {
		let settled = self.desks[at].engine.last_settled() as usize;
		let confirmed: Vec<_> = self.last.confirmed.iter().skip(settled).take(8).cloned().collect();
		let recent = self.last.confirmed.iter().rev().take(3).rev();
		let unsigned = recent.map(|it| Unsigned {
			interval: it.snapshot.interval,
			hash: it.hash,
			set: self.last.set.clone(),
			bridges: vec![BRIDGE],
		});
		let view = FinalView {
			newest: self.last.confirmed.last().cloned(),
			unsigned: unsigned.collect(),
			confirmed,
		};
		let desk = &mut self.desks[at];
		desk.best(self.chain.view());
		desk.finalised(view);
		self.carry_out(at, kill);
	}

	fn restart(&mut self, at: usize) {
		let again = self.desks[at].restarted();
		self.desks[at] = again;
	}

	/// Everything works from now on, until everybody has settled an interval.
	fn calm(&mut self, blocks: u32, interval: u64) {
		for _ in 0..blocks {
			if self.desks.iter().all(|it| it.engine.last_settled() >= interval) {
				return;
			}
			for at in 0..self.desks.len() {
				self.look(at, usize::MAX);
				for _ in 0..20 {
					self.work(at, false, usize::MAX);
				}
			}
			self.block(0);
			self.finalise();
		}
	}
}

#[derive(Clone, Debug)]
enum Step {
	Look(usize, usize),
	Work(usize, bool, usize),
	Block(usize),
	Finalise,
	/// The chain goes back to what is final.
	Orphan,
	Restart(usize),
}

fn step() -> impl Strategy<Value = Step> {
	let anchor = 0usize..MEMBERS.into();
	let kill = prop_oneof![8 => Just(usize::MAX), 1 => 0usize..3];
	prop_oneof![
		6 => (anchor.clone(), kill.clone()).prop_map(|(at, kill)| Step::Look(at, kill)),
		16 => (anchor.clone(), prop::bool::weighted(0.2), kill)
			.prop_map(|(at, fails, kill)| Step::Work(at, fails, kill)),
		4 => prop_oneof![3 => Just(0usize), 1 => 1usize..4].prop_map(Step::Block),
		2 => Just(Step::Finalise),
		1 => Just(Step::Orphan),
		1 => anchor.prop_map(Step::Restart),
	]
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

	#[test]
	fn nobody_contradicts_itself_and_every_interval_gets_its_snapshot(
		steps in prop::collection::vec(step(), 100..500),
	) {
		let mut world = World::new();
		for step in steps {
			match step {
				Step::Look(at, kill) => {
					world.look(at, kill);
					if kill != usize::MAX {
						world.restart(at);
					}
				},
				Step::Work(at, fails, kill) => {
					world.work(at, fails, kill);
					if kill != usize::MAX {
						world.restart(at);
					}
				},
				Step::Block(drop_every) => world.block(drop_every),
				Step::Finalise => world.finalise(),
				Step::Orphan => world.chain = world.last.clone(),
				Step::Restart(at) => world.restart(at),
			}
		}
		let before = world.chain.confirmed.len();
		for at in 0..world.desks.len() {
			world.restart(at);
		}
		let wanted = before as u64 + 3;
		world.calm(200, wanted);
		let settled = world.desks.iter().map(|it| it.engine.last_settled()).min();
		prop_assert!(settled >= Some(wanted), "they don't get on");
		// Everybody signed what the final chain says.
		for confirmed in &world.last.confirmed {
			for seed in 1..=MEMBERS {
				let signed = world.said.signed.get(&(seed, confirmed.snapshot.interval));
				prop_assert!(signed.is_none_or(|it| *it == confirmed.hash));
			}
		}
	}
}
