//! Whatever anybody does in whatever order: money is conserved and every invariant holds.

use super::mock::*;
use crate::Classes;
use frame_support::traits::fungible::Inspect;
use proptest::prelude::*;
use smartlayer_types::{
	registry::{Changes, IssuerAction, Redundancy, Service},
	AccountId, Balance, ClassId,
};

/// One thing that somebody does.
#[derive(Clone, Debug)]
enum Step {
	Register { rent: Balance },
	Act(fn(ClassId, Balance) -> IssuerAction, Balance),
	Attest { member: u32, shown: bool, owner: u8 },
	Poke,
	Remove,
	Pass(u32),
	ChangeRate(Balance),
	ChangeSet,
	NextInterval,
}

fn update(class: ClassId, amount: Balance) -> IssuerAction {
	let nodes = 1 + u16::try_from(amount % 8).unwrap();
	let redundancy = Redundancy { nodes, enough: 1 };
	let sources = smartlayer_types::registry::Sources {
		script_uri: uri(&"a".repeat(1 + usize::try_from(amount % 200).unwrap())),
		..registration().sources
	};
	let changes = Changes {
		sources: Some(sources),
		service: amount.is_multiple_of(2).then_some(Service { redundancy, ..service() }),
		..Changes::default()
	};
	IssuerAction::Update { class, changes: Box::new(changes) }
}

fn set_rules(class: ClassId, amount: Balance) -> IssuerAction {
	let from = CurrentInterval::get() + 1 + u64::try_from(amount % 3).unwrap();
	IssuerAction::SetRules { class, rules: kinds_with(0), from }
}

const ACTIONS: [fn(ClassId, Balance) -> IssuerAction; 10] = [
	update,
	set_rules,
	|class, _| IssuerAction::RequestVerification { class, owner_signature: None },
	|class, _| IssuerAction::RequestVerification { class, owner_signature: None },
	|class, amount| {
		let to = (amount % 3 > 0).then(|| account(u8::try_from(1 + amount % 3).unwrap()));
		IssuerAction::Offer { class, to }
	},
	|class, _| IssuerAction::Accept { class },
	|class, amount| IssuerAction::SetSuspended { class, suspended: amount % 2 == 0 },
	|class, amount| match amount % 4 {
		0 => IssuerAction::Retire { class },
		_ => IssuerAction::PayRent { class, amount: amount / 2 },
	},
	|class, amount| IssuerAction::PayRent { class, amount },
	|class, amount| IssuerAction::WithdrawRent { class, amount },
];

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		2 => (0..2_000u128).prop_map(|rent| Step::Register { rent }),
		8 => (0..ACTIONS.len(), 0..2_000u128).prop_map(|(n, amount)| Step::Act(ACTIONS[n], amount)),
		8 => (0..5u32, prop::bool::weighted(0.7), 5..7u8)
			.prop_map(|(member, shown, owner)| Step::Attest { member, shown, owner }),
		3 => Just(Step::Poke),
		1 => Just(Step::Remove),
		4 => (1..30u32).prop_map(Step::Pass),
		1 => (0..6u128).prop_map(Step::ChangeRate),
		1 => Just(Step::ChangeSet),
		1 => Just(Step::NextInterval),
	]
}

/// Does it; what fails must change nothing.
fn take(step: Step, who: AccountId, class: ClassId) {
	let root = || sp_io::storage::root(Default::default());
	let before = root();
	let result = match step {
		Step::Register { rent } => Registry::register(signed(who), Box::new(registration()), rent),
		Step::Act(action, amount) => {
			frame_support::storage::with_storage_layer(|| Registry::act(who, action(class, amount)))
		},
		Step::Attest { member, shown: is_shown, owner } => {
			let finding = if is_shown { shown(owner, 10) } else { not_shown(10) };
			let _ = attest(attestation(class, finding), member);
			return;
		},
		Step::Poke => Registry::poke(signed(who), class),
		Step::Remove => Registry::remove(signed(who), class),
		Step::Pass(blocks) => return pass(blocks),
		Step::ChangeRate(rate) => return RentRate::set(rate),
		Step::ChangeSet => {
			CurrentSet::mutate(|set| *set += 1);
			return;
		},
		Step::NextInterval => {
			CurrentInterval::mutate(|interval| *interval += 1);
			OldestOpen::set(CurrentInterval::get() - 2);
			return;
		},
	};
	if result.is_err() {
		assert_eq!(root(), before, "{result:?}");
	}
}

/// Everything that the accounts of these tests have, on hold or not.
fn all_money() -> Balance {
	let accounts = [1, 2, 3, 200].into_iter().map(account);
	let accounts = accounts.chain([wallet_account(), Registry::rent_account()]);
	accounts.map(|who| Balances::total_balance(&who)).sum()
}

fn rounds_requested() -> usize {
	let requested = |record: &frame_system::EventRecord<RuntimeEvent, _>| {
		matches!(record.event, RuntimeEvent::Registry(crate::Event::VerificationRequested { .. }))
	};
	System::events().iter().filter(|record| requested(record)).count()
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(40))]

	#[test]
	fn money_is_conserved_and_invariants_hold(
		steps in prop::collection::vec((step(), 1..4u8, 1..4u32), 1..50),
	) {
		externalities().execute_with(|| {
			RentRate::set(2);
			CurrentSet::set(7);
			CurrentInterval::set(100);
			OldestOpen::set(98);
			let issuance = Balances::total_issuance();
			for class in 1..4 {
				take(Step::Register { rent: RENT }, account(class), 0);
			}
			for (step, who, class) in steps {
				take(step, account(who), class);
				Registry::do_try_state().unwrap();
				// Nothing vanishes but the fees of requests, nothing appears, nothing is lost between accounts.
				let fees = FEE * Balance::try_from(rounds_requested()).unwrap();
				prop_assert_eq!(Balances::total_issuance(), issuance - fees);
				prop_assert_eq!(all_money(), Balances::total_issuance());
				let prepaid: Balance =
					Classes::<Test>::iter_values().map(|class| class.rent.balance).sum();
				prop_assert_eq!(balance(&Registry::rent_account()), ED + prepaid);
			}
			Ok(())
		})?;
	}
}
