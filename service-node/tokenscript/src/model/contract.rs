//! Contracts and the networks where they stand.

use crate::{
	error::{ParseError, ParseReason},
	xml::Element,
};
use alloy_json_abi::{Function, JsonAbi};
use alloy_primitives::Address;

/// Where a contract stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Deployment {
	/// The EVM chain.
	pub chain_id: u64,
	/// The contract on it.
	pub address: Address,
}

/// A contract that a file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
	/// The name inside the file.
	pub name: String,
	/// What it says to implement, such as `erc721`.
	pub interface: Option<String>,
	/// Where it stands, in the file's order.
	pub deployments: Vec<Deployment>,
	/// Its interface, if the file describes it.
	pub abi: Option<JsonAbi>,
}

impl Contract {
	pub(crate) fn read(element: &Element) -> Result<Self, ParseError> {
		Self::read_named(element, element.required("name")?)
	}

	/// Reads a contract that has no name of its own.
	pub(crate) fn read_named(element: &Element, name: &str) -> Result<Self, ParseError> {
		let deployments = element.all("address").map(read_deployment).collect::<Result<_, _>>()?;
		let inner = element.first("interface").map(Element::trimmed);
		let interface = element.attribute("interface").map(str::to_owned).or(inner);
		Ok(Self {
			name: name.to_owned(),
			interface: interface.map(|it| it.to_ascii_lowercase()).filter(|it| !it.is_empty()),
			deployments,
			abi: element.first("abi").map(read_abi).transpose()?,
		})
	}

	/// Where it stands for a token of a chain: on that chain, or where it stands at all if that is a single place.
	pub fn deployment(&self, chain_id: u64) -> Option<Deployment> {
		let same_chain = self.deployments.iter().find(|it| it.chain_id == chain_id);
		same_chain.copied().or(match self.deployments[..] {
			[only] => Some(only),
			_ => None,
		})
	}

	/// The described functions of a name that take so many arguments.
	pub(crate) fn function(&self, name: &str, arguments: usize) -> Option<&Function> {
		let described = self.abi.as_ref()?.functions.get(name)?;
		described.iter().find(|it| it.inputs.len() == arguments)
	}
}

fn read_deployment(element: &Element) -> Result<Deployment, ParseError> {
	let network = element.attribute("network").unwrap_or("1").trim();
	let chain_id = network.parse();
	Ok(Deployment {
		chain_id: chain_id.map_err(|_| ParseReason::Network(network.to_owned()).at(element))?,
		address: read_address(element)?,
	})
}

/// An element's text as an address. Mixed case is not checked: published files have wrong checksums.
pub(crate) fn read_address(element: &Element) -> Result<Address, ParseError> {
	let text = element.trimmed();
	parse_address(&text).ok_or_else(|| ParseReason::Address(text).at(element))
}

/// A text as an address: `0x` and forty hexadecimal digits.
pub(crate) fn parse_address(text: &str) -> Option<Address> {
	text.trim().strip_prefix("0x").filter(|digits| digits.len() == 40)?.parse().ok()
}

fn read_abi(element: &Element) -> Result<JsonAbi, ParseError> {
	serde_json::from_str(&element.text()).map_err(|error| {
		ParseReason::Abi { line: error.line(), column: error.column() }.at(element)
	})
}
