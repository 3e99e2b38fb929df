//! What clients and probers ask the chain about probing.

use super::{
	epoch::EpochRecord,
	report::{Measures, OpenedReport},
	verdict::Verdict,
};
use crate::{AccountId, Balance};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// The parameters that are in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SloParameters {
	/// K for an epoch that began now: how many reports a verdict needs.
	pub probers: u32,
	/// How many times K anchors draw a node, on average.
	pub oversampling: u32,
	/// Epochs within which breaches and witnesses add up.
	pub ladder_window: u64,
	/// The most reports in a page.
	pub page_reports: u32,
	/// The most pages of one anchor in one epoch.
	pub max_pages: u32,
	/// The most epochs that wait for their verdicts; while so many wait, no further epoch is probed.
	pub max_epochs: u32,
}

/// An anchor's commitment to its reports of an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct CommitmentState {
	/// Index of the anchor in the epoch's set.
	pub prober: u32,
	/// The anchor.
	pub account: AccountId,
	/// Whether it has shown which nodes are its own.
	pub drawn: bool,
	/// How many pages it committed to.
	pub pages: u32,
	/// The pages that are still closed.
	pub closed: Vec<u32>,
}

/// A node's reports that were opened and are not judged yet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct UnresolvedReports {
	/// The node.
	pub node: AccountId,
	/// The reports.
	pub reports: Vec<OpenedReport>,
	/// What the medians would be if no further report came; `None` if there are too few.
	pub median: Option<Measures>,
}

/// The outage guard of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct GuardState {
	/// All bonded stake.
	pub total_bonded: Balance,
	/// The most that one operator counts with.
	pub operator_cap: Balance,
	/// Failing stake that counted so far.
	pub failing: Balance,
	/// Whether that is an outage already. It is final once `complete`.
	pub outage: bool,
	/// Whether all nodes of the epoch are judged.
	pub complete: bool,
}

sp_api::decl_runtime_apis! {
	/// Probing of service nodes.
	pub trait SloApi {
		/// The parameters in force, within the bounds that the code sets.
		fn slo_parameters() -> SloParameters;

		/// The epochs that the chain keeps, the oldest first. The last is the one that lasts, if it is probed.
		fn slo_epochs() -> Vec<EpochRecord>;

		/// Of these nodes, those that are an anchor's own in an epoch, given its VRF output. For use on one's own
		/// node: until the epoch is over, the output is secret.
		fn slo_drawn(epoch: u64, output: [u8; 32], nodes: Vec<AccountId>) -> Vec<AccountId>;

		/// The commitments of an epoch, and what of them is still closed.
		fn slo_commitments(epoch: u64) -> Vec<CommitmentState>;

		/// Reports of an epoch that await judgement: at most `limit` nodes (and at most 1,000), those behind `after`
		/// in the order of storage.
		fn slo_unresolved(
			epoch: u64,
			after: Option<AccountId>,
			limit: u32,
		) -> Vec<UnresolvedReports>;

		/// The verdict over a node in an epoch, as long as it is the node's latest.
		fn slo_verdict(epoch: u64, node: AccountId) -> Option<Verdict>;

		/// The latest verdicts, of at most `limit` nodes (and at most 1,000), those behind `after` in the order of
		/// storage. Each tells its epoch.
		fn slo_verdicts(after: Option<AccountId>, limit: u32) -> Vec<(AccountId, Verdict)>;

		/// The outage guard of an epoch.
		fn slo_guard(epoch: u64) -> Option<GuardState>;
	}
}
