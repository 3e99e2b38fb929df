//! The conservation laws of money.

use frame_support::traits::Get;
use pallet_anchor_elections::Event as Elections;
use pallet_balances::Event as Money;
use pallet_payouts::Event as Payouts;
use pallet_service_nodes::Event as Nodes;
use pallet_token_registry::Event as Registry;
use smartlayer_runtime::{
	parameters::dynamic_params::classes::VerificationFee, Balances, Runtime, RuntimeEvent, System,
};
use smartlayer_types::Balance;

/// What one or more events say about a sum of money.
#[derive(Clone, Copy, Debug, Default)]
struct Change {
	more: Balance,
	less: Balance,
}

impl Change {
	fn more(amount: Balance) -> Self {
		Self { more: amount, less: 0 }
	}

	fn less(amount: Balance) -> Self {
		Self { more: 0, less: amount }
	}

	fn and(self, other: Self) -> Self {
		Self { more: self.more + other.more, less: self.less + other.less }
	}

	/// Whether this leads from one sum to another.
	fn leads(&self, from: Balance, to: Balance) -> bool {
		from + self.more == to + self.less
	}
}

/// What accounts own altogether, by what the events of pallet-balances say. It says nothing of slashes of held money,
/// by which anchors and candidates lose their bonds.
fn of_accounts(event: &RuntimeEvent) -> Change {
	match event {
		RuntimeEvent::Balances(event) => match event {
			Money::Minted { amount, .. }
			| Money::Deposit { amount, .. }
			| Money::Restored { amount, .. } => Change::more(*amount),
			Money::Burned { amount, .. }
			| Money::BurnedHeld { amount, .. }
			| Money::Withdraw { amount, .. }
			| Money::Slashed { amount, .. }
			| Money::Suspended { amount, .. }
			| Money::DustLost { amount, .. } => Change::less(*amount),
			_ => Change::default(),
		},
		RuntimeEvent::AnchorElections(
			Elections::BondLost { amount, .. } | Elections::Slashed { amount, .. },
		) => Change::less(*amount),
		_ => Change::default(),
	}
}

/// Total issuance, by what the rules say: era rewards alone make money; payments, fees of nodes and classes, slashes
/// and dust alone destroy it.
fn of_rules(event: &RuntimeEvent) -> Change {
	match event {
		RuntimeEvent::ServiceNodes(event) => match event {
			Nodes::EraEnded { inflation, .. } => Change::more(*inflation),
			Nodes::FeeBurned { amount, .. }
			| Nodes::RentBurned { amount }
			| Nodes::Slashed { amount, .. } => Change::less(*amount),
			// The part for paid calls is made anew; the rest comes out of the era's pot.
			Nodes::Claimed { paid_calls, .. } => Change::more(*paid_calls),
			_ => Change::default(),
		},
		RuntimeEvent::Payouts(event) => match event {
			Payouts::Redeemed { split, .. } => Change::less(split.burned),
			Payouts::Closed { burned, .. } => Change::less(*burned),
			_ => Change::default(),
		},
		RuntimeEvent::TokenRegistry(Registry::VerificationRequested { .. }) => {
			Change::less(VerificationFee::get())
		},
		RuntimeEvent::AnchorElections(Elections::Slashed { amount, .. }) => Change::less(*amount),
		RuntimeEvent::Balances(Money::DustLost { amount, .. }) => Change::less(*amount),
		_ => Change::default(),
	}
}

/// Where money stood when it was last looked at.
#[derive(Default)]
pub struct Ledger {
	issuance: Balance,
	accounts: Balance,
	/// Events of the open block that were taken into account.
	seen: usize,
}

impl Ledger {
	/// The state as it is; nothing is checked.
	pub fn open() -> Self {
		Self { issuance: Balances::total_issuance(), accounts: owned(), seen: 0 }
	}

	/// The events of a finished block are gone.
	pub fn new_block(&mut self) {
		self.seen = 0;
	}

	/// Checks what happened since it was last looked at. `burned` was destroyed because its owner wanted so, and up to
	/// `unclaimed` of fees because nobody could take them.
	pub fn check(&mut self, burned: Balance, unclaimed: Balance) -> Result<(), String> {
		let (issuance, accounts) = (Balances::total_issuance(), owned());
		if issuance != accounts {
			return Err(format!("issuance is {issuance}, accounts own {accounts}"));
		}
		let events: Vec<_> = System::read_events_no_consensus().map(|it| it.event).collect();
		let new = events.iter().skip(self.seen);
		let told = new.clone().map(of_accounts).fold(Change::default(), Change::and);
		if !told.leads(self.accounts, accounts) {
			return Err(format!("accounts owned {}, own {accounts}, {told:?}", self.accounts));
		}
		let rules = new.map(of_rules).fold(Change::less(burned), Change::and);
		let missing = (self.issuance + rules.more).checked_sub(issuance + rules.less);
		if missing.is_none_or(|missing| missing > unclaimed) {
			return Err(format!("issuance was {}, is {issuance}, {rules:?}", self.issuance));
		}
		*self = Self { issuance, accounts, seen: events.len() };
		Ok(())
	}
}

/// What all accounts own.
fn owned() -> Balance {
	let all = frame_system::Account::<Runtime>::iter_values();
	all.map(|account| account.data.free + account.data.reserved).sum()
}
