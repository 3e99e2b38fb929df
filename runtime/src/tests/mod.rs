//! Tests of the composed runtime: presets, parameters, fees, proxies here, the project's own pallets beside.

mod anchors;
mod tokens;
mod upgrades;
mod weights;

use crate::{
	configs::{
		accounts::ProxyType,
		money::{
			FeesToTreasuryAndAuthor, TreasuryAccount, WeightToFee, BASE_EXTRINSIC_FEE,
			EXISTENTIAL_DEPOSIT,
		},
	},
	genesis::{
		constants::{EpochDuration, MAX_EPOCH_LENGTH, MIN_EPOCH_LENGTH},
		presets,
	},
	governance::tracks::Tracks,
	parameters::{dynamic_params::governance, RuntimeParameters, MAX_PERIOD, MIN_PERIOD},
	AccountId, AnchorElections, Balances, Commitments, OriginCaller, Parameters, Payouts, Runtime,
	RuntimeCall, RuntimeGenesisConfig, RuntimeOrigin, ServiceNodes, Session, Slo, System,
	TokenRegistry,
};
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok,
	genesis_builder_helper::{build_state, get_preset},
	traits::{fungible::Balanced, Get, InstanceFilter, OnUnbalanced},
	weights::{constants::ExtrinsicBaseWeight, Weight, WeightToFee as _},
};
use pallet_referenda::TracksInfo;
use smartlayer_types::{time::HOURS, SLN};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{traits::BadOrigin, Digest, DigestItem, DispatchError};

/// The genesis that a preset makes, as a node makes it.
fn chain(preset: &str) -> TestExternalities {
	let patched = full(preset);
	let mut chain = TestExternalities::default();
	chain.execute_with(|| {
		build_state::<RuntimeGenesisConfig>(patched.to_string().into_bytes()).unwrap();
		System::set_block_number(1);
	});
	chain
}

/// A preset laid over the default genesis.
fn full(preset: &str) -> serde_json::Value {
	let json = |id: Option<&str>| {
		let bytes = get_preset::<RuntimeGenesisConfig>(&id.map(Into::into), presets::get).unwrap();
		serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
	};
	let mut whole = json(None);
	overlay(&mut whole, json(Some(preset)));
	whole
}

fn overlay(base: &mut serde_json::Value, patch: serde_json::Value) {
	match (base, patch) {
		(serde_json::Value::Object(base), serde_json::Value::Object(patch)) => {
			for (key, value) in patch {
				overlay(base.entry(key).or_insert(serde_json::Value::Null), value);
			}
		},
		(base, patch) => *base = patch,
	}
}

fn alice() -> AccountId {
	Sr25519Keyring::Alice.to_account_id()
}

/// Checks every invariant of the project's own pallets.
fn try_state() {
	assert_ok!(TokenRegistry::do_try_state());
	assert_ok!(ServiceNodes::do_try_state());
	assert_ok!(Payouts::do_try_state());
	assert_ok!(AnchorElections::do_try_state());
	assert_ok!(Commitments::do_try_state());
	assert_ok!(Slo::do_try_state());
}

#[test]
fn every_named_preset_builds_a_chain() {
	for name in presets::names() {
		chain(name.as_ref()).execute_with(|| {
			assert!(EpochDuration::get() > 0);
			try_state();
		});
	}
	assert!(presets::get(&"no-such-network".into()).is_none());
}

#[test]
fn only_development_chains_have_a_sudo_key_and_money_from_nowhere() {
	for (name, validators, has_sudo) in
		[(presets::DEVELOPMENT, 1, true), (presets::LOCAL, 4, true), (presets::STAGING, 0, false)]
	{
		chain(name).execute_with(|| {
			assert_eq!(Session::validators().len(), validators, "{name}");
			assert_eq!(pallet_sudo::Key::<Runtime>::get().is_some(), has_sudo, "{name}");
			// The treasury and the four pots exist from the start: each holds the existential deposit.
			assert_eq!(Balances::total_issuance() > 5 * EXISTENTIAL_DEPOSIT, has_sudo, "{name}");
		});
	}
}

#[test]
fn the_epoch_length_comes_from_genesis() {
	chain(presets::LOCAL).execute_with(|| assert_eq!(EpochDuration::get(), 20));
	chain(presets::STAGING).execute_with(|| assert_eq!(EpochDuration::get(), u64::from(HOURS)));
}

#[test]
fn clients_find_metadata_of_three_versions() {
	TestExternalities::default().execute_with(|| {
		for version in [14, 15, 16] {
			assert!(Runtime::metadata_versions().contains(&version), "version {version}");
			assert!(Runtime::metadata_at_version(version).is_some(), "version {version}");
		}
	});
}

#[test]
fn an_epoch_length_out_of_bounds_is_no_genesis() {
	for length in [0, MIN_EPOCH_LENGTH - 1, MAX_EPOCH_LENGTH + 1] {
		let mut genesis = full(presets::LOCAL);
		genesis["genesis"]["epochLength"] = length.into();
		let built = std::panic::catch_unwind(|| {
			TestExternalities::default().execute_with(|| {
				build_state::<RuntimeGenesisConfig>(genesis.to_string().into_bytes())
			})
		});
		assert!(built.is_err(), "an epoch of {length} slots");
	}
}

#[test]
fn periods_come_from_genesis_and_have_defaults() {
	let prepare = || Tracks::info(0).unwrap().prepare_period;
	chain(presets::LOCAL).execute_with(|| assert_eq!(prepare(), 10));
	chain(presets::STAGING).execute_with(|| assert_eq!(prepare(), 2 * HOURS));
}

/// A change of one parameter.
fn prepare_period(blocks: u32) -> RuntimeParameters {
	RuntimeParameters::Governance(governance::Parameters::PreparePeriod(
		governance::PreparePeriod,
		Some(blocks),
	))
}

