//! Time, messages, crashes, and everybody's turn to do something.

use crate::{
	chain::Chain,
	faulty::{some, Faulty},
	node::{anchor, Node},
	operations::all,
	properties::Properties,
	scenario::Scenario,
	Outcome, Violation,
};
use rand::{seq::IndexedRandom, Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use smartlayer_commitment::{certified, vote, Choice, Extension, Incomplete};
use smartlayer_operation_log::engine::{Effect, Event, IntervalStart, Member, Message, WholeCut};
use smartlayer_operations::VerifiedOperation;
use sp_core::H256;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};

/// A step of the simulated clock.
const STEP_MS: u64 = 10;

/// Calm intervals at the end.
const CALM: u64 = 12;

/// A message on its way.
struct Letter {
	from: u8,
	to: u8,
	message: Message<()>,
}

pub struct World {
	scenario: Scenario,
	rng: ChaCha8Rng,
	now_ms: u64,
	chain: Chain,
	nodes: BTreeMap<u8, Node>,
	faulty: Vec<Faulty>,
	letters: BTreeMap<(u64, u64), Letter>,
	sent: u64,
	/// When an anchor learns that an interval's first block, or its snapshot, is final.
	news: BTreeMap<(u8, u64, bool), u64>,
	/// What clients gave to anchors that had it on disk at the end.
	submitted: BTreeSet<H256>,
	properties: Properties,
	contradictions: usize,
}

impl World {
	pub fn new(scenario: &Scenario, seed: u64) -> Self {
		let chain = Chain::new();
		let honest = (0..scenario.anchors()).filter(|it| !scenario.faulty.contains(it));
		let nodes = honest.map(|it| (it, Node::new(it, scenario, chain.ledgers[0].clone())));
		Self {
			nodes: nodes.collect(),
			faulty: scenario.faulty.iter().map(|it| Faulty::new(*it)).collect(),
			scenario: scenario.clone(),
			rng: ChaCha8Rng::seed_from_u64(seed),
			now_ms: 0,
			chain,
			letters: BTreeMap::new(),
			sent: 0,
			news: BTreeMap::new(),
			submitted: BTreeSet::new(),
			properties: Properties::new(all()),
			contradictions: 0,
		}
	}

	pub fn run(mut self) -> Result<Outcome, Violation> {
		let last = self.scenario.rough + CALM;
		// Generous: everything that is to be settled has long been.
		let end_ms = (last + 4) * crate::chain::INTERVAL_MS;
		while self.now_ms < end_ms && self.chain.settled() < last {
			self.step()?;
			self.now_ms += STEP_MS;
		}
		let settled = self.chain.settled();
		if settled < last {
			return Err(Violation::Stopped(settled + 1));
		}
		let ledger = &self.chain.ledgers[settled as usize];
		self.properties.check_committed(ledger, &self.submitted, all())?;
		let committed = ledger.operations.len();
		let (finals, contradictions) = (self.properties.finals(), self.contradictions);
		Ok(Outcome { settled, finals, committed, contradictions })
	}

	fn is_rough(&self) -> bool {
		self.now_ms < self.scenario.rough * crate::chain::INTERVAL_MS
	}

	fn chance(&mut self, of_a_thousand: u32) -> bool {
		self.rng.random_ratio(of_a_thousand, 1_000)
	}

	fn step(&mut self) -> Result<(), Violation> {
		self.chain.begin(self.now_ms);
		self.chain.finalise(self.now_ms);
		self.tell_news()?;
		self.deliver()?;
		self.submit();
		self.crash();
		for number in self.nodes.keys().copied().collect::<Vec<_>>() {
			if self.chance(600) {
				self.tick(number)?;
			}
		}
		self.misbehave();
		self.propose();
		self.vote()
	}

