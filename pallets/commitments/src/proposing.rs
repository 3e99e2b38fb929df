//! Proposing a snapshot: who may, and what it must say.

use crate::{refusal::Validity, Config, Error, Event, Living, Pallet, Proposers};
use frame_support::{ensure, pallet_prelude::TransactionSource};
use smartlayer_commitment::{
	turns::Turn, IntervalRecord, LivingProposal, Proposal, SignerBitmap, Snapshot,
};
use smartlayer_types::evm::EvmSignature;
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	/// Whether the pool takes a proposal.
	pub(crate) fn authorize_propose(
		_: TransactionSource,
		snapshot: &Snapshot,
		counted: &SignerBitmap,
		signature: &EvmSignature,
	) -> Validity {
		let (record, turn) = Self::proposable(snapshot, counted)?;
		let (_, member) =
			Self::in_turn(snapshot.interval, &record, &turn).ok_or(Error::<T>::UnknownSet)?;
		let proposal = proposal(snapshot, counted, &turn);
		ensure!(
			member.signed(&proposal.hash(Self::genesis_hash()), signature),
			Error::<T>::NotInTurn
		);
		let left = turn.end.saturating_sub(Self::now());
		Self::valid(("proposal", snapshot.interval, turn.ordinal), left.into())
	}

	/// Puts a proposal on chain that [`Self::authorize_propose`] let through.
	pub(crate) fn do_propose(snapshot: Snapshot, counted: SignerBitmap) -> DispatchResult {
		let (record, turn) = Self::proposable(&snapshot, &counted)?;
		let (proposer, _) =
			Self::in_turn(snapshot.interval, &record, &turn).ok_or(Error::<T>::UnknownSet)?;
		let proposal = proposal(&snapshot, &counted, &turn);
		let hash = proposal.hash(Self::genesis_hash());
		Self::deposit_event(Event::Proposed {
			interval: snapshot.interval,
			turn: turn.ordinal,
			proposer,
			proposal: hash,
			snapshot: proposal.snapshot_hash,
		});
		Proposers::<T>::mutate(|it| it.insert(proposer));
		Living::<T>::put(LivingProposal {
			proposal,
			hash,
			snapshot,
			proposer,
			end: turn.end,
			approvals: SignerBitmap::EMPTY,
			rejections: SignerBitmap::EMPTY,
			voided: false,
		});
		Ok(())
	}

	/// The interval and turn that a proposal is for, if every field that the chain knows is right and the turn is free.
	fn proposable(
		snapshot: &Snapshot,
		counted: &SignerBitmap,
	) -> Result<(IntervalRecord, Turn), Error<T>> {
		let (interval, record) = Self::due().ok_or(Error::<T>::NotDue)?;
		ensure!(snapshot.interval == interval, Error::<T>::NotDue);
		let turn = Self::turn_of(&record, Self::now()).ok_or(Error::<T>::NotDue)?;
		let taken = |it: LivingProposal| {
			(it.proposal.interval, it.proposal.turn) == (interval, turn.ordinal)
		};
		ensure!(!Living::<T>::get().is_some_and(taken), Error::<T>::TurnTaken);
		ensure!(Self::is_expected(snapshot), Error::<T>::SnapshotDiffers);
		let coherent = snapshot.body.is_coherent() && counted.fits(record.members);
		ensure!(coherent, Error::<T>::Incoherent);
		Ok((record, turn))
	}

	/// Whether a snapshot says what the chain knows.
	fn is_expected(snapshot: &Snapshot) -> bool {
		let Some(expected) = Self::expected() else { return false };
		let body = &snapshot.body;
		snapshot.interval == expected.interval
			&& snapshot.set_id == expected.set_id
			&& snapshot.next_set_hash == expected.next_set_hash
			&& body.parent == expected.parent
			&& body.history_root == expected.history_root
			&& body.block_hash == expected.block.hash
			&& body.block_number == u64::from(expected.block.number)
			&& body.block_time == expected.block.time_ms / 1_000
	}
}

/// What the proposer of a turn signs.
fn proposal(snapshot: &Snapshot, counted: &SignerBitmap, turn: &Turn) -> Proposal {
	Proposal {
		interval: snapshot.interval,
		turn: turn.ordinal,
		snapshot_hash: snapshot.hash(),
		counted: *counted,
	}
}
