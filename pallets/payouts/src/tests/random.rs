//! Random sequences of calls against a model of a few lines.

use super::mock::*;
use crate::Event;
use proptest::prelude::*;
use smartlayer_promises::{Channel, ChannelId, Claim};
use smartlayer_types::{AccountId, Balance, BlockNumber, ClassId};
use std::collections::BTreeMap;

/// What a payer, a payee or somebody else does. Channels are named by an index that is wrapped.
#[derive(Clone, Debug)]
enum Action {
	Open {
		by_bob: bool,
		own_node: bool,
		verified: bool,
		deposit: Balance,
	},
	/// The payer hands the payee a promise, worth so much above the last.
	Promise {
		channel: usize,
		more: Balance,
		steps: u32,
	},
	/// Anyone redeems what was promised on several channels, some of it long ago.
	Redeem {
		channels: Vec<(usize, bool)>,
	},
	TopUp {
		channel: usize,
		amount: Balance,
	},
	RequestClose {
		channel: usize,
		by_key: bool,
	},
	Finish {
		channel: usize,
	},
	Close {
		channel: usize,
		with_claim: bool,
	},
	Wait {
		blocks: BlockNumber,
	},
}

fn any_action() -> impl Strategy<Value = Action> {
	let channel = 0usize..8;
	prop_oneof![
		3 => (any::<bool>(), any::<bool>(), any::<bool>(), 900u128..20_000).prop_map(
			|(by_bob, own_node, verified, deposit)| Action::Open {
				by_bob, own_node, verified, deposit,
			}
		),
		6 => (channel.clone(), 0u128..5_000, 0u32..20)
			.prop_map(|(channel, more, steps)| Action::Promise { channel, more, steps }),
		4 => prop::collection::vec((channel.clone(), any::<bool>()), 0..6)
			.prop_map(|channels| Action::Redeem { channels }),
		1 => (channel.clone(), 0u128..5_000)
			.prop_map(|(channel, amount)| Action::TopUp { channel, amount }),
		2 => (channel.clone(), any::<bool>())
			.prop_map(|(channel, by_key)| Action::RequestClose { channel, by_key }),
		2 => channel.clone().prop_map(|channel| Action::Finish { channel }),
		1 => (channel, any::<bool>())
			.prop_map(|(channel, with_claim)| Action::Close { channel, with_claim }),
		2 => (1u32..60).prop_map(|blocks| Action::Wait { blocks }),
	]
}

/// What the model knows of a channel.
struct Known {
	id: ChannelId,
	payer: AccountId,
	payee: AccountId,
	deposit: Balance,
	paid: Balance,
	/// All promises, the last being the largest.
	promises: Vec<Claim>,
	promised: Balance,
	closable_at: Option<BlockNumber>,
	open: bool,
}

impl Known {
	/// What the payee may count on.
	fn due(&self) -> Balance {
		self.promised.min(self.deposit)
	}
}

/// The model: channels, and what each account should have.
struct Model {
	channels: Vec<Known>,
	/// What payers paid and did not get back.
	spent: BTreeMap<AccountId, Balance>,
	/// All that was paid out of channels.
	paid: Balance,
	issuance: Balance,
}

impl Model {
	fn at(&mut self, index: usize) -> Option<&mut Known> {
		let count = self.channels.len();
		(count > 0).then(|| &mut self.channels[index % count])
	}

	fn pay(&mut self, index: usize, value: Balance) {
		let Some(it) = self.at(index) else { return };
		let amount = value.min(it.deposit).saturating_sub(it.paid);
		it.paid += amount;
		self.paid += amount;
	}

	fn end(&mut self, index: usize) {
		let Some(it) = self.at(index) else { return };
		it.open = false;
		let (payer, rest) = (it.payer.clone(), it.deposit - it.paid);
		*self.spent.get_mut(&payer).unwrap() -= rest;
	}
}

fn now() -> BlockNumber {
	System::block_number()
}

fn open_channel(
	model: &mut Model,
	payer: AccountId,
	payee: AccountId,
	class: ClassId,
	deposit: Balance,
) {
	let salt = Payouts::last_salt(payer.clone()) + 1;
	let key = address(&promise_key());
	let result = frame_support::storage::with_storage_layer(|| {
		Payouts::open(signed(payer.clone()), payee.clone(), class, deposit, key, salt)
	});
	assert_eq!(result.is_ok(), deposit >= 1_000, "{result:?}");
	if result.is_err() {
		return;
	}
	*model.spent.entry(payer.clone()).or_default() += deposit;
	let id = smartlayer_promises::channel_id(genesis_hash(), &payer, &payee, class, key, salt);
	model.channels.push(Known {
		id,
		payer,
		payee,
		deposit,
		paid: 0,
		promises: Vec::new(),
		promised: 0,
		closable_at: None,
		open: true,
	});
}

