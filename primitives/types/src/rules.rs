//! Operation rules of a class, as data: which kinds exist, who signs them, what must and must not have happened.
//!
//! The state of an instance is a mask with one bit per kind that was recorded (and not cleared since). A kind is
//! admitted if all bits it requires are set and none that it forbids: two bit operations. What makes that enough is
//! checked once, when rules are made:
//! - A kind that is `once` forbids its own bit, and nothing clears that bit: once is once for ever.
//! - A kind that service nodes sign is **recorded**, all others are **sequenced**. Recorded kinds change nothing but
//!   their own bit, and no sequenced kind forbids or clears that bit. So nothing that a service node records can block
//!   the next operation of an owner, and the order of recorded and sequenced operations of one interval does not
//!   matter to the state that follows.
//! - Kinds keep their index and name when rules change: contracts have them as constants, and masks stay readable.

#![allow(clippy::cast_possible_truncation, reason = "the codec's derive numbers variants so")]

use crate::{Kind, MAX_KINDS};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, Error, Input, MaxEncodedLen};
use core::iter::successors;
use scale_info::TypeInfo;
use sp_core::ConstU32;
use sp_runtime::BoundedVec;

/// One bit per kind: bit `k` stands for kind `k`.
pub type Mask = u32;

/// The longest name of a kind, in bytes.
pub const MAX_KIND_NAME: u32 = 32;

/// A kind's name: lower-case letters, digits, `-` and `_`.
pub type KindName = BoundedVec<u8, ConstU32<MAX_KIND_NAME>>;

/// Kinds of which nobody has checked that they make sense together: see [`Rules`].
pub type KindRules = BoundedVec<KindRule, ConstU32<MAX_KINDS>>;

/// Who signs the operations of a kind.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum SignerRole {
	/// The class's issuer or one of its operators.
	#[codec(index = 0)]
	Issuer,
	/// The account that holds the instance.
	#[codec(index = 1)]
	Holder,
	/// A service node on which the instance is placed.
	#[codec(index = 2)]
	ServiceNode,
}

/// The rule of one kind of operation.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct KindRule {
	/// What people call it; unique in its class.
	pub name: KindName,
	/// Who signs it.
	pub signer: SignerRole,
	/// Kinds that must have been recorded before.
	pub requires: Mask,
	/// Kinds that must not have been recorded before.
	pub forbids: Mask,
	/// Kinds whose bits it resets.
	pub clears: Mask,
	/// Whether an instance has at most one operation of this kind, ever.
	pub once: bool,
	/// Whether it names a new holder, as issues and transfers do: then its `to` must not be zero, else it must.
	pub sets_holder: bool,
}

impl KindRule {
	/// Whether its operations are recorded (judged against the last confirmed state, numbered per actor) and not
	/// sequenced.
	pub const fn is_recorded(&self) -> bool {
		matches!(self.signer, SignerRole::ServiceNode)
	}

	/// Whether the rule allows the operation after what the mask says.
	pub const fn admits(&self, mask: Mask) -> bool {
		mask & self.requires == self.requires && mask & self.forbids == 0
	}

	fn sequenced(name: &[u8], signer: SignerRole) -> Self {
		let name = BoundedVec::truncate_from(name.to_vec());
		Self { name, signer, requires: 0, forbids: 0, clears: 0, once: false, sets_holder: false }
	}

	fn recorded(name: &[u8]) -> Self {
		Self::sequenced(name, SignerRole::ServiceNode)
	}
}

/// Why kinds are no rules; with the kind at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RulesError {
	/// There is no kind at all.
	NoKinds,
	/// The name is empty or has other characters than `a-z`, `0-9`, `-`, `_`.
	BadName(Kind),
	/// An earlier kind has the same name.
	DuplicateName(Kind),
	/// A mask names kinds that do not exist.
	UnknownKinds(Kind),
	/// It requires what it forbids, or requires itself to have happened although it is `once`.
	Contradiction(Kind),
	/// It clears itself or a kind that is `once`.
	ClearsForbidden(Kind),
	/// It is signed by service nodes, and is `once`, forbids itself, clears something or sets the holder.
	RecordedDoesMore(Kind),
	/// It is sequenced, and forbids or clears a kind that service nodes sign.
	DependsOnRecorded(Kind),
	/// Whatever happens before, it is never admitted.
	Unreachable(Kind),
}

