//! Why something has no value.

use crate::{
	abi::AbiError,
	chain::ChainError,
	filter::FilterFailure,
	model::{FormatError, Reference},
};

/// Why something has no value. "No value at all", such as a field that nobody entered, is no error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError {
	/// The file has nothing of this name.
	#[error("nothing is named {0:?}")]
	Unknown(String),
	/// Something that is needed has no value.
	#[error("{0} has no value")]
	Missing(Reference),
	/// Another attribute that is needed failed.
	#[error("{attribute}: {error}")]
	Needed {
		/// The other attribute.
		attribute: String,
		/// Why it failed.
		error: Box<EvaluationError>,
	},
	/// The token has no id.
	#[error("the token has no id")]
	NoTokenId,
	/// The contract does not stand on this chain, nor on a single other one.
	#[error("the contract {contract:?} has no place for chain {chain_id}")]
	NotDeployed {
		/// Its name in the file.
		contract: String,
		/// The token's chain.
		chain_id: u64,
	},
	/// The contract's interface is not described as far as it is needed.
	#[error("the interface of {contract:?} does not describe {function:?}")]
	NotDescribed {
		/// Its name in the file.
		contract: String,
		/// The function.
		function: String,
	},
	/// The bits of the token's id are not what the file says they are.
	#[error("the token id is not what the file says")]
	TokenId,
	/// An origin that no wallet knows how to read.
	#[error("this origin can't be read")]
	Unreadable,
	/// What was entered does not fit.
	#[error(transparent)]
	Format(#[from] FormatError),
	/// A call has no bytes, or its answer no value.
	#[error(transparent)]
	Abi(#[from] AbiError),
	/// The chain gave no answer.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// An event that was not asked for, or that is not of its type.
	#[error("the endpoint sent an event that nobody asked for")]
	WrongEvent,
	/// A filter has no answer.
	#[error(transparent)]
	Filter(#[from] FilterFailure),
	/// More questions than one evaluation may ask.
	#[error("more than {0} questions to chains")]
	TooManyReads(usize),
	/// More bytes of values than one evaluation may hand on.
	#[error("more than {0} bytes of values")]
	TooMuch(usize),
	/// A larger page than one evaluation may make.
	#[error("the page has more than {0} bytes")]
	PageTooLarge(usize),
}

impl EvaluationError {
	/// Whether asking again may help.
	pub fn is_retryable(&self) -> bool {
		match self {
			Self::Chain(error) => error.is_retryable(),
			Self::Needed { error, .. } => error.is_retryable(),
			_ => false,
		}
	}
}
