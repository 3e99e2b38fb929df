//! Arguments of calls: literals and references, with their types.

use super::{EvaluationError, Evaluator};
use crate::{
	abi::{AbiError, Shape},
	attestation::VerifiedAttestation,
	model::{Argument, ArgumentType, ArgumentValue, Contract, Format},
	Value,
};
use alloy_dyn_abi::DynSolType;

/// Values with their types, in order.
pub(super) type Arguments = (Vec<Value>, Vec<(String, Shape)>);

impl Evaluator<'_> {
	/// The value of an argument.
	pub(super) fn argument(
		&self,
		argument: &Argument,
		from_card: bool,
	) -> Result<Value, EvaluationError> {
		match &argument.value {
			ArgumentValue::Literal(text) => literal(text, &argument.kind),
			ArgumentValue::Reference(reference) => {
				let value = self.value_of(reference, from_card)?;
				value.ok_or_else(|| EvaluationError::Missing(reference.clone()))
			},
		}
	}

	/// The values and types of a function's arguments.
	pub(super) fn arguments(
		&self,
		function: &str,
		arguments: &[Argument],
		contract: Option<&Contract>,
		from_card: bool,
	) -> Result<Arguments, EvaluationError> {
		let mut values = Vec::with_capacity(arguments.len());
		let mut shapes = Vec::with_capacity(arguments.len());
		for argument in arguments {
			if let Some(attestation) = self.attestation_argument(argument) {
				values.push(attestation.message());
				shapes.push((String::new(), attestation.shape()));
				continue;
			}
			values.push(self.argument(argument, from_card)?);
			let shape = match &argument.kind {
				ArgumentType::Elementary(kind) => Shape::Elementary(kind.clone()),
				ArgumentType::Described => {
					described(function, arguments.len(), argument, contract)?
				},
			};
			shapes.push((String::new(), shape));
		}
		Ok((values, shapes))
	}

	/// The attestation itself, if that is what an argument is.
	fn attestation_argument(&self, argument: &Argument) -> Option<&VerifiedAttestation> {
		let reference =
			argument.reference().filter(|_| argument.kind == ArgumentType::Described)?;
		let whole = reference.name == "attestation" && reference.path.is_empty();
		self.context.attestation.as_ref().filter(|_| whole)
	}
}

/// The type of an argument that the contract's interface description has to tell: the parameter of its name.
fn described(
	function: &str,
	count: usize,
	argument: &Argument,
	contract: Option<&Contract>,
) -> Result<Shape, EvaluationError> {
	let name = argument.reference().map(ToString::to_string).unwrap_or_default();
	let parameter = contract
		.and_then(|it| it.function(function, count))
		.and_then(|it| it.inputs.iter().find(|input| input.name == name));
	let parameter = parameter.ok_or_else(|| EvaluationError::NotDescribed {
		contract: contract.map(|it| it.name.clone()).unwrap_or_default(),
		function: function.to_owned(),
	})?;
	Ok(Shape::of(parameter)?)
}

/// A literal is text until its type is known; a literal of an attribute has its type at once.
fn literal(text: &str, kind: &ArgumentType) -> Result<Value, EvaluationError> {
	let format = match kind {
		ArgumentType::Elementary(DynSolType::Uint(_)) => Format::Uint,
		ArgumentType::Elementary(DynSolType::Int(_)) => Format::Int,
		ArgumentType::Elementary(DynSolType::Bool) => Format::Bool,
		ArgumentType::Elementary(DynSolType::Address) => Format::Address,
		ArgumentType::Elementary(DynSolType::Bytes | DynSolType::FixedBytes(_)) => Format::Bytes,
		ArgumentType::Elementary(_) => return Ok(Value::Text(text.to_owned())),
		ArgumentType::Described => {
			return Err(AbiError::Unsupported("a literal structure".to_owned()).into())
		},
	};
	Ok(format.parse(text)?)
}