/// Why an operation is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleViolation {
	/// The class has no such kind.
	UnknownKind,
	/// These kinds must have been recorded before.
	Missing(Mask),
	/// These kinds must not have been recorded before.
	Forbidden(Mask),
}

/// Rules that were checked: see the module's documentation for what holds of them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, MaxEncodedLen, TypeInfo)]
pub struct Rules(KindRules);

impl Decode for Rules {
	fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
		Self::try_from(KindRules::decode(input)?).map_err(|_| "kinds that are no rules".into())
	}
}

impl DecodeWithMemTracking for Rules {}

impl TryFrom<KindRules> for Rules {
	type Error = RulesError;

	fn try_from(mut kinds: KindRules) -> Result<Self, RulesError> {
		if kinds.is_empty() {
			return Err(RulesError::NoKinds);
		}
		for (bit, rule) in bits().zip(kinds.iter_mut()) {
			if rule.once {
				rule.forbids |= bit;
			}
		}
		let sets = Sets::of(&kinds);
		for (kind, (bit, rule)) in (0..).zip(bits().zip(&kinds)) {
			check_name(kind, &kinds)?;
			sets.check(kind, bit, rule)?;
		}
		Ok(Self(kinds))
	}
}

impl Rules {
	/// The kinds, each at its index.
	pub fn kinds(&self) -> &[KindRule] {
		&self.0
	}

	/// The rule of a kind.
	pub fn kind(&self, kind: Kind) -> Option<&KindRule> {
		self.0.get(usize::from(kind))
	}

	/// The kind of this name.
	pub fn named(&self, name: &[u8]) -> Option<Kind> {
		(0..).zip(&self.0).find(|(_, rule)| *rule.name == *name).map(|(kind, _)| kind)
	}

	/// Whether an operation of this kind may follow on what the mask says.
	pub fn check(&self, kind: Kind, mask: Mask) -> Result<&KindRule, RuleViolation> {
		let rule = self.kind(kind).ok_or(RuleViolation::UnknownKind)?;
		if rule.admits(mask) {
			return Ok(rule);
		}
		let missing = rule.requires & !mask;
		Err(match missing {
			0 => RuleViolation::Forbidden(rule.forbids & mask),
			_ => RuleViolation::Missing(missing),
		})
	}

	/// The mask after an operation of this kind, if it is admitted.
	pub fn apply(&self, kind: Kind, mask: Mask) -> Result<Mask, RuleViolation> {
		let rule = self.check(kind, mask)?;
		let own = bit(kind).ok_or(RuleViolation::UnknownKind)?;
		Ok((mask & !rule.clears) | own)
	}

	/// Whether these rules can follow on older ones: every older kind is still there with its index and name, and is
	/// recorded or sequenced as before, so that masks, slots and the constants of contracts keep their meaning.
	pub fn can_follow(&self, older: &Self) -> bool {
		let same = |(new, old): (&KindRule, &KindRule)| {
			new.name == old.name && new.is_recorded() == old.is_recorded()
		};
		self.0.len() >= older.0.len() && self.0.iter().zip(&older.0).all(same)
	}
}

/// The bit of a kind; `None` beyond the last kind that a class can have.
pub fn bit(kind: Kind) -> Option<Mask> {
	1u32.checked_shl(kind.into())
}

/// The bits of all kinds, in order.
fn bits() -> impl Iterator<Item = Mask> {
	successors(Some(1u32), |bit| bit.checked_mul(2))
}

fn check_name(kind: Kind, kinds: &[KindRule]) -> Result<(), RulesError> {
	let Some((rule, earlier)) = kinds.get(..=usize::from(kind)).and_then(<[KindRule]>::split_last)
	else {
		return Ok(());
	};
	let allowed = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
	if rule.name.is_empty() || !rule.name.iter().all(allowed) {
		return Err(RulesError::BadName(kind));
	}
	if earlier.iter().any(|other| other.name == rule.name) {
		return Err(RulesError::DuplicateName(kind));
	}
	Ok(())
}

/// Kinds by what they have in common.
struct Sets {
	known: Mask,
	once: Mask,
	recorded: Mask,
	reachable: Mask,
}

