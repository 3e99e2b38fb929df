//! Offences: the kinds that are this network's own, and the way every offence takes.
//!
//! Whoever finds an offence reports it to this pallet, which notes its kind and time slot, passes it to
//! pallet-offences, and gets it back as its handler. pallet-offences reports earlier offenders of the same slot again
//! with a higher fraction, and passes neither kind nor slot on: with what was noted, a slash is known by (kind,
//! session, time slot, offender), the same one is never taken twice, and another one always can.

use crate::{
	AnchorFault, Candidates, Config, Event, LeavingBonds, OffenceId, OffenceNow, Pallet, Removal,
	Session, Sets, Slash, SlashState, Slashes, WaitingSlashes, WeightInfo,
};
use alloc::{vec, vec::Vec};
use frame_support::pallet_prelude::Weight;
use smartlayer_types::{AccountId, Balance, SetId};
use sp_runtime::{
	traits::{BlakeTwo256, Hash},
	Perbill,
};
use sp_staking::{
	offence::{
		Kind, Offence, OffenceDetails, OffenceError, OffenceSeverity, OnOffenceHandler,
		ReportOffence,
	},
	SessionIndex,
};

/// A validator is known by its account alone.
pub type IdentificationTuple = (AccountId, ());

/// The least that an equivocation in logs, vectors or snapshots costs, however large the set.
const LEAST_FRACTION: Perbill = Perbill::from_percent(10);

/// An equivocation of an anchor; `FAULT` is the codec index of its [`AnchorFault`].
pub struct Equivocation<const FAULT: u8> {
	pub set: SetId,
	/// The interval or number in which it happened.
	pub time_slot: u64,
	/// A session of that set.
	pub session: SessionIndex,
	/// Members of that set.
	pub count: u32,
	pub offender: AccountId,
}

/// Two log headers of one number.
pub type LogEquivocation = Equivocation<0>;
/// Vectors that conflict or retract.
pub type VectorEquivocation = Equivocation<1>;
/// Two snapshot hashes signed for one interval.
pub type SnapshotEquivocation = Equivocation<2>;
/// A proposal approved and rejected.
pub type VoteEquivocation = Equivocation<3>;
/// A batch with an invalid signature.
pub type BatchOffence = Equivocation<4>;

impl<const FAULT: u8> Offence<IdentificationTuple> for Equivocation<FAULT> {
	const ID: Kind = match FAULT {
		0 => *b"anchor:log-equiv",
		1 => *b"anchor:vec-equiv",
		2 => *b"anchor:snp-equiv",
		3 => *b"anchor:vot-equiv",
		_ => *b"anchor:bad-batch",
	};
	type Slot = (SetId, u64);

	fn offenders(&self) -> Vec<IdentificationTuple> {
		vec![(self.offender.clone(), ())]
	}

	fn session_index(&self) -> SessionIndex {
		self.session
	}

	fn validator_set_count(&self) -> u32 {
		self.count
	}

	fn slot(&self) -> Self::Slot {
		(self.set, self.time_slot)
	}

	/// As for consensus, `min((3k / n)^2, 1)` for `k` offenders of `n`, but at least a tenth.
	fn slash_fraction(&self, offenders: u32) -> Perbill {
		let share = Perbill::from_rational(offenders.saturating_mul(3), self.count.max(1));
		share.square().max(LEAST_FRACTION)
	}
}

impl<T: Config> Pallet<T> {
	/// Reports a fault of a member of a set, for evidence that the caller has checked. `time_slot` tells faults of one
	/// kind apart.
	pub fn report_fault(
		set: SetId,
		member: u32,
		fault: AnchorFault,
		time_slot: u64,
		reporter: Option<AccountId>,
	) -> Result<(), OffenceError> {
		match fault {
			AnchorFault::Log => Self::report::<0>(set, member, time_slot, reporter),
			AnchorFault::Vector => Self::report::<1>(set, member, time_slot, reporter),
			AnchorFault::Snapshot => Self::report::<2>(set, member, time_slot, reporter),
			AnchorFault::Vote => Self::report::<3>(set, member, time_slot, reporter),
			AnchorFault::Batch => Self::report::<4>(set, member, time_slot, reporter),
		}
	}

	/// Whether this fault was reported before; also where there is no such member to report.
	pub fn is_known_fault(set: SetId, member: u32, fault: AnchorFault, time_slot: u64) -> bool {
		let Some((offender, ..)) = Self::accused(set, member) else { return true };
		let (offenders, slot) = ([(offender, ())], (set, time_slot));
		match fault {
			AnchorFault::Log => <T::Offences as ReportOffence<
				AccountId,
				IdentificationTuple,
				LogEquivocation,
			>>::is_known_offence(&offenders, &slot),
			AnchorFault::Vector => <T::Offences as ReportOffence<
				AccountId,
				IdentificationTuple,
				VectorEquivocation,
			>>::is_known_offence(&offenders, &slot),
			AnchorFault::Snapshot => <T::Offences as ReportOffence<
				AccountId,
				IdentificationTuple,
				SnapshotEquivocation,
			>>::is_known_offence(&offenders, &slot),
			AnchorFault::Vote => <T::Offences as ReportOffence<
				AccountId,
				IdentificationTuple,
				VoteEquivocation,
			>>::is_known_offence(&offenders, &slot),
			AnchorFault::Batch => <T::Offences as ReportOffence<
				AccountId,
				IdentificationTuple,
				BatchOffence,
			>>::is_known_offence(&offenders, &slot),
		}
	}

