//! Contract calls as bytes, and their answers as values.

mod decode;
mod encode;
mod shape;

pub(crate) use decode::{answer, described_answer, sequence};
#[cfg(test)]
pub(crate) use encode::encode;
pub(crate) use encode::{call_data, topic};
pub(crate) use shape::Shape;

/// Why a call has no bytes, or an answer no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AbiError {
	/// The value does not fit the argument's type.
	#[error("{value:?} does not fit the type {kind}")]
	Mismatch {
		/// The value, cut after 80 characters.
		value: String,
		/// The type.
		kind: String,
	},
	/// A type in an interface description that this crate does not read, or one of absurd size.
	#[error("the type {0:?} is not supported")]
	Unsupported(String),
	/// There was no answer: no such contract, or no such function in it.
	#[error("the contract did not answer")]
	NoAnswer,
	/// The answer is not of the type that was expected.
	#[error("{bytes} bytes of answer are no {kind}")]
	WrongAnswer {
		/// The type that was expected.
		kind: String,
		/// How long the answer is.
		bytes: usize,
	},
}
