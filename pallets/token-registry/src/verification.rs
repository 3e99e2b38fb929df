//! Whether the owner of a contract wants a class: anchors look, and a quorum decides.
//!
//! An issuer asks for a round of verification, and each member of the anchor set in office reads the contract at a
//! finalised block of its chain and attests whether it shows the class's challenge
//! (`smartlayer_types::registry::Challenge`). A quorum that found it, and the same owner, verifies the class; more
//! than `f` that did not end the round. Once a class is verified, members attest by themselves what has changed since,
//! which opens a round too: a quorum that found the challenge under another owner puts that owner on record, a quorum
//! that did not find it ends the verification.
//!
//! A round's number is part of what is signed and never comes back, neither does a set's: no attestation counts in
//! another round, set or class. When the set changes, a round starts counting anew.

use crate::{
	Ballot, BallotOf, Ballots, Class, Classes, Config, Error, Event, OpenedRounds, Openings,
	Pallet, Verification, Verified, VerifiedClass, Vote,
};
use frame_support::{
	dispatch::DispatchResult,
	ensure,
	pallet_prelude::{
		InvalidTransaction, TransactionSource, TransactionValidityWithRefund, ValidTransaction,
		Weight,
	},
	traits::{
		fungible::Mutate,
		tokens::{Fortitude, Precision, Preservation},
		Get,
	},
	BoundedVec,
};
use smartlayer_types::{
	anchors::{max_faulty, quorum},
	evm::{EvmAddress, EvmSignature},
	registry::{Attestation, Challenge, Finding},
	AccountId, AnchorMember, AnchorSets, ClassId,
};
use sp_runtime::{traits::Zero, Saturating};

/// How long an attestation waits in the transaction pool, in blocks.
const LONGEVITY: u64 = 64;

/// What a round comes to.
enum Outcome {
	/// Nothing yet.
	Open,
	/// A quorum found the challenge, and this owner.
	Shown(EvmAddress),
	/// Too many did not find it.
	NotShown,
}

impl<T: Config> Pallet<T> {
	/// What the operator of a class must show, in the contract or signed by its owner.
	pub fn challenge(id: ClassId, class: &Class) -> Challenge {
		Challenge { class: id, issuer: class.issuer.clone(), contract: class.contract }
	}

	/// Opens a round, for a fee that is burned.
	pub(crate) fn do_request_verification(
		issuer: &AccountId,
		id: ClassId,
		owner_signature: Option<EvmSignature>,
	) -> DispatchResult {
		let mut class = Self::live_class_of(issuer, id)?;
		let unverified = class.verification == Verification::Unverified;
		ensure!(unverified, Error::<T>::AlreadyVerified);
		ensure!(!VerifiedClass::<T>::contains_key(class.contract), Error::<T>::ContractTaken);
		ensure!(Self::open_round(id).is_none(), Error::<T>::RoundOpen);
		let signed_by = match owner_signature {
			None => None,
			Some(signature) => {
				let digest = Self::challenge(id, &class).owner_digest(Self::genesis());
				Some(signature.recover(&digest).ok_or(Error::<T>::BadSignature)?)
			},
		};
		T::Currency::burn_from(
			issuer,
			T::VerificationFee::get(),
			Preservation::Preserve,
			Precision::Exact,
			Fortitude::Polite,
		)?;
		Self::settle(id, &mut class);
		let ballot = Self::next_round(&class, signed_by)?;
		let round = ballot.round;
		class.rounds = round;
		Ballots::<T>::insert(id, ballot);
		Classes::<T>::insert(id, class);
		Self::deposit_event(Event::VerificationRequested { class: id, round, signed_by });
		Ok(())
	}

	/// The class's round, unless its time is over.
	pub(crate) fn open_round(id: ClassId) -> Option<BallotOf<T>> {
		Ballots::<T>::get(id).filter(|ballot| ballot.deadline >= Self::now())
	}

