//! Rent, burned shares and the rewards for both.

use super::mock::*;
use crate::*;
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect, BoundedVec};
use proptest::prelude::*;
use smartlayer_types::{AccountId, Balance};
use sp_runtime::Perbill;

fn claim(era: u32, who: &AccountId) -> sp_runtime::DispatchResult {
	ServiceNodes::claim(signed(9), era, who.clone())
}

fn burned(who: &AccountId, amount: Balance) {
	<ServiceNodes as BurnRecords<_>>::on_burned(who, amount);
}

fn pot() -> Balance {
	Balances::balance(&ServiceNodes::pot()) - EXISTENTIAL_DEPOSIT
}

#[test]
fn genesis_funds_the_pot() {
	run(|| assert_eq!(Balances::balance(&ServiceNodes::pot()), EXISTENTIAL_DEPOSIT));
}

#[test]
fn rent_and_inflation_are_shared_by_placed_shards() {
	run(|| {
		let (one, two) = (active(1), register(2));
		pass_era();
		let era = era();
		place(era, &one, 3);
		place(era, &two, 1);
		pay_rent(9, 1_000);
		let before = issuance();
		assert_noop!(claim(era, &one), Error::<Test>::EraNotOver);
		pass_era();
		assert_eq!(issuance(), before + 500);
		assert_eq!(pot(), 1_500);
		let balance = Balances::balance(&one);
		assert_ok!(claim(era, &one));
		assert_eq!(Balances::balance(&one), balance + 1_125);
		assert_ok!(claim(era, &two));
		assert_eq!(pot(), 0);
		assert_eq!(issuance(), before + 500);
		assert_noop!(claim(era, &one), Error::<Test>::AlreadyClaimed);
	});
}

#[test]
fn rent_of_an_era_in_which_nothing_was_placed_waits() {
	run(|| {
		let who = active(1);
		pass_era();
		pay_rent(9, 1_000);
		let before = issuance();
		pass_era();
		// No inflation for nothing.
		assert_eq!(issuance(), before);
		let era = era();
		place(era, &who, 1);
		pay_rent(9, 100);
		pass_era();
		assert_eq!(EraPots::<Test>::get(era).unwrap().whole, 1_100 + 550);
	});
}

#[test]
fn unclaimed_pots_roll_over_without_inflation_on_inflation() {
	run(|| {
		let who = active(1);
		pass_era();
		let first = era();
		place(first, &who, 1);
		pay_rent(9, 1_000);
		for _ in 0..ClaimWindow::get() {
			pass_era();
		}
		assert_eq!(OldestEra::<Test>::get(), first);
		assert_eq!(ServiceNodes::node_era(first, &who).capacity_reward, 1_500);
		pass_era();
		assert_eq!(OldestEra::<Test>::get(), first + 1);
		assert_noop!(claim(first, &who), Error::<Test>::EraTooOld);
		assert_eq!(CollectedRent::<Test>::get(), Rent { fresh: 0, rolled: 1_500 });
		let before = issuance();
		place(era(), &who, 1);
		pass_era();
		assert_eq!(issuance(), before);
		assert_eq!(EraPots::<Test>::get(era() - 1).unwrap().whole, 1_500);
		assert_ok!(claim(era() - 1, &who));
	});
}

#[test]
fn an_era_in_jail_earns_nothing_for_capacity() {
	run(|| {
		let who = active(1);
		pass_era();
		let first = era();
		for era in first..first + 4 {
			place(era, &who, 1);
		}
		pay_rent(9, 1_000);
		burned(&who, 100);
		pass_era();
		// Jailed in the middle of the second era, back in the third.
		pay_rent(9, 1_000);
		assert!(ServiceNodes::jail(&who, ServiceNodes::current_epoch()));
		burned(&who, 100);
		pass_era();
		pay_rent(9, 1_000);
		pass_blocks(JAIL);
		assert_ok!(ServiceNodes::try_again(signed(1)));
		burned(&who, 100);
		pass_era();
		let rewards: Vec<_> = (first..first + 3)
			.map(|era| ServiceNodes::node_era(era, &who))
			.map(|era| (era.jailed, era.capacity_reward, era.paid_call_reward))
			.collect();
		assert_eq!(rewards, [(false, 1_500, 50), (true, 0, 50), (true, 0, 50)]);
		let before = Balances::balance(&who);
		assert_ok!(claim(first, &who));
		assert_ok!(claim(first + 1, &who));
		assert_ok!(claim(first + 2, &who));
		assert_eq!(Balances::balance(&who), before + 1_650);
	});
}

#[test]
fn a_long_stay_in_jail_counts_for_every_era_of_it() {
	run(|| {
		let who = active(1);
		pass_era();
		let first = era();
		assert!(ServiceNodes::jail(&who, ServiceNodes::current_epoch()));
		for _ in 0..3 {
			pass_era();
		}
		assert!((first..first + 4).all(|era| ServiceNodes::was_jailed(&who, era)));
		assert!(ServiceNodes::release(&who));
		pass_era();
		assert!((first..first + 4).all(|era| ServiceNodes::was_jailed(&who, era)));
		assert!(!ServiceNodes::was_jailed(&who, first - 1));
		assert!(!ServiceNodes::was_jailed(&who, first + 4));
	});
}

