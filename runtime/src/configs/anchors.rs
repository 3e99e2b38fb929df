//! Anchors: their election, what they commit to, and how they judge service nodes.

use crate::{
	configs::{
		consensus::{MaxAuthorities, EVIDENCE_SESSIONS},
		money::{AnchorsPot, TreasuryAccount},
		tokens::Epochs,
	},
	governance::origins::GeneralAdmin,
	parameters::dynamic_params::{elections, intervals, slo},
	weights, AnchorElections, Babe, Balance, Balances, Commitments, Runtime, RuntimeHoldReason,
	ServiceNodes, Timestamp,
};
use alloc::vec::Vec;
use frame_election_provider_support::{
	bounds::{ElectionBounds, ElectionBoundsBuilder},
	onchain, BalancingConfig, SequentialPhragmen,
};
use frame_support::{
	parameter_types,
	traits::{tokens::imbalance::ResolveTo, ConstBool, ConstU32, EitherOf, Get},
};
use frame_system::EnsureRoot;
use pallet_anchor_elections::AnchorFault;
use pallet_identity::Judgement;
use pallet_service_nodes::{NodeReads, NodeVerdicts};
use smartlayer_commitment::{Offence, OffenceKind};
use smartlayer_types::{nodes::NodeState, AccountId, AnchorSets, SetId, Sla};
use sp_core::{crypto::key_types::BABE, sr25519, H256};
use sp_runtime::{DispatchError, DispatchResult, Perbill};

/// The most candidates.
pub type MaxCandidates = ConstU32<1_000>;

/// The most voters that count: those with the greatest stake.
pub type MaxCountedVoters = ConstU32<5_000>;

parameter_types! {
	pub const EvidenceSessions: u32 = EVIDENCE_SESSIONS;
	pub Bounds: ElectionBounds = ElectionBoundsBuilder::default()
		.voters_count(<MaxCountedVoters as Get<u32>>::get().into())
		.targets_count(<MaxCandidates as Get<u32>>::get().into())
		.build();
	/// Rounds in which backing is evened out among the winners, and the difference below which no more is done.
	pub Balancing: Option<BalancingConfig> = Some(BalancingConfig { iterations: 10, tolerance: 0 });
}

/// Elections on chain: sequential Phragmén with balancing. A larger network can put another provider here.
pub struct OnChainElection;

impl onchain::Config for OnChainElection {
	type Bounds = Bounds;
	type DataProvider = AnchorElections;
	type MaxBackersPerWinner = MaxCountedVoters;
	type MaxWinnersPerPage = MaxAuthorities;
	type Solver = SequentialPhragmen<AccountId, Perbill, Balancing>;
	type Sort = ConstBool<true>;
	type System = Runtime;
	type WeightInfo = frame_election_provider_support::weights::SubstrateWeight<Runtime>;
}

/// Identities that a registrar found reasonable or knows to be good.
pub struct JudgedIdentities;

impl pallet_anchor_elections::Identity for JudgedIdentities {
	fn is_judged(account: &AccountId) -> bool {
		pallet_identity::IdentityOf::<Runtime>::get(account).is_some_and(|registration| {
			let good = |judgement: &Judgement<_>| {
				matches!(judgement, Judgement::Reasonable | Judgement::KnownGood)
			};
			registration.judgements.iter().any(|(_, judgement)| good(judgement))
		})
	}
}

/// What sets owe to their intervals, and what members of a set do and leave undone.
pub struct Intervals;

impl pallet_anchor_elections::Duties for Intervals {
	fn owes(set: SetId) -> bool {
		Commitments::owes(set)
	}
}

impl pallet_commitments::Duties for Intervals {
	fn did(set: SetId, member: u32) {
		AnchorElections::did_duty(set, member);
	}

	fn missed(set: SetId, member: u32, vectors_absent: bool) {
		AnchorElections::missed_duty(set, member, vectors_absent);
	}
}

impl pallet_anchor_elections::Config for Runtime {
	type CandidacyBond = elections::CandidacyBond;
	type CandidacyShare = elections::CandidacyShare;
	type Duties = Intervals;
	type DutyReward = elections::DutyReward;
	type DutyShare = elections::DutyShare;
	type ElectionProvider = onchain::OnChainExecution<OnChainElection>;
	type EvidenceSessions = EvidenceSessions;
	type GovernanceOrigin = EitherOf<EnsureRoot<AccountId>, GeneralAdmin>;
	type Identity = JudgedIdentities;
	type IdentityRequired = elections::IdentityRequired;
	type LostBonds = ResolveTo<TreasuryAccount, Balances>;
	type MaxAnchors = MaxAuthorities;
	type MaxCandidates = MaxCandidates;
	type MaxCountedVoters = MaxCountedVoters;
	type MaxRunnersUp = ConstU32<50>;
	type MinAnchors = elections::MinAnchors;
	type MinVote = elections::MinVote;
	type MissLimit = elections::MissLimit;
	type NativeBalance = Balances;
	type Offences = crate::Offences;
	type Pot = AnchorsPot;
	type PublicationPeriod = elections::PublicationPeriod;
	type RootOrigin = EnsureRoot<AccountId>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SeatShare = elections::SeatShare;
	type Seats = elections::Seats;
	type SlashDelay = elections::SlashDelay;
	type TermLength = elections::TermLength;
	type UnlockPeriod = elections::UnlockPeriod;
	type WeightInfo = weights::pallet_anchor_elections::WeightInfo<Runtime>;
}

