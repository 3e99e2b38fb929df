//! Answers of contracts as values, strictly.
//!
//! Whoever answers is a stranger. Encoded lists refer to their parts by offset, and a liar can let many offsets meet in
//! one place, so that a small answer becomes a huge value. Here every answer has a budget of its own length: an honest
//! answer is read at most once. (The general decoder of `alloy` also turns wrong booleans, addresses and texts into
//! right ones; here they are errors.)

use super::{AbiError, Shape};
use crate::{model::Format, Value};
use alloy_dyn_abi::DynSolType;
use alloy_primitives::{Address, I256, U256};

const WORD: usize = 32;

/// The value of an answer of which only a format is known.
pub(crate) fn answer(data: &[u8], format: Option<Format>) -> Result<Value, AbiError> {
	if data.is_empty() {
		return Err(AbiError::NoAnswer);
	}
	let elementary = |kind| single(data, &Shape::Elementary(kind));
	match format {
		// A chain's numbers are whole already: powers of ten are for what people enter.
		Some(Format::Uint | Format::Decimal(_)) => elementary(DynSolType::Uint(256)),
		Some(Format::Int) => elementary(DynSolType::Int(256)),
		Some(Format::Bool) => elementary(DynSolType::Bool),
		Some(Format::Address) => elementary(DynSolType::Address),
		// Contracts from before dynamic texts answer with a single word.
		Some(Format::Utf8) if data.len() == WORD => short_text(data),
		Some(Format::Utf8) => elementary(DynSolType::String),
		Some(Format::Bytes) if data.len() != WORD => elementary(DynSolType::Bytes),
		Some(Format::Bytes | Format::Abi) | None => Ok(Value::Bytes(data.to_vec())),
	}
}

/// The value of an answer that the contract's interface description describes: the only output itself, or all of them
/// by name.
pub(crate) fn described_answer(
	data: &[u8],
	outputs: &[(String, Shape)],
) -> Result<Value, AbiError> {
	if data.is_empty() {
		return Err(AbiError::NoAnswer);
	}
	let mut values = sequence(data, outputs)?;
	match values.len() {
		1 => Ok(values.remove(0).1),
		_ => Ok(Value::Record(values)),
	}
}

/// The values of some types, one after another.
pub(crate) fn sequence(
	data: &[u8],
	shapes: &[(String, Shape)],
) -> Result<Vec<(String, Value)>, AbiError> {
	let mut decoder = Decoder { data, left: data.len() };
	let values = decoder.sequence(0, shapes.iter().map(|(_, shape)| shape));
	let values = values.ok_or_else(|| AbiError::WrongAnswer {
		kind: Shape::Record(shapes.to_vec()).name(),
		bytes: data.len(),
	})?;
	Ok(shapes.iter().map(|(name, _)| name.clone()).zip(values).collect())
}

fn single(data: &[u8], shape: &Shape) -> Result<Value, AbiError> {
	let mut decoder = Decoder { data, left: data.len() };
	let values = decoder.sequence(0, [shape].into_iter());
	let value = values.and_then(|mut values| values.pop());
	value.ok_or_else(|| AbiError::WrongAnswer { kind: shape.name(), bytes: data.len() })
}

fn short_text(word: &[u8]) -> Result<Value, AbiError> {
	let end = word.iter().rposition(|byte| *byte != 0).map_or(0, |it| it + 1);
	let text = String::from_utf8(word[..end].to_vec());
	let wrong = AbiError::WrongAnswer { kind: "string".to_owned(), bytes: word.len() };
	text.map(Value::Text).map_err(|_| wrong)
}

struct Decoder<'a> {
	data: &'a [u8],
	/// Bytes that may still be read.
	left: usize,
}

