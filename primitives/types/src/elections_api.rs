//! What clients and workers read about anchors, candidates, voters and terms.

use crate::{AccountId, AnchorMember, Balance, BlockNumber, SetId};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;
use sp_core::{sr25519, H256};

/// A candidate as voters see it. Text is UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct CandidateInfo {
	pub account: AccountId,
	pub name: Vec<u8>,
	pub web_site: Vec<u8>,
	/// The public HTTPS endpoint.
	pub endpoint: Vec<u8>,
	pub legal_identifier: Vec<u8>,
	/// Hash of a longer statement.
	pub statement: H256,
	pub bond: Balance,
	/// Stake of all ballots that name the candidate, counted whole for each.
	pub approval: Balance,
	/// Whether it can be elected now: judged where that is required, and not barred by an offence.
	pub electable: bool,
	/// Whether its session keys are registered, without which it can't take office.
	pub has_keys: bool,
	pub seated: bool,
}

/// A ballot; a page of them is in the order in which the election reads them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct VoterInfo {
	pub account: AccountId,
	pub stake: Balance,
	/// The candidates for whom it counts; those that are gone are left out.
	pub candidates: Vec<AccountId>,
}

/// What an account has in votes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct VotesInfo {
	pub stake: Balance,
	pub candidates: Vec<AccountId>,
	/// Stake that no longer counts, and the block from which it can be taken out.
	pub unlocking: Vec<(Balance, BlockNumber)>,
}

/// A set of anchors.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SetInfo {
	pub set_id: SetId,
	/// In ascending order of Ethereum addresses.
	pub members: Vec<AnchorMember>,
}

/// An account and the stake that an election put behind it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SeatInfo {
	pub account: AccountId,
	pub backing: Balance,
}

/// What the chain keeps of an election, so that anyone can recompute it from [`AnchorElectionsApi::voters`] and
/// [`AnchorElectionsApi::candidates`] at the block before `block`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ResultInfo {
	pub term: u32,
	/// The block in which the election began.
	pub block: BlockNumber,
	/// Total issuance then.
	pub issuance: Balance,
	/// The weight of a vote is its stake divided by this, rounded down.
	pub scaling_factor: Balance,
	pub voters: u32,
	pub candidates: u32,
	/// Weight of all counted voters together.
	pub counted_weight: u128,
	/// Hash of the seats and runners-up with every backer's part.
	pub hash: H256,
}

/// A result that is public and not yet in office.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct PendingInfo {
	pub result: ResultInfo,
	/// Best backed first.
	pub seats: Vec<SeatInfo>,
	/// Best backed first.
	pub runners_up: Vec<SeatInfo>,
	/// The block from which it is in office, unless the root track voids it before.
	pub takes_office: BlockNumber,
}

/// The clock of terms.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct TermInfo {
	pub term: u32,
	/// The block in which the next election begins.
	pub ends: BlockNumber,
	/// Whether an election runs: ballots and candidacies are closed.
	pub election_runs: bool,
	/// The seats there are.
	pub seats: u32,
	/// The stake of the last voter that counts; zero while there is room for all.
	pub counted_minimum: Balance,
}

sp_api::decl_runtime_apis! {
	/// Anchors, candidates, voters and terms.
	pub trait AnchorElectionsApi {
		/// Up to `limit` candidates in ascending order of accounts, after `after`.
		fn candidates(after: Option<AccountId>, limit: u32) -> Vec<CandidateInfo>;

		/// Up to `limit` ballots, greatest stake first, then by account, after the ballot with this stake and
		/// account.
		fn voters(after: Option<(Balance, AccountId)>, limit: u32) -> Vec<VoterInfo>;

		/// What an account has in votes.
		fn votes_of(account: AccountId) -> VotesInfo;

		/// The set in office.
		fn current_set() -> SetInfo;

		/// The set of the next session: the one in office, unless a change is planned.
		fn next_set() -> SetInfo;

		/// A set inside the evidence window.
		fn anchor_set(set: SetId) -> Option<SetInfo>;

		/// The keys under which members of a set publish their network addresses, as registered now; empty for a set
		/// outside the evidence window.
		fn discovery_keys(set: SetId) -> Vec<(AccountId, sr25519::Public)>;

		/// Who is elected to office, best backed first.
		fn elected() -> Vec<SeatInfo>;

		/// Who replaces a removed anchor, best backed first.
		fn runners_up() -> Vec<SeatInfo>;

		/// The clock of terms.
		fn term() -> TermInfo;

		/// The result that waits for its office.
		fn pending_result() -> Option<PendingInfo>;

		/// Totals and hash of the last election.
		fn last_result() -> Option<ResultInfo>;

		/// What an account can claim for its duties.
		fn reward_of(account: AccountId) -> Balance;

		/// The SCALE encoded proof that a key of this type is active in the current session.
		fn key_proof(key_type: [u8; 4], key: Vec<u8>) -> Option<Vec<u8>>;
	}
}
