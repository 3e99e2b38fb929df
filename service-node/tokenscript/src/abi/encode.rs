//! Values as the arguments of calls.

use super::{shape::cut, AbiError, Shape};
use crate::{
	model::{
		contract::parse_address,
		format::{parse_bool, parse_bytes, parse_uint},
	},
	Value,
};
use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_primitives::{keccak256, Address, B256, I256, U256};

/// A call: the function's selector and its arguments. Also gives the function's signature.
pub(crate) fn call_data(
	function: &str,
	values: &[Value],
	shapes: &[(String, Shape)],
) -> Result<(String, Vec<u8>), AbiError> {
	let signature = format!("{function}{}", Shape::Record(shapes.to_vec()).name());
	let mut data = keccak256(&signature)[..4].to_vec();
	data.extend(encode(values, shapes)?);
	Ok((signature, data))
}

/// Arguments, one after another.
pub(crate) fn encode(values: &[Value], shapes: &[(String, Shape)]) -> Result<Vec<u8>, AbiError> {
	let pairs = values.iter().zip(shapes);
	let values = pairs.map(|(value, (_, shape))| to_solidity(value, shape));
	Ok(DynSolValue::Tuple(values.collect::<Result<_, _>>()?).abi_encode_params())
}

/// A value as the topic of an event: itself if it fits, else its hash.
pub(crate) fn topic(value: &Value, kind: &DynSolType) -> Result<B256, AbiError> {
	let value = elementary(value, kind)?;
	Ok(match &value {
		DynSolValue::Bytes(bytes) => keccak256(bytes),
		DynSolValue::String(text) => keccak256(text),
		_ => B256::from_slice(&value.abi_encode()),
	})
}

fn to_solidity(value: &Value, shape: &Shape) -> Result<DynSolValue, AbiError> {
	let mismatch = || mismatch(value, &shape.name());
	let all = |items: &[Value], inner: &Shape| {
		items.iter().map(|it| to_solidity(it, inner)).collect::<Result<Vec<_>, _>>()
	};
	match (shape, value) {
		(Shape::Elementary(kind), _) => elementary(value, kind),
		(Shape::List(inner), Value::List(items)) => all(items, inner).map(DynSolValue::Array),
		(Shape::Fixed(inner, count), Value::List(items)) if items.len() == *count => {
			all(items, inner).map(DynSolValue::FixedArray)
		},
		(Shape::Record(fields), Value::List(items)) if items.len() == fields.len() => {
			let pairs = items.iter().zip(fields);
			let values = pairs.map(|(it, (_, shape))| to_solidity(it, shape));
			values.collect::<Result<_, _>>().map(DynSolValue::Tuple)
		},
		(Shape::Record(fields), Value::Record(given)) => {
			let values = fields.iter().map(|(name, shape)| {
				let found = given.iter().find(|(it, _)| it == name);
				to_solidity(&found.ok_or_else(mismatch)?.1, shape)
			});
			values.collect::<Result<_, _>>().map(DynSolValue::Tuple)
		},
		_ => Err(mismatch()),
	}
}

fn elementary(value: &Value, kind: &DynSolType) -> Result<DynSolValue, AbiError> {
	let found = match kind {
		DynSolType::Bool => to_bool(value).map(DynSolValue::Bool),
		DynSolType::Uint(bits) => {
			to_uint(value).filter(|it| it.bit_len() <= *bits).map(|it| DynSolValue::Uint(it, *bits))
		},
		DynSolType::Int(bits) => to_int(value)
			.filter(|it| (if it.is_negative() { !*it } else { *it }).into_raw().bit_len() < *bits)
			.map(|it| DynSolValue::Int(it, *bits)),
		DynSolType::Address => to_address(value).map(DynSolValue::Address),
		DynSolType::FixedBytes(count) => to_fixed(value, *count),
		DynSolType::Bytes => to_bytes(value).map(DynSolValue::Bytes),
		DynSolType::String => to_text(value).map(DynSolValue::String),
		_ => None,
	};
	found.ok_or_else(|| mismatch(value, &kind.sol_type_name()))
}

fn mismatch(value: &Value, kind: &str) -> AbiError {
	AbiError::Mismatch { value: cut(&value.to_string()), kind: kind.to_owned() }
}

