//! Actions that an EVM wallet signed.

use super::mock::*;
use crate::{Error, IssuerNonce};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use smartlayer_types::{
	registry::{Changes, IssuerAction},
	registry_api::ClassStatus,
	Authorisation,
};
use sp_core::{sr25519, Pair, H256};
use sp_runtime::MultiSigner;

fn register_action() -> IssuerAction {
	IssuerAction::Register { registration: Box::new(registration()), rent: RENT }
}

fn signature(action: &IssuerAction, nonce: u64, valid_until: u32) -> Authorisation {
	let digest = action.digest(GENESIS, nonce, valid_until);
	Authorisation::Evm(evm_signature(&wallet(), &digest))
}

#[test]
fn a_wallet_registers_and_leads_a_class() {
	test(|| {
		assert_ok!(submit(register_action()));
		let class = Registry::class(1).unwrap();
		assert_eq!(class.issuer, wallet_account());
		assert_eq!(held(&wallet_account()), class.deposit);
		assert_eq!(balance(&other()), RICH, "the submitter pays nothing but the fee");

		let changes = Changes { operators: Some(operators(&[20])), ..Changes::default() };
		for action in [
			IssuerAction::PayRent { class: 1, amount: RENT },
			IssuerAction::Update { class: 1, changes: Box::new(changes) },
			IssuerAction::SetRules { class: 1, rules: kinds_with(1), from: 120 },
			IssuerAction::RequestVerification { class: 1, owner_signature: None },
			IssuerAction::WithdrawRent { class: 1, amount: PER_BLOCK },
			IssuerAction::SetSuspended { class: 1, suspended: true },
			IssuerAction::SetSuspended { class: 1, suspended: false },
			IssuerAction::Offer { class: 1, to: Some(issuer()) },
		] {
			assert_ok!(submit(action));
		}
		assert!(Registry::signs_as_issuer(1, &account(20)));
		assert_eq!(Registry::rules_versions(1).len(), 1, "set before the first ones held");
		assert_ok!(Registry::accept(signed(issuer()), 1));
		assert_ok!(Registry::offer(signed(issuer()), 1, Some(wallet_account())));
		assert_ok!(submit(IssuerAction::Accept { class: 1 }));
		assert_ok!(submit(IssuerAction::Retire { class: 1 }));
		assert_eq!(Registry::status(1), Some(ClassStatus::Retired { since: 1 }));
		assert_eq!(Registry::issuer_nonce(&wallet_account()), 11);
	});
}

#[test]
fn an_action_is_valid_once() {
	test(|| {
		let action = register_action();
		let authorisation = signature(&action, 0, 1_000);
		let submit = || {
			let action = action.clone();
			Registry::submit_for(signed(other()), wallet_account(), 0, 1_000, action, authorisation)
		};
		assert_ok!(submit());
		assert_noop!(submit(), Error::<Test>::WrongNonce);
	});
}

#[test]
fn actions_keep_their_order() {
	test(|| {
		let action = register_action();
		let authorisation = signature(&action, 1, 1_000);
		assert_noop!(
			Registry::submit_for(
				signed(other()),
				wallet_account(),
				1,
				1_000,
				action,
				authorisation
			),
			Error::<Test>::WrongNonce
		);
	});
}

#[test]
fn a_failed_action_uses_no_nonce() {
	test(|| {
		assert_noop!(submit(IssuerAction::Retire { class: 1 }), Error::<Test>::NoSuchClass);
		assert_eq!(IssuerNonce::<Test>::iter().count(), 0);
	});
}

#[test]
fn an_action_expires() {
	test(|| {
		let action = register_action();
		let authorisation = signature(&action, 0, 10);
		let submit = |action| {
			Registry::submit_for(signed(other()), wallet_account(), 0, 10, action, authorisation)
		};
		go_to(11);
		assert_noop!(submit(action.clone()), Error::<Test>::Expired);
		go_to(10);
		assert_ok!(submit(action));
	});
}

#[test]
fn what_was_not_signed_is_refused() {
	test(|| {
		let action = register_action();
		let good = signature(&action, 0, 1_000);
		let refused = |issuer, valid_until, action: &IssuerAction, authorisation| {
			assert_noop!(
				Registry::submit_for(
					signed(other()),
					issuer,
					0,
					valid_until,
					action.clone(),
					authorisation,
				),
				Error::<Test>::BadSignature
			);
		};
		refused(issuer(), 1_000, &action, good);
		refused(wallet_account(), 1_001, &action, good);
		let dearer =
			IssuerAction::Register { registration: Box::new(registration()), rent: 2 * RENT };
		refused(wallet_account(), 1_000, &dearer, good);
		let mut changed = registration();
		changed.terms.account = other();
		let changed = IssuerAction::Register { registration: Box::new(changed), rent: RENT };
		refused(wallet_account(), 1_000, &changed, good);
		let elsewhere = action.digest(H256::zero(), 0, 1_000);
		let elsewhere = Authorisation::Evm(evm_signature(&wallet(), &elsewhere));
		refused(wallet_account(), 1_000, &action, elsewhere);
	});
}

#[test]
fn other_accounts_sign_actions_too() {
	test(|| {
		let pair = sr25519::Pair::from_seed(&[9; 32]);
		let who =
			sp_runtime::traits::IdentifyAccount::into_account(MultiSigner::from(pair.public()));
		fund(&who, RICH);
		let action = register_action();
		let digest = action.digest(GENESIS, 0, 5);
		let authorisation = Authorisation::Sr25519(pair.sign(digest.as_bytes()));
		assert_ok!(Registry::submit_for(signed(other()), who.clone(), 0, 5, action, authorisation));
		assert_eq!(Registry::class(1).unwrap().issuer, who);
	});
}

#[test]
fn an_action_weighs_what_its_call_weighs_and_its_signature() {
	test(|| {
		let call = |action: IssuerAction| {
			let authorisation = signature(&action, 0, 0);
			RuntimeCall::from(crate::Call::<Test>::submit_for {
				issuer: issuer(),
				nonce: 0,
				valid_until: 0,
				action,
				authorisation,
			})
		};
		let direct = RuntimeCall::from(crate::Call::<Test>::register {
			registration: Box::new(registration()),
			rent: RENT,
		});
		let weight = |call: RuntimeCall| call.get_dispatch_info().call_weight;
		let submitted = weight(call(register_action()));
		assert_eq!(submitted, weight(direct) + <() as crate::WeightInfo>::submit_for());
		let cheaper = weight(call(IssuerAction::Offer { class: 1, to: None }));
		assert!(submitted.ref_time() > cheaper.ref_time());
	});
}
