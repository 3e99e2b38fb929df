//! No unit is lost or made by whatever sequence of calls, but where a rule burns or mints it.

use super::mock::*;
use crate::*;
use frame_support::{
	storage::with_storage_layer,
	traits::fungible::{Inspect, InspectHold},
};
use proptest::prelude::*;
use smartlayer_types::{AccountId, Balance};

/// Something that happens; the numbers choose account, amount and time.
#[derive(Clone, Copy, Debug)]
enum Step {
	Register(u8),
	BondExtra(u8, u16),
	UpdateTerms(u8, u8),
	UpdateEndpoint(u8, u8),
	Leave(u8),
	Withdraw(u8),
	TryAgain(u8),
	DrawSalt(u8),
	Pass(u8),
	Jail(u8, u8),
	Release(u8),
	Slash(u8, u8, u8),
	ApplySlash(u8, u8),
	CancelSlash(u8, u8),
	Rent(u16),
	Burned(u8, u16),
	Place(u8, u8),
	Claim(u8, u8),
	Blocks(u8),
	Epochs(u8),
	Idle,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let who = || 1u8..5;
	let back = || 0u8..6;
	let step = prop_oneof![
		3 => who().prop_map(Step::Register),
		1 => (who(), any::<u16>()).prop_map(|(a, b)| Step::BondExtra(a, b)),
		2 => (who(), any::<u8>()).prop_map(|(a, b)| Step::UpdateTerms(a, b)),
		1 => (who(), who()).prop_map(|(a, b)| Step::UpdateEndpoint(a, b)),
		1 => who().prop_map(Step::Leave),
		2 => who().prop_map(Step::Withdraw),
		1 => who().prop_map(Step::TryAgain),
		1 => who().prop_map(Step::DrawSalt),
		3 => who().prop_map(Step::Pass),
		1 => (who(), back()).prop_map(|(a, b)| Step::Jail(a, b)),
		1 => who().prop_map(Step::Release),
		2 => (who(), back(), 0u8..5).prop_map(|(a, b, c)| Step::Slash(a, b, c)),
		2 => (who(), back()).prop_map(|(a, b)| Step::ApplySlash(a, b)),
		1 => (who(), back()).prop_map(|(a, b)| Step::CancelSlash(a, b)),
		2 => any::<u16>().prop_map(Step::Rent),
		2 => (who(), any::<u16>()).prop_map(|(a, b)| Step::Burned(a, b)),
		2 => (who(), 0u8..9).prop_map(|(a, b)| Step::Place(a, b)),
		3 => (who(), back()).prop_map(|(a, b)| Step::Claim(a, b)),
		2 => (0u8..20).prop_map(Step::Blocks),
		4 => (0u8..5).prop_map(Step::Epochs),
		2 => Just(Step::Idle),
	];
	prop::collection::vec(step, 1..100)
}

fn take(step: Step) {
	let epoch = |back: u8| ServiceNodes::current_epoch().saturating_sub(back.into());
	// What is refused changes nothing, as in a block.
	let _ = with_storage_layer(|| match step {
		Step::Register(who) => try_register(who),
		Step::BondExtra(who, amount) => ServiceNodes::bond_extra(signed(who), amount.into()),
		Step::UpdateTerms(who, capacity) => {
			ServiceNodes::update_terms(signed(who), terms(capacity.into()))
		},
		Step::UpdateEndpoint(who, peer_of) => {
			let proof = proof(&account(who), &endpoint_of(peer_of), &peer(peer_of));
			let key = peer_key(peer_of);
			ServiceNodes::update_endpoint(signed(who), endpoint_of(peer_of), key, proof)
		},
		Step::Leave(who) => ServiceNodes::leave(signed(who)),
		Step::Withdraw(who) => ServiceNodes::withdraw(signed(9), account(who)),
		Step::TryAgain(who) => ServiceNodes::try_again(signed(who)),
		Step::DrawSalt(who) => ServiceNodes::draw_salt(signed(9), account(who)),
		Step::ApplySlash(who, back) => {
			ServiceNodes::apply_slash(signed(9), account(who), epoch(back))
		},
		Step::CancelSlash(who, back) => {
			ServiceNodes::cancel_slash(RuntimeOrigin::root(), account(who), epoch(back))
		},
		Step::Claim(who, back) => {
			ServiceNodes::claim(signed(9), era().saturating_sub(back.into()), account(who))
		},
		_ => Ok(()),
	});
	happen(step, epoch);
}

/// What is no call.
fn happen(step: Step, epoch: impl Fn(u8) -> u64) {
	match step {
		Step::Pass(who) => drop(ServiceNodes::passed_probation(&account(who))),
		Step::Jail(who, back) => drop(ServiceNodes::jail(&account(who), epoch(back))),
		Step::Release(who) => drop(ServiceNodes::release(&account(who))),
		Step::Slash(who, back, rung) => drop(ServiceNodes::slash(&account(who), epoch(back), rung)),
		Step::Rent(amount) if Balances::balance(&account(9)) > Balance::from(amount) + 100 => {
			pay_rent(9, amount.into());
		},
		Step::Burned(who, amount) => {
			<ServiceNodes as BurnRecords<_>>::on_burned(&account(who), amount.into());
		},
		Step::Place(who, shards) => place(era(), &account(who), shards.into()),
		Step::Blocks(count) => pass_blocks(count.into()),
		Step::Epochs(count) => pass_epochs(count.into()),
		Step::Idle => idle(),
		_ => {},
	}
}

/// By the events: what was minted, and what was burned.
fn minted_and_burned() -> (Balance, Balance) {
	let (mut minted, mut burned) = (0, 0);
	for record in System::events() {
		let RuntimeEvent::ServiceNodes(event) = record.event else { continue };
		match event {
			Event::EraEnded { inflation, .. } => minted += inflation,
			Event::Claimed { paid_calls, .. } => minted += paid_calls,
			Event::FeeBurned { amount, .. } | Event::RentBurned { amount } => burned += amount,
			Event::Slashed { amount, .. } => burned += amount,
			_ => {},
		}
	}
	(minted, burned)
}

fn accounts() -> impl Iterator<Item = AccountId> {
	(1..=ACCOUNTS).map(account).chain([ServiceNodes::pot()])
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(32))]

	#[test]
	fn money_is_conserved_over_any_sequence(steps in steps()) {
		new_test_ext().execute_with(|| {
			let start = issuance();
			let mut salts = std::collections::BTreeMap::new();
			for step in steps {
				take(step);
				prop_assert!(ServiceNodes::do_try_state().is_ok(), "{:?} after {step:?}", ServiceNodes::do_try_state());
				for who in (1..5).map(account) {
					if let Some(salt) = ServiceNodes::placement_salt(&who) {
						prop_assert_eq!(*salts.entry(who).or_insert(salt), salt);
					}
				}
			}
			let (minted, burned) = minted_and_burned();
			prop_assert_eq!(issuance() + burned, start + minted);
			let owned: Balance = accounts().map(|who| Balances::total_balance(&who)).sum();
			prop_assert_eq!(owned, issuance());
			let held: Balance = accounts().map(|who| Balances::total_balance_on_hold(&who)).sum();
			prop_assert_eq!(held, ServiceNodes::total_bonded());
			Ok(())
		})?;
	}
}
