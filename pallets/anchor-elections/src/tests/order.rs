//! The order of voters.

use super::mock::*;
use crate::{
	order::{Order, MINIMUM},
	OrderNodes, Rank,
};
use proptest::prelude::*;
use smartlayer_types::AccountId;
use std::collections::BTreeMap;

fn account(n: u16) -> AccountId {
	let mut bytes = [0; 32];
	bytes[..2].copy_from_slice(&n.to_be_bytes());
	AccountId::new(bytes)
}

fn all() -> Vec<Rank> {
	Order::<Test>::best(u32::MAX)
}

fn check_nodes() {
	let root = crate::OrderRoot::<Test>::get().unwrap().node;
	for (id, node) in OrderNodes::<Test>::iter() {
		assert!(id == root || node.entries.len() >= MINIMUM);
	}
}

#[test]
fn greatest_stake_comes_first_then_the_lower_account() {
	sp_io::TestExternalities::default().execute_with(|| {
		for (stake, n) in [(5, 1), (9, 3), (9, 2), (1, 4)] {
			Order::<Test>::insert(Rank { stake, account: acc(n) });
		}
		assert_eq!(numbers(all().iter().map(|rank| &rank.account)), [2, 3, 1, 4]);
	});
}

#[test]
fn thousands_of_voters_come_and_go_and_nodes_stay_full() {
	sp_io::TestExternalities::default().execute_with(|| {
		let rank =
			|n: u16| Rank { stake: u128::from(n.wrapping_mul(7_919) % 1_000), account: account(n) };
		(0..3_000).for_each(|n| Order::<Test>::insert(rank(n)));
		check_nodes();
		(0..3_000).filter(|n| n % 17 != 0).for_each(|n| Order::<Test>::remove(&rank(n)));
		check_nodes();
		let mut left: Vec<Rank> = (0..3_000).filter(|n| n % 17 == 0).map(rank).collect();
		left.sort();
		assert_eq!(all(), left);
		assert!(OrderNodes::<Test>::iter().count() <= left.len() / MINIMUM + 2);
		left.iter().for_each(Order::<Test>::remove);
		assert_eq!((all(), Order::<Test>::len()), (vec![], 0));
		assert_eq!(OrderNodes::<Test>::iter().count(), 1);
	});
}

#[test]
fn pages_follow_each_other_without_gap() {
	sp_io::TestExternalities::default().execute_with(|| {
		(0..500).for_each(|n| {
			Order::<Test>::insert(Rank { stake: u128::from(n / 3), account: account(n) });
		});
		let mut seen: Vec<Rank> = vec![];
		loop {
			let mut page = vec![];
			Order::<Test>::visit(seen.last(), &mut |rank| {
				page.push(rank);
				page.len() < 37
			});
			if page.is_empty() {
				break;
			}
			seen.append(&mut page);
		}
		assert_eq!(seen, all());
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(10))]

	#[test]
	fn order_equals_a_sorted_model(
		changes in prop::collection::vec((0u16..400, 0u128..40), 1..1_200),
		best in 0u32..500,
	) {
		sp_io::TestExternalities::default().execute_with(|| {
			let mut model: BTreeMap<AccountId, u128> = BTreeMap::new();
			for (n, stake) in changes {
				let account = account(n);
				if let Some(old) = model.remove(&account) {
					Order::<Test>::remove(&Rank { stake: old, account: account.clone() });
				}
				// A stake below ten means that the voter leaves.
				if stake >= 10 {
					model.insert(account.clone(), stake);
					Order::<Test>::insert(Rank { stake, account });
				}
			}
			let mut sorted: Vec<Rank> =
				model.into_iter().map(|(account, stake)| Rank { stake, account }).collect();
			sorted.sort_by(|a, b| b.stake.cmp(&a.stake).then(a.account.cmp(&b.account)));
			assert_eq!(all(), sorted);
			assert_eq!(Order::<Test>::len() as usize, sorted.len());
			sorted.truncate(best as usize);
			assert_eq!(Order::<Test>::best(best), sorted);
			if crate::OrderRoot::<Test>::exists() {
				check_nodes();
			}
		});
	}
}
