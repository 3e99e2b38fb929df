//! What is evaluated: a token, who holds it, and what was entered.

use crate::{
	attestation::VerifiedAttestation, model::Reference, GeneralizedTime, TokenScript, Value,
};
use alloy_primitives::{Address, U256};
use std::collections::BTreeMap;

/// A token and its surroundings.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
	/// The chain of the token's contract.
	pub chain_id: u64,
	/// The token's contract.
	pub contract: Address,
	/// The token's id, if it is not a fungible one.
	pub token_id: Option<U256>,
	/// Who holds it.
	pub holder: Option<Address>,
	/// Whose wallet looks at it; if nobody's, the holder's.
	pub wallet: Option<Address>,
	/// The attestation that stands for the token.
	pub attestation: Option<VerifiedAttestation>,
	/// What the holder, or a view's script, entered.
	pub entries: BTreeMap<String, Value>,
	/// The language of texts.
	pub language: String,
	/// The time, in seconds since 1970, for filters that name `today`.
	pub now: Option<u64>,
}

impl Context {
	/// A token of a contract, with nothing else known.
	pub fn new(chain_id: u64, contract: Address) -> Self {
		Self {
			chain_id,
			contract,
			token_id: None,
			holder: None,
			wallet: None,
			attestation: None,
			entries: BTreeMap::new(),
			language: "en".to_owned(),
			now: None,
		}
	}

	/// The same for a token's id.
	#[must_use]
	pub fn with_token_id(mut self, token_id: U256) -> Self {
		self.token_id = Some(token_id);
		self
	}

	/// The same for a holder.
	#[must_use]
	pub fn with_holder(mut self, holder: Address) -> Self {
		self.holder = Some(holder);
		self
	}

	/// The same with something entered.
	#[must_use]
	pub fn with_entry(mut self, name: &str, value: Value) -> Self {
		self.entries.insert(name.to_owned(), value);
		self
	}

	/// What every token has, whatever the file says. `None`: the name is not one of these. These names hide attributes of
	/// the same name, as in wallets.
	pub(crate) fn intrinsic(&self, script: &TokenScript, name: &str) -> Option<Option<Value>> {
		let address = |it: Address| Value::Address(it);
		Some(match name {
			"tokenId" => self.token_id.map(Value::Uint),
			"ownerAddress" => self.holder.map(address),
			"walletAddress" => self.wallet.or(self.holder).map(address),
			"contractAddress" => Some(address(self.contract)),
			"chainId" => Some(Value::Uint(U256::from(self.chain_id))),
			"today" => self.now.map(|it| Value::Time(GeneralizedTime::of_seconds(it))),
			"attestation" => self.attestation.as_ref().map(VerifiedAttestation::to_value),
			"attestationSig" => {
				self.attestation.as_ref().map(|it| Value::Bytes(it.signature().to_vec()))
			},
			_ => self.named_contract(script, name)?.map(address),
		})
	}

	/// `contractAddress_NAME`, or `contractAddress_NAME_CHAIN`.
	fn named_contract(&self, script: &TokenScript, name: &str) -> Option<Option<Address>> {
		let rest = name.strip_prefix("contractAddress_")?;
		let whole = script.contract(rest).map(|it| (it, self.chain_id));
		let with_chain = || {
			let (contract, chain) = rest.rsplit_once('_')?;
			Some((script.contract(contract)?, chain.parse().ok()?))
		};
		let (contract, chain_id) = whole.or_else(with_chain)?;
		Some(contract.deployment(chain_id).map(|it| it.address))
	}

	/// What a reference means, if it is no attribute.
	pub(crate) fn is_intrinsic(&self, script: &TokenScript, reference: &Reference) -> bool {
		!reference.local && self.intrinsic(script, &reference.name).is_some()
	}
}
