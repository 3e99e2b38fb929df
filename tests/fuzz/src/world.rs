//! One case: a chain, what actors know beside it, and the checks around everything that is done.

use crate::{input::Input, keys, ledger::Ledger};
use codec::Encode;
use frame_support::{
	storage::{with_storage_layer, with_transaction, TransactionOutcome},
	traits::GetCallMetadata,
};
use frame_system::offchain::CreateAuthorizedTransaction;
use smartlayer_promises::Claim;
use smartlayer_runtime::{
	AnchorElections, Authorship, Balances, Commitments, Executive, Payouts, Runtime, RuntimeCall,
	RuntimeOrigin, ServiceNodes, SignedPayload, Slo, System, TokenRegistry, TxExtension,
	UncheckedExtrinsic,
};
use smartlayer_types::{slo::page::Page, AccountId, Balance, Signature, SLN};
use sp_core::H256;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
	generic::Era,
	traits::Dispatchable,
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	DispatchError, StateVersion,
};
use std::collections::{BTreeMap, VecDeque};

/// How many of the latest steps a failure shows.
const SHOWN_STEPS: usize = 12;

/// How many claims payees remember.
const REMEMBERED_CLAIMS: usize = 48;

/// Why a case ends.
#[derive(Debug)]
pub enum Stop {
	/// There is nothing left to choose by, or nothing to choose from.
	Nothing,
	/// Something that must always hold does not.
	Broken(String),
}

impl From<arbitrary::Error> for Stop {
	fn from(_: arbitrary::Error) -> Self {
		Self::Nothing
	}
}

/// What a step comes to.
pub type Done<T = ()> = Result<T, Stop>;

/// How often something was tried, and how often it succeeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
	/// All attempts.
	pub tried: u32,
	/// Those that did what they were for.
	pub succeeded: u32,
}

/// What was tried, by name: `Payouts.open`, or what verdicts and time did.
pub type Coverage = BTreeMap<String, Tally>;

/// How thoroughly a case is checked: each number says after how many events of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
	/// Every so many steps the whole state is checked; it always is after an epoch's first block.
	pub state: u32,
	/// Of so many calls that fail, one is shown to have changed nothing.
	pub failures: u32,
}

impl Default for Effort {
	fn default() -> Self {
		Self { state: 1, failures: 4 }
	}
}

/// A case as it runs.
pub struct World {
	/// Claims that payees got, the latest last.
	pub claims: VecDeque<Claim>,
	/// What anchors committed to, by epoch and prober.
	pub pages: BTreeMap<(u64, u32), Page>,
	/// What was tried.
	pub coverage: Coverage,
	ledger: Ledger,
	effort: Effort,
	failures: u32,
	latest: VecDeque<String>,
}

impl World {
	/// A world of a genesis.
	pub fn new(effort: Effort) -> Self {
		Self {
			claims: VecDeque::new(),
			pages: BTreeMap::new(),
			coverage: Coverage::new(),
			ledger: Ledger::open(),
			effort,
			failures: 0,
			latest: VecDeque::new(),
		}
	}

	/// What was done last.
	pub fn latest(&self) -> impl Iterator<Item = &String> {
		self.latest.iter()
	}

	/// Notes what is done.
	pub fn note(&mut self, what: String) {
		if self.latest.len() >= SHOWN_STEPS {
			self.latest.pop_front();
		}
		self.latest.push_back(what);
	}

	/// Notes what came of an attempt.
	pub fn count(&mut self, name: &str, succeeded: bool) {
		let tally = self.coverage.entry(name.to_owned()).or_default();
		tally.tried += 1;
		tally.succeeded += u32::from(succeeded);
	}

	/// Remembers a claim.
	pub fn remember(&mut self, claim: Claim) {
		if self.claims.len() >= REMEMBERED_CLAIMS {
			self.claims.pop_front();
		}
		self.claims.push_back(claim);
	}

	/// A call of an account: now and then a transaction with its fee, if the account can sign one.
	pub fn signed(
		&mut self,
		input: &mut Input,
		who: &AccountId,
		call: impl Into<RuntimeCall>,
	) -> Done<bool> {
		let call = call.into();
		match keys::person_of(who) {
			Some(person) if input.in_256(48)? => {
				let tip = if input.in_256(64)? { SLN } else { 0 };
				self.transaction(person, call, tip)
			},
			_ => self.by(who, call),
		}
	}

	/// A call of an account, without a transaction around it.
	pub fn by(&mut self, who: &AccountId, call: impl Into<RuntimeCall>) -> Done<bool> {
		self.dispatch(RuntimeOrigin::signed(who.clone()), call.into())
	}

	/// A call of governance.
	pub fn root(&mut self, call: impl Into<RuntimeCall>) -> Done<bool> {
		self.dispatch(RuntimeOrigin::root(), call.into())
	}

	/// A call that is dispatched as it is inside a transaction.
	fn dispatch(&mut self, origin: RuntimeOrigin, call: RuntimeCall) -> Done<bool> {
		let name = name(&call);
		self.note(format!("{name} {call:?} by {:?}", origin.caller));
		let burned = match &call {
			RuntimeCall::Balances(pallet_balances::Call::burn { value, .. }) => *value,
			_ => 0,
		};
		self.failures = self.failures.wrapping_add(1);
		let sampled = self.failures.is_multiple_of(self.effort.failures);
		let before = sampled.then(root);
		let succeeded = call.dispatch(origin).is_ok();
		if before.is_some_and(|before| !succeeded && before != root()) {
			return self.broken("a call that failed changed the state");
		}
		self.count(&name, succeeded);
		self.audit(if succeeded { burned } else { 0 }, 0)?;
		Ok(succeeded)
	}