impl<'a> Decoder<'a> {
	fn take(&mut self, at: usize, count: usize) -> Option<&'a [u8]> {
		self.left = self.left.checked_sub(count)?;
		self.data.get(at..at.checked_add(count)?)
	}

	fn word(&mut self, at: usize) -> Option<[u8; WORD]> {
		self.take(at, WORD)?.try_into().ok()
	}

	fn length(&mut self, at: usize) -> Option<usize> {
		let number = U256::from_be_bytes(self.word(at)?);
		usize::try_from(number).ok()
	}

	/// Values whose heads stand one after another from `base`, which their offsets count from.
	fn sequence<'s>(
		&mut self,
		base: usize,
		shapes: impl Iterator<Item = &'s Shape>,
	) -> Option<Vec<Value>> {
		let mut values = Vec::new();
		let mut head = base;
		for shape in shapes {
			if shape.is_dynamic() {
				let offset = self.length(head)?;
				values.push(self.value(shape, base.checked_add(offset)?)?);
				head = head.checked_add(WORD)?;
			} else {
				values.push(self.value(shape, head)?);
				head = head.checked_add(shape.words().checked_mul(WORD)?)?;
			}
		}
		Some(values)
	}

	fn value(&mut self, shape: &Shape, at: usize) -> Option<Value> {
		match shape {
			Shape::Elementary(DynSolType::Bytes) => self.bytes(at).map(Value::Bytes),
			Shape::Elementary(DynSolType::String) => {
				self.bytes(at).and_then(|it| String::from_utf8(it).ok()).map(Value::Text)
			},
			Shape::Elementary(kind) => scalar(kind, self.word(at)?),
			Shape::List(inner) => {
				let count = self.length(at)?;
				// Each item takes a word at least: more can't be there.
				if count > self.left / WORD {
					return None;
				}
				self.sequence(at.checked_add(WORD)?, std::iter::repeat_n(&**inner, count))
					.map(Value::List)
			},
			Shape::Fixed(inner, count) => {
				self.sequence(at, std::iter::repeat_n(&**inner, *count)).map(Value::List)
			},
			Shape::Record(fields) => {
				let values = self.sequence(at, fields.iter().map(|(_, it)| it))?;
				let names = fields.iter().map(|(name, _)| name.clone());
				Some(Value::Record(names.zip(values).collect()))
			},
		}
	}

	fn bytes(&mut self, at: usize) -> Option<Vec<u8>> {
		let count = self.length(at)?;
		self.take(at.checked_add(WORD)?, count).map(<[u8]>::to_vec)
	}
}

