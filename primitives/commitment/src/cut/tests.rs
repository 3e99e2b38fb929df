//! What a cut certifies.

use super::*;
use proptest::prelude::*;
use smartlayer_operations::{
	positions_hash, Operation, OriginEntry, Signed, SignedOperation, Vector, NO_HOLDER,
};
use smartlayer_types::{eip712::Domain, Authorisation};
use sp_core::{ed25519, Pair};

const GENESIS: H256 = H256::repeat_byte(9);

fn operation(instance: u64) -> Arc<VerifiedOperation> {
	let pair = ed25519::Pair::from_seed(&[1; 32]);
	let operation = Operation {
		class: 1,
		instance: instance.into(),
		seq: 0,
		kind: 0,
		actor: AccountId::new(pair.public().0),
		to: NO_HOLDER,
		data: H256::zero(),
		time_ms: 0,
	};
	let digest = operation.digest(&Domain::of(GENESIS));
	let authorisation = Authorisation::Ed25519(pair.sign(digest.as_bytes()));
	let signed = SignedOperation { operation, authorisation };
	Arc::new(signed.verify(&Domain::of(GENESIS)).unwrap())
}

fn origin(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

/// Logs of one incarnation, with the header of batch n hashing to n in the origin's own way.
#[derive(Default)]
struct Batches(BTreeMap<AccountId, Vec<Vec<Arc<VerifiedOperation>>>>);

fn header_hash(origin: &AccountId, number: u64) -> H256 {
	if number == 0 {
		return H256::zero();
	}
	domain::hash("test header", GENESIS, &(origin, number))
}

impl Logs for Batches {
	fn branch(&self, end: &CutEnd, floor: u64) -> Option<Branch<'_>> {
		let origin = &end.origin;
		if end.header_hash != header_hash(origin, end.number) {
			return None;
		}
		let batches = self.0.get(origin)?.get(floor as usize..end.number as usize)?;
		let numbered = (floor + 1..).zip(batches);
		let batches = numbered.map(|(number, it)| (header_hash(origin, number), &it[..]));
		let floor_hash = header_hash(origin, floor);
		Some(Branch { floor, floor_hash, batches: batches.collect() })
	}
}

/// How a vector follows a log: whose, up to which number, withholding which positions.
type Followed<'a> = (u8, u64, &'a [(u64, u32)]);

