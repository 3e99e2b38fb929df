//! Duties: rewards from the pot and misses.

use super::mock::*;
use crate::{Error, Misses, Promised, Rewards};
use frame_support::{assert_noop, assert_ok};
use proptest::prelude::*;
use smartlayer_types::AnchorSets;

fn index(n: u8) -> u32 {
	Anchors::members(0).unwrap().iter().position(|member| member.account == acc(n)).unwrap() as u32
}

fn miss(n: u8, absent: bool) {
	Anchors::missed_duty(0, index(n), absent);
}

fn claim(n: u8) -> frame_support::dispatch::DispatchResult {
	Anchors::claim_reward(RuntimeOrigin::signed(acc(60)), acc(n))
}

#[test]
fn a_duty_earns_from_the_pot_and_mints_nothing() {
	run(|| {
		let issuance = Balances::total_issuance();
		Anchors::did_duty(0, index(1));
		assert_eq!(Anchors::reward_of(acc(1)), 500);
		assert_ok!(claim(1));
		// The account had a thousand on hold as its bond.
		assert_eq!((free(1), free(201)), (ENDOWMENT - 1_000 + 500, ENDOWMENT - 500));
		assert_eq!(Balances::total_issuance(), issuance);
		assert_noop!(claim(1), Error::<Test>::NothingToClaim);
	});
}

#[test]
fn a_duty_earns_a_share_of_what_is_not_promised() {
	run(|| {
		DutyReward::set(u128::MAX);
		Anchors::did_duty(0, index(1));
		// One in a hundred of all but the existential deposit.
		assert_eq!(Rewards::<Test>::get(acc(1)), 9_999);
		Anchors::did_duty(0, index(2));
		assert_eq!(Rewards::<Test>::get(acc(2)), 9_900);
		assert_eq!(Promised::<Test>::get(), 9_999 + 9_900);
	});
}

#[test]
fn probes_earn_together_what_a_duty_earns_in_proportion() {
	run(|| {
		Anchors::reward_probes(vec![(acc(1), 3), (acc(2), 1), (acc(3), 0)]);
		let rewards = [1, 2, 3].map(|n| Anchors::reward_of(acc(n)));
		assert_eq!(rewards, [375, 125, 0]);
		assert_eq!(Promised::<Test>::get(), 500);
		Anchors::reward_probes(vec![]);
		Anchors::reward_probes(vec![(acc(1), 0)]);
		assert_eq!(Promised::<Test>::get(), 500);
	});
}

#[test]
fn strangers_earn_nothing() {
	run(|| {
		Anchors::did_duty(0, 4);
		Anchors::did_duty(3, 0);
		assert_eq!(Promised::<Test>::get(), 0);
	});
}

#[test]
fn a_streak_of_misses_with_vectors_absent_costs_the_seat() {
	run(|| {
		MinAnchors::set(1);
		miss(1, true);
		miss(1, true);
		run_sessions(2);
		assert!(validators().contains(&1));
		miss(1, true);
		run_sessions(2);
		assert_eq!(validators(), [2, 3, 4]);
		// The bond and the candidacy stay.
		assert_eq!((held(1), candidate(1).is_some()), (1_000, true));
	});
}

#[test]
fn a_duty_done_or_vectors_sent_end_the_streak() {
	run(|| {
		for end in [|| Anchors::did_duty(0, index(1)), || miss(1, false)] {
			miss(1, true);
			miss(1, true);
			end();
			assert_eq!(Misses::<Test>::get(acc(1)), 0);
		}
		miss(1, true);
		assert_eq!(crate::Removed::<Test>::get().len(), 0);
	});
}

#[test]
fn a_member_at_work_that_misses_its_turns_keeps_its_seat() {
	run(|| {
		(0..20).for_each(|_| miss(1, false));
		assert_eq!(crate::Removed::<Test>::get().len(), 0);
	});
}

#[test]
fn at_most_f_seats_are_lost_in_a_term_for_misses() {
	run(|| {
		MinAnchors::set(1);
		for n in [1, 2, 3] {
			(0..10).for_each(|_| miss(n, true));
		}
		assert_eq!(numbers(&crate::Removed::<Test>::get()), [1]);
		run_sessions(3);
		assert_eq!(validators(), [2, 3, 4]);
	});
}

#[test]
fn misses_are_not_limited_below_two() {
	run(|| {
		MissLimit::set(0);
		miss(1, true);
		assert_eq!(crate::Removed::<Test>::get().len(), 0);
		miss(1, true);
		assert_eq!(crate::Removed::<Test>::get().len(), 1);
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(8))]

	/// Whatever is earned and claimed in whatever order, the pot pays it and no token appears or disappears.
	#[test]
	fn rewards_are_conserved(steps in prop::collection::vec((1u8..5, any::<bool>()), 1..30), most in 1u128..200_000) {
		run(|| {
			DutyReward::set(most);
			let issuance = Balances::total_issuance();
			for (n, claims) in steps {
				if claims {
					let owed = Rewards::<Test>::get(acc(n));
					assert_eq!(claim(n).is_ok(), owed > 0);
				} else {
					Anchors::did_duty(0, index(n));
				}
				assert!(Promised::<Test>::get() <= free(201));
			}
			(1..5).for_each(|n| { let _ = claim(n); });
			let paid: u128 = (1..5).map(|n| free(n) + held(n) - ENDOWMENT).sum();
			assert_eq!(free(201), ENDOWMENT - paid);
			assert_eq!(Balances::total_issuance(), issuance);
		});
	}
}
