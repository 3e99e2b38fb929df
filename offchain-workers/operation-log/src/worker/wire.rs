//! What goes over the network and into the store, and how it is checked on the way in.

use crate::engine::{Batch, LogId, Message, Newest, Tip, MAX_LISTED};
use codec::{Decode, DecodeAll, DecodeWithMemTracking, Encode};
use rayon::prelude::*;
use smartlayer_commitment::{tree, Evidence};
use smartlayer_operations::{
	BatchEntry, FullVector, ListedEntry, LogHeader, OriginEntry, Position, Refusal, Signed,
	SignedOperation, Vector, VerifiedOperation,
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

/// Positions of one batch, one behind the other: where many operations arrive at once, vectors list whole batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Span {
	#[codec(compact)]
	number: u64,
	#[codec(compact)]
	first: u32,
	#[codec(compact)]
	count: u32,
}

impl Span {
	/// The spans of some positions.
	fn of(positions: &[Position]) -> Vec<Self> {
		let follows = |one: &Position, next: &Position| {
			one.number == next.number && one.index.checked_add(1) == Some(next.index)
		};
		let spans = positions.chunk_by(follows).filter_map(|span| {
			let Position { number, index: first } = *span.first()?;
			Some(Self { number, first, count: u32::try_from(span.len()).ok()? })
		});
		spans.collect()
	}

	/// The positions; `None` if there is no such batch.
	fn expand(self) -> Option<impl Iterator<Item = Position>> {
		let Self { number, first, count } = self;
		let end = first.checked_add(count)?;
		Some((first..end).map(move |index| Position { number, index }))
	}
}

/// What a vector says of one log, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct WireEntry {
	entry: OriginEntry,
	withheld: Vec<Span>,
	unannounced: Vec<Span>,
}

/// A vector as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct WireVector {
	signed: Signed<Vector>,
	entries: Vec<WireEntry>,
}

impl WireVector {
	/// A vector; `None` if it lists too much.
	fn of(vector: &FullVector) -> Option<Self> {
		let listed = |it: &ListedEntry| it.withheld.len() + it.unannounced.len();
		if vector.entries.iter().map(listed).sum::<usize>() > MAX_LISTED {
			return None;
		}
		let entry = |it: &ListedEntry| WireEntry {
			entry: it.entry.clone(),
			withheld: Span::of(&it.withheld),
			unannounced: Span::of(&it.unannounced),
		};
		let entries = vector.entries.iter().map(entry).collect();
		Some(Self { signed: vector.signed.clone(), entries })
	}

	/// The vector; `None` if it lists too much. Whether positions are in order is seen from what the entries commit to.
	fn expand(self) -> Option<FullVector> {
		let spans = |it: &WireEntry| {
			it.withheld.iter().chain(&it.unannounced).map(|it| it.count as usize).sum::<usize>()
		};
		if self.entries.iter().map(spans).sum::<usize>() > MAX_LISTED {
			return None;
		}
		let list = |spans: Vec<Span>| {
			let mut positions = Vec::new();
			for span in spans {
				positions.extend(span.expand()?);
			}
			Some(positions)
		};
		let entry = |it: WireEntry| {
			let (withheld, unannounced) = (list(it.withheld)?, list(it.unannounced)?);
			Some(ListedEntry { entry: it.entry, withheld, unannounced })
		};
		let entries = self.entries.into_iter().map(entry).collect::<Option<_>>()?;
		Some(FullVector { signed: self.signed, entries })
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
	Vector(WireVector),
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
		vector: Option<WireVector>,
		/// Incarnation of the receiver's log, and the number of its last batch.
		log: Option<(u32, u64)>,
	},
	/// What clients gave to the sender, which is no member of the current interval's set.
	#[codec(index = 6)]
	Operations(Vec<SignedOperation>),
}

