//! Signing final snapshots for bridges, and collecting the signatures of others.

use super::{
	effect::{Effect, Event, Record, Submission, Unsigned},
	Context, Engine,
};
use crate::worker::wire::{SnapshotSignature, MAX_SIGNATURES};
use smartlayer_commitment::{Bridge, RecordedSignatures, SignerBitmap};
use smartlayer_types::{
	anchors::quorum,
	evm::{EvmAddress, EvmSignature},
	BlockNumber,
};
use std::collections::{BTreeMap, BTreeSet};

/// Signatures of one snapshot for one bridge.
#[derive(Debug, Default)]
pub(super) struct Collected {
	/// By index in the interval's set.
	pub signatures: BTreeMap<u32, EvmSignature>,
	/// When they were a quorum, or were submitted last.
	since: Option<BlockNumber>,
	/// Whether they were submitted.
	is_submitted: bool,
}

impl<C: Context> Engine<C> {
	/// Signs what is final and not signed yet, and sends the own signatures of all that is not on chain.
	pub(super) fn sign(&mut self) {
		let unsigned = std::mem::take(&mut self.last.unsigned);
		let wanted: BTreeSet<_> = unsigned
			.iter()
			.flat_map(|it| it.bridges.iter().map(|bridge| (it.interval, *bridge)))
			.collect();
		self.collected.retain(|key, _| wanted.contains(key));
		let mut told: Vec<_> = unsigned.iter().flat_map(|it| self.sign_one(it)).collect();
		self.last.unsigned = unsigned;
		// The oldest first: a set that is out of office waits for them.
		told.truncate(MAX_SIGNATURES as usize);
		if !told.is_empty() {
			self.effects.push(Effect::Broadcast(told));
		}
	}

	/// The own signatures of a snapshot.
	fn sign_one(&mut self, unsigned: &Unsigned) -> Vec<SnapshotSignature> {
		let (interval, hash) = (unsigned.interval, unsigned.hash);
		let Some((index, member)) = self.seat(&unsigned.set) else { return Vec::new() };
		match self.signed.get(&interval) {
			Some(signed) if *signed != hash => {
				self.event(Event::AlreadySigned(interval));
				return Vec::new();
			},
			Some(_) => {},
			None => {
				self.signed.insert(interval, hash);
				self.effects.push(Effect::Store(Record::Signed(interval, hash)));
			},
		}
		let (mut told, mut new) = (Vec::new(), 0);
		for bridge in &unsigned.bridges {
			let collected = self.collected.entry((interval, *bridge)).or_default();
			let known = collected.signatures.get(&index).copied();
			let signature = known.or_else(|| self.context.sign(member, bridge.digest(hash)));
			let Some(signature) = signature else {
				self.event(Event::NoKey(interval));
				return told;
			};
			new += u32::from(collected.signatures.insert(index, signature).is_none());
			told.push(SnapshotSignature { interval, bridge: *bridge, signature });
		}
		if new > 0 {
			self.event(Event::Signed(interval, new));
		}
		told
	}

	/// Takes signatures that an anchor made, as far as they are wanted.
	pub fn received(&mut self, from: EvmAddress, signatures: &[SnapshotSignature]) {
		for SnapshotSignature { interval, bridge, signature } in signatures {
			let wanted = self.last.unsigned.iter().find(|it| it.interval == *interval);
			let Some(wanted) = wanted.filter(|it| it.bridges.contains(bridge)) else { continue };
			let members = (0u32..).zip(&wanted.set.members);
			let member = members.into_iter().find(|(_, it)| it.address == from);
			let Some((index, member)) = member else { continue };
			let digest = bridge.digest(wanted.hash);
			let collected = self.collected.entry((*interval, *bridge)).or_default();
			if collected.signatures.contains_key(&index) {
				continue;
			}
			if member.signed(&digest, signature) {
				collected.signatures.insert(index, *signature);
			} else {
				return self.event(Event::BadSignature(from));
			}
		}
	}

	/// Submits quorums, one member after the other: who is next begins when the one before had some blocks' time.
	pub(super) fn collect(&mut self) {
		let number = self.best.number;
		let mut submissions = Vec::new();
		for unsigned in &self.last.unsigned {
			let Some((index, _)) = self.seat(&unsigned.set) else { continue };
			let members = u32::try_from(unsigned.set.members.len()).unwrap_or(u32::MAX);
			let needed = quorum(members);
			let rank = rank(unsigned.interval, index, members);
			for bridge in &unsigned.bridges {
				let key = (unsigned.interval, *bridge);
				let Some(collected) = self.collected.get_mut(&key) else { continue };
				let step = self.config.collect_step;
				if collected.is_due(number, needed, rank, members, step) {
					submissions.extend(collected.submission(key, needed));
				}
			}
		}
		self.effects.extend(submissions.into_iter().map(Effect::Submit));
	}
}

/// How many members submit before this one: another one is first in each interval.
fn rank(interval: u64, index: u32, members: u32) -> u32 {
	let first = interval.checked_rem(members.into()).unwrap_or(0);
	let first = u32::try_from(first).unwrap_or(0);
	index.saturating_add(members).saturating_sub(first).checked_rem(members).unwrap_or(0)
}

impl Collected {
	/// Whether they are to be submitted after a block.
	fn is_due(
		&mut self,
		number: BlockNumber,
		needed: u32,
		rank: u32,
		members: u32,
		step: BlockNumber,
	) -> bool {
		if self.signatures.len() < needed as usize {
			return false;
		}
		let since = *self.since.get_or_insert(number);
		let turns = if self.is_submitted { members } else { rank };
		let is_due = number >= since.saturating_add(turns.saturating_mul(step));
		if is_due {
			(self.since, self.is_submitted) = (Some(number), true);
		}
		is_due
	}

	/// Exactly a quorum of them.
	fn submission(&self, (interval, bridge): (u64, Bridge), needed: u32) -> Option<Submission> {
		let quorum: Vec<_> = self.signatures.iter().take(needed as usize).collect();
		let signers = SignerBitmap::of(quorum.iter().map(|(index, _)| **index));
		let signatures: Vec<_> = quorum.into_iter().map(|(_, signature)| *signature).collect();
		let signatures = RecordedSignatures { signers, signatures: signatures.try_into().ok()? };
		Some(Submission::Signatures(interval, bridge, signatures))
	}
}
