//! Transactions, ready to be signed by a wallet.

use super::{EvaluationError, Evaluator};
use crate::{
	abi,
	model::{Deployment, TransactionTemplate},
	Value,
};
use alloy_primitives::{hex, Address, U256};
use serde_json::{json, Value as Json};

/// A transaction that nobody has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsignedTransaction {
	/// The chain.
	pub chain_id: u64,
	/// Where it goes.
	pub to: Address,
	/// How much of the chain's own currency goes along, in its smallest unit.
	pub value: U256,
	/// The call; empty if the transaction only moves money.
	pub data: Vec<u8>,
	/// The function's signature, such as `transfer(address,uint256)`.
	pub function: Option<String>,
}

impl UnsignedTransaction {
	/// The transaction as wallets take it (`eth_sendTransaction`), with the function beside it.
	pub fn to_json(&self) -> Json {
		json!({
			"chainId": format!("{:#x}", self.chain_id),
			"to": self.to.to_string(),
			"value": format!("{:#x}", self.value),
			"data": format!("0x{}", hex::encode(&self.data)),
			"function": self.function,
		})
	}
}

impl Evaluator<'_> {
	/// Fills in a transaction. Everything that it is made of must have a value.
	pub async fn transaction(
		&mut self,
		template: &TransactionTemplate,
	) -> Result<UnsignedTransaction, EvaluationError> {
		let references: Vec<_> = template.parts().filter_map(|it| it.reference()).collect();
		self.prepare(references.into_iter()).await;
		let from_card = self.card.is_some();
		let (contract, deployment) = self.contract(template.contract.as_deref())?;
		let Deployment { chain_id, address } = deployment;
		let to = match &template.to {
			None => address,
			Some(argument) => as_address(&self.argument(argument, from_card)?)?,
		};
		let value = match &template.value {
			None => U256::ZERO,
			Some(argument) => as_number(&self.argument(argument, from_card)?)?,
		};
		let (function, data) = match &template.function {
			None => (None, Vec::new()),
			Some(function) => {
				let (values, shapes) =
					self.arguments(function, &template.arguments, contract, from_card)?;
				let (signature, data) = abi::call_data(function, &values, &shapes)?;
				(Some(signature), data)
			},
		};
		Ok(UnsignedTransaction { chain_id, to, value, data, function })
	}
}

fn as_address(value: &Value) -> Result<Address, EvaluationError> {
	match value {
		Value::Address(address) => Ok(*address),
		Value::Text(text) => match crate::model::Format::Address.parse(text)? {
			Value::Address(address) => Ok(address),
			_ => Err(EvaluationError::Unreadable),
		},
		_ => Err(mismatch(value, "address")),
	}
}

fn as_number(value: &Value) -> Result<U256, EvaluationError> {
	let number = match value {
		Value::Text(text) => crate::model::Format::Uint.parse(text)?.as_uint(),
		_ => value.as_uint(),
	};
	number.ok_or_else(|| mismatch(value, "uint256"))
}

fn mismatch(value: &Value, kind: &str) -> EvaluationError {
	let value = value.to_string().chars().take(80).collect();
	abi::AbiError::Mismatch { value, kind: kind.to_owned() }.into()
}