impl Wire {
	/// A message of the engine; `None` if a vector lists more than is read.
	pub fn of(message: &Message<EvmSignature>) -> Option<Self> {
		Some(match message {
			Message::Batch(batch) => Self::Batch((&**batch).into()),
			Message::Vector(vector) => Self::Vector(WireVector::of(vector)?),
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
				vector: match &newest.vector {
					Some(vector) => Some(WireVector::of(vector)?),
					None => None,
				},
				log: newest.log.as_ref().map(|(id, number)| (id.incarnation, *number)),
			},
		})
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

	fn vector(&self, signer: &AccountId, vector: WireVector) -> Result<FullVector, Bad> {
		let vector = vector.expand().ok_or(Bad::Malformed)?;
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

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use smartlayer_operations::positions_hash;

	const GENESIS: H256 = H256::repeat_byte(1);

	fn vector(withheld: Vec<Position>, unannounced: Vec<Position>) -> FullVector {
		let entry = OriginEntry {
			origin: AccountId::new([1; 32]),
			incarnation: 0,
			number: 9,
			header_hash: H256::repeat_byte(2),
			withheld: positions_hash(GENESIS, &withheld).unwrap(),
			announced: 9,
			unannounced: positions_hash(GENESIS, &unannounced).unwrap(),
		};
		let statement =
			Vector { set_id: 1, interval: 2, tick: 3, closing: false, root: H256::zero() };
		let signed = Signed { statement, signature: EvmSignature([4; 65]) };
		FullVector { signed, entries: vec![ListedEntry { entry, withheld, unannounced }] }
	}

	fn batch(number: u64, count: u32) -> Vec<Position> {
		(0..count).map(|index| Position { number, index }).collect()
	}

	proptest! {
		#[test]
		fn vectors_arrive_as_they_were(
			withheld in prop::collection::btree_set((0u64..5, 0u32..30), 0..80),
			unannounced in prop::collection::btree_set((0u64..5, 0u32..30), 0..80),
		) {
			let list = |of: std::collections::BTreeSet<(u64, u32)>| {
				of.into_iter().map(|(number, index)| Position { number, index }).collect::<Vec<_>>()
			};
			let sent = vector(list(withheld), list(unannounced));
			let bytes = WireVector::of(&sent).unwrap().encode();
			prop_assert!(bytes.len() <= sent.encoded_size());
			let arrived = WireVector::decode_all(&mut &bytes[..]).unwrap().expand();
			prop_assert_eq!(arrived, Some(sent));
		}

		#[test]
		fn random_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
			if let Ok(wire) = Wire::read(&bytes) {
				prop_assert_eq!(wire.encode(), bytes);
			}
		}
	}

	#[test]
	fn whole_batches_take_a_few_bytes() {
		let lists: Vec<_> = (1..=10).flat_map(|it| batch(it, 1_024)).collect();
		let with = WireVector::of(&vector(lists, Vec::new())).unwrap().encoded_size();
		let without = WireVector::of(&vector(Vec::new(), Vec::new())).unwrap().encoded_size();
		assert!(with - without < 60, "{} bytes for ten batches", with - without);
	}

	#[test]
	fn a_vector_that_lists_too_much_is_neither_sent_nor_read() {
		let most = u32::try_from(MAX_LISTED).unwrap();
		let sent = WireVector::of(&vector(batch(1, most), Vec::new())).unwrap();
		assert!(sent.clone().expand().is_some());
		assert_eq!(WireVector::of(&vector(batch(1, most), batch(2, 1))), None);
		let mut more = sent;
		more.entries[0].unannounced = vec![Span { number: 2, first: 0, count: 1 }];
		assert_eq!(more.clone().expand(), None);
		more.entries[0].unannounced = vec![Span { number: 2, first: 0, count: u32::MAX }; 4];
		assert_eq!(more.clone().expand(), None);
		more.entries[0].withheld = Vec::new();
		more.entries[0].unannounced = vec![Span { number: 2, first: u32::MAX, count: 1 }];
		assert_eq!(more.expand(), None, "no batch is so long");
	}
}
