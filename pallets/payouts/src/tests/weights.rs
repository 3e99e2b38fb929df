//! What a batch is charged for.

use super::mock::*;
use crate::{submission::SUBMISSION_LENGTH, weights::WeightInfo, Call};
use codec::Encode;
use frame_support::{dispatch::GetDispatchInfo, weights::Weight};
use smartlayer_promises::Claim;

fn declared(claims: &[Claim]) -> Weight {
	let call = Call::<Test>::redeem { claims: claims.to_vec().try_into().unwrap() };
	call.get_dispatch_info().call_weight
}

fn charged(claims: &[Claim]) -> Weight {
	redeem(claims).unwrap().actual_weight.unwrap()
}

#[test]
fn a_batch_of_one_payee_is_charged_for_one() {
	run(|| {
		let claims = [claim(usual(), 10), claim(usual(), 10), claim(usual(), 10)];
		let checked = <() as WeightInfo>::redeem(3);
		let further = <() as WeightInfo>::credit_further(2);
		assert_eq!(declared(&claims), checked.saturating_add(further));
		assert_eq!(charged(&claims), checked);
	});
}

#[test]
fn a_batch_of_many_payees_is_charged_for_each() {
	run(|| {
		let claims = [claim(usual(), 10), claim(open(bob(), other_node(), VERIFIED, DEPOSIT), 10)];
		assert_eq!(charged(&claims), declared(&claims));
	});
}

#[test]
fn every_step_is_charged_for() {
	run(|| {
		let claims = [stepped_claim(usual(), 0, 1, 100, 60), stepped_claim(usual(), 0, 1, 100, 30)];
		let steps = <() as WeightInfo>::walk(90);
		assert_eq!(charged(&claims), <() as WeightInfo>::redeem(2).saturating_add(steps));
		let mut endless = claims[0];
		endless.step.as_mut().unwrap().index = u32::MAX;
		// More than any block: such a transaction is never included.
		assert!(declared(&[endless, endless]).ref_time() > 2_000_000_000_000);
	});
}

#[test]
fn submissions_are_as_long_as_their_refund_assumes() {
	// Address, signature, era, nonce, tip, metadata hash mode, and lengths and tags around them.
	let envelope = 120;
	run(|| {
		let order = order();
		let authorisation = by_wallet(&order);
		let opening = Call::<Test>::open_with_authorisation { order, authorisation };
		let order = more(usual(), 1);
		let topping_up = Call::<Test>::top_up_with_authorisation { order, authorisation };
		for call in [opening, topping_up] {
			let length = call.encoded_size() + envelope;
			assert!(length <= usize::try_from(SUBMISSION_LENGTH).unwrap(), "{length}");
		}
	});
}