#[test]
fn a_parameter_out_of_bounds_is_read_at_the_bound() {
	chain(presets::STAGING).execute_with(|| {
		for (set, read) in [(0, MIN_PERIOD), (u32::MAX, MAX_PERIOD), (77, 77)] {
			assert_ok!(Parameters::set_parameter(RuntimeOrigin::root(), prepare_period(set)));
			assert_eq!(Tracks::info(0).unwrap().prepare_period, read);
		}
	});
}

#[test]
fn only_root_and_the_general_admin_change_parameters() {
	use crate::governance::origins::Origin;
	chain(presets::STAGING).execute_with(|| {
		let refused = [
			RuntimeOrigin::signed(alice()),
			RuntimeOrigin::none(),
			Origin::Treasurer.into(),
			Origin::ReferendumCanceller.into(),
		];
		for origin in refused {
			assert_noop!(Parameters::set_parameter(origin, prepare_period(5)), BadOrigin);
		}
		assert_ok!(Parameters::set_parameter(Origin::GeneralAdmin.into(), prepare_period(5)));
	});
}

#[test]
fn tracks_are_sorted_and_each_origin_has_its_own() {
	use crate::governance::origins::Origin;
	TestExternalities::default().execute_with(|| {
		assert_ok!(Tracks::check_integrity());
		let origins: [OriginCaller; 4] = [
			frame_system::RawOrigin::Root.into(),
			Origin::GeneralAdmin.into(),
			Origin::Treasurer.into(),
			Origin::ReferendumCanceller.into(),
		];
		let found: Vec<_> = origins.iter().map(|it| Tracks::track_for(it).unwrap()).collect();
		assert_eq!(found, Tracks::track_ids().collect::<Vec<_>>());
		let signed = frame_system::RawOrigin::Signed(alice()).into();
		assert!(Tracks::track_for(&signed).is_err());
	});
}

#[test]
fn an_empty_extrinsic_costs_the_base_fee_and_nothing_costs_nothing() {
	assert_eq!(WeightToFee::weight_to_fee(&Weight::zero()), 0);
	let fee = WeightToFee::weight_to_fee(&ExtrinsicBaseWeight::get());
	assert!(fee.abs_diff(BASE_EXTRINSIC_FEE) <= BASE_EXTRINSIC_FEE / 1_000_000, "{fee}");
}

/// Begins the next block as validator number nought writes it.
fn authored_by_the_first_validator() {
	use sp_consensus_babe::{
		digests::{PreDigest, SecondaryPlainPreDigest},
		BABE_ENGINE_ID,
	};
	let slot = 1.into();
	let turn = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index: 0, slot });
	let digest = vec![DigestItem::PreRuntime(BABE_ENGINE_ID, turn.encode())];
	System::initialize(&2, &Default::default(), &Digest { logs: digest });
}

#[test]
fn fees_go_to_treasury_and_author_and_none_is_lost() {
	chain(presets::DEVELOPMENT).execute_with(|| {
		authored_by_the_first_validator();
		let owned =
			|| (Balances::free_balance(TreasuryAccount::get()), Balances::free_balance(alice()));
		let before = (owned(), Balances::total_issuance());
		let fees_and_tips = [Balances::issue(101), Balances::issue(7)];
		FeesToTreasuryAndAuthor::on_unbalanceds(fees_and_tips.into_iter());
		let ((treasury, author), issuance) = before;
		assert_eq!(owned(), (treasury + 80, author + 21 + 7));
		assert_eq!(Balances::total_issuance(), issuance + 108);
	});
}

#[test]
fn what_no_author_can_take_is_burned() {
	chain(presets::DEVELOPMENT).execute_with(|| {
		let issuance = Balances::total_issuance();
		FeesToTreasuryAndAuthor::on_unbalanceds([Balances::issue(100)].into_iter());
		assert_eq!(Balances::total_issuance(), issuance + 80);
	});
}

#[test]
fn a_session_key_proxy_can_replace_keys_and_nothing_else() {
	let set_keys = RuntimeCall::Session(pallet_session::Call::purge_keys {});
	let send = RuntimeCall::Balances(pallet_balances::Call::transfer_all {
		dest: alice().into(),
		keep_alive: false,
	});
	assert!(ProxyType::SessionKeys.filter(&set_keys));
	let purge = RuntimeCall::AnchorElections(pallet_anchor_elections::Call::purge_keys {});
	assert!(ProxyType::SessionKeys.filter(&purge));
	assert!(!ProxyType::SessionKeys.filter(&send));
	assert!(!ProxyType::NonTransfer.filter(&send));
	assert!(ProxyType::Any.filter(&send));
	assert!(!ProxyType::SessionKeys.is_superset(&ProxyType::Governance));
	assert!(ProxyType::NonTransfer.is_superset(&ProxyType::SessionKeys));
}

#[test]
fn a_transfer_below_the_existential_deposit_changes_nothing() {
	chain(presets::DEVELOPMENT).execute_with(|| {
		let nobody = AccountId::new([9; 32]);
		let before = (Balances::free_balance(alice()), Balances::total_issuance());
		assert_noop!(
			Balances::transfer_keep_alive(
				RuntimeOrigin::signed(alice()),
				nobody.clone().into(),
				EXISTENTIAL_DEPOSIT - 1
			),
			DispatchError::Token(sp_runtime::TokenError::BelowMinimum)
		);
		assert_eq!((Balances::free_balance(alice()), Balances::total_issuance()), before);
		let origin = RuntimeOrigin::signed(alice());
		assert_ok!(Balances::transfer_keep_alive(origin, nobody.clone().into(), SLN));
		assert_eq!(Balances::free_balance(nobody), SLN);
	});
}
