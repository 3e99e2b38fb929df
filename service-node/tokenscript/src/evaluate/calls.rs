//! Functions of contracts: which one, what it is called with, what its answer is.

use super::{EvaluationError, Evaluator};
use crate::{
	abi::{self, Shape},
	model::{CallOrigin, Contract, Deployment, Format, Step},
	Value,
};

impl Evaluator<'_> {
	/// The contract of a name and where it stands; without a name, the token's own.
	pub(super) fn contract(
		&self,
		name: Option<&str>,
	) -> Result<(Option<&Contract>, Deployment), EvaluationError> {
		let context = &self.context;
		let own = Deployment { chain_id: context.chain_id, address: context.contract };
		let Some(name) = name else {
			// The file may describe the token's own contract under a name.
			let described = self.script.contracts.iter().find(|it| it.deployments.contains(&own));
			return Ok((described, own));
		};
		let contract = self.script.contract(name);
		let contract = contract.ok_or_else(|| EvaluationError::Unknown(name.to_owned()))?;
		let deployment = contract.deployment(context.chain_id).ok_or_else(|| {
			EvaluationError::NotDeployed { contract: name.to_owned(), chain_id: context.chain_id }
		})?;
		Ok((Some(contract), deployment))
	}

	/// What a function answers.
	pub(super) async fn call(
		&self,
		call: &CallOrigin,
		format: Option<Format>,
		from_card: bool,
	) -> Result<Value, EvaluationError> {
		let (contract, deployment) = self.contract(call.contract.as_deref())?;
		let outputs = described_outputs(call, contract, format)?;
		let (values, shapes) =
			self.arguments(&call.function, &call.arguments, contract, from_card)?;
		let (_, data) = abi::call_data(&call.function, &values, &shapes)?;
		let answer = self.reads.call(deployment.chain_id, deployment.address, data).await?;
		let value = match outputs {
			Some(outputs) => abi::described_answer(&answer, &outputs)?,
			None => abi::answer(&answer, format)?,
		};
		let Some(field) = &call.select else { return Ok(value) };
		let selected = value.at(&[Step::Field(field.clone())]).cloned();
		selected.ok_or_else(|| EvaluationError::Unknown(field.clone()))
	}
}

/// The outputs that the contract's interface description tells, where the file asks for them, or names no format but has
/// a description.
fn described_outputs(
	call: &CallOrigin,
	contract: Option<&Contract>,
	format: Option<Format>,
) -> Result<Option<Vec<(String, Shape)>>, EvaluationError> {
	if !matches!(format, Some(Format::Abi) | None) {
		return Ok(None);
	}
	let function = contract.and_then(|it| it.function(&call.function, call.arguments.len()));
	match function {
		Some(function) if !function.outputs.is_empty() => {
			Ok(Some(Shape::of_all(&function.outputs)?))
		},
		_ if format.is_none() => Ok(None),
		_ => Err(EvaluationError::NotDescribed {
			contract: contract.map(|it| it.name.clone()).unwrap_or_default(),
			function: call.function.clone(),
		}),
	}
}
