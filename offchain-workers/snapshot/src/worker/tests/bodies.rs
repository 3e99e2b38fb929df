//! Bodies of cuts that others send.

use super::network::{member, pair, set_of, GENESIS};
use crate::worker::body::{check_cut, check_vector, BodyFault};
use smartlayer_commitment::{api::AnchorSet, vector_root, CountedVector, Cut, CutEnd};
use smartlayer_operations::{
	positions_hash, FullVector, ListedEntry, OriginEntry, Position, Signed, Vector,
};
use smartlayer_types::{evm::EvmSignature, AccountId};
use sp_core::H256;

fn entry(origin: AccountId) -> ListedEntry {
	let withheld = vec![Position { number: 2, index: 0 }];
	let entry = OriginEntry {
		origin,
		incarnation: 0,
		number: 3,
		header_hash: H256::repeat_byte(3),
		withheld: positions_hash(GENESIS, &withheld).unwrap(),
		announced: 0,
		unannounced: positions_hash(GENESIS, &[]).unwrap(),
	};
	ListedEntry { entry, withheld, unannounced: Vec::new() }
}

/// The vector of an anchor.
fn vector(seed: u8, interval: u64, tick: u32) -> FullVector {
	let entries = vec![entry(AccountId::new([1; 32]))];
	let root = vector_root(GENESIS, &entries).unwrap();
	let statement = Vector { set_id: 7, interval, tick, closing: true, root };
	let digest = statement.digest(GENESIS);
	let signature = EvmSignature(pair(seed).sign_prehashed(&digest.0).0);
	FullVector { signed: Signed { statement, signature }, entries }
}

fn counted(set: &AnchorSet, seed: u8, vector: &FullVector) -> CountedVector {
	let key = member(seed).key;
	let index = set.members.iter().position(|it| it.key == key).unwrap();
	let statement = vector.vector();
	let (member, tick) = (index as u32, statement.tick);
	CountedVector { member, tick, digest: statement.digest(GENESIS) }
}

fn cut(set: &AnchorSet) -> Cut {
	let end = |seed: u8| CutEnd {
		origin: AccountId::new([seed; 32]),
		incarnation: 0,
		number: 3,
		header_hash: H256::repeat_byte(3),
	};
	let mut vectors: Vec<_> =
		[1, 2, 3].into_iter().map(|it| counted(set, it, &vector(it, 5, 2))).collect();
	vectors.sort_by_key(|it| it.member);
	Cut { set_id: 7, interval: 5, ends: (1..=4).map(end).collect(), vectors }
}

fn checked(set: &AnchorSet, cut: &Cut) -> Result<(), BodyFault> {
	check_cut(GENESIS, cut.hash(GENESIS), (5, set), cut)
}

#[test]
fn a_cut_is_what_its_hash_says() {
	let set = set_of(7, 1..=4);
	let cut = cut(&set);
	assert_eq!(checked(&set, &cut), Ok(()));
	let other = check_cut(GENESIS, H256::repeat_byte(1), (5, &set), &cut);
	assert_eq!(other, Err(BodyFault::Lie), "the sender's fault: others may have the right one");
}

#[test]
fn a_cut_of_another_interval_set_or_order_is_none_whoever_sends_it() {
	let set = set_of(7, 1..=4);
	let flips: [fn(&mut Cut); 6] = [
		|it| it.set_id = 8,
		|it| it.interval = 4,
		|it| it.ends.swap(0, 1),
		|it| it.vectors.push(it.vectors[0]),
		|it| it.vectors.last_mut().unwrap().member = 4,
		|it| it.ends.last_mut().unwrap().origin = AccountId::new([9; 32]),
	];
	for flip in flips {
		let mut other = cut(&set);
		flip(&mut other);
		assert_eq!(checked(&set, &other), Err(BodyFault::Unusable));
	}
}

#[test]
fn a_vector_is_whole_and_signed_by_the_member_that_the_cut_names() {
	let set = set_of(7, 1..=4);
	let cut = cut(&set);
	let good = vector(2, 5, 2);
	let named = counted(&set, 2, &good);
	let check = |vector: &FullVector| check_vector(GENESIS, &set, &cut, &named, vector);
	assert_eq!(check(&good), Ok(()));

	let flips: [fn(&mut FullVector); 5] = [
		|it| it.signed.statement.tick = 3,
		|it| it.signed.signature = vector(3, 5, 2).signed.signature,
		|it| it.entries.clear(),
		|it| it.entries[0].withheld.clear(),
		|it| it.entries[0].entry.number = 9,
	];
	for flip in flips {
		let mut other = good.clone();
		flip(&mut other);
		assert_eq!(check(&other), Err(BodyFault::Lie));
	}
}

#[test]
fn a_cut_that_counts_a_vector_of_another_interval_is_none() {
	let set = set_of(7, 1..=4);
	let cut = cut(&set);
	let foreign = vector(2, 4, 2);
	let named = counted(&set, 2, &foreign);
	let checked = check_vector(GENESIS, &set, &cut, &named, &foreign);
	assert_eq!(checked, Err(BodyFault::Unusable));
	let good = vector(2, 5, 2);
	let named = CountedVector { tick: 9, ..counted(&set, 2, &good) };
	assert_eq!(check_vector(GENESIS, &set, &cut, &named, &good), Err(BodyFault::Unusable));
}
