//! Bridges: which there are, the signatures that they take, and the receipts that come back.

use crate::{
	refusal::{Validity, LONGEVITY},
	Attestations, Attested, Bridges, Config, CurrentInterval, Error, Event, Intervals, Pallet,
	Receipts, RegisteredBridge, Signatures, Snapshots,
};
use frame_support::{ensure, pallet_prelude::TransactionSource};
use smartlayer_commitment::{
	Bridge, IntervalNumber, Receipt, ReceiptAttestation, RecordedSignatures,
};
use smartlayer_types::{anchors::quorum, evm::EvmSignature, AnchorSets, SetId};
use sp_core::H256;
use sp_runtime::{traits::Zero, DispatchResult};

impl<T: Config> Pallet<T> {
	/// Whether a bridge is registered.
	pub(crate) fn is_registered(bridge: &Bridge) -> bool {
		Bridges::<T>::get().iter().any(|it| it.bridge == *bridge)
	}

	pub(crate) fn do_add_bridge(bridge: Bridge) -> DispatchResult {
		ensure!(!Self::is_registered(&bridge), Error::<T>::BridgeExists);
		let addressed = !bridge.contract.is_zero() && !bridge.chain_id.is_zero();
		ensure!(addressed, Error::<T>::UnknownBridge);
		let entry = RegisteredBridge { bridge, since: CurrentInterval::<T>::get() };
		Bridges::<T>::try_append(entry).map_err(|()| Error::<T>::TooManyBridges)?;
		Self::deposit_event(Event::BridgeAdded { bridge });
		Ok(())
	}

	pub(crate) fn do_remove_bridge(bridge: Bridge) -> DispatchResult {
		ensure!(Self::is_registered(&bridge), Error::<T>::UnknownBridge);
		Bridges::<T>::mutate(|list| list.retain(|it| it.bridge != bridge));
		Self::deposit_event(Event::BridgeRemoved { bridge });
		Ok(())
	}

	/// Whether the pool takes signatures.
	pub(crate) fn authorize_signatures(
		_: TransactionSource,
		interval: &IntervalNumber,
		bridge: &Bridge,
		signatures: &RecordedSignatures,
	) -> Validity {
		let (set, hash) = Self::recordable(*interval, bridge, signatures)?;
		let members = Self::members_of(set).ok_or(Error::<T>::UnknownSet)?;
		let digest = bridge.digest(hash);
		for (signer, signature) in signatures.signers.members().zip(&signatures.signatures) {
			let member = usize::try_from(signer).ok().and_then(|it| members.get(it));
			let signed = member.is_some_and(|it| it.signed(&digest, signature));
			ensure!(signed, Error::<T>::BadSignature);
		}
		Self::valid(("signatures", interval, bridge), LONGEVITY)
	}

	/// Keeps signatures that [`Self::authorize_signatures`] let through.
	pub(crate) fn do_record_signatures(
		interval: IntervalNumber,
		bridge: Bridge,
		signatures: RecordedSignatures,
	) -> DispatchResult {
		let (set_id, _) = Self::recordable(interval, &bridge, &signatures)?;
		let signers = signatures.signers;
		Signatures::<T>::insert(interval, bridge, signatures);
		Self::deposit_event(Event::SignaturesRecorded { interval, bridge, signers });
		Self::settle_hand_over(interval, set_id);
		Ok(())
	}

	/// The set that has to sign and the hash of the snapshot, if signatures are missing and these are exactly a quorum.
	fn recordable(
		interval: IntervalNumber,
		bridge: &Bridge,
		signatures: &RecordedSignatures,
	) -> Result<(SetId, H256), Error<T>> {
		ensure!(Self::is_registered(bridge), Error::<T>::UnknownBridge);
		let recorded = Signatures::<T>::contains_key(interval, bridge);
		ensure!(!recorded, Error::<T>::AlreadyRecorded);
		let confirmed = Snapshots::<T>::get(interval).ok_or(Error::<T>::NotConfirmed)?;
		let record = Intervals::<T>::get(interval).ok_or(Error::<T>::NotConfirmed)?;
		let count = signatures.signers.count();
		let exact = signatures.signers.fits(record.members)
			&& count == quorum(record.members)
			&& u32::try_from(signatures.signatures.len()) == Ok(count);
		ensure!(exact, Error::<T>::NotAQuorum);
		Ok((record.set_id, confirmed.hash))
	}

	/// Whether the pool takes the attestation of a receipt.
	pub(crate) fn authorize_receipt(
		_: TransactionSource,
		member: &u32,
		interval: &IntervalNumber,
		bridge: &Bridge,
		receipt: &Receipt,
		signature: &EvmSignature,
	) -> Validity {
		let attestations = Self::attestable(*member, *interval, bridge)?;
		let set_id = attestations.set_id;
		let statement =
			ReceiptAttestation { set_id, interval: *interval, bridge: *bridge, receipt: *receipt };
		let signer = Self::member_of(set_id, *member)?;
		let digest = statement.digest(Self::genesis_hash());
		ensure!(signer.signed(&digest, signature), Error::<T>::BadSignature);
		Self::valid(("receipt", set_id, interval, bridge, member), LONGEVITY)
	}

	/// Counts an attestation that [`Self::authorize_receipt`] let through.
	pub(crate) fn do_attest_receipt(
		member: u32,
		interval: IntervalNumber,
		bridge: Bridge,
		receipt: Receipt,
	) -> DispatchResult {
		let mut attestations = Self::attestable(member, interval, &bridge)?;
		let members = Self::members_of(attestations.set_id).ok_or(Error::<T>::UnknownSet)?;
		let members = u32::try_from(members.len()).map_err(|_| Error::<T>::UnknownSet)?;
		ensure!(member < members, Error::<T>::NotAMember);
		let given = &mut attestations.given;
		given.try_push((member, receipt)).map_err(|_| Error::<T>::NotAMember)?;
		let agree = given.iter().filter(|(_, it)| *it == receipt).count();
		if u32::try_from(agree).is_ok_and(|it| it >= quorum(members)) {
			Attested::<T>::remove(interval, bridge);
			Receipts::<T>::insert(interval, bridge, receipt);
			Self::deposit_event(Event::ReceiptRecorded { interval, bridge, receipt });
		} else {
			Attested::<T>::insert(interval, bridge, attestations);
		}
		Ok(())
	}

	/// What the set in office has attested of a receipt, if one is missing and this member's word too.
	fn attestable(
		member: u32,
		interval: IntervalNumber,
		bridge: &Bridge,
	) -> Result<Attestations, Error<T>> {
		ensure!(Self::is_registered(bridge), Error::<T>::UnknownBridge);
		// Nothing can be posted without signatures; they go when the interval is pruned.
		let signed = Signatures::<T>::contains_key(interval, bridge);
		ensure!(signed, Error::<T>::NotConfirmed);
		let recorded = Receipts::<T>::contains_key(interval, bridge);
		ensure!(!recorded, Error::<T>::AlreadyRecorded);
		let set_id = T::Sets::current();
		let attestations = Attested::<T>::get(interval, bridge);
		if attestations.set_id != set_id {
			return Ok(Attestations { set_id, ..Default::default() });
		}
		let given = attestations.given.iter().any(|(it, _)| *it == member);
		ensure!(!given, Error::<T>::AlreadyVoted);
		Ok(attestations)
	}
}