fn promise(it: &mut Known, more: Balance, steps: u32) {
	let cumulative = it.promised + more;
	let (claim, value) = if steps == 0 {
		(claim(it.id, cumulative), cumulative)
	} else {
		let claim = stepped_claim(it.id, cumulative, 7, 20, steps);
		(claim, cumulative + 7 * Balance::from(steps))
	};
	it.promises.push(claim);
	it.promised = value;
}

fn redeem_some(model: &mut Model, channels: &[(usize, bool)]) {
	let mut claims = Vec::new();
	for (index, oldest) in channels {
		let Some(it) = model.at(*index) else { continue };
		let claim = if *oldest { it.promises.first() } else { it.promises.last() };
		let Some(claim) = claim.copied() else { continue };
		let steps = claim.step.map_or(0, |step| step.index);
		let value = claim.promise.value(steps).unwrap();
		let open = it.open;
		claims.push(claim);
		if open {
			model.pay(*index, value);
		}
	}
	redeem(&claims).unwrap();
}

fn close(model: &mut Model, index: usize, with_claim: bool) {
	let Some(it) = model.at(index) else { return };
	let claim = it.promises.last().copied().filter(|_| with_claim);
	let (id, payee, open, promised) = (it.id, it.payee.clone(), it.open, it.promised);
	let result =
		frame_support::storage::with_storage_layer(|| Payouts::close(signed(payee), id, claim));
	assert_eq!(result.is_ok(), open, "{result:?}");
	if open {
		if claim.is_some() {
			model.pay(index, promised);
		}
		model.end(index);
	}
}

fn request_close(it: &mut Known, by_key: bool) {
	let result = frame_support::storage::with_storage_layer(|| {
		if by_key {
			let authorisation = closing(&promise_key(), it.id);
			Payouts::request_close_with_authorisation(signed(anyone()), it.id, authorisation)
		} else {
			Payouts::request_close(signed(it.payer.clone()), it.id)
		}
	});
	assert_eq!(result.is_ok(), it.open && it.closable_at.is_none(), "{result:?}");
	if result.is_ok() {
		it.closable_at = Some(now() + CHALLENGE);
	}
}

fn top_up(model: &mut Model, index: usize, amount: Balance) {
	let Some(it) = model.at(index) else { return };
	let result = frame_support::storage::with_storage_layer(|| {
		Payouts::top_up(signed(it.payer.clone()), it.id, amount)
	});
	assert_eq!(result.is_ok(), it.open && it.closable_at.is_none() && amount > 0, "{result:?}");
	if result.is_ok() {
		it.deposit += amount;
		let payer = it.payer.clone();
		*model.spent.get_mut(&payer).unwrap() += amount;
	}
}

/// Somebody finishes, if the period is over. A payee that is awake has redeemed before: it does so here in the last
/// block of the period, and must then have all that it was promised.
fn finish(model: &mut Model, index: usize) {
	let Some(it) = model.at(index) else { return };
	let (id, open, closable_at) = (it.id, it.open, it.closable_at);
	let over = open && closable_at.is_some_and(|block| now() >= block);
	let result =
		frame_support::storage::with_storage_layer(|| Payouts::finish(signed(anyone()), id));
	assert_eq!(result.is_ok(), over, "{result:?}");
	if over {
		model.end(index);
	}
}

/// Lets blocks pass. Payees watch: in the last block of a challenge period they redeem.
fn wait(model: &mut Model, blocks: BlockNumber) {
	for _ in 0..blocks {
		after_blocks(1);
		for index in 0..model.channels.len() {
			let it = &model.channels[index];
			let last_block = it.closable_at.is_some_and(|block| now() + 1 == block);
			if it.open && last_block && !it.promises.is_empty() {
				redeem_some(model, &[(index, false)]);
				let it = &model.channels[index];
				assert_eq!(channel(it.id).paid, it.due(), "the payee has what it was promised");
			}
		}
	}
}

fn act(model: &mut Model, action: Action) {
	match action {
		Action::Open { by_bob, own_node, verified, deposit } => {
			let payer = if by_bob { bob() } else { alice() };
			let payee = if own_node { node() } else { other_node() };
			let class = if verified { VERIFIED } else { UNVERIFIED };
			open_channel(model, payer, payee, class, deposit);
		},
		Action::Promise { channel, more, steps } => {
			if let Some(it) = model.at(channel) {
				promise(it, more, steps);
			}
		},
		Action::Redeem { channels } => redeem_some(model, &channels),
		Action::TopUp { channel, amount } => top_up(model, channel, amount),
		Action::RequestClose { channel, by_key } => {
			if let Some(it) = model.at(channel) {
				request_close(it, by_key);
			}
		},
		Action::Finish { channel } => finish(model, channel),
		Action::Close { channel, with_claim } => close(model, channel, with_claim),
		Action::Wait { blocks } => wait(model, blocks),
	}
}