	fn next_round(class: &Class, signed_by: Option<EvmAddress>) -> Result<BallotOf<T>, Error<T>> {
		Ok(Ballot {
			round: class.rounds.checked_add(1).ok_or(Error::<T>::NoMoreRounds)?,
			set: T::Anchors::current(),
			deadline: Self::now().saturating_add(Self::verification_period()),
			signed_by,
			votes: BoundedVec::new(),
		})
	}

	/// The round in which anchors can attest now, and whether the next attestation opens it.
	pub(crate) fn round_now(id: ClassId, class: &Class) -> Result<(BallotOf<T>, bool), Error<T>> {
		ensure!(class.retired_at.is_none(), Error::<T>::Retired);
		let taken = VerifiedClass::<T>::get(class.contract).is_some_and(|other| other != id);
		ensure!(!taken, Error::<T>::ContractTaken);
		let Some(mut ballot) = Self::open_round(id) else {
			return match &class.verification {
				Verification::Verified(it) => Ok((Self::next_round(class, it.signed_by)?, true)),
				Verification::Unverified => Err(Error::<T>::NoRound),
			};
		};
		let set = T::Anchors::current();
		if ballot.set != set {
			ballot.set = set;
			ballot.deadline = Self::now().saturating_add(Self::verification_period());
			ballot.votes = BoundedVec::new();
		}
		Ok((ballot, false))
	}

	/// The class and the round for which an attestation counts, if it does.
	fn round_for(
		attestation: &Attestation,
		member: u32,
	) -> Result<(Class, BallotOf<T>, bool), Error<T>> {
		let Attestation { class: id, round, set, finding } = attestation;
		let class = Classes::<T>::get(id).ok_or(Error::<T>::NoSuchClass)?;
		ensure!(*set == T::Anchors::current(), Error::<T>::NotInOffice);
		let (ballot, opens) = Self::round_now(*id, &class)?;
		ensure!(ballot.round == *round, Error::<T>::NoRound);
		let voted = ballot.votes.iter().any(|vote| vote.member == member);
		ensure!(!voted && !ballot.votes.is_full(), Error::<T>::AlreadyAttested);
		if let (Verification::Verified(known), Finding::Shown { owner, .. }) =
			(&class.verification, finding)
		{
			ensure!(known.owner != *owner, Error::<T>::NothingToDo);
		}
		if opens {
			Self::openings(member, *set)?;
		}
		Ok((class, ballot, opens))
	}

	/// How many rounds the member has opened lately, this one included; fails if they are too many. One faulty anchor,
	/// whose calls cost nothing, must not fill blocks with rounds for every class.
	fn openings(member: u32, set: u64) -> Result<Openings, Error<T>> {
		let now = Self::now();
		let lately = |openings: &Openings| {
			openings.set == set && openings.since.saturating_add(Self::verification_period()) >= now
		};
		let mut openings = OpenedRounds::<T>::get(member).filter(lately).unwrap_or(Openings {
			set,
			since: now,
			count: 0,
		});
		openings.count.saturating_inc();
		ensure!(openings.count <= T::MaxOpenings::get(), Error::<T>::TooManyRounds);
		Ok(openings)
	}

	/// Whether an attestation is taken into the pool and into blocks: it counts, and the member signed it.
	pub(crate) fn authorize_attestation(
		_: TransactionSource,
		attestation: &Attestation,
		member: &u32,
		signature: &EvmSignature,
	) -> TransactionValidityWithRefund {
		Self::round_for(attestation, *member).map_err(|error| match error {
			Error::<T>::NoSuchClass => InvalidTransaction::Call,
			_ => InvalidTransaction::Stale,
		})?;
		let anchor: AnchorMember =
			T::Anchors::member(attestation.set, *member).ok_or(InvalidTransaction::BadSigner)?;
		if !anchor.signed(&attestation.digest(Self::genesis()), signature) {
			return Err(InvalidTransaction::BadProof.into());
		}
		let Attestation { class, round, set, .. } = attestation;
		let validity = ValidTransaction::with_tag_prefix("TokenRegistryAttestation")
			.and_provides((class, round, set, member))
			.longevity(LONGEVITY)
			.propagate(true)
			.build()?;
		Ok((validity, Weight::zero()))
	}