	/// A signed transaction as nodes apply it.
	fn transaction(
		&mut self,
		person: Sr25519Keyring,
		call: RuntimeCall,
		tip: Balance,
	) -> Done<bool> {
		let name = name(&call);
		self.note(format!("{name} {call:?} by {person:?} as a transaction"));
		let who = person.to_account_id();
		let burned = match &call {
			RuntimeCall::Balances(pallet_balances::Call::burn { value, .. }) => *value,
			_ => 0,
		};
		let payload = SignedPayload::new(call, extension(&who, tip))
			.map_err(|error| Stop::Broken(format!("nothing can be signed: {error:?}")))?;
		let signature = Signature::from(payload.using_encoded(|bytes| person.sign(bytes)));
		let (call, extension, _) = payload.deconstruct();
		let signed = UncheckedExtrinsic::new_signed(call, who.into(), signature, extension);
		let unclaimed = unclaimed_fees(&person.to_account_id());
		let succeeded = self.apply(&name, signed)?;
		self.audit(if succeeded { burned } else { 0 }, unclaimed)?;
		Ok(succeeded)
	}

	/// A call that carries its own permission: feeless, as a node gets it from the pool.
	pub fn authorised(&mut self, call: impl Into<RuntimeCall>) -> Done<bool> {
		let call = call.into();
		let name = name(&call);
		self.note(format!("{name} {call:?}"));
		let transaction =
			<Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_authorized_transaction(
				call,
			);
		let succeeded = self.apply(&name, transaction)?;
		self.audit(0, 0)?;
		Ok(succeeded)
	}

	/// Applies a transaction as whoever builds a block does it: what a refused one did is taken back.
	fn apply(&mut self, name: &str, transaction: UncheckedExtrinsic) -> Done<bool> {
		let applied = with_transaction(|| match Executive::apply_extrinsic(transaction) {
			Ok(outcome) => TransactionOutcome::Commit(Ok::<_, DispatchError>(Ok(outcome))),
			Err(error) => TransactionOutcome::Rollback(Ok(Err(error))),
		});
		let Ok(applied) = applied else { return self.broken("storage layers are full") };
		let wrongly_made = |error: &TransactionValidityError| {
			matches!(
				error,
				TransactionValidityError::Invalid(
					InvalidTransaction::BadMandatory | InvalidTransaction::UnknownOrigin
				) | TransactionValidityError::Unknown(_)
			)
		};
		if let Some(error) = applied.as_ref().err().filter(|it| wrongly_made(it)) {
			return self.broken(&format!("{name} is no transaction: {error:?}"));
		}
		let succeeded = applied == Ok(Ok(()));
		self.count(name, succeeded);
		Ok(succeeded)
	}

	/// Something that other pallets decide, through their traits; it never fails, but may have no effect.
	pub fn decide(&mut self, name: &str, decision: impl FnOnce() -> bool) -> Done<bool> {
		self.note(name.to_owned());
		let decided = with_storage_layer(|| Ok::<_, DispatchError>(decision()));
		let succeeded = decided == Ok(true);
		self.count(name, succeeded);
		self.audit(0, 0)?;
		Ok(succeeded)
	}

	/// Something must always hold and does not.
	pub fn broken<T>(&self, what: &str) -> Done<T> {
		Err(Stop::Broken(what.to_owned()))
	}

	/// A block was begun: the events of the one before are gone.
	pub fn begun(&mut self) -> Done {
		self.ledger.new_block();
		self.audit(0, 0)
	}

	/// Checks the conservation laws.
	pub fn audit(&mut self, burned: Balance, unclaimed: Balance) -> Done {
		self.ledger.check(burned, unclaimed).map_err(Stop::Broken)?;
		match crate::defensive::take() {
			Some(what) => self.broken(&format!("what can't happen happened: {what}")),
			None => Ok(()),
		}
	}

	/// Checks the invariants of every pallet, if it is this step's turn.
	pub fn check_state(&self, step: u32) -> Done {
		if !step.is_multiple_of(self.effort.state) {
			return Ok(());
		}
		let checks = [
			("token-registry", TokenRegistry::do_try_state()),
			("service-nodes", ServiceNodes::do_try_state()),
			("payouts", Payouts::do_try_state()),
			("anchor-elections", AnchorElections::do_try_state()),
			("commitments", Commitments::do_try_state()),
			("slo", Slo::do_try_state()),
		];
		for (pallet, checked) in checks {
			if let Err(error) = checked {
				return self.broken(&format!("{pallet}: {error:?}"));
			}
		}
		Ok(())
	}
}

/// `Pallet.call`.
fn name(call: &RuntimeCall) -> String {
	let metadata = call.get_call_metadata();
	format!("{}.{}", metadata.pallet_name, metadata.function_name)
}

/// What the state hashes to.
fn root() -> Vec<u8> {
	sp_io::storage::root(StateVersion::V1)
}

/// The most that is burned of the fee of somebody's transaction: all of it where the author's account can't take it, for it is
/// gone or everything in it is on hold; the author's own transaction may bring that about.
fn unclaimed_fees(who: &AccountId) -> Balance {
	let takes = |author: &AccountId| *author != *who && Balances::free_balance(author) >= SLN;
	if Authorship::author().as_ref().is_some_and(takes) {
		0
	} else {
		1_000 * SLN
	}
}

fn extension(who: &AccountId, tip: Balance) -> TxExtension {
	(
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckMortality::from(Era::Immortal),
		frame_system::CheckNonce::from(System::account_nonce(who)),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(tip),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
		frame_system::WeightReclaim::new(),
	)
}

/// The genesis hash of the chain, which everything that is signed contains.
pub fn genesis() -> H256 {
	System::block_hash(0)
}