	/// Lets anchors learn of first blocks and snapshots, each in its own time.
	fn tell_news(&mut self) -> Result<(), Violation> {
		let numbers: Vec<_> = self.nodes.keys().copied().collect();
		let settled = self.chain.settled();
		for number in numbers {
			let node = &self.nodes[&number];
			if node.down_until.is_some() {
				continue;
			}
			let (entered, known) = (node.entered, node.engine.settled());
			if known < settled && self.is_due(number, known + 1, true) {
				self.properties.check_snapshot(&self.chain.ledgers[known as usize + 1])?;
				let ledger = self.chain.ledgers[known as usize + 1].clone();
				if let Some(node) = self.nodes.get_mut(&number) {
					node.settle(&ledger, self.now_ms);
				}
				self.carry_out(number, usize::MAX)?;
			}
			if self.chain.starts.contains_key(&(entered + 1))
				&& self.is_due(number, entered + 1, false)
			{
				self.enter(number, entered + 1)?;
			}
		}
		Ok(())
	}

	/// Whether an anchor learns of something now; the first time it is asked, the delay is drawn.
	fn is_due(&mut self, number: u8, interval: u64, snapshot: bool) -> bool {
		let stalls = self.is_rough() && self.rng.random_ratio(1, 8);
		let delay_ms = match (self.is_rough(), stalls) {
			(_, true) => self.rng.random_range(0..600),
			(true, false) => self.rng.random_range(0..150),
			(false, false) => self.rng.random_range(0..30),
		};
		let at_ms = self.now_ms + delay_ms;
		let due_ms = *self.news.entry((number, interval, snapshot)).or_insert(at_ms);
		self.now_ms >= due_ms || (!self.is_rough() && self.now_ms + 30 >= due_ms)
	}

	fn enter(&mut self, number: u8, interval: u64) -> Result<(), Violation> {
		let start = self.chain.starts[&interval];
		let (set_id, set) = self.scenario.set(interval);
		let member = |it: &u8| Member { account: anchor(*it), incarnation: 0 };
		let start = IntervalStart {
			interval,
			set_id,
			members: set.iter().map(member).collect(),
			oldest_ms: 0,
			base: start.base,
			accepting: start.accepting,
		};
		if let Some(node) = self.nodes.get_mut(&number) {
			// The state after the first block tells of snapshots that the anchor may not have looked at yet.
			for ledger in &self.chain.ledgers[..=start.base as usize] {
				if ledger.interval > node.engine.settled() {
					node.settle(ledger, self.now_ms);
				}
			}
			node.entered = interval;
			node.engine.enter(self.now_ms, start);
		}
		self.carry_out(number, usize::MAX)
	}

	/// Carries out what an anchor has to do: all, or as much as it gets done before it crashes.
	fn carry_out(&mut self, number: u8, limit: usize) -> Result<(), Violation> {
		let Some(node) = self.nodes.get_mut(&number) else { return Ok(()) };
		let effects = node.take_effects();
		for effect in effects.into_iter().take(limit) {
			match effect {
				Effect::Store(record) => {
					if let Some(node) = self.nodes.get_mut(&number) {
						node.disk.write(record);
					}
				},
				Effect::Broadcast(message) => {
					for to in 0..self.scenario.anchors() {
						self.send(number, to, message.clone());
					}
				},
				Effect::Send(to, message) => self.send(number, crate::node::number(&to), message),
				Effect::Report(whom, _) => self.check_report(crate::node::number(&whom))?,
				Effect::Forget(log, up_to) => {
					if let Some(node) = self.nodes.get_mut(&number) {
						node.disk.forget(&log, up_to);
					}
				},
				Effect::ForgetInterval(interval) => {
					if let Some(node) = self.nodes.get_mut(&number) {
						node.disk.forget_interval(interval);
					}
				},
				Effect::Event(event) => self.observe(number, &event)?,
			}
		}
		Ok(())
	}

	fn observe(&mut self, number: u8, event: &Event) -> Result<(), Violation> {
		if let Event::Accepted(digest, _) = event {
			// What a client gave only to anchors that are faulty or lose their disk may be lost.
			let keeps = self.scenario.old_disk != Some(number);
			if keeps && self.nodes.get(&number).is_some_and(|it| it.engine.is_own(digest)) {
				self.submitted.insert(*digest);
			}
		}
		self.properties.observe(&self.chain, event)
	}

