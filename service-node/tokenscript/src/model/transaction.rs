//! Transactions that a holder can be asked to sign.

use crate::{
	error::{ParseError, ParseReason},
	model::argument::{read_arguments, Argument, ArgumentType},
	xml::{Element, Vocabulary},
};
use alloy_dyn_abi::DynSolType;

/// A transaction whose values are still to be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionTemplate {
	/// The contract's name in the file; without one, the token's own contract, unless `to` says otherwise.
	pub contract: Option<String>,
	/// The function; without one the transaction only moves money.
	pub function: Option<String>,
	/// What it is called with.
	pub arguments: Vec<Argument>,
	/// Where it goes, in place of a contract.
	pub to: Option<Argument>,
	/// How much of the chain's own currency goes along.
	pub value: Option<Argument>,
}

impl TransactionTemplate {
	/// Reads a `transaction` element.
	pub(crate) fn read(element: &Element) -> Result<Self, ParseError> {
		let inner = element.elements().find(|it| is_call(it));
		let inner = inner.ok_or_else(|| {
			ParseReason::MissingElement {
				element: "transaction".to_owned(),
				child: "ethereum:transaction",
			}
			.at(element)
		})?;
		let part = |local: &str, kind: DynSolType| {
			let found = inner.elements().find(|it| {
				matches!(it.vocabulary, Vocabulary::TokenScript | Vocabulary::Ethereum)
					&& it.local == local
			});
			found.map(|it| Argument::read_as(it, ArgumentType::Elementary(kind))).transpose()
		};
		Ok(Self {
			contract: inner.attribute("contract").map(str::to_owned),
			function: inner.attribute("function").map(str::to_owned),
			arguments: read_arguments(inner)?,
			to: part("to", DynSolType::Address)?,
			value: part("value", DynSolType::Uint(256))?,
		})
	}

	/// Everything that it is made of.
	pub(crate) fn parts(&self) -> impl Iterator<Item = &Argument> {
		self.arguments.iter().chain(&self.to).chain(&self.value)
	}
}

fn is_call(element: &Element) -> bool {
	element.is(Vocabulary::Ethereum, "transaction")
		|| element.is(Vocabulary::Ethereum, "call")
		|| element.is_ts("ethereum")
}