	/// Counts an attestation whose signature was checked.
	pub(crate) fn do_attest(attestation: Attestation, member: u32) -> DispatchResult {
		let (mut class, mut ballot, opens) = Self::round_for(&attestation, member)?;
		let Attestation { class: id, set, finding, round } = attestation;
		if opens {
			OpenedRounds::<T>::insert(member, Self::openings(member, set)?);
			class.rounds = round;
		}
		let vote = Vote { member, finding };
		ballot.votes.try_push(vote).map_err(|_| Error::<T>::AlreadyAttested)?;
		Self::deposit_event(Event::Attested { class: id, round, set, member, finding });
		match Self::outcome(&class, &ballot, &finding) {
			Outcome::Open => Ballots::<T>::insert(id, ballot),
			Outcome::Shown(owner) => Self::verify(id, &mut class, &ballot, owner, &finding),
			Outcome::NotShown => Self::fail(id, &mut class, round),
		}
		Classes::<T>::insert(id, class);
		Ok(())
	}

	/// What a round comes to with the latest finding in it.
	fn outcome(class: &Class, ballot: &BallotOf<T>, latest: &Finding) -> Outcome {
		let members = T::Anchors::members(ballot.set).map_or(0, |members| members.len());
		let members = u32::try_from(members).unwrap_or(u32::MAX);
		let agreeing = ballot.votes.iter().filter(|vote| vote.finding.agrees_with(latest)).count();
		let agreeing = u32::try_from(agreeing).unwrap_or(u32::MAX);
		let reached = agreeing >= quorum(members);
		match (latest, &class.verification) {
			(Finding::Shown { owner, .. }, _) if reached => Outcome::Shown(*owner),
			(Finding::NotShown { .. }, Verification::Verified(_)) if reached => Outcome::NotShown,
			(Finding::NotShown { .. }, Verification::Unverified)
				if agreeing > max_faulty(members) =>
			{
				Outcome::NotShown
			},
			_ => Outcome::Open,
		}
	}

	fn verify(
		id: ClassId,
		class: &mut Class,
		ballot: &BallotOf<T>,
		owner: EvmAddress,
		finding: &Finding,
	) {
		let agreeing = ballot.votes.iter().filter(|vote| vote.finding.agrees_with(finding));
		let target_block = agreeing.map(|vote| vote.finding.block()).min().unwrap_or_default();
		class.verification = Verification::Verified(Verified {
			owner,
			target_block,
			signed_by: ballot.signed_by,
			at: Self::now(),
		});
		VerifiedClass::<T>::insert(class.contract, id);
		Ballots::<T>::remove(id);
		let round = ballot.round;
		Self::deposit_event(Event::Verified { class: id, round, owner, target_block });
	}

	fn fail(id: ClassId, class: &mut Class, round: u32) {
		let verified = class.verification != Verification::Unverified;
		Self::drop_verification(id, class);
		Self::deposit_event(match verified {
			true => Event::VerificationRevoked { class: id, round },
			false => Event::VerificationFailed { class: id, round },
		});
	}

	/// Makes a class unverified and ends its round.
	pub(crate) fn drop_verification(id: ClassId, class: &mut Class) {
		if class.verification != Verification::Unverified {
			VerifiedClass::<T>::remove(class.contract);
			class.verification = Verification::Unverified;
		}
		Ballots::<T>::remove(id);
	}

	/// The hash of the first block, which is part of everything that is signed.
	pub(crate) fn genesis() -> smartlayer_types::Hash {
		let first = frame_system::pallet_prelude::BlockNumberFor::<T>::zero();
		frame_system::Pallet::<T>::block_hash(first)
	}
}