#[test]
fn leaving_does_not_wipe_out_a_stay_in_jail() {
	run(|| {
		let who = active(1);
		pass_era();
		let (jailed, epochs) = (era(), MIN_LEAVING_EPOCHS);
		place(jailed, &who, 1);
		pay_rent(9, 1_000);
		assert!(ServiceNodes::jail(&who, ServiceNodes::current_epoch()));
		assert_ok!(ServiceNodes::leave(signed(1)));
		pass_blocks(UNBONDING);
		pass_epochs(epochs);
		assert_ok!(ServiceNodes::withdraw(signed(1), who.clone()));
		assert_noop!(claim(jailed, &who), Error::<Test>::NothingToClaim);
	});
}

#[test]
fn a_reward_for_paid_calls_is_minted() {
	run(|| {
		let who = active(1);
		let era = era();
		burned(&who, 301);
		burned(&who, 700);
		pass_era();
		let (before, balance) = (issuance(), Balances::balance(&who));
		assert_ok!(claim(era, &who));
		assert_eq!(issuance(), before + 500);
		assert_eq!(Balances::balance(&who), balance + 500);
		assert_noop!(claim(era, &who), Error::<Test>::AlreadyClaimed);
	});
}

#[test]
fn burned_shares_count_for_their_era_and_node_only() {
	run(|| {
		let (one, two) = (active(1), register(2));
		let first = era();
		burned(&one, 100);
		pass_era();
		burned(&one, 1_000);
		assert_eq!(ServiceNodes::node_era(first, &one).burned, 100);
		pass_era();
		assert_noop!(claim(first, &two), Error::<Test>::NothingToClaim);
		assert_ok!(claim(first, &one));
		assert_eq!(ServiceNodes::node_era(first + 1, &one).paid_call_reward, 500);
	});
}

#[test]
fn what_is_burned_for_others_than_nodes_is_not_recorded() {
	run(|| {
		let era = era();
		burned(&account(5), 1_000);
		burned(&register(1), 0);
		assert_eq!(PointsOf::<Test>::iter().count(), 0);
		pass_era();
		assert_noop!(claim(era, &account(5)), Error::<Test>::NothingToClaim);
	});
}

#[test]
fn a_placement_that_exceeds_its_total_spends_no_other_eras_rent() {
	run(|| {
		let (one, two) = (active(1), register(2));
		pass_era();
		let era = era();
		place(era, &one, 1);
		pay_rent(9, 1_000);
		pass_era();
		pay_rent(9, 1_000);
		// It says something else afterwards.
		place(era, &one, 5);
		place(era, &two, 5);
		assert_ok!(claim(era, &one));
		assert_noop!(claim(era, &two), Error::<Test>::NothingToClaim);
		assert_eq!(pot(), 1_000);
	});
}

#[test]
fn a_bad_claim_in_a_batch_is_left_out() {
	run(|| {
		let (one, two) = (active(1), register(2));
		let era = era();
		burned(&one, 100);
		burned(&two, 100);
		pass_era();
		let balances = || (Balances::balance(&one), Balances::balance(&two));
		let before = balances();
		let claims = vec![
			(era, one.clone()),
			(era, account(5)),
			(era + 1, two.clone()),
			(era, one.clone()),
			(era, two.clone()),
		];
		let claims = BoundedVec::try_from(claims).unwrap();
		assert_ok!(ServiceNodes::claim_many(signed(9), claims));
		assert_eq!(balances(), (before.0 + 50, before.1 + 50));
		let reasons: Vec<_> = System::events()
			.into_iter()
			.filter_map(|record| match record.event {
				RuntimeEvent::ServiceNodes(Event::ClaimSkipped { reason, .. }) => Some(reason),
				_ => None,
			})
			.collect();
		let expected: [sp_runtime::DispatchError; 3] = [
			Error::<Test>::NothingToClaim.into(),
			Error::<Test>::EraNotOver.into(),
			Error::<Test>::AlreadyClaimed.into(),
		];
		assert_eq!(reasons, expected);
	});
}

#[test]
fn a_reward_that_can_not_be_credited_stays_claimable() {
	run(|| {
		let who = active(1);
		let era = era();
		burned(&who, 10);
		// The whole bond is slashed, and the account emptied: it is no more.
		MaxSlash::set(Perbill::one());
		let epoch = ServiceNodes::current_epoch();
		assert!(ServiceNodes::slash(&who, epoch, 5));
		pass_blocks(DELAY);
		idle();
		assert_ok!(Balances::transfer_all(signed(1), account(2), false));
		assert_eq!(Balances::total_balance(&who), 0);
		pass_era();
		assert!(claim(era, &who).is_err());
		assert!(!ServiceNodes::node_era(era, &who).claimed);
		assert_ok!(Balances::transfer_allow_death(signed(2), who.clone(), 100));
		assert_ok!(claim(era, &who));
		assert_eq!(Balances::balance(&who), 105);
	});
}