fn to_bool(value: &Value) -> Option<bool> {
	match value {
		Value::Bool(it) => Some(*it),
		Value::Text(text) => parse_bool(text.trim()),
		_ => match value.as_uint()?.try_into() {
			Ok(0_u8) => Some(false),
			Ok(1) => Some(true),
			_ => None,
		},
	}
}

fn to_uint(value: &Value) -> Option<U256> {
	match value {
		Value::Text(text) => parse_uint(text.trim()),
		Value::Bytes(bytes) if bytes.len() <= 32 => Some(U256::from_be_slice(bytes)),
		Value::Time(time) => u64::try_from(time.seconds()).ok().map(U256::from),
		_ => value.as_uint(),
	}
}

fn to_int(value: &Value) -> Option<I256> {
	match value {
		Value::Int(it) => Some(*it),
		Value::Text(text) => text.trim().parse().ok(),
		_ => I256::try_from(value.as_uint()?).ok(),
	}
}

fn to_address(value: &Value) -> Option<Address> {
	match value {
		Value::Address(it) => Some(*it),
		Value::Text(text) => parse_address(text),
		Value::Bytes(bytes) if bytes.len() == 20 => Some(Address::from_slice(bytes)),
		_ => None,
	}
}

/// A number fills all 32 bytes, as contracts that keep names by their hash expect of a token's id.
fn to_fixed(value: &Value, count: usize) -> Option<DynSolValue> {
	let bytes = match value {
		Value::Bytes(bytes) => bytes.clone(),
		Value::Text(text) => parse_bytes(text.trim())?,
		_ if count == 32 => value.as_uint()?.to_be_bytes::<32>().to_vec(),
		_ => return None,
	};
	(bytes.len() == count).then(|| DynSolValue::FixedBytes(B256::right_padding_from(&bytes), count))
}

fn to_bytes(value: &Value) -> Option<Vec<u8>> {
	match value {
		Value::Bytes(bytes) => Some(bytes.clone()),
		Value::Text(text) => parse_bytes(text.trim()),
		Value::Address(address) => Some(address.to_vec()),
		_ => None,
	}
}

fn to_text(value: &Value) -> Option<String> {
	match value {
		Value::List(_) | Value::Record(_) => None,
		_ => Some(value.to_string()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use hex_literal::hex;

	fn kind(name: &str) -> DynSolType {
		DynSolType::parse(name).unwrap()
	}

	fn shape(name: &str) -> (String, Shape) {
		(String::new(), Shape::Elementary(kind(name)))
	}

	#[test]
	fn a_transfer_is_the_well_known_bytes() {
		let to = Value::Text("0x4aa42145Aa6Ebf72e164C9bBC74fbD3788045016".to_owned());
		let values = [to, Value::Uint(U256::from(1_000))];
		let (signature, data) =
			call_data("transfer", &values, &[shape("address"), shape("uint256")]).unwrap();
		assert_eq!(signature, "transfer(address,uint256)");
		let expected = hex!(
			"a9059cbb"
			"0000000000000000000000004aa42145aa6ebf72e164c9bbc74fbd3788045016"
			"00000000000000000000000000000000000000000000000000000000000003e8"
		);
		assert_eq!(data, expected);
	}

	#[test]
	fn values_that_do_not_fit_are_refused() {
		let text = |it: &str| Value::Text(it.to_owned());
		for (value, name) in [
			(Value::Uint(U256::from(256)), "uint8"),
			(text("-1"), "uint256"),
			(text("128"), "int8"),
			(text("0x12"), "address"),
			(text("0x12"), "bytes32"),
			(text("name"), "bytes"),
			(Value::Uint(U256::from(2)), "bool"),
			(Value::Uint(U256::from(2)), "bytes4"),
			(Value::List(vec![]), "string"),
		] {
			assert!(elementary(&value, &kind(name)).is_err(), "{value:?} {name}");
		}
		assert!(elementary(&text("-128"), &kind("int8")).is_ok());
	}

	#[test]
	fn a_topic_is_the_value_or_its_hash() {
		let id = Value::Uint(U256::from(7));
		assert_eq!(topic(&id, &kind("bytes32")), Ok(B256::with_last_byte(7)));
		let name = Value::Text("alice".to_owned());
		assert_eq!(topic(&name, &kind("string")), Ok(keccak256("alice")));
	}
}