/// What all events so far say was burned.
fn reported_as_burned(so_far: &mut Balance) -> Balance {
	for event in events() {
		*so_far += match event {
			Event::Redeemed { split, .. } => split.burned,
			Event::Closed { burned, .. } => burned,
			_ => 0,
		};
	}
	*so_far
}

fn compare(model: &Model, burned: Balance) {
	check_state();
	for it in &model.channels {
		let expected = it.open.then_some((it.deposit, it.paid, it.closable_at));
		let found = Payouts::channel(it.id)
			.map(|Channel { deposit, paid, closable_at, .. }| (deposit, paid, closable_at));
		assert_eq!(found, expected);
	}
	assert_eq!(issuance(), model.issuance - burned);
	let told: Balance = BurnedThrough::get().iter().map(|(_, amount)| amount).sum();
	assert_eq!(told, burned, "no refund was burned here");
	for payer in [alice(), bob()] {
		let spent = model.spent.get(&payer).copied().unwrap_or_default();
		assert_eq!(balance(&payer), RICH - spent);
	}
	let earned: Balance = [node(), other_node(), account(100), account(200)]
		.iter()
		.map(|who| balance(who) - ED)
		.sum();
	assert_eq!(earned + burned, model.paid);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(96))]

	/// Whatever payers, payees and others do in whatever order: money is conserved, total issuance falls by exactly
	/// what is reported as burned, escrow has what channels hold, and a payee that watches its channels collects
	/// all that it was promised.
	#[test]
	fn every_sequence_conserves_money_and_pays_what_was_promised(
		actions in prop::collection::vec(any_action(), 1..60),
	) {
		genesis().execute_with(|| {
			BurnedThrough::set(Vec::new());
			let mut model = Model {
				channels: Vec::new(),
				spent: BTreeMap::new(),
				paid: 0,
				issuance: issuance(),
			};
			let mut burned = 0;
			for action in actions {
				act(&mut model, action);
				reported_as_burned(&mut burned);
				compare(&model, burned);
			}
			// In the end everybody collects, and nothing is left in escrow.
			for index in 0..model.channels.len() {
				if model.channels[index].open {
					close(&mut model, index, true);
				}
			}
			reported_as_burned(&mut burned);
			compare(&model, burned);
			assert_eq!(balance(&Payouts::escrow()), ED);
		});
	}

	/// For every amount and every rate, and whatever can't be credited, the parts of a payment add up to it.
	#[test]
	fn every_payment_is_divided_without_a_rest(
		amount in 1u128..DEPOSIT,
		burned in 0u32..1_000_000,
		issuer in 0u32..1_000_000,
		anchors in 0u32..1_000_000,
		issuer_exists: bool,
		pot_exists: bool,
		verified: bool,
	) {
		run(|| {
			BurnedShare::set(sp_runtime::Permill::from_parts(burned));
			IssuerShare::set(sp_runtime::Permill::from_parts(issuer));
			AnchorsShare::set(sp_runtime::Permill::from_parts(anchors));
			IssuerAccount::set(account(if issuer_exists { 100 } else { 101 }));
			AnchorsPot::set(account(if pot_exists { 200 } else { 201 }));
			BurnedThrough::set(Vec::new());
			let id = open(alice(), node(), if verified { VERIFIED } else { UNVERIFIED }, DEPOSIT);
			let accounts = [node(), account(100), account(101), account(200), account(201)];
			let total = || accounts.iter().map(balance).sum::<Balance>();
			let (before, issued) = (total(), issuance());
			let quoted = Payouts::quote(claim(id, amount)).unwrap();
			events();
			redeem(&[claim(id, amount)]).unwrap();
			let [Event::Redeemed { split, .. }] = events()[..] else { panic!("no payment") };
			assert_eq!(split, quoted.split);
			assert_eq!(split.amount(), amount);
			assert!(split.burned > 0);
			assert_eq!(issued - issuance(), split.burned);
			assert_eq!(total() - before, amount - split.burned);
			assert_eq!(balance(&node()), ED + split.payee);
			assert_eq!(BurnedThrough::get(), [(node(), split.burned)]);
		});
		AnchorsPot::set(account(200));
	}
}
