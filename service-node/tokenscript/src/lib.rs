#![doc = include_str!("../README.md")]

mod abi;
mod attestation;
mod chain;
mod error;
mod evaluate;
mod filter;
mod limits;
mod model;
mod position;
#[cfg(feature = "rpc")]
mod rpc;
mod signature;
mod syntax;
mod time;
mod value;
mod xml;

pub use abi::AbiError;
pub use attestation::{Attestation, AttestationError, AttestationSchema, VerifiedAttestation};
pub use chain::{ChainError, ChainReader, Log, LogQuery, NoChain};
pub use error::{ParseError, ParseReason};
pub use evaluate::{
	Availability, Context, Evaluated, EvaluationError, Evaluator, EventRecord, Rendered,
	UnsignedTransaction,
};
pub use filter::{Comparison, Filter, FilterError, FilterFailure, FilterReason, Piece};
pub use limits::{EvaluationLimits, Limits};
pub use model::{
	Argument, ArgumentType, ArgumentValue, AttestationDefinition, Attribute, CallOrigin, Card,
	CardKind, Contract, Deployment, EventCondition, EventField, EventOrigin, EventType, Family,
	Format, FormatError, IncludeKind, Label, Mapping, Meta, Origin, Quantity, Reference, Selection,
	Source, Step, TokenIdField, TokenKind, TokenOrigin, TokenScript, TransactionTemplate, View,
	ViewKind, ViewPart,
};
pub use position::Position;
#[cfg(feature = "rpc")]
pub use rpc::{RpcChains, RpcEndpoint, RpcError};
pub use signature::{Algorithm, Certificate, SignatureError, Signatures, Signer, SignerKey};
pub use syntax::{json_type_of_asn1, JsonType, Syntax};
pub use time::GeneralizedTime;
pub use value::Value;
pub use xml::XmlError;