	fn check_report(&mut self, whom: u8) -> Result<(), Violation> {
		if self.scenario.old_disk == Some(whom) {
			self.contradictions += 1;
		} else if !self.scenario.faulty.contains(&whom) {
			return Err(Violation::WronglyReported(whom));
		}
		Ok(())
	}

	fn send(&mut self, from: u8, to: u8, message: Message<()>) {
		if from == to || !self.nodes.contains_key(&to) {
			return;
		}
		let is_rough = self.is_rough();
		if is_rough && self.rng.random_ratio(self.scenario.loss, 100) {
			return;
		}
		let delay_ms = self.rng.random_range(5..if is_rough { 120 } else { 25 });
		self.sent += 1;
		self.letters.insert((self.now_ms + delay_ms, self.sent), Letter { from, to, message });
	}

	fn deliver(&mut self) -> Result<(), Violation> {
		while let Some(entry) = self.letters.first_entry() {
			if entry.key().0 > self.now_ms {
				break;
			}
			let Letter { from, to, message } = entry.remove();
			let Some(node) = self.nodes.get_mut(&to).filter(|it| it.down_until.is_none()) else {
				continue;
			};
			node.engine.receive(self.now_ms, &anchor(from), message);
			self.carry_out(to, usize::MAX)?;
		}
		Ok(())
	}

	/// A client gives an operation to one anchor or to two.
	fn submit(&mut self) {
		if !self.is_rough() || !self.chance(250) {
			return;
		}
		let Some(operation) = all().choose(&mut self.rng).cloned() else { return };
		let numbers: Vec<_> = self.nodes.keys().copied().collect();
		let count = self.rng.random_range(1..=2);
		let chosen: Vec<_> = numbers.choose_multiple(&mut self.rng, count).copied().collect();
		for number in chosen {
			if let Some(node) = self.nodes.get_mut(&number).filter(|it| it.down_until.is_none()) {
				// What is refused is the client's business.
				let _ = node.engine.submit(&operation);
			}
		}
	}

	/// Lets an anchor go down in the middle of what it does, and come back.
	fn crash(&mut self) {
		let all_at_once = self.scenario.crashes && self.is_rough() && self.chance(2);
		for number in self.nodes.keys().copied().collect::<Vec<_>>() {
			let crashes = self.scenario.crashes && self.is_rough() && self.chance(4);
			if all_at_once || crashes {
				self.go_down(number);
			}
			let is_old = self.scenario.old_disk == Some(number);
			if is_old && self.chance(20) {
				let node = self.nodes.get_mut(&number).filter(|it| it.image.is_none());
				if let Some(node) = node {
					node.image = Some(node.disk.clone());
				}
			}
			let now_ms = self.now_ms;
			let back = self.nodes[&number].down_until.is_some_and(|it| now_ms >= it);
			if back || (self.nodes[&number].down_until.is_some() && !self.is_rough()) {
				self.come_back(number);
			}
		}
	}

	fn go_down(&mut self, number: u8) {
		let until = self.now_ms + self.rng.random_range(20..300);
		let done = self.rng.random_range(0..4);
		let now_ms = self.now_ms;
		let Some(node) = self.nodes.get_mut(&number).filter(|it| it.down_until.is_none()) else {
			return;
		};
		node.engine.tick(now_ms);
		node.down_until = Some(until);
		// A report made while going down is checked when it is made again.
		let _ = self.carry_out(number, done);
	}

	fn come_back(&mut self, number: u8) {
		let scenario = self.scenario.clone();
		let known = self.nodes[&number].engine.settled();
		let ledgers = self.chain.ledgers[..=known as usize].to_vec();
		let now_ms = self.now_ms;
		let uses_image = self.is_rough() && self.chance(500);
		let Some(node) = self.nodes.get_mut(&number) else { return };
		if let Some(image) = node.image.clone().filter(|_| uses_image) {
			node.disk = image;
		}
		node.restart(&scenario, &ledgers, now_ms);
	}