/// The value of one word. Bits that the type does not have must be clear, or copies of the sign.
fn scalar(kind: &DynSolType, word: [u8; WORD]) -> Option<Value> {
	let number = U256::from_be_bytes(word);
	match kind {
		DynSolType::Bool => match number.try_into() {
			Ok(0_u8) => Some(Value::Bool(false)),
			Ok(1) => Some(Value::Bool(true)),
			_ => None,
		},
		DynSolType::Uint(bits) => (number.bit_len() <= *bits).then_some(Value::Uint(number)),
		DynSolType::Int(bits) => {
			let number = I256::from_raw(number);
			// Bits without the sign.
			let magnitude = if number.is_negative() { !number } else { number };
			(magnitude.into_raw().bit_len() < *bits).then_some(Value::Int(number))
		},
		DynSolType::Address => word[..12]
			.iter()
			.all(|it| *it == 0)
			.then(|| Value::Address(Address::from_slice(&word[12..]))),
		DynSolType::FixedBytes(count) => {
			let (bytes, padding) = word.split_at_checked(*count)?;
			padding.iter().all(|it| *it == 0).then(|| Value::Bytes(bytes.to_vec()))
		},
		_ => None,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::abi::encode;
	use proptest::prelude::*;

	fn shapes(types: &[&str]) -> Vec<(String, Shape)> {
		let parameters: Vec<_> = types
			.iter()
			.map(|it| serde_json::from_str(&format!(r#"{{"name":"","type":"{it}"}}"#)).unwrap())
			.collect();
		Shape::of_all(&parameters).unwrap()
	}

	fn word(number: u64) -> [u8; 32] {
		U256::from(number).to_be_bytes()
	}

	#[test]
	fn wrong_answers_are_errors() {
		let dirty_address = [[0xff; 12].to_vec(), [1; 20].to_vec()].concat();
		for (data, format) in [
			(vec![], Format::Uint),
			(vec![0; 31], Format::Uint),
			(word(2).to_vec(), Format::Bool),
			(dirty_address, Format::Address),
			([word(32), word(5)].concat(), Format::Utf8),
			([word(u64::MAX), word(5)].concat(), Format::Utf8),
			([word(32).to_vec(), word(2).to_vec(), vec![0xff, 0xff]].concat(), Format::Utf8),
			(vec![0xff; 32], Format::Utf8),
		] {
			assert!(answer(&data, Some(format)).is_err(), "{format:?} {data:?}");
		}
	}

	#[test]
	fn a_word_is_also_a_short_text_or_bytes() {
		let mut dai = [0; 32];
		dai[..3].copy_from_slice(b"DAI");
		assert_eq!(answer(&dai, Some(Format::Utf8)), Ok(Value::Text("DAI".to_owned())));
		assert_eq!(answer(&dai, Some(Format::Bytes)), Ok(Value::Bytes(dai.to_vec())));
	}

	#[test]
	fn further_words_do_not_matter_to_a_single_value() {
		let two = [word(7), word(8)].concat();
		assert_eq!(answer(&two, Some(Format::Uint)), Ok(Value::Uint(U256::from(7))));
	}

	#[test]
	fn offsets_that_meet_use_up_the_budget() {
		// A hundred strings, all of them the same one.
		let mut data = [word(32), word(100)].concat();
		data.extend(std::iter::repeat_n(word(3_200), 100).flatten());
		data.extend(word(3_000));
		data.extend(vec![b'a'; 3_008]);
		assert!(sequence(&data, &shapes(&["string[]"])).is_err());
	}

	#[test]
	fn numbers_outside_their_type_are_errors() {
		assert!(sequence(&word(256), &shapes(&["uint8"])).is_err());
		assert!(sequence(&word(128), &shapes(&["int8"])).is_err());
		let minus = I256::MINUS_ONE.into_raw().to_be_bytes::<32>();
		assert_eq!(sequence(&minus, &shapes(&["int8"])).unwrap()[0].1, Value::Int(I256::MINUS_ONE));
		assert!(sequence(&minus, &shapes(&["bytes4"])).is_err());
	}

	proptest! {
		#[test]
		fn no_answer_breaks_the_decoder(data in proptest::collection::vec(any::<u8>(), 0..400), kind in 0usize..5) {
			let kinds = [
				shapes(&["string[][]", "bytes"]), shapes(&["uint8[2][]"]), shapes(&["bytes[]", "bool"]),
				shapes(&["address[3]", "string"]), shapes(&["int24[][][][]"]),
			];
			let _ = sequence(&data, &kinds[kind]);
		}

		#[test]
		fn small_words_do_not_break_the_decoder(words in proptest::collection::vec(0u64..300, 0..40)) {
			let data: Vec<u8> = words.into_iter().flat_map(word).collect();
			let _ = sequence(&data, &shapes(&["string[][]", "uint8[][]", "bytes"]));
		}

		#[test]
		fn what_alloy_encodes_is_read_back(
			numbers in proptest::collection::vec(any::<u64>(), 0..5),
			text in ".{0,70}",
			bytes in proptest::collection::vec(any::<u8>(), 0..70),
			flag in any::<bool>(),
		) {
			let values = vec![
				Value::List(numbers.into_iter().map(|it| Value::Uint(U256::from(it))).collect()),
				Value::List(vec![Value::Text(text), Value::Text(String::new())]),
				Value::Bytes(bytes),
				Value::Bool(flag),
			];
			let shapes = shapes(&["uint64[]", "string[2]", "bytes", "bool"]);
			let data = encode(&values, &shapes).unwrap();
			let read: Vec<_> = sequence(&data, &shapes).unwrap().into_iter().map(|(_, it)| it).collect();
			prop_assert_eq!(read, values);
		}
	}
}
