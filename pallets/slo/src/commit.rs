//! Commitments to reports, and the draw that is shown once the epoch is over.

use crate::{types::Commitment, Commitments, Config, Error, Event, Pallet, Probers, LONGEVITY};
use codec::Encode;
use frame_support::pallet_prelude::{
	DispatchResult, InvalidTransaction, TransactionPriority, TransactionSource,
	TransactionValidityError, ValidTransaction, Weight,
};
use smartlayer_types::{
	evm::EvmSignature,
	slo::{
		draw::{self, DrawProof},
		epoch::{EpochRecord, Stage},
		page::{commitment_digest, MAX_PAGES},
	},
};
use sp_core::H256;
use sp_runtime::transaction_validity::TransactionValidityWithRefund;

use crate::types::Prober;

/// Ahead of everything that pays: an anchor's calls are few, bounded by state, and have deadlines.
const PRIORITY: TransactionPriority = TransactionPriority::MAX / 2;

impl<T: Config> Pallet<T> {
	/// What the pool is told of a call that state allows once.
	pub(crate) fn valid_once(tag: impl Encode) -> TransactionValidityWithRefund {
		let validity = ValidTransaction::with_tag_prefix("slo")
			.and_provides(tag)
			.priority(PRIORITY)
			.longevity(LONGEVITY)
			.propagate(true)
			.into();
		Ok((validity, Weight::zero()))
	}

	/// A member of the set that probes in an epoch.
	pub(crate) fn prober(epoch: u64, index: u32) -> Result<Prober, Error<T>> {
		let index = usize::try_from(index).map_err(|_| Error::<T>::UnknownProber)?;
		Probers::<T>::get(epoch).get(index).cloned().ok_or(Error::<T>::UnknownProber)
	}

	/// Whether a member may commit now: everything but its signature.
	fn check_commit(epoch: u64, prober: u32, pages: u32) -> Result<Prober, Error<T>> {
		if Self::epoch(epoch)?.stage != Stage::Probing {
			return Err(Error::<T>::NotProbing);
		}
		if !(1..=MAX_PAGES).contains(&pages) {
			return Err(Error::<T>::BadPageCount);
		}
		if Commitments::<T>::contains_key(epoch, prober) {
			return Err(Error::<T>::AlreadyCommitted);
		}
		Self::prober(epoch, prober)
	}

	pub(crate) fn authorize_commit(
		_: TransactionSource,
		epoch: &u64,
		prober: &u32,
		root: &H256,
		pages: &u32,
		signature: &EvmSignature,
	) -> TransactionValidityWithRefund {
		let member = Self::check_commit(*epoch, *prober, *pages)?;
		let digest = commitment_digest(Self::genesis(), *epoch, &member.account, *root, *pages);
		Self::check_signature(&member, &digest, signature)?;
		Self::valid_once(("commit", epoch, prober))
	}

	pub(crate) fn do_commit(epoch: u64, prober: u32, root: H256, pages: u32) -> DispatchResult {
		Self::check_commit(epoch, prober, pages)?;
		let commitment = Commitment::new(root, pages).ok_or(Error::<T>::BadPageCount)?;
		Commitments::<T>::insert(epoch, prober, commitment);
		Self::deposit_event(Event::ReportsCommitted { epoch, prober, root, pages });
		Ok(())
	}

	/// The epoch that is revealed now, and what a member committed to in it.
	pub(crate) fn revealing(
		epoch: u64,
		prober: u32,
	) -> Result<(EpochRecord, Commitment), Error<T>> {
		let record = Self::epoch(epoch)?;
		match record.stage {
			Stage::Revealing => {},
			Stage::Probing => return Err(Error::<T>::NotRevealing),
			_ => return Err(Error::<T>::RevealOver),
		}
		let commitment = Commitments::<T>::get(epoch, prober).ok_or(Error::<T>::NotCommitted)?;
		Ok((record, commitment))
	}

	pub(crate) fn authorize_draw(
		_: TransactionSource,
		epoch: &u64,
		prober: &u32,
		shown: &DrawProof,
		signature: &EvmSignature,
	) -> TransactionValidityWithRefund {
		let (record, commitment) = Self::revealing(*epoch, *prober)?;
		if commitment.output.is_some() {
			return Err(Error::<T>::AlreadyShown.into());
		}
		let member = Self::prober(*epoch, *prober)?;
		let key = member.vrf_key.ok_or(Error::<T>::NoVrfKey)?;
		let digest = draw::shown_digest(Self::genesis(), *epoch, &member.account, shown);
		Self::check_signature(&member, &digest, signature)?;
		let input = draw::vrf_input(Self::genesis(), *epoch, &record.randomness);
		draw::verify(&key, &input, shown).ok_or(Error::<T>::BadProof)?;
		Self::valid_once(("draw", epoch, prober))
	}

	/// Keeps the output of a draw whose proof was checked when the call was authorised.
	pub(crate) fn do_show(epoch: u64, prober: u32, shown: &DrawProof) -> DispatchResult {
		let (record, mut commitment) = Self::revealing(epoch, prober)?;
		if commitment.output.is_some() {
			return Err(Error::<T>::AlreadyShown.into());
		}
		let key = Self::prober(epoch, prober)?.vrf_key.ok_or(Error::<T>::NoVrfKey)?;
		let input = draw::vrf_input(Self::genesis(), epoch, &record.randomness);
		let output = draw::output(&key, &input, &shown.pre_output).ok_or(Error::<T>::BadProof)?;
		commitment.output = Some(output);
		Commitments::<T>::insert(epoch, prober, commitment);
		Self::deposit_event(Event::DrawShown { epoch, prober, output });
		Ok(())
	}

	fn check_signature(
		member: &Prober,
		digest: &H256,
		signature: &EvmSignature,
	) -> Result<(), Error<T>> {
		match signature.recover(digest) {
			Some(address) if address == member.address => Ok(()),
			_ => Err(Error::<T>::BadSignature),
		}
	}
}

impl<T: Config> From<Error<T>> for TransactionValidityError {
	fn from(error: Error<T>) -> Self {
		match error {
			Error::<T>::AlreadyCommitted
			| Error::<T>::AlreadyShown
			| Error::<T>::AlreadyOpen
			| Error::<T>::NotProbing
			| Error::<T>::RevealOver
			| Error::<T>::UnknownEpoch => InvalidTransaction::Stale,
			Error::<T>::NotRevealing | Error::<T>::NotShown => InvalidTransaction::Future,
			Error::<T>::BadSignature
			| Error::<T>::BadProof
			| Error::<T>::WrongRoot
			| Error::<T>::NotDrawn => InvalidTransaction::BadProof,
			_ => InvalidTransaction::Call,
		}
		.into()
	}
}
