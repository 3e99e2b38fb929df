//! What goes over the network and into the store, and how it is checked on the way in.

use crate::engine::{Batch, LogId, Message, Newest, Tip};
use codec::{Decode, DecodeAll, DecodeWithMemTracking, Encode};
use rayon::prelude::*;
use smartlayer_commitment::{tree, Evidence};
use smartlayer_operations::{
	BatchEntry, FullVector, LogHeader, Refusal, Signed, SignedOperation, VerifiedOperation,
};
use smartlayer_types::{
	anchors::AnchorMember, eip712::Domain, evm::EvmSignature, AccountId, SetId,
};
use sp_core::H256;
use std::{collections::HashMap, sync::Arc};

/// A batch as it is sent and stored.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct WireBatch {
	/// Its header.
	pub header: Signed<LogHeader>,
	/// Its operations, in order.
	pub operations: Vec<SignedOperation>,
}

impl From<&Batch<EvmSignature>> for WireBatch {
	fn from(batch: &Batch<EvmSignature>) -> Self {
		let operations = batch.operations.iter().map(|it| it.signed().clone()).collect();
		Self { header: batch.header.clone(), operations }
	}
}

/// A message between anchors.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum Wire {
	/// A batch of whatever log.
	#[codec(index = 0)]
	Batch(WireBatch),
	/// The sender's vector.
	#[codec(index = 1)]
	Vector(FullVector),
	/// Asks for batches of a log.
	#[codec(index = 2)]
	Want {
		/// The log's anchor.
		origin: AccountId,
		/// Its incarnation.
		incarnation: u32,
		/// The first number that is missing.
		from: u64,
	},
	/// Asks for the batches of a branch, its last one first.
	#[codec(index = 5)]
	WantBranch {
		/// The log's anchor.
		origin: AccountId,
		/// Its incarnation.
		incarnation: u32,
		/// The number of the branch's last batch.
		number: u64,
		/// The hash of its header.
		hash: H256,
	},
	/// Asks for the newest that the receiver has seen of the sender.
	#[codec(index = 3)]
	AskNewest,
	/// Answers that.
	#[codec(index = 4)]
	Newest {
		/// The receiver's newest vector.
		vector: Option<FullVector>,
		/// Incarnation of the receiver's log, and the number of its last batch.
		log: Option<(u32, u64)>,
	},
	/// What clients gave to the sender, which is no member of the current interval's set.
	#[codec(index = 6)]
	Operations(Vec<SignedOperation>),
}

impl Wire {
	/// A message of the engine to `to`; nothing depends on the receiver but what is said of its own log.
	pub fn of(message: &Message<EvmSignature>) -> Self {
		match message {
			Message::Batch(batch) => Self::Batch((&**batch).into()),
			Message::Vector(vector) => Self::Vector((**vector).clone()),
			Message::Operations(operations) => {
				Self::Operations(operations.iter().map(|it| it.signed().clone()).collect())
			},
			Message::Want { log, from } => {
				Self::Want { origin: log.origin.clone(), incarnation: log.incarnation, from: *from }
			},
			Message::WantBranch(Tip { log, number, hash }) => Self::WantBranch {
				origin: log.origin.clone(),
				incarnation: log.incarnation,
				number: *number,
				hash: *hash,
			},
			Message::AskNewest => Self::AskNewest,
			Message::Newest(newest) => Self::Newest {
				vector: newest.vector.as_deref().cloned(),
				log: newest.log.as_ref().map(|(id, number)| (id.incarnation, *number)),
			},
		}
	}

	/// Reads a message; nothing may follow it.
	pub fn read(bytes: &[u8]) -> Result<Self, Bad> {
		Self::decode_all(&mut &*bytes).map_err(|_| Bad::Malformed)
	}
}

/// What is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
	/// These bytes are no message.
	#[error("it can't be decoded")]
	Malformed,
	/// It names a set of which nothing is known here: old, or newer than this node's chain.
	#[error("set {0} is not known here")]
	UnknownSet(SetId),
	/// A header or vector is not signed by whom it names.
	#[error("its signature is not that of the anchor it names")]
	Signature,
	/// A batch holds an operation that its actor did not sign: slashable.
	#[error("it holds an operation that nobody signed")]
	Operation(Box<Evidence>),
}

/// What signatures are checked against.
#[derive(Clone, Debug)]
pub struct Checks {
	genesis: H256,
	domain: Domain,
	/// Members by account, by set.
	sets: HashMap<SetId, HashMap<AccountId, AnchorMember>>,
}

impl Checks {
	/// Checks of one network, with no set yet.
	pub fn new(genesis: H256) -> Self {
		Self { genesis, domain: Domain::of(genesis), sets: HashMap::new() }
	}

	/// The network's genesis hash.
	pub const fn genesis(&self) -> H256 {
		self.genesis
	}

	/// The members of all sets that are known.
	pub fn members(&self) -> impl Iterator<Item = &AnchorMember> {
		self.sets.values().flat_map(HashMap::values)
	}