impl Sets {
	fn of(kinds: &[KindRule]) -> Self {
		let all = |property: fn(&KindRule) -> bool| {
			let with = bits().zip(kinds).filter(|(_, rule)| property(rule));
			with.fold(0, |mask, (bit, _)| mask | bit)
		};
		Self {
			known: all(|_| true),
			once: all(|rule| rule.once),
			recorded: all(KindRule::is_recorded),
			reachable: reachable(kinds),
		}
	}

	fn check(&self, kind: Kind, own: Mask, rule: &KindRule) -> Result<(), RulesError> {
		if (rule.requires | rule.forbids | rule.clears) & !self.known != 0 {
			return Err(RulesError::UnknownKinds(kind));
		}
		if rule.requires & rule.forbids != 0 {
			return Err(RulesError::Contradiction(kind));
		}
		if rule.is_recorded() {
			let more = rule.once || rule.forbids & own != 0 || rule.clears != 0 || rule.sets_holder;
			if more {
				return Err(RulesError::RecordedDoesMore(kind));
			}
		} else if (rule.forbids | rule.clears) & self.recorded != 0 {
			return Err(RulesError::DependsOnRecorded(kind));
		}
		if rule.clears & (own | self.once) != 0 {
			return Err(RulesError::ClearsForbidden(kind));
		}
		if self.reachable & own == 0 {
			return Err(RulesError::Unreachable(kind));
		}
		Ok(())
	}
}

/// The kinds that could ever be admitted if nothing were forbidden: what is not among them never is. Nothing signed by
/// a holder happens before something has named one.
fn reachable(kinds: &[KindRule]) -> Mask {
	let mut reached: Mask = 0;
	let mut held = false;
	// Each pass reaches another kind, or no later one does.
	for _ in kinds {
		for (bit, rule) in bits().zip(kinds) {
			let signed = held || rule.signer != SignerRole::Holder;
			if signed && rule.requires & !reached == 0 {
				reached |= bit;
				held |= rule.sets_holder;
			}
		}
	}
	reached
}

/// Rules for a ticket: issued once, transferred until it is redeemed, redeemed once; nothing after.
///
/// Kinds: 0 `issue` (issuer), 1 `transfer` (holder), 2 `redeem` (issuer: whoever checks tickets at the entrance).
pub fn ticket() -> Result<Rules, RulesError> {
	const ISSUE: Mask = 1;
	const REDEEM: Mask = 1 << 2;
	rules([
		issue(),
		KindRule { forbids: REDEEM, ..transfer() },
		KindRule {
			requires: ISSUE,
			once: true,
			..KindRule::sequenced(b"redeem", SignerRole::Issuer)
		},
	])
}

/// Rules for an access log: an issued instance changes hands, and service nodes record who views and uses it.
///
/// Kinds: 0 `issue` (issuer), 1 `transfer` (holder), 2 `revoke` (issuer), 3 `view` and 4 `access` (service node).
pub fn access_log() -> Result<Rules, RulesError> {
	const ISSUE: Mask = 1;
	const REVOKE: Mask = 1 << 2;
	rules([
		issue(),
		KindRule { forbids: REVOKE, ..transfer() },
		KindRule {
			requires: ISSUE,
			once: true,
			..KindRule::sequenced(b"revoke", SignerRole::Issuer)
		},
		KindRule { requires: ISSUE, ..KindRule::recorded(b"view") },
		KindRule { requires: ISSUE, forbids: REVOKE, ..KindRule::recorded(b"access") },
	])
}

/// Rules for a subscription: it lapses and is renewed until it is cancelled, and is used only while it runs.
///
/// Kinds: 0 `issue`, 1 `transfer` (holder), 2 `renew`, 3 `lapse`, 4 `cancel` (holder), 5 `access` (service node); the
/// issuer signs the others.
pub fn subscription() -> Result<Rules, RulesError> {
	const ISSUE: Mask = 1;
	const LAPSE: Mask = 1 << 3;
	const CANCEL: Mask = 1 << 4;
	rules([
		issue(),
		KindRule { forbids: CANCEL, ..transfer() },
		KindRule {
			requires: ISSUE,
			forbids: CANCEL,
			clears: LAPSE,
			..KindRule::sequenced(b"renew", SignerRole::Issuer)
		},
		KindRule {
			requires: ISSUE,
			forbids: LAPSE | CANCEL,
			..KindRule::sequenced(b"lapse", SignerRole::Issuer)
		},
		KindRule {
			requires: ISSUE,
			once: true,
			..KindRule::sequenced(b"cancel", SignerRole::Holder)
		},
		KindRule { requires: ISSUE, forbids: LAPSE | CANCEL, ..KindRule::recorded(b"access") },
	])
}

