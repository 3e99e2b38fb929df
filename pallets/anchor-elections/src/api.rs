//! What the runtime API answers.

use crate::{
	order::Order, Ballots, Candidates, Config, Elected, Election, LastResult, Pallet, Pending,
	Profiles, Rank, ResultSummary, Rewards, RunnersUp, Seat, Seated, Term, TermEnds, Withdrawals,
};
use alloc::{collections::BTreeMap, vec::Vec};
use codec::Encode;
use frame_support::traits::KeyOwnerProofSystem;
use smartlayer_types::{
	elections_api::{
		CandidateInfo, PendingInfo, ResultInfo, SeatInfo, SetInfo, TermInfo, VoterInfo, VotesInfo,
	},
	AccountId, AnchorSets, Balance, SetId,
};
use sp_core::crypto::KeyTypeId;

/// The most entries of a page.
const MAX_PAGE: u32 = 1_000;

fn page(limit: u32) -> usize {
	usize::try_from(limit.min(MAX_PAGE)).unwrap_or_default()
}

fn seat_info(seats: impl IntoIterator<Item = Seat>) -> Vec<SeatInfo> {
	let info = |seat: Seat| SeatInfo { account: seat.account, backing: seat.backing };
	seats.into_iter().map(info).collect()
}

fn result_info(result: ResultSummary) -> ResultInfo {
	let ResultSummary { totals, hash } = result;
	ResultInfo {
		term: totals.term,
		block: totals.block,
		issuance: totals.issuance,
		scaling_factor: totals.scaling_factor,
		voters: totals.voters,
		candidates: totals.candidates,
		counted_weight: totals.counted_weight,
		hash,
	}
}

/// The methods of `AnchorElectionsApi`.
impl<T: Config> Pallet<T> {
	pub fn candidates(after: Option<AccountId>, limit: u32) -> Vec<CandidateInfo> {
		let accounts: BTreeMap<AccountId, crate::Candidate> = Candidates::<T>::iter().collect();
		accounts
			.into_iter()
			.filter(|(account, _)| after.as_ref().is_none_or(|after| account > after))
			.take(page(limit))
			.map(|(account, candidate)| Self::candidate_info(account, candidate))
			.collect()
	}

	fn candidate_info(account: AccountId, candidate: crate::Candidate) -> CandidateInfo {
		let profile = Profiles::<T>::get(&account).unwrap_or_default();
		CandidateInfo {
			name: profile.name.into_inner(),
			web_site: profile.web_site.into_inner(),
			endpoint: profile.endpoint.into_inner(),
			legal_identifier: profile.legal_identifier.into_inner(),
			statement: profile.statement,
			bond: candidate.bond,
			approval: candidate.approval,
			electable: Self::is_electable(&account, &candidate),
			has_keys: Self::has_keys(&account),
			seated: Seated::<T>::get().contains(&account),
			account,
		}
	}

	pub fn voters(after: Option<(Balance, AccountId)>, limit: u32) -> Vec<VoterInfo> {
		let after = after.map(|(stake, account)| Rank { stake, account });
		let mut ranks = Vec::new();
		let size = page(limit);
		Order::<T>::visit(after.as_ref(), &mut |rank| {
			if ranks.len() < size {
				ranks.push(rank);
			}
			ranks.len() < size
		});
		let voter = |rank: Rank| {
			let ballot = Ballots::<T>::get(&rank.account)?;
			let candidates = Self::live_votes(&ballot);
			Some(VoterInfo { account: rank.account, stake: rank.stake, candidates })
		};
		ranks.into_iter().filter_map(voter).collect()
	}

	pub fn votes_of(account: AccountId) -> VotesInfo {
		let ballot = Ballots::<T>::get(&account);
		let unlocking = Withdrawals::<T>::get(&account).into_iter();
		VotesInfo {
			stake: ballot.as_ref().map_or(0, |ballot| ballot.stake),
			candidates: ballot.as_ref().map(Self::live_votes).unwrap_or_default(),
			unlocking: unlocking.map(|unlocking| (unlocking.amount, unlocking.at)).collect(),
		}
	}

	pub fn current_set() -> SetInfo {
		let set_id = Self::current();
		SetInfo { set_id, members: Self::members(set_id).unwrap_or_default() }
	}

	pub fn next_set() -> SetInfo {
		let (set_id, members) = Self::next();
		SetInfo { set_id, members }
	}

	pub fn anchor_set(set_id: SetId) -> Option<SetInfo> {
		Some(SetInfo { set_id, members: Self::members(set_id)? })
	}

	pub fn elected() -> Vec<SeatInfo> {
		seat_info(Elected::<T>::get())
	}

	pub fn runners_up() -> Vec<SeatInfo> {
		seat_info(RunnersUp::<T>::get())
	}

	pub fn term() -> TermInfo {
		TermInfo {
			term: Term::<T>::get(),
			ends: TermEnds::<T>::get(),
			election_runs: Election::<T>::exists(),
			seats: Self::seats(),
			counted_minimum: Self::counted_minimum(),
		}
	}

	pub fn pending_result() -> Option<PendingInfo> {
		let pending = Pending::<T>::get()?;
		Some(PendingInfo {
			result: Self::last_result()?,
			seats: seat_info(pending.seats),
			runners_up: seat_info(pending.runners_up),
			takes_office: pending.takes_office,
		})
	}

	pub fn last_result() -> Option<ResultInfo> {
		LastResult::<T>::get().map(result_info)
	}

	pub fn reward_of(account: AccountId) -> Balance {
		Rewards::<T>::get(account)
	}

	pub fn key_proof(key_type: [u8; 4], key: Vec<u8>) -> Option<Vec<u8>> {
		Self::prove((KeyTypeId(key_type), key)).map(|proof| proof.encode())
	}
}
