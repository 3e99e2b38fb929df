//! Pots and the money in them.

use super::chain;
use crate::{
	configs::money::{AnchorsPot, EXISTENTIAL_DEPOSIT},
	genesis::presets,
	Balances, Payouts, ServiceNodes, TokenRegistry,
};

#[test]
fn every_pot_exists_from_the_first_block() {
	for preset in presets::names() {
		chain(preset.as_ref()).execute_with(|| {
			let pots = [
				AnchorsPot::get(),
				Payouts::escrow(),
				ServiceNodes::pot(),
				TokenRegistry::rent_account(),
			];
			for pot in pots {
				assert_eq!(Balances::free_balance(&pot), EXISTENTIAL_DEPOSIT, "{preset:?}");
			}
		});
	}
}