fn issue() -> KindRule {
	let rule = KindRule::sequenced(b"issue", SignerRole::Issuer);
	KindRule { once: true, sets_holder: true, ..rule }
}

/// A transfer of what kind 0 issued.
fn transfer() -> KindRule {
	let rule = KindRule::sequenced(b"transfer", SignerRole::Holder);
	KindRule { requires: 1, sets_holder: true, ..rule }
}

fn rules<const N: usize>(kinds: [KindRule; N]) -> Result<Rules, RulesError> {
	Rules::try_from(BoundedVec::truncate_from(Vec::from(kinds)))
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const ISSUE: Kind = 0;
	const TRANSFER: Kind = 1;
	const REDEEM: Kind = 2;

	fn checked(kinds: Vec<KindRule>) -> Result<Rules, RulesError> {
		Rules::try_from(KindRules::truncate_from(kinds))
	}

	fn named(name: &str) -> KindRule {
		KindRule::sequenced(name.as_bytes(), SignerRole::Issuer)
	}

	/// The mask after these kinds, one after the other.
	fn after(rules: &Rules, kinds: &[Kind]) -> Result<Mask, RuleViolation> {
		kinds.iter().try_fold(0, |mask, kind| rules.apply(*kind, mask))
	}

	#[test]
	fn a_ticket_is_issued_transferred_and_redeemed_once() {
		let rules = ticket().unwrap();
		let redeemed = after(&rules, &[ISSUE, TRANSFER, TRANSFER, REDEEM]).unwrap();
		assert_eq!(redeemed, 0b111);
		for kind in [ISSUE, TRANSFER, REDEEM] {
			assert!(rules.check(kind, redeemed).is_err(), "{kind} after redemption");
		}
		assert_eq!(after(&rules, &[TRANSFER]), Err(RuleViolation::Missing(0b001)));
		assert_eq!(after(&rules, &[REDEEM]), Err(RuleViolation::Missing(0b001)));
		assert_eq!(after(&rules, &[ISSUE, ISSUE]), Err(RuleViolation::Forbidden(0b001)));
		assert_eq!(after(&rules, &[3]), Err(RuleViolation::UnknownKind));
		assert_eq!(after(&rules, &[u8::MAX]), Err(RuleViolation::UnknownKind));
	}

	#[test]
	fn an_access_log_records_no_access_after_it_was_revoked() {
		let rules = access_log().unwrap();
		assert!(after(&rules, &[0, 3, 4, 1, 4, 4, 2, 3]).is_ok());
		assert!(after(&rules, &[0, 2, 4]).is_err());
		assert!(after(&rules, &[4]).is_err());
	}

	#[test]
	fn a_subscription_lapses_and_is_renewed_until_it_is_cancelled() {
		let rules = subscription().unwrap();
		assert!(after(&rules, &[0, 5, 3, 2, 5, 3, 2, 5, 4]).is_ok());
		assert!(after(&rules, &[0, 3, 5]).is_err(), "access while lapsed");
		assert!(after(&rules, &[0, 3, 3]).is_err(), "lapsed twice");
		for kind in 0..=5 {
			assert!(after(&rules, &[0, 4, kind]).is_err(), "{kind} after cancellation");
		}
	}

	#[test]
	fn kinds_are_found_by_name() {
		let rules = ticket().unwrap();
		assert_eq!(rules.named(b"redeem"), Some(REDEEM));
		assert_eq!(rules.named(b"lock"), None);
	}

	#[test]
	fn rules_need_a_kind_and_decent_unique_names() {
		assert_eq!(checked(vec![]), Err(RulesError::NoKinds));
		for name in ["", "Issue", "is sue", "issué", "issue\n"] {
			assert_eq!(checked(vec![named(name)]), Err(RulesError::BadName(0)), "{name:?}");
		}
		assert_eq!(checked(vec![named("a"), named("a")]), Err(RulesError::DuplicateName(1)));
	}

	#[test]
	fn masks_name_existing_kinds_only() {
		for rule in [
			KindRule { requires: 0b100, ..named("b") },
			KindRule { forbids: 1 << 31, ..named("b") },
			KindRule { clears: 0b100, ..named("b") },
		] {
			assert_eq!(checked(vec![named("a"), rule]), Err(RulesError::UnknownKinds(1)));
		}
	}

	#[test]
	fn what_requires_and_forbids_the_same_is_refused() {
		let both = KindRule { requires: 1, forbids: 1, ..named("b") };
		assert_eq!(checked(vec![named("a"), both]), Err(RulesError::Contradiction(1)));
		let itself = KindRule { requires: 0b10, once: true, ..named("b") };
		assert_eq!(checked(vec![named("a"), itself]), Err(RulesError::Contradiction(1)));
	}

	#[test]
	fn what_can_never_happen_is_refused() {
		let itself = KindRule { requires: 0b10, ..named("b") };
		assert_eq!(checked(vec![named("a"), itself]), Err(RulesError::Unreachable(1)));
		let circle =
			vec![KindRule { requires: 0b10, ..named("a") }, KindRule { requires: 1, ..named("b") }];
		assert_eq!(checked(circle), Err(RulesError::Unreachable(0)));
		// Nobody holds an instance that was given to nobody.
		let holder = KindRule { signer: SignerRole::Holder, ..named("b") };
		assert_eq!(checked(vec![named("a"), holder.clone()]), Err(RulesError::Unreachable(1)));
		let giving = KindRule { sets_holder: true, ..named("a") };
		assert!(checked(vec![giving.clone(), holder.clone()]).is_ok());
		assert!(checked(vec![holder, giving]).is_ok(), "order does not matter");
	}

	#[test]
	fn once_is_for_ever() {
		let once = KindRule { once: true, ..named("a") };
		let clears = KindRule { clears: 1, ..named("b") };
		assert_eq!(
			checked(vec![once.clone(), clears.clone()]),
			Err(RulesError::ClearsForbidden(1))
		);
		assert!(checked(vec![named("a"), clears]).is_ok());
		assert_eq!(
			checked(vec![KindRule { clears: 1, ..named("a") }]),
			Err(RulesError::ClearsForbidden(0))
		);
		let rules = checked(vec![once]).unwrap();
		assert_eq!(rules.apply(0, 1), Err(RuleViolation::Forbidden(1)));
	}

	#[test]
	fn service_nodes_only_record_and_block_nobody() {
		let view = KindRule::recorded(b"view");
		for rule in [
			KindRule { once: true, ..view.clone() },
			KindRule { forbids: 1, ..view.clone() },
			KindRule { clears: 0b10, ..view.clone() },
			KindRule { sets_holder: true, ..view.clone() },
		] {
			assert_eq!(checked(vec![rule, named("a")]), Err(RulesError::RecordedDoesMore(0)));
		}
		for rule in [KindRule { forbids: 1, ..named("a") }, KindRule { clears: 1, ..named("a") }] {
			assert_eq!(checked(vec![view.clone(), rule]), Err(RulesError::DependsOnRecorded(1)));
		}
		let reward = KindRule { requires: 1, ..named("reward") };
		assert!(checked(vec![view, reward]).is_ok());
	}

	#[test]
	fn thirty_two_kinds_are_rules_and_thirty_three_are_not_even_a_list() {
		let kinds: Vec<_> = (0..32).map(|n| named(&format!("kind-{n}"))).collect();
		let rules = checked(kinds.clone()).unwrap();
		assert_eq!(rules.apply(31, 0), Ok(1 << 31));
		assert_eq!(bit(32), None);
		let more = [kinds, vec![named("more")]].concat();
		assert!(KindRules::try_from(more.clone()).is_err());
		assert!(KindRules::decode(&mut &more.encode()[..]).is_err());
	}

	#[test]
	fn later_rules_keep_earlier_kinds() {
		let (old, access) = (ticket().unwrap(), access_log().unwrap());
		let mut kinds = old.kinds().to_vec();
		kinds.push(named("refund"));
		let longer = checked(kinds.clone()).unwrap();
		assert!(old.can_follow(&old) && longer.can_follow(&old));
		assert!(!old.can_follow(&longer), "a kind is gone");
		assert!(!access.can_follow(&old), "a kind has another name");
		let mut recorded = longer.kinds().to_vec();
		recorded[3].signer = SignerRole::ServiceNode;
		assert!(!checked(recorded).unwrap().can_follow(&longer), "a kind has other slots");
	}

	#[test]
	fn what_is_no_rules_can_not_be_decoded_as_rules() {
		let rules = subscription().unwrap();
		assert_eq!(Rules::decode(&mut &rules.encode()[..]).unwrap(), rules);
		assert!(Rules::decode(&mut &KindRules::default().encode()[..]).is_err());
	}

	prop_compose! {
		fn any_kind(kinds: usize)(
			role in 0..3u8,
			requires in any::<u32>(), requires_too in any::<u32>(),
			forbids in any::<u32>(), forbids_too in any::<u32>(),
			clears in any::<u32>(),
			once in any::<bool>(),
			sets_holder in any::<bool>(),
		) -> KindRule {
			let known = u32::MAX >> (32 - kinds);
			let signer = [SignerRole::Issuer, SignerRole::Holder, SignerRole::ServiceNode][usize::from(role)];
			KindRule {
				name: KindName::default(),
				signer,
				requires: requires & requires_too & known,
				forbids: forbids & forbids_too & known & !requires,
				clears: if signer == SignerRole::ServiceNode { 0 } else { clears & forbids & known },
				once: once && signer != SignerRole::ServiceNode,
				sets_holder: sets_holder && signer != SignerRole::ServiceNode,
			}
		}
	}

	fn any_kinds() -> impl Strategy<Value = Vec<KindRule>> {
		(1..=6usize).prop_flat_map(|n| prop::collection::vec(any_kind(n), n)).prop_map(
			|mut kinds| {
				for (n, rule) in kinds.iter_mut().enumerate() {
					rule.name = KindName::truncate_from(format!("kind-{n}").into_bytes());
				}
				kinds
			},
		)
	}

	proptest! {
		/// What the check promises holds on every path, whatever the rules are.
		#[test]
		fn accepted_rules_keep_their_promises(
			kinds in any_kinds(),
			path in prop::collection::vec(0..6u8, 0..40),
		) {
			let Ok(rules) = checked(kinds) else { return Ok(()) };
			let recorded = |kind: &Kind| rules.kind(*kind).is_some_and(KindRule::is_recorded);
			let mut mask = 0;
			let mut counts = [0; 6];
			for kind in path {
				let Ok(next) = rules.apply(kind, mask) else { continue };
				let rule = rules.kind(kind).unwrap();
				prop_assert_eq!(mask & rule.requires, rule.requires);
				prop_assert_eq!(mask & rule.forbids, 0);
				counts[usize::from(kind)] += 1;
				prop_assert!(!rule.once || counts[usize::from(kind)] == 1);
				if recorded(&kind) {
					prop_assert_eq!(next & mask, mask);
					// Whatever could follow in sequence before, can follow after.
					for other in (0..6).filter(|other| !recorded(other)) {
						if let Ok(one_way) = rules.apply(other, mask) {
							let both = rules.apply(other, next);
							prop_assert_eq!(both, Ok(one_way | bit(kind).unwrap()));
						}
					}
				}
				mask = next;
			}
		}

		/// A path that the rules allow reaches nothing that the check calls unreachable.
		#[test]
		fn nothing_unreachable_is_ever_reached(
			kinds in any_kinds(),
			path in prop::collection::vec(0..6usize, 0..60),
		) {
			let reached = reachable(&kinds);
			let (mut mask, mut held) = (0u32, false);
			for kind in path.into_iter().filter(|kind| *kind < kinds.len()) {
				let rule = &kinds[kind];
				let signed = held || rule.signer != SignerRole::Holder;
				if signed && rule.admits(mask) {
					prop_assert_ne!(reached & (1 << kind), 0);
					mask = (mask & !rule.clears) | (1 << kind);
					held |= rule.sets_holder;
				}
			}
		}

		/// Rules survive the way through SCALE, and no bytes make rules that were not checked.
		#[test]
		fn decoding_checks(kinds in any_kinds()) {
			let bytes = KindRules::truncate_from(kinds.clone()).encode();
			let decoded = Rules::decode(&mut &bytes[..]).ok();
			prop_assert_eq!(decoded.clone(), checked(kinds).ok());
			if let Some(rules) = decoded {
				prop_assert_eq!(Rules::decode(&mut &rules.encode()[..]).ok(), Some(rules));
			}
		}
	}
}