	fn report<const FAULT: u8>(
		set: SetId,
		member: u32,
		time_slot: u64,
		reporter: Option<AccountId>,
	) -> Result<(), OffenceError>
	where
		T::Offences: ReportOffence<AccountId, IdentificationTuple, Equivocation<FAULT>>,
	{
		/// No such member of a set inside the evidence window.
		const UNKNOWN_MEMBER: u8 = 0;
		let (offender, session, count) =
			Self::accused(set, member).ok_or(OffenceError::Other(UNKNOWN_MEMBER))?;
		let offence = Equivocation::<FAULT> { set, time_slot, session, count, offender };
		<Self as ReportOffence<_, _, _>>::report_offence(reporter.into_iter().collect(), offence)
	}

	/// Account, first session and size of the set of a member.
	fn accused(set: SetId, member: u32) -> Option<(AccountId, SessionIndex, u32)> {
		let record = Sets::<T>::get(set)?;
		let count = u32::try_from(record.members.len()).ok()?;
		let member = record.members.into_iter().nth(usize::try_from(member).ok()?)?;
		Some((member.account, record.first_session, count))
	}

	/// Queues a slash, takes the seat away and disables the validator for the rest of the session.
	fn punish(id: OffenceId, fraction: Perbill) {
		if let Some(slash) = Slashes::<T>::get(&id) {
			Self::raise(id, slash, fraction);
			return;
		}
		let offender = id.offender.clone();
		let amount = fraction.mul_ceil(Self::bond_of(&offender));
		let due = Self::now().saturating_add(Self::slash_delay());
		let remembered =
			Session::<T>::get().saturating_add(Self::evidence_sessions()).saturating_add(1);
		let state = SlashState::Waiting;
		let slash = Slash { offender: offender.clone(), fraction, amount, state, due, remembered };
		Slashes::<T>::insert(&id, slash);
		WaitingSlashes::<T>::mutate(&offender, |waiting| *waiting = waiting.saturating_add(1));
		Self::change_candidate(&offender, |candidate| {
			candidate.offences = candidate.offences.saturating_add(1);
		});
		Self::queue_slash(id, fraction, amount, due);
		Self::remove_seat(&offender, Removal::Offence);
		pallet_session::Pallet::<T>::report_offence(offender, OffenceSeverity(fraction));
	}

	/// More offenders in one time slot raise the slash of each that still waits.
	fn raise(id: OffenceId, mut slash: Slash, fraction: Perbill) {
		if slash.state == SlashState::Waiting && fraction > slash.fraction {
			slash.fraction = fraction;
			slash.amount = fraction.mul_ceil(Self::bond_of(&slash.offender));
			let (amount, due) = (slash.amount, slash.due);
			Slashes::<T>::insert(&id, slash);
			Self::deposit_event(Event::SlashQueued { offence: id, fraction, amount, due });
		}
	}

	/// The bond of an account, whether it stands for election or left.
	pub(crate) fn bond_of(account: &AccountId) -> Balance {
		let standing = Candidates::<T>::get(account).map_or(0, |candidate| candidate.bond);
		let leaving = LeavingBonds::<T>::get(account).map_or(0, |leaving| leaving.bond);
		standing.saturating_add(leaving)
	}
}

/// The way in for every kind of offence.
impl<T, O> ReportOffence<AccountId, IdentificationTuple, O> for Pallet<T>
where
	T: Config,
	O: Offence<IdentificationTuple>,
	T::Offences: ReportOffence<AccountId, IdentificationTuple, O>,
{
	fn report_offence(reporters: Vec<AccountId>, offence: O) -> Result<(), OffenceError> {
		let slot = BlakeTwo256::hash_of(&offence.slot());
		OffenceNow::<T>::put((O::ID, slot));
		let outcome =
			<T::Offences as ReportOffence<AccountId, IdentificationTuple, O>>::report_offence(
				reporters, offence,
			);
		OffenceNow::<T>::kill();
		outcome
	}

	fn is_known_offence(offenders: &[IdentificationTuple], time_slot: &O::Slot) -> bool {
		<T::Offences as ReportOffence<AccountId, IdentificationTuple, O>>::is_known_offence(
			offenders, time_slot,
		)
	}
}

impl<T: Config> OnOffenceHandler<AccountId, IdentificationTuple, Weight> for Pallet<T> {
	/// An offence that did not come through this pallet is known by its session alone.
	fn on_offence(
		offenders: &[OffenceDetails<AccountId, IdentificationTuple>],
		fractions: &[Perbill],
		session: SessionIndex,
	) -> Weight {
		let (kind, slot) = OffenceNow::<T>::get().unwrap_or_default();
		for (details, fraction) in offenders.iter().zip(fractions) {
			let offender = details.offender.0.clone();
			Self::punish(OffenceId { kind, session, slot, offender }, *fraction);
		}
		let count = u32::try_from(offenders.len()).unwrap_or(u32::MAX);
		<T as Config>::WeightInfo::on_offence(count)
	}
}