fn vector(logs: &[Followed<'_>]) -> FullVector<()> {
	let entries = logs.iter().map(|(number_of_origin, number, withheld)| {
		let origin = origin(*number_of_origin);
		let withheld: Vec<_> = withheld
			.iter()
			.map(|(number, index)| Position { number: *number, index: *index })
			.collect();
		let entry = OriginEntry {
			header_hash: header_hash(&origin, *number),
			origin,
			incarnation: 0,
			number: *number,
			withheld: positions_hash(GENESIS, &withheld).unwrap(),
			announced: 0,
			unannounced: positions_hash(GENESIS, &[]).unwrap(),
		};
		ListedEntry { entry, withheld, unannounced: Vec::new() }
	});
	let entries: Vec<_> = entries.collect();
	let root = vector_root(GENESIS, &entries).unwrap();
	let statement = Vector { set_id: 1, interval: 1, tick: 1, closing: false, root };
	FullVector { signed: Signed { statement, signature: () }, entries }
}

fn cut(ends: &[(u8, u64)], vectors: usize) -> Cut {
	let end = |(number_of_origin, number): &(u8, u64)| {
		let origin = origin(*number_of_origin);
		CutEnd {
			header_hash: header_hash(&origin, *number),
			origin,
			incarnation: 0,
			number: *number,
		}
	};
	let counted = |member| CountedVector { member, tick: 1, digest: H256::zero() };
	Cut {
		set_id: 1,
		interval: 1,
		ends: ends.iter().map(end).collect(),
		vectors: (0..vectors as u32).map(counted).collect(),
	}
}

fn digests(certified: &Certified) -> Vec<u64> {
	let mut instances: Vec<_> = certified.values().map(|it| it.instance.as_u64()).collect();
	instances.sort_unstable();
	instances
}

/// One log with two batches: instances 10 and 11, then 20.
fn one_log() -> Batches {
	let batches = vec![vec![operation(10), operation(11)], vec![operation(20)]];
	Batches(BTreeMap::from([(origin(1), batches)]))
}

#[test]
fn a_quorum_certifies_and_less_does_not() {
	let vectors = [
		vector(&[(1, 2, &[(1, 1)])]),
		vector(&[(1, 2, &[])]),
		vector(&[(1, 1, &[(1, 1)])]),
		vector(&[]),
	];
	let vectors: Vec<_> = vectors.iter().collect();
	let certify = |quorum| {
		let cut = cut(&[(1, 2)], 4);
		digests(&certified(&cut, &vectors, &Floors::new(), &one_log(), quorum).unwrap())
	};
	assert_eq!(certify(1), [10, 11, 20]);
	assert_eq!(certify(2), [10, 20]);
	assert_eq!(certify(3), [10]);
	assert!(certify(4).is_empty());
}

#[test]
fn acceptances_of_copies_count_together_and_once_for_each_member() {
	let logs = Batches(BTreeMap::from([
		(origin(1), vec![vec![operation(10)]]),
		(origin(2), vec![vec![operation(10)]]),
	]));
	let vectors = [vector(&[(1, 1, &[]), (2, 1, &[])]), vector(&[(1, 1, &[(1, 0)]), (2, 1, &[])])];
	let vectors: Vec<_> = vectors.iter().collect();
	let certify = |quorum| {
		let cut = cut(&[(1, 1), (2, 1)], 2);
		digests(&certified(&cut, &vectors, &Floors::new(), &logs, quorum).unwrap())
	};
	assert_eq!(certify(2), [10]);
	assert!(certify(3).is_empty());
}

#[test]
fn what_stands_at_or_below_the_floor_does_not_count() {
	let vectors = [vector(&[(1, 2, &[])])];
	let vectors: Vec<_> = vectors.iter().collect();
	let with_floor = |incarnation, number| {
		let header_hash = header_hash(&origin(1), number);
		let end = CutEnd { origin: origin(1), incarnation, number, header_hash };
		let floors = Floors::from([(origin(1), end)]);
		digests(&certified(&cut(&[(1, 2)], 1), &vectors, &floors, &one_log(), 1).unwrap())
	};
	assert_eq!(with_floor(0, 1), [20]);
	assert!(with_floor(0, 2).is_empty());
	// A floor of an earlier incarnation says nothing about this one.
	assert_eq!(with_floor(7, 2), [10, 11, 20]);
}

#[test]
fn a_branch_that_does_not_come_from_the_floor_does_not_count() {
	let vectors = [vector(&[(1, 2, &[])])];
	let vectors: Vec<_> = vectors.iter().collect();
	let header_hash = H256::repeat_byte(7);
	let end = CutEnd { origin: origin(1), incarnation: 0, number: 1, header_hash };
	let floors = Floors::from([(origin(1), end)]);
	let result = certified(&cut(&[(1, 2)], 1), &vectors, &floors, &one_log(), 1);
	assert_eq!(result, Ok(Certified::new()));
}

#[test]
fn a_cut_that_goes_back_is_told_from_one_that_goes_on() {
	let (logs, none) = (one_log(), Floors::new());
	let [first, second] = [1, 2].map(|number| cut(&[(1, number)], 1));
	assert!(second.goes_on(&none, &first.ends, &logs));
	assert!(first.goes_on(&none, &first.ends, &logs));
	assert!(!first.goes_on(&none, &second.ends, &logs), "behind the last one");
	let floors = Floors::from([(origin(1), second.ends[0].clone())]);
	assert!(!first.goes_on(&floors, &[], &logs), "behind the floor");
	// The last cut ended in another fork: of a log that was forked, one or the other counts.
	let mut forked = second.ends;
	forked[0].header_hash = H256::repeat_byte(7);
	assert!(first.goes_on(&none, &forked, &logs));
}

#[test]
fn entries_of_another_fork_or_beyond_the_end_do_not_count() {
	let mut forked = vector(&[(1, 1, &[])]);
	forked.entries[0].entry.header_hash = H256::repeat_byte(7);
	let mut reborn = vector(&[(1, 1, &[])]);
	reborn.entries[0].entry.incarnation = 1;
	let (beyond, good) = (vector(&[(1, 2, &[])]), vector(&[(1, 1, &[])]));
	let vectors = [&forked, &reborn, &beyond, &good];
	let certify = |quorum| {
		let cut = cut(&[(1, 1)], 4);
		digests(&certified(&cut, &vectors, &Floors::new(), &one_log(), quorum).unwrap())
	};
	assert_eq!(certify(1), [10, 11]);
	assert!(certify(2).is_empty());
}

#[test]
fn a_batch_that_is_missing_is_asked_for() {
	let vectors = [vector(&[(1, 3, &[])])];
	let vectors: Vec<_> = vectors.iter().collect();
	let cut = cut(&[(1, 3)], 1);
	let result = certified(&cut, &vectors, &Floors::new(), &one_log(), 1);
	assert_eq!(result, Err(Incomplete::Log(cut.ends[0].clone())));
}

#[test]
fn vectors_out_of_order_or_with_other_lists_have_no_root() {
	let good = vector(&[(1, 1, &[]), (2, 1, &[])]);
	assert!(vector_root(GENESIS, &good.entries).is_some());
	let swapped: Vec<_> = good.entries.iter().rev().cloned().collect();
	assert_eq!(vector_root(GENESIS, &swapped), None);
	let mut listed = good.entries.clone();
	listed[0].withheld.push(Position { number: 1, index: 0 });
	assert_eq!(vector_root(GENESIS, &listed), None);
	let mut ahead = good.entries;
	ahead[0].entry.announced = 2;
	assert_eq!(vector_root(GENESIS, &ahead), None);
}

#[test]
fn cuts_name_logs_and_members_in_order_once() {
	let good = cut(&[(1, 1), (2, 1)], 3);
	assert!(good.is_coherent());
	assert_eq!(good.counted(), SignerBitmap::of([0, 1, 2]));
	assert_eq!(good.end(&origin(2)), Some(&good.ends[1]));
	assert!(!cut(&[(2, 1), (1, 1)], 3).is_coherent());
	assert!(!cut(&[(1, 1), (1, 2)], 3).is_coherent());
	let mut twice = good;
	twice.vectors[1].member = 0;
	assert!(!twice.is_coherent());
}

proptest! {
	/// However acceptances are spread: certified is what a plain count of members says.
	#[test]
	fn certificates_are_plain_counts(
		follows in prop::collection::vec(0u64..=3, 4),
		withheld in prop::collection::vec(prop::collection::btree_set((1u64..=3, 0u32..2), 0..6), 4),
		quorum in 1u32..=4,
	) {
		let batches: Vec<_> =
			(0..3).map(|batch| vec![operation(2 * batch), operation(2 * batch + 1)]).collect();
		let logs = Batches(BTreeMap::from([(origin(1), batches)]));
		let vectors: Vec<_> = follows.iter().zip(&withheld).map(|(number, withheld)| {
			let withheld: Vec<_> = withheld.iter().copied().filter(|it| it.0 <= *number).collect();
			vector(&[(1, *number, &withheld)])
		}).collect();
		let vectors: Vec<_> = vectors.iter().collect();
		let result = certified(&cut(&[(1, 3)], 4), &vectors, &Floors::new(), &logs, quorum);
		let expected: Vec<_> = (0..6u64).filter(|it| {
			let position = (it / 2 + 1, (it % 2) as u32);
			let accepts = follows.iter().zip(&withheld).filter(|(number, withheld)| {
				**number >= position.0 && !withheld.contains(&position)
			});
			accepts.count() as u32 >= quorum
		}).collect();
		prop_assert_eq!(digests(&result.unwrap()), expected);
	}
}

#[test]
fn who_contradicts_itself_counts_as_one_that_accepts_everything() {
	let logs = one_log();
	let (all, first, second) =
		(vector(&[(1, 2, &[])]), vector(&[(1, 2, &[(1, 0)])]), vector(&[(1, 2, &[(1, 1)])]));
	let mut cut = cut(&[(1, 2)], 3);
	let certify = |cut: &Cut, vectors: &[&FullVector<()>]| {
		digests(&certified(cut, vectors, &Floors::new(), &logs, 3).unwrap())
	};
	assert_eq!(certify(&cut, &[&all, &all, &first]), [11, 20]);
	assert_eq!(certify(&cut, &[&all, &all, &second]), [10, 20]);
	cut.vectors.push(CountedVector { digest: H256::repeat_byte(1), ..cut.vectors[2] });
	assert_eq!(certify(&cut, &[&all, &all, &first, &second]), [10, 11, 20]);
	// Of two that follow one another what either accepts is accepted, and no more.
	let mut later = all.clone();
	later.signed.statement.tick = 2;
	assert_eq!(certify(&cut, &[&all, &all, &first, &later]), [10, 11, 20]);
	assert_eq!(certify(&cut, &[&all, &first, &first, &later]), [11, 20]);
	let mut less = first.clone();
	less.signed.statement.tick = 0;
	assert_eq!(certify(&cut, &[&all, &all, &less, &first]), [11, 20]);
	// Who says nothing of a log any more contradicts itself too.
	let mut silent = vector(&[]);
	silent.signed.statement.tick = 2;
	assert_eq!(certify(&cut, &[&all, &all, &first, &silent]), [10, 11, 20]);
}

#[test]
fn a_cut_counts_at_most_two_vectors_of_a_member_in_their_order() {
	let with = |members: &[(u32, u32)]| {
		let vector = |(member, tick): &(u32, u32)| CountedVector {
			member: *member,
			tick: *tick,
			digest: H256::zero(),
		};
		Cut { vectors: members.iter().map(vector).collect(), ..cut(&[(1, 2)], 0) }.is_coherent()
	};
	assert!(with(&[(0, 1), (1, 1), (1, 2), (2, 1), (2, 5)]));
	assert!(!with(&[(0, 1), (1, 1), (1, 2), (1, 3)]));
	assert!(!with(&[(0, 1), (1, 2), (1, 1)]));
	assert!(!with(&[(0, 1), (0, 1)]));
	assert!(!with(&[(1, 1), (0, 1)]));
}