/// BABE's randomness as the block stores it.
pub struct BabeSeed;

impl pallet_commitments::DutySeed for BabeSeed {
	fn seed() -> H256 {
		H256(Babe::randomness())
	}
}

/// Offences of anchors, which their election punishes.
pub struct AnchorOffences;

impl pallet_commitments::Offences for AnchorOffences {
	fn report(offence: &Offence, reporter: Option<&AccountId>) -> DispatchResult {
		let fault = match offence.kind {
			OffenceKind::Batch => AnchorFault::Batch,
			OffenceKind::Log => AnchorFault::Log,
			OffenceKind::Vector => AnchorFault::Vector,
			OffenceKind::Snapshot => AnchorFault::Snapshot,
			OffenceKind::Vote => AnchorFault::Vote,
		};
		let Offence { set_id, member, slot, .. } = *offence;
		AnchorElections::report_fault(set_id, member, fault, slot, reporter.cloned())
			.map_err(|_| DispatchError::Other("the offence is known or its set is forgotten"))
	}
}

impl pallet_commitments::Config for Runtime {
	type BacklogLimit = intervals::BacklogLimit;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Setup;
	type BridgeOrigin = EitherOf<EnsureRoot<AccountId>, GeneralAdmin>;
	type Duties = Intervals;
	type IntervalLength = intervals::Length;
	type MaxBridges = ConstU32<8>;
	type MaxMembers = MaxAuthorities;
	type MaxOffences = ConstU32<10_000>;
	type MaxUnconfirmed = ConstU32<64>;
	type Offences = AnchorOffences;
	type OperationWindow = intervals::OperationWindow;
	type Retention = intervals::Retention;
	type Seed = BabeSeed;
	type Sets = AnchorElections;
	type Time = Timestamp;
	type TurnLength = intervals::TurnLength;
	type WeightInfo = weights::pallet_commitments::WeightInfo<Runtime>;
}

/// Anchors as probers: they draw by their BABE keys, which are chosen before an epoch's randomness is known.
pub struct Probers;

impl AnchorSets for Probers {
	fn current() -> SetId {
		AnchorElections::current()
	}

	fn members(set: SetId) -> Option<Vec<smartlayer_types::AnchorMember>> {
		AnchorElections::members(set)
	}
}

impl pallet_slo::ProberSets for Probers {
	fn vrf_key(set: SetId, member: u32) -> Option<sr25519::Public> {
		let account = AnchorElections::member(set, member)?.account;
		let key = AnchorElections::active_key(&account, BABE)?;
		sr25519::Public::try_from(key.as_slice()).ok()
	}
}

/// Service nodes as those who judge them see them.
pub struct JudgedNodes;

impl pallet_slo::Nodes for JudgedNodes {
	fn terms(node: &AccountId, epoch: u64) -> Option<Sla> {
		<ServiceNodes as NodeReads<_>>::terms_at(node, epoch).map(|terms| terms.sla)
	}

	fn state(node: &AccountId) -> Option<NodeState> {
		ServiceNodes::node(node).map(|node| node.state)
	}

	fn bond(node: &AccountId) -> Balance {
		ServiceNodes::bond_of(node)
	}

	fn total_bonded() -> Balance {
		ServiceNodes::total_bonded()
	}

	fn operator(node: &AccountId) -> AccountId {
		ServiceNodes::operator_of(node).unwrap_or_else(|| node.clone())
	}

	// A verdict that does not fit the node's state has no effect, as it should be.
	fn passed_probation(node: &AccountId, _: u64) {
		let _ = <ServiceNodes as NodeVerdicts<_>>::passed_probation(node);
	}

	fn warn(node: &AccountId, epoch: u64) {
		let _ = <ServiceNodes as NodeVerdicts<_>>::warn(node, epoch);
	}

	fn jail(node: &AccountId, epoch: u64) {
		let _ = <ServiceNodes as NodeVerdicts<_>>::jail(node, epoch);
	}

	// A probation begins anew where a node of it is jailed.
	fn failed_probation(node: &AccountId, epoch: u64) {
		let _ = <ServiceNodes as NodeVerdicts<_>>::jail(node, epoch);
	}

	fn slash(node: &AccountId, epoch: u64, rung: u8) {
		let _ = <ServiceNodes as NodeVerdicts<_>>::slash(node, epoch, rung);
	}
}

/// Rewards for probing come from the anchors' pot.
pub struct ProbesFromPot;

impl pallet_slo::ProbeRewards for ProbesFromPot {
	fn reward(_: u64, points: Vec<(AccountId, u32)>) {
		AnchorElections::reward_probes(points);
	}
}

impl pallet_slo::Config for Runtime {
	type Anchors = Probers;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Setup;
	type Epochs = Epochs;
	type LadderWindow = slo::LadderWindow;
	type MaxAnchors = MaxAuthorities;
	type MaxSteps = ConstU32<50>;
	type Nodes = JudgedNodes;
	type ProbeRewards = ProbesFromPot;
	type Probers = slo::Probers;
	type WeightInfo = weights::pallet_slo::WeightInfo<Runtime>;
}