	fn tick(&mut self, number: u8) -> Result<(), Violation> {
		let now_ms = self.now_ms;
		if let Some(node) = self.nodes.get_mut(&number).filter(|it| it.down_until.is_none()) {
			node.engine.tick(now_ms);
		}
		self.carry_out(number, usize::MAX)
	}

	/// Lets faulty anchors tell each peer something else.
	fn misbehave(&mut self) {
		let mut faulty = std::mem::take(&mut self.faulty);
		for one in &mut faulty {
			if self.is_rough() && self.chance(60) {
				let (set_id, _) = self.scenario.set(self.chain.starts.len() as u64);
				for fork in 0..2 {
					let batch = one.batch(fork, set_id, some(&mut self.rng, all()));
					for to in (0..self.scenario.anchors()).filter(|it| *it as usize % 2 == fork) {
						self.send(one.number, to, Message::Batch(batch.clone()));
					}
				}
			}
			self.lie(one);
		}
		self.faulty = faulty;
	}

	fn lie(&mut self, one: &mut Faulty) {
		let unsettled = self.chain.settled() + 1..=self.chain.starts.len() as u64;
		for interval in unsettled {
			let (set_id, set) = self.scenario.set(interval);
			let set = set.to_vec();
			if !set.contains(&one.number) {
				continue;
			}
			for to in self.nodes.keys().copied().collect::<Vec<_>>() {
				if !self.chance(250) {
					continue;
				}
				let peer = (to, &self.nodes[&to].engine);
				let vector = one.vector(&mut self.rng, peer, (interval, set_id, &set));
				if let Some(vector) = vector {
					self.send(one.number, to, Message::Vector(vector));
				}
			}
		}
	}

	/// Lets the anchor in turn propose.
	fn propose(&mut self) {
		let Some((due, member, since_ms)) = self.chain.turn(&self.scenario, self.now_ms) else {
			return;
		};
		if self.scenario.faulty.contains(&member) {
			self.propose_badly(due);
			return;
		}
		let Some(node) = self.nodes.get(&member).filter(|it| it.down_until.is_none()) else {
			return;
		};
		let may = node.engine.settled() + 1 == due && node.engine.is_closed(due);
		let waits = self.now_ms < since_ms + 40 && !node.engine.all_closed(due);
		if !may || waits {
			return;
		}
		if let Some(cut) = node.engine.cut(due) {
			if let Ok(extension) = self.rebuild(member, &cut) {
				let operations = digests(&extension);
				self.chain.propose(cut, operations, extension);
			}
		}
	}

	/// A faulty anchor proposes what somebody else would, without some of the vectors or some of the operations.
	fn propose_badly(&mut self, due: u64) {
		// What an anchor had not said yet when it crashed, nobody knows.
		let up = self.nodes.iter().filter(|(_, it)| it.down_until.is_none());
		let numbers: Vec<_> = up.map(|(number, _)| *number).collect();
		let Some(number) = numbers.choose(&mut self.rng).copied() else { return };
		let Some(mut cut) = self.nodes[&number].engine.cut(due) else { return };
		let left_out: Vec<bool> = cut.vectors.iter().map(|_| self.rng.random_bool(0.2)).collect();
		let mut keep = left_out.iter();
		cut.vectors.retain(|_| keep.next() == Some(&false));
		let mut keep = left_out.iter();
		cut.cut.vectors.retain(|_| keep.next() == Some(&false));
		if self.nodes[&number].engine.settled() + 1 != due {
			return;
		}
		let Ok(mut extension) = self.rebuild(number, &cut) else { return };
		if self.chance(200) {
			extension.operations.pop();
		}
		let operations = digests(&extension);
		self.chain.propose(cut, operations, extension);
	}