#[test]
fn records_of_expired_eras_are_removed_in_idle_time() {
	run(|| {
		let who = active(1);
		for _ in 0..8 {
			burned(&who, 100);
			pass_era();
			idle();
			check();
		}
		let kept: Vec<_> = PointsOf::<Test>::iter_keys().map(|(era, _)| era).collect();
		assert!(kept.iter().all(|era| *era >= OldestEra::<Test>::get()));
		assert_eq!(kept.len(), usize::try_from(ClaimWindow::get()).unwrap());
	});
}

#[test]
fn cleaning_is_bounded() {
	run(|| {
		let many = MAX_POINTS_PER_BLOCK + 30;
		for index in 0..many {
			let mut bytes = [0xAA; 32];
			bytes[..4].copy_from_slice(&index.to_le_bytes());
			let points = EraPoints { burned: 1, claimed: false };
			PointsOf::<Test>::insert(0, AccountId::new(bytes), points);
		}
		for _ in 0..=ClaimWindow::get() {
			pass_era();
		}
		assert_eq!(OldestEra::<Test>::get(), 1);
		idle();
		assert_eq!(PointsOf::<Test>::iter().count(), 30);
		assert_eq!(OldestPoints::<Test>::get(), 0);
		idle();
		assert_eq!(PointsOf::<Test>::iter().count(), 0);
		assert_eq!(OldestPoints::<Test>::get(), 1);
	});
}

#[test]
fn a_shorter_claim_window_expires_two_eras_at_a_time() {
	run(|| {
		ClaimWindow::set(10);
		for _ in 0..10 {
			pass_era();
		}
		assert_eq!(OldestEra::<Test>::get(), 0);
		ClaimWindow::set(1);
		pass_era();
		assert_eq!(OldestEra::<Test>::get(), 2);
		pass_era();
		assert_eq!(OldestEra::<Test>::get(), 4);
	});
}

#[test]
fn rent_without_a_pot_is_burned() {
	run(|| {
		frame_system::Account::<Test>::remove(ServiceNodes::pot());
		pallet_balances::TotalIssuance::<Test>::mutate(|all| *all -= EXISTENTIAL_DEPOSIT);
		let before = issuance();
		pay_rent(9, EXISTENTIAL_DEPOSIT - 1);
		assert_eq!(issuance(), before - (EXISTENTIAL_DEPOSIT - 1));
		assert_eq!(CollectedRent::<Test>::get(), Rent::default());
	});
}

/// The split of a payment (PROTOCOL section 8): burned share rounded up, issuer's and anchors' down, the rest the
/// payee's.
fn split(amount: Balance, burn: Perbill, issuer: Perbill, anchors: Perbill) -> [Balance; 4] {
	let burned = burn.mul_ceil(amount);
	let (issuer, anchors) = (issuer.mul_floor(amount), anchors.mul_floor(amount));
	[burned, issuer, anchors, amount - burned - issuer - anchors]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(32))]

	/// Whoever is payer, payee and issuer in one and pays itself loses, whatever the shares and however it cuts the
	/// payments up.
	#[test]
	fn paying_oneself_loses(
		payments in prop::collection::vec(1u128..1_000_000_000, 1..20),
		burn in 1u32..=200_000_000,
		issuer in 0u32..=300_000_000,
		anchors in 0u32..=100_000_000,
		share in 0u32..=1_000_000_000,
	) {
		new_test_ext().execute_with(|| {
			PaidCallShare::set(Perbill::from_parts(share));
			let who = register(1);
			let era = era();
			let (burn, issuer, anchors) =
				(Perbill::from_parts(burn), Perbill::from_parts(issuer), Perbill::from_parts(anchors));
			let mut lost = 0;
			for amount in payments {
				let [burned_part, issuers, anchors, payees] = split(amount, burn, issuer, anchors);
				lost += amount - issuers - payees;
				prop_assert_eq!(lost >= burned_part + anchors, true);
				burned(&who, burned_part);
			}
			pass_era();
			let before = Balances::balance(&who);
			let claimed = claim(era, &who);
			let gained = Balances::balance(&who) - before;
			prop_assert!(claimed.is_ok() == (gained > 0));
			prop_assert!(gained < lost, "gained {gained}, lost {lost}");
			check();
			Ok(())
		})?;
	}

	/// Over any number of eras, inflation is at most rent.
	#[test]
	fn inflation_is_at_most_rent(
		rents in prop::collection::vec((0u128..50_000, any::<bool>()), 1..12),
		share in 0u32..=1_000_000_000,
	) {
		new_test_ext().execute_with(|| {
			InflationShare::set(Perbill::from_parts(share));
			ClaimWindow::set(2);
			let who = active(1);
			pass_era();
			let (start, mut paid) = (issuance(), 0);
			for (rent, placed) in rents {
				if placed {
					place(era(), &who, 1);
				}
				pay_rent(9, rent);
				paid += rent;
				pass_era();
			}
			let inflation = issuance() - start;
			prop_assert!(inflation <= Perbill::from_parts(share).mul_floor(paid));
			check();
			Ok(())
		})?;
	}
}
