//! The body of a cut, as others send it: checked before anything is made of it.

use smartlayer_commitment::{api::AnchorSet, vector_root, CountedVector, Cut};
use smartlayer_operations::FullVector;
use smartlayer_types::AccountId;
use sp_core::H256;

/// What is wrong with what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
	/// The sender's fault: it is not what was asked for, or nobody signed it. Others may have it.
	#[error("it is not what was asked for")]
	Lie,
	/// The proposer's fault: what has this hash can't be a cut of the interval, whoever sends it.
	#[error("it is no cut of the interval")]
	Unusable,
}

/// Checks a cut against its hash, its interval and the interval's set.
pub fn check_cut(
	genesis: H256,
	hash: H256,
	(interval, set): (u64, &AnchorSet),
	cut: &Cut,
) -> Result<(), BodyFault> {
	if cut.hash(genesis) != hash {
		return Err(BodyFault::Lie);
	}
	let is_member = |it: &CountedVector| (it.member as usize) < set.members.len();
	let is_log = |origin: &AccountId| set.members.iter().any(|it| it.account == *origin);
	let fits = cut.set_id == set.set_id
		&& cut.interval == interval
		&& cut.is_coherent()
		&& cut.vectors.iter().all(is_member)
		&& cut.ends.iter().all(|it| is_log(&it.origin));
	fits.then_some(()).ok_or(BodyFault::Unusable)
}

/// Checks a vector that a cut counts. The cut was checked.
pub fn check_vector(
	genesis: H256,
	set: &AnchorSet,
	cut: &Cut,
	counted: &CountedVector,
	vector: &FullVector,
) -> Result<(), BodyFault> {
	let statement = vector.vector();
	if statement.digest(genesis) != counted.digest {
		return Err(BodyFault::Lie);
	}
	// The digest is that of the statement: whatever the statement says, the cut counts it.
	let said = (statement.set_id, statement.interval, statement.tick);
	if said != (cut.set_id, cut.interval, counted.tick) {
		return Err(BodyFault::Unusable);
	}
	// Signature and entries are not in the digest: somebody else may have the right ones.
	let member = set.members.get(counted.member as usize).ok_or(BodyFault::Unusable)?;
	let is_signed = member.signed(&counted.digest, &vector.signed.signature);
	let is_whole = vector_root(genesis, &vector.entries) == Some(statement.root);
	(is_signed && is_whole).then_some(()).ok_or(BodyFault::Lie)
}