	/// What an anchor makes of a cut.
	fn rebuild(&self, number: u8, cut: &WholeCut<()>) -> Result<Extension, Incomplete> {
		let node = &self.nodes[&number];
		let interval = cut.cut.interval;
		let (Some(floors), Some(quorum)) =
			(node.engine.floors(interval), node.engine.quorum(interval))
		else {
			return Err(Incomplete::Interval(interval));
		};
		let vectors: Vec<_> = cut.vectors.iter().map(|it| &**it).collect();
		let certified = certified(&cut.cut, &vectors, floors, &node.engine, quorum)?;
		Ok(Extension::of(&certified, &*node.engine.context().ledger))
	}

	/// Lets members vote on the living proposal.
	fn vote(&mut self) -> Result<(), Violation> {
		let Some(proposal) = self.chain.living.clone() else { return Ok(()) };
		let (_, set) = self.scenario.set(proposal.interval);
		let set = set.to_vec();
		self.convicts_nobody_honest(&proposal.cut, &set)?;
		for member in set {
			if self.chain.has_voted(member) || !self.chance(400) {
				continue;
			}
			let approves = if self.scenario.faulty.contains(&member) {
				Some(true)
			} else {
				self.examine(member, &proposal)
			};
			let Some(approves) = approves else { continue };
			let orphaned = self.scenario.forks && self.is_rough() && self.chance(200);
			let at_ms = self.now_ms + self.rng.random_range(10..60);
			self.chain.vote(&self.scenario, member, approves, || (at_ms, !orphaned));
		}
		Ok(())
	}

	/// Checks that of no honest member a cut counts two vectors that contradict each other.
	fn convicts_nobody_honest(&self, cut: &WholeCut<()>, set: &[u8]) -> Result<(), Violation> {
		let pairs = cut.cut.vectors.windows(2).zip(cut.vectors.windows(2));
		for (counted, vectors) in pairs.filter(|(it, _)| it[0].member == it[1].member) {
			let member = set[counted[0].member as usize];
			let is_honest =
				!self.scenario.faulty.contains(&member) && self.scenario.old_disk != Some(member);
			if is_honest && vectors[0].contradiction(&vectors[1]).is_some() {
				return Err(Violation::WronglyReported(member));
			}
		}
		Ok(())
	}

	/// Whether an honest member approves a proposal; `None` while it can't tell.
	fn examine(&mut self, member: u8, proposal: &crate::chain::Proposal) -> Option<bool> {
		let interval = proposal.interval;
		let node = self.nodes.get(&member).filter(|it| it.down_until.is_none())?;
		let may = node.engine.settled() + 1 == interval && node.engine.is_closed(interval);
		may.then_some(())?;
		if let Some(node) = self.nodes.get_mut(&member) {
			for (counted, vector) in proposal.cut.cut.vectors.iter().zip(&proposal.cut.vectors) {
				node.engine.learn(counted.member, vector);
			}
		}
		match self.rebuild(member, &proposal.cut) {
			Ok(extension) => {
				let engine = &self.nodes[&member].engine;
				let settled = &engine.context().ledger.operations;
				let is_kept = |it: &H256| proposal.operations.contains(it) || settled.contains(it);
				let protects = self.scenario.rules.vote_protects_announced;
				let announced = if protects { engine.announced(interval) } else { Vec::new() };
				let goes_on = engine.goes_on(&proposal.cut.cut);
				let is_same = goes_on && digests(&extension) == proposal.operations;
				Some(vote(is_same, announced, is_kept) == Choice::Approve)
			},
			Err(Incomplete::Log(end)) => {
				self.nodes.get_mut(&member)?.engine.ask_for(interval, &end);
				None
			},
			Err(Incomplete::Vector(_) | Incomplete::Interval(_)) => None,
		}
	}
}

fn digests(extension: &Extension) -> Vec<H256> {
	extension.operations.iter().map(|it: &Arc<VerifiedOperation>| it.digest()).collect()
}