	/// Makes a set known.
	pub fn learn(&mut self, set: SetId, members: &[AnchorMember]) {
		let by_account = members.iter().map(|it| (it.account.clone(), it.clone()));
		self.sets.insert(set, by_account.collect());
	}

	/// Forgets sets before one.
	pub fn forget_before(&mut self, set: SetId) {
		self.sets.retain(|it, _| *it >= set);
	}

	/// Checks everything that is signed in a message of an anchor to `me`. The work is proportional to the number of
	/// operations, on all cores.
	pub fn check(
		&self,
		from: &AccountId,
		me: &AccountId,
		wire: Wire,
	) -> Result<Message<EvmSignature>, Bad> {
		Ok(match wire {
			Wire::Batch(batch) => Message::Batch(Arc::new(self.batch(batch)?)),
			Wire::Vector(vector) => Message::Vector(Arc::new(self.vector(from, vector)?)),
			Wire::Want { origin, incarnation, from } => {
				Message::Want { log: LogId { origin, incarnation }, from }
			},
			Wire::WantBranch { origin, incarnation, number, hash } => {
				let log = LogId { origin, incarnation };
				Message::WantBranch(Tip { log, number, hash })
			},
			Wire::Operations(operations) => {
				let verified = self.operations(&operations).into_iter();
				let verified = verified.collect::<Result<_, _>>().map_err(|_| Bad::Signature)?;
				Message::Operations(verified)
			},
			Wire::AskNewest => Message::AskNewest,
			Wire::Newest { vector, log } => Message::Newest(Newest {
				vector: vector.map(|it| self.vector(me, it)).transpose()?.map(Arc::new),
				log: log.map(|(incarnation, number)| {
					(LogId { origin: me.clone(), incarnation }, number)
				}),
			}),
		})
	}

	fn member(&self, set: SetId, account: &AccountId) -> Result<&AnchorMember, Bad> {
		let members = self.sets.get(&set).ok_or(Bad::UnknownSet(set))?;
		members.get(account).ok_or(Bad::Signature)
	}

	fn vector(&self, signer: &AccountId, vector: FullVector) -> Result<FullVector, Bad> {
		let statement = vector.vector();
		let member = self.member(statement.set_id, signer)?;
		let digest = statement.digest(self.genesis);
		member.signed(&digest, &vector.signed.signature).then_some(vector).ok_or(Bad::Signature)
	}

	/// Checks a batch: the header first, so that only its signer can make the others work.
	pub fn batch(&self, batch: WireBatch) -> Result<Batch<EvmSignature>, Bad> {
		let WireBatch { header, operations } = batch;
		let statement = &header.statement;
		let member = self.member(statement.set_id, &statement.origin)?;
		if !member.signed(&statement.hash(self.genesis), &header.signature) {
			return Err(Bad::Signature);
		}
		self.stored(WireBatch { header, operations })
	}

	/// Checks the operations of a batch, of whose header it is known that its anchor signed it.
	pub fn stored(&self, batch: WireBatch) -> Result<Batch<EvmSignature>, Bad> {
		let WireBatch { header, operations } = batch;
		let verified: Vec<Result<_, Refusal>> =
			operations.par_iter().map(|it| it.clone().verify(&self.domain).map(Arc::new)).collect();
		let first_bad = verified.iter().position(Result::is_err);
		if let Some(index) = first_bad {
			return Err(self.unsigned(header, &operations, index));
		}
		let operations = verified.into_iter().filter_map(Result::ok).collect();
		Ok(Batch { header, operations })
	}

	/// Evidence that a batch holds an operation that its actor did not sign, if the header commits to it.
	fn unsigned(
		&self,
		header: Signed<LogHeader>,
		operations: &[SignedOperation],
		index: usize,
	) -> Bad {
		let entry = |(index, it): (u32, &SignedOperation)| BatchEntry {
			index,
			digest: it.operation.digest(&self.domain),
			actor: it.operation.actor.clone(),
			authorisation: it.authorisation,
		};
		let entries: Vec<_> = (0u32..).zip(operations).map(entry).collect();
		let leaves: Vec<_> = entries.iter().map(BatchEntry::leaf).collect();
		let proof = tree::proof(&leaves, index).and_then(|it| it.try_into().ok());
		match (proof, entries.into_iter().nth(index)) {
			(Some(proof), Some(entry)) if tree::root(&leaves) == header.statement.batch_root => {
				Bad::Operation(Box::new(Evidence::Batch(Box::new((header, entry)), proof)))
			},
			_ => Bad::Signature,
		}
	}

	/// Checks operations of clients, each for itself.
	pub fn operations(
		&self,
		operations: &[SignedOperation],
	) -> Vec<Result<Arc<VerifiedOperation>, Refusal>> {
		let verify = |it: &SignedOperation| it.clone().verify(&self.domain).map(Arc::new);
		operations.par_iter().map(verify).collect()
	}
}
